/* policy_file.h — policy files (docs/policies.md): reading, checking, and running the examples that
 * stand in them. All is pure but policy_check_file(), which reads the file. */
#pragma once
#include "policy/policy_eval.h"
#include "policy/policy_yaml.h"

/* Read and check a policy. `name` is used in problems only. Everything that is wrong is listed in
 * *problems (set anew, texts in mem). E_INVALID when there is any problem, and *ret is untouched.
 * The policy and its texts live in mem. */
MUST_CHECK enum err policy_read(struct arena *mem, const char *name, const char *text, size_t len,
                                const struct policy **ret, struct policy_problems *problems);

/* The same, with some values replaced first: how the amount would be if an open point were decided
 * otherwise, or a sum changed (budget simulation). */
struct policy_change {
    const char *path;  /* "count.gap_days", "amount.monthly.per_month.yuan" */
    const char *value; /* as written in a file */
};
MUST_CHECK enum err policy_read_with(struct arena *mem, const char *name, const char *text,
                                     size_t len, const struct policy_change *changes, int n,
                                     const struct policy **ret, struct policy_problems *problems);

/* Read, check, and run the examples in the text; a failing one is a problem at its line. *ret_n is
 * the number of examples that ran. */
MUST_CHECK enum err policy_run_examples(struct arena *mem, const char *name, const char *text,
                                        size_t len, int *ret_n, struct policy_problems *problems);

/* Facts written as in an example (docs/policies.md): those of one person, or under `people` a list
 * of them and under `given` what they share. `on` is the day for who has no as_of of her own; none
 * = each must have one. The policy is needed because what was paid without a policy's name was paid
 * by it. *ret lives in mem. E_INVALID with problems. */
struct policy_case {
    const char *name; /* "1", "2" … where none is given */
    struct date as_of;
    struct policy_facts facts;
};
MUST_CHECK enum err policy_facts_read(struct arena *mem, const char *name, const char *text,
                                      size_t len, const struct policy *p, struct date on,
                                      const struct policy_case **ret, int *ret_n,
                                      struct policy_problems *problems);

/* policy_run_examples of a file on disk. E_NOT_FOUND with a problem when it cannot be read. */
MUST_CHECK enum err policy_check_file(struct arena *mem, const char *path, int *ret_n,
                                      struct policy_problems *problems);
