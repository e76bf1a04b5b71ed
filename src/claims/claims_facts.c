/* claims_facts.c — what the engine is told of a beneficiary: the ledger's facts and the money of
 * earlier claims. */
#include "claims/claims_int.h"

#include <stdlib.h>

#include "policy/policy_explain.h"

enum err claims_of(struct ctx *cx, const char *column, const int64_t *ids, int n, struct rows *ret)
{
    struct params p;
    const char *in = facts_in_list(cx->mem, ids, n, 0, &p);

    return db_rows_list(
        cx, ret,
        arena_printf(
            cx->mem,
            "SELECT c.id, c.policy_id, c.person_id, c.employer_id, c.org_id, c.instalment, c.amount_fen, c.due_on, c.once_key,"
            " c.state, c.decision_id, c.created_at, c.adjusts,"
            " CAST((SELECT COALESCE(SUM(CASE WHEN j.state = 'WAIVED' THEN j.settled_fen ELSE j.amount_fen END), 0) FROM adjustment j"
            " WHERE SCOPE_NOT(adjustment 'what is asked back was not paid') AND j.claim_id = c.id AND j.kind = 'RECOVERY') AS BIGINT) AS recovered_fen,"
            " CAST((SELECT COALESCE(SUM(j.amount_fen), 0) FROM adjustment j WHERE SCOPE_NOT(adjustment 'what is asked back was not paid')"
            " AND j.claim_id = c.id AND j.kind = 'RECOVERY' AND j.state IN ('OFFSET', 'REPAID')) AS BIGINT) AS given_back_fen FROM claim c"
            " WHERE SCOPE_NOT(claim 'one right has one claim, and groups exclude each other, whichever side pays')"
            " AND c.%s IN %s ORDER BY c.%s, c.id",
            column, in, column),
        p);
}

bool claim_is_of(const struct rows *claims, int row, struct beneficiary who)
{
    return row_int(claims, row, "person_id") == who.person_id &&
           row_int(claims, row, "employer_id") == who.employer_id &&
           row_int(claims, row, "org_id") == who.org_id;
}

static bool is_one_of(const char *state, const char *const *states)
{
    for (; *states; states++)
        if (str_eq(*states, state))
            return true;
    return false;
}

bool claim_is_live(const char *state)
{
    static const char *const live[] = { "ELIGIBLE", "SUBMITTED", "CHECKED",  "REVIEWED",
                                        "NOTICE",   "OBJECTED",  "RETURNED", NULL };

    return is_one_of(state, live);
}

bool claim_is_committed(const char *state)
{
    static const char *const committed[] = { "APPROVED", "IN_PAYMENT", "PAID", "PAYMENT_FAILED",
                                             NULL };

    return is_one_of(state, committed);
}

enum err decision_load(struct ctx *cx, int64_t decision_id, struct policy_decision *ret)
{
    const struct json_value *v;
    struct policy_stored stored;
    struct rows r;
    const char *trace;

    TRY(db_one(
        cx, &r,
        "SELECT trace FROM policy_decision WHERE SCOPE_NOT(policy_decision 'it belongs to a claim at hand') AND id = $1",
        P(decision_id)));
    trace = row_text(&r, 0, "trace");
    TRY(json_parse(cx, trace, strlen(trace), &v));
    if (!policy_stored_read(cx->mem, v, &stored))
        return fail(cx, E_INTERNAL, "decision.unreadable", "%s",
                    T("库中的认定读不出来", "a stored decision cannot be read"));
    *ret = stored.decision;
    return OK;
}

const char *instalment_name(struct arena *mem, const struct policy *p,
                            const struct policy_instalment *x)
{
    for (int i = 0; i < p->item_count; i++) {
        enum policy_amount kind = p->items[i].kind;
        if (str_eq(p->items[i].id, x->item) &&
            (kind == AMOUNT_PER_MONTH || kind == AMOUNT_PER_YEAR || kind == AMOUNT_PER_DAY ||
             kind == AMOUNT_STEP))
            return arena_printf(mem, "%s/%d", x->item, (int)x->seq);
    }
    return x->item;
}

/* The benefit year of a yearly claim stands at the end of its key, before what tells a further
 * claim of the same right apart. */
static int16_t year_of_key(const struct policy *p, const char *once_key)
{
    int year = 0;

    for (const char *at = strchr(once_key, '|'); at && p->once == ONCE_YEAR;
         at = strchr(at + 1, '|'))
        if (strspn(at + 1, "0123456789") == 4 && (at[5] == 0 || at[5] == '|'))
            year = (int)strtol(at + 1, NULL, 10);
    return (int16_t)year;
}

static enum err add_payment(struct ctx *cx, const struct rows *claims, int row,
                            struct policy_payment *all, int *n)
{
    const char *instalment = row_text(claims, row, "instalment"), *slash = strchr(instalment, '/');
    struct policy_row of;
    struct policy_payment pay;

    TRY(policy_get(cx, row_int(claims, row, "policy_id"), &of));
    pay = (struct policy_payment){
        .policy_id = of.policy->id,
        .item =
            slash ? arena_strndup(cx->mem, instalment, (size_t)(slash - instalment)) : instalment,
        .reference = arena_printf(cx->mem, "%lld", (long long)row_int(claims, row, "id")),
        .on = date_of_text(row_text(claims, row, "due_on")),
        .year = year_of_key(of.policy, row_text(claims, row, "once_key")),
        .fen = row_int(claims, row, "amount_fen") - row_int(claims, row, "recovered_fen"),
        .employer_id = row_int(claims, row, "employer_id"),
    };
    if (of.policy->exclusive_count) {
        struct policy_decision d;
        TRY(decision_load(cx, row_int(claims, row, "decision_id"), &d));
        for (int i = 0; i < d.instalment_count; i++)
            if (str_eq(instalment_name(cx->mem, of.policy, &d.instalments[i]), instalment))
                pay.from = d.instalments[i].from, pay.until = d.instalments[i].until;
        pay.group = of.policy->exclusive[0].group;
    }
    all[(*n)++] = pay;
    /* further groups bar as well; their money is counted once */
    for (int i = 1; i < of.policy->exclusive_count; i++) {
        all[*n] = pay;
        all[*n].group = of.policy->exclusive[i].group;
        all[(*n)++].fen = 0;
    }
    return OK;
}

static bool bears_on(enum case_kind kind, const struct rows *claims, int row,
                     struct beneficiary who)
{
    switch (kind) {
    case CASE_EMPLOYED:
        return row_int(claims, row, "person_id") == who.person_id &&
               row_int(claims, row, "employer_id") != NONE;
    case CASE_ORGANISED:
        return row_int(claims, row, "person_id") == who.person_id &&
               row_int(claims, row, "org_id") != NONE;
    case CASE_HOUSEHOLD: /* the claims are those of its members */
        return row_int(claims, row, "employer_id") == NONE &&
               row_int(claims, row, "org_id") == NONE;
    default:
        return claim_is_of(claims, row, who);
    }
}

enum err facts_add_payments(struct ctx *cx, enum case_kind kind, const struct rows *claims,
                            struct beneficiary who, int64_t skip_policy, struct policy_facts *facts)
{
    struct policy_payment *all = NULL;
    int n = 0;

    for (int i = 0; i < claims->n; i++) {
        if (!bears_on(kind, claims, i, who) || !claim_is_committed(row_text(claims, i, "state")) ||
            row_int(claims, i, "policy_id") == skip_policy ||
            row_int(claims, i, "recovered_fen") == row_int(claims, i, "amount_fen"))
            continue; /* what is asked back whole was never due and bars nothing */
        if (!all)
            all = NEW_ARRAY(cx->mem, struct policy_payment, claims->n * POLICY_LISTS_MAX);
        TRY(add_payment(cx, claims, i, all, &n));
    }
    facts->payments = all;
    facts->payment_count = n;
    return OK;
}

int64_t claim_work(const struct policy_row *row, const struct policy_facts *facts,
                   struct date until, int64_t seat)
{
    int64_t work = seat;

    if (!row->by_work)
        return NONE;
    for (int i = 0; i < facts->spell_count; i++)
        if (date_compare(facts->spells[i].start, until) <= 0)
            work = facts->spells[i].work_division;
    return work;
}

static enum err person_case(struct ctx *cx, struct case_facts *c)
{
    struct person_facts p;

    TRY(policy_facts_load(cx, &c->who.person_id, 1, &p));
    if (p.person_id == NONE)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                    T("没有这个人员", "there is no such person"));
    c->facts = p.facts;
    c->home = p.home;
    if (p.facts.spell_count)
        c->work = p.facts.spells[p.facts.spell_count - 1].work_division;
    return OK;
}

static enum err employer_case(struct ctx *cx, const struct policy_row *row, struct date as_of,
                              struct case_facts *c)
{
    struct policy_headcount *counts = NEW_ARRAY(cx->mem, struct policy_headcount, POLICY_ITEMS_MAX);
    struct rows r;
    int n = 0;

    TRY(db_rows(
        cx, &r,
        "SELECT work FROM employer WHERE SCOPE_NOT(employer 'the caller answers for the id') AND id = $1",
        P(c->who.employer_id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                    T("没有这个企业", "there is no such employer"));
    for (int i = 0; i < row->policy->item_count; i++)
        if (row->policy->items[i].kind == AMOUNT_STEP)
            TRY(policy_headcount_load(cx, c->who.employer_id, &row->policy->items[i], as_of,
                                      &counts[n++]));
    c->facts = (struct policy_facts){ .employer_id = c->who.employer_id,
                                      .headcounts = counts,
                                      .headcount_count = n,
                                      .documents_ignored = true };
    c->work = row_int(&r, 0, "work");
    c->home = row->by_work ? NONE : row->payer;
    return OK;
}

/* A station counts from the day it was entered here; its number among those the payer funds by that
 * order. */
static enum err station_case(struct ctx *cx, const struct policy_row *row, struct case_facts *c)
{
    struct policy_station *s = NEW(cx->mem, struct policy_station);
    struct rows r, before;
    int64_t lo, hi;

    TRY(db_rows(
        cx, &r,
        "SELECT division, serves_home, created_at FROM organisation o WHERE SCOPE_NOT(organisation 'the caller answers for the id') AND o.id = $1"
        " AND o.kind = 'STATION'",
        P(c->who.org_id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                    T("没有这个劳务工作站", "there is no such labour station"));
    division_range(row->payer, &lo, &hi);
    TRY(db_one(
        cx, &before,
        "SELECT count(*) AS n FROM organisation o WHERE SCOPE_NOT(organisation 'how many stations the payer funds') AND o.kind = 'STATION'"
        " AND o.division BETWEEN $1 AND $2 AND o.id <= $3",
        P(lo), P(hi), P(c->who.org_id)));
    *s = (struct policy_station){ .opened = date_of_instant(row_int(&r, 0, "created_at")),
                                  .ordinal = (int32_t)row_int(&before, 0, "n") };
    c->facts = (struct policy_facts){ .station = s, .documents_ignored = true };
    c->home = row_int(&r, 0, "serves_home");
    c->work = row_int(&r, 0, "division");
    return OK;
}

/* One of the person's employers or organisers; the newest when none is named. */
static enum err through_case(struct ctx *cx, enum case_kind kind, struct case_facts *c)
{
    struct person_facts p;
    struct case_facts *all;
    int n;

    TRY(policy_facts_load(cx, &c->who.person_id, 1, &p));
    all = NEW_ARRAY(cx->mem, struct case_facts, p.facts.spell_count + 1);
    TRY(cases_through(cx, kind, &p, all, &n));
    for (int i = n - 1; i >= 0; i--) {
        int64_t payee = kind == CASE_EMPLOYED ? all[i].who.employer_id : all[i].who.org_id,
                asked = kind == CASE_EMPLOYED ? c->who.employer_id : c->who.org_id;
        if (asked != NONE && asked != payee)
            continue;
        *c = all[i];
        c->work = c->facts.spells[c->facts.spell_count - 1].work_division;
        return OK;
    }
    return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                T("此人没有相应的就业经历", "the person has no such employment"));
}

static enum err household_case(struct ctx *cx, const struct policy_row *row, struct case_facts *c,
                               struct rows *claims)
{
    struct rows r;

    TRY(db_one(
        cx, &r,
        "SELECT household_id FROM person WHERE SCOPE_NOT(person 'the caller answers for the id') AND id = $1",
        P(c->who.person_id)));
    TRY(case_of_household(cx, row->policy, row_int(&r, 0, "household_id"), c, claims));
    if (c->facts.spell_count)
        c->work = c->facts.spells[c->facts.spell_count - 1].work_division;
    return OK;
}

enum err case_load(struct ctx *cx, const struct policy_row *row, struct beneficiary who,
                   struct date as_of, bool skip_own, struct case_facts *ret)
{
    enum case_kind kind = case_kind_of(row->policy);
    struct case_facts c = { .who = who, .home = NONE, .work = NONE, .household_id = NONE };
    const char *column = who.person_id != NONE     ? "person_id"
                         : who.employer_id != NONE ? "employer_id"
                                                   : "org_id";
    int64_t id = who.person_id != NONE     ? who.person_id
                 : who.employer_id != NONE ? who.employer_id
                                           : who.org_id;
    struct rows claims;

    if (kind == CASE_HOUSEHOLD) {
        TRY(household_case(cx, row, &c, &claims));
        c.who = who; /* the head of now need not be whose name is on the claim */
    } else {
        if (kind == CASE_EMPLOYED || kind == CASE_ORGANISED)
            TRY(through_case(cx, kind, &c));
        else if (who.person_id != NONE)
            TRY(person_case(cx, &c));
        else if (who.employer_id != NONE)
            TRY(employer_case(cx, row, as_of, &c));
        else
            TRY(station_case(cx, row, &c));
        TRY(claims_of(cx, column, &id, 1, &claims));
    }
    TRY(facts_add_payments(cx, kind, &claims, c.who, skip_own ? row->id : NONE, &c.facts));
    *ret = c;
    return OK;
}
