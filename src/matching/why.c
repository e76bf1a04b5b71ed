/* why.c — "why did she not get that post?": a rule that failed, or what the seat was worth to
 * others (auction.h). Compared with the record as it is now, at the weights and prices of the run.
 */
#include "matching/again.h"
#include "matching/run.h"

const struct field match_why_fields[] = {
    PARAM(struct why_input, person_id, FIELD_ID, "人员", "Person", .required = true,
          .refers = "person"),
    PARAM(struct why_input, post_id, FIELD_ID, "岗位", "Post", .required = true,
          .refers = "job_post"),
    { 0 },
};

static const struct choice outcomes[] = {
    { "PROPOSED", "推荐的就是该岗位", "this post was proposed" },
    { "PERSON_NOT_IN_RUN", "此人没有参加这次匹配（不在求职，或无外出意愿，或不在范围内）",
      "the person took no part in the run (not seeking, not willing, or out of its range)" },
    { "POST_NOT_IN_RUN", "该岗位没有参加这次匹配（未开放，或30天未确认，或已满，或不在范围内）",
      "the post took no part in the run (not open, not confirmed for 30 days, full, or out of its "
      "range)" },
    { "POST_CLOSED", "该岗位已撤回、暂停招聘或到期",
      "the post is withdrawn, suspended or expired" },
    { "FEWER", "该岗位减少了招聘人数", "the post asks for fewer people" },
    { "RULE", "不符合硬性条件", "a rule forbids it" },
    { "WORTHLESS", "得分不高于零：对本人来说不如不去", "no points: staying would be better" },
    { "BETTER", "推荐的岗位对本人更好", "the post proposed is better for the person" },
    { "BY_HAND", "由人工改派到现在的岗位", "the post was changed by hand" },
    { "REFUSED", "本人已谢绝该岗位", "the person has refused this post" },
    { "PROMISED", "名额已留给承诺在先的人（已发邀约，或上次人工确定）",
      "its seats are kept for those they were promised to, by an offer or by hand" },
    { "CONDITION", "因为这次匹配的条件", "a condition of the run" },
    { "CHANGED", "按匹配后更新的资料，该岗位对本人已经合适，请重新匹配",
      "by what has changed since the run the post suits the person: run the matching again" },
    { "FULL", "名额给了更合适的人", "its seats went where they are worth more" },
    { 0 },
};

const struct field match_why_output[] = {
    OUTPUT("outcome", FIELD_CHOICE, "结论", "Outcome", .choices = outcomes),
    OUTPUT("zh", FIELD_TEXT, "说明", "In Chinese"),
    OUTPUT("en", FIELD_TEXT, "英文说明", "In English"),
    OUTPUT("rules", FIELD_JSON, "硬性条件", "Rules"),
    OUTPUT("parts", FIELD_JSON, "得分构成", "Parts of the score"),
    OUTPUT("score", FIELD_INT, "得分", "Score"),
    OUTPUT("price", FIELD_INT, "席位价位", "Price of a seat"),
    OUTPUT("given_post_id", FIELD_ID, "推荐的岗位", "Post proposed"),
    OUTPUT("given_title", FIELD_TEXT, "推荐的岗位名称", "Its title"),
    OUTPUT("given_score", FIELD_INT, "推荐岗位得分", "Its score"),
    OUTPUT("needed", FIELD_INT, "还差分数", "Points short"),
    { 0 },
};

struct why {
    const struct why_input *in;
    int64_t run_id;
    bool is_refused;
    int64_t promised;              /* seats of the post that the run had from the one before */
    struct rows run, result, post; /* the last two may be empty */
    struct match_person person;
    struct match_post target;
    struct match_verdict verdict;
    struct match_score score;
    int64_t price, given, given_score, needed;
    int64_t left; /* what the post proposed leaves her at its price; 0 for none */
};

/* Prices are stored in whole points. */
enum { PRICE_SLACK = 2 };

/* Those seats were in no market and have no price. Results stay as they were stored (version 1)
 * until somebody changes them. */
static enum err count_promised(struct ctx *cx, struct why *w)
{
    struct rows r;

    TRY(db_one(cx, &r,
               "SELECT count(*) AS n FROM match_result m WHERE"
               " SCOPE_NOT(match_result 'only how many') AND m.run_id = $1 AND m.post_id = $2"
               " AND m.version = 1 AND m.state IN ('OFFERED', 'OVERRIDDEN')",
               P(w->run_id), P(w->in->post_id)));
    w->promised = row_int(&r, 0, "n");
    return OK;
}

static enum err load(struct ctx *cx, struct why *w)
{
    TRY(match_load_person(cx, w->in->person_id, &w->person));
    TRY(match_load_post(cx, w->in->post_id, &w->target));
    TRY(match_load_grants(cx, &w->person, 1, &w->target, 1));
    TRY(db_rows(
        cx, &w->run,
        "SELECT weights, constraints, state, previous_id, created_at, SCOPE(match_run r) AS is_mine FROM match_run r WHERE"
        " SCOPE_NOT(match_run 'or the person was in it') AND r.id = $1",
        P(w->run_id)));
    TRY(db_rows(
        cx, &w->result,
        "SELECT m.post_id, m.score, m.state, m.left_out, m.override_reason, (SELECT j.title FROM job_post j WHERE"
        " SCOPE_NOT(job_post 'the result is in scope') AND j.id = m.post_id) AS title,"
        " (SELECT k.price FROM match_post k WHERE"
        " SCOPE_NOT(match_post 'the result is in scope') AND k.run_id = m.run_id"
        " AND k.post_id = m.post_id) AS price FROM match_result m"
        " WHERE SCOPE(match_result m) AND m.run_id = $1 AND m.person_id = $2",
        P(w->run_id), P(w->in->person_id)));
    if (w->run.n == 0 || !str_eq(row_text(&w->run, 0, "state"), "DONE") ||
        (row_int(&w->run, 0, "is_mine") != 1 && w->result.n == 0))
        return fail(cx, E_NOT_FOUND, "match.not_done", "%s",
                    T("没有这次匹配，或尚未完成", "there is no such run, or it is not done"));
    TRY(match_has_refused(cx, w->in->person_id, w->in->post_id, &w->is_refused));
    if (row_int(&w->run, 0, "previous_id") != NONE)
        TRY(count_promised(cx, w));
    return db_rows(cx, &w->post,
                   "SELECT seats, price FROM match_post k WHERE"
                   " SCOPE_NOT(match_post 'the post itself is in scope') AND k.run_id = $1"
                   " AND k.post_id = $2",
                   P(w->run_id), P(w->in->post_id));
}

static enum err compare(struct ctx *cx, struct why *w)
{
    struct match_weights weights;
    struct date day = date_of_instant(row_int(&w->run, 0, "created_at"));

    TRY(match_weights_read(cx, row_text(&w->run, 0, "weights"), &weights));
    if (w->post.n)
        w->target.seats = (int32_t)row_int(&w->post, 0, "seats");
    match_check(&w->person, &w->target, day, &w->verdict);
    match_score(&w->person, &w->target, &weights, &w->score);
    w->price = w->post.n ? row_int(&w->post, 0, "price") : NONE;
    w->given = w->result.n ? row_int(&w->result, 0, "post_id") : NONE;
    w->given_score = w->given == NONE ? NONE : row_int(&w->result, 0, "score");
    if (w->given != NONE)
        w->left = w->given_score - MAX(row_int(&w->result, 0, "price"), 0);
    w->needed = w->price == NONE ? NONE : match_points_short(w->left, w->score.total, w->price);
    return OK;
}

/* At the prices of a run nobody is better off with another post: who is now has a record that
 * changed. With conditions prices say less. */
static bool is_changed(const struct why *w)
{
    return !row_text(&w->run, 0, "constraints") &&
           w->score.total - MAX(w->price, 0) > w->left + PRICE_SLACK;
}

static const char *outcome_of(const struct why *w)
{
    if (w->result.n == 0)
        return "PERSON_NOT_IN_RUN";
    if (w->given == w->in->post_id)
        return "PROPOSED";
    if (w->post.n == 0)
        return "POST_NOT_IN_RUN";
    if (w->is_refused)
        return "REFUSED";
    if (!w->verdict.is_feasible)
        return "RULE";
    if (w->score.total <= 0)
        return "WORTHLESS";
    if (str_eq(row_text(&w->result, 0, "state"), "OVERRIDDEN"))
        return "BY_HAND";
    if (w->given == NONE && row_text(&w->result, 0, "left_out"))
        return "CONDITION";
    if (w->promised > 0 && w->promised >= row_int(&w->post, 0, "seats"))
        return w->given != NONE && w->given_score >= w->score.total ? "BETTER" : "PROMISED";
    if (is_changed(w))
        return "CHANGED";
    return w->given != NONE && w->given_score >= w->score.total ? "BETTER" : "FULL";
}

static const char *sentence(struct ctx *cx, const struct why *w, const char *outcome,
                            enum lang lang)
{
    const char *text = choice_label(outcomes, outcome, lang);

    if (str_eq(outcome, "RULE")) {
        struct str s = str_new(cx->mem);

        for (int i = 0; i < MATCH_RULE_COUNT; i++)
            if (w->verdict.rules[i].outcome == MATCH_FAIL)
                str_addf(&s, "%s%s", s.len ? (lang == LANG_EN ? "; " : "；") : "",
                         match_reason_text(cx->mem, lang, &w->verdict.rules[i]));
        return s.s;
    }
    if (str_eq(outcome, "BY_HAND"))
        return arena_printf(cx->mem, lang == LANG_EN ? "%s: %s" : "%s：%s", text,
                            row_text(&w->result, 0, "override_reason"));
    if (str_eq(outcome, "CONDITION"))
        return arena_printf(cx->mem, lang == LANG_EN ? "%s: %s" : "%s：%s", text,
                            choice_label(match_left_out, row_text(&w->result, 0, "left_out"),
                                         lang));
    if (str_eq(outcome, "BETTER"))
        return arena_printf(cx->mem,
                            lang == LANG_EN ? "%s (%lld points against %lld)"
                                            : "%s（%lld分，该岗位%lld分）",
                            text, (long long)w->given_score, (long long)w->score.total);
    if (str_eq(outcome, "FULL"))
        return arena_printf(
            cx->mem,
            lang == LANG_EN
                ? "%s: %lld points here, a seat is worth %lld to others; %lld points short"
                : "%s：本人得分%lld，一个名额对他人值%lld分，还差%lld分",
            text, (long long)w->score.total, (long long)w->price, (long long)w->needed);
    return text;
}

enum err match_why(struct ctx *cx)
{
    struct why *w = NEW(cx->mem, struct why);
    const char *outcome;

    w->in = cx->in;
    w->run_id = cx->id;
    TRY(load(cx, w));
    TRY(compare(cx, w));
    outcome = outcome_of(w);
    json_object(cx->out);
    json_put_str(cx->out, "outcome", outcome);
    json_put_str(cx->out, "zh", sentence(cx, w, outcome, LANG_ZH));
    json_put_str(cx->out, "en", sentence(cx, w, outcome, LANG_EN));
    json_put_raw(cx->out, "rules",
                 match_reasons_told(cx, match_verdict_json(cx->mem, &w->verdict)));
    json_put_raw(cx->out, "parts", match_reasons_told(cx, match_score_json(cx->mem, &w->score)));
    json_put_int(cx->out, "score", w->score.total);
    json_put_int(cx->out, "price", w->price);
    json_put_id(cx->out, "given_post_id", w->given);
    json_put_str(cx->out, "given_title", w->result.n ? row_text(&w->result, 0, "title") : NULL);
    json_put_int(cx->out, "given_score", w->given_score);
    json_put_int(cx->out, "needed", w->needed);
    json_end(cx->out);
    return OK;
}

/* That there are fewer seats, then what became of those there are. */
static const char *fewer_sentence(struct ctx *cx, const struct why *w, const char *outcome,
                                  const struct match_headcount *fewer, enum lang lang)
{
    bool is_en = lang == LANG_EN;
    const char *rest = str_eq(outcome, "POST_FULL") ? (is_en ? "no seat is free" : "已无空余名额")
                                                    : sentence(cx, w, outcome, lang);

    return arena_printf(cx->mem,
                        is_en ? "the headcount of the post went from %lld down to %lld; %s"
                              : "该岗位招聘人数由%lld减为%lld，%s",
                        (long long)fewer->before, (long long)fewer->after, rest);
}

static enum err take_fewer(struct ctx *cx, const struct match_headcount *post, void *arg)
{
    struct match_headcount *fewer = arg;

    (void)cx;
    if (post->after < post->before)
        *fewer = *post;
    return OK;
}

/* Seats that went to others, or are gone, were more when the run before was started. */
static bool is_of_seats(const struct why *w, const char *outcome)
{
    return str_eq(outcome, "FULL") || str_eq(outcome, "PROMISED") || str_eq(outcome, "POST_FULL") ||
           (str_eq(outcome, "RULE") && w->verdict.rules[MATCH_RULE_SEATS].outcome == MATCH_FAIL);
}

static enum err put_outcome(struct ctx *cx, const struct why *w, int64_t before_id,
                            const char *outcome, struct json *j)
{
    struct match_headcount fewer = { .post_id = NONE };
    bool is_fewer;

    if (is_of_seats(w, outcome))
        TRY(match_each_headcount(cx, before_id, w->run_id, w->in->post_id, take_fewer, &fewer));
    is_fewer = fewer.post_id != NONE;
    if (!is_fewer && str_eq(outcome, "POST_FULL"))
        outcome = "POST_NOT_IN_RUN";
    json_object(j);
    json_put_str(j, "outcome", is_fewer ? "FEWER" : outcome);
    json_put_str(j, "zh",
                 is_fewer ? fewer_sentence(cx, w, outcome, &fewer, LANG_ZH)
                          : sentence(cx, w, outcome, LANG_ZH));
    json_put_str(j, "en",
                 is_fewer ? fewer_sentence(cx, w, outcome, &fewer, LANG_EN)
                          : sentence(cx, w, outcome, LANG_EN));
    json_end(j);
    return OK;
}

/* Of a post that took no part in the run: that, and whether it is closed or full, which those who
 * do not see such posts are told all the same; NULL when it took part. */
static enum err absence(struct ctx *cx, int64_t run_id, int64_t post_id, const char **ret)
{
    struct rows r;
    const char *expires;
    bool is_closed, is_full;

    TRY(db_one(
        cx, &r,
        "SELECT j.state, j.headcount, j.taken, j.expires_on, (SELECT count(*) FROM match_post k WHERE"
        " SCOPE_NOT(match_post 'of a run that is compared in scope') AND k.run_id = $1"
        " AND k.post_id = j.id) AS n FROM job_post j WHERE"
        " SCOPE_NOT(job_post 'the post of a result in scope') AND j.id = $2",
        P(run_id), P(post_id)));
    expires = row_text(&r, 0, "expires_on");
    is_closed = (!str_eq(row_text(&r, 0, "state"), "OPEN") &&
                 !str_eq(row_text(&r, 0, "state"), "FILLED")) ||
                (expires && strcmp(expires, date_text(cx->mem, cx->today)) < 0);
    is_full = row_int(&r, 0, "taken") >= row_int(&r, 0, "headcount");
    *ret = row_int(&r, 0, "n") > 0 ? NULL
           : is_closed             ? "POST_CLOSED"
           : is_full               ? "POST_FULL"
                                   : "POST_NOT_IN_RUN";
    return OK;
}

enum err match_why_put(struct ctx *cx, int64_t run_id, int64_t before_id,
                       const struct why_input *in, struct json *j)
{
    struct why *w = NEW(cx->mem, struct why);
    const char *outcome;
    enum err err;

    w->in = in;
    w->run_id = run_id;
    TRY(absence(cx, run_id, in->post_id, &outcome));
    err = outcome ? OK : load(cx, w);
    if (err == E_NOT_FOUND) {
        json_null(j);
        return OK;
    }
    TRY(err);
    if (!outcome) {
        TRY(compare(cx, w));
        outcome = outcome_of(w);
    }
    return put_outcome(cx, w, before_id, outcome, j);
}
