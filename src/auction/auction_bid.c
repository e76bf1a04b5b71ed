/* auction_bid.c — one phase of the forward and reverse auction; see auction_run.h for what it
 * keeps.
 *
 * The forward half raises prices only and so cannot correct a coarse phase that priced a post
 * above what anybody pays; without the reverse half in every phase such posts stay empty and the
 * last phase takes hundreds of times longer. */
#include "auction/auction_run.h"

enum {
    AHEAD = 4, /* bidders whose edges are asked of the memory before it is their turn */
    AHEAD_OFFERS = 16
};

static void queue_push(struct auction_run *k, int32_t item)
{
    int32_t at = k->queue_head + k->queued;

    assert(k->queued < k->queue_size);
    k->queue[at >= k->queue_size ? at - k->queue_size : at] = item;
    k->queued++;
}

static int32_t queue_pop(struct auction_run *k)
{
    int32_t item = k->queue[k->queue_head];

    k->queue_head = k->queue_head + 1 == k->queue_size ? 0 : k->queue_head + 1;
    k->queued--;
    return item;
}

static int32_t queue_peek(const struct auction_run *k, int32_t ahead)
{
    int32_t at = k->queue_head + ahead;

    return k->queue[at >= k->queue_size ? at - k->queue_size : at];
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

/* Take a seat for a bid. A full post puts out its lowest bidder, who will bid again. Where a worker
 * stands is written down by the reverse half only: in this one nobody asks. */
static void seat_take(struct auction_run *k, int32_t post, struct seat seat)
{
    struct seat *heap = k->seats[post];

    if (k->taken[post] < k->cap[post]) {
        heap[k->taken[post]] = seat;
        seat_sift_up(heap, k->taken[post]++);
    } else {
        queue_push(k, heap[0].worker);
        heap[0] = seat;
        seat_sift_down(heap, k->taken[post], 0);
    }
    if (k->taken[post] == k->cap[post])
        k->price[post] = heap[0].bid;
}

/* What a worker can have at the present prices. */
struct choice {
    int32_t first, second;    /* the two largest nets; at least 0, that of staying without a post */
    struct auction_edge best; /* post -1: staying */
};

static struct choice worker_choice(const struct auction_run *k, int32_t worker)
{
    struct span row = k->span[worker];
    struct choice c = { .best = { -1, 0 } };

    for (int32_t e = 0; e < row.n; e++) {
        int32_t net = auction_units(k, row.edges[e].score) - k->price[row.edges[e].post];

        if (net <= c.second)
            continue;
        if (net > c.first) {
            c.second = c.first;
            c.first = net;
            c.best = row.edges[e];
        } else {
            c.second = net;
        }
    }
    return c;
}

/* Bid for the post with the largest net up to where the second best (or staying) is as good. */
static void worker_bid(struct auction_run *k, int32_t worker)
{
    struct choice c = worker_choice(k, worker);

    if (c.best.post < 0)
        return;
    k->bids++;
    seat_take(k, c.best.post,
              (struct seat){ auction_units(k, c.best.score) - c.second + k->eps, worker,
                             c.best.score });
}

/* First come, first served; the last to be put out bids last. */
static void bid_all(struct auction_run *k)
{
    while (k->queued > 0) {
        if (k->queued > 2 * AHEAD) {
            __builtin_prefetch(k->span + queue_peek(k, 2 * AHEAD));
            span_prefetch(k->span[queue_peek(k, AHEAD)]);
        }
        worker_bid(k, queue_pop(k));
    }
}

/* --- between phases --- */

/* What each placed worker would have without the present post, at the present prices, and 0 at
 * least; left as profit. */
static void nets_elsewhere(const struct hand *hand)
{
    const struct auction_run *k = hand->arg;

    for (int32_t w = hand->from; w < hand->to; w++) {
        int32_t held = k->post[w];

        if (w + AHEAD < hand->to)
            span_prefetch(k->span[w + AHEAD]);
        if (held >= 0) {
            struct choice c = worker_choice(k, w);

            k->profit[w] = c.best.post == held ? c.second : c.first;
        }
    }
}

/* Start a phase: keep the assignments that satisfy the new, smaller eps, each at the highest bid
 * that does; everybody else bids again. All bids are found against the same prices; prices rise
 * only then and higher ones make leaving less attractive, so every kept bid stays valid. */
static void phase_begin(struct auction_run *k)
{
    hands_work(k->hands, k->workers, nets_elsewhere, k);
    for (int32_t i = 0; i < k->posts; i++) {
        int32_t p = k->post_order[i], kept = 0;
        struct seat *seats = k->seats[p];

        for (int32_t s = 0; s < k->taken[p]; s++) {
            struct seat seat = seats[s];

            seat.bid = auction_units(k, seat.score) - k->profit[seat.worker] + k->eps;
            if (seat.bid >= k->price[p])
                seats[kept++] = seat;
            else
                k->post[seat.worker] = -1;
        }
        k->taken[p] = kept;
        for (int32_t s = kept / 2 - 1; s >= 0; s--)
            seat_sift_down(seats, kept, s);
        if (kept > 0 && kept == k->cap[p])
            k->price[p] = seats[0].bid;
    }
    k->queue_head = k->queued = 0;
    for (int32_t w = 0; w < k->workers; w++)
        if (k->post[w] < 0)
            queue_push(k, w);
}

void auction_run_forward(struct auction_run *k, int32_t eps)
{
    k->eps = eps;
    phase_begin(k);
    bid_all(k);
}

/* --- reverse: posts with free seats lower their price --- */

static bool is_worse(struct offer a, struct offer b)
{
    return a.worth != b.worth ? a.worth < b.worth : a.worker > b.worker;
}

/* The heap of offers has the worst on top. */
static void offer_sift_down(struct offer *heap, int32_t n, int32_t i)
{
    struct offer moving = heap[i];

    for (int32_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && is_worse(heap[child + 1], heap[child]))
            child++;
        if (!is_worse(heap[child], moving))
            break;
        heap[i] = heap[child];
    }
    heap[i] = moving;
}

/* The best offers of workers elsewhere who would gain more than eps from a seat here, at most
 * `most`; returns how many. If there are as many, the worst of them stands first. */
static int32_t offers_collect(const struct auction_run *k, int32_t post, int32_t most)
{
    struct column column = k->column[post];
    const struct bidder *end = column.bidders + column.n;
    int32_t n = 0, least = k->eps;

    for (const struct bidder *b = column.bidders; b < end; b++) {
        int32_t worth;

        if (end - b > AHEAD_OFFERS)
            __builtin_prefetch(&k->profit[b[AHEAD_OFFERS].worker]);
        worth = auction_units(k, b->score) - k->profit[b->worker];
        if (worth <= least || k->post[b->worker] == post)
            continue;
        if (n < most) {
            k->offers[n++] = (struct offer){ worth, b->worker, b->score };
            if (n < most)
                continue;
            for (int32_t i = n / 2 - 1; i >= 0; i--)
                offer_sift_down(k->offers, n, i);
        } else {
            k->offers[0] = (struct offer){ worth, b->worker, b->score };
            offer_sift_down(k->offers, n, 0);
        }
        least = k->offers[0].worth;
    }
    return n;
}

static void post_wait(struct auction_run *k, int32_t post)
{
    if (k->waiting[post] || k->price[post] == 0 || k->taken[post] == k->cap[post])
        return;
    k->waiting[post] = true;
    queue_push(k, post);
}

static void seat_leave(struct auction_run *k, int32_t worker)
{
    int32_t post = k->post[worker];
    struct seat *seats = k->seats[post];
    struct seat last = seats[--k->taken[post]];

    seats[k->slot[worker]] = last;
    k->slot[last.worker] = k->slot[worker];
    post_wait(k, post);
}

/* Lower the price until the free seats are taken or it is 0. Whoever comes gains at least eps, so
 * that the half ends; whoever stays away would gain at most eps, so that eps-CS holds. */
static void post_rebate(struct auction_run *k, int32_t post)
{
    struct seat *seats = k->seats[post];
    int32_t free_seats = k->cap[post] - k->taken[post];
    int32_t n = offers_collect(k, post, free_seats + 1);
    bool is_short = n <= free_seats; /* of people; else the first of them stays away */
    int32_t price = is_short ? 0 : k->offers[0].worth - k->eps;

    for (int32_t i = 0; i < k->taken[post]; i++)
        k->profit[seats[i].worker] += k->price[post] - price;
    k->price[post] = price;
    for (int32_t i = is_short ? 0 : 1; i < n; i++) {
        struct offer o = k->offers[i];

        if (k->post[o.worker] >= 0)
            seat_leave(k, o.worker);
        k->post[o.worker] = post;
        k->profit[o.worker] = auction_units(k, o.score) - price;
        k->slot[o.worker] = k->taken[post];
        seats[k->taken[post]++] = (struct seat){ price, o.worker, o.score };
        k->rebates++;
    }
}

/* Where everybody stands, which the forward half does not keep. */
static void reverse_begin(struct auction_run *k)
{
    for (int32_t w = 0; w < k->workers; w++) {
        k->post[w] = -1;
        k->profit[w] = 0;
    }
    k->queue_head = k->queued = 0;
    for (int32_t i = 0; i < k->posts; i++) {
        int32_t p = k->post_order[i];
        const struct seat *seats = k->seats[p];

        for (int32_t s = 0; s < k->taken[p]; s++) {
            int32_t w = seats[s].worker;

            k->post[w] = p;
            k->profit[w] = auction_units(k, seats[s].score) - k->price[p];
            k->slot[w] = s;
        }
        post_wait(k, p);
    }
}

void auction_run_reverse(struct auction_run *k, int32_t eps)
{
    k->eps = eps;
    reverse_begin(k);
    while (k->queued > 0) {
        int32_t post = queue_pop(k);

        k->waiting[post] = false;
        if (k->price[post] > 0 && k->taken[post] < k->cap[post])
            post_rebate(k, post);
    }
}
