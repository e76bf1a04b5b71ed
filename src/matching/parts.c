/* parts.c — runs that a wider office made and that the actor's people or posts took part in. Such a
 * run is not in the actor's scope, its own rows of it are: they are found through the places above
 * the actor's own, and tell figures of that part alone. */
#include "matching/run.h"

enum { PARTS_MAX = 30, LEVELS = 4 };

const struct field match_parts_fields[] = {
    PARAM(struct parts_input, run_id, FIELD_ID, "匹配批次", "Match run",
          .refers_not = "match_run_seen(): a run of a wider office, known by its rows"),
    { 0 },
};

const struct field match_parts_output[] = {
    OUTPUT("items", FIELD_JSON, "匹配批次", "Match runs"),
    { 0 },
};

/* The places that hold this one: province, city, county, town. NONE stays NONE. */
static void places_above(int64_t division, int64_t ret[LEVELS])
{
    static const int64_t units[LEVELS] = { 10000000000, 100000000, 1000000, 1000 };

    for (int i = 0; i < LEVELS; i++)
        ret[i] = division == NONE ? NONE : division / units[i] * units[i];
}

#define PART                                                                                      \
    "SELECT r.id, r.home, (SELECT d.full_name FROM division d WHERE d.code = r.home)"             \
    " AS home_name, r.work, (SELECT d.full_name FROM division d WHERE d.code = r.work)"           \
    " AS work_name, r.state, r.created_at FROM match_run r WHERE"                                 \
    " SCOPE_NOT(match_run 'rows of it are in scope, and no figures are told but theirs')"         \
    " AND NOT (SCOPE(match_run r)) AND r.state = 'DONE' AND EXISTS (SELECT 1 FROM match_result m" \
    " WHERE SCOPE(match_result m) AND m.run_id = r.id)"

static enum err find(struct ctx *cx, const struct parts_input *in, struct rows *ret)
{
    int64_t home[LEVELS], work[LEVELS];

    if (in->run_id != NONE) {
        TRY(match_run_seen(cx, in->run_id));
        return db_rows(cx, ret, PART " AND r.id = $1 LIMIT 1", P(in->run_id));
    }
    places_above(cx->who.scope.home_lo, home);
    places_above(cx->who.scope.work_lo, work);
    return db_rows(cx, ret,
                   PART " AND (r.home IN ($1, $2, $3, $4) OR r.work IN ($5, $6, $7, $8))"
                        " ORDER BY r.id DESC LIMIT $9",
                   P(home[0]), P(home[1]), P(home[2]), P(home[3]), P(work[0]), P(work[1]),
                   P(work[2]), P(work[3]), P(PARTS_MAX));
}

static enum err write_figures(struct ctx *cx, int64_t run_id)
{
    struct rows r;

    TRY(db_one(cx, &r,
               "SELECT count(*) AS people, count(m.post_id) AS placed, coalesce(sum(CASE WHEN"
               " m.post_id IS NOT NULL THEN m.score END), 0) AS value FROM match_result m WHERE"
               " SCOPE(match_result m) AND m.run_id = $1",
               P(run_id)));
    json_put_int(cx->out, "people", row_int(&r, 0, "people"));
    json_put_int(cx->out, "placed", row_int(&r, 0, "placed"));
    json_put_int(cx->out, "value", row_int(&r, 0, "value"));
    return OK;
}

enum err match_parts(struct ctx *cx)
{
    const struct parts_input *in = cx->in;
    struct rows r;

    TRY(find(cx, in, &r));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < r.n; i++) {
        json_object(cx->out);
        json_put_id(cx->out, "id", row_int(&r, i, "id"));
        json_put_int(cx->out, "home", row_int(&r, i, "home"));
        json_put_str(cx->out, "home_name", row_text(&r, i, "home_name"));
        json_put_int(cx->out, "work", row_int(&r, i, "work"));
        json_put_str(cx->out, "work_name", row_text(&r, i, "work_name"));
        json_put_str(cx->out, "state", row_text(&r, i, "state"));
        json_put_int(cx->out, "created_at", row_int(&r, i, "created_at"));
        if (in->run_id != NONE)
            TRY(write_figures(cx, in->run_id));
        json_end(cx->out);
    }
    json_end(cx->out);
    json_end(cx->out);
    return OK;
}
