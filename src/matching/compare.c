/* compare.c — two runs side by side: who is placed differently in {id} than in an earlier one, and
 * what the change is worth. Results as they stand, people changed by hand included.
 *
 * Of both runs the actor's scope is looked at and no more: to an office in the east somebody who is
 * now proposed to another city is lost, as she is to its posts. */
#include "matching/run.h"

enum { ITEMS_MAX = 200, ITEMS_USUAL = 50 };

static const struct choice turns[] = {
    { "STAYED", "岗位不变", "Same post" },
    { "MOVED", "换了岗位", "Another post" },
    { "GAINED", "新推荐", "Newly proposed" },
    { "LOST", "不再推荐", "No longer proposed" },
    { "LEFT", "不再参加", "Takes no part any more" },
    { "UNPLACED", "两次都未推荐", "Neither time" },
    { 0 },
};

const struct field match_compare_fields[] = {
    PARAM(struct compare_input, run_id, FIELD_ID, "与哪一次比", "Compared with", .required = true,
          .refers_not = "match_run_seen(): of a wider office's run one's own rows are seen"),
    PARAM(struct compare_input, turn, FIELD_CHOICE, "变化", "Change", .choices = turns),
    PARAM(struct compare_input, after, FIELD_ID, "从此人之后", "After this person",
          .refers_not = "a place in the list: the people behind it are read in scope"),
    PARAM(struct compare_input, limit, FIELD_INT, "条数", "At most", .min = 0, .max = ITEMS_MAX),
    { 0 },
};

const struct field match_compare_output[] = {
    OUTPUT("turns", FIELD_JSON, "各种变化的人数和分数", "People and points by change"),
    OUTPUT("placed_before", FIELD_INT, "原推荐人数", "Proposed before"),
    OUTPUT("placed", FIELD_INT, "推荐人数", "Proposed"),
    OUTPUT("value_before", FIELD_INT, "原总分", "Points before"),
    OUTPUT("value", FIELD_INT, "总分", "Points"),
    OUTPUT("joined", FIELD_INT, "只参加这次的人数", "People only in this one"),
    OUTPUT("left", FIELD_INT, "只参加那次的人数", "People only in the other"),
    OUTPUT("items", FIELD_JSON, "变化的人", "Who changed"),
    OUTPUT("next", FIELD_ID, "下一页", "Next page"),
    { 0 },
};

/* A row for each person of either run: the post she had in $1 and has in $2. */
#define PAIRS                                                                                  \
    "(SELECT b.person_id, b.home, b.post_id AS had, b.score AS had_score, a.post_id AS has,"   \
    " a.score AS has_score, 1 AS was_in, CASE WHEN a.id IS NULL THEN 0 ELSE 1 END AS is_in"    \
    " FROM match_result b LEFT JOIN match_result a ON SCOPE(match_result a) AND a.run_id = $2" \
    " AND a.person_id = b.person_id WHERE SCOPE(match_result b) AND b.run_id = $1"             \
    " UNION ALL SELECT a.person_id, a.home, NULL, NULL, a.post_id, a.score, 0, 1"              \
    " FROM match_result a WHERE SCOPE(match_result a) AND a.run_id = $2 AND NOT EXISTS"        \
    " (SELECT 1 FROM match_result b WHERE SCOPE(match_result b) AND b.run_id = $1"             \
    " AND b.person_id = a.person_id)) x"
#define TURN                                                                                                      \
    "CASE WHEN x.had IS NULL AND x.has IS NULL THEN 'UNPLACED' WHEN x.had IS NULL"                                \
    " THEN 'GAINED' WHEN x.is_in = 0 THEN 'LEFT' WHEN x.has IS NULL THEN 'LOST' WHEN x.had = x.has THEN 'STAYED'" \
    " ELSE 'MOVED' END"
#define TITLE(id)                                                                        \
    "(SELECT j.title FROM job_post j WHERE SCOPE_NOT(job_post 'the result is in scope')" \
    " AND j.id = " id ")"
#define EMPLOYER(id)                                                                         \
    "(SELECT e.name FROM employer e JOIN job_post j ON SCOPE_NOT(job_post 'the result is in" \
    " scope') AND j.employer_id = e.id WHERE SCOPE_NOT(employer 'the result is in scope')"   \
    " AND j.id = " id ")"

static enum err check_done(struct ctx *cx, int64_t run_id)
{
    struct rows r;

    TRY(match_run_seen(cx, run_id));
    TRY(db_one(cx, &r,
               "SELECT state FROM match_run WHERE"
               " SCOPE_NOT(match_run 'the run or a result of it is in scope') AND id = $1",
               P(run_id)));
    if (!str_eq(row_text(&r, 0, "state"), "DONE"))
        return fail(cx, E_CONFLICT, "match.not_done", "%s",
                    T("匹配尚未完成，不能比较", "the run is not done and cannot be compared"));
    return OK;
}

static void write_turn(struct json *j, const struct rows *r, int row, const char *turn)
{
    json_object(j);
    json_put_str(j, "turn", turn);
    json_put_str(j, "zh", choice_label(turns, turn, LANG_ZH));
    json_put_str(j, "en", choice_label(turns, turn, LANG_EN));
    json_put_int(j, "people", row < 0 ? 0 : row_int(r, row, "people"));
    json_put_int(j, "value_before", row < 0 ? 0 : row_int(r, row, "had_points"));
    json_put_int(j, "value", row < 0 ? 0 : row_int(r, row, "has_points"));
    json_end(j);
}

static int row_of(const struct rows *r, const char *turn)
{
    for (int i = 0; i < r->n; i++)
        if (str_eq(row_text(r, i, "turn"), turn))
            return i;
    return -1;
}

static enum err write_sums(struct ctx *cx, const struct compare_input *in)
{
    static const char *const names[] = { "placed_before", "placed", "value_before",
                                         "value",         "joined", "left" };
    int64_t sums[ARRAY_LEN(names)] = { 0 };
    struct rows r;

    TRY(db_rows(cx, &r,
                "SELECT " TURN " AS turn, count(*) AS people, count(x.had) AS placed_before,"
                " count(x.has) AS placed, coalesce(sum(CASE WHEN x.had IS NOT NULL THEN"
                " x.had_score END), 0) AS had_points, coalesce(sum(CASE WHEN x.has IS NOT NULL"
                " THEN x.has_score END), 0) AS has_points, sum(1 - x.was_in) AS joined,"
                " sum(1 - x.is_in) AS gone FROM " PAIRS " GROUP BY 1 LIMIT 6",
                P(in->run_id), P(cx->id)));
    json_key(cx->out, "turns");
    json_array(cx->out);
    for (const struct choice *c = turns; c->code; c++)
        write_turn(cx->out, &r, row_of(&r, c->code), c->code);
    json_end(cx->out);
    for (int i = 0; i < r.n; i++) {
        sums[0] += row_int(&r, i, "placed_before");
        sums[1] += row_int(&r, i, "placed");
        sums[2] += row_int(&r, i, "had_points");
        sums[3] += row_int(&r, i, "has_points");
        sums[4] += row_int(&r, i, "joined");
        sums[5] += row_int(&r, i, "gone");
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        json_put_int(cx->out, names[i], sums[i]);
    return OK;
}

static void write_side(struct json *j, const char *key, const struct rows *r, int row,
                       const char *const columns[4])
{
    json_key(j, key);
    json_object(j);
    json_put_id(j, "post_id", row_int(r, row, columns[0]));
    json_put_str(j, "title", row_text(r, row, columns[1]));
    json_put_str(j, "employer_name", row_text(r, row, columns[2]));
    json_put_int(j, "score", row_int(r, row, columns[3]));
    json_end(j);
}

/* Why she does not have the post any more; told to whoever sees the person. */
static enum err write_why(struct ctx *cx, int64_t before_id, const struct rows *r, int row)
{
    const char *turn = row_text(r, row, "turn");
    bool is_told =
        row_text(r, row, "person_name") && (str_eq(turn, "LOST") || str_eq(turn, "MOVED"));

    json_key(cx->out, "why");
    if (is_told)
        return match_why_put(cx, cx->id, before_id,
                             &(struct why_input){ row_int(r, row, "person_id"),
                                                  row_int(r, row, "had") },
                             cx->out);
    json_null(cx->out);
    return OK;
}

static enum err write_item(struct ctx *cx, int64_t before_id, const struct rows *r, int row)
{
    struct json *j = cx->out;

    static const char *const had[] = { "had", "had_title", "had_employer", "had_score" };
    static const char *const has[] = { "has", "has_title", "has_employer", "has_score" };

    json_object(j);
    json_put_id(j, "person_id", row_int(r, row, "person_id"));
    json_put_str(j, "person_name", row_text(r, row, "person_name"));
    json_put_str(j, "home_name", row_text(r, row, "home_name"));
    json_put_str(j, "turn", row_text(r, row, "turn"));
    json_put_bool(j, "was_in", row_int(r, row, "was_in") == 1);
    json_put_bool(j, "is_in", row_int(r, row, "is_in") == 1);
    write_side(j, "before", r, row, had);
    write_side(j, "now", r, row, has);
    TRY(write_why(cx, before_id, r, row));
    json_end(j);
    return OK;
}

/* Everybody of one change; of all but those who stayed or were left out when none is asked for. */
static enum err write_items(struct ctx *cx, const struct compare_input *in)
{
    int64_t limit = in->limit == NONE ? ITEMS_USUAL : in->limit;
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT y.*, (SELECT p.name FROM person p WHERE SCOPE(person p)"
        " AND p.id = y.person_id) AS person_name, (SELECT d.full_name FROM division d WHERE"
        " d.code = CASE WHEN EXISTS (SELECT 1 FROM person p WHERE SCOPE(person p)"
        " AND p.id = y.person_id) THEN y.home ELSE y.home / 1000000 * 1000000 END)"
        " AS home_name, " TITLE("y.had") " AS had_title, " EMPLOYER("y.had") " AS had_employer, " TITLE(
            "y.has") " AS has_title, " EMPLOYER("y.has") " AS has_employer FROM (SELECT x.*, " TURN
                                                         " AS turn FROM " PAIRS ") y WHERE"
                                                         " (y.turn = $3 OR ($3 IS NULL AND y.turn IN ('MOVED', 'GAINED', 'LOST', 'LEFT')))"
                                                         " AND y.person_id > $4 ORDER BY y.person_id LIMIT $5",
        P(in->run_id), P(cx->id), P(in->turn), P(in->after == NONE ? 0 : in->after), P(limit + 1)));
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < r.n && i < limit; i++)
        TRY(write_item(cx, in->run_id, &r, i));
    json_end(cx->out);
    json_put_id(cx->out, "next",
                limit > 0 && r.n > limit ? row_int(&r, (int)limit - 1, "person_id") : NONE);
    return OK;
}

enum err match_compare(struct ctx *cx)
{
    const struct compare_input *in = cx->in;

    TRY(check_done(cx, cx->id));
    TRY(check_done(cx, in->run_id));
    json_object(cx->out);
    TRY(write_sums(cx, in));
    TRY(write_items(cx, in));
    json_end(cx->out);
    return OK;
}
