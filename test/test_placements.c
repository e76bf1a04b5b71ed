/* Placements and months. */
#include "placements/months.h"
#include "placements/placements.h"
#include "road.h"

#define W(source, status, wage)          \
    {                                    \
        source, status, NONE, wage, NONE \
    }
static const struct {
    struct month_evidence words[3];
    int n;
    const char *want;
    int64_t wage;
} weighed[] = {
    { { W("EMPLOYER", "AT_WORK", 400000) }, 1, "CONFIRMED", 400000 },
    { { W("EMPLOYER", "AT_WORK", 400000), W("WORKER", "NOT_WORKING", NONE) },
      2,
      "CONFLICT",
      400000 },
    { { W("VILLAGE_PHONE", "UNREACHABLE", NONE), W("EMPLOYER", "AT_WORK", 380000) },
      2,
      "CONFIRMED",
      380000 },
    { { W("EMPLOYER", "AT_WORK", 380000), W("VILLAGE_PHONE", "UNREACHABLE", NONE) },
      2,
      "CONFIRMED",
      380000 },
    { { W("VILLAGE_PHONE", "UNREACHABLE", NONE) }, 1, "UNREACHABLE", NONE },
    { { W("WORKER", "AT_WORK", 390000), W("DATA", "AT_WORK", 401234) }, 2, "CONFIRMED", 401234 },
    { { W("EMPLOYER", "ON_LEAVE", NONE), W("WORKER", "AT_WORK", NONE) }, 2, "ON_LEAVE", NONE },
    { { W("EMPLOYER", "NOT_WORKING", NONE), W("VILLAGE_PHONE", "NOT_WORKING", NONE) },
      2,
      "NOT_WORKING",
      NONE },
};

TEST("sources that agree confirm a month, sources that contradict leave it to a person")
{
    for (size_t i = 0; i < ARRAY_LEN(weighed); i++) {
        struct month_verdict v = month_weigh(weighed[i].words, weighed[i].n);
        EXPECT_STR(v.status, weighed[i].want);
        EXPECT_INT(v.wage_fen, weighed[i].wage);
    }
}

static int64_t placed(struct ctx *cx, int n, const char *start)
{
    int64_t post = road_post(cx, "甲厂", 5), offer = road_accepted(cx, n, post), person;

    EXPECT_INT(road_call(cx, "offers.get", offer, NULL), OK);
    person = road_int(cx, "person_id");
    return road_create(
        cx, "placements.create",
        arena_printf(
            cx->mem,
            "{\"person_id\":\"%lld\",\"employer_id\":\"%lld\",\"offer_id\":\"%lld\",\"start_on\":\"%s\"}",
            (long long)person, (long long)road_int(cx, "employer_id"), (long long)offer, start));
}

static enum err confirm(struct ctx *cx, int64_t id, const char *month, const char *source,
                        const char *status)
{
    return road_call(
        cx, "months.confirm", NONE,
        arena_printf(
            cx->mem,
            "{\"month\":\"%s\",\"source\":\"%s\",\"items\":[{\"placement_id\":\"%lld\",\"status\":\"%s\",\"wage_fen\":400000}]}",
            month, source, (long long)id, status));
}

STORE_TEST("a person works in one place at a time")
{
    int64_t id = placed(cx, 1, "2026-01-05"), person = road_int(cx, "person_id"),
            employer = road_int(cx, "employer_id");
    const char *again = arena_printf(
        cx->mem, "{\"person_id\":\"%lld\",\"employer_id\":\"%lld\",\"start_on\":\"2026-02-01\"}",
        (long long)person, (long long)employer);

    EXPECT_INT(road_call(cx, "placements.create", NONE, again), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "placement.open");
    EXPECT_INT(road_call(cx, "placements.end", id,
                         "{\"end_on\":\"2026-02-01\",\"end_reason\":\"PAY\"}"),
               OK);
    EXPECT_INT(road_call(cx, "placements.create", NONE, again), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "placement.overlap");
    EXPECT_INT(road_call(cx, "people.get", person, NULL), OK);
    EXPECT_STR(road_str(cx, "labour_status"), "RETURNED");
}

STORE_TEST(
    "a month is confirmed once, contradicted, decided, and the same word twice changes nothing")
{
    int64_t id = placed(cx, 1, "2026-01-05");

    EXPECT_INT(confirm(cx, id, "2026-01", "EMPLOYER", "AT_WORK"), OK);
    EXPECT_INT(road_int(cx, "recorded"), 1);
    EXPECT_INT(confirm(cx, id, "2026-01", "EMPLOYER", "AT_WORK"), OK);
    EXPECT_INT(road_int(cx, "recorded"), 0);
    EXPECT_INT(confirm(cx, id, "2026-01", "VILLAGE_PHONE", "NOT_WORKING"), OK);
    EXPECT_INT(road_call(cx, "months.conflicts", NONE, "month=2026-01"), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
    EXPECT_INT(
        road_call(
            cx, "months.resolve", NONE,
            arena_printf(
                cx->mem,
                "{\"placement_id\":\"%lld\",\"month\":\"2026-01\",\"status\":\"CONFIRMED\",\"reason\":\"工资流水\"}",
                (long long)id)),
        OK);
    EXPECT_INT(road_call(cx, "months.grid", NONE, "month_from=2026-01&month_to=2026-02"), OK);
    EXPECT(strstr(road_reply(cx), "\"2026-01\":{\"month\":\"2026-01\",\"status\":\"CONFIRMED\"") !=
           NULL);
    EXPECT_INT(road_call(cx, "months.due", NONE, "month=2026-02"), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
}

STORE_TEST("a month before the start, or in the future, takes no evidence")
{
    int64_t id = placed(cx, 1, "2026-01-05");

    EXPECT_INT(confirm(cx, id, "2025-12", "EMPLOYER", "AT_WORK"), E_INVALID);
    EXPECT_INT(confirm(cx, id, "2026-04", "EMPLOYER", "AT_WORK"), E_INVALID);
}

struct lock {
    int64_t id;
    const char *month;
};
static enum err lock(struct ctx *cx, void *arg)
{
    struct lock *l = arg;

    return month_lock(cx, l->id, l->month);
}

STORE_TEST("a month under money is not changed")
{
    int64_t id = placed(cx, 1, "2026-01-05");

    EXPECT_INT(confirm(cx, id, "2026-01", "EMPLOYER", "AT_WORK"), OK);
    EXPECT_INT(db_write(cx, lock, &(struct lock){ id, "2026-01" }), OK);
    EXPECT_INT(confirm(cx, id, "2026-01", "EMPLOYER", "NOT_WORKING"), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "month.locked");
}
