/* policy_example.h — examples in short form (docs/policies.md). Only for src/policy. */
#pragma once
#include "policy/policy_file.h"

/* The policy of a tree, or NULL with problems. */
struct policy *policy_of_tree(const struct policy_node *root, struct policy_problems *pb);
