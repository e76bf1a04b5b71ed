/* run_constraints.h — what a run must keep besides seats (groups.h), as JSON of POST /match-runs:
 *
 *   {"companions": "POST",
 *    "limits": [{"kind": "NONE_OR", "who": "COUNTY", "where": "CITY", "n": 20},
 *               {"kind": "HELD", "who": "REGISTERED", "where": "EMPLOYER", "employer_id": "7", "n":
 * 30},
 *               {"kind": "AT_MOST", "who": "VILLAGE", "where": "EMPLOYER", "n": 5}],
 *    "parties": [{"same": "EMPLOYER", "person_ids": ["11", "12"]}],
 *    "promises": [{"person_id": "11", "post_id": "9"}],
 *    "forbidden": [{"person_id": "12", "post_id": "9"}]}
 *
 * A limit that names no county, village, post, employer or city stands for each of them. Inside the
 * module. */
#pragma once
#include "matching/again.h"
#include "matching/groups.h"
#include "platform/json.h"

struct match_constraints;

/* E_INVALID with the place for what cannot be understood; NULL, JSON null and {} are no conditions:
 * *ret is NULL. */
MUST_CHECK enum err match_constraints_read(struct ctx *cx, const struct json_value *v,
                                           const struct match_constraints **ret);
/* The same from stored text; NULL reads as none. */
MUST_CHECK enum err match_constraints_text_read(struct ctx *cx, const char *text,
                                                const struct match_constraints **ret);
/* Stored form of a value that match_constraints_read() took. */
const char *match_constraints_text(struct arena *mem, const struct json_value *v);

/* As input of groups_solve(), but for its market. People and posts that take no part in the run are
 * left out of pairs and parties; *ret_unknown counts them. Lives in `mem`. */
void match_constraints_input(struct arena *mem, const struct match_constraints *c,
                             const struct match_problem *problem, struct group_input *ret,
                             int32_t *ret_unknown);

/* What became of them. */
struct match_constrained {
    struct group_result groups;
    struct group_input input;
    int64_t *costs; /* as of groups_costs(); NULL when finding out would take too long */
    int32_t unknown;
};

/* Puts the assignment that keeps the conditions in place of the plain one, over the pairs that were
 * considered for that; what the run before has promised (`again` or NULL) is promised in it too.
 * The bound of the assignment stays the one over all pairs, which holds with conditions all the
 * more. NULL when there are none. Lives in `mem`. */
const struct match_constrained *match_constrain(struct arena *mem,
                                                const struct match_constraints *c,
                                                const struct match_again *again,
                                                const struct match_problem *problem,
                                                struct match_assignment *assignment);

/* Stores what became of them with the run and with whoever is left out by one; in a write
 * transaction, after the results. Nothing for NULL. */
MUST_CHECK enum err match_constrained_save(struct ctx *cx, int64_t run_id,
                                           const struct match_problem *problem,
                                           const struct match_constrained *done);

/* Why somebody is left out, as choices with sentences; and outcomes with sentences for a reply. */
extern const struct choice match_left_out[];
const char *match_constraints_told(struct ctx *cx, const char *constraints, const char *outcome);
