/* people.c — the person: one field table for forms, rosters, lists and exports; the rules across fields; what
 * is written beside her row. */
#include "people/people.h"

#include "base/ids.h"
#include "people/codes.h"
#include "people/person_input.h"
#include "platform/journal.h"

#define LISTED (USE_LIST | USE_EXPORT)
#define IN struct person_input

static const struct field fields[] = {
    FIELD(IN, name, FIELD_NAME, "姓名", "Name", .required = true, .max = 40, .sql = "p.name",
          .use = LISTED | USE_IMPORT | USE_SEARCH, .synonyms = "人员姓名|劳动力姓名|务工人员姓名|姓 名|成员姓名"),
    FIELD(IN, id_no, FIELD_ID_NO, "身份证号", "ID number", .required = true, .sql = "p.id_no_mask",
          .use = LISTED | USE_IMPORT | USE_KEY | USE_FIXED,
          .synonyms = "身份证|身份证号码|公民身份号码|公民身份证号码|证件号码|证件号|居民身份证号"),
    FIELD(IN, sex, FIELD_CHOICE, "性别", "Sex", .choices = sexes, .sql = "p.sex", .use = LISTED | USE_IMPORT | USE_FILTER),
    FIELD(IN, birth, FIELD_DATE, "出生日期", "Born", .sql = "p.birth", .use = LISTED | USE_IMPORT | USE_FILTER,
          .synonyms = "出生年月|出生年月日|生日"),
    FIELD(IN, name_mask, FIELD_NAME, "姓名(遮蔽)", "Masked name", .use = USE_DERIVED),
    FIELD(IN, home, FIELD_DIVISION, "户籍地", "Domicile", .sql = "p.home", .use = USE_FILTER | USE_SORT | USE_IMPORT,
          .synonyms = "户籍所在地|户籍地址|家庭住址|所在村|行政区划", .help_zh = "可写到村：甘肃省定西市通渭县…"),
    OUTPUT("home_name", FIELD_TEXT, "户籍地名称", "Domicile name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = p.home)"),
    PARAM(IN, home_province, FIELD_TEXT, "户籍省", "Province", .max = 30, .use = USE_IMPORT, .synonyms = "省|省份|户籍省份"),
    PARAM(IN, home_city, FIELD_TEXT, "户籍市", "City", .max = 30, .use = USE_IMPORT, .synonyms = "市|市(州)|市州|地市"),
    PARAM(IN, home_county, FIELD_TEXT, "户籍县", "County", .max = 30, .use = USE_IMPORT,
          .synonyms = "县|县区|县(区)|区县|县(市、区、旗)|县(市、区)|所属县区"),
    PARAM(IN, home_township, FIELD_TEXT, "户籍乡镇", "Township", .max = 30, .use = USE_IMPORT,
          .synonyms = "乡镇|乡(镇)|乡|镇|户籍乡|街道|乡镇(街道)|镇街"),
    PARAM(IN, home_village, FIELD_TEXT, "户籍村", "Village", .max = 30, .use = USE_IMPORT,
          .synonyms = "村|行政村|村(社区)|村名|社区"),
    PARAM(IN, home_group, FIELD_TEXT, "自然村", "Hamlet", .max = 30, .use = USE_IMPORT, .synonyms = "组|村民小组|社"),
    PARAM(IN, household_no, FIELD_TEXT, "户编号", "Household no.", .max = 30, .use = USE_IMPORT, .synonyms = "户号|家庭编号|户编码"),
    FIELD(IN, relation, FIELD_CHOICE, "与户主关系", "Relation to head", .choices = relations, .sql = "p.relation",
          .use = USE_IMPORT | USE_EXPORT, .synonyms = "关系|与户主的关系|户主关系"),
    PARAM(IN, head_name, FIELD_NAME, "户主姓名", "Head of household", .max = 40, .use = USE_IMPORT, .synonyms = "户主"),
    PARAM(IN, household_size, FIELD_INT, "家庭人口", "Household size", .min = 1, .max = 30, .use = USE_IMPORT, .synonyms = "人数|家庭人口数|户人口数"),
    PARAM(IN, income_per_head_fen, FIELD_MONEY, "人均纯收入", "Income per head", .min = 0, .max = 100000000, .use = USE_IMPORT, .synonyms = "人均收入|年人均纯收入"),
    FIELD(IN, ethnic, FIELD_CHOICE, "民族", "Ethnic group", .choices = ethnic_groups, .sql = "p.ethnic", .use = USE_IMPORT | USE_EXPORT),
    FIELD(IN, education, FIELD_CHOICE, "文化程度", "Education", .choices = educations, .sql = "p.education",
          .use = LISTED | USE_IMPORT | USE_FILTER, .synonyms = "学历|受教育程度|文化水平"),
    FIELD(IN, health, FIELD_CHOICES, "健康状况", "Health", .choices = health_states, .sql = "p.health", .use = USE_IMPORT, .synonyms = "健康|身体状况"),
    FIELD(IN, work_ability, FIELD_CHOICE, "劳动能力", "Work ability", .choices = work_abilities, .sql = "p.work_ability",
          .use = USE_IMPORT | USE_EXPORT | USE_FILTER, .synonyms = "劳动力类型|劳动力情况|劳动技能"),
    FIELD(IN, phone, FIELD_PHONE, "联系电话", "Phone", .sql = "p.phone_mask", .use = LISTED | USE_IMPORT,
          .synonyms = "电话|手机|手机号|手机号码|联系方式|电话号码|人联系电话|本人电话"),
    FIELD(IN, household_type, FIELD_CHOICE, "户类型", "Household type", .choices = household_types, .sql = "p.household_type",
          .use = LISTED | USE_IMPORT | USE_FILTER, .synonyms = "农户类型|贫困户属性|人员类别|户属性|脱贫属性"),
    FIELD(IN, monitored_type, FIELD_CHOICE, "监测对象类型", "Monitored type", .choices = monitored_types, .sql = "p.monitored_type",
          .use = LISTED | USE_IMPORT | USE_FILTER, .synonyms = "监测户类型|监测对象|易返贫致贫户(监测对象)类型|监测类型"),
    PARAM(IN, identified_on, FIELD_DATE, "识别时间", "Identified", .use = USE_IMPORT, .synonyms = "首次识别时间|人员识别时间|风险识别时间|认定时间|纳入时间"),
    PARAM(IN, risk_eliminated_on, FIELD_DATE, "风险消除时间", "Risk eliminated", .use = USE_IMPORT, .synonyms = "消除时间"),
    FIELD(IN, skill, FIELD_TEXT, "技能特长", "Skill", .max = 60, .sql = "p.skill", .use = LISTED | USE_IMPORT, .synonyms = "技能|特长|技能/工种|掌握技能|工种"),
    FIELD(IN, skill_level, FIELD_CHOICE, "技能等级", "Skill level", .choices = skill_levels, .sql = "p.skill_level", .use = USE_IMPORT | USE_EXPORT, .synonyms = "技能级别|职业技能等级"),
    FIELD(IN, willingness, FIELD_CHOICE, "就业意愿", "Willingness", .choices = willingness_states, .sql = "p.willingness",
          .use = LISTED | USE_IMPORT | USE_FILTER, .synonyms = "外出意愿|务工意愿|是否有就业意愿|有无就业意愿|外出务工意愿|就业意向"),
    PARAM(IN, destinations, FIELD_DIVISIONS, "意向地点", "Wished places", .use = USE_IMPORT, .synonyms = "意向务工地|意向地区|意向就业地|期望工作地|意向城市"),
    PARAM(IN, occupations, FIELD_TEXT, "意向工种", "Wished occupations", .max = 100, .use = USE_IMPORT, .synonyms = "意向岗位|期望工种|求职工种|意向职业"),
    PARAM(IN, least_wage_fen, FIELD_MONEY, "意向薪资", "Least wage", .min = 10000, .max = 5000000, .use = USE_IMPORT, .synonyms = "期望薪资|期望月薪|意向月薪|期望工资|意向工资|最低薪资"),
    PARAM(IN, needs, FIELD_CHOICES, "特殊需要", "Needs", .choices = intention_needs, .use = USE_IMPORT),
    FIELD(IN, labour_status, FIELD_CHOICE, "就业状态", "Labour status", .choices = labour_statuses, .sql = "p.labour_status", .use = LISTED | USE_FILTER | USE_DERIVED),
    OUTPUT("work", FIELD_DIVISION, "务工地", "Workplace", .sql = "p.work", .use = USE_FILTER),
    OUTPUT("work_name", FIELD_TEXT, "务工地名称", "Workplace name", .use = LISTED, .sql = "(SELECT d.full_name FROM division d WHERE d.code = p.work)"),
    OUTPUT("employer_id", FIELD_ID, "务工单位", "Employer", .sql = "p.employer_id", .use = USE_FILTER),
    FIELD(IN, account, FIELD_ACCOUNT, "银行账号", "Bank account", .sql = "p.account_mask", .use = USE_IMPORT, .synonyms = "社保卡号|一卡通账号|社保卡/一卡通账号|银行卡号|账号|一卡通"),
    FIELD(IN, account_bank, FIELD_TEXT, "开户行", "Bank", .max = 60, .sql = "p.account_bank", .use = USE_IMPORT, .synonyms = "开户银行|银行"),
    FIELD(IN, account_name, FIELD_NAME, "开户名", "Account name", .max = 40, .sql = "p.account_name", .use = USE_IMPORT, .synonyms = "户名|账户名|开户人"),
    FIELD(IN, source, FIELD_TEXT, "采集人", "Collected by", .max = 40, .sql = "p.source", .use = USE_IMPORT, .synonyms = "摸排人|采集员|填报人"),
    FIELD(IN, collected_on, FIELD_DATE, "采集日期", "Collected on", .sql = "p.collected_on", .use = USE_IMPORT, .synonyms = "摸排时间|采集时间|填报日期"),
    FIELD(IN, remark, FIELD_TEXT, "备注", "Remark", .max = 200, .sql = "p.remark", .use = USE_IMPORT, .synonyms = "说明"),
    OUTPUT("updated_at", FIELD_INSTANT, "更新时间", "Changed", .sql = "p.updated_at"),
    { 0 },
};

/* Columns of known rosters that are somebody else's business (domain.md C1a–C1d): placements are recorded by
 * themselves, insurance and family matters not at all. */
static const char headers_left_out[] =
    "序号|编号|数据日期|人编号|在校生状况|在校生情况|是否参加大病保险|致贫原因|致贫原因1|危房户|是否解决安全饮用水|年龄|婚否|婚姻|婚姻状况|政治面貌"
    "|户口是否迁出|是否服兵役|残疾属性|区外就业|低保档次|是否健在|死亡时间|户口注销日期|户口类型|户口性质|毕业时间|毕业院校|专业|紧急联系人"
    "|证书号|务工省|务工市|务工县|务工地省|务工地市|务工地县|务工地点省|务工地点市|务工地点县|务工地点|务工单位|务工时间|务工时间(月)|务工月数"
    "|企业名称|就业单位|单位名称|统一社会信用代码|行业|岗位|岗位/工种|就业形式|就业状态|合同类型|合同期限|组织方式|批次|外出时间|返乡时间|返乡原因"
    "|月收入|参保情况|培训意愿|培训意向|风险是否消除|证件类型|就业地点|就业时间|产业|参保|城乡居民医疗保险|城乡居民养老保险|户主身份证号|户主证件号码";

/* --- rules across fields -------------------------------------------------------------------------------- */
/* Domicile from its parts, beginning with what the office's own division supplies. */
static enum err find_home(struct ctx *cx, IN *in)
{
    const char *parts[] = { in->home_province, in->home_city, in->home_county, in->home_township, in->home_village };
    struct str path = str_new(cx->mem);
    int64_t code = NONE;
    enum division_match match = DIVISION_UNKNOWN;

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        str_add(&path, parts[i]);
    if (path.len == 0)
        return fail_field(cx, "home", "field.required", "%s", T("缺少户籍地", "the domicile is missing"));
    /* A village or township that the gazetteer does not have is kept at the level above. */
    for (size_t keep = ARRAY_LEN(parts); keep > 0 && match != DIVISION_FOUND && match != DIVISION_ABOLISHED; keep--) {
        struct str shorter = str_new(cx->mem);
        for (size_t i = 0; i < keep; i++)
            str_add(&shorter, parts[i]);
        if (shorter.len && field_resolve_division)
            match = field_resolve_division(cx, shorter.s, &code);
    }
    if (match != DIVISION_FOUND && match != DIVISION_ABOLISHED)
        return hint(cx, fail_field(cx, "home", "division.unknown", "%s", T("找不到户籍地", "the domicile is not known")), "%s",
                    T("请写全省、市、县名", "write province, city and county"));
    in->home = code;
    return OK;
}

static enum err check_age(struct ctx *cx, const IN *in)
{
    if (date_age(id_no_birth(in->id_no), cx->today) < 16)
        return hint(cx, fail_field(cx, "id_no", "age.under_16", "%s", T("未满 16 周岁，不能登记为劳动力", "under 16 years: must not be registered for work")),
                    "%s", T("请核对身份证号；家庭成员可在户信息中登记", "check the number; children belong to the household only"));
    return OK;
}

static const char *status_of_willingness(const char *willingness)
{
    return str_eq(willingness, "WILLING") ? "SEEKING" : str_eq(willingness, "UNWILLING") ? "UNWILLING" : str_eq(willingness, "UNABLE") ? "UNABLE" : "UNSURVEYED";
}

static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    IN *in = input;
    char mask[16];

    if (before)
        return OK;
    TRY(check_age(cx, in));
    if (in->home == NONE)
        TRY(find_home(cx, in));
    /* The number decides; a differing column is reported by the importer. */
    in->birth = date_text(cx->mem, id_no_birth(in->id_no));
    in->sex = id_no_is_female(in->id_no) ? "FEMALE" : "MALE";
    in->name_mask = arena_strdup(cx->mem, name_mask(in->name, mask));
    if (!in->household_type)
        in->household_type = "ORDINARY";
    if (!in->willingness)
        in->willingness = "UNSURVEYED";
    in->labour_status = status_of_willingness(in->willingness);
    return OK;
}

static void warn(struct field_problems *ps, const char *field, const char *code, const char *message, const char *cure)
{
    if (ps->n < (int)ARRAY_LEN(ps->at))
        ps->at[ps->n++] = (struct field_problem){ &fields[field_index(fields, field)], true, code, message, cure };
}

static const char *future_date(const struct ctx *cx, const char *text)
{
    return text && date_compare(date_of_text(text), cx->today) > 0 ? text : NULL;
}

/* Across the cells of a roster's row, as written: the number decides, and whoever typed the columns is told. */
static void check_row(struct ctx *cx, const void *input, struct field_problems *ps)
{
    const IN *in = input;
    const char *date;

    if (in->id_no) {
        bool female = id_no_is_female(in->id_no);
        if (in->sex && str_eq(in->sex, "MALE") == female)
            warn(ps, "sex", "sex.differs",
                 arena_printf(cx->mem, T("性别列为%s，身份证号为%s", "the column says %s, the number %s"), T(female ? "男" : "女", female ? "male" : "female"),
                              T(female ? "女" : "男", female ? "female" : "male")),
                 T("以身份证号为准，请核对", "the number counts; please compare"));
        date = date_text(cx->mem, id_no_birth(in->id_no));
        if (in->birth && strncmp(in->birth, date, str_ends(in->birth, "-01") ? 7 : 10) != 0)
            warn(ps, "birth", "birth.differs", T("出生日期与身份证号不一致", "the date of birth and the number disagree"),
                 T("以身份证号为准，请核对", "the number counts; please compare"));
        if (date_age(id_no_birth(in->id_no), cx->today) >= 16 && date_age(id_no_birth(in->id_no), cx->today) < 18)
            warn(ps, "id_no", "age.minor", T("未满 18 周岁的未成年工", "under 18: rules for minors apply"),
                 T("安排岗位时遵守未成年工规定", "observe them when placing"));
    }
    if (in->least_wage_fen != NONE && in->least_wage_fen > 2000000)
        warn(ps, "least_wage_fen", "income.yearly", T("月薪过高，可能填成了年收入", "so high for a month that it may be a year's"),
             T("请按月填写", "give it by the month"));
    if (in->account_name && in->name && !str_eq(in->account_name, in->name))
        warn(ps, "account_name", "account.name_differs", T("开户名不是本人", "the account is another person's"),
             T("代领须有登记的代理人", "payment to another needs a registered proxy"));
    if (in->identified_on && in->risk_eliminated_on && strcmp(in->risk_eliminated_on, in->identified_on) < 0)
        warn(ps, "risk_eliminated_on", "dates.order", T("风险消除早于识别", "eliminated before it was identified"),
             T("请核对两个日期", "check both dates"));
    if ((date = future_date(cx, in->identified_on)) || (date = future_date(cx, in->collected_on)))
        warn(ps, date == in->identified_on ? "identified_on" : "collected_on", "dates.future", T("日期在今天之后", "a date that lies ahead"),
             T("请核对", "check it"));
}

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id, int64_t *person_id)
{
    const IN *in = input;

    (void)work, (void)employer_id;
    *home = in->home;
    *person_id = in->id;
}

/* --- what is written beside the row --------------------------------------------------------------------- */
static enum err save_household(struct ctx *cx, const IN *in, int64_t person_id)
{
    struct rows r;
    int64_t id;

    if (!in->household_no)
        return OK;
    TRY(db_rows(cx, &r,
                "INSERT INTO household (id, home, household_no, head_name, size, income_per_head_fen, created_at, updated_at)"
                " SELECT $1, $2, $3, $4, $5, $6, $7, $7 WHERE SCOPE(household home=$2)"
                " ON CONFLICT (household_no) WHERE household_no IS NOT NULL DO UPDATE SET"
                " head_name = coalesce(excluded.head_name, household.head_name), size = coalesce(excluded.size, household.size),"
                " income_per_head_fen = coalesce(excluded.income_per_head_fen, household.income_per_head_fen),"
                " updated_at = excluded.updated_at RETURNING id",
                P(store_new_id(cx->store)), P(in->home), P(in->household_no), P(in->head_name), P(in->household_size),
                P(in->income_per_head_fen), P(cx->now)));
    if (r.n == 0)
        return OK;
    id = row_int(&r, 0, "id");
    return db_exec(cx, "UPDATE person AS p SET household_id = $1 WHERE p.id = $2 AND SCOPE(person p)", P(id), P(person_id));
}

static enum err save_status(struct ctx *cx, const IN *in, int64_t person_id, const char *kind)
{
    const char *from = in->identified_on ? in->identified_on : in->collected_on ? in->collected_on : date_text(cx->mem, cx->today);

    return db_exec(cx,
                   "INSERT INTO person_status (id, person_id, home, kind, from_on, until_on, source, created_at)"
                   " SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE SCOPE(person_status home=$3, person_id=$2)"
                   " AND NOT EXISTS (SELECT 1 FROM person_status s WHERE SCOPE(person_status s) AND s.person_id = $2 AND s.kind = $4"
                   " AND s.until_on IS NULL)",
                   P(store_new_id(cx->store)), P(person_id), P(in->home), P(kind), P(from),
                   P(str_eq(kind, "POVERTY_EXITED") || str_eq(kind, "REGISTERED_POOR") ? NULL : in->risk_eliminated_on), P(cx->batch_id), P(cx->now));
}

static enum err save_intention(struct ctx *cx, const IN *in, int64_t person_id)
{
    if (!in->destinations && !in->occupations && in->least_wage_fen == NONE && !in->needs)
        return OK;
    return db_exec(cx,
                   "INSERT INTO job_intention (id, person_id, home, destinations, occupations, least_wage_fen, needs, created_at, updated_at)"
                   " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $8 WHERE SCOPE(job_intention home=$3, person_id=$2)",
                   P(store_new_id(cx->store)), P(person_id), P(in->home), P(in->destinations), P(in->occupations), P(in->least_wage_fen), P(in->needs), P(cx->now));
}

static enum err saved(struct ctx *cx, void *input, int64_t id, bool is_new)
{
    IN *in = input;

    if (!is_new)
        return OK;
    TRY(person_index_add(cx, id, in->home, in->name));
    TRY(person_count_add(cx, in->home, in->labour_status, in->household_type, 1));
    TRY(save_household(cx, in, id));
    if (!str_eq(in->household_type, "ORDINARY"))
        TRY(save_status(cx, in, id, in->household_type));
    if (in->monitored_type)
        TRY(save_status(cx, in, id, in->monitored_type));
    return save_intention(cx, in, id);
}

/* A person who came with a roster that is taken back. A household goes with its last member. */
static enum err removing(struct ctx *cx, const struct rows *before)
{
    int64_t id = row_int(before, 0, "id"), home = row_int(before, 0, "home"), household_id = row_int(before, 0, "household_id");

    TRY(person_index_remove(cx, id, home, row_text(before, 0, "name")));
    TRY(person_count_add(cx, home, row_text(before, 0, "labour_status"), row_text(before, 0, "household_type"), -1));
    TRY(db_exec(cx, "DELETE FROM person_status AS s WHERE s.person_id = $1 AND SCOPE(person_status s)", P(id)));
    TRY(db_exec(cx, "DELETE FROM job_intention AS i WHERE i.person_id = $1 AND SCOPE(job_intention i)", P(id)));
    if (household_id == NONE)
        return OK;
    TRY(db_exec(cx, "UPDATE person AS p SET household_id = NULL WHERE p.id = $1 AND SCOPE(person p)", P(id)));
    return db_exec(cx,
                   "DELETE FROM household AS h WHERE h.id = $1 AND SCOPE(household h) AND NOT EXISTS (SELECT 1 FROM person p"
                   " WHERE SCOPE_NOT(person 'whoever belongs to the household') AND p.household_id = h.id)",
                   P(household_id));
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
    .check = check,
    .check_row = check_row,
    .headers_left_out = headers_left_out,
    .saved = saved,
    .removing = removing,
    .place = place,
    .count = person_count_list,
    .search = person_search,
    .can_import = true,
};

enum err person_set_situation(struct ctx *cx, int64_t person_id, int64_t work, int64_t employer_id, const char *labour_status)
{
    struct rows r;
    int64_t home;
    const char *old, *type;

    TRY(db_rows(cx, &r,
                "SELECT home, labour_status, household_type FROM person WHERE SCOPE_NOT(person 'the road moves a person; its own row is in scope')"
                " AND id = $1",
                P(person_id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s", T("没有这个人员", "there is no such person"));
    home = row_int(&r, 0, "home");
    old = row_text(&r, 0, "labour_status");
    type = row_text(&r, 0, "household_type");
    TRY(db_exec(cx,
                "UPDATE person SET work = $1, employer_id = $2, labour_status = $3, updated_at = $4, version = version + 1"
                " WHERE SCOPE_NOT(person 'the road moves a person; its own row is in scope') AND id = $5",
                P(work), P(employer_id), P(labour_status), P(cx->now), P(person_id)));
    if (str_eq(old, labour_status))
        return OK;
    TRY(person_count_add(cx, home, old, type, -1));
    TRY(person_count_add(cx, home, labour_status, type, 1));
    return journal_append(cx, &(struct journal_entry){ .kind = "person", .record_id = person_id, .action = "situation",
                                                       .before = arena_printf(cx->mem, "{\"labour_status\":\"%s\"}", old),
                                                       .after = arena_printf(cx->mem, "{\"labour_status\":\"%s\"}", labour_status),
                                                       .home = home, .work = work, .employer_id = employer_id, .person_id = person_id });
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
    { "people.list", "GET /people", PERM_PERSON_READ, record_list, "人员列表", "People", &person_record },
    { "people.export", "GET /people/export", PERM_EXPORT, record_export, "导出人员", "Export people", &person_record, .flags = OP_FILE | OP_DETACHED },
    { "people.summary", "GET /people/summary", PERM_PERSON_READ, people_summary, "各县各状态人数", "People by county and status",
      .in = people_summary_in, .in_size = sizeof(struct people_summary_input), .out = people_summary_out },
    { "people.get", "GET /people/{id}", PERM_PERSON_READ, record_get, "人员详情", "One person", &person_record },
    { "people.history", "GET /people/{id}/history", PERM_PERSON_READ, record_history, "人员变更记录", "A person's history", &person_record },
    { "people.create", "POST /people", PERM_PERSON_WRITE, record_create, "登记人员", "Register a person", &person_record },
    { "people.change", "PATCH /people/{id}", PERM_PERSON_WRITE, record_update, "修改人员", "Change a person", &person_record },
    { "people.reveal", "POST /people/{id}/reveal", PERM_PERSON_REVEAL, record_reveal, "查看完整号码", "See a sealed number", &person_record },
    { 0 },
};

static const struct record *const records[] = { &person_record, NULL };

const struct module people_module = { "people", "人员", "People", ops, tables, records };
