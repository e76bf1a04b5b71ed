/* assign.c — who goes where: the pairs considered, the auction over them, and the proof over all.
 */
#include "matching/blocks.h"

#include <stdlib.h>

enum {
    MOST_USUAL = 20,
    TURNS = 3,           /* of taking seats one after the other */
    ADDED_PER_ROUND = 6, /* pairs a person gains in a round at most */
    ROUNDS_MAX = 20,
    GAP_ACCEPTED = 10000, /* as a divisor of the bound */
    GAP_PER_AUCTION = 2,  /* of which an auction may use one of so many parts */
};

struct draw {
    uint64_t number;
    int32_t person;
};

static int draw_order(const void *a, const void *b)
{
    const struct draw *p = a, *q = b;

    if (p->number != q->number)
        return p->number < q->number ? -1 : 1;
    return (p->person > q->person) - (p->person < q->person);
}

/* An order that favours nobody and is the same every time: by a scrambled place in the array, so
 * that the same people in another ledger, under other ids, are drawn alike. */
static struct draw *draw(struct arena *mem, const struct match_problem *in)
{
    struct draw *order = NEW_ARRAY(mem, struct draw, in->n_persons);

    for (int32_t i = 0; i < in->n_persons; i++) {
        uint64_t z = (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;

        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        order[i] = (struct draw){ z ^ (z >> 31), i };
    }
    if (in->n_persons > 0)
        qsort(order, (size_t)in->n_persons, sizeof *order, draw_order);
    return order;
}

/* Lists of edges, one per person, as they grow. */
struct lists {
    struct arena *mem;
    int64_t *row;
    struct auction_edge *edges;
};

/* The lists with what was found for some; the old ones are given back. */
static struct lists lists_add(const struct match_problem *in, struct lists old,
                              const struct block_search *search, const struct block_found *found)
{
    struct lists l = { .mem = arena_new() };
    struct arena *scratch = arena_new();
    int32_t *n = NEW_ARRAY(scratch, int32_t, in->n_persons + 1);

    for (int32_t i = 0; i < search->n_who; i++)
        n[search->who[i]] = found->n[i];
    l.row = NEW_ARRAY(l.mem, int64_t, (size_t)in->n_persons + 1);
    for (int32_t w = 0; w < in->n_persons; w++)
        l.row[w + 1] = l.row[w] + (old.row[w + 1] - old.row[w]) + n[w];
    l.edges = NEW_ARRAY(l.mem, struct auction_edge, l.row[in->n_persons] + 1);
    for (int32_t w = 0; w < in->n_persons; w++)
        memcpy(l.edges + l.row[w], old.edges + old.row[w],
               sizeof *l.edges * (size_t)(old.row[w + 1] - old.row[w]));
    for (int32_t i = 0; i < search->n_who; i++)
        memcpy(l.edges + l.row[search->who[i] + 1] - found->n[i],
               found->edges + (int64_t)i * search->most, sizeof *l.edges * (size_t)found->n[i]);
    arena_free(scratch);
    arena_free(old.mem);
    return l;
}

/* Whether one of the posts found still has a seat, which is then taken. */
static bool seat_take(const struct auction_edge *edges, int32_t n, int32_t *seats)
{
    for (int32_t f = 0; f < n; f++)
        if (seats[edges[f].post] > 0) {
            seats[edges[f].post]--;
            return true;
        }
    return false;
}

/* The pairs (1) and (2) of candidates.h: half of a list for either. */
static struct lists lists_start(const struct match_problem *in, const struct blocks *blocks,
                                int32_t most, int64_t *ret_pairs)
{
    struct arena *scratch = arena_new();
    struct lists l = { .mem = arena_new() };
    const struct draw *order = draw(scratch, in);
    int32_t *who = NEW_ARRAY(scratch, int32_t, in->n_persons + 1);
    int32_t *seats = NEW_ARRAY(scratch, int32_t, in->n_posts + 1);
    struct block_search search = {
        .who = who, .n_who = in->n_persons, .most = most - most / 2, .scale = 1
    };

    l.row = NEW_ARRAY(l.mem, int64_t, (size_t)in->n_persons + 1);
    l.edges = NEW_ARRAY(l.mem, struct auction_edge, 1);
    for (int32_t i = 0; i < in->n_persons; i++)
        who[i] = order[i].person;
    for (int32_t p = 0; p < in->n_posts; p++)
        seats[p] = in->posts[p].seats;
    for (int turn = 0; turn < TURNS && search.n_who > 0; turn++) {
        struct arena *mem = arena_new();
        struct block_found found;
        int32_t waiting = 0;

        blocks_search(mem, blocks, &search, &found);
        l = lists_add(in, l, &search, &found);
        for (int32_t i = 0; i < search.n_who; i++)
            if (found.n[i] > 0 &&
                !seat_take(found.edges + (int64_t)i * search.most, found.n[i], seats))
                who[waiting++] = who[i];
        *ret_pairs += found.pairs;
        search.n_who = waiting;
        search.most = MAX(1, most / 2);
        search.seats = seats;
        arena_free(mem);
    }
    arena_free(scratch);
    return l;
}

/* The pairs (3): what is worth more at these prices than anything on the list. Adds the dual value
 * over all possible pairs, in 1/scale points, to *ret_dual. The old lists are given back. */
static struct lists lists_extend(const struct match_problem *in, const struct blocks *blocks,
                                 const struct auction_result *auction, struct lists l,
                                 __int128 *ret_dual, int64_t *ret_pairs)
{
    struct arena *scratch = arena_new();
    int64_t *least = NEW_ARRAY(scratch, int64_t, in->n_persons + 1);
    int32_t *who = NEW_ARRAY(scratch, int32_t, in->n_persons + 1);
    struct block_search search = { .who = who,
                                   .most = ADDED_PER_ROUND,
                                   .least = least,
                                   .price = auction->price,
                                   .scale = auction->scale };
    struct block_found found;

    for (int32_t w = 0; w < in->n_persons; w++) {
        for (int64_t e = l.row[w]; e < l.row[w + 1]; e++)
            least[w] =
                MAX(least[w], l.edges[e].score * auction->scale - auction->price[l.edges[e].post]);
        *ret_dual += least[w];
        if (l.row[w + 1] > l.row[w]) /* who had nothing at no price has nothing at any */
            who[search.n_who++] = w;
    }
    blocks_search(scratch, blocks, &search, &found);
    for (int32_t i = 0; i < search.n_who; i++)
        *ret_dual += MAX(0, found.worth[i] - least[who[i]]);
    *ret_pairs += found.pairs;
    l = lists_add(in, l, &search, &found);
    arena_free(scratch);
    return l;
}

struct listed {
    int64_t id;
    struct auction_edge edge;
};

static int listed_order(const void *a, const void *b)
{
    const struct listed *p = a, *q = b;

    if (p->edge.score != q->edge.score)
        return p->edge.score > q->edge.score ? -1 : 1;
    return (p->id > q->id) - (p->id < q->id);
}

/* Copies the lists as they were when the auction ran, best first. */
static void lists_keep(struct arena *mem, const struct match_problem *in, const struct lists *l,
                       const int32_t *length, struct match_candidates *ret)
{
    int64_t total = 0, longest = 0;
    struct arena *scratch = arena_new();
    struct listed *sorted;

    ret->row = NEW_ARRAY(mem, int64_t, (size_t)in->n_persons + 1);
    for (int32_t w = 0; w < in->n_persons; w++) {
        ret->row[w + 1] = total += length[w];
        longest = MAX(longest, length[w]);
    }
    ret->edges = NEW_ARRAY(mem, struct auction_edge, total);
    sorted = NEW_ARRAY(scratch, struct listed, longest);
    for (int32_t w = 0; w < in->n_persons; w++) {
        for (int32_t i = 0; i < length[w]; i++) {
            struct auction_edge edge = l->edges[l->row[w] + i];

            sorted[i] = (struct listed){ in->posts[edge.post].id, edge };
        }
        if (length[w] > 1)
            qsort(sorted, (size_t)length[w], sizeof *sorted, listed_order);
        for (int32_t i = 0; i < length[w]; i++)
            ret->edges[ret->row[w] + i] = sorted[i].edge;
    }
    arena_free(scratch);
}

void match_assign(struct arena *mem, const struct match_problem *in, struct match_assignment *ret)
{
    struct arena *scratch = arena_new(), *round_mem = NULL;
    const struct blocks *blocks = blocks_build(scratch, in);
    int32_t *cap = NEW_ARRAY(scratch, int32_t, in->n_posts + 1);
    int32_t *length = NEW_ARRAY(scratch, int32_t, in->n_persons + 1);
    struct match_assignment a = { .bound = INT64_MAX };
    int64_t pairs = 0;
    struct lists l = lists_start(in, blocks, in->most > 0 ? in->most : MOST_USUAL, &pairs);

    for (int32_t p = 0; p < in->n_posts; p++)
        cap[p] = MAX(0, in->posts[p].seats);
    for (bool is_done = false; !is_done;) {
        struct auction_input market = { in->n_persons, in->n_posts,
                                        cap,           l.row,
                                        l.edges,       (int64_t)GAP_ACCEPTED * GAP_PER_AUCTION };
        int64_t before = l.row[in->n_persons];
        __int128 dual = 0;

        arena_free(round_mem);
        round_mem = arena_new();
        for (int32_t w = 0; w < in->n_persons; w++)
            length[w] = (int32_t)(l.row[w + 1] - l.row[w]);
        auction_solve(round_mem, &market, &a.auction);
        for (int32_t p = 0; p < in->n_posts; p++)
            dual += (__int128)cap[p] * a.auction.price[p];
        l = lists_extend(in, blocks, &a.auction, l, &dual, &pairs);
        a.value = a.auction.certificate.value;
        a.bound = MIN(a.bound, (int64_t)(dual / a.auction.scale));
        a.gap = a.bound - a.value;
        a.rounds++;
        is_done = a.gap <= a.bound / GAP_ACCEPTED || a.rounds == ROUNDS_MAX ||
                  l.row[in->n_persons] == before;
    }
    lists_keep(mem, in, &l, length, &a.considered);
    a.considered.pairs = pairs;
    a.auction.post = memcpy(NEW_ARRAY(mem, int32_t, in->n_persons + 1), a.auction.post,
                            sizeof(int32_t) * (size_t)in->n_persons);
    a.auction.price = memcpy(NEW_ARRAY(mem, int64_t, in->n_posts + 1), a.auction.price,
                             sizeof(int64_t) * (size_t)in->n_posts);
    arena_free(l.mem);
    arena_free(round_mem);
    arena_free(scratch);
    *ret = a;
}
