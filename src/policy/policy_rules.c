/* policy_rules.c — each condition of a whole policy, one function per family. A new condition is
 * one row of POLICY_RULES and one function here or, of a run of employment, in policy_require.c. */
#include "policy/policy_int.h"

#define ROW(prefix, code, zh, en) { #code, zh, en },
const struct policy_name policy_rules[] = { POLICY_RULES(ROW, ){ NULL, NULL, NULL } };

struct policy_range policy_range(int64_t code)
{
    int64_t span;

    while (code > 0 && code < 100000000000)
        code *= 1000;
    if (code % 10000000000 == 0)
        span = 10000000000;
    else if (code % 100000000 == 0)
        span = 100000000;
    else if (code % 1000000 == 0)
        span = 1000000;
    else if (code % 1000 == 0)
        span = 1000;
    else
        span = 1;
    return (struct policy_range){ code, code + span - 1 };
}

enum policy_relation policy_relation(int64_t home, int64_t work)
{
    int64_t province = home / 10000000000;
    bool is_municipality = province == 11 || province == 12 || province == 31 || province == 50;

    if (province != work / 10000000000)
        return RELATION_OTHER_PROVINCE;
    if (home / 1000000 == work / 1000000)
        return RELATION_SAME_COUNTY;
    if (is_municipality || home / 100000000 == work / 100000000)
        return RELATION_OTHER_COUNTY;
    return RELATION_OTHER_CITY;
}

void base_outcome(struct eval *ev, const struct policy_outcome *o)
{
    ev->base |= 1u << o->result;
    if (o->result == RESULT_NOT_YET)
        ev->base_next =
            date_is_none(o->date) ? DAY_NEVER : MAX(ev->base_next, date_to_days(o->date));
    outcome_add(ev, o);
}

/* --- conditions of the whole policy --- */
int32_t year_day(int year, int month, int mday)
{
    int last = days_in_month(year, month);

    return date_to_days(date_make(year, month, MIN(mday, last)));
}

int32_t last_day(const struct eval *ev)
{
    return MIN(ev->as_of, ev->limit == DAY_NEVER ? DAY_NEVER : ev->limit - 1);
}

const struct policy_status_row *status_on(const struct eval *ev, uint32_t mask, int32_t on)
{
    const struct day_status *s = ev->days->statuses;

    for (int i = 0; i < ev->f->status_count; i++) {
        if ((mask & s[i].bit) && s[i].first <= on && s[i].after > on)
            return &ev->f->statuses[i];
    }
    return NULL;
}

bool has_status_by(const struct eval *ev, int32_t day)
{
    const struct policy *p = ev->p;
    const struct day_status *s = ev->days->statuses;
    int32_t on = MIN(day, ev->limit == DAY_NEVER ? DAY_NEVER : ev->limit - 1);

    for (int i = 0; i < ev->f->status_count; i++) {
        if ((p->who.status & s[i].bit) && s[i].first <= ev->as_of && s[i].after > on)
            return true;
    }
    return !p->who.status || p->who.status_at != STATUS_AT_CUT;
}

void check_effective(struct eval *ev)
{
    const struct policy *p = ev->p;
    struct policy_outcome o = { .rule = RULE_EFFECTIVE, .from = p->from, .until = p->until };
    bool is_over = ev->as_of >= ev->plan->over;

    if (ev->as_of < ev->plan->in_force) {
        o.result = RESULT_NOT_YET;
        o.date = p->from;
    } else if (ev->plan->is_yearly &&
               (ev->year < p->from.year || (!date_is_none(p->until) && ev->year > p->until.year))) {
        o.result = RESULT_FAILED;
    } else if (is_over && !ev->plan->needs_person && p->beneficiary != BENEFICIARY_STATION) {
        o.result = RESULT_FAILED; /* persons' time is cut at the end; a headcount has no time */
    }
    base_outcome(ev, &o);
}

void check_window(struct eval *ev)
{
    const struct policy *p = ev->p;
    struct policy_outcome o = { .rule = RULE_WINDOW };
    int32_t from, until;

    from = year_day(ev->year, p->window.from_month, p->window.from_day);
    until = p->window.late_month ? year_day(ev->year + 1, p->window.late_month, p->window.late_day)
                                 : year_day(ev->year, p->window.until_month, p->window.until_day);
    o.from = date_on(ev->days, from);
    o.until = date_on(ev->days, until);
    if (ev->as_of < from) {
        o.result = RESULT_NOT_YET;
        o.date = o.from;
    } else if (ev->as_of > until) {
        o.result = RESULT_CLOSED;
    }
    base_outcome(ev, &o);
}

static void check_who_status(struct eval *ev, int32_t on)
{
    const struct policy *p = ev->p;
    const struct policy_status_row *s = status_on(ev, p->who.status, on);
    struct policy_outcome o = { .rule = RULE_STATUS,
                                .want = p->who.status,
                                .until = s ? s->until : date_on(ev->days, on) };

    if (s) {
        o.got = (int64_t)1 << s->status;
        o.from = s->from;
    } else {
        o.date = date_on(ev->days, start_next(ev));
        o.result = date_is_none(o.date) ? RESULT_FAILED : RESULT_NOT_YET;
    }
    base_outcome(ev, &o);
}

void check_start_status(struct eval *ev, const struct time_run *run)
{
    if (ev->p->who.status && ev->p->who.status_at == STATUS_AT_START)
        check_who_status(ev, run ? run_start(ev->line, run) : last_day(ev));
}

void check_person(struct eval *ev)
{
    const struct policy *p = ev->p;
    const struct policy_facts *f = ev->f;
    int32_t on = last_day(ev);

    if (p->who.status && p->who.status_at == STATUS_AT_CUT)
        check_who_status(ev, on);
    if (p->who.origin_count) {
        bool is_in = false;

        for (int i = 0; i < p->who.origin_count; i++)
            is_in |= f->domicile >= p->who.origin[i].lo && f->domicile <= p->who.origin[i].hi;
        base_outcome(ev, &(struct policy_outcome){ .rule = RULE_ORIGIN,
                                                   .result = is_in ? RESULT_MET : RESULT_FAILED,
                                                   .want = p->who.origin[0].lo,
                                                   .got = f->domicile });
    }
    if (p->who.age_min || p->who.age_max) {
        struct policy_outcome o = { .rule = RULE_AGE, .want = p->who.age_min };

        o.got = date_age(f->birth, date_on(ev->days, on));
        if (date_is_none(f->birth) || (p->who.age_max && o.got > p->who.age_max)) {
            o.result = RESULT_FAILED;
            o.want = o.got < p->who.age_min ? p->who.age_min : p->who.age_max;
        } else if (o.got < p->who.age_min) {
            o.result = RESULT_NOT_YET;
            o.date = date_add_months(f->birth, p->who.age_min * 12);
        }
        base_outcome(ev, &o);
    }
}

/* Some employment of the kind the policy asks for, before the cut; else the last there is. */
void check_employment(struct eval *ev)
{
    struct policy_outcome o = { .rule = RULE_EMPLOYMENT, .result = RESULT_FAILED };
    const bool *counts = ev->line->counts;
    int32_t cut = ev->line->way.cut, n = ev->f->spell_count, i = 0;

    for (const struct day_spell *x = ev->days->spells; i < n; i++, x++) {
        if (counts[i] && x->first <= cut && x->last >= ev->start) {
            o.result = RESULT_MET;
            break;
        }
    }
    if (n) {
        const struct policy_spell *s = &ev->f->spells[MIN(i, n - 1)];

        o.got = s->work_division;
        o.from = s->start;
        o.until = s->end;
    }
    base_outcome(ev, &o);
}

/* First time (首次来榕): no employment at the destination, with whatever employer, before the stay
 * in which the counting began. Spells at most same_stay_days apart are one stay. */
void check_first_time(struct eval *ev, const struct time_run *run)
{
    const struct policy *p = ev->p;
    struct policy_outcome o = { .rule = RULE_FIRST_TIME };
    int32_t stay;

    if (!run)
        return;
    stay = ev->days->spells[ev->line->segments[run->first].spell].first;
    for (int i = ev->f->spell_count - 1; i >= 0; i--) {
        const struct policy_spell *s = &ev->f->spells[i];
        const struct day_spell *x = &ev->days->spells[i];
        bool is_there = false;

        for (int j = 0; j < p->spell.work_count; j++)
            is_there |=
                s->work_division >= p->spell.work[j].lo && s->work_division <= p->spell.work[j].hi;
        if (!is_there || x->first >= stay)
            continue;
        if (x->last == DAY_NEVER || stay - x->last - 1 <= p->who.same_stay_days) {
            stay = x->first;
            continue;
        }
        o.result = RESULT_FAILED;
        o.from = s->start;
        o.until = s->end;
    }
    o.date = date_on(ev->days, stay);
    base_outcome(ev, &o);
}

void check_transition(struct eval *ev, const struct time_run *run)
{
    const struct policy *p = ev->p;
    struct policy_outcome o = { .rule = RULE_TRANSITION, .ref = p->supersedes };

    if (p->transition == TRANSITION_NEW_ONLY) {
        if (run)
            o.from = ev->f->spells[ev->line->segments[run->first].spell].start;
        o.date = p->from;
        if (run && date_compare(o.from, p->from) < 0)
            o.result = RESULT_FAILED;
    }
    for (int i = 0; i < ev->f->payment_count; i++) {
        const struct policy_payment *q = &ev->f->payments[i];

        if (q->whose != PAID_OWN || !str_eq(q->policy_id, p->supersedes))
            continue;
        o.got += q->fen;
        if (p->transition == TRANSITION_NEW_ONLY)
            o.result = RESULT_FAILED;
    }
    base_outcome(ev, &o);
}

static bool span_overlaps(const struct eval *ev, enum policy_span span,
                          const struct policy_payment *q)
{
    int year = q->year ? q->year : q->on.year;

    if (span == SPAN_EVER)
        return true;
    if (span == SPAN_SAME_YEAR)
        return year == ev->year;
    /* A period that is not known may be the same one: public money is not paid twice on a guess. */
    if (date_is_none(q->from) || ev->from == DAY_NEVER)
        return true;
    return date_to_days(q->from) <= ev->until &&
           (date_is_none(q->until) || date_to_days(q->until) >= ev->from);
}

bool is_offset(const struct policy *p, const char *policy_id)
{
    if (p->transition == TRANSITION_TOP_UP || p->transition == TRANSITION_CHOOSE_HIGHER) {
        if (str_eq(policy_id, p->supersedes))
            return true;
    }
    for (int i = 0; i < p->offset_count; i++) {
        if (str_eq(policy_id, p->offset[i]))
            return true;
    }
    return false;
}

/* Money of another policy of one group, whichever side paid it. */
void check_exclusive(struct eval *ev)
{
    const struct policy *p = ev->p;

    for (int i = 0; i < p->exclusive_count; i++) {
        struct policy_outcome o = { .rule = RULE_EXCLUSIVE,
                                    .want = p->exclusive[i].span,
                                    .clause = p->exclusive[i].group };

        for (int j = 0; j < ev->f->payment_count && o.result == RESULT_MET; j++) {
            const struct policy_payment *q = &ev->f->payments[j];

            if (q->whose != PAID_OWN || str_eq(q->policy_id, p->id) || is_offset(p, q->policy_id) ||
                !str_eq(q->group, p->exclusive[i].group) ||
                !span_overlaps(ev, p->exclusive[i].span, q))
                continue;
            o.result = RESULT_BARRED;
            o.ref = q->reference ? q->reference : q->policy_id;
            o.got = q->fen;
            o.date = q->on;
            o.from = q->from;
            o.until = q->until;
        }
        base_outcome(ev, &o);
    }
}

void check_evidence(struct eval *ev)
{
    const struct policy *p = ev->p;

    for (int i = 0; i < p->evidence_count; i++) {
        uint32_t have = ev->f->documents & p->evidence[i].documents;
        bool is_met = __builtin_popcount(have) >= p->evidence[i].k;

        base_outcome(ev, &(struct policy_outcome){ .rule = RULE_EVIDENCE,
                                                   .result = is_met ? RESULT_MET : RESULT_MISSING,
                                                   .want = p->evidence[i].documents,
                                                   .got = have });
    }
}
