/* What a run teaches: bottlenecks, obstacles, and what-ifs against solving anew. */
#include "harness.h"
#include "matching/planning.h"

static uint64_t dice;

static int32_t roll(int64_t lo, int64_t hi)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (int32_t)(lo + (int64_t)(dice % (uint64_t)(hi - lo + 1)));
}

enum { WELDER = 6180204, SEWER = 8040301 };

static struct match_employer employers[3] = { { .id = 70 }, { .id = 71 }, { .id = 72 } };
static struct match_weights weights;
static const int32_t wishes[] = { WELDER, SEWER, 6180200, 8000000 };

/* Few seats, several trades and levels; every pair is considered. */
static struct match_problem problem(int32_t n, int32_t m)
{
    struct match_person *persons = NEW_ARRAY(test_arena(), struct match_person, n);
    struct match_post *posts = NEW_ARRAY(test_arena(), struct match_post, m);

    weights = match_weights_default();
    for (int32_t i = 0; i < n; i++)
        persons[i] = (struct match_person){ .id = 9000 + i,
                                            .home = 621121000000,
                                            .birth = { 1990, 3, 7 },
                                            .occupations = &wishes[roll(0, 2)],
                                            .n_occupations = roll(0, 2),
                                            .least_wage_fen = roll(30, 40) * 10000,
                                            .companion_id = NONE,
                                            .skill_level = (int8_t)roll(0, 2),
                                            .is_willing = true };
    for (int32_t p = 0; p < m; p++)
        posts[p] = (struct match_post){ .id = 100 + p,
                                        .employer = &employers[roll(0, 2)],
                                        .work = 350181000000,
                                        .occupation = roll(0, 1) ? WELDER : SEWER,
                                        .seats = roll(0, 4),
                                        .pay_low_fen = roll(30, 45) * 10000,
                                        .pay_high_fen = NONE,
                                        .newcomer_pay_fen = NONE,
                                        .min_skill = (int8_t)roll(0, 4) };
    return (struct match_problem){ .persons = persons,
                                   .posts = posts,
                                   .n_persons = n,
                                   .n_posts = m,
                                   .today = { 2026, 3, 1 },
                                   .weights = &weights,
                                   .most = 2 * m };
}

/* The problem as it would be, made by hand. */
static struct match_problem changed(const struct match_problem *in, const struct planning_change *c,
                                    const struct planning_effect *r)
{
    struct match_problem after = *in;
    struct match_post *posts = NEW_ARRAY(test_arena(), struct match_post, in->n_posts);
    struct match_person *persons = NEW_ARRAY(test_arena(), struct match_person, in->n_persons);

    memcpy(posts, in->posts, sizeof *posts * (size_t)in->n_posts);
    memcpy(persons, in->persons, sizeof *persons * (size_t)in->n_persons);
    for (int32_t p = 0; p < in->n_posts; p++) {
        if (c->kind == PLANNING_SEATS && posts[p].id == c->post_id)
            posts[p].seats += (int32_t)c->amount;
        if (c->kind == PLANNING_PAY && (c->employer_id == posts[p].employer->id ||
                                        (c->employer_id == NONE && posts[p].occupation == WELDER)))
            posts[p].pay_low_fen += c->amount;
    }
    for (int32_t i = 0; i < r->n_trained; i++) {
        struct match_person *who = &persons[r->trained[i]];
        int32_t *more = NEW_ARRAY(test_arena(), int32_t, 4);

        who->skill_level = MAX(who->skill_level, c->level);
        if (who->n_occupations > 0) {
            memcpy(more, who->occupations, sizeof *more * (size_t)who->n_occupations);
            more[who->n_occupations++] = WELDER;
            who->occupations = more;
        }
    }
    after.posts = posts;
    after.persons = persons;
    return after;
}

static struct planning_change change_any(int i)
{
    if (i % 4 == 0)
        return (
            struct planning_change){ PLANNING_SEATS, NONE, 100 + roll(0, 3), roll(0, 10), 0, 0 };
    if (i % 4 == 1)
        return (struct planning_change){ PLANNING_PAY, 70 + roll(0, 2), NONE, 30000, 0, 0 };
    if (i % 4 == 2)
        return (struct planning_change){ PLANNING_PAY, NONE, NONE, 30000, 6180200, 0 };
    return (struct planning_change){ PLANNING_CLASS, NONE, NONE, roll(1, 30), 6180200, 3 };
}

TEST("a what-if is worth what solving the changed problem anew is worth")
{
    int helped[4] = { 0 };

    dice = 2018;
    for (int i = 0; i < 400; i++) {
        struct match_problem in = problem(roll(0, 40), roll(1, 8)), after;
        struct match_assignment before, anew;
        struct planning_change c = change_any(i);
        struct planning_effect r;

        match_assign(test_arena(), &in, &before);
        planning_what_if(test_arena(), &in, &before, NULL, &c, &r);
        EXPECT(before.value <= r.value_before && r.value_before <= before.bound);
        after = changed(&in, &c, &r);
        match_assign(test_arena(), &after, &anew);
        EXPECT(r.value <= anew.bound);
        if (c.kind == PLANNING_CLASS) /* pupils look at its occupation alone */
            EXPECT(r.value >= r.value_before);
        else
            EXPECT(anew.value <= r.value);
        EXPECT_INT(r.placed - r.placed_before, r.n_gained - r.n_lost);
        helped[i % 4] += r.value > r.value_before;
    }
    for (int k = 0; k < 4; k++)
        EXPECT(helped[k] > 10);
}

TEST("a class takes those without a post who gain most, and no more than its places")
{
    dice = 5;
    for (int i = 0; i < 100; i++) {
        struct match_problem in = problem(30, 6);
        struct planning_change c = { PLANNING_CLASS, NONE, NONE, 3, WELDER, 4 };
        struct match_assignment before;
        struct planning_effect r;

        match_assign(test_arena(), &in, &before);
        planning_what_if(test_arena(), &in, &before, NULL, &c, &r);
        EXPECT(r.n_trained <= 3);
        for (int32_t k = 0; k < r.n_trained; k++)
            EXPECT_INT(before.auction.post[r.trained[k]], -1);
    }
}

TEST("bottlenecks are posts with a price, the heaviest first")
{
    struct planning_bottleneck b[4];
    struct match_assignment a;
    int found = 0;

    dice = 77;
    for (int i = 0; i < 50; i++) {
        struct match_problem in = problem(40, 8);
        int32_t n;

        match_assign(test_arena(), &in, &a);
        n = planning_bottlenecks(&in, &a, 4, b);
        found += n;
        for (int32_t k = 0; k < n; k++) {
            EXPECT_INT(b[k].price, a.auction.price[b[k].post] / a.auction.scale);
            EXPECT(b[k].price > 0 && b[k].queue > 0);
            EXPECT(k == 0 || b[k - 1].price * b[k - 1].queue >= b[k].price * b[k].queue);
        }
    }
    EXPECT(found > 50);
}

TEST("whoever has too few posts is told the rule that alone forbids most")
{
    struct match_problem in;
    struct match_assignment a;
    struct planning_short s[10];
    int32_t rules[MATCH_RULE_COUNT];
    struct match_person who = { .id = 1,
                                .home = 621121000000,
                                .birth = { 1990, 3, 7 },
                                .least_wage_fen = 900000,
                                .companion_id = NONE,
                                .is_willing = true };

    dice = 3;
    in = problem(0, 8);
    for (int32_t p = 0; p < 8; p++)
        ((struct match_post *)(uintptr_t)in.posts)[p].min_skill = 0,
                            ((struct match_post *)(uintptr_t)in.posts)[p].seats = 1;
    in.persons = &who;
    in.n_persons = 1;
    match_assign(test_arena(), &in, &a);
    EXPECT_INT(planning_shorts(&in, &a, 10, s, rules), 1);
    EXPECT_INT(s[0].rule, MATCH_RULE_PAY);
    EXPECT_INT(s[0].alone, 8);
    EXPECT_INT(rules[MATCH_RULE_PAY], 1);
    EXPECT_STR(planning_short_text(test_arena(), LANG_ZH, s[0].rule, 1),
               "1名未推荐人员可选岗位过少，最主要的原因是：工资低于期望");
}

TEST("an effect is told in one sentence")
{
    struct planning_change c = { PLANNING_PAY, 70, NONE, 30000, 0, 0 };
    struct planning_effect r = {
        .placed = 19, .placed_before = 12, .moved = 3, .value = 900, .value_before = 400
    };

    EXPECT_STR(planning_effect_text(test_arena(), LANG_ZH, "福清鞋厂", &c, &r),
               "月工资增加300.00元（福清鞋厂）：多推荐7人，3人改换岗位，总分变化+500");
    EXPECT_STR(planning_effect_text(test_arena(), LANG_EN, "Fuqing Shoes", &c, &r),
               "300.00 yuan a month more at Fuqing Shoes: 7 people more have a post, 3 change "
               "theirs, total +500 points");
    EXPECT_STR(planning_bottleneck_text(test_arena(), LANG_ZH, "缝纫工", 20, 63, 850),
               "缝纫工：63人首选，只有20个名额；每增加1个名额，总分最多增加850分");
}
