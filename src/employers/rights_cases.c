/* rights_cases.c — labour rights cases (劳动维权案件) against employers. Either side records them:
 * the place of the employer, and the home of the people concerned. No person is named. The employer
 * does not see them. */
#include "employers/employers.h"

static const struct choice kinds[] = {
    { "WAGES", "拖欠工资", "Unpaid wages", "欠薪|工资拖欠|拖欠薪资|讨薪" },
    { "INJURY", "工伤", "Injury at work", "工伤赔偿|工伤待遇" },
    { "CONTRACT", "劳动合同", "Contract", "合同纠纷|解除合同|未签合同|社保" },
    { "OTHER", "其他", "Other", "其他纠纷" },
    { 0 },
};
static const struct choice states[] = {
    { "OPEN", "处理中", "Open", "待处理|办理中" },
    { "SETTLED", "已解决", "Settled", "已办结|已结案" },
    { "REJECTED", "不成立", "Unfounded", "不予受理|撤诉" },
    { 0 },
};

struct rights_case_input {
    int64_t id;
    int64_t employer_id, work, home, persons, amount_fen;
    const char *employer_name, *credit_code, *kind, *case_no, *opened_on, *closed_on, *state;
};
#define IN struct rights_case_input

static enum err closed(struct ctx *cx, const struct rows *before, const char *reason)
{
    (void)reason;
    return db_exec(cx,
                   "UPDATE rights_case AS c SET closed_on = $1 WHERE c.id = $2"
                   " AND SCOPE(rights_case c)",
                   P(date_text(cx->mem, cx->today)), P(row_int(before, 0, "id")));
}

static const struct transition transitions[] = {
    { "settle", "OPEN", "SETTLED", "办结", "Settle", .needs_reason = true, .rule = closed },
    { "reject", "OPEN", "REJECTED", "认定不成立", "Reject", .needs_reason = true, .rule = closed },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
static const struct field fields[] = {
    FIELD(IN, employer_id, FIELD_ID, "企业", "Employer", .sql = "c.employer_id",
          .use = USE_FILTER | USE_FIXED, .refers = "employer"),
    OUTPUT("employer_name_shown", FIELD_TEXT, "企业名称", "Employer name", .use = LISTED,
           .sql = "(SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'the case is in scope')"
                  " AND e.id = c.employer_id)"),
    PARAM(IN, employer_name, FIELD_TEXT, "企业名称", "Employer name", .max = 80, .use = USE_IMPORT,
          .synonyms = "单位名称|用人单位|公司名称|被投诉单位"),
    PARAM(IN, credit_code, FIELD_CREDIT, "统一社会信用代码", "Credit code", .use = USE_IMPORT,
          .synonyms = "信用代码|社会信用代码"),
    FIELD(IN, kind, FIELD_CHOICE, "类型", "Kind", .choices = kinds, .required = true,
          .sql = "c.kind", .use = LISTED | USE_FILTER | USE_IMPORT,
          .synonyms = "案件类型|维权类型|案由|诉求"),
    FIELD(IN, opened_on, FIELD_DATE, "受理日期", "Opened", .required = true, .sql = "c.opened_on",
          .use = LISTED | USE_FILTER | USE_IMPORT | USE_FIXED, .synonyms = "立案日期|投诉日期"),
    FIELD(IN, closed_on, FIELD_DATE, "办结日期", "Closed", .sql = "c.closed_on",
          .use = LISTED | USE_IMPORT | USE_FIXED, .synonyms = "结案日期|处理完成日期"),
    FIELD(IN, persons, FIELD_INT, "涉及人数", "Persons", .min = 1, .max = 100000,
          .sql = "c.persons", .use = LISTED | USE_IMPORT, .synonyms = "人数"),
    FIELD(IN, amount_fen, FIELD_MONEY, "涉及金额", "Amount", .min = 0, .max = 100000000000,
          .sql = "c.amount_fen", .use = LISTED | USE_IMPORT, .synonyms = "金额|欠薪金额"),
    FIELD(IN, home, FIELD_DIVISION, "人员户籍地", "Whose people", .sql = "c.home",
          .use = USE_FILTER | USE_IMPORT | USE_FIXED, .synonyms = "户籍地|输出地",
          .help_zh = "涉及人员的户籍地，填到县，不填姓名",
          .help_en = "the county the people come from; no names"),
    OUTPUT("home_name", FIELD_TEXT, "人员户籍地名称", "Whose people, name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = c.home)"),
    FIELD(IN, work, FIELD_DIVISION, "企业所在地", "Place", .sql = "c.work",
          .use = USE_FILTER | USE_DERIVED),
    OUTPUT("work_name", FIELD_TEXT, "企业所在地名称", "Place name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = c.work)"),
    FIELD(IN, case_no, FIELD_TEXT, "案号", "Case no.", .max = 40, .sql = "c.case_no",
          .use = USE_IMPORT | USE_EXPORT, .synonyms = "编号|案件编号|受理编号"),
    FIELD(IN, state, FIELD_CHOICE, "状态", "State", .choices = states, .sql = "c.state",
          .use = LISTED | USE_FILTER | USE_DERIVED),
    { 0 },
};

static enum err find_employer(struct ctx *cx, IN *in)
{
    struct rows r;

    if (in->employer_id == NONE && (in->credit_code || in->employer_name))
        TRY(employer_find(cx, in->credit_code, in->employer_name, NONE, &in->employer_id));
    TRY(db_rows(cx, &r, "SELECT e.work FROM employer e WHERE SCOPE(employer e) AND e.id = $1",
                P(in->employer_id)));
    if (r.n == 0)
        return hint(cx,
                    fail_field(cx, "employer_name", "employer.unknown", "%s",
                               T("找不到这个企业", "there is no such employer")),
                    "%s",
                    T("请先登记企业，或填写统一社会信用代码",
                      "register the employer first, or give its credit code"));
    in->work = row_int(&r, 0, "work");
    return OK;
}

static enum err check_dates(struct ctx *cx, const IN *in)
{
    const char *today = date_text(cx->mem, cx->today);

    if (strcmp(in->opened_on, today) > 0)
        return fail_field(cx, "opened_on", "date.future", "%s",
                          T("受理日期在今天之后", "it was opened after today"));
    if (in->closed_on && strcmp(in->closed_on, today) > 0)
        return fail_field(cx, "closed_on", "date.future", "%s",
                          T("办结日期在今天之后", "it was closed after today"));
    if (in->closed_on && strcmp(in->closed_on, in->opened_on) < 0)
        return fail_field(cx, "closed_on", "dates.order", "%s",
                          T("办结早于受理", "it was closed before it was opened"));
    return OK;
}

/* What a western office records is about its own people. */
static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    IN *in = input;

    if (before)
        return OK;
    TRY(find_employer(cx, in));
    if (in->home == NONE && cx->who.scope.kind == SCOPE_OFFICE)
        in->home = cx->who.scope.home_lo;
    in->state = in->closed_on ? "SETTLED" : "OPEN";
    return check_dates(cx, in);
}

/* By its number, else of the same employer, kind, day and people. */
static enum err find_like(struct ctx *cx, void *input, int64_t *ret_id)
{
    IN *in = input;
    struct rows r;

    *ret_id = NONE;
    TRY(find_employer(cx, in));
    TRY(db_rows(cx, &r,
                "SELECT c.id FROM rights_case c WHERE SCOPE(rights_case c) AND c.employer_id = $1"
                " AND (($2 IS NOT NULL AND c.case_no = $2) OR ($2 IS NULL AND c.kind = $3"
                " AND c.opened_on = $4 AND coalesce(c.home, 0) = coalesce($5, 0))) LIMIT 2",
                P(in->employer_id), P(in->case_no), P(in->kind), P(in->opened_on), P(in->home)));
    if (r.n == 1)
        *ret_id = row_int(&r, 0, "id");
    return OK;
}

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const IN *in = input;

    (void)person_id, (void)employer_id;
    *home = in->home;
    *work = in->work;
}

const struct record rights_case_record = {
    .name = "rights_case",
    .zh = "维权案件",
    .en = "rights case",
    .table = "rights_case",
    .alias = "c",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = transitions,
    .check = check,
    .find_like = find_like,
    .headers_left_out = "序号|姓名|身份证号|联系电话|电话|备注|处理结果",
    .place = place,
    .can_import = true,
};
