/* claims_payment.c — claims as payments and the ledger see them: many at once. */
#include "claims/claims.h"

#include "divisions/divisions.h"
#include "platform/journal.h"
#include "policy/policy_facts_load.h"

/* The query, which ends in IN, of at most FACTS_CHUNK ids. */
static enum err rows_of(struct ctx *cx, struct rows *ret, const char *before, const int64_t *ids,
                        int n)
{
    struct params p;
    const char *in = facts_in_list(cx->mem, ids, n, 0, &p);

    return db_rows_list(cx, ret, arena_printf(cx->mem, "%s %s", before, in), p);
}

/* The row of the id; -1 when there is none. */
static int row_of(const struct rows *r, int64_t id)
{
    for (int i = 0; i < r->n; i++)
        if (row_int(r, i, "id") == id)
            return i;
    return -1;
}

/* --- the ledger --- */
/* Charged to this year's budget and owed from now on. */
static enum err enter(struct ctx *cx, struct ledger_post *all, int n)
{
    struct params *years = NEW_ARRAY(cx->mem, struct params, n);

    for (int i = 0; i < n; i++)
        years[i] = PARAMS(cx, P(all[i].claim.year), P(all[i].claim.claim_id));
    TRY(db_exec_all(
        cx,
        "UPDATE claim SET budget_year = $1 WHERE SCOPE_NOT(claim 'what moves its money is in scope') AND id = $2",
        years, n));
    return ledger_post_all(cx, all, n);
}

static enum err ledger_some(struct ctx *cx, const int64_t *ids, int n, struct ledger_claim *ret)
{
    struct ledger_post *fresh = NEW_ARRAY(cx->mem, struct ledger_post, n);
    struct rows r;
    int fresh_n = 0;

    TRY(rows_of(
        cx, &r,
        "SELECT c.id, c.person_id, c.employer_id, c.org_id, c.home, c.work, c.budget_year, c.amount_fen, y.payer, y.fund FROM claim c"
        " JOIN policy y ON y.id = c.policy_id WHERE SCOPE_NOT(claim 'what moves its money is in scope') AND c.id IN",
        ids, n));
    for (int i = 0; i < n; i++) {
        int row = row_of(&r, ids[i]);

        if (row < 0)
            return fail(cx, E_NOT_FOUND, "row.not_found", "%s",
                        T("没有找到该记录，或不在您的管辖范围内",
                          "no such record, or it is not yours to see"));
        ret[i] = (struct ledger_claim){ ids[i],
                                        row_int(&r, row, "person_id"),
                                        row_int(&r, row, "employer_id"),
                                        row_int(&r, row, "org_id"),
                                        row_int(&r, row, "home"),
                                        row_int(&r, row, "work"),
                                        row_int(&r, row, "payer"),
                                        row_int(&r, row, "budget_year"),
                                        row_text(&r, row, "fund") };
        if (ret[i].year != NONE)
            continue;
        ret[i].year = cx->today.year;
        fresh[fresh_n++] = (struct ledger_post){
            ret[i], LEDGER_APPROVED, row_int(&r, row, "amount_fen"), { NONE, NONE, NONE }
        };
    }
    return enter(cx, fresh, fresh_n);
}

enum err claims_ledger(struct ctx *cx, const int64_t *ids, int n, struct ledger_claim *ret)
{
    for (int from = 0; from < n; from += FACTS_CHUNK)
        TRY(ledger_some(cx, ids + from, MIN(n - from, FACTS_CHUNK), ret + from));
    return OK;
}

enum err claim_ledger(struct ctx *cx, int64_t claim_id, struct ledger_claim *ret)
{
    return claims_ledger(cx, &claim_id, 1, ret);
}

enum err claims_enter_old(struct ctx *cx, const int64_t **ret_ids, int *ret_n)
{
    struct rows r;
    int64_t *ids;

    TRY(db_rows(
        cx, &r,
        "SELECT c.id FROM claim c WHERE SCOPE_NOT(claim 'the ledger holds all that is owed') AND c.budget_year IS NULL"
        " AND c.state IN ('APPROVED', 'IN_PAYMENT', 'PAID', 'PAYMENT_FAILED') ORDER BY c.id"));
    ids = NEW_ARRAY(cx->mem, int64_t, r.n);
    for (int i = 0; i < r.n; i++)
        ids[i] = row_int(&r, i, "id");
    *ret_ids = ids;
    *ret_n = r.n;
    return claims_ledger(cx, ids, r.n, NEW_ARRAY(cx->mem, struct ledger_claim, r.n));
}

/* --- moves --- */
/* Outside the console's events, with a journal entry of their own. */
struct move {
    const char *from, *from_too, *to, *action;
};

static enum err journal_moves(struct ctx *cx, const struct move *m, const struct claim_said *all,
                              int n)
{
    struct journal_entry *entries = NEW_ARRAY(cx->mem, struct journal_entry, n);
    const char *after = arena_printf(cx->mem, "{\"state\":\"%s\"}", m->to);
    int64_t *ids = NEW_ARRAY(cx->mem, int64_t, n);
    struct rows r;

    for (int i = 0; i < n; i++)
        ids[i] = all[i].claim_id;
    TRY(rows_of(
        cx, &r,
        "SELECT id, home, work, employer_id, person_id FROM claim WHERE SCOPE_NOT(claim 'its payment line is in scope') AND id IN",
        ids, n));
    for (int i = 0; i < n; i++) {
        int row = row_of(&r, ids[i]);

        entries[i] = (struct journal_entry){ .kind = "claim",
                                             .record_id = ids[i],
                                             .action = m->action,
                                             .reason = all[i].reason,
                                             .after = after,
                                             .home = row_int(&r, row, "home"),
                                             .work = row_int(&r, row, "work"),
                                             .employer_id = row_int(&r, row, "employer_id"),
                                             .person_id = row_int(&r, row, "person_id") };
    }
    return journal_append_all(cx, entries, n);
}

static enum err move_all(struct ctx *cx, const struct move *m, const struct claim_said *all, int n)
{
    struct params *rows = NEW_ARRAY(cx->mem, struct params, n);

    for (int i = 0; i < n; i++)
        rows[i] = PARAMS(cx, P(m->to), P(all[i].reason), P(cx->now), P(all[i].claim_id), P(m->from),
                         P(m->from_too));
    TRY(db_exec_all(
        cx,
        "UPDATE claim SET state = $1, reason = $2, version = version + 1, updated_at = $3"
        " WHERE SCOPE_NOT(claim 'its payment line is in scope') AND id = $4 AND state IN ($5, $6)",
        rows, n));
    if (cx->changed != n)
        return fail(cx, E_CONFLICT, "claim.state", "%s",
                    T("有申领不在支付环节", "a claim is not in payment"));
    for (int from = 0; from < n; from += FACTS_CHUNK)
        TRY(journal_moves(cx, m, all + from, MIN(n - from, FACTS_CHUNK)));
    return OK;
}

enum err claims_paid(struct ctx *cx, const struct claim_said *all, int n)
{
    static const struct move move = { "IN_PAYMENT", "PAYMENT_FAILED", "PAID", "paid" };

    return move_all(cx, &move, all, n);
}

enum err claims_payment_failed(struct ctx *cx, const struct claim_said *all, int n)
{
    static const struct move move = { "IN_PAYMENT", "IN_PAYMENT", "PAYMENT_FAILED",
                                      "payment_failed" };

    return move_all(cx, &move, all, n);
}

enum err claims_payment_again(struct ctx *cx, const struct claim_said *all, int n)
{
    static const struct move move = { "PAYMENT_FAILED", "PAYMENT_FAILED", "IN_PAYMENT",
                                      "payment_again" };

    return move_all(cx, &move, all, n);
}

enum err claims_collect_approved(struct ctx *cx, int64_t payer, const char *fund, int64_t policy_id,
                                 int64_t payment_batch_id, const struct claim_due **ret, int *ret_n)
{
    static const struct move move = { "APPROVED", "APPROVED", "IN_PAYMENT", "collect" };
    const char *batch = arena_printf(cx->mem, T("支付批次 %lld", "payment batch %lld"),
                                     (long long)payment_batch_id);
    struct claim_said *said;
    struct claim_due *all;
    struct rows r;
    int64_t lo, hi;

    division_range(payer, &lo, &hi);
    TRY(db_rows(
        cx, &r,
        "SELECT c.id, c.person_id, c.employer_id, c.org_id, c.home, c.work, c.amount_fen, y.payer FROM claim c JOIN policy y ON y.id = c.policy_id"
        " WHERE SCOPE(claim c) AND c.state = 'APPROVED' AND y.fund = $1 AND ($2 = 0 OR c.policy_id = $2)"
        " AND ((y.payer_side = 'WORK' AND c.work BETWEEN $3 AND $4) OR (y.payer_side = 'HOME' AND c.home BETWEEN $3 AND $4))"
        " ORDER BY c.home, c.id",
        P(fund), P(policy_id == NONE ? (int64_t)0 : policy_id), P(lo), P(hi)));
    all = NEW_ARRAY(cx->mem, struct claim_due, r.n);
    said = NEW_ARRAY(cx->mem, struct claim_said, r.n);
    for (int i = 0; i < r.n; i++) {
        all[i] = (struct claim_due){ row_int(&r, i, "id"),          row_int(&r, i, "person_id"),
                                     row_int(&r, i, "employer_id"), row_int(&r, i, "org_id"),
                                     row_int(&r, i, "home"),        row_int(&r, i, "work"),
                                     row_int(&r, i, "amount_fen"),  row_int(&r, i, "payer") };
        said[i] = (struct claim_said){ all[i].claim_id, batch };
    }
    *ret = all;
    *ret_n = r.n;
    return move_all(cx, &move, said, r.n);
}
