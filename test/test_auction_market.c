/* A market kept through changes: always the best, always what was promised. */
#include "harness.h"
#include "auction/auction_market.h"

enum { WORKERS = 60, POSTS = 24, DEGREE = 8 };

/* What the market should hold, kept plainly. */
struct model {
    int32_t workers, posts;
    int32_t seats[POSTS];
    struct auction_edge edges[WORKERS][DEGREE + POSTS];
    int32_t n[WORKERS];
    bool is_absent[WORKERS];
    int32_t promised[WORKERS];
    int32_t at[WORKERS]; /* followed by the moves told */
};

static uint64_t dice;

static int32_t roll(int32_t lo, int32_t hi)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return lo + (int32_t)(dice % (uint64_t)(hi - lo + 1));
}

/* The best value there is, by solving anew what is not promised, plus the promises. */
static int64_t anew(const struct model *m)
{
    int32_t cap[POSTS];
    int64_t row[WORKERS + 1] = { 0 }, promised = 0;
    static struct auction_edge edges[WORKERS * (DEGREE + POSTS)];
    struct auction_result r;

    memcpy(cap, m->seats, sizeof cap);
    for (int32_t w = 0; w < m->workers; w++) {
        int32_t best = 0;

        row[w + 1] = row[w];
        for (int32_t e = 0; e < m->n[w]; e++) {
            if (m->promised[w] >= 0)
                best =
                    m->edges[w][e].post == m->promised[w] ? MAX(best, m->edges[w][e].score) : best;
            else if (!m->is_absent[w])
                edges[row[w + 1]++] = m->edges[w][e];
        }
        promised += best;
        if (m->promised[w] >= 0)
            cap[m->promised[w]]--;
    }
    auction_solve(test_arena(),
                  &(struct auction_input){ m->workers, m->posts, cap, row, edges, 0, NULL }, &r);
    EXPECT_INT(r.certificate.gap, 0);
    return r.certificate.value + promised;
}

static void draw_edges(struct model *m, int32_t w, int32_t top)
{
    m->n[w] = m->posts ? roll(0, DEGREE) : 0;
    for (int32_t e = 0; e < m->n[w]; e++)
        m->edges[w][e] = (struct auction_edge){ roll(0, m->posts - 1), roll(-1, top) };
}

static struct auction_market *model_open(struct model *m, int32_t top)
{
    static int64_t row[WORKERS + 1];
    struct auction_edge *edges = NEW_ARRAY(test_arena(), struct auction_edge, WORKERS * DEGREE);
    struct auction_market *market;
    int32_t left[POSTS];

    *m = (struct model){ .workers = roll(1, WORKERS / 2), .posts = roll(1, POSTS / 2) };
    for (int32_t p = 0; p < m->posts; p++)
        left[p] = m->seats[p] = roll(0, 4);
    for (int32_t w = 0; w < m->workers; w++) {
        int32_t p = roll(0, m->posts - 1);

        draw_edges(m, w, top);
        m->promised[w] = roll(0, 5) == 0 && left[p] > 0 ? left[p]--, p : -1;
        memcpy(edges + row[w], m->edges[w], sizeof *edges * (size_t)m->n[w]);
        row[w + 1] = row[w] + m->n[w];
    }
    market = auction_market_open(&(struct auction_input){ m->workers, m->posts, m->seats, row,
                                                          edges, 0, NULL },
                                 m->promised);
    for (int32_t w = 0; w < m->workers; w++)
        m->at[w] = auction_market_post(market, w);
    return market;
}

/* Nobody in two places, no post over its seats, promises kept, moves told, and the best. */
static void expect_sound(const struct auction_market *market, const struct model *m)
{
    int32_t taken[POSTS] = { 0 };
    int64_t value = 0;

    for (int32_t w = 0; w < m->workers; w++) {
        int32_t post = auction_market_post(market, w), score = 0;

        EXPECT_INT(post, m->at[w]);
        if (m->promised[w] >= 0)
            EXPECT_INT(post, m->promised[w]);
        if (post < 0)
            continue;
        EXPECT(!m->is_absent[w]);
        taken[post]++;
        for (int32_t e = 0; e < m->n[w]; e++)
            if (m->edges[w][e].post == post)
                score = MAX(score, m->edges[w][e].score);
        EXPECT(score > 0 || m->promised[w] >= 0);
        value += score;
    }
    for (int32_t p = 0; p < m->posts; p++) {
        EXPECT(taken[p] <= m->seats[p]);
        EXPECT(auction_market_price(market, p) >= 0);
        EXPECT(taken[p] == m->seats[p] || auction_market_price(market, p) == 0);
    }
    EXPECT_INT(auction_market_value(market), value);
    EXPECT_INT(value, anew(m));
}

static int32_t promises_of(const struct model *m, int32_t post)
{
    int32_t n = 0;

    for (int32_t w = 0; w < m->workers; w++)
        n += m->promised[w] == post;
    return n;
}

static void change_seats(struct auction_market *market, struct model *m,
                         struct auction_moves *moves)
{
    int32_t p = roll(0, m->posts - 1), seats = roll(0, 1) ? 0 : roll(0, 5);
    bool is_possible = seats == 0 || promises_of(m, p) <= seats;

    EXPECT_INT(auction_market_seats(market, p, seats, moves), is_possible);
    if (!is_possible)
        return;
    m->seats[p] = seats;
    for (int32_t w = 0; w < m->workers; w++)
        if (seats == 0 && m->promised[w] == p)
            m->promised[w] = -1;
}

static void change_add_post(struct auction_market *market, struct model *m, int32_t top,
                            struct auction_moves *moves)
{
    struct auction_bid bids[10];
    int32_t n = roll(0, 10), seats = roll(0, 5);
    int64_t before = auction_market_value(market);

    if (m->posts == POSTS)
        return;
    for (int32_t i = 0; i < n; i++) {
        int32_t w = roll(0, m->workers - 1);

        bids[i] = (struct auction_bid){ w, roll(0, top) };
        m->edges[w][m->n[w]++] = (struct auction_edge){ m->posts, bids[i].score };
    }
    EXPECT_INT(auction_market_add_post(market, seats, bids, n, moves), m->posts);
    m->seats[m->posts++] = seats;
    EXPECT(auction_market_value(market) >= before);
}

static void change_worker(struct auction_market *market, struct model *m, int32_t top,
                          struct auction_moves *moves)
{
    int32_t w = roll(0, m->workers), p = roll(-1, m->posts - 1);

    if (w == m->workers && w < WORKERS) {
        m->workers++;
        m->promised[w] = m->at[w] = -1;
        draw_edges(m, w, top);
        EXPECT_INT(auction_market_add_worker(market, m->edges[w], m->n[w], moves), w);
        return;
    }
    w = MIN(w, m->workers - 1);
    switch (roll(0, 2)) {
    case 0:
        auction_market_leave(market, w, moves);
        m->is_absent[w] = true;
        m->promised[w] = -1;
        break;
    case 1:
        draw_edges(m, w, top);
        auction_market_edges(market, w, m->edges[w], m->n[w], moves);
        m->is_absent[w] = false;
        break;
    default:
        if (auction_market_promise(market, w, p, moves)) {
            m->promised[w] = p;
            m->is_absent[w] = false;
        } else {
            EXPECT(p >= 0 && promises_of(m, p) >= m->seats[p]);
        }
    }
}

static void change(struct auction_market *market, struct model *m, int32_t top)
{
    struct auction_moves moves = { 0 };

    switch (roll(0, 3)) {
    case 0:
        change_seats(market, m, &moves);
        break;
    case 1:
        change_add_post(market, m, top, &moves);
        break;
    default:
        change_worker(market, m, top, &moves);
    }
    for (int32_t i = 0; i < moves.n; i++) {
        EXPECT(i == 0 || moves.moves[i - 1].worker < moves.moves[i].worker);
        EXPECT_INT(moves.moves[i].from, m->at[moves.moves[i].worker]);
        EXPECT(moves.moves[i].from != moves.moves[i].to);
        m->at[moves.moves[i].worker] = moves.moves[i].to;
    }
}

TEST("after every change a market is what solving anew gives, and says who moved")
{
    static const int32_t tops[] = { 3, 40, 10000 };

    dice = 4101;
    for (int i = 0; i < 150; i++) {
        struct model m;
        struct auction_market *market = model_open(&m, tops[i % 3]);

        expect_sound(market, &m);
        for (int step = 0; step < 25; step++) {
            change(market, &m, tops[i % 3]);
            expect_sound(market, &m);
        }
        auction_market_close(market);
    }
}

TEST("a change that concerns nobody moves nobody")
{
    struct auction_edge edges[] = { { 0, 5 }, { 0, 4 }, { 1, 3 } };
    int32_t cap[] = { 1, 1 };
    int64_t row[] = { 0, 1, 3 };
    struct auction_market *market =
        auction_market_open(&(struct auction_input){ 2, 2, cap, row, edges, 0, NULL }, NULL);
    struct auction_moves moves;

    EXPECT(auction_market_seats(market, 1, 9, &moves));
    EXPECT_INT(moves.n, 0);
    EXPECT_INT(auction_market_add_post(market, 3, NULL, 0, &moves), 2);
    EXPECT_INT(moves.n, 0);
    EXPECT(auction_market_seats(market, 0, 0, &moves));
    EXPECT_INT(moves.n, 1);
    EXPECT_INT(moves.moves[0].worker, 0);
    EXPECT_INT(moves.moves[0].from, 0);
    EXPECT_INT(moves.moves[0].to, -1);
    EXPECT_INT(auction_market_price(market, 0), 5);
    auction_market_close(market);
}
