/* A run that begins from the one before it: what is promised stays, as few as may be move, and the
 * outcome is as good as without. */
#include "road.h"

#include "matching/again.h"
#include "matching/run.h"
#include "matching/run_progress.h"

/* --- pure: small markets, every assignment of them looked at --- */

static uint64_t dice;

static int64_t roll(int64_t lo, int64_t hi)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return lo + (int64_t)(dice % (uint64_t)(hi - lo + 1));
}

enum { PEOPLE = 6, POSTS = 4 };
static struct match_employer employer;
static struct match_weights weights;

/* Pay in steps of 500 yuan and few wishes, so that there are ties. */
static struct match_problem problem(int32_t n, int32_t m)
{
    static const int64_t homes[] = { 621121000000, 621102000000, 500237000000 };
    static const int64_t works[] = { 350181000000, 350102000000, 370681000000 };
    struct match_person *persons = NEW_ARRAY(test_arena(), struct match_person, n);
    struct match_post *posts = NEW_ARRAY(test_arena(), struct match_post, m);

    weights = match_weights_default();
    employer = (struct match_employer){ .id = 1 };
    for (int32_t i = 0; i < n; i++)
        persons[i] = (struct match_person){ .id = i + 1,
                                            .home = homes[roll(0, 2)],
                                            .birth = { 1990, 1, 1 },
                                            .least_wage_fen = roll(4, 8) * 50000,
                                            .companion_id = NONE,
                                            .skill_level = -1,
                                            .is_willing = true };
    for (int32_t p = 0; p < m; p++)
        posts[p] = (struct match_post){ .id = p + 1,
                                        .employer = &employer,
                                        .work = works[roll(0, 2)],
                                        .seats = (int32_t)roll(1, 2),
                                        .pay_form = MATCH_PAY_TIME,
                                        .pay_low_fen = roll(6, 10) * 50000,
                                        .pay_high_fen = NONE,
                                        .newcomer_pay_fen = NONE };
    return (struct match_problem){ .persons = persons,
                                   .posts = posts,
                                   .n_persons = n,
                                   .n_posts = m,
                                   .today = { 2026, 3, 1 },
                                   .weights = &weights };
}

static const struct match_again *heeded; /* by points() */

static int32_t points(const struct match_problem *in, int32_t i, int32_t p)
{
    for (size_t k = 0; heeded && k < heeded->n_refused; k++)
        if (heeded->refused[k].person == i && heeded->refused[k].post == p)
            return 0;
    return match_feasible(&in->persons[i], &in->posts[p], in->today)
               ? match_points(&in->persons[i], &in->posts[p], in->weights)
               : 0;
}

struct every {
    const struct match_problem *in;
    const int32_t *had;
    int32_t left[POSTS];
    int64_t value;
    int32_t stay;   /* most people who keep what they had in an assignment worth `value` */
    int32_t n_best; /* assignments worth that */
};

static void look(struct every *e, int32_t i, int64_t value, int32_t stay)
{
    if (i == e->in->n_persons) {
        e->n_best = value > e->value ? 1 : e->n_best + (value == e->value);
        if (value > e->value || (value == e->value && stay > e->stay)) {
            e->value = value;
            e->stay = stay;
        }
        return;
    }
    look(e, i + 1, value, stay);
    for (int32_t p = 0; p < e->in->n_posts; p++) {
        struct every in = *e;
        int32_t worth = points(e->in, i, p);

        if (worth <= 0 || e->left[p] == 0)
            continue;
        in.left[p]--;
        look(&in, i + 1, value + worth, stay + (e->had[i] == p));
        e->value = in.value;
        e->stay = in.stay;
        e->n_best = in.n_best;
    }
}

/* E's seats are given back by the copies that look() makes. */
static struct every every(const struct match_problem *in, const int32_t *had)
{
    struct every e = { .in = in, .had = had, .value = -1 };

    for (int32_t p = 0; p < in->n_posts; p++)
        e.left[p] = in->posts[p].seats;
    look(&e, 0, 0, 0);
    return e;
}

static struct every without(const struct match_problem *in, const int32_t *had,
                            const struct match_again *again)
{
    struct every e;

    heeded = again;
    e = every(in, had);
    heeded = NULL;
    return e;
}

static struct match_start *start_of(const struct match_problem *in,
                                    const struct match_assignment *a)
{
    struct match_start *start = NEW(test_arena(), struct match_start);
    int64_t *price = NEW_ARRAY(test_arena(), int64_t, in->n_posts + 1);

    for (int32_t p = 0; p < in->n_posts; p++)
        price[p] = a->auction.price[p] * MATCH_PRICE_UNIT / a->auction.scale;
    *start = (struct match_start){ price, a->auction.post, a->gap };
    return start;
}

static const struct match_again nothing_promised;

TEST("a match from the one before it is as good as one anew, and moves no more people than it must")
{
    int moved = 0;

    dice = 77;
    for (int round = 0; round < 300; round++) {
        struct match_problem in = problem(PEOPLE, POSTS), changed = in;
        struct match_post *posts = NEW_ARRAY(test_arena(), struct match_post, POSTS);
        struct match_assignment before, again;
        struct every best;
        int32_t stay = 0;

        match_assign(test_arena(), &in, &before);
        memcpy(posts, in.posts, sizeof *posts * POSTS);
        posts[roll(0, POSTS - 1)].seats = round % 3 ? 0 : 3;
        changed.posts = posts;
        changed.start = start_of(&in, &before);
        match_again_assign(test_arena(), &nothing_promised, &changed, &again);
        best = every(&changed, before.auction.post);
        for (int i = 0; i < PEOPLE; i++)
            stay += before.auction.post[i] >= 0 && again.auction.post[i] == before.auction.post[i];
        EXPECT_INT(again.value, best.value);
        EXPECT(again.bound >= best.value);
        EXPECT_INT(stay, best.stay);
        moved += PEOPLE - stay;
    }
    EXPECT(moved > 300);
}

TEST("with nothing changed a match from the one before it moves nobody")
{
    dice = 5;
    for (int round = 0; round < 20; round++) {
        struct match_problem in = problem(400, 60);
        struct match_assignment before, again;
        int moved = 0;

        in.most = 3;
        match_assign(test_arena(), &in, &before);
        in.start = start_of(&in, &before);
        match_again_assign(test_arena(), &nothing_promised, &in, &again);
        for (int i = 0; i < in.n_persons; i++)
            moved += again.auction.post[i] != before.auction.post[i];
        EXPECT_INT(moved, 0);
        EXPECT_INT(again.value, before.value);
        EXPECT(again.auction.certificate.sound);
    }
}

static const int32_t trades[] = { 6180204, 4030201, 6310000 };

static const struct match_person *reversed(const struct match_person *persons)
{
    struct match_person *ret = NEW_ARRAY(test_arena(), struct match_person, PEOPLE);

    for (int i = 0; i < PEOPLE; i++)
        ret[i] = persons[PEOPLE - 1 - i];
    return ret;
}

static const struct match_post *backwards(const struct match_post *posts)
{
    struct match_post *ret = NEW_ARRAY(test_arena(), struct match_post, POSTS);

    for (int p = 0; p < POSTS; p++)
        ret[p] = posts[POSTS - 1 - p];
    return ret;
}

TEST(
    "where one assignment alone is the best, the order of people and posts does not change who gets it")
{
    int alone = 0;

    dice = 41;
    for (int round = 0; round < 200; round++) {
        struct match_problem in = problem(PEOPLE, POSTS), turned = in;
        struct match_person *persons = NEW_ARRAY(test_arena(), struct match_person, PEOPLE);
        struct match_post *posts = NEW_ARRAY(test_arena(), struct match_post, POSTS);
        int32_t nobody[PEOPLE] = { -1, -1, -1, -1, -1, -1 };
        struct match_assignment a, b;

        for (int i = 0; i < PEOPLE; i++) { /* few who are alike */
            persons[PEOPLE - 1 - i] = in.persons[i];
            persons[PEOPLE - 1 - i].least_wage_fen = roll(2000, 5500) * 100;
            persons[PEOPLE - 1 - i].occupations = &trades[roll(0, 2)];
            persons[PEOPLE - 1 - i].n_occupations = 1;
        }
        for (int p = 0; p < POSTS; p++) {
            posts[POSTS - 1 - p] = in.posts[p];
            posts[POSTS - 1 - p].pay_low_fen = roll(3000, 7000) * 100;
            posts[POSTS - 1 - p].occupation = trades[roll(0, 2)];
        }
        in.persons = reversed(persons);
        in.posts = backwards(posts);
        turned.persons = persons;
        turned.posts = posts;
        match_assign(test_arena(), &in, &a);
        match_assign(test_arena(), &turned, &b);
        EXPECT_INT(a.value, b.value);
        if (every(&in, nobody).n_best != 1)
            continue;
        alone++;
        for (int i = 0; i < PEOPLE; i++) {
            int32_t to = b.auction.post[PEOPLE - 1 - i];

            EXPECT_INT(a.auction.post[i], to < 0 ? -1 : POSTS - 1 - to);
        }
    }
    EXPECT(alone > 20);
}

TEST("a start that is nonsense costs no points: seats twice given, posts not allowed, odd prices")
{
    dice = 19;
    for (int round = 0; round < 60; round++) {
        struct match_problem in = problem(PEOPLE, POSTS), wild = in;
        int32_t *post = NEW_ARRAY(test_arena(), int32_t, PEOPLE);
        int64_t *price = NEW_ARRAY(test_arena(), int64_t, POSTS);
        struct match_start start = { price, post, 0 };
        struct match_assignment a;

        for (int i = 0; i < PEOPLE; i++)
            post[i] = (int32_t)roll(-1, POSTS - 1);
        if (round % 2) { /* right prices, and everybody at one post */
            struct match_assignment right;

            match_assign(test_arena(), &in, &right);
            start.price = start_of(&in, &right)->price;
            for (int i = 0; i < PEOPLE; i++)
                post[i] = 0;
        }
        for (int p = 0; p < POSTS; p++)
            price[p] = roll(0, 1) * roll(0, 5000000);
        wild.start = &start;
        match_again_assign(test_arena(), &nothing_promised, &wild, &a);
        EXPECT_INT(a.value, every(&in, post).value);
        EXPECT(a.auction.certificate.sound);
    }
}

TEST(
    "who has refused a post is proposed another, or none, in a run from another and in a first one")
{
    dice = 3;
    for (int round = 0; round < 120; round++) {
        struct match_problem in = problem(PEOPLE, POSTS);
        struct match_refusal refused[PEOPLE];
        struct match_again promised = { .refused = refused };
        struct match_assignment before, a;
        int32_t *had = NEW_ARRAY(test_arena(), int32_t, PEOPLE);
        struct match_start *start;

        match_assign(test_arena(), &in, &before);
        start = start_of(&in, &before);
        for (int32_t i = 0; i < PEOPLE; i++) {
            had[i] = before.auction.post[i];
            if (had[i] >= 0 && i % 2) {
                refused[promised.n_refused++] = (struct match_refusal){ i, had[i] };
                had[i] = -1;
            }
        }
        start->post = had;
        in.start = round % 2 ? start : NULL;
        match_again_assign(test_arena(), &promised, &in, &a);
        for (size_t k = 0; k < promised.n_refused; k++)
            EXPECT(a.auction.post[refused[k].person] != refused[k].post);
        EXPECT(a.auction.certificate.sound);
        EXPECT_INT(a.value, without(&in, had, &promised).value);
        EXPECT(a.bound >= a.value);
        EXPECT(a.bound <= before.bound + before.bound / 10000);
    }
}

/* --- in the ledger --- */

#define PAIR "\"home\":621121000000,\"work\":350181000000"

static int64_t run_anew(struct ctx *cx)
{
    int64_t id = NONE;

    if (match_run_now(cx, 621121000000, 350181000000, NULL, &id) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
    return id;
}

static int64_t run_from(struct ctx *cx, int64_t previous, const char *more)
{
    int64_t id = road_create(cx, "match_runs.create",
                             arena_printf(cx->mem, "{" PAIR ",\"previous_id\":\"%lld\"%s}",
                                          (long long)previous, more));

    if (match_run_execute(cx, id) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
    return id;
}

/* Of a person in a run: "state post_id"; NULL when she is not in it. */
static const char *standing(struct ctx *cx, int64_t run, int64_t person)
{
    EXPECT_INT(road_call(cx, "match_runs.results", run,
                         arena_printf(cx->mem, "person_id=%lld", (long long)person)),
               OK);
    if (road_int(cx, "total") != 1)
        return NULL;
    return arena_printf(cx->mem, "%s %lld", road_str(cx, "items.0.state"),
                        (long long)road_int(cx, "items.0.post_id"));
}

static int64_t result_of(struct ctx *cx, int64_t run, int64_t person)
{
    EXPECT_INT(road_call(cx, "match_runs.results", run,
                         arena_printf(cx->mem, "person_id=%lld", (long long)person)),
               OK);
    return road_int(cx, "items.0.id");
}

static void offer(struct ctx *cx, int64_t run, int64_t person)
{
    int64_t result = result_of(cx, run, person);

    EXPECT_INT(road_call(cx, "offers.of_run", run,
                         arena_printf(cx->mem, "{\"result_ids\":[\"%lld\"]}", (long long)result)),
               OK);
    EXPECT_INT(road_int(cx, "made"), 1);
}

static void answer(struct ctx *cx, const char *op, int64_t person)
{
    EXPECT_INT(road_call(cx, "offers.list", NONE,
                         arena_printf(cx->mem, "person_id=%lld&state=OFFERED", (long long)person)),
               OK);
    EXPECT_INT(road_call(cx, op, road_int(cx, "items.0.id"), "{\"reason\":\"PAY\"}"), OK);
}

/* From here on the office of the west, which sees what is open at its partner's and no more. */
static void be_the_west(struct ctx *cx)
{
    road_create(
        cx, "pairings.create",
        "{\"name\":\"通渭—福清\",\"home\":621121000000,\"work\":350181000000,\"level\":\"COUNTY\","
        "\"from_on\":\"2017-06-01\"}");
    cx->who.scope = road_west;
}

static int64_t figure(struct ctx *cx, int64_t run, const char *name)
{
    EXPECT_INT(road_call(cx, "match_runs.get", run, NULL), OK);
    return road_int(cx, name);
}

static int64_t turn(struct ctx *cx, int64_t run, int64_t before, const char *name)
{
    const struct json_value *turns;

    EXPECT_INT(road_call(cx, "match_runs.compare", run,
                         arena_printf(cx->mem, "run_id=%lld&turn=%s", (long long)before, name)),
               OK);
    turns = road_member(cx, "turns");
    for (size_t i = 0; i < json_count(turns); i++)
        if (str_eq(json_as_str(json_get(json_at(turns, i), "turn")), name))
            return json_as_int(json_get(json_at(turns, i), "people"));
    return NONE;
}

STORE_TEST("a run begins from a done run of the same pairing alone, and from one it may see")
{
    int64_t done = run_anew(cx), other = NONE, waiting;

    EXPECT_INT(match_run_now(cx, 621121000000, 350100000000, NULL, &other), OK);
    waiting = road_create(cx, "match_runs.create", "{" PAIR "}");
    EXPECT_INT(road_call(cx, "match_runs.create", NONE,
                         arena_printf(cx->mem, "{" PAIR ",\"previous_id\":\"%lld\"}",
                                      (long long)other)),
               E_INVALID);
    EXPECT_STR(cx->failure.code, "match.previous_other");
    EXPECT_INT(road_call(cx, "match_runs.create", NONE,
                         arena_printf(cx->mem, "{" PAIR ",\"previous_id\":\"%lld\"}",
                                      (long long)waiting)),
               E_INVALID);
    EXPECT_STR(cx->failure.code, "match.not_done");
    EXPECT_INT(match_run_now(cx, 621100000000, 350181000000, NULL, &other), OK);
    cx->who.scope = road_west;
    EXPECT_INT(road_call(cx, "match_runs.create", NONE,
                         arena_printf(cx->mem,
                                      "{\"home\":621121000000,\"work\":350181000000,"
                                      "\"previous_id\":\"%lld\"}",
                                      (long long)other)),
               E_INVALID);
    EXPECT_STR(cx->failure.code, "match.previous_unknown");
    EXPECT_INT(road_call(cx, "match_runs.create", NONE,
                         arena_printf(cx->mem, "{" PAIR ",\"previous_id\":\"%lld\"}",
                                      (long long)done)),
               OK);
    EXPECT_INT(road_int(cx, "previous_id"), done);
}

STORE_TEST(
    "who holds an offer keeps it, who refused one is proposed another post, a choice by hand stays")
{
    int64_t a = road_post(cx, "甲厂", 2), b = road_post(cx, "乙厂", 2), person[4], first, second;
    const char *had;

    for (int i = 0; i < 4; i++)
        person[i] = road_person(cx, i + 1);
    first = run_anew(cx);
    EXPECT_INT(figure(cx, first, "placed"), 4);
    offer(cx, first, person[0]);
    answer(cx, "offers.accept", person[0]);
    offer(cx, first, person[1]);
    answer(cx, "offers.decline", person[1]);
    had = strchr(standing(cx, first, person[1]), ' ') + 1;
    road_post(cx, "丙厂", 3); /* somewhere else to go */
    second = run_from(cx, first, "");
    EXPECT_STR(standing(cx, second, person[0]), standing(cx, first, person[0]));
    EXPECT(strstr(standing(cx, second, person[0]), "OFFERED") != NULL);
    EXPECT(strstr(standing(cx, second, person[1]), "PROPOSED") != NULL);
    EXPECT(strstr(standing(cx, second, person[1]), had) == NULL);
    EXPECT_INT(figure(cx, second, "people"), 4);
    EXPECT_INT(figure(cx, second, "placed"), 4);
    EXPECT_INT(turn(cx, second, first, "LOST"), 0);
    EXPECT_INT(turn(cx, second, first, "LEFT"), 0);
    EXPECT_INT(turn(cx, second, first, "MOVED"), 1);
    EXPECT_STR(road_str(cx, "items.0.why.outcome"), "REFUSED");

    for (int64_t to = a, i = 0; i < 2; i++, to = b) /* by hand to the post that is not hers */
        if (!strstr(standing(cx, second, person[2]),
                    arena_printf(cx->mem, "%lld", (long long)to)) &&
            road_call(cx, "match_results.override", result_of(cx, second, person[2]),
                      arena_printf(cx->mem, "{\"post_id\":\"%lld\",\"reason\":\"同乡在此\"}",
                                   (long long)to)) == OK)
            break;
    had = standing(cx, second, person[2]);
    first = run_from(cx, second, "");
    EXPECT_STR(standing(cx, first, person[2]), had);
    if (strstr(had, "OVERRIDDEN")) {
        EXPECT_INT(road_call(cx, "match_results.get", result_of(cx, first, person[2]), NULL), OK);
        EXPECT_STR(road_str(cx, "override_reason"), "同乡在此");
        road_create(cx, "offers.create",
                    arena_printf(cx->mem, "{\"person_id\":\"%lld\",\"post_id\":\"%s\"}",
                                 (long long)person[2], strchr(had, ' ') + 1));
        answer(cx, "offers.decline", person[2]);
        EXPECT(!str_eq(standing(cx, run_from(cx, first, ""), person[2]), had));
    }
    EXPECT_STR(standing(cx, first, person[0]), standing(cx, second, person[0]));
    EXPECT(figure(cx, first, "value") <= figure(cx, first, "bound"));
}

STORE_TEST("a refusal counts in a run from nothing, until that post is chosen by hand")
{
    int64_t post = road_post(cx, "甲厂", 1), person = road_person(cx, 1), run = run_anew(cx);
    const char *chosen = arena_printf(cx->mem, "OVERRIDDEN %lld", (long long)post);

    offer(cx, run, person);
    answer(cx, "offers.decline", person);
    run = run_anew(cx);
    EXPECT(strstr(standing(cx, run, person), "UNPLACED") != NULL);
    EXPECT_INT(road_call(cx, "match_runs.why", run,
                         arena_printf(cx->mem, "person_id=%lld&post_id=%lld", (long long)person,
                                      (long long)post)),
               OK);
    EXPECT_STR(road_str(cx, "outcome"), "REFUSED");

    cx->now += 1000;
    EXPECT_INT(road_call(cx, "match_results.override", result_of(cx, run, person),
                         arena_printf(cx->mem, "{\"post_id\":\"%lld\",\"reason\":\"已重新同意\"}",
                                      (long long)post)),
               OK);
    EXPECT_STR(standing(cx, run, person), chosen);
    EXPECT_STR(standing(cx, run_from(cx, run, ""), person), chosen);
}

STORE_TEST(
    "an unchanged ledger: nobody moves; a post withdrawn: its people are told so, others stay")
{
    int64_t post[3], person[6], first, second, gone = 0;

    post[0] = road_post(cx, "甲厂", 2);
    post[1] = road_post(cx, "乙厂", 2);
    post[2] = road_post(cx, "丙厂", 2);
    for (int i = 0; i < 6; i++)
        person[i] = road_person(cx, i + 1);
    first = run_anew(cx);
    second = run_from(cx, first, "");
    EXPECT_INT(turn(cx, second, first, "STAYED"), 6);
    EXPECT_INT(figure(cx, second, "value"), figure(cx, first, "value"));
    EXPECT_INT(figure(cx, second, "bound") - figure(cx, second, "value"),
               figure(cx, first, "bound") - figure(cx, first, "value"));
    EXPECT_INT(road_call(cx, "match_runs.since", second, ""), OK);
    EXPECT_INT(road_int(cx, "posts_closed"), 0);

    EXPECT_INT(road_call(cx, "posts.suspend", post[1], "{\"reason\":\"停产\"}"), OK);
    EXPECT_INT(road_call(cx, "match_runs.since", second, ""), OK);
    EXPECT_INT(road_int(cx, "posts_closed"), 1);
    be_the_west(cx); /* who does not see what is closed is told of it all the same */
    EXPECT_INT(road_call(cx, "match_runs.since", second, ""), OK);
    EXPECT_INT(road_int(cx, "posts_closed"), 1);
    for (int i = 0; i < 6; i++)
        gone += strstr(standing(cx, second, person[i]),
                       arena_printf(cx->mem, "%lld", (long long)post[1])) != NULL;
    first = run_from(cx, second, "");
    EXPECT_INT(gone, 2);
    EXPECT_INT(turn(cx, first, second, "LOST"), 2);
    EXPECT_STR(road_str(cx, "items.0.why.outcome"), "POST_CLOSED");
    EXPECT(strstr(road_str(cx, "items.0.why.zh"), "暂停") != NULL);
    EXPECT_INT(turn(cx, first, second, "STAYED"), 4);
    EXPECT_INT(figure(cx, first, "value"), figure(cx, run_anew(cx), "value"));
}

static void ask_for(struct ctx *cx, int64_t post, int headcount)
{
    EXPECT_INT(road_call(cx, "posts.change", post,
                         arena_printf(cx->mem, "{\"headcount\":%d}", headcount)),
               OK);
}

/* posts_fewer and posts_more of what has come since a run. */
static void expect_headcounts(struct ctx *cx, int64_t run, int64_t fewer, int64_t more)
{
    EXPECT_INT(road_call(cx, "match_runs.since", run, ""), OK);
    EXPECT_INT(road_int(cx, "posts_fewer"), fewer);
    EXPECT_INT(road_int(cx, "posts_more"), more);
}

STORE_TEST("a headcount that changed is told since a run, and is why somebody lost her post")
{
    const struct scope all = cx->who.scope;
    int64_t post[3], person[6], first, second;

    post[0] = road_post(cx, "甲厂", 9);
    ask_for(cx, post[0], 3);
    post[1] = road_post(cx, "乙厂", 2);
    post[2] = road_post(cx, "丙厂", 1);
    for (int i = 0; i < 6; i++)
        person[i] = road_person(cx, i + 1);
    first = run_anew(cx);
    EXPECT_INT(figure(cx, first, "placed"), 6);
    expect_headcounts(cx, first, 0, 0); /* what was changed before it is not */
    EXPECT_INT(road_call(cx, "posts.change", post[2], "{\"requirements\":\"会电脑\"}"), OK);
    offer(cx, first, person[0]); /* takes a seat, and asks for nobody more or less */
    expect_headcounts(cx, first, 0, 0);
    ask_for(cx, post[0], 4);
    expect_headcounts(cx, first, 0, 1);
    ask_for(cx, post[0], 3);
    expect_headcounts(cx, first, 0, 0); /* there and back */
    ask_for(cx, post[0], 1);
    ask_for(cx, post[2], 5);
    be_the_west(cx); /* who does not see the journal of a post is told all the same */
    expect_headcounts(cx, first, 1, 1);
    cx->who.scope = all;
    ask_for(cx, post[2], 1);
    expect_headcounts(cx, first, 1, 0);

    second = run_from(cx, first, "");
    expect_headcounts(cx, first, 1, 0);
    expect_headcounts(cx, second, 0, 0);
    cx->who.scope = all;
    ask_for(cx, post[0], 2);
    expect_headcounts(cx, second, 0, 1);
    EXPECT_INT(turn(cx, second, first, "LOST"), 2); /* for what was so when it was made */
    for (int i = 0; i < 2; i++) {
        const char *zh = road_str(cx, arena_printf(cx->mem, "items.%d.why.zh", i)),
                   *en = road_str(cx, arena_printf(cx->mem, "items.%d.why.en", i));

        EXPECT_STR(road_str(cx, arena_printf(cx->mem, "items.%d.why.outcome", i)), "FEWER");
        EXPECT(zh && str_starts(zh, "该岗位招聘人数由3减为1，"));
        EXPECT(en && strstr(en, "from 3 down to 1; ") != NULL);
    }
    EXPECT_INT(road_call(cx, "posts.suspend", post[0], "{\"reason\":\"停产\"}"), OK);
    expect_headcounts(cx, second, 0, 0); /* closed is told as closed */
    EXPECT_INT(road_int(cx, "posts_closed"), 1);
}

STORE_TEST("a post that is full is told by its headcount only when that went down")
{
    int64_t more = road_post(cx, "甲厂", 1), fewer = road_post(cx, "乙厂", 2), first, second;
    int told = 0;

    for (int i = 1; i <= 3; i++)
        road_person(cx, i);
    first = run_anew(cx);
    ask_for(cx, more, 2);
    road_accepted(cx, 4, more);
    road_accepted(cx, 5, more);
    road_accepted(cx, 6, fewer);
    ask_for(cx, fewer, 1);
    second = run_from(cx, first, "");
    EXPECT_INT(turn(cx, second, first, "LOST"), 3);
    for (int i = 0; i < 3; i++) {
        const char *zh = road_str(cx, arena_printf(cx->mem, "items.%d.why.zh", i));

        if (road_int(cx, arena_printf(cx->mem, "items.%d.before.post_id", i)) == more)
            EXPECT_STR(road_str(cx, arena_printf(cx->mem, "items.%d.why.outcome", i)),
                       "POST_NOT_IN_RUN");
        else
            told += str_eq(zh, "该岗位招聘人数由2减为1，已无空余名额");
    }
    EXPECT_INT(told, 2);
}

STORE_TEST(
    "a run begins with the weights and conditions of the one before it unless it has its own")
{
    int64_t first, second;

    road_post(cx, "甲厂", 3);
    road_person(cx, 1);
    first = road_create(cx, "match_runs.create",
                        "{" PAIR ",\"weights\":{\"distance\":77},\"constraints\":{\"limits\":[{"
                        "\"kind\":\"NONE_OR\",\"who\":\"COUNTY\",\"where\":\"CITY\",\"n\":9}]}}");
    EXPECT_INT(match_run_execute(cx, first), OK);
    EXPECT_INT(figure(cx, first, "placed"), 0);
    second = run_from(cx, first, "");
    EXPECT_INT(figure(cx, second, "placed"), 0);
    EXPECT_INT(road_int(cx, "weights_used.distance"), 77);
    second = run_from(cx, first, ",\"weights\":{\"distance\":78},\"constraints\":{}");
    EXPECT_INT(figure(cx, second, "placed"), 1);
    EXPECT_INT(road_int(cx, "weights_used.distance"), 78);
}

STORE_TEST("an offer of a post that is closed since, or full, is kept; others are not proposed it")
{
    int64_t post = road_post(cx, "甲厂", 1), other = road_post(cx, "乙厂", 2), person[3], first;
    int64_t second, holder = NONE;

    for (int i = 0; i < 3; i++)
        person[i] = road_person(cx, i + 1);
    first = run_anew(cx);
    for (int i = 0; i < 3; i++)
        if (strstr(standing(cx, first, person[i]), arena_printf(cx->mem, "%lld", (long long)post)))
            holder = person[i];
    EXPECT(holder != NONE);
    offer(cx, first, holder);
    second = run_from(cx, first, "");
    EXPECT_STR(standing(cx, second, holder),
               arena_printf(cx->mem, "OFFERED %lld", (long long)post));
    EXPECT_INT(figure(cx, second, "placed"), 3);
    EXPECT_INT(road_call(cx, "posts.suspend", other, "{\"reason\":\"停产\"}"), OK);
    EXPECT_INT(road_call(cx, "posts.list", NONE, "state=FILLED"), OK);
    EXPECT_INT(road_int(cx, "items.0.id"), post);
    EXPECT_INT(road_call(cx, "posts.suspend", post, "{\"reason\":\"停产\"}"), OK);
    be_the_west(cx);
    first = run_from(cx, second, "");
    EXPECT_STR(standing(cx, first, holder), arena_printf(cx->mem, "OFFERED %lld", (long long)post));
    EXPECT_INT(figure(cx, first, "placed"), 1);
}

static const char *why_not(struct ctx *cx, int64_t run, int64_t person, int64_t post)
{
    EXPECT_INT(road_call(cx, "match_runs.why", run,
                         arena_printf(cx->mem, "person_id=%lld&post_id=%lld", (long long)person,
                                      (long long)post)),
               OK);
    return road_str(cx, "outcome");
}

STORE_TEST("a seat that was promised has no price: others are told of the promise")
{
    int64_t post = road_post(cx, "甲厂", 1), person[2], first, second;
    int other;

    road_post(cx, "乙厂", 2);
    EXPECT_INT(road_call(cx, "posts.change", post,
                         "{\"pay_low_fen\":500000,\"pay_high_fen\":600000}"),
               OK);
    for (int i = 0; i < 2; i++)
        person[i] = road_person(cx, i + 1);
    first = run_anew(cx);
    other = strstr(standing(cx, first, person[0]), arena_printf(cx->mem, "%lld", (long long)post))
                ? 1
                : 0;
    EXPECT_STR(why_not(cx, first, person[other], post), "FULL");
    offer(cx, first, person[1 - other]);
    EXPECT_STR(why_not(cx, first, person[other], post), "FULL"); /* was not promised in this one */
    second = run_from(cx, first, "");
    EXPECT_STR(why_not(cx, second, person[other], post), "PROMISED");
    EXPECT_STR(why_not(cx, second, person[1 - other], post), "PROPOSED");
}

STORE_TEST("with conditions too, who holds an offer keeps it and counts")
{
    int64_t person[3], first, second;

    road_post(cx, "甲厂", 3);
    for (int i = 0; i < 3; i++)
        person[i] = road_person(cx, i + 1);
    first = run_anew(cx);
    offer(cx, first, person[1]);
    second = run_from(cx, first,
                      ",\"constraints\":{\"limits\":[{\"kind\":\"AT_MOST\",\"who\":\"COUNTY\","
                      "\"where\":\"ANYWHERE\",\"n\":2}]}");
    EXPECT_STR(standing(cx, second, person[1]), standing(cx, first, person[1]));
    EXPECT_INT(figure(cx, second, "placed"), 2);
}

/* --- progress --- */

struct steps {
    struct match_progress step[64];
    int n;
    bool was_seen; /* in the run itself, while its people were matched */
    struct ctx *cx;
    int64_t run;
};

static void take_step(void *arg, const struct match_progress *progress)
{
    struct steps *s = arg;
    struct match_progress seen;

    if (s->n < (int)ARRAY_LEN(s->step))
        s->step[s->n++] = *progress;
    if (progress->stage == MATCH_ASSIGNING && match_progress_find(s->run, &seen))
        s->was_seen = seen.stage == MATCH_ASSIGNING &&
                      road_call(s->cx, "match_runs.get", s->run, NULL) == OK &&
                      str_eq(road_str(s->cx, "progress.stage"), "ASSIGNING");
}

STORE_TEST("a run tells its steps in order, with the gap so far and everybody stored at the end")
{
    struct steps s = { .cx = cx };

    road_post(cx, "甲厂", 1);
    for (int i = 0; i < 3; i++)
        road_person(cx, i + 1);
    s.run = road_create(cx, "match_runs.create", "{" PAIR "}");
    match_runs_follow(&(struct match_watch){ take_step, &s });
    EXPECT_INT(match_run_execute(cx, s.run), OK);
    match_runs_follow(NULL);
    EXPECT(s.n >= 5);
    EXPECT_INT(s.step[0].stage, MATCH_READING);
    for (int i = 1; i < s.n; i++) {
        EXPECT(s.step[i].stage >= s.step[i - 1].stage);
        EXPECT(s.step[i].stage > s.step[i - 1].stage || s.step[i].done > s.step[i - 1].done);
        EXPECT(s.step[i].gap >= 0);
    }
    EXPECT_INT(s.step[2].stage, MATCH_ASSIGNING);
    EXPECT_INT(s.step[s.n - 1].stage, MATCH_STORING);
    EXPECT_INT(s.step[s.n - 1].done, 3);
    EXPECT_INT(s.step[s.n - 1].of, 3);
    EXPECT(s.was_seen);
    EXPECT_INT(road_call(cx, "match_runs.get", s.run, NULL), OK);
    EXPECT_STR(road_str(cx, "progress.stage"), NULL);
}
