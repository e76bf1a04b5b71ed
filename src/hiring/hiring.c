/* hiring.c — offers. */
#include "hiring/hiring.h"

#include "hiring/hiring_run.h"
#include "people/people.h"
#include "posts/posts.h"

static const struct choice states[] = {
    { "OFFERED", "待答复", "Offered" },
    { "ACCEPTED", "已接受", "Accepted" },
    { "DECLINED", "已谢绝", "Declined" },
    { "EXPIRED", "已过期", "Expired" },
    { "OBSOLETE", "已在他处就业", "Hired elsewhere" },
    { "CONVERTED", "已上岗", "At work" },
    { 0 },
};

/* Why people refuse. */
static const struct choice decline_reasons[] = {
    { "PAY", "工资低于预期", "Pay below expectation" },
    { "CLIMATE", "气候不适", "Climate" },
    { "FOOD", "饮食不适", "Food" },
    { "DISTANCE", "距离远", "Distance" },
    { "CARE", "需照顾家人", "Care at home" },
    { "SKILL", "技能不适应", "Skill" },
    { "FARMING", "农忙", "Farm work" },
    { "HEALTH", "身体原因", "Health" },
    { "UNWILLING", "被组织，非自愿", "Never wanted to go" },
    { "OTHER", "其他", "Other" },
    { 0 },
};

static enum err settle_person(struct ctx *cx, int64_t person_id, int64_t closed_offer);

static enum err on_accept(struct ctx *cx, const struct rows *before, const char *reason)
{
    int64_t id = row_int(before, 0, "id"), person_id = row_int(before, 0, "person_id");
    struct rows others;

    (void)reason;
    if (strcmp(row_text(before, 0, "expires_on"), date_text(cx->mem, cx->today)) < 0)
        return fail(cx, E_CONFLICT, "offer.expired", "%s",
                    T("录用通知已过期", "the offer has expired"));
    TRY(db_rows(
        cx, &others,
        "SELECT id, post_id FROM offer o WHERE SCOPE_NOT(offer 'a yes to one post closes the offers of all others')"
        " AND o.person_id = $1 AND o.id <> $2 AND o.state = 'OFFERED'",
        P(person_id), P(id)));
    for (int i = 0; i < others.n; i++) {
        TRY(db_exec(
            cx,
            "UPDATE offer SET state = 'OBSOLETE', version = version + 1, updated_at = $1"
            " WHERE SCOPE_NOT(offer 'a yes to one post closes the offers of all others') AND id = $2 AND state = 'OFFERED'",
            P(cx->now), P(row_int(&others, i, "id"))));
        if (cx->changed)
            TRY(post_free_seat(cx, row_int(&others, i, "post_id")));
    }
    TRY(db_exec(cx, "UPDATE offer AS o SET answered_at = $1 WHERE o.id = $2 AND SCOPE(offer o)",
                P(cx->now), P(id)));
    return person_set_situation(cx, person_id, row_int(before, 0, "work"),
                                row_int(before, 0, "employer_id"), "SIGNED_UP");
}

static enum err give_up_seat(struct ctx *cx, const struct rows *before, const char *reason)
{
    TRY(db_exec(
        cx,
        "UPDATE offer AS o SET answered_at = $1, decline_reason = $2 WHERE o.id = $3 AND SCOPE(offer o)",
        P(cx->now), P(reason), P(row_int(before, 0, "id"))));
    TRY(post_free_seat(cx, row_int(before, 0, "post_id")));
    return settle_person(cx, row_int(before, 0, "person_id"), row_int(before, 0, "id"));
}

static const struct transition transitions[] = {
    { "accept", "OFFERED", "ACCEPTED", "接受", "Accept", .rule = on_accept },
    { "decline", "OFFERED|ACCEPTED", "DECLINED", "谢绝", "Decline", .needs_reason = true,
      .rule = give_up_seat },
    { "expire", "OFFERED", "EXPIRED", "作废", "Expire", .rule = give_up_seat },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
#define IN struct offer_input
static const struct field fields[] = {
    FIELD(IN, person_id, FIELD_ID, "人员", "Person", .required = true, .sql = "o.person_id",
          .use = USE_FILTER | USE_FIXED,
          .refers_not = "person_in_reach(): an eastern office offers to whoever is free"),
    OUTPUT(
        "person_name", FIELD_NAME, "姓名", "Name", .use = LISTED,
        .sql =
            "(SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the offer is in scope') AND p.id = o.person_id)"),
    FIELD(IN, post_id, FIELD_ID, "岗位", "Post", .required = true, .sql = "o.post_id",
          .use = USE_FILTER | USE_FIXED, .refers = "job_post"),
    OUTPUT(
        "post_title", FIELD_TEXT, "岗位名称", "Post title", .use = LISTED,
        .sql =
            "(SELECT j.title FROM job_post j WHERE SCOPE_NOT(job_post 'the offer is in scope') AND j.id = o.post_id)"),
    FIELD(IN, employer_id, FIELD_ID, "企业", "Employer", .sql = "o.employer_id",
          .use = USE_FILTER | USE_DERIVED),
    OUTPUT(
        "employer_name", FIELD_TEXT, "企业名称", "Employer name", .use = LISTED,
        .sql =
            "(SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'the offer is in scope') AND e.id = o.employer_id)"),
    FIELD(IN, run_id, FIELD_ID, "匹配批次", "Match run", .sql = "o.run_id",
          .use = USE_FILTER | USE_DERIVED),
    FIELD(IN, home, FIELD_DIVISION, "户籍地", "Domicile", .sql = "o.home",
          .use = USE_FILTER | USE_DERIVED),
    OUTPUT("home_name", FIELD_TEXT, "户籍地名称", "Domicile name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = o.home)"),
    FIELD(IN, work, FIELD_DIVISION, "工作地", "Workplace", .sql = "o.work",
          .use = USE_FILTER | USE_DERIVED),
    FIELD(IN, offered_on, FIELD_DATE, "发出日期", "Offered on", .sql = "o.offered_on",
          .use = LISTED | USE_DERIVED),
    FIELD(IN, expires_on, FIELD_DATE, "答复期限", "Answer by", .sql = "o.expires_on",
          .use = LISTED),
    OUTPUT("decline_reason", FIELD_CHOICE, "谢绝原因", "Declined because",
           .choices = decline_reasons, .sql = "o.decline_reason", .use = LISTED | USE_FILTER),
    FIELD(IN, state, FIELD_CHOICE, "状态", "State", .choices = states, .sql = "o.state",
          .use = LISTED | USE_FILTER | USE_DERIVED),
    { 0 },
};

static bool is_taken(const struct rows *person)
{
    return str_eq(row_text(person, 0, "labour_status"), "EMPLOYED") ||
           str_eq(row_text(person, 0, "labour_status"), "IN_TRANSFER");
}

static enum err check_not_offered(struct ctx *cx, const IN *in)
{
    struct rows r;

    TRY(db_rows(cx, &r,
                "SELECT o.id FROM offer o WHERE o.person_id = $1 AND o.post_id = $2"
                " AND o.state IN ('OFFERED', 'ACCEPTED') AND SCOPE(offer o)",
                P(in->person_id), P(in->post_id)));
    if (r.n == 0)
        return OK;
    return hint(cx,
                fail(cx, E_CONFLICT, "offer.exists", "%s",
                     T("此岗位已通知过此人", "this person has been offered this post")),
                "%s", T("请打开已有的通知处理", "open the offer there is"));
}

/* Everything of an offer but person and post follows from them. */
static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    IN *in = input;
    struct rows person, post;
    bool in_reach;

    if (before)
        return OK;
    TRY(db_rows(cx, &post,
                "SELECT work, employer_id FROM job_post j WHERE j.id = $1 AND SCOPE(job_post j)",
                P(in->post_id)));
    if (post.n == 0)
        return fail_field(cx, "post_id", "post.unknown", "%s",
                          T("没有这个岗位", "there is no such post"));
    TRY(person_in_reach(cx, in->person_id, row_int(&post, 0, "work"), &in_reach));
    if (!in_reach)
        return fail_field(cx, "person_id", "person.unknown", "%s",
                          T("没有这个人员", "there is no such person"));
    TRY(db_one(
        cx, &person,
        "SELECT home, labour_status FROM person p WHERE p.id = $1 AND SCOPE_NOT(person 'she is in reach')",
        P(in->person_id)));
    if (is_taken(&person))
        return fail(cx, E_CONFLICT, "person.employed", "%s",
                    T("此人已在岗或在途", "the person is at work or on the way"));
    TRY(check_not_offered(cx, in));
    in->home = row_int(&person, 0, "home");
    in->work = row_int(&post, 0, "work");
    in->employer_id = row_int(&post, 0, "employer_id");
    in->state = "OFFERED";
    in->offered_on = date_text(cx->mem, cx->today);
    if (!in->expires_on)
        in->expires_on = date_text(cx->mem, date_add_days(cx->today, OFFER_DAYS));
    return post_take_seat(cx, in->post_id);
}

static enum err saved(struct ctx *cx, void *input, int64_t id, bool is_new)
{
    IN *in = input;

    (void)id;
    return is_new ? settle_person(cx, in->person_id, 0) : OK;
}

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const IN *in = input;

    *home = in->home;
    *work = in->work;
    *employer_id = in->employer_id;
    *person_id = in->person_id;
}

const struct record offer_record = {
    .name = "offer",
    .zh = "录用通知",
    .en = "offer",
    .table = "offer",
    .alias = "o",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = transitions,
    .check = check,
    .saved = saved,
    .place = place,
};

/* What a person's live offers make of her: the newest one opens her row to that side. Without any
 * she is seeking again. People at work or on the way are not touched. closed_offer is being closed
 * right now. */
static enum err settle_person(struct ctx *cx, int64_t person_id, int64_t closed_offer)
{
    struct rows person, offers;
    const char *status;

    TRY(db_one(
        cx, &person,
        "SELECT labour_status FROM person WHERE SCOPE_NOT(person 'the offer is in scope') AND id = $1",
        P(person_id)));
    status = row_text(&person, 0, "labour_status");
    if (str_eq(status, "EMPLOYED") || str_eq(status, "IN_TRANSFER"))
        return OK;
    TRY(db_rows(
        cx, &offers,
        "SELECT work, employer_id, state FROM offer o WHERE SCOPE_NOT(offer 'all live offers of one person') AND o.person_id = $1"
        " AND o.id <> $2 AND o.state IN ('OFFERED', 'ACCEPTED') ORDER BY o.state, o.id DESC LIMIT 1",
        P(person_id), P(closed_offer)));
    if (offers.n == 0)
        return person_set_situation(cx, person_id, NONE, NONE, "SEEKING");
    return person_set_situation(cx, person_id, row_int(&offers, 0, "work"),
                                row_int(&offers, 0, "employer_id"),
                                str_eq(row_text(&offers, 0, "state"), "ACCEPTED") ? "SIGNED_UP"
                                                                                  : "MATCHED");
}

enum err offer_make(struct ctx *cx, int64_t person_id, int64_t post_id, int64_t run_id,
                    int64_t *ret_id)
{
    IN *in = NEW(cx->mem, IN);

    fields_clear(fields, in);
    in->person_id = person_id;
    in->post_id = post_id;
    in->run_id = run_id;
    return record_insert(cx, &offer_record, in, ret_id);
}

enum err offer_accept(struct ctx *cx, int64_t id)
{
    return record_move(cx, &offer_record, id, "accept", NULL);
}

enum err offer_convert(struct ctx *cx, int64_t id)
{
    TRY(db_exec(cx,
                "UPDATE offer AS o SET state = 'CONVERTED', version = version + 1, updated_at = $1"
                " WHERE SCOPE(offer o) AND o.id = $2 AND o.state = 'ACCEPTED'",
                P(cx->now), P(id)));
    if (cx->changed == 0)
        return fail(cx, E_CONFLICT, "offer.not_accepted", "%s",
                    T("录用通知尚未被接受", "the offer is not accepted"));
    return OK;
}

static const struct scoped tables[] = {
    { "offer", .home = "home", .work = "work", .employer = "employer_id", .person = "person_id" },
    { 0 },
};

static const struct op ops[] = {
    { "offers.list", "GET /offers", PERM_OFFER_READ, record_list, "录用通知列表", "Offers",
      &offer_record },
    { "offers.export", "GET /offers/export", PERM_EXPORT, record_export, "导出录用通知",
      "Export offers", &offer_record, .flags = OP_FILE | OP_DETACHED },
    { "offers.get", "GET /offers/{id}", PERM_OFFER_READ, record_get, "录用通知详情", "One offer",
      &offer_record },
    { "offers.history", "GET /offers/{id}/history", PERM_OFFER_READ, record_history, "变更记录",
      "Its history", &offer_record },
    { "offers.create", "POST /offers", PERM_OFFER_WRITE, record_create, "发出录用通知",
      "Offer a post", &offer_record },
    { "offers.accept", "POST /offers/{id}/accept", PERM_OFFER_ANSWER, record_event, "接受",
      "Accept", &offer_record },
    { "offers.decline", "POST /offers/{id}/decline", PERM_OFFER_ANSWER, record_event, "谢绝",
      "Decline", &offer_record },
    { "offers.expire", "POST /offers/{id}/expire", PERM_OFFER_WRITE, record_event, "作废", "Expire",
      &offer_record },
    { "offers.of_run", "POST /match-runs/{id}/offers", PERM_OFFER_WRITE, offers_of_run,
      "给推荐人员发录用通知", "Offer what a match run proposed", .in = offers_of_run_fields,
      .in_size = sizeof(struct offers_input), .out = offers_of_run_output, .flags = OP_DETACHED,
      .when = "state=DONE" },
    { 0 },
};

static const struct record *const records[] = { &offer_record, NULL };

const struct module hiring_module = { "hiring", "录用", "Hiring", ops, tables, records };
