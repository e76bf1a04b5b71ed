/* Match runs: loading, deciding, storing all or none, who may see what, changing by hand, offers.
 */
#include "road.h"

#include "matching/run.h"
#include "posts/occupations.h"

#include <stdio.h>

static const int64_t TONGWEI = 621121000000, FUQING = 350181000000;

static int64_t run_now(struct ctx *cx)
{
    int64_t id = NONE;

    if (match_run_now(cx, TONGWEI, FUQING, NULL, &id) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
    return id;
}

static int64_t result_of(struct ctx *cx, int64_t run, int64_t person)
{
    EXPECT_INT(road_call(cx, "match_runs.results", run,
                         arena_printf(cx->mem, "person_id=%lld", (long long)person)),
               OK);
    EXPECT_INT(road_int(cx, "total"), 1);
    return road_int(cx, "items.0.id");
}

static const char *ids(struct ctx *cx, const char *form, int64_t a, int64_t b)
{
    char *out = arena_alloc(cx->mem, 200);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(out, 200, form, (long long)a, (long long)b);
#pragma GCC diagnostic pop
    return out;
}

STORE_TEST("a run proposes as many people as there are seats, and is proved best")
{
    int64_t run, people[3];

    road_post(cx, "甲厂", 2);
    for (int i = 0; i < 3; i++)
        people[i] = road_person(cx, i + 1);
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    EXPECT_STR(road_str(cx, "state"), "DONE");
    EXPECT_INT(road_int(cx, "people"), 3);
    EXPECT_INT(road_int(cx, "seats"), 2);
    EXPECT_INT(road_int(cx, "placed"), 2);
    EXPECT_INT(road_int(cx, "value"), road_int(cx, "bound"));
    EXPECT_INT(road_call(cx, "match_runs.results", run, "state=PROPOSED"), OK);
    EXPECT_INT(road_int(cx, "total"), 2);
    EXPECT(road_str(cx, "items.0.reasons.0.zh") != NULL);
    EXPECT(road_str(cx, "items.0.reasons.0.en") != NULL);
    EXPECT_STR(road_str(cx, "items.0.post_title"), "普工");
    EXPECT_STR(road_str(cx, "items.0.employer_name"), "甲厂");
    EXPECT_INT(road_call(cx, "match_runs.results", run, "state=UNPLACED"), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
    EXPECT_INT(road_call(cx, "match_results.get", road_int(cx, "items.0.id"), NULL), OK);
    EXPECT(road_int(cx, "runner_up_price") > 0);
    EXPECT_INT(road_int(cx, "change.points"), 1);
    EXPECT_INT(road_call(cx, "match_runs.posts", run, NULL), OK);
    EXPECT_INT(road_int(cx, "items.0.seats"), 2);
    EXPECT_INT(road_int(cx, "items.0.placed"), 2);
    EXPECT_INT(road_int(cx, "items.0.queue"), 3);
    EXPECT_INT(road_call(cx, "people.get", people[0], NULL), OK);
    EXPECT_STR(road_str(cx, "labour_status"), "SEEKING");
}

/* The n-th person works for the employer from this day. */
static void work_from(struct ctx *cx, int n, const char *employer, const char *start)
{
    int64_t offer = road_accepted(cx, n, road_post(cx, employer, 5));

    EXPECT_INT(road_call(cx, "offers.get", offer, NULL), OK);
    road_create(cx, "placements.create",
                arena_printf(cx->mem,
                             "{\"person_id\":\"%lld\",\"employer_id\":\"%lld\",\"offer_id\":"
                             "\"%lld\",\"start_on\":\"%s\"}",
                             (long long)road_int(cx, "person_id"),
                             (long long)road_int(cx, "employer_id"), (long long)offer, start));
}

STORE_TEST(
    "those of the county who stayed with an employer speak for it, and the answer tells how many")
{
    const char *start = date_text(cx->mem, cx->today);
    int64_t run, person;
    const char *told;

    work_from(cx, 1, "甲厂", start);
    work_from(cx, 2, "甲厂", start);
    cx->now += 100 * 86400; /* three months are over, six are not */
    cx->today = date_of_instant(cx->now);
    road_post(cx, "甲厂", 5);
    person = road_person(cx, 3);
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_results.get", result_of(cx, run, person), NULL), OK);
    told = road_reply(cx);
    EXPECT(strstr(told, "本县曾有2人到该单位，2人稳定满3个月，满1个月2/2人（单位共2人") != NULL);
    EXPECT(strstr(told, "满6个月") == NULL);
    EXPECT_INT(road_call(cx, "match_runs.why", run,
                         ids(cx, "person_id=%lld&post_id=%lld", person, road_int(cx, "post_id"))),
               OK);
    EXPECT(strstr(road_reply(cx), "2人稳定满3个月") != NULL);
}

STORE_TEST("stale, suspended and full posts and people who do not seek take no part")
{
    int64_t fresh = road_post(cx, "甲厂", 1), suspended = road_post(cx, "乙厂", 1), run;

    road_accepted(cx, 1, fresh);
    road_person(cx, 2);
    EXPECT_INT(road_call(cx, "posts.suspend", suspended, "{\"reason\":\"停产\"}"), OK);
    road_post(cx, "丙厂", 3);
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    EXPECT_INT(road_int(cx, "people"), 1);
    EXPECT_INT(road_int(cx, "seats"), 3);
    cx->now += 31 * 86400;
    cx->today = date_of_instant(cx->now);
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    EXPECT_INT(road_int(cx, "posts"), 0);
    EXPECT_INT(road_int(cx, "placed"), 0);
}

STORE_TEST("wishes in words decide, and somebody without a post is told by what")
{
    int64_t welder, run, anybody = road_person(cx, 1);

    road_post(cx, "甲厂", 1);
    EXPECT_INT(road_call(cx, "employers.list", NONE, "q=甲厂"), OK);
    road_create(cx, "posts.create",
                arena_printf(cx->mem,
                             "{\"title\":\"电焊工\",\"employer_id\":\"%lld\",\"headcount\":1,"
                             "\"pay\":\"9000-9500元\"}",
                             (long long)road_int(cx, "items.0.id")));
    welder = road_int(cx, "id");
    EXPECT_INT(road_call(cx, "posts.submit", welder, "{}"), OK);
    EXPECT_INT(road_call(cx, "posts.open", welder, "{}"), OK);
    road_create(cx, "people.create",
                "{\"name\":\"李梅\",\"id_no\":\"11010519491231002X\",\"home\":621121000000,"
                "\"willingness\":\"WILLING\",\"occupations\":\"缝纫工、制鞋工\"}");
    run = run_now(cx);
    result_of(cx, run, anybody);
    EXPECT_INT(road_int(cx, "items.0.post_id"), welder);
    EXPECT_INT(road_call(cx, "match_runs.results", run, "q=李梅"), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
    EXPECT(road_int(cx, "items.0.post_id") != welder);
    EXPECT_INT(road_call(cx, "match_runs.why", run,
                         ids(cx, "person_id=%lld&post_id=%lld", road_int(cx, "items.0.person_id"),
                             welder)),
               OK);
    EXPECT_STR(road_str(cx, "outcome"), "RULE");
    EXPECT_STR(road_str(cx, "rules.0.code"), "occupation.not_wanted");
}

STORE_TEST("the same people and posts are given the same proposals again")
{
    int64_t a, b;

    road_post(cx, "甲厂", 2);
    road_post(cx, "乙厂", 3);
    for (int i = 1; i <= 8; i++)
        road_person(cx, i);
    a = run_now(cx);
    b = run_now(cx);
    for (int i = 0; i < 8; i++) {
        int64_t person, post, score;

        EXPECT_INT(road_call(cx, "match_runs.results", a, NULL), OK);
        person = road_int(cx, arena_printf(cx->mem, "items.%d.person_id", i));
        post = road_int(cx, arena_printf(cx->mem, "items.%d.post_id", i));
        score = road_int(cx, arena_printf(cx->mem, "items.%d.score", i));
        result_of(cx, b, person);
        EXPECT_INT(road_int(cx, "items.0.post_id"), post);
        EXPECT_INT(road_int(cx, "items.0.score"), score);
    }
}

static int64_t started(struct ctx *cx)
{
    return road_create(cx, "match_runs.create", "{\"home\":621121000000,\"work\":350181000000}");
}

STORE_TEST("a run started through its operation waits, and the background does it once")
{
    int64_t run;

    road_post(cx, "甲厂", 2);
    road_person(cx, 1);
    run = started(cx);
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    EXPECT_STR(road_str(cx, "state"), "RUNNING");
    match_background(cx->store);
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    EXPECT_STR(road_str(cx, "state"), "DONE");
    match_background(cx->store);
    EXPECT_INT(match_run_execute(cx, run), E_CONFLICT);
    EXPECT_INT(road_call(cx, "match_runs.results", run, NULL), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
}

static enum err read_all(struct ctx *cx, void *input)
{
    return match_load(cx, input);
}

STORE_TEST("results are stored all or none, whichever call to the store fails")
{
    struct match_weights weights = match_weights_default();
    struct match_input input = { .home = TONGWEI, .work = FUQING };
    struct match_problem problem = { .today = cx->today, .weights = &weights };
    struct match_assignment a;
    struct match_save save = { .input = &input, .problem = &problem, .assignment = &a };

    road_post(cx, "甲厂", 1);
    road_person(cx, 1);
    road_person(cx, 2);
    save.run_id = started(cx);
    EXPECT_INT(db_read(cx, read_all, &input), OK);
    problem.persons = input.persons;
    problem.posts = input.posts;
    problem.n_persons = (int32_t)input.n_persons;
    problem.n_posts = (int32_t)input.n_posts;
    match_assign(cx->mem, &problem, &a);
    EXPECT(stores_fault_run(cx, match_save, &save) >= 4);
    EXPECT_INT(road_call(cx, "match_runs.results", save.run_id, NULL), OK);
    EXPECT_INT(road_int(cx, "total"), 2);
}

STORE_TEST("the east reads proposals without name, village and reasons until an offer is made")
{
    int64_t run, person, result, post;

    post = road_post(cx, "甲厂", 1);
    person = road_person(cx, 1);
    run = run_now(cx);
    result = result_of(cx, run, person);
    cx->who.scope = road_east;
    result_of(cx, run, person);
    EXPECT_STR(road_str(cx, "items.0.person_name"), NULL);
    EXPECT_STR(road_str(cx, "items.0.sex"), "MALE");
    EXPECT_STR(road_str(cx, "items.0.born"), "1970");
    EXPECT_INT(json_type(road_member(cx, "items.0.reasons")), JSON_NULL);
    EXPECT_INT(road_call(cx, "match_runs.results", run, "q=王"), OK);
    EXPECT_INT(road_int(cx, "total"), 0);
    EXPECT_INT(road_call(cx, "match_results.override", result,
                         arena_printf(cx->mem, "{\"post_id\":\"%lld\",\"reason\":\"x\"}",
                                      (long long)post)),
               E_NOT_FOUND);
    ctx_as_system(cx);
    EXPECT_INT(road_call(cx, "offers.of_run", run, "{}"), OK);
    EXPECT_INT(road_int(cx, "made"), 1);
    cx->who.scope = road_east;
    result_of(cx, run, person);
    EXPECT(road_str(cx, "items.0.person_name") != NULL);
    EXPECT_STR(road_str(cx, "items.0.state"), "OFFERED");
}

STORE_TEST("the west sees its own people's results only, and alone may run the matching")
{
    int64_t run;

    road_post(cx, "甲厂", 1);
    road_person(cx, 1);
    run = run_now(cx);
    cx->who.scope = road_west;
    EXPECT_INT(road_call(cx, "match_runs.results", run, NULL), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
    cx->who.scope.home_lo = 621124000000;
    cx->who.scope.home_hi = 621124999999;
    EXPECT_INT(road_call(cx, "match_runs.results", run, NULL), E_NOT_FOUND);
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), E_NOT_FOUND);
    EXPECT_INT(road_call(cx, "match_runs.create", NONE,
                         "{\"home\":621121000000,\"work\":350181000000}"),
               E_INVALID);
    cx->who.scope = road_east;
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    EXPECT_INT(road_call(cx, "match_runs.create", NONE,
                         "{\"home\":621121000000,\"work\":350181000000}"),
               E_INVALID);
    EXPECT_STR(cx->failure.code, "match.home");
}

STORE_TEST("weights are kept with the run; unknown names and negative points are refused")
{
    int64_t run = NONE;

    road_post(cx, "甲厂", 1);
    road_person(cx, 1);
    EXPECT_INT(match_run_now(cx, TONGWEI, FUQING, "{\"base\":0,\"distance\":9000}", &run), OK);
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    EXPECT_INT(road_int(cx, "weights_used.distance"), 9000);
    EXPECT_INT(road_int(cx, "placed"), 0);
    EXPECT_INT(match_run_now(cx, TONGWEI, FUQING, "{\"bse\":1}", &run), E_INVALID);
    EXPECT_INT(match_run_now(cx, TONGWEI, FUQING, "{\"base\":-1}", &run), E_INVALID);
    EXPECT_INT(match_run_now(cx, TONGWEI, FUQING, "[1]", &run), E_INVALID);
}

static const char *weights_body(struct ctx *cx, const char *reason, int distance)
{
    return arena_printf(cx->mem,
                        "{\"home\":621121000000,\"work\":350181000000,\"reason\":\"%s\","
                        "\"weights\":{\"distance\":%d}}",
                        reason, distance);
}

STORE_TEST("a pairing's weights have versions; a run says which it used, the newest by itself")
{
    int64_t first, second, run;

    first = road_create(cx, "match_weights.create", weights_body(cx, "试", 70));
    second = road_create(cx, "match_weights.create", weights_body(cx, "路远的人走得多", 400));
    EXPECT_INT(road_call(cx, "match_weights.get", second, NULL), OK);
    EXPECT_INT(road_int(cx, "number"), 2);
    EXPECT_INT(road_int(cx, "weights_used.distance"), 400);
    EXPECT_INT(road_int(cx, "weights_used.base"), 1500);
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    EXPECT_INT(road_int(cx, "weights_id"), second);
    EXPECT_INT(road_int(cx, "weights_number"), 2);
    EXPECT_INT(road_int(cx, "weights_used.distance"), 400);
    run =
        road_create(cx, "match_runs.create",
                    ids(cx, "{\"home\":621121000000,\"work\":350181000000,\"weights_id\":\"%lld\"}",
                        first, 0));
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    EXPECT_INT(road_int(cx, "weights_used.distance"), 70);
    run = road_create(cx, "match_runs.create", "{\"home\":621121000000,\"work\":350000000000}");
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    EXPECT_INT(road_int(cx, "weights_id"), NONE);
    EXPECT_INT(road_int(cx, "weights_used.distance"), 150);
    EXPECT_INT(road_call(cx, "match_runs.create", NONE,
                         ids(cx,
                             "{\"home\":621121000000,\"work\":350181000000,"
                             "\"weights_id\":\"%lld\",\"weights\":{\"base\":1}}",
                             first, 0)),
               E_INVALID);
    EXPECT_STR(cx->failure.code, "weights.twice");
    EXPECT_INT(road_call(cx, "match_weights.create", NONE, weights_body(cx, "错", -1)), E_INVALID);
    cx->who.scope = road_east;
    EXPECT_INT(road_call(cx, "match_weights.create", NONE, weights_body(cx, "东", 1)), E_INVALID);
    EXPECT_STR(cx->failure.code, "match.home");
}

STORE_TEST("a file of weights is read by line, and a fault names its line")
{
    static const struct {
        const char *text, *fault;
    } files[] = {
        { "", NULL },
        { "# 福州—定西\n\ndistance: 70 # 近\r\n  base : 1\n", NULL },
        { "distance: 70\nbase 1", "line 2: there is no colon" },
        { "\n\nspeed: 1", "line 3: there is no weight speed" },
        { "base: 1\nbase: 2\n", "line 2: this weight stands there twice" },
        { "base: 1.5", "line 1: points must be a whole number, 0 to 100000" },
        { "base: -1", "line 1: points must be a whole number, 0 to 100000" },
        { "base: 100001", "line 1: points must be a whole number, 0 to 100000" },
        { "base:", "line 1: points must be a whole number, 0 to 100000" },
    };
    struct match_weights w = { 0 };

    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        EXPECT_INT(match_weights_file(cx, files[i].text, &w), files[i].fault ? E_INVALID : OK);
        if (files[i].fault)
            EXPECT_STR(cx->failure.message, files[i].fault);
        if (i == 1) {
            EXPECT_INT(w.distance, 70);
            EXPECT_INT(w.base, 1);
            EXPECT_INT(w.habit_city, 300);
        }
    }
}

STORE_TEST("a proposal changed by hand keeps the rules, the seats and the reason")
{
    int64_t a = road_post(cx, "甲厂", 1), b = road_post(cx, "乙厂", 1), run, first, second;
    int64_t one = road_person(cx, 1), two = road_person(cx, 2), had, other;

    run = run_now(cx);
    first = result_of(cx, run, one);
    had = road_int(cx, "items.0.post_id");
    other = had == a ? b : a;
    second = result_of(cx, run, two);
    EXPECT_INT(road_call(cx, "match_results.override", first,
                         ids(cx, "{\"post_id\":\"%lld\",\"reason\":\"本人要求\"}", other, 0)),
               E_CONFLICT);
    EXPECT_STR(cx->failure.code, "match.full");
    EXPECT_INT(road_call(cx, "offers.create", NONE,
                         ids(cx, "{\"person_id\":\"%lld\",\"post_id\":\"%lld\"}", two, other)),
               OK);
    EXPECT_INT(road_call(cx, "match_results.override", first,
                         ids(cx, "{\"post_id\":\"%lld\",\"reason\":\"本人要求\"}", other, 0)),
               E_CONFLICT);
    EXPECT_STR(cx->failure.code, "match.rule");
    EXPECT_INT(road_call(cx, "match_results.override", first,
                         ids(cx, "{\"post_id\":\"%lld\",\"reason\":\"本人要求\"}", had, 0)),
               OK);
    EXPECT_STR(road_str(cx, "state"), "OVERRIDDEN");
    EXPECT_STR(road_str(cx, "override_reason"), "本人要求");
    EXPECT_INT(road_call(cx, "match_results.history", first, NULL), OK);
    EXPECT_STR(road_str(cx, "items.0.action"), "override");
    EXPECT_STR(road_str(cx, "items.0.reason"), "本人要求");
    EXPECT(second != first);
}

STORE_TEST("offers of a run hold their seats; a full post stops only its own")
{
    int64_t post = road_post(cx, "甲厂", 2), run;

    road_post(cx, "乙厂", 1);
    for (int i = 1; i <= 3; i++)
        road_person(cx, i);
    run = run_now(cx);
    road_accepted(cx, 9, post);
    EXPECT_INT(road_call(cx, "offers.of_run", run, "{}"), OK);
    EXPECT_INT(road_int(cx, "made"), 2);
    EXPECT_INT(road_int(cx, "skipped_total"), 1);
    EXPECT_STR(road_str(cx, "skipped.0.code"), "post.no_seat");
    EXPECT_INT(road_call(cx, "offers.of_run", run, "{}"), OK);
    EXPECT_INT(road_int(cx, "made"), 0);
    EXPECT_INT(road_call(cx, "offers.list", NONE,
                         arena_printf(cx->mem, "run_id=%lld", (long long)run)),
               OK);
    EXPECT_INT(road_int(cx, "total"), 2);
    EXPECT_INT(road_call(cx, "match_runs.results", run, "state=OFFERED"), OK);
    EXPECT_INT(road_int(cx, "total"), 2);
}

STORE_TEST("why not that post: the seat is worth more to others, by so many points")
{
    int64_t post = road_post(cx, "甲厂", 1), run, loser, winner;

    for (int i = 1; i <= 2; i++)
        road_person(cx, i);
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_runs.results", run, "state=UNPLACED"), OK);
    loser = road_int(cx, "items.0.person_id");
    EXPECT_INT(road_call(cx, "match_runs.results", run, "state=PROPOSED"), OK);
    winner = road_int(cx, "items.0.person_id");
    EXPECT_INT(road_call(cx, "match_runs.why", run,
                         ids(cx, "person_id=%lld&post_id=%lld", loser, post)),
               OK);
    EXPECT_STR(road_str(cx, "outcome"), "FULL");
    EXPECT_INT(road_int(cx, "needed"), 1);
    EXPECT_INT(road_call(cx, "match_runs.why", run,
                         ids(cx, "person_id=%lld&post_id=%lld", winner, post)),
               OK);
    EXPECT_STR(road_str(cx, "outcome"), "PROPOSED");
    EXPECT_INT(road_call(cx, "match_runs.why", run,
                         ids(cx, "person_id=%lld&post_id=%lld", winner, road_post(cx, "乙厂", 1))),
               OK);
    EXPECT_STR(road_str(cx, "outcome"), "POST_NOT_IN_RUN");
    EXPECT_INT(road_call(cx, "match_runs.why", run,
                         ids(cx, "person_id=%lld&post_id=%lld", road_person(cx, 5), post)),
               OK);
    EXPECT_STR(road_str(cx, "outcome"), "PERSON_NOT_IN_RUN");
}

TEST("every occupation is a code that can be compared, and no two are the same")
{
    for (const struct choice *c = occupations; c->code; c++) {
        EXPECT(match_occupation(c->code) >= 1000000);
        EXPECT_STR(occupation_find(c->zh), c->code);
        for (const struct choice *d = c + 1; d->code; d++)
            EXPECT(!str_eq(c->code, d->code));
    }
}

TEST("occupations are found by the words people write")
{
    static const struct {
        const char *text, *code;
    } cases[] = {
        { "缝纫工", "6-05-01-03" },
        { "熟练缝纫工", "6-05-01-03" },
        { "叉车工", "6-30-05-01" },
        { "车工", "6-18-01-01" },
        { "电焊工", "6-18-02-04" },
        { "6-99-01-02", "6-99-01-02" },
        { "诚聘保安数名", "4-07-05-01" },
        { "天文学家", NULL },
        { "", NULL },
    };
    const char *at[4];

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        EXPECT_STR(occupation_find(cases[i].text), cases[i].code);
    EXPECT_INT(occupations_read(test_arena(), "缝纫工、电焊工，焊工", at, 4), 2);
    EXPECT_STR(at[0], "6-05-01-03");
    EXPECT_STR(at[1], "6-18-02-04");
    EXPECT_INT(occupations_read(test_arena(), "保安、不限", at, 4), 0);
    EXPECT_INT(occupations_read(test_arena(), "保安,厨师,电工,焊工,文员", at, 4), 4);
    EXPECT_INT(occupations_read(test_arena(), NULL, at, 4), 0);
}

STORE_TEST("a run tells its blocking pairs and its groups, small ones left out")
{
    int64_t run;

    road_post(cx, "甲厂", 3);
    for (int i = 0; i < 8; i++)
        road_person(cx, i + 1);
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_runs.report", run, NULL), OK);
    EXPECT_INT(road_int(cx, "people"), 8);
    EXPECT_INT(road_int(cx, "placed"), 3);
    EXPECT_INT(road_int(cx, "blocking.pairs"), 0);
    EXPECT_STR(road_str(cx, "groups.0.by"), "COUNTY");
    EXPECT_STR(road_str(cx, "groups.0.items.0.code"), "621121");
    EXPECT_INT(road_int(cx, "groups.0.items.0.people"), 8);
    EXPECT_INT(road_int(cx, "groups.0.items.0.placed"), NONE); /* 3 is a small cell */
    EXPECT_STR(road_str(cx, "groups.2.by"), "SEX");
    EXPECT_INT(road_int(cx, "groups.2.items.0.placed"), NONE);
    EXPECT_INT(road_call(cx, "match_runs.report", run, "evening=1"), OK);
    EXPECT_INT(road_call(cx, "match_runs.report", 77, NULL), E_NOT_FOUND);
}

struct unplacing {
    int64_t run, person;
};

static enum err unplace(struct ctx *cx, void *arg)
{
    const struct unplacing *u = arg;

    return db_exec(cx,
                   "UPDATE match_result SET post_id = NULL, score = NULL, state = 'UNPLACED' WHERE"
                   " SCOPE_NOT(match_result 'a test') AND run_id = $1 AND person_id = $2",
                   P(u->run), P(u->person));
}

STORE_TEST("a change by hand that two would rather undo is a blocking pair")
{
    int64_t run, people[2];

    road_post(cx, "甲厂", 1);
    road_post(cx, "乙厂", 1);
    for (int i = 0; i < 2; i++)
        people[i] = road_person(cx, i + 1);
    run = run_now(cx);
    EXPECT_INT(road_call(cx, "match_runs.report", run, NULL), OK);
    EXPECT_INT(road_int(cx, "placed"), 2);
    EXPECT_INT(road_int(cx, "blocking.pairs"), 0);
    /* One of them leaves her seat, which is then free and wanted. */
    EXPECT_INT(db_write(cx, unplace, &(struct unplacing){ run, people[0] }), OK);
    EXPECT_INT(road_call(cx, "match_runs.report", run, NULL), OK);
    EXPECT_INT(road_int(cx, "placed"), 1);
    EXPECT_INT(road_int(cx, "blocking.pairs"), 1);
    EXPECT_INT(road_int(cx, "blocking.people"), 1);
}

STORE_TEST("an office that sees a part of a run gets the report of its part, without evening out")
{
    int64_t run = NONE;

    road_post(cx, "甲厂", 2);
    for (int i = 0; i < 6; i++)
        road_person(cx, i + 1);
    road_create(cx, "people.create",
                "{\"name\":\"李梅\",\"id_no\":\"11010519491231002X\",\"home\":621124000000,"
                "\"willingness\":\"WILLING\"}");
    EXPECT_INT(match_run_now(cx, 620000000000, FUQING, NULL, &run), OK);
    EXPECT_INT(road_call(cx, "match_runs.report", run, "evening=1"), OK);
    EXPECT_INT(road_int(cx, "people"), 7);
    cx->who.scope = road_west;
    EXPECT_INT(road_call(cx, "match_runs.report", run, NULL), OK);
    EXPECT_INT(road_int(cx, "people"), 6);
    EXPECT_INT(road_call(cx, "match_runs.report", run, "evening=1"), E_INVALID);
    EXPECT_STR(cx->failure.code, "match.part");
    cx->who.scope.home_lo = 621126000000; /* nobody of Minxian is in it */
    cx->who.scope.home_hi = 621126999999;
    EXPECT_INT(road_call(cx, "match_runs.report", run, NULL), E_NOT_FOUND);
}

/* One reason of the person's result by its code, as the list tells it in English. */
static const char *reason_of(struct ctx *cx, int64_t run, int64_t person, const char *code)
{
    result_of(cx, run, person);
    for (size_t i = 0; i < json_count(road_member(cx, "items.0.reasons")); i++) {
        const struct json_value *reason = json_at(road_member(cx, "items.0.reasons"), i);

        if (str_eq(json_as_str(json_get(reason, "code")), code))
            return arena_printf(cx->mem, "%lld: %s",
                                (long long)json_as_int(json_get(reason, "points")),
                                json_as_str(json_get(reason, "en")));
    }
    return NULL;
}

static void on_day(struct ctx *cx, const char *day)
{
    cx->today = date_of_text(day);
    cx->now = date_to_days(cx->today) * 86400LL;
}

STORE_TEST("a run counts what the policies in force would pay, and names the one that pays most")
{
    int64_t run, poor, other;

    on_day(cx, "2019-02-20");
    poor = road_person(cx, 1);
    other = road_person(cx, 2);
    EXPECT_INT(road_call(cx, "people.change", poor, "{\"household_type\":\"REGISTERED_POOR\"}"),
               OK);
    road_post(cx, "甲厂", 2);
    run = run_now(cx);
    EXPECT_STR(reason_of(cx, run, poor, "pay.subsidy"),
               "1000: an estimated 1000 yuan of subsidies a month (12 months of work earn 12000 "
               "under the policies in force: “Post wage subsidy for registered-poor workers from "
               "Dingxi who first come to Fuzhou (2019)”); with pay and after meals and lodging "
               "about 3604 in hand");
    EXPECT_STR(reason_of(cx, run, other, "pay.subsidy"), NULL);
}

/* Fuzhou 2019: 3,000 and 9,000 to registered poor of Dingxi who come first. Fuzhou 2018: 600 for
 * six months in a reserved post. Shandong 2020: 6,000 a year at most to people of Chongqing
 * (policies/fuzhou-post-wage-2019.yaml and its like). */
static const struct {
    const char *day;
    int64_t home, work;
    bool is_registered, is_back;
    int64_t total_fen;
    bool is_reserved;
} paid[] = {
    { "2019-02-20", 621121000000, 350181000000, true, false, 1200000 },
    { "2019-02-20", 621121000000, 350181000000, true, true, 0 },
    { "2019-02-20", 621121000000, 350181000000, false, false, 0 },
    { "2019-02-20", 621121000000, 350206000000, true, false, 0 }, /* Xiamen */
    { "2019-02-20", 620102000000, 350181000000, true, false, 0 }, /* Lanzhou */
    { "2018-11-20", 621121000000, 350181000000, true, false, 0 }, /* not yet in force */
    { "2018-03-05", 621121000000, 350181000000, true, false, 360000, true },
    { "2018-03-05", 621121000000, 350181000000, true, false, 0, false },
    { "2020-03-01", 500237000000, 370681000000, true, false, 600000 },
    { "2019-12-20", 500237000000, 370681000000, true, false, 0 }, /* 2020's is not yet in force */
    { "2026-03-10", 621121000000, 350181000000, true, false, 0 }, /* nobody is registered poor */
};

static enum err stays_paid(struct ctx *cx, void *arg)
{
    return match_stays_paid(cx, arg, 1);
}

STORE_TEST("stays are paid for as the policies say: where, from where, to whom, and once in a life")
{
    for (size_t i = 0; i < ARRAY_LEN(paid); i++) {
        struct match_stay stay = { .home = paid[i].home,
                                   .work = paid[i].work,
                                   .is_reserved = paid[i].is_reserved,
                                   .grant = { .is_registered = paid[i].is_registered,
                                              .is_back = paid[i].is_back } };

        on_day(cx, paid[i].day);
        EXPECT_INT(db_read(cx, stays_paid, &stay), OK);
        if (stay.grant.total_fen != paid[i].total_fen)
            test_fail(__FILE__, __LINE__, "row %d: %lld fen", (int)i,
                      (long long)stay.grant.total_fen);
        EXPECT_INT(stay.grant.fen, stay.grant.total_fen / 12);
        EXPECT_INT(stay.grant.zh != NULL, stay.grant.total_fen > 0);
    }
}
