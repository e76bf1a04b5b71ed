/* claims_through.c — money that people's work earns for somebody else: the employer that took them
 * in, the organisation that sent them, the household they belong to. The engine decides on a
 * person's facts; here they are cut down to the spells with that employer or by that organiser, or
 * laid together for the household. */
#include "claims/claims_int.h"

#include "policy/policy_time.h"

#include <stdlib.h>

enum case_kind case_kind_of(const struct policy *p)
{
    switch (p->beneficiary) {
    case BENEFICIARY_EMPLOYER:
        return p->item_count && p->items[0].kind == AMOUNT_STEP ? CASE_EMPLOYER : CASE_EMPLOYED;
    case BENEFICIARY_STATION:
        return CASE_STATION;
    case BENEFICIARY_ORGANISER:
        return CASE_ORGANISED;
    case BENEFICIARY_HOUSEHOLD:
        return CASE_HOUSEHOLD;
    default:
        return CASE_PERSON;
    }
}

/* --- spells of one employer or organiser --- */
/* Leaves the chosen spells and their months. */
static void keep_spells(struct arena *mem, struct policy_facts *f, const bool *is_kept)
{
    struct policy_spell *spells = NEW_ARRAY(mem, struct policy_spell, f->spell_count + 1);
    struct policy_month *months = NEW_ARRAY(mem, struct policy_month, f->month_count + 1);
    int32_t *place = NEW_ARRAY(mem, int32_t, f->spell_count + 1);
    int n = 0, m = 0;

    for (int i = 0; i < f->spell_count; i++) {
        place[i] = is_kept[i] ? n : -1;
        if (is_kept[i])
            spells[n++] = f->spells[i];
    }
    for (int i = 0; i < f->month_count; i++)
        if (place[f->months[i].spell] >= 0) {
            months[m] = f->months[i];
            months[m++].spell = place[f->months[i].spell];
        }
    f->spells = spells;
    f->months = months;
    f->spell_count = n;
    f->month_count = m;
}

/* Who organised each spell: whoever planned the batch that was handed over, also after the person
 * was posted elsewhere (转岗); NONE for those who came by themselves. */
static enum err organisers(struct ctx *cx, int64_t person_id, const struct policy_facts *f,
                           int64_t *ret, int32_t *ret_batch)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT a.id, a.previous_id, (SELECT t.organiser_id FROM passenger g JOIN transfer_batch t ON t.id = g.batch_id"
        " WHERE SCOPE_NOT(passenger 'the organiser is paid for whom it sent') AND SCOPE_NOT(transfer_batch 'the organiser is paid for whom it sent')"
        " AND g.offer_id = a.offer_id AND g.person_id = a.person_id AND g.state = 'HANDED_OVER' LIMIT 1) AS organiser_id,"
        " (SELECT count(*) FROM passenger g JOIN passenger o ON o.batch_id = g.batch_id WHERE SCOPE_NOT(passenger 'how many were sent together')"
        " AND g.offer_id = a.offer_id AND g.person_id = a.person_id AND g.state = 'HANDED_OVER' AND o.state = 'HANDED_OVER') AS batch_persons"
        " FROM placement a WHERE SCOPE_NOT(placement 'a decision rests on all facts of a person') AND a.person_id = $1 ORDER BY a.start_on, a.id",
        P(person_id)));
    for (int i = 0; i < f->spell_count; i++) {
        ret[i] = NONE;
        for (int k = 0; k < r.n; k++) {
            if (row_int(&r, k, "id") != f->spells[i].id)
                continue;
            ret[i] = row_int(&r, k, "organiser_id");
            ret_batch[i] = (int32_t)row_int(&r, k, "batch_persons");
            for (int j = 0; j < i && ret[i] == NONE; j++)
                if (f->spells[j].id == row_int(&r, k, "previous_id"))
                    ret[i] = ret[j], ret_batch[i] = ret_batch[j];
        }
    }
    return OK;
}

/* For whom each spell counts, and in how large a batch the organiser sent her. */
static enum err payees(struct ctx *cx, enum case_kind kind, int64_t person_id,
                       const struct policy_facts *f, int64_t *ret, int32_t *ret_batch)
{
    if (kind == CASE_ORGANISED)
        return organisers(cx, person_id, f, ret, ret_batch);
    for (int i = 0; i < f->spell_count; i++)
        ret[i] = f->spells[i].employer_id;
    return OK;
}

enum err cases_through(struct ctx *cx, enum case_kind kind, const struct person_facts *p,
                       struct case_facts *ret, int *ret_n)
{
    int spells = p->facts.spell_count, n = 0;
    int64_t *payee = NEW_ARRAY(cx->mem, int64_t, spells + 1);
    bool *is_kept = NEW_ARRAY(cx->mem, bool, spells + 1);
    int32_t *batch = NEW_ARRAY(cx->mem, int32_t, spells + 1);
    struct policy_spell *sent = NEW_ARRAY(cx->mem, struct policy_spell, spells + 1);
    struct policy_facts facts = p->facts;

    TRY(payees(cx, kind, p->person_id, &p->facts, payee, batch));
    for (int i = 0; i < spells; i++) {
        sent[i] = p->facts.spells[i];
        sent[i].batch_persons = batch[i];
    }
    facts.spells = sent;
    for (int i = 0; i < spells; i++) {
        bool is_new = payee[i] != NONE;
        for (int k = 0; k < i; k++)
            is_new &= payee[k] != payee[i];
        if (!is_new)
            continue;
        ret[n] =
            (struct case_facts){ .facts = facts,
                                 .who = { p->person_id, kind == CASE_EMPLOYED ? payee[i] : NONE,
                                          kind == CASE_ORGANISED ? payee[i] : NONE },
                                 .home = p->home,
                                 .work = NONE,
                                 .household_id = NONE };
        for (int k = 0; k < spells; k++)
            is_kept[k] = payee[k] == payee[i];
        keep_spells(cx->mem, &ret[n].facts, is_kept);
        if (kind == CASE_EMPLOYED)
            ret[n].facts.employer_id = payee[i];
        n++;
    }
    *ret_n = n;
    return OK;
}

/* --- households --- */
/* One spell of the members together, with what each of its months brought home. */
struct together {
    struct policy_spell *spells;
    struct policy_month *months;
    struct policy_status_row *statuses;
    int spell_count, month_count, status_count;
};

static int by_start(const void *a, const void *b)
{
    return date_compare(((const struct policy_spell *)a)->start,
                        ((const struct policy_spell *)b)->start);
}

static int by_month(const void *a, const void *b)
{
    return month_compare(((const struct policy_month *)a)->month,
                         ((const struct policy_month *)b)->month);
}

static int by_from(const void *a, const void *b)
{
    return date_compare(((const struct policy_status_row *)a)->from,
                        ((const struct policy_status_row *)b)->from);
}

/* Days on which several members worked count once, their wages are added: neighbouring spells
 * become one. */
static void lay_together(struct together *t)
{
    int n = 0;

    if (t->spell_count)
        qsort(t->spells, (size_t)t->spell_count, sizeof *t->spells, by_start);
    for (int i = 0; i < t->spell_count; i++) {
        struct policy_spell *last = n ? &t->spells[n - 1] : NULL, x = t->spells[i];
        bool touches = last && (date_is_none(last->end) ||
                                date_compare(x.start, date_add_days(last->end, 1)) <= 0);
        if (!touches)
            t->spells[n++] = x;
        else if (!date_is_none(last->end) &&
                 (date_is_none(x.end) || date_compare(x.end, last->end) > 0))
            last->end = x.end;
    }
    t->spell_count = n;
}

static int32_t spell_in(const struct together *t, struct month m)
{
    for (int32_t i = 0; i < t->spell_count; i++)
        if (date_compare(t->spells[i].start, month_last_day(m)) <= 0 &&
            (date_is_none(t->spells[i].end) ||
             date_compare(t->spells[i].end, month_first_day(m)) >= 0))
            return i;
    return -1;
}

/* A month is confirmed when one member's is; its wage is the sum of what is known. */
static void add_up_months(struct together *t)
{
    int n = 0;

    if (t->month_count)
        qsort(t->months, (size_t)t->month_count, sizeof *t->months, by_month);
    for (int i = 0; i < t->month_count; i++) {
        struct policy_month *last = n ? &t->months[n - 1] : NULL, x = t->months[i];
        x.spell = spell_in(t, x.month);
        if (x.spell < 0)
            continue;
        if (x.state != MONTH_CONFIRMED)
            x.wage_fen = NONE;
        if (!last || month_compare(last->month, x.month) != 0) {
            t->months[n++] = x;
            continue;
        }
        if (x.state == MONTH_CONFIRMED)
            last->state = MONTH_CONFIRMED;
        if (x.wage_fen != NONE)
            last->wage_fen = x.wage_fen + (last->wage_fen == NONE ? 0 : last->wage_fen);
        last->insured |= x.insured;
    }
    t->month_count = n;
}

static void add_member(struct together *t, const struct policy *p, const struct policy_facts *f)
{
    for (int i = 0; i < f->status_count; i++)
        t->statuses[t->status_count++] = f->statuses[i];
    for (int i = 0; i < f->spell_count; i++)
        if (spell_counts(p, f, &f->spells[i]))
            t->spells[t->spell_count++] = f->spells[i];
    for (int i = 0; i < f->month_count; i++)
        if (spell_counts(p, f, &f->spells[f->months[i].spell]))
            t->months[t->month_count++] = f->months[i];
}

enum err case_of_household(struct ctx *cx, const struct policy *p, int64_t household_id,
                           struct case_facts *ret, struct rows *ret_claims)
{
    struct together t = { 0 };
    struct person_facts *members;
    struct rows r;
    int64_t *ids, head = NONE;
    int spells = 1, months = 1, statuses = 1, n;

    TRY(db_rows(
        cx, &r,
        "SELECT p.id, p.relation FROM person p WHERE SCOPE_NOT(person 'a household''s claim rests on all its members')"
        " AND p.household_id = $1 ORDER BY p.id LIMIT $2",
        P(household_id), P(FACTS_CHUNK)));
    n = r.n;
    if (n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                    T("没有这一户", "there is no such household"));
    ids = NEW_ARRAY(cx->mem, int64_t, n);
    members = NEW_ARRAY(cx->mem, struct person_facts, n);
    for (int i = 0; i < n; i++) {
        ids[i] = row_int(&r, i, "id");
        if (head == NONE && str_eq(row_text(&r, i, "relation"), "HEAD"))
            head = i;
    }
    head = head == NONE ? 0 : head; /* nobody is called the head: who was registered first */
    TRY(policy_facts_load(cx, ids, n, members));
    for (int i = 0; i < n; i++) {
        spells += members[i].facts.spell_count;
        months += members[i].facts.month_count;
        statuses += members[i].facts.status_count;
    }
    t.spells = NEW_ARRAY(cx->mem, struct policy_spell, spells);
    t.months = NEW_ARRAY(cx->mem, struct policy_month, months);
    t.statuses = NEW_ARRAY(cx->mem, struct policy_status_row, statuses);
    for (int i = 0; i < n; i++)
        add_member(&t, p, &members[i].facts);
    lay_together(&t);
    add_up_months(&t);
    if (t.status_count)
        qsort(t.statuses, (size_t)t.status_count, sizeof *t.statuses, by_from);
    *ret = (struct case_facts){ .facts = members[head].facts,
                                .who = { ids[head], NONE, NONE },
                                .home = members[head].home,
                                .work = NONE,
                                .household_id = household_id };
    ret->facts.spells = t.spells, ret->facts.spell_count = t.spell_count;
    ret->facts.months = t.months, ret->facts.month_count = t.month_count;
    ret->facts.statuses = t.statuses, ret->facts.status_count = t.status_count;
    return claims_of(cx, "person_id", ids, n, ret_claims);
}
