/* auction_paths.c — see auction_paths.h. */
#include "auction/auction_paths.h"

void paths_init(struct paths *x, struct arena *mem, int32_t posts)
{
    x->mem = mem;
    x->reached = NEW_ARRAY(mem, struct reached, posts);
    x->touched = NEW_ARRAY(mem, int32_t, posts);
    for (int32_t p = 0; p < posts; p++)
        x->reached[p].distance = INT64_MAX;
}

/* --- moves --- */

static int32_t score_of(const struct paths *x, int32_t worker, int32_t post)
{
    struct span row = x->row[worker];
    int32_t score = 0;

    for (int32_t e = 0; e < row.n; e++)
        if (row.edges[e].post == post)
            score = MAX(score, row.edges[e].score);
    return score;
}

static void place_grow(struct paths *x, struct place *place)
{
    int32_t room = 2 * place->room + 2;
    int32_t *more = NEW_ARRAY(x->mem, int32_t, room);

    if (place->taken > 0)
        memcpy(more, place->holders, sizeof *more * (size_t)place->taken);
    place->holders = more;
    place->room = room;
}

void paths_seat(struct paths *x, int32_t worker, int32_t post)
{
    struct place *place = &x->place[post];
    int32_t score = score_of(x, worker, post);

    if (place->taken == place->room)
        place_grow(x, place);
    x->standing[worker] = (struct standing){ score - x->price[post], post, place->taken };
    place->holders[place->taken++] = worker;
    x->value += score;
    *ARENA_PUSH(x->mem, x->log, x->log_n, x->log_cap) = (struct auction_move){ worker, -1, post };
}

void paths_leave(struct paths *x, int32_t worker)
{
    struct standing *standing = &x->standing[worker];
    int32_t post = standing->post;
    struct place *place = &x->place[post];
    int32_t last = place->holders[--place->taken];

    x->value -= standing->profit + x->price[post];
    place->holders[standing->slot] = last;
    x->standing[last].slot = standing->slot;
    *standing = (struct standing){ 0, -1, 0 };
    *ARENA_PUSH(x->mem, x->log, x->log_n, x->log_cap) = (struct auction_move){ worker, post, -1 };
}

/* --- the search: a heap of posts by distance, then number; an item outrun by a shorter way stays
 * in and is passed over --- */

static bool is_nearer(struct reached_item a, struct reached_item b)
{
    return a.distance != b.distance ? a.distance < b.distance : a.post < b.post;
}

static void heap_push(struct paths *x, struct reached_item item)
{
    size_t i;

    (void)ARENA_PUSH(x->mem, x->heap, x->heap_n, x->heap_cap);
    for (i = x->heap_n - 1; i > 0 && is_nearer(item, x->heap[(i - 1) / 2]); i = (i - 1) / 2)
        x->heap[i] = x->heap[(i - 1) / 2];
    x->heap[i] = item;
}

static struct reached_item heap_pop(struct paths *x)
{
    struct reached_item top = x->heap[0], item = x->heap[--x->heap_n];
    size_t i = 0, child;

    while ((child = 2 * i + 1) < x->heap_n) {
        if (child + 1 < x->heap_n && is_nearer(x->heap[child + 1], x->heap[child]))
            child++;
        if (!is_nearer(x->heap[child], item))
            break;
        x->heap[i] = x->heap[child];
        i = child;
    }
    x->heap[i] = item;
    return top;
}

void paths_reach(struct paths *x, int32_t post, struct reached by)
{
    if (by.distance >= x->reached[post].distance)
        return;
    if (x->reached[post].distance == INT64_MAX)
        x->touched[x->touched_n++] = post;
    x->reached[post] = by;
    heap_push(x, (struct reached_item){ by.distance, post });
}

int32_t paths_next(struct paths *x, int64_t end)
{
    while (x->heap_n > 0 && x->heap[0].distance < end) {
        struct reached_item item = heap_pop(x);

        if (item.distance == x->reached[item.post].distance)
            return item.post;
    }
    return -1;
}

/* Prices nearer than the end change by the rest of the way, up or down (`sign`). */
static void search_close(struct paths *x, int64_t end, int sign)
{
    for (int32_t i = 0; i < x->touched_n; i++) {
        int32_t post = x->touched[i];
        int64_t rest = sign * (end - x->reached[post].distance);

        if (x->reached[post].distance < end) {
            x->price[post] += rest;
            for (int32_t h = 0; h < x->place[post].taken; h++)
                x->standing[x->place[post].holders[h]].profit -= rest;
        }
        x->reached[post].distance = INT64_MAX;
    }
    x->touched_n = 0;
    x->heap_n = 0;
}

/* --- forward: somebody needs a place --- */

struct ending {
    int64_t distance;
    struct reached last; /* the last move; post -1: from nowhere */
    int32_t post;        /* where it leads; -1: `last.worker` stays without a post */
};

/* All moves of a worker out of `from`, which is `so_far` away. */
static void reach_from_worker(struct paths *x, int32_t worker, int64_t so_far, int64_t profit,
                              struct ending *end)
{
    struct span row = x->row[worker];
    int32_t from = x->standing[worker].post;

    if (so_far + profit < end->distance)
        *end = (struct ending){ so_far + profit, { 0, worker, from }, -1 };
    for (int32_t e = 0; e < row.n; e++) {
        int32_t post = row.edges[e].post;
        int64_t distance = so_far + profit - row.edges[e].score;

        if (distance >= end->distance) /* even if it cost nothing: its price is not asked for */
            continue;
        distance += x->price[post];
        if (distance >= end->distance || post == from)
            continue;
        if (x->place[post].seats == 0)
            continue;
        assert(distance >= so_far); /* else prices are not exact and the search may not end */
        if (x->place[post].taken < x->place[post].seats)
            *end = (struct ending){ distance, { 0, worker, from }, post };
        else
            paths_reach(x, post, (struct reached){ distance, worker, from });
    }
}

static void reach_from_post(struct paths *x, int32_t post, struct ending *end)
{
    const struct place *place = &x->place[post];
    int64_t so_far = x->reached[post].distance;

    for (int32_t h = 0; h < place->taken; h++) {
        int32_t worker = place->holders[h];

        if (h + 2 < place->taken)
            __builtin_prefetch(x->row[place->holders[h + 2]].edges);
        if (!x->fixed || !x->fixed[worker])
            reach_from_worker(x, worker, so_far, x->standing[worker].profit, end);
    }
}

/* Carry out the chain backwards, from its end to where it began: a worker from nowhere, or the post
 * `source` that is over its seats. */
static void chain_forward(struct paths *x, struct ending end, int32_t source)
{
    struct reached move = end.last;
    int32_t to = end.post;

    for (;;) {
        int32_t from = move.post;
        struct reached before = from >= 0 ? x->reached[from] : move;

        if (from >= 0)
            paths_leave(x, move.worker);
        if (to >= 0)
            paths_seat(x, move.worker, to);
        if (from < 0 || from == source)
            return;
        to = from;
        move = before;
    }
}

static void forward_search(struct paths *x, struct ending *end, int32_t source)
{
    for (int32_t post; (post = paths_next(x, end->distance)) >= 0;)
        reach_from_post(x, post, end);
    assert(end->distance < INT64_MAX);
    search_close(x, end->distance, 1);
    chain_forward(x, *end, source);
}

int64_t paths_most(const struct paths *x, int32_t worker)
{
    struct span row = x->row[worker];
    int64_t most = 0;

    for (int32_t e = 0; e < row.n; e++)
        if (x->place[row.edges[e].post].seats > 0)
            most = MAX(most, row.edges[e].score - x->price[row.edges[e].post]);
    return most;
}

void paths_place(struct paths *x, int32_t worker)
{
    struct ending end = { .distance = INT64_MAX };

    x->standing[worker] = (struct standing){ 0, -1, 0 };
    reach_from_worker(x, worker, 0, paths_most(x, worker), &end);
    forward_search(x, &end, -1);
}

void paths_push(struct paths *x, int32_t post)
{
    struct ending end = { .distance = INT64_MAX };

    paths_reach(x, post, (struct reached){ 0, -1, -1 });
    forward_search(x, &end, post);
}

/* --- backward: somebody for a free seat --- */

/* Who could come to a post; `end` is where the chain of free seats stops: at a worker without a
 * post, or at a post that keeps a seat free at price 0. */
static void reach_to_post(struct paths *x, int32_t post, struct ending *end)
{
    enum { AHEAD = 12 }; /* bidders, who lie anywhere, are fetched before they are looked at */
    const struct column *column = &x->column[post];
    int64_t so_far = x->reached[post].distance + x->price[post];

    for (int32_t b = 0; b < column->n; b++) {
        struct bidder bidder = column->bidders[b];

        if (b + AHEAD < column->n && so_far - column->bidders[b + AHEAD].score < end->distance)
            __builtin_prefetch(&x->standing[column->bidders[b + AHEAD].worker]);
        if (so_far - bidder.score >= end->distance) /* even if she had nothing */
            continue;

        struct standing standing = x->standing[bidder.worker];
        int64_t distance = so_far + standing.profit - bidder.score;

        if (distance >= end->distance || standing.post == post || standing.post == WORKER_ABSENT)
            continue;
        if (x->fixed && x->fixed[bidder.worker])
            continue;
        assert(distance >= x->reached[post].distance);
        if (standing.post < 0) {
            *end = (struct ending){ distance, { 0, bidder.worker, -1 }, post };
            continue;
        }
        if (distance + x->price[standing.post] < end->distance)
            *end =
                (struct ending){ distance + x->price[standing.post], { 0, -1, -1 }, standing.post };
        paths_reach(x, standing.post, (struct reached){ distance, bidder.worker, post });
    }
}

/* Everybody on the way moves one on, towards the seat that is to be filled. */
static void chain_backward(struct paths *x, struct ending end, int32_t source)
{
    int32_t at = end.post, comes = end.last.worker;

    for (;;) {
        struct reached move = x->reached[at];

        if (at != source)
            paths_leave(x, move.worker);
        if (comes >= 0)
            paths_seat(x, comes, at);
        if (at == source)
            return;
        comes = move.worker;
        at = move.post;
    }
}

void paths_fill(struct paths *x, int32_t post)
{
    struct ending end = { x->price[post], { 0, -1, -1 }, post };

    paths_reach(x, post, (struct reached){ 0, -1, -1 });
    for (int32_t next; (next = paths_next(x, end.distance)) >= 0;)
        reach_to_post(x, next, &end);
    search_close(x, end.distance, -1);
    chain_backward(x, end, post);
}
