/* claims_delegates.c — a claim handed in for its person by kin, the work team or a village cadre
 * (委托). Whoever hands it in so is the hand that entered it, by whatever account
 * she has elsewhere; the money goes to the person's own account as ever. */
#include "claims/claims_steps.h"

#include "accounts/accounts.h"
#include "base/ids.h"
#include "platform/journal.h"
#include "platform/seal.h"

static const char place[] = "claim_delegation.id_no";

static const struct choice relations[] = {
    { "KIN", "亲属", "Kin", "家属" },
    { "WORK_TEAM", "驻村工作队", "Work team", "工作队" },
    { "VILLAGE_CADRE", "村干部", "Village cadre", "村级" },
    { 0 },
};

const struct field delegate_fields[] = {
    PARAM(struct delegate_input, delegate_name, FIELD_NAME, "受托人姓名", "Delegate's name",
          .required = true, .max = 60),
    PARAM(struct delegate_input, delegate_id_no, FIELD_ID_NO, "受托人身份证号",
          "Delegate's ID number", .required = true),
    PARAM(struct delegate_input, relation, FIELD_CHOICE, "与本人关系", "Relation",
          .choices = relations, .required = true),
    PARAM(struct delegate_input, reason, FIELD_TEXT, "委托原因", "Reason", .required = true,
          .max = 200),
    PARAM(struct delegate_input, evidence, FIELD_TEXT, "委托依据", "Evidence", .required = true,
          .max = 200, .help_zh = "委托书编号，或见证人",
          .help_en = "number of the letter of delegation, or who witnessed it"),
    { 0 },
};

/* Nobody is her own delegate. */
static enum err check_delegate(struct ctx *cx, const struct rows *claim,
                               const struct delegate_input *in)
{
    struct bytes index = seal_index(cx->mem, "person.id_no", in->delegate_id_no), own;
    struct rows r;

    if (row_int(claim, 0, "person_id") == NONE)
        return fail(cx, E_CONFLICT, "claim.delegate_person", "%s",
                    T("只有个人的申领可以委托", "only a person's claim is handed in for her"));
    TRY(db_one(
        cx, &r,
        "SELECT id_no_index FROM person p WHERE SCOPE_NOT(person 'the claim is in scope') AND p.id = $1",
        P(row_int(claim, 0, "person_id"))));
    own = row_blob(&r, 0, "id_no_index");
    if (own.len == index.len && memcmp(own.data, index.data, own.len) == 0)
        return hint(cx,
                    fail_field(cx, "delegate_id_no", "claim.delegate_self", "%s",
                               T("受托人就是申领人本人", "the delegate is the claimant herself")),
                    "%s", T("本人申报请用“申报”", "who hands in her own claim submits it"));
    return OK;
}

static enum err save(struct ctx *cx, const struct rows *claim, const struct delegate_input *in)
{
    int64_t id = row_int(claim, 0, "id");
    char mask[24];

    TRY(db_exec(
        cx,
        "INSERT INTO claim_delegation (claim_id, number, name, id_no_sealed, id_no_index, id_no_mask, relation, reason, evidence,"
        " person_id, employer_id, home, work) SELECT $1, (SELECT MAX(s.number) FROM claim_step s WHERE SCOPE_NOT(claim_step 'the claim is in scope')"
        " AND s.claim_id = $1), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 WHERE SCOPE_NOT(claim_delegation 'the claim is in scope')",
        P(id), P(in->delegate_name), P(seal_text(cx->mem, place, id, in->delegate_id_no)),
        P(seal_index(cx->mem, place, in->delegate_id_no)), P(id_no_mask(in->delegate_id_no, mask)),
        P(in->relation), P(in->reason), P(in->evidence), P(row_int(claim, 0, "person_id")),
        P(row_int(claim, 0, "employer_id")), P(row_int(claim, 0, "home")),
        P(row_int(claim, 0, "work"))));
    return journal_append(cx,
                          &(struct journal_entry){
                              .kind = "claim",
                              .record_id = id,
                              .action = "delegate",
                              .after = arena_printf(cx->mem, "{\"relation\":\"%s\"}", in->relation),
                              .reason = in->reason,
                              .home = row_int(claim, 0, "home"),
                              .work = row_int(claim, 0, "work"),
                              .employer_id = row_int(claim, 0, "employer_id"),
                              .person_id = row_int(claim, 0, "person_id") });
}

enum err claims_op_delegate(struct ctx *cx)
{
    const struct delegate_input *in = cx->in;
    struct rows claim;

    TRY(record_load(cx, &claim_record, cx->id, &claim));
    TRY(check_delegate(cx, &claim, in));
    TRY(record_move(cx, &claim_record, cx->id, "submit", NULL));
    TRY(save(cx, &claim, in));
    return record_get(cx);
}

enum err claim_has_delegate(struct ctx *cx, int64_t claim_id, int64_t user_id, bool *ret)
{
    struct rows r;

    *ret = false;
    TRY(db_rows(
        cx, &r,
        "SELECT d.id_no_index FROM claim_delegation d WHERE SCOPE_NOT(claim_delegation 'the claim is in scope') AND d.claim_id = $1"
        " AND d.number = (SELECT MAX(s.number) FROM claim_step s WHERE SCOPE_NOT(claim_step 'the claim is in scope') AND s.claim_id = $1"
        " AND s.event = 'submit')",
        P(claim_id)));
    return r.n ? account_has_number(cx, user_id, place, row_blob(&r, 0, "id_no_index"), ret) : OK;
}

enum err claim_put_delegate(struct ctx *cx, int64_t claim_id, int64_t number)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT d.name, d.id_no_mask, d.relation, d.reason, d.evidence FROM claim_delegation d"
        " WHERE SCOPE_NOT(claim_delegation 'the claim is in scope') AND d.claim_id = $1 AND d.number = $2",
        P(claim_id), P(number)));
    if (r.n == 0)
        return OK;
    json_key(cx->out, "delegate");
    json_object(cx->out);
    json_put_str(cx->out, "name", row_text(&r, 0, "name"));
    json_put_str(cx->out, "id_no", row_text(&r, 0, "id_no_mask"));
    json_put_str(cx->out, "relation", row_text(&r, 0, "relation"));
    json_put_str(cx->out, "relation_name",
                 choice_label(relations, row_text(&r, 0, "relation"), cx->lang));
    json_put_str(cx->out, "reason", row_text(&r, 0, "reason"));
    json_put_str(cx->out, "evidence", row_text(&r, 0, "evidence"));
    json_end(cx->out);
    return OK;
}
