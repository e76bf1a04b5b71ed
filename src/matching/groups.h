/* groups.h — an assignment that keeps what people and bureaus agree on besides seats: couples and
 * households that go together, a bus that runs for twenty or not at all, shares held for registered
 * households, the most that one county or village sends, and promises already given. Pure.
 *
 * With such conditions the best assignment is hard to find in general (a minimum per bus alone
 * makes it NP-hard), so the outcome is a good one with an honest bound: no assignment that keeps
 * the conditions is worth more than `bound`. The bound is a Lagrangian one: each condition gets a
 * price and the auction (auction.h) finds the prices of seats beside it. What is a network stays
 * exact: at most n of a county or village, and seats of a post held for registered households, are
 * turned into posts of their own ("stay at home", "held seats").
 *
 * No condition is ever broken to gain points. What cannot be kept, two promises for one seat, say,
 * or a county's floor that too few people can fill, is reported. Promises go before conditions. */
#pragma once
#include "auction/auction.h"

enum group_who { GROUP_ANYBODY, GROUP_COUNTY, GROUP_VILLAGE, GROUP_REGISTERED, GROUP_UNREGISTERED };
enum group_where { GROUP_ANYWHERE, GROUP_POST, GROUP_EMPLOYER, GROUP_CITY };
enum group_kind {
    GROUP_AT_MOST,  /* n people or fewer */
    GROUP_AT_LEAST, /* n people, or as many as can be had */
    GROUP_NONE_OR,  /* nobody, or n people or more: a bus, a production line */
    GROUP_HELD      /* n percent of the seats, rounded up, are held for the people named by `who`;
                       those stay empty when too few of them come */
};
enum { GROUP_EACH = -1 };

/* "Of `who` with this label, at `where` with that label: `kind` n." GROUP_EACH as a label makes a
 * condition of its own for each county, each post, each pair of county and city, and so on. Labels
 * are ignored for GROUP_ANYBODY, _REGISTERED, _UNREGISTERED and GROUP_ANYWHERE. GROUP_HELD is for
 * GROUP_REGISTERED at GROUP_POST or GROUP_EMPLOYER. */
struct group_limit {
    enum group_kind kind;
    enum group_who who;
    enum group_where where;
    int32_t who_label, where_label, n;
};

/* People who go together or not at all: to one post, one employer or one city. A worker is in at
 * most one party. */
struct group_party {
    const int32_t *workers;
    int32_t n;
    enum group_where same; /* not GROUP_ANYWHERE */
};

/* A promise need not be among the edges; then it counts with this score. */
struct group_promise {
    int32_t worker, post, score;
};
struct group_pair {
    int32_t worker, post;
};

/* Labels are small numbers from 0 of the caller's choice, -1 for unknown: no GROUP_EACH covers it.
 * Posts are labelled by their own index. `worker_key` and `post_key` order workers and posts where
 * points do not decide, so that the order of the input changes nothing; NULL takes the order given.
 */
struct group_input {
    const struct auction_input *market;
    const int32_t *county, *village; /* per worker */
    const bool *is_registered;       /* per worker */
    const int32_t *employer, *city;  /* per post */
    const int64_t *worker_key, *post_key;
    const struct group_limit *limits;
    const struct group_party *parties;
    const struct group_promise *promises;
    const struct group_pair *forbidden;
    int32_t n_limits, n_parties, n_promises, n_forbidden;
};

/* Why a worker has no post. `by` of the result names the limit, party or promise. */
#define GROUP_REASONS(X)                                                                      \
    X(PLACED, "placed")                                                                       \
    X(NO_POST, "group.no_post")     /* nothing was possible from the start */                 \
    X(FULL, "group.full")           /* the seats are worth more to others */                  \
    X(PARTY, "group.party")         /* no place for all who go together */                    \
    X(AT_MOST, "group.at_most")     /* the most for the county, village, … is reached */    \
    X(HELD, "group.held")           /* only held seats are free */                            \
    X(NONE_OR, "group.none_or")     /* too few would go there */                              \
    X(FORBIDDEN, "group.forbidden") /* all that was possible is forbidden */                  \
    X(PROMISE, "group.promise")     /* a promise for which there is no seat, or a party whose \
                                       other members are promised elsewhere */
enum group_reason {
#define X(name, code) GROUP_REASON_##name,
    GROUP_REASONS(X)
#undef X
        GROUP_REASON_COUNT
};
/* "group.at_most" and the like. */
const char *group_reason_code(enum group_reason reason);

/* What became of one limit. */
struct group_limit_outcome {
    int32_t cells;    /* conditions it stands for: one, or one per county, bus, … */
    int32_t tight;    /* at their most or least, or not filled */
    int32_t left_out; /* people whose reason is this limit */
    int32_t broken;   /* conditions that promises alone break, or floors not reached */
    int32_t short_by; /* people missing to floors, together */
};

struct group_result {
    int32_t *post;   /* per worker; -1 for none */
    uint8_t *reason; /* per worker: enum group_reason */
    int32_t *by; /* per worker: index of the limit, party or promise that `reason` means; or -1 */
    int64_t *price; /* per post in 1/scale points, as in auction.h, beside these conditions */
    int64_t scale;
    int64_t value, bound, gap; /* points */
    int32_t placed;
    struct group_limit_outcome *limits; /* per limit */
    bool *is_apart;                     /* per party: promises keep it from going together */
    int32_t rounds;                     /* auctions run */
};

/* Input arrays stay with the caller; results live in `mem`. Deterministic. Indices and labels must
 * be in range and no worker in two parties or promises: asserted. Scores must be below 10^7. */
void groups_solve(struct arena *mem, const struct group_input *in, struct group_result *ret);

/* What each limit costs, then all parties together, then all that is forbidden (n_limits + 2
 * figures): the value found without it less the value found with everything, 0 at least. Solves
 * anew for each; `all` is the result with everything. */
void groups_costs(const struct group_input *in, const struct group_result *all, int64_t *ret);
