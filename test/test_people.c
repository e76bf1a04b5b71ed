/* Persons: what follows from what is said of them, and what is kept beside their rows. */
#include "base/ids.h"
#include "people/people.h"
#include "road.h"

#include <stdio.h>

static int64_t total(struct ctx *cx, const char *query)
{
    EXPECT_INT(road_call(cx, "people.list", NONE, query), OK);
    return road_int(cx, "total");
}

static bool says(struct ctx *cx, const char *words)
{
    return strstr(road_reply(cx), words) != NULL;
}

static int64_t register_one(struct ctx *cx)
{
    return road_create(
        cx, "people.create",
        "{\"name\":\"张秀英\",\"id_no\":\"621125199003070013\",\"home\":621121000000,\"phone\":\"13893201234\"}");
}

STORE_TEST(
    "a survey moves an unsurveyed person to seeking, in the row and in the counts, and keeps what was wanted before")
{
    int64_t id = register_one(cx);

    EXPECT_STR(road_str(cx, "labour_status"), "UNSURVEYED");
    EXPECT_INT(
        road_call(
            cx, "people.survey", id,
            "{\"willingness\":\"WILLING\",\"destinations\":[350100000000],\"least_wage_fen\":400000}"),
        OK);
    EXPECT_STR(road_str(cx, "labour_status"), "SEEKING");
    EXPECT(says(cx, "\"least_wage_fen\":400000"));
    EXPECT_INT(total(cx, "labour_status=SEEKING"), 1);
    EXPECT_INT(total(cx, "labour_status=UNSURVEYED"), 0);
    EXPECT_INT(road_call(cx, "people.survey", id,
                         "{\"willingness\":\"WILLING\",\"needs\":\"NO_NIGHT\"}"),
               OK);
    EXPECT(says(cx, "\"least_wage_fen\":400000") && says(cx, "NO_NIGHT") &&
           says(cx, "350100000000"));
    EXPECT_INT(road_call(cx, "people.survey", id, "{\"willingness\":\"UNWILLING\"}"), OK);
    EXPECT_STR(road_str(cx, "labour_status"), "UNWILLING");
}

STORE_TEST("whoever is placed stays so when asked what she wants")
{
    int64_t offer = road_accepted(cx, 1, road_post(cx, "福清鞋业", 2)), id;

    (void)offer;
    EXPECT_INT(total(cx, "labour_status=SIGNED_UP"), 1);
    id = json_as_int(json_get(json_at(road_member(cx, "items"), 0), "id"));
    EXPECT_INT(road_call(cx, "people.survey", id, "{\"willingness\":\"UNWILLING\"}"), OK);
    EXPECT_STR(road_str(cx, "labour_status"), "SIGNED_UP");
}

STORE_TEST("a new name and a new domicile are found and counted, and the old ones no longer")
{
    int64_t id = register_one(cx);

    EXPECT_INT(road_call(cx, "people.change", id, "{\"name\":\"张秀兰\",\"home\":621124000000}"),
               OK);
    EXPECT_INT(total(cx, "q=%E7%A7%80%E5%85%B0"), 1);
    EXPECT_INT(total(cx, "q=%E7%A7%80%E8%8B%B1"), 0);
    EXPECT_INT(total(cx, "q=%E7%A7%80%E5%85%B0&home=621121000000"), 0);
    EXPECT_INT(total(cx, "home=621124000000"), 1);
    EXPECT_INT(total(cx, "home=621121000000"), 0);
}

STORE_TEST("a domicile outside of one's own jurisdiction cannot be given to a person")
{
    int64_t id = register_one(cx);

    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE,
                                    .home_lo = 621121000000,
                                    .home_hi = 621121999999,
                                    .work_lo = NONE,
                                    .work_hi = NONE };
    EXPECT_INT(road_call(cx, "people.change", id, "{\"home\":621124000000}"), E_FORBIDDEN);
    EXPECT_STR(cx->failure.code, "scope.outside");
}

STORE_TEST(
    "a person registered by another office is refused without saying where, one's own with her id")
{
    register_one(cx);
    EXPECT_INT(
        road_call(cx, "people.create", NONE,
                  "{\"name\":\"张秀英\",\"id_no\":\"621125199003070013\",\"home\":621121000000}"),
        E_CONFLICT);
    EXPECT_STR(cx->failure.code, "person.exists");
    EXPECT(cx->failure_detail != NULL);
    cx->failure_detail = NULL;
    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE,
                                    .home_lo = 621124000000,
                                    .home_hi = 621124999999,
                                    .work_lo = NONE,
                                    .work_hi = NONE };
    EXPECT_INT(
        road_call(cx, "people.create", NONE,
                  "{\"name\":\"张秀英\",\"id_no\":\"621125199003070013\",\"home\":621124000000}"),
        E_CONFLICT);
    EXPECT_STR(cx->failure.code, "person.elsewhere");
    EXPECT(!strstr(cx->failure.message, "6211") && cx->failure_detail == NULL);
}

STORE_TEST("statuses are dated: a new one in force changes the type, a past one is only noted")
{
    int64_t id = register_one(cx);

    EXPECT_INT(
        road_call(
            cx, "people.add_status", id,
            "{\"kind\":\"REGISTERED_POOR\",\"from_on\":\"2014-01-01\",\"until_on\":\"2019-12-31\"}"),
        OK);
    EXPECT_INT(road_call(cx, "people.add_status", id,
                         "{\"kind\":\"POVERTY_EXITED\",\"from_on\":\"2020-01-01\"}"),
               OK);
    EXPECT_INT(json_count(road_member(cx, "items")), 2);
    EXPECT_INT(
        road_call(
            cx, "people.add_status", id,
            "{\"kind\":\"POVERTY_EXITED\",\"from_on\":\"2020-01-01\",\"until_on\":\"2019-01-01\"}"),
        E_INVALID);
    EXPECT_INT(total(cx, "household_type=POVERTY_EXITED"), 1);
    EXPECT_INT(total(cx, "household_type=ORDINARY"), 0);
    EXPECT_INT(road_call(cx, "people.get", id, NULL), OK);
    EXPECT(says(cx, "\"statuses\":[") && says(cx, "\"intention\":null") && says(cx, "2019-12-31"));
}

STORE_TEST("a whole ID number finds its person though the store has only seals")
{
    register_one(cx);
    EXPECT_INT(road_call(cx, "people.find", NONE, "{\"id_no\":\"621125199003070013\"}"), OK);
    EXPECT(says(cx, "\"total\":1"));
    EXPECT_INT(road_call(cx, "people.find", NONE, "{\"id_no\":\"622424196811010040\"}"), OK);
    EXPECT(says(cx, "\"total\":0"));
    EXPECT_INT(road_call(cx, "people.find", NONE, "{}"), E_INVALID);
}

STORE_TEST("no number that is sealed may stand in an address")
{
    static const char *const queries[] = { "id_no=621125199003070013", "q=621125199003070013",
                                           "q=62112519900307001X", "q=62112519900307001x" };

    register_one(cx);
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        EXPECT_INT(road_call(cx, "people.list", NONE, queries[i]), E_INVALID);
        EXPECT_STR(cx->failure.code, "filter.sealed");
        EXPECT_INT(road_call(cx, "people.export", NONE, queries[i]), E_INVALID);
        EXPECT_STR(cx->failure.code, "filter.sealed");
    }
    EXPECT_INT(road_call(cx, "people.list", NONE, "q=6211251990030700"), OK);
}

STORE_TEST("nobody can type a labour status or a mask")
{
    int64_t id = register_one(cx);

    EXPECT_INT(road_call(cx, "people.change", id, "{\"labour_status\":\"EMPLOYED\"}"), E_INVALID);
    EXPECT_INT(road_call(cx, "people.change", id, "{\"name_mask\":\"x\"}"), E_INVALID);
}
