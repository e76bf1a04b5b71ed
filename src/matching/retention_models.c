/* retention_models.c — models of retention by pairing: fitted on demand, kept in versions that are
 * never edited, chosen for a run. */
#include "matching/load.h"
#include "matching/retention_fit.h"
#include "matching/run.h"

/* --- a model as JSON --- */

void retention_model_write(struct json *j, const struct retention_model *model)
{
    json_object(j);
    if (model->id != NONE)
        json_put_id(j, "id", model->id);
    json_put_int(j, "cases", model->cases);
    json_put_int(j, "error", model->error);
    json_put_int(j, "bias", model->bias);
    for (int i = 0; i < RETENTION_FEATURE_COUNT; i++)
        json_put_int(j, retention_feature_names[i].name, model->coefficient[i]);
    json_end(j);
}

/* 0 for what is absent, such as a feature that is newer than the model. */
static int32_t number_of(const struct json_value *v, const char *name, int32_t most)
{
    int64_t n = json_as_int(json_get(v, name));

    return n == NONE ? 0 : (int32_t)MAX(-most, MIN(most, n));
}

struct retention_model *retention_model_read(struct arena *mem, const struct json_value *v)
{
    struct retention_model *model;

    if (json_type(v) != JSON_OBJECT)
        return NULL;
    model = NEW(mem, struct retention_model);
    *model = (struct retention_model){ .id = json_as_int(json_get(v, "id")),
                                       .cases = number_of(v, "cases", INT32_MAX),
                                       .error = number_of(v, "error", INT32_MAX),
                                       .bias = number_of(v, "bias", RETENTION_MOST) };
    for (int i = 0; i < RETENTION_FEATURE_COUNT; i++)
        model->coefficient[i] = number_of(v, retention_feature_names[i].name, RETENTION_MOST);
    return model;
}

static const char *model_text(struct arena *mem, const struct retention_model *model)
{
    struct json *j = json_new(mem);

    retention_model_write(j, model);
    return json_text(j);
}

static void put_day(struct ctx *cx, struct json *j, const char *key, int32_t day)
{
    json_put_str(j, key, date_text(cx->mem, date_from_days(day)));
}

static const char *report_text(struct ctx *cx, const struct retention_report *r)
{
    struct json *j = json_new(cx->mem);

    json_object(j);
    put_day(cx, j, "first", r->first);
    put_day(cx, j, "cut", r->cut);
    put_day(cx, j, "last", r->last);
    json_put_int(j, "fitted", r->fitted);
    json_put_int(j, "fitted_stayed", r->fitted_stayed);
    json_put_int(j, "tested", r->tested);
    json_put_int(j, "tested_stayed", r->tested_stayed);
    json_put_int(j, "error", r->error);
    json_put_int(j, "brier", r->brier);
    json_put_int(j, "brier_base", r->brier_base);
    json_put_int(j, "log_loss", r->log_loss);
    json_put_int(j, "log_loss_base", r->log_loss_base);
    json_put_int(j, "auc", r->auc);
    json_key(j, "groups");
    json_array(j);
    for (int i = 0; i < RETENTION_GROUPS; i++) {
        json_object(j);
        json_put_int(j, "n", r->groups[i].n);
        json_put_int(j, "predicted", r->groups[i].predicted);
        json_put_int(j, "seen", r->groups[i].seen);
        json_end(j);
    }
    json_end(j);
    json_end(j);
    return json_text(j);
}

/* --- the record --- */

struct retention_input {
    int64_t id;
    int64_t home, work, number, cases, stayed, is_better, user_id;
    const char *model, *report;
};
#define IN struct retention_input

#define LISTED (USE_LIST | USE_EXPORT)
static const struct field fields[] = {
    FIELD(IN, home, FIELD_DIVISION, "户籍地范围", "Whose people", .required = true, .sql = "k.home",
          .use = USE_LIST | USE_FILTER | USE_FIXED),
    FIELD(IN, work, FIELD_DIVISION, "用工地范围", "Whose posts", .required = true, .sql = "k.work",
          .use = USE_LIST | USE_FILTER | USE_FIXED),
    FIELD(IN, number, FIELD_INT, "版本号", "Version", .sql = "k.number",
          .use = LISTED | USE_DERIVED),
    FIELD(IN, cases, FIELD_INT, "依据的就业段数", "Stretches of work", .sql = "k.cases",
          .use = LISTED | USE_DERIVED),
    FIELD(IN, stayed, FIELD_INT, "其中满3个月", "Of them three months", .sql = "k.stayed",
          .use = LISTED | USE_DERIVED),
    FIELD(IN, is_better, FIELD_BOOL, "好于一概而论", "Better than the base rate",
          .sql = "k.is_better", .use = LISTED | USE_DERIVED,
          .help_zh = "对最新五分之一的预测，均方误差显著小于对所有人都说同一个留存率"),
    PARAM(IN, model, FIELD_TEXT, "系数", "Coefficients", .use = USE_DERIVED, .column = "model"),
    PARAM(IN, report, FIELD_TEXT, "检验", "Test", .use = USE_DERIVED, .column = "report"),
    OUTPUT("coefficients", FIELD_JSON, "系数", "Coefficients", .sql = "k.model"),
    OUTPUT("test", FIELD_JSON, "检验", "Test", .sql = "k.report"),
    FIELD(IN, user_id, FIELD_ID, "估计人", "By", .sql = "k.user_id", .use = USE_DERIVED),
    OUTPUT("user_name", FIELD_TEXT, "估计人姓名", "By, name", .use = LISTED,
           .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = k.user_id)"),
    OUTPUT("created_at", FIELD_INSTANT, "估计时间", "Made", .sql = "k.created_at", .use = LISTED),
    { 0 },
};

static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    struct rows r;
    IN *in = input;

    (void)before;
    TRY(match_own_side(cx, in->home));
    TRY(db_one(cx, &r,
               "SELECT coalesce(max(k.number), 0) + 1 AS number FROM match_retention k WHERE"
               " SCOPE(match_retention k) AND k.home = $1 AND k.work = $2",
               P(in->home), P(in->work)));
    in->number = row_int(&r, 0, "number");
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

/* [{"name","zh","en","value"},…] in place of the stored object, in the order of the features. */
static const char *coefficients_told(struct ctx *cx, const char *stored)
{
    const struct retention_model *model;
    const struct json_value *v;
    struct json *j = json_new(cx->mem);

    if (json_parse(cx, stored, strlen(stored), &v) != OK ||
        !(model = retention_model_read(cx->mem, v)))
        return NULL;
    json_array(j);
    for (int i = 0; i < RETENTION_FEATURE_COUNT; i++) {
        json_object(j);
        json_put_str(j, "name", retention_feature_names[i].name);
        json_put_str(j, "zh", retention_feature_names[i].zh);
        json_put_str(j, "en", retention_feature_names[i].en);
        json_put_int(j, "value", model->coefficient[i]);
        json_end(j);
    }
    json_end(j);
    return json_text(j);
}

static void show(struct ctx *cx, struct rows *r)
{
    for (int row = 0; row < r->n; row++) {
        struct value *v = match_cell(r, row, "coefficients_json");

        if (v && v->type == VALUE_TEXT)
            match_cell_put(v, coefficients_told(cx, v->text));
    }
}

const struct record match_retention_record = {
    .name = "match_retention",
    .zh = "留存估计",
    .en = "estimate of retention",
    .table = "match_retention",
    .alias = "k",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .check = check,
    .place = place,
    .show = show,
};

/* --- fitting --- */

struct training {
    IN *in;
    struct retention_case *cases;
    int32_t n;
    int64_t id;
};

static enum err load(struct ctx *cx, void *arg)
{
    struct training *t = arg;

    TRY(match_own_side(cx, t->in->home));
    return retention_load(cx, t->in->home, t->in->work, &t->cases, &t->n);
}

static enum err store(struct ctx *cx, void *arg)
{
    struct training *t = arg;

    return record_insert(cx, &match_retention_record, t->in, &t->id);
}

static enum err too_few(struct ctx *cx, const struct training *t, enum retention_lack lack)
{
    const char *why =
        lack == RETENTION_FEW_CASES
            ? arena_printf(cx->mem,
                           T("可用的就业只有%d段，至少要%d段",
                             "there are %d stretches of work to go by, %d are needed"),
                           t->n, RETENTION_CASES_LEAST)
        : lack == RETENTION_FEW_STAYED
            ? arena_printf(cx->mem, T("做满3个月的不到%d段", "fewer than %d lasted three months"),
                           RETENTION_OUTCOMES_LEAST)
        : lack == RETENTION_FEW_LEFT
            ? arena_printf(cx->mem,
                           T("未满3个月离开的不到%d段", "fewer than %d ended before three months"),
                           RETENTION_OUTCOMES_LEAST)
            : T("上岗都集中在几天，分不出先来的用于估计、后来的用于检验",
                "they began on too few days to fit on the earlier and test on the later");

    return hint(cx,
                fail(cx, E_CONFLICT, "retention.too_few", T("样本太少：%s", "too few cases: %s"),
                     why),
                "%s",
                T("扩大户籍地或用工地范围，或等台账再积累几个月；匹配照常进行，只是不计这一项",
                  "choose wider ranges, or wait some months; matching goes on without it"));
}

const struct field match_retention_fields[] = {
    PARAM(struct retention_ask, home, FIELD_DIVISION, "户籍地范围", "Whose people",
          .required = true),
    PARAM(struct retention_ask, work, FIELD_DIVISION, "用工地范围", "Whose posts",
          .required = true),
    { 0 },
};

const struct field match_retention_output[] = {
    OUTPUT("id", FIELD_ID, "留存估计", "Estimate"),
    { 0 },
};

enum err match_retention_train(struct ctx *cx)
{
    const struct retention_ask *ask = cx->in;
    struct training t = { .in = NEW(cx->mem, IN) };
    struct retention_model model = { .id = NONE };
    struct retention_report report;
    enum retention_lack lack;

    fields_clear(fields, t.in);
    t.in->home = ask->home;
    t.in->work = ask->work;
    TRY(db_read(cx, load, &t));
    lack = retention_train(cx->mem, t.cases, t.n, &model, &report);
    if (lack != RETENTION_ENOUGH)
        return too_few(cx, &t, lack);
    t.in->cases = t.n;
    t.in->stayed = report.fitted_stayed + report.tested_stayed;
    t.in->is_better = report.is_better;
    t.in->model = model_text(cx->mem, &model);
    t.in->report = report_text(cx, &report);
    TRY(db_write(cx, store, &t));
    json_object(cx->out);
    json_put_id(cx->out, "id", t.id);
    json_end(cx->out);
    return OK;
}

/* --- for a run --- */

enum err match_estimate_choose(struct ctx *cx, int64_t home, int64_t work,
                               struct match_weights *weights)
{
    const struct json_value *v;
    struct retention_model *model;
    struct rows r;

    weights->estimate = NULL;
    if (weights->retention_model == 0)
        return OK;
    TRY(db_rows(cx, &r,
                "SELECT k.id, k.model, k.is_better FROM match_retention k WHERE"
                " SCOPE(match_retention k) AND k.home = $1 AND k.work = $2"
                " ORDER BY k.number DESC LIMIT 1",
                P(home), P(work)));
    if (r.n == 0)
        return hint(cx,
                    fail_field(cx, "weights", "retention.none", "%s",
                               T("本结对还没有留存估计，“估计留存”不能计分",
                                 "this pairing has no estimate of retention to give points for")),
                    "%s",
                    T("先点“估计留存”，或把该项权重改为 0",
                      "estimate retention first, or set the weight to 0"));
    if (row_int(&r, 0, "is_better") != 1)
        return hint(cx,
                    fail_field(cx, "weights", "retention.no_better", "%s",
                               T("最新的留存估计不比一概而论好，不能计分",
                                 "the newest estimate of retention tells no more than the base "
                                 "rate and gives no points")),
                    "%s",
                    T("把该项权重改为 0，台账积累后再估计",
                      "set the weight to 0 and estimate again when the ledger has grown"));
    TRY(json_parse(cx, row_text(&r, 0, "model"), strlen(row_text(&r, 0, "model")), &v));
    model = retention_model_read(cx->mem, v);
    model->id = row_int(&r, 0, "id");
    weights->estimate = model;
    return OK;
}
