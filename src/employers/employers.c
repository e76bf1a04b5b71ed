/* employers.c — enterprises, bases, workshops. */
#include "employers/employers.h"

#include "payees/payees.h"

static const struct choice kinds[] = {
    { "ENTERPRISE", "企业", "Enterprise", "公司|工厂" },
    { "BASE", "就业基地", "Employer base", "基地|就业扶贫基地|示范基地" },
    { "WORKSHOP", "就业帮扶车间", "Assistance workshop", "扶贫车间|帮扶车间" },
    { "FACTORY", "乡村就业工厂", "Rural factory", "就业工厂" },
    { "AGENCY", "人力资源机构", "HR agency", "劳务公司|劳务派遣" },
    { "INSTITUTION", "机关事业单位", "Public institution", "事业单位|国企" },
    { 0 },
};

/* GB/T 4754-2017 sections. */
static const struct choice industries[] = {
    { "A", "农林牧渔", "Agriculture" },
    { "B", "采矿", "Mining" },
    { "C", "制造", "Manufacturing", "制造业" },
    { "D", "电热燃水", "Utilities" },
    { "E", "建筑", "Construction", "建筑业" },
    { "F", "批发零售", "Trade" },
    { "G", "交通仓储邮政", "Transport" },
    { "H", "住宿餐饮", "Hotels and food", "餐饮" },
    { "I", "信息", "Information" },
    { "J", "金融", "Finance" },
    { "K", "房地产", "Real estate" },
    { "L", "租赁商务", "Business services" },
    { "M", "科研技术", "Research" },
    { "N", "水利环境公共设施", "Environment" },
    { "O", "居民服务修理", "Household services", "家政|居民服务" },
    { "P", "教育", "Education" },
    { "Q", "卫生社会工作", "Health" },
    { "R", "文体娱乐", "Culture and sport" },
    { "S", "公共管理", "Public administration" },
    { "T", "国际组织", "International bodies" },
    { 0 },
};

static const struct choice states[] = {
    { "ACTIVE", "正常", "Active" },
    { "SUSPENDED", "暂停合作", "Suspended" },
    { "CLOSED", "已关闭", "Closed" },
    { 0 },
};

static const struct transition transitions[] = {
    { "suspend", "ACTIVE", "SUSPENDED", "暂停合作", "Suspend", .needs_reason = true },
    { "resume", "SUSPENDED", "ACTIVE", "恢复合作", "Resume" },
    { "close", "ACTIVE|SUSPENDED", "CLOSED", "关闭", "Close", .needs_reason = true },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
static const struct field fields[] = {
    FIELD(struct employer_input, name, FIELD_TEXT, "企业名称", "Name", .required = true, .max = 80,
          .sql = "e.name", .use = LISTED | USE_FILTER | USE_SORT | USE_SEARCH | USE_IMPORT,
          .synonyms = "单位名称|用人单位|公司名称|用工单位|企业"),
    FIELD(struct employer_input, credit_code, FIELD_CREDIT, "统一社会信用代码", "Credit code",
          .sql = "e.credit_code", .use = LISTED | USE_FILTER | USE_IMPORT | USE_KEY,
          .synonyms = "信用代码|社会信用代码|税号|营业执照号"),
    FIELD(struct employer_input, kind, FIELD_CHOICE, "类型", "Kind", .choices = kinds,
          .sql = "e.kind", .use = LISTED | USE_FILTER | USE_IMPORT,
          .synonyms = "企业类型|单位类型"),
    FIELD(struct employer_input, work, FIELD_DIVISION, "所在地", "Location", .required = true,
          .sql = "e.work", .use = USE_LIST | USE_FILTER | USE_IMPORT,
          .synonyms = "所在区县|所在县区|企业所在地|地区|区县"),
    OUTPUT("work_name", FIELD_TEXT, "所在地名称", "Location name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = e.work)"),
    FIELD(struct employer_input, industry, FIELD_CHOICE, "行业", "Industry", .choices = industries,
          .sql = "e.industry", .use = LISTED | USE_FILTER | USE_IMPORT,
          .synonyms = "所属行业|行业类别"),
    FIELD(struct employer_input, size, FIELD_INT, "职工人数", "Staff", .min = 0, .max = 1000000,
          .sql = "e.size", .use = LISTED | USE_IMPORT, .synonyms = "企业规模|员工人数|用工人数"),
    FIELD(struct employer_input, address, FIELD_TEXT, "地址", "Address", .max = 120,
          .sql = "e.address", .use = USE_IMPORT | USE_EXPORT,
          .synonyms = "企业地址|详细地址|单位地址"),
    FIELD(struct employer_input, contact_name, FIELD_NAME, "联系人", "Contact", .max = 40,
          .sql = "e.contact_name", .use = LISTED | USE_IMPORT, .synonyms = "企业联系人|负责人"),
    FIELD(struct employer_input, phone, FIELD_PHONE, "联系电话", "Phone", .sql = "e.phone_mask",
          .use = LISTED | USE_IMPORT, .synonyms = "电话|联系人电话|手机"),
    FIELD(struct employer_input, has_canteen, FIELD_BOOL, "有食堂", "Canteen",
          .sql = "e.has_canteen", .use = USE_IMPORT | USE_EXPORT, .synonyms = "食堂"),
    FIELD(struct employer_input, has_western_food, FIELD_BOOL, "有西北面食窗口", "Western food",
          .sql = "e.has_western_food", .use = USE_IMPORT | USE_EXPORT,
          .synonyms = "面食窗口|定西窗口|清真窗口"),
    FIELD(struct employer_input, has_lodging, FIELD_BOOL, "有宿舍", "Lodging",
          .sql = "e.has_lodging", .use = USE_IMPORT | USE_EXPORT, .synonyms = "宿舍|住宿"),
    FIELD(struct employer_input, has_couple_rooms, FIELD_BOOL, "有夫妻房", "Couple rooms",
          .sql = "e.has_couple_rooms", .use = USE_IMPORT | USE_EXPORT, .synonyms = "夫妻房"),
    FIELD(struct employer_input, base_from, FIELD_DATE, "认定为基地日期", "Base since",
          .sql = "e.base_from", .use = USE_IMPORT | USE_EXPORT | USE_FILTER,
          .synonyms = "基地认定时间|认定时间"),
    FIELD(struct employer_input, base_until, FIELD_DATE, "基地有效期至", "Base until",
          .sql = "e.base_until", .use = USE_EXPORT),
    FIELD(struct employer_input, account, FIELD_ACCOUNT, "对公账号", "Bank account",
          .sql = "e.account_mask", .use = USE_IMPORT,
          .synonyms = "银行账号|单位账号|企业账号|基本户账号|收款账号|账号"),
    FIELD(struct employer_input, account_bank, FIELD_TEXT, "开户行", "Bank", .max = 60,
          .sql = "e.account_bank", .use = USE_IMPORT, .synonyms = "开户银行|银行"),
    FIELD(struct employer_input, account_name, FIELD_TEXT, "账户名称", "Account name", .max = 80,
          .sql = "e.account_name", .use = USE_IMPORT, .synonyms = "户名|开户名|账户名"),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = states, .sql = "e.state",
           .use = LISTED | USE_FILTER),
    OUTPUT("updated_at", FIELD_INSTANT, "更新时间", "Changed", .sql = "e.updated_at"),
    { 0 },
};

/* Under a credit code there is one employer in the whole ledger; the store keeps that. */
static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    struct employer_input *in = input;

    if (!before && !in->kind)
        in->kind = "ENTERPRISE";
    if (in->base_from && in->base_until && strcmp(in->base_until, in->base_from) < 0)
        return fail_field(cx, "base_until", "dates.order", "%s",
                          T("有效期止于认定之前", "the base ends before it begins"));
    return OK;
}

/* By credit code, else by name at the same place. */
static enum err find_like(struct ctx *cx, void *input, int64_t *ret_id)
{
    const struct employer_input *in = input;

    *ret_id = NONE;
    if (in->credit_code)
        TRY(employer_find(cx, in->credit_code, NULL, NONE, ret_id));
    if (*ret_id == NONE)
        TRY(employer_find(cx, NULL, in->name, in->work, ret_id));
    return OK;
}

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const struct employer_input *in = input;

    (void)home, (void)person_id;
    *work = in->work;
    *employer_id = in->id;
}

const struct record employer_record = {
    .name = "employer",
    .zh = "企业",
    .en = "employer",
    .table = "employer",
    .alias = "e",
    .fields = fields,
    .size = sizeof(struct employer_input),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = transitions,
    .check = check,
    .find_like = find_like,
    .changed = payee_changed,
    .headers_left_out = "序号|法定代表人|注册资本|经营范围|备注",
    .place = place,
    .can_import = true,
};

enum err employer_find(struct ctx *cx, const char *credit_code, const char *name, int64_t within,
                       int64_t *ret_id)
{
    struct rows r;
    int64_t lo = 0, hi = INT64_MAX;

    *ret_id = NONE;
    if (credit_code) {
        TRY(db_rows(
            cx, &r,
            "SELECT id FROM employer WHERE SCOPE_NOT(employer 'a credit code names one employer in the ledger')"
            " AND credit_code = $1",
            P(credit_code)));
        if (r.n)
            *ret_id = row_int(&r, 0, "id");
        return OK;
    }
    if (within != NONE)
        division_range(within, &lo, &hi);
    TRY(db_rows(
        cx, &r,
        "SELECT id FROM employer WHERE SCOPE_NOT(employer 'employers are found by their public name')"
        " AND name = $1 AND work BETWEEN $2 AND $3 LIMIT 2",
        P(name), P(lo), P(hi)));
    if (r.n == 1)
        *ret_id = row_int(&r, 0, "id");
    return OK;
}

/* Besides its own city, an office sees the employers of the cities it is paired with today. */
static const struct scoped tables[] = {
    { "employer", .work = "work", .employer = "id",
      .extra =
          "EXISTS (SELECT 1 FROM pairing x WHERE $a.work BETWEEN x.work_lo AND x.work_hi AND x.until_on IS NULL"
          " AND $home_lo <= x.home_hi AND $home_hi >= x.home_lo)" },
    { "rights_case", .home = "home", .work = "work" },
    { 0 },
};

static const struct op ops[] = {
    { "employers.list", "GET /employers", PERM_EMPLOYER_READ, record_list, "企业列表", "Employers",
      &employer_record },
    { "employers.export", "GET /employers/export", PERM_EXPORT, record_export, "导出企业",
      "Export employers", &employer_record, .flags = OP_FILE | OP_DETACHED },
    { "employers.get", "GET /employers/{id}", PERM_EMPLOYER_READ, record_get, "企业详情",
      "One employer", &employer_record },
    { "employers.history", "GET /employers/{id}/history", PERM_EMPLOYER_READ, record_history,
      "企业变更记录", "Its history", &employer_record },
    { "employers.create", "POST /employers", PERM_EMPLOYER_WRITE, record_create, "新增企业",
      "Add an employer", &employer_record },
    { "employers.change", "PATCH /employers/{id}", PERM_EMPLOYER_WRITE, record_update, "修改企业",
      "Change an employer", &employer_record },
    { "employers.suspend", "POST /employers/{id}/suspend", PERM_POST_REVIEW, record_event,
      "暂停合作", "Suspend", &employer_record },
    { "employers.resume", "POST /employers/{id}/resume", PERM_POST_REVIEW, record_event, "恢复合作",
      "Resume", &employer_record },
    { "employers.close", "POST /employers/{id}/close", PERM_POST_REVIEW, record_event, "关闭企业",
      "Close", &employer_record },
    { "employers.reveal", "POST /employers/{id}/reveal", PERM_EMPLOYER_WRITE, record_reveal,
      "查看联系电话或账号", "See the phone number or the account", &employer_record },
    { "rights_cases.list", "GET /rights-cases", PERM_EMPLOYER_READ, record_list, "维权案件列表",
      "Rights cases", &rights_case_record },
    { "rights_cases.export", "GET /rights-cases/export", PERM_EXPORT, record_export, "导出维权案件",
      "Export rights cases", &rights_case_record, .flags = OP_FILE | OP_DETACHED },
    { "rights_cases.get", "GET /rights-cases/{id}", PERM_EMPLOYER_READ, record_get, "维权案件详情",
      "One rights case", &rights_case_record },
    { "rights_cases.history", "GET /rights-cases/{id}/history", PERM_EMPLOYER_READ, record_history,
      "变更记录", "Its history", &rights_case_record },
    { "rights_cases.create", "POST /rights-cases", PERM_PLACEMENT_WRITE, record_create,
      "登记维权案件", "Record a rights case", &rights_case_record },
    { "rights_cases.change", "PATCH /rights-cases/{id}", PERM_PLACEMENT_WRITE, record_update,
      "修改维权案件", "Change a rights case", &rights_case_record },
    { "rights_cases.settle", "POST /rights-cases/{id}/settle", PERM_PLACEMENT_WRITE, record_event,
      "办结", "Settle", &rights_case_record },
    { "rights_cases.reject", "POST /rights-cases/{id}/reject", PERM_PLACEMENT_WRITE, record_event,
      "认定不成立", "Reject", &rights_case_record },
    { 0 },
};

static const struct record *const records[] = { &employer_record, &rights_case_record, NULL };

const struct module employers_module = { "employers", "企业", "Employers", ops, tables, records };
