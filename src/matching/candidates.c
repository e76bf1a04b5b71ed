/* candidates.c — see candidates.h for the idea. */
#include "matching/candidates.h"

#include <stdlib.h>

enum {
    MOST_USUAL = 20,
    ADDED_PER_ROUND = 6, /* pairs a person gains in a round at most */
    ROUNDS_MAX = 20,
    GAP_ACCEPTED = 10000, /* as a divisor of the bound */
    GAP_PER_AUCTION = 2,  /* of which an auction may use one of so many parts */
    CITY = 100000000,     /* divides a 12-digit code into its first four digits */
    CLASS = 10000,        /* divides an occupation into its middle class, three digits */
    GROUP = 1000000,      /* divides an occupation into its major group, one digit */
};

struct listed {
    int64_t city, id, key; /* key: bound of the post less its price, in 1/scale points */
    int64_t pay_fen;       /* what newcomers earn; unknown is more than any wish */
    int32_t class, post;
};

/* Posts of one city and class: listed[from] … listed[to - 1], best key first, then lowest id. */
struct bucket {
    int64_t city, key; /* the best of the bucket */
    int32_t class, from, to;
};

/* Where the search of one person stands in a bucket. */
struct head {
    int64_t bound, place; /* of the next post; the person's own part of it, in 1/scale points */
    int32_t at, to;
};

struct found {
    int64_t worth, id; /* score less price, in 1/scale points */
    struct auction_edge edge;
};

struct index {
    const struct match_problem *in;
    struct listed *listed;
    struct bucket *buckets;
    int32_t n_buckets;
    int32_t *bounds;    /* match_post_bound() per post */
    int32_t *place_of;  /* where a post stands in `listed` */
    int32_t *next_free; /* from a place in `listed` towards the next with a free seat */
    int32_t *seats;     /* left while people are served one after the other */
    int64_t scale;
    const int64_t *price; /* NULL = all 0 */
    struct head *heads;
    struct found *found; /* a heap with the worst on top */
    int32_t n_heads, n_found;
    int64_t pairs;
};

/* --- the index --- */

static int listed_order(const void *a, const void *b)
{
    const struct listed *p = a, *q = b;

    if (p->city != q->city)
        return p->city < q->city ? -1 : 1;
    if (p->class != q->class)
        return p->class < q->class ? -1 : 1;
    if (p->key != q->key)
        return p->key > q->key ? -1 : 1;
    return (p->id > q->id) - (p->id < q->id);
}

/* Order the posts for these prices. */
static void index_sort(struct index *x, const int64_t *price, int64_t scale)
{
    const struct match_post *posts = x->in->posts;

    x->price = price;
    x->scale = scale;
    x->n_buckets = 0;
    for (int32_t p = 0; p < x->in->n_posts; p++) {
        int64_t pay = match_newcomer_pay(&posts[p]);

        x->listed[p] = (struct listed){ .city = posts[p].work / CITY,
                                        .id = posts[p].id,
                                        .key = x->bounds[p] * scale - (price ? price[p] : 0),
                                        .class = posts[p].occupation / CLASS,
                                        .pay_fen = pay == NONE ? INT64_MAX : pay,
                                        .post = p };
    }
    if (x->in->n_posts > 0)
        qsort(x->listed, (size_t)x->in->n_posts, sizeof *x->listed, listed_order);
    for (int32_t i = 0; i < x->in->n_posts; i++) {
        const struct listed *l = &x->listed[i];

        x->place_of[l->post] = i;
        x->next_free[i] = i + (posts[l->post].seats <= 0);
        if (i == 0 || l->city != l[-1].city || l->class != l[-1].class)
            x->buckets[x->n_buckets++] =
                (struct bucket){ .city = l->city, .key = l->key, .class = l->class, .from = i };
        x->buckets[x->n_buckets - 1].to = i + 1;
    }
    x->next_free[x->in->n_posts] = x->in->n_posts;
}

static void index_build(struct arena *mem, const struct match_problem *in, struct index *ret)
{
    size_t n = (size_t)in->n_posts;
    int64_t wish = 0;

    for (int i = 0; i < match_weight_count; i++)
        assert(*(const int32_t *)((const char *)in->weights + match_weight_names[i].at) >= 0);
    *ret = (struct index){ .in = in,
                           .listed = NEW_ARRAY(mem, struct listed, n),
                           .buckets = NEW_ARRAY(mem, struct bucket, n),
                           .bounds = NEW_ARRAY(mem, int32_t, n),
                           .place_of = NEW_ARRAY(mem, int32_t, n),
                           .next_free = NEW_ARRAY(mem, int32_t, n + 1),
                           .seats = NEW_ARRAY(mem, int32_t, n),
                           .heads = NEW_ARRAY(mem, struct head, n) };
    for (int32_t i = 0; i < in->n_persons; i++)
        wish = MAX(wish, in->persons[i].least_wage_fen);
    for (int32_t p = 0; p < in->n_posts; p++) {
        ret->bounds[p] = match_post_bound(&in->posts[p], wish, in->weights);
        ret->seats[p] = in->posts[p].seats;
    }
    index_sort(ret, NULL, 1);
}

static int32_t next_free(struct index *x, int32_t at)
{
    int32_t end = at;

    while (x->next_free[end] != end)
        end = x->next_free[end];
    while (x->next_free[at] != end) { /* shorten the way for the next who asks */
        int32_t next = x->next_free[at];

        x->next_free[at] = end;
        at = next;
    }
    return end;
}

static void seat_take(struct index *x, int32_t post)
{
    if (--x->seats[post] == 0)
        x->next_free[x->place_of[post]] = x->place_of[post] + 1;
}

/* --- the search of one person --- */

static bool city_is_wanted(const struct match_person *person, int64_t city)
{
    bool is_wanted = person->n_destinations == 0;

    for (int32_t i = 0; i < person->n_destinations && !is_wanted; i++)
        is_wanted =
            person->destinations[i].lo / CITY <= city && person->destinations[i].hi / CITY >= city;
    return is_wanted;
}

/* Wanted or related; an unknown occupation may be either. */
static bool class_is_wanted(const struct match_person *person, int32_t class)
{
    bool is_wanted = person->n_occupations == 0 || class == 0;

    for (int32_t i = 0; i < person->n_occupations && !is_wanted; i++) {
        int32_t wanted = person->occupations[i];

        is_wanted = wanted / CLASS == class ||
                    (wanted % GROUP == 0 && wanted / GROUP == class / (GROUP / CLASS));
    }
    return is_wanted;
}

static bool head_is_before(const struct index *x, const struct head *a, const struct head *b)
{
    return a->bound != b->bound ? a->bound > b->bound : x->listed[a->at].id < x->listed[b->at].id;
}

static void head_sift_down(struct index *x, int32_t i)
{
    struct head moving = x->heads[i];

    for (int32_t child; (child = 2 * i + 1) < x->n_heads; i = child) {
        if (child + 1 < x->n_heads && head_is_before(x, &x->heads[child + 1], &x->heads[child]))
            child++;
        if (!head_is_before(x, &x->heads[child], &moving))
            break;
        x->heads[i] = x->heads[child];
    }
    x->heads[i] = moving;
}

static bool found_is_worse(const struct found *a, const struct found *b)
{
    return a->worth != b->worth ? a->worth < b->worth : a->id > b->id;
}

/* Keep the best `most`. */
static void found_keep(struct index *x, struct found f, int32_t most)
{
    struct found *heap = x->found;
    int32_t i = x->n_found;

    if (i < most) {
        for (x->n_found++; i > 0 && found_is_worse(&f, &heap[(i - 1) / 2]); i = (i - 1) / 2)
            heap[i] = heap[(i - 1) / 2];
    } else if (found_is_worse(&heap[0], &f)) {
        i = 0;
        for (int32_t child; (child = 2 * i + 1) < most; i = child) {
            if (child + 1 < most && found_is_worse(&heap[child + 1], &heap[child]))
                child++;
            if (!found_is_worse(&heap[child], &f))
                break;
            heap[i] = heap[child];
        }
    } else {
        return;
    }
    heap[i] = f;
}

static int found_order(const void *a, const void *b)
{
    return found_is_worse(a, b) ? 1 : found_is_worse(b, a) ? -1 : 0;
}

static void heads_open(struct index *x, const struct match_person *person, int64_t least,
                       bool is_free_only)
{
    int64_t city = -1, place = 0;
    bool is_wanted = false;

    x->n_heads = 0;
    for (int32_t b = 0; b < x->n_buckets; b++) {
        const struct bucket *bucket = &x->buckets[b];
        int32_t at;
        int64_t bound;

        if (bucket->city != city) {
            city = bucket->city;
            is_wanted = city_is_wanted(person, city);
            if (is_wanted)
                place = match_place_bound(person, city * CITY, x->in->weights) * x->scale;
        }
        if (!is_wanted || place + bucket->key <= least || !class_is_wanted(person, bucket->class))
            continue;
        at = is_free_only ? next_free(x, bucket->from) : bucket->from;
        if (at >= bucket->to || (bound = place + x->listed[at].key) <= least)
            continue;
        x->heads[x->n_heads++] =
            (struct head){ .bound = bound, .place = place, .at = at, .to = bucket->to };
    }
    for (int32_t i = x->n_heads / 2 - 1; i >= 0; i--)
        head_sift_down(x, i);
}

/* Nothing with this bound and id, nor anything after it, can be among the best. */
static bool search_is_over(const struct index *x, int64_t bound, int64_t id, int32_t most)
{
    struct found f = { .worth = bound, .id = id };

    return x->n_found == most && !found_is_worse(&x->found[0], &f);
}

static void post_try(struct index *x, const struct match_person *person, const struct listed *l,
                     int32_t most, int64_t least)
{
    const struct match_problem *in = x->in;
    struct found f = { .id = l->id, .edge.post = l->post };

    /* The pay rule, before the post is fetched from memory: it refuses the most. */
    if (l->pay_fen < person->least_wage_fen ||
        !match_feasible(person, &in->posts[l->post], in->today))
        return;
    x->pairs++;
    f.edge.score = match_points(person, &in->posts[l->post], in->weights);
    f.worth = f.edge.score * x->scale - (x->price ? x->price[l->post] : 0);
    if (f.edge.score > 0 && f.worth > least)
        found_keep(x, f, most);
}

/* The best `most` allowed posts worth more than `least` (at least 0) to a person at the prices of
 * the index, into x->found, best first. Buckets are taken best bound first and each is followed
 * down to where it cannot add anything. */
static void search(struct index *x, const struct match_person *person, int32_t most, int64_t least,
                   bool is_free_only)
{
    x->n_found = 0;
    if (!person->is_willing)
        return;
    for (heads_open(x, person, least, is_free_only); x->n_heads > 0; head_sift_down(x, 0)) {
        struct head h = x->heads[0];

        if (search_is_over(x, h.bound, x->listed[h.at].id, most))
            break;
        while (h.at < h.to) {
            const struct listed *l = &x->listed[h.at];

            if (h.place + l->key <= least || search_is_over(x, h.place + l->key, l->id, most))
                break;
            post_try(x, person, l, most, least);
            h.at = is_free_only ? next_free(x, h.at + 1) : h.at + 1;
        }
        x->heads[0] = x->heads[--x->n_heads];
    }
    if (x->n_found > 1)
        qsort(x->found, (size_t)x->n_found, sizeof *x->found, found_order);
}

int32_t match_shortlist(const struct match_problem *in, const struct match_person *person,
                        int32_t most, struct auction_edge *ret)
{
    struct arena *scratch = arena_new();
    struct index x = { .found = NEW_ARRAY(scratch, struct found, most) };

    for (int32_t p = 0; p < in->n_posts && most > 0; p++) {
        if (!match_feasible(person, &in->posts[p], in->today))
            continue;
        struct found f = { .id = in->posts[p].id,
                           .edge = { p, match_points(person, &in->posts[p], in->weights) } };
        f.worth = f.edge.score;
        if (f.edge.score > 0)
            found_keep(&x, f, most);
    }
    if (x.n_found > 1)
        qsort(x.found, (size_t)x.n_found, sizeof *x.found, found_order);
    for (int32_t i = 0; i < x.n_found; i++)
        ret[i] = x.found[i].edge;
    arena_free(scratch);
    return x.n_found;
}

void match_candidates(struct arena *mem, const struct match_problem *in,
                      struct match_candidates *ret)
{
    struct arena *scratch = arena_new();
    int32_t most = in->most > 0 ? in->most : MOST_USUAL;
    struct match_candidates c = { .row = NEW_ARRAY(mem, int64_t, (size_t)in->n_persons + 1) };
    struct auction_edge *all =
        NEW_ARRAY(scratch, struct auction_edge, (size_t)in->n_persons * (size_t)most);
    struct index x;

    index_build(scratch, in, &x);
    x.found = NEW_ARRAY(scratch, struct found, most);
    for (int32_t i = 0; i < in->n_persons; i++) {
        search(&x, &in->persons[i], most, 0, false);
        for (int32_t f = 0; f < x.n_found; f++)
            all[c.row[i] + f] = x.found[f].edge;
        c.row[i + 1] = c.row[i] + x.n_found;
    }
    c.edges = NEW_ARRAY(mem, struct auction_edge, c.row[in->n_persons]);
    if (c.row[in->n_persons] > 0)
        memcpy(c.edges, all, sizeof *all * (size_t)c.row[in->n_persons]);
    c.pairs = x.pairs;
    arena_free(scratch);
    *ret = c;
}

/* --- the assignment --- */

struct draw {
    uint64_t number;
    int32_t person;
};

static int draw_order(const void *a, const void *b)
{
    const struct draw *p = a, *q = b;

    if (p->number != q->number)
        return p->number < q->number ? -1 : 1;
    return (p->person > q->person) - (p->person < q->person);
}

/* An order that favours nobody and is the same every time: by a scrambled place in the array, so
 * that the same people in another ledger, under other ids, are drawn alike. */
static struct draw *draw(struct arena *mem, const struct match_problem *in)
{
    struct draw *order = NEW_ARRAY(mem, struct draw, in->n_persons);

    for (int32_t i = 0; i < in->n_persons; i++) {
        uint64_t z = (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u;

        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        order[i] = (struct draw){ z ^ (z >> 31), i };
    }
    if (in->n_persons > 0)
        qsort(order, (size_t)in->n_persons, sizeof *order, draw_order);
    return order;
}

/* Lists of edges, one per person, as they grow. */
struct lists {
    struct arena *mem;
    int64_t *row;
    struct auction_edge *edges;
};

/* The pairs (1) and (2) of candidates.h: half of each list for either. */
static struct lists lists_start(struct index *x, int32_t most)
{
    const struct match_problem *in = x->in;
    struct lists l = { .mem = arena_new() };
    struct arena *scratch = arena_new();
    const struct draw *order = draw(scratch, in);
    struct auction_edge *all =
        NEW_ARRAY(scratch, struct auction_edge, (size_t)in->n_persons * (size_t)most);
    int32_t *n = NEW_ARRAY(scratch, int32_t, in->n_persons);

    for (int32_t i = 0; i < in->n_persons; i++) {
        int32_t w = order[i].person, liked;
        struct auction_edge *list = all + (int64_t)w * most;

        search(x, &in->persons[w], most - most / 2, 0, false);
        for (int32_t f = 0; f < x->n_found; f++)
            list[n[w]++] = x->found[f].edge;
        liked = n[w];
        if (liked == 0)
            continue;
        search(x, &in->persons[w], MAX(1, most / 2), 0, true);
        for (int32_t f = 0; f < x->n_found; f++) {
            bool is_listed = false;

            for (int32_t e = 0; e < liked && !is_listed; e++)
                is_listed = list[e].post == x->found[f].edge.post;
            if (!is_listed && n[w] < most)
                list[n[w]++] = x->found[f].edge;
        }
        if (x->n_found > 0)
            seat_take(x, x->found[0].edge.post);
    }
    l.row = NEW_ARRAY(l.mem, int64_t, (size_t)in->n_persons + 1);
    for (int32_t w = 0; w < in->n_persons; w++)
        l.row[w + 1] = l.row[w] + n[w];
    l.edges = NEW_ARRAY(l.mem, struct auction_edge, l.row[in->n_persons]);
    for (int32_t w = 0; w < in->n_persons; w++)
        if (n[w] > 0)
            memcpy(l.edges + l.row[w], all + (int64_t)w * most, sizeof *all * (size_t)n[w]);
    arena_free(scratch);
    return l;
}

/* The pairs (3): what is worth more at these prices than anything on the list. Adds the dual value
 * over all possible pairs, in 1/scale points, to *ret_dual. The old lists are given back. */
static struct lists lists_extend(struct index *x, struct lists old, __int128 *ret_dual)
{
    const struct match_problem *in = x->in;
    struct lists l = { .mem = arena_new() };
    int64_t room = old.row[in->n_persons] + (int64_t)in->n_persons * ADDED_PER_ROUND;

    l.row = NEW_ARRAY(l.mem, int64_t, (size_t)in->n_persons + 1);
    l.edges = NEW_ARRAY(l.mem, struct auction_edge, room);
    for (int32_t w = 0; w < in->n_persons; w++) {
        int64_t n = old.row[w + 1] - old.row[w], most = 0;

        for (int64_t e = old.row[w]; e < old.row[w + 1]; e++)
            most = MAX(most, old.edges[e].score * x->scale - x->price[old.edges[e].post]);
        if (n > 0)
            memcpy(l.edges + l.row[w], old.edges + old.row[w], sizeof *l.edges * (size_t)n);
        x->n_found = 0;
        if (n > 0) /* who had nothing at no price has nothing at any */
            search(x, &in->persons[w], ADDED_PER_ROUND, most, false);
        for (int32_t f = 0; f < x->n_found; f++)
            l.edges[l.row[w] + n++] = x->found[f].edge;
        *ret_dual += x->n_found > 0 ? x->found[0].worth : most;
        l.row[w + 1] = l.row[w] + n;
    }
    arena_free(old.mem);
    return l;
}

/* Copies the lists as they were when the auction ran, best first. */
static void lists_keep(struct arena *mem, const struct match_problem *in, const struct lists *l,
                       const int32_t *length, struct match_candidates *ret)
{
    int64_t total = 0, longest = 0;
    struct arena *scratch = arena_new();
    struct found *sorted;

    ret->row = NEW_ARRAY(mem, int64_t, (size_t)in->n_persons + 1);
    for (int32_t w = 0; w < in->n_persons; w++) {
        ret->row[w + 1] = total += length[w];
        longest = MAX(longest, length[w]);
    }
    ret->edges = NEW_ARRAY(mem, struct auction_edge, total);
    sorted = NEW_ARRAY(scratch, struct found, longest);
    for (int32_t w = 0; w < in->n_persons; w++) {
        for (int32_t i = 0; i < length[w]; i++) {
            struct auction_edge edge = l->edges[l->row[w] + i];

            sorted[i] = (struct found){ edge.score, in->posts[edge.post].id, edge };
        }
        if (length[w] > 1)
            qsort(sorted, (size_t)length[w], sizeof *sorted, found_order);
        for (int32_t i = 0; i < length[w]; i++)
            ret->edges[ret->row[w] + i] = sorted[i].edge;
    }
    arena_free(scratch);
}

void match_assign(struct arena *mem, const struct match_problem *in, struct match_assignment *ret)
{
    struct arena *scratch = arena_new(), *round_mem = NULL;
    int32_t most = in->most > 0 ? in->most : MOST_USUAL;
    int32_t *cap = NEW_ARRAY(scratch, int32_t, in->n_posts);
    int32_t *length = NEW_ARRAY(scratch, int32_t, in->n_persons);
    struct match_assignment a = { .bound = INT64_MAX };
    struct lists l;
    struct index x;

    index_build(scratch, in, &x);
    x.found = NEW_ARRAY(scratch, struct found, MAX(most, ADDED_PER_ROUND));
    l = lists_start(&x, most);
    for (int32_t p = 0; p < in->n_posts; p++)
        cap[p] = MAX(0, in->posts[p].seats);
    for (bool is_done = false; !is_done;) {
        struct auction_input market = { in->n_persons, in->n_posts,
                                        cap,           l.row,
                                        l.edges,       (int64_t)GAP_ACCEPTED * GAP_PER_AUCTION };
        int64_t before = l.row[in->n_persons];
        __int128 dual = 0;

        arena_free(round_mem);
        round_mem = arena_new();
        for (int32_t w = 0; w < in->n_persons; w++)
            length[w] = (int32_t)(l.row[w + 1] - l.row[w]);
        auction_solve(round_mem, &market, &a.auction);
        index_sort(&x, a.auction.price, a.auction.scale);
        for (int32_t p = 0; p < in->n_posts; p++)
            dual += (__int128)cap[p] * a.auction.price[p];
        l = lists_extend(&x, l, &dual);
        a.value = a.auction.certificate.value;
        a.bound = MIN(a.bound, (int64_t)(dual / a.auction.scale));
        a.gap = a.bound - a.value;
        a.rounds++;
        is_done = a.gap <= a.bound / GAP_ACCEPTED || a.rounds == ROUNDS_MAX ||
                  l.row[in->n_persons] == before;
    }
    lists_keep(mem, in, &l, length, &a.considered);
    a.considered.pairs = x.pairs;
    a.auction.post = memcpy(NEW_ARRAY(mem, int32_t, in->n_persons), a.auction.post,
                            sizeof(int32_t) * (size_t)in->n_persons);
    a.auction.price = memcpy(NEW_ARRAY(mem, int64_t, in->n_posts), a.auction.price,
                             sizeof(int64_t) * (size_t)in->n_posts);
    arena_free(l.mem);
    arena_free(round_mem);
    arena_free(scratch);
    *ret = a;
}

void match_obstacles(const struct match_problem *in, const struct match_person *person,
                     int32_t *ret_forbids, int32_t *ret_alone)
{
    memset(ret_forbids, 0, sizeof *ret_forbids * MATCH_RULE_COUNT);
    memset(ret_alone, 0, sizeof *ret_alone * MATCH_RULE_COUNT);
    for (int32_t p = 0; p < in->n_posts; p++) {
        struct match_verdict v;
        int failed = 0, last = 0;

        match_check(person, &in->posts[p], in->today, &v);
        for (int r = 0; r < MATCH_RULE_COUNT; r++) {
            if (v.rules[r].outcome != MATCH_FAIL)
                continue;
            ret_forbids[r]++;
            failed++;
            last = r;
        }
        if (failed == 1)
            ret_alone[last]++;
    }
}
