/* list.c — lists of records: filters, order, pages by key, exact totals. SQL is put together here
 * and only here, from the literals of field tables and parameters; no text of a caller enters it.
 */
#include "platform/op.h"

#include <stdio.h>

#include "platform/query.h"
#include "platform/seal.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200, IN_MAX = 20 };

struct builder {
    struct ctx *cx;
    const struct record *rec;
    struct str sql;
    struct param params[96];
    int n;
    bool needs_joins;
    struct list_search search; /* {0} when nothing is searched for, or by LIKE */
};

static const char *id_sql(struct builder *b)
{
    return b->search.from ? b->search.id_sql : arena_printf(b->cx->mem, "%s.id", b->rec->alias);
}

static const char *field_sql(const struct builder *b, const struct field *f)
{
    return b->search.from && str_eq(f->name, b->search.sort_name) ? b->search.sort_sql : f->sql;
}

static void add_param(struct builder *b, struct param p)
{
    assert(b->n < (int)ARRAY_LEN(b->params));
    b->params[b->n++] = p;
    str_add_char(&b->sql, '$');
    if (b->n >= 10)
        str_add_char(&b->sql, (char)('0' + b->n / 10));
    str_add_char(&b->sql, (char)('0' + b->n % 10));
}

static bool is_number(enum field_type type)
{
    return type == FIELD_INT || type == FIELD_MONEY || type == FIELD_BOOL ||
           type == FIELD_INSTANT || type == FIELD_ID || type == FIELD_DIVISION;
}

static bool has_range(enum field_type type)
{
    return type == FIELD_INT || type == FIELD_MONEY || type == FIELD_INSTANT ||
           type == FIELD_DATE || type == FIELD_MONTH;
}

/* Does an expression use only the record's own table? Then counting needs no joins. */
static bool is_own(const struct record *rec, const char *sql)
{
    size_t n = strlen(rec->alias);

    return strncmp(sql, rec->alias, n) == 0 && sql[n] == '.' && !strpbrk(sql + n + 1, " (.");
}

/* --- reading the request --- */
static enum err read_filter_value(struct ctx *cx, struct list_filter *f, const char *value)
{
    struct field_problems problems = { 0 };
    struct {
        int64_t number;
        const char *text;
    } slot = { NONE, NULL };
    struct field one = *f->field;

    if (f->kind == FILTER_IN || f->field->type == FIELD_CHOICE || f->field->type == FIELD_CHOICES) {
        f->text = value;
        if (f->field->choices) /* an unknown code is an error, never "0 hits" */
            for (const char *at = value; *at; at += strcspn(at, ","), at += *at == ',') {
                char *code = arena_strndup(cx->mem, at, strcspn(at, ","));
                one.offset = 0;
                one.type = FIELD_CHOICE;
                if (!field_read_text(cx, &one, code, FIELD_FROM_CODE, &slot.text, &problems))
                    return fail_field(cx, one.name, problems.at[0].code, "%s",
                                      problems.at[0].message);
            }
        return OK;
    }
    one.offset = 0;
    one.min = one.max = 0;
    if (is_number(one.type)) {
        if (one.type == FIELD_INSTANT)
            one.type = FIELD_INT;
        if (!field_read_text(cx, &one, value, FIELD_FROM_CODE, &slot.number, &problems))
            return fail_field(cx, one.name, problems.at[0].code, "%s", problems.at[0].message);
        f->number = f->hi = slot.number;
        if (one.type == FIELD_DIVISION)
            division_range(slot.number, &f->number, &f->hi);
        return OK;
    }
    if (!field_read_text(cx, &one, value, FIELD_FROM_CODE, &slot.text, &problems))
        return fail_field(cx, one.name, problems.at[0].code, "%s", problems.at[0].message);
    f->text = slot.text;
    return OK;
}

static enum err refuse_sealed(struct ctx *cx, const char *field, const char *label)
{
    return hint(cx,
                fail_field(cx, field, "filter.sealed",
                           T("“%s”不能写在网址里", "%s must not stand in an address"), label),
                "%s",
                T("请用 POST …/find，把它放在请求体里", "send it in the body, with POST …/find"));
}

static enum err read_filter(struct ctx *cx, const struct record *rec, const struct query_item *item,
                            struct list_query *q)
{
    struct list_filter f = { .kind = FILTER_EQUAL };
    char name[64];
    size_t len = strlen(item->name);
    int at;

    snprintf(name, sizeof name, "%s", item->name);
    at = field_index(rec->fields, name);
    if (at < 0 && len > 5 && len < sizeof name && str_ends(name, "_from")) {
        name[len - 5] = 0;
        f.kind = FILTER_FROM;
        at = field_index(rec->fields, name);
    } else if (at < 0 && len > 3 && len < sizeof name && str_ends(name, "_to")) {
        name[len - 3] = 0;
        f.kind = FILTER_TO;
        at = field_index(rec->fields, name);
    }
    if (at < 0 || !(rec->fields[at].use & USE_FILTER) ||
        (f.kind != FILTER_EQUAL && !has_range(rec->fields[at].type)))
        return hint(cx,
                    fail_field(cx, item->name, "filter.unknown",
                               T("不能按“%s”筛选", "there is no filter %s"), item->name),
                    "%s", T("可用的筛选项见接口说明", "see the API description for the filters"));
    f.field = &rec->fields[at];
    if (field_type_is_sealed(f.field->type))
        return refuse_sealed(cx, item->name, T(f.field->zh, f.field->en));
    if (f.kind == FILTER_EQUAL && strchr(item->value, ',') &&
        (f.field->choices || f.field->type == FIELD_TEXT))
        f.kind = FILTER_IN;
    if (q->filters == (int)ARRAY_LEN(q->filter))
        return fail(cx, E_LIMIT, "filter.too_many", "%s", T("筛选条件过多", "too many filters"));
    TRY(read_filter_value(cx, &f, item->value));
    q->filter[q->filters++] = f;
    return OK;
}

static enum err read_order(struct ctx *cx, const struct record *rec, const char *text,
                           struct list_query *q)
{
    int at;

    q->descending = *text == '-';
    if (q->descending)
        text++;
    if (str_eq(text, "id"))
        return OK;
    at = field_index(rec->fields, text);
    if (at < 0 || !(rec->fields[at].use & USE_SORT))
        return fail_field(cx, "sort", "sort.unknown",
                          T("不能按“%s”排序", "there is no order by %s"), text);
    q->sort = &rec->fields[at];
    return OK;
}

static bool is_citizen_number(const char *q)
{
    size_t digits = strspn(q, "0123456789");

    return (digits == 18 && !q[18]) || (digits == 17 && strchr("xX", q[17]) && !q[18]);
}

enum err list_read(struct ctx *cx, const struct record *rec, struct list_query *ret)
{
    struct query q;
    const char *order = rec->order ? rec->order : "-id";

    memset(ret, 0, sizeof *ret);
    ret->limit = PAGE_DEFAULT;
    if (!query_parse(cx->mem, cx->query, &q))
        return fail(cx, E_INVALID, "query.malformed", "%s",
                    T("查询参数无法读取", "the query string cannot be read"));
    for (int i = 0; i < q.n; i++) {
        const struct query_item *item = &q.at[i];
        int64_t n;
        if (!*item->value || str_eq(item->name, "lang") || str_eq(item->name, "format"))
            continue;
        if (str_eq(item->name, "limit")) {
            if (!str_int(item->value, &n) || n < 0 || n > PAGE_MAX)
                return fail_field(cx, "limit", "limit.range",
                                  T("每页 0–%d 行", "0 to %d rows a page"), PAGE_MAX);
            ret->limit = (int)n;
        } else if (str_eq(item->name, "after")) {
            ret->after = item->value;
        } else if (str_eq(item->name, "sort")) {
            order = item->value;
        } else if (str_eq(item->name, "q")) {
            ret->q = str_clean(cx->mem, item->value, true);
            if (utf8_len(ret->q) > 40)
                return fail_field(cx, "q", "search.long", "%s",
                                  T("搜索词最多 40 字", "at most 40 characters"));
            if (is_citizen_number(ret->q))
                return refuse_sealed(cx, "q", T("身份证号", "an ID number"));
        } else {
            TRY(read_filter(cx, rec, item, ret));
        }
    }
    return read_order(cx, rec, order, ret);
}

/* --- conditions --- */
static void add_filter(struct builder *b, const struct list_filter *f)
{
    const char *expr = field_sql(b, f->field);

    str_add(&b->sql, " AND ");
    b->needs_joins |= expr == f->field->sql && !is_own(b->rec, expr);
    if (f->field->type == FIELD_ID_NO || f->field->type == FIELD_PHONE ||
        f->field->type == FIELD_ACCOUNT) {
        const char *place = arena_printf(b->cx->mem, "%s.%s", b->rec->table, f->field->column);
        str_addf(&b->sql, "%s.%s_index = ", b->rec->alias,
                 f->field->column); /* sealed: only the whole number is found */
        add_param(b, param_blob(seal_index(b->cx->mem, place, f->text)));
    } else if (f->kind == FILTER_IN || f->field->type == FIELD_CHOICES) {
        int n = 0;
        str_addf(&b->sql, "%s IN (", expr);
        for (const char *at = f->text; *at && n < IN_MAX;
             at += strcspn(at, ","), at += *at == ',') {
            str_add(&b->sql, n++ ? ", " : "");
            add_param(b, param_text(arena_strndup(b->cx->mem, at, strcspn(at, ","))));
        }
        str_add(&b->sql, ")");
    } else if (f->field->type == FIELD_DIVISION && f->number != f->hi) {
        str_addf(&b->sql, "%s BETWEEN ", expr);
        add_param(b, param_int(f->number));
        str_add(&b->sql, " AND ");
        add_param(b, param_int(f->hi));
    } else {
        str_addf(&b->sql, "%s %s ", expr,
                 f->kind == FILTER_FROM ? ">="
                 : f->kind == FILTER_TO ? "<="
                                        : "=");
        add_param(b, is_number(f->field->type) ? param_int(f->number) : param_text(f->text));
    }
}

/* LIKE over the fields that may be searched, with its special characters escaped. */
static void add_search(struct builder *b, const char *q)
{
    struct str pattern = str_new(b->cx->mem);
    bool any = false;

    str_add_char(&pattern, '%');
    for (const char *p = q; *p; p++) {
        if (*p == '%' || *p == '_' || *p == '\\')
            str_add_char(&pattern, '\\');
        str_add_char(&pattern, *p);
    }
    str_add_char(&pattern, '%');
    str_add(&b->sql, " AND (");
    for (const struct field *f = b->rec->fields; f->name; f++) {
        if (!(f->use & USE_SEARCH) || !f->sql)
            continue;
        b->needs_joins |= !is_own(b->rec, f->sql);
        str_addf(&b->sql, "%s%s LIKE ", any ? " OR " : "", f->sql);
        add_param(b, param_text(pattern.s));
        str_add(&b->sql, " ESCAPE '\\'");
        any = true;
    }
    str_add(&b->sql, any ? ")" : "1 = 1)");
}

static void add_conditions(struct builder *b, const struct list_query *q)
{
    const struct record *rec = b->rec;

    str_addf(&b->sql, " WHERE SCOPE(%s %s)", rec->table, rec->alias);
    if (rec->where)
        str_addf(&b->sql, " AND %s", rec->where);
    if (q->only_id) {
        str_addf(&b->sql, " AND %s.id = ", rec->alias);
        add_param(b, param_int(q->only_id));
    }
    for (int i = 0; i < q->filters; i++)
        add_filter(b, &q->filter[i]);
    if (q->q && *q->q) {
        if (rec->search) {
            str_addf(&b->sql, " AND %s ", b->search.sql_before);
            add_param(b, b->search.param);
            str_add(&b->sql, b->search.sql_after);
            if (b->search.has_param_after)
                add_param(b, b->search.param_after);
        } else {
            add_search(b, q->q);
        }
    }
}

/* The page begins behind a cursor "<kind><value>~<id>": the last row's sort value and id. NULLs
 * come first in SQLite and last in PostgreSQL, and the condition follows the store. */
static enum err add_cursor(struct builder *b, const struct list_query *q)
{
    struct ctx *cx = b->cx;
    const char *sep = strrchr(q->after, '~'), *op = q->descending ? "<" : ">", *sort;
    bool nulls_first = (store_kind(cx->store) == STORE_SQLITE) != q->descending, is_null;
    int64_t id, number;
    struct param value;

    if (!sep || !str_int(sep + 1, &id))
        return fail_field(cx, "after", "cursor.malformed", "%s",
                          T("翻页位置无效", "the cursor is not valid"));
    if (!q->sort) {
        str_addf(&b->sql, " AND %s %s ", id_sql(b), op);
        add_param(b, param_int(id));
        return OK;
    }
    sort = field_sql(b, q->sort);
    is_null = q->after[0] == 'n';
    value = param_text(arena_strndup(cx->mem, q->after + 1, (size_t)(sep - q->after - 1)));
    if (q->after[0] == 'i') {
        if (!str_int(value.text, &number))
            return fail_field(cx, "after", "cursor.malformed", "%s",
                              T("翻页位置无效", "the cursor is not valid"));
        value = param_int(number);
    }
    str_add(&b->sql, " AND (");
    if (is_null) {
        str_addf(&b->sql, "%s IS NULL AND %s %s ", sort, id_sql(b), op);
        add_param(b, param_int(id));
        if (nulls_first)
            str_addf(&b->sql, " OR %s IS NOT NULL", sort);
    } else {
        str_addf(&b->sql, "(%s, %s) %s (", sort, id_sql(b), op);
        add_param(b, value);
        str_add(&b->sql, ", ");
        add_param(b, param_int(id));
        str_add(&b->sql, ")");
        if (!nulls_first && q->sort->is_nullable)
            str_addf(&b->sql, " OR %s IS NULL", sort);
    }
    str_add(&b->sql, ")");
    return OK;
}

static void add_select(struct builder *b, unsigned use, const struct field *sort)
{
    str_addf(&b->sql, "SELECT %s.id AS id", b->rec->alias);
    if (!b->rec->has_no_version)
        str_addf(&b->sql, ", %s.version AS version", b->rec->alias);
    for (const struct field *f = b->rec->fields; f->name; f++)
        if (f->sql &&
            (!use || f->use & use || (f == sort && use & USE_LIST))) { /* the cursor needs it */
            str_add(&b->sql, ", ");
            str_add(&b->sql, f->sql);
            str_add(&b->sql, " AS ");
            str_add(&b->sql, f->name);
            str_add(&b->sql, f->type == FIELD_JSON ? "_json" : "");
        }
}

static void add_order(struct builder *b, const struct list_query *q)
{
    const char *way = q->descending ? " DESC" : "";

    if (q->sort)
        str_addf(&b->sql, " ORDER BY %s%s, %s%s", field_sql(b, q->sort), way, id_sql(b), way);
    else
        str_addf(&b->sql, " ORDER BY %s%s", id_sql(b), way);
}

static void add_from(struct builder *b, bool with_joins)
{
    str_add(&b->sql, " FROM ");
    if (b->search.from)
        str_add(&b->sql, b->search.from);
    else
        str_addf(&b->sql, "%s %s", b->rec->table, b->rec->alias);
    str_add(&b->sql, with_joins ? b->rec->joins : NULL);
}

enum err list_rows_sql(struct ctx *cx, const struct record *rec, const struct list_query *q,
                       unsigned use, struct list_sql *ret)
{
    struct builder *b = NEW(cx->mem, struct builder);

    *b = (struct builder){ .cx = cx, .rec = rec, .sql = str_new(cx->mem) };
    if (rec->search && q->q && *q->q)
        rec->search(cx, q->q, &b->search);
    add_select(b, use, q->sort);
    add_from(b, true);
    add_conditions(b, q);
    if (q->after)
        TRY(add_cursor(b, q));
    add_order(b, q);
    if (q->limit >= 0) {
        str_add(&b->sql, " LIMIT ");
        add_param(b, param_int(q->limit));
    }
    *ret = (struct list_sql){ b->sql.s, { b->n, b->params } };
    return OK;
}

enum err list_count(struct ctx *cx, const struct record *rec, const struct list_query *q,
                    int64_t *ret)
{
    struct builder *b = NEW(cx->mem, struct builder);
    struct rows r;
    struct str conditions;

    *ret = NONE;
    if (rec->count)
        TRY(rec->count(cx, q, ret));
    if (*ret != NONE)
        return OK;
    *b = (struct builder){
        .cx = cx, .rec = rec, .sql = str_new(cx->mem), .needs_joins = rec->where != NULL
    };
    if (rec->search && q->q && *q->q)
        rec->search(cx, q->q, &b->search);
    add_conditions(b, q);
    conditions = b->sql;
    b->sql = str_new(cx->mem);
    str_add(&b->sql, "SELECT count(*) AS n");
    add_from(b, b->needs_joins);
    str_add(&b->sql, conditions.s);
    TRY(db_one_list(cx, &r, b->sql.s, (struct params){ b->n, b->params }));
    *ret = row_int(&r, 0, "n");
    return OK;
}

static const char *cursor_of(struct ctx *cx, const struct list_query *q, const struct rows *r,
                             int row)
{
    const struct value *v;
    int64_t id = row_int(r, row, "id");

    if (!q->sort)
        return arena_printf(cx->mem, "~%lld", (long long)id);
    v = row_value(r, row, q->sort->name);
    if (v->type == VALUE_NULL)
        return arena_printf(cx->mem, "n~%lld", (long long)id);
    if (v->type == VALUE_INT)
        return arena_printf(cx->mem, "i%lld~%lld", (long long)v->integer, (long long)id);
    return arena_printf(cx->mem, "t%s~%lld", v->text, (long long)id);
}

static enum err write_list(struct ctx *cx, void *query)
{
    const struct record *rec = cx->op->record;
    const struct list_query *q = query;
    struct list_sql sql;
    struct rows r;
    int64_t total;

    TRY(list_rows_sql(cx, rec, q, USE_LIST, &sql));
    TRY(db_rows_list(cx, &r, sql.text, sql.params));
    TRY(list_count(cx, rec, q, &total));
    if (rec->show)
        rec->show(cx, &r);
    json_object(cx->out);
    json_key(cx->out, "items");
    json_rows(cx->out, &r);
    json_put_int(cx->out, "total", total);
    json_put_str(cx->out, "next",
                 q->limit > 0 && r.n == q->limit ? cursor_of(cx, q, &r, r.n - 1) : NULL);
    json_end(cx->out);
    return OK;
}

enum err record_list(struct ctx *cx)
{
    struct list_query q;

    TRY(list_read(cx, cx->op->record, &q));
    return write_list(cx, &q);
}

enum err record_lookup(struct ctx *cx)
{
    const struct record *rec = cx->op->record;
    struct list_query q = { .limit = PAGE_DEFAULT, .descending = true };

    for (int i = 0; cx->op->in[i].name; i++) {
        int at = field_index(rec->fields, cx->op->in[i].name);

        assert(at >= 0);
        if (field_given(cx, i))
            q.filter[q.filters++] =
                (struct list_filter){ .field = &rec->fields[at],
                                      .text = field_param(&cx->op->in[i], cx->in).text };
    }
    return db_read(cx, write_list, &q);
}
