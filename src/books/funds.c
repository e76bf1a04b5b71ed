/* funds.c — the general ledger (总账): each payer, fund and year with what stands in it, and what
 * is left of its budget once all that is under way is approved. Sums are those of the rows. */
#include "books/books_int.h"

#include "policy/policies.h"

static void put_fund(struct ctx *cx, const struct rows *r, int i)
{
    json_put_id(cx->out, "payer", row_int(r, i, "payer"));
    json_put_str(cx->out, "payer_name", row_text(r, i, "payer_name"));
    json_put_str(cx->out, "fund", row_text(r, i, "fund"));
    json_put_str(cx->out, "fund_title",
                 choice_label(policy_fund_choices, row_text(r, i, "fund"), cx->lang));
    json_put_int(cx->out, "year", row_int(r, i, "year"));
}

/* --- the general ledger --- */
struct fund {
    int row; /* that names it */
    int64_t movements;
    struct book_balance balance;
};

static bool is_same_fund(const struct rows *r, int a, int b)
{
    return row_int(r, a, "payer") == row_int(r, b, "payer") &&
           row_int(r, a, "year") == row_int(r, b, "year") &&
           str_eq(row_text(r, a, "fund"), row_text(r, b, "fund"));
}

/* Groups come in order, so those of one fund stand together. */
static int gather_funds(const struct rows *r, struct fund *ret)
{
    int n = 0;

    for (int i = 0; i < r->n; i++) {
        if (n == 0 || !is_same_fund(r, ret[n - 1].row, i))
            ret[n++].row = i;
        ret[n - 1].movements += row_int(r, i, "n");
        book_move(&ret[n - 1].balance, row_text(r, i, "debit"), row_text(r, i, "credit"),
                  row_int(r, i, "fen"));
    }
    return n;
}

enum err books_funds(struct ctx *cx)
{
    struct book_balance all = { 0 };
    struct book_standing now;
    struct fund *funds;
    struct rows r;
    int64_t movements = 0;
    int n;

    TRY(db_rows(
        cx, &r,
        "SELECT e.payer, d.full_name AS payer_name, e.fund, e.year, e.debit, e.credit, COUNT(*) AS n, CAST(SUM(e.amount_fen) AS BIGINT) AS fen"
        " FROM ledger_entry e LEFT JOIN division d ON d.code = e.payer WHERE SCOPE(ledger_entry e) AND e.debit NOT LIKE 'BUDGET%'"
        " GROUP BY e.payer, d.full_name, e.fund, e.year, e.debit, e.credit ORDER BY e.year DESC, e.payer, e.fund, e.debit, e.credit"));
    funds = NEW_ARRAY(cx->mem, struct fund, r.n + 1);
    n = gather_funds(&r, funds);
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < n; i++) {
        json_object(cx->out);
        put_fund(cx, &r, funds[i].row);
        json_put_int(cx->out, "movements", funds[i].movements);
        now = book_standing(&funds[i].balance);
        book_put_standing(cx, &now);
        json_end(cx->out);
        movements += funds[i].movements;
        for (int k = 0; k < BOOK_ACCOUNTS_MAX; k++)
            all.fen[k] += funds[i].balance.fen[k];
    }
    json_end(cx->out);
    json_put_int(cx->out, "movements", movements);
    now = book_standing(&all);
    book_put_standing(cx, &now);
    json_end(cx->out);
    return OK;
}

/* --- budgets --- */
const struct field budgets_fields[] = {
    PARAM(struct budgets_input, year, FIELD_INT, "年度", "Year", .min = 1996, .max = 2100),
    { 0 },
};

/* One payer and fund in the year. */
struct spending {
    const struct rows *from;
    int row; /* that names it */
    int64_t budget_id, set_fen, reserved_fen, used_fen, under_way, under_way_fen;
};
struct budgets {
    struct spending *at;
    int n;
    struct rows set, spent, claims;
};

static struct spending *spending_of(struct budgets *b, const struct rows *r, int i)
{
    struct spending *s;

    for (int k = 0; k < b->n; k++)
        if (row_int(b->at[k].from, b->at[k].row, "payer") == row_int(r, i, "payer") &&
            str_eq(row_text(b->at[k].from, b->at[k].row, "fund"), row_text(r, i, "fund")))
            return &b->at[k];
    s = &b->at[b->n++];
    *s = (struct spending){ .from = r, .row = i, .budget_id = NONE, .set_fen = NONE };
    return s;
}

/* Budgets; what the ledger says of funds that have none; and what claims under way would take this
 * year. A year that is over takes no more. */
static enum err load_budgets(struct ctx *cx, int64_t year, struct budgets *b)
{
    TRY(db_rows(
        cx, &b->set,
        "SELECT g.id, g.payer, d.full_name AS payer_name, g.fund, g.year, g.amount_fen, u.reserved_fen, u.used_fen FROM budget g"
        " JOIN budget_use u ON u.budget_id = g.id LEFT JOIN division d ON d.code = g.payer"
        " WHERE SCOPE(budget g) AND SCOPE_NOT(budget_use 'its budget is in scope') AND g.year = $1 ORDER BY g.payer, g.fund",
        P(year)));
    TRY(db_rows(
        cx, &b->spent,
        "SELECT e.payer, d.full_name AS payer_name, e.fund, e.year,"
        " CAST(SUM(CASE WHEN e.debit = 'BUDGET_RESERVED' THEN e.amount_fen WHEN e.credit = 'BUDGET_RESERVED' THEN -e.amount_fen ELSE 0 END) AS BIGINT) AS reserved_fen,"
        " CAST(SUM(CASE WHEN e.debit = 'BUDGET_USED' THEN e.amount_fen WHEN e.credit = 'BUDGET_USED' THEN -e.amount_fen ELSE 0 END) AS BIGINT) AS used_fen"
        " FROM ledger_entry e LEFT JOIN division d ON d.code = e.payer WHERE SCOPE(ledger_entry e) AND e.year = $1"
        " GROUP BY e.payer, d.full_name, e.fund, e.year ORDER BY e.payer, e.fund",
        P(year)));
    return db_rows(
        cx, &b->claims,
        "SELECT y.payer, d.full_name AS payer_name, y.fund, $1 AS year, y.id AS policy_id, y.title_zh, y.title_en, c.state, COUNT(*) AS n,"
        " CAST(SUM(c.amount_fen) AS BIGINT) AS fen FROM claim c JOIN policy y ON y.id = c.policy_id LEFT JOIN division d ON d.code = y.payer"
        " WHERE SCOPE(claim c) AND c.state IN ('SUBMITTED', 'CHECKED', 'REVIEWED', 'NOTICE', 'OBJECTED') AND $1 = $2"
        " GROUP BY y.payer, d.full_name, y.fund, y.id, y.title_zh, y.title_en, c.state ORDER BY y.payer, y.fund, y.id, c.state",
        P(year), P((int)cx->today.year));
}

/* Another side's payer has budgets that this reader cannot see; none is not the same as unseen. */
static bool is_ours(const struct ctx *cx, int64_t payer)
{
    return scope_covers(&cx->who.scope, payer, NONE, NONE, NONE) ||
           scope_covers(&cx->who.scope, NONE, payer, NONE, NONE);
}

static void gather_budgets(struct ctx *cx, struct budgets *b)
{
    b->at = NEW_ARRAY(cx->mem, struct spending, b->set.n + b->spent.n + b->claims.n + 1);
    for (int i = 0; i < b->set.n; i++) {
        struct spending *s = spending_of(b, &b->set, i);
        s->budget_id = row_int(&b->set, i, "id");
        s->set_fen = row_int(&b->set, i, "amount_fen");
        s->reserved_fen = row_int(&b->set, i, "reserved_fen");
        s->used_fen = row_int(&b->set, i, "used_fen");
    }
    for (int i = 0; i < b->spent.n; i++) {
        struct spending *s;
        if (!is_ours(cx, row_int(&b->spent, i, "payer")))
            continue;
        s = spending_of(b, &b->spent, i);
        if (s->budget_id != NONE)
            continue;
        s->reserved_fen = row_int(&b->spent, i, "reserved_fen");
        s->used_fen = row_int(&b->spent, i, "used_fen");
    }
    for (int i = 0; i < b->claims.n; i++) {
        struct spending *s;
        if (!is_ours(cx, row_int(&b->claims, i, "payer")))
            continue;
        s = spending_of(b, &b->claims, i);
        s->under_way += row_int(&b->claims, i, "n");
        s->under_way_fen += row_int(&b->claims, i, "fen");
    }
}

static void put_under_way(struct ctx *cx, const struct budgets *b, const struct spending *s)
{
    const struct rows *r = &b->claims;

    json_key(cx->out, "claims");
    json_array(cx->out);
    for (int i = 0; i < r->n; i++) {
        if (row_int(s->from, s->row, "payer") != row_int(r, i, "payer") ||
            !str_eq(row_text(s->from, s->row, "fund"), row_text(r, i, "fund")))
            continue;
        json_object(cx->out);
        json_put_id(cx->out, "policy_id", row_int(r, i, "policy_id"));
        json_put_str(cx->out, "policy_title",
                     T(row_text(r, i, "title_zh"), row_text(r, i, "title_en")));
        json_put_str(cx->out, "state", row_text(r, i, "state"));
        json_put_int(cx->out, "count", row_int(r, i, "n"));
        json_put_int(cx->out, "amount_fen", row_int(r, i, "fen"));
        json_end(cx->out);
    }
    json_end(cx->out);
}

static void put_spending(struct ctx *cx, const struct spending *s)
{
    int64_t free = s->set_fen == NONE ? NONE : s->set_fen - s->reserved_fen - s->used_fen;

    json_put_int(cx->out, "amount_fen", s->set_fen);
    json_put_int(cx->out, "reserved_fen", s->reserved_fen);
    json_put_int(cx->out, "used_fen", s->used_fen);
    json_put_int(cx->out, "free_fen", free);
    json_put_int(cx->out, "under_way", s->under_way);
    json_put_int(cx->out, "under_way_fen", s->under_way_fen);
    json_put_int(cx->out, "exceeds_fen",
                 free == NONE ? NONE : MAX(s->under_way_fen - free, (int64_t)0));
}

enum err books_budgets(struct ctx *cx)
{
    const struct budgets_input *in = cx->in;
    int64_t year = in->year == NONE ? cx->today.year : in->year;
    struct spending sum = { .set_fen = 0 };
    struct budgets b = { 0 };

    TRY(load_budgets(cx, year, &b));
    gather_budgets(cx, &b);
    json_object(cx->out);
    json_put_int(cx->out, "year", year);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < b.n; i++) {
        const struct spending *s = &b.at[i];
        json_object(cx->out);
        json_put_id(cx->out, "budget_id", s->budget_id);
        put_fund(cx, s->from, s->row);
        put_spending(cx, s);
        put_under_way(cx, &b, s);
        json_end(cx->out);
        sum.set_fen += s->set_fen == NONE ? 0 : s->set_fen;
        sum.reserved_fen += s->reserved_fen;
        sum.used_fen += s->used_fen;
        sum.under_way += s->under_way;
        sum.under_way_fen += s->under_way_fen;
    }
    json_end(cx->out);
    json_key(cx->out, "sum");
    json_object(cx->out);
    json_put_int(cx->out, "amount_fen", sum.set_fen);
    json_put_int(cx->out, "reserved_fen", sum.reserved_fen);
    json_put_int(cx->out, "used_fen", sum.used_fen);
    json_put_int(cx->out, "under_way", sum.under_way);
    json_put_int(cx->out, "under_way_fen", sum.under_way_fen);
    json_end(cx->out);
    json_end(cx->out);
    return OK;
}
