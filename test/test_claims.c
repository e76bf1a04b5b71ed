/* Claims: found once, through four hands, on notice, approved on the facts of that day. */
#include "ops.h"

#include <pthread.h>
#include <stdio.h>

#include "base/ids.h"
#include "claims/claims.h"
#include "placements/placements.h"

/* --- people who worked --- */
static int64_t worker(enum org county, int n, const char *type)
{
    char digits[32];

    snprintf(digits, sizeof digits, "%d%04d0307%03d", 621125, 1970 + n % 30, n % 1000);
    return created(
        as_system(), "people.create",
        "{'name':'王%s','id_no':'%s%c','home':%lld,'willingness':'WILLING','household_type':'%s','identified_on':'2014-01-01'}",
        n % 2 ? "强" : "芳", digits, id_no_check(digits), (long long)org_division(county), type);
}

/* At a reserved post of the employer from a day on, with every month until the given one confirmed.
 */
static int64_t at_work(int64_t person, int64_t employer, const char *from, const char *months_until)
{
    int64_t placement = created(
        as_system(), "placements.create",
        "{'person_id':'%lld','employer_id':'%lld','start_on':'%s','channel':'ORGANISED','is_reserved':true}",
        (long long)person, (long long)employer, from);
    struct month m = month_of(date_of_text(from)), last;
    char text[8];

    EXPECT(month_parse(months_until, &last));
    for (; month_compare(m, last) <= 0; m = month_add(m, 1)) {
        call(
            as_system(), "months.confirm", NONE,
            "{'month':'%s','source':'EMPLOYER','items':[{'placement_id':'%lld','status':'AT_WORK','days':22,'wage_fen':400000}]}",
            month_format(m, text), (long long)placement);
        expect(200, NULL);
    }
    return placement;
}

static int64_t policy_id(const char *key)
{
    call(as_system(), "policies.list", NONE, "policy_key=%s", key);
    expect(200, NULL);
    return got_int("items.0.id");
}

static int64_t find(struct caller *who, const char *policy, const char *as_of)
{
    if (policy)
        call(who, "claims.find", NONE, "{'as_of':'%s','policy_id':'%lld'}", as_of,
             (long long)policy_id(policy));
    else
        call(who, "claims.find", NONE, "{'as_of':'%s'}", as_of);
    expect(200, NULL);
    return got_int("made");
}

static int64_t sum_of(struct caller *who, const char *filter)
{
    int64_t sum = 0;
    char path[64];

    call(who, "claims.list", NONE, "%s&limit=100", filter);
    expect(200, NULL);
    for (int64_t i = 0; i < got_count("items"); i++) {
        snprintf(path, sizeof path, "items.%lld.amount_fen", (long long)i);
        sum += got_int(path);
    }
    return sum;
}

static int64_t first_claim(const char *filter)
{
    call(as_system(), "claims.list", NONE, "%s", filter);
    expect(200, NULL);
    return got_int("items.0.id");
}

/* --- what is found --- */
OPS_TEST("six verified months under the policy of 2018 come to 3,600 yuan in six claims")
{
    set_clock("2018-11-20");
    at_work(worker(TONGWEI, 1, "REGISTERED_POOR"), employer_of(FUYAO), "2018-03-05", "2018-10");
    EXPECT_INT(find(as(TONGWEI, "CLERK"), "fuzhou-post-wage-2018", "2018-11-20"), 6);
    EXPECT_INT(got_int("amount_fen"), 360000);
    EXPECT_INT(sum_of(as(FUQING, "CLERK"), "state=ELIGIBLE"), 360000);
}

OPS_TEST("the policy of 2019 pays 3,000 yuan on the day three months are full and 9,000 at six")
{
    set_clock("2019-09-01");
    at_work(worker(TONGWEI, 1, "REGISTERED_POOR"), employer_of(FUYAO), "2019-02-11", "2019-08");
    EXPECT_INT(find(as_system(), "fuzhou-post-wage-2019", "2019-05-10"), 0);
    EXPECT_INT(find(as_system(), "fuzhou-post-wage-2019", "2019-05-11"), 1);
    EXPECT_INT(got_int("amount_fen"), 300000);
    EXPECT_INT(find(as_system(), "fuzhou-post-wage-2019", "2019-08-11"), 1);
    EXPECT_INT(got_int("amount_fen"), 900000);
    EXPECT_INT(got_int("known"), 1);
}

OPS_TEST("who was never registered as poor, or whose months nobody verified, is owed nothing")
{
    set_clock("2019-09-01");
    at_work(worker(TONGWEI, 1, "ORDINARY"), employer_of(FUYAO), "2019-02-11", "2019-08");
    at_work(worker(TONGWEI, 2, "REGISTERED_POOR"), employer_of(FUYAO), "2019-02-11", "2019-03");
    EXPECT_INT(find(as_system(), "fuzhou-post-wage-2019", "2019-09-01"), 0);
    EXPECT_INT(got_int("looked_at"), 2);
}

OPS_TEST("a worker of Chongqing in Shandong is owed 2,000 yuan once")
{
    int64_t employer;

    set_clock("2018-10-10");
    employer = created(as_system(), "employers.create", "{'name':'烟台食品','work':370600000000}");
    at_work(worker(WUSHAN, 1, "REGISTERED_POOR"), employer, "2018-05-16", "2018-09");
    EXPECT_INT(find(as(YANTAI, "CLERK"), NULL, "2018-09-01"), 1);
    EXPECT_INT(got_int("amount_fen"), 200000);
    EXPECT_INT(find(as(YANTAI, "CLERK"), NULL, "2018-10-10"), 0);
    EXPECT_INT(find(as(WUSHAN, "CLERK"), NULL, "2018-10-10"), 0);
}

OPS_TEST("an enterprise is awarded for the fifty-first worker and not before")
{
    set_clock("2019-09-01");
    for (int i = 1; i <= 50; i++)
        at_work(worker(TONGWEI, i, "ORDINARY"), employer_of(FUYAO), "2019-03-01", "2019-05");
    EXPECT_INT(find(as(FUZHOU, "CLERK"), "fuzhou-base-enterprise-award", "2019-09-01"), 0);
    at_work(worker(TONGWEI, 51, "ORDINARY"), employer_of(FUYAO), "2019-03-01", "2019-05");
    EXPECT_INT(find(as(FUZHOU, "CLERK"), "fuzhou-base-enterprise-award", "2019-09-01"), 1);
    EXPECT_INT(got_int("amount_fen"), 10000000);
    call(as(FUYAO, "EMPLOYER"), "claims.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 1);
    call(as(CANGSHAN, "EMPLOYER"), "claims.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 0);
}

OPS_TEST("looking a second time changes nothing")
{
    set_clock("2019-09-01");
    at_work(worker(TONGWEI, 1, "REGISTERED_POOR"), employer_of(FUYAO), "2019-02-11", "2019-08");
    EXPECT_INT(find(as(TONGWEI, "CLERK"), NULL, "2019-09-01"), 2);
    EXPECT_INT(find(as(TONGWEI, "CLERK"), NULL, "2019-09-01"), 0);
    EXPECT_INT(find(as(FUZHOU, "CLERK"), "fuzhou-post-wage-2019", "2019-09-01"), 0);
    EXPECT_INT(sum_of(as_system(), ""), 1200000);
}

struct finder {
    struct ctx *cx;
    int64_t policy;
    struct claims_found found;
    enum err err;
};

static void *find_in_thread(void *arg)
{
    struct finder *f = arg;

    f->err = claims_find(f->cx, f->policy, date_make(2019, 9, 1), &f->found);
    return NULL;
}

OPS_TEST("two who look at the same time leave one claim for each right")
{
    struct finder finders[2];
    pthread_t threads[2];

    set_clock("2019-09-01");
    for (int i = 1; i <= 20; i++)
        at_work(worker(TONGWEI, i, "REGISTERED_POOR"), employer_of(FUYAO), "2019-02-11", "2019-08");
    for (int i = 0; i < 2; i++) {
        finders[i] = (struct finder){ .cx = unit(i ? as(TONGWEI, "CLERK") : as(FUZHOU, "CLERK")),
                                      .policy = policy_id("fuzhou-post-wage-2019") };
        EXPECT_INT(pthread_create(&threads[i], NULL, find_in_thread, &finders[i]), 0);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    EXPECT_INT(finders[0].err, OK);
    EXPECT_INT(finders[1].err, OK);
    EXPECT_INT(finders[0].found.made + finders[1].found.made, 40);
    EXPECT_INT(sum_of(as_system(), "state=ELIGIBLE"), 20 * 1200000);
}

static const char dingxi_policy[] =
    "id: dingxi-post-wage\\nversion: 1\\ntitle: {zh: 定西岗位工资补贴, en: Post wage subsidy of Dingxi}\\ndoc: {name: 通知, source: 示例}\\n"
    "issuer: {zh: 定西市人社局, en: Dingxi Bureau}\\npayer: {side: ORIGIN, fund: ORIGIN_BUDGET}\\neffective: {from: 2019-01-01}\\n"
    "benefit: POST_WAGE_SUBSIDY\\nbeneficiary: PERSON\\nwho: {origin: [621100]}\\n"
    "count: {by: CONFIRMED_SPELLS, month: ANNIVERSARY, mode: CONTINUOUS, gap_days: 30, start: [SPELL_START]}\\nrequire: {months: 3}\\n"
    "amount:\\n  - id: once\\n    title: {zh: 补贴, en: Subsidy}\\n    fixed: 900\\nonce: LIFE\\nexclusive:\\n  - {group: post-wage, span: SAME_PERIOD}\\n"
    "review: [COUNTY_HRSS]\\nnotice_working_days: 5\\nexamples:\\n  given:\\n    person: {born: 1990-05-20, domicile: 621124}\\n    months: CONFIRMED\\n"
    "  cases:\\n    - name: 满三个月\\n      as_of: 2019-05-11\\n      spells: [{from: 2019-02-11, employer: A, at: 350104}]\\n"
    "      expect: {verdict: ENTITLED, yuan: 900}\\n";

OPS_TEST("a claim for the same months on the other side waits for the first and names it")
{
    int64_t policy, first;

    set_clock("2019-09-01");
    policy = created(as(DINGXI, "APPROVER"), "policies.create", "{'file':'%s'}", dingxi_policy);
    call(as(FUZHOU, "APPROVER"), "policies.publish", policy, "{}");
    expect(403, "policy.payer");
    call(as(DINGXI, "APPROVER"), "policies.publish", policy, "{}");
    expect(200, NULL);
    at_work(worker(TONGWEI, 1, "REGISTERED_POOR"), employer_of(FUYAO), "2019-02-11", "2019-08");
    EXPECT_INT(find(as(FUZHOU, "CLERK"), "fuzhou-post-wage-2019", "2019-05-20"), 1);
    first = first_claim("state=ELIGIBLE");
    EXPECT_INT(find(as(DINGXI, "CLERK"), NULL, "2019-05-20"), 1);
    EXPECT_INT(got_int("held"), 1);
    call(as(DINGXI, "CLERK"), "claims.list", NONE, "state=HELD");
    expect(200, NULL);
    call(as(DINGXI, "CLERK"), "claims.get", got_int("items.0.id"), NULL);
    EXPECT_INT(got_int("held_by"), first);
    call(as(FUZHOU, "CLERK"), "claims.withdraw", first, "{'reason':'选择定西补贴'}");
    expect(200, NULL);
    call(as(DINGXI, "CLERK"), "claims.list", NONE, "state=ELIGIBLE");
    EXPECT_INT(got_int("total"), 1);
    EXPECT_INT(got_int("items.0.amount_fen"), 90000);
}

/* --- hands --- */
static void step(struct caller *who, const char *event, int64_t claim)
{
    char op[64];

    snprintf(op, sizeof op, "claims.%s", event);
    call(who, op, claim, "{}");
    expect(200, NULL);
}

static int64_t one_claim(void)
{
    set_clock("2019-05-20");
    at_work(worker(TONGWEI, 1, "REGISTERED_POOR"), employer_of(FUYAO), "2019-02-11", "2019-05");
    EXPECT_INT(find(as_system(), "fuzhou-post-wage-2019", "2019-05-20"), 1);
    return first_claim("state=ELIGIBLE");
}

static void to_review(int64_t claim)
{
    step(as(FUQING, "CLERK"), "submit", claim);
    step(as(FUQING, "CHECKER"), "check", claim);
    step(as(FUZHOU, "REVIEWER"), "review", claim);
}

static int64_t post_notice(void)
{
    call(as(FUZHOU, "REVIEWER"), "claims.notice", NONE, "{'policy_id':'%lld'}",
         (long long)policy_id("fuzhou-post-wage-2019"));
    expect(200, NULL);
    return got_int("id");
}

OPS_TEST("no user takes two steps of one claim")
{
    int64_t claim = one_claim();
    struct caller *all = as(FUZHOU, "CLERK,CHECKER,REVIEWER,APPROVER");

    step(all, "submit", claim);
    call(all, "claims.check", claim, "{}");
    expect(409, "claim.same_hand");
    step(as(FUQING, "CHECKER,REVIEWER"), "check", claim);
    call(as(FUQING, "CHECKER,REVIEWER"), "claims.review", claim, "{}");
    expect(409, "claim.same_hand");
    call(all, "claims.review", claim, "{}");
    expect(409, "claim.same_hand");
    step(as(FUZHOU, "REVIEWER"), "review", claim);
    post_notice();
    set_clock("2019-05-28");
    call(all, "claims.approve", claim, "{}");
    expect(409, "claim.same_hand");
    step(as(FUZHOU, "APPROVER"), "approve", claim);
}

OPS_TEST("two accounts of one person are one hand, in whatever offices")
{
    int64_t claim = one_claim();
    struct caller *clerk = as(FUQING, "CLERK"), *checker = as(FUQING, "CHECKER");

    step(clerk, "submit", claim);
    call(as_again(clerk, FUZHOU, "CHECKER"), "claims.check", claim, "{}");
    expect(409, "claim.same_hand");
    step(checker, "check", claim);
    call(as_again(checker, FUZHOU, "REVIEWER"), "claims.review", claim, "{}");
    expect(409, "claim.same_hand");
    step(as(FUZHOU, "REVIEWER"), "review", claim);
    post_notice();
    set_clock("2019-05-28");
    call(as_again(clerk, FUZHOU, "APPROVER"), "claims.approve", claim, "{}");
    expect(409, "claim.same_hand");
    call(as_again(as(FUZHOU, "REVIEWER"), FUZHOU, "APPROVER"), "claims.approve", claim, "{}");
    expect(409, "claim.same_hand");
    step(as_again(as(LINTAO, "CLERK"), FUZHOU, "APPROVER"), "approve", claim);
}

OPS_TEST("nobody decides on her own claim, though her account in the office is another one")
{
    int64_t claim, person;

    set_clock("2019-05-20");
    person = created(as_system(), "people.create",
                     "{'name':'王强','id_no':'%s','home':%lld,'household_type':'REGISTERED_POOR',"
                     "'willingness':'WILLING','identified_on':'2014-01-01'}",
                     id_no_of(as(FUQING, "CHECKER")), (long long)org_division(TONGWEI));
    at_work(person, employer_of(FUYAO), "2019-02-11", "2019-05");
    EXPECT_INT(find(as_system(), "fuzhou-post-wage-2019", "2019-05-20"), 1);
    claim = first_claim("state=ELIGIBLE");
    step(as(FUQING, "CLERK"), "submit", claim);
    call(as(FUQING, "CHECKER"), "claims.check", claim, "{}");
    expect(409, "claim.own");
    call(as_again(as(FUQING, "CHECKER"), FUZHOU, "CHECKER"), "claims.check", claim, "{}");
    expect(409, "claim.own");
    step(as(FUQING, "CHECKER#2"), "check", claim);
}

static enum err forget_number(struct ctx *cx, void *arg)
{
    return db_exec(
        cx,
        "UPDATE user_account SET id_no_sealed = NULL, id_no_index = NULL, id_no_mask = NULL"
        " WHERE SCOPE_NOT(user_account 'an account from before numbers were kept') AND id = $1",
        P(user_of(arg)));
}

OPS_TEST("an account without a citizen number does not act on money until one is entered")
{
    int64_t claim = one_claim();
    struct caller *clerk = as(FUQING, "CLERK");
    char number[19];

    snprintf(number, sizeof number, "%s", id_no_of(clerk));
    EXPECT_INT(db_write(unit(as_system()), forget_number, clerk), OK);
    call(clerk, "claims.submit", claim, "{}");
    expect(403, "account.no_identity");
    EXPECT(got("hint") != NULL);
    call(as(FUQING, "ADMIN"), "users.change", user_of(clerk), "{'id_no':'%s'}", number);
    expect(200, NULL);
    step(clerk, "submit", claim);
    call(as(FUQING, "CHECKER"), "claims.check", claim, "{}");
    expect(200, NULL);
}

OPS_TEST("five working days over a holiday pass before approval; then the months are locked")
{
    int64_t claim, placement;

    claim = one_claim();
    to_review(claim);
    call(as(FUZHOU, "APPROVER"), "claims.approve", claim, "{}");
    expect(409, "claim.no_notice");
    set_clock("2019-06-05"); /* Dragon Boat on Friday the 7th: 6, 10, 11, 12, 13 June */
    post_notice();
    EXPECT_STR(got("until_on"), "2019-06-13");
    set_clock("2019-06-13");
    call(as(FUZHOU, "APPROVER"), "claims.approve", claim, "{}");
    expect(409, "claim.notice_open");
    set_clock("2019-06-14");
    step(as(FUZHOU, "APPROVER"), "approve", claim);
    call(as_system(), "placements.list", NONE, NULL);
    placement = got_int("items.0.id");
    call(
        as_system(), "months.confirm", NONE,
        "{'month':'2019-03','source':'STATION','items':[{'placement_id':'%lld','status':'NOT_WORKING'}]}",
        (long long)placement);
    EXPECT(strstr(got_text(), "month.locked") != NULL);
}

OPS_TEST("approval looks at the facts of that day and says what changed")
{
    int64_t claim = one_claim(), placement;

    to_review(claim);
    post_notice();
    call(as_system(), "placements.list", NONE, NULL);
    placement = got_int("items.0.id");
    set_clock("2019-05-30");
    call(
        as_system(), "months.confirm", NONE,
        "{'month':'2019-03','source':'STATION','items':[{'placement_id':'%lld','status':'NOT_WORKING'}]}",
        (long long)placement);
    expect(200, NULL);
    call(as(FUZHOU, "APPROVER"), "claims.approve", claim, "{}");
    expect(409, "claim.facts_changed");
    EXPECT(got("message") && strstr(got("message"), "3000"));
    call(as(FUZHOU, "APPROVER"), "claims.return", claim, "{'reason':'三月是否在岗待核实'}");
    expect(200, NULL);
    EXPECT_STR(got("state"), "RETURNED");
    step(as(FUQING, "CLERK"), "submit", claim);
}

OPS_TEST("an objection stops a claim until it is dismissed with a reason")
{
    int64_t claim = one_claim();

    to_review(claim);
    post_notice();
    call(as(FUQING, "CLERK"), "claims.object", claim, "{}");
    expect(400, "field.required");
    call(as(FUQING, "CLERK"), "claims.object", claim, "{'reason':'村民反映三月已回家'}");
    expect(200, NULL);
    set_clock("2019-05-30");
    call(as(FUZHOU, "APPROVER"), "claims.approve", claim, "{}");
    expect(409, "state.wrong");
    call(as(FUZHOU, "APPROVER"), "claims.dismiss_objection", claim,
         "{'reason':'考勤与工资可证在岗'}");
    expect(200, NULL);
    step(as(FUZHOU, "APPROVER"), "approve", claim);
}

OPS_TEST("the posted list shows names and no numbers")
{
    int64_t claim = one_claim(), notice;
    char line[8192] = "", *at = line;
    FILE *f;

    to_review(claim);
    notice = post_notice();
    call(as(FUZHOU, "REVIEWER"), "notices.print", notice, NULL);
    expect(200, NULL);
    f = fopen(got_file(), "r");
    EXPECT(f != NULL);
    if (!f)
        return;
    at[fread(line, 1, sizeof line - 1, f)] = 0;
    fclose(f);
    EXPECT(strstr(line, "王强") != NULL);
    EXPECT(strstr(line, "3000.00") != NULL);
    EXPECT(strstr(line, "2019-02-11 – 2019-05-10") != NULL);
    EXPECT(strstr(line, "621125") == NULL);
    call(as(YANTAI, "REVIEWER"), "notices.print", notice, NULL);
    expect(404, "record.not_found");
}

OPS_TEST(
    "another county, another city and the employer see nothing of a claim; neither decides for the payer")
{
    int64_t claim = one_claim();
    struct caller *blind[] = { as(LINTAO, "CLERK"), as(YANTAI, "CLERK"), as(WUSHAN, "CLERK"),
                               as(FUYAO, "EMPLOYER") };

    for (size_t i = 0; i < ARRAY_LEN(blind); i++) {
        call(blind[i], "claims.list", NONE, NULL);
        EXPECT_INT(got_int("total"), 0);
        call(blind[i], "claims.get", claim, NULL);
        expect(404, "record.not_found");
        call(blind[i], "claims.submit", claim, "{}");
        expect(404, "record.not_found");
    }
    EXPECT_INT(find(as(LINTAO, "CLERK"), NULL, "2019-05-20"), 0);
    EXPECT_INT(got_int("looked_at"), 0);
    step(as(TONGWEI, "CLERK"), "submit", claim);
    step(as(TONGWEI, "CHECKER"), "check", claim);
    call(as(TONGWEI, "REVIEWER"), "claims.review", claim, "{}");
    expect(403, "claim.payer_side");
}

OPS_TEST("a step for many claims gives each its own result")
{
    int64_t claim;

    set_clock("2019-05-20");
    for (int i = 1; i <= 3; i++)
        at_work(worker(TONGWEI, i, "REGISTERED_POOR"), employer_of(FUYAO), "2019-02-11", "2019-05");
    EXPECT_INT(find(as_system(), "fuzhou-post-wage-2019", "2019-05-20"), 3);
    claim = first_claim("state=ELIGIBLE");
    step(as(FUQING, "CLERK"), "submit", claim);
    call(as(FUQING, "CLERK"), "claims.bulk", NONE, "{'event':'submit','ids':'%lld,77'}",
         (long long)claim);
    expect(200, NULL);
    EXPECT_INT(got_int("done"), 0);
    EXPECT_STR(got("items.0.code"), "state.wrong");
    EXPECT_STR(got("items.1.code"), "record.not_found");
    call(as(FUQING, "CLERK"), "claims.bulk", NONE, "{'event':'submit'}");
    expect(200, NULL);
    EXPECT_INT(got_int("done"), 2);
    call(as(FUQING, "CLERK"), "claims.bulk", NONE, "{'event':'approve'}");
    expect(403, "op.forbidden");
}

OPS_TEST("trying a policy on a person saves nothing and gives the reasons")
{
    int64_t person;

    set_clock("2019-05-20");
    person = worker(TONGWEI, 1, "REGISTERED_POOR");
    at_work(person, employer_of(FUYAO), "2019-02-11", "2019-05");
    call(as(TONGWEI, "CLERK"), "policies.evaluate", policy_id("fuzhou-post-wage-2019"),
         "{'person_id':'%lld','as_of':'2019-05-11'}", (long long)person);
    expect(200, NULL);
    EXPECT_STR(got("verdict"), "ENTITLED");
    EXPECT_INT(got_int("amount_fen"), 300000);
    EXPECT(got("text_zh") && strstr(got("text_zh"), "3,000"));
    call(as(LINTAO, "CLERK"), "policies.evaluate", policy_id("fuzhou-post-wage-2019"),
         "{'person_id':'%lld'}", (long long)person);
    expect(400, "person.unknown");
    call(as_system(), "decisions.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 0);
}

/* --- payments --- */
struct collected {
    const struct claim_due *due;
    int n;
};

static enum err collect(struct ctx *cx, void *arg)
{
    struct collected *c = arg;

    return claims_collect_approved(cx, org_division(FUZHOU), "DESTINATION_BUDGET", NONE, 4711,
                                   &c->due, &c->n);
}

static enum err pay(struct ctx *cx, void *arg)
{
    const struct claim_due *due = arg;

    struct claim_said said = { due->claim_id, "户名不符" }, silent = { due->claim_id, NULL };

    TRY(claims_payment_failed(cx, &said, 1));
    TRY(claims_payment_again(cx, &silent, 1));
    return claims_paid(cx, &silent, 1);
}

OPS_TEST("the payer collects its approved claims once, and a paid one is never found again")
{
    int64_t claim = one_claim();
    struct collected c = { 0 };
    struct ctx *cx;

    to_review(claim);
    post_notice();
    set_clock("2019-05-30");
    step(as(FUZHOU, "APPROVER"), "approve", claim);
    cx = unit(as(FUZHOU, "PAYER"));
    EXPECT_INT(db_write(cx, collect, &c), OK);
    EXPECT_INT(c.n, 1);
    if (c.n != 1)
        return;
    EXPECT_INT(c.due[0].amount_fen, 300000);
    EXPECT_INT(db_write(cx, pay, (void *)&c.due[0]), OK);
    EXPECT_INT(db_write(cx, collect, &c), OK);
    EXPECT_INT(c.n, 0);
    EXPECT_INT(find(as_system(), "fuzhou-post-wage-2019", "2019-05-30"), 0);
    EXPECT_STR((call(as_system(), "claims.get", claim, NULL), got("state")), "PAID");
}
