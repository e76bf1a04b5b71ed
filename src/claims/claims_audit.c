/* claims_audit.c — sample audits (抽查). From the claims of a policy that are under way and have
 * not stood in a draw yet, a share of each employer's is drawn, two at least and twenty at most.
 * Which ones is decided by a seed that is published beforehand, such as a lottery number of that
 * day: a claim's lot is SHA-256("SEED|CLAIM ID"), and the smallest lots are drawn, so that nobody
 * chooses and everybody can repeat it. A drawn claim is not approved before the audit is decided;
 * one that does not hold goes back to be put right. */
#include "claims/claims_int.h"

#include <stdlib.h>

#include "platform/db_backend.h"
#include "platform/journal.h"

enum { PERCENT = 20, LEAST = 2, MOST = 20, CLAIMS_MAX = 20000 };

static const struct choice states[] = {
    { "OPEN", "待核查", "Open" },
    { "PASSED", "属实", "Found right" },
    { "FAILED", "不属实", "Found wrong" },
    { 0 },
};

/* --- deciding --- */
static enum err decide(struct ctx *cx, const struct rows *before, const char *finding)
{
    return db_exec(cx,
                   "UPDATE claim_audit AS a SET finding = $1, decided_by = $2"
                   " WHERE a.id = $3 AND SCOPE(claim_audit a)",
                   P(finding), P(cx->who.user_id), P(row_int(before, 0, "id")));
}

/* The claim goes back with the finding as the reason, if it is still on its way. */
static enum err on_fail(struct ctx *cx, const struct rows *before, const char *finding)
{
    struct rows claim;

    TRY(decide(cx, before, finding));
    TRY(db_one(
        cx, &claim,
        "SELECT state FROM claim c WHERE SCOPE_NOT(claim 'its audit is in scope') AND c.id = $1",
        P(row_int(before, 0, "claim_id"))));
    if (!claim_is_live(row_text(&claim, 0, "state")) ||
        str_eq(row_text(&claim, 0, "state"), "ELIGIBLE") ||
        str_eq(row_text(&claim, 0, "state"), "RETURNED"))
        return OK;
    return claim_event(cx, row_int(before, 0, "claim_id"), "return", finding);
}

static const struct transition transitions[] = {
    { "pass", "OPEN", "PASSED", "属实", "Found right", .needs_reason = true, .rule = decide },
    { "fail", "OPEN", "FAILED", "不属实", "Found wrong", .needs_reason = true, .rule = on_fail },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
struct audit_row {
    int64_t id;
};
static const struct field fields[] = {
    OUTPUT("claim_id", FIELD_ID, "申领", "Claim", .sql = "a.claim_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("policy_id", FIELD_ID, "政策", "Policy", .sql = "a.policy_id", .use = USE_FILTER),
    OUTPUT("policy_name", FIELD_TEXT, "补贴", "Subsidy", .use = LISTED,
           .sql = "(SELECT y.title_zh FROM policy y WHERE y.id = a.policy_id)"),
    OUTPUT("policy_name_en", FIELD_TEXT, "补贴（英文）", "Subsidy", .use = USE_LIST,
           .sql = "(SELECT y.title_en FROM policy y WHERE y.id = a.policy_id)"),
    OUTPUT(
        "person_name", FIELD_NAME, "姓名", "Name", .use = LISTED,
        .sql =
            "(SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the audit is in scope') AND p.id = a.person_id)"),
    OUTPUT("employer_id", FIELD_ID, "企业", "Employer", .sql = "a.employer_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT(
        "employer_name", FIELD_TEXT, "企业名称", "Employer name", .use = LISTED,
        .sql =
            "(SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'the audit is in scope') AND e.id = a.employer_id)"),
    OUTPUT("home", FIELD_DIVISION, "户籍地代码", "Domicile", .sql = "a.home", .use = USE_FILTER),
    OUTPUT("home_name", FIELD_TEXT, "户籍地", "Domicile name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = a.home)"),
    OUTPUT("seed", FIELD_TEXT, "公布的种子", "Published seed", .sql = "a.seed", .use = LISTED),
    OUTPUT("draw_id", FIELD_ID, "抽取批次", "Draw", .sql = "a.draw_id", .use = USE_FILTER),
    OUTPUT("finding", FIELD_TEXT, "核查情况", "Finding", .sql = "a.finding", .use = LISTED),
    OUTPUT("decided_by", FIELD_ID, "核查人", "Decided by", .sql = "a.decided_by"),
    OUTPUT("decided_by_name", FIELD_NAME, "核查人姓名", "Decided by name", .use = USE_EXPORT,
           .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = a.decided_by)"),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = states, .sql = "a.state",
           .use = LISTED | USE_FILTER),
    { 0 },
};
const struct record audit_record = {
    .name = "claim_audit",
    .zh = "抽查",
    .en = "sample audit",
    .table = "claim_audit",
    .alias = "a",
    .fields = fields,
    .size = sizeof(struct audit_row),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = transitions,
};

enum err claim_check_audit(struct ctx *cx, int64_t claim_id)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT a.id FROM claim_audit a WHERE SCOPE_NOT(claim_audit 'the audit of a claim in scope') AND a.claim_id = $1 AND a.state = 'OPEN'",
        P(claim_id)));
    if (r.n == 0)
        return OK;
    return hint(cx,
                fail(cx, E_CONFLICT, "claim.audit_open", "%s",
                     T("已被抽查，尚无结论", "it was drawn for audit, which is not decided yet")),
                "%s", T("请先在“抽查”中写明核查情况", "write down what was found first"));
}

/* --- drawing --- */
const struct field draw_fields[] = {
    PARAM(struct draw_input, policy_id, FIELD_ID, "政策", "Policy", .required = true,
          .refers = "policy"),
    PARAM(struct draw_input, seed, FIELD_TEXT, "公布的种子", "Published seed", .required = true,
          .help_zh = "抽取前公布，如当日彩票号码",
          .help_en = "published before, such as a lottery number"),
    PARAM(struct draw_input, percent, FIELD_INT, "比例（%）", "Percent",
          .help_zh = "不写则为20；每家企业至少2笔、至多20笔"),
    { 0 },
};

struct lot {
    int row;
    int64_t employer_id;
    const char *hash;
};

static int compare_lots(const void *a, const void *b)
{
    const struct lot *x = a, *y = b;

    if (x->employer_id != y->employer_id)
        return x->employer_id < y->employer_id ? -1 : 1;
    return strcmp(x->hash, y->hash);
}

int claim_sample_size(int n, int percent)
{
    int k = (n * percent + 99) / 100;

    return MIN(n, MIN(MOST, MAX(LEAST, k)));
}

static enum err draw_one(struct ctx *cx, const struct rows *claims, const struct lot *lot,
                         int64_t draw_id, const struct draw_input *in)
{
    int64_t id = store_new_id(cx->store), claim = row_int(claims, lot->row, "id");
    int64_t home = row_int(claims, lot->row, "home"), work = row_int(claims, lot->row, "work");
    int64_t person = row_int(claims, lot->row, "person_id");
    int64_t employer = lot->employer_id ? lot->employer_id : NONE; /* a station has none */

    TRY(db_exec(
        cx,
        "INSERT INTO claim_audit (id, draw_id, seed, claim_id, policy_id, person_id, employer_id, home, work, state, created_at, updated_at)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, 'OPEN', $10, $10"
        " WHERE SCOPE(claim_audit home=$8, work=$9, employer_id=$7, person_id=$6)",
        P(id), P(draw_id), P(in->seed), P(claim), P(in->policy_id), P(person), P(employer), P(home),
        P(work), P(cx->now)));
    return journal_append(cx, &(struct journal_entry){
                                  .kind = "claim_audit",
                                  .record_id = id,
                                  .action = "draw",
                                  .after = arena_printf(cx->mem, "{\"claim_id\":\"%lld\"}",
                                                        (long long)claim),
                                  .reason = in->seed,
                                  .home = home,
                                  .work = work,
                                  .employer_id = employer,
                                  .person_id = person });
}

/* Each employer's lots follow each other, the smallest first. */
static enum err draw_from(struct ctx *cx, const struct rows *claims, struct lot *lots,
                          int64_t draw_id, int *ret_drawn, int *ret_employers)
{
    const struct draw_input *in = cx->in;
    int percent = in->percent == NONE ? PERCENT : (int)in->percent;

    *ret_drawn = *ret_employers = 0;
    for (int from = 0, to; from < claims->n; from = to) {
        for (to = from; to < claims->n && lots[to].employer_id == lots[from].employer_id; to++)
            ;
        int k = claim_sample_size(to - from, percent);
        for (int i = from; i < from + k; i++)
            TRY(draw_one(cx, claims, &lots[i], draw_id, in));
        *ret_drawn += k;
        ++*ret_employers;
    }
    return OK;
}

static enum err read_claims(struct ctx *cx, const struct draw_input *in, struct rows *ret)
{
    TRY(db_rows(
        cx, ret,
        "SELECT c.id, c.home, c.work, c.person_id, coalesce(c.employer_id,"
        " (SELECT a.employer_id FROM placement a WHERE SCOPE_NOT(placement 'the claim is in scope') AND a.person_id = c.person_id"
        " AND a.start_on <= c.due_on ORDER BY a.start_on DESC, a.id LIMIT 1), 0) AS employer"
        " FROM claim c WHERE SCOPE(claim c) AND c.policy_id = $1 AND c.draw_id IS NULL"
        " AND c.state IN ('SUBMITTED', 'CHECKED', 'REVIEWED', 'NOTICE') ORDER BY c.id LIMIT $2",
        P(in->policy_id), P(CLAIMS_MAX)));
    if (ret->n == 0)
        return fail(cx, E_CONFLICT, "claim.none", "%s",
                    T("没有可抽查的申领", "there is no claim to draw from"));
    return OK;
}

enum err claims_op_draw(struct ctx *cx)
{
    const struct draw_input *in = cx->in;
    int64_t draw_id = store_new_id(cx->store);
    int drawn, employers;
    struct rows claims;
    struct lot *lots;

    if (in->percent != NONE && (in->percent < 1 || in->percent > 100))
        return fail_field(cx, "percent", "number.range", "%s",
                          T("应在1至100之间", "lies between 1 and 100"));
    TRY(read_claims(cx, in, &claims));
    lots = NEW_ARRAY(cx->mem, struct lot, claims.n);
    for (int i = 0; i < claims.n; i++) {
        const char *ticket =
            arena_printf(cx->mem, "%s|%lld", in->seed, (long long)row_int(&claims, i, "id"));
        lots[i] = (struct lot){ i, row_int(&claims, i, "employer"),
                                hash_bytes(cx->mem, ticket, strlen(ticket)) };
        TRY(db_exec(cx, "UPDATE claim AS c SET draw_id = $1 WHERE c.id = $2 AND SCOPE(claim c)",
                    P(draw_id), P(row_int(&claims, i, "id"))));
    }
    qsort(lots, (size_t)claims.n, sizeof *lots, compare_lots);
    TRY(draw_from(cx, &claims, lots, draw_id, &drawn, &employers));
    json_object(cx->out);
    json_put_id(cx->out, "draw_id", draw_id);
    json_put_str(cx->out, "seed", in->seed);
    json_put_int(cx->out, "claims", claims.n);
    json_put_int(cx->out, "employers", employers);
    json_put_int(cx->out, "drawn", drawn);
    json_end(cx->out);
    return OK;
}
