/* policy_yaml.h — a YAML text as a tree whose every node knows its line and column, and the list of
 * what is wrong with it. Anchors, aliases and tags are refused: a policy says what it means where
 * it says it, and a small file cannot grow into a large one. */
#pragma once
#include "base/base.h"

enum policy_node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

/* A map has `n` keys and items, a list `n` items. Lines and columns count from 1. */
struct policy_node {
    enum policy_node_kind kind;
    int line, column, n;
    const char *text; /* of a scalar */
    const struct policy_node **keys, **items;
};

/* One thing that is wrong, and what to do about it. */
struct policy_problem {
    int line, column; /* 0 when the whole file is meant */
    struct {
        const char *zh, *en;
    } message, cure;
};

enum { POLICY_PROBLEMS_MAX = 50, POLICY_FILE_BYTES_MAX = 256 * 1024 };

/* All that is wrong with a file, in the order found; `total` counts those beyond the array too. */
struct policy_problems {
    const char *file;
    struct arena *mem;
    int n, total;
    struct policy_problem at[POLICY_PROBLEMS_MAX];
};

/* Both languages take the same arguments in the same order. */
#define PROBLEM(pb, node, zh, en, ...)                                           \
    policy_problem_add((pb), (node), arena_printf((pb)->mem, zh, ##__VA_ARGS__), \
                       arena_printf((pb)->mem, en, ##__VA_ARGS__))
#define CURE(pb, zh, en, ...)                                             \
    policy_problem_cure((pb), arena_printf((pb)->mem, zh, ##__VA_ARGS__), \
                        arena_printf((pb)->mem, en, ##__VA_ARGS__))
/* The texts live in pb->mem; node may be NULL. The cure belongs to the newest problem. */
void policy_problem_add(struct policy_problems *pb, const struct policy_node *node, const char *zh,
                        const char *en);
void policy_problem_cure(struct policy_problems *pb, const char *zh, const char *en);
/* "policies/x.yaml:12:7: message — cure", in an arena. */
const char *policy_problem_text(struct arena *mem, const struct policy_problems *pb, int i,
                                enum lang lang);

/* The tree, or NULL with one problem; pb must be empty. */
const struct policy_node *policy_yaml_read(const char *text, size_t len,
                                           struct policy_problems *pb);
/* The value of a key; NULL when absent or `map` is no map (or NULL). */
const struct policy_node *node_get(const struct policy_node *map, const char *key);
/* The node at "amount.monthly.per_month.yuan": keys of maps, and the id of an item of a list. */
const struct policy_node *node_at(const struct policy_node *root, const char *path);
/* A copy of the tree with another value at the path, which is added when only its last key is new.
 * NULL when there is no such place. The tree itself stays as it is. */
const struct policy_node *node_with(struct arena *mem, const struct policy_node *root,
                                    const char *path, const struct policy_node *value);
