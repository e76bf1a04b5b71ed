/* policy_oracle.c — one loop over days. A day is a number since 1 January 2012, found in a calendar
 * that is counted out day by day. */
#include "policy_oracle.h"

enum {
    FIRST_YEAR = 2012,
    LAST_YEAR = 2035,
    DAYS = (LAST_YEAR - FIRST_YEAR + 1) * 366,
    MONTHS = (LAST_YEAR - FIRST_YEAR + 1) * 12,
    SPELLS = 16,
    EVENTS = 512,
    AHEAD = 420, /* days that are looked into the future */
    NOT_A_DAY = -1
};

/* --- the calendar --- */
static struct date calendar[DAYS];
static int first_of_month[MONTHS + 1];

static void calendar_make(void)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int day = 0;

    if (first_of_month[1])
        return;
    for (int m = 0; m < MONTHS; m++) {
        int year = FIRST_YEAR + m / 12;
        int length = lengths[m % 12] + (m % 12 == 1 && year % 4 == 0);

        first_of_month[m] = day;
        for (int i = 1; i <= length; i++)
            calendar[day++] = (struct date){ (int16_t)year, (int8_t)(m % 12 + 1), (int8_t)i };
    }
    first_of_month[MONTHS] = day;
}

static int month_number(int year, int month)
{
    return (year - FIRST_YEAR) * 12 + month - 1;
}

static int day_number(struct date d)
{
    return first_of_month[month_number(d.year, d.month)] + d.day - 1;
}

static int month_on(int day)
{
    return month_number(calendar[day].year, calendar[day].month);
}

/* The same day n months on, or the last of a shorter month. */
static int months_on(int day, int n)
{
    int m = month_on(day) + n, same = first_of_month[m] + calendar[day].day - 1;

    return same < first_of_month[m + 1] ? same : first_of_month[m + 1] - 1;
}

/* --- the walk --- */
/* Something that is earned: `known` is the first day on whose morning it can be known, later than
 * `due` only when a gap that counts must first be closed. */
struct event {
    int due, known, from, to; /* for the days [from, to) */
    int64_t fen;
    bool is_granted;
};

/* A day that counts, and when that is known. */
struct counted {
    int day, known;
};

struct walk {
    const struct policy *p;
    const struct policy_facts *f;
    int as_of, year, start, limit, end;
    int8_t states[SPELLS][MONTHS];
    struct counted days[DAYS]; /* of the run at hand */
    int n;
    struct event best[POLICY_ITEMS_MAX]; /* fixed sums: the earliest day; fen 0 = none */
    struct event months[EVENTS];         /* monthly sums of all runs */
    int month_count;
};

static bool is_starting_by(const struct walk *w, enum policy_start start)
{
    return (w->p->count.starts & 1u << start) != 0;
}

static bool is_cut_by(const struct walk *w, enum policy_cut cut)
{
    return (w->p->count.cuts & 1u << cut) != 0;
}

/* By the rows that begin not later than `known`. */
static bool has_status(const struct walk *w, int day, int known)
{
    for (int i = 0; i < w->f->status_count; i++) {
        const struct policy_status_row *s = &w->f->statuses[i];

        if (w->p->who.status & 1u << s->status && day_number(s->from) <= day &&
            day_number(s->from) <= known && (s->until.year == 0 || day_number(s->until) >= day))
            return true;
    }
    return false;
}

/* The days [*from, *to) of the status that the time rests on: that of the day on which counting
 * ends, back and forth as long as there is one on every day. Where the end of the status itself
 * ends the counting, it may have ended before. */
static bool frame_status(const struct walk *w, int on, int *from, int *to)
{
    int day = on;

    while (is_cut_by(w, CUT_STATUS_END) && day > 0 && !has_status(w, day, on))
        day--;
    if (!has_status(w, day, on))
        return false;
    for (*from = day; *from > 0 && has_status(w, *from - 1, on); (*from)--)
        ;
    for (*to = day + 1; *to < DAYS && has_status(w, *to, on); (*to)++)
        ;
    return true;
}

/* Which days may count at all: [start, limit). False when the status forbids it. */
static bool frame(struct walk *w)
{
    const struct policy *p = w->p;
    int from, to;

    w->start = 0;
    w->limit = DAYS;
    if (p->until.year)
        w->limit = day_number(p->until) + 1;
    if ((p->count.cross_year != CROSS_NONE || is_cut_by(w, CUT_YEAR_END)) &&
        w->limit > day_number((struct date){ (int16_t)w->year, 12, 31 }) + 1)
        w->limit = day_number((struct date){ (int16_t)w->year, 12, 31 }) + 1;
    if (is_starting_by(w, START_EFFECTIVE_FROM))
        w->start = day_number(p->from);
    if ((is_starting_by(w, START_YEAR_START) || p->count.cross_year == CROSS_SPLIT) &&
        w->start < day_number((struct date){ (int16_t)w->year, 1, 1 }))
        w->start = day_number((struct date){ (int16_t)w->year, 1, 1 });
    if (p->count.start_date.year && w->start < day_number(p->count.start_date))
        w->start = day_number(p->count.start_date);
    if (!p->who.status || p->who.status_at == STATUS_AT_START)
        return true;
    if (!frame_status(w, w->as_of < w->limit ? w->as_of : w->limit - 1, &from, &to))
        return false;
    if (is_starting_by(w, START_STATUS_FROM) && w->start < from)
        w->start = from;
    if (is_cut_by(w, CUT_STATUS_END) && w->limit > to)
        w->limit = to;
    return true;
}

static void read_states(struct walk *w)
{
    memset(w->states, MONTH_UNKNOWN, sizeof w->states);
    for (int i = 0; i < w->f->month_count; i++) {
        const struct policy_month *m = &w->f->months[i];

        w->states[m->spell][month_number(m->month.year, m->month.month)] = (int8_t)m->state;
    }
}

static bool is_the_place(const struct walk *w, const struct policy_spell *s)
{
    for (int i = 0; i < w->p->spell.work_count; i++) {
        if (s->work_division >= w->p->spell.work[i].lo &&
            s->work_division <= w->p->spell.work[i].hi)
            return true;
    }
    return w->p->spell.work_count == 0;
}

static bool is_employed(const struct walk *w, const struct policy_spell *s, int day)
{
    return day_number(s->start) <= day &&
           (s->end.year == 0 || day < day_number(s->end) + (w->p->count.last_day_free ? 0 : 1));
}

/* Does the day count by this spell? */
static bool spell_day(const struct walk *w, int spell, int day)
{
    const struct policy_spell *s = &w->f->spells[spell];
    int month = month_on(day), running = month_on(w->as_of);
    int first = first_of_month[month], next = first_of_month[month + 1];
    int state = w->states[spell][month];

    if (w->p->count.by == BY_MONTHS) { /* a month in which some work counts, counts whole */
        int worked = MAX(MAX(first, w->start), day_number(s->start));

        if (worked >= next || !is_employed(w, s, worked) || next > w->limit)
            return false;
        return state == MONTH_CONFIRMED ||
               (state == MONTH_UNKNOWN && month >= running && is_employed(w, s, w->as_of));
    }
    if (day < w->start || day >= w->limit || !is_employed(w, s, day))
        return false;
    return w->p->count.by == BY_SPELLS || state == MONTH_CONFIRMED ||
           (state == MONTH_UNKNOWN && month >= running);
}

/* employer 0: all of them */
static bool day_counts(const struct walk *w, int64_t employer, int day)
{
    for (int i = 0; i < w->f->spell_count; i++) {
        const struct policy_spell *s = &w->f->spells[i];

        if (day_number(s->start) <= w->as_of && is_the_place(w, s) &&
            (!employer || s->employer_id == employer) && spell_day(w, i, day))
            return true;
    }
    return false;
}

/* The counted day that makes n months full; NULL when there are fewer. */
static const struct counted *full(const struct walk *w, int n)
{
    int first = w->days[0].day, months = 0, need;

    if (w->p->count.month == MODE_CALENDAR) {
        for (int i = 0; i < w->n; i++) {
            if (calendar[w->days[i].day + 1].day == 1 && ++months == n)
                return &w->days[i];
        }
        return NULL;
    }
    need = w->p->count.month == MODE_DAYS_30 ? n * 30 : months_on(first, n) - first;
    return need <= w->n ? &w->days[need - 1] : NULL;
}

/* Of two days on which a sum was earned: what is known by now goes before what is not; then the
 * earlier. */
static bool is_better(const struct walk *w, const struct event *a, const struct event *b)
{
    bool known_a = a->known <= w->as_of, known_b = b->known <= w->as_of;

    if (b->fen == 0 || known_a != known_b)
        return b->fen == 0 || known_a;
    return known_a ? a->due < b->due : a->known < b->known;
}

/* What the run at hand earns. */
static void run_over(struct walk *w)
{
    const struct policy *p = w->p;

    if (w->n == 0 || (p->who.status && p->who.status_at == STATUS_AT_START &&
                      !has_status(w, w->days[0].day, DAYS)))
        return;
    for (int i = 0; i < p->item_count; i++) {
        const struct policy_item *it = &p->items[i];
        int n = MAX(p->require.months, it->require.months);
        const struct counted *met = full(w, n), *last;

        if (!met || (p->count.cross_year == CROSS_COMPLETION && calendar[met->day].year != w->year))
            continue;
        if (it->kind == AMOUNT_FIXED) {
            struct event e = { .due = met->day + 1, .known = met->known, .fen = it->fen };

            if (is_better(w, &e, &w->best[i]))
                w->best[i] = e;
        }
        for (int k = it->accrual == ACCRUAL_FIRST_MONTH ? 1 : n + 1;
             it->kind == AMOUNT_PER_MONTH && k <= n + it->months && (last = full(w, k)); k++) {
            const struct counted *before = k > 1 ? full(w, k - 1) : NULL;
            const struct counted *later = last->day > met->day ? last : met;

            assert(w->month_count < EVENTS);
            w->months[w->month_count++] =
                (struct event){ .due = later->day + 1,
                                .known = later->known,
                                .from = before ? before->day + 1 : w->days[0].day,
                                .to = last->day + 1,
                                .fen = it->fen };
        }
    }
}

static void walk_days(struct walk *w, int64_t employer, int from)
{
    int idle = 0, known;

    w->n = 0;
    for (int day = from; day < w->end; day++) {
        if (!day_counts(w, employer, day)) {
            idle++;
            continue;
        }
        if (w->n > 0 && w->p->count.mode == COUNT_CONTINUOUS && idle > w->p->count.gap_days) {
            run_over(w);
            w->n = 0;
        }
        /* A month is known when it is over. */
        known = w->p->count.by == BY_MONTHS ? first_of_month[month_on(day) + 1] : day + 1;
        for (int gap = day - idle; w->n > 0 && w->p->count.idle_counted && gap < day; gap++)
            w->days[w->n++] = (struct counted){ gap, known };
        w->days[w->n++] = (struct counted){ day, day + 1 };
        idle = 0;
    }
    run_over(w);
}

/* Monthly sums in the order in which they fall due, none of them for days that are paid already. */
static void grant_months(struct walk *w, int most)
{
    for (int granted = 0; granted < most; granted++) {
        struct event *next = NULL;

        for (int i = 0; i < w->month_count; i++) {
            struct event *e = &w->months[i];
            bool is_free = !e->is_granted;

            for (int j = 0; j < w->month_count; j++)
                is_free &= !w->months[j].is_granted || e->to <= w->months[j].from ||
                           e->from >= w->months[j].to;
            if (is_free &&
                (!next || e->due < next->due || (e->due == next->due && e->from < next->from)))
                next = e;
        }
        if (!next)
            return;
        next->is_granted = true;
    }
}

/* Will the status that is asked for at the end of counting still hold on a later day, as far as is
 * known now? */
static bool keeps_status(const struct walk *w, int day)
{
    return !w->p->who.status || w->p->who.status_at == STATUS_AT_START ||
           has_status(w, MIN(day, w->limit - 1), w->as_of);
}

static void event_tell(const struct walk *w, const struct event *e, struct oracle_answer *ret)
{
    if (e->known <= w->as_of) {
        ret->earned_fen += e->fen;
        if (date_compare(calendar[e->due], ret->due) > 0)
            ret->due = calendar[e->due];
    } else if (!keeps_status(w, e->known)) {
        return;
    } else if (ret->earliest.year == 0 || date_compare(calendar[e->known], ret->earliest) < 0) {
        ret->earliest = calendar[e->known];
        ret->next_fen = e->fen;
    } else if (date_compare(calendar[e->known], ret->earliest) == 0) {
        ret->next_fen += e->fen;
    }
}

static void walk_employers(struct walk *w)
{
    int from = DAYS;

    for (int i = 0; i < w->f->spell_count; i++)
        from = MIN(from, first_of_month[month_on(day_number(w->f->spells[i].start))]);
    w->end = MIN(w->as_of + AHEAD, DAYS - 366);
    if (!w->p->count.same_employer) {
        walk_days(w, 0, from);
        return;
    }
    for (int i = 0; i < w->f->spell_count; i++) {
        bool is_new = true;

        for (int j = 0; j < i; j++)
            is_new &= w->f->spells[j].employer_id != w->f->spells[i].employer_id;
        if (is_new)
            walk_days(w, w->f->spells[i].employer_id, from);
    }
}

void policy_oracle(const struct policy *p, const struct policy_facts *f, struct date as_of,
                   struct oracle_answer *ret)
{
    static struct walk w;
    bool is_yearly = p->once == ONCE_YEAR || p->count.cross_year != CROSS_NONE;

    calendar_make();
    w = (struct walk){ .p = p, .f = f };
    *ret = (struct oracle_answer){ 0 };
    w.as_of = day_number(as_of);
    w.year = f->year ? f->year : as_of.year;
    is_yearly |= is_cut_by(&w, CUT_YEAR_END) || is_starting_by(&w, START_YEAR_START);
    if (!frame(&w) ||
        (is_yearly && (w.year < p->from.year || (p->until.year && w.year > p->until.year)))) {
        ret->is_shut_out = true;
        return;
    }
    read_states(&w);
    walk_employers(&w);
    for (int i = 0; i < p->item_count; i++) {
        if (p->items[i].kind == AMOUNT_PER_MONTH)
            grant_months(&w, p->items[i].months);
        if (p->items[i].kind == AMOUNT_FIXED && w.best[i].fen)
            event_tell(&w, &w.best[i], ret);
    }
    for (int i = 0; i < w.month_count; i++) {
        if (w.months[i].is_granted)
            event_tell(&w, &w.months[i], ret);
    }
}
