/* weights.c — what a point is given for: by name, from JSON, from a file, and by pairing in
 * versions that are never edited. */
#include "matching/run.h"

enum { POINTS_MAX = 100000 };
#define ESTIMATE "estimate" /* beside the weights, as a run stores them */

static int32_t *weight_at(struct match_weights *w, const struct match_weight_name *name)
{
    return (int32_t *)(void *)((char *)w + name->at);
}

int32_t match_weight(const struct match_weights *w, const struct match_weight_name *name)
{
    return *(const int32_t *)(const void *)((const char *)w + name->at);
}

const char *match_weights_json(struct arena *mem, const struct match_weights *weights)
{
    struct json *j = json_new(mem);

    json_object(j);
    for (int i = 0; i < match_weight_count; i++)
        json_put_int(j, match_weight_names[i].name, match_weight(weights, &match_weight_names[i]));
    if (weights->retention_model > 0 && weights->estimate) {
        json_key(j, ESTIMATE);
        retention_model_write(j, weights->estimate);
    }
    json_end(j);
    return json_text(j);
}

static enum err read_weight(struct ctx *cx, const char *name, const struct json_value *value,
                            struct match_weights *w)
{
    for (int i = 0; i < match_weight_count; i++) {
        int64_t points = json_as_int(value);

        if (!str_eq(match_weight_names[i].name, name))
            continue;
        if (points == NONE || points < 0 || points > POINTS_MAX)
            return fail_field(cx, "weights", "weights.invalid",
                              T("权重 %s 应为 0–%d 的整数", "weight %s must be 0 to %d"), name,
                              POINTS_MAX);
        *weight_at(w, &match_weight_names[i]) = (int32_t)points;
        return OK;
    }
    return fail_field(cx, "weights", "weights.invalid",
                      T("没有名为 %s 的权重", "there is no weight %s"), name);
}

/* `own`: as a run stored them, with the estimate they were used with. */
static enum err take(struct ctx *cx, const struct json_value *v, bool own,
                     struct match_weights *ret)
{
    struct match_weights w = match_weights_default();

    if (v && json_type(v) != JSON_OBJECT && json_type(v) != JSON_NULL)
        return fail_field(cx, "weights", "weights.invalid", "%s",
                          T("权重应写成名称与分值", "weights must be names with points"));
    for (size_t i = 0; i < json_count(v); i++)
        if (own && str_eq(json_key_at(v, i), ESTIMATE))
            w.estimate = retention_model_read(cx->mem, json_at(v, i));
        else
            TRY(read_weight(cx, json_key_at(v, i), json_at(v, i), &w));
    *ret = w;
    return OK;
}

enum err match_weights_take(struct ctx *cx, const struct json_value *v, struct match_weights *ret)
{
    return take(cx, v, false, ret);
}

enum err match_weights_read(struct ctx *cx, const char *json, struct match_weights *ret)
{
    const struct json_value *v = NULL;

    if (json)
        TRY(json_parse(cx, json, strlen(json), &v));
    return take(cx, v, true, ret);
}

/* --- a file --- */

static enum err line_fault(struct ctx *cx, int line, const char *what)
{
    return hint(cx,
                fail_field(cx, "weights", "weights.invalid", T("第%d行：%s", "line %d: %s"), line,
                           what),
                "%s",
                T("每行写“名称: 分值”，例如 distance: 150",
                  "write name: points, as in distance: 150"));
}

/* "name: points" with what stands after a # gone. */
static enum err read_line(struct ctx *cx, char *text, int line, bool *seen, struct match_weights *w)
{
    char *colon;
    const char *name;
    int64_t points;

    text[strcspn(text, "#")] = '\0';
    if (str_blank(text))
        return OK;
    colon = strchr(text, ':');
    if (!colon)
        return line_fault(cx, line, T("没有冒号", "there is no colon"));
    *colon = '\0';
    name = str_clean(cx->mem, text, false);
    for (int i = 0; i < match_weight_count; i++) {
        if (!str_eq(match_weight_names[i].name, name))
            continue;
        if (seen[i])
            return line_fault(cx, line, T("同一权重写了两次", "this weight stands there twice"));
        if (!str_int(str_clean(cx->mem, colon + 1, false), &points) || points < 0 ||
            points > POINTS_MAX)
            return line_fault(cx, line,
                              T("分值应为 0–100000 的整数",
                                "points must be a whole number, 0 to 100000"));
        seen[i] = true;
        *weight_at(w, &match_weight_names[i]) = (int32_t)points;
        return OK;
    }
    return line_fault(cx, line,
                      arena_printf(cx->mem, T("没有名为 %s 的权重", "there is no weight %s"),
                                   name));
}

enum err match_weights_file(struct ctx *cx, const char *text, struct match_weights *ret)
{
    struct match_weights w = match_weights_default();
    bool *seen = NEW_ARRAY(cx->mem, bool, match_weight_count);
    int line = 1;

    for (const char *at = text; *at; line++) {
        size_t n = strcspn(at, "\n");

        TRY(read_line(cx, str_clean(cx->mem, arena_strndup(cx->mem, at, n), false), line, seen,
                      &w));
        at += n + (at[n] == '\n');
    }
    *ret = w;
    return OK;
}

/* --- versions --- */

#define IN struct weights_input
struct weights_input {
    int64_t id;
    int64_t home, work, number, user_id;
    const struct json_value *weights;
    const char *weights_text, *reason;
};

#define LISTED (USE_LIST | USE_EXPORT)
static const struct field fields[] = {
    FIELD(IN, home, FIELD_DIVISION, "户籍地范围", "Whose people", .required = true, .sql = "k.home",
          .use = USE_LIST | USE_FILTER | USE_FIXED),
    FIELD(IN, work, FIELD_DIVISION, "用工地范围", "Whose posts", .required = true, .sql = "k.work",
          .use = USE_LIST | USE_FILTER | USE_FIXED),
    FIELD(IN, number, FIELD_INT, "版本号", "Version", .sql = "k.number",
          .use = LISTED | USE_DERIVED),
    PARAM(IN, weights, FIELD_JSON, "权重", "Weights", .use = USE_FIXED, .required = true,
          .help_zh = "名称与分值，未写的用默认值；1 分相当于每月 1 元"),
    PARAM(IN, weights_text, FIELD_TEXT, "权重", "Weights", .use = USE_DERIVED, .column = "weights"),
    OUTPUT("weights_used", FIELD_JSON, "全部权重", "All weights", .sql = "k.weights"),
    FIELD(IN, reason, FIELD_TEXT, "为什么改", "Why", .required = true, .max = 500,
          .sql = "k.reason", .use = LISTED | USE_FIXED),
    FIELD(IN, user_id, FIELD_ID, "制定人", "By", .sql = "k.user_id", .use = USE_DERIVED),
    OUTPUT("user_name", FIELD_TEXT, "制定人姓名", "By, name", .use = LISTED,
           .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = k.user_id)"),
    OUTPUT("created_at", FIELD_INSTANT, "制定时间", "Made", .sql = "k.created_at", .use = LISTED),
    { 0 },
};

enum err match_own_side(struct ctx *cx, int64_t home)
{
    const struct scope *s = &cx->who.scope;
    int64_t lo, hi;

    division_range(home, &lo, &hi);
    if (s->kind != SCOPE_ALL &&
        (s->kind != SCOPE_OFFICE || s->home_lo == NONE || lo < s->home_lo || hi > s->home_hi))
        return hint(cx,
                    fail_field(cx, "home", "match.home", "%s",
                               T("户籍地不在您的辖区内", "these are not people of your division")),
                    "%s",
                    T("由户籍地一方发起匹配", "the side where the people live runs the matching"));
    return OK;
}

static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    struct match_weights w;
    struct rows r;
    IN *in = input;

    (void)before;
    TRY(match_own_side(cx, in->home));
    TRY(match_weights_take(cx, in->weights, &w));
    TRY(db_one(cx, &r,
               "SELECT coalesce(max(k.number), 0) + 1 AS number FROM match_weights k WHERE"
               " SCOPE(match_weights k) AND k.home = $1 AND k.work = $2",
               P(in->home), P(in->work)));
    in->number = row_int(&r, 0, "number");
    in->weights_text = match_weights_json(cx->mem, &w);
    in->user_id = cx->who.user_id;
    return OK;
}

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const IN *in = input;

    (void)employer_id, (void)person_id;
    *home = in->home;
    *work = in->work;
}

const struct record match_weights_record = {
    .name = "match_weights",
    .zh = "匹配权重",
    .en = "weights of matching",
    .table = "match_weights",
    .alias = "k",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .check = check,
    .place = place,
};

enum err match_weights_choose(struct ctx *cx, struct match_run_input *in, struct match_weights *ret)
{
    struct rows r;

    if (in->weights && json_type(in->weights) != JSON_NULL) {
        if (in->weights_id != NONE)
            return fail_field(cx, "weights_id", "weights.twice", "%s",
                              T("权重与权重版本只能给一个", "give weights or a version, not both"));
        return match_weights_take(cx, in->weights, ret);
    }
    TRY(db_rows(cx, &r,
                "SELECT k.id, k.weights FROM match_weights k WHERE SCOPE(match_weights k) AND"
                " (k.id = $1 OR ($1 IS NULL AND k.home = $2 AND k.work = $3))"
                " ORDER BY k.number DESC LIMIT 1",
                P(in->weights_id), P(in->home), P(in->work)));
    if (r.n == 0 && in->weights_id != NONE)
        return fail_field(cx, "weights_id", "weights.unknown", "%s",
                          T("没有这一版权重", "there is no such version of the weights"));
    if (r.n == 0)
        return match_weights_take(cx, NULL, ret);
    in->weights_id = row_int(&r, 0, "id");
    return match_weights_read(cx, row_text(&r, 0, "weights"), ret);
}
