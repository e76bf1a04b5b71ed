/* simulate_sheets.c — what the east sends: employers, posts, monthly confirmations; and the key of
 * answers. */
#include "app/simulate_form.h"

static const struct sim_form employer_form = {
    .title = "%s吸纳西部劳动力就业企业名录",
    .columns = { { KEY_SERIAL, "序号" },
                 { KEY_EMPLOYER, "单位名称" },
                 { KEY_CREDIT, "统一社会信用代码" },
                 { KEY_KIND, "企业类型" },
                 { KEY_PLACE, "所在区县" },
                 { KEY_INDUSTRY, "所属行业" },
                 { KEY_STAFF, "用工人数" },
                 { KEY_ADDRESS, "详细地址" },
                 { KEY_CONTACT, "联系人" },
                 { KEY_PHONE, "联系人电话" },
                 { KEY_CANTEEN, "食堂" },
                 { KEY_NOODLES, "面食窗口" },
                 { KEY_LODGING, "宿舍" },
                 { KEY_COUPLE_ROOMS, "夫妻房" },
                 { KEY_ACCOUNT, "对公账号" },
                 { KEY_BANK, "开户银行" } },
    .ends_with_total = true,
    .blank_rows = 10,
};
static const char *const post_notes[] = {
    "注：“定向”指定向招收建档立卡贫困劳动力的岗位（企业千岗计划）", NULL
};
/* One office writes the range in one cell, the other in two. */
static const struct sim_form post_forms[] = {
    { .title = "%s企业用工岗位信息汇总表",
      .notes = post_notes,
      .columns = { { KEY_SERIAL, "序号" },
                   { KEY_POST_NO, "岗位编号" },
                   { KEY_EMPLOYER, "用人单位" },
                   { KEY_CREDIT, "信用代码" },
                   { KEY_TITLE, "招聘岗位" },
                   { KEY_OCCUPATION, "工种" },
                   { KEY_HEADCOUNT, "需求人数" },
                   { KEY_PAY, "工资待遇" },
                   { KEY_NEWCOMER_PAY, "新员工工资" },
                   { KEY_BOARD, "是否包吃" },
                   { KEY_LODGING, "是否包住" },
                   { KEY_RESERVED, "是否定向" },
                   { KEY_NIGHT, "夜班" },
                   { KEY_PLACE, "工作地点" },
                   { KEY_EXPIRES, "招聘截止" } },
      .ends_with_total = true,
      .ends_with_signature = true,
      .blank_rows = 20 },
    { .title = "%s就业基地岗位需求表",
      .columns = { { KEY_SERIAL, "序号" },
                   { KEY_EMPLOYER, "招聘单位", "用人单位" },
                   { KEY_CREDIT, "社会信用代码", "用人单位" },
                   { KEY_POST_NO, "岗位代码", "岗位" },
                   { KEY_TITLE, "岗位名称", "岗位" },
                   { KEY_OCCUPATION, "岗位类别", "岗位" },
                   { KEY_HEADCOUNT, "招聘人数", "岗位" },
                   { KEY_PAY_FORM, "计薪方式", "薪资" },
                   { KEY_PAY_LOW, "薪资下限", "薪资" },
                   { KEY_PAY_HIGH, "薪资上限", "薪资" },
                   { KEY_NEWCOMER_PAY, "首月工资", "薪资" },
                   { KEY_BOARD, "供餐", "食宿" },
                   { KEY_LODGING, "住宿", "食宿" },
                   { KEY_RESERVED, "千岗" },
                   { KEY_NIGHT, "倒班" },
                   { KEY_EXPIRES, "截止日期" } },
      .blank_rows = 5 },
};
static const struct sim_form month_form = {
    .title = "%s务工人员在岗情况月度确认表",
    .columns = { { KEY_SERIAL, "序号" },
                 { KEY_NAME, "员工姓名" },
                 { KEY_ID_NO, "身份证号码" },
                 { KEY_EMPLOYER, "用工单位" },
                 { KEY_MONTH, "月份" },
                 { KEY_STATUS, "是否在岗" },
                 { KEY_DAYS, "出勤天数" },
                 { KEY_MONTH_WAGE, "实发工资" } },
    .ends_with_total = true,
    .ends_with_signature = true,
    .blank_rows = 6,
};

static struct book_cell text(const char *s)
{
    return (struct book_cell){ s && *s ? BOOK_TEXT : BOOK_EMPTY, s ? s : "", NULL };
}

static struct book_cell number(struct sim_draft *d, int n)
{
    return n == 0 ? text("")
                  : (struct book_cell){ BOOK_NUMBER, arena_printf(d->w->mem, "%d", n), NULL };
}

static struct book_cell yes_no(bool is)
{
    return text(is ? "是" : "否");
}

/* --- employers --- */
static struct book_cell employer_cell(struct sim_draft *d, const struct sim_employer *e,
                                      enum sim_key key)
{
    switch (key) {
    case KEY_EMPLOYER:
        return text(e->name);
    case KEY_CREDIT:
        return text(e->credit_code);
    case KEY_KIND:
        return text(e->kind);
    case KEY_PLACE:
        return text(d->w->east[e->place].full_name);
    case KEY_INDUSTRY:
        return text(e->industry);
    case KEY_STAFF:
        return number(d, e->size);
    case KEY_ADDRESS:
        return text(e->address);
    case KEY_CONTACT:
        return text(e->contact);
    case KEY_PHONE:
        return text(e->phone);
    case KEY_CANTEEN:
        return yes_no(e->has_canteen);
    case KEY_NOODLES:
        return yes_no(e->has_noodles);
    case KEY_LODGING:
        return yes_no(e->has_lodging);
    case KEY_COUPLE_ROOMS:
        return yes_no(e->has_couple_rooms);
    case KEY_ACCOUNT:
        return text(e->account);
    case KEY_BANK:
        return text(e->bank);
    default:
        return text("");
    }
}

/* A firm without posts, so that a flaw in its row spoils no post. */
static void put_flawed_employer(struct sim_draft *d, int place, int i)
{
    struct sim_employer e = d->w->employers[0];
    struct book_cell *cells = NEW_ARRAY(d->w->mem, struct book_cell, d->columns);
    int64_t row = book_next_row(d->book);

    e.name = arena_printf(d->w->mem, "%s第%d工贸有限公司", d->w->east[place].name, i + 1);
    e.credit_code = sim_credit_code(d->w, d->w->east[place].code, i);
    e.place = place;
    e.phone = arena_printf(d->w->mem, "137%08lld",
                           ((long long)(place * 100 + i) * 7368787 + 77) % 100000000);
    for (int k = 0; k < d->columns; k++)
        cells[k] = employer_cell(d, &e, d->form->columns[k].key);
    cells[0] = number(d, (int)d->written_n + 1);
    if (!sim_spoil(d, cells, row))
        return;
    book_row(d->book, cells, d->columns, false);
    d->file.rows++;
    d->file.flawed++;
    d->written_n++;
}

static void put_employers(struct sim_draft *d, int place)
{
    int messy = d->w->options.messy, n = 0;

    d->w->options.messy = 0; /* flaws go to firms of their own */
    for (int i = 0; i < d->w->employers_n; i++) {
        struct book_cell *cells = NEW_ARRAY(d->w->mem, struct book_cell, d->columns);
        if (d->w->employers[i].place != place)
            continue;
        for (int k = 0; k < d->columns; k++)
            cells[k] = employer_cell(d, &d->w->employers[i], d->form->columns[k].key);
        sim_put_row(d, cells);
        n++;
    }
    d->w->options.messy = messy;
    for (int i = 0; messy > 0 && i < MAX(1, n * messy / 100); i++)
        put_flawed_employer(d, place, i);
}

/* --- posts --- */
static struct book_cell post_cell(struct sim_draft *d, const struct sim_post *p, enum sim_key key)
{
    const struct sim_employer *e = &d->w->employers[p->employer];

    switch (key) {
    case KEY_POST_NO:
        return text(p->number);
    case KEY_EMPLOYER:
        return text(e->name);
    case KEY_CREDIT:
        return text(e->credit_code);
    case KEY_TITLE:
        return text(p->title);
    case KEY_OCCUPATION:
        return text(p->occupation);
    case KEY_HEADCOUNT:
        return number(d, p->headcount);
    case KEY_PAY_FORM:
        return text(p->pay_form);
    case KEY_PAY:
        return text(arena_printf(d->w->mem, "%s%d-%d元", str_eq(p->pay_form, "计件") ? "计件" : "",
                                 p->pay_low, p->pay_high));
    case KEY_PAY_LOW:
        return number(d, p->pay_low);
    case KEY_PAY_HIGH:
        return number(d, p->pay_high);
    case KEY_NEWCOMER_PAY:
        return number(d, p->newcomer_pay);
    case KEY_BOARD:
        return yes_no(p->has_board);
    case KEY_LODGING:
        return yes_no(p->has_lodging);
    case KEY_RESERVED:
        return yes_no(p->is_reserved);
    case KEY_NIGHT:
        return yes_no(p->is_night);
    case KEY_PLACE:
        return text(d->w->east[e->place].full_name);
    case KEY_EXPIRES:
        return text("2019.12.31");
    default:
        return text("");
    }
}

static void put_posts(struct sim_draft *d, int place)
{
    for (int i = 0; i < d->w->posts_n; i++) {
        struct book_cell *cells = NEW_ARRAY(d->w->mem, struct book_cell, d->columns);
        if (d->w->employers[d->w->posts[i].employer].place != place)
            continue;
        for (int k = 0; k < d->columns; k++)
            cells[k] = post_cell(d, &d->w->posts[i], d->form->columns[k].key);
        sim_put_row(d, cells);
    }
}

static bool has_employers(const struct sim_world *w, int place)
{
    for (int i = 0; i < w->employers_n; i++)
        if (w->employers[i].place == place)
            return true;
    return false;
}

enum err sim_write_posts(struct sim_world *w, struct failure *f)
{
    for (int place = 0; place < w->east_n; place++) {
        long long code = (long long)w->east[place].code / 1000000;
        struct sim_draft firms =
            sim_draft(w, &employer_form, arena_printf(w->mem, "employers-%lld.xlsx", code),
                      "employer", w->east[place].code);
        struct sim_draft posts =
            sim_draft(w, &post_forms[place % 2], arena_printf(w->mem, "posts-%lld.xlsx", code),
                      "job_post", w->east[place].code);
        if (!has_employers(w, place))
            continue;
        sim_begin_sheet(&firms, "企业名录", w->east[place].name);
        put_employers(&firms, place);
        sim_end_sheet(&firms, "");
        TRY(sim_finish(&firms, f));
        sim_begin_sheet(&posts, "岗位", w->east[place].name);
        put_posts(&posts, place);
        sim_end_sheet(&posts, "填报人：陈燕     联系电话：0591-83333333     2019年2月1日");
        TRY(sim_finish(&posts, f));
    }
    return OK;
}

/* --- months --- */
static struct book_cell month_cell(struct sim_draft *d, const struct sim_month_line *line,
                                   enum sim_key key)
{
    switch (key) {
    case KEY_NAME:
        return text(line->name);
    case KEY_ID_NO:
        return text(line->id_no);
    case KEY_EMPLOYER:
        return text(d->w->employers[d->file.employer].name);
    case KEY_MONTH:
        return text(arena_printf(d->w->mem, "%d年%d月", d->file.month.year, d->file.month.month));
    case KEY_STATUS:
        return text(line->status);
    case KEY_DAYS:
        return number(d, line->days);
    case KEY_MONTH_WAGE:
        return number(d, line->wage);
    default:
        return text("");
    }
}

enum err sim_write_months(struct sim_world *w, int employer, struct month month,
                          const struct sim_month_line *lines, int n, struct failure *f)
{
    const struct sim_employer *e = &w->employers[employer];
    struct sim_draft d = sim_draft(w, &month_form,
                                   arena_printf(w->mem, "months-%04d-%02d-%02d.xlsx", month.year,
                                                month.month, employer + 1),
                                   "month_evidence", w->east[e->place].code);

    d.file.employer = employer;
    d.file.month = month;
    sim_begin_sheet(&d, "在岗确认", e->name);
    for (int i = 0; i < n; i++) {
        struct book_cell *cells = NEW_ARRAY(w->mem, struct book_cell, d.columns);
        for (int k = 0; k < d.columns; k++)
            cells[k] = month_cell(&d, &lines[i], d.form->columns[k].key);
        sim_put_row(&d, cells);
    }
    sim_end_sheet(&d, arena_printf(w->mem, "单位（盖章）：%s          经办人：%s", e->name,
                                   e->contact));
    return sim_finish(&d, f);
}

/* --- the key --- */
enum err sim_write_answers(const struct sim_world *w, struct failure *f)
{
    struct str s = str_new(w->mem);

    str_add(&s, "file,sheet,row,column,code,is_warning\n");
    for (size_t i = 0; i < w->answers_n; i++) {
        const struct sim_answer *a = &w->answers[i];
        str_addf(&s, "%s,%s,%lld,%s%s%s,%s,%d\n", a->file, a->sheet, (long long)a->row,
                 strchr(a->column, ',') ? "\"" : "", a->column, strchr(a->column, ',') ? "\"" : "",
                 a->code, a->is_warning);
    }
    return book_write_text(arena_printf(w->mem, "%s/answers.csv", w->options.dir), s.s, s.len, f);
}
