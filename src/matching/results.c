/* results.c — what a run proposed, read and corrected.
 *
 * Who may see the person sees all of a result. Others who may see the result, the east before an
 * offer, get what SCOPE(person) leaves: no name, no reasons (they tell wishes and home), the county
 * in place of the village, the decade of birth. */
#include "matching/run.h"

#include "people/codes.h"
#include "platform/journal.h"
#include "posts/posts.h"

static const struct choice states[] = {
    { "PROPOSED", "已推荐", "Proposed" },
    { "UNPLACED", "未推荐", "Not proposed" },
    { "OVERRIDDEN", "人工改派", "Changed by hand" },
    { "OFFERED", "已发录用通知", "Offered" },
    { 0 },
};

#define SEEN "EXISTS (SELECT 1 FROM person p WHERE SCOPE(person p) AND p.id = m.person_id)"
#define HOME "CASE WHEN " SEEN " THEN m.home ELSE m.home / 1000000 * 1000000 END"
#define OF_PERSON(expression)                                                     \
    "(SELECT " expression                                                         \
    " FROM person p WHERE SCOPE_NOT(person 'reduced form: sex, decade of birth')" \
    " AND p.id = m.person_id)"
#define OF_POST(id, expression)                                                                 \
    "(SELECT " expression " FROM job_post j WHERE SCOPE_NOT(job_post 'the result is in scope')" \
    " AND j.id = m." id ")"
#define OF_RUN_POST(id, column)                                                                   \
    "(SELECT k." column " FROM match_post k WHERE SCOPE_NOT(match_post 'the result is in scope')" \
    " AND k.run_id = m.run_id AND k.post_id = m." id ")"

#define LISTED (USE_LIST | USE_EXPORT)
static const struct field fields[] = {
    OUTPUT("run_id", FIELD_ID, "匹配批次", "Match run", .sql = "m.run_id", .use = USE_FILTER),
    OUTPUT("person_id", FIELD_ID, "人员", "Person", .sql = "m.person_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("person_name", FIELD_NAME, "姓名", "Name", .use = LISTED | USE_SEARCH,
           .sql = "(SELECT p.name FROM person p WHERE SCOPE(person p) AND p.id = m.person_id)"),
    OUTPUT("sex", FIELD_CHOICE, "性别", "Sex", .choices = sexes, .use = LISTED,
           .sql = OF_PERSON("p.sex")),
    OUTPUT("born", FIELD_TEXT, "出生年代", "Decade of birth", .use = LISTED,
           .sql = OF_PERSON("substr(p.birth, 1, 3) || '0'")),
    OUTPUT("home", FIELD_DIVISION, "户籍地", "Domicile", .sql = HOME, .use = USE_LIST | USE_FILTER),
    OUTPUT("home_name", FIELD_TEXT, "户籍地名称", "Domicile name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = " HOME ")"),
    OUTPUT("wish", FIELD_TEXT, "意向工种", "Wished occupations", .use = LISTED,
           .sql = "(SELECT i.occupations FROM job_intention i WHERE"
                  " SCOPE_NOT(job_intention 'reduced form: occupation wished')"
                  " AND i.person_id = m.person_id ORDER BY i.id DESC LIMIT 1)"),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = states, .sql = "m.state",
           .use = LISTED | USE_FILTER),
    OUTPUT("post_id", FIELD_ID, "岗位", "Post", .sql = "m.post_id", .use = USE_LIST | USE_FILTER),
    OUTPUT("post_title", FIELD_TEXT, "岗位名称", "Post title", .use = LISTED,
           .sql = OF_POST("post_id", "j.title")),
    OUTPUT("employer_id", FIELD_ID, "企业", "Employer", .sql = "m.employer_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("employer_name", FIELD_TEXT, "企业名称", "Employer name", .use = LISTED,
           .sql = "(SELECT e.name FROM employer e WHERE"
                  " SCOPE_NOT(employer 'the result is in scope') AND e.id = m.employer_id)"),
    OUTPUT("work_name", FIELD_TEXT, "用工地名称", "Workplace name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = m.work)"),
    OUTPUT("score", FIELD_INT, "得分", "Score", .sql = "m.score", .use = LISTED),
    OUTPUT("reasons", FIELD_JSON, "理由", "Reasons", .use = USE_LIST,
           .sql = "CASE WHEN " SEEN " THEN m.reasons END"),
    OUTPUT("price", FIELD_INT, "席位价位", "Price of a seat",
           .sql = OF_RUN_POST("post_id", "price")),
    OUTPUT("runner_up_post_id", FIELD_ID, "次选岗位", "Runner-up post", .use = USE_LIST,
           .sql = "CASE WHEN " SEEN " THEN m.runner_up_post_id END"),
    OUTPUT("runner_up_title", FIELD_TEXT, "次选岗位名称", "Runner-up post title", .use = LISTED,
           .sql = "CASE WHEN " SEEN " THEN " OF_POST("runner_up_post_id", "j.title") " END"),
    OUTPUT("runner_up_employer_name", FIELD_TEXT, "次选岗位企业", "Runner-up post, employer",
           .sql = "CASE WHEN " SEEN " THEN (SELECT e.name FROM employer e WHERE"
                  " SCOPE_NOT(employer 'the result is in scope') AND e.id = " OF_POST(
                      "runner_up_post_id", "j.employer_id") ") END"),
    OUTPUT("runner_up_score", FIELD_INT, "次选得分", "Runner-up score", .use = LISTED,
           .sql = "CASE WHEN " SEEN " THEN m.runner_up_score END"),
    OUTPUT("runner_up_reasons", FIELD_JSON, "次选理由", "Reasons for the runner-up",
           .sql = "CASE WHEN " SEEN " THEN m.runner_up_reasons END"),
    OUTPUT("runner_up_price", FIELD_INT, "次选席位价位", "Price of a seat there",
           .sql = "CASE WHEN " SEEN " THEN " OF_RUN_POST("runner_up_post_id", "price") " END"),
    /* Made of the others in show(). */
    OUTPUT("change", FIELD_JSON, "如何才会改变", "What would have to change",
           .sql = "CAST(NULL AS TEXT)"),
    OUTPUT("candidates", FIELD_INT, "可选岗位数", "Posts considered", .sql = "m.candidates",
           .use = LISTED),
    OUTPUT("left_out", FIELD_CHOICE, "因何未安排", "Left out because", .choices = match_left_out,
           .sql = "CASE WHEN " SEEN " THEN m.left_out END", .use = LISTED | USE_FILTER),
    OUTPUT("left_out_by", FIELD_INT, "第几项条件", "By which condition",
           .sql = "CASE WHEN " SEEN " THEN m.left_out_by END", .use = USE_LIST | USE_FILTER),
    OUTPUT("override_reason", FIELD_TEXT, "改派理由", "Changed because", .sql = "m.override_reason",
           .use = LISTED),
    { 0 },
};

/* --- telling --- */

struct value *match_cell(const struct rows *r, int row, const char *name)
{
    for (int c = 0; c < r->columns; c++)
        if (str_eq(r->names[c], name))
            return &r->cells[(size_t)row * (size_t)r->columns + (size_t)c];
    return NULL;
}

void match_cell_put(struct value *v, const char *text)
{
    *v = (struct value){ .type = text ? VALUE_TEXT : VALUE_NULL,
                         .text = text,
                         .len = text ? strlen(text) : 0 };
}

static const char *change_told(struct ctx *cx, const struct rows *r, int row)
{
    int64_t score = row_int(r, row, "score"), price = row_int(r, row, "price");
    int64_t other = row_int(r, row, "runner_up_score"), points;
    const char *title = row_text(r, row, "runner_up_title");
    struct json *j;

    if (other == NONE || !title)
        return NULL;
    points = match_points_short(score == NONE ? 0 : score - MAX(price, 0), other,
                                row_int(r, row, "runner_up_price"));
    j = json_new(cx->mem);
    json_object(j);
    json_put_int(j, "points", points);
    json_put_str(j, "zh", match_change_text(cx->mem, LANG_ZH, title, points));
    json_put_str(j, "en", match_change_text(cx->mem, LANG_EN, title, points));
    json_end(j);
    return json_text(j);
}

static void show(struct ctx *cx, struct rows *r)
{
    static const char *const stored[] = { "reasons_json", "runner_up_reasons_json" };

    for (int row = 0; row < r->n; row++) {
        for (size_t i = 0; i < ARRAY_LEN(stored); i++) {
            struct value *v = match_cell(r, row, stored[i]);

            if (v && v->type == VALUE_TEXT)
                match_cell_put(v, match_reasons_told(cx, v->text));
        }
        if (match_cell(r, row, "change_json"))
            match_cell_put(match_cell(r, row, "change_json"), change_told(cx, r, row));
    }
}

const struct record match_result_record = {
    .name = "match_result",
    .zh = "匹配结果",
    .en = "match result",
    .table = "match_result",
    .alias = "m",
    .fields = fields,
    .order = "-id",
    .state = "state",
    .states = states,
    .show = show,
};

enum err match_run_seen(struct ctx *cx, int64_t run_id)
{
    struct rows run, own;

    TRY(db_rows(cx, &run, "SELECT 1 AS n FROM match_run r WHERE SCOPE(match_run r) AND r.id = $1",
                P(run_id)));
    TRY(db_rows(cx, &own,
                "SELECT 1 AS n FROM match_result m WHERE SCOPE(match_result m) AND m.run_id = $1"
                " LIMIT 1",
                P(run_id)));
    if (run.n == 0 && own.n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                    T("没有这个匹配批次", "there is no such match run"));
    return OK;
}

enum err match_run_rows(struct ctx *cx)
{
    TRY(match_run_seen(cx, cx->id));
    cx->query = arena_printf(cx->mem, "%s%srun_id=%lld", cx->query ? cx->query : "",
                             cx->query && *cx->query ? "&" : "", (long long)cx->id);
    return record_list(cx);
}

/* --- posts of a run --- */

#define OF_ITS_POST(expression)                                                              \
    "(SELECT " expression " FROM job_post j WHERE SCOPE_NOT(job_post 'the run is in scope')" \
    " AND j.id = k.post_id)"

static const struct field post_fields[] = {
    OUTPUT("run_id", FIELD_ID, "匹配批次", "Match run", .sql = "k.run_id", .use = USE_FILTER),
    OUTPUT("post_id", FIELD_ID, "岗位", "Post", .sql = "k.post_id", .use = USE_LIST | USE_FILTER),
    OUTPUT("post_title", FIELD_TEXT, "岗位名称", "Post title", .use = LISTED | USE_SEARCH,
           .sql = OF_ITS_POST("j.title")),
    OUTPUT("demand", FIELD_CHOICE, "违规要求", "Unlawful demand", .use = LISTED,
           .choices = post_demands, .sql = OF_ITS_POST(POST_DEMAND)),
    OUTPUT("employer_id", FIELD_ID, "企业", "Employer", .sql = "k.employer_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("employer_name", FIELD_TEXT, "企业名称", "Employer name", .use = LISTED | USE_SEARCH,
           .sql = "(SELECT e.name FROM employer e WHERE"
                  " SCOPE_NOT(employer 'the run is in scope') AND e.id = k.employer_id)"),
    OUTPUT("work_name", FIELD_TEXT, "用工地名称", "Workplace name", .use = LISTED | USE_SEARCH,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = k.work)"),
    OUTPUT("pay_low_fen", FIELD_MONEY, "最低月薪", "Lowest pay a month", .use = LISTED,
           .sql = OF_ITS_POST("j.pay_low_fen")),
    OUTPUT("pay_high_fen", FIELD_MONEY, "最高月薪", "Highest pay a month", .use = LISTED,
           .sql = OF_ITS_POST("j.pay_high_fen")),
    OUTPUT("seats", FIELD_INT, "名额", "Seats", .sql = "k.seats", .use = LISTED | USE_SORT),
    OUTPUT("placed", FIELD_INT, "推荐人数", "Proposed", .use = LISTED,
           .sql = "(SELECT count(*) FROM match_result m WHERE"
                  " SCOPE_NOT(match_result 'how many, of a post in scope')"
                  " AND m.run_id = k.run_id AND m.post_id = k.post_id)"),
    OUTPUT("queue", FIELD_INT, "首选人数", "Best post of", .sql = "k.queue",
           .use = LISTED | USE_SORT),
    OUTPUT("price", FIELD_INT, "席位价位", "Price of a seat", .sql = "k.price",
           .use = LISTED | USE_SORT, .help_zh = "再多一个名额最多能增加的总分",
           .help_en = "what one more seat would have added at most"),
    { 0 },
};

const struct record match_post_record = {
    .name = "match_post",
    .zh = "岗位匹配情况",
    .en = "post in a run",
    .table = "match_post",
    .alias = "k",
    .fields = post_fields,
    .order = "-price",
    .has_no_version = true,
};

/* --- changing by hand --- */

const struct field match_override_fields[] = {
    PARAM(struct override_input, post_id, FIELD_ID, "改推荐的岗位", "Post", .required = true,
          .refers = "job_post"),
    PARAM(struct override_input, reason, FIELD_TEXT, "理由", "Reason", .required = true,
          .max = 200),
    { 0 },
};

/* The rules stand for people too; only the points may be overruled. */
static enum err check_rules(struct ctx *cx, const struct match_person *person,
                            const struct match_post *post)
{
    struct match_verdict verdict;

    match_check(person, post, cx->today, &verdict);
    for (int i = 0; i < MATCH_RULE_COUNT; i++)
        if (verdict.rules[i].outcome == MATCH_FAIL)
            return hint(cx,
                        fail(cx, E_CONFLICT, "match.rule", T("不能推荐：%s", "not possible: %s"),
                             match_rule_name((enum match_code)i, cx->lang)),
                        "%s",
                        T("硬性条件不能改派；资料有误请先更正",
                          "rules cannot be overruled; correct the record if it is wrong"));
    return OK;
}

static enum err check_seats(struct ctx *cx, int64_t run_id, int64_t result_id,
                            const struct match_post *post)
{
    struct rows r;

    TRY(db_one(cx, &r,
               "SELECT count(*) AS n FROM match_result m WHERE"
               " SCOPE_NOT(match_result 'seats are counted over all proposals')"
               " AND m.run_id = $1 AND m.post_id = $2 AND m.id <> $3"
               " AND m.state IN ('PROPOSED', 'OVERRIDDEN')",
               P(run_id), P(post->id), P(result_id)));
    if (row_int(&r, 0, "n") >= post->seats)
        return hint(cx,
                    fail(cx, E_CONFLICT, "match.full", "%s",
                         T("该岗位的名额已全部推荐给他人", "all seats of the post are proposed")),
                    "%s", T("请先改派其中一人", "move one of those people first"));
    return OK;
}

static enum err store_override(struct ctx *cx, const struct rows *before,
                               const struct match_post *post, const struct match_score *score,
                               const char *reason)
{
    int64_t id = row_int(before, 0, "id"), had = row_int(before, 0, "post_id");

    TRY(db_exec(
        cx,
        "UPDATE match_result AS m SET post_id = $1, work = $2, employer_id = $3, score = $4,"
        " reasons = $5, state = 'OVERRIDDEN', override_reason = $6, updated_at = $7,"
        " version = version + 1 WHERE SCOPE(match_result m) AND m.id = $8",
        P(post->id), P(post->work), P(post->employer->id), P(score->total),
        P(match_score_json(cx->mem, score)), P(reason), P(cx->now), P(id)));
    return journal_append(
        cx,
        &(struct journal_entry){
            .kind = "match_result",
            .record_id = id,
            .action = "override",
            .before = had == NONE ? "{\"post_id\":null}"
                                  : arena_printf(cx->mem, "{\"post_id\":\"%lld\"}", (long long)had),
            .after = arena_printf(cx->mem, "{\"post_id\":\"%lld\",\"state\":\"OVERRIDDEN\"}",
                                  (long long)post->id),
            .reason = reason,
            .home = row_int(before, 0, "home"),
            .work = post->work,
            .employer_id = post->employer->id,
            .person_id = row_int(before, 0, "person_id") });
}

enum err match_result_override(struct ctx *cx)
{
    const struct override_input *in = cx->in;
    struct match_person person;
    struct match_post post;
    struct match_weights weights;
    struct match_score score;
    struct rows before, run;

    TRY(record_load(cx, &match_result_record, cx->id, &before));
    if (cx->version != NONE && cx->version != row_int(&before, 0, "version"))
        return fail(cx, E_STALE, "record.stale", "%s",
                    T("此结果刚被他人修改，请刷新", "somebody has just changed this: reload"));
    if (str_eq(row_text(&before, 0, "state"), "OFFERED"))
        return fail(cx, E_CONFLICT, "match.not_proposed", "%s",
                    T("已发录用通知，不能改派", "an offer was made of it already"));
    TRY(match_load_person(cx, row_int(&before, 0, "person_id"), &person));
    TRY(match_load_post(cx, in->post_id, &post));
    TRY(match_load_grants(cx, &person, 1, &post, 1));
    TRY(check_rules(cx, &person, &post));
    TRY(check_seats(cx, row_int(&before, 0, "run_id"), cx->id, &post));
    TRY(db_one(cx, &run,
               "SELECT weights FROM match_run WHERE"
               " SCOPE_NOT(match_run 'the result is in scope') AND id = $1",
               P(row_int(&before, 0, "run_id"))));
    TRY(match_weights_read(cx, row_text(&run, 0, "weights"), &weights));
    match_score(&person, &post, &weights, &score);
    TRY(store_override(cx, &before, &post, &score, in->reason));
    return record_get(cx);
}

/* --- for making offers --- */

enum err match_proposals(struct ctx *cx, int64_t run_id, int64_t after, int most, struct rows *ret)
{
    return db_rows(cx, ret,
                   "SELECT m.id, m.person_id, m.post_id FROM match_result m WHERE"
                   " SCOPE(match_result m) AND m.run_id = $1 AND m.id > $2"
                   " AND m.state IN ('PROPOSED', 'OVERRIDDEN') ORDER BY m.id LIMIT $3",
                   P(run_id), P(after), P(most));
}

enum err match_result_offered(struct ctx *cx, int64_t result_id)
{
    TRY(db_exec(cx,
                "UPDATE match_result AS m SET state = 'OFFERED', updated_at = $1,"
                " version = version + 1 WHERE SCOPE(match_result m) AND m.id = $2"
                " AND m.state IN ('PROPOSED', 'OVERRIDDEN')",
                P(cx->now), P(result_id)));
    if (cx->changed == 0)
        return fail(cx, E_CONFLICT, "match.not_proposed", "%s",
                    T("该结果已不是推荐状态", "it is no proposal any more"));
    return OK;
}
