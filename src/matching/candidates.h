/* candidates.h — from people and posts to an assignment, without scoring every pair. Pure.
 *
 * How the best posts of a person are found exactly without scoring every pair: blocks.h.
 *
 * The assignment must not see only everybody's favourites: those have few seats. So the considered
 * pairs are (1) each person's best posts, (2) with many people the best at prices found for a
 * sample of them, and then, round by round, (3) posts which at the prices found are worth more to a
 * person than what she has. When there are none of the third kind, the assignment is the best over
 * all possible pairs, considered or not.
 */
#pragma once
#include "auction/auction.h"
#include "matching/score.h"

/* What a similar problem came to, to begin from: the same people and posts as far as they are still
 * there. The outcome is as good as without; the work is less, and fewer people move. */
enum { MATCH_PRICE_UNIT = 1000 };
struct match_start {
    const int64_t *price; /* per post, in 1/MATCH_PRICE_UNIT points; 0 for a new one */
    const int32_t *post;  /* per person: index of the post she had; -1 for none. What is no allowed
                             pair any more or over the seats is passed over */
    int64_t gap;          /* points: by how much that outcome may have missed the best */
};

/* How far a match is. */
enum match_stage { MATCH_READING, MATCH_CANDIDATES, MATCH_ASSIGNING, MATCH_STORING };
struct match_progress {
    enum match_stage stage;
    int64_t done, of;   /* rounds of pricing so far; rows stored, of so many */
    int64_t gap, bound; /* points, of the latest round */
};
struct match_watch {
    void (*told)(void *arg, const struct match_progress *progress);
    void *arg;
};
void match_tell(const struct match_watch *watch, struct match_progress progress);

/* Arrays stay with the caller. Weights must not be negative (asserted). Posts of people without
 * `is_willing` and full posts may be in the arrays; they find nobody. */
struct match_problem {
    const struct match_person *persons;
    const struct match_post *posts;
    int32_t n_persons, n_posts;
    struct date today;
    const struct match_weights *weights;
    int32_t most;    /* best posts per person; 0 = 20 */
    int32_t threads; /* to work with; 0 = one for each processor. Changes nothing but the time */
    const struct match_start *start; /* NULL: from nothing */
    const struct match_watch *watch; /* is told of each step; NULL: nobody. Changes nothing */
};

/* The best `most` allowed posts of one person with a score above 0: higher score first, then the
 * lower post id. `ret` has room for `most`. Looks at every post: for one person's page, and as the
 * plain meaning of the search. Returns how many. */
int32_t match_shortlist(const struct match_problem *in, const struct match_person *person,
                        int32_t most, struct auction_edge *ret);

/* The same for everybody. row has n_persons + 1 entries; the edges of one person are ordered as in
 * match_shortlist(); auction_solve() takes both as they are. */
struct match_candidates {
    int64_t *row;
    struct auction_edge *edges; /* .post is the index in posts */
    int64_t pairs;              /* looked at; n_persons * n_posts were possible */
};
void match_candidates(struct arena *mem, const struct match_problem *in,
                      struct match_candidates *ret);

struct match_assignment {
    struct match_candidates considered; /* per person, best first */
    struct auction_result auction;      /* post index per person, price per post in 1/scale points;
                                           its certificate covers the considered pairs */
    int64_t value, bound, gap; /* points; over all possible pairs: at the prices given none can be
                                  worth more than the bound */
    int32_t rounds;            /* of pricing, at least 1 */
};

/* Who goes where. Each person's row holds the best posts and what else was considered; the first
 * is the favourite and the one above the given post, if any, tells what stood against it (full at
 * this price). Ends when the gap is at most a ten-thousandth of the bound, or after 20 rounds with
 * the gap as it is. Companions are
 * placed one by one; their part of the score says so. */
void match_assign(struct arena *mem, const struct match_problem *in, struct match_assignment *ret);

/* Why nobody's list holds anything: how many posts each rule forbids this person, and how many
 * each rule alone does, so that "12 posts more if pay were accepted" can be said. Both have
 * MATCH_RULE_COUNT entries. Looks at every post. */
void match_obstacles(const struct match_problem *in, const struct match_person *person,
                     int32_t *ret_forbids, int32_t *ret_alone);
