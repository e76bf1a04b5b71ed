/* record.c — reading, making, changing and moving records by their tables of fields. Sealed kinds
 * take three columns each (x_sealed, x_index, x_mask). Every write is journalled here, so a module
 * cannot forget it. */
#include "platform/record.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ids.h"
#include "platform/journal.h"
#include "platform/op.h"
#include "platform/seal.h"

const struct field event_fields[] = {
    PARAM(struct event_input, reason, FIELD_TEXT, "原因", "Reason", .max = 500),
    { 0 },
};
const struct field reveal_fields[] = {
    PARAM(struct reveal_input, field, FIELD_TEXT, "字段", "Field", .required = true, .max = 64),
    PARAM(struct reveal_input, reason, FIELD_TEXT, "事由", "Reason", .required = true, .max = 200),
    { 0 },
};

enum { REVEALS_PER_DAY_MAX = 50 };

/* --- what is kept of a record --- */
enum { RECORDS_MAX = 128 }; /* a power of two; some thirty records are defined */

/* Where a record's rows lie. */
struct shape {
    const struct scoped *scoped;      /* NULL: open to all */
    bool is_scope_column[FIELDS_MAX]; /* per field: set from the row's place, not from the input */
};

/* Statements that depend on nothing but the record are put together once and kept for good, as is
 * its shape. An entry is taken by whoever sets `record` first, and what it keeps may be put
 * together twice. */
static struct kept {
    _Atomic(const struct record *) record;
    _Atomic(const char *) load, row;
    _Atomic(const struct shape *) shape;
} kept[RECORDS_MAX];

static struct kept *kept_of(const struct record *rec)
{
    for (size_t at = (uintptr_t)rec / sizeof *rec, tries = 0; tries < RECORDS_MAX; at++, tries++) {
        struct kept *k = &kept[at % RECORDS_MAX];
        const struct record *there = NULL;

        if (atomic_load(&k->record) == rec ||
            atomic_compare_exchange_strong(&k->record, &there, rec) || there == rec)
            return k;
    }
    assert(!"more records than there is room for");
    return NULL;
}

static const char *keep(_Atomic(const char *) *place, const char *text)
{
    const char *there = NULL;
    char *copy = strdup(text);

    if (!copy)
        abort();
    if (atomic_compare_exchange_strong(place, &there, copy))
        return copy;
    free(copy);
    return there;
}

static const struct scoped *scoped_of(const struct record *rec)
{
    for (const struct scoped *t = ops_tables(); t->table; t++)
        if (strcmp(t->table, rec->table) == 0)
            return t->is_open ? NULL : t;
    return NULL;
}

static const struct shape *shape_of(const struct record *rec)
{
    struct kept *k = kept_of(rec);
    const struct shape *there = atomic_load(&k->shape);
    struct shape *shape;
    const struct scoped *s;

    if (there)
        return there;
    shape = calloc(1, sizeof *shape);
    if (!shape)
        abort();
    s = shape->scoped = scoped_of(rec);
    for (int i = 0; s && rec->fields[i].name; i++) {
        const char *column = rec->fields[i].column;
        shape->is_scope_column[i] =
            column && (str_eq(column, s->home) || str_eq(column, s->work) ||
                       str_eq(column, s->employer) || str_eq(column, s->person));
    }
    if (atomic_compare_exchange_strong(&k->shape, &there, shape))
        return shape;
    free(shape);
    return there;
}

static const char *mask_of(struct arena *mem, const struct field *f, const char *text)
{
    char out[24];

    if (!text)
        return NULL;
    switch (f->type) {
    case FIELD_ID_NO:
        return arena_strdup(mem, id_no_mask(text, out));
    case FIELD_PHONE:
        return arena_strdup(mem, phone_mask(text, out));
    default:
        return arena_strdup(mem, card_mask(text, out));
    }
}

static const char *place_in(struct arena *mem, const struct record *rec, const struct field *f)
{
    size_t table = strlen(rec->table), column = strlen(f->column);
    char *place = arena_alloc(mem, table + column + 2);

    memcpy(place, rec->table, table);
    place[table] = '.';
    memcpy(place + table + 1, f->column, column);
    return place;
}

static const char *seal_place(struct ctx *cx, const struct record *rec, const struct field *f)
{
    return place_in(cx->mem, rec, f);
}

static struct sealed_ahead seal_now(struct arena *mem, const struct record *rec, int64_t id,
                                    const struct field *f, const char *text)
{
    const char *place = place_in(mem, rec, f);

    return (struct sealed_ahead){ f,
                                  id,
                                  text,
                                  seal_text(mem, place, id, text),
                                  seal_index(mem, place, text),
                                  mask_of(mem, f, text) };
}

const struct sealed_ahead *record_seal_ahead(struct arena *mem, const struct record *rec,
                                             int64_t id, const void *in)
{
    struct sealed_ahead *list;
    int n = 0;

    for (const struct field *f = rec->fields; f->name; f++)
        n += field_type_is_sealed(f->type) && f->column;
    list = NEW_ARRAY(mem, struct sealed_ahead, n + 1);
    n = 0;
    for (const struct field *f = rec->fields; f->name; f++)
        if (field_type_is_sealed(f->type) && f->column && field_param(f, in).text)
            list[n++] = seal_now(mem, rec, id, f, field_param(f, in).text);
    return list;
}

/* Made ahead, or made now. */
static struct sealed_ahead sealed_of(struct ctx *cx, const struct record *rec, int64_t id,
                                     const struct field *f, const char *text)
{
    for (const struct sealed_ahead *s = cx->sealed; s && s->field; s++)
        if (s->field == f && s->id == id && s->text == text)
            return *s;
    return seal_now(cx->mem, rec, id, f, text);
}

/* What was sealed ahead was sealed for an id of its own. */
static int64_t new_id(struct ctx *cx, const struct record *rec)
{
    for (const struct sealed_ahead *s = cx->sealed; s && s->field; s++)
        for (const struct field *f = rec->fields; f->name; f++)
            if (s->field == f)
                return s->id;
    return store_new_id(cx->store);
}

static bool is_absent(struct param p)
{
    return p.type == PARAM_INT ? p.integer == NONE : p.text == NULL;
}

/* --- statements in the making --- */
struct columns {
    struct ctx *cx;
    int n;
    const char *name[FIELDS_MAX + 16];
    struct param value[FIELDS_MAX + 16];
};

static void columns_begin(struct columns *c, struct ctx *cx)
{
    c->cx = cx;
    c->n = 0;
}

static void add_column(struct columns *c, const char *name, struct param value)
{
    assert(c->n < (int)ARRAY_LEN(c->name));
    c->name[c->n] = name;
    c->value[c->n++] = value;
}

/* "phone" and "_mask": "phone_mask". */
static const char *column_of(struct ctx *cx, const struct field *f, const char *suffix)
{
    size_t column = strlen(f->column), rest = strlen(suffix);
    char *name = arena_alloc(cx->mem, column + rest + 1);

    memcpy(name, f->column, column);
    memcpy(name + column, suffix, rest);
    return name;
}

/* `in` begins with the id of its row. */
static void add_field(struct columns *c, const struct record *rec, const struct field *f,
                      const void *in)
{
    struct ctx *cx = c->cx;
    struct param p = field_param(f, in);
    struct sealed_ahead sealed;

    if (!field_type_is_sealed(f->type)) {
        add_column(c, f->column, p);
        return;
    }
    sealed = sealed_of(cx, rec, *(const int64_t *)in, f, p.text);
    add_column(c, column_of(cx, f, "_sealed"), param_blob(sealed.sealed));
    add_column(c, column_of(cx, f, "_index"), param_blob(sealed.index));
    add_column(c, column_of(cx, f, "_mask"), param_text(sealed.mask));
}

static void json_put_param(struct ctx *cx, struct json *j, const struct field *f, struct param p)
{
    if (field_type_is_sealed(f->type))
        json_put_str(j, f->name, mask_of(cx->mem, f, p.text));
    else if (f->type == FIELD_ID)
        json_put_id(j, f->name, p.integer);
    else if (p.type == PARAM_INT)
        json_put_int(j, f->name, p.integer);
    else
        json_put_str(j, f->name, p.text);
}

static void json_put_before(struct json *j, const struct field *f, const struct rows *before,
                            const char *column)
{
    const struct value *v = row_value(before, 0, column);

    if (v->type == VALUE_INT && f->type == FIELD_ID)
        json_put_id(j, f->name, v->integer);
    else if (v->type == VALUE_INT)
        json_put_int(j, f->name, v->integer);
    else
        json_put_str(j, f->name, v->type == VALUE_TEXT ? v->text : NULL);
}

/* --- journal --- */
static int64_t jurisdiction(const struct rows *row, const char *column)
{
    return column ? row_int(row, 0, column) : NONE;
}

static enum err journal_row(struct ctx *cx, const struct record *rec, const struct rows *row,
                            int64_t id, const char *action, const char *before, const char *after,
                            const char *reason)
{
    const struct scoped *s = shape_of(rec)->scoped;

    return journal_append(cx, &(struct journal_entry){
                                  .kind = rec->name,
                                  .record_id = id,
                                  .action = action,
                                  .before = before,
                                  .after = after,
                                  .reason = reason,
                                  .home = s ? jurisdiction(row, s->home) : NONE,
                                  .work = s ? jurisdiction(row, s->work) : NONE,
                                  .employer_id = s ? jurisdiction(row, s->employer) : NONE,
                                  .person_id = s ? jurisdiction(row, s->person) : NONE,
                              });
}

/* --- reading --- */
enum err record_load(struct ctx *cx, const struct record *rec, int64_t id, struct rows *ret)
{
    struct kept *k = kept_of(rec);
    const char *sql = atomic_load(&k->load);
    struct rows r;

    if (!sql)
        sql = keep(&k->load,
                   arena_printf(cx->mem, "SELECT %s.* FROM %s %s WHERE %s.id = $1 AND SCOPE(%s %s)",
                                rec->alias, rec->table, rec->alias, rec->alias, rec->table,
                                rec->alias));
    TRY(db_rows(cx, &r, sql, P(id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", T("没有这条%s记录", "there is no such %s"),
                    T(rec->zh, rec->en));
    *ret = r;
    return OK;
}

/* The row as lists and details show it. */
static enum err write_row(struct ctx *cx, const struct record *rec, int64_t id)
{
    struct kept *k = kept_of(rec);
    const char *sql = atomic_load(&k->row);
    struct rows r;

    if (!sql) {
        struct list_query q = { .limit = -1, .only_id = id };
        struct list_sql list;
        TRY(list_rows_sql(cx, rec, &q, 0, &list));
        assert(list.params.n == 1); /* the id */
        sql = keep(&k->row, list.text);
    }
    TRY(db_rows(cx, &r, sql, P(id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", T("没有这条%s记录", "there is no such %s"),
                    T(rec->zh, rec->en));
    if (rec->show)
        rec->show(cx, &r);
    json_row(cx->out, &r, 0);
    return OK;
}

enum err record_get(struct ctx *cx)
{
    return write_row(cx, cx->op->record, cx->id);
}

enum err record_history(struct ctx *cx)
{
    const struct record *rec = cx->op->record;
    struct rows row, r;

    TRY(record_load(cx, rec, cx->id, &row));
    TRY(db_rows(
        cx, &r,
        "SELECT seq, at, actor, op, action, before AS before_json, after AS after_json, reason, batch_id"
        " FROM journal j WHERE SCOPE_NOT(journal 'who may see the record may see its history')"
        " AND record_id = $1 AND kind = $2 ORDER BY seq DESC LIMIT 500",
        P(cx->id), P(rec->name)));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_rows(cx->out, &r);
    json_end(cx->out);
    return OK;
}

enum err record_find(struct ctx *cx, const struct record *rec, const char *key_value,
                     int64_t *ret_id, bool *ret_in_scope)
{
    bool is_open = !shape_of(rec)->scoped;

    for (const struct field *f = rec->fields; f->name; f++) {
        struct rows r;
        struct param key;
        if (!(f->use & USE_KEY))
            continue;
        key = field_type_is_sealed(f->type)
                  ? param_blob(seal_index(cx->mem, seal_place(cx, rec, f), key_value))
                  : param_text(key_value);
        TRY(db_rows_list(
            cx, &r,
            arena_printf(cx->mem,
                         "SELECT id, %s%s%s%s AS is_mine FROM %s a WHERE a.%s%s = $1%s%s%s",
                         is_open ? "1 = 1" : "SCOPE(", is_open ? "" : rec->table,
                         is_open ? "" : " a", is_open ? "" : ")", rec->table, f->column,
                         field_type_is_sealed(f->type) ? "_index" : "",
                         is_open ? "" : " AND SCOPE_NOT(", is_open ? "" : rec->table,
                         is_open ? "" : " 'keys are unique in the whole ledger')"),
            (struct params){ 1, &key }));
        *ret_id = r.n ? row_int(&r, 0, "id") : NONE;
        *ret_in_scope = r.n && row_int(&r, 0, "is_mine") == 1;
        return OK;
    }
    *ret_id = NONE;
    *ret_in_scope = false;
    return OK;
}

/* --- making --- */
static int find_column(const struct columns *c, const char *name)
{
    for (int i = 0; i < c->n; i++)
        if (strcmp(c->name[i], name) == 0)
            return i;
    return -1;
}

static void add_scope_columns(struct columns *c, const struct scoped *s, const int64_t place[4])
{
    const char *names[4] = { s->home, s->work, s->employer, s->person };

    for (int i = 0; i < 4; i++)
        if (names[i] && !str_eq(names[i], "id") && find_column(c, names[i]) < 0)
            add_column(c, names[i], param_int(place[i]));
}

/* "$12": once for every row, so without formatting. */
static void add_number(struct str *sql, int number)
{
    str_add_char(sql, '$');
    if (number >= 100)
        str_add_char(sql, (char)('0' + number / 100));
    if (number >= 10)
        str_add_char(sql, (char)('0' + number / 10 % 10));
    str_add_char(sql, (char)('0' + number % 10));
}

/* "home=$3" */
static void add_equal(struct str *sql, const char *before, const char *column, int number)
{
    assert(number > 0);
    str_add(sql, before);
    str_add(sql, column);
    str_add_char(sql, '=');
    add_number(sql, number);
}

static const char *insert_sql(struct ctx *cx, const struct record *rec, const struct scoped *s,
                              const struct columns *c)
{
    struct str sql = str_new(cx->mem);

    str_add(&sql, "INSERT INTO ");
    str_add(&sql, rec->table);
    for (int i = 0; i < c->n; i++) {
        str_add(&sql, i ? ", " : " (");
        str_add(&sql, c->name[i]);
    }
    str_add(&sql, ") SELECT ");
    for (int i = 0; i < c->n; i++) {
        if (i)
            str_add(&sql, ", ");
        add_number(&sql, i + 1);
    }
    if (s) {
        const char *names[4] = { s->home, s->work, s->employer, s->person }, *separator = " ";
        str_add(&sql, " WHERE SCOPE(");
        str_add(&sql, rec->table);
        for (int i = 0; i < 4; i++)
            if (names[i]) {
                add_equal(&sql, separator, names[i], find_column(c, names[i]) + 1);
                separator = ", ";
            }
        str_add(&sql, ")");
    }
    return sql.s;
}

static const char *created_json(struct ctx *cx, const struct record *rec, const void *in)
{
    struct json *j = json_new(cx->mem);

    json_object(j);
    for (const struct field *f = rec->fields; f->name; f++) {
        struct param p;
        if (!f->column || f->offset == FIELD_NO_INPUT)
            continue;
        p = field_param(f, in);
        if (!is_absent(p))
            json_put_param(cx, j, f, p);
    }
    json_end(j);
    return json_text(j);
}

enum err record_insert(struct ctx *cx, const struct record *rec, void *in, int64_t *ret_id)
{
    const struct shape *shape = shape_of(rec);
    const struct scoped *s = shape->scoped;
    struct columns c;
    int64_t id = new_id(cx, rec), place[4] = { NONE, NONE, NONE, NONE };

    memcpy(in, &id, sizeof id); /* the struct's first member */
    if (rec->check)
        TRY(rec->check(cx, in, NULL));
    if (rec->place)
        rec->place(in, &place[0], &place[1], &place[2], &place[3]);
    columns_begin(&c, cx);
    add_column(&c, "id", param_int(id));
    for (int i = 0; rec->fields[i].name; i++) {
        const struct field *f = &rec->fields[i];
        if (f->column && f->offset != FIELD_NO_INPUT && !shape->is_scope_column[i] &&
            !is_absent(field_param(f, in)))
            add_field(&c, rec, f, in);
    }
    if (s)
        add_scope_columns(&c, s, place);
    add_column(&c, "created_at", param_int(cx->now));
    if (!rec->has_no_version)
        add_column(&c, "updated_at", param_int(cx->now));
    TRY(db_exec_list(cx, insert_sql(cx, rec, s, &c), (struct params){ c.n, c.value }));
    if (cx->changed == 0)
        return fail(cx, E_FORBIDDEN, "scope.outside",
                    T("这条%s记录不在您的辖区内", "this %s lies outside your jurisdiction"),
                    T(rec->zh, rec->en));
    TRY(journal_append(cx, &(struct journal_entry){
                               .kind = rec->name,
                               .record_id = id,
                               .action = "create",
                               .after = created_json(cx, rec, in),
                               .home = place[0],
                               .work = place[1],
                               .employer_id = place[2],
                               .person_id = s && str_eq(s->person, "id") ? id : place[3] }));
    if (rec->saved)
        TRY(rec->saved(cx, in, id, true));
    *ret_id = id;
    return OK;
}

enum err record_create(struct ctx *cx)
{
    int64_t id;

    TRY(record_insert(cx, cx->op->record, cx->in, &id));
    return write_row(cx, cx->op->record, id);
}

/* --- changing --- */
/* Is the stored value other than the new one? Sealed kinds compare by their keyed hash. */
static bool differs(struct ctx *cx, const struct record *rec, const struct field *f,
                    const struct rows *before, struct param p)
{
    const struct value *v;
    struct bytes index;

    if (field_type_is_sealed(f->type)) {
        index = seal_index(cx->mem, seal_place(cx, rec, f), p.text);
        v = row_value(before, 0, arena_printf(cx->mem, "%s_index", f->column));
        if (v->type == VALUE_NULL || !index.data)
            return (v->type == VALUE_NULL) != (index.data == NULL);
        return v->len != index.len || memcmp(v->text, index.data, index.len) != 0;
    }
    v = row_value(before, 0, f->column);
    if (v->type == VALUE_NULL || is_absent(p))
        return (v->type == VALUE_NULL) != is_absent(p);
    return p.type == PARAM_INT ? v->integer != p.integer : !str_eq(v->text, p.text);
}

static enum err refuse_stale(struct ctx *cx, const struct record *rec, const struct rows *before,
                             const void *in)
{
    struct json *j = json_new(cx->mem);

    json_object(j);
    json_put_int(j, "version", row_int(before, 0, "version"));
    json_key(j, "theirs");
    json_object(j);
    for (int i = 0; rec->fields[i].name; i++)
        if (field_given(cx, i) && rec->fields[i].column)
            json_put_before(j, &rec->fields[i], before,
                            field_type_is_sealed(rec->fields[i].type)
                                ? arena_printf(cx->mem, "%s_mask", rec->fields[i].column)
                                : rec->fields[i].column);
    json_end(j);
    json_key(j, "yours");
    json_object(j);
    for (int i = 0; rec->fields[i].name; i++)
        if (field_given(cx, i) && rec->fields[i].column)
            json_put_param(cx, j, &rec->fields[i], field_param(&rec->fields[i], in));
    json_end(j);
    json_end(j);
    cx->failure_detail = json_text(j);
    return hint(cx,
                fail(cx, E_STALE, "record.stale", "%s",
                     T("别人刚刚改过这条记录", "somebody has changed this record meanwhile")),
                "%s", T("请比较两边的值后再保存", "compare both values and save again"));
}

static int param_at(struct param *params, int *n, struct param value)
{
    params[*n] = value;
    return ++*n;
}

static enum err update_row(struct ctx *cx, const struct record *rec, int64_t id,
                           const struct rows *before, const struct columns *c)
{
    const struct scoped *s = shape_of(rec)->scoped;
    struct str sql = str_new(cx->mem);
    struct param params[ARRAY_LEN(c->value) + 4];
    int n = 0;

    str_add(&sql, "UPDATE ");
    str_add(&sql, rec->table);
    str_add(&sql, " AS ");
    str_add(&sql, rec->alias);
    str_add(&sql, " SET version = version + 1");
    for (int i = 0; i < c->n; i++)
        add_equal(&sql, ", ", c->name[i], param_at(params, &n, c->value[i]));
    add_equal(&sql, ", ", "updated_at", param_at(params, &n, param_int(cx->now)));
    add_equal(&sql, " WHERE ", "id", param_at(params, &n, param_int(id)));
    add_equal(&sql, " AND ", "version",
              param_at(params, &n, param_int(row_int(before, 0, "version"))));
    if (s) {
        str_add(&sql, " AND SCOPE(");
        str_add(&sql, rec->table);
        str_add(&sql, " ");
        str_add(&sql, rec->alias);
        str_add(&sql, ")");
    }
    TRY(db_exec_list(cx, sql.s, (struct params){ n, params }));
    if (cx->changed != 1)
        return fail(cx, E_BUSY, "record.raced", "%s",
                    T("记录正被别人修改，请重试", "the record is being changed; try again"));
    return OK;
}

enum err record_change(struct ctx *cx, const struct record *rec, int64_t id, void *in,
                       int64_t version, bool *ret_changed)
{
    struct rows before;
    struct columns c;
    struct json *jb = json_new(cx->mem), *ja = json_new(cx->mem);

    TRY(record_load(cx, rec, id, &before));
    memcpy(in, &id, sizeof id);
    if (version != NONE && version != row_int(&before, 0, "version"))
        return refuse_stale(cx, rec, &before, in);
    if (rec->check)
        TRY(rec->check(cx, in, &before));
    columns_begin(&c, cx);
    json_object(jb);
    json_object(ja);
    for (int i = 0; rec->fields[i].name; i++) {
        const struct field *f = &rec->fields[i];
        struct param p;
        if (!f->column || f->offset == FIELD_NO_INPUT || !field_given(cx, i))
            continue;
        p = field_param(f, in);
        if (!differs(cx, rec, f, &before, p))
            continue;
        add_field(&c, rec, f, in);
        json_put_before(jb, f, &before,
                        field_type_is_sealed(f->type) ? arena_printf(cx->mem, "%s_mask", f->column)
                                                      : f->column);
        json_put_param(cx, ja, f, p);
    }
    json_end(jb);
    json_end(ja);
    *ret_changed = c.n > 0;
    if (c.n > 0) {
        TRY(update_row(cx, rec, id, &before, &c));
        TRY(journal_row(cx, rec, &before, id, "change", json_text(jb), json_text(ja), NULL));
        if (rec->changed)
            TRY(rec->changed(cx, rec, &before));
    }
    cx->changed_beside = false;
    if (rec->saved)
        TRY(rec->saved(cx, in, id, false));
    *ret_changed |= cx->changed_beside;
    return OK;
}

enum err record_update(struct ctx *cx)
{
    bool changed;

    TRY(record_change(cx, cx->op->record, cx->id, cx->in, cx->version, &changed));
    return write_row(cx, cx->op->record, cx->id);
}

/* --- moving --- */
static bool in_list(const char *list, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = list; *at; at += strcspn(at, "|"), at += *at == '|')
        if (strcspn(at, "|") == len && memcmp(at, word, len) == 0)
            return true;
    return false;
}

enum err record_move(struct ctx *cx, const struct record *rec, int64_t id, const char *event,
                     const char *reason)
{
    const struct transition *t = rec->transitions, *found = NULL;
    struct columns c;
    struct rows before;
    const char *state;

    TRY(record_load(cx, rec, id, &before));
    state = row_text(&before, 0, rec->state);
    for (; t && t->event; t++)
        if (str_eq(t->event, event) && (!found || !in_list(found->from, state)))
            found = t;
    assert(found);
    if (!in_list(found->from, state))
        return fail(cx, E_CONFLICT, "state.wrong",
                    T("当前状态为“%s”，不能%s", "the state is %s: cannot %s"),
                    choice_label(rec->states, state, cx->lang), T(found->zh, found->en));
    if (found->needs_reason && str_blank(reason))
        return fail_field(cx, "reason", "field.required", "%s",
                          T("请说明原因", "please give a reason"));
    if (found->rule)
        TRY(found->rule(cx, &before, reason));
    columns_begin(&c, cx);
    add_column(&c, rec->state, param_text(found->to));
    TRY(update_row(cx, rec, id, &before, &c));
    return journal_row(cx, rec, &before, id, event,
                       arena_printf(cx->mem, "{\"%s\":\"%s\"}", rec->state, state),
                       arena_printf(cx->mem, "{\"%s\":\"%s\"}", rec->state, found->to), reason);
}

enum err record_event(struct ctx *cx)
{
    const struct event_input *in = cx->in;
    const char *event = strrchr(cx->op->route, '/') + 1;

    TRY(record_move(cx, cx->op->record, cx->id, event, in->reason));
    return write_row(cx, cx->op->record, cx->id);
}

/* --- seeing a sealed value: a write, because it is journalled with its reason --- */
enum err record_reveal(struct ctx *cx)
{
    const struct record *rec = cx->op->record;
    const struct reveal_input *in = cx->in;
    int i = field_index(rec->fields, in->field);
    struct rows row, today;
    const char *value;

    if (i < 0 || !field_type_is_sealed(rec->fields[i].type))
        return fail_field(cx, "field", "reveal.field", "%s",
                          T("这个字段不是密封字段", "this field is not a sealed one"));
    TRY(db_one(
        cx, &today,
        "SELECT count(*) AS n FROM journal WHERE SCOPE_NOT(journal 'own reveals of this day') AND action = 'reveal'"
        " AND user_id = $1 AND at >= $2",
        P(cx->who.user_id), P(instant_of_date(cx->today))));
    if (row_int(&today, 0, "n") >= REVEALS_PER_DAY_MAX)
        return fail(cx, E_LIMIT, "reveal.quota",
                    T("今天已查看 %d 次，达到上限", "today's limit of %d is reached"),
                    REVEALS_PER_DAY_MAX);
    TRY(record_load(cx, rec, cx->id, &row));
    value = NULL;
    if (row_blob(&row, 0, arena_printf(cx->mem, "%s_sealed", rec->fields[i].column)).data)
        TRY(seal_open(cx, seal_place(cx, rec, &rec->fields[i]), cx->id,
                      row_blob(&row, 0, arena_printf(cx->mem, "%s_sealed", rec->fields[i].column)),
                      &value));
    TRY(journal_row(cx, rec, &row, cx->id, "reveal", NULL,
                    arena_printf(cx->mem, "{\"field\":\"%s\"}", rec->fields[i].name), in->reason));
    json_object(cx->out);
    json_put_str(cx->out, "value", value);
    json_end(cx->out);
    return OK;
}
