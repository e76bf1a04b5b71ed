/* run.h — what the files of match runs share. Inside the module. */
#pragma once
#include "matching/retention.h"
#include "matching/run_constraints.h"

struct match_run_input {
    int64_t id;
    int64_t home, work, user_id, weights_id, previous_id;
    const char *state;
    const struct json_value *weights; /* object: name → points */
    const char *weights_text;         /* all weights, as used */
    const struct json_value *constraints;
    const char *constraints_text;
};

/* --- weights.c --- */
extern const struct record match_weights_record;
/* The people's own side runs the matching: only it sees them all. E_INVALID "match.home". */
MUST_CHECK enum err match_own_side(struct ctx *cx, int64_t home);
/* The weights of a run: those given with it, else the version it names, else the newest of its
 * pairing, else the defaults; sets in->weights_id. */
MUST_CHECK enum err match_weights_choose(struct ctx *cx, struct match_run_input *in,
                                         struct match_weights *ret);
/* --- retention_models.c --- */
extern const struct record match_retention_record;
/* A model as one JSON object, and back; NULL for what is not ours. */
void retention_model_write(struct json *j, const struct retention_model *model);
struct retention_model *retention_model_read(struct arena *mem, const struct json_value *v);
/* With `retention_model` above 0: the newest model of exactly this pairing, which must be better
 * than the base rate. E_INVALID "retention.none", "retention.no_better". */
MUST_CHECK enum err match_estimate_choose(struct ctx *cx, int64_t home, int64_t work,
                                          struct match_weights *weights);
/* Fit a model to the ledger and store it as the next version of its pairing. E_CONFLICT
 * "retention.too_few" with what is missing. */
enum err match_retention_train(struct ctx *cx);
struct retention_ask {
    int64_t home, work;
};
extern const struct field match_retention_fields[], match_retention_output[];

/* The points of one weight. */
int32_t match_weight(const struct match_weights *w, const struct match_weight_name *name);

/* Store an assignment: results, posts, and the run as DONE with its figures, all or none; in a
 * write transaction. E_CONFLICT "match.done" when the run is not RUNNING. */
struct match_save {
    int64_t run_id, milliseconds;
    const struct match_input *input;
    const struct match_problem *problem;
    const struct match_assignment *assignment;
    const struct match_constrained *constrained; /* or NULL */
    const struct match_again *again;             /* or NULL */
};
enum err match_save(struct ctx *cx, void *save);

/* How many posts each rule forbids a person, as stored for somebody with no possible post:
 * {"posts":12,"rules":[{"code":"pay.below_wish","forbids":12,"alone":3},…]}. */
const char *match_obstacles_json(struct arena *mem, const struct match_problem *in,
                                 const struct match_person *person);

/* --- telling (tell.c): stored forms as lists of sentences for replies, JSON text --- */

/* A rule as a heading, without anybody's figures: "工资低于期望", "pay below the wish". */
const char *match_rule_name(enum match_code rule, enum lang lang);
/* "工资低于期望：排除12个岗位，其中3个仅因此" */
const char *match_obstacle_text(struct arena *mem, enum lang lang, enum match_code rule,
                                int64_t forbids, int64_t alone);
/* At the prices found, what a post leaves a person is its score less its price (NONE counts as 0).
 * By so many points another post must gain to be taken in place of one that leaves her `left`; one
 * point is a yuan a month. */
int64_t match_points_short(int64_t left, int64_t score, int64_t price);
const char *match_change_text(struct arena *mem, enum lang lang, const char *title, int64_t points);
/* [{"code","zh","en","points"|"outcome"},…] of stored reasons, those with most weight first; of
 * stored obstacles [{"code","zh","en","forbids","alone"},…]. NULL for NULL or what is not ours. */
const char *match_reasons_told(struct ctx *cx, const char *stored);

/* A cell by the name of its column, NULL when there is none such; a told text in place of a stored
 * one. */
struct value *match_cell(const struct rows *r, int row, const char *name);
void match_cell_put(struct value *cell, const char *text);

/* --- operations (results.c, why.c, planning_ops.c, compare.c, prospect.c, parts.c) --- */
struct why_input {
    int64_t person_id, post_id;
};
extern const struct record match_post_record;
/* An office sees its own people's rows of a run that a wider office made; without any,
 * E_NOT_FOUND. */
MUST_CHECK enum err match_run_seen(struct ctx *cx, int64_t run_id);
/* Results or posts of the run {id}, by the record of the operation: the run is one more filter of
 * the list. */
enum err match_run_rows(struct ctx *cx);
enum err match_result_override(struct ctx *cx);
enum err match_why(struct ctx *cx);
/* Why a person does not have a post in a run, when an earlier one gave it to her,
 * {"outcome","zh","en"}: who and what is not in scope is null. */
MUST_CHECK enum err match_why_put(struct ctx *cx, int64_t run_id, int64_t before_id,
                                  const struct why_input *in, struct json *j);
enum err match_since(struct ctx *cx);
enum err match_bottlenecks(struct ctx *cx);
enum err match_what_if(struct ctx *cx);
enum err match_compare(struct ctx *cx);
enum err match_prospect(struct ctx *cx);
enum err match_parts(struct ctx *cx);

struct override_input {
    int64_t post_id;
    const char *reason;
};
struct compare_input {
    int64_t run_id, after, limit;
    const char *turn;
};
struct prospect_input {
    int64_t home, work, weights_id;
};
struct parts_input {
    int64_t run_id;
};
struct what_if_input {
    const char *kind, *occupation;
    int64_t employer_id, post_id, amount, level;
};
extern const struct field match_override_fields[], match_why_fields[], match_why_output[],
    match_bottlenecks_output[], match_what_if_fields[], match_what_if_output[],
    match_compare_fields[], match_compare_output[], match_prospect_fields[],
    match_prospect_output[], match_parts_fields[], match_parts_output[], match_since_output[];
