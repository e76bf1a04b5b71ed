/* Decisions on facts built by hand: what the examples inside policies/ do not show. */
#include "harness.h"
#include "platform/asset.h"
#include "platform/json.h"
#include "policy/policy_explain.h"
#include "policy/policy_file.h"

static struct date D(const char *text) {
    struct date d = { 0 };

    EXPECT(date_parse_iso(text, &d));
    return d;
}

/* S-R1 in C: 600 yuan a month, six months at most, after three stable months. */
static struct policy
post_wage(enum policy_accrual accrual)
{
    struct policy p = {
        .id = "p",
        .version = 1,
        .from = D("2018-01-01"),
        .until = D("2018-12-31"),
        .who = { .status = 1u << STATUS_REGISTERED_POOR, .origin_count = 1 },
        .spell = { .work_count = 1, .reserved_post = true },
        .count = { .gap_days = 30 },
        .require = { .months = 3 },
        .items = { { .id = "monthly",
                     .kind = AMOUNT_PER_MONTH,
                     .fen = 60000,
                     .months = 6,
                     .accrual = accrual } },
        .item_count = 1,
    };

    p.who.origin[0] = policy_range(621100);
    p.spell.work[0] = policy_range(350100);
    return p;
}

static const struct policy_status_row poor[] = {
    { STATUS_REGISTERED_POOR, { 2014, 1, 1 }, { 2020, 12, 31 } }
};

TEST("three full months earn 1,800 from the first month and nothing after the threshold")
{
    struct policy_spell spell = { .id = 1,
                                  .employer_id = 1,
                                  .work_division = 350181000000,
                                  .start = D("2018-03-05"),
                                  .end = D("2018-06-20"),
                                  .reserved_post = true };
    struct policy_facts f = { .domicile = 621121000000,
                              .statuses = poor,
                              .status_count = 1,
                              .spells = &spell,
                              .spell_count = 1 };
    struct policy_decision d;
    struct policy p = post_wage(ACCRUAL_FIRST_MONTH);

    policy_eval(&p, &f, D("2018-12-31"), test_arena(), &d);
    EXPECT_INT(d.verdict, VERDICT_ENTITLED);
    EXPECT_INT(d.amount_fen, 180000);
    EXPECT_INT(d.instalment_count, 3);
    p = post_wage(ACCRUAL_AFTER_THRESHOLD);
    policy_eval(&p, &f, D("2018-12-31"), test_arena(), &d);
    EXPECT_INT(d.amount_fen, 0);
    spell.end = (struct date){ 0 };
    policy_eval(&p, &f, D("2018-12-31"), test_arena(), &d);
    EXPECT_INT(d.amount_fen, 360000);
    policy_eval(&p, &f, D("2018-06-05"), test_arena(), &d);
    EXPECT_INT(d.verdict, VERDICT_NOT_YET);
    EXPECT(date_compare(d.earliest, D("2018-07-05")) == 0);
}

static const struct policy *shipped(const char *name)
{
    for (const struct asset *a = policies_assets; a->path; a++) {
        struct policy_problems pb;
        const struct policy *p;

        if (strcmp(a->path, name) == 0 && policy_read(test_arena(), name, (const char *)a->start,
                                                      (size_t)(a->end - a->start), &p, &pb) == OK)
            return p;
    }
    test_fail(__FILE__, __LINE__, "no policy %s", name);
    return NULL;
}

static struct policy_spell spell_in_fuzhou(const char *start, const char *end)
{
    return (struct policy_spell){ .id = 7,
                                  .employer_id = 70,
                                  .work_division = 350104000000,
                                  .start = D(start),
                                  .end = end ? D(end) : (struct date){ 0 },
                                  .reserved_post = true };
}

TEST("a decision of the 2019 policy explains itself in both languages")
{
    struct policy_spell spells[] = { spell_in_fuzhou("2019-02-11", "2019-03-20"),
                                     spell_in_fuzhou("2019-04-08", NULL) };
    struct policy_month months[] = { { { 2019, 2 }, 0, MONTH_CONFIRMED, NONE, false },
                                     { { 2019, 3 }, 0, MONTH_CONFIRMED, NONE, false },
                                     { { 2019, 4 }, 1, MONTH_CONFIRMED, NONE, false },
                                     { { 2019, 5 }, 1, MONTH_CONFIRMED, NONE, false } };
    struct policy_facts f = { .birth = D("1990-05-20"),
                              .domicile = 621124000000,
                              .statuses = poor,
                              .status_count = 1,
                              .spells = spells,
                              .spell_count = 2,
                              .months = months,
                              .month_count = 4,
                              .documents_ignored = true };
    const struct policy *p = shipped("fuzhou-post-wage-2019.yaml");
    struct policy_decision d;
    struct policy_stored s;
    const char *zh, *en;

    policy_eval(p, &f, D("2019-06-10"), test_arena(), &d);
    policy_stored_of(p, &d, &s);
    zh = policy_explain(test_arena(), &s, LANG_ZH);
    en = policy_explain(test_arena(), &s, LANG_EN);
    EXPECT(strstr(
        zh, "应享受，现应发3,000.00元（2019-05-29应得）；如一直在岗，2019-08-29可再得9,000.00元"));
    EXPECT(strstr(zh, "文号未查到；来源：公开报道"));
    EXPECT(strstr(
        zh, "自2019-02-11起算，满3个月（须满3个月），2019-05-29达到（原文：连续稳定就业满3个月）"));
    EXPECT(strstr(zh, "2019-03-21至2019-04-07 18天 空档，允许，不计入"));
    EXPECT(strstr(en, "9,000.00 yuan more on 2019-08-29"));
    EXPECT(strstr(en, "2019-03-21 to 2019-04-07, 18 days, gap, allowed, not counted"));
    EXPECT(!strstr(zh, "(null)") && !strstr(en, "(null)"));
}

TEST("a stored decision reads back as the same words")
{
    struct ctx *cx = ctx_new(NULL, 0);
    struct policy_spell spell = spell_in_fuzhou("2018-03-05", NULL);
    struct policy_facts f = { .domicile = 621124000000,
                              .statuses = poor,
                              .status_count = 1,
                              .spells = &spell,
                              .spell_count = 1,
                              .documents_ignored = true };
    const struct policy *p = shipped("fuzhou-post-wage-2018.yaml");
    const struct json_value *v = NULL;
    struct policy_decision d;
    struct policy_stored s, back = { 0 };
    const char *json;

    policy_eval(p, &f, D("2018-07-20"), test_arena(), &d);
    policy_stored_of(p, &d, &s);
    json = policy_stored_json(test_arena(), &s);
    EXPECT_INT(json_parse(cx, json, strlen(json), &v), OK);
    EXPECT(policy_stored_read(test_arena(), v, &back));
    EXPECT_STR(policy_explain(test_arena(), &back, LANG_ZH),
               policy_explain(test_arena(), &s, LANG_ZH));
    EXPECT_STR(policy_explain(test_arena(), &back, LANG_EN),
               policy_explain(test_arena(), &s, LANG_EN));
    EXPECT_STR(policy_stored_json(test_arena(), &back), json);
    EXPECT(strstr(policy_explain(test_arena(), &s, LANG_ZH), "未核实，暂不计入"));
    EXPECT_INT(json_parse(cx, "{\"verdict\":\"ENTITLED\"}", 22, &v), OK);
    EXPECT(!policy_stored_read(test_arena(), v, &back));
    ctx_free(cx);
}

static struct policy_choice choice(const struct policy *p, enum policy_verdict verdict, int64_t fen,
                                   const char *from, const char *until, const char *claimed_on)
{
    struct policy_decision *d = NEW(test_arena(), struct policy_decision);

    *d = (struct policy_decision){ .policy_id = p->id,
                                   .as_of = D("2018-12-31"),
                                   .verdict = verdict,
                                   .amount_fen = fen,
                                   .earned_fen = fen,
                                   .period_from = D(from),
                                   .period_until = D(until) };
    return (struct policy_choice){ .policy = p,
                                   .decision = d,
                                   .reference = claimed_on,
                                   .claimed_on = claimed_on ? D(claimed_on) : (struct date){ 0 } };
}

TEST("of two sides' claims for the same months the later is held with a reference to the first")
{
    struct policy fuzhou = { .id = "fuzhou",
                             .side = SIDE_DESTINATION,
                             .exclusive_count = 1,
                             .exclusive = { { "post-wage", SPAN_SAME_PERIOD } } };
    struct policy dingxi = { .id = "dingxi",
                             .side = SIDE_ORIGIN,
                             .exclusive_count = 1,
                             .exclusive = { { "post-wage", SPAN_SAME_PERIOD } } };
    struct policy_choice c[] = {
        choice(&fuzhou, VERDICT_ENTITLED, 360000, "2018-03-05", "2018-09-04", "2018-10-08"),
        choice(&dingxi, VERDICT_ENTITLED, 90000, "2018-05-01", "2018-07-31", "2018-10-01"),
        choice(&dingxi, VERDICT_ENTITLED, 90000, "2017-05-01", "2017-07-31", "2018-10-09"),
    };

    policy_select(c, 3);
    EXPECT(c[0].held && !c[1].held && !c[2].held);
    EXPECT_INT(c[0].held_by, 1);
    EXPECT_INT(c[0].held_rule, RULE_EXCLUSIVE);
    EXPECT_INT(c[1].held_by, -1);
    /* Mere discoveries: the higher amount goes first; one that pays nothing holds nobody. */
    c[0].claimed_on = c[1].claimed_on = c[2].claimed_on = (struct date){ 0 };
    policy_select(c, 3);
    EXPECT(!c[0].held && c[1].held && !c[2].held);
    ((struct policy_decision *)c[0].decision)->verdict = VERDICT_NOT_YET;
    policy_select(c, 3);
    EXPECT(!c[0].held && !c[1].held);
}

TEST("when the higher of two policies is to be chosen, the lower is held")
{
    struct policy old = { .id = "old" };
    struct policy new = { .id = "new",
                          .supersedes = "old",
                          .transition = TRANSITION_CHOOSE_HIGHER };
    struct policy_choice c[] = {
        choice(&old, VERDICT_ENTITLED, 360000, "2018-03-05", "2018-09-04", NULL),
        choice(&new, VERDICT_ENTITLED, 300000, "2018-03-05", "2018-09-04", NULL),
    };

    policy_select(c, 2);
    EXPECT(!c[0].held && c[1].held);
    EXPECT_INT(c[1].held_rule, RULE_TRANSITION);
    new.transition = TRANSITION_TOP_UP;
    policy_select(c, 2);
    EXPECT(!c[0].held && !c[1].held);
}

TEST("home and work give one relation, and municipalities are one city")
{
    static const struct {
        int64_t home, work;
        enum policy_relation relation;
    } cases[] = {
        { 500229107000, 500229000000, RELATION_SAME_COUNTY },
        { 500229107000, 500101000000, RELATION_OTHER_COUNTY },
        { 621124000000, 621102000000, RELATION_OTHER_COUNTY },
        { 621124000000, 620102000000, RELATION_OTHER_CITY },
        { 621124000000, 350104000000, RELATION_OTHER_PROVINCE },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        EXPECT_INT(policy_relation(cases[i].home, cases[i].work), cases[i].relation);
    EXPECT(policy_range(621100).lo == 621100000000 && policy_range(621100).hi == 621199999999);
    EXPECT(policy_range(500229107).hi == 500229107999);
    EXPECT(policy_range(350000).hi == 359999999999);
}

TEST("what was paid beyond what is earned is to be recovered")
{
    struct policy_spell spell = spell_in_fuzhou("2018-03-05", "2018-06-20");
    struct policy_payment paid = {
        .policy_id = "p", .item = "monthly", .on = D("2018-10-01"), .fen = 240000
    };
    struct policy_facts f = { .domicile = 621121000000,
                              .statuses = poor,
                              .status_count = 1,
                              .spells = &spell,
                              .spell_count = 1,
                              .payments = &paid,
                              .payment_count = 1 };
    struct policy p = post_wage(ACCRUAL_FIRST_MONTH);
    struct policy_decision d;

    policy_eval(&p, &f, D("2018-12-31"), test_arena(), &d);
    EXPECT_INT(d.earned_fen, 180000);
    EXPECT_INT(d.overpaid_fen, 60000);
    EXPECT_INT(d.amount_fen, 0);
}

TEST("a review as of the old day finds a payment that nothing supports any longer")
{
    struct policy_spell spell = spell_in_fuzhou("2018-03-05", "2018-05-20");
    struct policy_payment paid = {
        .policy_id = "p", .item = "monthly", .on = D("2018-10-01"), .fen = 180000
    };
    struct policy_facts f = { .domicile = 621121000000,
                              .statuses = poor,
                              .status_count = 1,
                              .spells = &spell,
                              .spell_count = 1,
                              .payments = &paid,
                              .payment_count = 1 };
    struct policy p = post_wage(ACCRUAL_FIRST_MONTH);
    struct policy_decision d;

    policy_eval(&p, &f, D("2018-09-01"), test_arena(), &d);
    EXPECT_INT(d.overpaid_fen, 0);
    f.is_review = true;
    policy_eval(&p, &f, D("2018-09-01"), test_arena(), &d);
    EXPECT_INT(d.verdict, VERDICT_NOT_ELIGIBLE);
    EXPECT_INT(d.overpaid_fen, 180000);
}

TEST("days of two jobs at once are counted once")
{
    struct policy_spell spells[] = { spell_in_fuzhou("2018-03-05", "2018-04-30"),
                                     spell_in_fuzhou("2018-03-20", "2018-05-25") };
    struct policy_facts f = { .domicile = 621121000000,
                              .statuses = poor,
                              .status_count = 1,
                              .spells = spells,
                              .spell_count = 2 };
    struct policy p = post_wage(ACCRUAL_FIRST_MONTH);
    struct policy_decision d;

    p.count.mode = COUNT_CUMULATIVE;
    spells[1].employer_id = 71;
    policy_eval(&p, &f, D("2018-12-31"), test_arena(), &d);
    EXPECT_INT(d.verdict, VERDICT_NOT_ELIGIBLE);
    spells[1].end = D("2018-06-04");
    policy_eval(&p, &f, D("2018-12-31"), test_arena(), &d);
    EXPECT_INT(d.verdict, VERDICT_ENTITLED);
}

TEST("more spells than fit inline decide like few")
{
    enum { N = 300 };
    struct policy_spell *spells = NEW_ARRAY(test_arena(), struct policy_spell, N);
    struct policy_facts f = { .domicile = 621121000000,
                              .statuses = poor,
                              .status_count = 1,
                              .spells = spells,
                              .spell_count = N };
    struct policy p = post_wage(ACCRUAL_FIRST_MONTH);
    struct policy_decision d;

    for (int i = 0; i < N; i++) {
        spells[i] = spell_in_fuzhou("2018-03-05", "2018-03-05");
        spells[i].start = spells[i].end = date_add_days(D("2018-03-05"), i);
    }
    policy_eval(&p, &f, D("2018-12-31"), NULL, &d);
    EXPECT_INT(d.amount_fen, 360000);
    p.count.gap_days = 0;
    p.count.same_employer = true;
    for (int i = 0; i < N; i++)
        spells[i].employer_id = i;
    policy_eval(&p, &f, D("2018-12-31"), test_arena(), &d);
    EXPECT_INT(d.verdict, VERDICT_NOT_ELIGIBLE);
}
