/* command_compare.c — queqiao compare RECORD FILE [FILE2]: a spreadsheet beside the ledger, or
 * beside another one. The file is read as an import reads it, and nothing is written. Sealed values
 * (ID number, phone, account) are compared by their keyed hash and never printed. */
#include <sodium.h>
#include <stdio.h>

#include "app/commands.h"
#include "app/compare.h"
#include "app/progress.h"
#include "base/ids.h"
#include "divisions/divisions.h"
#include "imports/imports.h"
#include "platform/seal.h"

/* A list in the making. */
struct list {
    const struct record *rec;
    struct arena *mem;
    struct compare_item *items;
    size_t n, cap;
    int64_t bad;
};

/* What is compared: fields of a sheet that stand in the record's own table, but the key. */
struct fields {
    int n, at[COMPARE_FIELDS_MAX]; /* in rec->fields */
    int key;
};

struct comparison {
    const struct record *rec;
    struct fields fields;
    const char *within; /* option */
    int64_t lo, hi;
    struct list left, right;
};

static struct fields fields_of(const struct record *rec)
{
    struct fields ret = { .key = -1 };

    for (int i = 0; rec->fields[i].name; i++) {
        const struct field *f = &rec->fields[i];
        if (f->use & USE_KEY)
            ret.key = i;
        else if (f->use & USE_IMPORT && f->column && f->offset != FIELD_NO_INPUT &&
                 f->type != FIELD_DIVISION && ret.n < COMPARE_FIELDS_MAX)
            ret.at[ret.n++] = i; /* places are written to different depths */
    }
    return ret;
}

static const char *hex(struct arena *mem, struct bytes b)
{
    char *out = arena_alloc(mem, b.len * 2 + 1);

    return sodium_bin2hex(out, b.len * 2 + 1, b.data, b.len);
}

static const char *hashed(struct arena *mem, const struct record *rec, const struct field *f,
                          const char *text)
{
    return hex(mem, seal_index(mem, arena_printf(mem, "%s.%s", rec->table, f->column), text));
}

/* What a row says; NULL when it says nothing. */
static const char *value_in(struct arena *mem, const struct record *rec, const struct field *f,
                            const void *in)
{
    struct param p = field_param(f, in);

    if (p.type == PARAM_INT)
        return p.integer == NONE ? NULL : arena_printf(mem, "%lld", (long long)p.integer);
    if (!p.text)
        return NULL;
    return field_type_is_sealed(f->type) ? hashed(mem, rec, f, p.text) : arena_strdup(mem, p.text);
}

static const char *value_at(struct arena *mem, const struct field *f, const struct rows *r)
{
    const struct value *v;
    struct bytes b;

    if (field_type_is_sealed(f->type)) {
        b = row_blob(r, 0, arena_printf(mem, "%s_index", f->column));
        return b.data ? hex(mem, b) : NULL;
    }
    v = row_value(r, 0, f->column);
    if (v->type == VALUE_INT)
        return arena_printf(mem, "%lld", (long long)v->integer);
    return v->type == VALUE_TEXT ? arena_strdup(mem, v->text) : NULL;
}

static const char *name_in(const struct record *rec, const void *in)
{
    for (int i = 0; rec->fields[i].name; i++)
        if (str_eq(rec->fields[i].name, "name"))
            return field_param(&rec->fields[i], in).text;
    return "";
}

struct reading {
    struct comparison *c;
    struct list *list;
};

static enum err add_row(struct ctx *cx, const struct import_row *row, void *arg)
{
    struct reading *r = arg;
    struct list *l = r->list;
    const struct field *key = &l->rec->fields[r->c->fields.key];
    const char **values = NEW_ARRAY(l->mem, const char *, r->c->fields.n + 1);
    const char *number = field_param(key, row->in).text;
    char mask[24];

    (void)cx;
    if (!number)
        return OK; /* an employer without its credit code: nothing to find it by */
    for (int i = 0; i < r->c->fields.n; i++)
        values[i] = value_in(l->mem, l->rec, &l->rec->fields[r->c->fields.at[i]], row->in);
    *ARENA_PUSH(l->mem, l->items, l->n, l->cap) = (struct compare_item){
        .key = value_in(l->mem, l->rec, key, row->in),
        .label = arena_printf(l->mem, "%s %s", name_in(l->rec, row->in),
                              key->type == FIELD_ID_NO ? id_no_mask(number, mask) : number),
        .at = row->row,
        .values = values,
    };
    progress_set((int64_t)l->n, NONE);
    return OK;
}

static enum err read_file(struct ctx *cx, struct comparison *c, const char *path, struct list *l)
{
    *l = (struct list){ .rec = c->rec, .mem = cx->mem };
    return import_read(cx, c->rec, path,
                       &(struct import_reader){ .row = add_row, .arg = &(struct reading){ c, l } },
                       &l->bad);
}

/* --- the ledger --- */
static enum err add_record(struct ctx *cx, const struct rows *r, void *arg)
{
    struct reading *g = arg;
    struct list *l = g->list;
    const struct field *key = &l->rec->fields[g->c->fields.key];
    const char **values = NEW_ARRAY(l->mem, const char *, g->c->fields.n + 1);
    const char *number = value_at(l->mem, key, r);

    (void)cx;
    if (!number)
        return OK;
    for (int i = 0; i < g->c->fields.n; i++)
        values[i] = value_at(l->mem, &l->rec->fields[g->c->fields.at[i]], r);
    *ARENA_PUSH(l->mem, l->items, l->n, l->cap) = (struct compare_item){
        .key = number,
        .label = arena_printf(l->mem, "%s %s", row_text(r, 0, "name"),
                              key->type == FIELD_ID_NO ? row_text(r, 0, "id_no_mask") : number),
        .at = row_int(r, 0, "id"),
        .values = values,
    };
    progress_set((int64_t)l->n, NONE);
    return OK;
}

static enum err find_within(struct ctx *cx, struct comparison *c)
{
    int64_t code;

    c->lo = 0;
    c->hi = INT64_MAX;
    if (!c->within)
        return OK;
    if (str_int(c->within, &code))
        while (code > 0 && code < 100000000000)
            code *= 1000;
    else if (!field_resolve_division ||
             field_resolve_division(cx, c->within, &code) != DIVISION_FOUND)
        code = NONE;
    if (code == NONE || !division_exists(cx, code))
        return fail(cx, E_INVALID, "division.unknown", T("找不到地区“%s”", "no division “%s”"),
                    c->within);
    division_range(code, &c->lo, &c->hi);
    return OK;
}

static enum err read_ledger(struct ctx *cx, void *arg)
{
    struct comparison *c = arg;
    struct reading r = { c, &c->right };

    c->right = (struct list){ .rec = c->rec, .mem = cx->mem };
    TRY(find_within(cx, c));
    if (str_eq(c->rec->name, "person"))
        return db_each(cx, add_record, &r,
                       "SELECT p.* FROM person p WHERE SCOPE(person p) AND p.home BETWEEN $1 AND $2"
                       " ORDER BY p.home, p.id",
                       P(c->lo), P(c->hi));
    return db_each(cx, add_record, &r,
                   "SELECT e.* FROM employer e WHERE SCOPE(employer e) AND e.work BETWEEN $1 AND $2"
                   " ORDER BY e.work, e.id",
                   P(c->lo), P(c->hi));
}

/* --- telling --- */
static const char *shown(struct ctx *cx, const struct field *f, const char *value)
{
    if (field_type_is_sealed(f->type))
        return T("（不显示）", "(not shown)");
    return f->choices ? choice_label(f->choices, value, cx->lang) : value;
}

static void print_line(struct ctx *cx, const struct comparison *c, const struct compare_line *l,
                       const char *other)
{
    const struct compare_item *item = l->left ? l->left : l->right;

    switch (l->kind) {
    case COMPARE_SAME:
        return;
    case COMPARE_LEFT:
        printf(T("只在表中   第 %lld 行 %s\n", "only in the file, row %lld: %s\n"),
               (long long)item->at, item->label);
        return;
    case COMPARE_RIGHT:
        printf(T("只在%s %s\n", "only in the %s: %s\n"), other, item->label);
        return;
    case COMPARE_TWICE:
        printf(T("重复       第 %lld 行 %s\n", "twice, row %lld: %s\n"), (long long)item->at,
               item->label);
        return;
    case COMPARE_DIFFERS:
        printf(T("不一致     第 %lld 行 %s：", "differs, row %lld %s: "), (long long)item->at,
               item->label);
        for (int i = 0, n = 0; i < c->fields.n; i++) {
            const struct field *f = &c->rec->fields[c->fields.at[i]];
            if (l->fields >> i & 1)
                printf(T("%s%s 表中 %s，%s %s", "%s%s here %s, %s %s"), n++ ? "; " : "",
                       T(f->zh, f->en), shown(cx, f, l->left->values[i]), other,
                       shown(cx, f, l->right->values[i]));
        }
        putchar('\n');
        return;
    }
}

static void put_line(struct ctx *cx, struct json *j, const struct comparison *c,
                     const struct compare_line *l)
{
    static const char *const kinds[] = { "same", "differs", "only_left", "only_right", "twice" };
    const struct compare_item *item = l->left ? l->left : l->right;

    if (l->kind == COMPARE_SAME)
        return;
    json_object(j);
    json_put_str(j, "kind", kinds[l->kind]);
    json_put_str(j, "label", item->label);
    if (l->left)
        json_put_int(j, "row", l->left->at);
    json_key(j, "fields");
    json_array(j);
    for (int i = 0; i < c->fields.n; i++) {
        const struct field *f = &c->rec->fields[c->fields.at[i]];
        if (!(l->fields >> i & 1))
            continue;
        json_object(j);
        json_put_str(j, "name", f->name);
        json_put_str(j, "left", shown(cx, f, l->left->values[i]));
        json_put_str(j, "right", shown(cx, f, l->right->values[i]));
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

static void tell_json(struct ctx *cx, const struct comparison *c, const struct compare_result *r)
{
    struct json *j = json_new(cx->mem);

    json_object(j);
    json_put_int(j, "same", r->n[COMPARE_SAME]);
    json_put_int(j, "differ", r->n[COMPARE_DIFFERS]);
    json_put_int(j, "only_left", r->n[COMPARE_LEFT]);
    json_put_int(j, "only_right", r->n[COMPARE_RIGHT]);
    json_put_int(j, "twice", r->n[COMPARE_TWICE]);
    json_put_int(j, "unreadable", c->left.bad + c->right.bad);
    json_key(j, "items");
    json_array(j);
    for (int i = 0; i < r->count; i++)
        put_line(cx, j, c, &r->lines[i]);
    json_end(j);
    json_end(j);
    puts(json_text(j));
}

static void tell_totals(struct ctx *cx, const struct comparison *c, const struct compare_result *r,
                        bool is_file)
{
    printf(
        T("一致 %d，不一致 %d，只在表中 %d，%s %d，重复 %d，读不出的行 %lld\n",
          "%d the same, %d differ, %d only in the file, %s %d, twice %d, unreadable rows %lld\n"),
        r->n[COMPARE_SAME], r->n[COMPARE_DIFFERS], r->n[COMPARE_LEFT],
        is_file ? T("只在另一表", "only in the other file") : T("只在台账", "only in the ledger"),
        r->n[COMPARE_RIGHT], r->n[COMPARE_TWICE], (long long)(c->left.bad + c->right.bad));
}

static enum err compare(struct ctx *cx, const struct command_line *line, struct comparison *c,
                        struct compare_result *r)
{
    const char *other = argument(line, 2);
    enum err err;

    progress_start(T("读取", "reading"));
    err = read_file(cx, c, argument(line, 1), &c->left);
    if (err == OK)
        err = other ? read_file(cx, c, other, &c->right) : db_read(cx, read_ledger, c);
    progress_end();
    TRY(err);
    compare_lists(cx->mem, c->left.items, (int)c->left.n, c->right.items, (int)c->right.n,
                  c->fields.n, r);
    if (line->json) {
        tell_json(cx, c, r);
        return OK;
    }
    for (int i = 0; i < r->count; i++)
        print_line(cx, c, &r->lines[i], other ? T("另一表", "other file") : T("台账", "ledger"));
    tell_totals(cx, c, r, other != NULL);
    return OK;
}

int command_compare(const struct command_line *line)
{
    const char *name = argument(line, 0);
    struct comparison c = { .rec = name ? record_find_kind(name) : NULL,
                            .within = option(line, "within") };
    struct compare_result r;
    struct store *store;
    struct ctx *cx;
    int status;

    if (!c.rec || (!str_eq(name, "person") && !str_eq(name, "employer")) || !argument(line, 1))
        return command_usage(line);
    c.fields = fields_of(c.rec);
    status = command_open(line, &store);
    if (status)
        return status;
    cx = ctx_new(store, store_now(store));
    cx->lang = line->lang;
    ctx_as_system(cx);
    if (compare(cx, line, &c, &r) != OK)
        status = command_fail(line, &cx->failure);
    else
        status = r.n[COMPARE_SAME] != r.count;
    ctx_free(cx);
    store_close(store);
    return status;
}
