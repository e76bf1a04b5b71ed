/* groups_model.h — what the files of groups.h share. Inside the module.
 *
 * A limit stands for cells: sets of edges of which at most, at least, or none or at least n may be
 * used. Each edge knows its cells and each cell its edges. A cell sways its edges by points
 * (`shift`): a Lagrange multiplier. A party sways its members' edges so that all of them see their
 * common gain at each place (`share`, which adds up to 0 over the members). What an edge is worth
 * in the market is its score and all that sways it. */
#pragma once
#include "matching/groups.h"

enum group_way {
    GROUP_WAY_PRICED, /* by a Lagrange multiplier */
    GROUP_WAY_HOME,   /* at most n of a county or village: by a post at home */
    GROUP_WAY_SPLIT   /* seats of a post held: by a second post */
};

struct group_cell {
    int32_t limit;
    enum group_kind kind; /* GROUP_HELD has become GROUP_AT_MOST of the others */
    enum group_way way;
    int32_t n;
    int32_t who, where; /* labels */
    int64_t from, to;   /* in members */
    int64_t constant;   /* points its multiplier adds to the bound */
    bool is_closed;     /* nobody goes in the next round */
};

/* A post at home: taking a seat there is staying without a post. */
struct group_home {
    int32_t cell, parent; /* index of the home around it, or -1 */
    int32_t own;          /* seats: who must stay, beyond those the homes inside keep */
};

struct group_model {
    struct arena *mem;
    const struct group_input *in;
    int32_t workers, posts, parties;
    int32_t *worker_at, *post_at; /* in the order of the keys: index of the input */
    int32_t *cap;
    int64_t *row;
    struct auction_edge *edges; /* by post within a worker */
    int32_t *owner;             /* per edge: whose it is */
    int64_t *worth;             /* per edge */
    int32_t *share;             /* per edge */
    uint8_t *state;             /* per edge: enum group_reason; GROUP_REASON_PLACED means usable */
    int32_t *by;                /* per edge: what `state` means */
    int32_t *party;             /* per worker; -1 */
    int32_t *party_row, *party_worker;
    enum group_where *party_same;
    int32_t *party_at; /* index of the input */
    int64_t *held_to;  /* per worker: an edge whose cells of none or n she must not leave, or -1 */
    int64_t *promised; /* per worker: edge, -1 for none */
    uint8_t *unkept;   /* per worker: a promise without a seat */
    struct group_cell *cells;
    int32_t n_cells;
    int64_t *cells_row; /* per edge, in cell, shift and edge_of */
    int32_t *cell, *shift, *edge_of;
    int64_t *members; /* of a cell: indices in cell, shift, edge_of */
    struct group_home *homes;
    int32_t n_homes;
    int32_t *home_of; /* two per worker: village, county; -1 */
    int32_t home_all; /* of everybody; -1 */
    bool has_split;
};

/* Copies the input into one order, finds the cells, and rules out what can never be. */
void group_model_build(struct group_model *m, const struct group_input *in);
/* Rules an edge out, unless it is so already. */
void group_rule_out(struct group_model *m, int64_t edge, enum group_reason why, int32_t by);
/* Label of a worker or a post. */
int32_t group_who_label(const struct group_model *m, enum group_who who, int32_t worker);
int32_t group_where_label(const struct group_model *m, enum group_where where, int32_t post);
/* Rules out edges of parties that not all members can follow, and cells that too few can fill,
 * until nothing changes. `fixed`: per worker an edge taken for good, or -1. */
void group_model_reduce(struct group_model *m, const int64_t *fixed);

/* The state of an edge whose cell of none or n is closed for the moment. */
enum { GROUP_CLOSED = GROUP_REASON_COUNT };

static inline bool group_usable(const struct group_model *m, int64_t edge)
{
    return m->state[edge] == GROUP_REASON_PLACED;
}

/* --- groups_price.c --- */

/* Prices of seats, and the bound they prove. Posts of the auction: those of the model, then held
 * seats, then homes. */
struct group_prices {
    int64_t *price;
    int64_t scale, home_score; /* score of a seat at home */
    int64_t bound;             /* points */
    int64_t *taken;            /* per worker: edge or -1 */
};

/* Runs the auction over what is usable; workers in `fixed` keep theirs or, with GROUP_WAITS, stay
 * without. Results live in `mem`. */
enum { GROUP_WAITS = -2 };
void group_market(struct arena *mem, struct group_model *m, const int64_t *fixed,
                  struct group_prices *ret);
/* What a worker gains on an edge at these prices, in 1/scale points. */
int64_t group_net(const struct group_model *m, const struct group_prices *p, int32_t worker,
                  int64_t edge);
/* Points of the model's multipliers that come to the bound. */
int64_t group_constants(const struct group_model *m);
/* Sets the shares of parties and then the multipliers of cells anew, one after the other, each the
 * best at these prices and the others. */
void group_share(struct group_model *m, const struct group_prices *p, const int64_t *fixed);
void group_reprice(struct group_model *m, const struct group_prices *p, const int64_t *fixed);
/* Takes the multipliers of all GROUP_NONE_OR cells away. */
void group_unprice(struct group_model *m);
/* What a worker gains by an edge over everything outside of its cell, in 1/scale points. */
int64_t group_gain_over(const struct group_model *m, const struct group_prices *p, int64_t edge,
                        int32_t cell);
/* Of a GROUP_NONE_OR cell: what the n people who gain most by it would gain together, in 1/scale
 * points, without its own multiplier. INT64_MIN when there are not n. */
int64_t group_cell_gain(const struct group_model *m, const struct group_prices *p,
                        const int64_t *fixed, int32_t cell);

/* --- groups_plan.c --- */

/* Who goes where, and how many each cell holds. */
struct group_plan {
    int64_t *at;                      /* per worker: edge or -1 */
    int32_t *taken;                   /* per post */
    int32_t *count;                   /* per cell */
    int32_t *first, *next, *previous; /* the workers of a post, linked */
    int64_t value;
    bool is_filling; /* a cell of none or n may hold fewer for now */
};

void group_plan_new(struct arena *mem, const struct group_model *m, struct group_plan *ret);
void group_plan_copy(const struct group_model *m, const struct group_plan *from,
                     struct group_plan *to);
void group_put(const struct group_model *m, struct group_plan *s, int32_t worker, int64_t edge);
void group_drop(const struct group_model *m, struct group_plan *s, int32_t worker);
/* A seat is free and no cell forbids one more. */
bool group_fits(const struct group_model *m, const struct group_plan *s, int64_t edge);
/* Sends home whoever breaks a condition, those with the least gain first and with their party,
 * until all are kept. */
void group_enforce(const struct group_model *m, struct group_plan *s, const struct group_prices *p);
/* Adds, moves and exchanges people while that gains points and breaks nothing. */
void group_improve(const struct group_model *m, struct group_plan *s);
/* Places a party at the given label, all or none; each member where she gains most at the prices,
 * or where her score is highest when there are none. */
bool group_put_party(const struct group_model *m, struct group_plan *s,
                     const struct group_prices *p, int32_t party, int32_t label);
