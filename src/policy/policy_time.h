/* policy_time.h — the time line: which days count, where counting restarts, and when n months are
 * full. Only for the engine and its tests. Days are numbers since 1970, intervals half-open. */
#pragma once
#include "policy/policy_days.h"

/* Verified months and their wages. */
struct time_wages {
    int32_t months;
    bool is_unknown; /* some wage is not known, and not in the sum */
    int64_t fen;
};

/* Segments first … first + count - 1 with only allowed gaps between. */
struct time_run {
    int32_t first, count;
    int32_t counted;         /* days, or months with calendar months */
    int32_t next;            /* for whoever goes through its months (policy_amount.c); 0 at first */
    struct time_wages wages; /* once has_wages (run_wages) */
    bool has_wages;
};

/* A line belongs to a way of counting and to the spells that count, not to a policy: policies that
 * count the same spells alike share it, and its trace. */
struct time_line {
    const struct fact_days *days;
    struct time_way way;
    const bool *counts; /* for the policy: place, post, form, transfer; as many as spells */
    struct time_segment *segments; /* that count; with calendar months, each a whole month */
    struct time_run *runs;
    int segment_count, run_count;
    const struct policy_stretch *stretches; /* time_line_trace */
    int stretch_count;
    bool is_traced;
    struct time_line *next;
};

/* Does this spell count for the policy (place, post, form, transfer)? */
bool spell_counts(const struct policy *p, const struct policy_facts *f,
                  const struct policy_spell *s);

/* What is known on the as-of day; days in [start, limit) may ever count. Lives as long as the
 * days. */
struct time_line *time_line_known(struct fact_days *x, const struct policy_plan *plan,
                                  int32_t start, int32_t limit);
/* The line as it will be so many days later if all goes on as now: who is employed works on until
 * the end that is known, and months that are not over yet are verified. NULL when it would be the
 * same line. */
struct time_line *time_line_ahead(struct fact_days *x, const struct time_line *now, int32_t limit,
                                  int32_t days);

/* The first day on which the spell is no longer worked. */
static inline int32_t spell_after(const struct time_line *t, const struct day_spell *s)
{
    return s->last == DAY_NEVER ? DAY_NEVER : s->last + !t->way.last_day_free;
}

/* The day on which the run has n full months (n >= 0; 0 gives its start), or DAY_NEVER. */
int32_t run_reach(const struct time_line *t, const struct time_run *r, int32_t n);
/* The first day on whose morning that can be known: later only when a gap that counts had first to
 * be closed. */
int32_t run_known(const struct time_line *t, const struct time_run *r, int32_t n);
/* Could more time still come to count before the limit: employment goes on, a gap is still allowed,
 * or months wait to be verified? */
bool line_has_hope(const struct time_line *t, int32_t limit);
/* Full months of the run so far. */
int32_t run_months(const struct time_line *t, const struct time_run *r);
/* What was earned in months of which the run counts some; worked out once. */
struct time_wages run_wages(const struct time_line *t, struct time_run *r);
int32_t run_start(const struct time_line *t, const struct time_run *r);
int32_t run_end(const struct time_line *t, const struct time_run *r);
/* The time line as people see it, for the decision; made once, in the arena. */
void time_line_trace(struct fact_days *x, struct time_line *t, struct arena *mem,
                     struct policy_decision *d);
