/* policy_time.h — the time line: which days count, where counting restarts, and when n months are
 * full. Only for policy_eval.c and its tests. Days are numbers since 1970, intervals half-open. */
#pragma once
#include "policy/policy_eval.h"

enum { DAY_NEVER = INT32_MAX, SEGMENTS_INLINE = 64 };

/* Days that count, all of one spell. With calendar months a segment is one whole month. */
struct time_segment {
    int32_t from, to;
    int32_t spell;
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
    struct time_segment *segments;
    struct time_run *runs;
    int segment_count, run_count, capacity;
    struct time_segment inline_segments[SEGMENTS_INLINE];
    struct time_run inline_runs[SEGMENTS_INLINE];
    struct arena *spill; /* set when the inline room was too small; time_line_release */
};

/* Does this spell count for the policy (place, post, form, transfer)? */
bool spell_counts(const struct policy *p, const struct policy_facts *f,
                  const struct policy_spell *s);
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
