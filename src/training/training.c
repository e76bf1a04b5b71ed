/* training.c — the courses of people as records. They belong to the person's home; the worker sees
 * her own. */
#include "training/training.h"

#include "employers/employers.h"
#include "people/people.h"
#include "posts/occupations.h"

struct training_input {
    int64_t id;
    int64_t person_id, home, employer_id, days;
    const char *id_no, *employer_name, *course, *occupation, *provider, *from_on, *completed_on;
};
#define IN struct training_input

#define LISTED (USE_LIST | USE_EXPORT)
static const struct field fields[] = {
    FIELD(IN, person_id, FIELD_ID, "人员", "Person", .sql = "t.person_id",
          .use = USE_FILTER | USE_FIXED, .refers = "person"),
    OUTPUT("person_name", FIELD_NAME, "姓名", "Name", .use = LISTED,
           .sql = "(SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the course is in scope')"
                  " AND p.id = t.person_id)"),
    PARAM(IN, id_no, FIELD_ID_NO, "身份证号", "ID number", .use = USE_IMPORT,
          .synonyms = "身份证|身份证号码|证件号码|公民身份号码"),
    FIELD(IN, course, FIELD_TEXT, "培训班", "Course", .required = true, .max = 80,
          .sql = "t.course", .use = LISTED | USE_IMPORT | USE_SEARCH,
          .synonyms = "培训项目|培训班名称|培训名称|班次"),
    FIELD(IN, occupation, FIELD_CHOICE, "培训工种", "Occupation", .choices = occupations,
          .sql = "t.occupation", .use = LISTED | USE_IMPORT | USE_FILTER,
          .synonyms = "工种|培训专业|培训职业|专业"),
    FIELD(IN, employer_id, FIELD_ID, "订单企业", "Ordered by", .sql = "t.employer_id",
          .use = USE_FILTER | USE_FIXED, .refers = "employer"),
    OUTPUT("employer_name_shown", FIELD_TEXT, "订单企业名称", "Ordered by, name", .use = LISTED,
           .sql =
               "(SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'the course is in scope')"
               " AND e.id = t.employer_id)"),
    PARAM(IN, employer_name, FIELD_TEXT, "订单企业名称", "Ordered by, name", .max = 80,
          .use = USE_IMPORT, .synonyms = "订单企业|订单单位|用工企业|企业名称"),
    FIELD(IN, provider, FIELD_TEXT, "培训机构", "Provider", .max = 80, .sql = "t.provider",
          .use = LISTED | USE_IMPORT, .synonyms = "培训学校|培训单位|承训机构"),
    FIELD(IN, from_on, FIELD_DATE, "开班日期", "Started", .sql = "t.from_on",
          .use = USE_IMPORT | USE_EXPORT, .synonyms = "培训开始日期|开班时间"),
    FIELD(IN, completed_on, FIELD_DATE, "结业日期", "Completed", .required = true,
          .sql = "t.completed_on", .use = LISTED | USE_IMPORT | USE_FILTER,
          .synonyms = "结业时间|培训结束日期|培训完成日期"),
    FIELD(IN, days, FIELD_INT, "实训天数", "Days attended", .min = 1, .max = 1000, .sql = "t.days",
          .use = LISTED | USE_IMPORT, .synonyms = "培训天数|参训天数|天数"),
    FIELD(IN, home, FIELD_DIVISION, "户籍地", "Domicile", .sql = "t.home",
          .use = USE_FILTER | USE_DERIVED),
    { 0 },
};

static enum err find_person(struct ctx *cx, IN *in)
{
    bool in_scope = true;
    struct rows r;

    if (in->person_id == NONE && in->id_no)
        TRY(record_find(cx, &person_record, in->id_no, &in->person_id, &in_scope));
    TRY(db_rows(cx, &r, "SELECT p.home FROM person p WHERE SCOPE(person p) AND p.id = $1",
                P(in->person_id)));
    if (r.n == 0)
        return hint(cx,
                    fail_field(cx, in->id_no ? "id_no" : "person_id", "person.unknown", "%s",
                               T("没有这个人员", "there is no such person")),
                    "%s",
                    T("请先登记人员，或核对身份证号",
                      "register the person first, or check the number"));
    in->home = row_int(&r, 0, "home");
    return OK;
}

static enum err find_employer(struct ctx *cx, IN *in)
{
    if (in->employer_id != NONE || !in->employer_name)
        return OK;
    TRY(employer_find(cx, NULL, in->employer_name, NONE, &in->employer_id));
    if (in->employer_id == NONE)
        return hint(cx,
                    fail_field(cx, "employer_name", "employer.unknown", "%s",
                               T("找不到订单企业", "there is no such employer")),
                    "%s",
                    T("请先登记企业；没有订单企业的留空",
                      "register the employer first; leave it empty where nobody ordered it"));
    return OK;
}

static enum err check_dates(struct ctx *cx, const char *from_on, const char *completed_on)
{
    if (strcmp(completed_on, date_text(cx->mem, cx->today)) > 0)
        return fail_field(cx, "completed_on", "date.future", "%s",
                          T("结业日期在今天之后，请结业后再登记",
                            "it ends after today: record it when it is completed"));
    if (from_on && strcmp(completed_on, from_on) < 0)
        return fail_field(cx, "completed_on", "dates.order", "%s",
                          T("结业早于开班", "it ends before it begins"));
    return OK;
}

static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    IN *in = input;
    bool has_trade, has_employer;

    if (!before) {
        TRY(find_person(cx, in));
        TRY(find_employer(cx, in));
    }
    has_trade = in->occupation || (before && !field_given(cx, field_index(fields, "occupation")) &&
                                   row_text(before, 0, "occupation"));
    has_employer = in->employer_id != NONE || (before && row_int(before, 0, "employer_id") != NONE);
    if (!has_trade && !has_employer)
        return hint(cx,
                    fail_field(cx, "occupation", "training.for_nothing", "%s",
                               T("培训工种和订单企业至少填一项",
                                 "neither occupation nor employer is given")),
                    "%s", T("请选择工种", "choose the occupation"));
    return check_dates(cx,
                       in->from_on ? in->from_on
                       : before    ? row_text(before, 0, "from_on")
                                   : NULL,
                       in->completed_on ? in->completed_on : row_text(before, 0, "completed_on"));
}

/* The same person, course and day. */
static enum err find_like(struct ctx *cx, void *input, int64_t *ret_id)
{
    IN *in = input;
    struct rows r;

    *ret_id = NONE;
    TRY(find_person(cx, in));
    TRY(db_rows(cx, &r,
                "SELECT t.id FROM training t WHERE SCOPE(training t) AND t.person_id = $1"
                " AND t.course = $2 AND t.completed_on = $3 LIMIT 2",
                P(in->person_id), P(in->course), P(in->completed_on)));
    if (r.n == 1)
        *ret_id = row_int(&r, 0, "id");
    return OK;
}

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const IN *in = input;

    (void)work, (void)employer_id;
    *home = in->home;
    *person_id = in->person_id;
}

const struct record training_record = {
    .name = "training",
    .zh = "培训记录",
    .en = "training",
    .table = "training",
    .alias = "t",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .check = check,
    .find_like = find_like,
    .headers_left_out = "序号|姓名|性别|联系电话|电话|备注|证书编号",
    .place = place,
    .can_import = true,
};

static const struct scoped tables[] = {
    { "training", .home = "home", .person = "person_id" },
    { 0 },
};

static const struct op ops[] = {
    { "trainings.list", "GET /trainings", PERM_PERSON_READ, record_list, "培训记录", "Training",
      &training_record },
    { "trainings.export", "GET /trainings/export", PERM_EXPORT, record_export, "导出培训记录",
      "Export training", &training_record, .flags = OP_FILE | OP_DETACHED },
    { "trainings.get", "GET /trainings/{id}", PERM_PERSON_READ, record_get, "培训详情",
      "One course of a person", &training_record },
    { "trainings.history", "GET /trainings/{id}/history", PERM_PERSON_READ, record_history,
      "变更记录", "Its history", &training_record },
    { "trainings.create", "POST /trainings", PERM_PERSON_WRITE, record_create, "登记培训",
      "Record training", &training_record },
    { "trainings.change", "PATCH /trainings/{id}", PERM_PERSON_WRITE, record_update, "修改培训",
      "Change training", &training_record },
    { 0 },
};

static const struct record *const records[] = { &training_record, NULL };

const struct module training_module = { "training", "培训", "Training", ops, tables, records };
