/* policy_eval.c — from facts to a decision. The time line is built once; each line of the amount
 * (item) looks for the run of employment that satisfies its conditions and earns instalments;
 * earlier payments are set against these in order. */
#include "policy/policy_int.h"

#include "base/lunar.h"

enum { MONTHS_PAID_MAX = 600 }; /* as in policy files */

/* --- instalments --- */
static int64_t take(int64_t *pool, int64_t most)
{
    int64_t n = MIN(*pool, most);

    *pool -= n;
    return n;
}

/* Earn an instalment for days [from, to), less the cap and what was paid. */
static void earn(struct eval *ev, int item, int32_t seq, int32_t due, int32_t from, int32_t to,
                 int64_t fen)
{
    struct policy_decision *d = ev->d;
    struct item_state *st = &ev->items[item];
    struct policy_instalment x = { .item = ev->p->items[item].id,
                                   .seq = seq,
                                   .due = date_on(ev->days, due) };
    size_t n = (size_t)d->instalment_count;

    if (fen > ev->cap_room) {
        fen = ev->cap_room;
        ev->is_capped = true;
    }
    if (fen <= 0)
        return;
    if (ev->cap_room != INT64_MAX)
        ev->cap_room -= fen;
    x.earned_fen = fen;
    x.paid_fen = take(&st->paid_pool, fen);
    x.paid_fen += take(&ev->paid_pool, fen - x.paid_fen);
    st->earned_fen += fen;
    d->earned_fen += fen;
    d->amount_fen += fen - x.paid_fen;
    if (x.paid_fen < fen)
        ev->due = MAX(ev->due, due);
    if (from < to) {
        x.from = date_on(ev->days, from);
        x.until = date_on(ev->days, to - 1);
        ev->from = MIN(ev->from, from);
        ev->until = MAX(ev->until, to - 1);
    }
    if (!ev->mem)
        return;
    *ARENA_PUSH(ev->mem, d->instalments, n, ev->instalments_cap) = x;
    d->instalment_count = (int)n;
}

/* A single sum. */
static void earn_once(struct eval *ev, int item, int64_t fen)
{
    const struct item_state *st = &ev->items[item];
    int32_t n = item_months(ev->p, &ev->p->items[item]);
    int32_t from = st->met, to = st->met;

    if (st->run && n > 0) {
        from = run_start(ev->line, st->run);
        to = run_reach(ev->line, st->run, n);
    } else if (st->run) {
        from = run_start(ev->line, st->run);
        to = run_end(ev->line, st->run);
    }
    earn(ev, item, 1, st->met, from, to, fen);
}

/* One month of an item, and when it is due and known (run_known). */
struct month_sum {
    int32_t due, known, from, to;
};

/* The next month of a run that does not lie among those already taken: nobody is paid for a day
 * twice. False when there is none; run->next is its number. */
static bool month_next(const struct time_line *t, struct time_run *r, int32_t n,
                       const struct month_sum *taken, int32_t taken_n, struct month_sum *ret)
{
    int32_t to;

    for (; r->next && (to = run_reach(t, r, r->next)) != DAY_NEVER; r->next++) {
        int32_t from = run_reach(t, r, r->next - 1), i = 0;

        while (t->way.same_employer && i < taken_n && (to <= taken[i].from || from >= taken[i].to))
            i++;
        if (t->way.same_employer && i < taken_n)
            continue;
        *ret = (struct month_sum){ .due = MAX(to, run_reach(t, r, n)),
                                   .known = run_known(t, r, MAX(n, r->next)),
                                   .from = from,
                                   .to = to };
        return true;
    }
    return false;
}

/* The months an item pays in the order in which they fall due, at most it->months. Every run that
 * is long enough and satisfies the conditions has them. A month is due when it is full, the months
 * before the threshold when that is reached. */
static int32_t months_take(struct eval *ev, struct time_line *t, int item, struct month_sum *ret)
{
    const struct policy_item *it = &ev->p->items[item];
    struct time_line *known = ev->line;
    int32_t n = item_months(ev->p, it), taken = 0;

    ev->line = t;
    for (int i = 0; i < t->run_count; i++) {
        struct check c = check_run(ev, item, &t->runs[i]);
        bool is_met = c.result == RESULT_MET || c.result == RESULT_MISSING;

        t->runs[i].next = !is_met ? 0 : it->accrual == ACCRUAL_FIRST_MONTH ? 1 : n + 1;
    }
    ev->line = known;
    for (; taken < MIN(it->months, MONTHS_PAID_MAX); taken++) {
        struct month_sum best = { .due = DAY_NEVER }, m;
        struct time_run *of = NULL;

        for (int i = 0; i < t->run_count && !(of && !ev->p->count.same_employer); i++) {
            if (month_next(t, &t->runs[i], n, ret, taken, &m) &&
                (!of || m.due < best.due || (m.due == best.due && m.from < best.from))) {
                best = m;
                of = &t->runs[i];
            }
        }
        if (!of)
            break;
        of->next++;
        ret[taken] = best;
    }
    return taken;
}

static void earn_months(struct eval *ev, int item)
{
    const struct policy_item *it = &ev->p->items[item];
    struct month_sum months[MONTHS_PAID_MAX];
    int32_t n = months_take(ev, ev->line, item, months);

    for (int32_t i = 0; i < n; i++)
        earn(ev, item, i + 1, months[i].due, months[i].from, months[i].to, it->fen);
}

/* When a monthly item pays next, and how much then. */
static void find_next_months(struct eval *ev, int item)
{
    const struct policy_item *it = &ev->p->items[item];
    struct item_state *st = &ev->items[item];
    struct month_sum months[MONTHS_PAID_MAX];
    int32_t n;

    st->next = DAY_NEVER;
    st->next_fen = 0;
    if (st->result == RESULT_FAILED || base_has(ev, RESULT_FAILED) || !line_ahead(ev))
        return;
    n = months_take(ev, ev->ahead, item, months);
    for (int32_t i = 0; i < n; i++) {
        if (months[i].known <= ev->as_of || months[i].known > st->next)
            continue;
        st->next_fen = (months[i].known == st->next ? st->next_fen : 0) + it->fen;
        st->next = months[i].known;
    }
}

/* Calendar years of a station, each due on its first day; the first on the day of opening. */
static void earn_years(struct eval *ev, int item)
{
    const struct policy_item *it = &ev->p->items[item];
    const struct policy_station *s = ev->f->station;
    struct date last =
        date_on(ev->days, MIN(ev->as_of, ev->limit == DAY_NEVER ? DAY_NEVER : ev->limit - 1));

    if (!date_is_none(s->closed) && date_compare(s->closed, last) < 0)
        last = s->closed;
    for (int year = s->opened.year; year <= last.year; year++) {
        int32_t from = date_to_days(date_make(year, 1, 1));

        from = MAX(from, date_to_days(s->opened));
        earn(ev, item, year - s->opened.year + 1, from, from,
             date_to_days(date_make(year + 1, 1, 1)), it->fen);
    }
    if (date_is_none(s->closed) && year_day(last.year + 1, 1, 1) < ev->limit) {
        ev->items[item].next = year_day(last.year + 1, 1, 1);
        ev->items[item].next_fen = it->fen;
    }
}

/* Days of training, course by course; each is due the day after the course. */
static void earn_days(struct eval *ev, int item)
{
    const struct policy_item *it = &ev->p->items[item];
    int32_t left = it->days ? it->days : INT32_MAX, seq = 0;

    for (int i = 0; i < ev->f->course_count; i++) {
        const struct policy_course *c = &ev->f->courses[i];
        int32_t n = MIN(c->days, left), after;

        if (!course_counts(ev, it, c) || n == 0)
            continue;
        after = date_to_days(c->end) + 1;
        left -= n;
        earn(ev, item, ++seq, after, date_to_days(c->start), after, n * it->fen);
    }
}

/* The newest count of the wanted kind of staff that was known on the day. */
static const struct policy_headcount *headcount_find(const struct eval *ev,
                                                     const struct policy_item *it)
{
    const struct policy_headcount *best = NULL;

    for (int i = 0; i < ev->f->headcount_count; i++) {
        const struct policy_headcount *h = &ev->f->headcounts[i];

        if (policy_range(h->origin).lo == it->step.origin.lo && h->status == it->step.status &&
            h->stable_months == it->step.stable_months && date_to_days(h->on) <= ev->as_of &&
            (!best || date_compare(h->on, best->on) >= 0))
            best = h;
    }
    return best;
}

static int64_t steps_of(const struct policy_item *it, int32_t n)
{
    return n > it->step.over ? 1 + (n - it->step.over) / it->step.step : 0;
}

static void find_steps(struct eval *ev, int item)
{
    const struct policy_item *it = &ev->p->items[item];
    struct item_state *st = &ev->items[item];
    const struct policy_headcount *h = headcount_find(ev, it);
    int32_t n = h ? h->n : 0;

    st->result = steps_of(it, n) > 0 ? RESULT_MET : RESULT_NOT_YET;
    st->met = h ? date_to_days(h->on) : ev->as_of;
    outcome_add(ev, &(struct policy_outcome){ .rule = RULE_HEADCOUNT,
                                              .result = st->result,
                                              .want = it->step.over + 1,
                                              .got = n,
                                              .date = h ? h->on : (struct date){ 0 },
                                              .item = it->id });
}

static void earn_steps(struct eval *ev, int item)
{
    const struct policy_item *it = &ev->p->items[item];
    const struct policy_headcount *h = headcount_find(ev, it);
    int64_t steps = steps_of(it, h ? h->n : 0);

    for (int32_t i = 1; i <= steps; i++)
        earn(ev, item, i, ev->items[item].met, ev->items[item].met, ev->items[item].met,
             i == 1 ? it->step.base_fen : it->step.per_fen);
}

/* --- places and tickets --- */
/* The amount of the first row that fits the place of work; NONE when none does. */
static int64_t lookup(const struct policy_item *it, int64_t home, int64_t work)
{
    for (int i = 0; i < it->lookup_count; i++) {
        const struct policy_lookup *l = &it->lookup[i];

        if (l->place.hi ? work >= l->place.lo && work <= l->place.hi
                        : (l->relations & 1u << policy_relation(home, work)) != 0)
            return l->fen;
    }
    return NONE;
}

/* The highest amount for a place of work of the period. */
static int64_t lookup_best(const struct eval *ev, const struct policy_item *it)
{
    int64_t best = NONE;

    for (int i = 0; i < ev->f->spell_count; i++) {
        const struct day_spell *s = &ev->days->spells[i];

        if (ev->line->counts[i] && s->first < ev->line->way.cut && s->last >= ev->start)
            best = MAX(best, lookup(it, ev->f->domicile, ev->f->spells[i].work_division));
    }
    return best;
}

/* The last day of journeys that are paid for this year: by the lunar calendar it lies in January or
 * February of the next year (lunar 29th of the 12th month). */
static int32_t tickets_until(const struct eval *ev, const struct policy_item *it)
{
    struct date d = date_make(ev->year, 12, 31);

    if (it->until_lunar &&
        !lunar_to_date((struct lunar_date){ ev->year, it->until_month, it->until_day, false }, &d))
        d = date_make(ev->year, 12, 31);
    return date_to_days(d);
}

/* One round trip: the dearest real-name ticket of each direction in the time allowed. */
static int64_t tickets_sum(const struct eval *ev, const struct policy_item *it, int *n)
{
    int64_t best[2] = { 0, 0 };
    int32_t from = MAX(ev->days->year_first, ev->plan->in_force);
    int32_t until = MIN(ev->as_of, tickets_until(ev, it));

    *n = 0;
    for (int i = 0; i < ev->f->journey_count; i++) {
        const struct policy_journey *j = &ev->f->journeys[i];
        int32_t on = date_to_days(j->on);

        if (!j->real_name || j->paid_by_government || on < from || on > until ||
            !(it->tickets & 1u << j->ticket))
            continue;
        if (j->fen > 0 && best[j->direction] == 0)
            (*n)++;
        best[j->direction] = MAX(best[j->direction], j->fen);
    }
    return best[DIRECTION_OUT] + best[DIRECTION_RETURN];
}

/* Actual cost with tickets, a fixed sum by distance without; a fixed sum paid first is made up to
 * the actual cost until the last day for that. */
static void earn_tickets(struct eval *ev, int item)
{
    const struct policy_item *it = &ev->p->items[item];
    int n;
    int64_t fen = tickets_sum(ev, it, &n);
    int32_t last =
        it->top_up_month ? year_day(ev->year + 1, it->top_up_month, it->top_up_day) : DAY_NEVER;
    struct policy_outcome o = { .rule = RULE_TICKETS, .got = fen, .item = it->id };

    if (n == 0)
        fen = MAX(0, lookup_best(ev, it));
    if (it->fen)
        fen = MIN(fen, it->fen);
    o.want = fen;
    o.from = date_on(ev->days, tickets_until(ev, it));
    o.until = date_on(ev->days, last);
    if (ev->as_of > last) {
        o.result = RESULT_CLOSED;
        ev->is_closed_for_more = true;
    }
    outcome_add(ev, &o);
    if (!ev->is_closed_for_more)
        earn_once(ev, item, fen);
}

static void earn_item(struct eval *ev, int item)
{
    const struct policy_item *it = &ev->p->items[item];
    int64_t sum;

    switch (it->kind) {
    case AMOUNT_FIXED:
        earn_once(ev, item, it->fen);
        break;
    case AMOUNT_PER_MONTH:
        earn_months(ev, item);
        break;
    case AMOUNT_PER_YEAR:
        earn_years(ev, item);
        break;
    case AMOUNT_STEP:
        earn_steps(ev, item);
        break;
    case AMOUNT_PERCENT:
        sum = ev->items[item].run ? run_wages(ev->line, ev->items[item].run).fen : 0;
        sum = sum * it->percent / 100;
        earn_once(ev, item, it->fen ? MIN(sum, it->fen) : sum);
        break;
    case AMOUNT_REIMBURSE:
        earn_tickets(ev, item);
        break;
    case AMOUNT_LOOKUP:
        earn_once(ev, item, MAX(0, lookup_best(ev, it)));
        break;
    case AMOUNT_PER_DAY:
        earn_days(ev, item);
        break;
    case AMOUNT_OPEN:
        break;
    }
}

/* What an item pays in one sum, to compare and to announce; 0 when it is no single sum. */
static int64_t item_worth(const struct eval *ev, const struct policy_item *it)
{
    if (it->kind == AMOUNT_LOOKUP)
        return MAX(0, lookup_best(ev, it));
    return it->kind == AMOUNT_FIXED || it->kind == AMOUNT_PER_MONTH ? it->fen : 0;
}

/* --- earlier payments --- */
static void cap_lower(struct eval *ev, int64_t cap, int64_t used)
{
    if (cap)
        ev->cap_room = MIN(ev->cap_room, MAX(0, cap - used));
}

/* Sort earlier payments into what is set against the items and what uses up the caps. */
static void payments_sort(struct eval *ev, int64_t employer_id)
{
    const struct policy *p = ev->p;
    int64_t life = 0, household = 0, employer = 0, employer_year = 0;

    for (int i = 0; i < ev->f->payment_count; i++) {
        const struct policy_payment *q = &ev->f->payments[i];
        bool same_year = (q->year ? q->year : q->on.year) == ev->year;
        bool in_scope = q->whose == PAID_OWN && str_eq(q->policy_id, p->id) &&
                        (p->once == ONCE_LIFE || (p->once == ONCE_YEAR && same_year) ||
                         (p->once == ONCE_EMPLOYER && q->employer_id == employer_id));
        int item = -1;

        if (q->whose == PAID_OWN && is_offset(p, q->policy_id)) {
            ev->paid_pool += q->fen;
            ev->d->paid_fen += q->fen;
        }
        if (!str_eq(q->policy_id, p->id))
            continue;
        if (in_scope) {
            for (int j = 0; j < p->item_count && item < 0; j++) {
                if (str_eq(q->item, p->items[j].id))
                    item = j;
            }
            *(item >= 0 ? &ev->items[item].paid_pool : &ev->paid_pool) += q->fen;
            ev->d->paid_fen += q->fen;
            continue;
        }
        if (q->whose == PAID_OWN)
            life += q->fen;
        if (q->whose == PAID_HOUSEHOLD && same_year)
            household += q->fen;
        if (q->whose == PAID_EMPLOYER)
            employer += q->fen;
        if (q->whose == PAID_EMPLOYER && same_year)
            employer_year += q->fen;
    }
    cap_lower(ev, p->caps.person_life, life);
    cap_lower(ev, p->caps.person_year, 0);
    cap_lower(ev, p->caps.household_year, household);
    cap_lower(ev, p->caps.employer_life, employer);
    cap_lower(ev, p->caps.employer_year, employer_year);
}

/* --- the whole --- */
/* The days [from, to) of the status that time is counted from and until: one after the other
 * without a gap, whichever of them, up to the day counting ends. Where that is the day the status
 * ends, it may have ended before. False when there is none. */
static bool frame_status(const struct eval *ev, int32_t on, int32_t *from, int32_t *to)
{
    const struct policy *p = ev->p;
    bool is_found = false;

    for (int i = 0; i < ev->f->status_count; i++) {
        const struct day_status *s = &ev->days->statuses[i];

        if (!(p->who.status & s->bit) || s->first > on)
            continue;
        if (is_found && s->first > *to && p->who.status_at == STATUS_AT_START)
            break;
        if (!is_found || s->first > *to)
            *from = *to = s->first;
        *to = MAX(*to, s->after);
        is_found = true;
    }
    return is_found && (*to > on || p->who.status_at == STATUS_AT_START ||
                        (p->count.cuts & 1u << CUT_STATUS_END));
}

/* The year, and the days that may ever count. */
static void frame(struct eval *ev)
{
    const struct policy *p = ev->p;
    int32_t on, from, to;

    ev->d->year = ev->plan->is_yearly ? ev->year : 0;
    ev->limit = ev->plan->over;
    if (p->count.cross_year != CROSS_NONE || (p->count.cuts & 1u << CUT_YEAR_END))
        ev->limit = MIN(ev->limit, ev->days->year_after);
    ev->start = ev->plan->start;
    if (p->count.cross_year == CROSS_SPLIT || (p->count.starts & 1u << START_YEAR_START))
        ev->start = MAX(ev->start, ev->days->year_first);
    on = MIN(ev->as_of, ev->limit == DAY_NEVER ? DAY_NEVER : ev->limit - 1);
    if (!frame_status(ev, on, &from, &to))
        return;
    if (p->count.starts & 1u << START_STATUS_FROM)
        ev->start = MAX(ev->start, from);
    if (p->count.cuts & 1u << CUT_STATUS_END)
        ev->limit = MIN(ev->limit, to);
}

static void check_station(struct eval *ev)
{
    const struct policy *p = ev->p;
    const struct policy_station *s = ev->f->station;
    struct policy_outcome o = { .rule = RULE_STATION };

    if (!s || date_is_none(s->opened)) {
        o.result = RESULT_FAILED;
    } else {
        o.date = o.from = s->opened;
        o.until = s->closed;
        if (date_to_days(s->opened) > ev->as_of)
            o.result = RESULT_NOT_YET;
        else if (date_to_days(s->opened) < ev->plan->in_force || date_to_days(s->opened) >= ev->limit)
            o.result = RESULT_FAILED;
    }
    base_outcome(ev, &o);
    if (s && p->caps.beneficiaries)
        base_outcome(ev, &(struct policy_outcome){ .rule = RULE_QUOTA,
                                                   .result = s->ordinal <= p->caps.beneficiaries
                                                                 ? RESULT_MET
                                                                 : RESULT_FAILED,
                                                   .want = p->caps.beneficiaries,
                                                   .got = s->ordinal });
}

/* Conditions of all items; returns the run that speaks for the whole decision. */
static struct time_run *find_items(struct eval *ev)
{
    const struct policy *p = ev->p;
    struct time_run *main_run = NULL;

    for (int i = 0; i < p->item_count; i++) {
        struct item_state *st = &ev->items[i];

        st->next = DAY_NEVER;
        if (p->items[i].kind == AMOUNT_STEP) {
            find_steps(ev, i);
        } else if (p->beneficiary == BENEFICIARY_STATION) {
            st->met = ev->f->station ? date_to_days(ev->f->station->opened) : ev->as_of;
        } else {
            item_find_run(ev, i);
            if (p->items[i].kind == AMOUNT_PER_DAY)
                check_courses(ev, &p->items[i], st);
            if (st->next != DAY_NEVER)
                st->next_fen = item_worth(ev, &p->items[i]);
            if (p->items[i].kind == AMOUNT_PER_MONTH)
                find_next_months(ev, i);
            if (!main_run)
                main_run = st->run;
        }
    }
    return main_run;
}

/* Which items apply, after `combine`: a bit each. */
static unsigned choose_items(struct eval *ev)
{
    const struct policy *p = ev->p;
    unsigned chosen = 0;
    int best = -1;

    for (int i = 0; i < p->item_count; i++) {
        if (ev->items[i].result != RESULT_MET && ev->items[i].result != RESULT_MISSING)
            continue;
        chosen |= 1u << i;
        if (best < 0 || (p->combine == COMBINE_HIGHEST &&
                         item_worth(ev, &p->items[i]) > item_worth(ev, &p->items[best])))
            best = i;
    }
    return p->combine == COMBINE_ADD || best < 0 ? chosen : 1u << best;
}

static void trace_requires(struct eval *ev, struct time_run *main_run)
{
    const struct policy *p = ev->p;

    if (!ev->mem)
        return;
    check_require(ev, &(struct check){ .is_traced = true }, main_run, &ev->plan->whole);
    for (int i = 0; i < p->item_count; i++) {
        if (p->items[i].kind != AMOUNT_STEP)
            check_require(ev, &(struct check){ .is_traced = true, .item = p->items[i].id },
                          ev->items[i].run, &ev->plan->items[i]);
    }
}

/* The next day on which something (more) becomes payable, and how much then. */
static void set_next(struct eval *ev, unsigned chosen)
{
    struct policy_decision *d = ev->d;
    int32_t next = DAY_NEVER;

    for (int i = 0; i < ev->p->item_count; i++) {
        const struct item_state *st = &ev->items[i];

        if (st->result == RESULT_FAILED || st->next == DAY_NEVER || st->next <= ev->as_of ||
            (ev->p->combine != COMBINE_ADD && chosen && !(chosen & 1u << i)))
            continue;
        if (st->next < next)
            d->next_fen = 0;
        if (st->next <= next) {
            next = st->next;
            d->next_fen += st->next_fen;
        }
    }
    if (base_has(ev, RESULT_NOT_YET)) {
        if (next == DAY_NEVER && chosen)
            next = ev->base_next;
        else if (next != DAY_NEVER)
            next = MAX(next, ev->base_next);
    }
    if (next != DAY_NEVER && !has_status_by(ev, next))
        next = DAY_NEVER;
    d->earliest = date_on(ev->days, next);
    if (next == DAY_NEVER)
        d->next_fen = 0;
}

static enum policy_verdict verdict(const struct eval *ev, unsigned chosen)
{
    const struct policy_decision *d = ev->d;
    bool is_waiting = false, is_missing = base_has(ev, RESULT_MISSING), is_open = false;

    for (int i = 0; i < ev->p->item_count; i++) {
        is_waiting |= ev->items[i].result == RESULT_NOT_YET;
        if (chosen & 1u << i) {
            is_missing |= ev->items[i].result == RESULT_MISSING;
            is_open |= ev->p->items[i].kind == AMOUNT_OPEN;
            is_waiting |= ev->items[i].next != DAY_NEVER && ev->items[i].next > ev->as_of;
        }
    }
    if (base_has(ev, RESULT_FAILED))
        return VERDICT_NOT_ELIGIBLE;
    if (base_has(ev, RESULT_CLOSED) || ev->is_closed_for_more)
        return d->paid_fen ? VERDICT_EXHAUSTED : VERDICT_LAPSED;
    if (base_has(ev, RESULT_BARRED))
        return VERDICT_EXCLUDED;
    if (base_has(ev, RESULT_NOT_YET))
        return VERDICT_NOT_YET;
    if (d->amount_fen > 0)
        return is_missing ? VERDICT_EVIDENCE_MISSING : VERDICT_ENTITLED;
    if (is_open)
        return is_missing ? VERDICT_EVIDENCE_MISSING : VERDICT_AMOUNT_OPEN;
    if (is_waiting)
        return VERDICT_NOT_YET;
    if (d->paid_fen > 0 && (d->earned_fen > 0 || ev->is_capped))
        return VERDICT_EXHAUSTED;
    return ev->is_capped ? VERDICT_EXHAUSTED : VERDICT_NOT_ELIGIBLE;
}

/* Money is asked back when fewer months or tiers are earned than were paid. Not when a window
 * closed or somebody left work since, nor when a headcount fell or tickets came to less than the
 * fixed sum: what was right on the day of its payment stays. A review as of that day finds every
 * difference. */
static bool may_ask_back(const struct eval *ev, unsigned chosen)
{
    bool is_lasting = chosen != 0;

    for (int i = 0; i < ev->p->item_count; i++) {
        if (chosen & 1u << i)
            is_lasting &=
                ev->p->items[i].kind != AMOUNT_STEP && ev->p->items[i].kind != AMOUNT_REIMBURSE;
    }
    return is_lasting;
}

static void settle(struct eval *ev, unsigned chosen)
{
    struct policy_decision *d = ev->d;

    if (d->paid_fen)
        outcome_add(ev, &(struct policy_outcome){
                            .rule = RULE_PAID, .want = d->earned_fen, .got = d->paid_fen });
    if (ev->is_capped)
        outcome_add(ev, &(struct policy_outcome){ .rule = RULE_CAP, .want = d->earned_fen });
    set_next(ev, chosen);
    d->verdict = verdict(ev, chosen);
    if (d->verdict != VERDICT_ENTITLED && d->verdict != VERDICT_EVIDENCE_MISSING)
        d->amount_fen = 0;
    if (d->verdict == VERDICT_NOT_ELIGIBLE || d->verdict == VERDICT_LAPSED ||
        d->verdict == VERDICT_EXHAUSTED || d->verdict == VERDICT_EXCLUDED) {
        d->earliest = (struct date){ 0 };
        d->next_fen = 0;
    }
    if (ev->f->is_review || may_ask_back(ev, chosen))
        d->overpaid_fen = MAX(0, d->paid_fen - d->earned_fen);
    d->due = d->amount_fen ? date_on(ev->days, ev->due) : (struct date){ 0 };
    d->period_from = date_on(ev->days, ev->from);
    d->period_until = date_on(ev->days, ev->until);
}

static void decide(struct fact_days *days, const struct policy_plan *plan, struct arena *mem,
                   struct policy_decision *ret)
{
    const struct policy *p = plan->policy;
    struct item_state items[POLICY_ITEMS_MAX];
    struct eval ev = { .plan = plan,
                       .p = p,
                       .f = days->facts,
                       .days = days,
                       .d = ret,
                       .mem = mem,
                       .items = items,
                       .as_of = days->as_of,
                       .year = days->year,
                       .cap_room = INT64_MAX,
                       .due = INT32_MIN,
                       .from = DAY_NEVER,
                       .until = INT32_MIN };
    struct time_run *run;
    unsigned chosen;

    *ret = (struct policy_decision){ .policy_id = p->id,
                                     .policy_version = p->version,
                                     .as_of = days->as_of_date };
    if (mem)
        ret->outcomes = NEW_ARRAY(mem, struct policy_outcome, plan->outcomes_most);
    memset(items, 0, sizeof *items * (size_t)p->item_count);
    frame(&ev);
    check_effective(&ev);
    if (p->window.from_month)
        check_window(&ev);
    ev.line = time_line_known(days, plan, ev.start, ev.limit);
    if (p->beneficiary == BENEFICIARY_STATION)
        check_station(&ev);
    if (plan->needs_person)
        check_person(&ev);
    run = find_items(&ev);
    if (plan->needs_person) {
        check_start_status(&ev, run);
        if (plan->needs_work)
            check_employment(&ev);
        if (p->who.first_time)
            check_first_time(&ev, run);
        if (p->supersedes)
            check_transition(&ev, run);
        trace_requires(&ev, run);
    }
    chosen = choose_items(&ev);
    payments_sort(&ev, run ? ev.f->spells[ev.line->segments[run->first].spell].employer_id : 0);
    if (!base_has(&ev, RESULT_FAILED)) {
        for (int i = 0; i < p->item_count; i++) {
            if (chosen & 1u << i)
                earn_item(&ev, i);
        }
    }
    if (p->exclusive_count)
        check_exclusive(&ev);
    if (!p->automatic && !days->facts->documents_ignored)
        check_evidence(&ev);
    if (mem)
        time_line_trace(days, ev.line, mem, ret);
    settle(&ev, chosen);
}

struct policy_set {
    struct calendar calendar;
    int n;
    struct policy_plan plans[];
};

const struct policy_set *policy_set_make(struct arena *mem, const struct policy *const *policies,
                                         int n)
{
    struct policy_set *ret =
        arena_alloc(mem, sizeof *ret + sizeof ret->plans[0] * (size_t)n);

    ret->calendar = calendar_make(mem);
    ret->n = n;
    for (int i = 0; i < n; i++)
        policy_plan_make(&ret->plans[i], policies[i]);
    return ret;
}

void policy_set_eval(const struct policy_set *set, const struct policy_facts *facts,
                     struct date as_of, struct arena *mem, struct policy_decision *ret)
{
    struct fact_days days; /* large, and set when read */

    fact_days_read(&days, facts, as_of, set->calendar);
    for (int i = 0; i < set->n; i++)
        decide(&days, &set->plans[i], mem, &ret[i]);
    fact_days_release(&days);
}

void policy_eval_all(const struct policy *const *policies, int n, const struct policy_facts *facts,
                     struct date as_of, struct arena *mem, struct policy_decision *ret)
{
    struct fact_days days;
    struct policy_plan plan;

    fact_days_read(&days, facts, as_of, (struct calendar){ 0 });
    for (int i = 0; i < n; i++) {
        policy_plan_make(&plan, policies[i]);
        decide(&days, &plan, mem, &ret[i]);
    }
    fact_days_release(&days);
}

void policy_eval(const struct policy *p, const struct policy_facts *facts, struct date as_of,
                 struct arena *mem, struct policy_decision *ret)
{
    policy_eval_all(&p, 1, facts, as_of, mem, ret);
}
