/* targets.h — what the two sides of a pairing agreed to reach in a year, and how it is spread over
 * the divisions of either side. What was reached is counted in stats. */
#pragma once
#include "platform/op.h"

extern const struct module targets_module;
extern const struct record target_record;

/* Indicators that agreements name: ids of stats/indicators.c. */
extern const struct choice target_indicators[];

/* division NONE means the whole agreement, which stands at the pairing's home. home and work are
 * worked out: the division on its own side, the pairing's on the other, so that both sides see the
 * row. */
struct target_input {
    int64_t id;
    int64_t pairing_id, year;
    const char *indicator;
    int64_t division, goal;
    int64_t home, work;
};
/* E_INVALID "target.outside" when the division lies on neither side of the pairing, E_CONFLICT when
 * there is one already. */
MUST_CHECK enum err target_set(struct ctx *cx, struct target_input in, int64_t *ret_id);

/* actual / goal in whole percent, rounded half up: 972 of 600 is 162. NONE when the goal is 0. */
int64_t target_rate(int64_t actual, int64_t goal);

struct target_line {
    int64_t id, division, goal;
    const char *indicator, *state;
    /* Sum of the next lower targets on this division's side and how many there are. It may differ
     * from the goal: counties take on more than their share, or the spreading is not finished. */
    int64_t parts_goal;
    int parts;
    int64_t other_parts_goal; /* for the whole agreement: the same on the work side */
    int other_parts;
};
/* The agreement of a pairing and a year with its parts, by indicator, then whole before parts,
 * within scope. */
MUST_CHECK enum err targets_of(struct ctx *cx, int64_t pairing_id, int64_t year,
                               struct target_line **ret, int *ret_n);
