/* Searching without looking at every pair must find what looking at every pair finds. */
#include "harness.h"
#include "matching/blocks.h"
#include "matching/retention.h"

#include <stdlib.h>

static uint64_t dice;

static int64_t roll(int64_t lo, int64_t hi)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return lo + (int64_t)(dice % (uint64_t)(hi - lo + 1));
}

static const int64_t west[] = { 621121000000, 621102000000, 500237000000, 511132000000 };
static const int64_t east[] = {
    350181000000, 350102000000, 350206000000, 370681000000,
    330602000000, 621102000000, 350181005000, 0,
};
static const int32_t trades[] = { 6180204, 6180299, 6180101, 4030201, 4030500, 6310000, 0 };
static const int32_t wishes[] = { 6180204, 6180200, 6180000, 6000000, 4030201, 4000000 };
static const struct match_range wanted[] = {
    { 350000000000, 359999999999 }, { 350100000000, 350199999999 }, { 350181000000, 350181999999 },
    { 350102000000, 350102999999 }, { 350181001000, 350181005999 }, { 370000000000, 379999999999 },
    { 330000000000, 339999999999 },
};

static struct match_employer employers[5];
static struct match_weights weights;
static struct match_grant grant[3][16];
static struct match_grants grants[3];

/* For each kind of post, county, household and being back: sometimes something. */
static void grants_roll(void)
{
    for (int k = 0; k < 3; k++) {
        int32_t n = 0;

        for (int c = 0; c < 16; c++) {
            static const int64_t ascending[] = { 500237000000, 511132000000, 621102000000,
                                                 621121000000 };
            int64_t fen = roll(0, 1) ? roll(1, 12) * 10000 : 0;

            if (c % 2 && n > 0 && grant[k][n - 1].county == ascending[c / 4] &&
                grant[k][n - 1].is_registered == (c / 2 % 2 == 1))
                fen = MIN(fen, grant[k][n - 1].fen);
            else if (c % 2)
                fen = 0;
            if (fen > 0)
                grant[k][n++] = (struct match_grant){ .county = ascending[c / 4],
                                                      .is_registered = c / 2 % 2,
                                                      .is_back = c % 2,
                                                      .fen = fen };
        }
        grants[k] = (struct match_grants){ grant[k], n };
    }
}

/* Every other time with an estimate of retention, whatever it may think of anything. */
static void estimate_roll(int round)
{
    static struct retention_model model;

    weights.estimate = round % 2 ? &model : NULL;
    weights.retention_model = round % 2 ? (int32_t)roll(1, roll(0, 3) ? 2000 : 20000) : 0;
    model = (struct retention_model){ .bias = (int32_t)roll(-2000000, 2000000), .cases = 400 };
    for (int i = 0; i < RETENTION_FEATURE_COUNT; i++)
        model.coefficient[i] = roll(0, 3) ? (int32_t)roll(-1500000, 1500000) : 0;
}

static const struct match_training trainings[] = {
    { 2, 6180204 }, { NONE, 6180200 }, { 3, 0 }, { NONE, 4030201 }, { 1, 6310000 },
};

/* Small numbers of everything, so that ties and scarcity abound. Ids run against the order. */
static struct match_problem problem(int32_t n_persons, int32_t n_posts)
{
    static const struct date days[] = { { 0 }, { 2026, 2, 20 }, { 2026, 3, 1 }, { 2026, 4, 9 } };

    struct match_person *persons = NEW_ARRAY(test_arena(), struct match_person, n_persons);
    struct match_post *posts = NEW_ARRAY(test_arena(), struct match_post, n_posts);
    struct match_record *records = NEW_ARRAY(test_arena(), struct match_record, 5);
    struct match_neighbours *villages = NEW_ARRAY(test_arena(), struct match_neighbours, 5);

    weights = match_weights_default();
    grants_roll();
    for (size_t i = 0; i < ARRAY_LEN(employers); i++) {
        int32_t placed = (int32_t)roll(0, 9), stayed = (int32_t)roll(0, placed);

        records[i] =
            (struct match_record){ west[0], { { placed, placed, 3 }, { placed, stayed, 2 } } };
        villages[i] = (struct match_neighbours){ west[roll(0, 3)], (int32_t)roll(0, 2) };
        employers[i] = (struct match_employer){
            .id = (int64_t)i,
            .has_canteen = roll(0, 1),
            .has_western_food = roll(0, 1),
            .has_couple_rooms = roll(0, 1),
            .stays = { { 20, 20, 9 }, { 19, (int32_t)roll(10, 20), (int32_t)roll(0, 9) } },
            .records = &records[i],
            .n_records = (int32_t)roll(0, 1),
            .villages = &villages[i],
            .n_villages = (int32_t)roll(0, 1),
            .arrears = (int32_t)(roll(0, 5) / 5),
            .rights = (int32_t)(roll(0, 4) / 3),
        };
    }
    for (int32_t i = 0; i < n_persons; i++)
        persons[i] = (struct match_person){
            .id = 9000 - i,
            .home = west[roll(0, 3)],
            .birth = { (int16_t)(roll(0, 5) ? 1990 : roll(2008, 2027)), 3, 20 },
            .from = days[roll(0, 3)],
            .destinations = &wanted[roll(0, 5)],
            .n_destinations = (int32_t)roll(0, 2),
            .occupations = &wishes[roll(0, 4)],
            .n_occupations = (int32_t)roll(0, 2),
            .earlier = &east[roll(0, 6)],
            .n_earlier = (int32_t)roll(0, 1),
            .trainings = &trainings[roll(0, 3)],
            .n_trainings = (int32_t)MAX(0, roll(-2, 2)),
            .least_wage_fen = roll(0, 3) ? roll(20, 40) * 10000 : NONE,
            .companion_id = roll(0, 3) ? NONE : 5,
            .skill_level = (int8_t)roll(-1, 3),
            .cannot = (uint8_t)roll(0, 3),
            .is_willing = roll(0, 9),
            .is_registered = roll(0, 1),
            .wants_western_food = roll(0, 1),
            .wants_couple_room = !roll(0, 4),
        };
    for (int32_t i = 0; i < n_posts; i++)
        posts[i] = (struct match_post){
            .id = 5000 - i,
            .employer = &employers[roll(0, 4)],
            .grants = roll(0, 3) ? &grants[roll(0, 2)] : NULL,
            .work = east[roll(0, 7)],
            .occupation = trades[roll(0, 6)],
            .seats = (int32_t)roll(0, 3),
            .pay_form = roll(0, 1) ? MATCH_PAY_PIECE : MATCH_PAY_TIME,
            .pay_low_fen = roll(0, 9) ? roll(15, 60) * 10000 : NONE,
            .newcomer_pay_fen = roll(0, 1) ? roll(10, 50) * 10000 : NONE,
            .start_on = days[roll(0, 3)],
            .expires_on = days[roll(0, 3)],
            .min_skill = (int8_t)roll(0, 2),
            .demands = (uint8_t)(roll(0, 4) == 0),
            .has_board = roll(0, 1),
            .has_lodging = roll(0, 1),
            .is_reserved = !roll(0, 4),
        };
    return (
        struct match_problem){ persons, posts, n_persons, n_posts, { 2026, 3, 1 }, &weights, 0 };
}

TEST("the search finds the same posts in the same order as looking at all of them")
{
    dice = 5;
    for (int round = 0; round < 60; round++) {
        struct match_problem in = problem(25, (int32_t)roll(0, round % 10 == 9 ? 600 : 80));
        struct match_candidates c;
        struct auction_edge plain[30];

        in.most = (int32_t)roll(1, 30);
        in.threads = round % 3;
        weights.pay_limit = (int32_t)roll(0, 3000);
        weights.pay_percent = (int32_t)roll(0, 250);
        weights.living_percent = (int32_t)roll(0, 300);
        weights.subsidy_percent = (int32_t)roll(0, 200);
        weights.village = (int32_t)roll(0, 1) * 150;
        estimate_roll(round);
        match_candidates(test_arena(), &in, &c);
        for (int32_t i = 0; i < in.n_persons; i++) {
            int32_t n = match_shortlist(&in, &in.persons[i], in.most, plain);

            EXPECT_INT(c.row[i + 1] - c.row[i], n);
            for (int32_t e = 0; e < n && n == c.row[i + 1] - c.row[i]; e++) {
                EXPECT_INT(c.edges[c.row[i] + e].post, plain[e].post);
                EXPECT_INT(c.edges[c.row[i] + e].score, plain[e].score);
                EXPECT(plain[e].score > 0);
            }
        }
    }
}

/* What a search must find for one person, by looking at every post. */
struct plain {
    int64_t id, worth;
    int32_t post, score;
};

static int plain_order(const void *a, const void *b)
{
    const struct plain *p = a, *q = b;

    if (p->worth != q->worth)
        return p->worth > q->worth ? -1 : 1;
    return (p->id > q->id) - (p->id < q->id);
}

static int32_t plain_search(const struct match_problem *in, const struct block_search *search,
                            int32_t who, struct plain *ret)
{
    int32_t n = 0;

    for (int32_t p = 0; p < in->n_posts; p++) {
        const struct match_post *post = &in->posts[p];
        int32_t score = match_points(&in->persons[who], post, in->weights);
        int64_t worth = score * search->scale - search->price[p];

        if (match_feasible(&in->persons[who], post, in->today) && search->seats[p] > 0 &&
            worth > search->least[who])
            ret[n++] = (struct plain){ post->id, worth, p, score };
    }
    qsort(ret, (size_t)n, sizeof *ret, plain_order);
    return MIN(n, search->most);
}

static void expect_found(const struct match_problem *in, const struct block_search *search,
                         const struct block_found *found)
{
    struct plain *plain = NEW_ARRAY(test_arena(), struct plain, in->n_posts + 1);

    for (int i = 0; i < search->n_who; i++) {
        int32_t n = plain_search(in, search, search->who[i], plain);

        EXPECT_INT(found->n[i], n);
        EXPECT_INT(found->worth[i], n > 0 ? plain[0].worth : 0);
        for (int32_t e = 0; e < n && n == found->n[i]; e++) {
            EXPECT_INT(found->edges[i * search->most + e].post, plain[e].post);
            EXPECT_INT(found->edges[i * search->most + e].score, plain[e].score);
        }
    }
}

/* Posts differ in few things, and prices and bars by as little as can be, so that the same worth
 * comes from many prices and the same whole points with many fractions. */
TEST("prices and taken seats are searched as exactly, whatever the number of threads")
{
    enum { PEOPLE = 40, POSTS = 300, SCALE = 41 };
    int32_t lists = 0, edges = 0;

    dice = 17;
    for (int round = 0; round < 60; round++) {
        struct match_problem in = problem(PEOPLE, round % 2 ? POSTS : 60);
        int64_t price[POSTS], least[PEOPLE];
        int32_t seats[POSTS], who[PEOPLE];
        struct block_search search = { who, PEOPLE, 1 + round % 7, least, price, SCALE, seats };

        estimate_roll(round / 2);
        if (round % 3 == 0)
            for (int p = 1; p < in.n_posts; p++) {
                int64_t id = in.posts[p].id;

                ((struct match_post *)in.posts)[p] = in.posts[p % 5];
                ((struct match_post *)in.posts)[p].id = id;
            }
        for (int p = 0; p < in.n_posts; p++) {
            price[p] = round % 4 == 3 ? roll(0, 2000 * SCALE) : roll(0, 3) * SCALE + roll(-1, 2);
            price[p] = roll(0, 3) ? MAX(0, price[p]) : 0;
            seats[p] = (int32_t)roll(0, 2);
        }
        for (int i = 0; i < PEOPLE; i++) {
            struct plain all[POSTS];
            int32_t n;

            who[i] = PEOPLE - 1 - i;
            least[i] = 0;
            search.most = POSTS;
            n = plain_search(&in, &search, i, all);
            least[i] = n > 0 && roll(0, 1) ? MAX(0, all[roll(0, n - 1)].worth + roll(-1, 1)) : 0;
        }
        for (in.threads = 1; in.threads <= 3; in.threads += 2) {
            struct block_found found;

            search.most = 1 + round % 7;
            blocks_search(test_arena(), blocks_build(test_arena(), &in), &search, &found);
            expect_found(&in, &search, &found);
            for (int i = 0; i < PEOPLE; i++) {
                lists += found.n[i] > 0;
                edges += found.n[i];
            }
        }
    }
    EXPECT(lists > 2000 && edges > 3 * lists / 2); /* it was no empty question */
}

/* --- how much is looked at --- */

static const struct match_person anybody = { .home = 621121000000,
                                             .birth = { 1990, 1, 1 },
                                             .least_wage_fen = 300000,
                                             .companion_id = NONE,
                                             .is_willing = true };
static const struct match_post any_post = { .employer = &employers[0],
                                            .work = 350181000000,
                                            .occupation = 6180204,
                                            .seats = 1,
                                            .pay_low_fen = 400000,
                                            .newcomer_pay_fen = NONE };
enum { ALIKE_PEOPLE = 3000, ALIKE_POSTS = 5000 };

/* So many people and posts that are all the same, ids apart. */
static struct match_problem alike(struct match_person person, struct match_post post)
{
    struct match_person *persons = NEW_ARRAY(test_arena(), struct match_person, ALIKE_PEOPLE);
    struct match_post *posts = NEW_ARRAY(test_arena(), struct match_post, ALIKE_POSTS);

    employers[0] = (struct match_employer){ .id = 1 };
    weights = match_weights_default();
    for (int i = 0; i < ALIKE_PEOPLE; i++) {
        persons[i] = person;
        persons[i].id = i + 1;
    }
    for (int i = 0; i < ALIKE_POSTS; i++) {
        posts[i] = post;
        posts[i].id = ALIKE_POSTS - i;
    }
    return (struct match_problem){ persons,     posts,          ALIKE_PEOPLE,
                                   ALIKE_POSTS, { 2026, 3, 1 }, &weights };
}

/* Everybody finds what looking at all posts finds, from at most so many looked at for each. */
static void expect_looked_at(const struct match_problem *in, int32_t n_found, int64_t most_pairs)
{
    struct match_candidates c;
    struct auction_edge plain[20];

    match_candidates(test_arena(), in, &c);
    EXPECT(c.pairs <= most_pairs * in->n_persons);
    EXPECT_INT(match_shortlist(in, &in->persons[0], 20, plain), n_found);
    for (int32_t i = 0; i < in->n_persons; i++) {
        EXPECT_INT(c.row[i + 1] - c.row[i], n_found);
        for (int32_t e = 0; e < n_found && c.row[i + 1] - c.row[i] == n_found; e++)
            EXPECT_INT(c.edges[c.row[i] + e].post, plain[e].post);
    }
}

TEST("people and posts that are all alike are found by looking at a chunk or two")
{
    struct match_problem in = alike(anybody, any_post);

    expect_looked_at(&in, 20, 48);
    in = alike(anybody, any_post);
    in.n_posts = 1;
    ((struct match_post *)in.posts)->seats = 1000000;
    expect_looked_at(&in, 1, 1);
    in.n_posts = 0;
    expect_looked_at(&in, 0, 0);
    in.n_posts = ALIKE_POSTS;
    in.n_persons = 0;
    expect_looked_at(&in, 20, 0);
}

TEST("one post far better than all others costs no more to find")
{
    struct match_problem in = alike(anybody, any_post);

    ((struct match_post *)in.posts)[17].pay_low_fen = 600000;
    expect_looked_at(&in, 20, 72);
}

TEST("who cannot have any post looks at none")
{
    static const int32_t cook = 4030201;
    struct match_person none = anybody, unwilling = anybody, proud = anybody, late = anybody,
                        elsewhere = anybody, other = anybody, weak = anybody;
    struct match_post soon = any_post, hard = any_post, skilled = any_post;

    unwilling.is_willing = false;
    proud.least_wage_fen = 400001;
    late.from = (struct date){ 2026, 4, 2 };
    soon.expires_on = (struct date){ 2026, 4, 1 };
    elsewhere.destinations = &wanted[5];
    elsewhere.n_destinations = 1;
    other.occupations = &cook;
    other.n_occupations = 1;
    weak.cannot = MATCH_HEAVY;
    hard.demands = MATCH_HEAVY | MATCH_NIGHT;
    skilled.min_skill = 2;
    const struct {
        const struct match_person *person;
        const struct match_post *post;
    } pairs[] = { { &unwilling, &soon }, { &proud, &soon }, { &late, &soon },
                  { &elsewhere, &soon }, { &other, &soon }, { &weak, &hard },
                  { &none, &skilled } };
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        struct match_problem in = alike(*pairs[i].person, *pairs[i].post);

        expect_looked_at(&in, 0, 0);
    }
}

TEST("who can just have the posts finds them")
{
    struct match_person person = anybody;
    struct match_post post = any_post;
    struct match_problem in;

    person.from = post.expires_on = (struct date){ 2026, 4, 1 };
    person.least_wage_fen = post.pay_low_fen;
    post.min_skill = person.skill_level = 2;
    post.demands = MATCH_NIGHT;
    person.cannot = MATCH_HEAVY;
    in = alike(person, post);
    expect_looked_at(&in, 20, 48);
}

TEST("a shortlist is by score, then the lower post id")
{
    struct match_problem in = alike(anybody, any_post);
    struct auction_edge list[8];

    ((struct match_post *)in.posts)[7].has_board = true;
    EXPECT_INT(match_shortlist(&in, &anybody, 8, list), 8);
    EXPECT_INT(list[0].post, 7);
    for (int i = 1; i < 8; i++)
        EXPECT_INT(list[i].post, ALIKE_POSTS - i); /* ids run against the order */
}

/* The best over all possible pairs, by giving the auction every one. */
static int64_t best_of_all(const struct match_problem *in)
{
    int64_t *row = NEW_ARRAY(test_arena(), int64_t, in->n_persons + 1);
    int32_t *cap = NEW_ARRAY(test_arena(), int32_t, in->n_posts);
    struct auction_edge *edges =
        NEW_ARRAY(test_arena(), struct auction_edge, in->n_persons * in->n_posts);
    struct auction_result r;

    for (int32_t p = 0; p < in->n_posts; p++)
        cap[p] = in->posts[p].seats;
    for (int32_t w = 0; w < in->n_persons; w++) {
        row[w + 1] = row[w];
        for (int32_t p = 0; p < in->n_posts; p++)
            if (match_feasible(&in->persons[w], &in->posts[p], in->today))
                edges[row[w + 1]++] =
                    (struct auction_edge){ p, match_points(&in->persons[w], &in->posts[p],
                                                           in->weights) };
    }
    auction_solve(test_arena(),
                  &(struct auction_input){ in->n_persons, in->n_posts, cap, row, edges, 0 }, &r);
    return r.certificate.value;
}

TEST("the assignment is the best over all possible pairs, from few considered ones")
{
    dice = 8;
    for (int round = 0; round < 60; round++) {
        struct match_problem in = problem((int32_t)roll(0, 60), (int32_t)roll(0, 50));
        struct match_assignment a;
        int64_t best = best_of_all(&in);

        in.most = (int32_t)roll(1, 6);
        match_assign(test_arena(), &in, &a);
        EXPECT(a.auction.certificate.sound);
        EXPECT(a.value <= best && best <= a.bound);
        EXPECT_INT(a.gap, a.bound - a.value);
        EXPECT(a.gap <= a.bound / 10000);
        for (int32_t w = 0; w < in.n_persons; w++) {
            bool is_considered = a.auction.post[w] < 0;

            for (int64_t e = a.considered.row[w]; e < a.considered.row[w + 1]; e++) {
                is_considered |= a.considered.edges[e].post == a.auction.post[w];
                if (e > a.considered.row[w])
                    EXPECT(a.considered.edges[e].score <= a.considered.edges[e - 1].score);
            }
            EXPECT(is_considered);
        }
    }
}

/* Seats used, points got, and what at the prices told no assignment can exceed, over every pair. */
static void check_by_every_pair(const struct match_problem *in, const struct match_assignment *a)
{
    int32_t *taken = NEW_ARRAY(test_arena(), int32_t, in->n_posts);
    __int128 dual = 0;
    int64_t value = 0;

    for (int32_t w = 0; w < in->n_persons; w++) {
        int64_t most = 0;

        for (int32_t p = 0; p < in->n_posts; p++) {
            int64_t points;

            if (!match_feasible(&in->persons[w], &in->posts[p], in->today))
                continue;
            points = match_points(&in->persons[w], &in->posts[p], in->weights);
            most = MAX(most, points * a->auction.scale - a->auction.price[p]);
            if (a->auction.post[w] == p) {
                value += points;
                taken[p]++;
            }
        }
        dual += most;
    }
    for (int32_t p = 0; p < in->n_posts; p++) {
        EXPECT(taken[p] <= MAX(0, in->posts[p].seats));
        EXPECT(a->auction.price[p] >= 0);
        dual += (__int128)MAX(0, in->posts[p].seats) * a->auction.price[p];
    }
    EXPECT_INT(a->value, value);
    EXPECT_INT(a->bound, (int64_t)(dual / a->auction.scale));
    EXPECT_INT(a->gap, a->bound - a->value);
}

TEST("many people are assigned from the prices of a sample, and proved against every pair")
{
    enum { N = 21000, POSTS = 90 };
    dice = 17;
    struct match_problem in = problem(N, POSTS);
    struct match_post *posts = NEW_ARRAY(test_arena(), struct match_post, POSTS);
    struct match_assignment a;

    for (int p = 0; p < POSTS; p++) {
        posts[p] = in.posts[p];
        posts[p].seats *= 40;
    }
    in.posts = posts;
    in.most = 6;
    match_assign(test_arena(), &in, &a);
    EXPECT(a.auction.certificate.placed > 1000);
    EXPECT(a.gap <= a.bound / 10000);
    check_by_every_pair(&in, &a);
}

TEST("one post more never lowers the value, and the order of people and posts does not change it")
{
    dice = 23;
    for (int round = 0; round < 40; round++) {
        struct match_problem in = problem(60, 25), fewer, turned;
        struct match_person *persons = NEW_ARRAY(test_arena(), struct match_person, 60);
        struct match_post *posts = NEW_ARRAY(test_arena(), struct match_post, 25);
        struct match_assignment a, b, c;

        in.most = (int32_t)roll(1, 6);
        fewer = turned = in;
        fewer.n_posts = 24;
        for (int i = 0; i < 60; i++)
            persons[i] = in.persons[59 - i];
        for (int i = 0; i < 25; i++)
            posts[i] = in.posts[24 - i];
        turned.persons = persons;
        turned.posts = posts;
        match_assign(test_arena(), &in, &a);
        match_assign(test_arena(), &fewer, &b);
        match_assign(test_arena(), &turned, &c);
        check_by_every_pair(&in, &a);
        EXPECT(a.bound >= b.value);
        if (a.gap == 0)
            EXPECT(a.value >= b.value);
        if (a.gap == 0 && c.gap == 0)
            EXPECT_INT(c.value, a.value);
    }
}

TEST("the same people and posts under other ids are matched alike")
{
    dice = 21;
    for (int round = 0; round < 20; round++) {
        struct match_problem in = problem(60, 20), other;
        struct match_person *persons = NEW_ARRAY(test_arena(), struct match_person, 60);
        struct match_post *posts = NEW_ARRAY(test_arena(), struct match_post, 20);
        struct match_assignment a, b;

        for (int i = 0; i < 60; i++) {
            persons[i] = in.persons[i];
            persons[i].id = in.persons[i].id * 977 + 5; /* the order stays */
        }
        for (int i = 0; i < 20; i++) {
            posts[i] = in.posts[i];
            posts[i].id = in.posts[i].id * 313 + 7;
        }
        other = in;
        other.persons = persons;
        other.posts = posts;
        in.most = other.most = 4;
        match_assign(test_arena(), &in, &a);
        match_assign(test_arena(), &other, &b);
        for (int i = 0; i < 60; i++)
            EXPECT_INT(a.auction.post[i], b.auction.post[i]);
    }
}

TEST("people who all want the same spread over the posts there are")
{
    dice = 4;
    struct match_problem in = problem(200, 100);
    struct match_person *persons = NEW_ARRAY(test_arena(), struct match_person, 200);
    struct match_post *posts = NEW_ARRAY(test_arena(), struct match_post, 100);
    struct match_assignment a;

    for (int i = 0; i < 200; i++)
        persons[i] = (struct match_person){ .id = i,
                                            .home = west[0],
                                            .birth = { 1990, 1, 1 },
                                            .least_wage_fen = NONE,
                                            .companion_id = NONE,
                                            .skill_level = 8,
                                            .is_willing = true };
    for (int i = 0; i < 100; i++)
        posts[i] = (struct match_post){ .id = i,
                                        .employer = &employers[0],
                                        .work = 350181000000,
                                        .occupation = 6180204,
                                        .seats = 2,
                                        .pay_low_fen = 350000 + 100 * i,
                                        .newcomer_pay_fen = NONE };
    in.persons = persons;
    in.posts = posts;
    in.most = 4;
    match_assign(test_arena(), &in, &a);
    EXPECT_INT(a.auction.certificate.placed, 200);
    EXPECT(a.gap <= a.bound / 10000);
}

TEST("obstacles tell what each rule forbids, and what it alone forbids")
{
    dice = 6;
    struct match_problem in = problem(1, 3);
    struct match_post posts[3];
    struct match_person person = { .home = west[0],
                                   .birth = { 1990, 1, 1 },
                                   .least_wage_fen = 500000,
                                   .companion_id = NONE,
                                   .skill_level = 8,
                                   .is_willing = true };
    int32_t forbids[MATCH_RULE_COUNT], alone[MATCH_RULE_COUNT];

    for (int i = 0; i < 3; i++)
        posts[i] = (struct match_post){ .employer = &employers[0],
                                        .work = east[0],
                                        .seats = 1,
                                        .pay_low_fen = 400000,
                                        .newcomer_pay_fen = NONE };
    posts[1].is_reserved = true;
    posts[2].pay_low_fen = 600000;
    in.posts = posts;
    match_obstacles(&in, &person, forbids, alone);
    EXPECT_INT(forbids[MATCH_RULE_PAY], 2);
    EXPECT_INT(alone[MATCH_RULE_PAY], 1);
    EXPECT_INT(forbids[MATCH_RULE_RESERVED], 1);
    EXPECT_INT(alone[MATCH_RULE_RESERVED], 0);
    EXPECT_INT(forbids[MATCH_RULE_AGE], 0);
}
