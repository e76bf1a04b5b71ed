/* peer_lemon.h — LEMON's network simplex and cost scaling on an assignment. */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
enum peer_method { PEER_NETWORK_SIMPLEX, PEER_COST_SCALING };

/* Of the solver's run alone, without building the network. */
struct peer_seconds {
    double processor, clock;
};

/* `edges` are pairs of post and score. Returns the value, -1 when it finds no solution. */
int64_t peer_lemon(int32_t workers, int32_t posts, const int32_t *cap, const int64_t *row,
                   const int32_t *edges, enum peer_method method, struct peer_seconds *ret);
#ifdef __cplusplus
}
#endif
