/* Conditions of a run and what a run teaches, through the operations, on both stores. */
#include "road.h"

#include "matching/run.h"

/* A run with these conditions, done. */
static int64_t run_with(struct ctx *cx, const char *constraints)
{
    int64_t run = road_create(cx, "match_runs.create",
                              arena_printf(cx->mem,
                                           "{\"home\":621121000000,\"work\":350181000000,"
                                           "\"constraints\":%s}",
                                           constraints));

    EXPECT_INT(match_run_execute(cx, run), OK);
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    return run;
}

STORE_TEST("a bus that does not fill leaves its people at home, and says so to each")
{
    int64_t run;

    road_post(cx, "甲厂", 5);
    for (int i = 0; i < 3; i++)
        road_person(cx, i + 1);
    run = run_with(cx, "{\"limits\":[{\"kind\":\"NONE_OR\",\"who\":\"COUNTY\",\"where\":\"CITY\","
                       "\"n\":4}]}");
    EXPECT_INT(road_int(cx, "placed"), 0);
    EXPECT_INT(road_int(cx, "constraint_outcome.limits.0.left_out"), 3);
    EXPECT(road_int(cx, "constraint_outcome.limits.0.cost") > 0);
    EXPECT(json_as_str(road_member(cx, "constraint_outcome.limits.0.zh")) != NULL);
    EXPECT(json_as_str(road_member(cx, "constraint_outcome.limits.0.en")) != NULL);
    EXPECT_INT(road_int(cx, "constraints_used.limits.0.n"), 4);
    EXPECT_INT(road_call(cx, "match_runs.results", run, "left_out=NONE_OR"), OK);
    EXPECT_INT(road_int(cx, "total"), 3);
    run = run_with(cx, "{\"limits\":[{\"kind\":\"NONE_OR\",\"who\":\"COUNTY\",\"where\":\"CITY\","
                       "\"n\":3}]}");
    EXPECT_INT(road_int(cx, "placed"), 3);
    EXPECT_INT(road_int(cx, "constraint_outcome.limits.0.left_out"), 0);
    EXPECT_INT(road_call(cx, "match_runs.results", run, "left_out=NONE_OR"), OK);
    EXPECT_INT(road_int(cx, "total"), 0);
}

STORE_TEST("who goes together, who is promised and what is forbidden is kept")
{
    int64_t a, b, one, two, run;

    one = road_post(cx, "甲厂", 1);
    two = road_post(cx, "乙厂", 2);
    a = road_person(cx, 1);
    b = road_person(cx, 2);
    run = run_with(cx, arena_printf(cx->mem,
                                    "{\"parties\":[{\"same\":\"POST\",\"person_ids\":[\"%lld\","
                                    "\"%lld\"]}]}",
                                    (long long)a, (long long)b));
    EXPECT_INT(road_call(cx, "match_runs.results", run,
                         arena_printf(cx->mem, "post_id=%lld", (long long)two)),
               OK);
    EXPECT_INT(road_int(cx, "total"), 2);
    run = run_with(cx, arena_printf(cx->mem,
                                    "{\"promises\":[{\"person_id\":\"%lld\",\"post_id\":\"%lld\"}],"
                                    "\"forbidden\":[{\"person_id\":\"%lld\",\"post_id\":\"%lld\"},"
                                    "{\"person_id\":\"999\",\"post_id\":\"%lld\"}]}",
                                    (long long)a, (long long)one, (long long)b, (long long)two,
                                    (long long)two));
    EXPECT_INT(road_int(cx, "constraint_outcome.unknown"), 1);
    EXPECT_INT(road_int(cx, "placed"), 1);
    EXPECT_INT(road_call(cx, "match_runs.results", run,
                         arena_printf(cx->mem, "post_id=%lld", (long long)one)),
               OK);
    EXPECT_INT(road_int(cx, "items.0.person_id"), a);
}

static const struct {
    const char *json, *code;
} wrong[] = {
    { "[]", "constraints.invalid" },
    { "7", "constraints.invalid" },
    { "{\"busses\":[]}", "field.unknown" },
    { "{\"limits\":{}}", "constraints.list" },
    { "{\"limits\":[{\"kind\":\"AT_MOST\",\"who\":\"COUNTY\",\"where\":\"CITY\"}]}",
      "field.required" },
    { "{\"limits\":[{\"kind\":\"SOME\",\"who\":\"COUNTY\",\"where\":\"CITY\",\"n\":1}]}",
      "choice.unknown" },
    { "{\"limits\":[{\"kind\":\"HELD\",\"who\":\"COUNTY\",\"where\":\"POST\",\"n\":1}]}",
      "constraints.held" },
    { "{\"limits\":[{\"kind\":\"HELD\",\"who\":\"REGISTERED\",\"where\":\"POST\",\"n\":101}]}",
      "constraints.held" },
    { "{\"limits\":[{\"kind\":\"AT_MOST\",\"who\":\"COUNTY\",\"where\":\"CITY\",\"n\":1,"
      "\"post_id\":\"5\"}]}",
      "constraints.label" },
    { "{\"parties\":[{\"same\":\"POST\",\"person_ids\":[\"5\"]}]}", "constraints.party" },
    { "{\"parties\":[{\"same\":\"POST\",\"person_ids\":[\"5\",\"5\"]}]}", "constraints.twice" },
    { "{\"promises\":[{\"person_id\":\"5\",\"post_id\":\"6\"},"
      "{\"person_id\":\"5\",\"post_id\":\"7\"}]}",
      "constraints.twice" },
};

STORE_TEST("conditions that make no sense are refused before anything is computed")
{
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        EXPECT_INT(road_call(cx, "match_runs.create", NONE,
                             arena_printf(cx->mem,
                                          "{\"home\":621121000000,\"work\":350181000000,"
                                          "\"constraints\":%s}",
                                          wrong[i].json)),
                   E_INVALID);
        EXPECT_STR(cx->failure.code, wrong[i].code);
    }
}

STORE_TEST("a run tells which posts are short and what stands in the way most")
{
    int64_t run, post;

    post = road_post(cx, "甲厂", 1);
    for (int i = 0; i < 3; i++)
        road_person(cx, i + 1);
    road_create(cx, "people.create",
                "{\"name\":\"李梅\",\"id_no\":\"11010519491231002X\",\"home\":621121000000,"
                "\"willingness\":\"WILLING\",\"least_wage_fen\":3000000}");
    run = run_with(cx, "null");
    EXPECT_INT(road_call(cx, "match_runs.bottlenecks", run, NULL), OK);
    EXPECT_INT(road_int(cx, "posts.0.post_id"), post);
    EXPECT_INT(road_int(cx, "posts.0.queue"), 3);
    EXPECT(road_int(cx, "posts.0.price") > 0);
    EXPECT_STR(json_as_str(road_member(cx, "rules.0.code")), "pay.below_wish");
    EXPECT_INT(road_int(cx, "rules.0.people"), 1);
    EXPECT_INT(road_int(cx, "few"), 3);
    cx->who.scope = road_west;
    cx->who.scope.home_lo = cx->who.scope.home_hi = 500237000000;
    EXPECT_INT(road_call(cx, "match_runs.bottlenecks", run, NULL), E_NOT_FOUND);
}

STORE_TEST("more seats, more pay and a class are answered with who would have a post")
{
    int64_t run, post, employer;

    post = road_post(cx, "甲厂", 1);
    for (int i = 0; i < 3; i++)
        road_person(cx, i + 1);
    run = run_with(cx, "null");
    EXPECT_INT(road_call(cx, "match_runs.what_if", run,
                         arena_printf(cx->mem,
                                      "{\"kind\":\"SEATS\",\"post_id\":\"%lld\",\"amount\":10}",
                                      (long long)post)),
               OK);
    EXPECT_INT(road_int(cx, "placed_before"), 1);
    EXPECT_INT(road_int(cx, "placed"), 3);
    EXPECT_INT(json_count(road_member(cx, "gained")), 2);
    EXPECT_STR(json_as_str(road_member(cx, "zh")) ? "told" : "", "told");
    EXPECT_INT(road_call(cx, "posts.get", post, NULL), OK);
    EXPECT_INT(road_int(cx, "headcount"), 1); /* nothing was changed */
    employer = road_int(cx, "employer_id");
    EXPECT_INT(road_call(cx, "match_runs.what_if", run,
                         arena_printf(cx->mem,
                                      "{\"kind\":\"PAY\",\"employer_id\":\"%lld\","
                                      "\"amount\":30000}",
                                      (long long)employer)),
               OK);
    EXPECT_INT(road_int(cx, "value") - road_int(cx, "value_before"), 300);
    EXPECT_INT(road_call(cx, "match_runs.what_if", run,
                         "{\"kind\":\"CLASS\",\"occupation\":\"电焊工\",\"amount\":30}"),
               OK);
    EXPECT_INT(road_int(cx, "placed"), 1);
    EXPECT_INT(road_call(cx, "match_runs.what_if", run, "{\"kind\":\"SEATS\",\"amount\":10}"),
               E_INVALID);
    EXPECT_STR(cx->failure.code, "what_if.target");
    EXPECT_INT(road_call(cx, "match_runs.what_if", run, "{\"kind\":\"CLASS\",\"amount\":10}"),
               E_INVALID);
}
