/* load.h — reading what a run is made of. Inside the module. */
#pragma once
#include "matching/matching.h"

struct match_input {
    struct match_person *persons;      /* by id */
    struct match_post *posts;          /* those of like occupation and place next to each other */
    struct match_employer **employers; /* of the posts, by id */
    size_t n_persons, n_posts, n_employers, persons_cap, posts_cap, employers_cap;
    int64_t home, work;  /* divisions: these and all below */
    int64_t previous_id; /* the run that this one begins from; 0: none */
};

/* Everybody and every post of the two ranges that may take part, in the actor's scope, on
 * cx->today; with a previous run also who was made an offer of it that may still stand, and those
 * posts, without a seat when they stand open no more. In a transaction. */
MUST_CHECK enum err match_load(struct ctx *cx, struct match_input *in);

/* How many that would be, and how many posts are left out because nobody has confirmed them for
 * POST_FRESH_DAYS. */
struct match_count {
    int64_t people, posts, seats, stale;
};
MUST_CHECK enum err match_count(struct ctx *cx, int64_t home, int64_t work,
                                struct match_count *ret);

/* What has changed under a run since it was made: posts of it that are closed or have expired,
 * posts that it did not know and people who would take part now and did not. */
struct match_changes {
    int64_t posts_closed, posts_new, people_new;
};
MUST_CHECK enum err match_count_changes(struct ctx *cx, int64_t run_id, int64_t home, int64_t work,
                                        struct match_changes *ret);

/* What became of the headcount of a post of a run, and whether the post is closed by now. */
struct match_headcount {
    int64_t post_id, before, after;
    bool is_closed;
};
typedef enum err match_headcount_fn(struct ctx *cx, const struct match_headcount *post, void *arg);
/* Calls fn for each post of a run whose headcount was changed, perhaps back again, between the
 * start of the run and that of a later one, or now (until: NONE); only_id: for one post alone, NONE
 * for all. Seats that offers took change no headcount. Not limited by scope: of a run in scope, as
 * closed posts are told. In since.c. */
MUST_CHECK enum err match_each_headcount(struct ctx *cx, int64_t run_id, int64_t until,
                                         int64_t only_id, match_headcount_fn *fn, void *arg);

/* The people and posts of a stored run as they are now, as far as the actor sees them, both by id;
 * in->home and work are left alone. In a transaction. */
MUST_CHECK enum err match_load_run(struct ctx *cx, int64_t run_id, struct match_input *in);

/* One from a row with the columns that match_load() selects, wherever the row comes from. */
void match_read_person(struct ctx *cx, const struct rows *r, struct match_person *ret);
void match_read_post(struct ctx *cx, const struct rows *r, struct match_post *ret);
/* The wishes alone, into a person who may have others; columns destinations, occupations,
 * least_wage_fen, companion_id. */
void match_read_wish(struct ctx *cx, const struct rows *r, struct match_person *ret);
/* Calls fn with every post that ever stood in a range of places, as match_read_post() takes it, by
 * id. Not limited by scope: for what became of people in it. */
MUST_CHECK enum err match_each_post_ever(struct ctx *cx, int64_t work, db_row_fn *fn, void *arg);

/* --- records.c --- */

/* The rights cases of these employers, and the courses of these people, from the ledger on
 * cx->today. Employers and persons are by id. */
MUST_CHECK enum err match_load_cases(struct ctx *cx, struct match_employer **employers, size_t n,
                                     int64_t only_id);
MUST_CHECK enum err match_load_trainings(struct ctx *cx, struct match_person *persons, size_t n,
                                         int64_t only_id);

/* --- grants.c --- */

/* What policies in force would pay these people at these posts, into posts[i].grants. match_load()
 * and match_load_run() have done so. */
MUST_CHECK enum err match_load_grants(struct ctx *cx, const struct match_person *persons,
                                      size_t n_persons, struct match_post *posts, size_t n_posts);

/* What is paid at a post by other word than that of policies: fen a month, to people of registered
 * households and to all others; 0 = nothing. */
struct match_stated {
    int64_t registered_fen, other_fen;
};
/* stated[i] into posts[i].grants, in place of match_load_grants(). */
void match_state_grants(struct arena *mem, const struct match_person *persons, size_t n_persons,
                        struct match_post *posts, const struct match_stated *stated,
                        size_t n_posts);

/* --- history.c --- */

/* How people fared with these employers, who of their villages is there, and where these people
 * worked before, from the ledger on cx->today. Employers and persons are by id. */
MUST_CHECK enum err match_load_history(struct ctx *cx, struct match_input *in);
/* The same of one employer, or of one person. */
MUST_CHECK enum err match_load_employer_history(struct ctx *cx, struct match_employer *employer);
MUST_CHECK enum err match_load_person_history(struct ctx *cx, struct match_person *person);
/* One place more where the person worked; of each city one is enough. */
void match_earlier_add(struct ctx *cx, struct match_person *person, int64_t work);

/* --- retention_load.c --- */

struct retention_case;
/* What became of the people of a home range at posts of a work range, each case with its features
 * as of the day it began. *ret stays with cx. Spells and posts are not limited by scope: who may
 * ask is the caller's to check, and only sums of the cases are kept. */
MUST_CHECK enum err retention_load(struct ctx *cx, int64_t home, int64_t work,
                                   struct retention_case **ret, int32_t *ret_n);
