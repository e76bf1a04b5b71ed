/* test_divisions.c — codes, names, history. */
#include "divisions/divisions.h"
#include "divisions/index.h"
#include "ops.h"

TEST("the digits of a code tell its level and what it lies in")
{
    EXPECT_INT(division_level(620000000000), LEVEL_PROVINCE);
    EXPECT_INT(division_level(621100000000), LEVEL_CITY);
    EXPECT_INT(division_level(621121000000), LEVEL_COUNTY);
    EXPECT_INT(division_level(621121101000), LEVEL_TOWNSHIP);
    EXPECT_INT(division_level(621121101201), LEVEL_VILLAGE);
    EXPECT_INT(division_level(621121), LEVEL_NONE);
    EXPECT_INT(division_level(NONE), LEVEL_NONE);
    EXPECT_INT(division_county(621121101201), 621121000000);
    EXPECT_INT(division_county(621100000000), 621100000000);
    EXPECT_INT(division_at(621121101201, LEVEL_CITY), 621100000000);
    EXPECT(division_within(621121101201, 621100000000));
    EXPECT(!division_within(350181000000, 621100000000));
    EXPECT(!division_within(NONE, 621100000000));
    EXPECT_INT(division_region(350100000000), REGION_EAST);
    EXPECT_INT(division_region(621100000000), REGION_WEST);
    EXPECT_INT(division_region(420100000000), REGION_CENTRE);
    EXPECT_INT(division_region(210100000000), REGION_NORTHEAST);
}

TEST("short names lose what kind of place it is and whose, but never become one character")
{
    static const struct {
        const char *name, *short_name;
    } cases[] = {
        { "甘肃省", "甘肃" },
        { "定西市", "定西" },
        { "忠县", "忠县" },
        { "酉阳土家族苗族自治县", "酉阳" },
        { "石柱土家族自治县", "石柱" },
        { "临夏回族自治州", "临夏" },
        { "东乡族自治县", "东乡族" },
        { "隆林各族自治县", "隆林" },
        { "内蒙古自治区", "内蒙古" },
        { "新疆维吾尔自治区", "新疆" },
        { "广西壮族自治区", "广西" },
        { "双江拉祜族佤族布朗族傣族自治县", "双江" },
        { "神农架林区", "神农架" },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        EXPECT_STR(division_short_name(test_arena(), cases[i].name, LEVEL_COUNTY),
                   cases[i].short_name);
}

struct written {
    const char *text;
    enum division_match match;
    int64_t code;
};

static void expect_resolved(struct ctx *cx, const struct written *w)
{
    int64_t code = NONE;
    enum division_match match = division_resolve(cx, w->text, &code);

    if (match != w->match || (w->code && code != w->code))
        test_fail(__FILE__, __LINE__, "%s: %d %lld, expected %d %lld", w->text, (int)match,
                  (long long)code, (int)w->match, (long long)w->code);
}

STORE_TEST("a division is found by every way in which rosters write it")
{
    static const struct written cases[] = {
        { "甘肃省定西市通渭县", DIVISION_FOUND, 621121000000 },
        { "甘肃定西通渭", DIVISION_FOUND, 621121000000 },
        { "定西市通渭县", DIVISION_FOUND, 621121000000 },
        { "甘肃省 定西市 通渭县", DIVISION_FOUND, 621121000000 },
        { "甘肃/定西/通渭", DIVISION_FOUND, 621121000000 },
        { "甘肃省-通渭县", DIVISION_FOUND, 621121000000 },
        { "通渭县", DIVISION_FOUND, 621121000000 },
        { "通渭", DIVISION_FOUND, 621121000000 },
        { "621121", DIVISION_FOUND, 621121000000 },
        { "621121000000", DIVISION_FOUND, 621121000000 },
        { "621121100", DIVISION_FOUND, 621121100000 },
        { "621121100201", DIVISION_FOUND, 621121100201 },
        { "甘肃省定西市通渭县平襄镇", DIVISION_FOUND, 621121100000 },
        { "通渭县平襄镇北关村3社", DIVISION_FOUND, 621121100000 },
        { "通渭县北关村3社", DIVISION_FOUND, 621121000000 },
        { "通渭县平壤镇北关村", DIVISION_UNKNOWN, 0 },
        { "福建福清", DIVISION_FOUND, 350181000000 },
        { "福建省福州市福清市", DIVISION_FOUND, 350181000000 },
        { "福州", DIVISION_FOUND, 350100000000 },
        { "甘肃", DIVISION_FOUND, 620000000000 },
        { "定西", DIVISION_FOUND, 621100000000 },
        { "重庆市巫山县", DIVISION_FOUND, 500237000000 },
        { "重庆市市辖区万州区", DIVISION_FOUND, 500101000000 },
        { "重庆巫山双龙镇", DIVISION_FOUND, 500237105000 },
        { "重庆市石柱县", DIVISION_FOUND, 500240000000 },
        { "酉阳", DIVISION_FOUND, 500242000000 },
        { "东营", DIVISION_FOUND, 370500000000 },
        { "吉林", DIVISION_FOUND, 220000000000 },
        { "吉林市", DIVISION_FOUND, 220200000000 },
        { "海南", DIVISION_FOUND, 460000000000 },
        { "临夏州", DIVISION_FOUND, 622900000000 },
        { "龙口", DIVISION_FOUND, 370681000000 },
        /* one name, many places */
        { "城关区", DIVISION_AMBIGUOUS, 0 },
        { "鼓楼区", DIVISION_AMBIGUOUS, 0 },
        { "福州市鼓楼区", DIVISION_FOUND, 350102000000 },
        { "朝阳", DIVISION_AMBIGUOUS, 0 },
        /* a township's name alone says nothing */
        { "双龙镇", DIVISION_UNKNOWN, 0 },
        /* nonsense */
        { "火星", DIVISION_UNKNOWN, 0 },
        { "", DIVISION_UNKNOWN, 0 },
        { "999999", DIVISION_UNKNOWN, 0 },
        { "12345", DIVISION_UNKNOWN, 0 },
        { "福建省通渭县", DIVISION_UNKNOWN, 0 },
        /* abolished, in one step and in several */
        { "长乐市", DIVISION_ABOLISHED, 350112000000 },
        { "福建省福州市长乐市", DIVISION_ABOLISHED, 350112000000 },
        { "350182", DIVISION_ABOLISHED, 350112000000 },
        { "350182104", DIVISION_ABOLISHED, 350112104000 },
        { "长乐", DIVISION_FOUND, 350112000000 },
        { "福清县", DIVISION_ABOLISHED, 350181000000 },
        { "甘肃省定西地区通渭县", DIVISION_FOUND, 621121000000 },
        { "622424", DIVISION_ABOLISHED, 621121000000 },
        { "重庆市开县", DIVISION_ABOLISHED, 500154000000 },
        { "512222", DIVISION_ABOLISHED, 500154000000 },
        { "370623", DIVISION_ABOLISHED, 370681000000 },
        { "黄县", DIVISION_ABOLISHED, 370681000000 },
        { "512999", DIVISION_UNKNOWN, 0 },
        /* split on 6 November 2025: the county alone no longer says where */
        { "渝北区", DIVISION_AMBIGUOUS, 0 },
        { "500112", DIVISION_AMBIGUOUS, 0 },
        { "重庆市渝北区茨竹镇", DIVISION_ABOLISHED, 500109000000 },
        { "500112140", DIVISION_ABOLISHED, 500109000000 },
        { "重庆市江北区", DIVISION_ABOLISHED, 500157000000 },
    };

    for (int twice = 0; twice < 2; twice++) /* the second time from the texts seen before */
        for (size_t i = 0; i < ARRAY_LEN(cases); i++)
            expect_resolved(cx, &cases[i]);
    cx->today = date_make(2020, 6, 30);
    expect_resolved(cx, &(struct written){ "渝北区", DIVISION_FOUND, 500112000000 });
    expect_resolved(cx, &(struct written){ "重庆市渝北区茨竹镇", DIVISION_FOUND, 500112140000 });
}

STORE_TEST("workers of 茨竹 and 大湾 count in Yubei for 2020 and in Beibei from 6 November 2025")
{
    struct date in_2020 = date_make(2020, 12, 31), last = date_make(2025, 11, 5),
                first = date_make(2025, 11, 6);
    static const int64_t towns[] = { 500112140000, 500112135000, 500112140201 };

    for (size_t i = 0; i < ARRAY_LEN(towns); i++) {
        EXPECT_INT(division_county(division_successor_on(cx, towns[i], in_2020)), 500112000000);
        EXPECT_INT(division_county(division_successor_on(cx, towns[i], last)), 500112000000);
        EXPECT_INT(division_county(division_successor_on(cx, towns[i], first)), 500109000000);
    }
    EXPECT_INT(division_county(division_successor_on(cx, 500112129000, first)), 500157000000);
    EXPECT_INT(division_county(division_successor_on(cx, 500109008000, first)), 500157000000);
    EXPECT_INT(division_county(division_successor_on(cx, 500109110000, first)), 500109000000);
    EXPECT_INT(division_successor_on(cx, 500112000000, in_2020), 500112000000);
    EXPECT_INT(division_successor_on(cx, 500112000000, first), NONE);
    EXPECT_INT(division_successor_on(cx, NONE, first), NONE);
    EXPECT_INT(division_successor_on(cx, 621121100201, first), 621121100201);
    EXPECT_INT(division_successor_on(cx, 999999000000, first), NONE);
}

STORE_TEST("every division that counts in the facts is there under its name")
{
    static const struct {
        int64_t code;
        const char *name;
    } cases[] = {
        { 350000000000, "福建省" },
        { 350100000000, "福建省福州市" },
        { 350102000000, "福建省福州市鼓楼区" },
        { 350112000000, "福建省福州市长乐区" },
        { 350181000000, "福建省福州市福清市" },
        { 350128000000, "福建省福州市平潭县" },
        { 621100000000, "甘肃省定西市" },
        { 621102000000, "甘肃省定西市安定区" },
        { 621121000000, "甘肃省定西市通渭县" },
        { 621122000000, "甘肃省定西市陇西县" },
        { 621123000000, "甘肃省定西市渭源县" },
        { 621124000000, "甘肃省定西市临洮县" },
        { 621125000000, "甘肃省定西市漳县" },
        { 621126000000, "甘肃省定西市岷县" },
        { 500101000000, "重庆市万州区" },
        { 500243000000, "重庆市彭水苗族土家族自治县" },
        { 370681000000, "山东省烟台市龙口市" },
        { 371700000000, "山东省菏泽市" },
        { 511722000000, "四川省达州市宣汉县" },
        { 511381000000, "四川省南充市阆中市" },
        { 511132000000, "四川省乐山市峨边彝族自治县" },
        { 513225000000, "四川省阿坝藏族羌族自治州九寨沟县" },
        { 330421000000, "浙江省嘉兴市嘉善县" },
        { 330902000000, "浙江省舟山市定海区" },
        { 331081000000, "浙江省台州市温岭市" },
        { 640402000000, "宁夏回族自治区固原市原州区" },
        { 500241107000, "重庆市秀山土家族苗族自治县石堤镇" },
        { 500229107000, "重庆市城口县高观镇" },
        { 500157000000, "重庆市两江新区" },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        EXPECT_STR(division_full_name(cx, cases[i].code), cases[i].name);
    EXPECT_STR(division_name(cx, 621121000000), "通渭县");
    EXPECT_STR(division_name(cx, 621121100201), "平襄镇");
    EXPECT_STR(division_name(cx, 999999000000), "");
    EXPECT_STR(division_name(cx, NONE), NULL);
    EXPECT(division_exists(cx, 621121000000));
    EXPECT(!division_exists(cx, 621199000000));
}

/* --- operations --- */
static void load(struct caller *who, const char *csv)
{
    upload(who, "divisions.load", NONE, "x.csv", csv, strlen(csv), NULL);
}

OPS_TEST("divisions are listed by parent and level, found by name, and opened as a tree")
{
    struct caller *clerk = as(TONGWEI, "CLERK");

    call(clerk, "divisions.list", NONE, "parent=621100000000&is_abolished=false&sort=id");
    expect(200, NULL);
    EXPECT_INT(got_int("total"), 7);
    EXPECT_STR(got("items.1.name"), "通渭县");
    EXPECT_STR(got("items.1.id"), "621121000000");
    EXPECT_STR(got("items.1.parent_name"), "定西市");
    call(clerk, "divisions.list", NONE, "q=%%E9%%80%%9A%%E6%%B8%%AD&level=COUNTY");
    EXPECT_INT(got_int("total"), 2); /* 通渭 of the prefecture and of the city */
    call(clerk, "divisions.get", 621121000000, NULL);
    EXPECT_STR(got("full_name"), "甘肃省定西市通渭县");
    call(clerk, "divisions.get", 350182000000, NULL);
    EXPECT_STR(got("is_abolished"), "true");
    EXPECT_STR(got("valid_to"), NULL);
    call(clerk, "divisions.get", 500112000000, NULL);
    EXPECT_STR(got("valid_to"), "2025-11-05");
    call(clerk, "divisions.tree", NONE, NULL);
    EXPECT_INT(got_count("items"), 34);
    EXPECT_STR(got("items.0.name"), "北京市");
    call(clerk, "divisions.tree", NONE, "parent=621100");
    EXPECT_INT(got_count("items"), 7);
    EXPECT_STR(got("items.1.has_children"), "true");
    call(clerk, "divisions.tree", NONE, "parent=500000");
    EXPECT_STR(got("items.0.name"), "万州区"); /* no city level between */
    call(as_nobody(), "divisions.tree", NONE, NULL);
    expect(401, "session.none");
}

OPS_TEST("an office loads the villages of its own subtree, all rows or none")
{
    struct caller *admin = as(TONGWEI, "ADMIN");
    struct ctx *cx = unit(as(TONGWEI, "CLERK"));
    int64_t code = NONE;

    EXPECT_INT(division_resolve(cx, "通渭县平襄镇北关村", &code), DIVISION_FOUND);
    EXPECT_INT(code, 621121100000);
    load(as(TONGWEI, "CLERK"), "代码,名称\n621121100201,北关村\n");
    expect(403, "op.forbidden");
    load(admin, "代码,名称\n621121100201,北关村\n621124100201,临洮的村\n");
    expect(403, "division.outside");
    load(admin, "代码,名称\n621121100201,北关村\n62112110020,短\n");
    expect(400, "division.code");
    load(admin, "代码,名称\n621121100201,北关村\n621121100201,又一次\n");
    expect(400, "division.twice");
    load(admin, "代码,名称\n621121100201,\n");
    expect(400, "division.name");
    load(admin, "编号,说明\n621121100201,北关村\n");
    expect(400, "division.header");
    load(admin, "代码,名称,撤销日期\n621121100201,北关村,昨天\n");
    expect(400, "division.date");
    EXPECT(!division_exists(cx, 621121100201));
    load(
        admin,
        "行政区划代码,名称,别名\n621121100201,北关村,北关|北关社区\n621121100202,城南村,\n621121100,平襄镇,\n");
    expect(200, NULL);
    EXPECT_INT(got_int("rows"), 3);
    EXPECT_INT(got_int("added"), 2);
    EXPECT_STR(division_full_name(cx, 621121100201), "甘肃省定西市通渭县平襄镇北关村");
    EXPECT_INT(division_resolve(cx, "通渭县平襄镇北关村", &code), DIVISION_FOUND);
    EXPECT_INT(code, 621121100201);
    EXPECT_INT(division_resolve(cx, "通渭县平襄镇北关社区", &code), DIVISION_FOUND);
    EXPECT_INT(code, 621121100201);
    load(admin, "code,name,valid_to,successors\n621121100202,城南村,2018-12-31,621121100201\n");
    expect(200, NULL);
    EXPECT_INT(got_int("added"), 0);
    EXPECT_INT(division_successor_on(cx, 621121100202, date_make(2018, 12, 31)), 621121100202);
    EXPECT_INT(division_successor_on(cx, 621121100202, date_make(2019, 1, 1)), 621121100201);
}
