/* policy_time.h — the time line: which days count, where counting restarts, and when n months are
 * full. Only for policy_eval.c and its tests. Days are numbers since 1970, intervals half-open. */
#pragma once
#include "policy/policy_eval.h"

enum { DAY_NEVER = INT32_MAX, SEGMENTS_INLINE = 64, SPELLS_INLINE = 16 };

/* Days that count, all of one spell. With calendar months a segment is one whole month. */
struct time_segment {
    int32_t from, to;
    int32_t spell;
};

/* What the line asks of a spell again and again. */
struct time_spell {
    int32_t first, last; /* days; last DAY_NEVER: still working */
    int32_t after;       /* the first day that is no longer worked */
    int32_t rows;        /* the first month of the facts that is not before the one it starts in */
    bool counts;         /* for the policy: place, post, form, transfer */
};

/* Segments first … first + count - 1 with only allowed gaps between. */
struct time_run {
    int32_t first, count;
    int32_t counted; /* days, or months with calendar months */
    int32_t next;    /* for whoever goes through its months (policy_eval.c); 0 at first */
};

struct time_line {
    const struct policy *policy;
    const struct policy_facts *facts;
    int32_t start, limit; /* days in [start, limit) may ever count */
    int32_t as_of, cut;   /* days before the cut are looked at: the earlier of limit and as_of */
    bool is_ahead;        /* beyond the as-of day, as if all went on (time_line_ahead) */
    const struct time_spell *spells; /* as many as the facts have */
    struct time_segment *segments;
    struct time_run *runs;
    int segment_count, run_count, capacity;
    struct time_spell inline_spells[SPELLS_INLINE];
    struct time_segment inline_segments[SEGMENTS_INLINE];
    struct time_run inline_runs[SEGMENTS_INLINE];
    struct arena *spill; /* set when the inline room was too small; time_line_release */
};

/* Does this spell count for the policy (place, post, form, transfer)? */
bool spell_counts(const struct policy *p, const struct policy_facts *f,
                  const struct policy_spell *s);
/* A calendar month as days [first, after); number: years * 12 + months. */
struct time_month {
    int32_t number, first, after;
};

static inline int32_t month_number(struct month m)
{
    return m.year * 12 + m.month - 1;
}

static inline int32_t month_length(int32_t number)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int32_t month = number % 12;

    return days[month] + (month == 1 && year_is_leap(number / 12));
}

static inline struct time_month time_month_on(int32_t day)
{
    struct date d = date_from_days(day);
    struct time_month m = { .number = month_number(month_of(d)), .first = day - d.day + 1 };

    m.after = m.first + month_length(m.number);
    return m;
}

static inline void time_month_step(struct time_month *m)
{
    m->first = m->after;
    m->after += month_length(++m->number);
}

/* Sets everything. The line must not be copied; release it afterwards. */
void time_line_build(struct time_line *t, const struct policy *p, const struct policy_facts *f,
                     int32_t start, int32_t limit, int32_t as_of);
/* The line as it will be so many days later if all goes on as now: who is employed works on until
 * the end that is known, and months that are not over yet are verified. False, and nothing to
 * release, when it would be the same line. */
bool time_line_ahead(struct time_line *t, const struct time_line *now, int32_t days);
void time_line_release(struct time_line *t);

/* The day on which the run has n full months (n >= 0; 0 gives its start), or DAY_NEVER. */
int32_t run_reach(const struct time_line *t, const struct time_run *r, int32_t n);
/* The first day on whose morning that can be known: later only when a gap that counts had first to
 * be closed. */
int32_t run_known(const struct time_line *t, const struct time_run *r, int32_t n);
/* Could more time still come to count: employment goes on, a gap is still allowed, or months wait
 * to be verified? */
bool line_has_hope(const struct time_line *t);
/* Full months of the run so far. */
int32_t run_months(const struct time_line *t, const struct time_run *r);
int32_t run_start(const struct time_line *t, const struct time_run *r);
int32_t run_end(const struct time_line *t, const struct time_run *r);
/* The time line as people see it, appended to the decision. */
void time_line_trace(const struct time_line *t, struct arena *mem, struct policy_decision *d);
