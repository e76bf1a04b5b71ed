/* since.c — what has changed under a run since it was made, so that it is worth making again. */
#include "matching/load.h"
#include "matching/run.h"

const struct field match_since_output[] = {
    OUTPUT("posts_closed", FIELD_INT, "已撤回或过期的岗位", "Posts closed or expired"),
    OUTPUT("refused", FIELD_INT, "谢绝的人", "People who refused"),
    OUTPUT("posts_new", FIELD_INT, "新增岗位", "New posts"),
    OUTPUT("people_new", FIELD_INT, "新增求职人员", "New people"),
    { 0 },
};

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
    TRY(match_each_offer(cx, row_int(&run, 0, "home"), row_int(&run, 0, "created_at"),
                         count_refusing, &refusing));
    json_object(cx->out);
    json_put_int(cx->out, "posts_closed", changes.posts_closed);
    json_put_int(cx->out, "refused", refusing.people);
    json_put_int(cx->out, "posts_new", changes.posts_new);
    json_put_int(cx->out, "people_new", changes.people_new);
    json_end(cx->out);
    return OK;
}
