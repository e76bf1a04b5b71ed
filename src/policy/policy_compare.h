/* policy_compare.h — what one asks of a policy before it is published: what in it nobody can reach,
 * where it meets another one, how two differ clause by clause, and what it would cost to have the
 * one instead of the other. All is pure. */
#pragma once
#include "policy/policy_eval.h"

struct json;

/* What a reader of the file should know though it is no mistake: amounts that nobody can reach or
 * that are never the highest, and caps that cut a single amount. At most `max` texts, in mem;
 * returns how many. */
int policy_warnings(struct arena *mem, const struct policy *p, struct policy_text *ret, int max);
/* Do both pay the same benefit to the same kind of beneficiary for people of a common origin at a
 * common place on common days, with nothing that keeps them apart (exclusive group, supersession,
 * offset)? Then somebody may be paid twice. */
bool policies_overlap(const struct policy *a, const struct policy *b);

/* Lines of policy_clauses_list that only one of the two has; arrays in mem, in the order of the
 * files. What is alike in words is alike: title, version and document number included. */
struct policy_difference {
    const struct policy_text *only_a, *only_b;
    int only_a_count, only_b_count;
};
void policy_difference_of(struct arena *mem, const struct policy *a, const struct policy *b,
                          struct policy_difference *ret);

/* --- who gains, who loses --- */
enum policy_turn { TURN_SAME, TURN_GAINED, TURN_LOST, TURN_RAISED, TURN_LOWERED };
extern const struct policy_name policy_turns[];

/* Sums are what is payable as of the day with nothing paid before by either policy. */
struct policy_tally {
    int64_t now_fen, then_fen;
    int64_t now_n, then_n; /* beneficiaries with a sum */
    int64_t turns[TURN_LOWERED + 1];
};
struct policy_county {
    int64_t home; /* 12 digits; 0 when not known */
    struct policy_tally tally;
};
/* A month in which instalments fall due. */
struct policy_cost_month {
    struct month month;
    int64_t now_fen, then_fen;
};
/* One beneficiary whose sum changes; `id` and `label` are the caller's. */
struct policy_turned {
    enum policy_turn turn;
    int64_t id;
    const char *label;
    int64_t home, now_fen, then_fen;
};

enum { POLICY_TURNED_MAX = 200 };
/* Counties by code, months in order, the first POLICY_TURNED_MAX of those who changed. */
struct policy_comparison {
    struct arena *mem; /* what is kept lives here */
    const struct policy *now, *then;
    const struct policy_set *now_ready, *then_ready;
    struct date as_of;
    struct policy_tally total;
    struct policy_county *counties;
    struct policy_cost_month *months;
    struct policy_turned *turned;
    int county_count, month_count, turned_count;
    size_t counties_cap, months_cap, turned_cap;
};

void policy_comparison_start(struct policy_comparison *c, struct arena *mem,
                             const struct policy *now, const struct policy *then,
                             struct date as_of);
/* Count a beneficiary in. The facts may differ where the policies ask for different ones; what
 * either of the two paid is left out by this function. `scratch` is used up. The label is copied.
 */
void policy_comparison_add(struct policy_comparison *c, struct arena *scratch,
                           const struct policy_facts *now, const struct policy_facts *then,
                           int64_t id, const char *label, int64_t home);
/* Keys of an object that is open: as_of, now, then, difference_fen, turns, counties, months, rows.
 * `name_of` gives a county's name, or NULL. */
void policy_comparison_write(const struct policy_comparison *c, struct json *j, void *arg,
                             const char *(*name_of)(void *arg, int64_t home));
