/* stats.c — the list of indicators, one figure, the rows behind it, and completion of targets. */
#include "stats/stats.h"

#include "divisions/divisions.h"
#include "targets/targets.h"

enum { ROWS_DEFAULT = 50, ROWS_MAX = 200 };

const struct choice figure_sides[] = {
    { "HOME", "按输出地", "By origin" },
    { "WORK", "按输入地", "By destination" },
    { 0 },
};

enum side figure_side(const char *code)
{
    return !code ? SIDE_ANY : str_eq(code, "WORK") ? SIDE_WORK : SIDE_HOME;
}

enum side stats_own_side(const struct ctx *cx)
{
    const struct scope *s = &cx->who.scope;

    return s->kind == SCOPE_OFFICE && s->home_lo == NONE ? SIDE_WORK : SIDE_HOME;
}

struct figure_input {
    const char *id, *from, *to, *as_of, *by, *after;
    int64_t year, month, division, pairing_id, limit;
};
#define FIGURE_FIELDS                                                                             \
    PARAM(struct figure_input, id, FIELD_TEXT, "指标", "Indicator", .required = true, .max = 60), \
        PARAM(struct figure_input, year, FIELD_INT, "年度", "Year", .min = 1996, .max = 2100),    \
        PARAM(struct figure_input, month, FIELD_INT, "月", "Month", .min = 1, .max = 12),         \
        PARAM(struct figure_input, as_of, FIELD_DATE, "统计日", "As of"),                         \
        PARAM(struct figure_input, from, FIELD_DATE, "起始日", "From"),                           \
        PARAM(struct figure_input, to, FIELD_DATE, "截止日", "To"),                               \
        PARAM(struct figure_input, division, FIELD_DIVISION, "地区", "Division"),                 \
        PARAM(struct figure_input, pairing_id, FIELD_ID, "结对关系", "Pairing",                   \
              .refers = "pairing"),                                                               \
        PARAM(struct figure_input, by, FIELD_CHOICE, "口径", "Counted by",                        \
              .choices = figure_sides)
static const struct field value_fields[] = {
    FIGURE_FIELDS,
    { 0 },
};
static const struct field rows_fields[] = {
    FIGURE_FIELDS,
    PARAM(struct figure_input, limit, FIELD_INT, "每页", "Rows", .min = 1, .max = ROWS_MAX),
    PARAM(struct figure_input, after, FIELD_TEXT, "翻页", "After"),
    { 0 },
};

static enum err read_query(struct ctx *cx, const struct figure_input *in, struct figure_query *ret)
{
    struct date as_of = date_of_text(in->as_of);
    int year = in->year != NONE ? (int)in->year : date_is_none(as_of) ? cx->today.year : as_of.year;

    *ret = figure_period(year, in->month == NONE ? 0 : (int)in->month, as_of, cx->today);
    if (in->from)
        ret->from = date_of_text(in->from);
    if (in->to)
        ret->to = date_of_text(in->to);
    if (date_compare(ret->from, ret->to) > 0)
        return fail_field(cx, "to", "dates.order", "%s",
                          T("截止日早于起始日", "the last day lies before the first"));
    ret->side = figure_side(in->by);
    ret->division = in->division;
    ret->pairing_id = in->pairing_id;
    return OK;
}

static void put_indicator(struct json *j, const struct indicator *i)
{
    json_put_str(j, "id", i->id);
    json_put_str(j, "zh", i->zh);
    json_put_str(j, "en", i->en);
    json_put_str(j, "definition_zh", i->definition_zh);
    json_put_str(j, "definition_en", i->definition_en);
    json_put_str(j, "measure", measure_code(i->measure));
    json_put_str(j, "unit", measure_code(i->measure));
    json_put_str(j, "unit_zh", measure_unit(i->measure, LANG_ZH));
    json_put_str(j, "unit_en", measure_unit(i->measure, LANG_EN));
    json_put_str(j, "kind", i->is_stock ? "stock" : "flow");
    json_put_str(j, "of", i->of);
    json_put_bool(j, "is_agreed", i->is_agreed);
}

static enum err op_indicators(struct ctx *cx)
{
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (const struct indicator *i = indicators; i->id; i++) {
        json_object(cx->out);
        put_indicator(cx->out, i);
        json_end(cx->out);
    }
    json_end(cx->out);
    json_end(cx->out);
    return OK;
}

void stats_put_rate(struct json *j, int64_t part, int64_t whole)
{
    int64_t percent = target_rate(part, whole);

    json_put_int(j, "percent", percent);
    json_key(j, "rate");
    if (percent == NONE)
        json_null(j);
    else
        json_real(j, (double)percent / 100);
}

static void put_counties(struct ctx *cx, const struct figure *f, enum side side)
{
    int n;
    struct county_tally *all = figure_counties(cx, f, side, &n);

    json_key(cx->out, "items");
    json_array(cx->out);
    for (int k = 0; k < n; k++) {
        json_object(cx->out);
        json_put_id(cx->out, "division", all[k].county);
        json_put_str(cx->out, "division_name", division_full_name(cx, all[k].county));
        json_put_int(cx->out, "value", all[k].tally.value);
        json_put_int(cx->out, "rows", all[k].tally.rows);
        json_put_str(cx->out, "rows_url",
                     figure_rows_url(cx, f->indicator, &f->query, all[k].county, side));
        json_end(cx->out);
    }
    json_end(cx->out);
}

static enum err op_value(struct ctx *cx)
{
    const struct figure_input *in = cx->in;
    const struct indicator *i, *whole;
    struct figure_query q;
    struct figure f, of;
    struct tally t;

    TRY(indicator_find(cx, in->id, &i));
    TRY(read_query(cx, in, &q));
    TRY(figure_count(cx, i, &q, &f));
    t = figure_sum(&f, NONE, SIDE_ANY);
    json_object(cx->out);
    put_indicator(cx->out, i);
    json_put_str(cx->out, "from", i->is_stock ? NULL : date_text(cx->mem, q.from));
    json_put_str(cx->out, "as_of", date_text(cx->mem, q.to));
    json_put_int(cx->out, "value", t.value);
    json_put_int(cx->out, "rows", t.rows);
    json_put_str(cx->out, "rows_url", figure_rows_url(cx, i, &q, NONE, SIDE_ANY));
    if (i->of) {
        TRY(indicator_find(cx, i->of, &whole));
        TRY(figure_count(cx, whole, &q, &of));
        json_put_int(cx->out, "of_value", figure_sum(&of, NONE, SIDE_ANY).value);
        stats_put_rate(cx->out, t.value, figure_sum(&of, NONE, SIDE_ANY).value);
    }
    put_counties(cx, &f, q.side == SIDE_ANY ? stats_own_side(cx) : q.side);
    json_end(cx->out);
    return OK;
}

/* --- the rows behind it --- */
static void put_row(struct ctx *cx, const struct indicator *i, const struct rows *r, int k)
{
    struct json *j = cx->out;
    bool is_name_known = row_text(r, k, "person_name") || row_int(r, k, "person_id") == NONE;

    json_object(j);
    json_put_id(j, "id", row_int(r, k, "id"));
    json_put_id(j, "person_id", is_name_known ? row_int(r, k, "person_id") : NONE);
    json_put_str(j, "person_name", row_text(r, k, "person_name"));
    json_put_str(j, "employer_name", row_text(r, k, "employer_name"));
    json_put_str(j, "home_name", row_text(r, k, "home_name"));
    json_put_str(j, "work_name", row_text(r, k, "work_name"));
    json_put_str(j, "start_on", row_text(r, k, "day"));
    json_put_str(j, "end_on", row_text(r, k, "end_on"));
    json_put_int(j, "count", row_int(r, k, "n"));
    if (i->measure == MEASURE_YUAN)
        json_put_int(j, "amount_fen", row_int(r, k, "fen"));
    json_put_str(j, "link",
                 is_name_known
                     ? arena_printf(cx->mem, "%s/%lld", i->path, (long long)row_int(r, k, "id"))
                     : NULL);
    json_end(j);
}

static enum err op_rows(struct ctx *cx)
{
    const struct figure_input *in = cx->in;
    const struct indicator *i;
    struct figure_query q;
    struct figure f;
    struct rows r;
    int64_t after = 0;
    int limit = in->limit == NONE ? ROWS_DEFAULT : (int)in->limit;

    TRY(indicator_find(cx, in->id, &i));
    if (!(cx->who.perms & PERM_BIT(i->perm)))
        return fail(cx, E_FORBIDDEN, "perm.missing", "%s",
                    T("您没有查看这些明细的权限", "you may not see these rows"));
    if (in->after && !str_int(in->after, &after))
        return fail_field(cx, "after", "cursor.malformed", "%s",
                          T("翻页位置无效", "the cursor is not valid"));
    TRY(read_query(cx, in, &q));
    TRY(figure_count(cx, i, &q, &f));
    TRY(figure_rows(cx, i, &q, after, limit + 1, &r));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int k = 0; k < MIN(r.n, limit); k++)
        put_row(cx, i, &r, k);
    json_end(cx->out);
    json_put_int(cx->out, "total", figure_sum(&f, NONE, SIDE_ANY).rows);
    json_put_int(cx->out, "value", figure_sum(&f, NONE, SIDE_ANY).value);
    json_put_id(cx->out, "next", r.n > limit ? row_int(&r, limit - 1, "id") : NONE);
    json_end(cx->out);
    return OK;
}

/* --- completion --- */
struct completion_input {
    int64_t year, pairing_id;
    const char *as_of;
};
static const struct field completion_fields[] = {
    PARAM(struct completion_input, year, FIELD_INT, "年度", "Year", .min = 1996, .max = 2100),
    PARAM(struct completion_input, pairing_id, FIELD_ID, "结对关系", "Pairing", .required = true,
          .refers = "pairing"),
    PARAM(struct completion_input, as_of, FIELD_DATE, "统计日", "As of"),
    { 0 },
};

static void put_line(struct ctx *cx, const struct target_line *t, const struct figure *f)
{
    struct json *j = cx->out;
    const struct indicator *i = f->indicator;
    int64_t actual = figure_sum(f, t->division, SIDE_ANY).value;

    json_object(j);
    json_put_id(j, "target_id", t->id);
    json_put_str(j, "indicator", t->indicator);
    json_put_str(j, "indicator_zh", i->zh);
    json_put_str(j, "indicator_en", i->en);
    json_put_str(j, "unit", measure_code(i->measure));
    json_put_id(j, "division", t->division);
    json_put_str(j, "division_name", division_full_name(cx, t->division));
    json_put_int(j, "goal", t->goal);
    json_put_int(j, "actual", actual);
    stats_put_rate(j, actual, t->goal);
    json_put_int(j, "parts", t->parts);
    json_put_int(j, "parts_goal", t->parts ? t->parts_goal : NONE);
    json_put_int(j, "other_parts_goal", t->other_parts ? t->other_parts_goal : NONE);
    json_put_bool(j, "has_other_sum",
                  (t->parts && t->parts_goal != t->goal) ||
                      (t->other_parts && t->other_parts_goal != t->goal));
    json_put_str(j, "rows_url", figure_rows_url(cx, i, &f->query, t->division, SIDE_ANY));
    json_end(j);
}

/* Goal and actual of every target of the agreement; indicators are counted once for all their
 * divisions. */
static enum err op_completion(struct ctx *cx)
{
    const struct completion_input *in = cx->in;
    struct date as_of = date_of_text(in->as_of);
    int year = in->year == NONE ? cx->today.year : (int)in->year, n;
    struct figure_query q = figure_period(year, 0, as_of, cx->today);
    const struct indicator *i = NULL;
    struct target_line *lines;
    struct figure f;

    q.pairing_id = in->pairing_id;
    TRY(targets_of(cx, in->pairing_id, year, &lines, &n));
    json_object(cx->out);
    json_put_int(cx->out, "year", year);
    json_put_str(cx->out, "as_of", date_text(cx->mem, q.to));
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int k = 0; k < n; k++) {
        if (!i || !str_eq(i->id, lines[k].indicator)) {
            TRY(indicator_find(cx, lines[k].indicator, &i));
            TRY(figure_count(cx, i, &q, &f));
        }
        put_line(cx, &lines[k], &f);
    }
    json_end(cx->out);
    json_end(cx->out);
    return OK;
}

static const struct op ops[] = {
    { "stats.indicators", "GET /indicators", PERM_STATS_READ, op_indicators, "指标目录",
      "Indicators" },
    { "stats.value", "GET /indicators/value", PERM_STATS_READ, op_value, "查询指标", "One figure",
      .in = value_fields, .in_size = sizeof(struct figure_input) },
    { "stats.rows", "GET /indicators/rows", PERM_STATS_READ, op_rows, "指标明细",
      "The rows behind a figure", .in = rows_fields, .in_size = sizeof(struct figure_input) },
    { "stats.completion", "GET /completion", PERM_TARGET_READ, op_completion, "任务完成情况",
      "Completion of targets", .in = completion_fields,
      .in_size = sizeof(struct completion_input) },
    { "stats.bulletin", "GET /bulletin", PERM_STATS_READ, stats_bulletin, "月度通报",
      "Monthly bulletin", .in = bulletin_fields, .in_size = sizeof(struct bulletin_input) },
    { "stats.home", "GET /home", PERM_NONE, stats_home, "今日事项", "The day's work" },
    { 0 },
};

const struct module stats_module = { "stats", "统计", "Statistics", ops };
