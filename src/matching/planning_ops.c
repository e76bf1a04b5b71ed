/* planning_ops.c — a run's bottlenecks and what-ifs for pages (planning.h).
 *
 * Bottlenecks are read from what the run stored. A what-if compares with today's people and posts,
 * for decisions are about them and not about the day of the run. */
#include "matching/planning.h"
#include "matching/run.h"

#include "posts/occupations.h"

enum {
    BOTTLENECKS_MAX = 50,
    OBSTACLES_READ = 20000,
    WHAT_IF_PEOPLE_MAX = 50000, /* some ten seconds of computing while somebody waits */
    LISTED_MAX = 500
};

const struct field match_bottlenecks_output[] = {
    OUTPUT("posts", FIELD_JSON, "紧缺岗位", "Posts that are short"),
    OUTPUT("few", FIELD_INT, "可选岗位过少的未推荐人数", "People without a post and few to choose"),
    OUTPUT("rules", FIELD_JSON, "主要障碍", "What stands in the way most"),
    { 0 },
};

static const struct choice kinds[] = {
    /* in the order of enum planning_kind */
    { "PAY", "每月加薪（分）", "More pay a month, fen" },
    { "SEATS", "增加名额", "More seats" },
    { "CLASS", "开办培训班", "A class" },
    { 0 },
};

const struct field match_what_if_fields[] = {
    PARAM(struct what_if_input, kind, FIELD_CHOICE, "变化", "Change", .choices = kinds,
          .required = true),
    PARAM(struct what_if_input, employer_id, FIELD_ID, "企业", "Employer", .refers = "employer"),
    PARAM(struct what_if_input, post_id, FIELD_ID, "岗位", "Post", .refers = "job_post"),
    PARAM(struct what_if_input, occupation, FIELD_TEXT, "工种", "Occupation", .max = 60),
    PARAM(struct what_if_input, amount, FIELD_INT, "数量", "Amount", .required = true, .min = 1,
          .max = 1000000),
    PARAM(struct what_if_input, level, FIELD_INT, "培训达到的等级（0–8）", "Level reached, 0 to 8",
          .min = 0, .max = 8),
    { 0 },
};

const struct field match_what_if_output[] = {
    OUTPUT("zh", FIELD_TEXT, "说明", "In Chinese"),
    OUTPUT("en", FIELD_TEXT, "英文说明", "In English"),
    OUTPUT("posts", FIELD_INT, "涉及岗位数", "Posts touched"),
    OUTPUT("placed_before", FIELD_INT, "原推荐人数", "Proposed before"),
    OUTPUT("placed", FIELD_INT, "推荐人数", "Proposed"),
    OUTPUT("value_before", FIELD_INT, "原总分", "Points before"),
    OUTPUT("value", FIELD_INT, "总分", "Points"),
    OUTPUT("moved", FIELD_INT, "改换岗位人数", "People with another post"),
    OUTPUT("gained", FIELD_JSON, "新推荐的人", "People placed now"),
    OUTPUT("lost", FIELD_JSON, "不再推荐的人", "People not placed any more"),
    OUTPUT("trained", FIELD_JSON, "参加培训的人", "People in the class"),
    { 0 },
};

/* --- bottlenecks --- */

static enum err write_posts(struct ctx *cx, struct json *j)
{
    struct rows r;

    TRY(db_rows(cx, &r,
                "SELECT k.post_id, k.seats, k.queue, k.price, (SELECT p.title FROM job_post p WHERE"
                " SCOPE_NOT(job_post 'the run is in scope') AND p.id = k.post_id) AS title,"
                " (SELECT e.name FROM employer e WHERE"
                " SCOPE_NOT(employer 'the run is in scope') AND e.id = k.employer_id) AS employer"
                " FROM match_post k WHERE SCOPE(match_post k) AND k.run_id = $1 AND k.price > 0"
                " AND k.queue > 0 ORDER BY k.price * k.queue DESC, k.post_id LIMIT $2",
                P(cx->id), P(BOTTLENECKS_MAX)));
    json_array(j);
    for (int i = 0; i < r.n; i++) {
        int64_t seats = row_int(&r, i, "seats"), queue = row_int(&r, i, "queue"),
                price = row_int(&r, i, "price");
        const char *employer = row_text(&r, i, "employer"), *title = row_text(&r, i, "title");
        const char *name =
            arena_printf(cx->mem, "%s · %s", employer ? employer : "", title ? title : "");

        json_object(j);
        json_put_id(j, "post_id", row_int(&r, i, "post_id"));
        json_put_str(j, "title", title);
        json_put_str(j, "employer_name", employer);
        json_put_int(j, "seats", seats);
        json_put_int(j, "queue", queue);
        json_put_int(j, "price", price);
        json_put_str(j, "zh",
                     planning_bottleneck_text(cx->mem, LANG_ZH, name, seats, queue, price));
        json_put_str(j, "en",
                     planning_bottleneck_text(cx->mem, LANG_EN, name, seats, queue, price));
        json_end(j);
    }
    json_end(j);
    return OK;
}

/* Counts the rule that alone forbids somebody most posts. */
static enum err count_obstacle(struct ctx *cx, const struct rows *r, void *arg)
{
    int64_t *people = arg, most = 0;
    const char *stored = row_text(r, 0, "reasons");
    const struct json_value *v = NULL, *rules;
    int found = -1;

    if (!stored || *stored != '{')
        return OK;
    TRY(json_parse(cx, stored, strlen(stored), &v));
    rules = json_get(v, "rules");
    for (size_t i = 0; i < json_count(rules); i++) {
        int64_t alone = json_as_int(json_get(json_at(rules, i), "alone"));
        const char *code = json_as_str(json_get(json_at(rules, i), "code"));

        for (int k = 0; k < MATCH_RULE_COUNT && alone > most; k++)
            if (str_eq(match_code_name((enum match_code)k), code)) {
                found = k;
                most = alone;
            }
    }
    if (found >= 0)
        people[found]++;
    return OK;
}

static enum err write_rules(struct ctx *cx, struct json *j)
{
    int64_t people[MATCH_RULE_COUNT] = { 0 };

    TRY(db_each(cx, count_obstacle, people,
                "SELECT m.reasons FROM match_result m WHERE SCOPE(match_result m) AND m.run_id = $1"
                " AND m.state = 'UNPLACED' AND m.candidates = 0 AND EXISTS (SELECT 1 FROM person p"
                " WHERE SCOPE(person p) AND p.id = m.person_id) ORDER BY m.id LIMIT $2",
                P(cx->id), P(OBSTACLES_READ)));
    json_array(j);
    for (int n = 0; n < MATCH_RULE_COUNT; n++) { /* most people first; there are few rules */
        int most = -1;

        for (int k = 0; k < MATCH_RULE_COUNT; k++)
            if (people[k] > 0 && (most < 0 || people[k] > people[most]))
                most = k;
        if (most < 0)
            break;
        json_object(j);
        json_put_str(j, "code", match_code_name((enum match_code)most));
        json_put_int(j, "people", people[most]);
        json_put_str(j, "zh",
                     planning_short_text(cx->mem, LANG_ZH, (enum match_code)most, people[most]));
        json_put_str(j, "en",
                     planning_short_text(cx->mem, LANG_EN, (enum match_code)most, people[most]));
        json_end(j);
        people[most] = 0;
    }
    json_end(j);
    return OK;
}

enum err match_bottlenecks(struct ctx *cx)
{
    struct rows few;

    TRY(match_run_seen(cx, cx->id));
    TRY(db_one(cx, &few,
               "SELECT count(*) AS n FROM match_result m WHERE SCOPE(match_result m)"
               " AND m.run_id = $1 AND m.state = 'UNPLACED' AND m.candidates <= $2",
               P(cx->id), P(PLANNING_FEW)));
    json_object(cx->out);
    json_key(cx->out, "posts");
    TRY(write_posts(cx, cx->out));
    json_put_int(cx->out, "few", row_int(&few, 0, "n"));
    json_key(cx->out, "rules");
    TRY(write_rules(cx, cx->out));
    json_end(cx->out);
    return OK;
}

/* --- what if --- */

struct asked {
    const struct what_if_input *in;
    struct match_input input;
    struct match_weights weights;
    const struct match_constraints *constraints;
    struct planning_change change;
    const char *name; /* of what is changed */
};

static enum err missing(struct ctx *cx, const char *field, const char *message)
{
    return fail_field(cx, field, "what_if.target", "%s", message);
}

/* What is changed, and its name. */
static enum err read_change(struct ctx *cx, struct asked *a)
{
    const struct what_if_input *in = a->in;
    struct planning_change c = { .employer_id = NONE, .post_id = NONE, .amount = in->amount };
    const char *code;
    struct rows r;

    while (!str_eq(kinds[c.kind].code, in->kind))
        c.kind++;
    if (c.kind == PLANNING_SEATS) {
        if (in->post_id == NONE)
            return missing(cx, "post_id", T("请指定岗位", "name the post"));
        TRY(db_one(cx, &r, "SELECT j.title FROM job_post j WHERE SCOPE(job_post j) AND j.id = $1",
                   P(in->post_id)));
        c.post_id = in->post_id;
        a->name = row_text(&r, 0, "title");
    } else if (c.kind == PLANNING_PAY && in->employer_id != NONE) {
        TRY(db_one(cx, &r, "SELECT e.name FROM employer e WHERE SCOPE(employer e) AND e.id = $1",
                   P(in->employer_id)));
        c.employer_id = in->employer_id;
        a->name = row_text(&r, 0, "name");
    } else {
        code = in->occupation ? occupation_find(in->occupation) : NULL;
        c.occupation = match_occupation(code ? code : in->occupation);
        if (c.occupation == 0)
            return missing(cx, "occupation",
                           T("请写明工种，如 电焊工 或 6-18-02-04",
                             "name the occupation, such as 6-18-02-04"));
        c.level = (int8_t)(in->level == NONE ? 2 : in->level); /* fifth grade (初级工) */
        a->name = in->occupation;
    }
    a->change = c;
    return OK;
}

static enum err load(struct ctx *cx, void *arg)
{
    struct asked *a = arg;
    struct rows r;

    TRY(db_rows(cx, &r,
                "SELECT r.home, r.work, r.weights, r.constraints FROM match_run r WHERE"
                " SCOPE(match_run r) AND r.id = $1 AND r.state = 'DONE'",
                P(cx->id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "match.not_done", "%s",
                    T("没有这次匹配，或尚未完成", "there is no such run, or it is not done"));
    TRY(read_change(cx, a));
    TRY(match_weights_read(cx, row_text(&r, 0, "weights"), &a->weights));
    TRY(match_constraints_text_read(cx, row_text(&r, 0, "constraints"), &a->constraints));
    a->input =
        (struct match_input){ .home = row_int(&r, 0, "home"), .work = row_int(&r, 0, "work") };
    TRY(match_load(cx, &a->input));
    if (a->input.n_persons > WHAT_IF_PEOPLE_MAX)
        return hint(cx,
                    fail(cx, E_LIMIT, "match.too_large",
                         T("人数 %zu 过多，最多 %d 人", "%zu people are too many, %d at most"),
                         a->input.n_persons, WHAT_IF_PEOPLE_MAX),
                    "%s", T("请按县发起匹配后再试算", "run the matching county by county"));
    return OK;
}

static void write_people(struct json *j, const char *key, const struct match_problem *in,
                         const int32_t *who, int32_t n)
{
    json_key(j, key);
    json_array(j);
    for (int32_t i = 0; i < MIN(n, LISTED_MAX); i++)
        json_id(j, in->persons[who[i]].id);
    json_end(j);
}

static void write_effect(struct ctx *cx, const struct asked *a, const struct match_problem *in,
                         const struct planning_effect *e)
{
    struct json *j = cx->out;

    json_object(j);
    json_put_str(j, "zh", planning_effect_text(cx->mem, LANG_ZH, a->name, &a->change, e));
    json_put_str(j, "en", planning_effect_text(cx->mem, LANG_EN, a->name, &a->change, e));
    json_put_int(j, "posts", e->posts);
    json_put_int(j, "placed_before", e->placed_before);
    json_put_int(j, "placed", e->placed);
    json_put_int(j, "value_before", e->value_before);
    json_put_int(j, "value", e->value);
    json_put_int(j, "moved", e->moved);
    write_people(j, "gained", in, e->gained, e->n_gained);
    write_people(j, "lost", in, e->lost, e->n_lost);
    write_people(j, "trained", in, e->trained, e->n_trained);
    json_end(j);
}

enum err match_what_if(struct ctx *cx)
{
    struct asked *a = NEW(cx->mem, struct asked);
    struct group_input conditions;
    struct match_assignment before;
    struct planning_effect effect;
    struct match_problem problem;
    int32_t unknown;

    a->in = cx->in;
    TRY(db_read(cx, load, a));
    problem = (struct match_problem){ .persons = a->input.persons,
                                      .posts = a->input.posts,
                                      .n_persons = (int32_t)a->input.n_persons,
                                      .n_posts = (int32_t)a->input.n_posts,
                                      .today = cx->today,
                                      .weights = &a->weights };
    match_assign(cx->mem, &problem, &before);
    if (a->constraints)
        match_constraints_input(cx->mem, a->constraints, &problem, &conditions, &unknown);
    planning_what_if(cx->mem, &problem, &before, a->constraints ? &conditions : NULL, &a->change,
                     &effect);
    write_effect(cx, a, &problem, &effect);
    return OK;
}
