/* Policies look for people: what somebody is owed is found without asking, and no window closes
 * unnoticed. */
#include "ops.h"

#include <stdio.h>

#include "base/ids.h"
#include "claims/claims.h"

static int64_t worker(int n)
{
    char digits[32];

    snprintf(digits, sizeof digits, "62112519880307%03d", n);
    return created(
        as_system(), "people.create",
        "{'name':'王%s','id_no':'%s%c','home':%lld,'willingness':'WILLING','household_type':'REGISTERED_POOR','identified_on':'2014-01-01'}",
        n % 2 ? "强" : "芳", digits, id_no_check(digits), (long long)org_division(TONGWEI));
}

static int64_t at_work(int n, const char *from)
{
    return created(
        as_system(), "placements.create",
        "{'person_id':'%lld','employer_id':'%lld','start_on':'%s','channel':'ORGANISED','is_reserved':true}",
        (long long)worker(n), (long long)employer_of(FUYAO), from);
}

static void confirm(int64_t placement, const char *from, const char *until)
{
    struct month m, last;
    char text[8];

    EXPECT(month_parse(from, &m) && month_parse(until, &last));
    for (; month_compare(m, last) <= 0; m = month_add(m, 1)) {
        call(
            as_system(), "months.confirm", NONE,
            "{'month':'%s','source':'EMPLOYER','items':[{'placement_id':'%lld','status':'AT_WORK','days':22,'wage_fen':400000}]}",
            month_format(m, text), (long long)placement);
        expect(200, NULL);
    }
}

/* New claims of one turn on the clock's day. */
static int64_t discover(void)
{
    struct claims_found found = { 0 };

    EXPECT_INT(claims_discover(unit(as_system()), &found), OK);
    return found.made;
}

static int64_t total(struct caller *who, const char *filter)
{
    call(who, "claims.list", NONE, "%s", filter);
    expect(200, NULL);
    return got_int("total");
}

OPS_TEST("whoever becomes entitled is found the next night, or as soon as her record changes")
{
    int64_t waits, late;

    set_clock("2019-05-10");
    waits = at_work(1, "2019-02-11");
    confirm(waits, "2019-02", "2019-04");
    late = at_work(2, "2019-01-11");
    EXPECT_INT(discover(), 2); /* the station's two grants */
    EXPECT_INT(discover(), 0);
    confirm(late, "2019-01", "2019-04"); /* her employer sends the sheets late */
    EXPECT_INT(discover(), 1);
    EXPECT_INT(discover(), 0);
    set_clock("2019-05-11"); /* the other has three months today, and nothing was changed */
    EXPECT_INT(discover(), 1);
    EXPECT_INT(discover(), 0);
    EXPECT_INT(total(as(TONGWEI, "CLERK"), "state=ELIGIBLE"), 2);
}

static const char yearly[] =
    "id: dingxi-yearly\\nversion: 1\\ntitle: {zh: 定西外出补助, en: Allowance of Dingxi}\\ndoc: {name: 通知, source: 示例}\\n"
    "issuer: {zh: 定西市人社局, en: Dingxi Bureau}\\npayer: {side: ORIGIN, fund: ORIGIN_BUDGET}\\neffective: {from: 2018-01-01}\\n"
    "benefit: STABILITY_ALLOWANCE\\nbeneficiary: PERSON\\nwho: {origin: [621100]}\\n"
    "count: {by: CONFIRMED_SPELLS, month: ANNIVERSARY, mode: CUMULATIVE, start: [SPELL_START, YEAR_START], cut: [AS_OF, YEAR_END], cross_year: SPLIT}\\n"
    "require: {months: 3}\\namount:\\n  - id: once\\n    title: {zh: 补贴, en: Subsidy}\\n    fixed: 500\\nonce: YEAR\\n"
    "review: [COUNTY_HRSS]\\nnotice_working_days: 5\\n%s"
    "examples:\\n  given:\\n    person: {born: 1990-05-20, domicile: 621124}\\n    months: CONFIRMED\\n"
    "  cases:\\n    - name: 满三个月\\n      as_of: 2019-05-11\\n      spells: [{from: 2019-02-11, employer: A, at: 350104}]\\n"
    "      expect: {verdict: ENTITLED, yuan: 500}\\n";

static int64_t publish(const char *more)
{
    char file[2400];
    int64_t policy;

    snprintf(file, sizeof file, yearly, more);
    policy = created(as(DINGXI, "APPROVER"), "policies.create", "{'file':'%s'}", file);
    call(as(DINGXI, "APPROVER"), "policies.publish", policy, "{}");
    expect(200, NULL);
    return policy;
}

static int64_t closing(void)
{
    char path[48];

    call(as(TONGWEI, "CLERK"), "stats.home", NONE, NULL);
    expect(200, NULL);
    for (int64_t i = 0; i < got_count("tasks"); i++) {
        snprintf(path, sizeof path, "tasks.%lld.code", (long long)i);
        if (str_eq(got(path), "claims_closing")) {
            snprintf(path, sizeof path, "tasks.%lld.count", (long long)i);
            return got_int(path);
        }
    }
    return NONE;
}

OPS_TEST("a window that closes is announced, and what it ends is kept and can be taken up again")
{
    int64_t claim, policy;
    char filter[64];

    set_clock("2019-05-20");
    policy = publish("window: {from: 01-01, until: 06-30}\\n");
    snprintf(filter, sizeof filter, "policy_id=%lld", (long long)policy);
    confirm(at_work(1, "2019-01-11"), "2019-01", "2019-04");
    discover();
    EXPECT_INT(total(as(TONGWEI, "CLERK"), filter), 1);
    claim = got_int("items.0.id");
    EXPECT_STR(got("items.0.close_on"), "2019-06-30");
    EXPECT_INT(closing(), 0);
    set_clock("2019-06-05");
    EXPECT_INT(closing(), 1);
    set_clock("2019-06-30"); /* the last day */
    discover();
    call(as(TONGWEI, "CLERK"), "claims.get", claim, NULL);
    EXPECT_STR(got("state"), "ELIGIBLE");
    set_clock("2019-07-01");
    discover();
    call(as(TONGWEI, "CLERK"), "claims.get", claim, NULL);
    EXPECT_STR(got("state"), "LAPSED");
    EXPECT_INT(closing(), 0);
    call(as(TONGWEI, "CLERK"), "claims.submit", claim, "{}");
    expect(409, NULL);
    call(as(DINGXI, "REVIEWER"), "claims.reopen", claim, "{'reason':'系统故障，准予补报'}");
    expect(200, NULL);
    set_clock("2019-07-02");
    discover();
    call(as(TONGWEI, "CLERK"), "claims.submit", claim, "{}");
    expect(200, NULL);
}

OPS_TEST("in a late window the year before can still be found")
{
    int64_t policy;
    char filter[64];

    set_clock("2019-02-10");
    policy = publish("window: {from: 04-01, until: 12-31, late_until: 02-29}\\n");
    snprintf(filter, sizeof filter, "policy_id=%lld", (long long)policy);
    confirm(at_work(1, "2018-08-11"), "2018-08", "2018-12");
    discover();
    EXPECT_INT(total(as(TONGWEI, "CLERK"), filter), 1);
    EXPECT_STR(got("items.0.close_on"), "2019-02-28");
    set_clock("2019-12-20"); /* the right of 2019 is another one */
    confirm(at_work(2, "2019-08-11"), "2019-08", "2019-12");
    discover();
    EXPECT_INT(total(as(TONGWEI, "CLERK"), filter), 2);
}

OPS_TEST("a policy without application hands its claims in by itself")
{
    int64_t policy, claim;
    char filter[64];

    set_clock("2019-05-20");
    policy = publish("automatic: true\\n");
    snprintf(filter, sizeof filter, "policy_id=%lld", (long long)policy);
    confirm(at_work(1, "2019-01-11"), "2019-01", "2019-04");
    discover();
    EXPECT_INT(total(as(TONGWEI, "CLERK"), filter), 1);
    claim = got_int("items.0.id");
    EXPECT_STR(got("items.0.state"), "SUBMITTED");
    call(as(TONGWEI, "CHECKER"), "claims.check", claim, "{}");
    expect(200, NULL);
}
