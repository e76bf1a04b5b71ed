/* Blocking pairs, groups and the price of evening out: against slow checks that share no code. */
#include "harness.h"
#include "matching/stability.h"

static uint64_t dice = 88172645463325252u;

static int32_t roll(int32_t lo, int32_t hi)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return lo + (int32_t)(dice % (uint64_t)(hi - lo + 1));
}

enum { WORKERS = 9, POSTS = 4 };

/* A market as a table too: score[w][p], 0 = no edge. */
struct table {
    struct auction_input in;
    int32_t cap[POSTS], score[WORKERS][POSTS];
    int64_t row[WORKERS + 1];
    struct auction_edge edges[WORKERS * POSTS];
};

static void draw_table(struct table *t)
{
    int64_t n = 0;

    *t = (struct table){ 0 };
    for (int p = 0; p < POSTS; p++)
        t->cap[p] = roll(0, 3);
    for (int w = 0; w < WORKERS; w++) {
        for (int p = 0; p < POSTS; p++)
            if (roll(0, 2) && (t->score[w][p] = roll(0, 12)) > 0)
                t->edges[n++] = (struct auction_edge){ p, t->score[w][p] };
        t->row[w + 1] = n;
    }
    t->in = (struct auction_input){ WORKERS, POSTS, t->cap, t->row, t->edges, 0 };
}

/* Seats given at random, so that many pairs block. */
static void draw_placing(const struct table *t, int32_t *post, int32_t *points)
{
    int32_t left[POSTS];

    memcpy(left, t->cap, sizeof left);
    for (int w = 0; w < WORKERS; w++) {
        int32_t p = roll(0, POSTS - 1);
        bool takes = t->score[w][p] > 0 && left[p] > 0;

        post[w] = takes ? p : -1;
        points[w] = takes ? t->score[w][p] : 0;
        left[p] -= takes;
    }
}

/* Straight from the definition: she would rather have it, and it has a free seat or somebody whom
 * it would give up for her. */
static struct match_blocking blocking_slowly(const struct table *t, const int32_t *post)
{
    struct match_blocking ret = { 0 };
    bool of_post[POSTS] = { false };

    for (int w = 0; w < WORKERS; w++) {
        bool of_person = false;

        for (int p = 0; p < POSTS; p++) {
            int32_t has = post[w] < 0 ? 0 : t->score[w][post[w]], held = 0;
            bool wants = false;

            for (int v = 0; v < WORKERS; v++) {
                held += post[v] == p;
                wants |= post[v] == p && t->score[v][p] < t->score[w][p];
            }
            wants |= held < t->cap[p];
            if (t->score[w][p] > has && wants) {
                ret.pairs++;
                of_person = of_post[p] = true;
            }
        }
        ret.people += of_person;
    }
    for (int p = 0; p < POSTS; p++)
        ret.posts += of_post[p];
    return ret;
}

static struct match_blocking blocking_of(const struct table *t, const int32_t *post,
                                         const int32_t *points)
{
    int32_t least[POSTS];
    struct match_blocking ret;

    match_least(&t->in, post, points, least);
    match_blocking(test_arena(), &(struct match_placing){ &t->in, points, least }, &ret);
    return ret;
}

TEST("blocking pairs are those of the definition, on 2 000 drawn assignments")
{
    int64_t seen = 0;

    for (int i = 0; i < 2000; i++) {
        struct table t;
        int32_t post[WORKERS], points[WORKERS];
        struct match_blocking fast, slow;

        draw_table(&t);
        draw_placing(&t, post, points);
        fast = blocking_of(&t, post, points);
        slow = blocking_slowly(&t, post);
        EXPECT_INT(fast.pairs, slow.pairs);
        EXPECT_INT(fast.people, slow.people);
        EXPECT_INT(fast.posts, slow.posts);
        seen += fast.pairs;
    }
    EXPECT(seen > 2000);
}

/* Serving the highest score first leaves nobody to envy: score is what both sides go by. */
TEST("who is served by the highest score first is blocked by no pair")
{
    for (int i = 0; i < 500; i++) {
        struct table t;
        int32_t post[WORKERS], points[WORKERS] = { 0 }, left[POSTS];

        draw_table(&t);
        memcpy(left, t.cap, sizeof left);
        for (int w = 0; w < WORKERS; w++)
            post[w] = -1;
        for (int32_t score = 12; score > 0; score--)
            for (int w = 0; w < WORKERS; w++)
                for (int p = 0; p < POSTS; p++)
                    if (post[w] < 0 && t.score[w][p] == score && left[p] > 0) {
                        post[w] = p;
                        points[w] = score;
                        left[p]--;
                    }
        EXPECT_INT(blocking_of(&t, post, points).pairs, 0);
    }
}

TEST("no blocking pair of the best assignment has a free seat")
{
    for (int i = 0; i < 500; i++) {
        struct table t;
        struct auction_result r;
        int32_t points[WORKERS], least[POSTS], empty[POSTS];
        struct match_blocking blocking;

        draw_table(&t);
        auction_solve(test_arena(), &t.in, &r);
        for (int w = 0; w < WORKERS; w++)
            points[w] = r.post[w] < 0 ? 0 : t.score[w][r.post[w]];
        match_least(&t.in, r.post, points, least);
        for (int p = 0; p < POSTS; p++)
            empty[p] = least[p] == 0 ? 0 : INT32_MAX;
        match_blocking(test_arena(), &(struct match_placing){ &t.in, points, empty }, &blocking);
        EXPECT_INT(blocking.pairs, 0);
    }
}

TEST("a group's share and mean are of its own people")
{
    static const int32_t group[] = { 0, 1, 1, 0, 1, 2 }, points[] = { 900, 0, 300, 1100, 600, 0 };
    struct match_group g[3] = { { 0 } };

    match_groups_count(group, points, 6, g);
    EXPECT_INT(g[0].people, 2);
    EXPECT_INT(g[0].placed, 2);
    EXPECT_INT(g[0].points, 2000);
    EXPECT_INT(g[1].people, 3);
    EXPECT_INT(g[1].placed, 2);
    EXPECT_INT(g[1].points, 900);
    EXPECT_INT(g[2].placed, 0);
}

/* What is shown of each group: p its people, s its share, - nothing. */
static const char *shown(struct match_group *g, int n)
{
    struct str s = str_new(test_arena());

    match_groups_suppress(g, n);
    for (int i = 0; i < n; i++)
        str_add(&s, g[i].hides_people ? "-" : g[i].hides_placed ? "p" : "s");
    return s.s;
}

TEST("cells of 1 to 4 people are hidden, and never one alone that the total would tell")
{
    static const struct {
        struct match_group g[4];
        const char *shown;
    } cases[] = {
        { { { 40, 20 }, { 30, 15 }, { 50, 25 }, { 60, 30 } }, "ssss" },
        { { { 40, 20 }, { 30, 15 }, { 4, 2 }, { 60, 30 } }, "s--s" },   /* 30 goes with the 4 */
        { { { 40, 20 }, { 3, 3 }, { 4, 2 }, { 60, 30 } }, "s--s" },     /* two hide each other */
        { { { 40, 20 }, { 30, 4 }, { 50, 25 }, { 60, 30 } }, "ppss" },  /* 4 placed */
        { { { 40, 20 }, { 30, 29 }, { 50, 25 }, { 60, 30 } }, "ppss" }, /* 1 not placed */
        { { { 40, 20 }, { 30, 30 }, { 50, 0 }, { 0, 0 } }, "ssss" },    /* none is no small cell */
        { { { 2, 1 }, { 0, 0 }, { 0, 0 }, { 0, 0 } }, "-sss" },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct match_group g[4];

        memcpy(g, cases[i].g, sizeof g);
        EXPECT_STR(shown(g, 4), cases[i].shown);
    }
}

/* The best value of an assignment that places at least `wanted` of the workers of group 1, by
 * trying everything; INT64_MIN when there is none. */
static int64_t best_slowly(const struct table *t, const int32_t *group, int w, int32_t *left,
                           int32_t wanted)
{
    int64_t best;

    if (w == WORKERS)
        return wanted <= 0 ? 0 : INT64_MIN;
    best = best_slowly(t, group, w + 1, left, wanted);
    for (int p = 0; p < POSTS; p++) {
        int64_t rest;

        if (t->score[w][p] == 0 || left[p] == 0)
            continue;
        left[p]--;
        rest = best_slowly(t, group, w + 1, left, wanted - (group[w] == 1));
        left[p]++;
        if (rest != INT64_MIN)
            best = MAX(best, rest + t->score[w][p]);
    }
    return best;
}

TEST("evening out places as many as asked, and its cost lies between the bounds it gives")
{
    int dearer = 0, reached = 0, tight = 0, binding = 0;

    for (int i = 0; i < 60; i++) {
        struct table t;
        struct match_evening e;
        int32_t group[WORKERS], left[POSTS];
        int64_t best;

        draw_table(&t);
        for (int w = 0; w < WORKERS; w++)
            group[w] = roll(0, 1);
        match_even_out(&t.in, group, 1, 3, &e);
        memcpy(left, t.cap, sizeof left);
        best = best_slowly(&t, group, 0, left, 3);
        EXPECT_INT(e.is_reached, best != INT64_MIN);
        if (best == INT64_MIN)
            continue;
        reached++;
        EXPECT(e.placed_after >= 3);
        EXPECT(e.value_after <= best);
        EXPECT(e.bound >= best);
        EXPECT(e.value_before >= best);
        EXPECT((e.bonus > 0) == (e.placed_before < 3));
        dearer += e.value_after < e.value_before;
        binding += best < e.value_before;
        tight += e.bound < e.value_before;
    }
    EXPECT(dearer > 5);
    EXPECT(reached > 20);
    EXPECT(binding > 5);
    EXPECT(tight * 2 > binding); /* the bound knows of the rule */
}
