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

/* The rest of what a policy asks of a spell, beside its traits. */
static inline bool fits_places(const struct policy *p, const struct policy_facts *f,
                               const struct policy_spell *s)
{
    if (p->spell.work_count && !in_ranges(p->spell.work, p->spell.work_count, s->work_division))
        return false;
    if (p->spell.employer_outside.hi &&
        (!s->employer_division || in_ranges(&p->spell.employer_outside, 1, s->employer_division)))
        return false;
    return p->beneficiary != BENEFICIARY_EMPLOYER || !f->employer_id ||
           s->employer_id == f->employer_id;
}

bool spell_counts(const struct policy *p, const struct policy_facts *f,
                  const struct policy_spell *s)
{
    return !(spell_traits(f, s) & traits_refused(p)) && fits_places(p, f, s);
}

/* Written first and kept if it is one: which months are missing from a history cannot be guessed by
 * a processor, and guessing wrong costs more than writing. Returns where the next one goes. */
static inline struct time_segment *segment_put(struct time_segment *at, bool counts, int32_t from,
                                               int32_t to, int32_t spell)
{
    *at = (struct time_segment){ from, to, spell };
    return at + (counts & (from < to));
}

/* Days of a spell that are looked at: none (from >= to) of one that does not count, or that only
 * begins after the as-of day. */
struct window {
    int32_t from, to;
};

static inline struct window window_of(const struct time_line *t, int32_t spell)
{
    const struct day_spell *s = &t->days->spells[spell];

    if (!t->counts[spell] | (s->first > t->days->as_of))
        return (struct window){ 0, 0 };
    return (struct window){ MAX(t->way.start, s->first), MIN(t->way.cut, spell_after(t, s)) };
}

static bool spell_goes_on(const struct time_line *t, int32_t spell)
{
    const struct day_spell *s = &t->days->spells[spell];

    return t->counts[spell] && s->first <= t->days->as_of && spell_after(t, s) > t->days->as_of;
}

/* Months of a spell after that of the as-of day, as if those without evidence will be verified. */
static struct time_segment *put_spell_ahead(const struct time_line *t, int32_t spell,
                                            struct window w, struct time_segment *at)
{
    struct time_month m = time_month_on(t->days, t->days->as_of);
    struct month_walk rows = month_walk(t->days, &t->days->spells[spell]);

    calendar_step(t->days->calendar, &m);
    for (; m.first < w.to; calendar_step(t->days->calendar, &m)) {
        bool counts = month_state(&rows, m.number, spell) != MONTH_NOT_WORKING;

        at = segment_put(at, counts, MAX(m.first, w.from), MIN(w.to, m.after), spell);
    }
    return at;
}

static struct time_segment *put_spells(const struct time_line *t, const struct window *windows,
                                       struct time_segment *at)
{
    for (int32_t i = 0; i < t->days->facts->spell_count; i++) {
        const struct day_spell *s = &t->days->spells[i];
        const struct day_piece *p = &t->days->pieces[s->piece], *end = p + s->piece_count;
        struct window w = windows[i];

        if (w.from >= w.to)
            continue;
        if (t->way.by == BY_SPELLS) {
            at = segment_put(at, true, w.from, w.to, i);
            continue;
        }
        while (p < end && p->to <= w.from)
            p++;
        for (; p < end && p->from < w.to; p++)
            at = segment_put(at, p->is_confirmed, MAX(w.from, p->from), MIN(w.to, p->to), i);
        if (t->way.is_ahead)
            at = put_spell_ahead(t, i, w, at);
    }
    return at;
}

/* A month [first, after) counts whole when it is over and some of it is looked at. */
static inline struct time_segment *put_month(const struct time_line *t, int32_t first,
                                             int32_t after, int32_t spell, struct window w,
                                             struct time_segment *at)
{
    bool counts = (after <= t->way.cut) & (MAX(first, w.from) < MIN(after, w.to));

    return segment_put(at, counts, first, after, spell);
}

/* Months not over yet of a spell that goes on: as if they will be verified. */
static struct time_segment *put_months_ahead(const struct time_line *t, int32_t spell,
                                             struct window w, struct time_segment *at)
{
    struct time_month m = time_month_on(t->days, t->days->as_of);
    struct month_walk rows = month_walk(t->days, &t->days->spells[spell]);

    for (; m.first < w.to; calendar_step(t->days->calendar, &m)) {
        if (month_state(&rows, m.number, spell) == MONTH_UNKNOWN)
            at = put_month(t, m.first, m.after, spell, w, at);
    }
    return at;
}

static struct time_segment *put_months(const struct time_line *t, const struct window *windows,
                                       struct time_segment *at)
{
    const struct policy_facts *f = t->days->facts;
    const struct day_month *m = t->days->months, *end = m + f->month_count;

    while (m < end && m->after <= t->way.start)
        m++;
    for (; m < end && m->after <= t->way.cut; m++) {
        if (m->state == MONTH_CONFIRMED && m->spell >= 0)
            at = put_month(t, m->first, m->after, m->spell, windows[m->spell], at);
    }
    for (int32_t i = 0; t->way.is_ahead && i < f->spell_count; i++) {
        if (windows[i].from < windows[i].to && spell_goes_on(t, i))
            at = put_months_ahead(t, i, windows[i], at);
    }
    return at;
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
    struct time_run *r = t->runs - 1;

    for (int i = 0; i < t->segment_count; i++) {
        const struct time_segment *s = &t->segments[i];

        if (i == 0 || is_restart(t, s))
            *++r = (struct time_run){ .first = i };
        r->count++;
        r->counted += t->way.month == MODE_CALENDAR ? 1 : s->to - s->from;
    }
    t->run_count = (int)(r + 1 - t->runs);
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

/* Windows of the spells with the employer of this one; with all when employers do not matter. */
static void windows_set(const struct time_line *t, int32_t spell, struct window *ret)
{
    const struct policy_spell *s = t->days->facts->spells;

    for (int32_t i = 0; i < t->days->facts->spell_count; i++)
        ret[i] = t->way.same_employer && s[i].employer_id != s[spell].employer_id
                     ? (struct window){ 0, 0 }
                     : window_of(t, i);
}

/* Was the employer of the spell that of an earlier one? */
static bool is_employer_again(const struct policy_spell *spells, int32_t spell)
{
    int32_t i = 0;

    while (spells[i].employer_id != spells[spell].employer_id)
        i++;
    return i < spell;
}

/* Segments, employer by employer where that matters, and their runs. */
static void line_fill(struct time_line *t, struct room *room)
{
    const struct policy_facts *f = t->days->facts;
    int32_t rounds = t->way.same_employer ? f->spell_count : MIN(f->spell_count, 1);
    int most = most_segments(t);
    struct window *windows = ROOM_ARRAY(room, struct window, f->spell_count);

    t->segments = ROOM_ARRAY(room, struct time_segment, most + 1);
    t->segment_count = 0;
    for (int32_t i = 0; i < rounds; i++) {
        int first = t->segment_count;
        struct time_segment *at;

        if (t->way.same_employer && is_employer_again(f->spells, i))
            continue;
        windows_set(t, i, windows);
        at = t->segments + first;
        at = t->way.by == BY_MONTHS ? put_months(t, windows, at) : put_spells(t, windows, at);
        t->segment_count = (int)(at - t->segments);
        segments_tidy(t, first);
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
    for (int32_t i = 0; i < t->days->facts->spell_count; i++) {
        struct window w = window_of(t, i);

        if (w.from < w.to)
            return false;
    }
    return true;
}

/* An empty one: field by field, for setting it to nothing first takes longer than all of this. */
static struct time_line *line_new(struct fact_days *x, const struct time_way *way,
                                  const bool *counts)
{
    struct time_line *t = room_take(&x->room, sizeof *t);

    t->days = x;
    t->way = *way;
    t->counts = counts;
    t->segments = NULL;
    t->runs = NULL;
    t->segment_count = t->run_count = 0;
    t->stretches = NULL;
    t->stretch_count = 0;
    t->is_traced = false;
    t->next = NULL;
    return t;
}

/* The line for that way of counting: one that is there already, or a new one. */
static struct time_line *line_get(struct fact_days *x, const struct time_way *way,
                                  const bool *counts)
{
    size_t n = (size_t)x->facts->spell_count;
    struct time_line *t = x->lines;

    while (t && (!is_same_way(&t->way, way) || memcmp(t->counts, counts, n) != 0))
        t = t->next;
    if (t)
        return t;
    t = line_new(x, way, counts);
    if (is_blank(t)) {
        t->is_traced = true;
        return t;
    }
    line_fill(t, &x->room);
    t->next = x->lines;
    return x->lines = t;
}

struct time_line *time_line_known(struct fact_days *x, const struct policy_plan *plan,
                                  int32_t start, int32_t limit)
{
    const struct policy_facts *f = x->facts;
    bool *counts = ROOM_ARRAY(&x->room, bool, f->spell_count);
    struct time_way way = plan->way;
    struct time_line *t;

    way.start = start;
    way.cut = MIN(limit, x->as_of);
    if (f->spell_count) /* nothing counts before the first, and a line is for more policies so */
        way.start = MAX(way.start, x->spells[0].first);
    for (int i = 0; i < f->spell_count; i++)
        counts[i] = !(x->spells[i].traits & plan->refused) &&
                    (!plan->has_places || fits_places(plan->policy, f, &f->spells[i]));
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
static int32_t months_in_days(const struct time_line *t, int32_t start, int32_t n)
{
    if (t->way.month == MODE_DAYS_30)
        return n * 30;
    return day_add_months(t->days, start, n) - start;
}

/* The day on which the n-th calendar month is over. */
static int32_t reach_calendar(const struct time_line *t, const struct time_run *r, int32_t n)
{
    const struct time_segment *s = &t->segments[r->first];
    int32_t day;

    if (!t->way.idle_counted)
        return n <= r->count ? s[n - 1].to : DAY_NEVER;
    day = day_add_months(t->days, s[0].from, n);
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
    need = months_in_days(t, s[0].from, n);
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

struct time_wages run_wages(const struct time_line *t, struct time_run *r)
{
    const struct fact_days *x = t->days;
    const struct time_segment *segment = &t->segments[r->first], *end = segment + r->count;
    struct time_wages w = { 0 };

    if (r->has_wages)
        return r->wages;
    for (int32_t row = x->spells[segment->spell].rows; row < x->facts->month_count; row++) {
        const struct day_month *m = &x->months[row];
        int64_t wage_fen = x->facts->months[row].wage_fen;
        bool is_counted = false;

        if (m->first >= end[-1].to)
            break;
        while (segment < end && segment->to <= m->first)
            segment++;
        for (const struct time_segment *s = segment; s < end && s->from < m->after; s++)
            is_counted |= m->spell == s->spell;
        if (!is_counted || m->state != MONTH_CONFIRMED)
            continue;
        w.months++;
        if (wage_fen == NONE)
            w.is_unknown = true;
        else
            w.fen += wage_fen;
    }
    r->has_wages = true;
    return r->wages = w;
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
    int32_t start = t->way.start, cut = MIN(t->way.cut, x->month);
    int n = 0;

    for (int i = 0; t->way.by != BY_SPELLS && i < x->unverified_count && n < most; i++) {
        const struct time_segment *u = &x->unverified[i];
        int32_t last = MIN(cut, spell_after(t, &x->spells[u->spell]));

        ret[n] =
            (struct draft){ STRETCH_UNVERIFIED, MAX(start, u->from), MIN(last, u->to), u->spell };
        n += t->counts[u->spell] & (ret[n].from < ret[n].to);
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
    enum policy_stretch_kind gap = t->way.idle_counted ? STRETCH_GAP_COUNTED : STRETCH_GAP_ALLOWED;
    struct draft *d = ret;
    int32_t last = DAY_NEVER; /* nothing lies before the first */

    for (int i = 0; i < t->run_count; i++) {
        const struct time_segment *s = &t->segments[t->runs[i].first], *end = s + t->runs[i].count;

        for (enum policy_stretch_kind kind = STRETCH_RESTART; s < end; s++, kind = gap) {
            *d = (struct draft){ kind, last, s->from, -1 };
            d += last < s->from;
            *d++ = (struct draft){ STRETCH_COUNTED, s->from, s->to, s->spell };
            last = s->to;
        }
    }
    return (int)(d - ret);
}

/* By the first day; so many are in order. */
static void drafts_sort(struct draft *d, int in_order, int n)
{
    for (int i = in_order; i < n; i++) {
        struct draft x = d[i];
        int j = i;

        for (; j > 0 && d[j - 1].from > x.from; j--)
            d[j] = d[j - 1];
        d[j] = x;
    }
}

static void trace_make(struct time_line *t, struct room *room, struct arena *mem)
{
    const struct policy_spell *spells = t->days->facts->spells;
    struct calendar calendar = t->days->calendar;
    int most = 2 * t->segment_count + t->days->unverified_count + 1;
    struct draft *drafts = ROOM_ARRAY(room, struct draft, most);
    int counted = counted_find(t, drafts);
    int n = counted + unverified_find(t, drafts + counted, most - counted);
    struct policy_stretch *x = NEW_ARRAY(mem, struct policy_stretch, n);

    drafts_sort(drafts, t->way.same_employer ? 1 : MAX(counted, 1), n);
    t->stretches = x;
    t->stretch_count = n;
    for (const struct draft *d = drafts; d < drafts + n; d++, x++)
        *x = (struct policy_stretch){ .kind = d->kind,
                                      .from = calendar_date(calendar, d->from),
                                      .until = calendar_date(calendar, d->to - 1),
                                      .spell = d->spell,
                                      .employer_id =
                                          d->spell < 0 ? 0 : spells[d->spell].employer_id };
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
