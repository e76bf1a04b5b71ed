/* groups_price.c — what seats and conditions are worth: the auction over what the conditions leave,
 * and the multipliers that make the conditions felt in it.
 *
 * The bound. Let x be any assignment that keeps everything. Its value is at most
 *     sum of worth(e) over its edges + constants
 * whatever the multipliers are, because for x (1) the shares of a party add up to 0 at the place
 * where it goes; (2) a cell of at most n takes `price` from each of at most n edges and gives
 * n * price back; (3) a cell of at least n gives to at least n edges and takes as much; (4) a cell
 * of none or n gives `bonus` to each of at least n and asks `toll` of each, which is no loss to x
 * as long as the tolls of all who might come are no more than n * bonus: else the difference is a
 * constant. And the sum is at most what the auction proves for the worths. Each multiplier is set
 * to what lowers that proof most at the prices of the moment (coordinate descent), and then the
 * auction lowers the prices in turn, so that rounds never make the bound worse but for rounding. */
#include "matching/groups_model.h"

#include <stdlib.h>

enum { SHIFT_MAX = 20000000 };

/* --- the market --- */

/* Seats that the post has for anybody and, of these, for the unregistered. */
struct room {
    int32_t seats, open;
};

static struct room *rooms(struct arena *mem, const struct group_model *m, const int64_t *fixed)
{
    struct room *room = NEW_ARRAY(mem, struct room, m->posts);

    for (int32_t p = 0; p < m->posts; p++)
        room[p] = (struct room){ m->cap[p], m->cap[p] };
    for (int32_t c = 0; m->has_split && c < m->n_cells; c++) {
        const struct group_cell *cell = &m->cells[c];
        int32_t p;

        if (cell->way != GROUP_WAY_SPLIT || cell->from == cell->to)
            continue;
        p = m->edges[m->edge_of[m->members[cell->from]]].post;
        room[p].open = MIN(room[p].open, cell->n);
    }
    for (int32_t w = 0; w < m->workers; w++) {
        struct room *r = fixed[w] < 0 ? NULL : &room[m->edges[fixed[w]].post];

        if (!r)
            continue;
        r->seats--;
        r->open -= group_who_label(m, GROUP_UNREGISTERED, w) == 0;
    }
    for (int32_t p = 0; p < m->posts; p++)
        room[p].open = MAX(0, MIN(room[p].open, room[p].seats));
    return room;
}

/* How many must stay at each home, less those whom the homes inside it keep: of its people all but
 * n, whoever is fixed using the n up. */
static void homes_count(struct group_model *m, const int64_t *fixed)
{
    struct arena *scratch = arena_new();
    int32_t *need = NEW_ARRAY(scratch, int32_t, m->n_homes);
    int32_t *free_people = NEW_ARRAY(scratch, int32_t, m->n_homes);

    for (int32_t h = 0; h < m->n_homes; h++) {
        need[h] = -m->cells[m->homes[h].cell].n;
        m->homes[h].own = 0;
    }
    for (int32_t w = 0; w < m->workers; w++) {
        int32_t in[] = { m->home_of[2 * w], m->home_of[2 * w + 1], m->home_all };

        for (int i = 0; i < 3; i++) {
            if (in[i] < 0 || m->row[w + 1] == m->row[w])
                continue;
            need[in[i]]++;
            free_people[in[i]] += fixed[w] < 0;
        }
    }
    for (int level = GROUP_VILLAGE; level >= GROUP_ANYBODY; level--) { /* inner ones first */
        for (int32_t h = 0; h < m->n_homes; h++) {
            int32_t inside = m->homes[h].own, most = MIN(need[h], free_people[h]);

            if (m->in->limits[m->cells[m->homes[h].cell].limit].who != (enum group_who)level)
                continue;
            m->homes[h].own = MAX(0, most - inside);
            if (m->homes[h].parent >= 0)
                m->homes[m->homes[h].parent].own += MAX(most, inside);
        }
    }
    arena_free(scratch);
}

static int32_t worth_in_market(const struct group_model *m, int64_t e)
{
    assert(m->worth[e] < INT32_MAX);
    return (int32_t)m->worth[e];
}

/* The seats at home that a worker may take. */
static void add_homes(const struct group_model *m, int32_t w, int32_t home_score,
                      struct auction_edge *to, int64_t *n)
{
    int32_t homes[] = { m->home_of[2 * w], m->home_of[2 * w + 1], m->home_all };

    if (m->row[w + 1] == m->row[w])
        return; /* counted in no home */
    for (int i = 0; i < 3; i++)
        if (homes[i] >= 0 && m->homes[homes[i]].own > 0)
            to[(*n)++] =
                (struct auction_edge){ m->posts * (m->has_split ? 2 : 1) + homes[i], home_score };
}

static bool has_cell(const struct group_model *m, int64_t edge, int32_t cell)
{
    for (int64_t k = m->cells_row[edge]; k < m->cells_row[edge + 1]; k++)
        if (m->cell[k] == cell)
            return true;
    return false;
}

/* Is the edge in every cell of none or n that this worker must not leave? */
static bool stays_in_cells(const struct group_model *m, int32_t worker, int64_t edge)
{
    int64_t from = m->held_to[worker];

    for (int64_t k = from < 0 ? 0 : m->cells_row[from]; from >= 0 && k < m->cells_row[from + 1];
         k++)
        if (m->cells[m->cell[k]].kind == GROUP_NONE_OR && !has_cell(m, edge, m->cell[k]))
            return false;
    return true;
}

/* Who must not leave a cell has `weight` more on the way there than anybody can outbid. */
static void add_edges(const struct group_model *m, int32_t w, int32_t weight,
                      struct auction_edge *to, int64_t *n)
{
    bool may_hold = m->has_split && group_who_label(m, GROUP_REGISTERED, w) == 0;

    for (int64_t e = m->row[w]; e < m->row[w + 1]; e++) {
        int32_t worth = m->held_to[w] >= 0 ? weight : 0;

        if (!group_usable(m, e) || m->worth[e] <= 0 || !stays_in_cells(m, w, e))
            continue;
        worth += worth_in_market(m, e);
        to[(*n)++] = (struct auction_edge){ m->edges[e].post, worth };
        if (may_hold)
            to[(*n)++] = (struct auction_edge){ m->posts + m->edges[e].post, worth };
    }
}

int64_t group_constants(const struct group_model *m)
{
    int64_t sum = 0;

    for (int32_t c = 0; c < m->n_cells; c++)
        sum += m->cells[c].constant;
    return sum;
}

/* The edge to the post that the auction gave, if it is one. */
static int64_t edge_given(const struct group_model *m, int32_t w, int32_t post)
{
    int32_t p = post >= m->posts && m->has_split ? post - m->posts : post;

    for (int64_t e = m->row[w]; post >= 0 && e < m->row[w + 1]; e++)
        if (m->edges[e].post == p)
            return e;
    return -1;
}

void group_market(struct arena *mem, struct group_model *m, const int64_t *fixed,
                  struct group_prices *ret)
{
    struct arena *scratch = arena_new();
    struct room *room = rooms(scratch, m, fixed);
    int32_t parts = m->posts * (m->has_split ? 2 : 1), posts = parts + m->n_homes;
    int64_t edges = m->row[m->workers], n = 0, highest = 0, kept = 0, sent_home = 0;
    int32_t *cap = NEW_ARRAY(scratch, int32_t, posts);
    int64_t *row = NEW_ARRAY(scratch, int64_t, (size_t)m->workers + 1);
    struct auction_edge *to =
        NEW_ARRAY(scratch, struct auction_edge,
                  edges * (m->has_split ? 2 : 1) + (m->n_homes ? 3 : 0) * (int64_t)m->workers);
    struct auction_result r;
    bool has_held = false;
    struct group_prices p = { .taken = NEW_ARRAY(mem, int64_t, m->workers) };

    homes_count(m, fixed);
    for (int64_t e = 0; e < edges; e++)
        if (group_usable(m, e))
            highest = MAX(highest, m->worth[e]);
    for (int32_t w = 0; w < m->workers; w++)
        has_held |= m->held_to[w] >= 0;
    p.home_score = (has_held ? 3 : 1) * highest + 1;
    assert(p.home_score < INT32_MAX);
    for (int32_t i = 0; i < m->posts; i++) {
        cap[i] = m->has_split ? room[i].open : room[i].seats;
        if (m->has_split)
            cap[m->posts + i] = room[i].seats - room[i].open;
    }
    for (int32_t h = 0; h < m->n_homes; h++) {
        cap[parts + h] = m->homes[h].own;
        sent_home += m->homes[h].own;
    }
    for (int32_t w = 0; w < m->workers; w++) {
        if (fixed[w] >= 0)
            kept += m->edges[fixed[w]].score;
        else
            add_homes(m, w, (int32_t)p.home_score, to, &n);
        if (fixed[w] == -1)
            add_edges(m, w, has_held ? (int32_t)(2 * highest) : 0, to, &n);
        row[w + 1] = n;
    }
    auction_solve(mem, &(struct auction_input){ m->workers, posts, cap, row, to, 0 }, &r);
    for (int32_t w = 0; w < m->workers; w++)
        p.taken[w] =
            fixed[w] >= 0 ? fixed[w] : edge_given(m, w, r.post[w] < parts ? r.post[w] : -1);
    p.price = r.price;
    p.scale = r.scale;
    p.bound = kept + r.certificate.bound - sent_home * p.home_score + group_constants(m);
    arena_free(scratch);
    *ret = p;
}

/* --- gains at prices --- */

static int64_t price_for(const struct group_model *m, const struct group_prices *p, int32_t worker,
                         int32_t post)
{
    int64_t price = p->price[post];

    if (m->has_split && group_who_label(m, GROUP_REGISTERED, worker) == 0)
        price = MIN(price, p->price[m->posts + post]);
    return price;
}

int64_t group_net(const struct group_model *m, const struct group_prices *p, int32_t worker,
                  int64_t edge)
{
    return m->worth[edge] * p->scale - price_for(m, p, worker, m->edges[edge].post);
}

/* What staying is worth: 0, or a seat at home. */
static int64_t net_staying(const struct group_model *m, const struct group_prices *p,
                           int32_t worker)
{
    int32_t homes[] = { m->home_of[2 * worker], m->home_of[2 * worker + 1], m->home_all };
    int64_t most = 0;

    for (int i = 0; i < 3; i++)
        if (homes[i] >= 0 && m->homes[homes[i]].own > 0)
            most = MAX(most, p->home_score * p->scale -
                                 p->price[m->posts * (m->has_split ? 2 : 1) + homes[i]]);
    return most;
}

/* What somebody gains by the edges of a cell over everything else. */
struct gain {
    int64_t net;
    int32_t worker;
    int64_t from, to; /* in members */
};

/* Of a cell: the gains of those free to choose, most first, and how many others are in it for good.
 */
struct gains {
    struct gain *all;
    int32_t n, held;
    int64_t scale;
};

static int gain_order(const void *a, const void *b)
{
    const struct gain *x = a, *y = b;

    if (x->net != y->net)
        return x->net > y->net ? -1 : 1;
    return (x->worker > y->worker) - (x->worker < y->worker);
}

/* The cell's own shift is left out of account. */
static struct gains gains_of(struct arena *mem, const struct group_model *m,
                             const struct group_prices *p, const int64_t *fixed, int32_t cell)
{
    const struct group_cell *c = &m->cells[cell];
    struct gain *all = NEW_ARRAY(mem, struct gain, c->to - c->from);
    int32_t n = 0, held = 0;

    for (int64_t i = c->from, next; i < c->to; i = next) {
        int32_t w = m->owner[m->edge_of[m->members[i]]];
        int64_t in = INT64_MIN, out;

        for (next = i; next < c->to && m->owner[m->edge_of[m->members[next]]] == w; next++) {
            int64_t k = m->members[next], e = m->edge_of[k];

            held += fixed[w] == e;
            if (group_usable(m, e))
                in = MAX(in, group_net(m, p, w, e) - m->shift[k] * p->scale);
        }
        if (fixed[w] >= 0 || in == INT64_MIN)
            continue;
        out = net_staying(m, p, w);
        for (int64_t e = m->row[w], k = i; e < m->row[w + 1]; e++) {
            while (k < next && m->edge_of[m->members[k]] < e)
                k++;
            if (group_usable(m, e) && (k == next || m->edge_of[m->members[k]] != e))
                out = MAX(out, group_net(m, p, w, e));
        }
        all[n++] = (struct gain){ in - out, w, i, next };
    }
    if (n > 1)
        qsort(all, (size_t)n, sizeof *all, gain_order);
    return (struct gains){ all, n, held, p->scale };
}

/* --- multipliers --- */

static int64_t up(int64_t net, int64_t scale) /* to whole points */
{
    return net >= 0 ? (net + scale - 1) / scale : -(-net / scale);
}

static void sway(struct group_model *m, int64_t k, int64_t points)
{
    int64_t shift = MAX(-SHIFT_MAX, MIN(SHIFT_MAX, points));

    m->worth[m->edge_of[k]] += shift - m->shift[k];
    m->shift[k] = (int32_t)shift;
}

static void sway_all(struct group_model *m, const struct group_cell *c, int64_t points)
{
    for (int64_t i = c->from; i < c->to; i++)
        sway(m, m->members[i], points);
}

/* At most n: the price that the first to be left out would just not pay. */
static void price_at_most(struct group_model *m, struct group_cell *c, const struct gains *g)
{
    int32_t room = MAX(0, c->n - g->held);
    int64_t price = room < g->n ? MAX(0, up(g->all[room].net, g->scale)) : 0;

    price = MIN(price, SHIFT_MAX);
    sway_all(m, c, -price);
    c->constant = room * price;
}

/* At least n: what the last needed must be given. */
static void price_at_least(struct group_model *m, struct group_cell *c, const struct gains *g)
{
    int32_t room = MIN(g->n, MAX(0, c->n - g->held));
    int64_t last = room > 0 ? g->all[room - 1].net : 0;
    int64_t gift = last < 0 ? up(-last, g->scale) + 1 : 0;

    gift = MIN(gift, SHIFT_MAX);
    sway_all(m, c, gift);
    c->constant = -room * gift;
}

/* The least bonus at which the tolls may take all gains: sum of max(0, net + bonus) <= least *
 * bonus. Asked only when the `least` who gain most do not gain anything together. */
static int64_t bonus_enough(const struct gains *g, int32_t eager, int32_t least)
{
    const struct gain *all = g->all;
    int64_t sum = 0;

    for (int32_t j = 1; j < least; j++) {
        sum += all[j - 1].net;
        if (j >= eager && sum <= -all[j].net * (least - j))
            return up((sum + least - j - 1) / (least - j), g->scale);
    }
    return up(-all[least - 1].net, g->scale);
}

/* Tolls of least * bonus in all from those who gain by the cell. What they cannot take is left
 * evenly, so that all who are needed still gain; what is over is asked of all alike. */
static void take_tolls(struct group_model *m, const struct gains *g, int64_t least, int64_t bonus)
{
    const struct gain *all = g->all;
    int64_t left = -least * bonus, over, keep;
    int32_t coming = 0;

    while (coming < g->n && all[coming].net + bonus * g->scale > 0)
        left += up(all[coming++].net + bonus * g->scale, g->scale);
    over = coming > 0 ? MAX(0, -left) / coming : 0;
    left = MAX(0, left);
    for (int32_t i = coming - 1; i >= 0; i--) {
        int64_t gain = up(all[i].net + bonus * g->scale, g->scale);

        keep = MIN(gain, (left + i) / (i + 1));
        left -= keep;
        for (int64_t k = all[i].from; k < all[i].to; k++)
            sway(m, m->members[k], bonus - (gain - keep + over));
    }
}

/* None or n: `bonus` for each so that n would come, and tolls. */
static void price_none_or(struct group_model *m, struct group_cell *c, const struct gains *g)
{
    const struct gain *all = g->all;
    int32_t least = MAX(0, c->n - g->held), eager = 0;
    int64_t together = 0, bonus;

    sway_all(m, c, 0);
    while (eager < g->n && all[eager].net > 0)
        eager++;
    if (eager == 0 || eager >= least || g->n < least)
        return;
    for (int32_t i = 0; i < least; i++)
        together += all[i].net;
    bonus = up(-all[least - 1].net, g->scale);
    if (together <=
        0) { /* more than enough tempts others, just enough falls short at other prices */
        int64_t enough = MIN(bonus, bonus_enough(g, eager, least));

        bonus = enough + (bonus - enough) / 2;
    }
    bonus = MIN(bonus, SHIFT_MAX);
    sway_all(m, c, bonus);
    take_tolls(m, g, least, bonus);
}

void group_unprice(struct group_model *m)
{
    for (int32_t c = 0; c < m->n_cells; c++) {
        if (m->cells[c].kind != GROUP_NONE_OR)
            continue;
        sway_all(m, &m->cells[c], 0);
        m->cells[c].constant = 0;
    }
}

int64_t group_gain_over(const struct group_model *m, const struct group_prices *p, int64_t edge,
                        int32_t cell)
{
    int32_t w = m->owner[edge];
    int64_t out = net_staying(m, p, w);

    for (int64_t e = m->row[w]; e < m->row[w + 1]; e++)
        if (group_usable(m, e) && !has_cell(m, e, cell))
            out = MAX(out, group_net(m, p, w, e));
    return group_net(m, p, w, edge) - out;
}

int64_t group_cell_gain(const struct group_model *m, const struct group_prices *p,
                        const int64_t *fixed, int32_t cell)
{
    struct arena *scratch = arena_new();
    struct gains g = gains_of(scratch, m, p, fixed, cell);
    int32_t least = MAX(0, m->cells[cell].n - g.held);
    int64_t together = g.n < least ? INT64_MIN : 0;

    for (int32_t i = 0; i < least && g.n >= least; i++)
        together += g.all[i].net;
    arena_free(scratch);
    return together;
}

static void cells_reprice(struct group_model *m, const struct group_prices *p, const int64_t *fixed)
{
    struct arena *scratch = arena_new();

    for (int32_t i = 0; i < m->n_cells; i++) {
        struct group_cell *c = &m->cells[i];
        struct gains g;

        if (c->way != GROUP_WAY_PRICED || c->is_closed)
            continue;
        g = gains_of(scratch, m, p, fixed, i);
        if (c->kind == GROUP_AT_MOST)
            price_at_most(m, c, &g);
        else if (c->kind == GROUP_AT_LEAST)
            price_at_least(m, c, &g);
        else
            price_none_or(m, c, &g);
        arena_reset(scratch);
    }
    arena_free(scratch);
}

/* --- parties --- */

/* The most a worker gains at a label without the share, and whether she can go there at all. */
static bool net_at(const struct group_model *m, const struct group_prices *p, int32_t worker,
                   enum group_where same, int32_t label, int64_t *ret)
{
    bool can = false;

    for (int64_t e = m->row[worker]; e < m->row[worker + 1]; e++) {
        int64_t net;

        if (!group_usable(m, e) || group_where_label(m, same, m->edges[e].post) != label)
            continue;
        net = group_net(m, p, worker, e) - m->share[e] * p->scale;
        *ret = can ? MAX(*ret, net) : net;
        can = true;
    }
    return can;
}

static void share_at(struct group_model *m, int32_t worker, enum group_where same, int32_t label,
                     int64_t points)
{
    for (int64_t e = m->row[worker]; e < m->row[worker + 1]; e++) {
        if (group_where_label(m, same, m->edges[e].post) != label)
            continue;
        m->worth[e] += points - m->share[e];
        m->share[e] = (int32_t)points;
    }
}

/* At one place: everybody gains as much there as the others, the points adding up to 0. */
static void party_share(struct group_model *m, const struct group_prices *p, const int64_t *fixed,
                        int32_t party, int32_t label)
{
    enum { MEMBERS_MAX = 64 };
    enum group_where same = m->party_same[party];
    int64_t net[MEMBERS_MAX], sum = 0, given = 0;
    int32_t who[MEMBERS_MAX], n = 0;

    for (int32_t k = m->party_row[party]; k < m->party_row[party + 1]; k++) {
        int32_t w = m->party_worker[k];

        if (fixed[w] >= 0)
            continue;
        if (n == MEMBERS_MAX || !net_at(m, p, w, same, label, &net[n]))
            return;
        sum += net[n];
        who[n++] = w;
    }
    for (int32_t i = 0; i < n; i++) {
        net[i] = -up(net[i] - sum / n, p->scale);
        if (net[i] > SHIFT_MAX || net[i] < -SHIFT_MAX)
            return;
        given += net[i];
    }
    for (int32_t i = 0; i < n; i++) { /* rounding: less than a point each */
        int64_t more = given < 0 ? MIN(-given, (-given + n - i - 1) / (n - i))
                                 : -MIN(given, (given + n - i - 1) / (n - i));

        share_at(m, who[i], same, label, net[i] + more);
        given += more;
    }
}

void group_share(struct group_model *m, const struct group_prices *p, const int64_t *fixed)
{
    for (int32_t i = 0; i < m->parties; i++) {
        int32_t w = -1, last = -1;

        for (int32_t k = m->party_row[i]; w < 0 && k < m->party_row[i + 1]; k++)
            if (fixed[m->party_worker[k]] < 0)
                w = m->party_worker[k];
        for (int64_t e = w < 0 ? 0 : m->row[w]; w >= 0 && e < m->row[w + 1]; e++) {
            int32_t label = group_where_label(m, m->party_same[i], m->edges[e].post);

            if (label >= 0 && label != last && group_usable(m, e))
                party_share(m, p, fixed, i, label);
            last = label;
        }
    }
}

void group_reprice(struct group_model *m, const struct group_prices *p, const int64_t *fixed)
{
    group_share(m, p, fixed);
    cells_reprice(m, p, fixed);
}
