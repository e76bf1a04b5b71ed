/* policy_example.c — the examples of a policy file: facts in short form, and what must come out. */
#include "policy/policy_example.h"

#include "policy/policy_read.h"

enum { EMPLOYERS_MAX = 64, SPELLS_MAX = 64, MONTHS_MAX = 600, ROWS_MAX = 32 };

/* Employers are named A, B … in an example; their numbers follow the order of first mention. */
struct example {
    const struct policy *policy;
    struct policy_problems *pb;
    struct policy_facts facts;
    struct date as_of;
    const char *employers[EMPLOYERS_MAX];
    int employer_count;
    struct policy_status_row statuses[ROWS_MAX];
    struct policy_spell spells[SPELLS_MAX];
    struct policy_month months[MONTHS_MAX];
    struct policy_journey journeys[ROWS_MAX];
    struct policy_payment payments[ROWS_MAX];
    struct policy_headcount headcounts[ROWS_MAX];
    struct policy_course courses[ROWS_MAX];
    struct policy_station station;
};

static int64_t employer_number(struct example *ex, const struct policy_node *node)
{
    const char *name;

    if (!node || !read_text(ex->pb, node, &name))
        return 0;
    for (int i = 0; i < ex->employer_count; i++) {
        if (strcmp(ex->employers[i], name) == 0)
            return i + 1;
    }
    if (ex->employer_count == EMPLOYERS_MAX)
        return 0;
    ex->employers[ex->employer_count++] = name;
    return ex->employer_count;
}

/* --- facts --- */
static void check_order(struct example *ex, const struct policy_node *node, struct date from,
                        struct date until)
{
    if (date_is_none(until) || date_compare(from, until) <= 0)
        return;
    PROBLEM(ex->pb, node, "until 早于 from", "“until” is before “from”");
    CURE(ex->pb, "请核对两个日期", "check the two dates");
}

static void give_person(struct example *ex, const struct policy_node *node)
{
    static const struct key status_keys[] = {
        K("is", KEY_CODE, offsetof(struct policy_status_row, status), .required = true,
          .names = policy_statuses),
        K("from", KEY_DATE, offsetof(struct policy_status_row, from), .required = true),
        K("until", KEY_DATE, offsetof(struct policy_status_row, until)),
        { 0 },
    };
    static const struct key keys[] = {
        K("born", KEY_DATE, offsetof(struct policy_facts, birth)),
        K("domicile", KEY_DIVISION, offsetof(struct policy_facts, domicile)),
        K("income", KEY_YUAN, offsetof(struct policy_facts, income_fen)),
        K("status", KEY_LATER, 0),
        { 0 },
    };
    const struct policy_node *status = node_get(node, "status");
    const struct policy_node *const *items;
    int n = status ? node_items(ex->pb, status, ROWS_MAX, &items) : 0;

    read_map(ex->pb, node, keys, &ex->facts);
    ex->facts.income_known = node_get(node, "income") != NULL;
    for (int i = 0; i < n; i++)
        read_map(ex->pb, items[i], status_keys, &ex->statuses[i]),
            check_order(ex, items[i], ex->statuses[i].from, ex->statuses[i].until);
    ex->facts.statuses = ex->statuses;
    ex->facts.status_count = n;
}

static void give_spells(struct example *ex, const struct policy_node *node)
{
#define S(member) offsetof(struct policy_spell, member)
    static const struct key keys[] = {
        K("from", KEY_DATE, S(start), .required = true),
        K("until", KEY_DATE, S(end)),
        K("employer", KEY_LATER, 0),
        K("at", KEY_DIVISION, S(work_division)),
        K("employer_at", KEY_DIVISION, S(employer_division)),
        K("form", KEY_CODE, S(form), .names = policy_forms),
        K("contract_months", KEY_INT, S(contract_months), .max = 600),
        K("organised", KEY_BOOL, S(organised)),
        K("reserved_post", KEY_BOOL, S(reserved_post)),
        K("base_employer", KEY_BOOL, S(base_employer)),
        K("batch_persons", KEY_INT, S(batch_persons), .min = 1, .max = 1000000),
        { 0 },
    };
#undef S
    const struct policy_node *const *items;
    int n = node_items(ex->pb, node, SPELLS_MAX, &items);

    for (int i = 0; i < n; i++) {
        struct policy_spell *s = &ex->spells[i];

        read_map(ex->pb, items[i], keys, s);
        s->id = i + 1;
        check_order(ex, items[i], s->start, s->end);
        s->employer_id = employer_number(ex, node_get(items[i], "employer"));
        if (!s->employer_division)
            s->employer_division = s->work_division;
        if (i && date_compare(s->start, ex->spells[i - 1].start) < 0) {
            PROBLEM(ex->pb, items[i], "就业经历须按开始日期排列",
                    "spells must be in order of their first day");
            CURE(ex->pb, "请调整次序", "reorder them");
        }
    }
    ex->facts.spells = ex->spells;
    ex->facts.spell_count = n;
}

static void month_push(struct example *ex, struct policy_month m)
{
    int i = ex->facts.month_count;

    if (i == MONTHS_MAX)
        return;
    for (; i > 0 && month_compare(ex->months[i - 1].month, m.month) > 0; i--)
        ex->months[i] = ex->months[i - 1];
    ex->months[i] = m;
    ex->facts.month_count++;
}

/* `months: CONFIRMED` — every month of every spell up to the as-of day. */
static void give_all_months(struct example *ex)
{
    for (int i = 0; i < ex->facts.spell_count; i++) {
        const struct policy_spell *s = &ex->spells[i];
        struct date last =
            date_is_none(s->end) || date_compare(s->end, ex->as_of) > 0 ? ex->as_of : s->end;

        for (struct month m = month_of(s->start); month_compare(m, month_of(last)) <= 0;
             m = month_add(m, 1))
            month_push(ex, (struct policy_month){ m, i, MONTH_CONFIRMED, NONE, false });
    }
}

static void give_months(struct example *ex, const struct policy_node *node)
{
    struct row {
        struct month from, until;
        int32_t spell;
        enum policy_month_state state;
        int64_t wage_fen;
        bool insured;
    };
    static const struct key keys[] = {
        K("from", KEY_MONTH, offsetof(struct row, from), .required = true),
        K("until", KEY_MONTH, offsetof(struct row, until)),
        K("spell", KEY_INT, offsetof(struct row, spell), .min = 1, .max = SPELLS_MAX),
        K("state", KEY_CODE, offsetof(struct row, state), .names = policy_month_states),
        K("wage", KEY_YUAN, offsetof(struct row, wage_fen)),
        K("insured", KEY_BOOL, offsetof(struct row, insured)),
        { 0 },
    };
    const struct policy_node *const *items;
    int n;

    ex->facts.months = ex->months;
    if (node->kind == NODE_SCALAR && str_eq(node->text, "CONFIRMED")) {
        give_all_months(ex);
        return;
    }
    n = node_items(ex->pb, node, 100, &items);
    for (int i = 0; i < n; i++) {
        struct row r = { .spell = 1, .state = MONTH_CONFIRMED, .wage_fen = NONE };

        read_map(ex->pb, items[i], keys, &r);
        if (month_is_none(r.from))
            continue;
        if (month_is_none(r.until))
            r.until = r.from;
        check_order(ex, items[i], month_first_day(r.from), month_first_day(r.until));
        if (r.spell > ex->facts.spell_count) {
            PROBLEM(ex->pb, items[i], "没有第%d段就业", "there is no spell %d", (int)r.spell);
            CURE(ex->pb, "spell 为第几段就业，从 1 数起", "“spell” counts the spells from 1");
            continue;
        }
        for (struct month m = r.from; month_compare(m, r.until) <= 0; m = month_add(m, 1))
            month_push(ex, (struct policy_month){ m, r.spell - 1, r.state, r.wage_fen, r.insured });
    }
}

static void give_tickets(struct example *ex, const struct policy_node *node)
{
#define J(member) offsetof(struct policy_journey, member)
    static const struct key keys[] = {
        K("on", KEY_DATE, J(on), .required = true),
        K("direction", KEY_CODE, J(direction), .required = true, .names = policy_directions),
        K("class", KEY_CODE, J(ticket), .required = true, .names = policy_tickets),
        K("yuan", KEY_YUAN, J(fen), .required = true),
        K("real_name", KEY_BOOL, J(real_name)),
        K("paid_by_government", KEY_BOOL, J(paid_by_government)),
        { 0 },
    };
#undef J
    const struct policy_node *const *items;
    int n = node_items(ex->pb, node, ROWS_MAX, &items);

    for (int i = 0; i < n; i++) {
        ex->journeys[i].real_name = true;
        read_map(ex->pb, items[i], keys, &ex->journeys[i]);
    }
    ex->facts.journeys = ex->journeys;
    ex->facts.journey_count = n;
}

static void give_payments(struct example *ex, const struct policy_node *node)
{
#define Q(member) offsetof(struct policy_payment, member)
    static const struct policy_name whose[] = {
        { "OWN", "", "" }, { "HOUSEHOLD", "", "" }, { "EMPLOYER", "", "" }, { NULL, NULL, NULL }
    };
    static const struct key keys[] = {
        K("policy", KEY_ID, Q(policy_id)), /* absent: this policy */
        K("item", KEY_ID, Q(item)),
        K("group", KEY_ID, Q(group)),
        K("reference", KEY_TEXT, Q(reference)),
        K("on", KEY_DATE, Q(on), .required = true),
        K("from", KEY_DATE, Q(from)),
        K("until", KEY_DATE, Q(until)),
        K("year", KEY_LATER, 0),
        K("yuan", KEY_YUAN, Q(fen), .required = true),
        K("employer", KEY_LATER, 0),
        K("whose", KEY_CODE, Q(whose), .names = whose),
        { 0 },
    };
#undef Q
    const struct policy_node *const *items;
    int n = node_items(ex->pb, node, ROWS_MAX, &items);
    int64_t year;

    for (int i = 0; i < n; i++) {
        struct policy_payment *q = &ex->payments[i];

        q->policy_id = ex->policy->id;
        read_map(ex->pb, items[i], keys, q);
        if (node_get(items[i], "year") &&
            read_int(ex->pb, node_get(items[i], "year"), 1990, 2100, &year))
            q->year = (int16_t)year;
        q->employer_id = employer_number(ex, node_get(items[i], "employer"));
    }
    ex->facts.payments = ex->payments;
    ex->facts.payment_count = n;
}

/* A bare number is a count of just the staff that the policy's first step counts. */
static void give_headcount(struct example *ex, const struct policy_node *node)
{
    struct policy_headcount *h = &ex->headcounts[0];
    int64_t n;

    h->on = ex->as_of;
    for (int i = ex->policy->item_count - 1; i >= 0; i--) {
        const struct policy_item *it = &ex->policy->items[i];

        if (it->kind != AMOUNT_STEP)
            continue;
        h->origin = it->step.origin.lo;
        h->status = it->step.status;
        h->stable_months = it->step.stable_months;
    }
    if (read_int(ex->pb, node, 0, 1000000, &n))
        h->n = (int32_t)n;
    ex->facts.headcounts = ex->headcounts;
    ex->facts.headcount_count = 1;
}

static void give_training(struct example *ex, const struct policy_node *node)
{
    static const struct key keys[] = {
        K("from", KEY_DATE, offsetof(struct policy_course, start), .required = true),
        K("until", KEY_DATE, offsetof(struct policy_course, end)),
        K("days", KEY_INT, offsetof(struct policy_course, days), .required = true, .max = 366),
        { 0 },
    };
    const struct policy_node *const *items;
    int n = node_items(ex->pb, node, ROWS_MAX, &items);

    for (int i = 0; i < n; i++)
        read_map(ex->pb, items[i], keys, &ex->courses[i]),
            check_order(ex, items[i], ex->courses[i].start, ex->courses[i].end);
    ex->facts.courses = ex->courses;
    ex->facts.course_count = n;
}

static void give_station(struct example *ex, const struct policy_node *node)
{
    static const struct key keys[] = {
        K("opened", KEY_DATE, offsetof(struct policy_station, opened), .required = true),
        K("closed", KEY_DATE, offsetof(struct policy_station, closed)),
        K("ordinal", KEY_INT, offsetof(struct policy_station, ordinal), .required = true, .min = 1,
          .max = 1000000),
        { 0 },
    };

    read_map(ex->pb, node, keys, &ex->station);
    ex->facts.station = &ex->station;
}

/* Without `documents` they are taken to be complete. */
static void give_documents(struct example *ex, const struct policy_node *node)
{
    const struct policy_node *const *items;
    int n = node_items(ex->pb, node, 32, &items), code;

    ex->facts.documents_ignored = false;
    for (int i = 0; i < n; i++) {
        if (read_code(ex->pb, items[i], policy_documents, &code))
            ex->facts.documents |= 1u << code;
    }
}

/* In this order: months need spells. */
static const struct {
    const char *key;
    void (*give)(struct example *ex, const struct policy_node *node);
} givers[] = {
    { "person", give_person },     { "spells", give_spells },   { "months", give_months },
    { "tickets", give_tickets },   { "paid", give_payments },   { "headcount", give_headcount },
    { "training", give_training }, { "station", give_station }, { "documents", give_documents },
};

/* --- what must come out: of these only what is written --- */
struct expect {
    enum policy_verdict verdict;
    int64_t yuan, next_yuan, overpaid_yuan; /* in fen */
    struct date due, earliest, from;
    int32_t instalments, months;
};

static const struct key expect_keys[] = {
    K("verdict", KEY_CODE, offsetof(struct expect, verdict), .required = true,
      .names = policy_verdicts),
    K("yuan", KEY_YUAN, offsetof(struct expect, yuan)),
    K("next_yuan", KEY_YUAN, offsetof(struct expect, next_yuan)),
    K("overpaid_yuan", KEY_YUAN, offsetof(struct expect, overpaid_yuan)),
    K("due", KEY_DATE, offsetof(struct expect, due)),
    K("earliest", KEY_DATE, offsetof(struct expect, earliest)),
    K("counted_from", KEY_DATE, offsetof(struct expect, from)),
    K("instalments", KEY_INT, offsetof(struct expect, instalments), .max = 1000),
    K("months", KEY_INT, offsetof(struct expect, months), .max = 1000),
    { 0 },
};

static void expect_text(struct policy_problems *pb, const struct policy_node *at, const char *what,
                        const char *got, const char *want)
{
    if (str_eq(got, want))
        return;
    PROBLEM(pb, at, "示例不符：%s 算得 %s，应为 %s", "example fails: %s is %s, expected %s", what,
            got, want);
    CURE(pb, "请核对规则或示例；完整依据见 queqiao policy explain",
         "check the rule or the example; “queqiao policy explain” shows the reasons");
}

static const char *yuan_text(struct arena *mem, int64_t fen)
{
    return arena_printf(mem, "%lld.%02lld", (long long)(fen / 100), (long long)(fen % 100));
}

static void expect_yuan(struct policy_problems *pb, const struct policy_node *node, const char *key,
                        int64_t got, int64_t want)
{
    if (node_get(node, key))
        expect_text(pb, node_get(node, key), key, yuan_text(pb->mem, got),
                    yuan_text(pb->mem, want));
}

static void expect_number(struct policy_problems *pb, const struct policy_node *node,
                          const char *key, int32_t got, int32_t want)
{
    if (node_get(node, key))
        expect_text(pb, node_get(node, key), key, arena_printf(pb->mem, "%d", got),
                    arena_printf(pb->mem, "%d", want));
}

static void expect_date(struct policy_problems *pb, const struct policy_node *node, const char *key,
                        struct date got, struct date want)
{
    char a[11], b[11];

    if (node_get(node, key))
        expect_text(pb, node_get(node, key), key, date_format(got, a), date_format(want, b));
}

/* Most stable months that any condition saw, and the day counting began there. */
static int32_t most_months(const struct policy_decision *d, struct date *from)
{
    int64_t most = 0;

    for (int i = 0; i < d->outcome_count; i++) {
        if (d->outcomes[i].rule != RULE_MONTHS || d->outcomes[i].got < most)
            continue;
        most = d->outcomes[i].got;
        *from = d->outcomes[i].from;
    }
    return (int32_t)most;
}

static void compare(struct policy_problems *pb, const struct policy_node *node,
                    const struct policy_decision *d)
{
    struct expect e = { 0 };
    struct date from = { 0 };
    int32_t months = most_months(d, &from);
    int before = pb->total;

    read_map(pb, node, expect_keys, &e);
    if (pb->total != before)
        return;
    expect_text(pb, node_get(node, "verdict"), "verdict", policy_verdicts[d->verdict].code,
                policy_verdicts[e.verdict].code);
    expect_yuan(pb, node, "yuan", d->amount_fen, e.yuan);
    expect_yuan(pb, node, "next_yuan", d->next_fen, e.next_yuan);
    expect_yuan(pb, node, "overpaid_yuan", d->overpaid_fen, e.overpaid_yuan);
    expect_number(pb, node, "instalments", d->instalment_count, e.instalments);
    expect_number(pb, node, "months", months, e.months);
    expect_date(pb, node, "due", d->due, e.due);
    expect_date(pb, node, "earliest", d->earliest, e.earliest);
    expect_date(pb, node, "counted_from", from, e.from);
}

/* --- running --- */
/* The tree with the values of `with` in their places. */
static const struct policy_node *apply_with(struct policy_problems *pb,
                                            const struct policy_node *root,
                                            const struct policy_node *with)
{
    for (int i = 0; with && i < with->n && with->kind == NODE_MAP; i++) {
        const struct policy_node *changed =
            node_with(pb->mem, root, with->keys[i]->text, with->items[i]);

        if (!changed) {
            PROBLEM(pb, with->keys[i], "没有“%s”这个位置", "there is no “%s”", with->keys[i]->text);
            CURE(pb, "路径形如 count.gap_days 或 amount.<id>.per_month.yuan",
                 "a path looks like count.gap_days or amount.<id>.per_month.yuan");
            return root;
        }
        root = changed;
    }
    return root;
}

static void read_case(struct example *ex, const struct policy_node *node,
                      const struct policy_node *given)
{
    int64_t year = 0;

    if (node_get(node, "year") && read_int(ex->pb, node_get(node, "year"), 1990, 2100, &year))
        ex->facts.year = (int16_t)year;
    ex->facts.documents_ignored = true;
    for (size_t i = 0; i < ARRAY_LEN(givers); i++) {
        const struct policy_node *value = node_get(node, givers[i].key);

        if (!value)
            value = node_get(given, givers[i].key);
        if (value)
            givers[i].give(ex, value);
    }
    if (ex->policy->beneficiary == BENEFICIARY_EMPLOYER)
        ex->facts.employer_id = employer_number(ex, node_get(node, "employer"));
}

static void run_case(struct policy_problems *pb, const struct policy_node *root,
                     const struct policy_node *node, const struct policy_node *given)
{
    static const struct key keys[] = {
        K("name", KEY_LATER, 0, .required = true),
        K("as_of", KEY_DATE, 0, .required = true),
        K("year", KEY_LATER, 0),
        K("with", KEY_LATER, 0),
        K("person", KEY_LATER, 0),
        K("spells", KEY_LATER, 0),
        K("months", KEY_LATER, 0),
        K("tickets", KEY_LATER, 0),
        K("paid", KEY_LATER, 0),
        K("headcount", KEY_LATER, 0),
        K("training", KEY_LATER, 0),
        K("station", KEY_LATER, 0),
        K("documents", KEY_LATER, 0),
        K("employer", KEY_LATER, 0),
        K("expect", KEY_LATER, 0, .required = true),
        { 0 },
    };
    struct example *ex = NEW(pb->mem, struct example);
    struct policy_decision with_trace, without;
    int before = pb->total;

    read_map(pb, node, keys, &ex->as_of);
    if (pb->total != before)
        return;
    ex->pb = pb;
    ex->policy = policy_of_tree(apply_with(pb, root, node_get(node, "with")), pb);
    if (!ex->policy)
        return;
    read_case(ex, node, given);
    if (pb->total != before)
        return;
    policy_eval(ex->policy, &ex->facts, ex->as_of, pb->mem, &with_trace);
    policy_eval(ex->policy, &ex->facts, ex->as_of, NULL, &without);
    assert(with_trace.verdict == without.verdict && with_trace.amount_fen == without.amount_fen &&
           date_compare(with_trace.earliest, without.earliest) == 0);
    compare(pb, node_get(node, "expect"), &with_trace);
}

/* --- facts alone --- */
static void read_facts(struct policy_problems *pb, const struct policy_node *node,
                       const struct policy_node *given, const struct policy *p, struct date on,
                       struct policy_case *ret)
{
    static const struct key keys[] = {
        K("name", KEY_LATER, 0),      K("as_of", KEY_DATE, 0),
        K("year", KEY_LATER, 0),      K("person", KEY_LATER, 0),
        K("spells", KEY_LATER, 0),    K("months", KEY_LATER, 0),
        K("tickets", KEY_LATER, 0),   K("paid", KEY_LATER, 0),
        K("headcount", KEY_LATER, 0), K("training", KEY_LATER, 0),
        K("station", KEY_LATER, 0),   K("documents", KEY_LATER, 0),
        K("employer", KEY_LATER, 0),  { 0 },
    };
    struct example *ex = NEW(pb->mem, struct example);
    int before = pb->total;

    ex->pb = pb;
    ex->policy = p;
    ex->as_of = on;
    if (node_get(given, "as_of"))
        read_date(pb, node_get(given, "as_of"), &ex->as_of);
    read_map(pb, node, keys, &ex->as_of);
    if (pb->total == before && date_is_none(ex->as_of)) {
        PROBLEM(pb, node, "没有写截至哪一天", "the day is not stated");
        CURE(pb, "请写 as_of，或在命令里写 --on", "write as_of, or give --on");
    }
    if (pb->total != before)
        return;
    read_case(ex, node, given);
    if (node_get(node, "name"))
        read_text(pb, node_get(node, "name"), &ret->name);
    ret->as_of = ex->as_of;
    ret->facts = ex->facts;
}

enum err policy_facts_read(struct arena *mem, const char *name, const char *text, size_t len,
                           const struct policy *p, struct date on, const struct policy_case **ret,
                           int *ret_n, struct policy_problems *problems)
{
    static const struct key keys[] = { K("given", KEY_LATER, 0),
                                       K("people", KEY_LATER, 0, .required = true),
                                       { 0 } };
    const struct policy_node *root, *people;
    const struct policy_node *const *items;
    struct policy_case *list;
    int n;

    *problems = (struct policy_problems){ .file = name, .mem = mem };
    root = policy_yaml_read(text, len, problems);
    if (!root)
        return E_INVALID;
    people = node_get(root, "people");
    if (people)
        read_map(problems, root, keys, &on);
    n = node_items(problems, people ? people : root, 5000, &items);
    list = NEW_ARRAY(mem, struct policy_case, n + 1);
    for (int i = 0; i < n; i++) {
        list[i].name = arena_printf(mem, "%d", i + 1);
        read_facts(problems, items[i], node_get(root, "given"), p, on, &list[i]);
    }
    if (problems->total)
        return E_INVALID;
    *ret = list;
    *ret_n = n;
    return OK;
}

/* Two examples of one name cannot be told apart in a report. */
static void check_names(struct policy_problems *pb, const struct policy_node *cases)
{
    for (int i = 0; i < cases->n; i++) {
        const struct policy_node *name = node_get(cases->items[i], "name"), *other;

        for (int j = 0; j < i && name && name->kind == NODE_SCALAR; j++) {
            other = node_get(cases->items[j], "name");
            if (!other || other->kind != NODE_SCALAR || !str_eq(name->text, other->text))
                continue;
            PROBLEM(pb, name, "示例“%s”写了两次", "there are two examples “%s”", name->text);
            CURE(pb, "请另起一个名字", "give one of them another name");
        }
    }
}

enum err policy_run_examples(struct arena *mem, const char *name, const char *text, size_t len,
                             int *ret_n, struct policy_problems *problems)
{
    const struct policy_node *root, *examples, *cases;
    int n = 0;

    *problems = (struct policy_problems){ .file = name, .mem = mem };
    root = policy_yaml_read(text, len, problems);
    if (!root || !policy_of_tree(root, problems))
        return E_INVALID;
    examples = node_get(root, "examples");
    cases = node_get(examples, "cases");
    if (!cases || cases->kind != NODE_LIST || cases->n == 0) {
        PROBLEM(problems, cases ? cases : examples, "没有示例", "there are no examples");
        CURE(problems, "请在 examples.cases 下至少写一例及其应有结果",
             "write at least one under examples.cases, with the expected outcome");
        return E_INVALID;
    }
    check_names(problems, cases);
    if (problems->total)
        return E_INVALID;
    for (; n < cases->n; n++) {
        /* Each case reads the policy anew, which refuses a list of problems that is not empty. */
        struct policy_problems *pb = NEW(mem, struct policy_problems);

        *pb = (struct policy_problems){ .file = name, .mem = mem };
        run_case(pb, root, cases->items[n], node_get(examples, "given"));
        for (int i = 0; i < pb->n; i++) {
            problems->total++;
            if (problems->n < POLICY_PROBLEMS_MAX)
                problems->at[problems->n++] = pb->at[i];
        }
    }
    *ret_n = n;
    return problems->total ? E_INVALID : OK;
}
