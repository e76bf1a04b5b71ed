/* auction_proof.c — what an outcome is worth and what no outcome can exceed. Uses nothing of the
 * solver. */
#include "auction/auction.h"

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
