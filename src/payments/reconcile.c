/* reconcile.c — claims, payment lines, recoveries and the ledger side by side: each sum is taken
 * twice, from the records and from the ledger, and the difference is 0 or somebody has to look. */
#include "payments/payments_int.h"

#include <stdlib.h>

#include "base/amount.h"
#include "claims/claims.h"

/* Of payers within $1..$2, a fund ($3, NULL = all) and a year ($4, NULL = all). Joined so that a
 * claim that was never entered is found out when all years are asked for. */
#define FOR_CLAIM                                                \
    " y.payer BETWEEN $1 AND $2 AND ($3 IS NULL OR y.fund = $3)" \
    " AND ($4 IS NULL OR c.budget_year = $4)"
#define OF_LINES                                                                                       \
    " FROM payment_line l JOIN payment_batch b ON b.id = l.batch_id JOIN claim c ON c.id = l.claim_id" \
    " JOIN policy y ON y.id = c.policy_id WHERE SCOPE(payment_line l)"                                 \
    " AND SCOPE_NOT(payment_batch 'its line is in scope') AND SCOPE_NOT(claim 'its line is in scope')" \
    " AND COALESCE(l.return_code, '') <> 'NO_ACCOUNT' AND b.state <> 'DRAFT' AND" FOR_CLAIM
#define OF_RECOVERIES                                                                          \
    " FROM adjustment j JOIN claim c ON c.id = j.claim_id JOIN policy y ON y.id = c.policy_id" \
    " WHERE SCOPE(adjustment j) AND SCOPE_NOT(claim 'its recovery is in scope')"               \
    " AND j.kind = 'RECOVERY' AND" FOR_CLAIM
#define SUM_OF(what) "SELECT CAST(COALESCE(SUM(" what "), 0) AS BIGINT) AS fen, COUNT(*) AS n"

static const struct item {
    const char *code, *zh, *en;
    const char *sql;            /* from the records */
    enum ledger_event event[3]; /* from the ledger: their sum; LEDGER_EVENTS = none */
} items[] = {
    { "approved",
      "已终审申领",
      "Approved claims",
      SUM_OF(
          "c.amount_fen") " FROM claim c JOIN policy y ON y.id = c.policy_id WHERE SCOPE(claim c)"
                          " AND c.state IN ('APPROVED', 'IN_PAYMENT', 'PAID', 'PAYMENT_FAILED') AND" FOR_CLAIM,
      { LEDGER_APPROVED, LEDGER_EVENTS, LEDGER_EVENTS } },
    { "locked",
      "入批支付明细",
      "Lines of locked batches",
      SUM_OF("l.amount_fen") OF_LINES,
      { LEDGER_LOCKED, LEDGER_EVENTS, LEDGER_EVENTS } },
    { "paid",
      "银行支付成功",
      "Paid by the bank",
      SUM_OF("l.amount_fen - l.offset_fen") OF_LINES " AND l.state = 'SUCCESS'",
      { LEDGER_PAID, LEDGER_EVENTS, LEDGER_EVENTS } },
    { "returned",
      "银行退回",
      "Returned by the bank",
      SUM_OF("l.amount_fen - l.offset_fen") OF_LINES
      " AND l.state IN ('FAILED', 'CORRECTED', 'REISSUED')",
      { LEDGER_RETURNED, LEDGER_EVENTS, LEDGER_EVENTS } },
    { "offset",
      "抵扣追回",
      "Kept back",
      SUM_OF("l.offset_fen") OF_LINES
      " AND l.offset_fen > 0 AND b.state NOT IN ('LOCKED', 'APPROVED')",
      { LEDGER_OFFSET, LEDGER_EVENTS, LEDGER_EVENTS } },
    { "recoveries",
      "应追回",
      "To be recovered",
      SUM_OF("j.amount_fen") OF_RECOVERIES,
      { LEDGER_RECOVERY, LEDGER_EVENTS, LEDGER_EVENTS } },
    { "recovered",
      "已了结追回",
      "Recoveries settled",
      SUM_OF("CASE WHEN j.state = 'OPEN' THEN j.settled_fen ELSE j.amount_fen END") OF_RECOVERIES,
      { LEDGER_SET_OFF, LEDGER_REPAID, LEDGER_WAIVED } },
};

enum err payments_compare(struct ctx *cx, const struct payments_of *of,
                          struct payments_sum ret[PAYMENTS_SUMS])
{
    _Static_assert(ARRAY_LEN(items) == PAYMENTS_SUMS, "one sum for each item");
    struct rows r;

    for (size_t i = 0; i < ARRAY_LEN(items); i++) {
        TRY(db_one_list(cx, &r, items[i].sql,
                        PARAMS_(P(of->lo), P(of->hi), P(of->fund), P(of->year))));
        ret[i] = (struct payments_sum){ items[i].code, T(items[i].zh, items[i].en),
                                        row_int(&r, 0, "n"), row_int(&r, 0, "fen"), 0 };
        for (size_t e = 0; e < ARRAY_LEN(items[i].event); e++) {
            int64_t fen;
            if (items[i].event[e] == LEDGER_EVENTS)
                continue;
            TRY(ledger_sum(cx, items[i].event[e], of->lo, of->hi, of->fund, of->year, &fen));
            ret[i].ledger_fen += fen;
        }
    }
    return OK;
}

/* --- one payer, fund and year --- */
const struct field reconcile_fields[] = {
    PARAM(struct reconcile_input, payer, FIELD_DIVISION, "付款单位", "Payer", .required = true),
    PARAM(struct reconcile_input, fund, FIELD_TEXT, "资金", "Fund", .max = 80),
    PARAM(struct reconcile_input, year, FIELD_INT, "年度", "Year", .min = 1996, .max = 2100),
    { 0 },
};

/* Sums that follow from the others: what is still owed, on its way, and open. */
static void put_balance(struct ctx *cx, const struct payments_sum *s)
{
    int64_t left[2][3];

    for (int side = 0; side < 2; side++) {
        int64_t v[PAYMENTS_SUMS];
        for (int i = 0; i < PAYMENTS_SUMS; i++)
            v[i] = side ? s[i].ledger_fen : s[i].fen;
        left[side][0] = v[0] - v[1] + v[3];        /* owed and in no batch */
        left[side][1] = v[1] - v[2] - v[3] - v[4]; /* in payment */
        left[side][2] = v[5] - v[6];               /* to be given back */
    }
    json_key(cx->out, "balances");
    json_object(cx->out);
    json_put_int(cx->out, "owed_fen", left[0][0]);
    json_put_int(cx->out, "in_payment_fen", left[0][1]);
    json_put_int(cx->out, "to_recover_fen", left[0][2]);
    json_put_int(cx->out, "difference_fen",
                 llabs(left[0][0] - left[1][0]) + llabs(left[0][1] - left[1][1]) +
                     llabs(left[0][2] - left[1][2]));
    json_end(cx->out);
}

enum err payments_reconcile(struct ctx *cx)
{
    const struct reconcile_input *in = cx->in;
    struct payments_of of = { .fund = in->fund, .year = in->year };
    struct payments_sum sums[PAYMENTS_SUMS];
    int64_t difference = 0;

    division_range(in->payer, &of.lo, &of.hi);
    TRY(payments_compare(cx, &of, sums));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < PAYMENTS_SUMS; i++) {
        json_object(cx->out);
        json_put_str(cx->out, "code", sums[i].code);
        json_put_str(cx->out, "title", sums[i].title);
        json_put_int(cx->out, "count", sums[i].n);
        json_put_int(cx->out, "amount_fen", sums[i].fen);
        json_put_int(cx->out, "ledger_fen", sums[i].ledger_fen);
        json_put_int(cx->out, "difference_fen", sums[i].fen - sums[i].ledger_fen);
        json_end(cx->out);
        difference += llabs(sums[i].fen - sums[i].ledger_fen);
    }
    json_end(cx->out);
    put_balance(cx, sums);
    json_put_int(cx->out, "difference_fen", difference);
    json_end(cx->out);
    return OK;
}

/* --- everything --- */
/* A batch says what its lines say, and a claim has at most one payment that went through. */
static enum err check_batches(struct ctx *cx)
{
    struct rows r;

    TRY(db_one(
        cx, &r,
        "SELECT COUNT(*) AS n FROM payment_batch b WHERE SCOPE(payment_batch b) AND b.paid_fen <>"
        " (SELECT COALESCE(SUM(l.amount_fen - l.offset_fen), 0) FROM payment_line l"
        " WHERE SCOPE_NOT(payment_line 'its batch is in scope') AND l.batch_id = b.id AND l.state = 'SUCCESS')"));
    if (row_int(&r, 0, "n"))
        return fail(cx, E_CONFLICT, "ledger.batch",
                    T("%lld 个批次的已付金额与其明细不符",
                      "%lld batches were not paid what their lines say"),
                    (long long)row_int(&r, 0, "n"));
    TRY(db_one(
        cx, &r,
        "SELECT COUNT(*) AS n FROM claim c WHERE SCOPE(claim c) AND c.state = 'PAID' AND c.amount_fen <>"
        " (SELECT COALESCE(SUM(CASE WHEN l.state = 'SUCCESS' THEN l.amount_fen ELSE l.offset_fen END), 0) FROM payment_line l"
        " WHERE SCOPE_NOT(payment_line 'its claim is in scope') AND l.claim_id = c.id)"));
    if (row_int(&r, 0, "n"))
        return fail(cx, E_CONFLICT, "ledger.claim",
                    T("%lld 笔申领的实付与核定金额不符",
                      "%lld claims were not paid what was approved"),
                    (long long)row_int(&r, 0, "n"));
    return OK;
}

enum err payments_verify(struct ctx *cx, int64_t *ret_sums)
{
    const struct payments_of all = { 0, INT64_MAX, NULL, NONE };
    struct payments_sum sums[PAYMENTS_SUMS];
    char was[32], is[32];
    int64_t gap;

    TRY(payments_compare(cx, &all, sums));
    for (int i = 0; i < PAYMENTS_SUMS; i++)
        if (sums[i].fen != sums[i].ledger_fen)
            return fail(cx, E_CONFLICT, "ledger.differs",
                        T("资金账不平：%s，记录合计 %s 元，资金账 %s 元",
                          "the ledger differs: %s, %s yuan by the records, %s by the ledger"),
                        sums[i].title, amount_format(sums[i].fen, was),
                        amount_format(sums[i].ledger_fen, is));
    TRY(check_batches(cx));
    TRY(ledger_budget_gap(cx, &gap));
    if (gap)
        return fail(cx, E_CONFLICT, "ledger.budget",
                    T("预算与资金账相差 %s 元", "budgets and the ledger differ by %s yuan"),
                    amount_format(gap, was));
    *ret_sums = PAYMENTS_SUMS + 3;
    return OK;
}

/* --- payments made before the ledger was kept --- */
static enum err enter_lines(struct ctx *cx, int64_t claim_id)
{
    struct ledger_claim c;
    struct rows r;

    TRY(claim_ledger(cx, claim_id, &c));
    TRY(db_rows(
        cx, &r,
        "SELECT l.id, l.batch_id, l.amount_fen, l.offset_fen, l.state, b.sent_at FROM payment_line l JOIN payment_batch b ON b.id = l.batch_id"
        " WHERE SCOPE_NOT(payment_line 'the ledger holds all payments') AND SCOPE_NOT(payment_batch 'the ledger holds all payments')"
        " AND l.claim_id = $1 AND COALESCE(l.return_code, '') <> 'NO_ACCOUNT' AND b.state <> 'DRAFT' ORDER BY l.id",
        P(claim_id)));
    for (int i = 0; i < r.n; i++) {
        struct ledger_cause by = { row_int(&r, i, "id"), row_int(&r, i, "batch_id"), NONE };
        const char *state = row_text(&r, i, "state");
        int64_t fen = row_int(&r, i, "amount_fen"), offset = row_int(&r, i, "offset_fen");
        TRY(ledger_post(cx, &c, LEDGER_LOCKED, fen, by));
        if (row_int(&r, i, "sent_at") != NONE)
            TRY(ledger_post(cx, &c, LEDGER_OFFSET, offset, by));
        if (!str_eq(state, "PENDING"))
            TRY(ledger_post(cx, &c, str_eq(state, "SUCCESS") ? LEDGER_PAID : LEDGER_RETURNED,
                            fen - offset, by));
    }
    return OK;
}

static enum err enter_recoveries(struct ctx *cx)
{
    struct ledger_claim c;
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT id, claim_id, state, amount_fen, settled_fen FROM adjustment WHERE SCOPE_NOT(adjustment 'the ledger holds all recoveries')"
        " AND kind = 'RECOVERY' ORDER BY id"));
    for (int i = 0; i < r.n; i++) {
        struct ledger_cause by = { NONE, NONE, row_int(&r, i, "id") };
        const char *state = row_text(&r, i, "state");
        int64_t fen = row_int(&r, i, "amount_fen"), settled = row_int(&r, i, "settled_fen");
        TRY(claim_ledger(cx, row_int(&r, i, "claim_id"), &c));
        TRY(ledger_post(cx, &c, LEDGER_RECOVERY, fen, by));
        TRY(ledger_post(cx, &c, LEDGER_SET_OFF, settled, by));
        if (str_eq(state, "REPAID") || str_eq(state, "WAIVED"))
            TRY(ledger_post(cx, &c, str_eq(state, "REPAID") ? LEDGER_REPAID : LEDGER_WAIVED,
                            fen - settled, by));
    }
    return OK;
}

/* Once, after the upgrade that brought the ledger. */
enum err payments_seed(struct ctx *cx)
{
    const int64_t *ids;
    struct rows r;
    int n;

    TRY(db_rows(
        cx, &r,
        "SELECT 1 AS one FROM ledger_entry WHERE SCOPE_NOT(ledger_entry 'is it kept yet') LIMIT 1"));
    if (r.n)
        return OK;
    TRY(claims_enter_old(cx, &ids, &n));
    for (int i = 0; i < n; i++)
        TRY(enter_lines(cx, ids[i]));
    return enter_recoveries(cx);
}
