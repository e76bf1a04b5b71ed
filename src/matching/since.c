/* since.c — what has changed under a run since it was made, so that it is worth making again. Its
 * posts keep how many seats were free, which offers change as well: how many people a post asked
 * for is what the journal says. */
#include "matching/load.h"
#include "matching/run.h"

const struct field match_since_output[] = {
    OUTPUT("posts_closed", FIELD_INT, "已撤回或过期的岗位", "Posts closed or expired"),
    OUTPUT("posts_fewer", FIELD_INT, "招聘人数减少的岗位", "Posts with a lower headcount"),
    OUTPUT("posts_more", FIELD_INT, "招聘人数增加的岗位", "Posts with a higher headcount"),
    OUTPUT("refused", FIELD_INT, "谢绝的人", "People who refused"),
    OUTPUT("posts_new", FIELD_INT, "新增岗位", "New posts"),
    OUTPUT("people_new", FIELD_INT, "新增求职人员", "New people"),
    { 0 },
};

/* --- headcounts --- */

struct counting {
    struct match_headcount post; /* the one whose entries come now; id NONE before the first */
    match_headcount_fn *fn;
    void *arg;
};

static enum err tell_post(struct ctx *cx, const struct counting *c)
{
    return c->post.post_id == NONE ? OK : c->fn(cx, &c->post, c->arg);
}

static enum err headcount_of(struct ctx *cx, const char *entry, int64_t *ret)
{
    const struct json_value *v;

    TRY(json_parse(cx, entry, strlen(entry), &v));
    *ret = json_as_int(json_get(v, "headcount"));
    return OK;
}

/* Entries come by post and in order: before the first and after the last is what counts. */
static enum err add_entry(struct ctx *cx, const struct rows *r, void *arg)
{
    struct counting *c = arg;
    int64_t before;

    if (c->post.post_id != row_int(r, 0, "post_id")) {
        TRY(tell_post(cx, c));
        TRY(headcount_of(cx, row_text(r, 0, "had"), &before));
        c->post = (struct match_headcount){ .post_id = row_int(r, 0, "post_id"),
                                            .before = before,
                                            .is_closed = row_int(r, 0, "is_closed") == 1 };
    }
    return headcount_of(cx, row_text(r, 0, "has"), &c->post.after);
}

#define STARTED(run)                                                                   \
    "(SELECT min(h.seq) FROM journal h WHERE SCOPE_NOT(journal 'the run is in scope')" \
    " AND h.record_id = " run " AND h.kind = 'match_run')"

enum err match_each_headcount(struct ctx *cx, int64_t run_id, int64_t until, int64_t only_id,
                              match_headcount_fn *fn, void *arg)
{
    struct counting c = { { .post_id = NONE }, fn, arg };

    TRY(db_each(cx, add_entry, &c,
                "SELECT k.post_id, g.before AS had, g.after AS has, CASE WHEN"
                " j.state NOT IN ('OPEN', 'FILLED') OR j.expires_on < $4 THEN 1 ELSE 0 END"
                " AS is_closed FROM match_post k JOIN job_post j ON"
                " SCOPE_NOT(job_post 'of a run in scope: what is closed is seen by few')"
                " AND j.id = k.post_id JOIN journal g ON"
                " SCOPE_NOT(journal 'only how many people a post asked for')"
                " AND g.record_id = k.post_id AND g.kind = 'job_post'"
                " AND g.before LIKE '%\"headcount\":%' WHERE"
                " SCOPE_NOT(match_post 'of a run in scope') AND k.run_id = $1 AND"
                " g.seq > " STARTED("$1") " AND ($2 IS NULL OR g.seq < " STARTED(
                    "$2") ")"
                          " AND ($3 IS NULL OR k.post_id = $3) ORDER BY k.post_id, g.seq",
                P(run_id), P(until), P(only_id), P(date_text(cx->mem, cx->today))));
    return tell_post(cx, &c);
}

struct headcounts {
    int64_t fewer, more;
};

static enum err count_headcount(struct ctx *cx, const struct match_headcount *post, void *arg)
{
    struct headcounts *n = arg;

    (void)cx;
    if (post->is_closed)
        return OK;
    n->fewer += post->after < post->before;
    n->more += post->after > post->before;
    return OK;
}

/* --- all of it --- */

struct refusing {
    int64_t person_id, people;
};

/* Offers come by person. */
static enum err count_refusing(struct ctx *cx, const struct match_offer *offer, void *arg)
{
    struct refusing *r = arg;

    (void)cx;
    if (offer->is_refused && r->person_id != offer->person_id) {
        r->person_id = offer->person_id;
        r->people++;
    }
    return OK;
}

enum err match_since(struct ctx *cx)
{
    struct match_changes changes;
    struct headcounts headcounts = { 0 };
    struct refusing refusing = { NONE, 0 };
    struct rows run;

    TRY(db_rows(
        cx, &run,
        "SELECT home, work, state, created_at FROM match_run r WHERE SCOPE(match_run r) AND r.id = $1",
        P(cx->id)));
    if (run.n == 0 || !str_eq(row_text(&run, 0, "state"), "DONE"))
        return fail(cx, E_NOT_FOUND, "match.not_done", "%s",
                    T("没有这次匹配，或尚未完成", "there is no such run, or it is not done"));
    TRY(match_count_changes(cx, cx->id, row_int(&run, 0, "home"), row_int(&run, 0, "work"),
                            &changes));
    TRY(match_each_headcount(cx, cx->id, NONE, NONE, count_headcount, &headcounts));
    TRY(match_each_offer(cx, row_int(&run, 0, "home"), row_int(&run, 0, "created_at"),
                         count_refusing, &refusing));
    json_object(cx->out);
    json_put_int(cx->out, "posts_closed", changes.posts_closed);
    json_put_int(cx->out, "posts_fewer", headcounts.fewer);
    json_put_int(cx->out, "posts_more", headcounts.more);
    json_put_int(cx->out, "refused", refusing.people);
    json_put_int(cx->out, "posts_new", changes.posts_new);
    json_put_int(cx->out, "people_new", changes.people_new);
    json_end(cx->out);
    return OK;
}
