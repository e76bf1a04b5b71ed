/* matching.c — match runs: started, computed outside of any transaction, stored all or none. */
#include "matching/report.h"
#include "matching/run.h"
#include "matching/run_progress.h"

#include "accounts/accounts.h"
#include "platform/journal.h"
#include "platform/log.h"

#include <time.h>

/* --- the record --- */

static const struct choice states[] = {
    { "RUNNING", "计算中", "Running" },
    { "DONE", "已完成", "Done" },
    { "FAILED", "失败", "Failed" },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
#define IN struct match_run_input
static const struct field fields[] = {
    FIELD(IN, home, FIELD_DIVISION, "户籍地范围", "Whose people", .required = true, .sql = "r.home",
          .use = USE_LIST | USE_FILTER | USE_FIXED),
    OUTPUT("home_name", FIELD_TEXT, "户籍地名称", "Whose people, name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = r.home)"),
    FIELD(IN, work, FIELD_DIVISION, "用工地范围", "Whose posts", .required = true, .sql = "r.work",
          .use = USE_LIST | USE_FILTER | USE_FIXED),
    OUTPUT("work_name", FIELD_TEXT, "用工地名称", "Whose posts, name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = r.work)"),
    FIELD(IN, state, FIELD_CHOICE, "状态", "State", .choices = states, .sql = "r.state",
          .use = LISTED | USE_FILTER | USE_DERIVED),
    PARAM(IN, weights, FIELD_JSON, "权重", "Weights", .use = USE_FIXED,
          .help_zh = "名称与分值，未写的用默认值；1 分相当于每月 1 元"),
    PARAM(IN, weights_text, FIELD_TEXT, "所用权重", "Weights used", .use = USE_DERIVED,
          .column = "weights"),
    FIELD(IN, weights_id, FIELD_ID, "权重版本", "Weights version", .sql = "r.weights_id",
          .use = USE_LIST | USE_FIXED, .refers = "match_weights",
          .help_zh = "不填则用该结对最新一版，没有则用默认值"),
    OUTPUT(
        "weights_number", FIELD_INT, "权重版本号", "Weights version, number", .use = LISTED,
        .sql =
            "(SELECT k.number FROM match_weights k WHERE"
            " SCOPE_NOT(match_weights 'number of what a run in scope used') AND k.id = r.weights_id)"),
    OUTPUT("weights_used", FIELD_JSON, "所用权重", "Weights used", .sql = "r.weights"),
    FIELD(IN, previous_id, FIELD_ID, "以哪次为基础", "Begins from", .sql = "r.previous_id",
          .use = USE_LIST | USE_FILTER | USE_FIXED,
          .refers_not = "take_previous(): a done run of the same pairing, in scope",
          .help_zh =
              "已完成的同一结对的匹配：已承诺的保留，其他人尽量不动；未给的权重和条件沿用它的",
          .help_en =
              "a done run of the same pairing: what it promised is kept, others move as little"
              " as may be; weights and conditions are its own unless given"),
    PARAM(IN, constraints, FIELD_JSON, "条件", "Conditions", .use = USE_FIXED,
          .help_zh = "同行、成行人数、各县人数、预留名额、已承诺和不安排的岗位"),
    PARAM(IN, constraints_text, FIELD_TEXT, "所用条件", "Conditions used", .use = USE_DERIVED,
          .column = "constraints"),
    OUTPUT("constraints_used", FIELD_JSON, "所用条件", "Conditions used", .sql = "r.constraints"),
    OUTPUT("constraint_outcome", FIELD_JSON, "条件的影响", "What the conditions did",
           .sql = "r.constraint_outcome"),
    OUTPUT("people", FIELD_INT, "求职人数", "People", .sql = "r.people", .use = LISTED),
    OUTPUT("posts", FIELD_INT, "岗位数", "Posts", .sql = "r.posts", .use = LISTED),
    OUTPUT("seats", FIELD_INT, "名额", "Seats", .sql = "r.seats", .use = LISTED),
    OUTPUT("placed", FIELD_INT, "推荐人数", "Proposed", .sql = "r.placed", .use = LISTED),
    OUTPUT("value", FIELD_INT, "总分", "Points", .sql = "r.value", .use = USE_LIST),
    OUTPUT("bound", FIELD_INT, "总分上限", "Bound", .sql = "r.bound", .use = USE_LIST),
    OUTPUT("milliseconds", FIELD_INT, "用时（毫秒）", "Milliseconds", .sql = "r.milliseconds",
           .use = USE_LIST),
    OUTPUT("progress", FIELD_JSON, "进度", "Progress", .sql = "CAST(NULL AS TEXT)"),
    OUTPUT("failure", FIELD_TEXT, "失败原因", "Failure", .sql = "r.failure", .use = USE_LIST),
    FIELD(IN, user_id, FIELD_ID, "发起人", "Started by", .sql = "r.user_id", .use = USE_DERIVED),
    OUTPUT("user_name", FIELD_TEXT, "发起人姓名", "Started by, name", .use = LISTED,
           .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = r.user_id)"),
    OUTPUT("created_at", FIELD_INSTANT, "发起时间", "Started", .sql = "r.created_at",
           .use = LISTED),
    { 0 },
};

static enum err read_stored(struct ctx *cx, const char *text, const struct json_value **ret)
{
    return text && !*ret ? json_parse(cx, text, strlen(text), ret) : OK;
}

/* A run that begins from another counts and keeps what that one did, unless told otherwise. */
static enum err take_previous(struct ctx *cx, IN *in)
{
    struct rows r;

    if (in->previous_id == NONE)
        return OK;
    TRY(db_rows(cx, &r,
                "SELECT home, work, state, weights, weights_id, constraints FROM match_run r WHERE"
                " SCOPE(match_run r) AND r.id = $1",
                P(in->previous_id)));
    if (r.n == 0)
        return fail_field(cx, "previous_id", "match.previous_unknown", "%s",
                          T("没有这个匹配批次", "there is no such match run"));
    if (row_int(&r, 0, "home") != in->home || row_int(&r, 0, "work") != in->work)
        return hint(cx,
                    fail_field(cx, "previous_id", "match.previous_other", "%s",
                               T("那次匹配的人员或岗位范围不同",
                                 "that run was of other people or other posts")),
                    "%s",
                    T("请选同一户籍地、同一用工地的匹配",
                      "choose a run of the same home and work"));
    if (!str_eq(row_text(&r, 0, "state"), "DONE"))
        return fail_field(cx, "previous_id", "match.not_done", "%s",
                          T("那次匹配尚未完成", "that run is not done"));
    if (!in->weights && in->weights_id == NONE) {
        in->weights_id = row_int(&r, 0, "weights_id");
        in->weights_text = row_text(&r, 0, "weights");
    }
    return read_stored(cx, row_text(&r, 0, "constraints"), &in->constraints);
}

/* Those of the run before, with its estimate, or those chosen. */
static enum err weights_of(struct ctx *cx, IN *in, struct match_weights *ret)
{
    if (in->weights_text)
        return match_weights_read(cx, in->weights_text, ret);
    TRY(match_weights_choose(cx, in, ret));
    return match_estimate_choose(cx, in->home, in->work, ret);
}

static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    const struct match_constraints *constraints;
    struct match_weights w;
    IN *in = input;

    (void)before;
    TRY(match_own_side(cx, in->home));
    TRY(take_previous(cx, in));
    TRY(weights_of(cx, in, &w));
    in->weights_text = match_weights_json(cx->mem, &w);
    TRY(match_constraints_read(cx, in->constraints, &constraints));
    in->constraints_text = match_constraints_text(cx->mem, in->constraints);
    in->state = "RUNNING";
    in->user_id = cx->who.user_id;
    return OK;
}

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const IN *in = input;

    (void)employer_id, (void)person_id;
    *home = in->home;
    *work = in->work;
}

static void show(struct ctx *cx, struct rows *r)
{
    for (int row = 0; row < r->n; row++) {
        struct value *used = match_cell(r, row, "constraints_used_json");
        struct value *outcome = match_cell(r, row, "constraint_outcome_json");

        struct value *progress = match_cell(r, row, "progress_json");
        struct match_progress far;

        if (used && outcome)
            match_cell_put(outcome, match_constraints_told(cx, used->text, outcome->text));
        if (progress && match_progress_find(row_int(r, row, "id"), &far))
            match_cell_put(progress, match_progress_json(cx->mem, &far));
    }
}

const struct record match_run_record = {
    .name = "match_run",
    .zh = "匹配批次",
    .en = "match run",
    .table = "match_run",
    .alias = "r",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .state = "state",
    .states = states,
    .check = check,
    .place = place,
    .show = show,
};

/* --- running --- */

struct job {
    int64_t run_id, version;
    bool is_found;
    struct match_input input;
    struct match_weights weights;
    const struct match_constraints *constraints;
    struct match_again *again;
    const struct match_watch *watch; /* or NULL */
};

static enum err load(struct ctx *cx, void *arg)
{
    struct job *job = arg;
    struct rows r;

    TRY(db_one(cx, &r,
               "SELECT home, work, state, weights, constraints, user_id,"
               " coalesce(previous_id, 0) AS previous_id FROM match_run WHERE"
               " SCOPE_NOT(match_run 'the job takes up runs of all users') AND id = $1",
               P(job->run_id)));
    if (!str_eq(row_text(&r, 0, "state"), "RUNNING"))
        return fail(cx, E_CONFLICT, "match.done", "%s",
                    T("这次匹配已经结束", "the run has already ended"));
    job->input = (struct match_input){ .home = row_int(&r, 0, "home"),
                                       .work = row_int(&r, 0, "work"),
                                       .previous_id = row_int(&r, 0, "previous_id") };
    if (row_int(&r, 0, "user_id") != NONE)
        TRY(account_actor(cx, row_int(&r, 0, "user_id"), &cx->who));
    TRY(match_weights_read(cx, row_text(&r, 0, "weights"), &job->weights));
    TRY(match_constraints_text_read(cx, row_text(&r, 0, "constraints"), &job->constraints));
    TRY(match_load(cx, &job->input));
    return match_again_load(cx, &job->input, &job->again);
}

static int64_t milliseconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum err run(struct ctx *cx, struct job *job)
{
    int64_t start = milliseconds();
    const struct match_constrained *constrained;
    struct match_assignment a;
    struct match_problem problem;

    TRY(db_read(cx, load, job));
    match_again_hide(job->again, &job->input);
    problem = (struct match_problem){ .persons = job->input.persons,
                                      .posts = job->input.posts,
                                      .n_persons = (int32_t)job->input.n_persons,
                                      .n_posts = (int32_t)job->input.n_posts,
                                      .today = cx->today,
                                      .weights = &job->weights,
                                      .start = job->again->start,
                                      .watch = job->watch };
    match_again_assign(cx->mem, job->again, &problem, &a);
    match_again_show(job->again, &job->input, &problem, &a);
    constrained = match_constrain(cx->mem, job->constraints, job->again, &problem, &a);
    return db_write(cx, match_save,
                    &(struct match_save){ .run_id = job->run_id,
                                          .milliseconds = milliseconds() - start,
                                          .input = &job->input,
                                          .problem = &problem,
                                          .assignment = &a,
                                          .constrained = constrained,
                                          .again = job->again });
}

static enum err give_up(struct ctx *cx, void *arg)
{
    const struct job *job = arg;

    return db_exec(cx,
                   "UPDATE match_run SET state = 'FAILED', failure = $1, updated_at = $2,"
                   " version = version + 1 WHERE"
                   " SCOPE_NOT(match_run 'the job ends runs of all users') AND id = $3"
                   " AND state = 'RUNNING'",
                   P(cx->failure.message), P(cx->now), P(job->run_id));
}

enum err match_run_execute(struct ctx *cx, int64_t run_id)
{
    struct job *job = NEW(cx->mem, struct job);
    struct actor who = cx->who;
    enum err err;

    job->run_id = run_id;
    job->watch = match_progress_begin(run_id);
    err = run(cx, job);
    match_progress_end(job->watch);
    cx->who = who;
    if (err != OK && err != E_BUSY && err != E_CONFLICT) {
        struct failure failure = cx->failure;

        if (db_write(cx, give_up, job) == OK)
            cx->failure = failure;
    }
    return err;
}

/* Version 1 is a run nobody has taken up. Taking it up counts the version, so that of several
 * servers one does it. */
static enum err claim(struct ctx *cx, void *arg)
{
    struct job *job = arg;

    TRY(db_exec(cx,
                "UPDATE match_run SET version = version + 1, updated_at = $1 WHERE"
                " SCOPE_NOT(match_run 'the job takes up runs of all users') AND id = $2"
                " AND state = 'RUNNING' AND version = $3",
                P(cx->now), P(job->run_id), P(job->version)));
    if (cx->changed == 0)
        return fail(cx, E_CONFLICT, "match.taken", "%s",
                    T("这次匹配已由别的进程接手", "another process has taken up the run"));
    return OK;
}

struct start {
    IN *in;
    struct job job;
};

static enum err start(struct ctx *cx, void *arg)
{
    struct start *s = arg;

    TRY(record_insert(cx, &match_run_record, s->in, &s->job.run_id));
    s->job.version = 1;
    return claim(cx, &s->job);
}

enum err match_run_now(struct ctx *cx, int64_t home, int64_t work, const char *weights_json,
                       int64_t *ret_run_id)
{
    struct start *s = NEW(cx->mem, struct start);

    assert(!cx->db);
    s->in = NEW(cx->mem, IN);
    fields_clear(fields, s->in);
    s->in->home = home;
    s->in->work = work;
    if (weights_json)
        TRY(json_parse(cx, weights_json, strlen(weights_json), &s->in->weights));
    TRY(db_write(cx, start, s));
    TRY(match_run_execute(cx, s->job.run_id));
    *ret_run_id = s->job.run_id;
    return OK;
}

/* --- in the background --- */

/* A run that waits, or whose process is gone: where one process alone may open the store, that is
 * any, for this thread is not at one now. */
static enum err find_waiting(struct ctx *cx, void *arg)
{
    struct job *job = arg;
    bool is_alone = store_kind(cx->store) == STORE_SQLITE;
    int64_t before = is_alone ? INT64_MAX : cx->now - MATCH_LEASE_SECONDS;
    struct rows r;

    TRY(db_rows(cx, &r,
                "SELECT id, version FROM match_run WHERE"
                " SCOPE_NOT(match_run 'the job takes up runs of all users') AND state = 'RUNNING'"
                " AND (version = 1 OR updated_at < $1) ORDER BY id LIMIT 1",
                P(before)));
    job->is_found = r.n == 1;
    if (job->is_found) {
        job->run_id = row_int(&r, 0, "id");
        job->version = row_int(&r, 0, "version");
    }
    return OK;
}

void match_background(struct store *store)
{
    struct ctx *cx = ctx_new(store, store_now(store));
    struct job job = { .run_id = NONE };
    enum err err;

    ctx_as_system(cx);
    err = db_read(cx, find_waiting, &job);
    if (err == OK && job.is_found) {
        err = db_write(cx, claim, &job);
        if (err == OK)
            err = match_run_execute(cx, job.run_id);
    }
    if (err != OK)
        log_event("match.failed", cx->failure.code);
    ctx_free(cx);
}

/* --- the module --- */

static const struct scoped tables[] = {
    { "match_weights", .home = "home", .work = "work" },
    { "match_retention", .home = "home", .work = "work" },
    { "match_run", .home = "home", .work = "work" },
    { "match_result", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { "match_post", .home = "home", .work = "work", .employer = "employer_id" },
    { 0 },
};

static const struct op ops[] = {
    { "match_runs.list", "GET /match-runs", PERM_MATCH_READ, record_list, "匹配批次列表",
      "Match runs", &match_run_record },
    { "match_runs.get", "GET /match-runs/{id}", PERM_MATCH_READ, record_get, "匹配批次详情",
      "One match run", &match_run_record },
    { "match_runs.history", "GET /match-runs/{id}/history", PERM_MATCH_READ, record_history,
      "变更记录", "Its history", &match_run_record },
    { "match_runs.create", "POST /match-runs", PERM_MATCH_RUN, record_create, "发起匹配",
      "Start matching", &match_run_record },
    { "match_runs.prospect", "GET /match-runs/prospect", PERM_MATCH_RUN, match_prospect,
      "匹配前先看人数和岗位数", "What a run would be made of", .in = match_prospect_fields,
      .in_size = sizeof(struct prospect_input), .out = match_prospect_output },
    { "match_runs.compare", "GET /match-runs/{id}/compare", PERM_MATCH_READ, match_compare,
      "与另一次匹配比较", "Who is placed otherwise than in another run", .in = match_compare_fields,
      .in_size = sizeof(struct compare_input), .out = match_compare_output },
    { "match_runs.since", "GET /match-runs/{id}/since", PERM_MATCH_READ, match_since, "此后的变化",
      "What has changed since a run", .out = match_since_output },
    { "match_runs.parts", "GET /match-runs/parts", PERM_MATCH_READ, match_parts,
      "上级机构发起、本辖区参加的匹配", "Runs of wider offices that one's own took part in",
      .in = match_parts_fields, .in_size = sizeof(struct parts_input), .out = match_parts_output },
    { "match_runs.results", "GET /match-runs/{id}/results", PERM_MATCH_READ, match_run_rows,
      "匹配结果", "Results of a run", &match_result_record },
    { "match_runs.posts", "GET /match-runs/{id}/posts", PERM_MATCH_READ, match_run_rows,
      "各岗位的匹配情况", "What a run made of each post", &match_post_record },
    { "match_runs.why", "GET /match-runs/{id}/why", PERM_MATCH_READ, match_why,
      "为什么没有推荐该岗位", "Why a person was not proposed for a post", .in = match_why_fields,
      .in_size = sizeof(struct why_input), .out = match_why_output },
    { "match_runs.report", "GET /match-runs/{id}/report", PERM_MATCH_READ, match_run_report,
      "匹配的稳定与公平", "How stable and how fair a run is", .in = match_report_fields,
      .in_size = sizeof(struct match_report_ask), .out = match_report_output,
      .flags = OP_DETACHED },
    { "match_weights.list", "GET /match-weights", PERM_MATCH_READ, record_list, "匹配权重",
      "Weights of matching", &match_weights_record },
    { "match_weights.get", "GET /match-weights/{id}", PERM_MATCH_READ, record_get, "一版匹配权重",
      "One version of the weights", &match_weights_record },
    { "match_weights.create", "POST /match-weights", PERM_MATCH_RUN, record_create,
      "新一版匹配权重", "A new version of the weights", &match_weights_record },
    { "match_retentions.list", "GET /match-retentions", PERM_MATCH_READ, record_list, "留存估计",
      "Estimates of retention", &match_retention_record },
    { "match_retentions.get", "GET /match-retentions/{id}", PERM_MATCH_READ, record_get,
      "一版留存估计", "One version of the estimate", &match_retention_record },
    { "match_retentions.train", "POST /match-retentions", PERM_MATCH_RUN, match_retention_train,
      "按台账估计留存", "Estimate retention from the ledger", .in = match_retention_fields,
      .in_size = sizeof(struct retention_ask), .out = match_retention_output,
      .flags = OP_DETACHED },
    { "match_runs.bottlenecks", "GET /match-runs/{id}/bottlenecks", PERM_MATCH_READ,
      match_bottlenecks, "紧缺岗位和主要障碍", "Bottlenecks and what stands in the way",
      .out = match_bottlenecks_output },
    { "match_runs.what_if", "POST /match-runs/{id}/what-if", PERM_MATCH_RUN, match_what_if,
      "如果加薪、增加名额或开班", "What more pay, seats or a class would bring",
      .in = match_what_if_fields, .in_size = sizeof(struct what_if_input),
      .out = match_what_if_output, .flags = OP_DETACHED },
    { "match_results.get", "GET /match-results/{id}", PERM_MATCH_READ, record_get, "匹配结果详情",
      "One result", &match_result_record },
    { "match_results.history", "GET /match-results/{id}/history", PERM_MATCH_READ, record_history,
      "变更记录", "Its history", &match_result_record },
    { "match_results.override", "POST /match-results/{id}/override", PERM_MATCH_RUN,
      match_result_override, "改推荐别的岗位", "Propose another post", &match_result_record,
      .in = match_override_fields, .in_size = sizeof(struct override_input) },
    { 0 },
};

static const struct record *const records[] = { &match_weights_record, &match_retention_record,
                                                &match_run_record,     &match_result_record,
                                                &match_post_record,    NULL };

static const struct background background[] = {
    { "match", match_background, 1000 },
    { 0 },
};

const struct module matching_module = {
    "matching", "人岗匹配", "Matching", ops, tables, records, .background = background,
};
