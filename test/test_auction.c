/* The auction: against a slow oracle, and on shapes that are known to hurt auctions. */
#include "harness.h"
#include "auction/auction.h"

struct problem {
    struct auction_input in;
    int32_t *cap;
    int64_t *row;
    struct auction_edge *edges;
};

static uint64_t dice = 1;

static int64_t roll(int64_t lo, int64_t hi)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return lo + (int64_t)(dice % (uint64_t)(hi - lo + 1));
}

static struct problem problem_new(int32_t workers, int32_t posts, int64_t edges_max)
{
    struct problem p = { .cap = NEW_ARRAY(test_arena(), int32_t, posts),
                         .row = NEW_ARRAY(test_arena(), int64_t, workers + 1),
                         .edges = NEW_ARRAY(test_arena(), struct auction_edge, edges_max) };

    p.in = (struct auction_input){ workers, posts, p.cap, p.row, p.edges, 0, NULL };
    return p;
}

/* The best value by trying, worker after worker, every seat that is left: remaining seats are the
 * digits of a number in base 6. At most 4 posts with at most 5 seats. */
static int64_t oracle(const struct auction_input *in)
{
    static const int place[] = { 1, 6, 36, 216 };
    int64_t best[2][1296] = { 0 };
    int now = 0;

    for (int32_t w = in->workers - 1; w >= 0; w--, now = !now) {
        for (int left = 0; left < 1296; left++) {
            best[!now][left] = best[now][left];
            for (int64_t e = in->row[w]; e < in->row[w + 1]; e++) {
                int at = place[in->edges[e].post];

                if (left / at % 6 > 0)
                    best[!now][left] =
                        MAX(best[!now][left], in->edges[e].score + best[now][left - at]);
            }
        }
    }
    int seats = 0;
    for (int32_t p = 0; p < in->posts; p++)
        seats += place[p] * in->cap[p];
    return best[now][seats];
}

/* Few distinct scores make ties; scores down to -2 make edges that must be ignored; edges repeat.
 */
static struct problem problem_small(void)
{
    int32_t workers = (int32_t)roll(0, 9), posts = (int32_t)roll(0, 4);
    int64_t top = roll(0, 2) ? roll(1, 6) : 1000000, n = 0;
    struct problem p = problem_new(workers, posts, 9 * 6);

    for (int32_t i = 0; i < posts; i++)
        p.cap[i] = (int32_t)roll(0, roll(1, 5));
    for (int32_t w = 0; w < workers; w++) {
        for (int64_t e = posts ? roll(0, 6) : 0; e > 0; e--)
            p.edges[n++] =
                (struct auction_edge){ (int32_t)roll(0, posts - 1), (int32_t)roll(-2, top) };
        p.row[w + 1] = n;
    }
    return p;
}

static struct auction_certificate solve(const struct auction_input *in)
{
    struct auction_result r;

    auction_solve(test_arena(), in, &r);
    EXPECT(r.certificate.sound);
    EXPECT_INT(r.certificate.gap, 0);
    int32_t *taken = NEW_ARRAY(test_arena(), int32_t, in->posts);

    for (int32_t w = 0; w < in->workers; w++)
        if (r.post[w] >= 0)
            taken[r.post[w]]++;
    for (int32_t p = 0; p < in->posts; p++) {
        EXPECT(taken[p] <= in->cap[p]);
        EXPECT(taken[p] == in->cap[p] || r.price[p] == 0);
    }
    return r.certificate;
}

/* n workers, each with edges to posts 0 … degree - 1 or a random selection, scored lo … hi. */
static struct problem problem_wide(int32_t workers, int32_t posts, int32_t cap, int32_t degree,
                                   int64_t lo, int64_t hi)
{
    struct problem p = problem_new(workers, posts, (int64_t)workers * degree);
    int64_t n = 0;

    for (int32_t i = 0; i < posts; i++)
        p.cap[i] = cap;
    for (int32_t w = 0; w < workers; w++) {
        for (int32_t e = 0; e < degree; e++)
            p.edges[n++] = (struct auction_edge){ degree == posts ? e : (int32_t)roll(0, posts - 1),
                                                  (int32_t)roll(lo, hi) };
        p.row[w + 1] = n;
    }
    return p;
}

TEST("the auction finds what trying everything finds")
{
    dice = 20190228;
    for (int i = 0; i < 2000; i++) {
        struct problem p = problem_small();

        EXPECT_INT(solve(&p.in).value, oracle(&p.in));
    }
}

enum { PLAIN_WORKERS = 24, PLAIN_POSTS = 8 };

/* Adding one worker after the other, each along the chain of moves that gains most; found by trying
 * all moves until nothing improves. Slow and plain: shares nothing with the solver. */
struct plain {
    int64_t score[PLAIN_WORKERS][PLAIN_POSTS]; /* 0: no edge */
    int32_t at[PLAIN_WORKERS], taken[PLAIN_POSTS];
};

/* The most that can be gained by bringing one more unit to each post; `mover` and `origin` tell
 * how. Origin -1: the new worker. */
static void plain_gains(const struct plain *p, const struct auction_input *in, int32_t fresh,
                        int64_t *gain, int32_t *mover, int32_t *origin)
{
    for (int32_t q = 0; q < in->posts; q++) {
        gain[q] = p->score[fresh][q] > 0 ? p->score[fresh][q] : INT64_MIN;
        mover[q] = fresh;
        origin[q] = -1;
    }
    for (bool is_better = true; is_better;) {
        is_better = false;
        for (int32_t w = 0; w < in->workers; w++) {
            int32_t from = p->at[w];

            for (int32_t q = 0; from >= 0 && gain[from] > INT64_MIN && q < in->posts; q++) {
                int64_t by_this = gain[from] - p->score[w][from] + p->score[w][q];

                if (p->score[w][q] == 0 || q == from || by_this <= gain[q])
                    continue;
                gain[q] = by_this;
                mover[q] = w;
                origin[q] = from;
                is_better = true;
            }
        }
    }
}

static void plain_add(struct plain *p, const struct auction_input *in, int32_t fresh)
{
    int64_t gain[PLAIN_POSTS], best = 0;
    int32_t mover[PLAIN_POSTS], origin[PLAIN_POSTS], to = -1, out = -1;

    plain_gains(p, in, fresh, gain, mover, origin);
    for (int32_t q = 0; q < in->posts; q++) /* to a free seat */
        if (p->taken[q] < in->cap[q] && gain[q] > best)
            best = gain[q], to = q;
    for (int32_t w = 0; w < in->workers; w++) { /* or somebody goes without */
        int32_t from = p->at[w];

        if (from >= 0 && gain[from] > INT64_MIN && gain[from] - p->score[w][from] > best)
            best = gain[from] - p->score[w][from], to = from, out = w;
    }
    if (to < 0)
        return;
    if (out >= 0)
        p->at[out] = -1;
    else
        p->taken[to]++;
    for (int32_t q = to; q >= 0; q = origin[q])
        p->at[mover[q]] = q;
}

static int64_t plain_value(const struct auction_input *in)
{
    struct plain p = { 0 };
    int64_t value = 0;

    for (int32_t w = 0; w < in->workers; w++) {
        p.at[w] = -1;
        for (int64_t e = in->row[w]; e < in->row[w + 1]; e++) {
            int64_t *score = &p.score[w][in->edges[e].post];

            if (in->cap[in->edges[e].post] > 0)
                *score = MAX(*score, in->edges[e].score);
        }
    }
    for (int32_t w = 0; w < in->workers; w++)
        plain_add(&p, in, w);
    for (int32_t w = 0; w < in->workers; w++)
        value += p.at[w] >= 0 ? p.score[w][p.at[w]] : 0;
    return value;
}

/* The same problem with workers, posts and edges in another order. */
static struct problem problem_shuffled(const struct problem *p)
{
    struct problem q = problem_new(p->in.workers, p->in.posts, 9 * 6);
    int32_t worker[9], post[4];
    int64_t n = 0;

    for (int32_t i = 0; i < p->in.workers; i++) {
        int32_t j = (int32_t)roll(0, i);

        worker[i] = worker[j];
        worker[j] = i;
    }
    for (int32_t i = 0; i < p->in.posts; i++) {
        int32_t j = (int32_t)roll(0, i);

        post[i] = post[j];
        post[j] = i;
    }
    for (int32_t i = 0; i < p->in.posts; i++)
        q.cap[post[i]] = p->cap[i];
    for (int32_t w = 0; w < p->in.workers; w++) {
        for (int64_t e = p->row[worker[w] + 1]; e-- > p->row[worker[w]];)
            q.edges[n++] = (struct auction_edge){ post[p->edges[e].post], p->edges[e].score };
        q.row[w + 1] = n;
    }
    return q;
}

TEST("the order of the input does not change the value")
{
    dice = 7;
    for (int i = 0; i < 300; i++) {
        struct problem p = problem_small(), q = problem_shuffled(&p);

        EXPECT_INT(solve(&q.in).value, solve(&p.in).value);
    }
}

TEST("the auction finds what adding one worker after the other finds")
{
    static const int64_t tops[] = { 1, 9, 300, 100000 };

    dice = 77;
    for (int i = 0; i < 2000; i++) {
        int32_t workers = (int32_t)roll(1, PLAIN_WORKERS), posts = (int32_t)roll(1, PLAIN_POSTS);
        struct problem p = problem_new(workers, posts, PLAIN_WORKERS * 9);
        int64_t n = 0;

        for (int32_t q = 0; q < posts; q++)
            p.cap[q] = (int32_t)roll(0, 4);
        for (int32_t w = 0; w < workers; w++) {
            for (int64_t e = roll(0, 9); e > 0; e--)
                p.edges[n++] = (struct auction_edge){ (int32_t)roll(0, posts - 1),
                                                      (int32_t)roll(-1, tops[i % 4]) };
            p.row[w + 1] = n;
        }
        EXPECT_INT(solve(&p.in).value, plain_value(&p.in));
    }
}

TEST("a post's price is what one more seat there would add")
{
    dice = 78;
    for (int i = 0; i < 1000; i++) {
        struct problem p = problem_small();
        struct auction_result r;

        auction_solve(test_arena(), &p.in, &r);
        for (int32_t q = 0; q < p.in.posts; q++) {
            int64_t more;

            p.cap[q]++;
            more = solve(&p.in).value - r.certificate.value;
            p.cap[q]--;
            if (p.cap[q] > 0)
                EXPECT_INT(r.price[q], more * r.scale);
        }
    }
}

TEST("the same input gives the same output")
{
    dice = 42;
    for (int i = 0; i < 51; i++) {
        struct problem p = i < 50 ? problem_small() : problem_wide(25000, 2500, 9, 8, 1, 10000);
        struct auction_result a, b;

        auction_solve(test_arena(), &p.in, &a);
        auction_solve(test_arena(), &p.in, &b);
        EXPECT(p.in.workers == 0 || !memcmp(a.post, b.post, sizeof *a.post * (size_t)p.in.workers));
        EXPECT(p.in.posts == 0 || !memcmp(a.price, b.price, sizeof *a.price * (size_t)p.in.posts));
    }
}

static const struct {
    const char *what;
    int32_t workers, posts, cap, degree;
    int64_t lo, hi, placed, value; /* value -1: proved by the certificate alone */
} hard[] = {
    { "nobody", 0, 3, 1, 3, 1, 9, 0, 0 },
    { "no post", 5, 0, 1, 0, 1, 9, 0, 0 },
    { "nothing at all", 0, 0, 1, 0, 1, 9, 0, 0 },
    { "no seats", 20, 3, 0, 3, 1, 9, 0, 0 },
    { "only useless edges", 20, 3, 2, 3, -5, 0, 0, 0 },
    { "a post of a million seats", 3000, 1, 1000000, 1, 7, 7, 3000, 21000 },
    { "everybody wants one post", 3000, 1, 1, 1, 7, 7, 1, 7 },
    { "two posts for many, all alike", 1000, 2, 1, 2, 5, 5, 2, 10 },
    { "all scores equal, exactly enough seats", 400, 40, 10, 40, 100, 100, 400, 40000 },
    { "all scores equal, one seat too few", 400, 399, 1, 20, 100, 100, -1, -1 },
    { "more seats than workers", 300, 100, 10, 10, 1, 10000, -1, -1 },
    { "ten workers for a seat", 1000, 100, 1, 10, 1, 10000, -1, -1 },
    { "a post of a million seats for a hundred thousand", 100000, 1, 1000000, 1, 7, 7, 100000,
      700000 },
    { "a hundred thousand alike for two posts", 100000, 2, 1000, 2, 5, 5, 2000, 10000 },
    { "a hundred thousand for one seat", 100000, 1, 1, 1, 1, 9, 1, 9 },
    { "all scores equal, many", 30000, 3000, 9, 6, 50, 50, -1, -1 },
    { "more than one thread's worth", 30000, 3000, 9, 8, 1, 10000, -1, -1 },
    { "highest scores", 200, 40, 4, 10, INT32_MAX - 3, INT32_MAX, -1, -1 },
};

TEST("shapes that hurt auctions end with a proof")
{
    dice = 3;
    for (size_t i = 0; i < ARRAY_LEN(hard); i++) {
        struct problem p = problem_wide(hard[i].workers, hard[i].posts, hard[i].cap, hard[i].degree,
                                        hard[i].lo, hard[i].hi);
        struct auction_certificate c = solve(&p.in);

        if (hard[i].placed >= 0)
            EXPECT_INT(c.placed, hard[i].placed);
        if (hard[i].value >= 0)
            EXPECT_INT(c.value, hard[i].value);
    }
}

TEST("a precision saves work and keeps its word")
{
    dice = 12;
    struct problem p = problem_wide(600, 60, 4, 10, 1, 10000);
    struct auction_result best, near;

    auction_solve(test_arena(), &p.in, &best);
    p.in.precision = 100;
    auction_solve(test_arena(), &p.in, &near);
    EXPECT(near.certificate.sound);
    EXPECT(near.rounds < best.rounds);
    EXPECT(near.certificate.gap <= near.certificate.bound / 100);
    EXPECT(near.certificate.value <= best.certificate.value);
    EXPECT(best.certificate.value <= near.certificate.bound);
}

TEST("an outcome to begin from changes the work and not the value")
{
    dice = 33;
    struct problem p = problem_wide(2000, 200, 9, 10, 1, 10000);
    struct auction_result best, again;
    int64_t wild[200];
    int32_t anywhere[2000];

    auction_solve(test_arena(), &p.in, &best);
    p.in.start = &(struct auction_start){ .price = best.price };
    auction_solve(test_arena(), &p.in, &again);
    EXPECT_INT(solve(&p.in).value, best.certificate.value);
    EXPECT(again.bids + again.rebates < best.bids + best.rebates);
    p.in.start = &(struct auction_start){ .price = best.price, .post = best.post };
    EXPECT_INT(solve(&p.in).value, best.certificate.value);
    auction_solve(test_arena(), &p.in, &best);
    EXPECT(best.bids + best.rebates < again.bids + again.rebates);
    for (int i = 0; i < 200; i++)
        wild[i] = roll(0, 1) * roll(0, 20000) * best.scale;
    for (int i = 0; i < 2000; i++) /* some without an edge, posts over their seats */
        anywhere[i] = roll(0, 9) ? p.in.edges[p.in.row[i]].post : (int32_t)roll(-1, 199);
    for (int64_t off = 0; off < 1000 * best.scale; off = 100 * off + 1) {
        p.in.start = &(struct auction_start){ wild, anywhere, off };
        EXPECT_INT(solve(&p.in).value, best.certificate.value);
    }
}

TEST("any score may be the highest: from nothing, from an outcome, and with a precision")
{
    static const int64_t highest[] = { 1, 2, 7, 100, 1 << 20, (1 << 29) - 1, 1 << 29, INT32_MAX };

    dice = 34;
    for (int round = 0; round < 400; round++) {
        int64_t hi = highest[round % (int)ARRAY_LEN(highest)];
        struct problem p = problem_wide(60, 15, 3, 8, roll(0, 1) ? 1 : -hi, hi);
        struct auction_certificate best = solve(&p.in);
        struct auction_result enough;
        int64_t wild[15];

        for (int i = 0; i < 15; i++)
            wild[i] = roll(0, 1) * roll(0, 2 * hi) * (p.in.workers + 1);
        p.in.start = &(struct auction_start){ wild, NULL, roll(0, hi) * (p.in.workers + 1) };
        EXPECT_INT(solve(&p.in).value, best.value);
        p.in.precision = roll(1, 1000);
        auction_solve(test_arena(), &p.in, &enough);
        EXPECT(enough.certificate.sound);
        EXPECT(enough.certificate.gap <= enough.certificate.bound / p.in.precision);
        EXPECT(enough.certificate.value <= best.value);
    }
}

TEST("a post in demand has a price, one with free seats has none, a closed one keeps all away")
{
    struct problem p = problem_new(3, 3, 9);
    struct auction_result r;

    p.cap[0] = 1, p.cap[1] = 5, p.cap[2] = 0;
    for (int32_t w = 0; w < 3; w++) {
        p.edges[3 * w] = (struct auction_edge){ 0, 100 + w };
        p.edges[3 * w + 1] = (struct auction_edge){ 1, 60 };
        p.edges[3 * w + 2] = (struct auction_edge){ 2, 900 };
        p.row[w + 1] = 3 * w + 3;
    }
    auction_solve(test_arena(), &p.in, &r);
    EXPECT_INT(r.certificate.value, 102 + 60 + 60);
    EXPECT_INT(r.post[2], 0);
    EXPECT(r.price[0] / r.scale >= 40 && r.price[0] / r.scale <= 43);
    EXPECT_INT(r.price[1], 0);
    EXPECT_INT(r.price[2] / r.scale, 900);
    EXPECT_INT(r.certificate.placed, 3);
    EXPECT_INT(r.certificate.filled, 1);
}

TEST("the proof refuses a foreign outcome that breaks a promise")
{
    struct problem p = problem_new(2, 2, 3);
    struct auction_certificate c;
    const int64_t fair[] = { 4, 0 }, negative[] = { 4, -1 };

    p.cap[0] = p.cap[1] = 1;
    p.edges[0] = (struct auction_edge){ 0, 9 };
    p.edges[1] = (struct auction_edge){ 0, 8 };
    p.edges[2] = (struct auction_edge){ 1, 4 };
    p.row[1] = 1, p.row[2] = 3;
    static const struct {
        int32_t post[2];
        bool sound;
        int64_t value;
    } outcomes[] = {
        { { 0, 1 }, true, 13 },  { { -1, 0 }, true, 8 }, { { 0, 0 }, false, 0 },
        { { 1, 0 }, false, 0 },  { { 7, 1 }, false, 0 }, { { -2, 1 }, false, 0 },
        { { -1, -1 }, true, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
        auction_certify(&p.in, outcomes[i].post, fair, 1, &c);
        EXPECT_INT(c.sound, outcomes[i].sound);
        if (c.sound) {
            EXPECT_INT(c.value, outcomes[i].value);
            EXPECT_INT(c.bound, 13);
            EXPECT_INT(c.gap, 13 - c.value);
        }
    }
    auction_certify(&p.in, outcomes[0].post, negative, 1, &c);
    EXPECT(!c.sound);
}
