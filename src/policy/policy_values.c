/* policy_values.c — sums, thresholds and periods of a policy, by their place in its file. */
#include "policy/policy_values.h"

static const char *const parts[] = { "effective", "who", "count", "require", "amount", "caps" };

static const struct {
    const char *key;
    struct policy_text label;
} words[] = {
    { "fixed", { "定额（元）", "fixed sum (yuan)" } },
    { "yuan", { "金额（元）", "sum (yuan)" } },
    { "per_year", { "每年（元）", "a year (yuan)" } },
    { "base", { "起点金额（元）", "first sum (yuan)" } },
    { "per", { "每档加（元）", "for each step (yuan)" } },
    { "over", { "超过人数", "over so many persons" } },
    { "step", { "每档人数", "persons a step" } },
    { "stable_months", { "稳定就业月数", "stable months" } },
    { "percent", { "比例（%）", "percent" } },
    { "of_wages", { "工资比例（%）", "percent of wages" } },
    { "most", { "至多（元）", "at most (yuan)" } },
    { "months", { "月数", "months" } },
    { "days", { "天数", "days" } },
    { "gap_days", { "允许空档天数", "days of gap allowed" } },
    { "same_stay_days", { "视为同一次的间隔天数", "days that make one stay" } },
    { "age_min", { "最低年龄", "least age" } },
    { "age_max", { "最高年龄", "highest age" } },
    { "mean_wage", { "月均工资不低于（元）", "mean wage at least (yuan)" } },
    { "wage_sum", { "工资合计不低于（元）", "wages in all at least (yuan)" } },
    { "income_below", { "上年收入低于（元）", "income of the year before below (yuan)" } },
    { "insured_months", { "连续缴费月数", "months of contributions" } },
    { "contract_months", { "合同月数", "months of contract" } },
    { "training_days", { "参训天数", "days of training" } },
    { "batch_persons", { "每批人数", "persons a batch" } },
    { "person_life", { "每人一共（元）", "a person in all (yuan)" } },
    { "person_year", { "每人每年（元）", "a person and year (yuan)" } },
    { "household_year", { "每户每年（元）", "a household and year (yuan)" } },
    { "employer_life", { "每单位一共（元）", "an employer in all (yuan)" } },
    { "employer_year", { "每单位每年（元）", "an employer and year (yuan)" } },
    { "beneficiaries", { "名额", "number of beneficiaries" } },
    { "from", { "施行之日", "in force from" } },
    { "until", { "终止之日", "in force until" } },
};

struct walk {
    struct arena *mem;
    struct policy_value *at;
    int n, max;
};

static void add(struct walk *w, const char *path, const char *key, const char *value,
                struct policy_text of)
{
    for (size_t i = 0; i < ARRAY_LEN(words) && w->n < w->max; i++)
        if (str_eq(key, words[i].key))
            w->at[w->n++] = (struct policy_value){ path, value, of, words[i].label };
}

static const char *text_at(const struct policy_node *map, const char *path)
{
    const struct policy_node *node = node_at(map, path);

    return node && node->kind == NODE_SCALAR ? node->text : NULL;
}

static void walk(struct walk *w, const struct policy_node *node, const char *path,
                 struct policy_text of)
{
    for (int i = 0; node && node->kind != NODE_SCALAR && i < node->n; i++) {
        const struct policy_node *item = node->items[i];
        const char *key = node->kind == NODE_MAP ? node->keys[i]->text : text_at(item, "id");
        struct policy_text title = of;

        if (!key) /* rows of a list without names cannot be said by a path */
            continue;
        if (node->kind == NODE_LIST)
            title = (struct policy_text){ text_at(item, "title.zh"), text_at(item, "title.en") };
        key = arena_strdup(w->mem, key);
        if (item->kind == NODE_SCALAR)
            add(w, arena_printf(w->mem, "%s.%s", path, key), key, item->text, of);
        else
            walk(w, item, arena_printf(w->mem, "%s.%s", path, key), title);
    }
}

int policy_values(struct arena *mem, const struct policy_node *root, struct policy_value *ret,
                  int max)
{
    struct walk w = { mem, ret, 0, max };

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        walk(&w, node_get(root, parts[i]), parts[i], (struct policy_text){ NULL, NULL });
    return w.n;
}
