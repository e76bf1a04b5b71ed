/* report.c — the groups of a report, counted, hidden where small, told. */
#include "matching/report.h"

#include "divisions/divisions.h"
#include "people/codes.h"

#include <stdlib.h>

/* --- who is in which group --- */

static const struct match_report_group age_bands[] = {
    { "UNDER_25", "25岁以下", "under 25" },     { "25_34", "25–34岁", "25 to 34" },
    { "35_44", "35–44岁", "35 to 44" },         { "45_54", "45–54岁", "45 to 54" },
    { "FROM_55", "55岁及以上", "55 and over" }, { "UNKNOWN", "不详", "unknown" },
};

static int32_t age_band(struct date birth, struct date today)
{
    int age;

    if (date_is_none(birth))
        return ARRAY_LEN(age_bands) - 1;
    age = date_age(birth, today);
    return age < 25 ? 0 : MIN((age - 15) / 10, 4);
}

/* The codes of a list and one group more, for those without. */
static int groups_of_choices(const struct choice *choices, struct match_report_group *ret)
{
    int n = 0;

    for (; choices[n].code; n++)
        ret[n] =
            (struct match_report_group){ choices[n].code, choices[n].zh, choices[n].en, { 0 } };
    ret[n] = (struct match_report_group){ "UNKNOWN", "不详", "unknown", { 0 } };
    return n + 1;
}

static int32_t choice_at(const struct choice *choices, const char *code)
{
    int32_t n = 0;

    while (choices[n].code && !str_eq(choices[n].code, code))
        n++;
    return n;
}

static int by_code(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Groups by county; group[i] of every person. */
static void by_county(struct ctx *cx, const struct match_report_input *in, int32_t *group,
                      struct match_report_division *ret)
{
    int32_t n = in->placing.market->workers, kinds = 0;
    int64_t *codes = NEW_ARRAY(cx->mem, int64_t, (size_t)n + 1);

    for (int32_t i = 0; i < n; i++)
        codes[i] = division_county(in->labels[i].home);
    qsort(codes, (size_t)n, sizeof *codes, by_code);
    for (int32_t i = 0; i < n; i++)
        if (kinds == 0 || codes[kinds - 1] != codes[i])
            codes[kinds++] = codes[i];
    ret->groups = NEW_ARRAY(cx->mem, struct match_report_group, (size_t)kinds + 1);
    ret->n = kinds;
    for (int32_t i = 0; i < kinds; i++) {
        const char *name = division_full_name(cx, codes[i]);

        ret->groups[i] = (struct match_report_group){
            arena_printf(cx->mem, "%06lld", (long long)codes[i] / 1000000), name, name, { 0 }
        };
    }
    for (int32_t i = 0; i < n; i++) {
        int64_t county = division_county(in->labels[i].home);

        group[i] =
            (int32_t)((int64_t *)bsearch(&county, codes, (size_t)kinds, sizeof *codes, by_code) -
                      codes);
    }
}

/* A monitored household is told by its risk, any other by its type. */
static void by_household(struct ctx *cx, const struct match_report_input *in, int32_t *group,
                         struct match_report_division *ret)
{
    int types;

    ret->groups = NEW_ARRAY(cx->mem, struct match_report_group, 20);
    types = groups_of_choices(household_types, ret->groups);
    ret->n = types + groups_of_choices(monitored_types, ret->groups + types) - 1;
    for (int32_t i = 0; i < in->placing.market->workers; i++) {
        const struct match_label *l = &in->labels[i];

        group[i] = l->monitored_type ? types + choice_at(monitored_types, l->monitored_type)
                                     : choice_at(household_types, l->household_type);
        group[i] = MIN(group[i], ret->n - 1);
    }
}

static void by_sex(struct ctx *cx, const struct match_report_input *in, int32_t *group,
                   struct match_report_division *ret)
{
    ret->groups = NEW_ARRAY(cx->mem, struct match_report_group, 10);
    ret->n = groups_of_choices(sexes, ret->groups);
    for (int32_t i = 0; i < in->placing.market->workers; i++)
        group[i] = choice_at(sexes, in->labels[i].sex);
}

static void by_age(struct ctx *cx, const struct match_report_input *in, int32_t *group,
                   struct match_report_division *ret)
{
    ret->groups = NEW_ARRAY(cx->mem, struct match_report_group, ARRAY_LEN(age_bands));
    memcpy(ret->groups, age_bands, sizeof age_bands);
    ret->n = ARRAY_LEN(age_bands);
    for (int32_t i = 0; i < in->placing.market->workers; i++)
        group[i] = age_band(in->labels[i].birth, in->today);
}

/* --- figures --- */

int64_t match_group_share(const struct match_group *g)
{
    return g->hides_placed || g->people == 0 ? NONE : (int64_t)g->placed * 1000 / g->people;
}

int64_t match_group_mean(const struct match_group *g)
{
    return g->hides_placed || g->placed == 0 ? NONE : g->points / g->placed;
}

static void count(const struct match_report_input *in, const int32_t *group,
                  struct match_report_division *ret)
{
    struct arena *scratch = arena_new();
    struct match_group *groups = NEW_ARRAY(scratch, struct match_group, (size_t)ret->n + 1);

    match_groups_count(group, in->placing.points, in->placing.market->workers, groups);
    match_groups_suppress(groups, ret->n);
    for (int i = 0; i < ret->n; i++)
        ret->groups[i].count = groups[i];
    arena_free(scratch);
}

static void even_out(const struct match_report_input *in, const struct match_report *report,
                     const int32_t *group, struct match_report_division *ret)
{
    struct match_report_group *lowest = NULL;

    for (int i = 0; i < ret->n; i++) {
        int64_t share = match_group_share(&ret->groups[i].count);

        if (share != NONE && (!lowest || share < match_group_share(&lowest->count)))
            lowest = &ret->groups[i];
    }
    if (!lowest)
        return;
    ret->evening.wanted =
        (int32_t)((int64_t)report->placed * lowest->count.people / MAX(report->people, 1));
    if (lowest->count.placed >= ret->evening.wanted)
        return;
    ret->evening.group = lowest;
    match_even_out(in->evening, group, (int32_t)(lowest - ret->groups), ret->evening.wanted,
                   &ret->evening.result);
}

void match_report_make(struct ctx *cx, const struct match_report_input *in,
                       struct match_report *ret)
{
    static const struct {
        const char *code, *zh, *en;
        void (*divide)(struct ctx *cx, const struct match_report_input *in, int32_t *group,
                       struct match_report_division *ret);
    } divisions[MATCH_DIVISIONS] = {
        { "COUNTY", "县区", "county", by_county },
        { "HOUSEHOLD", "户类型", "household type", by_household },
        { "SEX", "性别", "sex", by_sex },
        { "AGE", "年龄", "age", by_age },
    };
    int32_t n = in->placing.market->workers;
    int32_t *group = NEW_ARRAY(cx->mem, int32_t, (size_t)n + 1);

    *ret = (struct match_report){ .people = n };
    for (int32_t i = 0; i < n; i++)
        ret->placed += in->placing.points[i] > 0;
    match_blocking(cx->mem, &in->placing, &ret->blocking);
    for (int d = 0; d < MATCH_DIVISIONS; d++) {
        struct match_report_division *by = &ret->by[d];

        by->code = divisions[d].code;
        by->zh = divisions[d].zh;
        by->en = divisions[d].en;
        divisions[d].divide(cx, in, group, by);
        count(in, group, by);
        if (in->evening)
            even_out(in, ret, group, by);
    }
}

/* --- telling --- */

static void put_group(struct json *j, const struct match_report_group *group)
{
    const struct match_group *g = &group->count;

    json_object(j);
    json_put_str(j, "code", group->code);
    json_put_str(j, "zh", group->zh);
    json_put_str(j, "en", group->en);
    json_put_int(j, "people", g->hides_people ? NONE : g->people);
    json_put_int(j, "placed", g->hides_placed ? NONE : g->placed);
    json_put_int(j, "share_permille", match_group_share(g));
    json_put_int(j, "mean_points", match_group_mean(g));
    json_end(j);
}

static void put_evening(struct json *j, const struct match_report_evening *e)
{
    const struct match_evening *r = &e->result;

    json_key(j, "evening");
    if (!e->group) {
        json_null(j);
        return;
    }
    json_object(j);
    json_put_str(j, "code", e->group->code);
    json_put_int(j, "wanted", e->wanted);
    json_put_int(j, "placed", r->placed_after);
    json_put_bool(j, "is_reached", r->is_reached);
    json_put_int(j, "bonus_points", r->bonus);
    json_put_int(j, "cost_least", MAX(r->value_before - r->bound, 0));
    json_put_int(j, "cost_most", r->value_before - r->value_after);
    json_put_int(j, "value", r->value_before);
    json_end(j);
}

void match_report_put(struct json *j, const struct match_report *report)
{
    json_put_int(j, "people", report->people);
    json_put_int(j, "placed", report->placed);
    json_key(j, "blocking");
    json_object(j);
    json_put_int(j, "pairs", report->blocking.pairs);
    json_put_int(j, "people", report->blocking.people);
    json_put_int(j, "posts", report->blocking.posts);
    json_end(j);
    json_key(j, "groups");
    json_array(j);
    for (int d = 0; d < MATCH_DIVISIONS; d++) {
        const struct match_report_division *by = &report->by[d];

        json_object(j);
        json_put_str(j, "by", by->code);
        json_put_str(j, "zh", by->zh);
        json_put_str(j, "en", by->en);
        json_key(j, "items");
        json_array(j);
        for (int i = 0; i < by->n; i++)
            if (by->groups[i].count.people > 0)
                put_group(j, &by->groups[i]);
        json_end(j);
        put_evening(j, &by->evening);
        json_end(j);
    }
    json_end(j);
}
