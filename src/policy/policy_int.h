/* policy_int.h — what policy_eval.c, policy_rules.c, policy_require.c and policy_amount.c share. */
#pragma once
#include "policy/policy_time.h"

/* What one item came to. */
struct item_state {
    enum policy_result result;
    struct time_run *run; /* NULL when none is needed or there is none */
    int32_t met;          /* day on which its conditions were met, or DAY_NEVER */
    int32_t next;         /* day on which it will pay (more), or DAY_NEVER */
    int64_t next_fen, earned_fen;
    int64_t paid_pool; /* earlier payments of this item not yet set against an instalment */
};

struct eval {
    const struct policy_plan *plan;
    const struct policy *p;
    const struct policy_facts *f;
    struct policy_decision *d;
    struct arena *mem;
    struct fact_days *days;
    struct time_line *line;  /* what is known on the as-of day */
    struct time_line *ahead; /* line_ahead() */
    bool has_looked_ahead;
    enum { HOPE_NOT_ASKED, HOPE_NONE, HOPE_SOME } hope; /* line_has_hope() */
    int32_t as_of, start, limit;
    int16_t year;
    unsigned base;     /* bits 1 << enum policy_result of the conditions of the whole policy */
    int32_t base_next; /* latest day on which a base condition will be met; 0 = none waits */
    int64_t paid_pool; /* payments not tied to an item, and payments to be offset */
    int64_t cap_room;  /* how much may still be earned; INT64_MAX = no cap */
    bool is_capped, is_closed_for_more;
    int32_t due, from, until; /* of what is payable, or earned */
    size_t instalments_cap;
    struct item_state items[POLICY_ITEMS_MAX]; /* set as far as the policy has some */
};

/* Conditions of one item, quiet or written down. */
struct check {
    enum policy_result result;
    int32_t met;           /* latest day of the conditions that have one */
    int32_t months, reach; /* the most months asked for (0 = none), and the day they are full */
    const char *item;
    bool is_traced;
};

/* That day of the year, the last of a shorter month. */
int32_t year_day(int year, int month, int mday);

/* Writes it down, when there is an arena for the trace. */
static inline void outcome_add(struct eval *ev, const struct policy_outcome *o)
{
    if (!ev->mem)
        return;
    assert(ev->d->outcome_count < ev->plan->outcomes_most);
    ev->d->outcomes[ev->d->outcome_count++] = *o;
}

/* A condition of the whole policy. */
void base_outcome(struct eval *ev, const struct policy_outcome *o);
/* Has a condition of the whole policy come out so? */
static inline bool base_has(const struct eval *ev, enum policy_result result)
{
    return (ev->base & 1u << result) != 0;
}
/* A condition of an item, which it names in the outcome; traced if the check is. */
void item_outcome(struct eval *ev, struct check *c, struct policy_outcome *o);

/* Will a decision as of that later day find the status that is asked for when counting ends, by
 * what is known now? */
bool has_status_by(const struct eval *ev, int32_t day);

/* The last day that is looked at. */
int32_t last_day(const struct eval *ev);
/* The row that shows one of the statuses on that day; the one that began first. */
const struct policy_status_row *status_on(const struct eval *ev, uint32_t mask, int32_t on);
/* When a first sum will be earned by a start that is still to come, on which the status is there;
 * DAY_NEVER if never. */
int32_t start_next(struct eval *ev);

void check_effective(struct eval *ev);
void check_window(struct eval *ev);
/* Does the course count, and pay by this item? */
bool course_counts(const struct eval *ev, const struct policy_item *it,
                   const struct policy_course *c);
/* A PER_DAY item: worsens the result when no course counts (yet). */
void check_courses(struct eval *ev, const struct policy_item *it, struct item_state *st);
void check_person(struct eval *ev);
/* A status asked for on the day counting starts: that of the run that speaks for the decision, NULL
 * = there is none. */
void check_start_status(struct eval *ev, const struct time_run *run);
void check_employment(struct eval *ev);
void check_first_time(struct eval *ev, const struct time_run *run);
void check_transition(struct eval *ev, const struct time_run *run);
/* Are payments of that policy deducted instead of barring? */
bool is_offset(const struct policy *p, const char *policy_id);
void check_exclusive(struct eval *ev);
void check_evidence(struct eval *ev);
void require_ask(struct eval *ev, struct check *c, struct time_run *run,
                 const struct plan_require *asked);
static inline void check_require(struct eval *ev, struct check *c, struct time_run *run,
                                 const struct plan_require *asked)
{
    if (asked->asks)
        require_ask(ev, c, run, asked);
}
/* Everything an item asks of a run (NULL = there is none), the policy's own conditions included;
 * quiet. */
struct check check_run(struct eval *ev, int item, struct time_run *run);
/* The line as it will be if all goes on as now; NULL when that brings nothing. Made once. */
struct time_line *line_ahead(struct eval *ev);
/* Does full time reached on that day belong to the year asked for? */
bool year_fits(const struct eval *ev, int32_t on);
/* Sets run, result, met and, when months are lacking, next. */
void item_find_run(struct eval *ev, int item);

/* A STEP item: is the headcount there? Sets result and met. */
void find_steps(struct eval *ev, int item);
/* When a monthly item pays next, and how much then. */
void find_next_months(struct eval *ev, int item);
/* What an item pays in one sum, to compare and to announce; 0 when it is no single sum. */
int64_t item_worth(const struct eval *ev, const struct policy_item *it);
/* Earns the instalments of an item, less caps and what was paid. */
void earn_item(struct eval *ev, int item);
