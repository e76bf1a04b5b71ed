/* matching.h — match runs: who is proposed for which post, kept with every reason (D7: load,
 * decide, save). The decision itself is pure (candidates.h, score.h). A run is made of the people
 * of a home range who seek work and are willing, and the posts of a work range that are open,
 * confirmed within POST_FRESH_DAYS and have free seats, as the one who started it sees them.
 *
 * A proposal does not yet open the person to the east; an offer does (hiring.h). Until then the
 * east reads results without names, and of the domicile the county only (D3). */
#pragma once
#include "matching/candidates.h"
#include "platform/op.h"

extern const struct module matching_module;
extern const struct record match_run_record, match_result_record;

/* Run now and come back when the results are stored: for commands and tests. Not inside a
 * transaction: reading is one, saving another, and the computation (10 s of CPU for 100 000 people
 * and 10 000 posts) is outside of both. weights_json is {"name": points, …} of match_weight_names,
 * NULL for the defaults. Results are stored all or none. */
MUST_CHECK enum err match_run_now(struct ctx *cx, int64_t home, int64_t work,
                                  const char *weights_json, int64_t *ret_run_id);

/* Compute and store a run that is RUNNING, as the user who started it. E_CONFLICT "match.done"
 * when it is not running any more. A fault of the run itself makes it FAILED; a busy store leaves
 * it RUNNING. Opens its own transactions. */
MUST_CHECK enum err match_run_execute(struct ctx *cx, int64_t run_id);

/* The watch is told of every step of the runs that this thread begins from now on, from whichever
 * thread takes the step; NULL: nobody is. */
void match_runs_follow(const struct match_watch *watch);

/* Take up one run that waits or was cut off, if any, and execute it: the module's
 * background work. A run cut off by the end of its process is run again: at once where one
 * process alone may open the store, after MATCH_LEASE_SECONDS where several do. */
void match_background(struct store *store);
enum { MATCH_LEASE_SECONDS = 900 };

/* A person and a post as matching sees them, read in the present transaction and in scope.
 * E_NOT_FOUND "person.unknown", "post.unknown". The post's seats may be 0. */
MUST_CHECK enum err match_load_person(struct ctx *cx, int64_t id, struct match_person *ret);
MUST_CHECK enum err match_load_post(struct ctx *cx, int64_t id, struct match_post *ret);

/* --- what the ledger knows --- */

/* A stretch of work. */
struct match_spell {
    int64_t person_id, employer_id, home, work;
    int64_t post_id, wage_fen; /* agreed at the start, a month; NONE = not known */
    struct date start, end;    /* none = goes on */
    bool is_neutral;           /* ended by what says nothing about the employer, such as school */
};
typedef enum err match_spell_fn(struct ctx *cx, const struct match_spell *spell, void *arg);
/* Calls fn for each, by employer and within one by home: all, or one employer's, or one person's
 * (the other NONE). Not limited by scope: of others only sums are kept. Defined by the placements,
 * which stand behind this module. */
MUST_CHECK enum err match_each_spell(struct ctx *cx, int64_t employer_id, int64_t person_id,
                                     match_spell_fn *fn, void *arg);

/* --- what people were offered --- */

/* An offer that stands, made or accepted, or one that the person has refused. */
struct match_offer {
    int64_t person_id, post_id;
    bool is_refused;
    int64_t answered_at; /* NONE: not yet */
};
typedef enum err match_offer_fn(struct ctx *cx, const struct match_offer *offer, void *arg);
/* Calls fn for each that stands or was refused since the instant, of people of the home range in
 * the actor's scope; of one person's those accepted first, then the newest. Defined by hiring,
 * which stands behind this module. */
MUST_CHECK enum err match_each_offer(struct ctx *cx, int64_t home, int64_t since,
                                     match_offer_fn *fn, void *arg);
/* Whether a person has ever refused a post. Defined by hiring as well. */
MUST_CHECK enum err match_has_refused(struct ctx *cx, int64_t person_id, int64_t post_id,
                                      bool *ret);

/* --- what policies would pay --- */

/* A stay at a place, and what the policies in force would pay for it. */
struct match_stay {
    int64_t home, work; /* counties */
    bool is_reserved, is_base;
    struct match_grant grant; /* for whom; the rest of it is the answer */
};
/* Estimates months, n_policies, fen, total_fen and the title of each, as of cx->today. Defined by
 * the policies, which stand behind this module. */
MUST_CHECK enum err match_stays_paid(struct ctx *cx, struct match_stay *stays, size_t n);

/* Weights as stored in a run, with the estimate of retention it used. E_INVALID "weights.invalid"
 * for unknown names or negative points. */
MUST_CHECK enum err match_weights_read(struct ctx *cx, const char *json, struct match_weights *ret);
/* The same of a JSON object that is read already; NULL = the defaults. */
MUST_CHECK enum err match_weights_take(struct ctx *cx, const struct json_value *object,
                                       struct match_weights *ret);
/* A file of weights: a line "name: points" each, "#" begins a comment; what is not named has its
 * default. E_INVALID "weights.invalid" names the line. */
MUST_CHECK enum err match_weights_file(struct ctx *cx, const char *text, struct match_weights *ret);
const char *match_weights_json(struct arena *mem, const struct match_weights *weights);

/* --- for making offers of a run --- */

/* At most `most` results of a run in scope that are PROPOSED or OVERRIDDEN, with ids above `after`,
 * by id: columns id, person_id, post_id. */
MUST_CHECK enum err match_proposals(struct ctx *cx, int64_t run_id, int64_t after, int most,
                                    struct rows *ret);
/* An offer was made of it. E_CONFLICT "match.not_proposed" when it is no proposal any more. */
MUST_CHECK enum err match_result_offered(struct ctx *cx, int64_t result_id);
