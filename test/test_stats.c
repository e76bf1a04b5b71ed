/* Figures: each is the sum of its rows, the same for both sides of a pairing. */
#include "base/ids.h"
#include "ops.h"
#include "stats/stats.h"
#include "targets/targets.h"

#include <stdio.h>

/* --- a small year in a pairing --- */
static int64_t person(int n, int64_t home)
{
    char digits[32];

    snprintf(digits, sizeof digits, "621125%04d0307%03d", 1970 + n % 30, n);
    return created(
        as_system(), "people.create",
        "{'name':'王强','id_no':'%s%c','home':%lld,'willingness':'WILLING','household_type':'%s'}",
        digits, id_no_check(digits), (long long)home, n % 2 ? "POVERTY_EXITED" : "ORDINARY");
}

static int64_t placed(int64_t who, int64_t employer, int64_t offer, const char *start)
{
    return created(as_system(), "placements.create",
                   "{'person_id':'%lld','employer_id':'%lld','start_on':'%s'%s}", (long long)who,
                   (long long)employer, start,
                   offer == NONE
                       ? ""
                       : arena_printf(test_arena(), ",'offer_id':'%lld'", (long long)offer));
}

static void confirmed(int64_t placement, const char *month)
{
    call(as_system(), "months.confirm", NONE,
         "{'month':'%s','source':'EMPLOYER','items':[{'placement_id':'%lld','status':'AT_WORK'}]}",
         month, (long long)placement);
    expect(200, NULL);
}

/* Five people of two counties: three in two employers of Fuzhou, of whom one goes on to the other
 * in May and one goes home in March; one at home; one who has only said yes. On 20 June. */
static void small_year(void)
{
    int64_t fuyao = employer_of(FUYAO), cangshan = employer_of(CANGSHAN), near, post, offers[3], at;

    set_clock("2019-01-05");
    near = created(as_system(), "employers.create",
                   "{'name':'通渭扶贫车间','work':621121000000,'kind':'WORKSHOP'}");
    post = created(as_system(), "posts.create",
                   "{'title':'普工','headcount':9,'employer_id':'%lld','pay':'3500-4500元'}",
                   (long long)fuyao);
    call(as_system(), "posts.submit", post, "{}");
    call(as_system(), "posts.open", post, "{}");
    for (int i = 0; i < 3; i++) {
        offers[i] =
            created(as_system(), "offers.create", "{'person_id':'%lld','post_id':'%lld'}",
                    (long long)person(i, i == 2 ? 621124000000 : 621121100000), (long long)post);
        if (i < 2) {
            call(as_system(), "offers.accept", offers[i], "{}");
            expect(200, NULL);
        }
    }
    call(as_system(), "offers.get", offers[0], NULL);
    at = placed(got_int("person_id"), fuyao, offers[0], "2019-01-10");
    set_clock("2019-06-01");
    for (int m = 1; m <= 5; m++)
        confirmed(at, arena_printf(test_arena(), "2019-%02d", m));
    call(as_system(), "placements.repost",
         placed(person(3, 621121000000), fuyao, NONE, "2019-02-01"),
         "{'employer_id':'%lld','end_on':'2019-05-05','start_on':'2019-05-06'}",
         (long long)cangshan);
    expect(200, NULL);
    call(as_system(), "placements.end",
         placed(person(5, 621124000000), cangshan, NONE, "2019-02-15"),
         "{'end_on':'2019-03-20','end_reason':'PAY'}");
    expect(200, NULL);
    placed(person(7, 621121000000), near, NONE, "2019-03-01");
    set_clock("2019-06-20");
}

static int64_t value(struct caller *who, const char *id, int64_t pairing)
{
    call(who, "stats.value", NONE, pairing == NONE ? "id=%s" : "id=%s&pairing_id=%lld", id,
         (long long)pairing);
    expect(200, NULL);
    return got_int("value");
}

OPS_TEST("what the small year comes to, seen from the west")
{
    struct caller *west = as(DINGXI, "LEADER");
    int64_t pair;

    small_year();
    pair = pairing_of(DINGXI);
    EXPECT_INT(value(west, "people", pair), 6);
    EXPECT_INT(value(west, "matched", pair), 3);
    EXPECT_INT(value(west, "signed_up", pair), 2);
    EXPECT_INT(value(west, "transferred_east", pair), 3); /* the re-posted one once */
    EXPECT_INT(got_int("items.0.value"), 2);
    EXPECT_STR(got("items.0.division_name"), "甘肃省定西市通渭县");
    EXPECT_INT(value(west, "transferred_east_registered", pair), 2);
    EXPECT_STR(got("percent"), "67");
    EXPECT_INT(value(west, "placed_near_home", pair), 1);
    EXPECT_INT(value(west, "placed_elsewhere", pair), 0);
    EXPECT_INT(value(west, "in_work", pair), 2);
    EXPECT_INT(value(west, "stable_3m", pair), 1);
    EXPECT_INT(value(west, "stable_6m", pair), 0);
    EXPECT_INT(value(west, "begun_1m", pair), 3);
    EXPECT_INT(value(west, "retention_1m", pair),
               2); /* began in February, gone before the end of March */
    EXPECT_INT(value(west, "retention_3m", pair), 2);
    EXPECT_INT(value(west, "posts_open", pair), 1);
    EXPECT_INT(value(west, "seats_open", pair), 6);
    call(west, "stats.value", NONE, "id=in_work&as_of=2019-03-20");
    EXPECT_INT(got_int("value"), 4);
    call(west, "stats.value", NONE, "id=in_work&as_of=2019-03-21");
    EXPECT_INT(got_int("value"), 3);
}

/* Rows of a figure, page by page; how many things they are. */
static int64_t count_rows(struct caller *who, const char *url, int64_t *ret_things)
{
    const char *query = strchr(url, '?') + 1, *next = NULL;
    int64_t n = 0;

    *ret_things = 0;
    do {
        call(who, "stats.rows", NONE, next ? "%s&limit=2&after=%s" : "%s&limit=2", query, next);
        expect(200, NULL);
        for (int i = 0; i < (int)got_count("items"); i++) {
            const char *path = arena_printf(test_arena(), "items.%d.count", i);
            *ret_things += got_int(path);
            n++;
        }
        next = got("next");
    } while (next);
    return n;
}

OPS_TEST(
    "every figure is the number of its rows, whole and by county, and both sides of a pairing see the same")
{
    struct caller *offices[] = { as(DINGXI, "LEADER"), as(FUZHOU, "LEADER"), as(TONGWEI, "LEADER"),
                                 as(FUQING, "LEADER"), as(WUSHAN, "LEADER") };
    int64_t pair;

    small_year();
    pair = pairing_of(DINGXI);
    for (const struct indicator *i = indicators; i->id; i++) {
        int64_t values[ARRAY_LEN(offices)];
        for (size_t o = 0; o < ARRAY_LEN(offices); o++) {
            int64_t things, rows, parts = 0;
            const char *url, *first;
            bool is_money = i->measure == MEASURE_YUAN;

            values[o] = value(offices[o], i->id, pair);
            rows = got_int("rows");
            url = got("rows_url");
            first = got("items.0.rows_url");
            for (int k = 0; k < (int)got_count("items"); k++)
                parts += got_int(arena_printf(test_arena(), "items.%d.value", k));
            EXPECT_INT(parts, values[o]);
            parts = got_int("items.0.rows");
            EXPECT_INT(count_rows(offices[o], url, &things), rows);
            if (!is_money)
                EXPECT_INT(things, values[o]);
            if (first)
                EXPECT_INT(count_rows(offices[o], first, &things), parts);
        }
        if (i->perm != PERM_PERSON_READ && values[0] != values[1])
            test_fail(__FILE__, __LINE__, "%s is %lld in the west and %lld in the east", i->id,
                      (long long)values[0], (long long)values[1]);
        if (i->perm != PERM_POST_READ)
            EXPECT_INT(values[4], 0);
    }
}

OPS_TEST(
    "the east opens what was agreed on without names, and a county's office alone sees its own part")
{
    int64_t pair;

    small_year();
    pair = pairing_of(DINGXI);
    call(as(FUZHOU, "LEADER"), "stats.rows", NONE, "id=placed_near_home&pairing_id=%lld",
         (long long)pair);
    expect(200, NULL);
    EXPECT_INT(got_count("items"), 1);
    EXPECT_STR(got("items.0.person_name"), NULL);
    EXPECT_STR(got("items.0.person_id"), NULL);
    EXPECT_STR(got("items.0.home_name"), "甘肃省定西市通渭县");
    call(as(DINGXI, "LEADER"), "stats.rows", NONE, "id=placed_near_home&pairing_id=%lld",
         (long long)pair);
    EXPECT_STR(got("items.0.person_name"), "王强");
    EXPECT_INT(value(as(FUZHOU, "LEADER"), "placed_near_home", NONE), 0);
    EXPECT_INT(value(as(FUQING, "LEADER"), "placed_near_home", pair), 0);
    EXPECT_INT(value(as(FUQING, "LEADER"), "transferred_east", pair), 2);
    call(as(DINGXI, "ADMIN"), "stats.rows", NONE, "id=people");
    expect(403, "perm.missing");
}

/* --- the figures of 2018 --- */
struct bulk {
    int64_t n, first, home, work;
};

static enum err fill(struct ctx *cx, void *arg)
{
    struct bulk *b = arg;

    return db_exec(
        cx,
        "INSERT INTO placement (id, person_id, employer_id, home, work, channel, start_on, state, created_at, updated_at)"
        " WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < $1)"
        " SELECT $2 + i, $2 + i, 1, $3, $4, 'ORGANISED', '2018-03-01', 'ACTIVE', 0, 0 FROM c WHERE SCOPE(placement home=$3, work=$4)",
        P(b->n), P(b->first), P(b->home), P(b->work));
}

OPS_TEST(
    "972 transferred of 600 agreed are 162 %, 2720 near home of 1000 are 272 %, for both sides")
{
    struct caller *sides[] = { as(DINGXI, "CLERK"), as(FUZHOU, "CLERK") };
    struct ctx *cx = unit(as_system());
    int64_t pair = pairing_of(DINGXI);

    created(sides[0], "targets.create",
            "{'pairing_id':'%lld','year':2018,'indicator':'transferred_east','goal':600}",
            (long long)pair);
    created(sides[0], "targets.create",
            "{'pairing_id':'%lld','year':2018,'indicator':'placed_near_home','goal':1000}",
            (long long)pair);
    created(
        sides[0], "targets.create",
        "{'pairing_id':'%lld','year':2018,'indicator':'transferred_east','division':621124000000,'goal':700}",
        (long long)pair);
    EXPECT_INT(db_write(cx, fill, &(struct bulk){ 572, 10000, 621121000000, 350181000000 }), OK);
    EXPECT_INT(db_write(cx, fill, &(struct bulk){ 400, 20000, 621124000000, 350104000000 }), OK);
    EXPECT_INT(db_write(cx, fill, &(struct bulk){ 2720, 30000, 621121000000, 621121000000 }), OK);
    for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
        call(sides[i], "stats.completion", NONE, "year=2018&pairing_id=%lld", (long long)pair);
        expect(200, NULL);
        EXPECT_STR(got("items.0.indicator"), "placed_near_home");
        EXPECT_INT(got_int("items.0.actual"), 2720);
        EXPECT_INT(got_int("items.0.percent"), 272);
        EXPECT_INT(got_int("items.1.actual"), 972);
        EXPECT_INT(got_int("items.1.percent"), 162);
        EXPECT_STR(got("items.1.has_other_sum"), "true"); /* a county took on 700 */
        call(sides[i], "stats.bulletin", NONE, "year=2018&month=12&pairing_id=%lld",
             (long long)pair);
        expect(200, NULL);
        EXPECT_INT(got_int("total.cells.transferred_east:now.value"), 972);
        EXPECT_INT(got_int("total.cells.transferred_east:rate.percent"), 162);
        EXPECT_INT(got_int("total.cells.transferred_east:month.value"), 0);
    }
}

OPS_TEST("the bulletin's lines add up to its total, month and year to date")
{
    struct caller *who = as(DINGXI, "LEADER");
    int64_t pair;
    static const char *const ids[] = { "transferred_east:now", "transferred_east:month",
                                       "transferred_east:change", "in_work:now", "in_work:change" };
    static const int totals[] = { 3, 2, 1, 3, 2 };

    small_year();
    pair = pairing_of(DINGXI);
    call(who, "stats.bulletin", NONE, "year=2019&month=2&pairing_id=%lld", (long long)pair);
    expect(200, NULL);
    EXPECT_INT(got_count("items"), 2);
    for (size_t k = 0; k < ARRAY_LEN(ids); k++) {
        int64_t sum = 0;
        for (int i = 0; i < 2; i++)
            sum += got_int(arena_printf(test_arena(), "items.%d.cells.%s.value", i, ids[k]));
        EXPECT_INT(sum, totals[k]);
        EXPECT_INT(got_int(arena_printf(test_arena(), "total.cells.%s.value", ids[k])), totals[k]);
    }
}

OPS_TEST("people of whom only the city is known stand in its row, the subtotal of its counties")
{
    struct ctx *cx = unit(as_system());
    int64_t pair = pairing_of(DINGXI);

    EXPECT_INT(db_write(cx, fill, &(struct bulk){ 5, 10000, 621121000000, 350181000000 }), OK);
    EXPECT_INT(db_write(cx, fill, &(struct bulk){ 3, 20000, 621100000000, 350181000000 }), OK);
    call(as(DINGXI, "LEADER"), "stats.bulletin", NONE, "year=2018&month=12&pairing_id=%lld",
         (long long)pair);
    expect(200, NULL);
    EXPECT_INT(got_count("items"), 2);
    EXPECT_STR(got("items.0.division"), "621100000000");
    EXPECT_STR(got("items.0.is_subtotal"), "true");
    EXPECT_INT(got_int("items.0.cells.transferred_east:now.value"), 8);
    EXPECT_STR(got("items.1.is_subtotal"), "false");
    EXPECT_INT(got_int("items.1.cells.transferred_east:now.value"), 5);
    EXPECT_INT(got_int("total.cells.transferred_east:now.value"), 8);
}

OPS_TEST("the day's work counts what this reader may do, within her range")
{
    small_year();
    call(as(DINGXI, "CLERK"), "stats.home", NONE, NULL);
    expect(200, NULL);
    EXPECT_STR(got("tasks.0.code"), "months_due");
    EXPECT_INT(got_int("tasks.0.count"),
               3); /* May: two re-posted stretches, and the one near home */
    EXPECT_STR(got("tasks.0.link"), "/months/due?month=2019-05");
    EXPECT_INT(got_count("months"), 12);
    EXPECT_STR(got("months.11.month"), "2019-05");
    EXPECT_INT(got_int("months.11.confirmed"), 1);
    EXPECT_INT(got_int("months.11.unverified"), 3);
    EXPECT_STR(got("funnel.3.stage"), "signed_up");
    EXPECT_INT(got_int("funnel.3.count"), 2);
    call(as(FUZHOU, "LEADER"), "stats.home", NONE, NULL);
    EXPECT_STR(got("funnel.0.stage"), "matched"); /* who is registered is the origin's to know */
    call(as(WUSHAN, "CLERK"), "stats.home", NONE, NULL);
    EXPECT_INT(got_int("tasks.0.count"), 0);
    call(as(FUYAO, "EMPLOYER"), "stats.home", NONE, NULL);
    expect(200, NULL);
    EXPECT_INT(got_int("tasks.0.count"), 1);
    EXPECT_INT(got_count("funnel"), 0);
}

TEST("every indicator that a target may name is one, and every share is of one")
{
    for (const struct choice *c = target_indicators; c->code; c++) {
        const struct indicator *i = indicators;
        while (i->id && !str_eq(i->id, c->code))
            i++;
        EXPECT_STR(i->id, c->code);
        EXPECT_STR(i->zh, c->zh);
    }
    for (const struct indicator *i = indicators; i->id; i++) {
        const struct indicator *of = indicators;
        EXPECT(i->definition_zh && i->definition_en && i->sql && i->path && i->perm != PERM_NONE);
        while (i->of && of->id && !str_eq(of->id, i->of))
            of++;
        EXPECT(!i->of || of->id);
    }
}
