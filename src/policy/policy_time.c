/* policy_time.c — segments are the days that count; runs are segments that belong together.
 * Adding months is always done once, from the first day of the run: adding step by step would clamp
 * twice (30 Nov + 3 months is 28 Feb, and a month more is 30 Mar). */
#include "policy/policy_time.h"

static bool in_ranges(const struct policy_range *r, int n, int64_t code)
{
    for (int i = 0; i < n; i++) {
        if (code >= r[i].lo && code <= r[i].hi)
            return true;
    }
    return false;
}

bool spell_counts(const struct policy *p, const struct policy_facts *f,
                  const struct policy_spell *s)
{
    if (p->spell.work_count && !in_ranges(p->spell.work, p->spell.work_count, s->work_division))
        return false;
    if (p->spell.relations &&
        (!s->work_division || !f->domicile ||
         !(p->spell.relations & 1u << policy_relation(f->domicile, s->work_division))))
        return false;
    if (p->spell.employer_outside.hi &&
        (!s->employer_division || in_ranges(&p->spell.employer_outside, 1, s->employer_division)))
        return false;
    if (p->spell.forms && !(p->spell.forms & 1u << s->form))
        return false;
    if (p->spell.reserved_post && !s->reserved_post)
        return false;
    if (p->spell.base_employer && !s->base_employer)
        return false;
    if (p->beneficiary == BENEFICIARY_EMPLOYER && f->employer_id &&
        s->employer_id != f->employer_id)
        return false;
    if (p->who.transfer != TRANSFER_ANY && s->organised != (p->who.transfer == TRANSFER_ORGANISED))
        return false;
    return true;
}

static void read_spells(struct time_line *t)
{
    const struct policy_facts *f = t->facts;
    struct time_spell *x = t->inline_spells;
    int rows = 0;

    if (f->spell_count > SPELLS_INLINE) {
        t->spill = arena_new();
        x = NEW_ARRAY(t->spill, struct time_spell, f->spell_count);
    }
    t->spells = x;
    for (int i = 0; i < f->spell_count; i++, x++) {
        const struct policy_spell *s = &f->spells[i];
        int32_t month = month_number(month_of(s->start));

        while (rows < f->month_count && month_number(f->months[rows].month) < month)
            rows++;
        x->first = date_to_days(s->start);
        x->last = date_is_none(s->end) ? DAY_NEVER : date_to_days(s->end);
        x->after =
            x->last == DAY_NEVER ? DAY_NEVER : x->last + (t->policy->count.last_day_free ? 0 : 1);
        x->rows = rows;
        x->counts = spell_counts(t->policy, f, s);
    }
}

static void segment_add(struct time_line *t, int32_t from, int32_t to, int32_t spell)
{
    if (from >= to)
        return;
    if (t->segment_count == t->capacity) {
        struct time_segment *old = t->segments;
        struct time_run *old_runs = t->runs;

        if (!t->spill)
            t->spill = arena_new();
        t->capacity *= 4;
        t->segments = NEW_ARRAY(t->spill, struct time_segment, t->capacity);
        t->runs = NEW_ARRAY(t->spill, struct time_run, t->capacity);
        memcpy(t->segments, old, sizeof *old * (size_t)t->segment_count);
        memcpy(t->runs, old_runs, sizeof *old_runs * (size_t)t->run_count);
    }
    t->segments[t->segment_count++] = (struct time_segment){ from, to, spell };
}

/* Is the month of this spell confirmed? *row goes along in a walk in order of months. */
static enum policy_month_state month_state(const struct policy_facts *f, int32_t month,
                                           int32_t spell, int32_t *row)
{
    enum policy_month_state state = MONTH_UNKNOWN;

    while (*row < f->month_count && month_number(f->months[*row].month) < month)
        (*row)++;
    for (int32_t i = *row; i < f->month_count && month_number(f->months[i].month) == month; i++) {
        if (f->months[i].spell == spell)
            state = f->months[i].state;
    }
    return state;
}

/* The days of [from, to) whose month is confirmed. The month in which the as-of day lies is not
 * over, nobody can have confirmed it yet: it counts by the dates of the spell. */
static void add_confirmed(struct time_line *t, int32_t from, int32_t to, int32_t spell)
{
    struct time_month m;
    int32_t row = t->spells[spell].rows;

    if (from >= to)
        return;
    for (m = time_month_on(from); from < to; time_month_step(&m)) {
        int32_t next = MIN(to, m.after);
        enum policy_month_state state = month_state(t->facts, m.number, spell, &row);

        if (m.after > t->as_of && state == MONTH_UNKNOWN)
            state = MONTH_CONFIRMED;
        if (state == MONTH_CONFIRMED)
            segment_add(t, from, next, spell);
        from = next;
    }
}

static void add_spells(struct time_line *t, int64_t employer)
{
    const struct policy *p = t->policy;
    const struct policy_facts *f = t->facts;

    for (int32_t i = 0; i < f->spell_count; i++) {
        const struct time_spell *s = &t->spells[i];
        int32_t from = MAX(t->start, s->first), to = MIN(t->cut, s->after);

        if ((p->count.same_employer && f->spells[i].employer_id != employer) || !s->counts ||
            s->first > t->as_of) /* what only begins later is not looked at */
            continue;
        if (p->count.by == BY_SPELLS)
            segment_add(t, from, to, i);
        else
            add_confirmed(t, from, to, i);
    }
}

static bool spell_goes_on(const struct time_line *t, const struct time_spell *s)
{
    return s->first <= t->as_of && s->after > t->as_of;
}

/* A month of a spell counts whole when it is over and some of the work in it was not before the
 * start. */
static void add_month(struct time_line *t, const struct time_month *m, int32_t spell)
{
    const struct time_spell *s = &t->spells[spell];
    int32_t worked = MAX(MAX(m->first, t->start), s->first);

    if (m->after <= t->cut && worked < m->after && worked < s->after && s->first <= t->as_of)
        segment_add(t, m->first, m->after, spell);
}

/* Months not over yet of a spell that goes on: as if they will be verified. */
static void add_months_ahead(struct time_line *t, int32_t spell)
{
    int32_t to = MIN(t->cut, t->spells[spell].after), row = t->spells[spell].rows;

    for (struct time_month m = time_month_on(t->as_of); m.first < to; time_month_step(&m)) {
        if (month_state(t->facts, m.number, spell, &row) == MONTH_UNKNOWN)
            add_month(t, &m, spell);
    }
}

static void add_months(struct time_line *t, int64_t employer)
{
    const struct policy *p = t->policy;
    const struct policy_facts *f = t->facts;
    struct time_month at;

    if (f->month_count)
        at = time_month_on(date_to_days(month_first_day(f->months[0].month)));
    for (int i = 0; i < f->month_count; i++) {
        const struct policy_month *m = &f->months[i];

        while (at.number < month_number(m->month))
            time_month_step(&at);
        if (m->spell >= 0 && m->spell < f->spell_count && m->state == MONTH_CONFIRMED &&
            (!p->count.same_employer || f->spells[m->spell].employer_id == employer) &&
            t->spells[m->spell].counts)
            add_month(t, &at, m->spell);
    }
    for (int32_t i = 0; t->is_ahead && i < f->spell_count; i++) {
        if ((!p->count.same_employer || f->spells[i].employer_id == employer) &&
            t->spells[i].counts && spell_goes_on(t, &t->spells[i]))
            add_months_ahead(t, i);
    }
}

/* Sort the segments from `first` on by their first day and cut off what overlaps: nobody works a
 * day twice (union, domain.md B3 "Cumulative"). */
static void segments_tidy(struct time_line *t, int first)
{
    struct time_segment *s = t->segments;
    int kept = first;

    for (int i = first + 1; i < t->segment_count; i++) {
        struct time_segment x = s[i];
        int j = i;

        for (; j > first && s[j - 1].from > x.from; j--)
            s[j] = s[j - 1];
        s[j] = x;
    }
    for (int i = first; i < t->segment_count; i++) {
        struct time_segment x = s[i];

        if (kept > first)
            x.from = MAX(x.from, s[kept - 1].to);
        if (x.from < x.to)
            s[kept++] = x;
    }
    t->segment_count = kept;
}

static bool is_employed_now(const struct time_line *t)
{
    for (int i = 0; i < t->facts->spell_count; i++) {
        if (t->spells[i].counts && spell_goes_on(t, &t->spells[i]))
            return true;
    }
    return false;
}

static void runs_cut(struct time_line *t, int first)
{
    const struct policy *p = t->policy;
    struct time_run *r = NULL;

    for (int i = first; i < t->segment_count; i++) {
        const struct time_segment *s = &t->segments[i];

        if (!r || (p->count.mode == COUNT_CONTINUOUS &&
                   s->from - t->segments[i - 1].to > p->count.gap_days)) {
            r = &t->runs[t->run_count++];
            *r = (struct time_run){ .first = i };
        }
        r->count++;
        r->counted += p->count.month == MODE_CALENDAR ? 1 : s->to - s->from;
    }
}

/* Segments and runs, employer by employer where that matters. */
static void line_fill(struct time_line *t)
{
    const struct policy *p = t->policy;
    const struct policy_facts *f = t->facts;

    t->segments = t->inline_segments;
    t->runs = t->inline_runs;
    t->capacity = SEGMENTS_INLINE;
    t->segment_count = t->run_count = 0;
    for (int i = 0; i < f->spell_count; i++) {
        int64_t employer = f->spells[i].employer_id;
        int first = t->segment_count, j = 0;

        while (p->count.same_employer && f->spells[j].employer_id != employer)
            j++;
        if (p->count.same_employer && j < i)
            continue; /* was done with the earlier spell */
        if (p->count.by == BY_MONTHS)
            add_months(t, employer);
        else
            add_spells(t, employer);
        segments_tidy(t, first);
        runs_cut(t, first);
        if (!p->count.same_employer)
            break;
    }
}

void time_line_build(struct time_line *t, const struct policy *p, const struct policy_facts *f,
                     int32_t start, int32_t limit, int32_t as_of)
{
    t->policy = p;
    t->facts = f;
    t->start = start;
    t->limit = limit;
    t->as_of = as_of;
    t->cut = MIN(limit, as_of);
    t->is_ahead = false;
    t->spill = NULL;
    read_spells(t);
    line_fill(t);
}

bool time_line_ahead(struct time_line *t, const struct time_line *now, int32_t days)
{
    int32_t month = time_month_on(now->as_of).first;
    bool is_more = false;

    for (int i = 0; i < now->facts->spell_count; i++) {
        const struct time_spell *s = &now->spells[i];

        is_more |= s->counts && s->first <= now->as_of && s->after > month;
    }
    if (!is_more || now->as_of >= now->limit)
        return false;
    t->policy = now->policy;
    t->facts = now->facts;
    t->start = now->start;
    t->limit = now->limit;
    t->as_of = now->as_of;
    t->cut = MIN(now->limit, now->as_of + days);
    t->is_ahead = true;
    t->spill = NULL;
    t->spells = now->spells;
    line_fill(t);
    return true;
}

void time_line_release(struct time_line *t)
{
    arena_free(t->spill);
    t->spill = NULL;
}

int32_t run_start(const struct time_line *t, const struct time_run *r)
{
    return t->segments[r->first].from;
}

int32_t run_end(const struct time_line *t, const struct time_run *r)
{
    return t->segments[r->first + r->count - 1].to;
}

/* Days that n months take when they begin on day `start`. */
static int32_t months_in_days(const struct policy *p, int32_t start, int32_t n)
{
    if (p->count.month == MODE_DAYS_30)
        return n * 30;
    return date_to_days(date_add_months(date_from_days(start), n)) - start;
}

/* The day on which the n-th calendar month is over. */
static int32_t reach_calendar(const struct time_line *t, const struct time_run *r, int32_t n)
{
    const struct time_segment *s = &t->segments[r->first];
    int32_t day;

    if (!t->policy->count.idle_counted)
        return n <= r->count ? s[n - 1].to : DAY_NEVER;
    day = date_to_days(date_add_months(date_from_days(s[0].from), n));
    return day <= s[r->count - 1].to ? day : DAY_NEVER;
}

int32_t run_reach(const struct time_line *t, const struct time_run *r, int32_t n)
{
    const struct time_segment *s = &t->segments[r->first];
    int32_t need;

    if (n <= 0)
        return s[0].from;
    if (t->policy->count.month == MODE_CALENDAR)
        return reach_calendar(t, r, n);
    need = months_in_days(t->policy, s[0].from, n);
    if (t->policy->count.idle_counted)
        return s[0].from + need <= s[r->count - 1].to ? s[0].from + need : DAY_NEVER;
    for (int i = 0; i < r->count; i++) {
        if (need <= s[i].to - s[i].from)
            return s[i].from + need;
        need -= s[i].to - s[i].from;
    }
    return DAY_NEVER;
}

int32_t run_known(const struct time_line *t, const struct time_run *r, int32_t n)
{
    const struct time_segment *s = &t->segments[r->first];
    int32_t day = run_reach(t, r, n);

    if (day == DAY_NEVER || !t->policy->count.idle_counted)
        return day;
    while (s->to < day)
        s++;
    return MAX(day, t->policy->count.month == MODE_CALENDAR ? s->to : s->from + 1);
}

/* The date `n` days (not fewer than 0) after a date: mostly in the same month. */
static struct date date_soon(struct date d, int32_t n)
{
    if (d.day + n > month_length(month_number((struct month){ d.year, d.month })))
        return date_from_days(date_to_days(d) + n);
    d.day = (int8_t)(d.day + n);
    return d;
}

static void stretch_add(struct arena *mem, struct policy_decision *d, size_t *cap,
                        enum policy_stretch_kind kind, int32_t from, int32_t to, int32_t spell,
                        int64_t employer)
{
    size_t n = (size_t)d->stretch_count;
    struct policy_stretch *x = ARENA_PUSH(mem, d->stretches, n, *cap);

    x->kind = kind;
    x->from = date_from_days(from);
    x->until = date_soon(x->from, to - 1 - from);
    x->spell = spell;
    x->employer_id = employer;
    d->stretch_count = (int)n;
}

/* Months of employment that are over and that nobody verified: they count for nothing until
 * somebody does (design D8). Adds them to the decision; without a decision tells whether there is
 * any. */
static bool unverified_scan(const struct time_line *t, struct arena *mem, struct policy_decision *d,
                            size_t *cap)
{
    int32_t known = MIN(t->cut, time_month_on(t->as_of).first);
    bool found = false;

    for (int32_t i = 0; t->policy->count.by != BY_SPELLS && i < t->facts->spell_count; i++) {
        const struct time_spell *s = &t->spells[i];
        int32_t from = MAX(t->start, s->first), to = MIN(known, s->after), row = s->rows;
        struct time_month m;

        if (!s->counts || from >= to)
            continue;
        for (m = time_month_on(from); from < to; time_month_step(&m)) {
            int32_t next = MIN(to, m.after);

            if (month_state(t->facts, m.number, i, &row) == MONTH_UNKNOWN) {
                if (!d)
                    return true;
                stretch_add(mem, d, cap, STRETCH_UNVERIFIED, from, next, i,
                            t->facts->spells[i].employer_id);
                found = true;
            }
            from = next;
        }
    }
    return found;
}

bool line_has_hope(const struct time_line *t)
{
    if ((t->as_of < t->limit && is_employed_now(t)) || unverified_scan(t, NULL, NULL, NULL))
        return true;
    for (int i = 0; i < t->run_count; i++) {
        if (t->as_of < t->limit && t->policy->count.mode == COUNT_CONTINUOUS &&
            t->as_of - run_end(t, &t->runs[i]) <= t->policy->count.gap_days)
            return true;
    }
    return false;
}

int32_t run_months(const struct time_line *t, const struct time_run *r)
{
    int32_t days = t->policy->count.idle_counted ? run_end(t, r) - run_start(t, r) : r->counted;
    int32_t n = days / 31;

    if (t->policy->count.month == MODE_CALENDAR && !t->policy->count.idle_counted)
        return r->count;
    while (run_reach(t, r, n + 1) != DAY_NEVER)
        n++;
    return n;
}

void time_line_trace(const struct time_line *t, struct arena *mem, struct policy_decision *d)
{
    size_t cap = 2 * (size_t)t->segment_count + 8; /* with the gaps; most have few unverified */

    d->stretches = NEW_ARRAY(mem, struct policy_stretch, cap);
    for (int i = 0; i < t->run_count; i++) {
        const struct time_run *r = &t->runs[i];

        for (int j = r->first; j < r->first + r->count; j++) {
            const struct time_segment *s = &t->segments[j];
            bool is_first = j == r->first;

            if (j > 0 && s->from > t->segments[j - 1].to)
                stretch_add(mem, d, &cap,
                            is_first                        ? STRETCH_RESTART
                            : t->policy->count.idle_counted ? STRETCH_GAP_COUNTED
                                                            : STRETCH_GAP_ALLOWED,
                            t->segments[j - 1].to, s->from, -1, 0);
            stretch_add(mem, d, &cap, STRETCH_COUNTED, s->from, s->to, s->spell,
                        t->facts->spells[s->spell].employer_id);
        }
    }
    unverified_scan(t, mem, d, &cap);
    for (int i = 1; i < d->stretch_count; i++) { /* by their first day; few */
        struct policy_stretch x = d->stretches[i];
        int j = i;

        for (; j > 0 && date_compare(d->stretches[j - 1].from, x.from) > 0; j--)
            d->stretches[j] = d->stretches[j - 1];
        d->stretches[j] = x;
    }
}
