/* prospect.c — what a run would be made of, before it is started: how many people and posts, and
 * the weights it would use. */
#include "matching/run.h"

#include "posts/posts.h"

const struct field match_prospect_fields[] = {
    PARAM(struct prospect_input, home, FIELD_DIVISION, "户籍地范围", "Whose people",
          .required = true),
    PARAM(struct prospect_input, work, FIELD_DIVISION, "用工地范围", "Whose posts",
          .required = true),
    PARAM(struct prospect_input, weights_id, FIELD_ID, "权重版本", "Weights version",
          .refers = "match_weights"),
    { 0 },
};

const struct field match_prospect_output[] = {
    OUTPUT("people", FIELD_INT, "求职人数", "People who seek"),
    OUTPUT("posts", FIELD_INT, "有效岗位数", "Posts that stand"),
    OUTPUT("seats", FIELD_INT, "空余名额", "Free seats"),
    OUTPUT("stale", FIELD_INT, "30天未确认的岗位数", "Posts not confirmed for 30 days"),
    OUTPUT("weights_id", FIELD_ID, "权重版本", "Weights version"),
    OUTPUT("weights", FIELD_JSON, "权重", "Weights"),
    { 0 },
};

/* Every weight with its default and what the run would take. */
static void write_weights(struct ctx *cx, const struct match_weights *used)
{
    const struct match_weights usual = match_weights_default();

    json_key(cx->out, "weights");
    json_array(cx->out);
    for (int i = 0; i < match_weight_count; i++) {
        const struct match_weight_name *name = &match_weight_names[i];

        json_object(cx->out);
        json_put_str(cx->out, "name", name->name);
        json_put_str(cx->out, "zh", name->zh);
        json_put_str(cx->out, "en", name->en);
        json_put_int(cx->out, "usual", match_weight(&usual, name));
        json_put_int(cx->out, "value", match_weight(used, name));
        json_end(cx->out);
    }
    json_end(cx->out);
}

enum err match_prospect(struct ctx *cx)
{
    const struct prospect_input *in = cx->in;
    struct match_run_input run = { .home = in->home,
                                   .work = in->work,
                                   .weights_id = in->weights_id };
    struct match_weights weights;
    struct match_count count;

    TRY(match_own_side(cx, in->home));
    TRY(match_count(cx, in->home, in->work, &count));
    TRY(match_weights_choose(cx, &run, &weights));
    json_object(cx->out);
    json_put_int(cx->out, "people", count.people);
    json_put_int(cx->out, "posts", count.posts);
    json_put_int(cx->out, "seats", count.seats);
    json_put_int(cx->out, "stale", count.stale);
    json_put_id(cx->out, "weights_id", run.weights_id);
    write_weights(cx, &weights);
    json_end(cx->out);
    return OK;
}
