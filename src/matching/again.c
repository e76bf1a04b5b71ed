/* again.c — what a run takes over from the one before it (again.h). */
#include "matching/again.h"

#include <stdlib.h>

struct at {
    int64_t id;
    int32_t index;
};

static int at_order(const void *a, const void *b)
{
    const struct at *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

/* The run before, while it is read. */
struct taking {
    struct match_input *in;
    struct match_again *again;
    struct at *posts;
    int64_t *promised; /* people who are in the input for an offer, by id */
    size_t n_promised, promised_cap;
    int64_t *price;
    int32_t *post, *left; /* per person; per post: seats that choices by hand leave */
};

static int32_t post_at(const struct taking *t, int64_t id)
{
    const struct at key = { id, 0 }, *at = NULL;

    if (t->in->n_posts)
        at = bsearch(&key, t->posts, t->in->n_posts, sizeof key, at_order);
    return at ? at->index : -1;
}

static int person_order(const void *a, const void *b)
{
    const struct match_person *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

static int32_t person_at(const struct match_input *in, int64_t id)
{
    const struct match_person key = { .id = id }, *at = NULL;

    if (in->n_persons)
        at = bsearch(&key, in->persons, in->n_persons, sizeof key, person_order);
    return at ? (int32_t)(at - in->persons) : -1;
}

static int id_order(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static bool is_promised(const struct taking *t, int64_t person_id)
{
    return t->n_promised &&
           bsearch(&person_id, t->promised, t->n_promised, sizeof person_id, id_order);
}

/* --- who is in it for a promise --- */

static enum err add_promised(struct ctx *cx, const struct rows *r, void *arg)
{
    struct taking *t = arg;

    *ARENA_PUSH(cx->mem, t->promised, t->n_promised, t->promised_cap) = row_int(r, 0, "id");
    return OK;
}

static enum err add_offer(struct ctx *cx, const struct match_offer *offer, void *arg)
{
    const struct taking *t = arg;
    struct match_again *again = t->again;
    int32_t person = person_at(t->in, offer->person_id), post = post_at(t, offer->post_id);

    if (person < 0 || post < 0)
        return OK;
    if (offer->is_refused)
        *ARENA_PUSH(cx->mem, again->refused, again->n_refused, again->refused_cap) =
            (struct match_refusal){ person, post, offer->answered_at };
    else if (again->kept[person] < 0 && is_promised(t, offer->person_id))
        again->kept[person] = post;
    return OK;
}

/* An offer that stands, of a post of this run; who has none and seeks no work any more is gone. */
static void drop_unpromised(struct taking *t)
{
    struct match_input *in = t->in;
    size_t n = 0;

    for (size_t i = 0; i < in->n_persons; i++) {
        if (t->again->kept[i] < 0 && is_promised(t, in->persons[i].id))
            continue;
        in->persons[n] = in->persons[i];
        t->again->kept[n++] = t->again->kept[i];
    }
    in->n_persons = n;
}

static int refusal_order(const void *a, const void *b)
{
    const struct match_refusal *x = a, *y = b;

    if (x->person != y->person)
        return x->person < y->person ? -1 : 1;
    return (x->post > y->post) - (x->post < y->post);
}

/* Who is in the input for a promise, and who of them has one. */
static enum err take_promises(struct ctx *cx, struct taking *t)
{
    TRY(db_each(cx, add_promised, t,
                "SELECT p.id FROM person p WHERE SCOPE(person p)"
                " AND p.labour_status IN ('MATCHED', 'SIGNED_UP') AND p.id IN (SELECT m.person_id"
                " FROM match_result m WHERE SCOPE(match_result m) AND m.run_id = $1"
                " AND m.state = 'OFFERED') ORDER BY p.id",
                P(t->in->previous_id)));
    TRY(match_each_offer(cx, t->in->home, 0, add_offer, t));
    drop_unpromised(t);
    return OK;
}

/* With people numbered as they stay. */
static enum err take_refusals(struct ctx *cx, struct taking *t)
{
    struct match_again *again = t->again;
    size_t n = 0;

    again->n_refused = 0;
    TRY(match_each_offer(cx, t->in->home, 0, add_offer, t));
    if (again->n_refused)
        qsort(again->refused, again->n_refused, sizeof *again->refused, refusal_order);
    for (size_t i = 0; i < again->n_refused; i++) {
        if (n > 0 && refusal_order(&again->refused[n - 1], &again->refused[i]) == 0)
            again->refused[n - 1].at = MAX(again->refused[n - 1].at, again->refused[i].at);
        else
            again->refused[n++] = again->refused[i];
    }
    again->n_refused = n;
    return OK;
}

/* --- what it came to --- */

/* When a person refused a post; 0: never. */
static int64_t refused_at(const struct match_again *again, int32_t person, int32_t post)
{
    const struct match_refusal pair = { person, post, 0 }, *at = NULL;

    if (again->n_refused)
        at = bsearch(&pair, again->refused, again->n_refused, sizeof pair, refusal_order);
    return at ? at->at : 0;
}

static enum err add_result(struct ctx *cx, const struct rows *r, void *arg)
{
    struct taking *t = arg;
    int32_t person = person_at(t->in, row_int(r, 0, "person_id")),
            post = post_at(t, row_int(r, 0, "post_id"));

    if (person < 0 || post < 0 || t->again->kept[person] >= 0 ||
        refused_at(t->again, person, post) >= row_int(r, 0, "updated_at"))
        return OK;
    if (str_eq(row_text(r, 0, "state"), "OVERRIDDEN") && t->left[post] > 0 &&
        match_feasible(&t->in->persons[person], &t->in->posts[post], cx->today)) {
        t->left[post]--;
        t->again->kept[person] = post;
        t->again->reason[person] = arena_strdup(cx->mem, row_text(r, 0, "override_reason"));
        return OK;
    }
    t->post[person] = post;
    return OK;
}

static enum err add_price(struct ctx *cx, const struct rows *r, void *arg)
{
    const struct taking *t = arg;
    int32_t post = post_at(t, row_int(r, 0, "post_id"));

    (void)cx;
    if (post >= 0)
        t->price[post] = MAX(0, row_int(r, 0, "fine"));
    return OK;
}

/* A run with conditions tells nothing of how far the same posts are from the best without. */
static enum err take_outcome(struct ctx *cx, struct taking *t)
{
    struct match_start *start = NEW(cx->mem, struct match_start);
    struct rows run;

    start->price = t->price;
    start->post = t->post;
    t->again->start = start;
    TRY(db_one(cx, &run,
               "SELECT value, bound, constraints FROM match_run WHERE"
               " SCOPE_NOT(match_run 'the run that begins from it is in scope') AND id = $1",
               P(t->in->previous_id)));
    if (!row_text(&run, 0, "constraints"))
        start->gap = MAX(0, row_int(&run, 0, "bound") - row_int(&run, 0, "value"));
    TRY(db_each(
        cx, add_result, t,
        "SELECT m.person_id, m.post_id, m.state, m.override_reason, m.updated_at FROM match_result m"
        " WHERE SCOPE(match_result m) AND m.run_id = $1 AND m.post_id IS NOT NULL"
        " ORDER BY m.person_id",
        P(t->in->previous_id)));
    return db_each(cx, add_price, t,
                   "SELECT k.post_id, coalesce(k.price_fine, k.price * 1000) AS fine"
                   " FROM match_post k WHERE"
                   " SCOPE_NOT(match_post 'prices say nothing of anybody') AND k.run_id = $1",
                   P(t->in->previous_id));
}

enum err match_again_load(struct ctx *cx, struct match_input *in, struct match_again **ret)
{
    struct match_again *again = NEW(cx->mem, struct match_again);
    struct taking t = { .in = in, .again = again };

    again->kept = NEW_ARRAY(cx->mem, int32_t, in->n_persons + 1);
    again->reason = NEW_ARRAY(cx->mem, const char *, in->n_persons + 1);
    t.post = NEW_ARRAY(cx->mem, int32_t, in->n_persons + 1);
    t.posts = NEW_ARRAY(cx->mem, struct at, in->n_posts + 1);
    t.price = NEW_ARRAY(cx->mem, int64_t, in->n_posts + 1);
    t.left = NEW_ARRAY(cx->mem, int32_t, in->n_posts + 1);
    for (size_t i = 0; i < in->n_persons; i++)
        again->kept[i] = t.post[i] = -1;
    for (size_t p = 0; p < in->n_posts; p++)
        t.posts[p] = (struct at){ in->posts[p].id, (int32_t)p };
    if (in->n_posts)
        qsort(t.posts, in->n_posts, sizeof *t.posts, at_order);
    for (size_t p = 0; p < in->n_posts; p++)
        t.left[p] = in->posts[p].seats;
    if (in->previous_id != 0)
        TRY(take_promises(cx, &t));
    TRY(take_refusals(cx, &t));
    if (in->previous_id != 0)
        TRY(take_outcome(cx, &t));
    *ret = again;
    return OK;
}

/* --- deciding --- */

/* The seat of an offer is taken already; that of a choice by hand is not. */
void match_again_hide(const struct match_again *again, struct match_input *in)
{
    for (size_t i = 0; again && i < in->n_persons; i++) {
        if (again->kept[i] < 0)
            continue;
        in->persons[i].is_willing = false;
        if (again->reason[i])
            in->posts[again->kept[i]].seats--;
    }
}

void match_again_show(const struct match_again *again, struct match_input *in,
                      const struct match_problem *problem, struct match_assignment *a)
{
    for (size_t i = 0; again && i < in->n_persons; i++) {
        int32_t p = again->kept[i];
        int64_t points;

        if (p < 0)
            continue;
        in->persons[i].is_willing = true;
        in->posts[p].seats++;
        points = MAX(0, match_points(&in->persons[i], &in->posts[p], problem->weights));
        a->auction.post[i] = p;
        a->auction.certificate.placed++;
        a->value += points;
        a->bound += points;
    }
}

/* The lists without what is refused; returns whether the assignment used any of it. */
static bool drop_refused(const struct match_again *again, int32_t n, struct match_assignment *a)
{
    struct match_candidates *c = &a->considered;
    int64_t from = 0, to = 0;
    bool is_used = false;
    size_t r = 0;

    for (int32_t i = 0; i < n; i++) {
        size_t first;

        while (r < again->n_refused && again->refused[r].person < i)
            r++;
        first = r;
        for (int64_t e = from; e < c->row[i + 1]; e++) {
            bool is_refused = false;

            for (size_t k = first; k < again->n_refused && again->refused[k].person == i; k++)
                is_refused |= again->refused[k].post == c->edges[e].post;
            is_used |= is_refused && a->auction.post[i] == c->edges[e].post;
            if (!is_refused)
                c->edges[to++] = c->edges[e];
        }
        from = c->row[i + 1];
        c->row[i + 1] = to;
    }
    return is_used;
}

/* What the best post leaves a person at the prices, in 1/scale points, but for the n refused. Looks
 * at every post. */
static int64_t most_left(const struct match_problem *in, const struct auction_result *a, int32_t i,
                         const struct match_refusal *refused, size_t n)
{
    const struct match_person *person = &in->persons[i];
    int64_t most = 0;

    for (int32_t p = 0; p < in->n_posts; p++) {
        if (n > 0 && refused->post == p) {
            refused++, n--;
            continue;
        }
        if (in->posts[p].seats > 0 && match_feasible(person, &in->posts[p], in->today))
            most = MAX(most,
                       match_points(person, &in->posts[p], in->weights) * a->scale - a->price[p]);
    }
    return most;
}

/* The bound without what is refused: at the same prices those people have so much less. */
static void lower_bound(const struct match_again *again, const struct match_problem *in,
                        struct match_assignment *a)
{
    __int128 less = 0;

    for (size_t r = 0, n; r < again->n_refused; r += n) {
        int32_t i = again->refused[r].person;

        for (n = 1; r + n < again->n_refused && again->refused[r + n].person == i;)
            n++;
        less += most_left(in, &a->auction, i, NULL, 0) -
                most_left(in, &a->auction, i, &again->refused[r], n);
    }
    a->bound -= (int64_t)(less / a->auction.scale);
    a->gap = a->bound - a->value;
}

/* The run before is the outcome as long as it misses the best by no more than it did, but for what
 * its prices were rounded by. Without one, what was found is. */
static bool is_as_good(const struct match_problem *in, const struct match_assignment *a)
{
    return !in->start ||
           (a->rounds == 1 && a->gap <= in->start->gap + in->n_persons / MATCH_PRICE_UNIT);
}

void match_again_assign(struct arena *mem, const struct match_again *again,
                        const struct match_problem *in, struct match_assignment *ret)
{
    bool is_settled;

    match_assign(mem, in, ret);
    if (!again)
        return;
    is_settled = !drop_refused(again, in->n_persons, ret) && is_as_good(in, ret);
    lower_bound(again, in, ret);
    if (!is_settled)
        match_settle(mem, in, ret);
}
