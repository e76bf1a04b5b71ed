/* The steps that a policy's claims walk: in the policy's order, by the office of each step, by
 * another person each time, with every notice heard to the end. */
#include "ops.h"
#include "road_money.h"

#include <stdio.h>

#include "claims/claims_steps.h"
#include "policy/policy_file.h"

/* --- what comes next, pure --- */
static const struct policy *shipped(const char *path)
{
    struct policy_problems pb;
    const struct policy *p;

    for (const struct asset *a = policies_assets; a->path; a++)
        if (str_eq(a->path, path)) {
            EXPECT_INT(policy_read(test_arena(), path, (const char *)a->start,
                                   (size_t)(a->end - a->start), &p, &pb),
                       OK);
            return p;
        }
    test_fail(__FILE__, __LINE__, "no policy %s", path);
    return NULL;
}

TEST("each step of each kind of policy is followed by the one that its file says")
{
    static const struct {
        const char *policy, *state, *step, *event, *code, *after;
    } cases[] = {
        { "fuzhou-post-wage-2019.yaml", "SUBMITTED", NULL, "check", "CHECK", NULL },
        { "fuzhou-post-wage-2019.yaml", "CHECKED", NULL, "review", "REVIEW", NULL },
        { "fuzhou-post-wage-2019.yaml", "REVIEWED", NULL, "notice", "NOTICE", NULL },
        { "fuzhou-post-wage-2019.yaml", "NOTICE", NULL, "approve", "APPROVAL", NULL },
        { "fuzhou-labour-station.yaml", "REVIEWED", NULL, "approve", "APPROVAL", NULL },
        { "fuzhou-post-wage-2019.yaml", "ELIGIBLE", NULL, NULL, NULL, NULL },
        { "fuzhou-post-wage-2019.yaml", "OBJECTED", NULL, NULL, NULL, NULL },
        { "gansu-chongxin-2024.yaml", "SUBMITTED", "VILLAGE_NOTICE", "notice", "VILLAGE_NOTICE",
          "TOWNSHIP" },
        { "gansu-chongxin-2024.yaml", "NOTICE", "TOWNSHIP", "check", "TOWNSHIP",
          "TOWNSHIP_NOTICE" },
        { "gansu-chongxin-2024.yaml", "CHECKED", "TOWNSHIP_NOTICE", "notice", "TOWNSHIP_NOTICE",
          "COUNTY_RURAL" },
        { "gansu-chongxin-2024.yaml", "NOTICE", "COUNTY_RURAL", "review", "COUNTY_RURAL",
          "COUNTY_HRSS" },
        { "gansu-chongxin-2024.yaml", "REVIEWED", "COUNTY_HRSS", "review", "COUNTY_HRSS",
          "COUNTY_NOTICE" },
        { "gansu-chongxin-2024.yaml", "REVIEWED", "COUNTY_NOTICE", "notice", "COUNTY_NOTICE",
          "APPROVAL" },
        { "gansu-chongxin-2024.yaml", "NOTICE", "APPROVAL", "approve", "APPROVAL", NULL },
        { "gansu-chongxin-2024.yaml", "OBJECTED", "APPROVAL", NULL, NULL, NULL },
        { "henan-organised-jobseeking.yaml", "SUBMITTED", "TOWNSHIP", "check", "TOWNSHIP",
          "COUNTY_HRSS" },
        { "henan-organised-jobseeking.yaml", "NOTICE", "FINANCE", "review", "FINANCE", "APPROVAL" },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct policy *p = shipped(cases[i].policy);
        struct claim_next next = claim_next_step(p, cases[i].state, cases[i].step);
        EXPECT_STR(next.event, cases[i].event);
        EXPECT_STR(next.code, cases[i].code);
        if (cases[i].step)
            EXPECT_STR(claim_step_after(p, cases[i].step), cases[i].after);
    }
    EXPECT_STR(claim_step_after(shipped("gansu-chongxin-2024.yaml"), NULL), "VILLAGE_NOTICE");
    EXPECT_INT(claim_step_at(shipped("gansu-chongxin-2024.yaml"), 5).notice_days, 10);
}

/* --- walked --- */
static const char text[] =
    "id: dingxi-steps\\nversion: 1\\ntitle: {zh: 定西补助, en: Allowance of Dingxi}\\ndoc: {name: 通知, source: 示例}\\n"
    "issuer: {zh: 定西市人社局, en: Dingxi Bureau}\\npayer: {side: ORIGIN, fund: ORIGIN_BUDGET}\\neffective: {from: 2019-01-01}\\n"
    "benefit: LABOUR_ALLOWANCE\\nbeneficiary: PERSON\\nwho: {origin: [621100]}\\n"
    "count: {by: CONFIRMED_SPELLS, month: ANNIVERSARY, mode: CONTINUOUS, gap_days: 30, start: [SPELL_START]}\\nrequire: {months: 3}\\n"
    "amount:\\n  - id: once\\n    title: {zh: 补助, en: Allowance}\\n    fixed: 500\\nonce: LIFE\\n%s\\n"
    "examples:\\n  given:\\n    person: {born: 1990-05-20, domicile: 621124}\\n    months: CONFIRMED\\n"
    "  cases:\\n    - name: 满三个月\\n      as_of: 2019-05-11\\n      spells: [{from: 2019-02-11, employer: A, at: 350104}]\\n"
    "      expect: {verdict: ENTITLED, yuan: 500}\\n";
static const char six[] =
    "review: [{step: VILLAGE_NOTICE, notice_days: 2}, {step: TOWNSHIP, within_days: 3},"
    " {step: TOWNSHIP_NOTICE, notice_days: 2}, {step: COUNTY_RURAL}, {step: COUNTY_HRSS},"
    " {step: COUNTY_NOTICE, notice_days: 5}]";

/* A worker of the township of Pingxiang, who worked three months until 20 May 2019. */
static int64_t one_claim(const char *review)
{
    char file[4000];
    int64_t policy;

    set_clock("2019-05-20"); /* a Monday */
    snprintf(file, sizeof file, text, review);
    policy = created(as(DINGXI, "APPROVER"), "policies.create", "{'file':'%s'}", file);
    step_ok(as(DINGXI, "APPROVER"), "policies.publish", policy);
    money_at_work(created(as_system(), "people.create",
                          "{'name':'王强','id_no':'621121198903070019','home':621121100000,"
                          "'willingness':'WILLING'}"),
                  "2019-02-11", "2019-05");
    set_clock("2019-05-20");
    call(as(TONGWEI, "CLERK"), "claims.find", NONE, "{'policy_id':'%lld'}", (long long)policy);
    expect(200, NULL);
    EXPECT_INT(got_int("made"), 1);
    call(as_system(), "claims.list", NONE, "policy_id=%lld", (long long)policy);
    return got_int("items.0.id");
}

static int64_t policy_of(int64_t claim)
{
    call(as_system(), "claims.get", claim, NULL);
    return got_int("policy_id");
}

static int64_t post(struct caller *who, int64_t claim)
{
    int64_t policy = policy_of(claim);

    call(who, "claims.notice", NONE, "{'policy_id':'%lld'}", (long long)policy);
    expect(200, NULL);
    return got_int("id");
}

static void expect_next(int64_t claim, const char *event, const char *state)
{
    call(as_system(), "claims.get", claim, NULL);
    EXPECT_STR(got("next_event"), event);
    EXPECT_STR(got("state"), state);
}

OPS_TEST("a chain of six is walked in order, each step by its own office and another person")
{
    int64_t claim = one_claim(six);
    struct caller *posts = as(PINGXIANG, "REVIEWER"), *town = as(PINGXIANG, "CHECKER"),
                  *rural = as(TONGWEI, "REVIEWER"), *labour = as(TONGWEI, "REVIEWER#2");

    step_ok(as(PINGXIANG, "CADRE"), "claims.submit", claim);
    expect_next(claim, "notice", "SUBMITTED");
    call(town, "claims.check", claim, "{}");
    expect(409, "claim.step");
    EXPECT(strstr(got("message"), "notice in the village") != NULL);
    call(rural, "claims.notice", NONE, "{'policy_id':'%lld'}", (long long)policy_of(claim));
    expect(403, "claim.step_office");
    post(posts, claim);
    EXPECT_STR(got("until_on"), "2019-05-22");
    call(town, "claims.check", claim, "{}");
    expect(409, "claim.notice_open");
    call(as_system(), "claims.get", claim, NULL);
    EXPECT_STR(got("step_due_on"), "2019-05-27"); /* three working days after the notice */
    set_clock("2019-05-23");
    call(as(TONGWEI, "CHECKER"), "claims.check", claim, "{}");
    expect(403, "claim.step_office");
    step_ok(town, "claims.check", claim);
    expect_next(claim, "notice", "CHECKED");
    post(posts, claim);
    set_clock("2019-05-28");
    step_ok(rural, "claims.review", claim);
    call(rural, "claims.review", claim, "{}");
    expect(409, "claim.same_hand");
    call(as_again(town, TONGWEI, "REVIEWER"), "claims.review", claim, "{}");
    expect(409, "claim.same_hand");
    step_ok(labour, "claims.review", claim);
    call(as(TONGWEI, "APPROVER"), "claims.approve", claim, "{}");
    expect(409, "claim.step");
    post(rural, claim);
    set_clock("2019-06-05");
    call(as_again(labour, DINGXI, "APPROVER"), "claims.approve", claim, "{}");
    expect(409, "claim.same_hand");
    step_ok(as(DINGXI, "APPROVER"), "claims.approve", claim);
    expect_next(claim, NULL, "APPROVED");
}

OPS_TEST("what was done with a claim stands in rows: step, hand, day, deadline and reason")
{
    int64_t claim = one_claim(six);

    step_ok(as(PINGXIANG, "CADRE"), "claims.submit", claim);
    post(as(PINGXIANG, "REVIEWER"), claim);
    set_clock("2019-05-23");
    step_ok(as(PINGXIANG, "CHECKER"), "claims.check", claim);
    call(as(TONGWEI, "REVIEWER"), "claims.return", claim, "{'reason':'缺务工证明'}");
    expect(200, NULL);
    EXPECT_STR(got("next_step"), NULL);
    step_ok(as(PINGXIANG, "CADRE"), "claims.submit", claim);
    call(as(TONGWEI, "CLERK"), "claims.steps", claim, NULL);
    expect(200, NULL);
    EXPECT_INT(got_count("items"), 5);
    EXPECT_STR(got("items.0.event"), "submit");
    EXPECT_STR(got("items.1.step"), "VILLAGE_NOTICE");
    EXPECT_STR(got("items.1.until_on"), "2019-05-22");
    EXPECT_STR(got("items.2.step_name"), "township review");
    EXPECT_STR(got("items.2.due_on"), "2019-05-27");
    EXPECT_INT(got_int("items.2.user_id"), user_of(as(PINGXIANG, "CHECKER")));
    EXPECT_STR(got("items.3.event"), "return");
    EXPECT_STR(got("items.3.reason"), "缺务工证明");
    EXPECT_STR(got("items.3.step"), "TOWNSHIP_NOTICE");
    EXPECT_INT(got_count("way"), 7);
    EXPECT_STR(got("way.0.is_next"), "true");
    EXPECT_STR(got("way.6.step"), "APPROVAL");
    call(as(LINTAO, "CLERK"), "claims.steps", claim, NULL);
    expect(404, "record.not_found");
}

OPS_TEST("where nobody applies, a claim goes from the discovery to the notice")
{
    int64_t claim = one_claim("automatic: true\\nreview: [{step: COUNTY_NOTICE, notice_days: 2}]");

    expect_next(claim, "notice", "SUBMITTED");
    call(as(TONGWEI, "CHECKER"), "claims.check", claim, "{}");
    expect(409, "claim.step");
    post(as(TONGWEI, "REVIEWER"), claim);
    set_clock("2019-05-23");
    step_ok(as(TONGWEI, "APPROVER"), "claims.approve", claim);
}

OPS_TEST("one step for many takes those whose next step it is, by chain or by state")
{
    int64_t claim = one_claim(six);

    step_ok(as(PINGXIANG, "CADRE"), "claims.submit", claim);
    call(as(PINGXIANG, "CHECKER"), "claims.bulk", NONE, "{'event':'check'}");
    expect(200, NULL);
    EXPECT_INT(got_int("done") + got_int("failed"), 0);
    post(as(PINGXIANG, "REVIEWER"), claim);
    set_clock("2019-05-23");
    call(as(PINGXIANG, "CHECKER"), "claims.bulk", NONE, "{'event':'check'}");
    EXPECT_INT(got_int("done"), 1);
    call(as(TONGWEI, "APPROVER"), "claims.bulk", NONE, "{'event':'approve'}");
    EXPECT_INT(got_int("done") + got_int("failed"), 0);
}

/* --- delegates --- */
static const char letter[] = "{'delegate_name':'王大海','delegate_id_no':'%s','relation':'%s',"
                             "'reason':'本人在外务工','evidence':'委托书〔2019〕3号'}";

OPS_TEST("who hands a claim in for its person is its first hand, and the person's account is paid")
{
    int64_t claim = one_claim(six);
    struct caller *town = as(PINGXIANG, "CHECKER");

    call(as(PINGXIANG, "CADRE"), "claims.delegate", claim, letter, id_no_of(town), "BROKER");
    expect(400, "choice.unknown");
    call(as(PINGXIANG, "CADRE"), "claims.delegate", claim, letter, "621121198903070019", "KIN");
    expect(400, "claim.delegate_self");
    call(as(PINGXIANG, "CADRE"), "claims.delegate", claim,
         "{'delegate_name':'王大海','delegate_id_no':'%s','relation':'KIN','reason':'外出'}",
         id_no_of(town));
    expect(400, "field.required");
    call(as(PINGXIANG, "CADRE"), "claims.delegate", claim, letter, id_no_of(town), "KIN");
    expect(200, NULL);
    EXPECT_STR(got("state"), "SUBMITTED");
    call(as(TONGWEI, "CLERK"), "claims.steps", claim, NULL);
    EXPECT_STR(got("items.0.delegate.name"), "王大海");
    EXPECT_STR(got("items.0.delegate.relation_name"), "Kin");
    EXPECT_STR(got("items.0.delegate.reason"), "本人在外务工");
    EXPECT(strstr(got_text(), id_no_of(town)) == NULL);
    post(as(PINGXIANG, "REVIEWER"), claim);
    set_clock("2019-05-23");
    call(town, "claims.check", claim, "{}");
    expect(409, "claim.same_hand");
    step_ok(as(PINGXIANG, "CHECKER#2"), "claims.check", claim);
    call(as(TONGWEI, "REVIEWER"), "claims.return", claim, "{'reason':'本人已返乡'}");
    step_ok(as(PINGXIANG, "CADRE"), "claims.submit", claim);
    set_clock("2019-05-24");
    post(as(PINGXIANG, "REVIEWER"), claim);
    set_clock("2019-05-29");
    step_ok(town, "claims.check", claim); /* the second round was handed in by herself */
}

/* --- stand-ins --- */
static int64_t stands_in(struct caller *who, struct caller *whose, const char *until)
{
    return created(whose, "stand_ins.create",
                   "{'user_id':'%lld','from_on':'2019-05-20','until_on':'%s','reason':'出差'}",
                   (long long)user_of(who), until);
}

OPS_TEST("a colleague takes an officer's steps for a time, under both names, until it is revoked")
{
    int64_t claim = one_claim("review: [{step: TOWNSHIP}, {step: COUNTY_HRSS}]"), in_stead;
    struct caller *away = as(PINGXIANG, "CHECKER"), *other = as(PINGXIANG, "LEADER");

    step_ok(as(PINGXIANG, "CADRE"), "claims.submit", claim);
    call(other, "claims.check", claim, "{}");
    expect(403, "op.forbidden");
    in_stead = stands_in(other, away, "2019-05-31");
    call(other, "claims.check", claim, "{}");
    expect(200, NULL);
    call(as(TONGWEI, "CLERK"), "claims.steps", claim, NULL);
    EXPECT_INT(got_int("items.1.user_id"), user_of(other));
    EXPECT_INT(got_int("items.1.for_user_id"), user_of(away));
    call(as_again(away, TONGWEI, "REVIEWER"), "claims.review", claim, "{}");
    expect(409, "claim.same_hand"); /* it was her step */
    call(as_again(other, TONGWEI, "REVIEWER"), "claims.review", claim, "{}");
    expect(409, "claim.same_hand"); /* and her act */
    call(as(PINGXIANG, "CHECKER#2"), "stand_ins.revoke", in_stead, "{}");
    expect(403, "stand_in.others");
    step_ok(away, "stand_ins.revoke", in_stead);
    call(other, "claims.check", claim, "{}");
    expect(403, "op.forbidden");
    stands_in(other, away, "2019-05-21");
    set_clock("2019-05-22");
    call(other, "claims.check", claim, "{}");
    expect(403, "op.forbidden");
}

OPS_TEST("no stand-in makes two hands of one, and nobody gives on what is not hers")
{
    int64_t claim = one_claim("review: [{step: TOWNSHIP}, {step: COUNTY_HRSS}]");
    struct caller *away = as(PINGXIANG, "CHECKER,CADRE"), *other = as(PINGXIANG, "LEADER"),
                  *third = as(PINGXIANG, "LEADER#2");

    step_ok(away, "claims.submit", claim);
    stands_in(other, away, "2019-05-31");
    call(other, "claims.check", claim, "{}");
    expect(409, "claim.same_hand");
    call(other, "stand_ins.create", NONE,
         "{'user_id':'%lld','from_on':'2019-05-20','until_on':'2019-05-31','reason':'出差'}",
         (long long)user_of(third));
    expect(403, "op.forbidden");
    call(as(PINGXIANG, "ADMIN"), "stand_ins.create", NONE,
         "{'user_id':'%lld','from_on':'2019-05-20','until_on':'2019-05-31','reason':'出差'}",
         (long long)user_of(third));
    expect(403, "stand_in.nothing");
    call(away, "stand_ins.create", NONE,
         "{'user_id':'%lld','from_on':'2019-05-20','until_on':'2019-05-31','reason':'出差'}",
         (long long)user_of(as_again(away, PINGXIANG, "CLERK")));
    expect(400, "stand_in.colleague");
    call(as(TONGWEI, "CHECKER"), "stand_ins.create", NONE,
         "{'user_id':'%lld','from_on':'2019-05-20','until_on':'2019-05-31','reason':'出差'}",
         (long long)user_of(other));
    expect(400, "stand_in.colleague");
    call(away, "stand_ins.create", NONE,
         "{'user_id':'%lld','from_on':'2019-05-20','until_on':'2019-05-19','reason':'出差'}",
         (long long)user_of(third));
    expect(400, "stand_in.dates");
    call(away, "stand_ins.colleagues", NONE, NULL);
    expect(200, NULL);
    EXPECT(strstr(got_text(), arena_printf(test_arena(), "%lld", (long long)user_of(third))) !=
           NULL);
}

OPS_TEST("whoever had a hand in a claim neither makes nor approves its payment")
{
    int64_t claim, batch;
    struct caller *both = as(FUZHOU, "APPROVER,PAYER");

    set_clock("2019-05-20");
    money_at_work(money_person(1, true), "2019-02-11", "2019-05");
    EXPECT_INT(money_found(NONE, "2019-05-20"), 1);
    call(as_system(), "claims.list", NONE, "state=ELIGIBLE");
    claim = got_int("items.0.id");
    step_ok(as(FUQING, "CLERK"), "claims.submit", claim);
    step_ok(as(FUQING, "CHECKER"), "claims.check", claim);
    step_ok(as(FUZHOU, "REVIEWER"), "claims.review", claim);
    call(as(FUZHOU, "REVIEWER"), "claims.notice", NONE, "{'policy_id':'%lld'}",
         (long long)policy_of(claim));
    expect(200, NULL);
    set_clock("2019-05-30");
    step_ok(both, "claims.approve", claim);
    call(both, "payments.make", NONE, "{'payer':350100000000,'fund':'DESTINATION_BUDGET'}");
    expect(409, "claim.same_hand");
    batch = money_batch();
    step_ok(as(FUZHOU, "PAYER"), "payments.lock", batch);
    call(both, "payments.approve", batch, "{}");
    expect(409, "claim.same_hand");
    call(as_again(as(FUQING, "CHECKER"), FUZHOU, "APPROVER"), "payments.approve", batch, "{}");
    expect(409, "claim.same_hand");
    step_ok(as(FUZHOU, "PAYER#2"), "payments.approve", batch);
}
