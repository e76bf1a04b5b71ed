/* planning.h — what a run teaches for the next months (订单式培训, posts to ask employers for):
 * which posts are the bottleneck, what stands between people and posts, and what a change would
 * bring. Pure.
 *
 * The price of a seat (auction.h) is what one more of it adds at most; with how many want it first
 * that ranks the bottlenecks. A what-if is no estimate from prices: all pairs with a changed post
 * are scored, and the best assignment over them and the pairs considered before is found anew, as
 * is the one it is compared with. */
#pragma once
#include "matching/candidates.h"
#include "matching/groups.h"

struct planning_bottleneck {
    int32_t post, queue; /* people whose best post it is */
    int64_t price;       /* points that one more seat adds at most */
};
/* Posts with a price, by price * queue, highest first, then by id; at most `most`. Returns how
 * many. `ret` has room for `most`. */
int32_t planning_bottlenecks(const struct match_problem *in, const struct match_assignment *a,
                             int32_t most, struct planning_bottleneck *ret);

enum { PLANNING_FEW = 3 }; /* so many possible posts or fewer are too few */

/* Somebody without a post who has too few possible ones. */
struct planning_short {
    int32_t person, candidates;
    enum match_code rule; /* that alone forbids most posts; MATCH_RULE_COUNT when none does */
    int32_t alone;        /* posts more if it were met */
};
/* At most `most` of them, in the order of persons; looks at every post for each. ret_rules has
 * MATCH_RULE_COUNT entries: for how many of them each rule stands in the way most. */
int32_t planning_shorts(const struct match_problem *in, const struct match_assignment *a,
                        int32_t most, struct planning_short *ret, int32_t *ret_rules);

enum planning_kind {
    PLANNING_PAY,   /* `amount` fen a month more at every post of the employer or occupation */
    PLANNING_SEATS, /* `amount` more seats at the post: beds, machines */
    PLANNING_CLASS  /* `amount` people trained for the occupation, to `level` (score.h) */
};

/* employer_id, post_id: NONE when not meant; occupation: 0. An occupation covers those below it. */
struct planning_change {
    enum planning_kind kind;
    int64_t employer_id, post_id, amount;
    int32_t occupation;
    int8_t level;
};

struct planning_effect {
    int32_t posts; /* that the change touches */
    int32_t placed, placed_before;
    int64_t value, value_before; /* points */
    int32_t moved;               /* people with another post than before */
    int32_t *gained, n_gained;   /* persons placed now and not before */
    int32_t *lost, n_lost;       /* the reverse */
    int32_t *trained, n_trained; /* of a class: those with most to gain at the prices before */
};

/* What the change would bring. `conditions` as given to the run (its market is not read), or NULL.
 * With conditions both figures are of solutions found, not proved the best. Arrays live in `mem`.
 */
void planning_what_if(struct arena *mem, const struct match_problem *in,
                      const struct match_assignment *before, const struct group_input *conditions,
                      const struct planning_change *change, struct planning_effect *ret);

/* Sentences. `name` is what the post, employer or occupation is called. */
const char *planning_bottleneck_text(struct arena *mem, enum lang lang, const char *name,
                                     int64_t seats, int64_t queue, int64_t price);
const char *planning_short_text(struct arena *mem, enum lang lang, enum match_code rule,
                                int64_t people);
const char *planning_effect_text(struct arena *mem, enum lang lang, const char *name,
                                 const struct planning_change *change,
                                 const struct planning_effect *effect);
