/* auction.c — forward and reverse auction with eps-scaling; see auction.h for what it promises.
 *
 * Scores are multiplied by workers + 1, so that being within 1 per worker of the optimum is being
 * at it, and everything is whole numbers. A phase with a given eps keeps this invariant (eps-CS),
 * where net(w, p) = score(w, p) - price(p):
 *     a placed worker has net >= max(0, every other net) - eps;
 *     a worker without a post has every net <= eps;
 * and ends when also every post with a free seat has price 0. Then the value is within
 * workers * eps of the best. The next phase starts from its prices with a smaller eps.
 *
 * The forward half raises prices only and so cannot correct a coarse phase that priced a post
 * above what anybody pays; without the reverse half in every phase such posts stay empty and the
 * last phase takes hundreds of times longer. */
#include "matching/auction.h"

/* Of the highest score; coarser and finer steps were measured slower. Known prices are taken to be
 * nearly right, and what is not so the reverse half sets right. */
enum { EPS_START = 4, EPS_STEP = 20, EPS_START_KNOWN = EPS_START * EPS_STEP * EPS_STEP };

struct seat {
    int64_t bid; /* the most the holder would pay, at least the price of the post */
    int32_t worker, score;
};

struct bidder {
    int32_t worker, score;
};

struct offer {
    int64_t worth;
    int32_t worker, score;
};

/* The problem with useless edges gone, workers renumbered so that those who want the same post
 * stand together (a price then is in the cache when it is needed), and the state of the auction. */
struct market {
    struct arena *mem;
    int32_t workers, posts;
    int64_t scale, eps;
    const int32_t *cap;
    int64_t *row;
    struct auction_edge *edges;
    int64_t *column; /* per post: where its bidders start */
    struct bidder *bidders;
    int64_t *seats_at; /* per post: where its seats start, as many as could be taken */
    struct seat *seats;
    int32_t *taken;  /* seats in use per post */
    int64_t *price;  /* per post */
    int32_t *at;     /* post of a worker or -1 */
    int64_t *profit; /* net of a worker at the present post; kept in the reverse half only */
    int32_t *slot;   /* index among the seats of the post; kept in the reverse half only */
    int32_t *queue;  /* ring: workers in the forward half, posts in the reverse half */
    int32_t queue_size, queue_head, queued;
    bool *waiting; /* post stands in the queue */
    struct offer *offers;
    int64_t bids, rebates;
};

static void queue_push(struct market *k, int32_t item)
{
    int32_t at = k->queue_head + k->queued;

    assert(k->queued < k->queue_size);
    k->queue[at >= k->queue_size ? at - k->queue_size : at] = item;
    k->queued++;
}

static int32_t queue_pop(struct market *k)
{
    int32_t item = k->queue[k->queue_head];

    k->queue_head = k->queue_head + 1 == k->queue_size ? 0 : k->queue_head + 1;
    k->queued--;
    return item;
}

/* --- building --- */

/* Copy the edges of one worker that matter; returns how many. `mark` has an entry per post, holding
 * one more than the place of this worker's edge to it if one was copied already. */
static int32_t row_clean(const struct auction_input *in, int32_t worker, int64_t *mark,
                         struct auction_edge *edges, int64_t from)
{
    int64_t to = from;

    for (int64_t e = in->row[worker]; e < in->row[worker + 1]; e++) {
        struct auction_edge edge = in->edges[e];
        int64_t seen;

        assert(edge.post >= 0 && edge.post < in->posts);
        if (edge.score <= 0 || in->cap[edge.post] == 0)
            continue;
        seen = mark[edge.post] - 1;
        if (seen >= from) {
            edges[seen].score = MAX(edges[seen].score, edge.score);
            continue;
        }
        edges[to] = edge;
        mark[edge.post] = ++to;
    }
    return (int32_t)(to - from);
}

/* Order of workers: by best post, then as given. Those without any edge are left out. */
static int32_t workers_by_best_post(const struct auction_input *in, struct arena *scratch,
                                    int32_t *order)
{
    int32_t *best = NEW_ARRAY(scratch, int32_t, in->workers);
    int32_t *start = NEW_ARRAY(scratch, int32_t, (size_t)in->posts + 1);
    int32_t used = 0;

    for (int32_t w = 0; w < in->workers; w++) {
        int32_t score = 0;

        best[w] = -1;
        for (int64_t e = in->row[w]; e < in->row[w + 1]; e++) {
            struct auction_edge edge = in->edges[e];

            assert(edge.post >= 0 && edge.post < in->posts);
            if (edge.score > score && in->cap[edge.post] > 0) {
                score = edge.score;
                best[w] = edge.post;
            }
        }
        if (best[w] >= 0) {
            start[best[w] + 1]++;
            used++;
        }
    }
    for (int32_t p = 0; p < in->posts; p++)
        start[p + 1] += start[p];
    for (int32_t w = 0; w < in->workers; w++)
        if (best[w] >= 0)
            order[start[best[w]]++] = w;
    return used;
}

static void columns_build(struct market *k)
{
    int64_t edges = k->row[k->workers];
    int64_t *next = NEW_ARRAY(k->mem, int64_t, k->posts);

    k->column = NEW_ARRAY(k->mem, int64_t, (size_t)k->posts + 1);
    k->bidders = NEW_ARRAY(k->mem, struct bidder, edges);
    k->seats_at = NEW_ARRAY(k->mem, int64_t, (size_t)k->posts + 1);
    for (int64_t e = 0; e < edges; e++)
        k->column[k->edges[e].post + 1]++;
    for (int32_t p = 0; p < k->posts; p++) {
        k->column[p + 1] += k->column[p];
        next[p] = k->column[p];
        k->seats_at[p + 1] = k->seats_at[p] + MIN(k->cap[p], k->column[p + 1] - k->column[p]);
    }
    k->seats = NEW_ARRAY(k->mem, struct seat, k->seats_at[k->posts]);
    for (int32_t w = 0; w < k->workers; w++)
        for (int64_t e = k->row[w]; e < k->row[w + 1]; e++)
            k->bidders[next[k->edges[e].post]++] = (struct bidder){ w, k->edges[e].score };
}

static void market_build(struct market *k, const struct auction_input *in, int32_t *order)
{
    struct arena *scratch = arena_new();
    int64_t *mark = NEW_ARRAY(scratch, int64_t, in->posts);
    int64_t longest = 0;

    k->posts = in->posts;
    k->cap = in->cap;
    k->scale = (int64_t)in->workers + 1;
    k->workers = workers_by_best_post(in, scratch, order);
    k->row = NEW_ARRAY(k->mem, int64_t, (size_t)k->workers + 1);
    k->edges = NEW_ARRAY(k->mem, struct auction_edge, in->row[in->workers]);
    for (int32_t w = 0; w < k->workers; w++)
        k->row[w + 1] = k->row[w] + row_clean(in, order[w], mark, k->edges, k->row[w]);
    arena_free(scratch);
    columns_build(k);
    for (int32_t p = 0; p < k->posts; p++)
        longest = MAX(longest, k->column[p + 1] - k->column[p]);
    k->taken = NEW_ARRAY(k->mem, int32_t, k->posts);
    k->price = NEW_ARRAY(k->mem, int64_t, k->posts);
    k->waiting = NEW_ARRAY(k->mem, bool, k->posts);
    k->at = NEW_ARRAY(k->mem, int32_t, k->workers);
    k->slot = NEW_ARRAY(k->mem, int32_t, k->workers);
    k->profit = NEW_ARRAY(k->mem, int64_t, k->workers);
    k->queue_size = MAX(1, MAX(k->workers, k->posts));
    k->queue = NEW_ARRAY(k->mem, int32_t, k->queue_size);
    k->offers = NEW_ARRAY(k->mem, struct offer, longest);
    for (int32_t w = 0; w < k->workers; w++)
        k->at[w] = -1;
}

/* --- forward: workers bid --- */

/* The heap of a post has its lowest bid on top: the next to be outbid. */
static void seat_sift_down(struct seat *heap, int32_t n, int32_t i)
{
    struct seat moving = heap[i];

    for (int32_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && heap[child + 1].bid < heap[child].bid)
            child++;
        if (moving.bid <= heap[child].bid)
            break;
        heap[i] = heap[child];
    }
    heap[i] = moving;
}

static void seat_sift_up(struct seat *heap, int32_t i)
{
    struct seat moving = heap[i];

    while (i > 0 && moving.bid < heap[(i - 1) / 2].bid) {
        heap[i] = heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    heap[i] = moving;
}

/* Take a seat for a bid. A full post puts out its lowest bidder, who will bid again. */
static void seat_take(struct market *k, int32_t post, struct seat seat)
{
    struct seat *heap = k->seats + k->seats_at[post];

    if (k->taken[post] < k->cap[post]) {
        heap[k->taken[post]] = seat;
        seat_sift_up(heap, k->taken[post]++);
    } else {
        k->at[heap[0].worker] = -1;
        queue_push(k, heap[0].worker);
        heap[0] = seat;
        seat_sift_down(heap, k->taken[post], 0);
    }
    k->at[seat.worker] = post;
    if (k->taken[post] == k->cap[post])
        k->price[post] = heap[0].bid;
}

/* Bid for the post with the largest net up to where the second best (or staying) is as good. */
static void worker_bid(struct market *k, int32_t worker)
{
    int64_t first = 0, second = 0; /* 0: staying without a post */
    struct auction_edge best = { -1, 0 };

    for (int64_t e = k->row[worker]; e < k->row[worker + 1]; e++) {
        int64_t net = k->edges[e].score * k->scale - k->price[k->edges[e].post];

        if (net > first) {
            second = first;
            first = net;
            best = k->edges[e];
        } else if (net > second) {
            second = net;
        }
    }
    if (best.post < 0)
        return;
    k->bids++;
    seat_take(k, best.post,
              (struct seat){ best.score * k->scale - second + k->eps, worker, best.score });
}

/* What a worker would have without the present post, at the present prices, and 0 at least. */
static int64_t net_elsewhere(const struct market *k, int32_t worker)
{
    int64_t most = 0;

    for (int64_t e = k->row[worker]; e < k->row[worker + 1]; e++) {
        int64_t net = k->edges[e].score * k->scale - k->price[k->edges[e].post];

        if (net > most && k->edges[e].post != k->at[worker])
            most = net;
    }
    return most;
}

/* Start a phase: keep the assignments that satisfy the new, smaller eps, each at the highest bid
 * that does; everybody else bids again. */
static void phase_begin(struct market *k)
{
    k->queue_head = k->queued = 0;
    for (int32_t p = 0; p < k->posts; p++) {
        struct seat *seats = k->seats + k->seats_at[p];
        int32_t kept = 0;

        for (int32_t i = 0; i < k->taken[p]; i++) {
            struct seat seat = seats[i];

            seat.bid = seat.score * k->scale - net_elsewhere(k, seat.worker) + k->eps;
            if (seat.bid >= k->price[p])
                seats[kept++] = seat;
            else
                k->at[seat.worker] = -1;
        }
        k->taken[p] = kept;
    }
    /* Prices rise only now: all bids above were found against the same prices, and higher ones
     * make leaving less attractive, so every kept bid stays valid. */
    for (int32_t p = 0; p < k->posts; p++) {
        struct seat *seats = k->seats + k->seats_at[p];

        for (int32_t i = k->taken[p] / 2 - 1; i >= 0; i--)
            seat_sift_down(seats, k->taken[p], i);
        if (k->taken[p] > 0 && k->taken[p] == k->cap[p])
            k->price[p] = seats[0].bid;
    }
    for (int32_t w = 0; w < k->workers; w++)
        if (k->at[w] < 0)
            queue_push(k, w);
}

/* First come, first served; the last to be put out bids last. */
static void forward(struct market *k)
{
    while (k->queued > 0)
        worker_bid(k, queue_pop(k));
}

/* --- reverse: posts with free seats lower their price --- */

static int offer_order(const struct offer *a, const struct offer *b)
{
    if (a->worth != b->worth)
        return a->worth > b->worth ? -1 : 1;
    return (a->worker > b->worker) - (a->worker < b->worker);
}

/* Reorder so that the `want` best offers stand first and the next best right behind them.
 * Quickselect with the middle as pivot; want < n. */
static void offers_select(struct offer *offers, int32_t n, int32_t want)
{
    int32_t lo = 0, hi = n - 1;

    while (lo < hi) {
        struct offer pivot = offers[lo + (hi - lo) / 2];
        int32_t i = lo, j = hi;

        while (i <= j) {
            while (offer_order(&offers[i], &pivot) < 0)
                i++;
            while (offer_order(&offers[j], &pivot) > 0)
                j--;
            if (i <= j) {
                struct offer swap = offers[i];

                offers[i++] = offers[j];
                offers[j--] = swap;
            }
        }
        if (want <= j)
            hi = j;
        else if (want >= i)
            lo = i;
        else
            break;
    }
}

static void post_wait(struct market *k, int32_t post)
{
    if (k->waiting[post] || k->price[post] == 0 || k->taken[post] == k->cap[post])
        return;
    k->waiting[post] = true;
    queue_push(k, post);
}

static void seat_leave(struct market *k, int32_t worker)
{
    int32_t post = k->at[worker];
    struct seat *seats = k->seats + k->seats_at[post];
    struct seat last = seats[--k->taken[post]];

    seats[k->slot[worker]] = last;
    k->slot[last.worker] = k->slot[worker];
    post_wait(k, post);
}

/* What workers elsewhere would give for a seat here and gain more than eps; returns how many. */
static int32_t offers_collect(struct market *k, int32_t post)
{
    int32_t n = 0;

    for (int64_t b = k->column[post]; b < k->column[post + 1]; b++) {
        struct bidder bidder = k->bidders[b];
        int64_t worth = bidder.score * k->scale - k->profit[bidder.worker];

        if (worth > k->eps && k->at[bidder.worker] != post)
            k->offers[n++] = (struct offer){ worth, bidder.worker, bidder.score };
    }
    return n;
}

/* Lower the price until the free seats are taken or it is 0. Whoever comes gains at least eps, so
 * that the half ends; whoever stays away would gain at most eps, so that eps-CS holds. */
static void post_rebate(struct market *k, int32_t post)
{
    struct seat *seats = k->seats + k->seats_at[post];
    int32_t free_seats = k->cap[post] - k->taken[post], n = offers_collect(k, post);
    int64_t price = 0;

    if (n > free_seats) {
        offers_select(k->offers, n, free_seats);
        price = k->offers[free_seats].worth - k->eps;
        n = free_seats;
    }
    for (int32_t i = 0; i < k->taken[post]; i++)
        k->profit[seats[i].worker] += k->price[post] - price;
    k->price[post] = price;
    for (int32_t i = 0; i < n; i++) {
        struct offer o = k->offers[i];

        if (k->at[o.worker] >= 0)
            seat_leave(k, o.worker);
        k->at[o.worker] = post;
        k->profit[o.worker] = o.score * k->scale - price;
        k->slot[o.worker] = k->taken[post];
        seats[k->taken[post]++] = (struct seat){ price, o.worker, o.score };
    }
    k->rebates += n;
}

static void reverse(struct market *k)
{
    memset(k->profit, 0, sizeof *k->profit * (size_t)k->workers);
    k->queue_head = k->queued = 0;
    for (int32_t p = 0; p < k->posts; p++) {
        const struct seat *seats = k->seats + k->seats_at[p];

        for (int32_t i = 0; i < k->taken[p]; i++) {
            k->slot[seats[i].worker] = i;
            k->profit[seats[i].worker] = seats[i].score * k->scale - k->price[p];
        }
        post_wait(k, p);
    }
    while (k->queued > 0) {
        int32_t post = queue_pop(k);

        k->waiting[post] = false;
        if (k->price[post] > 0 && k->taken[post] < k->cap[post])
            post_rebate(k, post);
    }
}

/* --- the whole --- */

/* A post without seats is never bid for; the price that keeps everybody away is its best score. */
static void price_closed_posts(const struct auction_input *in, int64_t scale, int64_t *price)
{
    for (int64_t e = 0; e < in->row[in->workers]; e++) {
        int32_t p = in->edges[e].post;

        if (in->cap[p] == 0)
            price[p] = MAX(price[p], in->edges[e].score * scale);
    }
}

/* Tell the outcome in the caller's numbers, with its proof. */
static void market_report(const struct market *k, const struct auction_input *in,
                          const int32_t *order, struct auction_result *r)
{
    for (int32_t w = 0; w < in->workers; w++)
        r->post[w] = -1;
    for (int32_t w = 0; w < k->workers; w++)
        r->post[order[w]] = k->at[w];
    if (in->posts > 0)
        memcpy(r->price, k->price, sizeof *r->price * (size_t)in->posts);
    price_closed_posts(in, r->scale, r->price);
    auction_certify(in, r->post, r->price, r->scale, &r->certificate);
}

void auction_solve(struct arena *mem, const struct auction_input *in, struct auction_result *ret)
{
    struct market k = { .mem = arena_new() };
    int32_t *order = NEW_ARRAY(k.mem, int32_t, in->workers);
    struct auction_result r = { .post = NEW_ARRAY(mem, int32_t, in->workers),
                                .price = NEW_ARRAY(mem, int64_t, in->posts),
                                .scale = (int64_t)in->workers + 1 };
    int64_t highest = 0, first = in->start ? EPS_START_KNOWN : EPS_START;
    bool is_enough = false;

    for (int32_t p = 0; p < in->posts; p++)
        assert(in->cap[p] >= 0);
    market_build(&k, in, order);
    for (int64_t e = 0; e < k.row[k.workers]; e++)
        highest = MAX(highest, k.edges[e].score);
    for (int32_t p = 0; in->start && p < in->posts; p++) {
        assert(in->start[p] >= 0);
        k.price[p] = in->start[p];
    }
    for (int64_t eps = highest * k.scale / first; !is_enough; eps /= EPS_STEP) {
        k.eps = MAX(eps, 1);
        phase_begin(&k);
        forward(&k);
        reverse(&k);
        r.rounds++;
        is_enough = k.eps == 1;
        if (is_enough || in->precision > 0)
            market_report(&k, in, order, &r);
        if (in->precision > 0)
            is_enough |= r.certificate.gap <= r.certificate.bound / in->precision;
    }
    r.bids = k.bids;
    r.rebates = k.rebates;
    arena_free(k.mem);
    *ret = r;
}

/* --- the proof: nothing above is used --- */

void auction_certify(const struct auction_input *in, const int32_t *post, const int64_t *price,
                     int64_t scale, struct auction_certificate *ret)
{
    struct arena *scratch = arena_new();
    int32_t *taken = NEW_ARRAY(scratch, int32_t, in->posts);
    struct auction_certificate c = { .sound = scale >= 1 };
    __int128 dual = 0;

    for (int32_t w = 0; w < in->workers; w++) {
        int64_t most = 0, score = 0;

        for (int64_t e = in->row[w]; e < in->row[w + 1]; e++) {
            struct auction_edge edge = in->edges[e];

            assert(edge.post >= 0 && edge.post < in->posts);
            most = MAX(most, edge.score * scale - price[edge.post]);
            if (edge.post == post[w])
                score = MAX(score, edge.score);
        }
        dual += most;
        if (post[w] == -1)
            continue;
        if (score == 0) { /* no such edge, or one worth nothing */
            c.sound = false;
            continue;
        }
        c.placed++;
        c.value += score;
        taken[post[w]]++;
    }
    for (int32_t p = 0; p < in->posts; p++) {
        if (price[p] < 0 || taken[p] > in->cap[p])
            c.sound = false;
        c.filled += in->cap[p] > 0 && taken[p] == in->cap[p];
        dual += (__int128)in->cap[p] * price[p];
    }
    arena_free(scratch);
    c.bound = scale >= 1 ? (int64_t)(dual / scale) : 0; /* the optimum is whole, so round down */
    c.gap = c.bound - c.value;
    *ret = c;
}
