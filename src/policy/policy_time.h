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

/* Segments first … first + count - 1 with only allowed gaps between. `is_open`: it reaches the cut
 * and the employment goes on, so that more days will come. */
struct time_run {
    int32_t first, count;
    int32_t counted; /* days, or months with calendar months */
    bool is_open;
};

struct time_line {
    const struct policy *policy;
    const struct policy_facts *facts;
    int32_t start, limit; /* days in [start, limit) may ever count */
    int32_t as_of, cut;   /* cut = the earlier of limit and as_of: what is known so far */
    struct time_segment *segments;
    struct time_run *runs;
    int segment_count, run_count, capacity;
    int32_t fresh_from; /* employment goes on but no run is open: one would begin here; or NEVER */
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
void time_line_release(struct time_line *t);

/* The day on which the run has n full months (n >= 0; 0 gives its start), or DAY_NEVER. */
int32_t run_reach(const struct time_line *t, const struct time_run *r, int32_t n);
/* The same if the employment goes on as now; DAY_NEVER when it does not go on. */
int32_t run_project(const struct time_line *t, const struct time_run *r, int32_t n);
/* The day on which n months would be full if counting began anew now; DAY_NEVER when idle. */
int32_t line_project_fresh(const struct time_line *t, int32_t n);
/* Could more time still come to count: employment goes on, a gap is still allowed, or months wait
 * to be verified? */
bool line_has_hope(const struct time_line *t);
/* Full months of the run so far. */
int32_t run_months(const struct time_line *t, const struct time_run *r);
int32_t run_start(const struct time_line *t, const struct time_run *r);
int32_t run_end(const struct time_line *t, const struct time_run *r);
/* The time line as people see it, appended to the decision. */
void time_line_trace(const struct time_line *t, struct arena *mem, struct policy_decision *d);
