/* groups_model.c — the input in one order, as edges and cells, without what can never be. */
#include "matching/groups_model.h"

#include <stdlib.h>

enum { SCORE_MAX = 10000000 };

/* --- one order --- */

struct keyed {
    int64_t key;
    int32_t at;
};

static int key_order(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Indices in the order of their keys; *ret_place: where each has gone. */
static int32_t *ordered(struct arena *mem, const int64_t *key, int32_t n, int32_t **ret_place)
{
    struct arena *scratch = arena_new();
    struct keyed *all = NEW_ARRAY(scratch, struct keyed, n);
    int32_t *at = NEW_ARRAY(mem, int32_t, n), *place = NEW_ARRAY(mem, int32_t, n);

    for (int32_t i = 0; i < n; i++)
        all[i] = (struct keyed){ key ? key[i] : i, i };
    if (n > 1)
        qsort(all, (size_t)n, sizeof *all, key_order);
    for (int32_t i = 0; i < n; i++) {
        at[i] = all[i].at;
        place[all[i].at] = i;
    }
    arena_free(scratch);
    *ret_place = place;
    return at;
}

/* Better edges first within a post, so that the first of several to one post is the one to keep. */
static int edge_order(const void *a, const void *b)
{
    const struct auction_edge *x = a, *y = b;

    if (x->post != y->post)
        return x->post < y->post ? -1 : 1;
    return (y->score > x->score) - (y->score < x->score);
}

/* Copies the row of one worker; a promise (or NULL) is in it if its post has seats. Returns how
 * many. */
static int32_t row_copy(const struct group_model *m, int32_t given, const int32_t *post_place,
                        const struct group_promise *promise, struct auction_edge *to)
{
    const struct auction_input *in = m->in->market;
    int32_t n = 0, kept = 0, promised_post = promise ? post_place[promise->post] : -1;

    for (int64_t e = in->row[given]; e < in->row[given + 1]; e++) {
        struct auction_edge edge = in->edges[e];

        assert(edge.post >= 0 && edge.post < in->posts && edge.score < SCORE_MAX);
        if (edge.score > 0 && in->cap[edge.post] > 0)
            to[n++] = (struct auction_edge){ post_place[edge.post], edge.score };
    }
    if (promise && in->cap[promise->post] >
                       0) /* last of its post: an edge that stands for it already has the say */
        to[n++] = (struct auction_edge){ promised_post, MAX(0, promise->score) };
    if (n > 1)
        qsort(to, (size_t)n, sizeof *to, edge_order);
    for (int32_t i = 0; i < n; i++)
        if (kept == 0 || to[kept - 1].post != to[i].post)
            to[kept++] = to[i];
    return kept;
}

static void rows_build(struct group_model *m, const int32_t *worker_place,
                       const int32_t *post_place)
{
    const struct group_input *in = m->in;
    struct arena *scratch = arena_new();
    const struct group_promise **promise =
        NEW_ARRAY(scratch, const struct group_promise *, m->workers);
    int32_t *seats = NEW_ARRAY(scratch, int32_t, m->posts);

    for (int32_t i = 0; i < in->n_promises; i++) {
        assert(!promise[worker_place[in->promises[i].worker]]);
        promise[worker_place[in->promises[i].worker]] = &in->promises[i];
    }
    m->row = NEW_ARRAY(m->mem, int64_t, (size_t)m->workers + 1);
    m->edges = NEW_ARRAY(m->mem, struct auction_edge, in->market->row[m->workers] + in->n_promises);
    m->promised = NEW_ARRAY(m->mem, int64_t, m->workers);
    m->unkept = NEW_ARRAY(m->mem, uint8_t, m->workers);
    for (int32_t w = 0; w < m->workers; w++) {
        int64_t e = m->row[w];

        m->row[w + 1] = e + row_copy(m, m->worker_at[w], post_place, promise[w], m->edges + e);
        m->promised[w] = -1;
        m->unkept[w] = promise[w] != NULL; /* till it has a seat */
        for (; promise[w] && e < m->row[w + 1]; e++) {
            int32_t p = m->edges[e].post;

            if (p != post_place[promise[w]->post])
                continue;
            m->unkept[w] = seats[p] >= m->cap[p];
            if (!m->unkept[w]) {
                m->promised[w] = e;
                seats[p]++;
            }
        }
    }
    arena_free(scratch);
}

/* --- parties --- */

static void parties_build(struct group_model *m, const int32_t *worker_place)
{
    const struct group_input *in = m->in;
    struct arena *scratch = arena_new();
    struct keyed *order = NEW_ARRAY(scratch, struct keyed, in->n_parties);
    int32_t members = 0;

    for (int32_t i = 0; i < in->n_parties; i++) {
        order[i] = (struct keyed){ INT64_MAX, i };
        for (int32_t k = 0; k < in->parties[i].n; k++)
            order[i].key = MIN(order[i].key, worker_place[in->parties[i].workers[k]]);
        members += in->parties[i].n;
    }
    if (in->n_parties > 1)
        qsort(order, (size_t)in->n_parties, sizeof *order, key_order);
    m->parties = in->n_parties;
    m->party = NEW_ARRAY(m->mem, int32_t, m->workers);
    m->party_at = NEW_ARRAY(m->mem, int32_t, m->parties);
    m->party_same = NEW_ARRAY(m->mem, enum group_where, m->parties);
    m->party_row = NEW_ARRAY(m->mem, int32_t, m->parties + 1);
    m->party_worker = NEW_ARRAY(m->mem, int32_t, members);
    for (int32_t w = 0; w < m->workers; w++)
        m->party[w] = -1;
    for (int32_t i = 0; i < m->parties; i++) {
        const struct group_party *party = &in->parties[order[i].at];

        assert(party->same != GROUP_ANYWHERE);
        m->party_at[i] = order[i].at;
        m->party_same[i] = party->same;
        m->party_row[i + 1] = m->party_row[i];
        for (int32_t k = 0; k < party->n; k++) {
            int32_t w = worker_place[party->workers[k]], to = m->party_row[i + 1]++;

            assert(m->party[w] < 0);
            m->party[w] = i;
            for (; to > m->party_row[i] && m->party_worker[to - 1] > w; to--)
                m->party_worker[to] = m->party_worker[to - 1];
            m->party_worker[to] = w;
        }
    }
    arena_free(scratch);
}

/* --- labels and cells --- */

int32_t group_who_label(const struct group_model *m, enum group_who who, int32_t worker)
{
    const struct group_input *in = m->in;
    int32_t w = m->worker_at[worker];

    switch (who) {
    case GROUP_COUNTY:
        return in->county[w];
    case GROUP_VILLAGE:
        return in->village[w];
    case GROUP_REGISTERED:
        return in->is_registered[w] ? 0 : -1;
    case GROUP_UNREGISTERED:
        return in->is_registered[w] ? -1 : 0;
    case GROUP_ANYBODY:
        break;
    }
    return 0;
}

int32_t group_where_label(const struct group_model *m, enum group_where where, int32_t post)
{
    int32_t p = m->post_at[post];

    switch (where) {
    case GROUP_POST:
        return p;
    case GROUP_EMPLOYER:
        return m->in->employer[p];
    case GROUP_CITY:
        return m->in->city[p];
    case GROUP_ANYWHERE:
        break;
    }
    return 0;
}

/* Held seats are a limit on the others. */
static enum group_who limit_who(const struct group_limit *l)
{
    return l->kind == GROUP_HELD ? GROUP_UNREGISTERED : l->who;
}

/* The label of the cell on one side; -1 when the limit does not cover it. */
static int32_t covered(int32_t label, bool is_one, int32_t wanted)
{
    return is_one || wanted == GROUP_EACH || label == wanted ? label : -1;
}

static int32_t who_covered(const struct group_model *m, const struct group_limit *l, int32_t worker)
{
    enum group_who who = limit_who(l);

    return covered(group_who_label(m, who, worker), who != GROUP_COUNTY && who != GROUP_VILLAGE,
                   l->who_label);
}

static int32_t where_covered(const struct group_model *m, const struct group_limit *l, int32_t post)
{
    return covered(group_where_label(m, l->where, post), l->where == GROUP_ANYWHERE,
                   l->where_label);
}

/* Cells by limit and labels: open addressing. */
struct finder {
    int32_t *slot; /* cell + 1 */
    uint64_t mask;
    size_t room;
};

static uint64_t scrambled(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint64_t cell_hash(const struct group_cell *c)
{
    return scrambled(((uint64_t)(uint32_t)c->who << 32 | (uint32_t)c->where) +
                     scrambled((uint64_t)c->limit + 0x9e3779b97f4a7c15u));
}

static void finder_grow(struct group_model *m, struct arena *scratch, struct finder *f)
{
    f->mask = f->mask ? f->mask * 2 + 1 : 1023;
    f->slot = NEW_ARRAY(scratch, int32_t, f->mask + 1);
    for (int32_t c = 0; c < m->n_cells; c++) {
        uint64_t at = cell_hash(&m->cells[c]) & f->mask;

        while (f->slot[at])
            at = (at + 1) & f->mask;
        f->slot[at] = c + 1;
    }
}

/* The cell of these labels, made if it is new. */
static int32_t cell_find(struct group_model *m, struct arena *scratch, struct finder *f,
                         struct group_cell wanted)
{
    uint64_t at;
    size_t n = (size_t)m->n_cells;

    if ((uint64_t)m->n_cells * 2 >= f->mask)
        finder_grow(m, scratch, f);
    for (at = cell_hash(&wanted) & f->mask; f->slot[at]; at = (at + 1) & f->mask) {
        const struct group_cell *c = &m->cells[f->slot[at] - 1];

        if (c->limit == wanted.limit && c->who == wanted.who && c->where == wanted.where)
            return f->slot[at] - 1;
    }
    *ARENA_PUSH(m->mem, m->cells, n, f->room) = wanted;
    m->n_cells = (int32_t)n;
    f->slot[at] = m->n_cells;
    return m->n_cells - 1;
}

static void cells_of_edges(struct group_model *m)
{
    const struct group_limit *limits = m->in->limits;
    struct arena *scratch = arena_new();
    int32_t *who = NEW_ARRAY(scratch, int32_t, m->in->n_limits);
    struct finder f = { 0 };
    int64_t n = 0;

    m->cells_row = NEW_ARRAY(m->mem, int64_t, m->row[m->workers] + 1);
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            m->cell = NEW_ARRAY(m->mem, int32_t, n);
            m->edge_of = NEW_ARRAY(m->mem, int32_t, n);
            m->shift = NEW_ARRAY(m->mem, int32_t, n);
            n = 0;
        }
        for (int32_t w = 0; w < m->workers; w++) {
            for (int32_t l = 0; l < m->in->n_limits; l++)
                who[l] = who_covered(m, &limits[l], w);
            for (int64_t e = m->row[w]; e < m->row[w + 1]; e++) {
                for (int32_t l = 0; l < m->in->n_limits; l++) {
                    int32_t where =
                        who[l] < 0 ? -1 : where_covered(m, &limits[l], m->edges[e].post);

                    if (where < 0)
                        continue;
                    if (pass == 1) {
                        m->edge_of[n] = (int32_t)e;
                        m->cell[n] = cell_find(m, scratch, &f,
                                               (struct group_cell){ .limit = l,
                                                                    .kind = limits[l].kind,
                                                                    .n = limits[l].n,
                                                                    .who = who[l],
                                                                    .where = where });
                    }
                    n++;
                }
                m->cells_row[e + 1] = n;
            }
        }
    }
    arena_free(scratch);
}

static void members_of_cells(struct group_model *m)
{
    int64_t n = m->cells_row[m->row[m->workers]], at = 0;

    m->members = NEW_ARRAY(m->mem, int64_t, n);
    for (int64_t k = 0; k < n; k++)
        m->cells[m->cell[k]].to++;
    for (int32_t c = 0; c < m->n_cells; c++) {
        m->cells[c].from = at;
        at += m->cells[c].to;
        m->cells[c].to = m->cells[c].from;
    }
    for (int64_t k = 0; k < n; k++)
        m->members[m->cells[m->cell[k]].to++] = k;
}

/* --- what stays a network --- */

static void held_to_at_most(struct group_model *m)
{
    const struct auction_input *in = m->in->market;

    for (int32_t c = 0; c < m->n_cells; c++) {
        struct group_cell *cell = &m->cells[c];
        const struct group_limit *l = &m->in->limits[cell->limit];
        int64_t seats = 0;

        if (cell->kind != GROUP_HELD)
            continue;
        assert(l->who == GROUP_REGISTERED && l->n >= 0 && l->n <= 100);
        assert(l->where == GROUP_POST || l->where == GROUP_EMPLOYER);
        if (l->where == GROUP_POST)
            seats = in->cap[cell->where];
        for (int32_t p = 0; l->where == GROUP_EMPLOYER && p < m->posts; p++)
            if (m->in->employer[p] == cell->where)
                seats += in->cap[p];
        cell->kind = GROUP_AT_MOST;
        cell->n = (int32_t)(seats - (seats * l->n + 99) / 100);
        if (l->where == GROUP_POST) {
            cell->way = GROUP_WAY_SPLIT;
            m->has_split = true;
        }
    }
}

/* The county of a village's people; -1 when they have several. Villages and counties are then
 * nested, which is what makes their limits a network. */
static bool villages_nest(const struct group_model *m)
{
    struct arena *scratch = arena_new();
    int32_t most = -1, *county;
    bool nest = true;

    for (int32_t w = 0; w < m->workers; w++)
        most = MAX(most, m->in->village[w]);
    county = NEW_ARRAY(scratch, int32_t, (size_t)most + 1);
    for (int32_t w = 0; w < m->workers; w++) {
        int32_t v = m->in->village[w], c = m->in->county[w] + 2;

        if (v < 0)
            continue;
        nest &= county[v] == 0 || county[v] == c;
        county[v] = c;
    }
    arena_free(scratch);
    return nest;
}

static int32_t home_find(struct group_model *m, int32_t cell)
{
    const struct group_cell *c = &m->cells[cell];

    for (int32_t h = 0; h < m->n_homes; h++) {
        struct group_cell *other = &m->cells[m->homes[h].cell];

        if (m->in->limits[other->limit].who == m->in->limits[c->limit].who &&
            other->who == c->who) {
            if (c->n < other->n)
                m->homes[h].cell = cell;
            return h;
        }
    }
    m->homes[m->n_homes] = (struct group_home){ .cell = cell, .parent = -1 };
    return m->n_homes++;
}

static void homes_build(struct group_model *m)
{
    bool asks_village = false;

    m->homes = NEW_ARRAY(m->mem, struct group_home, m->n_cells);
    m->home_of = NEW_ARRAY(m->mem, int32_t, 2 * (size_t)m->workers);
    m->home_all = -1;
    for (int64_t i = 0; i < 2 * (int64_t)m->workers; i++)
        m->home_of[i] = -1;
    for (int32_t l = 0; l < m->in->n_limits; l++)
        asks_village |= m->in->limits[l].who == GROUP_VILLAGE;
    asks_village = asks_village && villages_nest(m);
    for (int32_t c = 0; c < m->n_cells; c++) {
        struct group_cell *cell = &m->cells[c];
        const struct group_limit *l = &m->in->limits[cell->limit];
        int32_t h;

        if (l->kind != GROUP_AT_MOST || l->where != GROUP_ANYWHERE || l->who == GROUP_REGISTERED ||
            l->who == GROUP_UNREGISTERED || (l->who == GROUP_VILLAGE && !asks_village))
            continue;
        cell->way = GROUP_WAY_HOME;
        h = home_find(m, c);
        if (l->who == GROUP_ANYBODY)
            m->home_all = h;
        for (int64_t i = cell->from; i < cell->to && l->who != GROUP_ANYBODY; i++) {
            int64_t e = m->edge_of[m->members[i]];

            m->home_of[2 * (int64_t)m->owner[e] + (l->who == GROUP_COUNTY)] = h;
        }
    }
    for (int32_t w = 0; w < m->workers; w++) {
        int32_t village = m->home_of[2 * w], county = m->home_of[2 * w + 1];

        if (village >= 0)
            m->homes[village].parent = county >= 0 ? county : m->home_all;
        if (county >= 0)
            m->homes[county].parent = m->home_all;
    }
}

/* --- what can never be --- */

void group_rule_out(struct group_model *m, int64_t edge, enum group_reason why, int32_t by)
{
    if (group_usable(m, edge)) {
        m->state[edge] = (uint8_t)why;
        m->by[edge] = by;
    }
}

/* Can this worker, free to go, reach the label? */
static bool reaches(const struct group_model *m, enum group_where same, int32_t worker,
                    int32_t label)
{
    for (int64_t e = m->row[worker]; e < m->row[worker + 1]; e++)
        if (group_usable(m, e) && group_where_label(m, same, m->edges[e].post) == label)
            return true;
    return false;
}

static bool party_can(const struct group_model *m, const int64_t *fixed, int32_t party,
                      int32_t post)
{
    enum group_where same = m->party_same[party];
    int32_t label = group_where_label(m, same, post), to_go = 0;

    for (int32_t k = m->party_row[party]; k < m->party_row[party + 1]; k++) {
        int32_t w = m->party_worker[k];

        if (m->unkept[w])
            return false;
        if (fixed[w] >= 0) {
            if (group_where_label(m, same, m->edges[fixed[w]].post) != label)
                return false;
            continue;
        }
        to_go++;
        if (!reaches(m, same, w, label))
            return false;
    }
    return label >= 0 && (same != GROUP_POST || to_go <= m->cap[post]);
}

static bool parties_reduce(struct group_model *m, const int64_t *fixed)
{
    bool has_changed = false;

    for (int32_t i = 0; i < m->parties; i++) {
        for (int32_t k = m->party_row[i]; k < m->party_row[i + 1]; k++) {
            int32_t w = m->party_worker[k];

            for (int64_t e = m->row[w]; fixed[w] < 0 && e < m->row[w + 1]; e++) {
                if (!group_usable(m, e) || party_can(m, fixed, i, m->edges[e].post))
                    continue;
                group_rule_out(m, e, GROUP_REASON_PARTY, m->party_at[i]);
                has_changed = true;
            }
        }
    }
    return has_changed;
}

/* Can so many go there that it fills? `seen`: per post, the cell that counted its seats, plus 1. */
static bool cell_can_fill(const struct group_model *m, const int64_t *fixed, int32_t cell,
                          int32_t *seen)
{
    const struct group_cell *c = &m->cells[cell];
    int32_t people = 0, last = -1;
    int64_t seats = 0;

    for (int64_t i = c->from; i < c->to; i++) {
        int32_t e = m->edge_of[m->members[i]], w = m->owner[e], p = m->edges[e].post;

        if (fixed[w] >= 0 ? fixed[w] != e : !group_usable(m, e))
            continue;
        people += w != last;
        last = w;
        if (seen[p] != cell + 1)
            seats += m->cap[p];
        seen[p] = cell + 1;
    }
    return MIN(people, seats) >= c->n;
}

static bool cells_reduce(struct group_model *m, const int64_t *fixed, int32_t *seen)
{
    bool has_changed = false;

    for (int32_t c = 0; c < m->n_cells; c++) {
        const struct group_cell *cell = &m->cells[c];

        if (cell->kind != GROUP_NONE_OR || cell_can_fill(m, fixed, c, seen))
            continue;
        for (int64_t i = cell->from; i < cell->to; i++) {
            int64_t e = m->edge_of[m->members[i]];

            if (!group_usable(m, e) || fixed[m->owner[e]] >= 0)
                continue;
            group_rule_out(m, e, GROUP_REASON_NONE_OR, cell->limit);
            has_changed = true;
        }
    }
    return has_changed;
}

void group_model_reduce(struct group_model *m, const int64_t *fixed)
{
    struct arena *scratch = arena_new();
    int32_t *seen = NEW_ARRAY(scratch, int32_t, m->posts);

    for (bool has_changed = true; has_changed;) {
        memset(seen, 0, sizeof *seen * (size_t)m->posts);
        has_changed = parties_reduce(m, fixed);
        has_changed |= cells_reduce(m, fixed, seen);
    }
    arena_free(scratch);
}

/* --- the whole --- */

static void rule_out_forbidden(struct group_model *m, const int32_t *worker_place,
                               const int32_t *post_place)
{
    for (int32_t i = 0; i < m->in->n_forbidden; i++) {
        int32_t w = worker_place[m->in->forbidden[i].worker];

        for (int64_t e = m->row[w]; e < m->row[w + 1]; e++)
            if (m->edges[e].post == post_place[m->in->forbidden[i].post] && m->promised[w] != e)
                group_rule_out(m, e, GROUP_REASON_FORBIDDEN, -1);
    }
    for (int32_t i = 0; i < m->in->n_promises; i++) {
        int32_t w = worker_place[m->in->promises[i].worker];

        for (int64_t e = m->row[w]; m->unkept[w] && e < m->row[w + 1]; e++)
            group_rule_out(m, e, GROUP_REASON_PROMISE, i);
    }
}

void group_model_build(struct group_model *m, const struct group_input *in)
{
    struct arena *mem = m->mem;
    int32_t *worker_place, *post_place;
    int64_t edges;

    *m = (struct group_model){
        .mem = mem, .in = in, .workers = in->market->workers, .posts = in->market->posts
    };
    m->worker_at = ordered(mem, in->worker_key, m->workers, &worker_place);
    m->post_at = ordered(mem, in->post_key, m->posts, &post_place);
    m->cap = NEW_ARRAY(mem, int32_t, m->posts);
    for (int32_t p = 0; p < m->posts; p++)
        m->cap[p] = in->market->cap[m->post_at[p]];
    rows_build(m, worker_place, post_place);
    parties_build(m, worker_place);
    edges = m->row[m->workers];
    assert(edges < INT32_MAX);
    m->worth = NEW_ARRAY(mem, int64_t, edges);
    m->share = NEW_ARRAY(mem, int32_t, edges);
    m->state = NEW_ARRAY(mem, uint8_t, edges);
    m->held_to = NEW_ARRAY(mem, int64_t, m->workers);
    for (int32_t w = 0; w < m->workers; w++)
        m->held_to[w] = -1;
    m->by = NEW_ARRAY(mem, int32_t, edges);
    m->owner = NEW_ARRAY(mem, int32_t, edges);
    for (int32_t w = 0; w < m->workers; w++)
        for (int64_t e = m->row[w]; e < m->row[w + 1]; e++)
            m->owner[e] = w;
    for (int64_t e = 0; e < edges; e++) {
        m->worth[e] = m->edges[e].score;
        m->by[e] = -1;
    }
    cells_of_edges(m);
    members_of_cells(m);
    held_to_at_most(m);
    homes_build(m);
    rule_out_forbidden(m, worker_place, post_place);
    group_model_reduce(m, m->promised);
}
