/* policy_file.c — the format of policy files: which keys there are, and what must fit together. */
#include "policy/policy_file.h"

#include "policy/policy_example.h"
#include "policy/policy_read.h"

#include <errno.h>
#include <stdio.h>

#define P(member) offsetof(struct policy, member)
#define I(member) offsetof(struct policy_item, member)
#define R(member) offsetof(struct policy_require, member)

/* --- parts that need a hand --- */
static void read_origin(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    struct policy *p = into;
    const struct policy_node *const *items;
    int n = node_items(pb, node, POLICY_RANGES_MAX, &items);

    for (int i = 0; i < n; i++) {
        if (read_range(pb, items[i], &p->who.origin[p->who.origin_count]))
            p->who.origin_count++;
    }
}

static void read_work(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    struct policy *p = into;
    const struct policy_node *const *items;
    int n = node_items(pb, node, POLICY_RANGES_MAX, &items);

    for (int i = 0; i < n; i++) {
        if (read_range(pb, items[i], &p->spell.work[p->spell.work_count]))
            p->spell.work_count++;
    }
}

static void read_first_time(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    static const struct key keys[] = {
        K("same_stay_days", KEY_INT, P(who.same_stay_days), .required = true, .max = 366),
        { 0 },
    };

    ((struct policy *)into)->who.first_time = true;
    read_map(pb, node, keys, into);
}

/* Codes of policy_starts, and at most one date. */
static void read_starts(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    struct policy *p = into;
    const struct policy_node *const *items;
    int n = node_items(pb, node, 8, &items), code;

    for (int i = 0; i < n; i++) {
        bool is_date =
            items[i]->kind == NODE_SCALAR && items[i]->text[0] >= '0' && items[i]->text[0] <= '9';

        if (is_date && !date_is_none(p->count.start_date)) {
            PROBLEM(pb, items[i], "起算日只能写一个日期", "only one date may be a start");
            CURE(pb, "取其中较晚的一个", "keep the later one");
        }
        if (is_date)
            read_date(pb, items[i], &p->count.start_date);
        else if (read_code(pb, items[i], policy_starts, &code))
            p->count.starts |= 1u << code;
    }
}

static void read_exclusive(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    static const struct key keys[] = {
        K("group", KEY_ID, offsetof(struct policy_exclusive, group), .required = true),
        K("span", KEY_CODE, offsetof(struct policy_exclusive, span), .required = true,
          .names = policy_spans),
        { 0 },
    };
    struct policy *p = into;
    const struct policy_node *const *items;
    int n = node_items(pb, node, POLICY_LISTS_MAX, &items);

    for (int i = 0; i < n; i++) {
        struct policy_exclusive *e = &p->exclusive[p->exclusive_count++];

        read_map(pb, items[i], keys, e);
        for (int j = 0; j < i; j++) {
            if (e->group && str_eq(e->group, p->exclusive[j].group)) {
                PROBLEM(pb, items[i], "互斥组“%s”写了两次", "the group “%s” is there twice",
                        e->group);
                CURE(pb, "请删去其中一处", "delete one of them");
            }
        }
    }
}

static void read_offset(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    struct policy *p = into;
    const struct policy_node *const *items;
    int n = node_items(pb, node, POLICY_LISTS_MAX, &items);

    for (int i = 0; i < n; i++) {
        const char **id = &p->offset[p->offset_count];

        if (!read_text(pb, items[i], id))
            continue;
        for (int j = 0; j < p->offset_count; j++) {
            if (str_eq(*id, p->offset[j])) {
                PROBLEM(pb, items[i], "“%s”写了两次", "“%s” is listed twice", *id);
                CURE(pb, "请删去其中一个", "delete one of them");
            }
        }
        if (str_eq(*id, p->id)) {
            PROBLEM(pb, items[i], "政策不能扣除自己", "a policy cannot be deducted from itself");
            CURE(pb, "已发的钱本来就抵扣，请删去", "its payments are set off anyway: delete it");
        }
        p->offset_count++;
    }
}

static void name_office(struct policy_problems *pb, const struct policy_node *node,
                        struct policy *p)
{
    int code;

    if (!read_code(pb, node, policy_steps, &code))
        return;
    if (code >= STEP_VILLAGE_NOTICE) {
        PROBLEM(pb, node, "“%s”只用于逐步办理的写法", "“%s” belongs to steps that are walked",
                node->text);
        CURE(pb, "每一步写成 {step: %s}", "write every step as {step: %s}", node->text);
        return;
    }
    p->review[p->review_count++].step = (enum policy_step)code;
}

/* {step: VILLAGE_NOTICE, notice_days: 5, within_days: 3} */
static void read_step_of_chain(struct policy_problems *pb, const struct policy_node *node,
                               struct policy *p)
{
    static const struct key keys[] = {
        K("step", KEY_CODE, offsetof(struct policy_review, step), .required = true,
          .names = policy_steps),
        K("notice_days", KEY_INT, offsetof(struct policy_review, notice_days), .min = 1, .max = 60),
        K("within_days", KEY_INT, offsetof(struct policy_review, within_days), .min = 1, .max = 60),
        { 0 },
    };
    struct policy_review r = { 0 };
    int before = pb->total;

    read_map(pb, node, keys, &r);
    if (pb->total > before)
        return;
    if (policy_step_is_notice(r.step) != (r.notice_days > 0)) {
        PROBLEM(pb, node, "公示须写天数，别的环节不能写",
                "a notice says how many days it lasts, and no other step does");
        CURE(pb, "公示写 notice_days（工作日），办理期限写 within_days",
             "notice_days for a notice, within_days for a deadline, both in working days");
    }
    if (r.step == STEP_EMPLOYER) {
        PROBLEM(pb, node, "单位申报就是提交，不是审核环节",
                "filing hands the claim in: it is no step");
        CURE(pb, "请删去这一步", "delete it");
    }
    for (int i = 0; i < p->review_count; i++) {
        bool is_over = p->review[i].step == STEP_APPROVAL;
        if (p->review[i].step != r.step && !is_over)
            continue;
        PROBLEM(pb, node, is_over ? "终审以后不能再有环节" : "这一步写了两次",
                is_over ? "nothing comes after the approval" : "the step is there twice");
        CURE(pb, "终审放在最后，每一步只写一次", "the approval comes last, each step once");
        break;
    }
    p->review[p->review_count++] = r;
    if (r.notice_days > p->notice_working_days)
        p->notice_working_days = r.notice_days;
}

/* A list of codes names the offices, and claims pass the usual four hands. A list of maps is a
 * chain: claims walk it step by step, and it always ends with the approval. */
static void read_review(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    struct policy *p = into;
    const struct policy_node *const *items;
    int n = node_items(pb, node, POLICY_REVIEW_MAX - 1, &items);

    if (node->kind == NODE_LIST && node->n == 0) {
        PROBLEM(pb, node, "没有审核环节", "there is no step of review");
        CURE(pb, "至少写一个，如 COUNTY_HRSS", "write at least one, such as COUNTY_HRSS");
    }
    p->has_chain = n > 0 && items[0]->kind == NODE_MAP;
    for (int i = 0; i < n; i++) {
        if ((items[i]->kind == NODE_MAP) != p->has_chain) {
            PROBLEM(pb, items[i], "审核环节两种写法不能混用", "the steps are written in two ways");
            CURE(pb, "要逐步办理的，每一步都写成 {step: …}",
                 "if claims are to walk them, write every step as {step: …}");
            return;
        }
        if (p->has_chain)
            read_step_of_chain(pb, items[i], p);
        else
            name_office(pb, items[i], p);
    }
    if (p->has_chain && p->review_count && p->review[p->review_count - 1].step != STEP_APPROVAL)
        p->review[p->review_count++].step = STEP_APPROVAL;
}

/* The days of notice stand in the chain, or once for the usual notice. */
static void check_notice_days(struct policy_problems *pb, const struct policy_node *root,
                              const struct policy *p)
{
    const struct policy_node *days = node_get(root, "notice_working_days");

    if (!p->has_chain && !days) {
        PROBLEM(pb, root, "缺少“%s”", "“%s” is missing", "notice_working_days");
        CURE(pb, "请补上这个键", "add this key");
    }
    if (p->has_chain && days) {
        PROBLEM(pb, days, "公示天数已写在审核环节里",
                "the days of notice stand in the steps of review");
        CURE(pb, "请删去 notice_working_days", "delete notice_working_days");
    }
}

/* - all: [...]   - any: [...]   - any: [...], k: 2 */
static void read_evidence(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    struct group {
        uint32_t all, any;
        int32_t k;
    };
    static const struct key keys[] = {
        K("all", KEY_CODES, offsetof(struct group, all), .names = policy_documents),
        K("any", KEY_CODES, offsetof(struct group, any), .names = policy_documents),
        K("k", KEY_INT, offsetof(struct group, k), .min = 1, .max = 20),
        { 0 },
    };
    struct policy *p = into;
    const struct policy_node *const *items;
    int n = node_items(pb, node, POLICY_EVIDENCE_MAX, &items);

    for (int i = 0; i < n; i++) {
        struct group g = { 0 };

        read_map(pb, items[i], keys, &g);
        if ((g.all && (g.any || g.k)) || (!g.all && !g.any)) {
            PROBLEM(pb, items[i], "每组材料写 all 或 any 之一，k 只用于 any",
                    "a group has either “all” or “any”; “k” goes with “any” only");
            CURE(pb, "例如 {any: [CONTRACT, WORK_CERT], k: 1}",
                 "for example {any: [CONTRACT, WORK_CERT], k: 1}");
            continue;
        }
        if (g.k > __builtin_popcount(g.any) && g.any) {
            PROBLEM(pb, items[i], "要求 %d 份，但只列了 %d 份", "%d documents asked for, %d listed",
                    g.k, __builtin_popcount(g.any));
            CURE(pb, "请减小 k 或多列材料", "lower k or list more documents");
        }
        p->evidence[p->evidence_count++] =
            (struct policy_evidence){ g.all ? __builtin_popcount(g.all) : MAX(g.k, 1),
                                      g.all ? g.all : g.any };
    }
}

static void read_open(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    static const struct key keys[] = {
        K("point", KEY_TEXT, offsetof(struct policy_open_point, point), .required = true),
        K("zh", KEY_TEXT, offsetof(struct policy_open_point, why.zh), .required = true),
        K("en", KEY_TEXT, offsetof(struct policy_open_point, why.en), .required = true),
        { 0 },
    };
    struct policy *p = into;
    const struct policy_node *const *items;
    int n = node_items(pb, node, 20, &items);
    struct policy_open_point *open = NEW_ARRAY(pb->mem, struct policy_open_point, n);

    for (int i = 0; i < n; i++)
        read_map(pb, items[i], keys, &open[i]);
    p->open = open;
    p->open_count = n;
}

/* --- amounts --- */
/* The first row that fits counts: one that fits nothing but what an earlier row takes is a slip. */
static void check_row(struct policy_problems *pb, const struct policy_node *node,
                      const struct policy_lookup *rows, size_t n, const struct policy_lookup *row)
{
    for (size_t i = 0; i < n; i++) {
        const struct policy_lookup *r = &rows[i];
        bool is_taken = row->place.hi ? row->place.lo >= r->place.lo && row->place.hi <= r->place.hi
                                      : r->relations && (row->relations & ~r->relations) == 0;

        if (!is_taken)
            continue;
        PROBLEM(pb, node, "这一行永远轮不到，前面的行已经包括",
                "this row is never reached: an earlier one takes all of it");
        CURE(pb, "范围小的写在前面，或删去这一行",
             "put the narrower row first, or delete this one");
        return;
    }
}

static void read_lookup_rows(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    static const struct key keys[] = {
        K("at", KEY_LATER, 0),
        K("relation", KEY_CODES, offsetof(struct policy_lookup, relations),
          .names = policy_relations),
        K("yuan", KEY_YUAN, offsetof(struct policy_lookup, fen), .required = true),
        { 0 },
    };
    struct policy_item *it = into;
    const struct policy_node *const *rows, *const *places;
    int n = node_items(pb, node, 100, &rows);
    struct policy_lookup *list = NULL;
    size_t count = 0, cap = 0;

    for (int i = 0; i < n; i++) {
        struct policy_lookup row = { 0 };
        const struct policy_node *at = node_get(rows[i], "at");
        int m = at ? node_items(pb, at, 100, &places) : 0;

        read_map(pb, rows[i], keys, &row);
        if (!at == !row.relations && rows[i]->kind == NODE_MAP) {
            PROBLEM(pb, rows[i], "每行写 at 或 relation 之一",
                    "a row has either “at” or “relation”");
            CURE(pb, "例如 {relation: OTHER_PROVINCE, yuan: 200}",
                 "for example {relation: OTHER_PROVINCE, yuan: 200}");
        }
        if (!at) {
            check_row(pb, rows[i], list, count, &row);
            *ARENA_PUSH(pb->mem, list, count, cap) = row;
        }
        for (int j = 0; j < m; j++) {
            if (!read_range(pb, places[j], &row.place))
                continue;
            check_row(pb, places[j], list, count, &row);
            *ARENA_PUSH(pb->mem, list, count, cap) = row;
        }
    }
    it->lookup = list;
    it->lookup_count = (int)count;
}

static void read_fixed(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    struct policy_item *it = into;

    it->kind = AMOUNT_FIXED;
    read_yuan(pb, node, &it->fen);
}

static void read_per_month(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    static const struct key keys[] = {
        K("yuan", KEY_YUAN, I(fen), .required = true),
        K("months", KEY_INT, I(months), .required = true, .min = 1, .max = 600),
        K("accrual_from", KEY_CODE, I(accrual), .required = true, .names = policy_accruals),
        { 0 },
    };

    ((struct policy_item *)into)->kind = AMOUNT_PER_MONTH;
    read_map(pb, node, keys, into);
}

static void read_per_year(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    struct policy_item *it = into;

    it->kind = AMOUNT_PER_YEAR;
    read_yuan(pb, node, &it->fen);
}

static void read_per_day(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    static const struct key keys[] = {
        K("yuan", KEY_YUAN, I(fen), .required = true),
        K("days", KEY_INT, I(days), .min = 1, .max = 1000),
        { 0 },
    };

    ((struct policy_item *)into)->kind = AMOUNT_PER_DAY;
    read_map(pb, node, keys, into);
}

static void read_step(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    static const struct key keys[] = {
        K("origin", KEY_RANGE, I(step.origin), .required = true),
        K("status", KEY_CODES, I(step.status), .names = policy_statuses),
        K("stable_months", KEY_INT, I(step.stable_months), .required = true, .max = 120),
        K("over", KEY_INT, I(step.over), .required = true, .max = 1000000),
        K("base", KEY_YUAN, I(step.base_fen), .required = true),
        K("step", KEY_INT, I(step.step), .required = true, .min = 1, .max = 1000000),
        K("per", KEY_YUAN, I(step.per_fen), .required = true),
        { 0 },
    };

    ((struct policy_item *)into)->kind = AMOUNT_STEP;
    read_map(pb, node, keys, into);
}

static void read_percent(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    static const struct key keys[] = {
        K("of_wages", KEY_INT, I(percent), .required = true, .min = 1, .max = 100),
        K("most", KEY_YUAN, I(fen)),
        { 0 },
    };

    ((struct policy_item *)into)->kind = AMOUNT_PERCENT;
    read_map(pb, node, keys, into);
}

/* "12-31", or "lunar 12-29" of the lunar year of the same name. */
static void read_tickets_until(struct policy_problems *pb, const struct policy_node *node,
                               void *into)
{
    static const struct key keys[] = { K("until", KEY_DAY, I(until_month)), { 0 } };
    struct policy_item *it = into;
    struct policy_node bare = *node, key = { .text = "until", .line = node->line };
    const struct policy_node *items[] = { &bare }, *names[] = { &key };
    struct policy_node map = { .kind = NODE_MAP, .n = 1, .items = items, .keys = names };

    if (node->kind == NODE_SCALAR && str_starts(node->text, "lunar ")) {
        it->until_lunar = true;
        bare.text = node->text + strlen("lunar ");
    }
    read_map(pb, &map, keys, into);
    if (it->until_lunar && it->until_day > 30) {
        PROBLEM(pb, node, "农历没有三十一日", "a lunar month has at most 30 days");
        CURE(pb, "除夕常用 lunar 12-29", "the eve is commonly lunar 12-29");
    }
}

static void read_reimburse(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    static const struct key keys[] = {
        K("tickets", KEY_CODES, I(tickets), .required = true, .names = policy_tickets),
        K("until", KEY_OTHER, 0, .required = true, .read = read_tickets_until),
        K("top_up_until", KEY_DAY, I(top_up_month)),
        K("most", KEY_YUAN, I(fen)),
        K("without_tickets", KEY_OTHER, 0, .read = read_lookup_rows),
        { 0 },
    };

    ((struct policy_item *)into)->kind = AMOUNT_REIMBURSE;
    read_map(pb, node, keys, into);
}

static void read_lookup(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    ((struct policy_item *)into)->kind = AMOUNT_LOOKUP;
    read_lookup_rows(pb, node, into);
}

/* The document does not state the sum (or we did not find it): people are found, nothing is paid.
 */
static void read_not_stated(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    bool yes = false;

    ((struct policy_item *)into)->kind = AMOUNT_OPEN;
    if (read_bool(pb, node, &yes) && !yes) {
        PROBLEM(pb, node, "not_stated 只能是 true", "not_stated can only be true");
        CURE(pb, "标准已定的，请改写 fixed 等", "if the sum is known, write fixed or another kind");
    }
}

static const struct key require_keys[] = {
    K("months", KEY_INT, R(months), .min = 1, .max = 600),
    K("months_clause", KEY_TEXT, R(months_clause)),
    K("mean_wage", KEY_YUAN, R(mean_wage_fen)),
    K("wage_sum", KEY_YUAN, R(wage_sum_fen)),
    K("wage_clause", KEY_TEXT, R(wage_clause)),
    K("still_active", KEY_BOOL, R(still_active)),
    K("insured_months", KEY_INT, R(insured_months), .min = 1, .max = 600),
    K("still_insured", KEY_CODE, R(still_insured), .names = policy_stills),
    K("insured_clause", KEY_TEXT, R(insured_clause)),
    K("contract_months", KEY_INT, R(contract_months), .min = 1, .max = 600),
    K("contract_clause", KEY_TEXT, R(contract_clause)),
    K("income_below", KEY_YUAN, R(income_below_fen)),
    K("income_from", KEY_YUAN, R(income_from_fen)),
    K("income_clause", KEY_TEXT, R(income_clause)),
    K("batch_persons", KEY_INT, R(batch_persons), .min = 1, .max = 1000000),
    K("batch_clause", KEY_TEXT, R(batch_clause)),
    K("training_days", KEY_INT, R(training_days), .min = 1, .max = 366),
    K("training_clause", KEY_TEXT, R(training_clause)),
    K("status", KEY_CODES, R(status), .names = policy_statuses),
    K("not_status", KEY_CODES, R(not_status), .names = policy_statuses),
    { 0 },
};

static const struct key item_keys[] = {
    K("id", KEY_ID, I(id), .required = true),
    K("title", KEY_BOTH, I(title), .required = true),
    K("require", KEY_MAP, I(require), .keys = require_keys),
    K("fixed", KEY_OTHER, 0, .read = read_fixed),
    K("per_month", KEY_OTHER, 0, .read = read_per_month),
    K("per_year", KEY_OTHER, 0, .read = read_per_year),
    K("per_day", KEY_OTHER, 0, .read = read_per_day),
    K("step", KEY_OTHER, 0, .read = read_step),
    K("percent", KEY_OTHER, 0, .read = read_percent),
    K("reimburse", KEY_OTHER, 0, .read = read_reimburse),
    K("lookup", KEY_OTHER, 0, .read = read_lookup),
    K("not_stated", KEY_OTHER, 0, .read = read_not_stated),
    { 0 },
};

static void read_items(struct policy_problems *pb, const struct policy_node *node, void *into)
{
    struct policy *p = into;
    const struct policy_node *const *items;
    int n = node_items(pb, node, POLICY_ITEMS_MAX, &items);

    if (n == 0) {
        PROBLEM(pb, node, "没有写明补贴金额", "no amount is stated");
        CURE(pb, "至少写一项；标准不明的写 not_stated: true",
             "write at least one; if the sum is not known, not_stated: true");
    }
    for (int i = 0; i < n; i++) {
        struct policy_item *it = &p->items[p->item_count++];
        int kinds = 0;

        read_map(pb, items[i], item_keys, it);
        for (const struct key *k = item_keys + 3; k->name; k++)
            kinds += node_get(items[i], k->name) != NULL;
        if (kinds != 1 && items[i]->kind == NODE_MAP) {
            PROBLEM(pb, items[i], "一项补贴须有且只有一种算法",
                    "an amount has exactly one way to be computed");
            CURE(
                pb,
                "fixed、per_month、per_year、per_day、step、percent、reimburse、lookup、not_stated 取一",
                "one of fixed, per_month, per_year, per_day, step, percent, reimburse, lookup,"
                " not_stated");
        }
        for (int j = 0; j < i; j++) {
            if (it->id && str_eq(it->id, p->items[j].id)) {
                PROBLEM(pb, items[i], "id“%s”用了两次", "the id “%s” is used twice", it->id);
                CURE(pb, "请改成不同的 id", "use different ids");
            }
        }
    }
}

/* --- the whole --- */
static const struct key doc_keys[] = {
    K("no", KEY_TEXT, P(doc_no)),
    K("name", KEY_TEXT, P(doc_name), .required = true),
    K("source", KEY_TEXT, P(doc_source)),
    { 0 },
};
static const struct key payer_keys[] = {
    K("side", KEY_CODE, P(side), .required = true, .names = policy_sides),
    K("fund", KEY_CODE, P(fund), .required = true, .names = policy_funds),
    K("division", KEY_DIVISION, P(payer)),
    { 0 },
};
static const struct key effective_keys[] = {
    K("from", KEY_DATE, P(from), .required = true),
    K("until", KEY_DATE, P(until)),
    { 0 },
};
static const struct key who_keys[] = {
    K("status", KEY_CODES, P(who.status), .names = policy_statuses),
    K("status_at", KEY_CODE, P(who.status_at), .names = policy_status_ats),
    K("origin", KEY_OTHER, 0, .read = read_origin),
    K("age_min", KEY_INT, P(who.age_min), .min = 16, .max = 120), /* below 16 is child labour */
    K("age_max", KEY_INT, P(who.age_max), .min = 16, .max = 120),
    K("first_time", KEY_OTHER, 0, .read = read_first_time),
    K("transfer", KEY_CODE, P(who.transfer), .names = policy_transfers),
    { 0 },
};
static const struct key spell_keys[] = {
    K("at", KEY_OTHER, 0, .read = read_work),
    K("relation", KEY_CODES, P(spell.relations), .names = policy_relations),
    K("employer_outside", KEY_RANGE, P(spell.employer_outside)),
    K("form", KEY_CODES, P(spell.forms), .names = policy_forms),
    K("reserved_post", KEY_BOOL, P(spell.reserved_post)),
    K("base_employer", KEY_BOOL, P(spell.base_employer)),
    { 0 },
};
static const struct key count_keys[] = {
    K("by", KEY_CODE, P(count.by), .required = true, .names = policy_count_bys),
    K("month", KEY_CODE, P(count.month), .required = true, .names = policy_month_modes),
    K("mode", KEY_CODE, P(count.mode), .required = true, .names = policy_count_modes),
    K("gap_days", KEY_INT, P(count.gap_days), .max = 366),
    K("idle_counted", KEY_BOOL, P(count.idle_counted)),
    K("same_employer", KEY_BOOL, P(count.same_employer)),
    K("last_day_free", KEY_BOOL, P(count.last_day_free)),
    K("start", KEY_OTHER, 0, .read = read_starts),
    K("cut", KEY_CODES, P(count.cuts), .names = policy_cuts),
    K("cross_year", KEY_CODE, P(count.cross_year), .names = policy_cross_years),
    { 0 },
};
static const struct key caps_keys[] = {
    K("person_life", KEY_YUAN, P(caps.person_life)),
    K("person_year", KEY_YUAN, P(caps.person_year)),
    K("household_year", KEY_YUAN, P(caps.household_year)),
    K("employer_life", KEY_YUAN, P(caps.employer_life)),
    K("employer_year", KEY_YUAN, P(caps.employer_year)),
    K("beneficiaries", KEY_INT, P(caps.beneficiaries), .min = 1, .max = 1000000),
    { 0 },
};
static const struct key supersedes_keys[] = {
    K("policy", KEY_ID, P(supersedes), .required = true),
    K("transition", KEY_CODE, P(transition), .required = true, .names = policy_transitions),
    { 0 },
};
static const struct key window_keys[] = {
    K("from", KEY_DAY, P(window.from_month), .required = true),
    K("until", KEY_DAY, P(window.until_month), .required = true),
    K("late_until", KEY_DAY, P(window.late_month)),
    { 0 },
};
static const struct key policy_keys[] = {
    K("id", KEY_ID, P(id), .required = true),
    K("version", KEY_INT, P(version), .required = true, .min = 1, .max = 9999),
    K("title", KEY_BOTH, P(title), .required = true),
    K("doc", KEY_MAP, 0, .required = true, .keys = doc_keys),
    K("issuer", KEY_BOTH, P(issuer), .required = true),
    K("payer", KEY_MAP, 0, .required = true, .keys = payer_keys),
    K("effective", KEY_MAP, 0, .required = true, .keys = effective_keys),
    K("benefit", KEY_CODE, P(benefit), .required = true, .names = policy_benefits),
    K("beneficiary", KEY_CODE, P(beneficiary), .required = true, .names = policy_beneficiaries),
    K("who", KEY_MAP, 0, .keys = who_keys),
    K("spell", KEY_MAP, 0, .keys = spell_keys),
    K("count", KEY_MAP, 0, .keys = count_keys),
    K("require", KEY_MAP, P(require), .keys = require_keys),
    K("combine", KEY_CODE, P(combine), .names = policy_combines),
    K("amount", KEY_OTHER, 0, .required = true, .read = read_items),
    K("caps", KEY_MAP, 0, .keys = caps_keys),
    K("once", KEY_CODE, P(once), .required = true, .names = policy_onces),
    K("exclusive", KEY_OTHER, 0, .read = read_exclusive),
    K("offset", KEY_OTHER, 0, .read = read_offset),
    K("supersedes", KEY_MAP, 0, .keys = supersedes_keys),
    K("evidence", KEY_OTHER, 0, .read = read_evidence),
    K("review", KEY_OTHER, 0, .required = true, .read = read_review),
    K("notice_working_days", KEY_INT, P(notice_working_days), .max = 60),
    K("window", KEY_MAP, 0, .keys = window_keys),
    K("automatic", KEY_BOOL, P(automatic)),
    K("open", KEY_OTHER, 0, .read = read_open),
    K("examples", KEY_LATER, 0, .required = true),
    { 0 },
};

struct policy *policy_of_tree(const struct policy_node *root, struct policy_problems *pb)
{
    struct policy *p = NEW(pb->mem, struct policy);

    read_map(pb, root, policy_keys, p);
    if (pb->total) /* contradictions are looked for between values that are right by themselves */
        return NULL;
    check_notice_days(pb, root, p);
    policy_check_sense(pb, root, p);
    return pb->total ? NULL : p;
}

enum err policy_read_with(struct arena *mem, const char *name, const char *text, size_t len,
                          const struct policy_change *changes, int n, const struct policy **ret,
                          struct policy_problems *problems)
{
    const struct policy_node *root;
    const struct policy *p;

    *problems = (struct policy_problems){ .file = name, .mem = mem };
    root = policy_yaml_read(text, len, problems);
    for (int i = 0; root && i < n; i++) {
        struct policy_node value = { .kind = NODE_SCALAR, .text = changes[i].value };
        struct policy_node *kept = NEW(mem, struct policy_node);

        *kept = value;
        root = node_with(mem, root, changes[i].path, kept);
        if (!root) {
            PROBLEM(problems, NULL, "没有“%s”这个位置", "there is no “%s”", changes[i].path);
            CURE(problems, "路径形如 count.gap_days", "a path looks like count.gap_days");
        }
    }
    p = root ? policy_of_tree(root, problems) : NULL;
    if (!p)
        return E_INVALID;
    *ret = p;
    return OK;
}

enum err policy_read(struct arena *mem, const char *name, const char *text, size_t len,
                     const struct policy **ret, struct policy_problems *problems)
{
    return policy_read_with(mem, name, text, len, NULL, 0, ret, problems);
}

enum err policy_check_file(struct arena *mem, const char *path, int *ret_n,
                           struct policy_problems *problems)
{
    FILE *f = fopen(path, "rb");
    size_t size = POLICY_FILE_BYTES_MAX + 1, len = 0;
    char *text;

    *problems = (struct policy_problems){ .file = path, .mem = mem };
    *ret_n = 0;
    if (!f) {
        PROBLEM(problems, NULL, "打不开文件：%s", "cannot open the file: %s", strerror(errno));
        CURE(problems, "请核对路径与权限", "check the path and its permissions");
        return E_NOT_FOUND;
    }
    text = arena_alloc(mem, size);
    len = fread(text, 1, size, f);
    fclose(f);
    return policy_run_examples(mem, path, text, len, ret_n, problems);
}
