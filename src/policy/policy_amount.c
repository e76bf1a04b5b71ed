/* policy_amount.c — how much an item pays: its instalments, one function per kind of amount. */
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

void find_next_months(struct eval *ev, int item)
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

void find_steps(struct eval *ev, int item)
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

void earn_item(struct eval *ev, int item)
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

int64_t item_worth(const struct eval *ev, const struct policy_item *it)
{
    if (it->kind == AMOUNT_LOOKUP)
        return MAX(0, lookup_best(ev, it));
    return it->kind == AMOUNT_FIXED || it->kind == AMOUNT_PER_MONTH ? it->fen : 0;
}
