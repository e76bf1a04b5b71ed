/* settle.c — of the best assignments the one that moves fewest people (again.h).
 *
 * Keeping one's post is worth a fraction of a point: then the sum of the scores decides first and
 * the number who stay second. */
#include "matching/again.h"

/* Scores of the auction must fit into an int32_t; a gap of a ten-thousandth is promised. */
enum { SCORE_MOST = 1 << 30, GAP_PROMISED = 10000 };

/* The market over the pairs considered, in which a point counts `part`. */
struct settling {
    const struct match_problem *in;
    const struct match_assignment *a;
    struct arena *mem;
    struct auction_input market;
    int32_t part;
};

static int32_t highest(const struct match_candidates *c, int32_t n)
{
    int32_t most = 1;

    for (int64_t e = 0; e < c->row[n]; e++)
        most = MAX(most, c->edges[e].score);
    return most;
}

static void settling_begin(struct settling *s)
{
    const struct match_problem *in = s->in;
    const struct match_candidates *c = &s->a->considered;
    int32_t *cap = NEW_ARRAY(s->mem, int32_t, (size_t)in->n_posts + 1);

    for (int32_t p = 0; p < in->n_posts; p++)
        cap[p] = MAX(0, in->posts[p].seats);
    s->part = MAX(1, MIN(in->n_persons + 1, SCORE_MOST / highest(c, in->n_persons)));
    s->market = (struct auction_input){ in->n_persons, in->n_posts, cap, c->row, c->edges };
}

/* With so much more, in parts of a point, for the post she had; nothing to favour without a start.
 */
static struct auction_edge *favour(const struct settling *s, int32_t more)
{
    const struct match_candidates *c = &s->a->considered;
    int64_t n = c->row[s->in->n_persons];
    struct auction_edge *edges = NEW_ARRAY(s->mem, struct auction_edge, n + 1);

    for (int32_t i = 0; i < s->in->n_persons; i++)
        for (int64_t e = c->row[i]; e < c->row[i + 1]; e++) {
            struct auction_edge edge = c->edges[e];
            bool is_hers = more > 0 && edge.score > 0 && edge.post == s->in->start->post[i];

            edges[e] =
                (struct auction_edge){ edge.post, edge.score * s->part + (is_hers ? more : 0) };
        }
    return edges;
}

static const int32_t *settle(const struct settling *s, int32_t more)
{
    const struct auction_result *a = &s->a->auction;
    int64_t *price = NEW_ARRAY(s->mem, int64_t, (size_t)s->in->n_posts + 1);
    struct auction_start start = { .price = price, .post = a->post };
    struct auction_input market = s->market;
    struct auction_result result;

    for (int32_t p = 0; p < s->in->n_posts; p++)
        price[p] = (int64_t)((__int128)a->price[p] * s->part * (s->in->n_persons + 1) / a->scale);
    market.edges = favour(s, more);
    market.start = &start;
    auction_solve(s->mem, &market, &result);
    return result.post;
}

/* What the run before may have missed, divided among all who could stay. */
static int32_t most_favour(const struct settling *s)
{
    const struct match_start *start = s->in->start;
    int64_t gap = start ? MIN(start->gap, s->a->bound / GAP_PROMISED) : 0;

    if (!start)
        return 0;
    return (int32_t)(1 + gap * s->part / MAX(1, s->in->n_persons));
}

void match_settle(struct arena *mem, const struct match_problem *in, struct match_assignment *a)
{
    struct settling s = { .in = in, .a = a, .mem = arena_new() };
    int32_t more;

    settling_begin(&s);
    more = most_favour(&s);
    for (;;) {
        const int32_t *post = settle(&s, more);

        auction_certify(&s.market, post, a->auction.price, a->auction.scale,
                        &a->auction.certificate);
        a->value = a->auction.certificate.value;
        a->gap = a->bound - a->value;
        if (more <= 1 || a->gap <= a->bound / GAP_PROMISED) {
            a->auction.post = memcpy(NEW_ARRAY(mem, int32_t, (size_t)in->n_persons + 1), post,
                                     sizeof *post * (size_t)in->n_persons);
            break;
        }
        more = 1;
    }
    arena_free(s.mem);
}
