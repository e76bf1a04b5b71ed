/* Batches: leaders, seats, boarding, hand-over. */
#include "road.h"
#include "transfers/transfers.h"

static int64_t batch(struct ctx *cx)
{
    return road_create(
        cx, "batches.create",
        "{\"name\":\"正月初八专车\",\"home\":621121000000,\"work\":350100000000,\"mode\":\"COACH\",\"depart_on\":\"2026-03-11\"}");
}

static enum err step(struct ctx *cx, const char *op, int64_t id, const char *body)
{
    enum err err = road_call(cx, op, id, body);

    if (err != OK)
        test_fail(__FILE__, __LINE__, "%s: %s %s", op, cx->failure.code, cx->failure.message);
    return err;
}

static enum err move_home(struct ctx *cx, void *arg)
{
    return db_exec(cx,
                   "UPDATE offer AS o SET home = 500237105000 WHERE o.id = $1 AND SCOPE(offer o)",
                   P(*(int64_t *)arg));
}

STORE_TEST(
    "a batch goes from accepted offers to placements, and the one who did not board stays signed up")
{
    int64_t post = road_post(cx, "甲厂", 5), id, absent;

    for (int i = 1; i <= 3; i++)
        road_accepted(cx, i, post);
    id = batch(cx);
    step(cx, "batches.add_passengers", id, "{\"all_accepted\":true}");
    EXPECT_INT(road_int(cx, "added"), 3);
    EXPECT_INT(road_call(cx, "batches.lock", id, "{}"), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "batch.seats");
    step(cx, "batches.add_vehicle", id, "{\"label\":\"甘J·12345\",\"seats\":45}");
    step(cx, "batches.seats", id, "{}");
    step(cx, "batches.lock", id, "{}");
    EXPECT_INT(road_call(cx, "batches.add_passengers", id, "{\"all_accepted\":true}"), E_CONFLICT);
    EXPECT_INT(road_call(cx, "batches.board", id, "{\"all\":true}"), E_CONFLICT);
    step(cx, "batches.approve", id, "{}");
    step(cx, "batches.passengers", id, NULL);
    {
        const struct json_value *v, *items;
        EXPECT_INT(json_parse(cx, road_reply(cx), strlen(road_reply(cx)), &v), OK);
        items = json_get(v, "items");
        EXPECT_INT(json_count(items), 3);
        absent = json_as_int(json_get(json_at(items, 2), "person_id"));
        step(cx, "batches.board", id,
             arena_printf(cx->mem, "{\"passenger_ids\":\"%s,%s\"}",
                          json_as_str(json_get(json_at(items, 0), "id")),
                          json_as_str(json_get(json_at(items, 1), "id"))));
    }
    EXPECT_INT(road_int(cx, "boarded"), 2);
    step(cx, "batches.depart", id, "{}");
    step(cx, "batches.arrive", id, "{}");
    step(cx, "batches.arrivals", id, "{\"all\":true}");
    step(cx, "batches.hand_over", id, "{\"all\":true,\"on\":\"2026-03-10\"}");
    EXPECT_INT(road_int(cx, "handed_over"), 2);
    step(cx, "batches.get", id, NULL);
    EXPECT_STR(road_str(cx, "state"), "HANDED_OVER");
    step(cx, "placements.list", NONE, NULL);
    EXPECT_INT(road_int(cx, "total"), 2);
    step(cx, "people.get", absent, NULL);
    EXPECT_STR(road_str(cx, "labour_status"), "SIGNED_UP");
}

/* Registered in a township of Wushan (500237105), where leaders are asked for by township. */
static int64_t offer_from_township(struct ctx *cx, int n, int64_t post)
{
    int64_t offer = road_accepted(cx, n, post);

    EXPECT_INT(db_write(cx, move_home, &offer), OK);
    return offer;
}

STORE_TEST("a township that sends more than 20 people needs a leader before the roster is locked")
{
    int64_t post = road_post(cx, "甲厂", 50), id;

    for (int i = 1; i <= 21; i++)
        offer_from_township(cx, i, post);
    id = road_create(
        cx, "batches.create",
        "{\"name\":\"巫山专车\",\"home\":500237000000,\"work\":350100000000,\"mode\":\"SELF\",\"depart_on\":\"2026-03-11\"}");
    step(cx, "batches.add_passengers", id, "{\"all_accepted\":true}");
    EXPECT_INT(road_call(cx, "batches.lock", id, "{}"), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "batch.leader");
    step(cx, "batches.set_leader", id, "{\"township\":500237105000,\"name\":\"李干部\"}");
    step(cx, "batches.lock", id, "{}");
}

STORE_TEST("20 people of one township travel without a leader of their own")
{
    int64_t post = road_post(cx, "甲厂", 50), id;

    for (int i = 1; i <= 20; i++)
        offer_from_township(cx, i, post);
    id = road_create(
        cx, "batches.create",
        "{\"name\":\"巫山专车\",\"home\":500237000000,\"work\":350100000000,\"mode\":\"SELF\",\"depart_on\":\"2026-03-11\"}");
    step(cx, "batches.add_passengers", id, "{\"all_accepted\":true}");
    step(cx, "batches.lock", id, "{}");
}

/* Whether the text stands among the strings of the list. */
static bool among(const struct json_value *list, const char *text)
{
    for (size_t i = 0; i < json_count(list); i++)
        if (str_eq(json_as_str(json_at(list, i)), text))
            return true;
    return false;
}

STORE_TEST("what the description keeps for a later state, a planned batch refuses")
{
    const struct json_value *v, *list, *when;
    int64_t id = batch(cx);
    int refused = 0;

    step(cx, "description.meta", NONE, NULL);
    EXPECT_INT(json_parse(cx, road_reply(cx), strlen(road_reply(cx)), &v), OK);
    list = json_get(v, "operations");
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json_value *op = json_at(list, i);
        if (!str_starts(json_as_str(json_get(op, "path")), "/batches/{id}/") ||
            !(when = json_get(op, "when")))
            continue;
        EXPECT_STR(json_as_str(json_get(when, "field")), "state");
        if (among(json_get(when, "values"), "PLANNED"))
            continue;
        EXPECT_INT(road_call(cx, json_as_str(json_get(op, "name")), id, "{\"all\":true}"),
                   E_CONFLICT);
        EXPECT_STR(cx->failure.code, "state.wrong");
        refused++;
    }
    EXPECT_INT(refused, 3);
}
