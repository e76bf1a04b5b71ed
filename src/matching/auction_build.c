/* auction_build.c — the pairs of an auction in the order in which they are read, and fewer of them
 * once prices tell which ones can matter. All of it is done by every processor at once, with the
 * same result for any number of them. */
#include "matching/auction_run.h"

#include <stdlib.h>

enum {
    AHEAD = 8, /* rows asked of the memory before they are read */
    ROOM_BEYOND = 64
};

/* --- the useful pairs --- */

struct survey {
    const struct auction_input *in;
    int32_t *best;            /* per worker: the post with the highest score, or -1 */
    int32_t *seen[HANDS_MAX]; /* per post: the last worker, plus 1, with an edge to it */
    int64_t useless[HANDS_MAX], highest[HANDS_MAX];
    int64_t longest[HANDS_MAX]; /* row */
};

static void survey_rows(const struct hand *hand)
{
    struct survey *survey = hand->arg;
    const struct auction_input *in = survey->in;
    int32_t *seen = survey->seen[hand->number], highest = 0;
    int64_t longest = 0, useless = 0;

    for (int32_t w = hand->from; w < hand->to; w++) {
        int32_t score = 0;

        survey->best[w] = -1;
        for (int64_t e = in->row[w]; e < in->row[w + 1]; e++) {
            struct auction_edge edge = in->edges[e];

            assert(edge.post >= 0 && edge.post < in->posts);
            if (edge.score <= 0 || in->cap[edge.post] == 0 || seen[edge.post] == w + 1)
                useless++;
            seen[edge.post] = w + 1;
            if (edge.score > score && in->cap[edge.post] > 0) {
                score = edge.score;
                survey->best[w] = edge.post;
            }
        }
        highest = MAX(highest, score);
        longest = MAX(longest, in->row[w + 1] - in->row[w]);
    }
    survey->highest[hand->number] = highest;
    survey->longest[hand->number] = longest;
    survey->useless[hand->number] = useless;
}

/* Copy the input without edges that cannot be used, each post once a worker. */
static const struct auction_input *input_clean(struct arena *mem, const struct auction_input *in)
{
    struct auction_input *clean = NEW(mem, struct auction_input);
    int64_t *row = NEW_ARRAY(mem, int64_t, (size_t)in->workers + 1), to = 0;
    int64_t *place = NEW_ARRAY(mem, int64_t, in->posts); /* one more than that of the last edge */
    struct auction_edge *edges = NEW_ARRAY(mem, struct auction_edge, in->row[in->workers]);

    for (int32_t w = 0; w < in->workers; w++) {
        for (int64_t e = in->row[w]; e < in->row[w + 1]; e++) {
            struct auction_edge edge = in->edges[e];
            int64_t before = place[edge.post] - 1;

            if (edge.score <= 0 || in->cap[edge.post] == 0)
                continue;
            if (before >= row[w]) {
                edges[before].score = MAX(edges[before].score, edge.score);
                continue;
            }
            edges[to] = edge;
            place[edge.post] = ++to;
        }
        row[w + 1] = to;
    }
    *clean = *in;
    clean->row = row;
    clean->edges = edges;
    return clean;
}

/* Look at every edge once; have only useful ones after that. */
static void survey_run(struct auction_run *k, struct arena *scratch, int32_t *best)
{
    struct survey survey = { .in = k->in, .best = best };
    int64_t useless = 0;

    for (int h = 0; h < k->hands; h++)
        survey.seen[h] = NEW_ARRAY(scratch, int32_t, k->in->posts);
    hands_work(k->hands, k->in->workers, survey_rows, &survey);
    for (int h = 0; h < k->hands; h++) {
        useless += survey.useless[h];
        k->highest = MAX(k->highest, survey.highest[h]);
        k->longest = MAX(k->longest, survey.longest[h]);
    }
    if (useless > 0)
        k->in = input_clean(k->mem, k->in);
}

/* --- the order of posts and workers --- */

enum { GATHERINGS = 3, LINE_LENGTH = 1 << 30 };

/* Posts on a line, on their way to each other. */
struct gathering {
    const struct auction_input *in;
    int32_t *at; /* per post: where it stands */
    struct pull {
        int64_t sum, n;  /* of the places of its bidders */
    } * pull[HANDS_MAX]; /* per post */
};

/* A worker stands in the middle of her posts. */
static void pull_posts(const struct hand *hand)
{
    const struct gathering *g = hand->arg;
    const struct auction_input *in = g->in;
    struct pull *pull = g->pull[hand->number];

    for (int32_t w = hand->from; w < hand->to; w++) {
        int64_t n = in->row[w + 1] - in->row[w], sum = 0;

        for (int64_t e = in->row[w]; e < in->row[w + 1]; e++)
            sum += g->at[in->edges[e].post];
        for (int64_t e = in->row[w]; e < in->row[w + 1]; e++) {
            pull[in->edges[e].post].sum += sum / n;
            pull[in->edges[e].post].n++;
        }
    }
}

static int by_place(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Each post begins at its number and goes where its bidders are in the middle, a few times: those
 * that the same people want then stand close together, long before all do. */
static void posts_order(struct auction_run *k, struct arena *scratch)
{
    struct gathering g = { .in = k->in, .at = NEW_ARRAY(scratch, int32_t, k->posts) };
    int64_t *place = NEW_ARRAY(scratch, int64_t, k->posts); /* with the number of the post */

    for (int h = 0; h < k->hands; h++)
        g.pull[h] = NEW_ARRAY(scratch, struct pull, k->posts);
    for (int32_t p = 0; p < k->posts; p++)
        g.at[p] = (int32_t)((int64_t)LINE_LENGTH * p / k->posts);
    for (int i = 0; i < GATHERINGS; i++) {
        hands_work(k->hands, k->in->workers, pull_posts, &g);
        for (int32_t p = 0; p < k->posts; p++) {
            struct pull all = { 0, 0 };

            for (int h = 0; h < k->hands; h++) {
                all.sum += g.pull[h][p].sum;
                all.n += g.pull[h][p].n;
                g.pull[h][p] = (struct pull){ 0, 0 };
            }
            if (all.n > 0)
                g.at[p] = (int32_t)(all.sum / all.n);
        }
    }
    for (int32_t p = 0; p < k->posts; p++)
        place[p] = (int64_t)g.at[p] << 32 | p;
    if (k->posts > 0)
        qsort(place, (size_t)k->posts, sizeof *place, by_place);
    for (int32_t i = 0; i < k->posts; i++)
        k->post_order[i] = (int32_t)place[i];
}

/* By best post, then as given. Those without any edge are left out. */
static void workers_order(struct auction_run *k, const int32_t *best, struct arena *scratch,
                          struct span *span)
{
    const struct auction_input *in = k->in;
    int32_t *start = NEW_ARRAY(scratch, int32_t, in->posts);

    for (int32_t w = 0; w < in->workers; w++)
        if (best[w] >= 0)
            start[best[w]]++;
    for (int32_t i = 0; i < in->posts; i++) {
        int32_t p = k->post_order[i], n = start[p];

        start[p] = k->workers;
        k->workers += n;
    }
    for (int32_t w = 0; w < in->workers; w++) {
        if (best[w] < 0)
            continue;
        k->order[start[best[w]]] = w;
        span[start[best[w]]++] =
            (struct span){ in->edges + in->row[w], (int32_t)(in->row[w + 1] - in->row[w]) };
    }
}

/* --- by post --- */

/* Posts of one hand's workers: how many bidders; then where the next one goes. */
struct columns {
    struct pairs *pairs;
    struct bidder *bidders;
    int64_t *next[HANDS_MAX];
};

static inline void row_prefetch(const struct pairs *pairs, int32_t w, int32_t end)
{
    if (w + AHEAD < end) {
        const struct auction_edge *row = pairs->span[w + AHEAD].edges;

        __builtin_prefetch(row);
        __builtin_prefetch(row + 8);
        __builtin_prefetch(row + 16);
    }
}

static void columns_count(const struct hand *hand)
{
    const struct columns *c = hand->arg;
    int64_t *count = c->next[hand->number];

    for (int32_t w = hand->from; w < hand->to; w++) {
        struct span span = c->pairs->span[w];

        row_prefetch(c->pairs, w, hand->to);
        for (int32_t e = 0; e < span.n; e++)
            count[span.edges[e].post]++;
    }
}

static void columns_fill(const struct hand *hand)
{
    const struct columns *c = hand->arg;
    int64_t *next = c->next[hand->number];

    for (int32_t w = hand->from; w < hand->to; w++) {
        struct span span = c->pairs->span[w];

        row_prefetch(c->pairs, w, hand->to);
        for (int32_t e = 0; e < span.n; e++) {
            struct auction_edge edge = span.edges[e];

            c->bidders[next[edge.post]++] = (struct bidder){ w, edge.score };
        }
    }
}

static void columns_build(struct auction_run *k, struct pairs *pairs)
{
    struct arena *scratch = arena_new();
    struct columns c = { .pairs = pairs };
    int64_t at = 0;

    pairs->column = NEW_ARRAY(k->mem, struct column, k->posts);
    for (int h = 0; h < k->hands; h++)
        c.next[h] = NEW_ARRAY(scratch, int64_t, k->posts);
    hands_work(k->hands, k->workers, columns_count, &c);
    for (int32_t i = 0; i < k->posts; i++) {
        int32_t p = k->post_order[i];
        int64_t from = at;

        for (int h = 0; h < k->hands; h++) {
            int64_t n = c.next[h][p];

            c.next[h][p] = at;
            at += n;
        }
        pairs->column[p].n = (int32_t)(at - from);
    }
    c.bidders = NEW_ARRAY(k->mem, struct bidder, at);
    at = 0;
    for (int32_t i = 0; i < k->posts; i++) {
        struct column *column = &pairs->column[k->post_order[i]];

        column->bidders = c.bidders + at;
        at += column->n;
    }
    hands_work(k->hands, k->workers, columns_fill, &c);
    arena_free(scratch);
}

/* --- the whole --- */

/* The room for offers is twice what the largest post may look at at once, so that choosing among
 * them costs little for each. */
static void seats_build(struct auction_run *k)
{
    int32_t most = 0;
    int64_t all = 0;
    struct seat *next;

    for (int32_t p = 0; p < k->posts; p++) {
        int32_t seats = MIN(k->cap[p], k->all.column[p].n);

        all += seats;
        most = MAX(most, seats);
    }
    next = NEW_ARRAY(k->mem, struct seat, all);
    k->seats = NEW_ARRAY(k->mem, struct seat *, k->posts);
    for (int32_t i = 0; i < k->posts; i++) {
        int32_t p = k->post_order[i];

        k->seats[p] = next;
        next += MIN(k->cap[p], k->all.column[p].n);
    }
    k->offers = NEW_ARRAY(k->mem, struct offer, AUCTION_OFFERS_ROOM(most));
}

void auction_run_build(struct auction_run *k, const struct auction_input *in)
{
    struct arena *scratch = arena_new();
    int32_t *best = NEW_ARRAY(scratch, int32_t, in->workers);
    struct span *span;

    k->mem = arena_new();
    span = NEW_ARRAY(k->mem, struct span, in->workers);
    k->in = in;
    k->posts = in->posts;
    k->cap = in->cap;
    k->scale = (int64_t)in->workers + 1;
    k->hands = hands_for(in->workers);
    k->order = NEW_ARRAY(k->mem, int32_t, in->workers);
    k->post_order = NEW_ARRAY(k->mem, int32_t, k->posts);
    survey_run(k, scratch, best);
    posts_order(k, scratch);
    workers_order(k, best, scratch, span);
    arena_free(scratch);
    k->all = (struct pairs){ .span = span };
    columns_build(k, &k->all);
    k->use = k->all;
    seats_build(k);
    k->taken = NEW_ARRAY(k->mem, int32_t, k->posts);
    k->price = NEW_ARRAY(k->mem, int64_t, k->posts);
    k->waiting = NEW_ARRAY(k->mem, bool, k->posts);
    k->standing = NEW_ARRAY(k->mem, struct standing, k->workers);
    k->queue_size = MAX(1, MAX(k->workers, k->posts));
    k->queue = NEW_ARRAY(k->mem, int32_t, k->queue_size);
    for (int32_t w = 0; w < k->workers; w++)
        k->standing[w].post = -1;
}

/* --- from an earlier outcome --- */

/* What the worker's edge to the post is worth; 0 when there is none. */
static int32_t score_of(const struct pairs *pairs, int32_t worker, int32_t post)
{
    struct span row = pairs->span[worker];

    for (int32_t e = 0; e < row.n; e++)
        if (row.edges[e].post == post)
            return row.edges[e].score;
    return 0;
}

void auction_run_start(struct auction_run *k, const struct auction_start *start)
{
    for (int32_t p = 0; p < k->posts; p++) {
        assert(start->price[p] >= 0);
        k->price[p] = k->cap[p] > 0 ? start->price[p] : 0;
    }
    for (int32_t w = 0; start->post && w < k->workers; w++) {
        int32_t post = start->post[k->order[w]];
        int32_t score = post < 0 ? 0 : score_of(&k->all, w, post);

        if (score == 0 || k->taken[post] == k->cap[post])
            continue;
        k->seats[post][k->taken[post]++] = (struct seat){ k->price[post], w, score };
        k->standing[w].post = post;
    }
}

/* --- fewer pairs --- */

enum { CHUNK = 1 << 16 }; /* kept edges allocated at once */

struct narrowing {
    struct auction_run *run;
    int64_t slack;
    struct span *span;
};

/* The second largest net of a row, or 0; all nets are left in `net`. */
static int64_t row_nets(const struct auction_run *k, struct span row, int64_t *net)
{
    int64_t first = 0, second = 0;

    for (int32_t e = 0; e < row.n; e++) {
        net[e] = row.edges[e].score * k->scale - k->price[row.edges[e].post];
        second = MAX(second, MIN(net[e], first));
        first = MAX(first, net[e]);
    }
    return second;
}

static void narrow_rows(const struct hand *hand)
{
    const struct narrowing *narrowing = hand->arg;
    struct auction_run *k = narrowing->run;
    struct arena *mem = k->few[hand->number];
    int64_t *net = NEW_ARRAY(mem, int64_t, k->longest);
    struct auction_edge *to = NULL, *end = NULL;

    for (int32_t w = hand->from; w < hand->to; w++) {
        struct span row = k->all.span[w];
        int32_t n = 0;

        row_prefetch(&k->all, w, hand->to);
        k->least[w] = row_nets(k, row, net) - narrowing->slack;
        if (end - to < row.n) {
            to = NEW_ARRAY(mem, struct auction_edge, MAX(CHUNK, row.n));
            end = to + MAX(CHUNK, row.n);
        }
        for (int32_t e = 0; e < row.n; e++) {
            to[n] = row.edges[e];
            n += net[e] >= k->least[w] || row.edges[e].post == k->standing[w].post;
        }
        narrowing->span[w] = (struct span){ to, n };
        to += n;
    }
}

void auction_run_narrow(struct auction_run *k, int64_t slack)
{
    struct narrowing n = { k, slack, NEW_ARRAY(k->mem, struct span, k->workers) };

    k->least = NEW_ARRAY(k->mem, int64_t, k->workers);
    k->floor = NEW_ARRAY(k->mem, int64_t, k->posts);
    for (int h = 0; h < k->hands; h++)
        k->few[h] = arena_new();
    hands_work(k->hands, k->workers, narrow_rows, &n);
    for (int32_t p = 0; p < k->posts; p++)
        k->floor[p] = k->price[p] - slack;
    k->use = (struct pairs){ .span = n.span };
    columns_build(k, &k->use);
}

void auction_run_release(struct auction_run *k)
{
    for (int h = 0; h < k->hands; h++)
        arena_free(k->few[h]);
    arena_free(k->mem);
}
