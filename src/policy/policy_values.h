/* policy_values.h — what of a policy one may want to try otherwise: its sums, thresholds and
 * periods, each with the path by which policy_read_with() replaces it. */
#pragma once
#include "policy/policy_eval.h"
#include "policy/policy_yaml.h"

struct policy_value {
    const char *path, *value;     /* "amount.m3.fixed", "3000" as written in the file */
    struct policy_text of, label; /* the amount it belongs to, or NULL texts; and what it is */
};

/* In the order of the file; at most `max`. Returns how many. Texts live in mem or in the tree. */
int policy_values(struct arena *mem, const struct policy_node *root, struct policy_value *ret,
                  int max);
