/* Money that people's work earns for an employer, an organiser, a household; and a refusal undone.
 */
#include "ops.h"

#include <stdio.h>

#include "base/ids.h"
#include "claims/claims.h"

static int64_t person_of(enum org county, int n, const char *more)
{
    char digits[32];

    snprintf(digits, sizeof digits, "%d%04d0307%03d", 621125, 1970 + n % 30, n % 1000);
    return created(as_system(), "people.create",
                   "{'name':'王%s','id_no':'%s%c','home':%lld,'willingness':'WILLING'%s}",
                   n % 2 ? "强" : "芳", digits, id_no_check(digits),
                   (long long)org_division(county), more);
}

static void confirm(int64_t placement, const char *from, const char *until, const char *more)
{
    struct month m, last;
    char text[8];

    EXPECT(month_parse(from, &m) && month_parse(until, &last));
    for (; month_compare(m, last) <= 0; m = month_add(m, 1)) {
        call(
            as_system(), "months.confirm", NONE,
            "{'month':'%s','source':'EMPLOYER','items':[{'placement_id':'%lld','status':'AT_WORK','days':22,'wage_fen':400000%s}]}",
            month_format(m, text), (long long)placement, more);
        expect(200, NULL);
    }
}

static int64_t placed(int64_t person, int64_t employer, const char *from, const char *more)
{
    return created(as_system(), "placements.create",
                   "{'person_id':'%lld','employer_id':'%lld','start_on':'%s'%s}", (long long)person,
                   (long long)employer, from, more);
}

static int64_t find(int64_t policy, const char *as_of)
{
    call(as_system(), "claims.find", NONE, "{'as_of':'%s','policy_id':'%lld'}", as_of,
         (long long)policy);
    expect(200, NULL);
    return got_int("made");
}

static int64_t published(const char *file)
{
    int64_t policy = created(as_system(), "policies.create", "{'file':'%s'}", file);

    call(as_system(), "policies.publish", policy, "{}");
    expect(200, NULL);
    return policy;
}

static int64_t shipped(const char *key)
{
    call(as_system(), "policies.list", NONE, "policy_key=%s", key);
    expect(200, NULL);
    return got_int("items.0.id");
}

OPS_TEST(
    "an enterprise of Chongqing is owed 6,000 yuan for a person it insured for a year, once for her")
{
    int64_t policy = shipped("chongqing-absorption-2023"), first, second, person, spell;

    set_clock("2025-06-01");
    first = created(as_system(), "employers.create", "{'name':'永川机电','work':500118000000}");
    second = created(as_system(), "employers.create", "{'name':'永川食品','work':500118000000}");
    person =
        person_of(WUSHAN, 1, ",'household_type':'POVERTY_EXITED','identified_on':'2014-01-01'");
    spell = placed(person, first, "2023-01-03", ",'contract_until':'2025-01-02'");
    confirm(spell, "2023-01", "2024-01", ",'is_insured':true");
    EXPECT_INT(find(policy, "2023-11-30"), 0);
    EXPECT_INT(find(policy, "2024-01-31"), 1);
    EXPECT_INT(got_int("amount_fen"), 600000);
    call(as_system(), "claims.list", NONE, "policy_id=%lld", (long long)policy);
    EXPECT_INT(got_int("items.0.person_id"), person);
    EXPECT_INT(got_int("items.0.employer_id"), first);
    EXPECT_INT(find(policy, "2024-01-31"), 0);
    call(as_system(), "placements.end", spell, "{'end_on':'2024-02-20','end_reason':'PAY'}");
    expect(200, NULL);
    spell = placed(person, second, "2024-03-01", ",'contract_until':'2026-02-28'");
    confirm(spell, "2024-03", "2025-05", ",'is_insured':true");
    EXPECT_INT(find(policy, "2025-05-31"), 0);
    call(as_system(), "policies.evaluate", policy,
         "{'person_id':'%lld','employer_id':'%lld','as_of':'2024-01-31'}", (long long)person,
         (long long)first);
    expect(200, NULL);
    EXPECT_STR(got("verdict"), "ENTITLED");
    call(as_system(), "policies.evaluate", policy, "{'employer_id':'%lld'}", (long long)first);
    expect(400, "field.required");
}

#define POLICY(id, beneficiary)                                                                     \
    "id: " id                                                                                       \
    "\\nversion: 1\\ntitle: {zh: 试行办法, en: Trial}\\ndoc: {name: 通知, source: 示例}\\n" \
    "issuer: {zh: 定西市人社局, en: Dingxi Bureau}\\n"                                        \
    "payer: {side: ORIGIN, fund: ORIGIN_BUDGET}\\neffective: {from: 2019-01-01}\\n"                 \
    "benefit: ORGANISER_AWARD\\nbeneficiary: " beneficiary "\\n"
#define EXAMPLES                                                                    \
    "review: [COUNTY_HRSS]\\nnotice_working_days: 5\\nexamples:\\n  given:\\n"      \
    "    person: {born: 1990-05-20, domicile: 621124}\\n"                           \
    "    spells: [{from: 2019-02-11, employer: A, at: 350104, organised: true}]\\n" \
    "    months: [{from: 2019-02, until: 2019-08, wage: 4000}]\\n"                  \
    "  cases:\\n    - name: 满足\\n      as_of: 2019-08-20\\n"

/* Shandong's reward of 2020, 120 yuan a person. */
static const char organiser_policy[] = POLICY(
    "organiser-trial",
    "ORGANISER") "who: {origin: [621100], transfer: ORGANISED}\\n"
                 "count: {by: CONFIRMED_SPELLS, month: ANNIVERSARY, mode: CONTINUOUS, gap_days: 30, start: [SPELL_START]}\\n"
                 "require: {months: 3}\\namount:\\n  - id: head\\n    title: {zh: 每人, en: Each}\\n    fixed: 120\\n"
                 "once: LIFE\\n" EXAMPLES "      expect: {verdict: ENTITLED, yuan: 120}\\n";

/* Travels with a batch that the county's clerk planned; the placement. */
static int64_t sent_by_tongwei(int64_t person)
{
    struct caller *clerk = as(TONGWEI, "CLERK");
    int64_t post, offer, batch;

    post = created(as_system(), "posts.create",
                   "{'title':'普工','headcount':3,'employer_id':'%lld','pay':'3500-4500元'}",
                   (long long)employer_of(FUYAO));
    call(as_system(), "posts.submit", post, "{}");
    call(as_system(), "posts.open", post, "{}");
    expect(200, NULL);
    offer = created(as_system(), "offers.create", "{'person_id':'%lld','post_id':'%lld'}",
                    (long long)person, (long long)post);
    call(clerk, "offers.accept", offer, "{}");
    expect(200, NULL);
    batch = created(
        clerk, "batches.create",
        "{'name':'首批','home':621121000000,'work':350100000000,'mode':'SELF','depart_on':'2019-02-10'}");
    call(clerk, "batches.add_passengers", batch, "{'all_accepted':true}");
    expect(200, NULL);
    for (const char *const *op = (const char *const[]){ "batches.lock", "batches.approve", NULL };
         *op; op++) {
        call(as_system(), *op, batch, "{}");
        expect(200, NULL);
    }
    call(as_system(), "batches.board", batch, "{'all':true}");
    call(as_system(), "batches.depart", batch, "{}");
    call(as_system(), "batches.arrive", batch, "{}");
    call(as_system(), "batches.arrivals", batch, "{'all':true}");
    call(as_system(), "batches.hand_over", batch, "{'all':true,'on':'2019-02-11'}");
    expect(200, NULL);
    call(as_system(), "placements.list", NONE, "person_id=%lld", (long long)person);
    return got_int("items.0.id");
}

OPS_TEST(
    "the office that sent people is owed for each who stayed three months, not for who went alone")
{
    int64_t policy, sent, alone, spell;

    set_clock("2019-02-08");
    policy = published(organiser_policy);
    sent = person_of(TONGWEI, 1, "");
    alone = person_of(TONGWEI, 2, "");
    spell = sent_by_tongwei(sent);
    set_clock("2019-09-01");
    confirm(spell, "2019-02", "2019-08", "");
    confirm(placed(alone, employer_of(FUYAO), "2019-02-11", ",'channel':'ORGANISED'"), "2019-02",
            "2019-08", "");
    EXPECT_INT(find(policy, "2019-05-10"), 0);
    EXPECT_INT(find(policy, "2019-05-11"), 1);
    EXPECT_INT(got_int("amount_fen"), 12000);
    call(as_system(), "claims.list", NONE, "org_id=%lld", (long long)org_id(TONGWEI));
    EXPECT_INT(got_int("total"), 1);
    EXPECT_INT(got_int("items.0.person_id"), sent);
    EXPECT_INT(find(policy, "2019-08-31"), 0);
}

/* Tongxin's reward for households that earn 20,000 yuan a year. */
static const char household_policy[] = POLICY(
    "household-trial",
    "HOUSEHOLD") "who: {origin: [621100]}\\n"
                 "count: {by: MONTHS, month: CALENDAR, mode: CUMULATIVE, start: [YEAR_START], cut: [YEAR_END]}\\n"
                 "require: {wage_sum: 20000}\\namount:\\n  - id: reward\\n    title: {zh: 每户, en: Household}\\n    fixed: 3000\\n"
                 "once: YEAR\\n" EXAMPLES "      expect: {verdict: ENTITLED, yuan: 3000}\\n";

OPS_TEST("a household is owed once a year for what its members earned together")
{
    int64_t policy, head, spouse, single;

    set_clock("2019-09-01");
    policy = published(household_policy);
    spouse = person_of(TONGWEI, 2, ",'household_no':'62112100001','relation':'SPOUSE'");
    head = person_of(TONGWEI, 1, ",'household_no':'62112100001','relation':'HEAD'");
    single = person_of(TONGWEI, 3, ",'household_no':'62112100002','relation':'HEAD'");
    confirm(placed(head, employer_of(FUYAO), "2019-02-11", ""), "2019-02", "2019-04", "");
    confirm(placed(single, employer_of(FUYAO), "2019-02-11", ""), "2019-02", "2019-04", "");
    EXPECT_INT(find(policy, "2019-08-31"), 0); /* 12,000 each */
    confirm(placed(spouse, employer_of(CANGSHAN), "2019-03-01", ""), "2019-03", "2019-05", "");
    EXPECT_INT(find(policy, "2019-08-31"), 1);
    EXPECT_INT(got_int("amount_fen"), 300000);
    call(as_system(), "claims.list", NONE, "policy_id=%lld", (long long)policy);
    EXPECT_INT(got_int("items.0.person_id"), head);
    EXPECT_INT(find(policy, "2019-08-31"), 0);
}

OPS_TEST("a refused claim is taken up again with a reason by those who decide")
{
    int64_t claim, policy;

    set_clock("2019-09-01");
    confirm(placed(person_of(TONGWEI, 1,
                             ",'household_type':'REGISTERED_POOR','identified_on':'2014-01-01'"),
                   employer_of(FUYAO), "2019-02-11", ",'is_reserved':true"),
            "2019-02", "2019-05", "");
    policy = shipped("fuzhou-post-wage-2019");
    EXPECT_INT(find(policy, "2019-05-20"), 1);
    call(as_system(), "claims.list", NONE, "state=ELIGIBLE");
    claim = got_int("items.0.id");
    call(as(FUQING, "CLERK"), "claims.submit", claim, "{}");
    expect(200, NULL);
    call(as(FUZHOU, "REVIEWER"), "claims.reject", claim, "{'reason':'材料不实'}");
    expect(200, NULL);
    EXPECT_INT(find(policy, "2019-05-20"), 0); /* a refusal is not undone by looking again */
    call(as(FUQING, "CLERK"), "claims.reopen", claim, "{'reason':'复查'}");
    expect(403, "op.forbidden");
    call(as(FUZHOU, "REVIEWER"), "claims.reopen", claim, "{}");
    expect(400, NULL);
    call(as(FUZHOU, "REVIEWER"), "claims.reopen", claim, "{'reason':'本人申诉，经复查属实'}");
    expect(200, NULL);
    call(as(FUQING, "CLERK"), "claims.get", claim, NULL);
    EXPECT_STR(got("state"), "ELIGIBLE");
    call(as(FUZHOU, "REVIEWER"), "claims.reject", claim, "{'reason':'再次不予'}");
    expect(409, NULL); /* it begins anew: not before it is submitted */
    call(as(FUQING, "CLERK"), "claims.submit", claim, "{}");
    call(as(FUZHOU, "REVIEWER"), "claims.reject", claim, "{'reason':'再次不予'}");
    expect(200, NULL);
}
