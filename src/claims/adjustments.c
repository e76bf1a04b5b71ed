/* adjustments.c — supplements and recoveries as records, and how recoveries are settled: kept back
 * of a later payment, paid back, or waived. */
#include "claims/claims_int.h"

#include "accounts/accounts.h"
#include "platform/journal.h"

static const struct choice kinds[] = {
    { "SUPPLEMENT", "补发", "Supplement" },
    { "RECOVERY", "追回", "Recovery" },
    { 0 },
};
static const struct choice states[] = {
    { "CLAIMED", "已转申领", "A further claim" },
    { "OPEN", "待追回", "Open" },
    { "OFFSET", "已抵扣", "Set off" },
    { "REPAID", "已退回", "Repaid" },
    { "WAIVED", "免予追回", "Waived" },
    { 0 },
};

/* Who found that money is owed back does not say alone that it no longer is; and nothing of it is
 * on its way into a payment. */
static enum err settle(struct ctx *cx, const struct rows *before, const char *reason,
                       enum ledger_event event)
{
    int64_t me = cx->who.user_id, taken = row_int(before, 0, "taken_fen");
    struct ledger_claim charged;
    struct rows claim;
    struct hand hand;

    TRY(db_one(
        cx, &claim,
        "SELECT c.policy_id FROM claim c WHERE SCOPE_NOT(claim 'its recovery is in scope') AND c.id = $1",
        P(row_int(before, 0, "claim_id"))));
    TRY(claim_check_payer(cx, &claim));
    TRY(account_check_identity(cx));
    TRY(account_hand(cx, me, &hand));
    if (hand_has(&hand, row_int(before, 0, "made_by")))
        return fail(cx, E_FORBIDDEN, "adjustment.same_hand", "%s",
                    T("更正人不能自己了结追回，须由他人办理",
                      "who entered the correction cannot settle what follows from it"));
    if (taken != row_int(before, 0, "settled_fen"))
        return hint(cx,
                    fail(cx, E_CONFLICT, "adjustment.in_payment", "%s",
                         T("其中一部分正在支付批次中抵扣", "part of it is being set off")),
                    "%s", T("请待该批次送银行后再办理", "wait until that batch is sent"));
    TRY(claim_ledger(cx, row_int(before, 0, "claim_id"), &charged));
    TRY(ledger_post(cx, &charged, event, row_int(before, 0, "amount_fen") - taken,
                    (struct ledger_cause){ NONE, NONE, row_int(before, 0, "id") }));
    return db_exec(
        cx,
        "UPDATE adjustment AS j SET reason = $1, settled_by = $2 WHERE j.id = $3 AND j.taken_fen = $4 AND SCOPE(adjustment j)",
        P(reason), P(me), P(row_int(before, 0, "id")), P(taken));
}

static enum err on_repay(struct ctx *cx, const struct rows *before, const char *reason)
{
    return settle(cx, before, reason, LEDGER_REPAID);
}

static enum err on_waive(struct ctx *cx, const struct rows *before, const char *reason)
{
    return settle(cx, before, reason, LEDGER_WAIVED);
}

static const struct transition steps[] = {
    { "repay", "OPEN", "REPAID", "登记退回", "Repaid", .needs_reason = true, .rule = on_repay },
    { "waive", "OPEN", "WAIVED", "免予追回", "Waive", .needs_reason = true, .rule = on_waive },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
struct adjustment_row {
    int64_t id;
};
static const struct field fields[] = {
    OUTPUT("kind", FIELD_CHOICE, "类别", "Kind", .choices = kinds, .sql = "j.kind",
           .use = LISTED | USE_FILTER),
    OUTPUT("correction_id", FIELD_ID, "更正", "Correction", .sql = "j.correction_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("claim_id", FIELD_ID, "原申领", "Claim", .sql = "j.claim_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("supplement_id", FIELD_ID, "补发申领", "Further claim", .sql = "j.supplement_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("decision_id", FIELD_ID, "重新认定", "Decided anew", .sql = "j.decision_id",
           .use = USE_LIST),
    OUTPUT("payer", FIELD_DIVISION, "付款单位", "Payer", .sql = "j.payer", .use = USE_FILTER),
    OUTPUT("payer_name", FIELD_TEXT, "付款单位名称", "Payer name",
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = j.payer)"),
    OUTPUT("fund", FIELD_CHOICE, "资金", "Fund", .choices = policy_fund_choices, .sql = "j.fund",
           .use = LISTED | USE_FILTER),
    OUTPUT("person_id", FIELD_ID, "人员", "Person", .sql = "j.person_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT(
        "person_name", FIELD_NAME, "姓名", "Name", .use = LISTED,
        .sql =
            "(SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the adjustment is in scope') AND p.id = j.person_id)"),
    OUTPUT("employer_id", FIELD_ID, "企业", "Employer", .sql = "j.employer_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("amount_fen", FIELD_MONEY, "金额", "Amount", .sql = "j.amount_fen", .use = LISTED),
    OUTPUT("settled_fen", FIELD_MONEY, "已抵扣金额", "Set off", .sql = "j.settled_fen",
           .use = LISTED),
    OUTPUT("reason", FIELD_TEXT, "原因", "Reason", .sql = "j.reason", .use = USE_EXPORT),
    OUTPUT("made_by_name", FIELD_TEXT, "更正人", "Corrected by", .use = LISTED,
           .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = j.made_by)"),
    OUTPUT("settled_by_name", FIELD_TEXT, "办结人", "Settled by", .use = LISTED,
           .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = j.settled_by)"),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = states, .sql = "j.state",
           .use = LISTED | USE_FILTER),
    OUTPUT("created_at", FIELD_INSTANT, "产生时间", "Made", .sql = "j.created_at", .use = USE_LIST),
    { 0 },
};
const struct record adjustment_record = {
    .name = "adjustment",
    .zh = "补发或追回",
    .en = "adjustment",
    .table = "adjustment",
    .alias = "j",
    .fields = fields,
    .size = sizeof(struct adjustment_row),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = steps,
};

/* --- set off against payments --- */
/* What the payee of a claim owes to the payer's fund. */
static enum err open_recoveries(struct ctx *cx, const struct claim_due *due, const char *fund,
                                struct rows *ret)
{
    const char *payee = due->employer_id != NONE ? "j.employer_id = $3"
                        : due->org_id != NONE    ? "j.org_id = $3"
                                                 : "j.person_id = $3 AND j.employer_id IS NULL"
                                                   " AND j.org_id IS NULL";
    int64_t id = due->employer_id != NONE ? due->employer_id
                 : due->org_id != NONE    ? due->org_id
                                          : due->person_id;

    return db_rows_list(
        cx, ret,
        arena_printf(
            cx->mem,
            "SELECT j.id, j.amount_fen - j.taken_fen AS left_fen FROM adjustment j"
            " WHERE SCOPE_NOT(adjustment 'a payment in scope is set against it') AND j.kind = 'RECOVERY' AND j.state = 'OPEN'"
            " AND j.payer = $1 AND j.fund = $2 AND %s AND j.taken_fen < j.amount_fen ORDER BY j.id",
            payee),
        PARAMS_(P(due->payer), P(fund), P(id)));
}

enum err recoveries_owing(struct ctx *cx, const char *fund, const int64_t **ret, int *ret_n)
{
    struct rows r;
    int64_t *ids;

    TRY(db_rows(
        cx, &r,
        "SELECT DISTINCT COALESCE(j.employer_id, j.org_id, j.person_id) AS payee_id FROM adjustment j"
        " WHERE SCOPE_NOT(adjustment 'a payment in scope is set against it') AND j.kind = 'RECOVERY' AND j.state = 'OPEN'"
        " AND j.fund = $1 AND j.taken_fen < j.amount_fen ORDER BY payee_id",
        P(fund)));
    ids = NEW_ARRAY(cx->mem, int64_t, r.n);
    for (int i = 0; i < r.n; i++)
        ids[i] = row_int(&r, i, "payee_id");
    *ret = ids;
    *ret_n = r.n;
    return OK;
}

enum err recoveries_room(struct ctx *cx, const struct claim_due *due, const char *fund,
                         int64_t *ret_fen)
{
    struct rows r;
    int64_t sum = 0;

    TRY(open_recoveries(cx, due, fund, &r));
    for (int i = 0; i < r.n; i++)
        sum += row_int(&r, i, "left_fen");
    *ret_fen = MIN(sum, due->amount_fen);
    return OK;
}

enum err recoveries_take(struct ctx *cx, const struct claim_due *due, const char *fund,
                         int64_t line_id, int64_t *ret_fen)
{
    struct rows r;
    int64_t sum = 0;

    TRY(open_recoveries(cx, due, fund, &r));
    for (int i = 0; i < r.n && sum < due->amount_fen; i++) {
        int64_t fen = MIN(row_int(&r, i, "left_fen"), due->amount_fen - sum);
        TRY(db_exec(
            cx,
            "UPDATE adjustment SET taken_fen = taken_fen + $1, version = version + 1, updated_at = $2"
            " WHERE SCOPE_NOT(adjustment 'a payment in scope is set against it') AND id = $3 AND state = 'OPEN'"
            " AND taken_fen + $1 <= amount_fen",
            P(fen), P(cx->now), P(row_int(&r, i, "id"))));
        if (cx->changed != 1)
            return fail(cx, E_BUSY, "record.raced", "%s",
                        T("记录正被别人修改，请重试", "the record is being changed; try again"));
        TRY(db_exec(
            cx,
            "INSERT INTO adjustment_offset (line_id, adjustment_id, home, work, employer_id, person_id, amount_fen)"
            " SELECT $1, $2, $3, $4, $5, $6, $7 WHERE SCOPE_NOT(adjustment_offset 'its payment line is in scope')",
            P(line_id), P(row_int(&r, i, "id")), P(due->home), P(due->work), P(due->employer_id),
            P(due->person_id), P(fen)));
        sum += fen;
    }
    *ret_fen = sum;
    return OK;
}

enum err recoveries_sent(struct ctx *cx, int64_t claim_id, int64_t line_id, int64_t batch_id)
{
    struct ledger_claim paid, owed;
    struct rows r, j;

    TRY(claim_ledger(cx, claim_id, &paid));

    TRY(db_rows(
        cx, &r,
        "UPDATE adjustment_offset SET sent_at = $1 WHERE SCOPE_NOT(adjustment_offset 'its payment line is in scope')"
        " AND line_id = $2 AND sent_at IS NULL RETURNING adjustment_id, amount_fen",
        P(cx->now), P(line_id)));
    for (int i = 0; i < r.n; i++) {
        int64_t id = row_int(&r, i, "adjustment_id"), fen = row_int(&r, i, "amount_fen");
        TRY(db_one(
            cx, &j,
            "UPDATE adjustment SET settled_fen = settled_fen + $1, state = CASE WHEN settled_fen + $1 = amount_fen THEN 'OFFSET' ELSE state END,"
            " settled_by = $2, version = version + 1, updated_at = $3"
            " WHERE SCOPE_NOT(adjustment 'a payment in scope is set against it') AND id = $4"
            " RETURNING state, claim_id, home, work, employer_id, person_id",
            P(fen), P(cx->who.user_id), P(cx->now), P(id)));
        TRY(claim_ledger(cx, row_int(&j, 0, "claim_id"), &owed));
        TRY(ledger_post(cx, &paid, LEDGER_OFFSET, fen,
                        (struct ledger_cause){ line_id, batch_id, id }));
        TRY(ledger_post(cx, &owed, LEDGER_SET_OFF, fen,
                        (struct ledger_cause){ line_id, batch_id, id }));
        TRY(journal_append(
            cx,
            &(struct journal_entry){
                .kind = "adjustment",
                .record_id = id,
                .action = "offset",
                .before = "{\"state\":\"OPEN\"}",
                .after = arena_printf(cx->mem,
                                      "{\"state\":\"%s\",\"offset_fen\":%lld,\"line_id\":\"%lld\"}",
                                      row_text(&j, 0, "state"), (long long)fen, (long long)line_id),
                .home = row_int(&j, 0, "home"),
                .work = row_int(&j, 0, "work"),
                .employer_id = row_int(&j, 0, "employer_id"),
                .person_id = row_int(&j, 0, "person_id") }));
    }
    return OK;
}
