/* claims_find.c — looking through the population for what people are owed. Facts are read and
 * decided on without holding up writers; then, in one short transaction for each chunk, the claims
 * there are by now are read again, exclusive groups are settled, and decisions and claims are
 * written. */
#include "claims/claims_steps.h"

#include "platform/journal.h"

/* One decision of one policy for one beneficiary that pays something now. */
struct candidate {
    const struct policy_row *row;
    struct policy_decision decision;
    const struct policy_facts *facts;
    struct beneficiary who;
    int64_t home, seat, household_id;
    const char **keys; /* once_key of each instalment */
    int news;          /* instalments without a claim yet */
};

enum { YEARS_MAX = 2 }; /* the benefit years of one policy that can be claimed on one day */

struct search {
    const struct policy_row *rows;         /* policies to decide by */
    const struct policy_set *const *ready; /* each of them, made ready */
    int row_count;
    enum case_kind kind;
    struct date as_of;
    int64_t after;            /* id of the last beneficiary looked at */
    int64_t lo, hi;           /* what the policies leave of the population: domicile, else place */
    int64_t work_lo, work_hi; /* and where persons worked */
    const int64_t *given;     /* these persons alone, ascending; NULL: the population */
    int given_count;
    struct claims_found *found;
    struct simulation *simulation; /* or NULL: compare instead of finding claims */
    struct candidate *candidates;
    int candidate_count, looked_at;
};

/* --- deciding --- */
/* What an enterprise or organisation gets for a person is that person's one right: whoever took her
 * in or sent her later does not have it again. */
static const char *once_key(struct arena *mem, const struct policy *p,
                            const struct policy_decision *d, const struct case_facts *of,
                            int64_t employer_id, const char *instalment)
{
    struct str s = str_new(mem);

    str_addf(&s, "%s|", p->id);
    if (of->household_id != NONE)
        str_addf(&s, "H%lld", (long long)of->household_id);
    else if (of->who.person_id != NONE)
        str_addf(&s, "P%lld", (long long)of->who.person_id);
    else if (of->who.employer_id != NONE)
        str_addf(&s, "E%lld", (long long)of->who.employer_id);
    else
        str_addf(&s, "S%lld", (long long)of->who.org_id);
    str_addf(&s, "|%s", instalment);
    if (p->once == ONCE_EMPLOYER)
        str_addf(&s, "|E%lld", (long long)employer_id);
    if (p->once == ONCE_YEAR)
        str_addf(&s, "|%d", d->year ? d->year : d->as_of.year);
    return s.s;
}

static bool payable(const struct candidate *c, int i)
{
    return c->decision.instalments[i].earned_fen > c->decision.instalments[i].paid_fen;
}

/* The right's first claim, a further one that makes it up, or one made after it was given back. */
static bool is_of_right(const char *once_key, const char *key)
{
    const char *rest = once_key + strlen(key);

    return str_starts(once_key, key) &&
           (*rest == 0 || str_starts(rest, "|+") || str_starts(rest, "|again-"));
}

/* All of it was recovered (追回): the right is as if it had never been paid, and can be earned
 * again. */
static bool is_given_back(const struct rows *claims, int i)
{
    return row_int(claims, i, "given_back_fen") >= row_int(claims, i, "amount_fen");
}

static bool is_known(const struct rows *claims, const char *key)
{
    for (int i = 0; i < claims->n; i++)
        if (is_of_right(row_text(claims, i, "once_key"), key) && !is_given_back(claims, i))
            return true;
    return false;
}

/* The key of a right that is not known: its own, or behind claims that were given back the next
 * one, so that whoever else finds it makes the same. *ret_adjusts is the last of those. */
static const char *free_key(struct arena *mem, const struct rows *claims, const char *key,
                            int64_t *ret_adjusts)
{
    int n = 0;

    *ret_adjusts = NONE;
    for (int i = 0; i < claims->n; i++)
        if (is_of_right(row_text(claims, i, "once_key"), key)) {
            *ret_adjusts = row_int(claims, i, "id");
            n++;
        }
    return n ? arena_printf(mem, "%s|again-%d", key, n) : key;
}

static void count_news(struct candidate *c, const struct rows *claims)
{
    c->news = 0;
    for (int i = 0; i < c->decision.instalment_count; i++)
        c->news += payable(c, i) && !is_known(claims, c->keys[i]);
}

/* Does the policy serve people of this place at all? Most of those in force serve others. */
static bool serves(const struct policy *p, int64_t home)
{
    bool is_served = p->who.origin_count == 0;

    for (int i = 0; i < p->who.origin_count; i++)
        is_served |= home >= p->who.origin[i].lo && home <= p->who.origin[i].hi;
    return is_served;
}

/* Decides twice where something is payable: most people are not entitled, and only a trace needs
 * memory. */
static void decide_year(struct ctx *cx, struct search *s, const struct policy_row *row,
                        const struct case_facts *of, const struct rows *claims)
{
    struct policy_decision quick;
    struct candidate *c;
    int64_t employer_id =
        of->facts.spell_count ? of->facts.spells[of->facts.spell_count - 1].employer_id : NONE;

    s->looked_at++;
    policy_set_eval(s->ready[row - s->rows], &of->facts, s->as_of, NULL, &quick);
    if (quick.verdict != VERDICT_ENTITLED || quick.amount_fen <= 0)
        return;
    c = &s->candidates[s->candidate_count];
    *c = (struct candidate){ .row = row,
                             .facts = &of->facts,
                             .who = of->who,
                             .home = of->home,
                             .seat = of->work,
                             .household_id = of->household_id };
    policy_set_eval(s->ready[row - s->rows], &of->facts, s->as_of, cx->mem, &c->decision);
    c->keys = NEW_ARRAY(cx->mem, const char *, c->decision.instalment_count + 1);
    for (int i = 0; i < c->decision.instalment_count; i++)
        c->keys[i] = once_key(cx->mem, row->policy, &c->decision, of, employer_id,
                              instalment_name(cx->mem, row->policy, &c->decision.instalments[i]));
    count_news(c, claims);
    for (int i = 0; i < c->decision.instalment_count; i++)
        s->found->known += payable(c, i) && is_known(claims, c->keys[i]);
    s->found->entitled++;
    s->candidate_count++;
}

/* This year's right, and last year's as long as that can still be claimed. */
static void decide(struct ctx *cx, struct search *s, const struct policy_row *row,
                   const struct case_facts *of, const struct rows *claims)
{
    if (s->simulation) {
        simulation_take(cx, s->simulation, of);
        return;
    }
    decide_year(cx, s, row, of, claims);
    if (row->policy->window.late_month) {
        struct case_facts *last = NEW(cx->mem, struct case_facts);
        *last = *of;
        last->facts.year = (int16_t)(s->as_of.year - 1);
        decide_year(cx, s, row, last, claims);
    }
}

/* Claims of one beneficiary out of those of many, ordered as they came. */
static struct rows slice(const struct rows *all, const char *column, int64_t id)
{
    struct rows part = *all;
    int from = 0, to;

    while (from < all->n && row_int(all, from, column) < id)
        from++;
    for (to = from; to < all->n && row_int(all, to, column) == id; to++)
        ;
    part.n = to - from;
    part.cells = all->cells + (size_t)from * (size_t)all->columns;
    return part;
}

static enum err look_at_persons(struct ctx *cx, struct search *s, const int64_t *ids, int n)
{
    struct person_facts *facts = NEW_ARRAY(cx->mem, struct person_facts, n);
    struct case_facts *of = NEW_ARRAY(cx->mem, struct case_facts, n);
    struct rows claims;

    TRY(policy_facts_load(cx, ids, n, facts));
    TRY(claims_of(cx, "person_id", ids, n, &claims));
    for (int i = 0; i < n; i++) {
        struct rows own = slice(&claims, "person_id", ids[i]);
        if (facts[i].person_id == NONE || !facts[i].facts.spell_count)
            continue;
        of[i] = (struct case_facts){ .facts = facts[i].facts,
                                     .who = { ids[i], NONE, NONE },
                                     .home = facts[i].home,
                                     .work = NONE,
                                     .household_id = NONE };
        TRY(facts_add_payments(cx, CASE_PERSON, &own, of[i].who, NONE, &of[i].facts));
        for (int p = 0; p < s->row_count; p++)
            if (s->simulation || serves(s->rows[p].policy, of[i].home))
                decide(cx, s, &s->rows[p], &of[i], &own);
    }
    return OK;
}

/* Each employer or organiser of each person; one policy at a time. */
static enum err look_at_through(struct ctx *cx, struct search *s, const int64_t *ids, int n)
{
    struct person_facts *facts = NEW_ARRAY(cx->mem, struct person_facts, n);
    struct rows claims;
    int most = 0;

    TRY(policy_facts_load(cx, ids, n, facts));
    TRY(claims_of(cx, "person_id", ids, n, &claims));
    for (int i = 0; i < n; i++)
        most += facts[i].facts.spell_count;
    s->candidates = NEW_ARRAY(cx->mem, struct candidate, most * YEARS_MAX + 1);
    for (int i = 0; i < n; i++) {
        struct case_facts *of =
            NEW_ARRAY(cx->mem, struct case_facts, facts[i].facts.spell_count + 1);
        struct rows own = slice(&claims, "person_id", ids[i]);
        int cases = 0;
        if (facts[i].person_id != NONE)
            TRY(cases_through(cx, s->kind, &facts[i], of, &cases));
        for (int k = 0; k < cases; k++) {
            TRY(facts_add_payments(cx, s->kind, &own, of[k].who, NONE, &of[k].facts));
            decide(cx, s, s->rows, &of[k], &own);
        }
    }
    return OK;
}

static enum err look_at_households(struct ctx *cx, struct search *s, const int64_t *ids, int n)
{
    for (int i = 0; i < n; i++) {
        struct case_facts *of = NEW(cx->mem, struct case_facts);
        struct rows claims;
        TRY(case_of_household(cx, s->rows->policy, ids[i], of, &claims));
        TRY(facts_add_payments(cx, CASE_HOUSEHOLD, &claims, of->who, NONE, &of->facts));
        decide(cx, s, s->rows, of, &claims);
    }
    return OK;
}

static enum err look_at_others(struct ctx *cx, struct search *s, const int64_t *ids, int n)
{
    struct rows claims;

    for (int i = 0; i < n; i++) {
        bool employer = s->kind == CASE_EMPLOYER;
        TRY(claims_of(cx, employer ? "employer_id" : "org_id", &ids[i], 1, &claims));
        for (int p = 0; p < s->row_count; p++) {
            struct case_facts *of = NEW(cx->mem, struct case_facts);
            struct beneficiary who = { NONE, employer ? ids[i] : NONE, employer ? NONE : ids[i] };
            TRY(case_load(cx, &s->rows[p], who, s->as_of, false, of));
            decide(cx, s, &s->rows[p], of, &claims);
        }
    }
    return OK;
}

static enum err query_population(struct ctx *cx, const struct search *s, struct rows *ret)
{
    switch (s->kind) {
    case CASE_EMPLOYER:
        return db_rows(
            cx, ret,
            "SELECT e.id FROM employer e WHERE SCOPE(employer e) AND e.id > $1 AND e.work BETWEEN $2 AND $3 ORDER BY e.id LIMIT $4",
            P(s->after), P(s->lo), P(s->hi), P(FACTS_CHUNK));
    case CASE_STATION:
        return db_rows(
            cx, ret,
            "SELECT o.id FROM organisation o WHERE SCOPE(organisation o) AND o.kind = 'STATION' AND o.is_active = 1 AND o.id > $1"
            " AND o.division BETWEEN $2 AND $3 ORDER BY o.id LIMIT $4",
            P(s->after), P(s->lo), P(s->hi), P(FACTS_CHUNK));
    case CASE_HOUSEHOLD:
        return db_rows(
            cx, ret,
            "SELECT DISTINCT p.household_id AS id FROM placement a JOIN person p ON p.id = a.person_id WHERE SCOPE(placement a)"
            " AND SCOPE_NOT(person 'whose work is in scope') AND p.household_id > $1 AND a.home BETWEEN $2 AND $3"
            " ORDER BY p.household_id LIMIT $4",
            P(s->after), P(s->lo), P(s->hi), P(FACTS_CHUNK));
    default:
        return db_rows(
            cx, ret,
            "SELECT DISTINCT a.person_id AS id FROM placement a WHERE SCOPE(placement a) AND a.person_id > $1"
            " AND a.home BETWEEN $2 AND $3 AND a.work BETWEEN $4 AND $5 ORDER BY a.person_id LIMIT $6",
            P(s->after), P(s->lo), P(s->hi), P(s->work_lo), P(s->work_hi), P(FACTS_CHUNK));
    }
}

/* The next FACTS_CHUNK beneficiaries. */
static enum err population(struct ctx *cx, const struct search *s, int64_t **ret, int *ret_n)
{
    int64_t *ids = NEW_ARRAY(cx->mem, int64_t, FACTS_CHUNK);
    struct rows r = { 0 };
    int n = 0;

    if (!s->given)
        TRY(query_population(cx, s, &r));
    for (int i = 0; i < r.n; i++)
        ids[n++] = row_int(&r, i, "id");
    for (int i = 0; i < s->given_count && n < FACTS_CHUNK; i++)
        if (s->given[i] > s->after)
            ids[n++] = s->given[i];
    *ret = ids;
    *ret_n = n;
    return OK;
}

static enum err read_chunk(struct ctx *cx, void *arg)
{
    struct search *s = arg;
    int64_t *ids;
    int n;

    s->candidate_count = 0;
    TRY(population(cx, s, &ids, &n));
    if (n == 0) {
        s->after = NONE;
        return OK;
    }
    s->candidates = NEW_ARRAY(cx->mem, struct candidate, n * s->row_count * YEARS_MAX);
    s->after = ids[n - 1];
    switch (s->kind) {
    case CASE_PERSON:
        return look_at_persons(cx, s, ids, n);
    case CASE_EMPLOYED:
    case CASE_ORGANISED:
        return look_at_through(cx, s, ids, n);
    case CASE_HOUSEHOLD:
        return look_at_households(cx, s, ids, n);
    default:
        return look_at_others(cx, s, ids, n);
    }
}

/* --- settling and writing --- */
bool policies_exclude(const struct policy *a, const struct policy *b)
{
    for (int i = 0; i < a->exclusive_count; i++)
        for (int j = 0; j < b->exclusive_count; j++)
            if (str_eq(a->exclusive[i].group, b->exclusive[j].group))
                return true;
    return str_eq(a->supersedes, b->id) || str_eq(b->supersedes, a->id);
}

/* What stands for the live claims of one policy: the oldest of them. */
struct stand {
    struct policy_row row;
    struct policy_decision decision;
    int64_t claim_id;
    struct date claimed_on;
};

static enum err live_claims(struct ctx *cx, const struct candidate *group, int n,
                            const struct rows *claims, struct stand **ret, int *ret_n)
{
    struct stand *all = NEW_ARRAY(cx->mem, struct stand, claims->n + 1);
    int count = 0;

    for (int i = 0; i < claims->n; i++) {
        struct stand *s = &all[count];
        bool seen = false, matters = false;
        if (!claim_is_of(claims, i, group->who) || !claim_is_live(row_text(claims, i, "state")))
            continue;
        for (int k = 0; k < count; k++)
            seen |= all[k].row.id == row_int(claims, i, "policy_id");
        if (seen)
            continue;
        TRY(policy_get(cx, row_int(claims, i, "policy_id"), &s->row));
        for (int k = 0; k < n; k++)
            matters |= group[k].row->id != s->row.id &&
                       policies_exclude(group[k].row->policy, s->row.policy);
        if (!matters)
            continue;
        TRY(decision_load(cx, row_int(claims, i, "decision_id"), &s->decision));
        s->decision.verdict = VERDICT_ENTITLED;
        s->claim_id = row_int(claims, i, "id");
        s->claimed_on = date_of_instant(row_int(claims, i, "created_at"));
        count++;
    }
    *ret = all;
    *ret_n = count;
    return OK;
}

/* The last day of the window in which the decision was made. */
static const char *close_of(struct arena *mem, const struct policy_decision *d)
{
    for (int i = 0; i < d->outcome_count; i++)
        if (d->outcomes[i].rule == RULE_WINDOW)
            return date_text(mem, d->outcomes[i].until);
    return NULL;
}

struct new_claim {
    int i; /* instalment of the candidate's decision */
    const char *key;
    int64_t adjusts, decision_id, held_by;
};

static enum err write_claim(struct ctx *cx, struct search *s, const struct candidate *c,
                            const struct new_claim *n, int64_t *ret_id)
{
    const struct policy_instalment *x = &c->decision.instalments[n->i];
    const struct policy *p = c->row->policy;
    int64_t id = store_new_id(cx->store), amount = x->earned_fen - x->paid_fen;
    int64_t work = claim_work(c->row, c->facts, x->until, c->seat);
    const char *state = n->held_by != NONE ? "HELD" : p->automatic ? "SUBMITTED" : "ELIGIBLE";
    const char *step = str_eq(state, "SUBMITTED") ? claim_step_after(p, NULL) : NULL;

    *ret_id = NONE;
    TRY(db_exec(
        cx,
        "INSERT INTO claim (id, policy_id, decision_id, person_id, employer_id, org_id, home, work, instalment, amount_fen, due_on, once_key,"
        " exclusive_group, state, held_by, created_at, updated_at, close_on, next_step, adjusts)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17, $18, $19"
        " WHERE SCOPE(claim home=$7, work=$8, employer_id=$5, person_id=$4) ON CONFLICT (once_key) DO NOTHING",
        P(id), P(c->row->id), P(n->decision_id), P(c->who.person_id), P(c->who.employer_id),
        P(c->who.org_id), P(c->home), P(work), P(instalment_name(cx->mem, p, x)), P(amount),
        P(date_text(cx->mem, x->due)), P(n->key),
        P(p->exclusive_count ? p->exclusive[0].group : NULL), P(state), P(n->held_by), P(cx->now),
        P(close_of(cx->mem, &c->decision)), P(step), P(n->adjusts)));
    if (cx->changed == 0)
        return OK;
    s->found->made++;
    s->found->held += n->held_by != NONE;
    s->found->amount_fen += amount;
    *ret_id = id;
    return journal_append(cx, &(struct journal_entry){
                                  .kind = "claim",
                                  .record_id = id,
                                  .action = "find",
                                  .after = arena_printf(cx->mem,
                                                        "{\"state\":\"%s\",\"amount_fen\":%lld}",
                                                        state, (long long)amount),
                                  .home = c->home,
                                  .work = work,
                                  .employer_id = c->who.employer_id,
                                  .person_id = c->who.person_id });
}

/* *ret_first is the first claim made, NONE when all were there already. */
static enum err write_candidate(struct ctx *cx, struct search *s, const struct candidate *c,
                                int64_t held_by, const struct rows *claims, int64_t *ret_first)
{
    struct decision_place at = { c->who.person_id, c->who.employer_id, c->who.org_id, c->home,
                                 claim_work(c->row, c->facts, s->as_of, c->seat) };
    struct new_claim n = { .held_by = held_by };
    int64_t id;

    *ret_first = NONE;
    TRY(decision_save(cx, c->row, &c->decision, at, &n.decision_id));
    for (n.i = 0; n.i < c->decision.instalment_count; n.i++) {
        if (!payable(c, n.i) || is_known(claims, c->keys[n.i]))
            continue;
        n.key = free_key(cx->mem, claims, c->keys[n.i], &n.adjusts);
        TRY(write_claim(cx, s, c, &n, &id));
        if (*ret_first == NONE)
            *ret_first = id;
    }
    return OK;
}

/* All candidates of one beneficiary: those that stand are written first, so that the held ones can
 * name them. */
static enum err settle(struct ctx *cx, struct search *s, struct candidate *group, int n,
                       const struct rows *claims)
{
    struct policy_choice *choices;
    struct stand *stands;
    int stand_count;
    int64_t *claim_ids;

    TRY(live_claims(cx, group, n, claims, &stands, &stand_count));
    choices = NEW_ARRAY(cx->mem, struct policy_choice, n + stand_count);
    claim_ids = NEW_ARRAY(cx->mem, int64_t, n + stand_count);
    for (int i = 0; i < n; i++)
        choices[i] = (struct policy_choice){ .policy = group[i].row->policy,
                                             .decision = &group[i].decision };
    for (int i = 0; i < stand_count; i++) {
        int at = n + i;
        for (int k = 0; k < n; k++)
            if (group[k].row->id == stands[i].row.id)
                at = k; /* its own further instalments stand with the first */
        if (at == n + i)
            choices[at] = (struct policy_choice){ .policy = stands[i].row.policy,
                                                  .decision = &stands[i].decision };
        else
            choices[n + i] = (struct policy_choice){ .policy = stands[i].row.policy,
                                                     .decision = &(struct policy_decision){
                                                         .verdict = VERDICT_NOT_ELIGIBLE } };
        choices[at].claimed_on = stands[i].claimed_on;
        claim_ids[at] = stands[i].claim_id;
    }
    policy_select(choices, n + stand_count);
    for (int i = 0; i < n; i++) {
        int64_t first;
        if (choices[i].held)
            continue;
        TRY(write_candidate(cx, s, &group[i], NONE, claims, &first));
        if (!claim_ids[i])
            claim_ids[i] = first;
    }
    for (int i = 0; i < n; i++) {
        int64_t first;
        if (choices[i].held)
            TRY(write_candidate(cx, s, &group[i], claim_ids[choices[i].held_by], claims, &first));
    }
    return OK;
}

static bool may_write(struct ctx *cx, const struct search *s, const struct candidate *c)
{
    return scope_covers(&cx->who.scope, c->home, claim_work(c->row, c->facts, s->as_of, c->seat),
                        c->who.employer_id, c->who.person_id);
}

static enum err write_chunk(struct ctx *cx, void *arg)
{
    struct search *s = arg;
    const char *column = s->kind == CASE_EMPLOYER  ? "employer_id"
                         : s->kind == CASE_STATION ? "org_id"
                                                   : "person_id";
    struct claims_found before = *s->found;
    struct rows claims;
    enum err err = OK;

    for (int from = 0, to; from < s->candidate_count && err == OK; from = to) {
        struct candidate *group = &s->candidates[from];
        int64_t id = s->kind == CASE_EMPLOYER  ? group->who.employer_id
                     : s->kind == CASE_STATION ? group->who.org_id
                                               : group->who.person_id;
        int n = 0;
        bool is_new = false;
        for (to = from; to < s->candidate_count &&
                        memcmp(&s->candidates[to].who, &group->who, sizeof group->who) == 0;
             to++)
            is_new |= s->candidates[to].news > 0;
        if (!is_new)
            continue;
        err = claims_of(cx, column, &id, 1, &claims);
        for (int i = from; i < to && err == OK; i++) {
            count_news(&s->candidates[i], &claims);
            if (s->candidates[i].news && may_write(cx, s, &s->candidates[i]))
                group[n++] = s->candidates[i];
        }
        if (n && err == OK)
            err = settle(cx, s, group, n, &claims);
    }
    if (err != OK)
        *s->found = before; /* it may be run again */
    return err;
}

/* --- the run --- */
static enum err run_chunks(struct ctx *cx, struct search *s)
{
    struct arena *outer = cx->mem;
    enum err err = OK;

    cx->mem = arena_new();
    s->after = 0;
    while (err == OK && s->after != NONE) {
        bool is_new = false;
        arena_reset(cx->mem);
        err = db_read(cx, read_chunk, s);
        for (int i = 0; i < s->candidate_count && err == OK; i++)
            is_new |= s->candidates[i].news > 0;
        if (is_new)
            err = db_write(cx, write_chunk, s);
    }
    s->found->looked_at += s->looked_at;
    arena_free(cx->mem);
    cx->mem = outer;
    return err;
}

/* The population that the policies leave: by origin of persons, else by the payer's own area. */
static void set_bounds(struct search *s)
{
    s->lo = s->work_lo = INT64_MAX;
    s->hi = s->work_hi = 0;
    for (int i = 0; i < s->row_count; i++) {
        const struct policy *p = s->rows[i].policy;
        int64_t lo = 0, hi = INT64_MAX, work_lo = 0, work_hi = INT64_MAX;
        for (int k = 0; k < p->spell.work_count; k++) {
            work_lo = k ? MIN(work_lo, p->spell.work[k].lo) : p->spell.work[k].lo;
            work_hi = k ? MAX(work_hi, p->spell.work[k].hi) : p->spell.work[k].hi;
        }
        if (s->kind != CASE_EMPLOYER && s->kind != CASE_STATION) {
            for (int k = 0; k < p->who.origin_count; k++) {
                lo = k ? MIN(lo, p->who.origin[k].lo) : p->who.origin[k].lo;
                hi = k ? MAX(hi, p->who.origin[k].hi) : p->who.origin[k].hi;
            }
        } else if (s->rows[i].by_work) {
            division_range(s->rows[i].payer, &lo, &hi);
        } else {
            lo = work_lo, hi = work_hi;
        }
        s->lo = MIN(s->lo, lo);
        s->hi = MAX(s->hi, hi);
        s->work_lo = MIN(s->work_lo, work_lo);
        s->work_hi = MAX(s->work_hi, work_hi);
    }
}

enum err claims_walk(struct ctx *cx, const struct policy_row rows[2], struct date as_of,
                     struct simulation *simulation)
{
    struct claims_found found = { 0 };
    struct search s = { .rows = rows,
                        .row_count = 2,
                        .kind = case_kind_of(rows[0].policy),
                        .as_of = as_of,
                        .found = &found,
                        .simulation = simulation };

    set_bounds(&s);
    s.row_count = 1; /* whoever either of them may serve, once */
    return run_chunks(cx, &s);
}

static const struct policy_set *const *make_ready(struct arena *mem, const struct policy_row *rows,
                                                  int n)
{
    const struct policy_set **ret = NEW_ARRAY(mem, const struct policy_set *, n);

    for (int i = 0; i < n; i++)
        ret[i] = policy_set_make(mem, &rows[i].policy, 1);
    return ret;
}

/* `like` says as of when, whom, and where to count what is found. */
static enum err run_search(struct ctx *cx, const struct policy_row *rows, int n,
                           enum case_kind kind, const struct search *like)
{
    struct search s = *like;

    s.rows = rows;
    s.ready = make_ready(cx->mem, rows, n);
    s.row_count = n;
    s.kind = kind;
    set_bounds(&s);
    return run_chunks(cx, &s);
}

/* Persons are decided on by all policies at once, so that exclusive groups can be settled; the
 * others by one policy after another, enterprises and stations within the area of its payer. */
static enum err find_kind(struct ctx *cx, const struct policy_row *rows, int n, enum case_kind kind,
                          const struct search *like)
{
    struct policy_row *fit = NEW_ARRAY(cx->mem, struct policy_row, n + 1);
    int count = 0;

    for (int i = 0; i < n; i++) {
        bool is_office = cx->who.scope.kind == SCOPE_OFFICE;
        bool is_foreign = kind != CASE_PERSON && is_office &&
                          (rows[i].by_work ? cx->who.scope.work_lo : cx->who.scope.home_lo) == NONE;
        if (!rows[i].by_work && is_office && (kind == CASE_EMPLOYER || kind == CASE_STATION))
            is_foreign |= !scope_covers(&cx->who.scope, rows[i].payer, NONE, NONE, NONE);
        if (case_kind_of(rows[i].policy) != kind || is_foreign)
            continue;
        fit[count++] = rows[i];
        if (kind != CASE_PERSON)
            TRY(run_search(cx, &rows[i], 1, kind, like));
    }
    return kind == CASE_PERSON && count ? run_search(cx, fit, count, kind, like) : OK;
}

struct chosen {
    int64_t policy_id;
    struct policy_row *rows;
    int n;
};

static enum err choose_policies(struct ctx *cx, void *arg)
{
    struct chosen *c = arg;

    if (c->policy_id == NONE)
        return policies_published(cx, &c->rows, &c->n);
    c->rows = NEW(cx->mem, struct policy_row);
    c->n = 1;
    TRY(policy_get(cx, c->policy_id, c->rows));
    if (!str_eq(c->rows->state, "PUBLISHED"))
        return fail(cx, E_NOT_FOUND, "policy.not_published", "%s",
                    T("这项政策没有发布或已停用", "the policy is not in force"));
    return OK;
}

enum err claims_find(struct ctx *cx, int64_t policy_id, struct date as_of, struct claims_found *ret)
{
    static const enum case_kind kinds[] = { CASE_PERSON,  CASE_EMPLOYER,  CASE_EMPLOYED,
                                            CASE_STATION, CASE_ORGANISED, CASE_HOUSEHOLD };
    struct chosen c = { .policy_id = policy_id };
    struct claims_found found = { 0 };
    struct search like = { .as_of = as_of, .found = &found };

    TRY(db_read(cx, choose_policies, &c));
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        TRY(find_kind(cx, c.rows, c.n, kinds[i], &like));
    *ret = found;
    return OK;
}

enum err claims_find_for(struct ctx *cx, const int64_t *persons, int n, struct date as_of,
                         struct claims_found *ret)
{
    static const enum case_kind kinds[] = { CASE_PERSON, CASE_EMPLOYED, CASE_ORGANISED };
    struct chosen c = { .policy_id = NONE };
    struct claims_found found = { 0 };
    struct search like = { .as_of = as_of, .given = persons, .given_count = n, .found = &found };

    TRY(db_read(cx, choose_policies, &c));
    for (size_t i = 0; i < ARRAY_LEN(kinds) && n; i++)
        TRY(find_kind(cx, c.rows, c.n, kinds[i], &like));
    *ret = found;
    return OK;
}

/* --- operations --- */
const struct field find_fields[] = {
    PARAM(struct find_input, policy_id, FIELD_ID, "政策", "Policy", .refers = "policy"),
    PARAM(struct find_input, as_of, FIELD_DATE, "截至", "As of"),
    { 0 },
};

enum err claims_op_find(struct ctx *cx)
{
    const struct find_input *in = cx->in;
    struct date as_of = in->as_of ? date_of_text(in->as_of) : cx->today;
    struct claims_found f;

    if (date_compare(as_of, cx->today) > 0)
        return fail_field(cx, "as_of", "date.future", "%s",
                          T("不能按将来的日子认定", "a day ahead cannot be decided on"));
    TRY(claims_find(cx, in->policy_id, as_of, &f));
    json_object(cx->out);
    json_put_int(cx->out, "looked_at", f.looked_at);
    json_put_int(cx->out, "entitled", f.entitled);
    json_put_int(cx->out, "made", f.made);
    json_put_int(cx->out, "held", f.held);
    json_put_int(cx->out, "known", f.known);
    json_put_int(cx->out, "amount_fen", f.amount_fen);
    json_end(cx->out);
    return OK;
}

const struct field evaluate_fields[] = {
    PARAM(struct evaluate_input, person_id, FIELD_ID, "人员", "Person", .refers = "person"),
    PARAM(struct evaluate_input, employer_id, FIELD_ID, "企业", "Employer", .refers = "employer"),
    PARAM(struct evaluate_input, org_id, FIELD_ID, "劳务工作站", "Labour station",
          .refers = "organisation"),
    PARAM(struct evaluate_input, as_of, FIELD_DATE, "截至", "As of"),
    { 0 },
};

/* Who may see the row may see what she is owed. */
static enum err check_seen(struct ctx *cx, const struct evaluate_input *in)
{
    struct rows r;

    if (in->person_id != NONE)
        return db_one(cx, &r, "SELECT p.id FROM person p WHERE SCOPE(person p) AND p.id = $1",
                      P(in->person_id));
    if (in->employer_id != NONE)
        return db_one(cx, &r, "SELECT e.id FROM employer e WHERE SCOPE(employer e) AND e.id = $1",
                      P(in->employer_id));
    if (in->org_id != NONE)
        return db_one(cx, &r,
                      "SELECT o.id FROM organisation o WHERE SCOPE(organisation o) AND o.id = $1",
                      P(in->org_id));
    return fail_field(cx, "person_id", "field.required", "%s",
                      T("请指明人员或企业", "say for which person or employer"));
}

static enum err evaluate(struct ctx *cx, void *arg)
{
    const struct evaluate_input *in = cx->in;
    struct beneficiary who = { in->person_id, in->person_id == NONE ? in->employer_id : NONE,
                               in->person_id == NONE && in->employer_id == NONE ? in->org_id
                                                                                : NONE };
    enum case_kind kind;
    struct date as_of = in->as_of ? date_of_text(in->as_of) : cx->today;
    struct policy_decision d;
    struct policy_row row;
    struct case_facts of;

    (void)arg;
    TRY(check_seen(cx, in));
    TRY(policy_get(cx, cx->id, &row));
    kind = case_kind_of(row.policy);
    if (in->person_id == NONE && (kind == CASE_PERSON || kind == CASE_EMPLOYED ||
                                  kind == CASE_ORGANISED || kind == CASE_HOUSEHOLD))
        return fail_field(cx, "person_id", "field.required", "%s",
                          T("这项政策按人认定，请指明人员",
                            "the policy is decided by a person's work: say whose"));
    if (kind == CASE_EMPLOYED)
        who.employer_id = in->employer_id;
    if (kind == CASE_ORGANISED)
        who.org_id = in->org_id;
    TRY(case_load(cx, &row, who, as_of, false, &of));
    policy_eval(row.policy, &of.facts, as_of, cx->mem, &d);
    decision_write(cx->out, &row, &d);
    return OK;
}

enum err claims_op_evaluate(struct ctx *cx)
{
    TRY(claims_check_acts(cx));
    return db_read(cx, evaluate, NULL);
}
