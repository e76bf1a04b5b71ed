/* demo_winter.c — the last days: farm work rests, employers say which posts still stand, and the
 * bureau looks who could go after the Spring Festival. Two runs, the second with weights and
 * conditions of its own and one person moved by hand, wait to be compared and offered. */
#include "app/demo.h"
#include "matching/matching.h"

enum { TRIES_MAX = 60 };

struct open_posts {
    struct rows rows;
};

static enum err read_open_posts(struct ctx *cx, void *arg)
{
    struct open_posts *o = arg;

    return db_rows(cx, &o->rows,
                   "SELECT j.id, j.work FROM job_post j WHERE SCOPE(job_post j)"
                   " AND j.state = 'OPEN' AND j.taken < j.headcount ORDER BY j.id LIMIT 500");
}

/* Three of four are confirmed; the others stay on the eastern offices' lists. */
static bool confirm_posts(struct demo *d, int *ret_confirmed)
{
    struct open_posts o;
    int64_t *ids, *works;
    int n;

    if (db_read(demo_unit(d, NULL), read_open_posts, &o) != OK)
        return demo_fail(d, "%s", d->cx->failure.message);
    n = o.rows.n;
    ids = NEW_ARRAY(d->mem, int64_t, n + 1); /* a call frees the unit that the rows live in */
    works = NEW_ARRAY(d->mem, int64_t, n + 1);
    for (int i = 0; i < n; i++) {
        ids[i] = row_int(&o.rows, i, "id");
        works[i] = row_int(&o.rows, i, "work");
    }
    for (int i = 0; i < n; i++) {
        if (i % 4 == 3)
            continue;
        if (!demo_call(d, demo_clerk(d, works[i]), "posts.confirm", ids[i], "{}"))
            return false;
        (*ret_confirmed)++;
    }
    return true;
}

static bool run_usual(struct demo *d, struct demo_user *clerk)
{
    struct ctx *cx = demo_unit(d, clerk);
    int64_t run_id;

    if (match_run_now(cx, d->world->west_code, d->world->east_code, NULL, &run_id) != OK)
        return demo_fail(d, "%s [%s]", cx->failure.message, cx->failure.code);
    return true;
}

/* The months have shown who stays: where people of the village are, and with whom (A3). */
static bool run_with_conditions(struct demo *d, struct demo_user *clerk, int64_t *ret_run)
{
    long long west = (long long)d->world->west_code, east = (long long)d->world->east_code;
    struct ctx *cx;

    if (!demo_call(
            d, clerk, "match_weights.create", NONE,
            "{'home':%lld,'work':%lld,'weights':{'village':300,'companion':400,'retention':1500},"
            "'reason':'留得住优先：上半年离岗多因不适应'}",
            west, east) ||
        !demo_call(d, clerk, "match_runs.create", NONE,
                   "{'home':%lld,'work':%lld,'constraints':{'companions':'EMPLOYER','limits':["
                   "{'kind':'NONE_OR','who':'ANYBODY','where':'EMPLOYER','n':3},"
                   "{'kind':'HELD','who':'REGISTERED','where':'POST','n':30},"
                   "{'kind':'AT_MOST','who':'VILLAGE','where':'EMPLOYER','n':5}]}}",
                   west, east))
        return false;
    *ret_run = demo_int(d, "id");
    cx = demo_unit(d, clerk);
    if (match_run_execute(cx, *ret_run) != OK)
        return demo_fail(d, "%s [%s]", cx->failure.message, cx->failure.code);
    return true;
}

/* One goes where relatives are, though another post scores higher. */
static bool move_one(struct demo *d, struct demo_user *clerk, int64_t run_id)
{
    int64_t results[TRIES_MAX], posts[TRIES_MAX];
    size_t n = 0;

    if (!demo_call(d, clerk, "match_runs.results", run_id, "state=PROPOSED&limit=%d", TRIES_MAX))
        return false;
    for (; n < demo_count(d, "items") && n < TRIES_MAX; n++) {
        const struct json_value *item = json_at(json_get(d->reply, "items"), n);

        results[n] = json_as_int(json_get(item, "id"));
        posts[n] = json_as_int(json_get(item, "runner_up_post_id"));
    }
    for (size_t i = 0; i < n; i++) {
        if (posts[i] == NONE)
            continue;
        if (demo_call(d, clerk, "match_results.override", results[i],
                      "{'post_id':'%lld','reason':'姐姐在该企业，要求同去'}", (long long)posts[i]))
            return true;
        if (!str_eq(d->cx->failure.code, "match.full")) /* another's seat: the next one then */
            return false;
    }
    return true;
}

bool demo_winter(struct demo *d)
{
    struct demo_user *clerk = demo_user(d, "dingxi-clerk");
    int confirmed = 0;
    int64_t run_id;

    if (d->options.months <= d->months_paid) {
        demo_say(d, "%s", S("（月数少，略）", "(too few months, left out)"));
        return true;
    }
    if (!confirm_posts(d, &confirmed) || !run_usual(d, clerk) ||
        !run_with_conditions(d, clerk, &run_id) || !move_one(d, clerk, run_id) ||
        !demo_call(d, clerk, "match_runs.get", run_id, "%s", ""))
        return false;
    demo_say(d,
             S("确认岗位 %d 个；求职 %lld 人，名额 %lld 个，匹配 %lld 人，待发通知",
               "%d posts confirmed; %lld seekers, %lld seats, %lld matched, offers to be made"),
             confirmed, (long long)demo_int(d, "people"), (long long)demo_int(d, "seats"),
             (long long)demo_int(d, "placed"));
    return true;
}
