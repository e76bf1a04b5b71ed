/* Targets: the year's agreement of a pairing and its parts. */
#include "targets/targets.h"
#include "ops.h"

TEST("a rate is rounded half up to whole percent: 972 of 600 is 162, 2720 of 1000 is 272")
{
    EXPECT_INT(target_rate(972, 600), 162);
    EXPECT_INT(target_rate(2720, 1000), 272);
    EXPECT_INT(target_rate(1, 200), 1);
    EXPECT_INT(target_rate(1, 201), 0);
    EXPECT_INT(target_rate(0, 5), 0);
    EXPECT_INT(target_rate(5, 0), NONE);
}

static int64_t agreed(struct caller *who, int64_t pairing, int64_t division, int goal)
{
    return created(
        who, "targets.create",
        "{'pairing_id':'%lld','year':2019,'indicator':'transferred_east','division':%lld,'goal':%d}",
        (long long)pairing, (long long)division, goal);
}

struct wanted {
    int64_t pairing;
    struct target_line *lines;
    int n;
};

static enum err read_targets(struct ctx *cx, void *arg)
{
    struct wanted *w = arg;

    return targets_of(cx, w->pairing, 2019, &w->lines, &w->n);
}

OPS_TEST(
    "an agreement is spread over counties of either side, and more than the whole is shown, not refused")
{
    struct caller *city = as(DINGXI, "CLERK");
    int64_t pairing = pairing_of(DINGXI);
    struct wanted w = { pairing, NULL, 0 };
    struct target_line *lines;

    agreed(city, pairing, 621100000000, 600);
    agreed(city, pairing, 621121000000, 400);
    agreed(city, pairing, 621124000000, 300);
    agreed(city, pairing, 621121100000,
           150); /* a township is part of its county, not of the whole */
    agreed(as(FUZHOU, "CLERK"), pairing, 350181000000, 500);
    EXPECT_INT(db_read(unit(city), read_targets, &w), OK);
    EXPECT_INT(w.n, 5);
    lines = w.lines;
    EXPECT_INT(lines[0].division, 621100000000);
    EXPECT_INT(lines[0].parts, 2);
    EXPECT_INT(lines[0].parts_goal, 700);
    EXPECT_INT(lines[0].other_parts, 1);
    EXPECT_INT(lines[0].other_parts_goal, 500);
}

OPS_TEST("a target outside of both sides, a second one, and one of another county are refused")
{
    int64_t pairing = pairing_of(DINGXI),
            whole = agreed(as(DINGXI, "CLERK"), pairing, 621100000000, 600);

    call(as(DINGXI, "CLERK"), "targets.create", NONE,
         "{'pairing_id':'%lld','year':2019,'indicator':'in_work','division':500237000000,'goal':5}",
         (long long)pairing);
    expect(400, "target.outside");
    call(as(DINGXI, "CLERK"), "targets.create", NONE,
         "{'pairing_id':'%lld','year':2019,'indicator':'transferred_east','goal':5}",
         (long long)pairing);
    expect(409, NULL);
    call(as(TONGWEI, "CLERK"), "targets.create", NONE,
         "{'pairing_id':'%lld','year':2019,'indicator':'in_work','division':621124000000,'goal':5}",
         (long long)pairing);
    expect(403, "scope.outside");
    call(as(WUSHAN, "CLERK"), "targets.get", whole, NULL);
    expect(404, "record.not_found");
    call(as(FUZHOU, "LEADER"), "targets.get", whole, NULL);
    expect(200, NULL);
    EXPECT_INT(got_int("goal"), 600);
}

OPS_TEST("a closed target keeps its goal")
{
    struct caller *clerk = as(DINGXI, "CLERK");
    int64_t id = agreed(clerk, pairing_of(DINGXI), 621100000000, 600);

    call(clerk, "targets.change", id, "{'goal':700}");
    expect(200, NULL);
    call(clerk, "targets.close", id, "{}");
    expect(200, NULL);
    call(clerk, "targets.change", id, "{'goal':1}");
    expect(409, "target.closed");
}
