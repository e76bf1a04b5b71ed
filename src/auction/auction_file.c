/* auction_file.c — see auction_file.h. */
#include "auction/auction_file.h"

#include <stdio.h>

enum { COST_MOST = 1000000000, NODES_MOST = 10000000, PAIRS_MOST = 1000000000 };

struct reader {
    const char *at, *end;
    int64_t line;
    struct failure *why;
};

static enum err wrong(struct reader *r, const char *what, const char *cure)
{
    enum err err = failure_set(r->why, E_INVALID, "assignment.file", "line %lld: %s",
                               (long long)r->line, what);

    snprintf(r->why->hint, sizeof r->why->hint, "%s", cure);
    return err;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->end && is_blank(*r->at))
        r->at++;
}

/* A whole number within lo … hi on this line. */
static enum err read_number(struct reader *r, const char *what, int64_t lo, int64_t hi,
                            int64_t *ret)
{
    bool is_negative;
    int64_t n = 0;

    skip_blanks(r);
    is_negative = r->at < r->end && *r->at == '-';
    r->at += is_negative;
    if (r->at == r->end || *r->at < '0' || *r->at > '9')
        return wrong(r, what, "A whole number must stand here.");
    for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
        n = 10 * n + (*r->at - '0');
        if (n > INT32_MAX)
            return wrong(r, what, "The number is too large; divide all of them.");
    }
    if (r->at < r->end && !is_blank(*r->at) && *r->at != '\n')
        return wrong(r, what, "Only whole numbers with blanks between may stand here.");
    n = is_negative ? -n : n;
    if (n < lo || n > hi)
        return wrong(r, what, "The number is outside of what is allowed here.");
    *ret = n;
    return OK;
}

/* To the first character of the next line; false at the end of the text. */
static bool next_line(struct reader *r)
{
    while (r->at < r->end && *r->at != '\n')
        r->at++;
    if (r->at == r->end)
        return false;
    r->at++;
    r->line++;
    return true;
}

static enum err line_end(struct reader *r)
{
    skip_blanks(r);
    if (r->at < r->end && *r->at != '\n')
        return wrong(r, "more than expected on the line", "Remove what follows the last number.");
    return OK;
}

static void skip_blank_lines(struct reader *r)
{
    for (;;) {
        skip_blanks(r);
        if (r->at == r->end || *r->at != '\n')
            return;
        next_line(r);
    }
}

/* Costs, which stand in the edges' scores, become scores. */
static enum err costs_to_scores(struct reader *r, struct auction_file *f,
                                struct auction_edge *edges)
{
    int64_t n = f->in.row[f->in.workers], lowest = INT64_MAX, highest = INT64_MIN;

    for (int64_t e = 0; e < n; e++) {
        lowest = MIN(lowest, edges[e].score);
        highest = MAX(highest, edges[e].score);
    }
    if (n == 0)
        lowest = highest = 0;
    f->offset = highest + 1 + (highest - lowest) * f->in.workers;
    if (f->offset - lowest > INT32_MAX)
        return wrong(r, "costs too far apart for so many workers", "Divide all costs.");
    for (int64_t e = 0; e < n; e++)
        edges[e].score = (int32_t)(f->offset - edges[e].score);
    f->in.edges = edges;
    return OK;
}

/* --- OR-Library --- */

static enum err read_square(struct arena *mem, struct reader *r, struct auction_file *f)
{
    struct auction_edge *edges;
    int64_t n, cost, *row;
    int32_t *cap;

    TRY(read_number(r, "the number of workers", 0, 30000, &n));
    if (n * n > (r->end - r->at) / 2 + 1)
        return wrong(r, "fewer costs than workers × posts", "The file is cut off; get it again.");
    cap = NEW_ARRAY(mem, int32_t, n);
    row = NEW_ARRAY(mem, int64_t, n + 1);
    edges = NEW_ARRAY(mem, struct auction_edge, n * n);
    for (int64_t i = 0; i < n * n; i++) {
        skip_blank_lines(r);
        TRY(read_number(r, "a cost", -COST_MOST, COST_MOST, &cost));
        edges[i] = (struct auction_edge){ (int32_t)(i % n), (int32_t)cost };
    }
    for (int64_t i = 0; i < n; i++) {
        cap[i] = 1;
        row[i + 1] = (i + 1) * n;
    }
    skip_blank_lines(r);
    TRY(line_end(r));
    f->in = (struct auction_input){ .workers = (int32_t)n, .posts = (int32_t)n, cap, row };
    return costs_to_scores(r, f, edges);
}

/* --- DIMACS --- */

struct arc {
    int32_t from, to, cost;
};

struct flow {
    int64_t nodes, arcs_told;
    int32_t *supply; /* per node from 1 */
    struct arc *arcs;
    size_t n, cap;
};

static enum err read_problem(struct arena *mem, struct reader *r, struct flow *flow)
{
    if (flow->supply)
        return wrong(r, "a second problem line", "Keep one line that begins with p.");
    skip_blanks(r);
    if (r->end - r->at < 3 || memcmp(r->at, "min", 3) != 0)
        return wrong(r, "not a minimum cost flow", "The problem line must be: p min NODES ARCS.");
    r->at += 3;
    TRY(read_number(r, "the number of nodes", 0, NODES_MOST, &flow->nodes));
    TRY(read_number(r, "the number of arcs", 0, PAIRS_MOST, &flow->arcs_told));
    flow->supply = NEW_ARRAY(mem, int32_t, flow->nodes + 1);
    return OK;
}

static enum err read_node(struct reader *r, struct flow *flow)
{
    int64_t node, supply;

    TRY(read_number(r, "a node", 1, flow->nodes, &node));
    TRY(read_number(r, "a supply", -NODES_MOST, NODES_MOST, &supply));
    if (flow->supply[node] != 0)
        return wrong(r, "the node has a supply already", "Keep one line for a node.");
    if (flow->n > 0)
        return wrong(r, "a node after arcs", "Put all lines that begin with n before the arcs.");
    flow->supply[node] = (int32_t)supply;
    return OK;
}

static enum err read_arc(struct arena *mem, struct reader *r, struct flow *flow)
{
    int64_t from, to, low, most, cost;

    TRY(read_number(r, "where the arc begins", 1, flow->nodes, &from));
    TRY(read_number(r, "where the arc ends", 1, flow->nodes, &to));
    TRY(read_number(r, "the least flow", 0, INT32_MAX, &low));
    TRY(read_number(r, "the most flow", 0, INT32_MAX, &most));
    TRY(read_number(r, "a cost", -COST_MOST, COST_MOST, &cost));
    if (flow->supply[from] <= 0 || flow->supply[to] >= 0)
        return wrong(r, "an arc that is not from a supply to a demand",
                     "Only problems shaped like an assignment can be read.");
    if (low != 0 || most < MIN(flow->supply[from], -flow->supply[to]))
        return wrong(r, "an arc with bounds",
                     "The least flow must be 0, the most no less than supply or demand.");
    if ((int64_t)flow->n == flow->arcs_told)
        return wrong(r, "more arcs than the problem line tells", "Correct the problem line.");
    *ARENA_PUSH(mem, flow->arcs, flow->n, flow->cap) =
        (struct arc){ (int32_t)from, (int32_t)to, (int32_t)cost };
    return OK;
}

static enum err read_line(struct arena *mem, struct reader *r, struct flow *flow)
{
    char kind = r->at < r->end ? *r->at : '\n';

    if (kind == '\n' || kind == 'c')
        return OK;
    r->at++;
    if (kind != 'p' && !flow->supply)
        return wrong(r, "no problem line yet", "Begin with: p min NODES ARCS.");
    switch (kind) {
    case 'p':
        TRY(read_problem(mem, r, flow));
        break;
    case 'n':
        TRY(read_node(r, flow));
        break;
    case 'a':
        TRY(read_arc(mem, r, flow));
        break;
    default:
        return wrong(r, "an unknown kind of line", "A line begins with c, p, n or a.");
    }
    return line_end(r);
}

/* Nodes become workers and posts; `number` is the first worker or the post of a node. */
static enum err number_nodes(struct arena *mem, struct reader *r, const struct flow *flow,
                             struct auction_file *f, int32_t *number)
{
    int64_t workers = 0, posts = 0, seats = 0;
    int32_t *cap = NEW_ARRAY(mem, int32_t, flow->nodes + 1);

    for (int64_t i = 1; i <= flow->nodes; i++) {
        number[i] = (int32_t)(flow->supply[i] > 0 ? workers : posts);
        if (flow->supply[i] > 0)
            workers += flow->supply[i];
        else if (flow->supply[i] < 0)
            seats += cap[posts++] = -flow->supply[i];
        if (workers > NODES_MOST)
            return wrong(r, "too much supply", "At most 10,000,000 in all can be read.");
    }
    if (workers > seats)
        return wrong(r, "more is supplied than demanded", "Add a node that takes the rest.");
    f->in = (struct auction_input){ .workers = (int32_t)workers, .posts = (int32_t)posts, cap };
    return OK;
}

static enum err flow_to_market(struct arena *mem, struct reader *r, const struct flow *flow,
                               struct auction_file *f)
{
    int32_t *number = NEW_ARRAY(mem, int32_t, flow->nodes + 1);
    struct auction_edge *edges;
    int64_t *row, *next, pairs = 0;

    TRY(number_nodes(mem, r, flow, f, number));
    row = NEW_ARRAY(mem, int64_t, (size_t)f->in.workers + 1);
    next = NEW_ARRAY(mem, int64_t, f->in.workers);
    for (size_t i = 0; i < flow->n; i++) {
        struct arc arc = flow->arcs[i];

        pairs += flow->supply[arc.from];
        if (pairs > PAIRS_MOST)
            return wrong(r, "too many pairs", "Supply × arcs may be 1,000,000,000 in all.");
        for (int32_t s = 0; s < flow->supply[arc.from]; s++)
            row[number[arc.from] + s + 1]++;
    }
    for (int32_t w = 0; w < f->in.workers; w++) {
        next[w] = row[w];
        row[w + 1] += row[w];
    }
    edges = NEW_ARRAY(mem, struct auction_edge, pairs);
    for (size_t i = 0; i < flow->n; i++) {
        struct arc arc = flow->arcs[i];

        for (int32_t s = 0; s < flow->supply[arc.from]; s++)
            edges[next[number[arc.from] + s]++] = (struct auction_edge){ number[arc.to], arc.cost };
    }
    f->in.row = row;
    return costs_to_scores(r, f, edges);
}

static enum err read_flow(struct arena *mem, struct reader *r, struct auction_file *f)
{
    struct flow flow = { 0 };

    do
        TRY(read_line(mem, r, &flow));
    while (next_line(r));
    if (!flow.supply)
        return wrong(r, "no problem line", "Begin with: p min NODES ARCS.");
    if ((int64_t)flow.n != flow.arcs_told)
        return wrong(r, "fewer arcs than the problem line tells",
                     "The file is cut off; get it again.");
    return flow_to_market(mem, r, &flow, f);
}

enum err auction_file_read(struct arena *mem, const char *text, size_t len,
                           struct auction_file *ret, struct failure *why)
{
    struct reader r = { text, text + len, 1, why };
    struct auction_file f = { .offset = 0 };

    skip_blank_lines(&r);
    if (r.at < r.end && (*r.at == 'c' || *r.at == 'p'))
        TRY(read_flow(mem, &r, &f));
    else
        TRY(read_square(mem, &r, &f));
    *ret = f;
    return OK;
}

int64_t auction_file_cost(const struct auction_file *file, int64_t value)
{
    return file->offset * file->in.workers - value;
}
