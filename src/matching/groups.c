/* groups.c — an assignment under conditions: prices first, then people.
 *
 * Prices: a few rounds of the auction and of the multipliers, which give the bound. People: in each
 * round parties take their seats at the prices of the moment, those with most to gain first; the
 * auction places everybody else; what then breaks a condition is sent home and the seats that this
 * frees are filled (groups_plan.c). The best of the rounds is the outcome. From round to round,
 * buses that did not fill are closed, those with least to gain first, and people beyond a limit
 * that is no network lose the way to it. */
#include "matching/groups_model.h"

#include <stdlib.h>

enum {
    PRICE_ROUNDS = 8,
    PLACE_ROUNDS = 10,
    HOLD_ROUNDS = 3,
    PRICED_BEFORE_RULED_OUT = 3,
    SMALL = 100000
};

const char *group_reason_code(enum group_reason reason)
{
    static const char *const codes[] = {
#define X(name, code) [GROUP_REASON_##name] = code,
        GROUP_REASONS(X)
#undef X
    };
    return codes[reason];
}

/* --- prices --- */

struct solver {
    struct group_model m;
    struct arena *mem, *round_mem; /* of the whole, of the latest prices */
    struct group_prices prices;
    int64_t bound, bound_with_floors; /* the second holds only if all floors are reached */
    struct group_plan best;
    bool has_best;
    int32_t short_by; /* of the best: people missing to floors */
    int64_t *price;   /* of the best */
    int32_t rounds;
};

static void market(struct solver *s, const int64_t *fixed)
{
    struct arena *mem = arena_new();

    group_market(mem, &s->m, fixed, &s->prices);
    arena_free(s->round_mem); /* of the prices before */
    s->round_mem = mem;
    s->rounds++;
}

static bool has_kind(const struct group_model *m, enum group_kind kind, bool is_priced)
{
    for (int32_t c = 0; c < m->n_cells; c++)
        if (m->cells[c].kind == kind && (m->cells[c].constant != 0 || !is_priced))
            return true;
    return false;
}

static bool needs_prices(const struct group_model *m)
{
    for (int32_t c = 0; c < m->n_cells; c++)
        if (m->cells[c].way == GROUP_WAY_PRICED)
            return true;
    for (int32_t i = 0; i < m->parties; i++)
        if (m->party_same[i] != GROUP_POST)
            return true;
    return false;
}

static void find_prices(struct solver *s)
{
    struct group_model *m = &s->m;
    struct arena *scratch = arena_new();
    struct group_prices none = {
        .price = NEW_ARRAY(scratch, int64_t, 2 * (int64_t)m->posts + m->n_homes), .scale = 1
    };
    int64_t last = INT64_MAX;

    s->bound = s->bound_with_floors = INT64_MAX;
    group_share(m, &none, m->promised);
    for (int round = 0; round < PRICE_ROUNDS; round++) {
        int64_t *bound;

        market(s, m->promised);
        bound = has_kind(m, GROUP_AT_LEAST, true) ? &s->bound_with_floors : &s->bound;
        *bound = MIN(*bound, s->prices.bound);
        if (!needs_prices(m) || (round > 1 && s->prices.bound >= last - last / 100000))
            break;
        last = s->prices.bound;
        group_reprice(m, &s->prices, m->promised);
    }
    s->bound_with_floors = MIN(s->bound, s->bound_with_floors);
    arena_free(scratch);
}

/* --- parties take their seats --- */

struct wish {
    int64_t gain;
    int32_t party, label;
};

static int wish_order(const void *a, const void *b)
{
    const struct wish *x = a, *y = b;

    if (x->gain != y->gain)
        return x->gain > y->gain ? -1 : 1;
    if (x->party != y->party)
        return x->party < y->party ? -1 : 1;
    return (x->label > y->label) - (x->label < y->label);
}

/* What a party gains together at a label; INT64_MIN when not all can go there. */
static int64_t party_gain(const struct solver *s, int32_t party, int32_t label)
{
    const struct group_model *m = &s->m;
    int64_t sum = 0;

    for (int32_t k = m->party_row[party]; k < m->party_row[party + 1]; k++) {
        int32_t w = m->party_worker[k];
        int64_t most = INT64_MIN;

        for (int64_t e = m->row[w]; m->promised[w] < 0 && e < m->row[w + 1]; e++)
            if (group_usable(m, e) &&
                group_where_label(m, m->party_same[party], m->edges[e].post) == label)
                most = MAX(most, group_net(m, &s->prices, w, e));
        if (m->promised[w] < 0 && most == INT64_MIN)
            return INT64_MIN;
        sum += m->promised[w] < 0 ? most : 0;
    }
    return sum;
}

/* Parties in `plan`, which holds the promises: those with most to gain first, each at the first of
 * its places with room for all. */
static void seat_parties(const struct solver *s, struct group_plan *plan)
{
    const struct group_model *m = &s->m;
    struct arena *scratch = arena_new();
    bool *is_seated = NEW_ARRAY(scratch, bool, m->parties);
    struct wish *wishes = NULL;
    size_t n = 0, room = 0;

    for (int32_t i = 0; i < m->parties; i++) {
        int32_t w = -1;

        for (int32_t k = m->party_row[i]; w < 0 && k < m->party_row[i + 1]; k++)
            if (m->promised[m->party_worker[k]] < 0)
                w = m->party_worker[k];
        for (int64_t e = w < 0 ? 0 : m->row[w]; w >= 0 && e < m->row[w + 1]; e++) {
            int32_t label = group_where_label(m, m->party_same[i], m->edges[e].post);
            int64_t gain = group_usable(m, e) ? party_gain(s, i, label) : INT64_MIN;

            if (gain > 0)
                *ARENA_PUSH(scratch, wishes, n, room) = (struct wish){ gain, i, label };
        }
    }
    if (n > 1)
        qsort(wishes, n, sizeof *wishes, wish_order);
    plan->is_filling = true;
    for (size_t i = 0; i < n; i++)
        if (!is_seated[wishes[i].party])
            is_seated[wishes[i].party] =
                group_put_party(m, plan, &s->prices, wishes[i].party, wishes[i].label);
    plan->is_filling = false;
    arena_free(scratch);
}

/* --- what did not hold --- */

struct closing {
    int64_t gain;
    int32_t cell;
};

static int closing_order(const void *a, const void *b)
{
    const struct closing *x = a, *y = b;

    if (x->gain != y->gain)
        return x->gain < y->gain ? -1 : 1;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

/* Closes the ways to the cells marked so; opens all. */
static void close_marked(struct group_model *m)
{
    for (int32_t c = 0; c < m->n_cells; c++) {
        for (int64_t i = m->cells[c].from; m->cells[c].is_closed && i < m->cells[c].to; i++) {
            int64_t e = m->edge_of[m->members[i]];

            if (group_usable(m, e))
                m->state[e] = GROUP_CLOSED;
        }
    }
}

static void open_all(struct group_model *m)
{
    for (int64_t e = 0; e < m->row[m->workers]; e++)
        if (m->state[e] == GROUP_CLOSED)
            m->state[e] = GROUP_REASON_PLACED;
}

/* Closes cells that did not fill: those that would not gain if they did, and half of them at least.
 * Returns how many did not fill. */
static int32_t close_unfilled(struct solver *s, const struct group_plan *plan)
{
    struct group_model *m = &s->m;
    struct arena *scratch = arena_new();
    struct closing *all = NEW_ARRAY(scratch, struct closing, m->n_cells);
    int32_t n = 0;

    for (int32_t c = 0; c < m->n_cells; c++)
        if (m->cells[c].kind == GROUP_NONE_OR && plan->count[c] > 0 &&
            plan->count[c] < m->cells[c].n)
            all[n++] = (struct closing){ group_cell_gain(m, &s->prices, m->promised, c), c };
    if (n > 1)
        qsort(all, (size_t)n, sizeof *all, closing_order);
    for (int32_t i = 0; i < n; i++) {
        if (all[i].gain > 0 && i >= (n + 1) / 2)
            break;
        m->cells[all[i].cell].is_closed = true;
    }
    arena_free(scratch);
    return n;
}

struct goer {
    int64_t net;
    int32_t worker;
};

static int goer_order(const void *a, const void *b)
{
    const struct goer *x = a, *y = b;

    if (x->net != y->net)
        return x->net > y->net ? -1 : 1;
    return (x->worker > y->worker) - (x->worker < y->worker);
}

/* Of the people in the cell the n with most to gain keep the way to it, nobody else. */
static void keep_the_first(struct solver *s, const struct group_plan *plan, int32_t cell)
{
    struct group_model *m = &s->m;
    struct arena *scratch = arena_new();
    const struct group_cell *c = &m->cells[cell];
    struct goer *all = NEW_ARRAY(scratch, struct goer, plan->count[cell]);
    bool *stays = NEW_ARRAY(scratch, bool, m->workers);
    int32_t n = 0;

    for (int64_t i = c->from; i < c->to; i++) {
        int64_t e = m->edge_of[m->members[i]];

        if (plan->at[m->owner[e]] == e)
            all[n++] = (struct goer){ m->promised[m->owner[e]] == e
                                          ? INT64_MAX
                                          : group_net(m, &s->prices, m->owner[e], e),
                                      m->owner[e] };
    }
    if (n > 1)
        qsort(all, (size_t)n, sizeof *all, goer_order);
    for (int32_t i = 0; i < MIN(n, c->n); i++)
        stays[all[i].worker] = true;
    for (int64_t i = c->from; i < c->to; i++) {
        int64_t e = m->edge_of[m->members[i]];

        if (!stays[m->owner[e]] && m->promised[m->owner[e]] < 0)
            group_rule_out(m, e,
                           m->in->limits[c->limit].kind == GROUP_HELD ? GROUP_REASON_HELD
                                                                      : GROUP_REASON_AT_MOST,
                           c->limit);
    }
    arena_free(scratch);
}

/* Prices the conditions anew; returns whether any was broken or short. */
static bool learn(struct solver *s, const struct group_plan *plan, int round)
{
    struct group_model *m = &s->m;
    bool is_broken = close_unfilled(s, plan) > 0;

    for (int32_t c = 0; c < m->n_cells; c++) {
        if (m->cells[c].kind == GROUP_AT_LEAST && plan->count[c] < m->cells[c].n)
            is_broken = true;
        if (m->cells[c].kind != GROUP_AT_MOST || plan->count[c] <= m->cells[c].n)
            continue;
        is_broken = true;
        if (round >= PRICED_BEFORE_RULED_OUT)
            keep_the_first(s, plan, c);
    }
    for (int32_t i = 0; i < m->parties && !is_broken; i++) {
        int32_t from = m->party_row[i];

        for (int32_t k = from; k < m->party_row[i + 1] && round == 0; k++)
            is_broken |= plan->at[m->party_worker[k]] < 0;
    }
    close_marked(m);
    if (is_broken)
        group_reprice(m, &s->prices, m->promised);
    return is_broken;
}

/* --- people --- */

static int32_t shortage(const struct group_model *m, const struct group_plan *plan)
{
    int32_t sum = 0;

    for (int32_t c = 0; c < m->n_cells; c++)
        if (m->cells[c].kind == GROUP_AT_LEAST)
            sum += MAX(0, m->cells[c].n - plan->count[c]);
    return sum;
}

static void keep_if_better(struct solver *s, struct group_plan *plan)
{
    int32_t short_by = shortage(&s->m, plan);

    if (s->has_best &&
        (short_by > s->short_by || (short_by == s->short_by && plan->value <= s->best.value)))
        return;
    group_plan_copy(&s->m, plan, &s->best);
    s->short_by = short_by;
    s->has_best = true;
    for (int32_t p = 0; p < s->m.posts; p++) {
        s->price[p] = s->prices.price[p];
        if (s->m.has_split) /* that only held seats are free is the condition's, not the seats' */
            s->price[p] = MIN(s->price[p], s->prices.price[s->m.posts + p]);
    }
}

/* One round: promises, parties as `parties` has them (or at the prices of the moment when it is
 * NULL), everybody else by auction. */
static void place_all(struct solver *s, struct arena *mem, const struct group_plan *parties,
                      struct group_plan *plan)
{
    const struct group_model *m = &s->m;
    int64_t *fixed = NEW_ARRAY(mem, int64_t, m->workers);

    group_plan_new(mem, m, plan);
    for (int32_t w = 0; w < m->workers; w++) {
        if (m->promised[w] >= 0)
            group_put(m, plan, w, m->promised[w]);
        else if (parties && m->party[w] >= 0 && parties->at[w] >= 0)
            group_put(m, plan, w, parties->at[w]);
    }
    if (!parties)
        seat_parties(s, plan);
    for (int32_t w = 0; w < m->workers; w++)
        fixed[w] = plan->at[w] < 0 && m->party[w] >= 0 ? GROUP_WAITS : plan->at[w];
    market(s, fixed);
    for (int32_t w = 0; w < m->workers; w++)
        if (plan->at[w] < 0 && m->party[w] < 0 && s->prices.taken[w] >= 0)
            group_put(m, plan, w, s->prices.taken[w]);
}

static void mend(struct solver *s, struct group_plan *plan)
{
    open_all(&s->m);
    group_enforce(&s->m, plan, &s->prices);
    group_improve(&s->m, plan);
    keep_if_better(s, plan);
    close_marked(&s->m);
}

/* Of every cell that is filled in the plan, n people must stay, those who would lose most by
 * leaving; cells that are not filled are closed. */
static void hold_cells(struct solver *s, const struct group_plan *plan)
{
    struct group_model *m = &s->m;
    struct arena *scratch = arena_new();

    open_all(m);
    for (int32_t w = 0; w < m->workers; w++)
        m->held_to[w] = -1;
    for (int32_t c = 0; c < m->n_cells; c++) {
        struct group_cell *cell = &m->cells[c];
        struct goer *all;
        int32_t n = 0;

        if (cell->kind != GROUP_NONE_OR)
            continue;
        cell->is_closed = plan->count[c] < cell->n;
        if (cell->is_closed || cell->n == 0)
            continue;
        all = NEW_ARRAY(scratch, struct goer, plan->count[c]);
        for (int64_t i = cell->from; i < cell->to; i++) {
            int64_t e = m->edge_of[m->members[i]];
            int32_t w = m->owner[e];

            if (plan->at[w] == e)
                all[n++] = (struct goer){ m->party[w] >= 0 || m->promised[w] >= 0
                                              ? INT64_MAX
                                              : group_gain_over(m, &s->prices, e, c),
                                          w };
        }
        if (n > 1)
            qsort(all, (size_t)n, sizeof *all, goer_order);
        for (int32_t i = 0; i < cell->n; i++)
            m->held_to[all[i].worker] = plan->at[all[i].worker];
        arena_reset(scratch);
    }
    close_marked(m);
    arena_free(scratch);
}

static void place_people(struct solver *s)
{
    struct group_model *m = &s->m;
    struct arena *scratch = arena_new();
    bool is_broken = true;
    struct group_plan plan, raw; /* the second: of the last round, before it was mended */

    group_plan_new(s->mem, m, &s->best);
    group_plan_new(s->mem, m, &raw);
    s->price = NEW_ARRAY(s->mem, int64_t, m->posts);
    for (int round = 0; round < PLACE_ROUNDS && is_broken; round++) {
        arena_reset(scratch);
        place_all(s, scratch, NULL, &plan);
        is_broken = learn(s, &plan, round);
        if (is_broken && round < PLACE_ROUNDS - 1 && m->row[m->workers] > SMALL)
            continue; /* the next will be better, and mending takes its time */
        group_plan_copy(m, &plan, &raw);
        mend(s, &plan);
    }
    for (int round = 0; round < HOLD_ROUNDS && has_kind(m, GROUP_NONE_OR, false); round++) {
        int64_t before = s->best.value;

        hold_cells(s, round > 0 ? &s->best : &raw);
        if (round == 0)
            group_unprice(m);
        arena_reset(scratch);
        place_all(s, scratch, round > 0 ? &s->best : &raw, &plan);
        mend(s, &plan);
        if (round > 0 && s->best.value == before)
            break;
    }
    open_all(m);
    arena_free(scratch);
}

/* --- telling --- */

static const struct group_cell *blocking(const struct group_model *m, const struct group_plan *s,
                                         int64_t edge)
{
    for (int64_t k = m->cells_row[edge]; k < m->cells_row[edge + 1]; k++) {
        const struct group_cell *c = &m->cells[m->cell[k]];

        if ((c->kind == GROUP_AT_MOST && s->count[m->cell[k]] >= c->n) ||
            (c->kind == GROUP_NONE_OR && s->count[m->cell[k]] + 1 < c->n))
            return c;
    }
    return NULL;
}

static bool has_obstacle(const struct solver *s, int64_t edge)
{
    return !group_usable(&s->m, edge) || blocking(&s->m, &s->best, edge);
}

/* What stands against the edge that leaves the worker most, of equal ones one that something other
 * than seats stands against; when nothing does, the seats went where they are worth more. */
static enum group_reason reason_of(const struct solver *s, int32_t worker, int32_t *ret_by)
{
    const struct group_model *m = &s->m;
    int64_t best = -1, most = INT64_MIN, usable = 0;
    const struct group_cell *c;

    *ret_by = -1;
    if (m->row[worker] == m->row[worker + 1])
        return GROUP_REASON_NO_POST;
    for (int64_t e = m->row[worker]; e < m->row[worker + 1]; e++) {
        int64_t net = m->edges[e].score * s->prices.scale - s->price[m->edges[e].post];

        usable += group_usable(m, e);
        if (net < most || (net == most && !has_obstacle(s, e)))
            continue;
        most = net;
        best = e;
    }
    if (most <= 0 && usable > 0)
        return GROUP_REASON_FULL;
    if (!group_usable(m, best)) {
        *ret_by = m->by[best];
        return (enum group_reason)m->state[best];
    }
    c = blocking(m, &s->best, best);
    if (c) {
        *ret_by = c->limit;
        if (c->kind == GROUP_NONE_OR)
            return GROUP_REASON_NONE_OR;
        return m->in->limits[c->limit].kind == GROUP_HELD ? GROUP_REASON_HELD
                                                          : GROUP_REASON_AT_MOST;
    }
    if (m->party[worker] < 0)
        return GROUP_REASON_FULL;
    *ret_by = m->party_at[m->party[worker]];
    return GROUP_REASON_PARTY;
}

static bool is_for_each(const struct group_limit *l)
{
    return ((l->who == GROUP_COUNTY || l->who == GROUP_VILLAGE) && l->who_label == GROUP_EACH) ||
           (l->where != GROUP_ANYWHERE && l->where_label == GROUP_EACH);
}

static void tell_limits(const struct solver *s, struct group_result *r)
{
    const struct group_model *m = &s->m;

    for (int32_t c = 0; c < m->n_cells; c++) {
        const struct group_cell *cell = &m->cells[c];
        struct group_limit_outcome *l = &r->limits[cell->limit];
        int32_t count = s->best.count[c], missing = MAX(0, cell->n - count);

        l->cells++;
        if (cell->kind == GROUP_AT_MOST) {
            l->tight += count >= cell->n;
            l->broken += count > cell->n;
        } else if (cell->kind == GROUP_AT_LEAST) {
            l->tight += count <= cell->n;
            l->broken += missing > 0;
            l->short_by += missing;
        } else {
            l->tight += missing > 0;
            l->broken += missing > 0 && count > 0;
        }
    }
    for (int32_t l = 0; l < m->in->n_limits; l++) {
        const struct group_limit *limit = &m->in->limits[l];

        if (limit->kind != GROUP_AT_LEAST || r->limits[l].cells > 0 || limit->n <= 0 ||
            is_for_each(limit))
            continue;
        r->limits[l] = (struct group_limit_outcome){ 1, 1, 0, 1, limit->n }; /* nobody can go */
    }
    for (int32_t w = 0; w < m->workers; w++)
        if (r->reason[w] == GROUP_REASON_AT_MOST || r->reason[w] == GROUP_REASON_HELD ||
            r->reason[w] == GROUP_REASON_NONE_OR)
            r->limits[r->by[w]].left_out++;
}

static void tell_parties(const struct solver *s, struct group_result *r)
{
    const struct group_model *m = &s->m;

    for (int32_t i = 0; i < m->parties; i++) {
        int32_t promised = 0, out = 0, label = -1;

        for (int32_t k = m->party_row[i]; k < m->party_row[i + 1]; k++) {
            int32_t w = m->party_worker[k];
            int64_t e = s->best.at[w];
            int32_t here = e < 0 ? -1 : group_where_label(m, m->party_same[i], m->edges[e].post);

            promised += m->promised[w] >= 0;
            out += here < 0 || (label >= 0 && here != label);
            label = MAX(label, here);
        }
        r->is_apart[m->party_at[i]] = promised > 0 && out > 0;
    }
}

static void tell(const struct solver *s, struct arena *mem, struct group_result *ret)
{
    const struct group_model *m = &s->m;
    struct group_result r = { .post = NEW_ARRAY(mem, int32_t, m->workers),
                              .reason = NEW_ARRAY(mem, uint8_t, m->workers),
                              .by = NEW_ARRAY(mem, int32_t, m->workers),
                              .price = NEW_ARRAY(mem, int64_t, m->posts),
                              .scale = s->prices.scale,
                              .value = s->best.value,
                              .bound = s->short_by > 0 ? s->bound : s->bound_with_floors,
                              .limits = NEW_ARRAY(mem, struct group_limit_outcome, m->in->n_limits),
                              .is_apart = NEW_ARRAY(mem, bool, m->parties),
                              .rounds = s->rounds };

    for (int32_t w = 0; w < m->workers; w++) {
        int32_t given = m->worker_at[w];
        int64_t e = s->best.at[w];

        r.post[given] = e < 0 ? -1 : m->post_at[m->edges[e].post];
        r.by[given] = -1;
        r.placed += e >= 0;
        r.reason[given] = (uint8_t)(e >= 0 ? GROUP_REASON_PLACED : reason_of(s, w, &r.by[given]));
    }
    for (int32_t p = 0; p < m->posts; p++)
        r.price[m->post_at[p]] = s->price[p];
    tell_limits(s, &r);
    tell_parties(s, &r);
    r.gap = r.bound - r.value;
    *ret = r;
}

void groups_solve(struct arena *mem, const struct group_input *in, struct group_result *ret)
{
    struct solver s = { .mem = arena_new() };

    s.m.mem = s.mem;
    group_model_build(&s.m, in);
    find_prices(&s);
    place_people(&s);
    tell(&s, mem, ret);
    arena_free(s.round_mem);
    arena_free(s.mem);
}

void groups_costs(const struct group_input *in, const struct group_result *all, int64_t *ret)
{
    struct arena *scratch = arena_new();

    for (int32_t i = 0; i < in->n_limits + 2; i++) {
        struct group_limit *rest = NEW_ARRAY(scratch, struct group_limit, in->n_limits);
        struct group_input without = *in;
        struct group_result r;
        int32_t n = 0;

        for (int32_t l = 0; l < in->n_limits; l++)
            if (l != i)
                rest[n++] = in->limits[l];
        without.limits = rest;
        without.n_limits = n;
        if (i == in->n_limits)
            without.n_parties = 0;
        if (i == in->n_limits + 1)
            without.n_forbidden = 0;
        groups_solve(scratch, &without, &r);
        ret[i] = MAX(0, r.value - all->value);
        arena_reset(scratch);
    }
    arena_free(scratch);
}
