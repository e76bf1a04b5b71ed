/* tell.c — what is stored of a decision, as sentences for a reply. */
#include "matching/run.h"

#include <stdlib.h>

static const struct {
    const char *zh, *en;
} rule_names[MATCH_RULE_COUNT] = {
    [MATCH_RULE_UNWILLING] = { "本人无外出意愿", "no wish to go out to work" },
    [MATCH_RULE_AGE] = { "年龄不合法定要求", "age not allowed by law" },
    [MATCH_RULE_DESTINATION] = { "地点不合意愿", "place not wished" },
    [MATCH_RULE_OCCUPATION] = { "工种不合意愿", "occupation not wished" },
    [MATCH_RULE_PAY] = { "工资低于期望", "pay below the wish" },
    [MATCH_RULE_SKILL] = { "技能等级不够", "skill level too low" },
    [MATCH_RULE_RESERVED] = { "定向岗位，只招脱贫人口和监测对象",
                              "reserved for registered households" },
    [MATCH_RULE_HEALTH] = { "夜班或重体力与本人情况不合", "night or heavy work ruled out" },
    [MATCH_RULE_DATES] = { "时间不合", "dates do not fit" },
    [MATCH_RULE_SEATS] = { "没有空余名额", "no free seat" },
};

const char *match_rule_name(enum match_code rule, enum lang lang)
{
    return lang == LANG_EN ? rule_names[rule].en : rule_names[rule].zh;
}

static int64_t weight_of(const struct match_reason *r)
{
    return r->code < MATCH_RULE_COUNT ? (int64_t)r->outcome << 40 : llabs((long long)r->points);
}

/* Insertion: there are at most MATCH_CODE_COUNT, and equal ones keep their order. */
static void sort_by_weight(struct match_reason *at, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && weight_of(&at[k]) > weight_of(&at[k - 1]); k--) {
            struct match_reason swap = at[k];

            at[k] = at[k - 1];
            at[k - 1] = swap;
        }
}

static const char *reasons_told(struct ctx *cx, const char *stored)
{
    static const char *const outcomes[] = { "PASS", "CHECK", "FAIL" };
    struct match_reason at[MATCH_CODE_COUNT];
    int n = match_reasons_read(stored, at);
    struct json *j = json_new(cx->mem);

    if (n < 0)
        return NULL;
    sort_by_weight(at, n);
    json_array(j);
    for (int i = 0; i < n; i++) {
        json_object(j);
        json_put_str(j, "code", match_code_name(at[i].code));
        json_put_str(j, "zh", match_reason_text(cx->mem, LANG_ZH, &at[i]));
        json_put_str(j, "en", match_reason_text(cx->mem, LANG_EN, &at[i]));
        if (at[i].code < MATCH_RULE_COUNT)
            json_put_str(j, "outcome", outcomes[at[i].outcome]);
        else
            json_put_int(j, "points", at[i].points);
        json_end(j);
    }
    json_end(j);
    return json_text(j);
}

const char *match_obstacle_text(struct arena *mem, enum lang lang, enum match_code rule,
                                int64_t forbids, int64_t alone)
{
    return arena_printf(mem,
                        lang == LANG_EN ? "%s: rules out %lld posts, %lld of them it alone"
                                        : "%s：排除%lld个岗位，其中%lld个仅因此",
                        match_rule_name(rule, lang), (long long)forbids, (long long)alone);
}

int64_t match_points_short(int64_t left, int64_t score, int64_t price)
{
    return MAX(left - (score - MAX(price, 0)), 0) + 1;
}

const char *match_change_text(struct arena *mem, enum lang lang, const char *title, int64_t points)
{
    return arena_printf(mem,
                        lang == LANG_EN
                            ? "%s would be proposed if it paid %lld yuan a month more (or as good "
                              "as that), or perhaps with one more seat"
                            : "“%s”每月收入多%lld元（或相当的条件），或多一个名额，才会改为推荐它",
                        title, (long long)points);
}

static void tell_obstacle(struct ctx *cx, struct json *j, const struct json_value *v)
{
    const char *code = json_as_str(json_get(v, "code"));
    int64_t forbids = json_as_int(json_get(v, "forbids")),
            alone = json_as_int(json_get(v, "alone"));

    for (enum match_code i = 0; i < MATCH_RULE_COUNT; i++) {
        if (!str_eq(match_code_name(i), code))
            continue;
        json_object(j);
        json_put_str(j, "code", code);
        json_put_str(j, "zh", match_obstacle_text(cx->mem, LANG_ZH, i, forbids, alone));
        json_put_str(j, "en", match_obstacle_text(cx->mem, LANG_EN, i, forbids, alone));
        json_put_int(j, "forbids", forbids);
        json_put_int(j, "alone", alone);
        json_end(j);
    }
}

const char *match_reasons_told(struct ctx *cx, const char *stored)
{
    const struct json_value *v, *rules;
    struct json *j;

    if (!stored || *stored != '{')
        return stored ? reasons_told(cx, stored) : NULL;
    if (json_parse(cx, stored, strlen(stored), &v) != OK)
        return NULL;
    rules = json_get(v, "rules");
    j = json_new(cx->mem);
    json_array(j);
    for (size_t i = 0; i < json_count(rules); i++)
        tell_obstacle(cx, j, json_at(rules, i));
    json_end(j);
    return json_text(j);
}
