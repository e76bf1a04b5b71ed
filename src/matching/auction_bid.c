/* auction_bid.c — one phase of the forward and reverse auction; see auction_run.h for what it
 * keeps.
 *
 * The forward half raises prices only and so cannot correct a coarse phase that priced a post
 * above what anybody pays; without the reverse half in every phase such posts stay empty and the
 * last phase takes hundreds of times longer. */
#include "matching/auction_run.h"

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
    int64_t first, second;    /* the two largest nets; at least 0, that of staying without a post */
    struct auction_edge best; /* post -1: staying */
};

static struct choice row_choice(const struct auction_run *k, const struct pairs *pairs,
                                int32_t worker)
{
    struct span span = pairs->span[worker];
    const struct auction_edge *row = span.edges;
    struct choice c = { .best = { -1, 0 } };

    for (int32_t e = 0; e < span.n; e++) {
        int64_t net = row[e].score * k->scale - k->price[row[e].post];

        if (net <= c.second)
            continue;
        if (net > c.first) {
            c.second = c.first;
            c.first = net;
            c.best = row[e];
        } else {
            c.second = net;
        }
    }
    return c;
}

static struct choice worker_choice(const struct auction_run *k, int32_t worker)
{
    struct choice c = row_choice(k, &k->use, worker);

    if (k->least && c.second < k->least[worker])
        c = row_choice(k, &k->all, worker);
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
              (struct seat){ c.best.score * k->scale - c.second + k->eps, worker, c.best.score });
}

static void row_prefetch(const struct auction_run *k, int32_t worker)
{
    const struct auction_edge *row = k->use.span[worker].edges;

    __builtin_prefetch(row);
    __builtin_prefetch(row + 8);
    __builtin_prefetch(row + 16);
}

/* First come, first served; the last to be put out bids last. */
static void forward(struct auction_run *k)
{
    while (k->queued > 0) {
        if (k->queued > 2 * AHEAD) {
            __builtin_prefetch(k->use.span + queue_peek(k, 2 * AHEAD));
            row_prefetch(k, queue_peek(k, AHEAD));
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
        int32_t held = k->standing[w].post;

        if (w + AHEAD < hand->to)
            row_prefetch(k, w + AHEAD);
        if (held >= 0) {
            struct choice c = worker_choice(k, w);

            k->standing[w].profit = c.best.post == held ? c.second : c.first;
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

            seat.bid = seat.score * k->scale - k->standing[seat.worker].profit + k->eps;
            if (seat.bid >= k->price[p])
                seats[kept++] = seat;
            else
                k->standing[seat.worker].post = -1;
        }
        k->taken[p] = kept;
        for (int32_t s = kept / 2 - 1; s >= 0; s--)
            seat_sift_down(seats, kept, s);
        if (kept > 0 && kept == k->cap[p])
            k->price[p] = seats[0].bid;
    }
    k->queue_head = k->queued = 0;
    for (int32_t w = 0; w < k->workers; w++)
        if (k->standing[w].post < 0)
            queue_push(k, w);
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

static void post_wait(struct auction_run *k, int32_t post)
{
    if (k->waiting[post] || k->price[post] == 0 || k->taken[post] == k->cap[post])
        return;
    k->waiting[post] = true;
    queue_push(k, post);
}

static void seat_leave(struct auction_run *k, int32_t worker)
{
    struct standing *standing = &k->standing[worker];
    struct seat *seats = k->seats[standing->post];
    struct seat last = seats[--k->taken[standing->post]];

    seats[standing->slot] = last;
    k->standing[last.worker].slot = standing->slot;
    post_wait(k, standing->post);
}

/* The best offers of workers elsewhere who would gain more than eps from a seat here, one more
 * than there are free seats if there are so many; returns how many. Whenever the room is full, all
 * but the best so far go, and only better ones are taken from then on. */
static int32_t offers_collect(struct auction_run *k, const struct pairs *pairs, int32_t post,
                              int32_t free_seats)
{
    struct column column = pairs->column[post];
    const struct bidder *end = column.bidders + column.n;
    int32_t n = 0, room = (int32_t)AUCTION_OFFERS_ROOM(free_seats);
    int64_t least = k->eps;

    for (const struct bidder *b = column.bidders; b < end; b++) {
        struct standing standing;
        int64_t worth;

        if (end - b > AHEAD_OFFERS)
            __builtin_prefetch(&k->standing[b[AHEAD_OFFERS].worker]);
        standing = k->standing[b->worker];
        worth = b->score * k->scale - standing.profit;
        if (worth <= least || standing.post == post)
            continue;
        k->offers[n++] = (struct offer){ worth, b->worker, b->score };
        if (n == room) {
            offers_select(k->offers, n, free_seats);
            n = free_seats + 1;
            least = k->offers[free_seats].worth;
        }
    }
    if (n > free_seats) {
        offers_select(k->offers, n, free_seats);
        n = free_seats + 1;
    }
    return n;
}

/* Lower the price until the free seats are taken or it is 0. Whoever comes gains at least eps, so
 * that the half ends; whoever stays away would gain at most eps, so that eps-CS holds. */
static void post_rebate(struct auction_run *k, int32_t post)
{
    struct seat *seats = k->seats[post];
    int32_t free_seats = k->cap[post] - k->taken[post];
    int32_t n = offers_collect(k, &k->use, post, free_seats);
    int64_t price = n > free_seats ? k->offers[free_seats].worth - k->eps : 0;

    if (k->floor && price < k->floor[post]) {
        n = offers_collect(k, &k->all, post, free_seats);
        price = n > free_seats ? k->offers[free_seats].worth - k->eps : 0;
    }
    n = MIN(n, free_seats);
    for (int32_t i = 0; i < k->taken[post]; i++)
        k->standing[seats[i].worker].profit += k->price[post] - price;
    k->price[post] = price;
    for (int32_t i = 0; i < n; i++) {
        struct offer o = k->offers[i];

        if (k->standing[o.worker].post >= 0)
            seat_leave(k, o.worker);
        k->standing[o.worker] =
            (struct standing){ o.score * k->scale - price, post, k->taken[post] };
        seats[k->taken[post]++] = (struct seat){ price, o.worker, o.score };
    }
    k->rebates += n;
}

static void reverse(struct auction_run *k)
{
    for (int32_t w = 0; w < k->workers; w++)
        k->standing[w] = (struct standing){ .post = -1 };
    k->queue_head = k->queued = 0;
    for (int32_t i = 0; i < k->posts; i++) {
        int32_t p = k->post_order[i];
        const struct seat *seats = k->seats[p];

        for (int32_t s = 0; s < k->taken[p]; s++) {
            k->standing[seats[s].worker] =
                (struct standing){ seats[s].score * k->scale - k->price[p], p, s };
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

void auction_run_phase(struct auction_run *k, int64_t eps)
{
    k->eps = eps;
    phase_begin(k);
    forward(k);
    reverse(k);
}
