/* placements.c — stretches of work. */
#include "placements/placements.h"

#include "hiring/hiring.h"
#include "matching/matching.h"
#include "people/people.h"
#include "placements/months_ops.h"
#include "platform/journal.h"

static const struct choice channels[] = {
    { "ORGANISED", "政府组织", "Organised", "政府组织点对点|有组织|组织输转" },
    { "STATION", "劳务工作站", "Labour station", "工作站" },
    { "BROKER", "劳务经纪人", "Labour broker", "经纪人" },
    { "AGENCY", "人力资源机构", "HR agency", "中介" },
    { "DIRECT", "企业直招", "Hired directly", "直招" },
    { "KIN", "亲友带动", "Through kin", "以老带新|亲友介绍" },
    { "SELF", "自发", "On her own", "自主外出|自行" },
    { 0 },
};
static const struct choice forms[] = {
    { "EMPLOYER", "单位就业", "With an employer" },
    { "FLEXIBLE", "灵活就业", "Flexible" },
    { "SELF_EMPLOYED", "自主创业", "Self-employed", "个体工商" },
    { "PUBLIC_WELFARE", "公益性岗位", "Public-welfare post" },
    { "WORKSHOP", "帮扶车间", "Assistance workshop" },
    { 0 },
};
static const struct choice states[] = {
    { "ACTIVE", "在岗", "At work" },
    { "ENDED", "已离岗", "Ended" },
    { "DISPUTED", "有争议", "Disputed" },
    { 0 },
};

/* Why a stretch of work ended. */
const struct choice end_reasons[] = {
    { "PAY", "收入低于预期", "Pay below expectation" },
    { "CLIMATE_FOOD", "不适应气候饮食", "Climate and food" },
    { "HOMESICK", "想家/照顾老人孩子", "Home and care" },
    { "FARMING", "农忙", "Farm work" },
    { "HEALTH", "疾病/工伤", "Illness or injury" },
    { "SKILL", "技能不适岗", "Skill" },
    { "LODGING", "食宿不满", "Board and lodging" },
    { "ARREARS", "工资拖欠", "Unpaid wages" },
    { "DISMISSED", "被辞退", "Dismissed" },
    { "TERM", "合同到期", "End of contract" },
    { "CLOSURE", "企业停产", "Employer stopped" },
    { "SCHOOL_ARMY", "升学参军", "School or army" },
    { "REPOSTED", "转岗", "Re-posted" },
    { "FAMILY", "结婚生育", "Marriage or birth" },
    { "LOST_CONTACT", "失联", "Lost contact" },
    { "DEATH", "死亡", "Death" },
    { "OTHER", "其他", "Other" },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
#define IN struct placement_input
static const struct field fields[] = {
    FIELD(IN, person_id, FIELD_ID, "人员", "Person", .required = true, .sql = "a.person_id",
          .use = USE_FILTER | USE_FIXED,
          .refers_not = "person_in_reach(): an eastern office brings whoever is free"),
    OUTPUT(
        "person_name", FIELD_NAME, "姓名", "Name", .use = LISTED,
        .sql =
            "(SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the placement is in scope') AND p.id = a.person_id)"),
    FIELD(IN, employer_id, FIELD_ID, "务工单位", "Employer", .required = true,
          .sql = "a.employer_id", .use = USE_FILTER | USE_FIXED, .refers = "employer"),
    OUTPUT(
        "employer_name", FIELD_TEXT, "单位名称", "Employer name", .use = LISTED,
        .sql =
            "(SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'the placement is in scope') AND e.id = a.employer_id)"),
    FIELD(IN, post_id, FIELD_ID, "岗位", "Post", .sql = "a.post_id", .use = USE_FILTER | USE_FIXED,
          .refers_not = "one of the employer, who is in scope; it may be closed by now"),
    FIELD(IN, offer_id, FIELD_ID, "录用通知", "Offer", .sql = "a.offer_id", .use = USE_FIXED,
          .refers = "offer"),
    FIELD(IN, previous_id, FIELD_ID, "转自", "Re-posted from", .sql = "a.previous_id",
          .use = USE_FIXED, .refers = "placement"),
    FIELD(IN, home, FIELD_DIVISION, "户籍地", "Domicile", .sql = "a.home",
          .use = USE_FILTER | USE_DERIVED),
    OUTPUT("home_name", FIELD_TEXT, "户籍地名称", "Domicile name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = a.home)"),
    FIELD(IN, work, FIELD_DIVISION, "务工地", "Workplace", .sql = "a.work",
          .use = USE_FILTER | USE_FIXED),
    OUTPUT("work_name", FIELD_TEXT, "务工地名称", "Workplace name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = a.work)"),
    FIELD(IN, channel, FIELD_CHOICE, "组织方式", "Channel", .choices = channels, .sql = "a.channel",
          .use = LISTED | USE_FILTER),
    FIELD(IN, employment_form, FIELD_CHOICE, "就业形式", "Form", .choices = forms,
          .sql = "a.employment_form", .use = USE_FILTER | USE_EXPORT),
    FIELD(IN, is_reserved, FIELD_BOOL, "定向岗位", "Reserved post", .sql = "a.is_reserved",
          .use = LISTED | USE_FILTER),
    FIELD(IN, start_on, FIELD_DATE, "上岗日期", "Started", .required = true, .sql = "a.start_on",
          .use = LISTED | USE_FILTER | USE_SORT),
    OUTPUT("end_on", FIELD_DATE, "最后在岗日", "Last day", .sql = "a.end_on",
           .use = LISTED | USE_FILTER),
    OUTPUT("end_reason", FIELD_CHOICE, "离岗原因", "Ended because", .choices = end_reasons,
           .sql = "a.end_reason", .use = LISTED | USE_FILTER),
    FIELD(IN, wage_fen, FIELD_MONEY, "约定月薪", "Agreed wage", .min = 0, .max = 10000000,
          .sql = "a.wage_fen", .use = LISTED),
    FIELD(IN, contract_until, FIELD_DATE, "合同到期", "Contract until", .sql = "a.contract_until",
          .use = USE_EXPORT),
    FIELD(IN, state, FIELD_CHOICE, "状态", "State", .choices = states, .sql = "a.state",
          .use = LISTED | USE_FILTER | USE_DERIVED),
    { 0 },
};

/* No two stretches of one person share a day. */
static enum err check_overlap(struct ctx *cx, const IN *in)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT id, end_on FROM placement a WHERE SCOPE_NOT(placement 'a person works in one place at a time, whoever recorded it')"
        " AND a.person_id = $1 AND (a.end_on IS NULL OR a.end_on >= $2) LIMIT 1",
        P(in->person_id), P(in->start_on)));
    if (r.n == 0)
        return OK;
    if (!row_text(&r, 0, "end_on"))
        return fail(cx, E_CONFLICT, "placement.open", "%s",
                    T("此人还有一段未结束的就业", "the person has a placement that has not ended"));
    return fail(cx, E_CONFLICT, "placement.overlap", "%s",
                T("与另一段就业的日期重叠", "the dates overlap another placement"));
}

/* The offer, post and former placement that it comes from are of the same person and employer. */
static enum err check_origin(struct ctx *cx, const IN *in)
{
    struct rows r;

    TRY(db_one(
        cx, &r,
        "SELECT (SELECT count(*) FROM offer o WHERE SCOPE(offer o) AND o.id = $1 AND o.person_id = $4 AND o.employer_id = $5) AS offers,"
        " (SELECT count(*) FROM job_post j WHERE SCOPE_NOT(job_post 'a post of the employer, who is in scope') AND j.id = $2 AND j.employer_id = $5) AS posts,"
        " (SELECT count(*) FROM placement a WHERE SCOPE(placement a) AND a.id = $3 AND a.person_id = $4) AS placements",
        P(in->offer_id), P(in->post_id), P(in->previous_id), P(in->person_id), P(in->employer_id)));
    if (in->offer_id != NONE && row_int(&r, 0, "offers") == 0)
        return fail_field(cx, "offer_id", "offer.unknown", "%s",
                          T("此人在该企业没有这份录用通知",
                            "the person has no such offer of this employer"));
    if (in->post_id != NONE && row_int(&r, 0, "posts") == 0)
        return fail_field(cx, "post_id", "post.unknown", "%s",
                          T("该企业没有这个岗位", "the employer has no such post"));
    if (in->previous_id != NONE && row_int(&r, 0, "placements") == 0)
        return fail_field(cx, "previous_id", "placement.unknown", "%s",
                          T("此人没有这段就业", "the person has no such placement"));
    return OK;
}

static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    IN *in = input;
    struct rows person, employer;
    bool in_reach = false;

    if (before)
        return OK;
    TRY(db_rows(cx, &employer, "SELECT work FROM employer e WHERE SCOPE(employer e) AND e.id = $1",
                P(in->employer_id)));
    if (employer.n && in->work == NONE)
        in->work = row_int(&employer, 0, "work");
    if (employer.n)
        TRY(person_in_reach(cx, in->person_id, in->work, &in_reach));
    if (!in_reach)
        return fail_field(cx, employer.n ? "person_id" : "employer_id", "record.not_found", "%s",
                          T("没有这个人员或企业", "there is no such person or employer"));
    TRY(db_one(
        cx, &person,
        "SELECT home, birth FROM person p WHERE p.id = $1 AND SCOPE_NOT(person 'she is in reach')",
        P(in->person_id)));
    TRY(check_origin(cx, in));
    in->home = row_int(&person, 0, "home");
    in->state = "ACTIVE";
    if (!in->channel)
        in->channel = "SELF";
    if (!in->employment_form)
        in->employment_form = "EMPLOYER";
    if (in->is_reserved == NONE)
        in->is_reserved = 0;
    if (date_compare(date_of_text(in->start_on), date_add_days(cx->today, 31)) > 0)
        return fail_field(cx, "start_on", "date.future", "%s",
                          T("上岗日期太靠后", "the start lies too far ahead"));
    if (date_compare(date_of_text(in->start_on),
                     date_add_months(date_of_text(row_text(&person, 0, "birth")), 16 * 12)) < 0)
        return fail_field(cx, "start_on", "age.under_16", "%s",
                          T("上岗时未满 16 周岁", "under 16 years at the start"));
    return check_overlap(cx, in);
}

static enum err saved(struct ctx *cx, void *input, int64_t id, bool is_new)
{
    IN *in = input;

    (void)id;
    if (!is_new)
        return OK;
    if (in->offer_id != NONE)
        TRY(offer_convert(cx, in->offer_id));
    return person_set_situation(cx, in->person_id, in->work, in->employer_id, "EMPLOYED");
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

const struct record placement_record = {
    .name = "placement",
    .zh = "就业",
    .en = "placement",
    .table = "placement",
    .alias = "a",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .state = "state",
    .states = states,
    .check = check,
    .saved = saved,
    .place = place,
};

enum err placement_start(struct ctx *cx, struct placement_input *in, int64_t *ret_id)
{
    return record_insert(cx, &placement_record, in, ret_id);
}

enum err placement_end(struct ctx *cx, int64_t id, const char *end_on, const char *reason)
{
    struct rows row;

    TRY(record_load(cx, &placement_record, id, &row));
    if (row_text(&row, 0, "end_on"))
        return fail(cx, E_CONFLICT, "placement.ended", "%s",
                    T("这段就业已结束", "the placement has already ended"));
    if (strcmp(end_on, row_text(&row, 0, "start_on")) < 0)
        return fail_field(cx, "end_on", "dates.order", "%s",
                          T("最后在岗日早于上岗日", "the last day lies before the first"));
    if (date_compare(date_of_text(end_on), cx->today) > 0)
        return fail_field(cx, "end_on", "date.future", "%s",
                          T("最后在岗日不能在将来", "the last day cannot lie ahead"));
    TRY(db_exec(
        cx,
        "UPDATE placement AS a SET end_on = $1, end_reason = $2, state = 'ENDED', version = version + 1, updated_at = $3"
        " WHERE a.id = $4 AND a.end_on IS NULL AND SCOPE(placement a)",
        P(end_on), P(reason), P(cx->now), P(id)));
    if (cx->changed == 0)
        return fail(cx, E_CONFLICT, "placement.ended", "%s",
                    T("这段就业已结束", "the placement has already ended"));
    TRY(journal_append(
        cx, &(struct journal_entry){
                .kind = "placement",
                .record_id = id,
                .action = "end",
                .reason = reason,
                .after = arena_printf(cx->mem, "{\"end_on\":\"%s\",\"state\":\"ENDED\"}", end_on),
                .home = row_int(&row, 0, "home"),
                .work = row_int(&row, 0, "work"),
                .employer_id = row_int(&row, 0, "employer_id"),
                .person_id = row_int(&row, 0, "person_id") }));
    return person_set_situation(cx, row_int(&row, 0, "person_id"), row_int(&row, 0, "work"),
                                row_int(&row, 0, "employer_id"),
                                str_eq(reason, "DEATH") || str_eq(reason, "SCHOOL_ARMY")
                                    ? "EXITED"
                                    : "RETURNED");
}

/* --- operations --- */
struct end_input {
    const char *end_on, *end_reason;
};
static const struct field end_fields[] = {
    PARAM(struct end_input, end_on, FIELD_DATE, "最后在岗日", "Last day", .required = true),
    PARAM(struct end_input, end_reason, FIELD_CHOICE, "离岗原因", "Reason", .required = true,
          .choices = end_reasons),
    { 0 },
};

static enum err reply_id(struct ctx *cx, int64_t id)
{
    json_object(cx->out);
    json_put_id(cx->out, "id", id);
    json_end(cx->out);
    return OK;
}

static enum err op_end(struct ctx *cx)
{
    const struct end_input *in = cx->in;

    TRY(placement_end(cx, cx->id, in->end_on, in->end_reason));
    return reply_id(cx, cx->id);
}

struct repost_input {
    int64_t employer_id, post_id, wage_fen;
    const char *end_on, *start_on;
};
static const struct field repost_fields[] = {
    PARAM(struct repost_input, employer_id, FIELD_ID, "新单位", "New employer", .required = true,
          .refers = "employer"),
    PARAM(struct repost_input, post_id, FIELD_ID, "新岗位", "New post",
          .refers_not = "one of the employer, who is in scope"),
    PARAM(struct repost_input, end_on, FIELD_DATE, "原单位最后在岗日", "Last day before",
          .required = true),
    PARAM(struct repost_input, start_on, FIELD_DATE, "新单位上岗日", "First day", .required = true),
    PARAM(struct repost_input, wage_fen, FIELD_MONEY, "约定月薪", "Agreed wage"),
    { 0 },
};

/* 转岗: one stretch ends and the next begins, linked, in one transaction (S2: adjusted promptly).
 */
static enum err op_repost(struct ctx *cx)
{
    const struct repost_input *r = cx->in;
    IN *in = NEW(cx->mem, IN);
    struct rows old;
    int64_t id;

    TRY(record_load(cx, &placement_record, cx->id, &old));
    TRY(placement_end(cx, cx->id, r->end_on, "REPOSTED"));
    fields_clear(fields, in);
    in->person_id = row_int(&old, 0, "person_id");
    in->employer_id = r->employer_id;
    in->post_id = r->post_id;
    in->previous_id = cx->id;
    in->channel = row_text(&old, 0, "channel");
    in->start_on = r->start_on;
    in->wage_fen = r->wage_fen;
    TRY(placement_start(cx, in, &id));
    return reply_id(cx, id);
}

/* --- for matching --- */

struct spell_reader {
    match_spell_fn *fn;
    void *arg;
};

static enum err read_spell(struct ctx *cx, const struct rows *r, void *arg)
{
    const struct spell_reader *reader = arg;
    struct match_spell spell = {
        .person_id = row_int(r, 0, "person_id"),
        .employer_id = row_int(r, 0, "employer_id"),
        .home = row_int(r, 0, "home"),
        .work = row_int(r, 0, "work"),
        .post_id = row_int(r, 0, "post_id"),
        .wage_fen = row_int(r, 0, "wage_fen"),
        .start = date_of_text(row_text(r, 0, "start_on")),
        .end = date_of_text(row_text(r, 0, "end_on")),
        .is_neutral = row_int(r, 0, "is_neutral") == 1,
    };

    return reader->fn(cx, &spell, reader->arg);
}

#define SPELL_SELECT                                                                              \
    "SELECT a.person_id, a.employer_id, a.home, a.work, a.post_id, a.wage_fen, a.start_on,"       \
    " a.end_on,"                                                                                  \
    " CASE WHEN a.end_reason IN ('SCHOOL_ARMY', 'REPOSTED', 'FAMILY', 'DEATH') THEN 1 ELSE 0 END" \
    " AS is_neutral FROM placement a WHERE SCOPE_NOT(placement 'matching keeps sums of others')"
#define SPELL_ORDER " ORDER BY a.employer_id, a.home, a.id"

enum err match_each_spell(struct ctx *cx, int64_t employer_id, int64_t person_id,
                          match_spell_fn *fn, void *arg)
{
    struct spell_reader reader = { fn, arg };

    if (employer_id != NONE)
        return db_each(cx, read_spell, &reader, SPELL_SELECT " AND a.employer_id = $1" SPELL_ORDER,
                       P(employer_id));
    if (person_id != NONE)
        return db_each(cx, read_spell, &reader, SPELL_SELECT " AND a.person_id = $1" SPELL_ORDER,
                       P(person_id));
    return db_each(cx, read_spell, &reader, SPELL_SELECT SPELL_ORDER);
}

static const struct scoped tables[] = {
    { "placement", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { "month_evidence", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { "placement_month", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { "month_correction", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { 0 },
};

static const struct op ops[] = {
    { "placements.list", "GET /placements", PERM_PLACEMENT_READ, record_list, "就业台账",
      "Placements", &placement_record },
    { "placements.export", "GET /placements/export", PERM_EXPORT, record_export, "导出就业台账",
      "Export placements", &placement_record, .flags = OP_FILE | OP_DETACHED },
    { "placements.get", "GET /placements/{id}", PERM_PLACEMENT_READ, record_get, "就业详情",
      "One placement", &placement_record },
    { "placements.history", "GET /placements/{id}/history", PERM_PLACEMENT_READ, record_history,
      "变更记录", "Its history", &placement_record },
    { "placements.create", "POST /placements", PERM_PLACEMENT_WRITE, record_create, "登记就业",
      "Record a placement", &placement_record },
    { "placements.end", "POST /placements/{id}/end", PERM_PLACEMENT_WRITE, op_end, "登记离岗",
      "End a placement", .in = end_fields, .in_size = sizeof(struct end_input),
      .when = "state=ACTIVE" },
    { "placements.repost", "POST /placements/{id}/repost", PERM_PLACEMENT_WRITE, op_repost, "转岗",
      "Re-post", .in = repost_fields, .in_size = sizeof(struct repost_input),
      .when = "state=ACTIVE" },
    MONTH_OPS,
    { "months.corrections", "GET /months/corrections", PERM_PLACEMENT_READ, record_list,
      "月度更正列表", "Corrections of months", &month_correction_record },
    { 0 },
};

static const struct record *const records[] = { &placement_record, &month_record_kind,
                                                &month_correction_record, NULL };

const struct module placements_module = {
    "placements", "就业", "Placements", ops, tables, records
};
