/* policy_rules.c — each condition of a policy, one function per family. A new condition is one row
 * of POLICY_RULES and one function here. */
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

/* Of several conditions of an item the worst result counts. */
static const int badness[] = { [RESULT_MET] = 0,    [RESULT_MISSING] = 1, [RESULT_NOT_YET] = 2,
                               [RESULT_FAILED] = 3, [RESULT_CLOSED] = 3,  [RESULT_BARRED] = 3 };

/* --- the trace --- */
/* A condition of the whole policy. */
void base_outcome(struct eval *ev, const struct policy_outcome *o)
{
    ev->base |= 1u << o->result;
    if (o->result == RESULT_NOT_YET)
        ev->base_next =
            date_is_none(o->date) ? DAY_NEVER : MAX(ev->base_next, date_to_days(o->date));
    outcome_add(ev, o);
}

void item_outcome(struct eval *ev, struct check *c, struct policy_outcome *o)
{
    if (badness[o->result] > badness[c->result])
        c->result = o->result;
    if (o->result == RESULT_MET && !date_is_none(o->date))
        c->met = MAX(c->met, date_to_days(o->date));
    o->item = c->item;
    if (c->is_traced)
        outcome_add(ev, o);
}

/* --- conditions of the whole policy --- */
int32_t year_day(int year, int month, int mday)
{
    int last = days_in_month(year, month);

    return date_to_days(date_make(year, month, MIN(mday, last)));
}

static int32_t last_day(const struct eval *ev) /* the last day that is looked at */
{
    return MIN(ev->as_of, ev->limit == DAY_NEVER ? DAY_NEVER : ev->limit - 1);
}

/* The row that shows one of the statuses on that day; the one that began first. */
static const struct policy_status_row *status_on(const struct eval *ev, uint32_t mask, int32_t on)
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

/* --- the time ahead --- */
bool year_fits(const struct eval *ev, int32_t on)
{
    /* Full on 1 January means that the last day worked was 31 December. */
    return ev->p->count.cross_year != CROSS_COMPLETION || date_on(ev->days, on - 1).year == ev->year;
}

struct time_line *line_ahead(struct eval *ev)
{
    if (ev->has_looked_ahead)
        return ev->ahead;
    ev->has_looked_ahead = true;
    /* A month more than the most, and a year for months that will not count. */
    ev->ahead =
        time_line_ahead(ev->days, ev->line, ev->limit, (ev->plan->months_most + 1) * 31 + 366);
    return ev->ahead;
}

/* A status asked for on the day when counting starts is a matter of each run. */
static bool start_fits(const struct eval *ev, const struct time_line *t, const struct time_run *run)
{
    return !ev->p->who.status || ev->p->who.status_at != STATUS_AT_START ||
           status_on(ev, ev->p->who.status, run_start(t, run));
}

/* The first day after the as-of day on which n months will be full if all goes on as now. */
static int32_t months_next(struct eval *ev, int32_t n)
{
    const struct time_line *t = line_ahead(ev);
    int32_t next = DAY_NEVER;

    for (int i = 0; t && i < t->run_count; i++) {
        int32_t day = run_known(t, &t->runs[i], n);

        if (day > ev->as_of && day < next && year_fits(ev, run_reach(t, &t->runs[i], n)) &&
            start_fits(ev, t, &t->runs[i]))
            next = day;
    }
    return next;
}

/* When a first sum will be earned by a start that is still to come, on which the status is there.
 */
static int32_t start_next(struct eval *ev)
{
    int32_t next = DAY_NEVER;

    for (int i = 0; ev->p->who.status_at == STATUS_AT_START && i < ev->p->item_count; i++)
        next = MIN(next, months_next(ev, item_months(ev->p, &ev->p->items[i])));
    return next;
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

/* --- training --- */
static int32_t training_days(const struct policy *p, const struct policy_item *it)
{
    return MAX(p->require.training_days, it->require.training_days);
}

bool course_counts(const struct eval *ev, const struct policy_item *it,
                   const struct policy_course *c)
{
    int32_t first = date_to_days(c->start);
    int32_t last = date_is_none(c->end) ? DAY_NEVER : date_to_days(c->end);

    return first >= MAX(ev->start, ev->plan->in_force) && last < ev->as_of && last < ev->limit &&
           c->days >= MAX(1, training_days(ev->p, it)) &&
           (ev->p->once != ONCE_YEAR || c->end.year == ev->year);
}

void check_courses(struct eval *ev, const struct policy_item *it, struct item_state *st)
{
    struct policy_outcome o = { .rule = RULE_TRAINING,
                                .result = RESULT_FAILED,
                                .want = MAX(1, training_days(ev->p, it)),
                                .item = it->id,
                                .clause = it->require.training_clause
                                              ? it->require.training_clause
                                              : ev->p->require.training_clause };

    for (int i = 0; i < ev->f->course_count && o.result != RESULT_MET; i++) {
        const struct policy_course *c = &ev->f->courses[i];
        bool runs_on = date_to_days(c->start) <= ev->as_of &&
                       (date_is_none(c->end) || date_to_days(c->end) >= ev->as_of);

        if (course_counts(ev, it, c))
            o.result = RESULT_MET;
        else if (runs_on)
            o.result = RESULT_NOT_YET;
        o.got = c->days;
        o.from = c->start;
        o.until = c->end;
    }
    outcome_add(ev, &o);
    if (badness[o.result] > badness[st->result])
        st->result = o.result;
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

/* --- conditions of a run --- */

static bool has_hope(struct eval *ev)
{
    if (ev->line->way.is_ahead) /* only what will be met is asked of that one */
        return true;
    if (ev->hope == HOPE_NOT_ASKED)
        ev->hope = line_has_hope(ev->line, ev->limit) ? HOPE_SOME : HOPE_NONE;
    return ev->hope == HOPE_SOME;
}

static void trace_months(struct eval *ev, struct check *c, const struct time_run *run,
                         struct policy_outcome o, int32_t reach)
{
    if (run) {
        o.got = run_months(ev->line, run);
        o.from = date_on(ev->days, run_start(ev->line, run));
        o.until = date_on(ev->days, run_end(ev->line, run) - 1);
    }
    o.date = date_on(ev->days, reach != DAY_NEVER ? reach : months_next(ev, (int32_t)o.want));
    item_outcome(ev, c, &o);
}

static void check_months(struct eval *ev, struct check *c, const struct time_run *run, int32_t n,
                         const char *clause)
{
    enum policy_result result = RESULT_MET;
    int32_t reach = run ? run_reach(ev->line, run, n) : DAY_NEVER;

    if (reach == DAY_NEVER || !year_fits(ev, reach)) {
        reach = DAY_NEVER;
        result = has_hope(ev) || months_next(ev, n) != DAY_NEVER ? RESULT_NOT_YET : RESULT_FAILED;
    }
    if (c->is_traced) {
        trace_months(ev, c, run,
                     (struct policy_outcome){
                         .rule = RULE_MONTHS, .result = result, .want = n, .clause = clause },
                     reach);
        return;
    }
    if (badness[result] > badness[c->result])
        c->result = result;
    if (reach != DAY_NEVER)
        c->met = MAX(c->met, reach);
    if (n >= c->months) {
        c->months = n;
        c->reach = reach;
    }
}

static void check_wages(struct eval *ev, struct check *c, struct time_run *run,
                        const struct policy_require *r)
{
    struct time_wages w = run ? run_wages(ev->line, run) : (struct time_wages){ 0 };

    if (r->mean_wage_fen) {
        struct policy_outcome o = { .rule = RULE_MEAN_WAGE,
                                    .want = r->mean_wage_fen,
                                    .got = w.months ? w.fen / w.months : 0,
                                    .clause = r->wage_clause };

        if (w.months == 0 || (w.is_unknown && w.fen < r->mean_wage_fen * w.months))
            o.result = RESULT_MISSING;
        else if (w.fen < r->mean_wage_fen * w.months) /* no division: 999.99 is not 1,000 */
            o.result = RESULT_FAILED;
        item_outcome(ev, c, &o);
    }
    if (r->wage_sum_fen)
        item_outcome(ev, c,
                     &(struct policy_outcome){ .rule = RULE_WAGE_SUM,
                                               .want = r->wage_sum_fen,
                                               .got = w.fen,
                                               .result = w.fen >= r->wage_sum_fen ? RESULT_MET
                                                         : w.is_unknown           ? RESULT_MISSING
                                                                                  : RESULT_FAILED,
                                               .clause = r->wage_clause });
}

static struct month month_of_number(int32_t number)
{
    return (struct month){ (int16_t)(number / 12), (int8_t)(number % 12 + 1) };
}

/* Continuous contributions in months of employment that counts, up to the month of the as-of day.
 */
static void check_insured(struct eval *ev, struct check *c, const struct policy_require *r)
{
    const struct policy_facts *f = ev->f;
    struct policy_outcome o = { .rule = RULE_INSURED,
                                .want = r->insured_months,
                                .clause = r->insured_clause };
    int32_t now = month_number(month_of(ev->d->as_of)), last = 0, n = 0; /* months; last 0 = none */
    int32_t still = now - (r->still_insured == STILL_MONTH_BEFORE);

    for (int i = 0; i < f->month_count; i++) {
        const struct policy_month *m = &f->months[i];
        int32_t month = ev->days->months[i].number, spell = ev->days->months[i].spell;

        if (!m->insured || spell < 0 || month > now || !ev->line->counts[spell] || month == last)
            continue;
        n = last == month - 1 ? n + 1 : 1;
        last = month;
        o.got = MAX(o.got, n);
        if (n == r->insured_months && date_is_none(o.date))
            o.date = month_first_day(month_add(m->month, 1));
    }
    if (r->still_insured != STILL_NO)
        o.got = n; /* an earlier, longer stretch does not help who must still be paying */
    if (o.got < o.want)
        o.result = last && now - last <= 1 ? RESULT_NOT_YET : RESULT_FAILED;
    if (o.result != RESULT_MET)
        o.date = (struct date){ 0 };
    if (r->insured_months)
        item_outcome(ev, c, &o);
    if (r->still_insured != STILL_NO) {
        item_outcome(ev, c,
                     &(struct policy_outcome){
                         .rule = RULE_STILL_INSURED,
                         .result = last && last >= still ? RESULT_MET : RESULT_FAILED,
                         .from = month_first_day(month_of_number(still)),
                         .until = last ? month_last_day(month_of_number(last)) : (struct date){ 0 },
                         .clause = r->insured_clause });
    }
}

static void check_status(struct eval *ev, struct check *c, const struct policy_require *r)
{
    const struct policy_status_row *s;

    if (r->status) {
        s = status_on(ev, r->status, last_day(ev));
        item_outcome(ev, c,
                     &(struct policy_outcome){ .rule = RULE_STATUS,
                                               .result = s ? RESULT_MET : RESULT_FAILED,
                                               .want = r->status,
                                               .got = s ? (int64_t)1 << s->status : 0,
                                               .from = s ? s->from : (struct date){ 0 },
                                               .until = s ? s->until : (struct date){ 0 } });
    }
    if (r->not_status) {
        s = status_on(ev, r->not_status, last_day(ev));
        item_outcome(ev, c,
                     &(struct policy_outcome){ .rule = RULE_NOT_STATUS,
                                               .result = s ? RESULT_FAILED : RESULT_MET,
                                               .want = r->not_status,
                                               .got = s ? (int64_t)1 << s->status : 0 });
    }
}

/* Income of the year before; not known is missing evidence. */
static void check_income(struct eval *ev, struct check *c, const struct policy_require *r)
{
    const struct policy_facts *f = ev->f;
    bool is_met = (!r->income_below_fen || f->income_fen < r->income_below_fen) &&
                  f->income_fen >= r->income_from_fen;

    item_outcome(ev, c,
                 &(struct policy_outcome){ .rule = RULE_INCOME,
                                           .result = !f->income_known ? RESULT_MISSING
                                                     : is_met         ? RESULT_MET
                                                                      : RESULT_FAILED,
                                           .want = r->income_below_fen ? r->income_below_fen
                                                                       : r->income_from_fen,
                                           .got = f->income_known ? f->income_fen : 0,
                                           .clause = r->income_clause });
}

/* The largest batch in which the person was sent to work that counts. */
static void check_batch(struct eval *ev, struct check *c, const struct policy_require *r)
{
    int32_t best = 0;

    for (int i = 0; i < ev->f->spell_count; i++) {
        if (ev->line->counts[i])
            best = MAX(best, ev->f->spells[i].batch_persons);
    }
    item_outcome(ev, c,
                 &(struct policy_outcome){ .rule = RULE_BATCH,
                                           .result = best >= r->batch_persons ? RESULT_MET
                                                                              : RESULT_FAILED,
                                           .want = r->batch_persons,
                                           .got = best,
                                           .clause = r->batch_clause });
}

static void check_spell(struct eval *ev, struct check *c, const struct policy_require *r)
{
    if (r->still_active) {
        bool is_met = false;

        for (int i = 0; i < ev->f->spell_count; i++) {
            const struct day_spell *s = &ev->days->spells[i];

            is_met |= ev->line->counts[i] && s->first <= ev->as_of && s->last >= ev->as_of;
        }
        item_outcome(ev, c,
                     &(struct policy_outcome){ .rule = RULE_STILL_ACTIVE,
                                               .result = is_met ? RESULT_MET : RESULT_FAILED,
                                               .until = date_on(ev->days, ev->as_of) });
    }
    if (r->contract_months) {
        int32_t best = 0;

        for (int i = 0; i < ev->f->spell_count; i++) {
            if (ev->line->counts[i])
                best = MAX(best, ev->f->spells[i].contract_months);
        }
        item_outcome(ev, c,
                     &(struct policy_outcome){ .rule = RULE_CONTRACT,
                                               .result = best >= r->contract_months ? RESULT_MET
                                                                                    : RESULT_FAILED,
                                               .want = r->contract_months,
                                               .got = best,
                                               .clause = r->contract_clause });
    }
}

void require_ask(struct eval *ev, struct check *c, struct time_run *run,
                   const struct plan_require *asked)
{
    const struct policy_require *r = asked->r;
    unsigned asks = asked->asks;

    if (asks & ASKS_STATUS)
        check_status(ev, c, r);
    if (asks & ASKS_MONTHS)
        check_months(ev, c, run, r->months, r->months_clause);
    if (asks & ASKS_WAGES)
        check_wages(ev, c, run, r);
    if (asks & ASKS_INCOME)
        check_income(ev, c, r);
    if (asks & ASKS_BATCH)
        check_batch(ev, c, r);
    if (asks & ASKS_SPELL)
        check_spell(ev, c, r);
    if (asks & ASKS_INSURED)
        check_insured(ev, c, r);
}

struct check check_run(struct eval *ev, int item, struct time_run *run)
{
    struct check c = { .met = INT32_MIN, .reach = DAY_NEVER };

    if (run) {
        c.reach = run_start(ev->line, run);
        if (!start_fits(ev, ev->line, run))
            c.result = start_next(ev) == DAY_NEVER ? RESULT_FAILED : RESULT_NOT_YET;
    }
    check_require(ev, &c, run, &ev->plan->whole);
    check_require(ev, &c, run, &ev->plan->items[item]);
    return c;
}

/* The run that satisfies the item best, the earliest of equals; when none is long enough, the last,
 * which is the one that may still grow. */
void item_find_run(struct eval *ev, int item)
{
    const struct policy_item *it = &ev->p->items[item];
    struct item_state *st = &ev->items[item];
    int32_t n = item_months(ev->p, it), best_reach = DAY_NEVER;
    struct check best = { .result = RESULT_FAILED, .met = INT32_MIN };

    st->run = NULL;
    for (int i = 0; i < ev->line->run_count; i++) {
        struct time_run *r = &ev->line->runs[i];
        struct check c = check_run(ev, item, r);
        int32_t reach = year_fits(ev, c.reach) ? c.reach : DAY_NEVER;

        if (st->run && (badness[c.result] > badness[best.result] ||
                        (badness[c.result] == badness[best.result] && best_reach != DAY_NEVER &&
                         reach >= best_reach)))
            continue;
        st->run = r;
        best = c;
        best_reach = reach;
    }
    if (!st->run)
        best = check_run(ev, item, NULL);
    st->result = best.result;
    if (st->result == RESULT_NOT_YET && n > 0 && !base_has(ev, RESULT_FAILED) &&
        (best_reach == DAY_NEVER || !start_fits(ev, ev->line, st->run)))
        st->next = months_next(ev, n);
    st->met = best.met == INT32_MIN ? ev->as_of : best.met;
}
