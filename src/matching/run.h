/* run.h — what the files of match runs share. Inside the module. */
#pragma once
#include "matching/load.h"

struct match_run_input {
    int64_t id;
    int64_t home, work, user_id;
    const char *state;
    const struct json_value *weights; /* object: name → points */
    const char *weights_text;         /* all weights, as used */
};

/* Store an assignment: results, posts, and the run as DONE with its figures, all or none; in a
 * write transaction. E_CONFLICT "match.done" when the run is not RUNNING. */
struct match_save {
    int64_t run_id, milliseconds;
    const struct match_input *input;
    const struct match_problem *problem;
    const struct match_assignment *assignment;
};
enum err match_save(struct ctx *cx, void *save);

/* How many posts each rule forbids a person, as stored for somebody with no possible post:
 * {"posts":12,"rules":[{"code":"pay.below_wish","forbids":12,"alone":3},…]}. */
const char *match_obstacles_json(struct arena *mem, const struct match_problem *in,
                                 const struct match_person *person);

/* Operations on results (results.c, why.c). */
enum err match_results_list(struct ctx *cx);
enum err match_result_get(struct ctx *cx);
enum err match_result_override(struct ctx *cx);
enum err match_posts_list(struct ctx *cx);
enum err match_why(struct ctx *cx);

struct override_input {
    int64_t post_id;
    const char *reason;
};
struct why_input {
    int64_t person_id, post_id;
};
extern const struct field match_override_fields[], match_why_fields[], match_result_detail[],
    match_posts_output[], match_why_output[];
