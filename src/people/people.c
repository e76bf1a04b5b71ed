/* people.c — the person and her household: one field table for forms, rosters, lists and exports.
 * The rules stand in person_rules.c, what is written beside the row in person_beside.c. */
#include "people/people.h"

#include "accounts/accounts.h"
#include "payees/payees.h"
#include "people/codes.h"
#include "people/person_input.h"
#include "platform/journal.h"

#define LISTED (USE_LIST | USE_EXPORT)
#define IN struct person_input

static const struct field fields[] = {
    FIELD(IN, name, FIELD_NAME, "姓名", "Name", .required = true, .max = 40, .sql = "p.name",
          .use = LISTED | USE_IMPORT | USE_SEARCH,
          .synonyms = "aac003|AAC003|人员姓名|劳动力姓名|务工人员姓名|姓 名|成员姓名"),
    FIELD(
        IN, id_no, FIELD_ID_NO, "身份证号", "ID number", .required = true, .sql = "p.id_no_mask",
        .use = LISTED | USE_IMPORT | USE_KEY | USE_FIXED | USE_FILTER,
        .synonyms =
            "aac147|AAC147|身份证|身份证号码|公民身份号码|公民身份证号码|证件号码|证件号|居民身份证号"),
    FIELD(IN, sex, FIELD_CHOICE, "性别", "Sex", .choices = sexes, .sql = "p.sex",
          .use = LISTED | USE_IMPORT | USE_FILTER, .synonyms = "aac004|AAC004"),
    FIELD(IN, birth, FIELD_DATE, "出生日期", "Born", .sql = "p.birth",
          .use = LISTED | USE_IMPORT | USE_FILTER,
          .synonyms = "aac006|AAC006|出生日期/年龄|出生年月|出生年月日|生日"),
    FIELD(IN, name_mask, FIELD_NAME, "姓名(遮蔽)", "Masked name", .use = USE_DERIVED),
    FIELD(
        IN, home, FIELD_DIVISION, "户籍地", "Domicile", .sql = "p.home",
        .use = USE_FILTER | USE_SORT | USE_IMPORT,
        .synonyms =
            "aac010|AAC010|户籍所在地|区划|户口所在地|家庭地址|住址|户籍地址|家庭住址|所在村|行政区划",
        .help_zh = "可写到村：甘肃省定西市通渭县…"),
    OUTPUT("home_name", FIELD_TEXT, "户籍地名称", "Domicile name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = p.home)"),
    PARAM(IN, home_province, FIELD_TEXT, "户籍省", "Province", .max = 30, .use = USE_IMPORT,
          .synonyms = "省|省份|户籍省份|户籍地省|户籍所在省|省(区、市)"),
    PARAM(IN, home_city, FIELD_TEXT, "户籍市", "City", .max = 30, .use = USE_IMPORT,
          .synonyms = "市|市(州)|市州|地市|户籍地市|地级市|市(地、州、盟)"),
    PARAM(
        IN, home_county, FIELD_TEXT, "户籍县", "County", .max = 30, .use = USE_IMPORT,
        .synonyms =
            "县|县区|县(区)|区县|县(市、区、旗)|县(市、区)|所属县区|户籍地县|户籍县区|县(区、市)|县市区"),
    PARAM(
        IN, home_township, FIELD_TEXT, "户籍乡镇", "Township", .max = 30, .use = USE_IMPORT,
        .synonyms =
            "乡镇|乡(镇)|乡|镇|户籍乡|街道|乡镇(街道)|镇街|户籍地乡镇|户籍地乡|所在乡镇|乡镇名称"),
    PARAM(IN, home_village, FIELD_TEXT, "户籍村", "Village", .max = 30, .use = USE_IMPORT,
          .synonyms = "村|行政村|村(社区)|村名|社区|户籍地村|户籍村|村(居)|行政村名称|村委会"),
    PARAM(IN, home_group, FIELD_TEXT, "自然村", "Hamlet", .max = 30, .use = USE_IMPORT,
          .synonyms = "组|村民小组|社|村组|自然村(组)"),
    FIELD(IN, household_id, FIELD_ID, "户", "Household", .sql = "p.household_id",
          .use = USE_FILTER | USE_DERIVED),
    PARAM(IN, household_no, FIELD_TEXT, "户编号", "Household no.", .max = 30, .use = USE_IMPORT,
          .synonyms = "户号|家庭编号|户编码"),
    FIELD(IN, relation, FIELD_CHOICE, "与户主关系", "Relation to head", .choices = relations,
          .sql = "p.relation", .use = USE_IMPORT | USE_EXPORT,
          .synonyms = "关系|与户主的关系|户主关系"),
    PARAM(IN, head_name, FIELD_NAME, "户主姓名", "Head of household", .max = 40, .use = USE_IMPORT,
          .synonyms = "户主"),
    PARAM(IN, household_size, FIELD_INT, "家庭人口", "Household size", .min = 1, .max = 30,
          .use = USE_IMPORT, .synonyms = "人数|家庭人口数|户人口数"),
    PARAM(IN, income_per_head_fen, FIELD_MONEY, "人均纯收入", "Income per head", .min = 0,
          .max = 100000000, .use = USE_IMPORT, .synonyms = "人均收入|年人均纯收入"),
    FIELD(IN, ethnic, FIELD_CHOICE, "民族", "Ethnic group", .choices = ethnic_groups,
          .sql = "p.ethnic", .use = USE_IMPORT | USE_EXPORT),
    FIELD(IN, education, FIELD_CHOICE, "文化程度", "Education", .choices = educations,
          .sql = "p.education", .use = LISTED | USE_IMPORT | USE_FILTER,
          .synonyms = "aac011|AAC011|学历|受教育程度|文化水平"),
    FIELD(IN, health, FIELD_CHOICES, "健康状况", "Health", .choices = health_states,
          .sql = "p.health", .use = USE_IMPORT, .synonyms = "健康|身体状况"),
    FIELD(IN, work_ability, FIELD_CHOICE, "劳动能力", "Work ability", .choices = work_abilities,
          .sql = "p.work_ability", .use = USE_IMPORT | USE_EXPORT | USE_FILTER,
          .synonyms = "劳动力类型|劳动力情况|劳动技能"),
    FIELD(
        IN, phone, FIELD_PHONE, "联系电话", "Phone", .sql = "p.phone_mask",
        .use = LISTED | USE_IMPORT,
        .synonyms =
            "aac067|AAC067|电话|手机|手机号|手机号码|联系方式|电话号码|人联系电话|本人电话|联系方式(电话)|户联系电话|家庭电话"),
    FIELD(IN, household_type, FIELD_CHOICE, "户类型", "Household type", .choices = household_types,
          .sql = "p.household_type", .use = LISTED | USE_IMPORT | USE_FILTER,
          .synonyms = "农户类型|贫困户属性|人员类别|户属性|脱贫属性"),
    FIELD(IN, monitored_type, FIELD_CHOICE, "监测对象类型", "Monitored type",
          .choices = monitored_types, .sql = "p.monitored_type",
          .use = LISTED | USE_IMPORT | USE_FILTER,
          .synonyms = "监测户类型|监测对象|易返贫致贫户(监测对象)类型|监测类型"),
    PARAM(IN, monitored_said, FIELD_TEXT, "监测类型(所填)", "Monitored type as given",
          .use = USE_DERIVED),
    PARAM(IN, identified_on, FIELD_DATE, "识别时间", "Identified", .use = USE_IMPORT,
          .synonyms = "首次识别时间|人员识别时间|风险识别时间|认定时间|纳入时间|纳入监测时间"),
    PARAM(IN, risk_eliminated_on, FIELD_DATE, "风险消除时间", "Risk eliminated", .use = USE_IMPORT,
          .synonyms = "消除时间|风险消除日期|消除风险时间"),
    FIELD(IN, skill, FIELD_TEXT, "技能特长", "Skill", .max = 60, .sql = "p.skill",
          .use = LISTED | USE_IMPORT, .synonyms = "技能|特长|技能/工种|掌握技能|工种"),
    FIELD(IN, skill_level, FIELD_CHOICE, "技能等级", "Skill level", .choices = skill_levels,
          .sql = "p.skill_level", .use = USE_IMPORT | USE_EXPORT,
          .synonyms = "技能级别|职业技能等级"),
    FIELD(IN, willingness, FIELD_CHOICE, "就业意愿", "Willingness", .choices = willingness_states,
          .sql = "p.willingness", .use = LISTED | USE_IMPORT | USE_FILTER,
          .synonyms = "外出意愿|务工意愿|是否有就业意愿|有无就业意愿|外出务工意愿|就业意向"),
    PARAM(IN, destinations, FIELD_DIVISIONS, "意向地点", "Wished places", .use = USE_IMPORT,
          .synonyms =
              "意向务工地|意向地点/城市|就业意向地|意向地区|意向就业地|期望工作地|意向城市"),
    PARAM(IN, occupations, FIELD_TEXT, "意向工种", "Wished occupations", .max = 100,
          .use = USE_IMPORT, .synonyms = "意向工种/岗位|意向岗位|期望工种|求职工种|意向职业"),
    PARAM(IN, least_wage_fen, FIELD_MONEY, "意向薪资", "Least wage", .min = 10000, .max = 5000000,
          .use = USE_IMPORT,
          .synonyms =
              "意向月薪(元)|期望薪资(元)|期望薪资|期望月薪|意向月薪|期望工资|意向工资|最低薪资"),
    PARAM(IN, needs, FIELD_CHOICES, "特殊需要", "Needs", .choices = intention_needs,
          .use = USE_IMPORT),
    FIELD(IN, labour_status, FIELD_CHOICE, "就业状态", "Labour status", .choices = labour_statuses,
          .sql = "p.labour_status", .use = LISTED | USE_FILTER | USE_DERIVED),
    OUTPUT("work", FIELD_DIVISION, "务工地", "Workplace", .sql = "p.work", .use = USE_FILTER),
    OUTPUT("work_name", FIELD_TEXT, "务工地名称", "Workplace name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = p.work)"),
    OUTPUT("employer_id", FIELD_ID, "务工单位", "Employer", .sql = "p.employer_id",
           .use = USE_FILTER),
    PARAM(IN, companion_id, FIELD_ID, "同行人", "Companion", .refers = "person"),
    PARAM(IN, work_time, FIELD_TEXT, "务工时间", "Time in work", .max = 60, .use = USE_IMPORT,
          .synonyms = "务工时间(月)|务工月数|务工时长|外出务工时间",
          .help_zh = "月数(如 8)或起止(如 2023.3-2023.11)",
          .help_en = "a number of months, or from and until"),
    FIELD(IN, worked_months, FIELD_INT, "上年务工月数", "Months worked last year",
          .sql = "p.worked_months", .use = USE_EXPORT | USE_DERIVED),
    FIELD(IN, worked_from, FIELD_DATE, "上次务工起", "Last worked from", .sql = "p.worked_from",
          .use = USE_EXPORT | USE_DERIVED),
    FIELD(IN, worked_until, FIELD_DATE, "上次务工止", "Last worked until", .sql = "p.worked_until",
          .use = USE_EXPORT | USE_DERIVED),
    FIELD(
        IN, account, FIELD_ACCOUNT, "银行账号", "Bank account", .sql = "p.account_mask",
        .use = USE_IMPORT,
        .synonyms =
            "aae010|AAE010|社保卡号|社保卡账号|社会保障卡号|社会保障卡银行账号|一卡通账号|社保卡/一卡通账号|银行卡号|账号|一卡通"),
    FIELD(IN, account_bank, FIELD_TEXT, "开户行", "Bank", .max = 60, .sql = "p.account_bank",
          .use = USE_IMPORT, .synonyms = "开户银行|银行"),
    FIELD(IN, account_name, FIELD_NAME, "开户名", "Account name", .max = 40,
          .sql = "p.account_name", .use = USE_IMPORT, .synonyms = "户名|账户名|开户人"),
    FIELD(IN, source, FIELD_TEXT, "采集人", "Collected by", .max = 40, .sql = "p.source",
          .use = USE_IMPORT, .synonyms = "摸排人|采集员|填报人"),
    FIELD(IN, collected_on, FIELD_DATE, "采集日期", "Collected on", .sql = "p.collected_on",
          .use = USE_IMPORT, .synonyms = "摸排时间|采集时间|填报日期"),
    FIELD(IN, remark, FIELD_TEXT, "备注", "Remark", .max = 200, .sql = "p.remark",
          .use = USE_IMPORT, .synonyms = "说明"),
    OUTPUT("updated_at", FIELD_INSTANT, "更新时间", "Changed", .sql = "p.updated_at"),
    { 0 },
};

struct people_find_input {
    const char *id_no;
};
static const struct field people_find_fields[] = {
    PARAM(struct people_find_input, id_no, FIELD_ID_NO, "身份证号", "ID number", .required = true),
    { 0 },
};

const struct field survey_fields[] = {
    PARAM(IN, willingness, FIELD_CHOICE, "就业意愿", "Willingness", .choices = willingness_states,
          .required = true),
    PARAM(IN, destinations, FIELD_DIVISIONS, "意向地点", "Wished places"),
    PARAM(IN, occupations, FIELD_TEXT, "意向工种", "Wished occupations", .max = 100),
    PARAM(IN, least_wage_fen, FIELD_MONEY, "意向薪资", "Least wage", .min = 10000, .max = 5000000),
    PARAM(IN, needs, FIELD_CHOICES, "特殊需要", "Needs", .choices = intention_needs),
    PARAM(IN, companion_id, FIELD_ID, "同行人", "Companion", .refers = "person"),
    PARAM(IN, phone, FIELD_PHONE, "联系电话", "Phone"),
    PARAM(IN, source, FIELD_TEXT, "采集人", "Collected by", .max = 40),
    PARAM(IN, collected_on, FIELD_DATE, "采集日期", "Collected on"),
    { 0 },
};

/* Columns of known rosters that are somebody else's business: placements are
 * recorded by themselves, insurance and family matters not at all. */
static const char headers_left_out[] =
    "序号|编号|数据日期|人编号|在校生状况|在校生情况|是否参加大病保险|致贫原因|致贫原因1|危房户|是否解决安全饮用水|年龄|婚否|婚姻|婚姻状况|政治面貌"
    "|户口是否迁出|是否服兵役|残疾属性|区外就业|低保档次|是否健在|死亡时间|户口注销日期|户口类型|户口性质|毕业时间|毕业院校|专业|紧急联系人"
    "|证书号|务工省|务工市|务工县|务工地省|务工地市|务工地县|务工地点省|务工地点市|务工地点县|务工地点|务工单位"
    "|企业名称|就业单位|单位名称|统一社会信用代码|行业|岗位|岗位/工种|就业形式|就业状态|合同类型|合同期限|组织方式|批次|外出时间|返乡时间|返乡原因"
    "|月收入|参保情况|培训意愿|培训意向|风险是否消除|证件类型|就业地点|就业时间|产业|参保|城乡居民医疗保险|城乡居民养老保险|户主身份证号|户主证件号码";

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const IN *in = input;

    (void)work, (void)employer_id;
    *home = in->home;
    *person_id = in->id;
}

const struct record person_record = {
    .name = "person",
    .zh = "人员",
    .en = "person",
    .table = "person",
    .alias = "p",
    .fields = fields,
    .size = sizeof(IN),
    .order = "home",
    .check = person_check,
    .check_row = person_check_row,
    .headers_left_out = headers_left_out,
    .saved = person_saved,
    .changed = payee_changed,
    .save_gathered = person_save_gathered,
    .removing = person_removing,
    .place = place,
    .count = person_count_list,
    .search = person_search,
    .can_import = true,
};

static const struct field household_fields[] = {
    FIELD(struct household_input, household_no, FIELD_TEXT, "户编号", "Household no.", .max = 30,
          .sql = "h.household_no", .use = LISTED | USE_FILTER | USE_SEARCH),
    FIELD(struct household_input, head_name, FIELD_NAME, "户主", "Head", .max = 40,
          .sql = "h.head_name", .use = LISTED | USE_SEARCH),
    FIELD(struct household_input, home, FIELD_DIVISION, "户籍地", "Domicile", .required = true,
          .sql = "h.home", .use = USE_LIST | USE_FILTER | USE_SORT),
    OUTPUT("home_name", FIELD_TEXT, "户籍地名称", "Domicile name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = h.home)"),
    FIELD(struct household_input, size, FIELD_INT, "家庭人口", "Size", .min = 1, .max = 30,
          .sql = "h.size", .use = LISTED),
    FIELD(struct household_input, income_per_head_fen, FIELD_MONEY, "人均纯收入", "Income per head",
          .min = 0, .max = 100000000, .sql = "h.income_per_head_fen", .use = LISTED | USE_FILTER),
    FIELD(struct household_input, is_relocated, FIELD_BOOL, "易地搬迁", "Relocated",
          .sql = "h.is_relocated", .use = LISTED | USE_FILTER),
    OUTPUT(
        "members", FIELD_INT, "已登记成员", "Members on record", .use = USE_LIST,
        .sql =
            "(SELECT count(*) FROM person m WHERE SCOPE_NOT(person 'only how many') AND m.household_id = h.id)"),
    { 0 },
};

static void place_household(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                            int64_t *person_id)
{
    const struct household_input *in = input;

    (void)work, (void)employer_id, (void)person_id;
    *home = in->home;
}

const struct record household_record = {
    .name = "household",
    .zh = "家庭",
    .en = "household",
    .table = "household",
    .alias = "h",
    .fields = household_fields,
    .size = sizeof(struct household_input),
    .order = "home",
    .check = household_check,
    .place = place_household,
};

enum err person_set_situation(struct ctx *cx, int64_t person_id, int64_t work, int64_t employer_id,
                              const char *labour_status)
{
    struct rows r;
    int64_t home;
    const char *old, *type;

    TRY(db_rows(
        cx, &r,
        "SELECT home, labour_status, household_type FROM person WHERE SCOPE_NOT(person 'the road moves a person; its own row is in scope')"
        " AND id = $1",
        P(person_id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                    T("没有这个人员", "there is no such person"));
    home = row_int(&r, 0, "home");
    old = row_text(&r, 0, "labour_status");
    type = row_text(&r, 0, "household_type");
    TRY(db_exec(
        cx,
        "UPDATE person SET work = $1, employer_id = $2, labour_status = $3, updated_at = $4, version = version + 1"
        " WHERE SCOPE_NOT(person 'the road moves a person; its own row is in scope') AND id = $5",
        P(work), P(employer_id), P(labour_status), P(cx->now), P(person_id)));
    if (str_eq(old, labour_status))
        return OK;
    TRY(person_count_add(cx, home, old, type, -1));
    TRY(person_count_add(cx, home, labour_status, type, 1));
    return journal_append(cx,
                          &(struct journal_entry){
                              .kind = "person",
                              .record_id = person_id,
                              .action = "situation",
                              .before = arena_printf(cx->mem, "{\"labour_status\":\"%s\"}", old),
                              .after = arena_printf(cx->mem, "{\"labour_status\":\"%s\"}",
                                                    labour_status),
                              .home = home,
                              .work = work,
                              .employer_id = employer_id,
                              .person_id = person_id });
}

enum err person_in_reach(struct ctx *cx, int64_t person_id, int64_t work, bool *ret)
{
    const struct scope *s = &cx->who.scope;
    bool is_east = s->kind == SCOPE_OFFICE && s->home_lo == NONE;
    int64_t pairing = NONE;
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT p.home, p.labour_status, SCOPE(person p) AS is_mine FROM person p WHERE p.id = $1"
        " AND SCOPE_NOT(person 'an eastern office may bring to work whoever is free at a paired place')",
        P(person_id)));
    if (r.n && is_east && !str_eq(row_text(&r, 0, "labour_status"), "EMPLOYED") &&
        !str_eq(row_text(&r, 0, "labour_status"), "IN_TRANSFER"))
        TRY(pairing_between(cx, row_int(&r, 0, "home"), work, cx->today, &pairing));
    *ret = r.n && (row_int(&r, 0, "is_mine") == 1 || pairing != NONE);
    return OK;
}

static const struct scoped tables[] = {
    { "person", .home = "home", .work = "work", .employer = "employer_id", .person = "id" },
    { "household", .home = "home" },
    { "person_status", .home = "home", .person = "person_id" },
    { "job_intention", .home = "home", .person = "person_id" },
    { "person_gram", .home = "home" },
    { "person_count", .home = "county" },
    { 0 },
};

static const struct op ops[] = {
    { "people.list", "GET /people", PERM_PERSON_READ, record_list, "人员列表", "People",
      &person_record },
    { "people.export", "GET /people/export", PERM_EXPORT, record_export, "导出人员",
      "Export people", &person_record, .flags = OP_FILE | OP_DETACHED },
    { "people.find", "POST /people/find", PERM_PERSON_READ, record_lookup, "按身份证号查找人员",
      "People by ID number", &person_record, people_find_fields, sizeof(struct people_find_input),
      .flags = OP_DETACHED },
    { "people.summary", "GET /people/summary", PERM_PERSON_READ, people_summary, "各县各状态人数",
      "People by county and status", .in = people_summary_in,
      .in_size = sizeof(struct people_summary_input), .out = people_summary_out },
    { "people.get", "GET /people/{id}", PERM_PERSON_READ, people_get, "人员详情", "One person",
      &person_record },
    { "people.history", "GET /people/{id}/history", PERM_PERSON_READ, record_history,
      "人员变更记录", "A person's history", &person_record },
    { "people.create", "POST /people", PERM_PERSON_WRITE, people_create, "登记人员",
      "Register a person", &person_record, fields, sizeof(IN) },
    { "people.change", "PATCH /people/{id}", PERM_PERSON_WRITE, record_update, "修改人员",
      "Change a person", &person_record },
    { "people.survey", "POST /people/{id}/survey", PERM_PERSON_WRITE, people_survey, "记录摸排结果",
      "Record what a person wants", &person_record, survey_fields, sizeof(IN) },
    { "people.statuses", "GET /people/{id}/statuses", PERM_PERSON_READ, people_statuses,
      "身份认定记录", "Dated statuses" },
    { "people.add_status", "POST /people/{id}/statuses", PERM_PERSON_WRITE, people_add_status,
      "增加身份认定", "Add a dated status", NULL, status_fields, sizeof(struct status_input) },
    { "households.list", "GET /households", PERM_PERSON_READ, record_list, "家庭列表", "Households",
      &household_record },
    { "households.get", "GET /households/{id}", PERM_PERSON_READ, record_get, "家庭详情",
      "One household", &household_record },
    { "households.history", "GET /households/{id}/history", PERM_PERSON_READ, record_history,
      "家庭变更记录", "Its history", &household_record },
    { "households.create", "POST /households", PERM_PERSON_WRITE, record_create, "登记家庭",
      "Register a household", &household_record },
    { "households.change", "PATCH /households/{id}", PERM_PERSON_WRITE, record_update, "修改家庭",
      "Change a household", &household_record },
    { "people.reveal", "POST /people/{id}/reveal", PERM_PERSON_REVEAL, record_reveal,
      "查看完整号码", "See a sealed number", &person_record },
    { 0 },
};

static const struct record *const records[] = { &person_record, &household_record, NULL };

const struct module people_module = { "people", "人员", "People", ops, tables, records };
