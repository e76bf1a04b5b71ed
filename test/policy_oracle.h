/* policy_oracle.h — what stable employment earns, found by walking every day of a history.
 *
 * Written from docs/policies.md and the policies' own words, to be compared with policy_eval():
 * slow, simple, and without a line of src/policy. It knows the whole of `count`, the status of
 * `who`, places of work, months required, and the amounts `fixed` and `per_month`, added up.
 * Documents, wages, ages, windows, caps and earlier payments are not its subject. Days 2012 to
 * 2035. */
#pragma once
#include "policy/policy_eval.h"

struct oracle_answer {
    bool is_shut_out;     /* the status or the year does not allow it */
    int64_t earned_fen;   /* by the as-of day */
    struct date due;      /* the latest day among what is earned */
    struct date earliest; /* the first day after it on which more is earned if all goes on as now:
                             employment without an end goes on, months not over are verified */
    int64_t next_fen;     /* how much more then */
};

void policy_oracle(const struct policy *p, const struct policy_facts *f, struct date as_of,
                   struct oracle_answer *ret);
