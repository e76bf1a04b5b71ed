/* ledger.c — accounts and movements. */
#include "ledger/ledger.h"

#include "ledger/ledger_int.h"
#include "policy/policies.h"

const struct choice ledger_accounts[] = {
    { "GRANT", "补贴支出", "Subsidies granted" },
    { "OBLIGATION", "应付补贴", "Owed" },
    { "IN_PAYMENT", "支付在途", "In payment" },
    { "CASH", "资金账户", "Cash of the fund" },
    { "RECEIVABLE", "应收追回", "To be given back" },
    { "CLEARING", "抵扣清算", "Set off" },
    { "WRITTEN_OFF", "免予追回", "Waived" },
    { "BUDGET_SOURCE", "预算来源", "Budget granted" },
    { "BUDGET_FREE", "可用预算", "Budget free" },
    { "BUDGET_RESERVED", "预留预算", "Budget reserved" },
    { "BUDGET_USED", "已用预算", "Budget used" },
    { 0 },
};
const struct choice ledger_events[] = {
    [LEDGER_APPROVED] = { "APPROVED", "终审应付", "Approved" },
    [LEDGER_LOCKED] = { "LOCKED", "入批支付", "In a batch" },
    [LEDGER_PAID] = { "PAID", "银行已付", "Paid" },
    [LEDGER_RETURNED] = { "RETURNED", "银行退回", "Returned" },
    [LEDGER_OFFSET] = { "OFFSET", "抵扣追回", "Kept back" },
    [LEDGER_RECOVERY] = { "RECOVERY", "应追回", "To be recovered" },
    [LEDGER_SET_OFF] = { "SET_OFF", "抵扣收回", "Recovered by setting off" },
    [LEDGER_REPAID] = { "REPAID", "退款收回", "Repaid" },
    [LEDGER_WAIVED] = { "WAIVED", "免予追回", "Waived" },
    [LEDGER_BUDGET] = { "BUDGET", "下达预算", "Budget set" },
    [LEDGER_BUDGET_CUT] = { "BUDGET_CUT", "调减预算", "Budget cut" },
    [LEDGER_EVENTS] = { 0 },
};

const char *ledger_account(const char *code, enum lang lang)
{
    return choice_label(ledger_accounts, code, lang);
}

/* What each event does: to the money, and to the budget. */
static const struct movement {
    const char *debit, *credit;
    const char *budget_debit, *budget_credit;
} movements[LEDGER_EVENTS] = {
    [LEDGER_APPROVED] = { "GRANT", "OBLIGATION", "BUDGET_RESERVED", "BUDGET_FREE" },
    [LEDGER_LOCKED] = { "OBLIGATION", "IN_PAYMENT", NULL, NULL },
    [LEDGER_PAID] = { "IN_PAYMENT", "CASH", "BUDGET_USED", "BUDGET_RESERVED" },
    [LEDGER_RETURNED] = { "IN_PAYMENT", "OBLIGATION", NULL, NULL },
    [LEDGER_OFFSET] = { "IN_PAYMENT", "CLEARING", "BUDGET_USED", "BUDGET_RESERVED" },
    [LEDGER_RECOVERY] = { "RECEIVABLE", "GRANT", NULL, NULL },
    [LEDGER_SET_OFF] = { "CLEARING", "RECEIVABLE", "BUDGET_FREE", "BUDGET_USED" },
    [LEDGER_REPAID] = { "CASH", "RECEIVABLE", "BUDGET_FREE", "BUDGET_USED" },
    [LEDGER_WAIVED] = { "WRITTEN_OFF", "RECEIVABLE", NULL, NULL },
    [LEDGER_BUDGET] = { NULL, NULL, "BUDGET_FREE", "BUDGET_SOURCE" },
    [LEDGER_BUDGET_CUT] = { NULL, NULL, "BUDGET_SOURCE", "BUDGET_FREE" },
};

int ledger_event_find(const char *code)
{
    for (int i = 0; i < LEDGER_EVENTS; i++)
        if (str_eq(ledger_events[i].code, code))
            return i;
    assert(!"an event of the ledger");
    return LEDGER_EVENTS;
}

static bool is_same_budget(const struct ledger_post *a, const struct ledger_post *b)
{
    return a->event == b->event && a->claim.payer == b->claim.payer &&
           a->claim.year == b->claim.year && str_eq(a->claim.fund, b->claim.fund);
}

/* Each budget once, with what all of these charge it with. */
static enum err move_budgets(struct ctx *cx, const struct ledger_post *all, int n)
{
    struct ledger_post *sums = NEW_ARRAY(cx->mem, struct ledger_post, n);
    int kinds = 0;

    for (int i = 0; i < n; i++) {
        int k = 0;

        while (k < kinds && !is_same_budget(&sums[k], &all[i]))
            k++;
        if (k == kinds)
            sums[kinds++] = all[i];
        else
            sums[k].fen += all[i].fen;
    }
    for (int k = 0; k < kinds; k++)
        if (sums[k].fen)
            TRY(budget_move(cx, &sums[k].claim, sums[k].event, sums[k].fen));
    return OK;
}

/* A row of the ledger; none when the movement has no such side. */
static int put_row(struct ctx *cx, const struct ledger_post *x, const char *debit,
                   const char *credit, struct params *ret)
{
    const struct ledger_claim *c = &x->claim;

    if (!debit)
        return 0;
    *ret =
        PARAMS(cx, P(store_new_id(cx->store)), P(cx->now), P(ledger_events[x->event].code),
               P(debit), P(credit), P(x->fen), P(c->payer), P(c->fund), P(c->year), P(c->claim_id),
               P(x->cause.line_id), P(x->cause.batch_id), P(x->cause.adjustment_id),
               P(c->person_id), P(c->employer_id), P(c->org_id), P(c->home), P(c->work));
    return 1;
}

enum err ledger_post_all(struct ctx *cx, const struct ledger_post *all, int n)
{
    struct params *rows = NEW_ARRAY(cx->mem, struct params, 2 * n);
    int row_n = 0;

    TRY(move_budgets(cx, all, n));
    for (int i = 0; i < n; i++) {
        const struct movement *m = &movements[all[i].event];

        if (all[i].fen == 0)
            continue;
        row_n += put_row(cx, &all[i], m->debit, m->credit, &rows[row_n]);
        row_n += put_row(cx, &all[i], m->budget_debit, m->budget_credit, &rows[row_n]);
    }
    return db_exec_all(
        cx,
        "INSERT INTO ledger_entry (id, at, event, debit, credit, amount_fen, payer, fund, year, claim_id, line_id, batch_id, adjustment_id,"
        " person_id, employer_id, org_id, home, work)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18"
        " WHERE SCOPE_NOT(ledger_entry 'what causes it is in scope')",
        rows, row_n);
}

enum err ledger_post(struct ctx *cx, const struct ledger_claim *c, enum ledger_event event,
                     int64_t fen, struct ledger_cause cause)
{
    return ledger_post_all(cx, &(struct ledger_post){ *c, event, fen, cause }, 1);
}

enum err ledger_sum(struct ctx *cx, enum ledger_event event, int64_t lo, int64_t hi,
                    const char *fund, int64_t year, int64_t *ret_fen)
{
    const struct movement *m = &movements[event];
    struct rows r;

    TRY(db_one(
        cx, &r,
        "SELECT CAST(COALESCE(SUM(e.amount_fen), 0) AS BIGINT) AS fen FROM ledger_entry e WHERE SCOPE(ledger_entry e)"
        " AND e.event = $1 AND e.debit = $2 AND e.payer BETWEEN $3 AND $4 AND ($5 IS NULL OR e.fund = $5) AND ($6 IS NULL OR e.year = $6)",
        P(ledger_events[event].code), P(m->debit ? m->debit : m->budget_debit), P(lo), P(hi),
        P(fund), P(year)));
    *ret_fen = row_int(&r, 0, "fen");
    return OK;
}

/* --- as records --- */
#define LISTED (USE_LIST | USE_EXPORT)
struct entry_row {
    int64_t id;
};
static const struct field fields[] = {
    OUTPUT("at", FIELD_INSTANT, "时间", "When", .sql = "e.at", .use = LISTED),
    OUTPUT("event", FIELD_CHOICE, "事项", "Event", .choices = ledger_events, .sql = "e.event",
           .use = LISTED | USE_FILTER),
    OUTPUT("debit", FIELD_CHOICE, "借方", "Debit", .choices = ledger_accounts, .sql = "e.debit",
           .use = LISTED | USE_FILTER),
    OUTPUT("credit", FIELD_CHOICE, "贷方", "Credit", .choices = ledger_accounts, .sql = "e.credit",
           .use = LISTED | USE_FILTER),
    OUTPUT("amount_fen", FIELD_MONEY, "金额", "Amount", .sql = "e.amount_fen", .use = LISTED),
    OUTPUT("payer", FIELD_DIVISION, "付款单位", "Payer", .sql = "e.payer",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("payer_name", FIELD_TEXT, "付款单位名称", "Payer name",
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = e.payer)"),
    OUTPUT("fund", FIELD_CHOICE, "资金", "Fund", .choices = policy_fund_choices, .sql = "e.fund",
           .use = LISTED | USE_FILTER),
    OUTPUT("year", FIELD_INT, "年度", "Year", .sql = "e.year", .use = LISTED | USE_FILTER),
    OUTPUT("claim_id", FIELD_ID, "申领", "Claim", .sql = "e.claim_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("line_id", FIELD_ID, "支付明细", "Payment line", .sql = "e.line_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("batch_id", FIELD_ID, "支付批次", "Payment batch", .sql = "e.batch_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("adjustment_id", FIELD_ID, "补发或追回", "Adjustment", .sql = "e.adjustment_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("person_id", FIELD_ID, "人员", "Person", .sql = "e.person_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("employer_id", FIELD_ID, "企业", "Employer", .sql = "e.employer_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("org_id", FIELD_ID, "工作站", "Station", .sql = "e.org_id", .use = USE_FILTER),
    { 0 },
};
const struct record ledger_record = {
    .name = "ledger_entry",
    .zh = "资金分录",
    .en = "ledger entry",
    .table = "ledger_entry",
    .alias = "e",
    .fields = fields,
    .size = sizeof(struct entry_row),
    .order = "-id",
    .has_no_version = true,
};

static const struct scoped tables[] = {
    { "ledger_entry", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { "budget", .home = "home", .work = "work" },
    { "budget_use", .home = "home", .work = "work" },
    { 0 },
};

static const struct op ops[] = {
    { "ledger.list", "GET /ledger", PERM_PAYMENT_READ, record_list, "资金分录",
      "Movements of money", &ledger_record },
    { "ledger.export", "GET /ledger/export", PERM_EXPORT, record_export, "导出资金分录",
      "Export movements of money", &ledger_record, .flags = OP_FILE | OP_DETACHED },
    { "budgets.list", "GET /budgets", PERM_PAYMENT_READ, record_list, "预算列表", "Budgets",
      &budget_record },
    { "budgets.get", "GET /budgets/{id}", PERM_PAYMENT_READ, record_get, "预算", "One budget",
      &budget_record },
    { "budgets.history", "GET /budgets/{id}/history", PERM_PAYMENT_READ, record_history, "变更记录",
      "Its history", &budget_record },
    { "budgets.create", "POST /budgets", PERM_PAYMENT_APPROVE, record_create, "下达预算",
      "Set a budget", &budget_record },
    { "budgets.change", "PATCH /budgets/{id}", PERM_PAYMENT_APPROVE, record_update, "调整预算",
      "Change a budget", &budget_record },
    { 0 },
};
static const struct record *const records[] = { &ledger_record, &budget_record, NULL };

const struct module ledger_module = { "ledger", "资金账", "Ledger", ops, tables, records };
