/* posts.c — job posts. */
#include "posts/posts.h"

#include "base/amount.h"
#include "employers/employers.h"
#include "people/codes.h"
#include "posts/occupations.h"

static const struct choice pay_forms[] = {
    { "TIME", "计时", "Time rate", "月薪|固定工资|底薪|计时工资" },
    { "PIECE", "计件", "Piece rate", "计件工资|多劳多得" },
    { 0 },
};
static const struct choice asked_sexes[] = {
    { "MALE", "男", "Men", "限男|男性" },
    { "FEMALE", "女", "Women", "限女|女性" },
    { "ANY", "不限", "Any", "男女不限|均可|男女均可" },
    { 0 },
};
/* Sex by name; age by what equal employment means (art. 3 does not name it, so a person looks). */
const struct choice post_demands[] = {
    { "SEX", "限定性别，涉嫌违反就业促进法第二十七条、妇女权益保障法第四十三条",
      "One sex asked for: see Employment Promotion Law art. 27, Women's Rights Law art. 43" },
    { "AGE", "限定年龄，请按就业促进法第三条公平就业要求核实",
      "An age asked for: check against equal employment, Employment Promotion Law art. 3" },
    { "SEX_AGE", "限定性别和年龄，涉嫌违反就业促进法第三条、第二十七条、妇女权益保障法第四十三条",
      "Sex and age asked for: see Employment Promotion Law art. 3 and 27, Women's Rights Law art. 43" },
    { 0 },
};
static const struct choice states[] = {
    { "DRAFT", "草稿", "Draft" },           { "SUBMITTED", "待审核", "Submitted" },
    { "OPEN", "招聘中", "Open" },           { "FILLED", "已招满", "Filled" },
    { "SUSPENDED", "已暂停", "Suspended" }, { "EXPIRED", "已过期", "Expired" },
    { "WITHDRAWN", "已撤回", "Withdrawn" }, { 0 },
};

/* The employer's word renews a post. */
static enum err confirmed(struct ctx *cx, const struct rows *before, const char *reason)
{
    (void)reason;
    return db_exec(
        cx, "UPDATE job_post AS j SET confirmed_at = $1 WHERE j.id = $2 AND SCOPE(job_post j)",
        P(cx->now), P(row_int(before, 0, "id")));
}

static const struct transition transitions[] = {
    { "submit", "DRAFT|WITHDRAWN", "SUBMITTED", "提交审核", "Submit", .rule = confirmed },
    { "open", "SUBMITTED|SUSPENDED|EXPIRED", "OPEN", "审核通过", "Open", .rule = confirmed },
    { "confirm", "OPEN", "OPEN", "确认仍有效", "Confirm", .rule = confirmed },
    { "suspend", "OPEN|FILLED", "SUSPENDED", "暂停招聘", "Suspend", .needs_reason = true },
    { "withdraw", "DRAFT|SUBMITTED|OPEN|FILLED|SUSPENDED", "WITHDRAWN", "撤回", "Withdraw",
      .needs_reason = true },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
#define IN struct post_input
static const struct field fields[] = {
    FIELD(IN, title, FIELD_TEXT, "岗位名称", "Title", .required = true, .max = 60, .sql = "j.title",
          .use = LISTED | USE_IMPORT | USE_SEARCH | USE_SORT,
          .synonyms = "岗位|招聘岗位|职位|职位名称|工作岗位"),
    FIELD(IN, occupation, FIELD_CHOICE, "工种", "Occupation", .choices = occupations,
          .sql = "j.occupation", .use = LISTED | USE_IMPORT | USE_FILTER,
          .synonyms = "工种名称|职业|岗位类别"),
    FIELD(IN, employer_id, FIELD_ID, "企业", "Employer", .sql = "j.employer_id",
          .use = USE_FILTER | USE_FIXED, .refers = "employer"),
    OUTPUT(
        "employer_name_shown", FIELD_TEXT, "企业名称", "Employer name", .use = LISTED,
        .sql =
            "(SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'the name of a post''s employer is public') AND e.id = j.employer_id)"),
    PARAM(IN, employer_name, FIELD_TEXT, "企业名称", "Employer name", .max = 80, .use = USE_IMPORT,
          .synonyms = "单位名称|用人单位|公司名称|招聘单位|用工单位"),
    PARAM(IN, credit_code, FIELD_CREDIT, "统一社会信用代码", "Credit code", .use = USE_IMPORT,
          .synonyms = "信用代码|社会信用代码"),
    FIELD(IN, work, FIELD_DIVISION, "工作地点", "Workplace", .sql = "j.work",
          .use = USE_IMPORT | USE_FILTER, .synonyms = "工作地|上班地点|用工地点|区县|所在地"),
    OUTPUT("work_name", FIELD_TEXT, "工作地点名称", "Workplace name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = j.work)"),
    OUTPUT("demand", FIELD_CHOICE, "违规要求", "Unlawful demand", .choices = post_demands,
           .sql = POST_DEMAND, .use = LISTED | USE_FILTER,
           .help_zh = "只作提示，匹配不看性别和年龄要求",
           .help_en = "a warning only: matching looks at neither"),
    FIELD(IN, headcount, FIELD_INT, "招聘人数", "Headcount", .required = true, .min = 1,
          .max = 100000, .sql = "j.headcount", .use = LISTED | USE_IMPORT | USE_SORT,
          .synonyms = "人数|需求人数|岗位数|用工人数|缺工人数"),
    OUTPUT("taken", FIELD_INT, "已占名额", "Seats taken", .sql = "j.taken", .use = LISTED),
    FIELD(IN, pay_form, FIELD_CHOICE, "计薪方式", "Pay form", .choices = pay_forms,
          .sql = "j.pay_form", .use = LISTED | USE_IMPORT | USE_FILTER,
          .synonyms = "薪资形式|工资形式|计酬方式"),
    PARAM(IN, pay, FIELD_TEXT, "月薪", "Pay", .max = 60, .use = USE_IMPORT,
          .synonyms = "薪资|工资|薪资待遇|工资待遇|月工资|待遇|薪酬", .help_zh = "如 3500-4500元"),
    FIELD(IN, pay_low_fen, FIELD_MONEY, "最低月薪", "Pay from", .min = 10000, .max = 10000000,
          .sql = "j.pay_low_fen", .use = LISTED | USE_IMPORT | USE_FILTER,
          .synonyms = "最低工资|薪资下限"),
    FIELD(IN, pay_high_fen, FIELD_MONEY, "最高月薪", "Pay to", .min = 10000, .max = 10000000,
          .sql = "j.pay_high_fen", .use = LISTED | USE_IMPORT, .synonyms = "最高工资|薪资上限"),
    FIELD(IN, newcomer_pay_fen, FIELD_MONEY, "新人实得月薪", "Newcomers' pay", .min = 10000,
          .max = 10000000, .sql = "j.newcomer_pay_fen", .use = LISTED | USE_IMPORT,
          .synonyms = "新员工工资|新人工资|首月工资",
          .help_zh = "计件岗位新人头三个月实际能拿到的月薪"),
    FIELD(IN, has_board, FIELD_BOOL, "包吃", "Board", .sql = "j.has_board",
          .use = LISTED | USE_IMPORT, .synonyms = "是否包吃|供餐|管吃"),
    FIELD(IN, has_lodging, FIELD_BOOL, "包住", "Lodging", .sql = "j.has_lodging",
          .use = LISTED | USE_IMPORT, .synonyms = "是否包住|住宿|管住"),
    FIELD(IN, is_reserved, FIELD_BOOL, "定向岗位", "Reserved", .sql = "j.is_reserved",
          .use = LISTED | USE_IMPORT | USE_FILTER, .synonyms = "是否定向|千岗|定向脱贫劳动力"),
    FIELD(IN, is_night, FIELD_BOOL, "上夜班", "Night work", .sql = "j.is_night",
          .use = USE_IMPORT | USE_EXPORT, .synonyms = "夜班|倒班"),
    FIELD(IN, is_heavy, FIELD_BOOL, "重体力", "Heavy work", .sql = "j.is_heavy",
          .use = USE_IMPORT | USE_EXPORT),
    FIELD(IN, skill_level, FIELD_CHOICE, "技能要求", "Skill level", .choices = skill_levels,
          .sql = "j.skill_level", .use = USE_IMPORT | USE_EXPORT, .synonyms = "技能等级要求"),
    FIELD(IN, education, FIELD_CHOICE, "学历要求", "Education", .choices = educations,
          .sql = "j.education", .use = USE_IMPORT | USE_EXPORT, .synonyms = "文化程度要求|学历"),
    FIELD(IN, age_low, FIELD_INT, "年龄下限", "Age from", .min = 16, .max = 99, .sql = "j.age_low",
          .use = USE_IMPORT | USE_EXPORT),
    FIELD(IN, age_high, FIELD_INT, "年龄上限", "Age to", .min = 16, .max = 99, .sql = "j.age_high",
          .use = USE_IMPORT | USE_EXPORT),
    FIELD(IN, sex_asked, FIELD_CHOICE, "性别要求", "Sex asked for", .choices = asked_sexes,
          .sql = "j.sex_asked", .use = USE_IMPORT | USE_EXPORT, .synonyms = "性别"),
    FIELD(IN, start_on, FIELD_DATE, "到岗日期", "Starts", .sql = "j.start_on",
          .use = USE_IMPORT | USE_EXPORT, .synonyms = "上岗时间|到岗时间"),
    FIELD(IN, expires_on, FIELD_DATE, "截止日期", "Expires", .sql = "j.expires_on",
          .use = LISTED | USE_IMPORT, .synonyms = "招聘截止|有效期|截止时间"),
    FIELD(IN, requirements, FIELD_TEXT, "其他要求", "Requirements", .max = 300,
          .sql = "j.requirements", .use = USE_IMPORT | USE_EXPORT,
          .synonyms = "任职要求|岗位要求|备注"),
    FIELD(IN, external_no, FIELD_TEXT, "岗位编号", "Post no.", .max = 40, .sql = "j.external_no",
          .use = USE_IMPORT | USE_EXPORT | USE_KEY, .synonyms = "编号|岗位代码|职位编号"),
    FIELD(IN, confirmed_at, FIELD_INSTANT, "企业确认时间", "Confirmed", .sql = "j.confirmed_at",
          .use = USE_LIST | USE_DERIVED),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = states, .sql = "j.state",
           .use = LISTED | USE_FILTER),
    { 0 },
};

static enum err find_employer(struct ctx *cx, IN *in)
{
    struct rows r;

    if (in->employer_id == NONE && (in->credit_code || in->employer_name))
        TRY(employer_find(cx, in->credit_code, in->employer_name, in->work, &in->employer_id));
    if (in->employer_id == NONE && cx->who.scope.kind == SCOPE_EMPLOYER)
        in->employer_id = cx->who.scope.employer_id;
    if (in->employer_id == NONE)
        return hint(cx,
                    fail_field(cx, "employer_name", "employer.unknown", "%s",
                               T("找不到这个企业", "there is no such employer")),
                    "%s",
                    T("请先登记企业，或填写统一社会信用代码",
                      "register the employer first, or give its credit code"));
    TRY(db_rows(cx, &r, "SELECT work, state FROM employer e WHERE SCOPE(employer e) AND e.id = $1",
                P(in->employer_id)));
    if (r.n == 0)
        return fail_field(cx, "employer_id", "employer.unknown", "%s",
                          T("找不到这个企业", "there is no such employer"));
    if (!str_eq(row_text(&r, 0, "state"), "ACTIVE"))
        return fail_field(cx, "employer_id", "employer.inactive", "%s",
                          T("企业已暂停合作或关闭", "the employer is suspended or closed"));
    if (in->work == NONE)
        in->work = row_int(&r, 0, "work");
    return OK;
}

/* "3500-4500元/月", "计件4000左右", "底薪3000": one column for the range. */
enum err post_read_pay(struct ctx *cx, struct post_input *in)
{
    const char *digits = in->pay ? strpbrk(in->pay, "0123456789") : NULL;
    int64_t low, high;

    if (in->pay && !in->pay_form)
        in->pay_form = strstr(in->pay, "计件") ? "PIECE" : "TIME";
    if (!in->pay_form)
        in->pay_form = "TIME";
    if (!digits || in->pay_low_fen != NONE)
        return OK;
    if (amount_read_range(in->pay, &low, &high) != AMOUNT_OK &&
        amount_read_range(digits, &low, &high) != AMOUNT_OK)
        return hint(cx,
                    fail_field(cx, "pay", "number.invalid", "%s",
                               T("读不出月薪", "the pay cannot be read")),
                    "%s", T("请写成 3500-4500元", "write it as 3500-4500"));
    in->pay_low_fen = low;
    in->pay_high_fen = high;
    return OK;
}

enum err post_check_pay(struct ctx *cx, const struct post_input *in)
{
    if (in->pay_low_fen != NONE && in->pay_high_fen != NONE && in->pay_low_fen > in->pay_high_fen)
        return fail_field(cx, "pay_high_fen", "number.order", "%s",
                          T("最低月薪高于最高月薪", "the least pay is above the highest"));
    return OK;
}

/* As post_demands, of an input; NULL = none. */
static const char *demand_of(const IN *in)
{
    bool is_sex = in->sex_asked && !str_eq(in->sex_asked, "ANY");
    bool is_age = (in->age_low != NONE && in->age_low > POST_AGE_LOW) ||
                  (in->age_high != NONE && in->age_high < POST_AGE_HIGH);

    return is_sex && is_age ? "SEX_AGE" : is_sex ? "SEX" : is_age ? "AGE" : NULL;
}

static void check_row(struct ctx *cx, const void *input, struct field_problems *ps)
{
    const IN *in = input;
    const char *demand = demand_of(in);

    if (!demand || ps->n == ARRAY_LEN(ps->at))
        return;
    ps->at[ps->n++] = (struct field_problem){
        .field = &fields[field_index(fields, str_eq(demand, "AGE") ? "age_high" : "sex_asked")],
        .is_warning = true,
        .code = "post.demand",
        .message = choice_label(post_demands, demand, cx->lang),
        .cure = T("请与企业核实并改为不限；匹配不看此项",
                  "ask the employer and drop it; matching does not look at it"),
    };
}

static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    IN *in = input;

    if (!before) {
        TRY(find_employer(cx, in));
        TRY(post_read_pay(cx, in));
        in->confirmed_at = cx->now;
    } else if (in->headcount != NONE && in->headcount < row_int(before, 0, "taken")) {
        return fail_field(cx, "headcount", "post.headcount",
                          T("已有 %d 人占用名额", "%d seats are already taken"),
                          (int)row_int(before, 0, "taken"));
    }
    return post_check_pay(cx, in);
}

/* The employer's own number of the post, else its title and place. */
static enum err find_like(struct ctx *cx, void *input, int64_t *ret_id)
{
    IN *in = input;
    struct rows r;

    *ret_id = NONE;
    TRY(find_employer(cx, in));
    if (in->external_no)
        TRY(db_rows(
            cx, &r,
            "SELECT id FROM job_post WHERE SCOPE_NOT(job_post 'whether it is known') AND employer_id = $1 AND external_no = $2 LIMIT 2",
            P(in->employer_id), P(in->external_no)));
    else
        TRY(db_rows(
            cx, &r,
            "SELECT id FROM job_post WHERE SCOPE_NOT(job_post 'whether it is known') AND employer_id = $1 AND title = $2 AND work = $3 LIMIT 2",
            P(in->employer_id), P(in->title), P(in->work)));
    if (r.n == 1)
        *ret_id = row_int(&r, 0, "id");
    return OK;
}

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const IN *in = input;

    (void)home, (void)person_id;
    *work = in->work;
    *employer_id = in->employer_id;
}

const struct record post_record = {
    .name = "job_post",
    .zh = "岗位",
    .en = "post",
    .table = "job_post",
    .alias = "j",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = transitions,
    .check = check,
    .check_row = check_row,
    .find_like = find_like,
    .headers_left_out = "序号|联系人|联系电话|电话|单位地址|企业地址",
    .place = place,
    .can_import = true,
};

/* One conditional UPDATE, so that two placements cannot both take the last seat: the slower one
 * changes no row and is told so. */
enum err post_take_seat(struct ctx *cx, int64_t id)
{
    TRY(db_exec(
        cx,
        "UPDATE job_post SET taken = taken + 1, state = CASE WHEN taken + 1 = headcount THEN 'FILLED' ELSE state END,"
        " version = version + 1, updated_at = $1"
        " WHERE SCOPE_NOT(job_post 'either side of an offer takes the seat') AND id = $2 AND state = 'OPEN' AND taken < headcount",
        P(cx->now), P(id)));
    if (cx->changed == 0)
        return fail(cx, E_CONFLICT, "post.no_seat", "%s",
                    T("该岗位已无名额", "the post has no free seat"));
    return OK;
}

enum err post_free_seat(struct ctx *cx, int64_t id)
{
    return db_exec(
        cx,
        "UPDATE job_post SET taken = taken - 1, state = CASE WHEN state = 'FILLED' THEN 'OPEN' ELSE state END,"
        " version = version + 1, updated_at = $1"
        " WHERE SCOPE_NOT(job_post 'either side of an offer gives the seat back') AND id = $2 AND taken > 0",
        P(cx->now), P(id));
}

/* An office sees the open posts of the cities it is paired with today. */
static const struct scoped tables[] = {
    { "job_post", .work = "work", .employer = "employer_id",
      .extra =
          "$a.state IN ('OPEN', 'FILLED') AND EXISTS (SELECT 1 FROM pairing x WHERE $a.work BETWEEN x.work_lo AND x.work_hi"
          " AND x.until_on IS NULL AND $home_lo <= x.home_hi AND $home_hi >= x.home_lo)" },
    { 0 },
};

static enum err occupations_list(struct ctx *cx)
{
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (const struct choice *c = occupations; c->code; c++) {
        json_object(cx->out);
        json_put_str(cx->out, "code", c->code);
        json_put_str(cx->out, "zh", c->zh);
        json_put_str(cx->out, "en", c->en);
        json_end(cx->out);
    }
    json_end(cx->out);
    json_end(cx->out);
    return OK;
}

static const struct op ops[] = {
    { "posts.list", "GET /posts", PERM_POST_READ, record_list, "岗位列表", "Posts", &post_record },
    { "posts.export", "GET /posts/export", PERM_EXPORT, record_export, "导出岗位", "Export posts",
      &post_record, .flags = OP_FILE | OP_DETACHED },
    { "posts.get", "GET /posts/{id}", PERM_POST_READ, record_get, "岗位详情", "One post",
      &post_record },
    { "posts.history", "GET /posts/{id}/history", PERM_POST_READ, record_history, "岗位变更记录",
      "Its history", &post_record },
    { "posts.create", "POST /posts", PERM_POST_WRITE, record_create, "新增岗位", "Add a post",
      &post_record },
    { "posts.change", "PATCH /posts/{id}", PERM_POST_WRITE, record_update, "修改岗位",
      "Change a post", &post_record },
    { "posts.submit", "POST /posts/{id}/submit", PERM_POST_WRITE, record_event, "提交审核",
      "Submit for review", &post_record },
    { "posts.open", "POST /posts/{id}/open", PERM_POST_REVIEW, record_event, "审核通过",
      "Verify and open", &post_record },
    { "posts.confirm", "POST /posts/{id}/confirm", PERM_POST_WRITE, record_event, "确认仍有效",
      "Confirm that it stands", &post_record },
    { "posts.suspend", "POST /posts/{id}/suspend", PERM_POST_REVIEW, record_event, "暂停招聘",
      "Suspend", &post_record },
    { "posts.withdraw", "POST /posts/{id}/withdraw", PERM_POST_WRITE, record_event, "撤回",
      "Withdraw", &post_record },
    { "posts.occupations", "GET /occupations", PERM_NONE, occupations_list, "工种目录",
      "Occupations" },
    { 0 },
};

static const struct record *const records[] = { &post_record, NULL };

const struct module posts_module = { "posts", "岗位", "Posts", ops, tables, records };
