/* perm.h — the permissions. A role is a set of them (accounts/roles.c); an operation needs one. */
#pragma once
#include <stdint.h>

/* clang-format off */
#define PERM_LIST(X)                                                                       \
    X(NONE) /* every signed-in user */                                                     \
    X(ACCOUNT_MANAGE) /* organisations, users, pairings */ X(DIVISION_MANAGE)              \
    X(PERSON_READ) X(PERSON_WRITE) X(PERSON_REVEAL)                                        \
    X(EMPLOYER_READ) X(EMPLOYER_WRITE)                                                     \
    X(POST_READ) X(POST_WRITE) X(POST_REVIEW)                                              \
    X(MATCH_READ) X(MATCH_RUN)                                                             \
    X(OFFER_READ) X(OFFER_WRITE) X(OFFER_ANSWER)                                           \
    X(BATCH_READ) X(BATCH_WRITE) X(BATCH_RECEIVE)                                          \
    X(PLACEMENT_READ) X(PLACEMENT_WRITE) X(MONTH_CONFIRM) X(MONTH_LOCK)                    \
    X(POLICY_READ) X(POLICY_WRITE)                                                         \
    X(CLAIM_READ) X(CLAIM_WRITE) X(CLAIM_CHECK) X(CLAIM_REVIEW) X(CLAIM_APPROVE)           \
    X(STAND_IN) /* have a colleague take one's steps of review */                          \
    X(PAYMENT_READ) X(PAYMENT_MAKE) X(PAYMENT_APPROVE)                                     \
    X(TARGET_READ) X(TARGET_WRITE)                                                         \
    X(STATS_READ)                                                                          \
    X(IMPORT) X(EXPORT)                                                                    \
    X(JOURNAL_READ)
/* clang-format on */

enum perm {
#define X(name) PERM_##name,
    PERM_LIST(X)
#undef X
        PERM_COUNT
};
#define PERM_BIT(p) ((uint64_t)1 << (p))
_Static_assert(PERM_COUNT <= 64, "a permission set is one word");
