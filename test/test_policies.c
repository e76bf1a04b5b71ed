/* Policies in the store: shipped ones in force, uploaded ones checked, published ones never
 * changed. */
#include "ops.h"

#include <stdio.h>

#define FILE_TEXT(version, yuan) FILE_OF("tongwei-away", version, yuan)
#define FILE_OF(id, version, yuan)                                                                                                             \
    "id: " id "\\nversion: " #version                                                                                                          \
    "\\ntitle: {zh: 外出务工补助, en: Allowance for working away}\\n"                                                                    \
    "doc: {name: 通知, source: 示例}\\nissuer: {zh: 通渭县人社局, en: Tongwei Bureau}\\npayer: {side: ORIGIN, fund: CONVERGENCE}\\n" \
    "effective: {from: 2019-01-01}\\nbenefit: LABOUR_ALLOWANCE\\nbeneficiary: PERSON\\nwho: {origin: [621121]}\\n"                             \
    "count: {by: CONFIRMED_SPELLS, month: ANNIVERSARY, mode: CONTINUOUS, gap_days: 30, start: [SPELL_START]}\\nrequire: {months: 3}\\n"        \
    "amount:\\n  - id: once\\n    title: {zh: 补助, en: Allowance}\\n    fixed: " #yuan                                                        \
    "\\nonce: YEAR\\nreview: [COUNTY_HRSS]\\n"                                                                                                 \
    "notice_working_days: 5\\nexamples:\\n  given:\\n    person: {born: 1990-05-20, domicile: 621121}\\n    months: CONFIRMED\\n"              \
    "  cases:\\n    - name: 满三个月\\n      as_of: 2019-05-11\\n      spells: [{from: 2019-02-11, employer: A, at: 350104}]\\n"           \
    "      expect: {verdict: ENTITLED, yuan: 500}\\n"

OPS_TEST("the shipped policies are in force from the first start, each with a payer")
{
    char path[64];

    call(as(TONGWEI, "CLERK"), "policies.list", NONE, "limit=100");
    expect(200, NULL);
    EXPECT_INT(got_int("total"), 35);
    for (int i = 0; i < 35; i++) {
        snprintf(path, sizeof path, "items.%d.state", i);
        EXPECT_STR(got(path), "PUBLISHED");
        snprintf(path, sizeof path, "items.%d.payer_name", i);
        EXPECT(got(path) != NULL);
    }
}

OPS_TEST("a file whose example fails is refused with line, column and cure")
{
    call(as(TONGWEI, "APPROVER"), "policies.create", NONE, "{'file':'%s'}", FILE_TEXT(1, 600));
    expect(400, "policy.invalid");
    EXPECT_INT(got_int("detail.total"), 1);
    EXPECT(got_int("detail.problems.0.line") > 0);
    EXPECT(got("detail.problems.0.zh") != NULL);
    call(as(TONGWEI, "APPROVER"), "policies.create", NONE, "{'file':'id: x\\nversion: zero\\n'}");
    expect(400, "policy.invalid");
    EXPECT(got_int("detail.total") > 3);
    EXPECT(got("detail.problems.0.cure_zh") != NULL);
}

OPS_TEST(
    "a policy is stored as a draft, published by its payer only, and superseded by the next revision")
{
    int64_t first, second;

    call(as(LINTAO, "APPROVER"), "policies.create", NONE, "{'file':'%s'}", FILE_TEXT(1, 500));
    expect(403, "policy.payer");
    call(as(FUZHOU, "APPROVER"), "policies.create", NONE, "{'file':'%s'}", FILE_TEXT(1, 500));
    expect(403, "policy.payer");
    first = created(as(TONGWEI, "APPROVER"), "policies.create", "{'file':'%s'}", FILE_TEXT(1, 500));
    call(as(TONGWEI, "APPROVER"), "policies.create", NONE, "{'file':'%s'}", FILE_TEXT(1, 500));
    expect(409, "policy.exists");
    call(as(LINTAO, "APPROVER"), "policies.publish", first, "{}");
    expect(403, "policy.payer");
    call(as(TONGWEI, "APPROVER"), "policies.publish", first, "{}");
    expect(200, NULL);
    EXPECT_STR(got("state"), "PUBLISHED");
    second =
        created(as(TONGWEI, "APPROVER"), "policies.create", "{'file':'%s'}", FILE_TEXT(2, 500));
    call(as(TONGWEI, "APPROVER"), "policies.publish", second, "{}");
    expect(200, NULL);
    call(as(TONGWEI, "APPROVER"), "policies.get", first, NULL);
    EXPECT_STR(got("state"), "SUPERSEDED");
    call(as(TONGWEI, "APPROVER"), "policies.publish", first, "{}");
    expect(409, "state.wrong");
}

OPS_TEST("who hands in a file learns which policy in force it meets")
{
    int64_t first =
        created(as(TONGWEI, "APPROVER"), "policies.create", "{'file':'%s'}", FILE_TEXT(1, 500));

    EXPECT_INT(got_count("warnings"), 0);
    call(as(TONGWEI, "APPROVER"), "policies.publish", first, "{}");
    call(as(TONGWEI, "APPROVER"), "policies.create", NONE, "{'file':'%s'}",
         FILE_OF("tongwei-again", 1, 500));
    expect(200, NULL);
    EXPECT_INT(got_count("warnings"), 1);
    EXPECT(strstr(got("warnings.0.en"), "Allowance for working away") != NULL);
}

OPS_TEST("a policy can be read in words in both languages and taken away as its file")
{
    char text[4096] = "";
    int64_t id;
    FILE *f;

    call(as(FUYAO, "EMPLOYER"), "policies.list", NONE, "policy_key=fuzhou-post-wage-2019");
    id = got_int("items.0.id");
    call(as(FUYAO, "EMPLOYER"), "policies.text", id, NULL);
    expect(200, NULL);
    EXPECT(got_count("clauses") > 8);
    EXPECT(strstr(got_text(), "3000 元") && strstr(got_text(), "9000 yuan") &&
           strstr(got_text(), "连续稳定就业满6个月"));
    call(as(FUYAO, "EMPLOYER"), "policies.file", id, NULL);
    expect(200, NULL);
    f = fopen(got_file(), "r");
    EXPECT(f != NULL);
    if (!f)
        return;
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    EXPECT(strstr(text, "id: fuzhou-post-wage-2019") != NULL);
}

OPS_TEST("what may be tried otherwise in a policy is named with its place in the file")
{
    int64_t id;

    call(as(FUZHOU, "APPROVER"), "policies.list", NONE, "policy_key=fuzhou-post-wage-2019");
    id = got_int("items.0.id");
    call(as(FUZHOU, "APPROVER"), "policies.text", id, NULL);
    expect(200, NULL);
    EXPECT(strstr(got_text(), "\"path\":\"amount.m3.fixed\",\"value\":\"3000\"") != NULL);
    EXPECT(strstr(got_text(), "\"path\":\"count.gap_days\",\"value\":\"30\"") != NULL);
    EXPECT(strstr(got_text(), "\"path\":\"amount.m6.require.months\",\"value\":\"6\"") != NULL);
    EXPECT(strstr(got_text(), "examples") == NULL);
    call(as(FUZHOU, "APPROVER"), "policies.simulate", id,
         "{'changes':{'amount.m3.fixed':'3500','count.gap_days':'15'}}");
    expect(200, NULL);
}
