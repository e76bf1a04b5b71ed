/* Sample audits: drawn by a published seed, decided before approval. */
#include "ops.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ids.h"
#include "claims/claims_int.h"

enum { WORKERS = 12 };

TEST("a fifth of each employer's claims is drawn, two at least and twenty at most")
{
    static const int sizes[][3] = { { 1, 20, 1 },    { 2, 20, 2 },    { 5, 20, 2 },
                                    { 11, 20, 3 },   { 15, 20, 3 },   { 100, 20, 20 },
                                    { 500, 20, 20 }, { 10, 100, 10 }, { 30, 100, 20 } };

    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        EXPECT_INT(claim_sample_size(sizes[i][0], sizes[i][1]), sizes[i][2]);
}

static void at_work(int n, enum org firm)
{
    char digits[32];
    int64_t person, placement;

    snprintf(digits, sizeof digits, "62112519880307%03d", n);
    person = created(
        as_system(), "people.create",
        "{'name':'王%s','id_no':'%s%c','home':%lld,'willingness':'WILLING','household_type':'REGISTERED_POOR','identified_on':'2014-01-01'}",
        n % 2 ? "强" : "芳", digits, id_no_check(digits), (long long)org_division(TONGWEI));
    placement = created(
        as_system(), "placements.create",
        "{'person_id':'%lld','employer_id':'%lld','start_on':'2019-02-11','channel':'ORGANISED','is_reserved':true}",
        (long long)person, (long long)employer_of(firm));
    for (int m = 2; m <= 4; m++) {
        call(
            as_system(), "months.confirm", NONE,
            "{'month':'2019-0%d','source':'EMPLOYER','items':[{'placement_id':'%lld','status':'AT_WORK','days':22,'wage_fen':400000}]}",
            m, (long long)placement);
        expect(200, NULL);
    }
}

static int64_t policy_id(void)
{
    call(as_system(), "policies.list", NONE, "policy_key=fuzhou-post-wage-2019");
    return got_int("items.0.id");
}

/* Twelve at one enterprise and one at another, all of them through three hands and on notice. */
static int64_t thirteen_claims(void)
{
    int64_t policy = policy_id();
    static const char *const steps[] = { "submit", "check", "review" };

    set_clock("2019-05-20");
    for (int i = 1; i <= WORKERS; i++)
        at_work(i, FUYAO);
    at_work(WORKERS + 1, CANGSHAN);
    call(as_system(), "claims.find", NONE, "{'as_of':'2019-05-20','policy_id':'%lld'}",
         (long long)policy);
    EXPECT_INT(got_int("made"), WORKERS + 1);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        call(as(FUZHOU, i == 0   ? "CLERK"
                        : i == 1 ? "CHECKER"
                                 : "REVIEWER"),
             "claims.bulk", NONE, "{'event':'%s','policy_id':'%lld'}", steps[i], (long long)policy);
        EXPECT_INT(got_int("done"), WORKERS + 1);
    }
    return policy;
}

static void lot(const char *seed, int64_t claim, char *ret)
{
    char text[80];
    unsigned char hash[crypto_hash_sha256_BYTES];
    int len = snprintf(text, sizeof text, "%s|%lld", seed, (long long)claim);

    crypto_hash_sha256(hash, (unsigned char *)text, (unsigned long long)len);
    sodium_bin2hex(ret, 2 * sizeof hash + 1, hash, sizeof hash);
}

/* What anybody can do who knows the seed and the claims' numbers. */
OPS_TEST("the drawn ones are those whose lots are smallest, and nobody stands in two draws")
{
    char one[65], mine[65], path[48];
    int64_t policy = thirteen_claims(), employer;
    int drawn = 0;

    call(as(FUZHOU, "CLERK"), "audits.draw", NONE, "{'policy_id':'%lld','seed':'0520'}",
         (long long)policy);
    expect(403, NULL);
    call(as(FUZHOU, "REVIEWER"), "audits.draw", NONE, "{'policy_id':'%lld','seed':'0520'}",
         (long long)policy);
    expect(200, NULL);
    EXPECT_INT(got_int("claims"), WORKERS + 1);
    EXPECT_INT(got_int("employers"), 2);
    EXPECT_INT(got_int("drawn"), 3 + 1);
    call(as(FUZHOU, "REVIEWER"), "audits.draw", NONE, "{'policy_id':'%lld','seed':'again'}",
         (long long)policy);
    expect(409, "claim.none");
    call(as(FUZHOU, "CLERK"), "audits.list", NONE, "state=OPEN");
    EXPECT_INT(got_int("total"), 4);
    employer = employer_of(FUYAO);
    call(as(FUZHOU, "CLERK"), "audits.list", NONE, "employer_id=%lld", (long long)employer);
    EXPECT_INT(got_int("total"), 3);
    snprintf(mine, sizeof mine, "%s", "");
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "items.%d.claim_id", i);
        lot("0520", got_int(path), one);
        if (strcmp(one, mine) > 0)
            snprintf(mine, sizeof mine, "%s", one);
    }
    call(as(FUZHOU, "CLERK"), "claims.list", NONE, "limit=100");
    for (int64_t i = 0; i < got_count("items"); i++) {
        snprintf(path, sizeof path, "items.%lld.id", (long long)i);
        lot("0520", got_int(path), one);
        drawn += strcmp(one, mine) <= 0;
    }
    EXPECT(drawn == 3 || drawn == 4); /* one of the thirteen is the other enterprise's */
}

OPS_TEST("a drawn claim waits for the finding, and one that is wrong goes back")
{
    int64_t policy = thirteen_claims(), right, wrong, claims[2];

    call(as(FUZHOU, "REVIEWER"), "audits.draw", NONE, "{'policy_id':'%lld','seed':'0520'}",
         (long long)policy);
    call(as(FUZHOU, "CLERK"), "audits.list", NONE, "state=OPEN");
    right = got_int("items.0.id"), claims[0] = got_int("items.0.claim_id");
    wrong = got_int("items.1.id"), claims[1] = got_int("items.1.claim_id");
    call(as(FUZHOU, "REVIEWER"), "claims.notice", NONE, "{'policy_id':'%lld'}", (long long)policy);
    expect(200, NULL);
    set_clock("2019-06-10");
    call(as(FUZHOU, "APPROVER"), "claims.approve", claims[0], "{}");
    expect(409, "claim.audit_open");
    call(as(FUZHOU, "REVIEWER"), "audits.pass", right, "{}");
    expect(400, NULL);
    call(as(FUZHOU, "REVIEWER"), "audits.pass", right, "{'reason':'电话核实，本人在岗'}");
    expect(200, NULL);
    call(as(FUZHOU, "APPROVER"), "claims.approve", claims[0], "{}");
    expect(200, NULL);
    call(as(FUZHOU, "REVIEWER"), "audits.fail", wrong, "{'reason':'4月实际离岗'}");
    expect(200, NULL);
    call(as(FUZHOU, "CLERK"), "claims.get", claims[1], NULL);
    EXPECT_STR(got("state"), "RETURNED");
    EXPECT_STR(got("reason"), "4月实际离岗");
}
