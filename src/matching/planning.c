/* planning.c — bottlenecks, obstacles and what-ifs; see planning.h. */
#include "matching/planning.h"

#include "matching/run.h"

#include <stdlib.h>

/* --- bottlenecks --- */

struct ranked {
    struct planning_bottleneck of;
    __int128 weight;
    int64_t id;
};

static int ranked_order(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

int32_t planning_bottlenecks(const struct match_problem *in, const struct match_assignment *a,
                             int32_t most, struct planning_bottleneck *ret)
{
    struct arena *scratch = arena_new();
    int32_t *queue = NEW_ARRAY(scratch, int32_t, in->n_posts), n = 0;
    struct ranked *all = NEW_ARRAY(scratch, struct ranked, in->n_posts);

    for (int32_t i = 0; i < in->n_persons; i++)
        if (a->considered.row[i + 1] > a->considered.row[i])
            queue[a->considered.edges[a->considered.row[i]].post]++;
    for (int32_t p = 0; p < in->n_posts; p++) {
        int64_t price = a->auction.price[p] / a->auction.scale;

        if (price > 0 && queue[p] > 0)
            all[n++] = (struct ranked){ { p, queue[p], price },
                                        (__int128)price * queue[p],
                                        in->posts[p].id };
    }
    if (n > 1)
        qsort(all, (size_t)n, sizeof *all, ranked_order);
    n = MIN(n, most);
    for (int32_t i = 0; i < n; i++)
        ret[i] = all[i].of;
    arena_free(scratch);
    return n;
}

/* --- too few posts --- */

int32_t planning_shorts(const struct match_problem *in, const struct match_assignment *a,
                        int32_t most, struct planning_short *ret, int32_t *ret_rules)
{
    int32_t n = 0;

    memset(ret_rules, 0, sizeof *ret_rules * MATCH_RULE_COUNT);
    for (int32_t i = 0; i < in->n_persons && n < most; i++) {
        int32_t forbids[MATCH_RULE_COUNT], alone[MATCH_RULE_COUNT];
        int64_t candidates = a->considered.row[i + 1] - a->considered.row[i];
        struct planning_short s = { .person = i, .rule = MATCH_RULE_COUNT };

        if (a->auction.post[i] >= 0 || candidates > PLANNING_FEW)
            continue;
        s.candidates = (int32_t)candidates;
        match_obstacles(in, &in->persons[i], forbids, alone);
        for (int r = 0; r < MATCH_RULE_COUNT; r++)
            if (alone[r] > s.alone) {
                s.rule = (enum match_code)r;
                s.alone = alone[r];
            }
        if (s.rule < MATCH_RULE_COUNT)
            ret_rules[s.rule]++;
        ret[n++] = s;
    }
    return n;
}

/* --- what if --- */

/* 6180200 covers 6180204: whatever it leaves at 0 is open. */
static bool covers(int32_t wide, int32_t occupation)
{
    int32_t step = wide % 100 ? 1 : wide % 10000 ? 100 : wide % 1000000 ? 10000 : 1000000;

    return wide != 0 && wide / step == occupation / step;
}

static bool touches(const struct planning_change *c, const struct match_post *p)
{
    if (c->kind == PLANNING_SEATS)
        return p->id == c->post_id;
    if (c->kind == PLANNING_PAY && c->employer_id != NONE)
        return p->employer->id == c->employer_id;
    return covers(c->occupation, p->occupation);
}

static int64_t raised(int64_t fen, int64_t by)
{
    return fen == NONE ? NONE : fen + by;
}

/* The post as the change makes it. */
static struct match_post changed_post(const struct planning_change *c, struct match_post p)
{
    if (c->kind == PLANNING_SEATS)
        p.seats += (int32_t)c->amount;
    if (c->kind == PLANNING_PAY) {
        p.pay_low_fen = raised(p.pay_low_fen, c->amount);
        p.pay_high_fen = raised(p.pay_high_fen, c->amount);
        p.newcomer_pay_fen = raised(p.newcomer_pay_fen, c->amount);
    }
    return p;
}

/* The person after the class: of its level at least, and wishing for its occupation too. */
static struct match_person trained_person(struct arena *mem, const struct planning_change *c,
                                          struct match_person p)
{
    int32_t *wishes = NEW_ARRAY(mem, int32_t, p.n_occupations + 1);

    if (p.n_occupations > 0) {
        memcpy(wishes, p.occupations, sizeof *wishes * (size_t)p.n_occupations);
        wishes[p.n_occupations++] = c->occupation;
        p.occupations = wishes;
    }
    p.skill_level = MAX(p.skill_level, c->level);
    return p;
}

struct what_if {
    struct arena *scratch;
    const struct match_problem *in;
    const struct match_assignment *before;
    const struct planning_change *change;
    struct match_post *posts; /* as changed */
    int32_t *touched, n_touched;
    bool *is_touched;
    int8_t *is_trained; /* per person */
};

/* What a person gains over what she has if she could take `post`, at the prices before. 0: nothing,
 * or it is not allowed. */
static int64_t gain_at(const struct what_if *x, int32_t person, const struct match_person *as,
                       int32_t post)
{
    const struct auction_result *a = &x->before->auction;
    const struct match_candidates *c = &x->before->considered;
    int64_t has = 0, score;

    if (!match_feasible(as, &x->posts[post], x->in->today))
        return 0;
    score = match_points(as, &x->posts[post], x->in->weights);
    for (int64_t e = c->row[person]; e < c->row[person + 1]; e++)
        if (c->edges[e].post == a->post[person])
            has = c->edges[e].score * a->scale - a->price[c->edges[e].post];
    return score <= 0 ? 0 : MAX(0, score * a->scale - a->price[post] - MAX(0, has));
}

struct pupil {
    int64_t gain, id;
    int32_t person;
};

static int pupil_order(const void *a, const void *b)
{
    const struct pupil *x = a, *y = b;

    if (x->gain != y->gain)
        return x->gain > y->gain ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

/* Who should go to the class: those without a post who would gain most at the prices before. */
static void choose_pupils(struct what_if *x, struct arena *mem, struct planning_effect *r)
{
    const struct match_problem *in = x->in;
    struct pupil *all = NEW_ARRAY(x->scratch, struct pupil, in->n_persons);
    int32_t n = 0;

    for (int32_t i = 0; i < in->n_persons; i++) {
        struct arena *row;
        struct match_person as;
        int64_t gain = 0;

        if (x->before->auction.post[i] >= 0)
            continue;
        row = arena_new();
        as = trained_person(row, x->change, in->persons[i]);
        for (int32_t t = 0; t < x->n_touched; t++)
            gain = MAX(gain, gain_at(x, i, &as, x->touched[t]));
        arena_free(row);
        if (gain > 0)
            all[n++] = (struct pupil){ gain, in->persons[i].id, i };
    }
    if (n > 1)
        qsort(all, (size_t)n, sizeof *all, pupil_order);
    r->n_trained = (int32_t)MIN(n, x->change->amount);
    r->trained = NEW_ARRAY(mem, int32_t, r->n_trained);
    for (int32_t i = 0; i < r->n_trained; i++) {
        r->trained[i] = all[i].person;
        x->is_trained[all[i].person] = 1;
    }
}

/* The pairs after the change: those considered before, scored anew at touched posts, and every
 * allowed pair with a touched post; for a class, of its pupils alone. */
static void rows_after(const struct what_if *x, int64_t *row, struct auction_edge **ret_edges)
{
    const struct match_problem *in = x->in;
    const struct match_candidates *c = &x->before->considered;
    struct auction_edge *edges = NULL;
    size_t n = 0, room = 0;

    for (int32_t i = 0; i < in->n_persons; i++) {
        struct match_person as = in->persons[i];
        bool is_open = x->change->kind != PLANNING_CLASS || x->is_trained[i];

        if (x->is_trained[i])
            as = trained_person(x->scratch, x->change, as);
        for (int64_t e = c->row[i]; e < c->row[i + 1]; e++)
            if (!is_open || !x->is_touched[c->edges[e].post])
                *ARENA_PUSH(x->scratch, edges, n, room) = c->edges[e];
        for (int32_t t = 0; t < x->n_touched && is_open; t++) {
            int32_t p = x->touched[t], score;

            if (!match_feasible(&as, &x->posts[p], in->today))
                continue;
            score = match_points(&as, &x->posts[p], in->weights);
            if (score > 0)
                *ARENA_PUSH(x->scratch, edges, n, room) = (struct auction_edge){ p, score };
        }
        row[i + 1] = (int64_t)n;
    }
    *ret_edges = edges;
}

/* Post per person and value, under the conditions if there are any. */
static const int32_t *solve(struct arena *mem, const struct auction_input *market,
                            const struct group_input *conditions, int64_t *ret_value)
{
    struct group_input in;
    struct group_result g;
    struct auction_result a;

    if (!conditions) {
        auction_solve(mem, market, &a);
        *ret_value = a.certificate.value;
        return a.post;
    }
    in = *conditions;
    in.market = market;
    groups_solve(mem, &in, &g);
    *ret_value = g.value;
    return g.post;
}

static void compare(struct arena *mem, const struct what_if *x, const int32_t *had,
                    const int32_t *has, struct planning_effect *r)
{
    int32_t n = x->in->n_persons;

    r->gained = NEW_ARRAY(mem, int32_t, n);
    r->lost = NEW_ARRAY(mem, int32_t, n);
    for (int32_t i = 0; i < n; i++) {
        r->placed += has[i] >= 0;
        r->placed_before += had[i] >= 0;
        if (has[i] >= 0 && had[i] < 0)
            r->gained[r->n_gained++] = i;
        else if (has[i] < 0 && had[i] >= 0)
            r->lost[r->n_lost++] = i;
        else
            r->moved += has[i] != had[i];
    }
}

void planning_what_if(struct arena *mem, const struct match_problem *in,
                      const struct match_assignment *before, const struct group_input *conditions,
                      const struct planning_change *change, struct planning_effect *ret)
{
    struct what_if x = { arena_new(), in, before, change, NULL, NULL, 0, NULL, NULL };
    struct planning_effect r = { 0 };
    int32_t *cap = NEW_ARRAY(x.scratch, int32_t, in->n_posts);
    int64_t *row = NEW_ARRAY(x.scratch, int64_t, (size_t)in->n_persons + 1);
    struct auction_edge *edges;
    const int32_t *had, *has;

    assert(change->amount >= 0 && change->amount <= INT32_MAX / 2);
    x.posts = NEW_ARRAY(x.scratch, struct match_post, in->n_posts);
    x.touched = NEW_ARRAY(x.scratch, int32_t, in->n_posts);
    x.is_touched = NEW_ARRAY(x.scratch, bool, in->n_posts);
    x.is_trained = NEW_ARRAY(x.scratch, int8_t, in->n_persons);
    for (int32_t p = 0; p < in->n_posts; p++) {
        x.posts[p] = in->posts[p];
        cap[p] = MAX(0, in->posts[p].seats);
        if (!touches(change, &in->posts[p]))
            continue;
        x.posts[p] = changed_post(change, in->posts[p]);
        x.is_touched[p] = true;
        x.touched[x.n_touched++] = p;
    }
    had = solve(x.scratch,
                &(struct auction_input){ .workers = in->n_persons,
                                         .posts = in->n_posts,
                                         .cap = cap,
                                         .row = before->considered.row,
                                         .edges = before->considered.edges },
                conditions, &r.value_before);
    if (change->kind == PLANNING_CLASS)
        choose_pupils(&x, mem, &r);
    rows_after(&x, row, &edges);
    for (int32_t t = 0; t < x.n_touched; t++)
        cap[x.touched[t]] = MAX(0, x.posts[x.touched[t]].seats);
    has = solve(x.scratch,
                &(struct auction_input){ .workers = in->n_persons,
                                         .posts = in->n_posts,
                                         .cap = cap,
                                         .row = row,
                                         .edges = edges },
                conditions, &r.value);
    compare(mem, &x, had, has, &r);
    r.posts = x.n_touched;
    arena_free(x.scratch);
    *ret = r;
}

/* --- sentences --- */

const char *planning_bottleneck_text(struct arena *mem, enum lang lang, const char *name,
                                     int64_t seats, int64_t queue, int64_t price)
{
    return arena_printf(mem,
                        lang == LANG_EN
                            ? "%s: first choice of %lld people for %lld seats; one more seat would "
                              "add up to %lld points"
                            : "%s：%lld人首选，只有%lld个名额；每增加1个名额，总分最多增加%lld分",
                        name, (long long)queue, (long long)seats, (long long)price);
}

const char *planning_short_text(struct arena *mem, enum lang lang, enum match_code rule,
                                int64_t people)
{
    return arena_printf(mem,
                        lang == LANG_EN
                            ? "for %lld people without a post, what stands in the way most is: %s"
                            : "%lld名未推荐人员可选岗位过少，最主要的原因是：%s",
                        (long long)people, match_rule_name(rule, lang));
}

static const char *change_text(struct arena *mem, enum lang lang, const char *name,
                               const struct planning_change *c)
{
    long long amount = (long long)c->amount;

    switch (c->kind) {
    case PLANNING_PAY:
        return arena_printf(mem,
                            lang == LANG_EN ? "%lld.%02lld yuan a month more at %s"
                                            : "月工资增加%lld.%02lld元（%s）",
                            amount / 100, amount % 100, name);
    case PLANNING_SEATS:
        return arena_printf(mem, lang == LANG_EN ? "%lld more seats at %s" : "增加%lld个名额（%s）",
                            amount, name);
    case PLANNING_CLASS:
        return arena_printf(mem,
                            lang == LANG_EN ? "a class of %lld for %s" : "开办%lld人培训班（%s）",
                            amount, name);
    }
    return "";
}

const char *planning_effect_text(struct arena *mem, enum lang lang, const char *name,
                                 const struct planning_change *change,
                                 const struct planning_effect *effect)
{
    return arena_printf(mem,
                        lang == LANG_EN
                            ? "%s: %d people more have a post, %d change theirs, total %+lld points"
                            : "%s：多推荐%d人，%d人改换岗位，总分变化%+lld",
                        change_text(mem, lang, name, change),
                        effect->placed - effect->placed_before, effect->moved,
                        (long long)(effect->value - effect->value_before));
}
