/* save.c — an assignment as rows: who was proposed for what, what stood against it, what each post
 * was worth. */
#include "matching/run.h"

#include "platform/journal.h"

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

struct result {
    const struct match_person *person;
    const struct match_post *post;   /* NULL = none */
    const struct match_post *second; /* the best considered besides it, or NULL */
    int64_t candidates, score, second_score;
    const char *reasons, *second_reasons;
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

static struct result result_of(struct arena *mem, const struct match_save *s, int32_t i,
                               bool with_obstacles)
{
    const struct match_problem *in = s->problem;
    const struct match_candidates *c = &s->assignment->considered;
    int32_t post = s->assignment->auction.post[i];
    struct result r = { .person = &in->persons[i],
                        .post = post < 0 ? NULL : &in->posts[post],
                        .candidates = c->row[i + 1] - c->row[i],
                        .score = NONE,
                        .second_score = NONE };

    for (int64_t e = c->row[i]; e < c->row[i + 1] && !r.second; e++)
        if (c->edges[e].post != post)
            r.second = &in->posts[c->edges[e].post];
    r.reasons = scored(mem, in, r.person, r.post, &r.score);
    r.second_reasons = scored(mem, in, r.person, r.second, &r.second_score);
    if (r.candidates == 0 && with_obstacles)
        r.reasons = match_obstacles_json(mem, in, r.person);
    return r;
}

static enum err save_result(struct ctx *cx, const struct match_save *s, const struct result *r)
{
    const struct match_post *post = r->post;

    return db_exec(
        cx,
        "INSERT INTO match_result (id, run_id, person_id, home, work, employer_id, post_id, score,"
        " reasons, runner_up_post_id, runner_up_score, runner_up_reasons, candidates, state,"
        " created_at, updated_at) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
        " $14, $15, $15 WHERE SCOPE(match_result home=$4, work=$5, employer_id=$6, person_id=$3)",
        P(store_new_id(cx->store)), P(s->run_id), P(r->person->id), P(r->person->home),
        P(post ? post->work : NONE), P(post ? post->employer->id : NONE), P(post ? post->id : NONE),
        P(r->score), P(r->reasons), P(r->second ? r->second->id : NONE), P(r->second_score),
        P(r->second_reasons), P(r->candidates), P(post ? "PROPOSED" : "UNPLACED"), P(cx->now));
}

static enum err save_results(struct ctx *cx, const struct match_save *s)
{
    const struct match_candidates *c = &s->assignment->considered;
    struct arena *mem = cx->mem, *row = arena_new();
    int64_t without = 0;
    enum err err = OK;

    for (int32_t i = 0; i < s->problem->n_persons; i++)
        without += c->row[i + 1] == c->row[i];
    for (int32_t i = 0; i < s->problem->n_persons && err == OK; i++) {
        struct result r = result_of(row, s, i, without * s->problem->n_posts <= OBSTACLES_MAX);

        cx->mem = row;
        err = save_result(cx, s, &r);
        cx->mem = mem;
        arena_reset(row);
    }
    arena_free(row);
    return err;
}

static enum err save_posts(struct ctx *cx, const struct match_save *s)
{
    const struct match_problem *in = s->problem;
    const struct match_candidates *c = &s->assignment->considered;
    const struct auction_result *a = &s->assignment->auction;
    int32_t *queue = NEW_ARRAY(cx->mem, int32_t, in->n_posts + 1);

    for (int32_t i = 0; i < in->n_persons; i++)
        if (c->row[i + 1] > c->row[i])
            queue[c->edges[c->row[i]].post]++;
    for (int32_t i = 0; i < in->n_posts; i++) {
        const struct match_post *p = &in->posts[i];

        TRY(db_exec(cx,
                    "INSERT INTO match_post (id, run_id, post_id, home, work, employer_id, seats,"
                    " queue, price) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9"
                    " WHERE SCOPE(match_post home=$4, work=$5, employer_id=$6)",
                    P(store_new_id(cx->store)), P(s->run_id), P(p->id), P(s->input->home),
                    P(p->work), P(p->employer->id), P(p->seats), P(queue[i]),
                    P(a->price[i] / a->scale)));
    }
    return OK;
}

enum err match_save(struct ctx *cx, void *save)
{
    const struct match_save *s = save;
    const struct match_problem *in = s->problem;
    int64_t seats = 0, placed = s->assignment->auction.certificate.placed;

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
