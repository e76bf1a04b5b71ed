/* months_ops.c — the month grid, confirmations in bulk and from sheets, conflicts, and who is due.
 */
#include "placements/months_ops.h"

#include "employers/employers.h"
#include "people/people.h"
#include "platform/journal.h"

enum { GRID_DEFAULT = 50, GRID_MAX = 200, GRID_MONTHS_MAX = 24, CONFIRM_MAX = 1000 };

const struct field grid_fields[] = {
    PARAM(struct grid_input, month_from, FIELD_MONTH, "起始月", "From", .required = true),
    PARAM(struct grid_input, month_to, FIELD_MONTH, "截止月", "To", .required = true),
    PARAM(struct grid_input, home, FIELD_DIVISION, "户籍地", "Domicile"),
    PARAM(struct grid_input, work, FIELD_DIVISION, "务工地", "Workplace"),
    PARAM(struct grid_input, employer_id, FIELD_ID, "企业", "Employer",
          .refers_not = "a filter of placements in scope; the employer may lie elsewhere"),
    PARAM(struct grid_input, person_id, FIELD_ID, "人员", "Person",
          .refers_not = "a filter of placements in scope; she may have moved on"),
    PARAM(struct grid_input, limit, FIELD_INT, "每页", "Rows", .min = 1, .max = GRID_MAX),
    PARAM(struct grid_input, after, FIELD_TEXT, "翻页", "After"),
    { 0 },
};
const struct field confirm_fields[] = {
    PARAM(struct confirm_input, month, FIELD_MONTH, "月份", "Month", .required = true),
    PARAM(struct confirm_input, source, FIELD_CHOICE, "来源", "Source", .choices = month_sources,
          .required = true),
    PARAM(struct confirm_input, items, FIELD_JSON, "名单", "Items", .required = true,
          .help_zh = "[{placement_id, status, days, wage_fen, is_insured, note}]",
          .help_en = "[{placement_id, status, days, wage_fen, is_insured, note}]"),
    { 0 },
};
const struct field month_list_fields[] = {
    PARAM(struct month_list_input, month, FIELD_MONTH, "月份", "Month"),
    PARAM(struct month_list_input, limit, FIELD_INT, "每页", "Rows", .min = 1, .max = GRID_MAX),
    { 0 },
};
const struct field resolve_fields[] = {
    PARAM(struct resolve_input, placement_id, FIELD_ID, "就业", "Placement", .required = true,
          .refers = "placement"),
    PARAM(struct resolve_input, month, FIELD_MONTH, "月份", "Month", .required = true),
    PARAM(struct resolve_input, status, FIELD_CHOICE, "认定", "Verdict", .choices = month_states,
          .required = true),
    PARAM(struct resolve_input, reason, FIELD_TEXT, "依据", "Reason", .required = true, .max = 300),
    { 0 },
};

/* --- the grid --- */
#define NAMES                                                                                                                   \
    " (SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the placement is in scope') AND p.id = a.person_id) AS person_name," \
    " (SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'the placement is in scope') AND e.id = a.employer_id) AS employer_name"

static enum err write_cells(struct ctx *cx, int64_t placement_id, const struct grid_input *in)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT month, status, sources, wage_fen, days, is_locked FROM placement_month m WHERE m.placement_id = $1 AND SCOPE(placement_month m)"
        " AND m.month BETWEEN $2 AND $3 ORDER BY m.month",
        P(placement_id), P(in->month_from), P(in->month_to)));
    json_key(cx->out, "cells");
    json_object(cx->out);
    for (int i = 0; i < r.n; i++) {
        json_key(cx->out, row_text(&r, i, "month"));
        json_row(cx->out, &r, i);
    }
    json_end(cx->out);
    return OK;
}

static enum err write_grid(struct ctx *cx, const struct grid_input *in, const struct rows *r,
                           int64_t total, bool more)
{
    struct month m = { 0 }, last = { 0 };
    char text[8];

    month_parse(in->month_from, &m);
    month_parse(in->month_to, &last);
    json_object(cx->out);
    json_key(cx->out, "months");
    json_array(cx->out);
    for (int i = 0; i < GRID_MONTHS_MAX && month_compare(m, last) <= 0; i++, m = month_add(m, 1))
        json_str(cx->out, month_format(m, text));
    json_end(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < r->n; i++) {
        json_object(cx->out);
        json_put_id(cx->out, "placement_id", row_int(r, i, "id"));
        json_put_id(cx->out, "person_id", row_int(r, i, "person_id"));
        json_put_str(cx->out, "person_name", row_text(r, i, "person_name"));
        json_put_str(cx->out, "employer_name", row_text(r, i, "employer_name"));
        json_put_str(cx->out, "start_on", row_text(r, i, "start_on"));
        json_put_str(cx->out, "end_on", row_text(r, i, "end_on"));
        TRY(write_cells(cx, row_int(r, i, "id"), in));
        json_end(cx->out);
    }
    json_end(cx->out);
    json_put_int(cx->out, "total", total);
    json_key(cx->out, "next");
    if (more && r->n)
        json_id(cx->out, row_int(r, r->n - 1, "id"));
    else
        json_null(cx->out);
    json_end(cx->out);
    return OK;
}

/* Placements that touch the months asked for, with one cell a month that has evidence; a month
 * without a cell is not verified (未核实) and counts for nothing. */
enum err months_grid(struct ctx *cx)
{
    const struct grid_input *in = cx->in;
    int64_t home_lo = NONE, home_hi = NONE, work_lo = NONE, work_hi = NONE, after = 0,
            limit = in->limit == NONE ? GRID_DEFAULT : in->limit;
    const char *first = arena_printf(cx->mem, "%s-01", in->month_from),
               *last = arena_printf(cx->mem, "%s-31", in->month_to);
    struct rows r, count;

    if (strcmp(in->month_to, in->month_from) < 0)
        return fail_field(cx, "month_to", "dates.order", "%s",
                          T("截止月早于起始月", "the last month lies before the first"));
    if (in->after && !str_int(in->after, &after))
        return fail_field(cx, "after", "cursor.malformed", "%s",
                          T("翻页位置无效", "the cursor is not valid"));
    if (in->home != NONE)
        division_range(in->home, &home_lo, &home_hi);
    if (in->work != NONE)
        division_range(in->work, &work_lo, &work_hi);
    TRY(db_rows(
        cx, &r,
        "SELECT a.id, a.person_id, a.start_on, a.end_on," NAMES
        " FROM placement a WHERE SCOPE(placement a) AND a.id > $1 AND a.start_on <= $3 AND (a.end_on IS NULL OR a.end_on >= $2)"
        " AND ($4 IS NULL OR a.home BETWEEN $4 AND $5) AND ($6 IS NULL OR a.work BETWEEN $6 AND $7)"
        " AND ($8 IS NULL OR a.employer_id = $8) AND ($9 IS NULL OR a.person_id = $9) ORDER BY a.id LIMIT $10",
        P(after), P(first), P(last), P(home_lo), P(home_hi), P(work_lo), P(work_hi),
        P(in->employer_id), P(in->person_id), P(limit)));
    TRY(db_one(
        cx, &count,
        "SELECT count(*) AS n FROM placement a WHERE SCOPE(placement a) AND a.start_on <= $2 AND (a.end_on IS NULL OR a.end_on >= $1)"
        " AND ($3 IS NULL OR a.home BETWEEN $3 AND $4) AND ($5 IS NULL OR a.work BETWEEN $5 AND $6)"
        " AND ($7 IS NULL OR a.employer_id = $7) AND ($8 IS NULL OR a.person_id = $8)",
        P(first), P(last), P(home_lo), P(home_hi), P(work_lo), P(work_hi), P(in->employer_id),
        P(in->person_id)));
    return write_grid(cx, in, &r, row_int(&count, 0, "n"), r.n == limit);
}

/* --- confirming --- */
/* A source may speak only through its own kind of account: an employer for EMPLOYER, a worker for
 * WORKER. */
static enum err check_source(struct ctx *cx, const char *source)
{
    enum scope_kind k = cx->who.scope.kind;
    bool fits = k == SCOPE_EMPLOYER ? str_eq(source, "EMPLOYER")
                : k == SCOPE_PERSON ? str_eq(source, "WORKER")
                                    : true;

    if (!fits)
        return fail_field(cx, "source", "month.source", "%s",
                          T("您只能以自己的身份确认", "you can confirm only as yourself"));
    return OK;
}

enum err months_confirm(struct ctx *cx)
{
    const struct confirm_input *in = cx->in;
    size_t n = json_count(in->items);
    int64_t changed_count = 0;

    TRY(check_source(cx, in->source));
    if (json_type(in->items) != JSON_ARRAY || n == 0 || n > CONFIRM_MAX)
        return fail_field(cx, "items", "items.count", T("名单应有 1–%d 人", "1 to %d items"),
                          CONFIRM_MAX);
    for (size_t i = 0; i < n; i++) {
        const struct json_value *item = json_at(in->items, i);
        const char *status = json_as_str(json_get(item, "status"));
        struct month_word w = { json_as_int(json_get(item, "placement_id")),
                                in->month,
                                in->source,
                                status,
                                json_as_str(json_get(item, "note")),
                                json_as_int(json_get(item, "days")),
                                json_as_int(json_get(item, "wage_fen")),
                                json_type(json_get(item, "is_insured")) == JSON_BOOL
                                    ? json_as_bool(json_get(item, "is_insured"))
                                    : NONE };
        bool changed;
        if (!status || str_eq(choice_label(month_statuses, status, LANG_ZH), status))
            return fail_field(cx, "items", "choice.unknown",
                              T("第 %d 人的在岗情况无效", "item %d has no valid status"),
                              (int)i + 1);
        TRY(month_record(cx, &w, &changed));
        changed_count += changed;
    }
    json_object(cx->out);
    json_put_int(cx->out, "recorded", changed_count);
    json_put_int(cx->out, "same", (int64_t)n - changed_count);
    json_end(cx->out);
    return OK;
}

enum err months_conflicts(struct ctx *cx)
{
    const struct month_list_input *in = cx->in;
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT a.placement_id, a.person_id, a.month, a.sources," NAMES
        " FROM placement_month a WHERE SCOPE(placement_month a) AND a.status = 'CONFLICT' AND ($1 IS NULL OR a.month = $1)"
        " ORDER BY a.month DESC, a.placement_id LIMIT $2",
        P(in->month), P(in->limit == NONE ? GRID_MAX : in->limit)));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_rows(cx->out, &r);
    json_put_int(cx->out, "total", r.n);
    json_end(cx->out);
    return OK;
}

/* Open placements without any evidence for the month: the short list of due visits. */
enum err months_due(struct ctx *cx)
{
    const struct month_list_input *in = cx->in;
    char text[8];
    const char *month =
        in->month ? in->month : month_format(month_add(month_of(cx->today), -1), text);
    const char *first = arena_printf(cx->mem, "%s-01", month),
               *last = arena_printf(cx->mem, "%s-31", month);
    struct rows r, count;

    TRY(db_rows(
        cx, &r,
        "SELECT a.id AS placement_id, a.person_id, a.start_on," NAMES
        " FROM placement a WHERE SCOPE(placement a) AND a.start_on <= $2 AND (a.end_on IS NULL OR a.end_on >= $1)"
        " AND NOT EXISTS (SELECT 1 FROM placement_month m WHERE m.placement_id = a.id AND m.month = $3 AND SCOPE(placement_month m))"
        " ORDER BY a.id LIMIT $4",
        P(first), P(last), P(month), P(in->limit == NONE ? GRID_MAX : in->limit)));
    TRY(db_one(
        cx, &count,
        "SELECT count(*) AS n FROM placement a WHERE SCOPE(placement a) AND a.start_on <= $2 AND (a.end_on IS NULL OR a.end_on >= $1)"
        " AND NOT EXISTS (SELECT 1 FROM placement_month m WHERE m.placement_id = a.id AND m.month = $3 AND SCOPE(placement_month m))",
        P(first), P(last), P(month)));
    json_object(cx->out);
    json_put_str(cx->out, "month", month);
    json_key(cx->out, "items");
    json_rows(cx->out, &r);
    json_put_int(cx->out, "total", row_int(&count, 0, "n"));
    json_end(cx->out);
    return OK;
}

/* A person decides between sources that contradict; the decision and its ground are journalled. */
enum err months_resolve(struct ctx *cx)
{
    const struct resolve_input *in = cx->in;
    struct rows row;

    TRY(record_load(cx, &placement_record, in->placement_id, &row));
    TRY(db_exec(
        cx,
        "UPDATE placement_month AS m SET status = $1, updated_at = $2 WHERE m.placement_id = $3 AND m.month = $4 AND m.status = 'CONFLICT'"
        " AND m.is_locked = 0 AND SCOPE(placement_month m)",
        P(in->status), P(cx->now), P(in->placement_id), P(in->month)));
    if (cx->changed == 0)
        return fail(cx, E_CONFLICT, "month.no_conflict", "%s",
                    T("该月没有待裁定的矛盾", "there is nothing to decide in this month"));
    TRY(journal_append(cx,
                       &(struct journal_entry){
                           .kind = "placement",
                           .record_id = in->placement_id,
                           .action = "resolve",
                           .reason = in->reason,
                           .before = "{\"verdict\":\"CONFLICT\"}",
                           .after = arena_printf(cx->mem, "{\"month\":\"%s\",\"verdict\":\"%s\"}",
                                                 in->month, in->status),
                           .home = row_int(&row, 0, "home"),
                           .work = row_int(&row, 0, "work"),
                           .employer_id = row_int(&row, 0, "employer_id"),
                           .person_id = row_int(&row, 0, "person_id") }));
    json_object(cx->out);
    json_put_str(cx->out, "status", in->status);
    json_end(cx->out);
    return OK;
}

/* --- confirmation sheets --- */
struct month_row {
    int64_t id, placement_id;
    const char *id_no, *name, *employer_name, *month, *source, *status, *note;
    int64_t days, wage_fen, is_insured;
};
#define IN struct month_row
static const struct field month_fields[] = {
    PARAM(IN, name, FIELD_NAME, "姓名", "Name", .max = 40, .use = USE_IMPORT,
          .synonyms = "员工姓名|务工人员姓名"),
    PARAM(IN, id_no, FIELD_ID_NO, "身份证号", "ID number", .required = true, .use = USE_IMPORT,
          .synonyms = "身份证|身份证号码|证件号码|公民身份号码"),
    PARAM(IN, employer_name, FIELD_TEXT, "企业名称", "Employer", .max = 80, .use = USE_IMPORT,
          .synonyms = "企业|单位名称|务工单位|用工单位"),
    FIELD(IN, placement_id, FIELD_ID, "就业", "Placement", .sql = "m.placement_id",
          .use = USE_FILTER),
    FIELD(IN, month, FIELD_MONTH, "月份", "Month", .required = true, .sql = "m.month",
          .use = USE_LIST | USE_FILTER | USE_IMPORT, .synonyms = "确认月份|所属月份|年月"),
    FIELD(IN, source, FIELD_CHOICE, "来源", "Source", .choices = month_sources, .sql = "m.source",
          .use = USE_LIST | USE_FILTER | USE_IMPORT, .synonyms = "确认方式|核实方式"),
    FIELD(IN, status, FIELD_CHOICE, "在岗情况", "Status", .choices = month_statuses,
          .required = true, .sql = "m.status", .use = USE_LIST | USE_FILTER | USE_IMPORT,
          .synonyms = "是否在岗|在岗状态|状态|当月是否在岗"),
    FIELD(IN, days, FIELD_INT, "出勤天数", "Days", .min = 0, .max = 31, .sql = "m.days",
          .use = USE_LIST | USE_IMPORT, .synonyms = "天数|出勤|工作天数"),
    FIELD(IN, wage_fen, FIELD_MONEY, "当月工资", "Wage", .min = 0, .max = 10000000,
          .sql = "m.wage_fen", .use = USE_LIST | USE_IMPORT,
          .synonyms = "工资|应发工资|实发工资|月收入"),
    FIELD(IN, is_insured, FIELD_BOOL, "参保", "Insured", .sql = "m.is_insured",
          .use = USE_LIST | USE_IMPORT, .synonyms = "是否参保|社保"),
    FIELD(IN, note, FIELD_TEXT, "备注", "Note", .max = 200, .sql = "m.note", .use = USE_IMPORT,
          .synonyms = "说明"),
    { 0 },
};

/* The placement that this month of this person is about. */
static enum err find_placement(struct ctx *cx, void *input, const struct rows *before)
{
    IN *in = input;
    struct rows r;
    int64_t person_id;
    bool in_scope;

    (void)before;
    if (!in->source)
        in->source = cx->who.scope.kind == SCOPE_PERSON ? "WORKER" : "EMPLOYER";
    TRY(check_source(cx, in->source));
    TRY(record_find(cx, &person_record, in->id_no, &person_id, &in_scope));
    TRY(db_rows(
        cx, &r,
        "SELECT a.id FROM placement a WHERE SCOPE(placement a) AND a.person_id = $1 AND a.start_on <= $3 AND (a.end_on IS NULL OR a.end_on >= $2)"
        " ORDER BY a.start_on DESC LIMIT 1",
        P(person_id), P(arena_printf(cx->mem, "%s-01", in->month)),
        P(arena_printf(cx->mem, "%s-31", in->month))));
    if (r.n == 0)
        return hint(cx,
                    fail_field(cx, "id_no", "placement.unknown", "%s",
                               T("此人当月没有就业记录",
                                 "the person has no placement in this month")),
                    "%s",
                    T("请先登记上岗，或核对身份证号和月份",
                      "record the placement first, or check number and month"));
    in->placement_id = row_int(&r, 0, "id");
    return OK;
}

static enum err take_month(struct ctx *cx, void *input, bool *ret_changed)
{
    const IN *in = input;

    return month_record(cx,
                        &(struct month_word){ in->placement_id, in->month, in->source, in->status,
                                              in->note, in->days, in->wage_fen, in->is_insured },
                        ret_changed);
}

const struct record month_record_kind = {
    .name = "month_evidence",
    .zh = "月度确认",
    .en = "monthly evidence",
    .table = "month_evidence",
    .alias = "m",
    .fields = month_fields,
    .size = sizeof(IN),
    .order = "-id",
    .check = find_placement,
    .take_row = take_month,
    .headers_left_out = "序号|工号|岗位|联系电话|备注说明",
    .can_import = true,
    .has_no_version = true,
};

/* --- corrections --- */
struct correction_row {
    int64_t id;
};
#define LISTED (USE_LIST | USE_EXPORT)
static const struct field correction_fields[] = {
    OUTPUT("month", FIELD_MONTH, "月份", "Month", .sql = "k.month", .use = LISTED | USE_FILTER),
    OUTPUT("person_id", FIELD_ID, "人员", "Person", .sql = "k.person_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("placement_id", FIELD_ID, "就业", "Placement", .sql = "k.placement_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("revision", FIELD_INT, "第几次", "Revision", .sql = "k.revision", .use = LISTED),
    OUTPUT("old_status", FIELD_CHOICE, "原认定", "Was", .choices = month_states,
           .sql = "k.old_status", .use = LISTED),
    OUTPUT("old_days", FIELD_INT, "原天数", "Days before", .sql = "k.old_days", .use = LISTED),
    OUTPUT("old_wage_fen", FIELD_MONEY, "原工资", "Wage before", .sql = "k.old_wage_fen",
           .use = LISTED),
    OUTPUT("status", FIELD_CHOICE, "更正为", "Is", .choices = month_states, .sql = "k.status",
           .use = LISTED),
    OUTPUT("days", FIELD_INT, "天数", "Days", .sql = "k.days", .use = LISTED),
    OUTPUT("wage_fen", FIELD_MONEY, "工资", "Wage", .sql = "k.wage_fen", .use = LISTED),
    OUTPUT("reason", FIELD_TEXT, "依据", "Reason", .sql = "k.reason", .use = LISTED),
    OUTPUT("by_name", FIELD_TEXT, "更正人", "Corrected by", .use = LISTED,
           .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = k.user_id)"),
    OUTPUT("created_at", FIELD_INSTANT, "更正时间", "Corrected", .sql = "k.created_at",
           .use = USE_LIST),
    { 0 },
};
const struct record month_correction_record = {
    .name = "month_correction",
    .zh = "月度更正",
    .en = "month correction",
    .table = "month_correction",
    .alias = "k",
    .fields = correction_fields,
    .size = sizeof(struct correction_row),
    .order = "-id",
    .has_no_version = true,
};
