/* match_report.c — how stable and how fair a stored run is: its results as they stand, people
 * changed by hand included, against the records as they are now, at the weights and seats of the
 * run. */
#include "matching/report.h"
#include "matching/run.h"

const struct field match_report_fields[] = {
    PARAM(struct match_report_ask, evening, FIELD_BOOL, "计算拉平的代价",
          "With the price of evening out", .help_zh = "要多算几十次，人多时需几分钟",
          .help_en = "takes some dozens of auctions: minutes for many people"),
    { 0 },
};

const struct field match_report_output[] = {
    OUTPUT("people", FIELD_INT, "人数", "People"),
    OUTPUT("placed", FIELD_INT, "推荐人数", "Proposed"),
    OUTPUT("blocking", FIELD_JSON, "互相更愿意的人岗", "Blocking pairs",
           .help_zh = "在每人最好的20个岗位中数", .help_en = "among each person's best 20 posts"),
    OUTPUT("groups", FIELD_JSON, "分组", "By county, household type, sex and age"),
    { 0 },
};

/* A post of the run. */
struct seat {
    int64_t post_id;
    int32_t seats, held, least;
};

struct loading {
    int64_t run_id;
    struct match_input input;
    struct match_weights weights;
    struct date day;
    bool is_whole; /* the actor sees all of the run */
    size_t seats_n, seats_cap, labels_n, labels_cap, points_n, points_cap;
    struct seat *seats;         /* by post id */
    struct match_label *labels; /* by person id, as input.persons */
    int32_t *points;
};

static enum err add_label(struct ctx *cx, const struct rows *r, void *arg)
{
    struct loading *l = arg;
    int64_t score = row_int(r, 0, "score");

    *ARENA_PUSH(cx->mem, l->labels, l->labels_n, l->labels_cap) = (struct match_label){
        .home = row_int(r, 0, "home"),
        .birth = date_of_text(row_text(r, 0, "birth")),
        .sex = arena_strdup(cx->mem, row_text(r, 0, "sex")),
        .household_type = arena_strdup(cx->mem, row_text(r, 0, "household_type")),
        .monitored_type = arena_strdup(cx->mem, row_text(r, 0, "monitored_type")),
    };
    *ARENA_PUSH(cx->mem, l->points, l->points_n, l->points_cap) =
        row_int(r, 0, "post_id") == NONE ? 0 : (int32_t)MAX(score, 1);
    return OK;
}

static enum err add_seat(struct ctx *cx, const struct rows *r, void *arg)
{
    struct loading *l = arg;

    *ARENA_PUSH(cx->mem, l->seats, l->seats_n, l->seats_cap) =
        (struct seat){ row_int(r, 0, "post_id"), (int32_t)row_int(r, 0, "seats"),
                       (int32_t)row_int(r, 0, "held"), (int32_t)MAX(row_int(r, 0, "least"), 1) };
    return OK;
}

static enum err load_run(struct ctx *cx, struct loading *l)
{
    struct rows run, own;

    TRY(db_rows(cx, &run,
                "SELECT weights, state, created_at, SCOPE(match_run r) AS is_mine FROM match_run r"
                " WHERE SCOPE_NOT(match_run 'or people of hers were in it') AND r.id = $1",
                P(l->run_id)));
    TRY(db_rows(cx, &own,
                "SELECT 1 AS n FROM match_result m WHERE SCOPE(match_result m) AND m.run_id = $1"
                " LIMIT 1",
                P(l->run_id)));
    if (run.n == 0 || !str_eq(row_text(&run, 0, "state"), "DONE") ||
        (row_int(&run, 0, "is_mine") != 1 && own.n == 0))
        return fail(cx, E_NOT_FOUND, "match.not_done", "%s",
                    T("没有这次匹配，或尚未完成", "there is no such run, or it is not done"));
    l->day = date_of_instant(row_int(&run, 0, "created_at"));
    return match_weights_read(cx, row_text(&run, 0, "weights"), &l->weights);
}

static enum err load(struct ctx *cx, void *arg)
{
    struct loading *l = arg;
    struct rows all;

    TRY(load_run(cx, l));
    TRY(match_load_run(cx, l->run_id, &l->input));
    TRY(db_each(cx, add_label, l,
                "SELECT p.home, p.birth, p.sex, p.household_type, p.monitored_type, m.post_id,"
                " m.score FROM person p JOIN match_result m ON SCOPE(match_result m)"
                " AND m.person_id = p.id WHERE SCOPE(person p) AND m.run_id = $1 ORDER BY p.id",
                P(l->run_id)));
    TRY(db_each(cx, add_seat, l,
                "SELECT k.post_id, k.seats, count(m.id) AS held, min(m.score) AS least"
                " FROM match_post k LEFT JOIN match_result m ON"
                " SCOPE_NOT(match_result 'how many hold a post, and the least score')"
                " AND m.run_id = k.run_id AND m.post_id = k.post_id WHERE"
                " SCOPE_NOT(match_post 'the run is in scope') AND k.run_id = $1"
                " GROUP BY k.post_id, k.seats ORDER BY k.post_id",
                P(l->run_id)));
    TRY(db_one(cx, &all,
               "SELECT count(*) AS n FROM match_result m WHERE"
               " SCOPE_NOT(match_result 'whether all of the run is seen') AND m.run_id = $1",
               P(l->run_id)));
    l->is_whole = row_int(&all, 0, "n") == (int64_t)l->labels_n;
    return OK;
}

/* Seats of the run for posts as they are now; what a post holds at least. */
static void take_seats(const struct loading *l, int32_t *cap, int32_t *least)
{
    size_t at = 0;

    for (size_t i = 0; i < l->input.n_posts; i++) {
        struct match_post *post = &l->input.posts[i];

        while (l->seats[at].post_id < post->id)
            at++;
        assert(l->seats[at].post_id == post->id);
        cap[i] = post->seats = l->seats[at].seats;
        least[i] = l->seats[at].held < cap[i] ? 0 : cap[i] == 0 ? INT32_MAX : l->seats[at].least;
    }
}

static void report(struct ctx *cx, struct loading *l, bool with_evening, struct match_report *ret)
{
    int32_t *cap = NEW_ARRAY(cx->mem, int32_t, l->input.n_posts + 1);
    int32_t *least = NEW_ARRAY(cx->mem, int32_t, l->input.n_posts + 1);
    struct match_problem problem = { .persons = l->input.persons,
                                     .posts = l->input.posts,
                                     .n_persons = (int32_t)l->input.n_persons,
                                     .n_posts = (int32_t)l->input.n_posts,
                                     .today = l->day,
                                     .weights = &l->weights };
    struct match_candidates best;
    struct match_assignment anew;
    struct auction_input market = { problem.n_persons, problem.n_posts, cap }, considered;

    take_seats(l, cap, least);
    match_candidates(cx->mem, &problem, &best);
    market.row = best.row;
    market.edges = best.edges;
    considered = market;
    considered.precision = MATCH_EVENING_PRECISION;
    if (with_evening) {
        match_assign(cx->mem, &problem, &anew);
        considered.row = anew.considered.row;
        considered.edges = anew.considered.edges;
    }
    match_report_make(cx,
                      &(struct match_report_input){ .placing = { &market, l->points, least },
                                                    .labels = l->labels,
                                                    .today = l->day,
                                                    .evening = with_evening ? &considered : NULL },
                      ret);
}

enum err match_run_report(struct ctx *cx)
{
    const struct match_report_ask *ask = cx->in;
    struct loading *l = NEW(cx->mem, struct loading);
    struct match_report r;

    l->run_id = cx->id;
    TRY(db_read(cx, load, l));
    assert(l->labels_n == l->input.n_persons);
    if (ask->evening == 1 && !l->is_whole)
        return hint(cx,
                    fail_field(cx, "evening", "match.part", "%s",
                               T("您只看到这次匹配的一部分，不能计算拉平的代价",
                                 "you see a part of this run: evening out needs all of it")),
                    "%s", T("请由发起匹配的机构查看", "ask the office that made the run"));
    report(cx, l, ask->evening == 1, &r);
    json_object(cx->out);
    match_report_put(cx->out, &r);
    json_end(cx->out);
    return OK;
}
