/* Match runs: loading, deciding, storing all or none, who may see what. */
#include "road.h"

#include "matching/matching.h"

static const int64_t TONGWEI = 621121000000, FUQING = 350181000000;

static int64_t run_now(struct ctx *cx)
{
    int64_t id = NONE;

    if (match_run_now(cx, TONGWEI, FUQING, NULL, &id) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
    return id;
}

STORE_TEST("a run proposes as many people as there are seats, and is proved best")
{
    int64_t run;

    road_post(cx, "甲厂", 2);
    for (int i = 1; i <= 3; i++)
        road_person(cx, i);
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    EXPECT_STR(road_str(cx, "state"), "DONE");
    EXPECT_INT(road_int(cx, "people"), 3);
    EXPECT_INT(road_int(cx, "seats"), 2);
    EXPECT_INT(road_int(cx, "placed"), 2);
    EXPECT_INT(road_int(cx, "value"), road_int(cx, "bound"));
}
