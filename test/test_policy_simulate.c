/* What one asks of a policy: whom nobody reaches, where two meet, how they differ, what a change
 * would cost. */
#include "ops.h"

#include <stdio.h>

#include "base/ids.h"
#include "platform/asset.h"
#include "policy/policy_clauses.h"
#include "policy/policy_compare.h"
#include "policy/policy_file.h"

static const struct asset *shipped(const char *name)
{
    for (const struct asset *a = policies_assets; a->path; a++)
        if (strcmp(a->path, name) == 0)
            return a;
    test_fail(__FILE__, __LINE__, "no policy %s", name);
    return policies_assets;
}

static const struct policy *changed(const char *name, const struct policy_change *changes, int n)
{
    const struct asset *a = shipped(name);
    struct policy_problems pb;
    const struct policy *p = NULL;

    if (policy_read_with(test_arena(), name, (const char *)a->start, (size_t)(a->end - a->start),
                         changes, n, &p, &pb) != OK)
        test_fail(__FILE__, __LINE__, "%s", policy_problem_text(test_arena(), &pb, 0, LANG_EN));
    return p;
}

TEST("amounts that nobody reaches are warned of, in no shipped policy")
{
    static const struct {
        const char *file;
        struct policy_change change;
        const char *says;
    } cases[] = {
        { "guizhou-away-2025.yaml", { "require.months", "25" }, "24 count at most" },
        { "gansu-chongxin-2024.yaml", { "require.months", "13" }, "12 count at most" },
        { "fuzhou-post-wage-2018.yaml",
          { "amount.monthly.per_month.months", "13" },
          "pays up to 13" },
        { "fuzhou-post-wage-2019.yaml", { "caps.person_life", "5000" }, "never paid in full" },
        { "gansu-huanxian-employer-2023.yaml", { "amount.m3.fixed", "700" }, "never the highest" },
        { "gansu-huanxian-employer-2023.yaml", { "amount.m3.fixed", "699" }, NULL },
    };
    struct policy_text texts[8];

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int n =
            policy_warnings(test_arena(), changed(cases[i].file, &cases[i].change, 1), texts, 8);

        if (!cases[i].says)
            EXPECT_INT(n, 0);
        else if (n < 1 || !strstr(texts[0].en, cases[i].says) || !texts[0].zh)
            test_fail(__FILE__, __LINE__, "%s with %s: %s", cases[i].file, cases[i].change.value,
                      n ? texts[0].en : "nothing");
    }
    for (const struct asset *a = policies_assets; a->path; a++)
        EXPECT_INT(policy_warnings(test_arena(), changed(a->path, NULL, 0), texts, 8), 0);
}

TEST("two policies meet when benefit, people, place and days do and nothing keeps them apart")
{
    static const struct policy_change none[] = { { "id", "another" } };
    static const struct policy_change later[] = { { "id", "another" },
                                                  { "effective.from", "2026-01-01" },
                                                  { "effective.until", "2026-12-31" } };
    const struct policy *p = changed("gansu-chongxin-2024.yaml", NULL, 0);

    EXPECT(policies_overlap(p, changed("gansu-chongxin-2024.yaml", none, 1)));
    EXPECT(!policies_overlap(p, p)); /* a revision of itself */
    EXPECT(!policies_overlap(p, changed("gansu-chongxin-2024.yaml", later, 3)));
    EXPECT(!policies_overlap(p, changed("shanxi-linyi-2023.yaml", NULL, 0)));
    for (const struct asset *a = policies_assets; a->path; a++)
        for (const struct asset *b = policies_assets; b != a; b++)
            if (policies_overlap(changed(a->path, NULL, 0), changed(b->path, NULL, 0)))
                test_fail(__FILE__, __LINE__, "%s meets %s", a->path, b->path);
}

TEST("two policies differ in just the clauses that differ")
{
    static const struct policy_change dearer[] = { { "amount.m3.fixed", "3500" } };
    static const struct policy_change window[] = { { "count.last_day_free", "true" } };
    const struct policy *p = changed("fuzhou-post-wage-2019.yaml", NULL, 0);
    struct policy_difference d;

    policy_difference_of(test_arena(), p, p, &d);
    EXPECT(d.only_a_count == 0 && d.only_b_count == 0);
    policy_difference_of(test_arena(), p, changed("fuzhou-post-wage-2019.yaml", dearer, 1), &d);
    EXPECT(d.only_a_count == 1 && d.only_b_count == 1);
    EXPECT_STR(d.only_a[0].zh, "连续稳定就业满3个月：3000 元");
    EXPECT_STR(d.only_b[0].en, "Three months of continuous stable employment: 3500 yuan");
    policy_difference_of(test_arena(), p, changed("fuzhou-post-wage-2019.yaml", window, 1), &d);
    EXPECT(d.only_b_count == 1 && strstr(d.only_b[0].en, "the end date is not worked"));
}

/* The figures that docs/policies.md prints. */
TEST("the worked example of the manual: from Fuzhou's rule of 2018 to that of 2019")
{
    const struct policy *now = changed("fuzhou-post-wage-2018.yaml", NULL, 0);
    const struct policy *then = changed("fuzhou-post-wage-2019.yaml", NULL, 0);
    const struct policy_case *people;
    struct policy_problems pb;
    struct policy_comparison c;
    char text[8192] = "";
    FILE *f = fopen("docs/fuzhou-2018-2019.yaml", "r");
    int n = 0;

    EXPECT(f != NULL);
    if (!f)
        return;
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    EXPECT_INT(policy_facts_read(test_arena(), "facts", text, strlen(text), then,
                                 (struct date){ 0 }, &people, &n, &pb),
               OK);
    EXPECT_INT(n, 6);
    policy_comparison_start(&c, test_arena(), now, then, date_make(2019, 9, 1));
    for (int i = 0; i < n; i++) {
        struct arena *scratch = arena_new();

        policy_comparison_add(&c, scratch, &people[i].facts, &people[i].facts, i + 1,
                              people[i].name, people[i].facts.domicile);
        arena_free(scratch);
    }
    EXPECT_INT(c.total.now_fen, 600000);
    EXPECT_INT(c.total.then_fen, 1800000);
    EXPECT_INT(c.total.turns[TURN_GAINED], 3);
    EXPECT_INT(c.total.turns[TURN_LOST], 2);
    EXPECT_INT(c.county_count, 2);
    EXPECT_INT(c.counties[0].home, 621121000000);
    EXPECT_INT(c.counties[1].tally.then_fen, 1500000);
    EXPECT_INT(c.months[0].now_fen, 180000);
}

TEST("a simulation counts last year's right while its late window is open, and not after")
{
    static const char text[] =
        "given:\n  months: CONFIRMED\n"
        "  spells: [{from: 2024-05-01, until: 2024-10-31, employer: A, at: 350104, employer_at: 350104}]\n"
        "people:\n"
        "  - person: {born: 1990-01-01, domicile: 530902, status: [{is: POVERTY_EXITED, from: 2020-12-31}]}\n";
    static const struct policy_change dearer = { "amount.allowance.fixed", "1200" };
    const struct policy *now = changed("yunnan-linxiang-2024.yaml", NULL, 0);
    const struct policy *then = changed("yunnan-linxiang-2024.yaml", &dearer, 1);
    static const struct {
        int year, month, day;
        int64_t now_fen, then_fen;
    } cases[] = { { 2024, 12, 15, 100000, 120000 },
                  { 2025, 1, 15, 100000, 120000 },
                  { 2025, 3, 15, 0, 0 } };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct date on = date_make(cases[i].year, cases[i].month, cases[i].day);
        struct arena *scratch = arena_new();
        const struct policy_case *people;
        struct policy_problems pb;
        struct policy_comparison c;
        int n = 0;

        EXPECT_INT(policy_facts_read(test_arena(), "facts", text, strlen(text), now, on, &people,
                                     &n, &pb),
                   OK);
        for (int k = 0; k < pb.n; k++)
            test_fail(__FILE__, __LINE__, "%s", policy_problem_text(test_arena(), &pb, k, LANG_EN));
        policy_comparison_start(&c, test_arena(), now, then, on);
        policy_comparison_add(&c, scratch, &people[0].facts, &people[0].facts, 1, NULL, 0);
        EXPECT_INT(c.total.now_fen, cases[i].now_fen);
        EXPECT_INT(c.total.then_fen, cases[i].then_fen);
        arena_free(scratch);
    }
}

TEST(
    "what either of two policies paid is left out, what others paid still excludes; counties are summed")
{
    static const char text[] =
        "given:\n  as_of: 2019-09-01\n  months: CONFIRMED\n"
        "  spells: [{from: 2019-02-11, employer: A, at: 350104}]\n"
        "people:\n"
        "  - person: {domicile: 621121100, status: [{is: REGISTERED_POOR, from: 2014-01-01}]}\n"
        "    paid: [{item: m3, group: post-wage, on: 2019-06-01, yuan: 3000}]\n"
        "  - person: {domicile: 621121101, status: [{is: REGISTERED_POOR, from: 2014-01-01}]}\n"
        "    paid: [{policy: other, group: post-wage, on: 2019-06-01, from: 2019-03-01,"
        " until: 2019-05-01, yuan: 900}]\n"
        "  - person: {domicile: 621121102, status: [{is: REGISTERED_POOR, from: 2014-01-01}]}\n"
        "  - person: {domicile: 621121103, status: [{is: REGISTERED_POOR, from: 2014-01-01}]}\n"
        "    paid: [{policy: fuzhou-post-wage-2018, item: monthly, on: 2019-06-01, yuan: 600}]\n";
    static const struct policy_change dearer = { "amount.m3.fixed", "2000" };
    const struct policy *now = changed("fuzhou-post-wage-2019.yaml", NULL, 0);
    const struct policy *then = changed("fuzhou-post-wage-2019.yaml", &dearer, 1);
    struct arena *scratch = arena_new();
    const struct policy_case *people;
    struct policy_problems pb;
    struct policy_comparison c;
    int n = 0;

    EXPECT_INT(policy_facts_read(test_arena(), "facts", text, strlen(text), now, (struct date){ 0 },
                                 &people, &n, &pb),
               OK);
    policy_comparison_start(&c, test_arena(), now, then, date_make(2019, 9, 1));
    for (int i = 0; i < n; i++)
        policy_comparison_add(&c, scratch, &people[i].facts, &people[i].facts, i + 1, NULL,
                              people[i].facts.domicile);
    EXPECT_INT(c.total.now_fen, 2400000); /* the first and the third: new starters only */
    EXPECT_INT(c.total.then_fen, 2200000);
    EXPECT_INT(c.total.turns[TURN_LOWERED], 2);
    EXPECT_INT(c.county_count, 1);
    EXPECT_INT(c.counties[0].home, 621121000000);
    policy_comparison_start(&c, test_arena(), changed("fuzhou-post-wage-2018.yaml", NULL, 0), now,
                            date_make(2019, 9, 1));
    for (int i = 0; i < n; i++)
        policy_comparison_add(&c, scratch, &people[i].facts, &people[i].facts, i + 1, NULL,
                              people[i].facts.domicile);
    arena_free(scratch);
    EXPECT_INT(c.total.now_fen, 0);
    EXPECT_INT(c.total.then_fen, 3600000); /* the fourth as well: the older one is left out, too */
}

TEST("facts that are wrong are told where, as in an example")
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        { "people: [{spells: [{from: 2019-01-01}]}]", "the day is not stated" },
        { "as_of: 2019-09-01\nspell: []", "unknown key “spell”" },
        { "people: [{as_of: 2019-09-31}]", "is no date" },
        { "people: []\nfriends: []", "unknown key “friends”" },
        { "", "the file is empty" },
    };
    const struct policy *p = changed("fuzhou-post-wage-2019.yaml", NULL, 0);
    const struct policy_case *people;
    struct policy_problems pb;
    int n;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        EXPECT_INT(policy_facts_read(test_arena(), "facts.yaml", bad[i].text, strlen(bad[i].text),
                                     p, (struct date){ 0 }, &people, &n, &pb),
                   E_INVALID);
        if (!strstr(policy_problem_text(test_arena(), &pb, 0, LANG_EN), bad[i].says))
            test_fail(__FILE__, __LINE__, "%s", policy_problem_text(test_arena(), &pb, 0, LANG_EN));
    }
}

/* --- over the ledger --- */
static int64_t worker(enum org county, int n)
{
    char digits[32];

    snprintf(digits, sizeof digits, "%d%04d0307%03d", 621125, 1970 + n % 30, n % 1000);
    return created(
        as_system(), "people.create",
        "{'name':'王%s','id_no':'%s%c','home':%lld,'willingness':'WILLING','household_type':'REGISTERED_POOR','identified_on':'2014-01-01'}",
        n % 2 ? "强" : "芳", digits, id_no_check(digits), (long long)org_division(county));
}

static void at_work(int64_t person, const char *from, const char *months_until)
{
    int64_t placement = created(
        as_system(), "placements.create",
        "{'person_id':'%lld','employer_id':'%lld','start_on':'%s','channel':'ORGANISED','is_reserved':true}",
        (long long)person, (long long)employer_of(FUYAO), from);
    struct month m = month_of(date_of_text(from)), last;
    char text[8];

    EXPECT(month_parse(months_until, &last));
    for (; month_compare(m, last) <= 0; m = month_add(m, 1))
        call(
            as_system(), "months.confirm", NONE,
            "{'month':'%s','source':'EMPLOYER','items':[{'placement_id':'%lld','status':'AT_WORK','days':22,'wage_fen':400000}]}",
            month_format(m, text), (long long)placement);
}

static int64_t policy_id(const char *key)
{
    call(as_system(), "policies.list", NONE, "policy_key=%s", key);
    return got_int("items.0.id");
}

/* Two of Tongwei and one of Lintao in Fuqing: six, four and two months on 1 September 2019. */
static void three_workers(void)
{
    set_clock("2019-09-01");
    at_work(worker(TONGWEI, 1), "2019-02-11", "2019-08");
    at_work(worker(TONGWEI, 2), "2019-04-11", "2019-08");
    at_work(worker(LINTAO, 3), "2019-06-20", "2019-08");
}

OPS_TEST("a dearer first tier costs more, by county and month, and nothing is saved")
{
    int64_t policy;

    three_workers();
    policy = policy_id("fuzhou-post-wage-2019");
    call(as(FUZHOU, "APPROVER"), "policies.simulate", policy,
         "{'as_of':'2019-09-01','changes':{'amount.m3.fixed':'3500','caps.person_life':'12500'}}");
    expect(200, NULL);
    EXPECT_INT(got_int("now_fen"), 1500000);
    EXPECT_INT(got_int("then_fen"), 1600000);
    EXPECT_INT(got_int("difference_fen"), 100000);
    EXPECT_INT(got_int("raised"), 2);
    EXPECT_INT(got_int("changed"), 2);
    EXPECT_INT(got_count("counties"), 1);
    EXPECT_INT(got_int("counties.0.home"), 621121000000);
    EXPECT(strstr(got("counties.0.name"), "通渭县") != NULL);
    EXPECT_INT(got_count("months"), 3); /* 11 May, 11 July, 11 August */
    EXPECT_STR(got("months.0.month"), "2019-05");
    EXPECT_INT(got_int("months.0.then_fen"), 350000);
    EXPECT_INT(got_count("rows"), 2);
    EXPECT_STR(got("rows.0.turn"), "RAISED");
    EXPECT(got("rows.0.name") != NULL);
    call(as_system(), "claims.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 0);
    call(as_system(), "decisions.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 0);
}

OPS_TEST("a shorter term lets people gain, a longer one lets them lose, whatever was found before")
{
    int64_t policy;

    three_workers();
    policy = policy_id("fuzhou-post-wage-2019");
    call(as_system(), "claims.find", NONE, "{'as_of':'2019-09-01'}");
    call(as(LINTAO, "APPROVER"), "policies.simulate", policy,
         "{'as_of':'2019-09-01','changes':{'amount.m3.require.months':'2'}}");
    expect(200, NULL);
    EXPECT_INT(got_int("now_fen"), 0);
    EXPECT_INT(got_int("then_fen"), 300000);
    EXPECT_INT(got_int("gained"), 1);
    EXPECT_STR(got("rows.0.turn"), "GAINED");
    call(as(FUQING, "APPROVER"), "policies.simulate", policy,
         "{'as_of':'2019-09-01','changes':{'amount.m3.require.months':'5'}}");
    EXPECT_INT(got_int("lost"), 1);
    EXPECT_INT(got_int("then_fen"), 1200000);
    call(as(FUQING, "APPROVER"), "policies.simulate", policy, "{'as_of':'2019-09-01'}");
    EXPECT_INT(got_int("difference_fen"), 0);
    EXPECT_INT(got_count("rows"), 0);
}

OPS_TEST("people whom only the changed policy would serve are found as well")
{
    three_workers();
    call(as_system(), "policies.simulate", policy_id("shandong-chongqing-stability-2018"),
         "{'as_of':'2019-09-01','changes':{'who.origin':'621100','spell.at':'350100'}}");
    expect(200, NULL);
    EXPECT_INT(got_int("now_fen"), 0);
    EXPECT_INT(got_int("then_fen"), 400000);
    EXPECT_INT(got_int("gained"), 2);
}

OPS_TEST("who sees nobody of it, or writes no policies, learns nothing; a wrong change is told")
{
    int64_t policy;

    three_workers();
    policy = policy_id("fuzhou-post-wage-2019");
    call(as(YANTAI, "APPROVER"), "policies.simulate", policy, "{'as_of':'2019-09-01'}");
    expect(200, NULL);
    EXPECT_INT(got_int("now_fen"), 0);
    EXPECT_INT(got_count("counties"), 0);
    call(as_nobody(), "policies.simulate", policy, "{}");
    expect(401, NULL);
    call(as(FUYAO, "EMPLOYER"), "policies.simulate", policy, "{}");
    expect(403, "op.forbidden");
    call(as(FUQING, "CLERK"), "policies.simulate", policy, "{}");
    expect(403, "op.forbidden");
    call(as(FUZHOU, "APPROVER"), "policies.simulate", policy,
         "{'changes':{'amount.m9.fixed':'3500'}}");
    expect(400, "policy.invalid");
    call(as(FUZHOU, "APPROVER"), "policies.simulate", policy,
         "{'changes':{'amount.m3.fixed':3500}}");
    expect(400, "policy.changes");
    call(as(FUZHOU, "APPROVER"), "policies.simulate", policy,
         "{'changes':{'beneficiary':'EMPLOYER'}}");
    expect(400, "policy.kinds");
    call(as(FUZHOU, "APPROVER"), "policies.simulate", 12345, "{}");
    expect(404, "record.not_found");
}
