/* auction_file.h — assignment problems of others, so that the solver can be tested by them. Pure:
 * text in, problem out. Both forms ask for the least cost of placing everybody. A market's scores
 * are a constant less the cost, large enough that placing one more is worth any cost.
 *
 * OR-Library, assignment (Beasley 1990): n, then the n × n costs row by row, whole numbers with
 * blanks between. Row i is worker i, column j a post with one seat.
 *
 * DIMACS, minimum cost flow: lines "p min NODES ARCS", "n NODE SUPPLY", "a FROM TO LOW MOST COST";
 * "c" begins a comment. Shaped like an assignment: arcs lead from nodes with a supply to nodes with
 * a demand (negative supply), LOW is 0 and MOST does not bind, no more is supplied than demanded. A
 * node with supply s is s workers alike, in the order of nodes; a demand is a post's seats. */
#pragma once
#include "auction/auction.h"

struct auction_file {
    struct auction_input in;
    int64_t offset; /* score = offset - cost */
};

/* Text that begins with "c" or "p" is DIMACS. E_INVALID with the line and the cure. Limits: costs
 * within ±1,000,000,000, 10,000,000 workers and posts, 1,000,000,000 pairs, and scores that fit,
 * that is about workers × the range of costs up to 2,000,000,000. */
enum err auction_file_read(struct arena *mem, const char *text, size_t len,
                           struct auction_file *ret, struct failure *why) MUST_CHECK;

/* The cost of an outcome worth `value` that places everybody. */
int64_t auction_file_cost(const struct auction_file *file, int64_t value);
