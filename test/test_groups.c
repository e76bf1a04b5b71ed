/* Assignments under conditions: against trying everything, and with checks that share no code with
 * the solver. */
#include "harness.h"
#include "matching/groups.h"

enum { WORKERS = 6, POSTS = 4, LIMITS = 4, PARTIES = 2 };

/* A problem with all its arrays. */
struct world {
    struct auction_input market;
    struct group_input in;
    int32_t cap[POSTS];
    int64_t row[WORKERS + 1];
    struct auction_edge edges[WORKERS * POSTS];
    int32_t county[WORKERS], village[WORKERS], employer[POSTS], city[POSTS];
    bool is_registered[WORKERS];
    int64_t worker_key[WORKERS], post_key[POSTS];
    struct group_limit limits[LIMITS];
    struct group_party parties[PARTIES];
    int32_t members[PARTIES][3];
    struct group_promise promises[2];
    struct group_pair forbidden[3];
};

static uint64_t dice;

static int32_t roll(int64_t lo, int64_t hi)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (int32_t)(lo + (int64_t)(dice % (uint64_t)(hi - lo + 1)));
}

static void point(struct world *x)
{
    x->market.cap = x->cap;
    x->market.row = x->row;
    x->market.edges = x->edges;
    x->in.market = &x->market;
    x->in.county = x->county;
    x->in.village = x->village;
    x->in.is_registered = x->is_registered;
    x->in.employer = x->employer;
    x->in.city = x->city;
    x->in.worker_key = x->worker_key;
    x->in.post_key = x->post_key;
    x->in.limits = x->limits;
    x->in.parties = x->parties;
    x->in.promises = x->promises;
    x->in.forbidden = x->forbidden;
    for (int i = 0; i < PARTIES; i++)
        x->parties[i].workers = x->members[i];
}

/* --- made by dice --- */

static struct group_limit limit_any(void)
{
    struct group_limit l = { .kind = (enum group_kind)roll(0, 3),
                             .who = (enum group_who)roll(0, 4),
                             .where = (enum group_where)roll(0, 3),
                             .who_label = roll(-1, 1),
                             .where_label = roll(-1, 1),
                             .n = roll(0, 4) };

    if (l.kind == GROUP_HELD) {
        l.who = GROUP_REGISTERED;
        l.where = roll(0, 1) ? GROUP_POST : GROUP_EMPLOYER;
        l.n = roll(0, 4) * 25;
    }
    if (l.kind == GROUP_AT_LEAST)
        l.n = roll(0, 2);
    return l;
}

static void parties_any(struct world *x)
{
    int32_t order[WORKERS], used = 0;

    for (int32_t i = 0; i < x->market.workers; i++) {
        int32_t j = roll(0, i);

        order[i] = order[j];
        order[j] = i;
    }
    x->in.n_parties = roll(0, PARTIES);
    for (int i = 0; i < x->in.n_parties; i++) {
        int32_t n = roll(2, 3);

        if (used + n > x->market.workers) {
            x->in.n_parties = i;
            return;
        }
        x->parties[i] = (struct group_party){ NULL, n, (enum group_where)roll(1, 3) };
        for (int k = 0; k < n; k++)
            x->members[i][k] = order[used++];
    }
}

static struct world *world_any(void)
{
    struct world *x = NEW(test_arena(), struct world);
    int32_t n = roll(0, WORKERS), m = roll(1, POSTS);
    int64_t at = 0;

    x->market.workers = n;
    x->market.posts = m;
    for (int32_t p = 0; p < m; p++) {
        x->cap[p] = roll(0, 3);
        x->employer[p] = roll(0, 1);
        x->city[p] = roll(0, 1);
        x->post_key[p] = 100 - p;
    }
    for (int32_t w = 0; w < n; w++) {
        x->county[w] = roll(0, 1);
        x->village[w] = roll(0, 9) ? 2 * x->county[w] + roll(0, 1) : roll(0, 3);
        x->is_registered[w] = roll(0, 1);
        x->worker_key[w] = 7 * w % 31;
        for (int32_t p = 0; p < m; p++)
            if (roll(0, 2))
                x->edges[at++] = (struct auction_edge){ p, roll(0, 9) ? roll(1, 30) : 0 };
        x->row[w + 1] = at;
    }
    x->in.n_limits = roll(0, LIMITS);
    for (int i = 0; i < x->in.n_limits; i++)
        x->limits[i] = limit_any();
    parties_any(x);
    x->in.n_promises = n > 1 && !roll(0, 3) ? roll(0, 2) : 0;
    for (int i = 0; i < x->in.n_promises; i++)
        x->promises[i] = (struct group_promise){ i, roll(0, m - 1), roll(0, 20) };
    x->in.n_forbidden = n > 0 ? roll(0, 3) : 0;
    for (int i = 0; i < x->in.n_forbidden; i++)
        x->forbidden[i] = (struct group_pair){ roll(0, n - 1), roll(0, m - 1) };
    point(x);
    return x;
}

/* --- what must hold, said again --- */

/* Per worker the post promised and kept, -1 none, -2 promised without a seat. */
static void promised_posts(const struct group_input *in, int32_t *post)
{
    int32_t seats[POSTS] = { 0 }, place[WORKERS];

    for (int32_t w = 0; w < in->market->workers; w++) {
        post[w] = -1;
        place[w] = 0;
        for (int32_t o = 0; o < in->market->workers; o++)
            place[w] += in->worker_key[o] < in->worker_key[w];
    }
    for (int32_t at = 0; at < in->market->workers; at++)
        for (int i = 0; i < in->n_promises; i++)
            if (place[in->promises[i].worker] == at) {
                int32_t p = in->promises[i].post;

                post[in->promises[i].worker] = seats[p] < in->market->cap[p] ? p : -2;
                seats[p] += seats[p] < in->market->cap[p];
            }
}

static int64_t worth(const struct group_input *in, int32_t w, int32_t p)
{
    int64_t most = -1;

    for (int64_t e = in->market->row[w]; e < in->market->row[w + 1]; e++)
        if (in->market->edges[e].post == p && in->market->edges[e].score > 0)
            most = MAX(most, in->market->edges[e].score);
    for (int i = 0; i < in->n_promises; i++)
        if (in->promises[i].worker == w && in->promises[i].post == p)
            most = MAX(most, in->promises[i].score);
    return most;
}

static bool is_forbidden(const struct group_input *in, int32_t w, int32_t p)
{
    for (int i = 0; i < in->n_forbidden; i++)
        if (in->forbidden[i].worker == w && in->forbidden[i].post == p)
            return true;
    return false;
}

/* Value of an assignment, -1 when a seat or a pair is wrong. */
static int64_t pairs_value(const struct group_input *in, const int32_t *promised,
                           const int32_t *post)
{
    int32_t taken[POSTS] = { 0 };
    int64_t value = 0;

    for (int32_t w = 0; w < in->market->workers; w++) {
        int64_t points = post[w] < 0 ? 0 : worth(in, w, post[w]);

        if (promised[w] != -1 && post[w] != MAX(promised[w], -1))
            return -1;
        if (points < 0 || (post[w] >= 0 && promised[w] < 0 && is_forbidden(in, w, post[w])))
            return -1;
        if (post[w] >= 0 && ++taken[post[w]] > in->market->cap[post[w]])
            return -1;
        value += points;
    }
    return value;
}

static int32_t who(const struct group_input *in, enum group_who dimension, int32_t w)
{
    return dimension == GROUP_COUNTY         ? in->county[w]
           : dimension == GROUP_VILLAGE      ? in->village[w]
           : dimension == GROUP_REGISTERED   ? (in->is_registered[w] ? 0 : 99)
           : dimension == GROUP_UNREGISTERED ? (in->is_registered[w] ? 99 : 0)
                                             : 0;
}

static int32_t where(const struct group_input *in, enum group_where dimension, int32_t p)
{
    return dimension == GROUP_POST       ? p
           : dimension == GROUP_EMPLOYER ? in->employer[p]
           : dimension == GROUP_CITY     ? in->city[p]
                                         : 0;
}

/* One limit at one pair of labels. Returns whether it holds; adds what is missing to a floor. */
static bool cell_holds(const struct group_input *in, const struct group_limit *l,
                       const int32_t *promised, const int32_t *post, int32_t a, int32_t b,
                       int32_t *ret_short)
{
    enum group_who side = l->kind == GROUP_HELD ? GROUP_UNREGISTERED : l->who;
    int32_t count = 0, bound_to = 0, seats = 0;
    bool exists = false;

    for (int32_t w = 0; w < in->market->workers; w++) {
        if (who(in, side, w) != a)
            continue;
        for (int32_t p = 0; p < in->market->posts; p++)
            exists |= where(in, l->where, p) == b && in->market->cap[p] > 0 && worth(in, w, p) >= 0;
        if (post[w] < 0 || where(in, l->where, post[w]) != b)
            continue;
        count++;
        bound_to += promised[w] >= 0;
    }
    for (int32_t p = 0; p < in->market->posts; p++)
        if (where(in, l->where, p) == b)
            seats += in->market->cap[p];
    switch (l->kind) {
    case GROUP_AT_MOST:
        return count <= MAX(l->n, bound_to);
    case GROUP_HELD:
        return count <= MAX(seats - (seats * l->n + 99) / 100, bound_to);
    case GROUP_NONE_OR:
        return count == bound_to || count >= l->n;
    case GROUP_AT_LEAST: /* of those whom no label names one by one, none can be missing */
        if (exists ||
            ((l->who_label != GROUP_EACH || l->who == GROUP_ANYBODY || l->who > GROUP_VILLAGE) &&
             (l->where_label != GROUP_EACH || l->where == GROUP_ANYWHERE)))
            *ret_short += MAX(0, l->n - count);
        return true;
    }
    return false;
}

static bool limits_hold(const struct group_input *in, const int32_t *promised, const int32_t *post,
                        int32_t *ret_short)
{
    *ret_short = 0;
    for (int i = 0; i < in->n_limits; i++) {
        const struct group_limit *l = &in->limits[i];
        bool each_who =
            (l->who == GROUP_COUNTY || l->who == GROUP_VILLAGE) && l->kind != GROUP_HELD;

        for (int32_t a = 0; a < 4; a++)
            for (int32_t b = 0; b < 4; b++) {
                if (each_who ? l->who_label >= 0 && a != l->who_label : a > 0)
                    continue;
                if (l->where == GROUP_ANYWHERE ? b > 0 : l->where_label >= 0 && b != l->where_label)
                    continue;
                if (!cell_holds(in, l, promised, post, a, b, ret_short))
                    return false;
            }
    }
    return true;
}

static bool parties_hold(const struct group_input *in, const int32_t *promised, const int32_t *post)
{
    for (int i = 0; i < in->n_parties; i++) {
        const struct group_party *party = &in->parties[i];
        int32_t going = 0, choosing = 0, first = post[party->workers[0]];
        bool together = true;

        for (int k = 0; k < party->n; k++) {
            int32_t w = party->workers[k];

            going += post[w] >= 0;
            choosing += post[w] >= 0 && promised[w] < 0;
            together &= post[w] >= 0 && first >= 0 &&
                        where(in, party->same, post[w]) == where(in, party->same, first);
        }
        if (choosing > 0 && !(together && going == party->n))
            return false;
    }
    return true;
}

/* --- trying everything --- */

struct trial {
    const struct group_input *in;
    int32_t promised[WORKERS], post[WORKERS], taken[POSTS];
    int64_t best, best_with_floors; /* -1: none */
};

static void try_all(struct trial *t, int32_t w, int64_t value)
{
    int32_t missing;

    if (w == t->in->market->workers) {
        if (!parties_hold(t->in, t->promised, t->post) ||
            !limits_hold(t->in, t->promised, t->post, &missing))
            return;
        t->best = MAX(t->best, value);
        if (missing == 0)
            t->best_with_floors = MAX(t->best_with_floors, value);
        return;
    }
    for (int32_t p = -1; p < t->in->market->posts; p++) {
        int64_t points = p < 0 ? 0 : worth(t->in, w, p);

        if (points < 0 || (p >= 0 && t->taken[p] == t->in->market->cap[p]) ||
            (t->promised[w] != -1 && p != MAX(t->promised[w], -1)) ||
            (p >= 0 && t->promised[w] < 0 && is_forbidden(t->in, w, p)))
            continue;
        t->post[w] = p;
        if (p >= 0)
            t->taken[p]++;
        try_all(t, w + 1, value + points);
        if (p >= 0)
            t->taken[p]--;
    }
}

TEST("conditions hold, and what is found is worth at most the best, and that at most the bound")
{
    int compared = 0, equal = 0, proved = 0, missed_floors = 0;

    dice = 20170228;
    for (int i = 0; i < 4000; i++) {
        struct world *x = world_any();
        struct trial t = { .in = &x->in, .best = -1, .best_with_floors = -1 };
        struct group_result r;
        int32_t missing, told = 0;
        int64_t best;

        groups_solve(test_arena(), &x->in, &r);
        promised_posts(&x->in, t.promised);
        EXPECT_INT(pairs_value(&x->in, t.promised, r.post), r.value);
        EXPECT(parties_hold(&x->in, t.promised, r.post));
        EXPECT(limits_hold(&x->in, t.promised, r.post, &missing));
        for (int l = 0; l < x->in.n_limits; l++)
            told += r.limits[l].short_by;
        EXPECT_INT(told, missing);
        try_all(&t, 0, 0);
        missed_floors += missing > 0 && t.best_with_floors >= 0;
        best = missing > 0 ? t.best : t.best_with_floors;
        EXPECT(r.value <= best);
        EXPECT(best <= r.bound);
        EXPECT_INT(r.gap, r.bound - r.value);
        compared++;
        equal += r.value == best;
        proved += r.gap == 0;
        if (test_failures() > 0) {
            test_fail(__FILE__, __LINE__, "in problem %d", i);
            return;
        }
    }
    EXPECT(equal > compared * 97 / 100);
    EXPECT(proved > compared * 9 / 10);
    EXPECT(missed_floors < compared / 100);
}

/* The same problem with workers, posts and edges in another order, and the keys going along. */
static struct world *world_shuffled(const struct world *x)
{
    struct world *y = NEW(test_arena(), struct world);
    int32_t n = x->market.workers, m = x->market.posts, worker[WORKERS], post[POSTS],
            place[WORKERS];
    int64_t at = 0;

    *y = *x;
    for (int32_t i = 0; i < n; i++) {
        int32_t j = roll(0, i);

        worker[i] = worker[j];
        worker[j] = i;
    }
    for (int32_t i = 0; i < m; i++) {
        int32_t j = roll(0, i);

        post[i] = post[j];
        post[j] = i;
    }
    for (int32_t p = 0; p < m; p++) {
        y->cap[post[p]] = x->cap[p];
        y->employer[post[p]] = x->employer[p];
        y->city[post[p]] = x->city[p];
        y->post_key[post[p]] = x->post_key[p];
    }
    for (int32_t w = 0; w < n; w++) {
        place[worker[w]] = w;
        y->county[w] = x->county[worker[w]];
        y->village[w] = x->village[worker[w]];
        y->is_registered[w] = x->is_registered[worker[w]];
        y->worker_key[w] = x->worker_key[worker[w]];
        for (int64_t e = x->row[worker[w] + 1]; e-- > x->row[worker[w]];)
            y->edges[at++] = (struct auction_edge){ post[x->edges[e].post], x->edges[e].score };
        y->row[w + 1] = at;
    }
    point(y);
    for (int i = 0; i < x->in.n_parties; i++)
        for (int k = 0; k < x->parties[i].n; k++)
            y->members[i][x->parties[i].n - 1 - k] = place[x->members[i][k]];
    for (int i = 0; i < x->in.n_promises; i++) {
        y->promises[i].worker = place[x->promises[i].worker];
        y->promises[i].post = post[x->promises[i].post];
    }
    for (int i = 0; i < x->in.n_forbidden; i++)
        y->forbidden[i] =
            (struct group_pair){ place[x->forbidden[i].worker], post[x->forbidden[i].post] };
    for (int i = 0; i < x->in.n_limits; i++)
        if (x->limits[i].where == GROUP_POST && x->limits[i].where_label >= 0)
            y->limits[i].where_label =
                x->limits[i].where_label < m ? post[x->limits[i].where_label] : 99;
    return y;
}

TEST("the order of workers, posts, edges and members changes nothing")
{
    dice = 11;
    for (int i = 0; i < 400; i++) {
        struct world *x = world_any(), *y = world_shuffled(x);
        struct group_result a, b;

        groups_solve(test_arena(), &x->in, &a);
        groups_solve(test_arena(), &y->in, &b);
        EXPECT_INT(b.value, a.value);
        EXPECT_INT(b.bound, a.bound);
        EXPECT_INT(b.placed, a.placed);
    }
}

TEST("the same input gives the same output")
{
    dice = 12;
    for (int i = 0; i < 100; i++) {
        struct world *x = world_any();
        struct group_result a, b;

        groups_solve(test_arena(), &x->in, &a);
        groups_solve(test_arena(), &x->in, &b);
        for (int32_t w = 0; w < x->market.workers; w++) {
            EXPECT_INT(a.post[w], b.post[w]);
            EXPECT_INT(a.reason[w], b.reason[w]);
        }
    }
}

/* Limits of a county or village and seats held at a post: a network. */
TEST("limits that nest are kept at the best value, with a proof")
{
    dice = 13;
    for (int i = 0; i < 1500; i++) {
        struct world *x = world_any();
        struct trial t = { .in = &x->in, .best = -1, .best_with_floors = -1 };
        struct group_result r;

        x->in.n_parties = x->in.n_promises = 0;
        x->in.n_limits = 4;
        for (int32_t w = 0; w < x->market.workers; w++)
            x->village[w] = 2 * x->county[w] + x->village[w] % 2;
        x->limits[0] =
            (struct group_limit){ GROUP_AT_MOST, GROUP_COUNTY, GROUP_ANYWHERE, GROUP_EACH, 0,
                                  roll(0, 3) };
        x->limits[1] =
            (struct group_limit){ GROUP_AT_MOST, GROUP_VILLAGE, GROUP_ANYWHERE, GROUP_EACH, 0,
                                  roll(0, 3) };
        x->limits[2] =
            (struct group_limit){ GROUP_AT_MOST, GROUP_ANYBODY, GROUP_ANYWHERE, 0, 0, roll(2, 6) };
        x->limits[3] = (struct group_limit){ GROUP_HELD, GROUP_REGISTERED, GROUP_POST,
                                             0,          GROUP_EACH,       roll(0, 100) };
        groups_solve(test_arena(), &x->in, &r);
        promised_posts(&x->in, t.promised);
        try_all(&t, 0, 0);
        EXPECT_INT(r.value, t.best);
        EXPECT_INT(r.gap, 0);
    }
}

/* Three workers who all want the one seat at post 0 of value 9, 8, 7; post 1 has two seats of 5. */
static struct world *world_of_three(void)
{
    struct world *x = NEW(test_arena(), struct world);

    x->market.workers = 3;
    x->market.posts = 2;
    x->cap[0] = 1;
    x->cap[1] = 2;
    x->employer[1] = x->city[1] = 1;
    for (int32_t w = 0; w < 3; w++) {
        x->edges[2 * w] = (struct auction_edge){ 0, 9 - w };
        x->edges[2 * w + 1] = (struct auction_edge){ 1, 5 };
        x->row[w + 1] = 2 * w + 2;
        x->worker_key[w] = w;
    }
    x->post_key[1] = 1;
    point(x);
    return x;
}

TEST("whoever is left out is told by what")
{
    struct world *x = world_of_three();
    struct group_result r;

    x->in.n_limits = 1;
    x->limits[0] = (struct group_limit){ GROUP_AT_MOST, GROUP_COUNTY, GROUP_ANYWHERE, 0, 0, 2 };
    groups_solve(test_arena(), &x->in, &r);
    EXPECT_INT(r.value, 14);
    EXPECT_INT(r.limits[0].left_out, 1);
    EXPECT_INT(r.limits[0].tight, 1);
    x->limits[0] = (struct group_limit){ GROUP_NONE_OR, GROUP_ANYBODY, GROUP_CITY, 0, 1, 3 };
    groups_solve(test_arena(), &x->in, &r);
    EXPECT_INT(r.value, 9);
    EXPECT_INT(r.bound, 9);
    EXPECT_INT(r.reason[1], GROUP_REASON_NONE_OR);
    EXPECT_INT(r.by[1], 0);
    EXPECT_STR(group_reason_code(r.reason[1]), "group.none_or");
    x->limits[0] = (struct group_limit){ GROUP_HELD, GROUP_REGISTERED, GROUP_EMPLOYER, 0, 1, 50 };
    groups_solve(test_arena(), &x->in, &r);
    EXPECT_INT(r.value, 14);
    EXPECT_INT(r.reason[r.post[1] < 0 ? 1 : 2], GROUP_REASON_HELD); /* both are worth 5 there */
}

TEST("promises go first, and one without a seat is told, not broken in silence")
{
    struct world *x = world_of_three();
    struct group_result r;

    x->in.n_promises = 2;
    x->promises[0] = (struct group_promise){ 2, 0, 0 };
    x->promises[1] = (struct group_promise){ 1, 0, 0 };
    groups_solve(test_arena(), &x->in, &r);
    EXPECT_INT(r.post[1], 0); /* the lower key */
    EXPECT_INT(r.post[2], -1);
    EXPECT_INT(r.reason[2], GROUP_REASON_PROMISE);
    EXPECT_INT(r.by[2], 0);
    EXPECT_INT(r.value, 8 + 5);
    x->in.n_limits = 1;
    x->limits[0] = (struct group_limit){ GROUP_AT_MOST, GROUP_ANYBODY, GROUP_POST, 0, 0, 0 };
    groups_solve(test_arena(), &x->in, &r);
    EXPECT_INT(r.post[1], 0);
    EXPECT_INT(r.limits[0].broken, 1);
}

TEST("a floor that too few can fill is reported with how many are missing")
{
    struct world *x = world_of_three();
    struct group_result r;

    x->in.n_limits = 1;
    x->limits[0] = (struct group_limit){ GROUP_AT_LEAST, GROUP_COUNTY, GROUP_ANYWHERE, 0, 0, 5 };
    groups_solve(test_arena(), &x->in, &r);
    EXPECT_INT(r.value, 19);
    EXPECT_INT(r.limits[0].short_by, 2);
    EXPECT_INT(r.limits[0].broken, 1);
}

TEST("what a condition costs is what its absence adds")
{
    struct world *x = world_of_three();
    struct group_result r;
    int64_t cost[4];

    x->in.n_limits = 2;
    x->limits[0] = (struct group_limit){ GROUP_AT_MOST, GROUP_COUNTY, GROUP_ANYWHERE, 0, 0, 2 };
    x->limits[1] = (struct group_limit){ GROUP_AT_MOST, GROUP_COUNTY, GROUP_ANYWHERE, 0, 0, 3 };
    x->in.n_forbidden = 1;
    x->forbidden[0] = (struct group_pair){ 0, 0 };
    groups_solve(test_arena(), &x->in, &r);
    EXPECT_INT(r.value, 13);
    groups_costs(&x->in, &r, cost);
    EXPECT_INT(cost[0], 5);
    EXPECT_INT(cost[1], 0);
    EXPECT_INT(cost[2], 0);
    EXPECT_INT(cost[3], 1);
}

TEST("nobody leaves a bus that just fills for a better seat")
{
    struct world *x = world_of_three();
    struct group_result r;

    x->market.workers = 2;
    x->edges[0] = (struct auction_edge){ 0, 9 };
    x->edges[1] = (struct auction_edge){ 1, 6 };
    x->edges[2] = (struct auction_edge){ 1, 5 };
    x->row[1] = 2, x->row[2] = 3;
    x->in.n_limits = 1;
    x->limits[0] = (struct group_limit){ GROUP_NONE_OR, GROUP_ANYBODY, GROUP_CITY, 0, 1, 2 };
    groups_solve(test_arena(), &x->in, &r);
    EXPECT_INT(r.value, 11);
    EXPECT_INT(r.bound, 11);
    EXPECT_INT(r.post[0], 1);
}
