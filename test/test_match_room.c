/* What the console's room for matching asks: what a run would be made of, two runs side by side,
 * results of a place, offers to chosen people. On both stores. */
#include "road.h"

#include "matching/run.h"

static int64_t run_now(struct ctx *cx)
{
    int64_t id = NONE;

    if (match_run_now(cx, 621121000000, 350181000000, NULL, &id) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
    return id;
}

static int64_t person_of(struct ctx *cx, const char *name, const char *id_no, int64_t home)
{
    return road_create(cx, "people.create",
                       arena_printf(cx->mem,
                                    "{\"name\":\"%s\",\"id_no\":\"%s\",\"home\":%lld,"
                                    "\"willingness\":\"WILLING\"}",
                                    name, id_no, (long long)home));
}

static enum err compare(struct ctx *cx, int64_t run, int64_t with, const char *more)
{
    return road_call(cx, "match_runs.compare", run,
                     arena_printf(cx->mem, "run_id=%lld%s", (long long)with, more));
}

/* People of a turn in the reply; NONE when it is not told. */
static int64_t people(struct ctx *cx, const char *turn)
{
    const struct json_value *turns = road_member(cx, "turns");

    for (size_t i = 0; i < json_count(turns); i++)
        if (str_eq(json_as_str(json_get(json_at(turns, i), "turn")), turn))
            return json_as_int(json_get(json_at(turns, i), "people"));
    return NONE;
}

STORE_TEST(
    "two runs side by side: who stayed, who is newly proposed, who joined, and what it is worth")
{
    int64_t first, second;

    road_post(cx, "甲厂", 1);
    road_person(cx, 1);
    road_person(cx, 2);
    first = run_now(cx);
    road_post(cx, "乙厂", 1);
    road_person(cx, 3);
    second = run_now(cx);
    EXPECT_INT(compare(cx, second, first, ""), OK);
    EXPECT_INT(road_int(cx, "placed_before"), 1);
    EXPECT_INT(road_int(cx, "placed"), 2);
    EXPECT_INT(road_int(cx, "joined"), 1);
    EXPECT_INT(road_int(cx, "left"), 0);
    EXPECT(road_int(cx, "value") > road_int(cx, "value_before"));
    EXPECT_INT(people(cx, "STAYED") + people(cx, "MOVED") + people(cx, "LOST"), 1);
    EXPECT_INT(people(cx, "GAINED"), 2 - people(cx, "STAYED") - people(cx, "MOVED"));
    EXPECT_INT(people(cx, "UNPLACED") + people(cx, "GAINED") + people(cx, "STAYED") +
                   people(cx, "MOVED") + people(cx, "LOST"),
               3);
    EXPECT_INT(compare(cx, first, second, "&turn=LOST"), OK);
    EXPECT_INT(road_int(cx, "left"), 1);
    EXPECT_INT((int64_t)json_count(road_member(cx, "items")), people(cx, "LOST"));
    EXPECT_STR(road_str(cx, "items.0.turn"), "LOST");
    EXPECT_INT(road_int(cx, "items.0.now.post_id"), NONE);
    EXPECT(road_str(cx, "items.0.before.title") != NULL);
    EXPECT(road_str(cx, "items.0.before.employer_name") != NULL);
}

STORE_TEST("somebody changed by hand has moved, and the list goes on page by page")
{
    int64_t other, first, second, result, a, b;

    road_post(cx, "甲厂", 2);
    a = road_person(cx, 1);
    b = road_person(cx, 2);
    first = run_now(cx);
    second = run_now(cx);
    EXPECT_INT(compare(cx, second, first, ""), OK);
    EXPECT_INT(people(cx, "STAYED"), 2);
    EXPECT_INT((int64_t)json_count(road_member(cx, "items")), 0);
    other = road_post(cx, "乙厂", 2);
    for (int i = 0; i < 2; i++) {
        EXPECT_INT(road_call(cx, "match_runs.results", second,
                             arena_printf(cx->mem, "person_id=%lld", (long long)(i ? b : a))),
                   OK);
        result = road_int(cx, "items.0.id");
        EXPECT_INT(road_call(cx, "match_results.override", result,
                             arena_printf(cx->mem, "{\"post_id\":\"%lld\",\"reason\":\"同乡\"}",
                                          (long long)other)),
                   OK);
    }
    EXPECT_INT(compare(cx, second, first, "&limit=1"), OK);
    EXPECT_INT(people(cx, "MOVED"), 2);
    EXPECT_INT((int64_t)json_count(road_member(cx, "items")), 1);
    EXPECT_INT(road_int(cx, "items.0.person_id"), MIN(a, b));
    EXPECT_INT(road_int(cx, "items.0.now.post_id"), other);
    EXPECT_INT(road_int(cx, "next"), MIN(a, b));
    EXPECT_INT(compare(cx, second, first,
                       arena_printf(cx->mem, "&after=%lld", (long long)MIN(a, b))),
               OK);
    EXPECT_INT((int64_t)json_count(road_member(cx, "items")), 1);
    EXPECT_INT(road_int(cx, "items.0.person_id"), MAX(a, b));
    EXPECT_INT(road_int(cx, "next"), NONE);
}

STORE_TEST("of two runs an office sees its own part, the east no names and no villages")
{
    int64_t run, empty;

    empty = run_now(cx);
    road_post(cx, "甲厂", 1);
    person_of(cx, "李梅", "11010519491231002X", 621121100000);
    run = run_now(cx);
    cx->who.scope = road_west;
    EXPECT_INT(compare(cx, run, empty, ""), OK);
    EXPECT_STR(road_str(cx, "items.0.person_name"), "李梅");
    EXPECT(strstr(road_str(cx, "items.0.home_name"), "镇") != NULL);
    cx->who.scope = road_east;
    EXPECT_INT(compare(cx, run, empty, ""), OK);
    EXPECT_INT(people(cx, "GAINED"), 1);
    EXPECT_STR(road_str(cx, "items.0.person_name"), NULL);
    EXPECT(strstr(road_str(cx, "items.0.home_name"), "镇") == NULL);
    cx->who.scope = road_west;
    cx->who.scope.home_lo = 621124000000; /* Lintao: nobody of it is in either */
    cx->who.scope.home_hi = 621124999999;
    EXPECT_INT(compare(cx, run, empty, ""), E_NOT_FOUND);
}

STORE_TEST("a county finds the runs of its city that its people took part in, with its own figures")
{
    int64_t run = NONE, other = NONE;

    road_post(cx, "甲厂", 3);
    road_person(cx, 1);
    person_of(cx, "李梅", "11010519491231002X", 621124000000);
    EXPECT_INT(match_run_now(cx, 621100000000, 350100000000, NULL, &run), OK);
    EXPECT_INT(match_run_now(cx, 621124000000, 350100000000, NULL, &other), OK);
    cx->who.scope = road_west;
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), E_NOT_FOUND);
    EXPECT_INT(road_call(cx, "match_runs.parts", NONE, ""), OK);
    EXPECT_INT((int64_t)json_count(road_member(cx, "items")), 1);
    EXPECT_INT(road_int(cx, "items.0.id"), run);
    EXPECT_INT(road_int(cx, "items.0.people"), NONE);
    EXPECT_INT(road_call(cx, "match_runs.parts", NONE,
                         arena_printf(cx->mem, "run_id=%lld", (long long)run)),
               OK);
    EXPECT_INT(road_int(cx, "items.0.people"), 1);
    EXPECT_INT(road_int(cx, "items.0.placed"), 1);
    EXPECT_INT(road_call(cx, "match_runs.parts", NONE,
                         arena_printf(cx->mem, "run_id=%lld", (long long)other)),
               E_NOT_FOUND);
    cx->who.scope = road_east;
    EXPECT_INT(road_call(cx, "match_runs.parts", NONE, ""), OK);
    EXPECT_INT((int64_t)json_count(road_member(cx, "items")), 2);
    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE,
                                    .home_lo = 621100000000,
                                    .home_hi = 621199999999,
                                    .work_lo = NONE,
                                    .work_hi = NONE };
    EXPECT_INT(road_call(cx, "match_runs.parts", NONE, ""), OK); /* they are its own, in the list */
    EXPECT_INT((int64_t)json_count(road_member(cx, "items")), 0);
}

STORE_TEST("a run that is not done is not compared")
{
    int64_t done = run_now(cx);
    int64_t running =
        road_create(cx, "match_runs.create", "{\"home\":621121000000,\"work\":350181000000}");

    EXPECT_INT(compare(cx, done, running, ""), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "match.not_done");
    EXPECT_INT(compare(cx, done, 999, ""), E_NOT_FOUND);
}

STORE_TEST("before a run it is told who and what would take part, and at which weights")
{
    road_post(cx, "甲厂", 4);
    road_post(cx, "丙厂", 4);
    road_person(cx, 1);
    cx->now += 31 * 86400;
    cx->today = date_of_instant(cx->now);
    road_post(cx, "乙厂", 2);
    road_create(cx, "match_weights.create",
                "{\"home\":621121000000,\"work\":350181000000,\"weights\":{\"distance\":77},"
                "\"reason\":\"路近优先\"}");
    EXPECT_INT(road_call(cx, "match_runs.prospect", NONE, "home=621121000000&work=350181000000"),
               OK);
    EXPECT_INT(road_int(cx, "people"), 1);
    EXPECT_INT(road_int(cx, "posts"), 1);
    EXPECT_INT(road_int(cx, "seats"), 2);
    EXPECT_INT(road_int(cx, "stale"), 2);
    EXPECT(road_int(cx, "weights_id") != NONE);
    EXPECT_INT((int64_t)json_count(road_member(cx, "weights")), match_weight_count);
    for (size_t i = 0; i < json_count(road_member(cx, "weights")); i++) {
        const struct json_value *w = json_at(road_member(cx, "weights"), i);
        bool is_distance = str_eq(json_as_str(json_get(w, "name")), "distance");

        EXPECT_INT(json_as_int(json_get(w, "value")) == json_as_int(json_get(w, "usual")),
                   !is_distance);
    }
    cx->who.scope = road_east;
    EXPECT_INT(road_call(cx, "match_runs.prospect", NONE, "home=621121000000&work=350181000000"),
               E_INVALID);
}

STORE_TEST("a record mended after the run is no reason: the answer says to match again")
{
    int64_t run, person;

    road_post(cx, "甲厂", 1);
    person = road_create(cx, "people.create",
                         "{\"name\":\"李梅\",\"id_no\":\"11010519491231002X\","
                         "\"home\":621121000000,\"willingness\":\"WILLING\","
                         "\"least_wage_fen\":900000}");
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_runs.posts", run, NULL), OK);
    EXPECT_INT(road_call(cx, "match_runs.why", run,
                         arena_printf(cx->mem, "person_id=%lld&post_id=%lld", (long long)person,
                                      (long long)road_int(cx, "items.0.post_id"))),
               OK);
    EXPECT_STR(road_str(cx, "outcome"), "RULE");
    EXPECT_INT(road_call(cx, "people.change", person, "{\"least_wage_fen\":300000}"), OK);
    EXPECT_INT(road_call(cx, "match_runs.posts", run, NULL), OK);
    EXPECT_INT(road_call(cx, "match_runs.why", run,
                         arena_printf(cx->mem, "person_id=%lld&post_id=%lld", (long long)person,
                                      (long long)road_int(cx, "items.0.post_id"))),
               OK);
    EXPECT_STR(road_str(cx, "outcome"), "CHANGED");
}

STORE_TEST("who was left out by a condition or moved by hand is told that as the reason")
{
    int64_t post = road_post(cx, "甲厂", 3), other, run, person = road_person(cx, 1);
    const char *ask =
        arena_printf(cx->mem, "person_id=%lld&post_id=%lld", (long long)person, (long long)post);

    run = road_create(cx, "match_runs.create",
                      "{\"home\":621121000000,\"work\":350181000000,\"constraints\":{\"limits\":"
                      "[{\"kind\":\"NONE_OR\",\"who\":\"COUNTY\",\"where\":\"CITY\",\"n\":9}]}}");
    EXPECT_INT(match_run_execute(cx, run), OK);
    EXPECT_INT(road_call(cx, "match_runs.why", run, ask), OK);
    EXPECT_STR(road_str(cx, "outcome"), "CONDITION");
    EXPECT(strstr(road_str(cx, "zh"), "不成行") != NULL);
    run = run_now(cx);
    other = road_post(cx, "乙厂", 3);
    EXPECT_INT(road_call(cx, "match_runs.results", run, NULL), OK);
    EXPECT_INT(road_call(cx, "match_results.override", road_int(cx, "items.0.id"),
                         arena_printf(cx->mem, "{\"post_id\":\"%lld\",\"reason\":\"同乡在此\"}",
                                      (long long)other)),
               OK);
    EXPECT_INT(road_call(cx, "match_runs.why", run, ask), OK);
    EXPECT_STR(road_str(cx, "outcome"), "BY_HAND");
    EXPECT(strstr(road_str(cx, "zh"), "同乡在此") != NULL);
}

STORE_TEST("results are found by village, by the east by county only; posts by their place")
{
    int64_t run;

    road_post(cx, "甲厂", 2);
    road_person(cx, 1);
    person_of(cx, "李梅", "11010519491231002X", 621121100000);
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_runs.results", run, "home=621121100000"), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
    EXPECT_STR(road_str(cx, "items.0.person_name"), "李梅");
    EXPECT_INT(road_call(cx, "match_runs.posts", run, "q=福清"), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
    EXPECT_INT(road_int(cx, "items.0.pay_low_fen"), 350000);
    EXPECT_INT(road_call(cx, "match_runs.posts", run, "q=连江"), OK);
    EXPECT_INT(road_int(cx, "total"), 0);
    cx->who.scope = road_east;
    EXPECT_INT(road_call(cx, "match_runs.results", run, "home=621121100000"), OK);
    EXPECT_INT(road_int(cx, "total"), 0);
    EXPECT_INT(road_call(cx, "match_runs.results", run, "home=621121000000"), OK);
    EXPECT_INT(road_int(cx, "total"), 2);
    EXPECT_INT(road_int(cx, "items.0.home"), 621121000000);
    EXPECT_INT(road_int(cx, "items.1.home"), 621121000000);
}

STORE_TEST("offers go to the chosen alone, and who is no proposal any more is named")
{
    int64_t run, first, second;

    road_post(cx, "甲厂", 3);
    for (int i = 1; i <= 3; i++)
        road_person(cx, i);
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_runs.results", run, "state=PROPOSED"), OK);
    first = road_int(cx, "items.2.id"); /* before the others, so that one behind it is no answer */
    second = road_int(cx, "items.1.id");
    EXPECT_INT(road_call(cx, "offers.of_run", run,
                         arena_printf(cx->mem, "{\"result_ids\":[\"%lld\"]}", (long long)first)),
               OK);
    EXPECT_INT(road_int(cx, "made"), 1);
    EXPECT_INT(road_call(cx, "match_results.get", first, NULL), OK);
    EXPECT_STR(road_str(cx, "state"), "OFFERED");
    EXPECT_INT(road_call(cx, "offers.of_run", run,
                         arena_printf(cx->mem, "{\"result_ids\":[\"%lld\",\"%lld\",\"%lld\"]}",
                                      (long long)second, (long long)first, (long long)second)),
               OK);
    EXPECT_INT(road_int(cx, "made"), 1);
    EXPECT_INT(road_int(cx, "skipped_total"), 1);
    EXPECT_INT(road_int(cx, "skipped.0.result_id"), first);
    EXPECT_STR(road_str(cx, "skipped.0.code"), "match.not_proposed");
    EXPECT_INT(road_call(cx, "match_runs.results", run, "state=PROPOSED"), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
    EXPECT_INT(road_call(cx, "offers.of_run", run, "{\"result_ids\":\"all\"}"), E_INVALID);
    EXPECT_STR(cx->failure.code, "offers.results");
    EXPECT_INT(road_call(cx, "offers.of_run", run, "{\"result_ids\":[\"x\"]}"), E_INVALID);
    EXPECT_INT(road_call(cx, "offers.of_run", run, "{\"result_ids\":[]}"), OK);
    EXPECT_INT(road_int(cx, "made"), 0);
}
