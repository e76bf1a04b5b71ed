/* auction_build.c — the pairs of an auction in the order in which they are read. All of it is done
 * by every processor at once, with the same result for any number of them. */
#include "auction/auction_run.h"

#include <stdlib.h>

enum { AHEAD = 8 }; /* rows asked of the memory before they are read */

/* --- the useful pairs --- */

struct survey {
    const struct auction_input *in;
    int32_t *best;            /* per worker: the post with the highest score, or -1 */
    int32_t *seen[HANDS_MAX]; /* per post: the last worker, plus 1, with an edge to it */
    int64_t useless[HANDS_MAX];
    int32_t highest[HANDS_MAX];
};

static void survey_rows(const struct hand *hand)
{
    struct survey *survey = hand->arg;
    const struct auction_input *in = survey->in;
    int32_t *seen = survey->seen[hand->number], highest = 0;
    int64_t useless = 0;

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
    }
    survey->highest[hand->number] = highest;
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
static void workers_order(struct auction_run *k, const int32_t *best, struct arena *scratch)
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
        k->span[start[best[w]]++] =
            (struct span){ in->edges + in->row[w], (int32_t)(in->row[w + 1] - in->row[w]) };
    }
}

/* --- by post --- */

/* Posts of one hand's workers: how many bidders; then where the next one goes. */
struct columns {
    const struct span *span; /* per worker */
    struct bidder *bidders;
    int64_t *next[HANDS_MAX];
};

static void columns_count(const struct hand *hand)
{
    const struct columns *c = hand->arg;
    int64_t *count = c->next[hand->number];

    for (int32_t w = hand->from; w < hand->to; w++) {
        struct span row = c->span[w];

        if (w + AHEAD < hand->to)
            span_prefetch(c->span[w + AHEAD]);
        for (int32_t e = 0; e < row.n; e++)
            count[row.edges[e].post]++;
    }
}

static void columns_fill(const struct hand *hand)
{
    const struct columns *c = hand->arg;
    int64_t *next = c->next[hand->number];

    for (int32_t w = hand->from; w < hand->to; w++) {
        struct span row = c->span[w];

        if (w + AHEAD < hand->to)
            span_prefetch(c->span[w + AHEAD]);
        for (int32_t e = 0; e < row.n; e++) {
            struct auction_edge edge = row.edges[e];

            c->bidders[next[edge.post]++] = (struct bidder){ w, edge.score };
        }
    }
}

static void columns_build(struct auction_run *k)
{
    struct arena *scratch = arena_new();
    struct columns c = { .span = k->span };
    int64_t at = 0;

    k->column = NEW_ARRAY(k->mem, struct column, k->posts);
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
        k->column[p].n = (int32_t)(at - from);
    }
    c.bidders = NEW_ARRAY(k->mem, struct bidder, at);
    at = 0;
    for (int32_t i = 0; i < k->posts; i++) {
        struct column *column = &k->column[k->post_order[i]];

        column->bidders = c.bidders + at;
        at += column->n;
    }
    hands_work(k->hands, k->workers, columns_fill, &c);
    arena_free(scratch);
}

/* --- the whole --- */

static void seats_build(struct auction_run *k)
{
    int32_t most = 0;
    int64_t all = 0;
    struct seat *next;

    for (int32_t p = 0; p < k->posts; p++) {
        int32_t seats = MIN(k->cap[p], k->column[p].n);

        all += seats;
        most = MAX(most, seats);
    }
    next = NEW_ARRAY(k->mem, struct seat, all);
    k->seats = NEW_ARRAY(k->mem, struct seat *, k->posts);
    for (int32_t i = 0; i < k->posts; i++) {
        int32_t p = k->post_order[i];

        k->seats[p] = next;
        next += MIN(k->cap[p], k->column[p].n);
    }
    k->offers = NEW_ARRAY(k->mem, struct offer, (size_t)most + 1);
}

void auction_run_build(struct auction_run *k, const struct auction_input *in)
{
    struct arena *scratch = arena_new();
    int32_t *best = NEW_ARRAY(scratch, int32_t, in->workers);

    k->mem = arena_new();
    k->span = NEW_ARRAY(k->mem, struct span, in->workers);
    k->in = in;
    k->posts = in->posts;
    k->cap = in->cap;
    k->scale = (int64_t)in->workers + 1;
    k->hands = hands_for(in->workers);
    k->order = NEW_ARRAY(k->mem, int32_t, in->workers);
    k->post_order = NEW_ARRAY(k->mem, int32_t, k->posts);
    survey_run(k, scratch, best);
    posts_order(k, scratch);
    workers_order(k, best, scratch);
    arena_free(scratch);
    columns_build(k);
    seats_build(k);
    while (k->highest >> k->down > 0)
        k->down++;
    k->taken = NEW_ARRAY(k->mem, int32_t, k->posts);
    k->price = NEW_ARRAY(k->mem, int32_t, k->posts);
    k->waiting = NEW_ARRAY(k->mem, bool, k->posts);
    k->post = NEW_ARRAY(k->mem, int32_t, k->workers);
    k->profit = NEW_ARRAY(k->mem, int32_t, k->workers);
    k->slot = NEW_ARRAY(k->mem, int32_t, k->workers);
    k->queue_size = MAX(1, MAX(k->workers, k->posts));
    k->queue = NEW_ARRAY(k->mem, int32_t, k->queue_size);
    for (int32_t w = 0; w < k->workers; w++)
        k->post[w] = -1;
    for (int32_t p = 0; p < k->posts; p++)
        k->price[p] = k->cap[p] > 0 ? auction_units(k, k->highest) : 0;
}

/* --- from an earlier outcome --- */

/* What the worker's edge to the post is worth; 0 when there is none. */
static int32_t score_of(const struct auction_run *k, int32_t worker, int32_t post)
{
    struct span row = k->span[worker];

    for (int32_t e = 0; e < row.n; e++)
        if (row.edges[e].post == post)
            return row.edges[e].score;
    return 0;
}

void auction_run_start(struct auction_run *k, const struct auction_start *start)
{
    for (int32_t p = 0; p < k->posts; p++) {
        assert(start->price[p] >= 0);
        k->price[p] = k->cap[p] > 0 ? auction_units_from(k, start->price[p]) : 0;
    }
    for (int32_t w = 0; start->post && w < k->workers; w++) {
        int32_t post = start->post[k->order[w]];
        int32_t score = post < 0 ? 0 : score_of(k, w, post);

        if (score == 0 || k->taken[post] == k->cap[post])
            continue;
        k->seats[post][k->taken[post]++] = (struct seat){ k->price[post], w, score };
        k->post[w] = post;
    }
}

void auction_run_release(struct auction_run *k)
{
    arena_free(k->mem);
}
