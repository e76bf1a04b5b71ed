/* budgets.c — what a payer may spend of a fund in a year. Where none is set nothing is refused;
 * where one is, an approval reserves, a payment uses, and what is given back is free again. */
#include "ledger/ledger_int.h"

#include "base/amount.h"
#include "policy/policies.h"

static const struct choice sides[] = {
    { "HOME", "输出地（西部）", "Origin (west)", "输出地|西部" },
    { "WORK", "输入地（东部）", "Destination (east)", "输入地|东部" },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
#define IN struct budget_input
IN
{
    int64_t id;
    int64_t payer, year, amount_fen, home, work;
    const char *side, *fund;
    int64_t was_fen;
};
#define USED(what)                                                                            \
    "(SELECT " what " FROM budget_use u WHERE SCOPE_NOT(budget_use 'its budget is in scope')" \
    " AND u.budget_id = g.id)"
static const struct field fields[] = {
    FIELD(IN, payer, FIELD_DIVISION, "付款单位", "Payer", .required = true, .sql = "g.payer",
          .use = USE_LIST | USE_FILTER | USE_FIXED),
    OUTPUT("payer_name", FIELD_TEXT, "付款单位名称", "Payer name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = g.payer)"),
    FIELD(IN, side, FIELD_CHOICE, "出资方", "Side", .choices = sides, .required = true,
          .sql = "g.side", .use = LISTED | USE_FILTER | USE_FIXED),
    FIELD(IN, home, FIELD_DIVISION, "输出地", "Origin", .sql = "g.home", .use = USE_DERIVED),
    FIELD(IN, work, FIELD_DIVISION, "输入地", "Destination", .sql = "g.work", .use = USE_DERIVED),
    FIELD(IN, fund, FIELD_CHOICE, "资金", "Fund", .choices = policy_fund_choices, .required = true,
          .sql = "g.fund", .use = LISTED | USE_FILTER | USE_FIXED),
    FIELD(IN, year, FIELD_INT, "年度", "Year", .required = true, .min = 1996, .max = 2100,
          .sql = "g.year", .use = LISTED | USE_FILTER | USE_FIXED),
    FIELD(IN, amount_fen, FIELD_MONEY, "预算", "Budget", .required = true, .min = 0,
          .max = 100000000000000, .sql = "g.amount_fen", .use = LISTED),
    OUTPUT("reserved_fen", FIELD_MONEY, "已预留", "Reserved", .use = LISTED,
           .sql = USED("u.reserved_fen")),
    OUTPUT("used_fen", FIELD_MONEY, "已使用", "Used", .use = LISTED, .sql = USED("u.used_fen")),
    OUTPUT("free_fen", FIELD_MONEY, "剩余", "Free", .use = LISTED,
           .sql = "g.amount_fen - " USED("u.reserved_fen + u.used_fen")),
    { 0 },
};

static const char *yuan(struct ctx *cx, int64_t fen)
{
    char text[32];

    return arena_strdup(cx->mem, amount_format(fen, text));
}

static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    IN *in = input;
    struct rows use;
    int64_t bound;

    in->was_fen = before ? row_int(before, 0, "amount_fen") : 0;
    if (!before) {
        in->home = str_eq(in->side, "HOME") ? in->payer : NONE;
        in->work = str_eq(in->side, "HOME") ? NONE : in->payer;
        return OK;
    }
    in->payer = row_int(before, 0, "payer");
    in->fund = row_text(before, 0, "fund");
    in->year = row_int(before, 0, "year");
    in->home = row_int(before, 0, "home");
    in->work = row_int(before, 0, "work");
    TRY(db_one(
        cx, &use,
        "SELECT reserved_fen + used_fen AS fen FROM budget_use WHERE SCOPE_NOT(budget_use 'its budget is in scope') AND budget_id = $1",
        P(row_int(before, 0, "id"))));
    bound = row_int(&use, 0, "fen");
    if (in->amount_fen >= bound)
        return OK;
    return fail_field(cx, "amount_fen", "budget.below_use",
                      T("预算不能低于已预留和已使用的 %s 元",
                        "%s yuan are reserved or used: the budget cannot be lower"),
                      yuan(cx, bound));
}

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const IN *in = input;

    (void)employer_id, (void)person_id;
    *home = in->home;
    *work = in->work;
}

/* What was approved and paid before the budget was set. */
static enum err count_so_far(struct ctx *cx, const IN *in, int64_t id)
{
    struct rows r;

    TRY(db_one(
        cx, &r,
        "SELECT CAST(COALESCE(SUM(CASE WHEN e.debit = 'BUDGET_RESERVED' THEN e.amount_fen WHEN e.credit = 'BUDGET_RESERVED' THEN -e.amount_fen"
        " ELSE 0 END), 0) AS BIGINT) AS reserved, CAST(COALESCE(SUM(CASE WHEN e.debit = 'BUDGET_USED' THEN e.amount_fen"
        " WHEN e.credit = 'BUDGET_USED' THEN -e.amount_fen ELSE 0 END), 0) AS BIGINT) AS used FROM ledger_entry e"
        " WHERE SCOPE_NOT(ledger_entry 'the budget in scope is charged with all of it') AND e.payer = $1 AND e.fund = $2 AND e.year = $3",
        P(in->payer), P(in->fund), P(in->year)));
    if (row_int(&r, 0, "reserved") + row_int(&r, 0, "used") > in->amount_fen)
        return fail_field(cx, "amount_fen", "budget.below_use",
                          T("预算不能低于已预留和已使用的 %s 元",
                            "%s yuan are reserved or used: the budget cannot be lower"),
                          yuan(cx, row_int(&r, 0, "reserved") + row_int(&r, 0, "used")));
    return db_exec(
        cx,
        "INSERT INTO budget_use (budget_id, home, work, reserved_fen, used_fen) SELECT $1, $2, $3, $4, $5"
        " WHERE SCOPE(budget_use home=$2, work=$3)",
        P(id), P(in->home), P(in->work), P(row_int(&r, 0, "reserved")), P(row_int(&r, 0, "used")));
}

static enum err saved(struct ctx *cx, void *input, int64_t id, bool is_new)
{
    IN *in = input;
    struct ledger_claim c = { NONE,     NONE,      NONE,     NONE,    in->home,
                              in->work, in->payer, in->year, in->fund };
    int64_t more = in->amount_fen - in->was_fen;

    if (is_new)
        TRY(count_so_far(cx, in, id));
    return ledger_post(cx, &c, more > 0 ? LEDGER_BUDGET : LEDGER_BUDGET_CUT,
                       more > 0 ? more : -more, (struct ledger_cause){ NONE, NONE, NONE });
}

const struct record budget_record = {
    .name = "budget",
    .zh = "预算",
    .en = "budget",
    .table = "budget",
    .alias = "g",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .check = check,
    .saved = saved,
    .place = place,
};

/* --- reserving and using --- */
/* Payer $2, fund $3, year $4. */
#define OF_CLAIM                                                                                           \
    "budget_id = (SELECT g.id FROM budget g WHERE SCOPE_NOT(budget 'the claim charged to it is in scope')" \
    " AND g.payer = $2 AND g.fund = $3 AND g.year = $4)"
static enum err reserve(struct ctx *cx, const struct ledger_claim *c, int64_t fen)
{
    struct rows r;

    TRY(db_exec(
        cx,
        "UPDATE budget_use SET reserved_fen = reserved_fen + $1 WHERE SCOPE_NOT(budget_use 'the claim charged to it is in scope') AND " OF_CLAIM
        " AND reserved_fen + used_fen + $1 <= (SELECT g.amount_fen FROM budget g"
        " WHERE SCOPE_NOT(budget 'the claim charged to it is in scope') AND g.id = budget_id)",
        P(fen), P(c->payer), P(c->fund), P(c->year)));
    if (cx->changed)
        return OK;
    TRY(db_rows(
        cx, &r,
        "SELECT g.amount_fen - u.reserved_fen - u.used_fen AS free_fen FROM budget g JOIN budget_use u ON u.budget_id = g.id"
        " WHERE SCOPE_NOT(budget 'the claim charged to it is in scope') AND SCOPE_NOT(budget_use 'the claim charged to it is in scope')"
        " AND g.payer = $1 AND g.fund = $2 AND g.year = $3",
        P(c->payer), P(c->fund), P(c->year)));
    if (r.n == 0)
        return OK;
    return hint(cx,
                fail(cx, E_CONFLICT, "budget.exceeded",
                     T("%d 年度预算剩余 %s 元，不足所需 %s 元",
                       "of the budget of %d are left %s yuan, and %s yuan are needed"),
                     (int)c->year, yuan(cx, row_int(&r, 0, "free_fen")), yuan(cx, fen)),
                "%s", T("请先调整预算", "raise the budget first"));
}

enum err budget_move(struct ctx *cx, const struct ledger_claim *c, enum ledger_event event,
                     int64_t fen)
{
    switch (event) {
    case LEDGER_APPROVED:
        return reserve(cx, c, fen);
    case LEDGER_PAID:
    case LEDGER_OFFSET:
        return db_exec(
            cx,
            "UPDATE budget_use SET reserved_fen = reserved_fen - $1, used_fen = used_fen + $1"
            " WHERE SCOPE_NOT(budget_use 'the claim charged to it is in scope') AND " OF_CLAIM,
            P(fen), P(c->payer), P(c->fund), P(c->year));
    case LEDGER_SET_OFF:
    case LEDGER_REPAID:
        return db_exec(
            cx,
            "UPDATE budget_use SET used_fen = used_fen - $1 WHERE SCOPE_NOT(budget_use 'the claim charged to it is in scope') AND " OF_CLAIM,
            P(fen), P(c->payer), P(c->fund), P(c->year));
    default:
        return OK;
    }
}

enum err ledger_budget_gap(struct ctx *cx, int64_t *ret_fen)
{
    struct rows r;

    TRY(db_one(
        cx, &r,
        "SELECT CAST(COALESCE(SUM(ABS(u.reserved_fen - (SELECT COALESCE(SUM(CASE WHEN e.debit = 'BUDGET_RESERVED' THEN e.amount_fen"
        " WHEN e.credit = 'BUDGET_RESERVED' THEN -e.amount_fen ELSE 0 END), 0) FROM ledger_entry e"
        " WHERE SCOPE_NOT(ledger_entry 'the budget in scope is charged with all of it') AND e.payer = g.payer AND e.fund = g.fund AND e.year = g.year))"
        " + ABS(u.used_fen - (SELECT COALESCE(SUM(CASE WHEN e.debit = 'BUDGET_USED' THEN e.amount_fen WHEN e.credit = 'BUDGET_USED'"
        " THEN -e.amount_fen ELSE 0 END), 0) FROM ledger_entry e"
        " WHERE SCOPE_NOT(ledger_entry 'the budget in scope is charged with all of it') AND e.payer = g.payer AND e.fund = g.fund AND e.year = g.year))"
        "), 0) AS BIGINT) AS gap FROM budget g JOIN budget_use u ON u.budget_id = g.id"
        " WHERE SCOPE(budget g) AND SCOPE_NOT(budget_use 'its budget is in scope')"));
    *ret_fen = row_int(&r, 0, "gap");
    return OK;
}
