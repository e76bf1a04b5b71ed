/* simulate_rosters.c — rosters of people, one for each western county, each on its own office's
 * form. */
#include "app/simulate_form.h"

static const char *const fill_notes[] = {
    "填表说明：1.身份证号码按居民身份证填写；2.“户类型”按扶贫开发信息系统填写；3.有意愿外出务工的须填意向栏。",
    NULL
};
static const char *const unit_notes[] = {
    "填报单位（盖章）：                              填报日期：2019年1月28日", "单位：人、元", NULL
};

/* Headers differ by office, as those of real rosters do; the third is the national export. */
static const struct sim_form forms[] = {
    { .title = "%s建档立卡贫困劳动力外出务工意愿摸底花名册",
      .notes = fill_notes,
      .columns = { { KEY_SERIAL, "序号" },
                   { KEY_NAME, "姓名" },
                   { KEY_SEX, "性别" },
                   { KEY_ID_NO, "身份证号码" },
                   { KEY_ETHNIC, "民族" },
                   { KEY_EDUCATION, "文化程度" },
                   { KEY_COUNTY, "县区" },
                   { KEY_TOWN, "乡镇" },
                   { KEY_VILLAGE, "行政村" },
                   { KEY_HOUSEHOLD_NO, "户编号" },
                   { KEY_RELATION, "与户主关系" },
                   { KEY_HOUSEHOLD_TYPE, "户类型" },
                   { KEY_HEALTH, "健康状况" },
                   { KEY_ABILITY, "劳动能力" },
                   { KEY_PHONE, "联系电话" },
                   { KEY_SKILL, "技能特长" },
                   { KEY_WILLING, "就业意愿" },
                   { KEY_WISH_PLACE, "意向务工地" },
                   { KEY_WISH_WORK, "意向工种" },
                   { KEY_WAGE, "期望月薪" },
                   { KEY_ACCOUNT, "社保卡号" },
                   { KEY_BANK, "开户行" },
                   { KEY_REMARK, "备注" } },
      .has_formulas = true,
      .repeats_header = true,
      .ends_with_total = true,
      .ends_with_signature = true,
      .blank_rows = 30 },
    { .title = "%s劳务输转人员信息采集表",
      .notes = unit_notes,
      .columns = { { KEY_SERIAL, "序号" },
                   { KEY_NAME, "姓名" },
                   { KEY_ID_NO, "公民身份号码" },
                   { KEY_SEX, "性别" },
                   { KEY_BIRTH, "出生年月日" },
                   { KEY_COUNTY, "县", "户籍地" },
                   { KEY_TOWN, "乡镇", "户籍地" },
                   { KEY_VILLAGE, "村", "户籍地" },
                   { KEY_HOUSEHOLD_TYPE, "农户类型" },
                   { KEY_EDUCATION, "学历" },
                   { KEY_PHONE, "手机号码" },
                   { KEY_WILLING, "外出意愿", "就业意向" },
                   { KEY_WISH_PLACE, "意向地区", "就业意向" },
                   { KEY_WISH_WORK, "意向岗位", "就业意向" },
                   { KEY_WAGE, "意向月薪", "就业意向" },
                   { KEY_ACCOUNT, "一卡通账号", "发放账户" },
                   { KEY_ACCOUNT_NAME, "户名", "发放账户" },
                   { KEY_BANK, "开户银行", "发放账户" },
                   { KEY_COLLECTOR, "采集人" },
                   { KEY_COLLECTED, "采集时间" },
                   { KEY_UNKNOWN, "帮扶责任人" } },
      .has_real_dates = true,
      .ends_with_signature = true,
      .blank_rows = 8 },
    { .title = "",
      .columns = { { KEY_SERIAL, "序号" },           { KEY_COUNTY, "县(市、区、旗)" },
                   { KEY_TOWN, "乡(镇)" },           { KEY_VILLAGE, "行政村" },
                   { KEY_HOUSEHOLD_NO, "户编号" },   { KEY_NAME, "姓名" },
                   { KEY_ID_NO, "证件号码" },        { KEY_RELATION, "与户主关系" },
                   { KEY_ETHNIC, "民族" },           { KEY_EDUCATION, "文化程度" },
                   { KEY_HEALTH, "健康状况" },       { KEY_ABILITY, "劳动技能" },
                   { KEY_PHONE, "人联系电话" },      { KEY_IDENTIFIED, "首次识别时间" },
                   { KEY_HOUSEHOLD_TYPE, "户类型" }, { KEY_WILLING, "有无就业意愿" },
                   { KEY_WISH_PLACE, "意向就业地" }, { KEY_WISH_WORK, "意向职业" },
                   { KEY_WAGE, "期望工资" },         { KEY_ACCOUNT, "一卡通账号" },
                   { KEY_BANK, "开户银行" } },
      .is_csv = true },
    { .title = "%s有意愿赴东部务工人员名单",
      .columns = { { KEY_SERIAL, "序号" },
                   { KEY_NAME, "劳动力姓名" },
                   { KEY_ID_NO, "身份证" },
                   { KEY_ADDRESS, "户籍地址" },
                   { KEY_PHONE, "电话" },
                   { KEY_HOUSEHOLD_TYPE, "人员类别" },
                   { KEY_EDUCATION, "受教育程度" },
                   { KEY_WILLING, "是否有就业意愿" },
                   { KEY_WISH_PLACE, "意向城市" },
                   { KEY_WISH_WORK, "求职工种" },
                   { KEY_WAGE, "最低薪资" },
                   { KEY_ACCOUNT, "社会保障卡银行账号" },
                   { KEY_BANK, "开户银行" },
                   { KEY_COLLECTED, "填报日期" },
                   { KEY_REMARK, "备注" },
                   { KEY_UNKNOWN, "帮扶措施落实情况" } },
      .hides_rows = true,
      .has_code_sheet = true,
      .ends_with_total = true,
      .blank_rows = 100 },
};

/* What a city puts together from its counties: every column, and so every flaw. */
static const struct sim_form whole_form = { .title = "%s农村劳动力花名册",
                                            .notes = unit_notes,
                                            .columns = { { KEY_SERIAL, "序号" },
                                                         { KEY_NAME, "姓名" },
                                                         { KEY_SEX, "性别" },
                                                         { KEY_ID_NO, "身份证号码" },
                                                         { KEY_BIRTH, "出生日期" },
                                                         { KEY_ETHNIC, "民族" },
                                                         { KEY_EDUCATION, "文化程度" },
                                                         { KEY_COUNTY, "县区" },
                                                         { KEY_TOWN, "乡镇" },
                                                         { KEY_VILLAGE, "行政村" },
                                                         { KEY_HOUSEHOLD_NO, "户编号" },
                                                         { KEY_RELATION, "与户主关系" },
                                                         { KEY_HOUSEHOLD_TYPE, "户类型" },
                                                         { KEY_IDENTIFIED, "首次识别时间" },
                                                         { KEY_HEALTH, "健康状况" },
                                                         { KEY_ABILITY, "劳动能力" },
                                                         { KEY_PHONE, "联系电话" },
                                                         { KEY_SKILL, "技能特长" },
                                                         { KEY_WILLING, "就业意愿" },
                                                         { KEY_WISH_PLACE, "意向务工地" },
                                                         { KEY_WISH_WORK, "意向工种" },
                                                         { KEY_WAGE, "期望月薪" },
                                                         { KEY_ACCOUNT, "社保卡号" },
                                                         { KEY_ACCOUNT_NAME, "开户名" },
                                                         { KEY_BANK, "开户行" },
                                                         { KEY_COLLECTOR, "采集人" },
                                                         { KEY_COLLECTED, "采集日期" },
                                                         { KEY_REMARK, "备注" },
                                                         { KEY_UNKNOWN, "帮扶责任人" } },
                                            .has_formulas = true,
                                            .has_real_dates = true,
                                            .repeats_header = true,
                                            .hides_rows = true,
                                            .has_code_sheet = true,
                                            .ends_with_total = true,
                                            .ends_with_signature = true,
                                            .blank_rows = 100 };

/* Days since 1899-12-30, as spreadsheets count. */
static struct book_cell date_cell(struct sim_draft *d, struct date day)
{
    char iso[11];

    if (d->form->has_real_dates)
        return (struct book_cell){ BOOK_DATE,
                                   arena_printf(d->w->mem, "%d", date_to_days(day) + 25569), NULL };
    date_format(day, iso);
    return (struct book_cell){ BOOK_TEXT,
                               d->form->is_csv
                                   ? arena_printf(d->w->mem, "%.4s%.2s%.2s", iso, iso + 5, iso + 8)
                                   : arena_printf(d->w->mem, "%.4s.%d.%d", iso, day.month, day.day),
                               NULL };
}

static const char *plain(const struct sim_draft *d, const struct sim_person *p, enum sim_key key)
{
    const struct sim_place *county = &d->w->west[p->county];
    const char *town = county->towns ? county->town[p->town].name : "";

    switch (key) {
    case KEY_NAME:
    case KEY_ACCOUNT_NAME:
        return key == KEY_NAME || *p->account ? p->name : "";
    case KEY_ID_NO:
        return p->id_no;
    case KEY_SEX:
        return p->is_female ? "女" : "男";
    case KEY_ETHNIC:
        return p->ethnic;
    case KEY_EDUCATION:
        return p->education;
    case KEY_COUNTY:
        return county->name;
    case KEY_TOWN:
        return town;
    case KEY_VILLAGE:
        return p->village;
    case KEY_ADDRESS:
        return arena_printf(d->w->mem, "%s%s", county->full_name, town);
    case KEY_HOUSEHOLD_NO:
        return p->household_no;
    case KEY_RELATION:
        return p->relation;
    case KEY_HEAD_NAME:
        return p->head_name;
    case KEY_HOUSEHOLD_TYPE:
        return p->household_type;
    case KEY_HEALTH:
        return p->health;
    case KEY_ABILITY:
        return p->ability;
    case KEY_PHONE:
        return p->phone;
    case KEY_SKILL:
        return p->skill;
    case KEY_WILLING:
        return p->willing;
    case KEY_WISH_PLACE:
        return p->wish_place;
    case KEY_WISH_WORK:
        return p->wish_work;
    case KEY_WAGE:
        return p->least_wage ? arena_printf(d->w->mem, "%d", p->least_wage) : "";
    case KEY_ACCOUNT:
        return p->account;
    case KEY_BANK:
        return p->bank;
    case KEY_COLLECTOR:
        return p->collector;
    case KEY_UNKNOWN:
        return p->collector;
    default:
        return "";
    }
}

static void put_person(struct sim_draft *d, const struct sim_person *p)
{
    struct book_cell *cells = NEW_ARRAY(d->w->mem, struct book_cell, d->columns);
    char iso[11];

    for (int i = 0; i < d->columns; i++) {
        enum sim_key key = d->form->columns[i].key;
        const char *s = plain(d, p, key);
        cells[i] = (struct book_cell){ *s ? BOOK_TEXT : BOOK_EMPTY, s, NULL };
        if (key == KEY_BIRTH)
            cells[i] =
                (struct book_cell){ BOOK_TEXT, arena_strdup(d->w->mem, date_format(p->birth, iso)),
                                    NULL };
        else if (key == KEY_COLLECTED || key == KEY_IDENTIFIED)
            cells[i] = date_cell(d, key == KEY_COLLECTED ? p->collected : p->identified);
        else if (key == KEY_WAGE && *s && !d->form->is_csv)
            cells[i].kind = BOOK_NUMBER;
    }
    sim_put_row(d, cells);
}

static void put_people(struct sim_draft *d, int county, int part, int parts)
{
    int nth = 0;

    for (int i = 0; i < d->w->people_n; i++)
        if (d->w->people[i].county == county && nth++ % parts == part)
            put_person(d, &d->w->people[i]);
}

static const char signature[] =
    "填表人：王志明          审核人：李秀兰          单位负责人（签字）：                2019年1月28日（公章）";

static enum err write_whole(struct sim_world *w, struct failure *f)
{
    struct sim_draft d = sim_draft(w, &whole_form, "roster.xlsx", "person", w->west_code);

    sim_begin_sheet(&d, "花名册", w->west_name);
    for (int i = 0; i < w->people_n; i++)
        put_person(&d, &w->people[i]);
    sim_end_sheet(&d, signature);
    return sim_finish(&d, f);
}

enum err sim_write_rosters(struct sim_world *w, struct failure *f)
{
    if (w->options.one_roster)
        return write_whole(w, f);
    for (int county = 0; county < w->west_n; county++) {
        const struct sim_form *form = &forms[county % (int)ARRAY_LEN(forms)];
        const struct sim_place *place = &w->west[county];
        struct sim_draft d =
            sim_draft(w, form,
                      arena_printf(w->mem, "roster-%lld.%s", (long long)place->code / 1000000,
                                   form->is_csv ? "csv" : "xlsx"),
                      "person", place->code);
        int parts = form->repeats_header && county >= (int)ARRAY_LEN(forms)
                        ? 2
                        : 1; /* the second office of that form sends two sheets */
        for (int part = 0; part < parts; part++) {
            sim_begin_sheet(&d, parts == 1 ? "花名册" : part ? "第二批" : "第一批", place->name);
            put_people(&d, county, part, parts);
            sim_end_sheet(&d, signature);
        }
        TRY(sim_finish(&d, f));
    }
    return OK;
}
