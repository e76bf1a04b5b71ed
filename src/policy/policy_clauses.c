/* policy_clauses.c — a policy in words. */
#include "policy/policy_clauses.h"

/* Both languages at once: the same arguments in the same order. */
#define SAY(title_zh, title_en, clause, zh, en, ...)                            \
    say(w, title_zh, title_en, clause, arena_printf(w->mem, zh, ##__VA_ARGS__), \
        arena_printf(w->mem, en, ##__VA_ARGS__))
/* The same with texts that differ by language. */
#define SAY_BOTH(title_zh, title_en, clause, b) \
    say(w, title_zh, title_en, clause, (b).zh.s, (b).en.s)
#define ADD(b, zh_, en_, ...) \
    (str_addf(&(b)->zh, zh_, ##__VA_ARGS__), str_addf(&(b)->en, en_, ##__VA_ARGS__))

struct words {
    struct arena *mem;
    struct json *j;             /* or NULL: */
    struct policy_text **lines; /* as a list, or NULL: as text, into out */
    size_t n, cap;
    struct str *out;
    enum lang lang;
};
struct both {
    struct str zh, en;
};

static struct both both_new(struct arena *mem)
{
    return (struct both){ str_new(mem), str_new(mem) };
}

static void say(struct words *w, const char *title_zh, const char *title_en, const char *clause,
                const char *zh, const char *en)
{
    if (w->lines) {
        *ARENA_PUSH(w->mem, *w->lines, w->n, w->cap) = (struct policy_text){
            arena_printf(w->mem, clause ? "%s：%s（%s）" : "%s：%s", title_zh, zh, clause),
            arena_printf(w->mem, clause ? "%s: %s (“%s”)" : "%s: %s", title_en, en, clause)
        };
        return;
    }
    if (!w->j) {
        str_addf(w->out, w->lang == LANG_EN ? "  %s: %s" : "  %s：%s",
                 w->lang == LANG_EN ? title_en : title_zh, w->lang == LANG_EN ? en : zh);
        str_addf(w->out, clause ? (w->lang == LANG_EN ? " (“%s”)\n" : "（%s）\n") : "%s\n",
                 clause ? clause : "");
        return;
    }
    json_object(w->j);
    json_put_str(w->j, "title_zh", title_zh);
    json_put_str(w->j, "title_en", title_en);
    json_put_str(w->j, "zh", arena_printf(w->mem, "%s：%s", title_zh, zh));
    json_put_str(w->j, "en", arena_printf(w->mem, "%s: %s", title_en, en));
    json_put_str(w->j, "clause", clause);
    json_end(w->j);
}

static const char *yuan(struct arena *mem, int64_t fen)
{
    return fen % 100 ? arena_printf(mem, "%lld.%02d", (long long)(fen / 100), (int)(fen % 100))
                     : arena_printf(mem, "%lld", (long long)(fen / 100));
}

static void add_mask(struct both *b, const struct policy_name *names, uint32_t mask)
{
    bool first = true;

    for (int i = 0; names[i].code; i++) {
        if (!(mask & 1u << i))
            continue;
        str_add(&b->zh, first ? "" : "、");
        str_add(&b->en, first ? "" : ", ");
        str_add(&b->zh, names[i].zh);
        str_add(&b->en, names[i].en);
        first = false;
    }
}

static void add_ranges(struct both *b, const struct policy_range *at, int n)
{
    for (int i = 0; i < n; i++)
        ADD(b, "%s%lld", "%s%lld", i ? " " : "", (long long)(at[i].lo / 1000000));
}

static void say_frame(struct words *w, const struct policy *p)
{
    char from[11], until[11];
    struct both b;

    if (p->doc_no)
        SAY("依据", "Document", NULL, "%s（%s）", "%s (%s)", p->doc_name, p->doc_no);
    else
        SAY("依据", "Document", NULL, "%s；%s", "%s; %s", p->doc_name,
            p->doc_source ? p->doc_source : "");
    b = both_new(w->mem);
    str_addf(&b.zh, "%s，%s，%s", p->issuer.zh, policy_sides[p->side].zh, policy_funds[p->fund].zh);
    str_addf(&b.en, "%s, %s, %s", p->issuer.en, policy_sides[p->side].en, policy_funds[p->fund].en);
    SAY_BOTH("出资", "Paid by", NULL, b);
    date_format(p->from, from);
    if (date_is_none(p->until))
        SAY("施行", "In force", NULL, "自%s起", "from %s", from);
    else
        SAY("施行", "In force", NULL, "%s至%s", "%s to %s", from, date_format(p->until, until));
}

static void say_who(struct words *w, const struct policy *p)
{
    struct both b = both_new(w->mem);

    str_add(&b.zh, policy_beneficiaries[p->beneficiary].zh);
    str_add(&b.en, policy_beneficiaries[p->beneficiary].en);
    if (p->who.status) {
        ADD(&b, "；", "; ");
        add_mask(&b, policy_statuses, p->who.status);
    }
    if (p->who.origin_count) {
        ADD(&b, "；户籍地 ", "; domicile ");
        add_ranges(&b, p->who.origin, p->who.origin_count);
    }
    if (p->who.age_min)
        ADD(&b, "；满%d周岁", "; aged %d or more", (int)p->who.age_min);
    if (p->who.age_max)
        ADD(&b, "；不超过%d周岁", "; aged %d at most", (int)p->who.age_max);
    if (p->who.first_time)
        ADD(&b, "；首次到该地就业", "; first stay there");
    if (p->who.transfer != TRANSFER_ANY) {
        str_addf(&b.zh, "；%s", policy_transfers[p->who.transfer].zh);
        str_addf(&b.en, "; %s", policy_transfers[p->who.transfer].en);
    }
    SAY_BOTH("补贴对象", "Beneficiary", NULL, b);
    b = both_new(w->mem);
    if (p->spell.work_count) {
        ADD(&b, "工作地 ", "at ");
        add_ranges(&b, p->spell.work, p->spell.work_count);
    }
    if (p->spell.relations)
        add_mask(&b, policy_relations, p->spell.relations);
    if (p->spell.reserved_post)
        ADD(&b, " 定向岗位", " reserved posts");
    if (p->spell.base_employer)
        ADD(&b, " 示范基地", " base enterprises");
    if (p->spell.forms) {
        ADD(&b, " ", " ");
        add_mask(&b, policy_forms, p->spell.forms);
    }
    if (p->spell.employer_outside.hi) {
        ADD(&b, " 用人单位不在 ", " employer outside ");
        add_ranges(&b, &p->spell.employer_outside, 1);
    }
    if (b.zh.len)
        SAY_BOTH("计入的就业", "Employment that counts", NULL, b);
}

static void say_person_require(struct words *w, const struct policy_require *r, const char *zh,
                               const char *en)
{
    struct both b = both_new(w->mem);

    if (r->status) {
        add_mask(&b, policy_statuses, r->status);
        SAY_BOTH(zh, en, NULL, b);
    }
    if (r->not_status) {
        b = both_new(w->mem);
        ADD(&b, "不是：", "none of: ");
        add_mask(&b, policy_statuses, r->not_status);
        SAY_BOTH(zh, en, NULL, b);
    }
    if (r->income_below_fen)
        SAY(zh, en, r->income_clause, "上年人均纯收入低于%s元",
            "income a head of the year before below %s yuan", yuan(w->mem, r->income_below_fen));
    if (r->income_from_fen)
        SAY(zh, en, r->income_clause, "上年人均纯收入不低于%s元",
            "income a head of the year before of at least %s yuan",
            yuan(w->mem, r->income_from_fen));
    if (r->batch_persons)
        SAY(zh, en, r->batch_clause, "同批输转%d人以上", "%d or more sent together",
            (int)r->batch_persons);
    if (r->training_days)
        SAY(zh, en, r->training_clause, "一期培训实际参训%d天以上",
            "%d days or more attended in one course", (int)r->training_days);
}

static void say_require(struct words *w, const struct policy_require *r, const char *of_zh,
                        const char *of_en)
{
    const char *zh = arena_printf(w->mem, "条件%s", of_zh),
               *en = arena_printf(w->mem, "Condition%s", of_en);

    if (r->months)
        SAY(zh, en, r->months_clause, "稳定就业满%d个月", "%d months of stable employment",
            (int)r->months);
    if (r->mean_wage_fen)
        SAY(zh, en, r->wage_clause, "月均工资不低于%s元", "mean monthly wage of at least %s yuan",
            yuan(w->mem, r->mean_wage_fen));
    if (r->wage_sum_fen)
        SAY(zh, en, r->wage_clause, "工资合计不低于%s元", "wages of at least %s yuan in all",
            yuan(w->mem, r->wage_sum_fen));
    if (r->still_active)
        say(w, zh, en, NULL, "申领时仍在岗", "still employed when claiming");
    if (r->insured_months)
        SAY(zh, en, r->insured_clause, "连续缴费%d个月", "%d months of contributions",
            (int)r->insured_months);
    if (r->still_insured != STILL_NO) {
        struct both b = both_new(w->mem);
        str_addf(&b.zh, "仍在缴费，看%s", policy_stills[r->still_insured].zh);
        str_addf(&b.en, "still contributing in the %s", policy_stills[r->still_insured].en);
        SAY_BOTH(zh, en, r->insured_clause, b);
    }
    say_person_require(w, r, zh, en);
    if (r->contract_months)
        SAY(zh, en, r->contract_clause, "合同期%d个月以上", "a contract of %d months or more",
            (int)r->contract_months);
}

static void say_count(struct words *w, const struct policy *p)
{
    struct both b = both_new(w->mem);
    bool has_months = p->require.months > 0;

    for (int i = 0; i < p->item_count; i++)
        has_months |= p->items[i].require.months > 0;
    if (!has_months)
        return;
    str_addf(&b.zh, "%s，%s，%s", policy_count_bys[p->count.by].zh,
             policy_month_modes[p->count.month].zh, policy_count_modes[p->count.mode].zh);
    str_addf(&b.en, "%s, %s, %s", policy_count_bys[p->count.by].en,
             policy_month_modes[p->count.month].en, policy_count_modes[p->count.mode].en);
    if (p->count.mode == COUNT_CONTINUOUS)
        ADD(&b, "，空档%d天以内不中断", ", a gap of %d days does not break",
            (int)p->count.gap_days);
    if (p->count.idle_counted)
        ADD(&b, "，空档计入", ", which counts as worked");
    if (p->count.same_employer)
        ADD(&b, "，须同一单位", ", one employer only");
    if (p->count.last_day_free)
        ADD(&b, "，离岗日不计入", ", the end date is not worked");
    SAY_BOTH("时间计算", "How time is counted", NULL, b);
    b = both_new(w->mem);
    add_mask(&b, policy_starts, p->count.starts);
    if (!date_is_none(p->count.start_date)) {
        char day[11];
        ADD(&b, "%s%s", "%s%s", p->count.starts ? "；" : "", date_format(p->count.start_date, day));
    }
    if (b.zh.len)
        SAY_BOTH("起算", "Counted from the latest of", NULL, b);
    if (p->count.cuts) {
        b = both_new(w->mem);
        add_mask(&b, policy_cuts, p->count.cuts);
        SAY_BOTH("截止", "Counted to the earliest of", NULL, b);
    }
    if (p->count.cross_year != CROSS_NONE)
        say(w, "跨年", "Across years", NULL, policy_cross_years[p->count.cross_year].zh,
            policy_cross_years[p->count.cross_year].en);
}

static void say_tickets(struct words *w, const struct policy_item *it)
{
    struct both b = both_new(w->mem);

    ADD(&b, "据实报销：", "actual cost: ");
    add_mask(&b, policy_tickets, it->tickets);
    if (it->fen)
        ADD(&b, "，至多 %s 元", ", %s yuan at most", yuan(w->mem, it->fen));
    if (it->until_lunar)
        ADD(&b, "，农历%d月%d日前的行程", ", journeys until the lunar %d-%d", it->until_month,
            it->until_day);
    else
        ADD(&b, "，%d月%d日前的行程", ", journeys until %d-%d", it->until_month, it->until_day);
    if (it->top_up_month)
        ADD(&b, "，次年%d月%d日前可补差", ", made up until %d-%d of the next year",
            it->top_up_month, it->top_up_day);
    SAY_BOTH(it->title.zh, it->title.en, NULL, b);
}

static void say_item(struct words *w, const struct policy_item *it)
{
    const char *zh = it->title.zh, *en = it->title.en, *sum = yuan(w->mem, it->fen);

    switch (it->kind) {
    case AMOUNT_FIXED:
        SAY(zh, en, NULL, "%s 元", "%s yuan", sum);
        break;
    case AMOUNT_PER_MONTH:
        SAY(zh, en, NULL, "每月 %s 元，至多 %d 个月", "%s yuan a month, %d months at most", sum,
            (int)it->months);
        say(w, zh, en, NULL, policy_accruals[it->accrual].zh, policy_accruals[it->accrual].en);
        break;
    case AMOUNT_PER_YEAR:
        SAY(zh, en, NULL, "每年 %s 元", "%s yuan a year", sum);
        break;
    case AMOUNT_STEP:
        SAY(zh, en, NULL, "超过 %d 人给 %s 元，每再增 %d 人加 %s 元",
            "over %d persons %s yuan, for each %d more another %s yuan", (int)it->step.over,
            yuan(w->mem, it->step.base_fen), (int)it->step.step, yuan(w->mem, it->step.per_fen));
        break;
    case AMOUNT_PERCENT:
        SAY(zh, en, NULL, "工资的 %d%%", "%d%% of the wages", (int)it->percent);
        if (it->fen)
            SAY(zh, en, NULL, "至多 %s 元", "%s yuan at most", sum);
        break;
    case AMOUNT_PER_DAY:
        if (it->days)
            SAY(zh, en, NULL, "实际参训每天 %s 元，至多 %d 天",
                "%s yuan a day attended, %d days at most", sum, (int)it->days);
        else
            SAY(zh, en, NULL, "实际参训每天 %s 元", "%s yuan a day attended", sum);
        break;
    case AMOUNT_OPEN:
        say(w, zh, en, NULL, "标准待定", "not stated");
        break;
    case AMOUNT_REIMBURSE:
        say_tickets(w, it);
        /* fallthrough */
    case AMOUNT_LOOKUP:
        for (int i = 0; i < it->lookup_count; i++) {
            const struct policy_lookup *l = &it->lookup[i];
            struct both b = both_new(w->mem);
            if (l->place.hi)
                add_ranges(&b, &l->place, 1);
            else
                add_mask(&b, policy_relations, l->relations);
            ADD(&b, " %s 元", " %s yuan", yuan(w->mem, l->fen));
            SAY_BOTH(zh, en, NULL, b);
        }
        break;
    }
    say_require(w, &it->require, arena_printf(w->mem, "（%s）", zh),
                arena_printf(w->mem, " (%s)", en));
}

static void say_limits(struct words *w, const struct policy *p)
{
    if (p->caps.person_life)
        SAY("封顶", "Cap", NULL, "每人一共 %s 元", "%s yuan a person in all",
            yuan(w->mem, p->caps.person_life));
    if (p->caps.person_year)
        SAY("封顶", "Cap", NULL, "每人每年 %s 元", "%s yuan a person and year",
            yuan(w->mem, p->caps.person_year));
    if (p->caps.household_year)
        SAY("封顶", "Cap", NULL, "每户每年 %s 元", "%s yuan a household and year",
            yuan(w->mem, p->caps.household_year));
    if (p->caps.employer_life)
        SAY("封顶", "Cap", NULL, "每单位一共 %s 元", "%s yuan an employer in all",
            yuan(w->mem, p->caps.employer_life));
    if (p->caps.employer_year)
        SAY("封顶", "Cap", NULL, "每单位每年 %s 元", "%s yuan an employer and year",
            yuan(w->mem, p->caps.employer_year));
    if (p->combine != COMBINE_ADD)
        say(w, "几项之间", "Of several amounts", NULL, policy_combines[p->combine].zh,
            policy_combines[p->combine].en);
    if (p->caps.beneficiaries)
        SAY("名额", "Number", NULL, "%d 个", "%d", (int)p->caps.beneficiaries);
    say(w, "次数", "How often", NULL, policy_onces[p->once].zh, policy_onces[p->once].en);
    for (int i = 0; i < p->exclusive_count; i++) {
        struct both b = both_new(w->mem);
        str_addf(&b.zh, "%s，%s", p->exclusive[i].group, policy_spans[p->exclusive[i].span].zh);
        str_addf(&b.en, "%s, %s", p->exclusive[i].group, policy_spans[p->exclusive[i].span].en);
        SAY_BOTH("互斥", "Exclusive with others of the group", NULL, b);
    }
    for (int i = 0; i < p->offset_count; i++)
        say(w, "扣除", "Deducted", NULL, p->offset[i], p->offset[i]);
    if (p->supersedes)
        say(w, "取代", "Supersedes", NULL,
            arena_printf(w->mem, "%s，%s", p->supersedes, policy_transitions[p->transition].zh),
            arena_printf(w->mem, "%s, %s", p->supersedes, policy_transitions[p->transition].en));
    if (p->automatic)
        say(w, "申领", "Application", NULL, "免申即享", "none needed");
    for (int i = 0; i < p->evidence_count; i++) {
        struct both b = both_new(w->mem);
        if (p->evidence[i].k < __builtin_popcount(p->evidence[i].documents))
            ADD(&b, "任选%d样：", "any %d of: ", (int)p->evidence[i].k);
        add_mask(&b, policy_documents, p->evidence[i].documents);
        SAY_BOTH("材料", "Evidence", NULL, b);
    }
}

static void say_procedure(struct words *w, const struct policy *p)
{
    struct both b = both_new(w->mem);

    for (int i = 0; i < p->review_count; i++) {
        const struct policy_review *r = &p->review[i];
        str_addf(&b.zh, "%s%s", i ? " → " : "", policy_steps[r->step].zh);
        str_addf(&b.en, "%s%s", i ? " → " : "", policy_steps[r->step].en);
        if (r->notice_days)
            ADD(&b, "（%d个工作日）", " (%d working days)", (int)r->notice_days);
        if (r->within_days)
            ADD(&b, "（%d个工作日内办结）", " (within %d working days)", (int)r->within_days);
    }
    SAY_BOTH("审核", "Review", NULL, b);
    if (p->window.from_month) {
        struct both at = both_new(w->mem);
        ADD(&at, "每年%d月%d日至%d月%d日", "each year from %d-%d to %d-%d", p->window.from_month,
            p->window.from_day, p->window.until_month, p->window.until_day);
        if (p->window.late_month)
            ADD(&at, "，次年%d月%d日前可补报", ", late until %d-%d of the next year",
                p->window.late_month, p->window.late_day);
        SAY_BOTH("受理", "Claim window", NULL, at);
    }
    if (p->has_chain)
        SAY("办理", "Handling", NULL, "逐步办理，每步由不同的人，前一步通过才到下一步",
            "step by step, each by another person, none before the one ahead of it");
    else
        SAY("公示", "Public notice", NULL, "%d 个工作日", "%d working days",
            (int)p->notice_working_days);
    for (int i = 0; i < p->open_count; i++)
        say(w, "原文未明", "Left open", p->open[i].point, p->open[i].why.zh, p->open[i].why.en);
}

static void say_all(struct words *w, const struct policy *p)
{
    say_frame(w, p);
    say_who(w, p);
    say_count(w, p);
    say_require(w, &p->require, "", "");
    for (int i = 0; i < p->item_count; i++)
        say_item(w, &p->items[i]);
    say_limits(w, p);
    say_procedure(w, p);
}

void policy_clauses_write(struct arena *mem, struct json *j, const struct policy *p)
{
    struct words w = { .mem = mem, .j = j };

    json_array(j);
    say_all(&w, p);
    json_end(j);
}

int policy_clauses_list(struct arena *mem, const struct policy *p, const struct policy_text **ret)
{
    struct policy_text *list = NULL;
    struct words w = { .mem = mem, .lines = &list };

    say(&w, "名称", "Title", NULL, p->title.zh, p->title.en);
    say_all(&w, p);
    *ret = list;
    return (int)w.n;
}

void policy_clauses_text(struct arena *mem, struct str *out, const struct policy *p, enum lang lang)
{
    struct words w = { .mem = mem, .out = out, .lang = lang };

    str_addf(out, "%s\n", lang == LANG_EN ? p->title.en : p->title.zh);
    say_all(&w, p);
}
