/* again.h — what a run knows of earlier ones. Nobody is proposed what she has refused, however long
 * ago: who has changed her mind is offered it by hand. In a run that begins from the one before it,
 * who has a promise keeps it: an offer that stands, or a post chosen by hand with a reason, as long
 * as that post is still open and allowed. Everybody else is matched anew from the prices and posts
 * of that run: as well as without it, with fewer people moved. Inside the module. */
#pragma once
#include "matching/load.h"

struct match_refusal {
    int32_t person, post;
    int64_t at; /* the last time */
};

/* All by index in the input. */
struct match_again {
    int32_t *kept;       /* per person: the post promised to her; -1 for none */
    const char **reason; /* per person: of the choice by hand; NULL where an offer stands */
    const struct match_start *start; /* NULL: the run begins from none */
    struct match_refusal *refused;   /* by person, then post; each pair once */
    size_t n_refused, refused_cap;
};

/* For an input that match_load() has read, of the run in->previous_id if it names one: who is in it
 * for a promise that stands no more is taken out. In a transaction. */
MUST_CHECK enum err match_again_load(struct ctx *cx, struct match_input *in,
                                     struct match_again **ret);

/* Who and what is promised, out of the market and back again; the second with the promises in the
 * assignment. Nothing for NULL. */
void match_again_hide(const struct match_again *again, struct match_input *in);
void match_again_show(const struct match_again *again, struct match_input *in,
                      const struct match_problem *problem, struct match_assignment *assignment);

/* match_assign(), from in->start if there is one, without what is refused. */
void match_again_assign(struct arena *mem, const struct match_again *again,
                        const struct match_problem *in, struct match_assignment *ret);

/* Of the pairs that the assignment considered, the best assignment, and of several best ones that
 * in which most people keep the post of in->start, if there is one. Where the outcome to begin from
 * was not quite the best, this one need not be better than that either: nobody is moved for a
 * fraction of a point. The gap stays as match_assign() promises it. */
void match_settle(struct arena *mem, const struct match_problem *in,
                  struct match_assignment *assignment);
