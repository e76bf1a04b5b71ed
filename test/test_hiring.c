/* Offers: seats held, one yes for each person. */
#include "road.h"

static int64_t offer(struct ctx *cx, int64_t person, int64_t post)
{
    return road_create(cx, "offers.create",
                       arena_printf(cx->mem, "{\"person_id\":\"%lld\",\"post_id\":\"%lld\"}",
                                    (long long)person, (long long)post));
}

static const char *status_of(struct ctx *cx, int64_t person)
{
    EXPECT_INT(road_call(cx, "people.get", person, NULL), OK);
    return road_str(cx, "labour_status");
}

STORE_TEST("a yes to one offer makes the person's others obsolete and frees their seats")
{
    int64_t a = road_post(cx, "甲厂", 1), b = road_post(cx, "乙厂", 1), person = road_person(cx, 1);
    int64_t first = offer(cx, person, a), second = offer(cx, person, b);

    EXPECT_STR(status_of(cx, person), "MATCHED");
    EXPECT_INT(road_call(cx, "offers.accept", second, "{}"), OK);
    EXPECT_STR(status_of(cx, person), "SIGNED_UP");
    EXPECT_INT(road_call(cx, "offers.get", first, NULL), OK);
    EXPECT_STR(road_str(cx, "state"), "OBSOLETE");
    EXPECT_INT(road_call(cx, "posts.get", a, NULL), OK);
    EXPECT_INT(road_int(cx, "taken"), 0);
    EXPECT_INT(road_call(cx, "posts.get", b, NULL), OK);
    EXPECT_INT(road_int(cx, "taken"), 1);
    EXPECT_INT(road_call(cx, "offers.accept", second, "{}"), E_CONFLICT);
}

STORE_TEST("a full post takes no further offer; a refusal with its reason opens it again")
{
    int64_t post = road_post(cx, "甲厂", 1), one = road_person(cx, 1), two = road_person(cx, 2);
    int64_t held = offer(cx, one, post);

    EXPECT_INT(road_call(cx, "offers.create", NONE,
                         arena_printf(cx->mem, "{\"person_id\":\"%lld\",\"post_id\":\"%lld\"}",
                                      (long long)two, (long long)post)),
               E_CONFLICT);
    EXPECT_STR(cx->failure.code, "post.no_seat");
    EXPECT_INT(road_call(cx, "offers.decline", held, "{}"), E_INVALID);
    EXPECT_INT(road_call(cx, "offers.decline", held, "{\"reason\":\"PAY\"}"), OK);
    EXPECT_STR(status_of(cx, one), "SEEKING");
    offer(cx, two, post);
}

STORE_TEST("a post is offered to a person once, and again only after an answer")
{
    int64_t post = road_post(cx, "甲厂", 2), person = road_person(cx, 1);
    int64_t first = offer(cx, person, post);

    EXPECT_INT(road_call(cx, "offers.create", NONE,
                         arena_printf(cx->mem, "{\"person_id\":\"%lld\",\"post_id\":\"%lld\"}",
                                      (long long)person, (long long)post)),
               E_CONFLICT);
    EXPECT_STR(cx->failure.code, "offer.exists");
    EXPECT_INT(road_call(cx, "posts.get", post, NULL), OK);
    EXPECT_INT(road_int(cx, "taken"), 1);
    EXPECT_INT(road_call(cx, "offers.decline", first, "{\"reason\":\"PAY\"}"), OK);
    offer(cx, person, post);
}

STORE_TEST("the east sees a person once she is offered a post there, and not before")
{
    int64_t post = road_post(cx, "甲厂", 2), offered = road_person(cx, 1),
            other = road_person(cx, 2);

    offer(cx, offered, post);
    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE,
                                    .home_lo = NONE,
                                    .home_hi = NONE,
                                    .work_lo = 350100000000,
                                    .work_hi = 350199999999 };
    EXPECT_INT(road_call(cx, "people.get", offered, NULL), OK);
    EXPECT_INT(road_call(cx, "people.get", other, NULL), E_NOT_FOUND);
}
