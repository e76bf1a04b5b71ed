/* auction_market.c — see auction_market.h. */
#include "auction/auction_market.h"
#include "auction/auction_paths.h"

#include <stdlib.h>

struct auction_market {
    struct arena *mem;
    struct paths x;
    int32_t workers, posts, workers_room, posts_room;
    struct auction_move *moves;
    size_t moves_n, moves_cap;
};

/* --- building --- */

/* What is to be solved when the promised pairs are taken out. */
static struct auction_input without_promised(struct arena *mem, const struct auction_input *in,
                                             const int32_t *promised)
{
    struct auction_input free_part = *in;
    int32_t *cap = NEW_ARRAY(mem, int32_t, in->posts);
    int64_t *row = NEW_ARRAY(mem, int64_t, (size_t)in->workers + 1), to = 0;
    struct auction_edge *edges = NEW_ARRAY(mem, struct auction_edge, in->row[in->workers]);

    for (int32_t p = 0; p < in->posts; p++)
        cap[p] = in->cap[p];
    for (int32_t w = 0; w < in->workers; w++) {
        int64_t n = in->row[w + 1] - in->row[w];

        if (promised[w] >= 0) {
            assert(promised[w] < in->posts && cap[promised[w]] > 0);
            cap[promised[w]]--;
        } else if (n > 0) {
            memcpy(edges + to, in->edges + in->row[w], sizeof *edges * (size_t)n);
            to += n;
        }
        row[w + 1] = to;
    }
    free_part.cap = cap;
    free_part.row = row;
    free_part.edges = edges;
    return free_part;
}

static void columns_open(struct auction_market *m, const struct auction_input *in)
{
    for (int64_t e = 0; e < in->row[in->workers]; e++)
        m->x.column[in->edges[e].post].room++;
    for (int32_t p = 0; p < in->posts; p++)
        m->x.column[p].bidders = NEW_ARRAY(m->mem, struct bidder, m->x.column[p].room);
    for (int32_t w = 0; w < in->workers; w++) {
        for (int64_t e = in->row[w]; e < in->row[w + 1]; e++) {
            struct column *column = &m->x.column[in->edges[e].post];

            column->bidders[column->n++] = (struct bidder){ w, in->edges[e].score };
        }
    }
}

/* Everybody's edges, those of one post's holders side by side: a search looks at all of them, post
 * by post. Workers without a post come first. */
static void rows_open(struct auction_market *m, const struct auction_input *in, const int32_t *post)
{
    struct arena *scratch = arena_new();
    struct auction_edge *to = NEW_ARRAY(m->mem, struct auction_edge, in->row[in->workers]);
    int32_t *next = NEW_ARRAY(scratch, int32_t, (size_t)in->posts + 2);
    int32_t *order = NEW_ARRAY(scratch, int32_t, in->workers);

    for (int32_t w = 0; w < in->workers; w++)
        next[post[w] + 2]++;
    for (int32_t p = 0; p <= in->posts; p++)
        next[p + 1] += next[p];
    for (int32_t w = 0; w < in->workers; w++)
        order[next[post[w] + 1]++] = w;
    for (int32_t i = 0; i < in->workers; i++) {
        int64_t from = in->row[order[i]], n = in->row[order[i] + 1] - from;

        if (n > 0)
            memcpy(to, in->edges + from, sizeof *to * (size_t)n);
        m->x.row[order[i]] = (struct span){ to, (int32_t)n };
        to += n;
    }
    arena_free(scratch);
}

static void arrays_open(struct auction_market *m, const struct auction_input *in)
{
    struct paths *x = &m->x;

    paths_init(x, m->mem, in->posts);
    m->workers = m->workers_room = in->workers;
    m->posts = m->posts_room = in->posts;
    x->row = NEW_ARRAY(m->mem, struct span, in->workers);
    x->column = NEW_ARRAY(m->mem, struct column, in->posts);
    x->place = NEW_ARRAY(m->mem, struct place, in->posts);
    x->standing = NEW_ARRAY(m->mem, struct standing, in->workers);
    x->fixed = NEW_ARRAY(m->mem, bool, in->workers);
    x->price = NEW_ARRAY(m->mem, int64_t, in->posts);
}

struct auction_market *auction_market_open(const struct auction_input *in, const int32_t *promised)
{
    struct arena *mem = arena_new(), *scratch = arena_new();
    struct auction_market *m = NEW(mem, struct auction_market);
    struct auction_input part = promised ? without_promised(scratch, in, promised) : *in;
    struct auction_result r;
    int32_t *taken = NEW_ARRAY(scratch, int32_t, in->posts);

    part.precision = 0;
    auction_solve(scratch, &part, &r);
    m->mem = mem;
    arrays_open(m, in);
    columns_open(m, in);
    for (int32_t w = 0; w < in->workers; w++) {
        m->x.fixed[w] = promised && promised[w] >= 0;
        if (m->x.fixed[w])
            r.post[w] = promised[w];
        m->x.standing[w].post = -1;
        if (r.post[w] >= 0)
            taken[r.post[w]]++;
    }
    rows_open(m, in, r.post);
    for (int32_t p = 0; p < in->posts; p++) {
        m->x.price[p] = r.price[p] / r.scale;
        m->x.place[p] =
            (struct place){ NEW_ARRAY(mem, int32_t, taken[p]), 0, in->cap[p], taken[p] };
    }
    for (int32_t w = 0; w < in->workers; w++)
        if (r.post[w] >= 0)
            paths_seat(&m->x, w, r.post[w]);
    arena_free(scratch);
    return m;
}

void auction_market_close(struct auction_market *m)
{
    if (m)
        arena_free(m->mem);
}

/* --- what is --- */

int32_t auction_market_post(const struct auction_market *m, int32_t worker)
{
    return MAX(-1, m->x.standing[worker].post);
}

/* The least that keeps everybody away from a post without seats. */
static int64_t closed_price(const struct paths *x, int32_t post)
{
    const struct column *column = &x->column[post];
    int64_t price = 0;

    for (int32_t b = 0; b < column->n; b++) {
        int32_t w = column->bidders[b].worker;

        if (!x->fixed[w] && x->standing[w].post != WORKER_ABSENT)
            price = MAX(price, column->bidders[b].score - x->standing[w].profit);
    }
    return price;
}

int64_t auction_market_price(const struct auction_market *m, int32_t post)
{
    return m->x.place[post].seats > 0 ? m->x.price[post] : closed_price(&m->x, post);
}

int64_t auction_market_value(const struct auction_market *m)
{
    return m->x.value;
}

/* --- defects and their mending --- */

static void change_begin(struct auction_market *m)
{
    m->x.log_n = 0;
    m->moves_n = 0;
}

/* Free seats that still cost something. */
static void post_fill(struct auction_market *m, int32_t post)
{
    while (m->x.price[post] > 0 && m->x.place[post].taken < m->x.place[post].seats)
        paths_fill(&m->x, post);
}

/* Out of the seat, which the caller fills when everything else is mended; returns its post or -1.
 */
static int32_t worker_out(struct auction_market *m, int32_t worker)
{
    int32_t post = m->x.standing[worker].post;

    if (post >= 0)
        paths_leave(&m->x, worker);
    m->x.standing[worker].post = -1;
    return post;
}

static int by_worker(const void *a, const void *b)
{
    const struct auction_move *x = a, *y = b;

    if (x->worker != y->worker)
        return x->worker < y->worker ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

/* From all seats left and taken to who stands elsewhere than before. */
static void change_end(struct auction_market *m, struct auction_moves *ret)
{
    struct paths *x = &m->x;

    for (size_t i = 0; i < x->log_n; i++)
        x->log[i].to = (int32_t)i; /* sorting must keep the order of each worker's entries */
    if (x->log_n > 1)
        qsort(x->log, x->log_n, sizeof *x->log, by_worker);
    for (size_t i = 0; i < x->log_n; i++) {
        struct auction_move move = x->log[i];

        if (i > 0 && x->log[i - 1].worker == move.worker)
            continue;
        move.to = auction_market_post(m, move.worker);
        if (move.to != move.from)
            *ARENA_PUSH(m->mem, m->moves, m->moves_n, m->moves_cap) = move;
    }
    *ret = (struct auction_moves){ m->moves, (int32_t)m->moves_n };
}

/* --- changes of posts --- */

static void seats_lower(struct auction_market *m, int32_t post, int32_t seats)
{
    struct place *place = &m->x.place[post];

    while (place->seats > seats) {
        place->seats--;
        if (place->taken > place->seats)
            paths_push(&m->x, post);
    }
}

static void seats_raise(struct auction_market *m, int32_t post, int32_t seats)
{
    if (m->x.place[post].seats == 0)
        m->x.price[post] = closed_price(&m->x, post);
    m->x.place[post].seats = seats;
    post_fill(m, post);
}

static int32_t promised_at(const struct auction_market *m, int32_t post)
{
    int32_t n = 0;

    for (int32_t h = 0; h < m->x.place[post].taken; h++)
        n += m->x.fixed[m->x.place[post].holders[h]];
    return n;
}

/* Take the promised out of a post; a list of them that ends with -1, for them to be placed anew. */
static const int32_t *promised_out(struct auction_market *m, int32_t post)
{
    const struct place *place = &m->x.place[post];
    int32_t *out = NEW_ARRAY(m->mem, int32_t, place->taken + 1), n = 0;

    for (int32_t h = 0; h < place->taken; h++)
        if (m->x.fixed[place->holders[h]])
            out[n++] = place->holders[h];
    out[n] = -1;
    for (int32_t i = 0; i < n; i++) {
        m->x.fixed[out[i]] = false;
        worker_out(m, out[i]);
    }
    return out;
}

bool auction_market_seats(struct auction_market *m, int32_t post, int32_t seats,
                          struct auction_moves *ret)
{
    struct place *place = &m->x.place[post];
    const int32_t *out;

    assert(seats >= 0);
    if (seats > 0 && promised_at(m, post) > seats)
        return false;
    change_begin(m);
    out = seats == 0 ? promised_out(m, post) : NULL;
    if (seats < place->taken)
        seats_lower(m, post, seats);
    else if (seats > place->seats)
        seats_raise(m, post, seats);
    else
        place->seats = seats;
    for (; out && *out >= 0; out++)
        paths_place(&m->x, *out);
    change_end(m, ret);
    return true;
}

/* A longer copy of an array of the market. */
static void *array_more(struct auction_market *m, void *old, size_t size, int32_t n, int32_t room)
{
    void *more = arena_alloc(m->mem, size * (size_t)room);

    if (n > 0)
        memcpy(more, old, size * (size_t)n);
    return more;
}

static void posts_grow(struct auction_market *m)
{
    struct paths *x = &m->x;
    int32_t n = m->posts, room = 2 * n + 16;

    x->column = array_more(m, x->column, sizeof *x->column, n, room);
    x->place = array_more(m, x->place, sizeof *x->place, n, room);
    x->price = array_more(m, x->price, sizeof *x->price, n, room);
    paths_init(x, m->mem, room);
    m->posts_room = room;
}

static void column_add(struct auction_market *m, int32_t post, struct bidder bidder)
{
    struct column *c = &m->x.column[post];

    if (c->n == c->room) {
        c->room = 2 * c->n + 4;
        c->bidders = array_more(m, c->bidders, sizeof *c->bidders, c->n, c->room);
    }
    c->bidders[c->n++] = bidder;
}

int32_t auction_market_add_post(struct auction_market *m, int32_t seats,
                                const struct auction_bid *bids, int32_t n,
                                struct auction_moves *ret)
{
    struct paths *x = &m->x;
    int32_t post = m->posts;

    assert(seats >= 0);
    change_begin(m);
    if (post == m->posts_room)
        posts_grow(m);
    m->posts++;
    for (int32_t i = 0; i < n; i++) {
        struct span *row = &x->row[bids[i].worker];
        struct auction_edge *longer =
            array_more(m, (void *)row->edges, sizeof *longer, row->n, row->n + 1);

        longer[row->n] = (struct auction_edge){ post, bids[i].score };
        *row = (struct span){ longer, row->n + 1 };
        column_add(m, post, (struct bidder){ bids[i].worker, bids[i].score });
    }
    if (seats > 0)
        seats_raise(m, post, seats);
    change_end(m, ret);
    return post;
}

/* --- changes of workers --- */

static void columns_forget(struct auction_market *m, int32_t worker)
{
    struct span row = m->x.row[worker];

    for (int32_t e = 0; e < row.n; e++) {
        struct column *c = &m->x.column[row.edges[e].post];

        for (int32_t b = 0; b < c->n; b++)
            if (c->bidders[b].worker == worker)
                c->bidders[b--] = c->bidders[--c->n];
    }
}

void auction_market_edges(struct auction_market *m, int32_t worker,
                          const struct auction_edge *edges, int32_t n, struct auction_moves *ret)
{
    struct paths *x = &m->x;
    bool is_promised = x->fixed[worker];
    int32_t post;

    change_begin(m);
    columns_forget(m, worker);
    post = worker_out(m, worker);
    x->row[worker] = (struct span){ array_more(m, NULL, sizeof *edges, 0, n), n };
    if (n > 0)
        memcpy((void *)x->row[worker].edges, edges, sizeof *edges * (size_t)n);
    for (int32_t e = 0; e < n; e++) {
        assert(edges[e].post >= 0 && edges[e].post < m->posts);
        column_add(m, edges[e].post, (struct bidder){ worker, edges[e].score });
    }
    if (is_promised)
        paths_seat(x, worker, post);
    else
        paths_place(x, worker);
    if (post >= 0)
        post_fill(m, post);
    change_end(m, ret);
}

static void workers_grow(struct auction_market *m)
{
    struct paths *x = &m->x;
    int32_t n = m->workers, room = 2 * n + 16;

    x->row = array_more(m, x->row, sizeof *x->row, n, room);
    x->standing = array_more(m, x->standing, sizeof *x->standing, n, room);
    x->fixed = array_more(m, x->fixed, sizeof *x->fixed, n, room);
    m->workers_room = room;
}

int32_t auction_market_add_worker(struct auction_market *m, const struct auction_edge *edges,
                                  int32_t n, struct auction_moves *ret)
{
    int32_t worker = m->workers;

    if (worker == m->workers_room)
        workers_grow(m);
    m->workers++;
    m->x.standing[worker].post = -1;
    auction_market_edges(m, worker, edges, n, ret);
    return worker;
}

void auction_market_leave(struct auction_market *m, int32_t worker, struct auction_moves *ret)
{
    int32_t post;

    change_begin(m);
    m->x.fixed[worker] = false;
    post = worker_out(m, worker);
    m->x.standing[worker] = (struct standing){ 0, WORKER_ABSENT, 0 };
    if (post >= 0)
        post_fill(m, post);
    change_end(m, ret);
}

/* A seat of the post for the worker, whoever must move on for that. */
static void seat_clear(struct auction_market *m, int32_t post)
{
    struct place *place = &m->x.place[post];

    if (place->taken < place->seats)
        return;
    place->seats--;
    paths_push(&m->x, post);
    place->seats++;
}

bool auction_market_promise(struct auction_market *m, int32_t worker, int32_t post,
                            struct auction_moves *ret)
{
    struct paths *x = &m->x;
    bool is_there = post >= 0 && x->standing[worker].post == post;
    int32_t before;

    if (post >= 0 && !is_there && promised_at(m, post) >= x->place[post].seats)
        return false;
    change_begin(m);
    if (is_there) {
        x->fixed[worker] = true;
    } else {
        before = worker_out(m, worker);
        x->fixed[worker] = post >= 0;
        if (post >= 0) {
            seat_clear(m, post);
            paths_seat(x, worker, post);
        } else {
            paths_place(x, worker);
        }
        if (before >= 0)
            post_fill(m, before);
    }
    change_end(m, ret);
    return true;
}
