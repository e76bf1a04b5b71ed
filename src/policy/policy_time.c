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

static inline bool is_counted(const struct policy *p, const struct policy_facts *f,
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

bool spell_counts(const struct policy *p, const struct policy_facts *f,
                  const struct policy_spell *s)
{
    return is_counted(p, f, s);
}

/* Written first and kept if it is one: which months are missing from a history cannot be guessed by
 * a processor, and guessing wrong costs more than writing. */
static inline void segment_add(struct time_line *t, bool counts, int32_t from, int32_t to,
                               int32_t spell)
{
    t->segments[t->segment_count] = (struct time_segment){ from, to, spell };
    t->segment_count += counts & (from < to);
}

/* Does the spell count, and some of it lie in the days looked at? What only begins after the as-of
 * day is not looked at. */
static bool is_looked_at(const struct time_line *t, int32_t spell, int64_t employer)
{
    const struct day_spell *s = &t->days->spells[spell];

    return t->counts[spell] & (s->first < t->way.cut) & (s->first <= t->days->as_of) &
               (spell_after(t, s) > t->way.start) &&
           (!t->way.same_employer || t->days->facts->spells[spell].employer_id == employer);
}

static bool spell_goes_on(const struct time_line *t, int32_t spell)
{
    const struct day_spell *s = &t->days->spells[spell];

    return t->counts[spell] && s->first <= t->days->as_of && spell_after(t, s) > t->days->as_of;
}

/* Months of a spell after that of the as-of day, as if those without evidence will be verified. */
static void add_spell_ahead(struct time_line *t, int32_t spell, int32_t to)
{
    struct time_month m = time_month_on(t->days->as_of);
    int32_t row = t->days->spells[spell].rows;

    for (time_month_step(&m); m.first < to; time_month_step(&m)) {
        bool counts = month_state(t->days, m.number, spell, &row) != MONTH_NOT_WORKING;

        segment_add(t, counts, MAX(m.first, t->way.start), MIN(to, m.after), spell);
    }
}

static void add_spells(struct time_line *t, int64_t employer)
{
    for (int32_t i = 0; i < t->days->facts->spell_count; i++) {
        const struct day_spell *s = &t->days->spells[i];
        const struct day_piece *p = &t->days->pieces[s->piece];
        int32_t to = MIN(t->way.cut, spell_after(t, s));

        if (!is_looked_at(t, i, employer))
            continue;
        if (t->way.by == BY_SPELLS) {
            segment_add(t, true, MAX(t->way.start, s->first), to, i);
            continue;
        }
        for (int j = 0; j < s->piece_count; j++)
            segment_add(t, p[j].is_confirmed, MAX(t->way.start, p[j].from), MIN(to, p[j].to), i);
        if (t->way.is_ahead)
            add_spell_ahead(t, i, to);
    }
}

/* A month [first, after) of a spell counts whole when it is over and some of the work in it was not
 * before the start. */
static void add_month(struct time_line *t, int32_t first, int32_t after, int32_t spell)
{
    const struct day_spell *s = &t->days->spells[spell];
    int32_t worked = MAX(MAX(first, t->way.start), s->first);

    segment_add(t, after <= t->way.cut && worked < after && worked < spell_after(t, s), first,
                after, spell);
}

/* Months not over yet of a spell that goes on: as if they will be verified. */
static void add_months_ahead(struct time_line *t, int32_t spell)
{
    const struct day_spell *s = &t->days->spells[spell];
    int32_t to = MIN(t->way.cut, spell_after(t, s)), row = s->rows;

    for (struct time_month m = time_month_on(t->days->as_of); m.first < to; time_month_step(&m)) {
        if (month_state(t->days, m.number, spell, &row) == MONTH_UNKNOWN)
            add_month(t, m.first, m.after, spell);
    }
}

static void add_months(struct time_line *t, int64_t employer)
{
    const struct policy_facts *f = t->days->facts;

    for (int i = 0; i < f->month_count; i++) {
        const struct day_month *m = &t->days->months[i];

        if (m->after > t->way.cut)
            break;
        if (m->after > t->way.start && m->state == MONTH_CONFIRMED && m->spell >= 0 &&
            is_looked_at(t, m->spell, employer))
            add_month(t, m->first, m->after, m->spell);
    }
    for (int32_t i = 0; t->way.is_ahead && i < f->spell_count; i++) {
        if (is_looked_at(t, i, employer) && spell_goes_on(t, i))
            add_months_ahead(t, i);
    }
}

/* Sort the segments from `first` on by their first day and cut off what overlaps: nobody works a
 * day twice (union). */
static void segments_tidy(struct time_line *t, int first)
{
    struct time_segment *s = t->segments;
    int tidy = first + 1, kept = first;

    while (tidy < t->segment_count && s[tidy].from >= s[tidy - 1].to)
        tidy++;
    if (tidy >= t->segment_count)
        return; /* as with most */
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
    for (int i = 0; i < t->days->facts->spell_count; i++) {
        if (spell_goes_on(t, i))
            return true;
    }
    return false;
}

/* The gap before a segment ends a run when time must be continuous; and months with another
 * employer are another run where each counts by itself. */
static bool is_restart(const struct time_line *t, const struct time_segment *s)
{
    const struct policy_spell *spells = t->days->facts->spells;

    return (t->way.mode == COUNT_CONTINUOUS && s->from - s[-1].to > t->way.gap_days) ||
           (t->way.same_employer &&
            spells[s->spell].employer_id != spells[s[-1].spell].employer_id);
}

static void runs_cut(struct time_line *t)
{
    struct time_run *r = NULL;

    for (int i = 0; i < t->segment_count; i++) {
        const struct time_segment *s = &t->segments[i];

        if (i == 0 || is_restart(t, s))
            *(r = &t->runs[t->run_count++]) = (struct time_run){ .first = i };
        r->count++;
        r->counted += t->way.month == MODE_CALENDAR ? 1 : s->to - s->from;
    }
}

/* No line has more segments than that. */
static int most_segments(const struct time_line *t)
{
    const struct policy_facts *f = t->days->facts;
    int n = MAX(f->spell_count, MAX(f->month_count, t->days->piece_count));

    for (int i = 0; t->way.is_ahead && i < f->spell_count; i++) {
        if (spell_goes_on(t, i))
            n += (t->way.cut - t->days->as_of) / 28 + 3;
    }
    return n;
}

/* Segments, employer by employer where that matters, and their runs. */
static void line_fill(struct time_line *t, struct room *room)
{
    const struct policy_facts *f = t->days->facts;
    int most = most_segments(t);

    t->segments = ROOM_ARRAY(room, struct time_segment, most + 1);
    t->segment_count = 0;
    for (int i = 0; i < f->spell_count; i++) {
        int64_t employer = f->spells[i].employer_id;
        int first = t->segment_count, j = 0;

        while (t->way.same_employer && f->spells[j].employer_id != employer)
            j++;
        if (t->way.same_employer && j < i)
            continue; /* was done with the earlier spell */
        if (t->way.by == BY_MONTHS)
            add_months(t, employer);
        else
            add_spells(t, employer);
        segments_tidy(t, first);
        if (!t->way.same_employer)
            break;
    }
    assert(t->segment_count <= most);
    room_trim(room, t->segments, sizeof *t->segments * (size_t)t->segment_count);
    t->runs = ROOM_ARRAY(room, struct time_run, t->segment_count);
    runs_cut(t);
    room_trim(room, t->runs, sizeof *t->runs * (size_t)t->run_count);
}

static bool is_same_way(const struct time_way *a, const struct time_way *b)
{
    return a->start == b->start && a->cut == b->cut && a->by == b->by && a->month == b->month &&
           a->mode == b->mode && a->gap_days == b->gap_days && a->idle_counted == b->idle_counted &&
           a->same_employer == b->same_employer && a->last_day_free == b->last_day_free &&
           a->is_ahead == b->is_ahead;
}

/* Most policies are for others, or of other years: nothing of this history counts. */
static bool is_blank(const struct time_line *t)
{
    for (int i = 0; i < t->days->facts->spell_count; i++) {
        if (is_looked_at(t, i, t->days->facts->spells[i].employer_id))
            return false;
    }
    return true;
}

/* The line for that way of counting: one that is there already, or a new one. */
static struct time_line *line_get(struct fact_days *x, const struct time_way *way,
                                  const bool *counts)
{
    size_t n = (size_t)x->facts->spell_count;
    struct time_line *fresh = room_take(&x->room, sizeof *fresh), *t = x->lines;

    *fresh = (struct time_line){ .days = x, .way = *way, .counts = counts };
    if (is_blank(fresh)) {
        fresh->is_traced = true;
        return fresh;
    }
    while (t && (!is_same_way(&t->way, way) || memcmp(t->counts, counts, n) != 0))
        t = t->next;
    if (t) {
        room_trim(&x->room, fresh, 0);
        return t;
    }
    line_fill(fresh, &x->room);
    fresh->next = x->lines;
    return x->lines = fresh;
}

struct time_line *time_line_known(struct fact_days *x, const struct policy *p, int32_t start,
                                  int32_t limit)
{
    const struct policy_facts *f = x->facts;
    bool *counts = ROOM_ARRAY(&x->room, bool, f->spell_count);
    struct time_way way = { .start = start,
                            .cut = MIN(limit, x->as_of),
                            .gap_days = p->count.mode == COUNT_CONTINUOUS ? p->count.gap_days : 0,
                            .by = p->count.by,
                            .month = p->count.month,
                            .mode = p->count.mode,
                            .idle_counted = p->count.idle_counted,
                            .same_employer = p->count.same_employer,
                            .last_day_free = p->count.last_day_free };
    struct time_line *t;

    if (f->spell_count) /* nothing counts before the first, and a line is for more policies so */
        way.start = MAX(way.start, x->spells[0].first);
    for (int i = 0; i < f->spell_count; i++)
        counts[i] = is_counted(p, f, &f->spells[i]);
    t = line_get(x, &way, counts);
    if (t->counts != counts)
        room_trim(&x->room, counts, 0);
    return t;
}

struct time_line *time_line_ahead(struct fact_days *x, const struct time_line *now, int32_t limit,
                                  int32_t days)
{
    struct time_way way = now->way;
    bool is_more = false;

    if (x->as_of >= limit)
        return NULL;
    for (int i = 0; i < x->facts->spell_count; i++) {
        const struct day_spell *s = &x->spells[i];

        is_more |= now->counts[i] && s->first <= x->as_of && spell_after(now, s) > x->month;
    }
    if (!is_more)
        return NULL;
    way.cut = MIN(limit, x->as_of + days);
    way.is_ahead = true;
    return line_get(x, &way, now->counts);
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
static int32_t months_in_days(const struct time_way *way, int32_t start, int32_t n)
{
    if (way->month == MODE_DAYS_30)
        return n * 30;
    return day_add_months(start, n) - start;
}

/* The day on which the n-th calendar month is over. */
static int32_t reach_calendar(const struct time_line *t, const struct time_run *r, int32_t n)
{
    const struct time_segment *s = &t->segments[r->first];
    int32_t day;

    if (!t->way.idle_counted)
        return n <= r->count ? s[n - 1].to : DAY_NEVER;
    day = day_add_months(s[0].from, n);
    return day <= s[r->count - 1].to ? day : DAY_NEVER;
}

int32_t run_reach(const struct time_line *t, const struct time_run *r, int32_t n)
{
    const struct time_segment *s = &t->segments[r->first];
    int32_t need;

    if (n <= 0)
        return s[0].from;
    if (t->way.month == MODE_CALENDAR)
        return reach_calendar(t, r, n);
    need = months_in_days(&t->way, s[0].from, n);
    if (t->way.idle_counted)
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

    if (day == DAY_NEVER || !t->way.idle_counted)
        return day;
    while (s->to < day)
        s++;
    return MAX(day, t->way.month == MODE_CALENDAR ? s->to : s->from + 1);
}

int32_t run_months(const struct time_line *t, const struct time_run *r)
{
    int32_t days = t->way.idle_counted ? run_end(t, r) - run_start(t, r) : r->counted;
    int32_t n = days / 31;

    if (t->way.month == MODE_CALENDAR && !t->way.idle_counted)
        return r->count;
    while (run_reach(t, r, n + 1) != DAY_NEVER)
        n++;
    return n;
}

/* --- the line as people see it --- */
/* A stretch in day numbers. */
struct draft {
    enum policy_stretch_kind kind;
    int32_t from, to, spell;
};

/* Months of employment that are over and that nobody verified: they count for nothing until
 * somebody does (design D8). The first of them, at most so many. */
static int unverified_find(const struct time_line *t, struct draft *ret, int most)
{
    const struct fact_days *x = t->days;
    int n = 0;

    for (int32_t i = 0; t->way.by != BY_SPELLS && i < x->facts->spell_count; i++) {
        const struct day_spell *s = &x->spells[i];
        const struct day_piece *p = &x->pieces[s->piece], *end = p + s->piece_count;
        int32_t start = t->way.start, last = MIN(MIN(t->way.cut, x->month), spell_after(t, s));

        if (!t->counts[i] || s->unverified == 0 || s->first >= last || last <= start)
            continue;
        for (; p < end && n < most; p++) {
            ret[n] = (struct draft){ STRETCH_UNVERIFIED, MAX(start, p->from), MIN(last, p->to), i };
            n += !p->is_confirmed & (ret[n].from < ret[n].to);
        }
    }
    return n;
}

bool line_has_hope(const struct time_line *t, int32_t limit)
{
    struct draft unverified;

    if (unverified_find(t, &unverified, 1))
        return true;
    if (t->days->as_of >= limit)
        return false;
    if (is_employed_now(t))
        return true;
    for (int i = 0; i < t->run_count; i++) {
        if (t->way.mode == COUNT_CONTINUOUS &&
            t->days->as_of - run_end(t, &t->runs[i]) <= t->way.gap_days)
            return true;
    }
    return false;
}

/* What counts, and the gaps between; there must be room for a gap before each. */
static int counted_find(const struct time_line *t, struct draft *ret)
{
    int n = 0;

    for (int i = 0; i < t->run_count; i++) {
        const struct time_segment *first = &t->segments[t->runs[i].first];

        for (const struct time_segment *s = first; s < first + t->runs[i].count; s++) {
            ret[n] = (struct draft){ s == first            ? STRETCH_RESTART
                                     : t->way.idle_counted ? STRETCH_GAP_COUNTED
                                                           : STRETCH_GAP_ALLOWED,
                                     s > t->segments ? s[-1].to : DAY_NEVER, s->from, -1 };
            n += ret[n].from < ret[n].to;
            ret[n++] = (struct draft){ STRETCH_COUNTED, s->from, s->to, s->spell };
        }
    }
    return n;
}

/* By the first day. */
static void drafts_sort(struct draft *d, int n)
{
    for (int i = 1; i < n; i++) {
        struct draft x = d[i];
        int j = i;

        for (; j > 0 && d[j - 1].from > x.from; j--)
            d[j] = d[j - 1];
        d[j] = x;
    }
}

static void trace_make(struct time_line *t, struct room *room, struct arena *mem)
{
    int most = 2 * t->segment_count + t->days->piece_count;
    struct draft *drafts = ROOM_ARRAY(room, struct draft, most);
    int counted = counted_find(t, drafts);
    int n = counted + unverified_find(t, drafts + counted, most - counted);
    struct policy_stretch *x = NEW_ARRAY(mem, struct policy_stretch, n);

    if (n > counted || t->way.same_employer)
        drafts_sort(drafts, n);
    t->stretches = x;
    t->stretch_count = n;
    for (const struct draft *d = drafts; d < drafts + n; d++, x++) {
        x->kind = d->kind;
        x->from = date_from_days(d->from);
        x->until = date_from_days(d->to - 1);
        x->spell = d->spell;
        x->employer_id = d->spell < 0 ? 0 : t->days->facts->spells[d->spell].employer_id;
    }
    room_trim(room, drafts, 0);
}

void time_line_trace(struct fact_days *x, struct time_line *t, struct arena *mem,
                     struct policy_decision *d)
{
    if (!t->is_traced)
        trace_make(t, &x->room, mem);
    t->is_traced = true;
    d->stretches = t->stretches;
    d->stretch_count = t->stretch_count;
}
