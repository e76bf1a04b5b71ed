/* policy_check.c — what is right key by key and yet makes no sense: contradictions, and amounts or
 * rows that are never reached. */
#include "policy/policy_read.h"

/* What contradicts itself. `at` is the path of the key to blame. */
static void check_one(struct policy_problems *pb, const struct policy_node *root, bool is_wrong,
                      const char *at, const char *zh, const char *en, const char *cure_zh,
                      const char *cure_en)
{
    const struct policy_node *node = node_at(root, at);

    if (!is_wrong)
        return;
    policy_problem_add(pb, node ? node : root, zh, en);
    policy_problem_cure(pb, cure_zh, cure_en);
}

static void check_count(struct policy_problems *pb, const struct policy_node *root,
                        const struct policy *p)
{
    bool needs = p->require.months > 0;

    for (int i = 0; i < p->item_count; i++)
        needs |= p->items[i].require.months > 0 || p->items[i].kind == AMOUNT_PER_MONTH;
    check_one(pb, root, needs && !node_get(root, "count"), "require",
              "要求稳定就业若干月，但没有写 count", "months are asked for, but “count” is missing",
              "请写 count，说明按什么、怎样计月", "write “count”: what is counted and how");
    check_one(pb, root, (p->count.by == BY_MONTHS) != (p->count.month == MODE_CALENDAR),
              "count.month", "CALENDAR 与 by: MONTHS 必须同时使用",
              "CALENDAR and “by: MONTHS” go together",
              "按逐月核实的用 CALENDAR；按起止日期的用 ANNIVERSARY 或 DAYS_30",
              "by verified months: CALENDAR; by dates: ANNIVERSARY or DAYS_30");
    check_one(pb, root,
              p->count.mode == COUNT_CUMULATIVE && node_at(root, "count.gap_days") != NULL,
              "count.gap_days", "累计计算不看间断", "cumulative counting knows no gaps",
              "请删去 gap_days，或改为 CONTINUOUS", "delete gap_days or use CONTINUOUS");
    check_one(pb, root,
              p->count.mode == COUNT_CONTINUOUS && node_get(root, "count") &&
                  !node_at(root, "count.gap_days"),
              "count", "连续计算须写明允许间断几天",
              "continuous counting must say which gap it allows", "请写 gap_days；不允许间断写 0",
              "write gap_days; 0 allows none");
    check_one(pb, root, p->count.idle_counted && p->count.mode == COUNT_CUMULATIVE,
              "count.idle_counted", "累计计算时空档不计入",
              "cumulative counting never counts idle days", "请删去 idle_counted",
              "delete idle_counted");
    check_one(pb, root,
              (p->count.starts & 1u << START_STATUS_FROM || p->count.cuts & 1u << CUT_STATUS_END) &&
                  !p->who.status,
              "count", "按身份起算或截止，但 who 没有要求身份",
              "counting depends on a status, but “who” asks for none", "请写 who.status",
              "write who.status");
}

static void check_amounts(struct policy_problems *pb, const struct policy_node *root,
                          const struct policy *p)
{
    for (int i = 0; i < p->item_count; i++) {
        const struct policy_item *it = &p->items[i];
        const char *at = arena_printf(pb->mem, "amount.%s", it->id ? it->id : "");

        check_one(pb, root, it->kind == AMOUNT_STEP && p->beneficiary != BENEFICIARY_EMPLOYER, at,
                  "按人数分档只用于用人单位", "steps of headcount are for employers",
                  "请改 beneficiary 为 EMPLOYER", "set beneficiary to EMPLOYER");
        check_one(pb, root, it->kind == AMOUNT_PER_YEAR && p->beneficiary != BENEFICIARY_STATION,
                  at, "按年补助只用于劳务工作站", "yearly sums are for stations",
                  "个人按年享受的写 once: YEAR 与 fixed", "for persons write once: YEAR and fixed");
        check_one(pb, root,
                  p->beneficiary == BENEFICIARY_STATION && it->kind != AMOUNT_PER_YEAR &&
                      it->kind != AMOUNT_FIXED,
                  at, "劳务工作站只能用 fixed 或 per_year", "stations take fixed or per_year only",
                  "请改写算法", "use one of them");
        check_one(pb, root,
                  it->kind == AMOUNT_PER_MONTH && it->accrual == ACCRUAL_AFTER_THRESHOLD &&
                      !p->require.months && !it->require.months,
                  at, "AFTER_THRESHOLD 需要先有满几个月的条件",
                  "AFTER_THRESHOLD needs a threshold of months", "请写 require.months",
                  "write require.months");
        check_one(pb, root, it->kind == AMOUNT_REIMBURSE && p->once != ONCE_YEAR, at,
                  "据实报销按年度结算", "actual cost is settled by the year", "请写 once: YEAR",
                  "write once: YEAR");
        check_one(pb, root,
                  (it->kind == AMOUNT_FIXED || it->kind == AMOUNT_PER_MONTH ||
                   it->kind == AMOUNT_PER_YEAR || it->kind == AMOUNT_PER_DAY) &&
                      it->fen == 0,
                  at, "金额为 0", "the amount is 0", "请写金额；标准不明的写 not_stated: true",
                  "write it; if it is not known, not_stated: true");
    }
}

/* Is whoever satisfies `b` sure to satisfy `a`? */
static bool asks_no_more(const struct policy_require *a, const struct policy_require *b)
{
    return a->months <= b->months && a->mean_wage_fen <= b->mean_wage_fen &&
           a->wage_sum_fen <= b->wage_sum_fen && a->still_active <= b->still_active &&
           a->insured_months <= b->insured_months &&
           (a->still_insured == STILL_NO || a->still_insured == b->still_insured) &&
           a->contract_months <= b->contract_months &&
           (!a->status || (b->status && (b->status & ~a->status) == 0)) &&
           (a->not_status & ~b->not_status) == 0 &&
           (!a->income_below_fen ||
            (b->income_below_fen && b->income_below_fen <= a->income_below_fen)) &&
           a->income_from_fen <= b->income_from_fen && a->batch_persons <= b->batch_persons &&
           a->training_days <= b->training_days;
}

bool policy_item_shadows(const struct policy_item *a, const struct policy_item *b)
{
    return asks_no_more(&a->require, &b->require);
}

static void check_reach(struct policy_problems *pb, const struct policy_node *root,
                        const struct policy *p)
{
    for (int i = 0; i < p->item_count; i++) {
        const struct policy_item *it = &p->items[i];
        const struct policy_require *r = &it->require;
        const char *at = arena_printf(pb->mem, "amount.%s", it->id ? it->id : "");
        bool is_taken = false;

        for (int j = 0; j < i; j++)
            is_taken |= p->combine == COMBINE_FIRST && policy_item_shadows(&p->items[j], it);
        check_one(pb, root, is_taken, at, "这一项永远轮不到，前面的项条件更宽",
                  "this amount is never reached: an earlier one asks for less",
                  "取第一项时，条件严的写在前面", "with FIRST the stricter one comes first");
        check_one(pb, root, r->income_below_fen && r->income_from_fen >= r->income_below_fen, at,
                  "没有收入能同时满足 income_from 与 income_below",
                  "no income is at least income_from and below income_below",
                  "income_from 须小于 income_below", "income_from must be the smaller one");
        check_one(pb, root, r->status && (r->status & ~r->not_status) == 0, at,
                  "要求的身份都被 not_status 排除", "not_status excludes every status asked for",
                  "请核对 status 与 not_status", "check status and not_status");
        check_one(pb, root, it->kind == AMOUNT_STEP && !it->step.base_fen && !it->step.per_fen, at,
                  "base 与 per 都是 0", "both base and per are 0",
                  "请写金额；标准不明的写 not_stated: true",
                  "write them; if they are not known, not_stated: true");
        check_one(pb, root, it->kind == AMOUNT_PER_DAY && p->beneficiary != BENEFICIARY_PERSON, at,
                  "按参训天数只用于个人", "days of training are paid to persons",
                  "请改 beneficiary 为 PERSON", "set beneficiary to PERSON");
    }
}

/* A cap of 0 would pay nothing to anybody. */
static void check_caps(struct policy_problems *pb, const struct policy_node *root)
{
    const struct policy_node *caps = node_get(root, "caps");

    for (int i = 0; caps && caps->kind == NODE_MAP && i < caps->n; i++) {
        int64_t fen = 1;

        if (!str_eq(caps->keys[i]->text, "beneficiaries") && read_yuan(pb, caps->items[i], &fen) &&
            fen == 0) {
            PROBLEM(pb, caps->items[i], "封顶为 0", "a cap of 0 pays nothing");
            CURE(pb, "不封顶就删去这个键", "delete the key if there is no cap");
        }
    }
}

static void check_whole(struct policy_problems *pb, const struct policy_node *root,
                        const struct policy *p)
{
    check_one(pb, root, !date_is_none(p->until) && date_compare(p->until, p->from) < 0,
              "effective.until", "截止日早于施行日", "the last day is before the first",
              "请核对 effective 的两个日期", "check the two dates of effective");
    check_one(pb, root, !p->doc_no && !p->doc_source, "doc", "没有文号也没有来源",
              "neither a document number nor a source",
              "有文号写 no；没有的写 source，说明从何得知",
              "write “no”, or “source”: where it is known from");
    check_one(pb, root, p->who.age_max && p->who.age_max < p->who.age_min, "who.age_max",
              "年龄上限低于下限", "the age limit is below the least age", "请核对年龄",
              "check the ages");
    check_one(pb, root, p->who.first_time && !p->spell.work_count, "who.first_time",
              "“首次”须说明是首次到哪里", "“first time” needs a place", "请写 spell.at",
              "write spell.at");
    check_one(pb, root, p->supersedes && str_eq(p->supersedes, p->id), "supersedes",
              "政策不能取代自己", "a policy cannot supersede itself", "写被取代的那项政策的 id",
              "write the id of the older policy");
    check_one(pb, root, p->supersedes && p->transition == TRANSITION_NONE, "supersedes.transition",
              "取代旧政策须说明如何衔接", "the transition from the older policy is not stated",
              "写 NEW_ONLY、TOP_UP 或 CHOOSE_HIGHER", "write NEW_ONLY, TOP_UP or CHOOSE_HIGHER");
    check_one(pb, root, p->require.status && (p->require.status & ~p->require.not_status) == 0,
              "require.not_status", "要求的身份都被 not_status 排除",
              "not_status excludes every status asked for", "请核对 status 与 not_status",
              "check status and not_status");
    check_one(pb, root, p->automatic && p->evidence_count, "automatic",
              "免申即享的政策不应再要材料", "a policy without application asks for no documents",
              "请删去 evidence 或 automatic", "delete evidence or automatic");
    check_one(pb, root, p->caps.person_year && p->once != ONCE_YEAR, "caps.person_year",
              "按年封顶只用于一年一次的政策", "a yearly cap is for policies once a year",
              "请写 once: YEAR，或用 person_life", "write once: YEAR or use person_life");
    check_one(pb, root,
              p->window.from_month && !p->window.late_month &&
                  p->window.until_month * 100 + p->window.until_day <
                      p->window.from_month * 100 + p->window.from_day,
              "window", "窗口期的截止早于开始", "the window closes before it opens",
              "跨年的写 late_until", "a window into the next year uses late_until");
    for (int i = 0; i < p->open_count; i++) {
        check_one(pb, root, p->open[i].point && !node_at(root, p->open[i].point), "open",
                  arena_printf(pb->mem, "待定口径指向不存在的“%s”", p->open[i].point),
                  arena_printf(pb->mem, "an open point names “%s”, which is not there",
                               p->open[i].point),
                  "请写出该键，使默认值看得见", "write that key, so that the default is visible");
    }
}

void policy_check_sense(struct policy_problems *pb, const struct policy_node *root,
                        const struct policy *p)
{
    check_whole(pb, root, p);
    check_count(pb, root, p);
    check_amounts(pb, root, p);
    check_reach(pb, root, p);
    check_caps(pb, root);
}
