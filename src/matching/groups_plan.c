/* groups_plan.c — an assignment under conditions, changed step by step. A step never breaks a
 * condition that holds, and group_enforce() makes all hold. Promises are never touched. */
#include "matching/groups_model.h"

#include <stdlib.h>

enum { IMPROVE_ROUNDS = 6 };

void group_plan_new(struct arena *mem, const struct group_model *m, struct group_plan *ret)
{
    *ret = (struct group_plan){ .at = NEW_ARRAY(mem, int64_t, m->workers),
                                .taken = NEW_ARRAY(mem, int32_t, m->posts),
                                .count = NEW_ARRAY(mem, int32_t, m->n_cells),
                                .first = NEW_ARRAY(mem, int32_t, m->posts),
                                .next = NEW_ARRAY(mem, int32_t, m->workers),
                                .previous = NEW_ARRAY(mem, int32_t, m->workers) };
    for (int32_t w = 0; w < m->workers; w++)
        ret->at[w] = -1;
    for (int32_t p = 0; p < m->posts; p++)
        ret->first[p] = -1;
}

static void copy(void *to, const void *from, size_t size, int32_t n)
{
    if (n > 0)
        memcpy(to, from, size * (size_t)n);
}

void group_plan_copy(const struct group_model *m, const struct group_plan *from,
                     struct group_plan *to)
{
    copy(to->at, from->at, sizeof *to->at, m->workers);
    copy(to->taken, from->taken, sizeof *to->taken, m->posts);
    copy(to->count, from->count, sizeof *to->count, m->n_cells);
    copy(to->first, from->first, sizeof *to->first, m->posts);
    copy(to->next, from->next, sizeof *to->next, m->workers);
    copy(to->previous, from->previous, sizeof *to->previous, m->workers);
    to->value = from->value;
}

static void count_cells(const struct group_model *m, struct group_plan *s, int64_t edge, int by)
{
    for (int64_t k = m->cells_row[edge]; k < m->cells_row[edge + 1]; k++)
        s->count[m->cell[k]] += by;
}

void group_put(const struct group_model *m, struct group_plan *s, int32_t worker, int64_t edge)
{
    int32_t p = m->edges[edge].post;

    s->at[worker] = edge;
    s->taken[p]++;
    s->value += m->edges[edge].score;
    s->previous[worker] = -1;
    s->next[worker] = s->first[p];
    if (s->first[p] >= 0)
        s->previous[s->first[p]] = worker;
    s->first[p] = worker;
    count_cells(m, s, edge, 1);
}

void group_drop(const struct group_model *m, struct group_plan *s, int32_t worker)
{
    int64_t edge = s->at[worker];
    int32_t p = m->edges[edge].post;

    s->at[worker] = -1;
    s->taken[p]--;
    s->value -= m->edges[edge].score;
    if (s->previous[worker] >= 0)
        s->next[s->previous[worker]] = s->next[worker];
    else
        s->first[p] = s->next[worker];
    if (s->next[worker] >= 0)
        s->previous[s->next[worker]] = s->previous[worker];
    count_cells(m, s, edge, -1);
}

/* --- what a condition says --- */

static bool cells_fit(const struct group_model *m, const struct group_plan *s, int64_t edge)
{
    for (int64_t k = m->cells_row[edge]; k < m->cells_row[edge + 1]; k++) {
        const struct group_cell *c = &m->cells[m->cell[k]];
        int32_t count = s->count[m->cell[k]];

        if (c->kind == GROUP_AT_MOST && count >= c->n)
            return false;
        if (c->kind == GROUP_NONE_OR && count + 1 < c->n && !s->is_filling)
            return false;
    }
    return true;
}

bool group_fits(const struct group_model *m, const struct group_plan *s, int64_t edge)
{
    return s->taken[m->edges[edge].post] < m->cap[m->edges[edge].post] && cells_fit(m, s, edge);
}

/* May somebody leave this edge, given that its seat and cells were already counted down? */
static bool cells_spare(const struct group_model *m, const struct group_plan *s, int64_t edge)
{
    for (int64_t k = m->cells_row[edge]; k < m->cells_row[edge + 1]; k++) {
        const struct group_cell *c = &m->cells[m->cell[k]];
        int32_t count = s->count[m->cell[k]];

        if (c->kind != GROUP_AT_MOST && count < c->n && (c->kind == GROUP_AT_LEAST || count > 0))
            return false;
    }
    return true;
}

static bool is_single(const struct group_model *m, int32_t worker)
{
    return m->party[worker] < 0 && m->promised[worker] < 0;
}

/* --- parties --- */

/* The best place of a member at the label that fits now, by score or by gain at prices; -1 for
 * none. */
static int64_t member_place(const struct group_model *m, const struct group_plan *s,
                            const struct group_prices *p, int32_t worker, enum group_where same,
                            int32_t label)
{
    int64_t best = -1, most = 0;

    for (int64_t e = m->row[worker]; e < m->row[worker + 1]; e++) {
        int64_t worth = p ? group_net(m, p, worker, e) : m->edges[e].score;

        if (!group_usable(m, e) || group_where_label(m, same, m->edges[e].post) != label ||
            (best >= 0 && worth <= most) || !group_fits(m, s, e))
            continue;
        best = e;
        most = worth;
    }
    return best;
}

static void party_drop(const struct group_model *m, struct group_plan *s, int32_t party)
{
    for (int32_t k = m->party_row[party]; k < m->party_row[party + 1]; k++)
        if (s->at[m->party_worker[k]] >= 0 && m->promised[m->party_worker[k]] < 0)
            group_drop(m, s, m->party_worker[k]);
}

bool group_put_party(const struct group_model *m, struct group_plan *s,
                     const struct group_prices *p, int32_t party, int32_t label)
{
    enum group_where same = m->party_same[party];

    for (int32_t k = m->party_row[party]; k < m->party_row[party + 1]; k++) {
        int32_t w = m->party_worker[k];
        int64_t e = s->at[w];

        if (e >= 0 && group_where_label(m, same, m->edges[e].post) == label)
            continue; /* promised there */
        e = e >= 0 ? -1 : member_place(m, s, p, w, same, label);
        if (e < 0) {
            party_drop(m, s, party);
            return false;
        }
        group_put(m, s, w, e);
    }
    return true;
}

static int64_t party_value(const struct group_model *m, const struct group_plan *s, int32_t party)
{
    int64_t sum = 0;

    for (int32_t k = m->party_row[party]; k < m->party_row[party + 1]; k++)
        if (s->at[m->party_worker[k]] >= 0)
            sum += m->edges[s->at[m->party_worker[k]]].score;
    return sum;
}

/* --- making all conditions hold --- */

struct leaver {
    int64_t net;
    int32_t worker;
};

static int leaver_order(const void *a, const void *b)
{
    const struct leaver *x = a, *y = b;

    if (x->net != y->net)
        return x->net < y->net ? -1 : 1;
    return (x->worker > y->worker) - (x->worker < y->worker);
}

static void send_home(const struct group_model *m, struct group_plan *s, int32_t worker)
{
    if (m->party[worker] >= 0)
        party_drop(m, s, m->party[worker]);
    else if (m->promised[worker] < 0)
        group_drop(m, s, worker);
}

/* Sends `most` of those in the cell home. */
static bool cell_thin(const struct group_model *m, struct group_plan *s,
                      const struct group_prices *p, int32_t cell, int32_t least)
{
    struct arena *scratch = arena_new();
    const struct group_cell *c = &m->cells[cell];
    struct leaver *all = NEW_ARRAY(scratch, struct leaver, s->count[cell]);
    int32_t n = 0, before = s->count[cell];

    for (int64_t i = c->from; i < c->to; i++) {
        int64_t e = m->edge_of[m->members[i]];
        int32_t w = m->owner[e];

        if (s->at[w] == e && m->promised[w] < 0)
            all[n++] =
                (struct leaver){ m->edges[e].score * p->scale - p->price[m->edges[e].post], w };
    }
    if (n > 1)
        qsort(all, (size_t)n, sizeof *all, leaver_order);
    for (int32_t i = 0; i < n && s->count[cell] > least; i++)
        if (s->at[all[i].worker] >= 0)
            send_home(m, s, all[i].worker);
    arena_free(scratch);
    return s->count[cell] < before;
}

void group_enforce(const struct group_model *m, struct group_plan *s, const struct group_prices *p)
{
    for (bool has_changed = true; has_changed;) {
        has_changed = false;
        for (int32_t c = 0; c < m->n_cells; c++) {
            int32_t n = m->cells[c].n;

            if (m->cells[c].kind == GROUP_AT_MOST && s->count[c] > n)
                has_changed |= cell_thin(m, s, p, c, n);
            if (m->cells[c].kind == GROUP_NONE_OR && s->count[c] > 0 && s->count[c] < n)
                has_changed |= cell_thin(m, s, p, c, 0);
        }
    }
}

/* --- improving --- */

struct step {
    int64_t gain;
    int64_t edge;
};

static int step_order(const void *a, const void *b)
{
    const struct step *x = a, *y = b;

    if (x->gain != y->gain)
        return x->gain > y->gain ? -1 : 1;
    return (x->edge > y->edge) - (x->edge < y->edge);
}

static int64_t score_now(const struct group_model *m, const struct group_plan *s, int32_t worker)
{
    return s->at[worker] < 0 ? 0 : m->edges[s->at[worker]].score;
}

/* Takes the worker from where she is to the edge if nothing speaks against it. */
static bool try_move(const struct group_model *m, struct group_plan *s, int64_t edge)
{
    int32_t w = m->owner[edge];
    int64_t had = s->at[w];

    if (had >= 0)
        group_drop(m, s, w);
    if (group_fits(m, s, edge)) {
        group_put(m, s, w, edge);
        if (had < 0 || cells_spare(m, s, had))
            return true;
        group_drop(m, s, w);
    }
    if (had >= 0)
        group_put(m, s, w, had);
    return false;
}

/* Would all hold with this one gone and the edge's owner in the place? */
static bool can_replace(const struct group_model *m, struct group_plan *s, int32_t out,
                        int64_t edge)
{
    int64_t had = s->at[out];
    bool can;

    group_drop(m, s, out);
    can = group_fits(m, s, edge);
    if (can) {
        group_put(m, s, m->owner[edge], edge);
        can = cells_spare(m, s, had);
        group_drop(m, s, m->owner[edge]);
    }
    group_put(m, s, out, had);
    return can;
}

/* Puts the edge's owner, without a post, in the place of whom it is least loss to send home, if
 * that is less than `most`. */
static bool try_exchange(const struct group_model *m, struct group_plan *s, int64_t edge,
                         int64_t most)
{
    int32_t out = -1;

    for (int32_t o = s->first[m->edges[edge].post], next; o >= 0; o = next) {
        int64_t loss = score_now(m, s, o);

        next = s->next[o];
        if (!is_single(m, o) || loss > most || (loss == most && (out < 0 || o > out)) ||
            !can_replace(m, s, o, edge))
            continue;
        most = loss;
        out = o;
    }
    if (out < 0)
        return false;
    group_drop(m, s, out);
    group_put(m, s, m->owner[edge], edge);
    return true;
}

/* Everybody's better places, those with most gain first. */
static bool improve_singles(const struct group_model *m, struct group_plan *s)
{
    struct arena *scratch = arena_new();
    struct step *steps = NULL;
    size_t n = 0, room = 0;
    bool has_changed = false;

    for (int32_t w = 0; w < m->workers; w++)
        for (int64_t e = m->row[w]; is_single(m, w) && e < m->row[w + 1]; e++)
            if (group_usable(m, e) && m->edges[e].score > score_now(m, s, w) &&
                (s->at[w] < 0 || s->taken[m->edges[e].post] < m->cap[m->edges[e].post]))
                *ARENA_PUSH(scratch, steps, n, room) =
                    (struct step){ m->edges[e].score - score_now(m, s, w), e };
    if (n > 1)
        qsort(steps, n, sizeof *steps, step_order);
    for (size_t i = 0; i < n; i++) {
        int64_t e = steps[i].edge;
        int32_t w = m->owner[e];

        if (m->edges[e].score <= score_now(m, s, w))
            continue;
        if (s->taken[m->edges[e].post] < m->cap[m->edges[e].post])
            has_changed |= try_move(m, s, e);
        else if (s->at[w] < 0)
            has_changed |= try_exchange(m, s, e, m->edges[e].score);
    }
    arena_free(scratch);
    return has_changed;
}

/* A party without a post, or with one that is not the best: each label it could go to. */
static bool improve_party(const struct group_model *m, struct group_plan *s, int32_t party)
{
    struct arena *scratch = arena_new();
    int32_t from = m->party_row[party], n = m->party_row[party + 1] - from, best = -1, w = -1;
    int64_t *had = NEW_ARRAY(scratch, int64_t, n), now = party_value(m, s, party), most = now;

    for (int32_t k = 0; k < n; k++) {
        had[k] = s->at[m->party_worker[from + k]];
        if (w < 0 && m->promised[m->party_worker[from + k]] < 0)
            w = m->party_worker[from + k];
    }
    party_drop(m, s, party);
    for (int64_t e = w < 0 ? 0 : m->row[w]; w >= 0 && e < m->row[w + 1]; e++) {
        int32_t label = group_where_label(m, m->party_same[party], m->edges[e].post);
        bool is_spared = true;

        if (!group_usable(m, e) || label == best || !group_put_party(m, s, NULL, party, label))
            continue;
        for (int32_t k = 0; k < n; k++)
            is_spared &= had[k] < 0 || cells_spare(m, s, had[k]);
        if (is_spared && party_value(m, s, party) > most) {
            most = party_value(m, s, party);
            best = label;
        }
        party_drop(m, s, party);
    }
    if (best >= 0)
        (void)group_put_party(m, s, NULL, party, best);
    for (int32_t k = 0; best < 0 && k < n; k++)
        if (had[k] >= 0 && s->at[m->party_worker[from + k]] < 0)
            group_put(m, s, m->party_worker[from + k], had[k]);
    arena_free(scratch);
    return best >= 0;
}

/* Opens a cell that needs n: those who gain most by it, or lose least, if together they gain. */
static bool try_open(const struct group_model *m, struct group_plan *s, int32_t cell)
{
    struct arena *scratch = arena_new();
    struct group_cell *c = &m->cells[cell];
    struct step *steps = NEW_ARRAY(scratch, struct step, c->to - c->from);
    struct step *done = NEW_ARRAY(scratch, struct step, c->n); /* edge: where she was */
    int32_t *who = NEW_ARRAY(scratch, int32_t, c->n), n = 0, moved = 0, least = c->n;
    int64_t before = s->value;

    for (int64_t i = c->from; i < c->to; i++) {
        int64_t e = m->edge_of[m->members[i]];
        int32_t w = m->owner[e];

        if (group_usable(m, e) && is_single(m, w))
            steps[n++] = (struct step){ m->edges[e].score - score_now(m, s, w), e };
    }
    if (n > 1)
        qsort(steps, (size_t)n, sizeof *steps, step_order);
    c->n = 0; /* while it fills */
    for (int32_t i = 0; i < n && moved < least; i++) {
        int32_t w = m->owner[steps[i].edge];
        int64_t had = s->at[w];
        bool is_in = had >= 0 && steps[i].edge == had;

        for (int32_t k = 0; k < moved && !is_in; k++)
            is_in = who[k] == w;
        if (!is_in && try_move(m, s, steps[i].edge)) {
            done[moved] = (struct step){ 0, had };
            who[moved++] = w;
        }
    }
    c->n = least;
    if (moved == least && s->value > before) {
        arena_free(scratch);
        return true;
    }
    while (moved-- > 0) {
        group_drop(m, s, who[moved]);
        if (done[moved].edge >= 0)
            group_put(m, s, who[moved], done[moved].edge);
    }
    arena_free(scratch);
    return false;
}

static bool is_in_cell(const struct group_model *m, int64_t edge, int32_t cell)
{
    for (int64_t k = edge < 0 ? 0 : m->cells_row[edge]; edge >= 0 && k < m->cells_row[edge + 1];
         k++)
        if (m->cell[k] == cell)
            return true;
    return false;
}

/* Brings people into a cell that is short of its floor: to free seats first, then in the place of
 * whom it is least loss to send home. */
static bool fill_floor(const struct group_model *m, struct group_plan *s, int32_t cell)
{
    struct arena *scratch = arena_new();
    const struct group_cell *c = &m->cells[cell];
    struct step *steps = NEW_ARRAY(scratch, struct step, c->to - c->from);
    int32_t n = 0, before = s->count[cell];

    for (int64_t i = c->from; i < c->to; i++) {
        int64_t e = m->edge_of[m->members[i]];
        int32_t w = m->owner[e], p = m->edges[e].post;
        int64_t loss = INT64_MAX;

        if (!group_usable(m, e) || !is_single(m, w))
            continue;
        for (int32_t o = s->first[p]; o >= 0; o = s->next[o])
            if (is_single(m, o))
                loss = MIN(loss, score_now(m, s, o));
        if (s->taken[p] < m->cap[p])
            loss = 0;
        steps[n++] = (struct step){
            m->edges[e].score - score_now(m, s, w) - (loss == INT64_MAX ? INT32_MAX : loss), e
        };
    }
    if (n > 1)
        qsort(steps, (size_t)n, sizeof *steps, step_order);
    for (int32_t i = 0; i < n && s->count[cell] < c->n; i++) {
        int64_t e = steps[i].edge;

        if (is_in_cell(m, s->at[m->owner[e]], cell) || try_move(m, s, e))
            continue;
        if (s->at[m->owner[e]] < 0)
            (void)try_exchange(m, s, e, INT64_MAX);
    }
    arena_free(scratch);
    return s->count[cell] > before;
}

void group_improve(const struct group_model *m, struct group_plan *s)
{
    bool has_changed = true;

    for (int round = 0; has_changed && round < IMPROVE_ROUNDS; round++) {
        has_changed = false;
        for (int32_t c = 0; c < m->n_cells; c++)
            if (m->cells[c].kind == GROUP_AT_LEAST && s->count[c] < m->cells[c].n)
                has_changed |= fill_floor(m, s, c);
        for (int32_t i = 0; i < m->parties; i++)
            has_changed |= improve_party(m, s, i);
        for (int32_t c = 0; c < m->n_cells; c++)
            if (m->cells[c].kind == GROUP_NONE_OR && s->count[c] == 0)
                has_changed |= try_open(m, s, c);
        has_changed |= improve_singles(m, s);
    }
}
