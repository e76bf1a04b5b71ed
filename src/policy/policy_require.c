/* policy_require.c — conditions of a run of employment, those that a file may put into `require`,
 * and the run that satisfies an item best. */
#include "policy/policy_int.h"

/* Of several conditions of an item the worst result counts. */
static const int badness[] = { [RESULT_MET] = 0,    [RESULT_MISSING] = 1, [RESULT_NOT_YET] = 2,
                               [RESULT_FAILED] = 3, [RESULT_CLOSED] = 3,  [RESULT_BARRED] = 3 };

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

/* --- the time ahead --- */
bool year_fits(const struct eval *ev, int32_t on)
{
    /* Full on 1 January means that the last day worked was 31 December. */
    return ev->p->count.cross_year != CROSS_COMPLETION ||
           date_on(ev->days, on - 1).year == ev->year;
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

int32_t start_next(struct eval *ev)
{
    int32_t next = DAY_NEVER;

    for (int i = 0; ev->p->who.status_at == STATUS_AT_START && i < ev->p->item_count; i++)
        next = MIN(next, months_next(ev, item_months(ev->p, &ev->p->items[i])));
    return next;
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

/* Months in a row of contributions, in employment that counts, up to the month of the as-of day. */
struct insured {
    int32_t last;          /* the last month with some, 0 = none */
    int32_t n, most;       /* months in a row up to that, and ever */
    int32_t first_reached; /* day on which it was known that `want` were, DAY_NEVER = not yet */
};

static struct insured insured_find(const struct eval *ev, int32_t now, int32_t want)
{
    const struct day_month *m = ev->days->months, *end = m + ev->f->month_count;
    const bool *counts = ev->line->counts;
    struct insured x = { .first_reached = DAY_NEVER };

    for (; m < end && m->number <= now; m++) {
        if (!m->is_insured || m->spell < 0 || !counts[m->spell] || m->number == x.last)
            continue;
        x.n = x.last == m->number - 1 ? x.n + 1 : 1;
        x.last = m->number;
        x.most = MAX(x.most, x.n);
        if (x.n == want && x.first_reached == DAY_NEVER)
            x.first_reached = m->after;
    }
    return x;
}

static void check_insured(struct eval *ev, struct check *c, const struct policy_require *r)
{
    int32_t now = month_number(month_of(ev->d->as_of));
    int32_t still = now - (r->still_insured == STILL_MONTH_BEFORE);
    struct insured x = insured_find(ev, now, r->insured_months);
    /* An earlier, longer stretch does not help who must still be paying. */
    int32_t got = r->still_insured == STILL_NO ? x.most : x.n;

    if (r->insured_months) {
        struct policy_outcome o = {
            .rule = RULE_INSURED, .want = r->insured_months, .got = got, .clause = r->insured_clause
        };

        if (got < r->insured_months)
            o.result = x.last && now - x.last <= 1 ? RESULT_NOT_YET : RESULT_FAILED;
        else
            o.date = date_on(ev->days, x.first_reached);
        item_outcome(ev, c, &o);
    }
    if (r->still_insured != STILL_NO) {
        item_outcome(ev, c,
                     &(struct policy_outcome){
                         .rule = RULE_STILL_INSURED,
                         .result = x.last && x.last >= still ? RESULT_MET : RESULT_FAILED,
                         .from = month_first_day(month_of_number(still)),
                         .until =
                             x.last ? month_last_day(month_of_number(x.last)) : (struct date){ 0 },
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
