/* save.c — an assignment as rows: who was proposed for what, what stood against it, what each post
 * was worth. */
#include "matching/run.h"

#include "platform/journal.h"

#include <pthread.h>

/* Looking for the obstacles of everybody without a post is quick up to this many comparisons; for
 * more people they are looked up when somebody asks. */
enum { OBSTACLES_MAX = 50000000 };

const char *match_obstacles_json(struct arena *mem, const struct match_problem *in,
                                 const struct match_person *person)
{
    int32_t forbids[MATCH_RULE_COUNT], alone[MATCH_RULE_COUNT];
    struct json *j = json_new(mem);

    match_obstacles(in, person, forbids, alone);
    json_object(j);
    json_put_int(j, "posts", in->n_posts);
    json_key(j, "rules");
    json_array(j);
    for (int i = 0; i < MATCH_RULE_COUNT; i++) {
        if (forbids[i] == 0)
            continue;
        json_object(j);
        json_put_str(j, "code", match_code_name((enum match_code)i));
        json_put_int(j, "forbids", forbids[i]);
        json_put_int(j, "alone", alone[i]);
        json_end(j);
    }
    json_end(j);
    json_end(j);
    return json_text(j);
}

/* --- rows --- */

enum { BATCH = 2000 };

/* People from … to as rows, of whom the next are made while these are stored. */
struct batch {
    const struct match_save *save;
    struct store *store;
    struct arena *mem;
    int64_t now;
    int32_t from, to;
    bool with_obstacles;
    struct params *rows;
};

static const char *scored(struct arena *mem, const struct match_problem *in,
                          const struct match_person *person, const struct match_post *post,
                          int64_t *ret_points)
{
    struct match_score score;

    if (!post)
        return NULL;
    match_score(person, post, in->weights, &score);
    *ret_points = score.total;
    return match_score_json(mem, &score);
}

/* The best post considered besides the one given. */
static const struct match_post *runner_up(const struct match_save *s, int32_t i)
{
    const struct match_candidates *c = &s->assignment->considered;

    for (int64_t e = c->row[i]; e < c->row[i + 1]; e++)
        if (c->edges[e].post != s->assignment->auction.post[i])
            return &s->problem->posts[c->edges[e].post];
    return NULL;
}

/* What is promised stays what it was. */
static const char *state_of(const struct match_save *s, int32_t i, const char **ret_reason)
{
    int32_t post = s->assignment->auction.post[i];

    *ret_reason = NULL;
    if (post < 0)
        return "UNPLACED";
    if (!s->again || s->again->kept[i] != post)
        return "PROPOSED";
    *ret_reason = s->again->reason[i];
    return *ret_reason ? "OVERRIDDEN" : "OFFERED";
}

/* Person i of the problem as the columns of match_result. */
static struct params result_row(const struct batch *b, int32_t i)
{
    const struct match_save *s = b->save;
    const struct match_problem *in = s->problem;
    const struct match_candidates *c = &s->assignment->considered;
    const struct match_person *person = &in->persons[i];
    int32_t at = s->assignment->auction.post[i];
    const struct match_post *post = at < 0 ? NULL : &in->posts[at], *second = runner_up(s, i);
    int64_t candidates = c->row[i + 1] - c->row[i], score = NONE, second_score = NONE;
    const char *reasons = scored(b->mem, in, person, post, &score);
    const char *second_reasons = scored(b->mem, in, person, second, &second_score);
    const char *by_hand, *state = state_of(s, i, &by_hand);

    if (!post && candidates == 0 && b->with_obstacles)
        reasons = match_obstacles_json(b->mem, in, person);
    return params_keep(b->mem,
                       PARAMS_(P(store_new_id(b->store)), P(s->run_id), P(person->id),
                               P(person->home), P(post ? post->work : NONE),
                               P(post ? post->employer->id : NONE), P(post ? post->id : NONE),
                               P(score), P(reasons), P(second ? second->id : NONE), P(second_score),
                               P(second_reasons), P(candidates), P(state), P(b->now), P(by_hand)));
}

/* --- results --- */

static void *batch_make(void *arg)
{
    struct batch *b = arg;

    arena_reset(b->mem);
    b->rows = NEW_ARRAY(b->mem, struct params, b->to - b->from);
    for (int32_t i = b->from; i < b->to; i++)
        b->rows[i - b->from] = result_row(b, i);
    return NULL;
}

static enum err batch_store(struct ctx *cx, const struct batch *b)
{
    struct arena *mem = cx->mem;
    enum err err;

    cx->mem = b->mem;
    err = db_exec_all(
        cx,
        "INSERT INTO match_result (id, run_id, person_id, home, work, employer_id, post_id, score,"
        " reasons, runner_up_post_id, runner_up_score, runner_up_reasons, candidates, state,"
        " created_at, updated_at, override_reason) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " $11, $12, $13, $14, $15, $15, $16 WHERE SCOPE(match_result home=$4, work=$5, employer_id=$6, person_id=$3)",
        b->rows, b->to - b->from);
    cx->mem = mem;
    return err;
}

/* Stores one batch while another thread makes the next. */
static enum err save_batches(struct ctx *cx, struct batch *now, struct batch *next)
{
    int32_t n = now->save->problem->n_persons;
    enum err err = OK;

    now->to = MIN(BATCH, n);
    batch_make(now);
    while (err == OK && now->from < n) {
        struct batch *swap = now;
        pthread_t thread;
        bool started;

        next->from = now->to;
        next->to = MIN(next->from + BATCH, n);
        started = next->from < n && pthread_create(&thread, NULL, batch_make, next) == 0;
        err = batch_store(cx, now);
        match_tell(now->save->problem->watch,
                   (struct match_progress){ MATCH_STORING, now->to, n, 0, 0 });
        if (started)
            pthread_join(thread, NULL);
        else
            batch_make(next);
        now = next;
        next = swap;
    }
    return err;
}

static enum err save_results(struct ctx *cx, const struct match_save *s)
{
    const struct match_candidates *c = &s->assignment->considered;
    int64_t without = 0;
    struct batch a = { .save = s, .store = cx->store, .mem = arena_new(), .now = cx->now }, b;
    enum err err;

    for (int32_t i = 0; i < s->problem->n_persons; i++)
        without += c->row[i + 1] == c->row[i];
    a.with_obstacles = without * s->problem->n_posts <= OBSTACLES_MAX;
    b = a;
    b.mem = arena_new();
    err = save_batches(cx, &a, &b);
    arena_free(a.mem);
    arena_free(b.mem);
    return err;
}

static enum err save_posts(struct ctx *cx, const struct match_save *s)
{
    const struct match_problem *in = s->problem;
    const struct match_candidates *c = &s->assignment->considered;
    const struct auction_result *a = &s->assignment->auction;
    int32_t *queue = NEW_ARRAY(cx->mem, int32_t, in->n_posts + 1);
    struct params *rows = NEW_ARRAY(cx->mem, struct params, in->n_posts + 1);

    for (int32_t i = 0; i < in->n_persons; i++)
        if (c->row[i + 1] > c->row[i])
            queue[c->edges[c->row[i]].post]++;
    for (int32_t i = 0; i < in->n_posts; i++) {
        const struct match_post *p = &in->posts[i];

        rows[i] = PARAMS(cx, P(store_new_id(cx->store)), P(s->run_id), P(p->id), P(s->input->home),
                         P(p->work), P(p->employer->id), P(p->seats), P(queue[i]),
                         P(a->price[i] / a->scale),
                         P((int64_t)((__int128)a->price[i] * MATCH_PRICE_UNIT / a->scale)));
    }
    return db_exec_all(
        cx,
        "INSERT INTO match_post (id, run_id, post_id, home, work, employer_id, seats, queue, price,"
        " price_fine) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10"
        " WHERE SCOPE(match_post home=$4, work=$5, employer_id=$6)",
        rows, in->n_posts);
}

enum err match_save(struct ctx *cx, void *save)
{
    const struct match_save *s = save;
    const struct match_problem *in = s->problem;
    int64_t seats = 0, placed = s->assignment->auction.certificate.placed;

    match_tell(in->watch, (struct match_progress){ MATCH_STORING, 0, in->n_persons, 0, 0 });
    for (int32_t i = 0; i < in->n_posts; i++)
        seats += in->posts[i].seats;
    TRY(db_exec(cx,
                "UPDATE match_run AS r SET state = 'DONE', people = $1, posts = $2, seats = $3,"
                " placed = $4, value = $5, bound = $6, milliseconds = $7, updated_at = $8,"
                " version = version + 1 WHERE SCOPE(match_run r) AND r.id = $9"
                " AND r.state = 'RUNNING'",
                P(in->n_persons), P(in->n_posts), P(seats), P(placed), P(s->assignment->value),
                P(s->assignment->bound), P(s->milliseconds), P(cx->now), P(s->run_id)));
    if (cx->changed == 0)
        return fail(cx, E_CONFLICT, "match.done", "%s",
                    T("这次匹配已经结束", "the run has already ended"));
    TRY(save_results(cx, s));
    TRY(save_posts(cx, s));
    TRY(match_constrained_save(cx, s->run_id, in, s->constrained));
    return journal_append(
        cx,
        &(struct journal_entry){
            .kind = "match_run",
            .record_id = s->run_id,
            .action = "done",
            .after = arena_printf(cx->mem,
                                  "{\"state\":\"DONE\",\"people\":%d,\"posts\":%d,\"seats\":%lld,"
                                  "\"placed\":%lld,\"value\":%lld,\"bound\":%lld}",
                                  in->n_persons, in->n_posts, (long long)seats, (long long)placed,
                                  (long long)s->assignment->value, (long long)s->assignment->bound),
            .home = s->input->home,
            .work = s->input->work,
            .employer_id = NONE,
            .person_id = NONE });
}
