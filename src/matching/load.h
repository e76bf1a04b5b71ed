/* load.h — reading what a run is made of. Inside the module. */
#pragma once
#include "matching/matching.h"

struct match_input {
    struct match_person *persons; /* by id */
    struct match_post *posts;     /* those of like occupation and place next to each other */
    size_t n_persons, n_posts, persons_cap, posts_cap;
    int64_t home, work; /* divisions: these and all below */
};

/* Everybody and every post of the two ranges that may take part, in the actor's scope, on
 * cx->today. In a transaction. */
MUST_CHECK enum err match_load(struct ctx *cx, struct match_input *in);

/* The people and posts of a stored run as they are now, as far as the actor sees them, both by id;
 * in->home and work are left alone. In a transaction. */
MUST_CHECK enum err match_load_run(struct ctx *cx, int64_t run_id, struct match_input *in);

/* One from a row with the columns that match_load() selects, wherever the row comes from. */
void match_read_person(struct ctx *cx, const struct rows *r, struct match_person *ret);
void match_read_post(struct ctx *cx, const struct rows *r, struct match_post *ret);
