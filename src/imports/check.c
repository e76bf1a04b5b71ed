/* check.c — from a file to checked rows, outside of any transaction but for looking up what is
 * known. Nothing of a file is kept but its good rows, packed, and its problems, so that 100 000
 * rows fit into some tens of megabytes. */
#include "imports/imports_int.h"

#include <stdio.h>
#include <time.h>

#include "base/ids.h"
#include "platform/seal.h"

enum { CHUNK = 400, PROGRESS_MS = 200, SHARED_PHONE = 3, PACK_BLOCK = 1 << 20 };

/* One row between reading and judgement. */
struct pending {
    void *in;
    uint64_t in_set[2], tried[2]; /* fields given; fields whose cell said something, be it wrong */
    int64_t row, ordinal;
    bool is_bad, is_warned;
    const char *key, *name;
};

/* Where a key was first seen in the file. */
struct seen {
    uint64_t key, name;
    int64_t row, ordinal;
};
struct seen_set {
    size_t n, mask;
    struct seen *slots;
};

struct reading {
    struct ctx *cx;
    struct import_check *check;
    const struct record *rec;
    const struct header_names *names;
    struct header header;
    const char *sheet;
    struct column_use {
        int column, field;
    } * uses; /* in the order in which columns fill fields */
    int use_count;
    int column_of[FIELDS_MAX]; /* first column of a field, or -1 */
    int key_at, name_at, phone_at;
    struct arena *chunk_mem;
    struct pending *pending;
    int pending_count;
    struct seen_set keys, phones;
    int64_t hidden_rows, left_rows, data_rows;
};

bool field_is_sealed(const struct field *f)
{
    return f->type == FIELD_ID_NO || f->type == FIELD_PHONE || f->type == FIELD_ACCOUNT;
}

const struct field *import_key(const struct record *rec)
{
    for (const struct field *f = rec->fields; f->name; f++)
        if (f->use & USE_KEY)
            return f;
    return NULL;
}

struct rows rows_at(const struct rows *r, int row)
{
    return (struct rows){ 1, r->columns, r->names, r->cells + (size_t)row * (size_t)r->columns };
}

/* --- problems
 * --------------------------------------------------------------------------------------- */
static bool is_personal(const struct field *f)
{
    return field_is_sealed(f) || f->type == FIELD_NAME;
}

/* First and last character; never a bad number as a whole, for it may be a good one but for a
 * digit. */
static const char *masked(struct arena *mem, const char *text)
{
    size_t len = utf8_len(text), i = 0;
    struct str b = str_new(mem);

    for (const char *p = text; *p && i < 20; i++) {
        const char *at = p;
        utf8_next(&p);
        if (i == 0 || (i == len - 1 && len > 4))
            str_add_len(&b, at, (size_t)(p - at));
        else
            str_add_char(&b, '*');
    }
    return b.s;
}

static const char *value_shown(struct arena *mem, const struct field *f, const char *text)
{
    char *cut;

    if (!text || !*text)
        return NULL;
    if (f && is_personal(f))
        return masked(mem, text);
    cut = arena_strndup(mem, text, MIN(strlen(text), 120));
    utf8_trim_tail(cut);
    return cut;
}

void check_problem(struct import_check *check, struct import_problem p, int64_t ordinal)
{
    struct import_problem *slot =
        ARENA_PUSH(check->mem, check->problems, check->problem_count, check->problem_cap);

    *slot = p;
    slot->message = arena_strdup(check->mem, p.message);
    slot->cure = arena_strdup(check->mem, p.cure);
    if (ordinal < 0)
        return;
    while ((size_t)ordinal >= check->status_cap) {
        size_t cap = check->status_cap ? check->status_cap * 2 : 4096;
        unsigned char *grown = arena_alloc(check->mem, cap);
        if (check->status_cap)
            memcpy(grown, check->status, check->status_cap);
        check->status = grown;
        check->status_cap = cap;
    }
    if (!p.is_warning && !(check->status[ordinal] & ROW_BAD)) {
        check->bad++;
        check->status[ordinal] |= ROW_BAD;
    }
    if (p.is_warning && !(check->status[ordinal] & ROW_WARNED)) {
        check->warned++;
        check->status[ordinal] |= ROW_WARNED;
    }
}

static void row_problem(struct reading *r, const struct pending *row, int field, int column,
                        bool is_warning, const char *code, const char *value, const char *message,
                        const char *cure)
{
    const struct field *f = field >= 0 ? &r->rec->fields[field] : NULL;
    struct import_problem p = { .sheet = r->sheet,
                                .row = row->row,
                                .is_warning = is_warning,
                                .code = arena_strdup(r->check->mem, code),
                                .message = message,
                                .cure = cure,
                                .field = f ? f->name : NULL };

    if (column < 0 && field >= 0)
        column = r->column_of[field];
    p.column = column + 1;
    p.header = column >= 0 && column < r->header.n ? r->header.title[column] : f ? f->zh : NULL;
    p.value = value_shown(r->check->mem, f, value);
    check_problem(r->check, p, row->ordinal);
}

static int field_at(const struct reading *r, const struct field *f)
{
    return f ? (int)(f - r->rec->fields) : -1;
}

/* --- what was seen before in the file
 * ------------------------------------------------------------------ */
static uint64_t hash_text(const char *text)
{
    uint64_t h = 14695981039346656037u;

    for (; text && *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h ? h : 1;
}

static struct seen *seen_slot(struct seen_set *set, uint64_t key)
{
    for (size_t i = key * 0x9E3779B97F4A7C15u >> 20;; i++)
        if (set->slots[i & set->mask].key == key || !set->slots[i & set->mask].key)
            return &set->slots[i & set->mask];
}

/* The slot of a key; its `key` is 0 when it is new, and the caller fills it. */
static struct seen *seen_find(struct arena *mem, struct seen_set *set, uint64_t key)
{
    if (!set->slots || set->n * 2 > set->mask) {
        struct seen_set old = *set;
        set->mask = old.slots ? old.mask * 2 + 1 : 4095;
        set->slots = NEW_ARRAY(mem, struct seen, set->mask + 1);
        for (size_t i = 0; old.slots && i <= old.mask; i++)
            if (old.slots[i].key)
                *seen_slot(set, old.slots[i].key) = old.slots[i];
    }
    return seen_slot(set, key);
}

/* The same key again: the first row counts, or neither when the names differ (domain.md C3 rule 7).
 */
static void check_repeated(struct reading *r, struct pending *row)
{
    struct ctx *cx = r->cx;
    uint64_t name = hash_text(row->name);
    struct seen *s = seen_find(r->check->mem, &r->keys, hash_text(row->key));

    if (!s->key) {
        *s = (struct seen){ hash_text(row->key), name, row->row, row->ordinal };
        r->keys.n++;
        return;
    }
    row->is_bad = true;
    if (s->name == name) {
        row_problem(r, row, r->key_at, -1, false, "row.duplicate", row->key,
                    arena_printf(cx->mem, T("与第 %lld 行重复", "the same as in row %lld"),
                                 (long long)s->row),
                    T("只保留一行", "keep one of them"));
        return;
    }
    row_problem(r, row, r->key_at, -1, false, "key.names_differ", row->key,
                arena_printf(cx->mem,
                             T("与第 %lld 行号码相同而姓名不同",
                               "the same number as in row %lld under another name"),
                             (long long)s->row),
                T("请按身份证核对两行", "compare both rows with the ID cards"));
    row_problem(r, &(struct pending){ .row = s->row, .ordinal = s->ordinal }, r->key_at, -1, false,
                "key.names_differ", row->key,
                arena_printf(cx->mem,
                             T("与第 %lld 行号码相同而姓名不同",
                               "the same number as in row %lld under another name"),
                             (long long)row->row),
                T("请按身份证核对两行", "compare both rows with the ID cards"));
}

static void check_shared_phone(struct reading *r, struct pending *row)
{
    struct ctx *cx = r->cx;
    struct param p = field_param(&r->rec->fields[r->phone_at], row->in);
    struct seen *s;

    if (!p.text)
        return;
    s = seen_find(r->check->mem, &r->phones, hash_text(p.text));
    if (!s->key) {
        *s = (struct seen){ .key = hash_text(p.text), .row = row->row };
        r->phones.n++;
    }
    if (++s->ordinal > SHARED_PHONE) {
        row_problem(r, row, r->phone_at, -1, true, "phone.shared", p.text,
                    arena_printf(cx->mem,
                                 T("同一电话已用于 %d 人", "the same phone for %d persons"),
                                 (int)s->ordinal),
                    T("请填本人或家属电话", "enter the person's or the family's own"));
    }
}

/* --- packing
 * --------------------------------------------------------------------------------------------- */
/* ordinal, row, in_set, sheet, then each field given: number or text with its NUL. */
static void pack_bytes(struct str *b, const void *data, size_t len)
{
    str_add_len(b, data, len);
}

static void pack_row(struct reading *r, const struct pending *row)
{
    struct import_check *check = r->check;
    struct packed_rows *to = check->last;
    struct str b = str_new(r->chunk_mem);
    uint64_t present[2] = { 0, 0 };

    for (int i = 0; r->rec->fields[i].name; i++) {
        struct param p;
        if (r->rec->fields[i].offset == FIELD_NO_INPUT)
            continue;
        p = field_param(&r->rec->fields[i], row->in);
        if (p.type == PARAM_INT ? p.integer != NONE : p.text != NULL)
            present[i / 64] |= (uint64_t)1 << (i % 64);
    }
    pack_bytes(&b, &row->ordinal, sizeof row->ordinal);
    pack_bytes(&b, &row->row, sizeof row->row);
    pack_bytes(&b, row->in_set, sizeof row->in_set);
    pack_bytes(&b, present, sizeof present);
    pack_bytes(&b, &r->sheet, sizeof r->sheet);
    for (int i = 0; r->rec->fields[i].name; i++) {
        struct param p;
        if (!(present[i / 64] >> (i % 64) & 1))
            continue;
        p = field_param(&r->rec->fields[i], row->in);
        if (p.type == PARAM_INT)
            pack_bytes(&b, &p.integer, sizeof p.integer);
        else
            pack_bytes(&b, p.text, strlen(p.text) + 1);
    }
    if (!to || to->cap - to->len < b.len) {
        struct packed_rows *fresh = NEW(check->mem, struct packed_rows);
        fresh->cap = MAX((size_t)PACK_BLOCK, b.len);
        fresh->bytes = arena_alloc(check->mem, fresh->cap);
        if (to)
            to->next = fresh;
        else
            check->first = fresh;
        check->last = to = fresh;
    }
    memcpy(to->bytes + to->len, b.s, b.len);
    to->len += b.len;
    to->n++;
}

static const char *unpack(const char *from, void *to, size_t len)
{
    memcpy(to, from, len);
    return from + len;
}

bool packed_next(const struct import_check *check, struct packed_at *at, struct packed_row *ret,
                 void *in)
{
    const char *p;
    uint64_t present[2];

    if (!at->chunk)
        at->chunk = check->first;
    while (at->chunk && at->offset >= at->chunk->len) {
        at->chunk = at->chunk->next;
        at->offset = 0;
        if (!at->chunk)
            return false;
    }
    if (!at->chunk)
        return false;
    p = at->chunk->bytes + at->offset;
    p = unpack(p, &ret->ordinal, sizeof ret->ordinal);
    p = unpack(p, &ret->row, sizeof ret->row);
    p = unpack(p, ret->in_set, sizeof ret->in_set);
    p = unpack(p, present, sizeof present);
    p = unpack(p, &ret->sheet, sizeof ret->sheet);
    memset(in, 0, check->rec->size);
    fields_clear(check->rec->fields, in);
    for (int i = 0; check->rec->fields[i].name; i++) {
        const struct field *f = &check->rec->fields[i];
        if (!(present[i / 64] >> (i % 64) & 1))
            continue;
        if (field_param(f, in).type == PARAM_INT) {
            memcpy((char *)in + f->offset, p, sizeof(int64_t));
            p += sizeof(int64_t);
        } else {
            memcpy((char *)in + f->offset, &p, sizeof p);
            p += strlen(p) + 1;
        }
    }
    at->offset = (size_t)(p - at->chunk->bytes);
    return true;
}

/* --- judging a chunk: what is known already, and the record's own rules
 * ---------------------------------- */
static bool is_open_table(const struct record *rec)
{
    for (const struct scoped *t = ops_tables(); t->table; t++)
        if (strcmp(t->table, rec->table) == 0)
            return t->is_open;
    return true;
}

enum err import_known(struct ctx *cx, const struct record *rec, const struct param *keys, int n,
                      struct rows *ret)
{
    const struct field *key = import_key(rec);
    bool is_open = is_open_table(rec);
    struct str sql = str_new(cx->mem);

    str_addf(&sql, "SELECT a.*, %s AS is_mine FROM %s a WHERE %s AND a.%s%s IN (",
             is_open ? "1 = 1" : arena_printf(cx->mem, "SCOPE(%s a)", rec->table), rec->table,
             is_open ? "1 = 1"
                     : arena_printf(cx->mem, "SCOPE_NOT(%s 'keys are unique in the whole ledger')",
                                    rec->table),
             key->column, field_is_sealed(key) ? "_index" : "");
    for (int i = 0; i < n; i++)
        str_addf(&sql, "%s$%d", i ? ", " : "", i + 1);
    str_add(&sql, ")");
    return db_rows_list(cx, ret, sql.s, (struct params){ n, keys });
}

enum err import_by_id(struct ctx *cx, const struct record *rec, int64_t id, struct rows *ret)
{
    bool is_open = is_open_table(rec);

    return db_one(cx, ret,
                  arena_printf(cx->mem,
                               "SELECT a.*, %s AS is_mine FROM %s a WHERE %s AND a.id = $1",
                               is_open ? "1 = 1" : arena_printf(cx->mem, "SCOPE(%s a)", rec->table),
                               rec->table,
                               is_open
                                   ? "1 = 1"
                                   : arena_printf(cx->mem, "SCOPE_NOT(%s 'whether it is known')",
                                                  rec->table)),
                  P(id));
}

struct param import_key_param(struct ctx *cx, const struct record *rec, const struct field *key,
                              const char *text)
{
    if (!field_is_sealed(key))
        return param_text(text);
    return param_blob(
        seal_index(cx->mem, arena_printf(cx->mem, "%s.%s", rec->table, key->column), text));
}

static bool same_key(const struct value *v, const struct param *key)
{
    if (v->type == VALUE_NULL)
        return false;
    return key->type == PARAM_BLOB
               ? v->len == key->blob.len && memcmp(v->text, key->blob.data, v->len) == 0
               : str_eq(v->text, key->text);
}

int import_known_row(const struct record *rec, const struct rows *known, const struct param *key)
{
    const struct field *f = import_key(rec);
    char column[80];

    snprintf(column, sizeof column, "%s%s", f->column, field_is_sealed(f) ? "_index" : "");
    for (int k = 0; k < known->n; k++)
        if (same_key(row_value(known, k, column), key))
            return k;
    return -1;
}

/* A rule refused the row: its words become the row's problem. Faults of the store or of ours end
 * the run. */
static enum err take_refusal(struct reading *r, struct pending *row, enum err err)
{
    struct ctx *cx = r->cx;
    int field;

    if (err == OK)
        return OK;
    if (err == E_INTERNAL || err == E_BUSY)
        return err;
    field = cx->failure.field[0] ? field_index(r->rec->fields, cx->failure.field) : -1;
    row_problem(r, row, field, -1, false, cx->failure.code, NULL, cx->failure.message,
                cx->failure.hint[0] ? cx->failure.hint : NULL);
    row->is_bad = true;
    memset(&cx->failure, 0, sizeof cx->failure);
    return OK;
}

static enum err judge_scope(struct reading *r, struct pending *row)
{
    struct ctx *cx = r->cx;
    int64_t home = NONE, work = NONE, employer_id = NONE, person_id = NONE;

    if (!r->rec->place || cx->who.scope.kind != SCOPE_OFFICE)
        return OK;
    r->rec->place(row->in, &home, &work, &employer_id, &person_id);
    if (scope_covers(&cx->who.scope, home, work, employer_id, person_id))
        return OK;
    return take_refusal(r, row,
                        fail(cx, E_FORBIDDEN, "scope.outside",
                             T("这条%s记录不在您的辖区内",
                               "this %s lies outside your jurisdiction"),
                             T(r->rec->zh, r->rec->en)));
}

static enum err judge_known(struct reading *r, struct pending *row, const struct rows *before)
{
    struct ctx *cx = r->cx;
    char mask[16];

    r->check->known++;
    if (row_int(before, 0, "is_mine") != 1) {
        row_problem(r, row, r->key_at, -1, false,
                    arena_printf(cx->mem, "%s.elsewhere", r->rec->name), row->key,
                    T("已由其他地区登记", "registered by another office"),
                    T("请通过上级部门核实", "ask the office above both"));
        row->is_bad = true;
        return OK;
    }
    if (r->name_at >= 0 && row->name &&
        !str_eq(row->name, row_text(before, 0, r->rec->fields[r->name_at].column))) {
        row_problem(
            r, row, r->name_at, -1, false, "key.names_differ", row->name,
            arena_printf(cx->mem,
                         T("号码已登记在“%s”名下", "the number is registered under the name %s"),
                         name_mask(row_text(before, 0, r->rec->fields[r->name_at].column), mask)),
            T("请按身份证核对；更名请在人员页面办理",
              "compare with the ID card; names are changed on the person's page"));
        row->is_bad = true;
        return OK;
    }
    return r->rec->check ? take_refusal(r, row, r->rec->check(cx, row->in, before)) : OK;
}

static enum err judge_row(struct reading *r, struct pending *row, const struct rows *before)
{
    struct ctx *cx = r->cx;
    struct field_problems ps = { 0 };
    struct rows r1;
    int64_t id = NONE;

    memcpy(cx->in_set, row->in_set, sizeof cx->in_set);
    if (r->rec->check_row)
        r->rec->check_row(cx, row->in, &ps);
    for (int i = 0; i < ps.n; i++) {
        row_problem(r, row, field_at(r, ps.at[i].field), -1, ps.at[i].is_warning, ps.at[i].code,
                    NULL, ps.at[i].message, ps.at[i].cure);
        row->is_bad |= !ps.at[i].is_warning;
    }
    if (row->is_bad)
        return OK;
    if (!before && r->rec->find_like) {
        TRY(take_refusal(r, row, r->rec->find_like(cx, row->in, &id)));
        if (row->is_bad)
            return OK;
        if (id != NONE) {
            TRY(import_by_id(cx, r->rec, id, &r1));
            before = &r1;
        }
    }
    if (before)
        TRY(judge_known(r, row, before));
    else if (r->rec->check)
        TRY(take_refusal(r, row, r->rec->check(cx, row->in, NULL)));
    if (!row->is_bad && !before)
        TRY(judge_scope(r, row));
    memcpy(row->in_set, cx->in_set, sizeof row->in_set);
    return OK;
}

static enum err judge_chunk(struct ctx *cx, void *arg)
{
    struct reading *r = arg;
    const struct field *key = r->rec->find_like || r->rec->take_row ? NULL : import_key(r->rec);
    struct param *keys = NEW_ARRAY(cx->mem, struct param, CHUNK);
    struct rows known = { 0 };
    int n = 0, at;

    for (int i = 0; key && i < r->pending_count; i++)
        if (!r->pending[i].is_bad && r->pending[i].key)
            keys[n++] = import_key_param(cx, r->rec, key, r->pending[i].key);
    if (n > 0)
        TRY(import_known(cx, r->rec, keys, n, &known));
    n = 0;
    for (int i = 0; i < r->pending_count; i++) {
        struct pending *row = &r->pending[i];
        struct rows before = { 0 };
        bool has_key = key && row->key;
        if (row->is_bad)
            continue;
        at = has_key ? import_known_row(r->rec, &known, &keys[n++]) : -1;
        if (at >= 0)
            before = rows_at(&known, at);
        if (!r->rec->take_row)
            TRY(judge_row(r, row, before.n ? &before : NULL));
        else if (r->rec->check)
            TRY(take_refusal(r, row, r->rec->check(cx, row->in, NULL)));
    }
    return OK;
}

static enum err flush_chunk(struct reading *r)
{
    struct ctx *cx = r->cx;
    struct arena *outer = cx->mem;
    enum err err;

    cx->mem = r->chunk_mem;
    err = db_read(cx, judge_chunk, r);
    for (int i = 0; err == OK && i < r->pending_count; i++)
        if (!r->pending[i].is_bad)
            pack_row(r, &r->pending[i]);
    cx->mem = outer;
    arena_reset(r->chunk_mem);
    r->pending_count = 0;
    r->pending = NEW_ARRAY(r->chunk_mem, struct pending, CHUNK);
    return err;
}

/* --- cells
 * ------------------------------------------------------------------------------------------------
 */
/* A number as the spreadsheet shows it: 1.3893201234E10 is a phone number. */
static const char *number_text(struct ctx *cx, const struct cell *c)
{
    if (!strpbrk(c->text, ".eE") || c->number < 0 || c->number >= 1e15 ||
        (double)(int64_t)c->number != c->number)
        return c->text;
    return arena_printf(cx->mem, "%lld", (long long)c->number);
}

static void read_cell(struct reading *r, struct pending *row, const struct column_use *use,
                      const struct cell *c)
{
    struct ctx *cx = r->cx;
    const struct field *f = &r->rec->fields[use->field];
    struct field_problems ps = { 0 };
    const char *text = c->text, *t;
    enum field_source source = c->kind == CELL_NUMBER ? FIELD_FROM_SHEET_NUMBER : FIELD_FROM_SHEET;

    row->tried[use->field / 64] |= (uint64_t)1 << (use->field % 64);
    if (c->kind == CELL_ERROR) {
        row_problem(r, row, use->field, use->column, false, "cell.formula_error", c->text,
                    T("公式出错", "the formula gives an error"),
                    T("请改为数值后重新导入", "replace it by its value"));
        row->is_bad = true;
        return;
    }
    if (c->kind == CELL_NUMBER && f->type != FIELD_ID_NO && f->type != FIELD_ACCOUNT &&
        f->type != FIELD_MONEY)
        text = number_text(cx, c);
    if (c->kind == CELL_DATE && (t = strchr(c->text, 'T')))
        text = arena_strndup(cx->mem, c->text, (size_t)(t - c->text));
    if (f->type == FIELD_TEXT && (strstr(text, "\xEF\xBF\xBD") || strstr(text, "□")))
        row_problem(r, row, use->field, use->column, true, "text.lossy", text,
                    T("有无法识别的字", "holds a character that was lost"),
                    T("请核对原文", "compare with the original"));
    if (!field_read_text(cx, f, text, source, row->in, &ps))
        row->is_bad = true;
    else
        row->in_set[use->field / 64] |= (uint64_t)1 << (use->field % 64);
    for (int i = 0; i < ps.n; i++)
        row_problem(r, row, use->field, use->column, ps.at[i].is_warning, ps.at[i].code, text,
                    ps.at[i].message, ps.at[i].cure);
}

static void check_required(struct reading *r, struct pending *row)
{
    struct ctx *cx = r->cx;

    for (int i = 0; r->rec->fields[i].name; i++) {
        const struct field *f = &r->rec->fields[i];
        struct param p;
        if (!f->required || !field_is_input(f))
            continue;
        p = field_param(f, row->in);
        if (p.type == PARAM_INT ? p.integer != NONE : p.text != NULL)
            continue;
        if (!(row->tried[i / 64] >> (i % 64) & 1)) {
            row_problem(r, row, i, -1, false, "field.required", NULL,
                        arena_printf(cx->mem, T("缺少 %s", "%s is missing"), T(f->zh, f->en)),
                        T("请补填", "fill it in"));
            row->is_bad = true;
        }
    }
}

static const struct cell *cell_of(const struct sheet_row *row, int column)
{
    static const struct cell empty = { .text = "" };

    return column >= 0 && column < row->n ? &row->cells[column] : &empty;
}

/* Blank but for a serial number, a sum, a note or signature below the table, or the header once
 * more. */
static bool is_left_out(struct reading *r, const struct sheet_row *row)
{
    static const char *const words[] = {
        "合计",   "总计",     "小计",   "共计",       "本页合计", "累计",   "填表说明",
        "说明:",  "注:",      "备注:",  "填表人",     "制表",     "审核人", "单位负责人",
        "负责人", "填报单位", "经办人", "单位(盖章)", "盖章"
    };
    int filled = 0, known = 0, repeated = 0;
    const char *first = NULL;

    for (int c = 0; c < row->n; c++) {
        if (row->cells[c].kind == CELL_EMPTY || str_blank(row->cells[c].text))
            continue;
        filled++;
        if (!first)
            first = row->cells[c].text;
    }
    for (int i = 0; i < r->use_count; i++) {
        const struct cell *c = cell_of(row, r->uses[i].column);
        if (c->kind == CELL_EMPTY)
            continue;
        known++;
        repeated += c->kind == CELL_TEXT && str_eq(c->text, r->header.title[r->uses[i].column]);
    }
    if (known == 0 || (known >= 2 && repeated == known))
        return true;
    if (r->key_at >= 0 && r->column_of[r->key_at] >= 0 &&
        cell_of(row, r->column_of[r->key_at])->kind != CELL_EMPTY)
        return false;
    if (filled == 1 && r->use_count > 2)
        return true;
    first = header_plain(r->cx->mem, first);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_starts(first, header_plain(r->cx->mem, words[i])))
            return true;
    return false;
}

static void read_row(struct reading *r, const struct sheet_row *from)
{
    struct ctx *cx = r->cx;
    struct arena *outer = cx->mem;
    struct pending *row;

    cx->mem = r->chunk_mem;
    if (is_left_out(r, from)) {
        r->left_rows++;
        cx->mem = outer;
        return;
    }
    row = &r->pending[r->pending_count++];
    *row = (struct pending){ .in = arena_alloc(r->chunk_mem, r->rec->size),
                             .row = from->number,
                             .ordinal = r->check->total++ };
    fields_clear(r->rec->fields, row->in);
    r->hidden_rows += from->is_hidden;
    for (int i = 0; i < r->use_count; i++) {
        const struct column_use *use = &r->uses[i];
        const struct cell *c = cell_of(from, use->column);
        if (c->kind == CELL_EMPTY && c->is_formula)
            row_problem(r, row, use->field, use->column, true, "cell.formula_empty", NULL,
                        T("文件中没有公式的结果", "the file does not hold the formula's value"),
                        T("请在表格软件中打开并保存一次",
                          "open and save it once in a spreadsheet program"));
        if (c->kind != CELL_EMPTY && !(row->in_set[use->field / 64] >> (use->field % 64) & 1))
            read_cell(r, row, use, c);
    }
    check_required(r, row);
    row->key = r->key_at >= 0 ? field_param(&r->rec->fields[r->key_at], row->in).text : NULL;
    row->name = r->name_at >= 0 ? field_param(&r->rec->fields[r->name_at], row->in).text : NULL;
    if (row->key && !r->rec->take_row && !r->rec->find_like)
        check_repeated(r, row);
    if (r->phone_at >= 0)
        check_shared_phone(r, row);
    cx->mem = outer;
}

/* --- sheets
 * -------------------------------------------------------------------------------------------------
 */
enum err import_read_header(struct ctx *cx, struct arena *mem, const struct header_names *names,
                            struct sheet *s, int at, struct header *ret, bool *ret_found)
{
    struct header_row rows[HEADER_WITHIN];
    struct sheet_row row;
    bool more = true;
    int n = 0;

    TRY(sheet_select(s, at, &cx->failure));
    while (n < HEADER_WITHIN) {
        TRY(sheet_next(s, &row, &more, &cx->failure));
        if (!more)
            break;
        rows[n] = (struct header_row){ row.number, row.n, NEW_ARRAY(mem, const char *, row.n + 1) };
        for (int c = 0; c < row.n; c++)
            rows[n].text[c] = arena_strdup(mem, row.cells[c].text);
        n++;
    }
    *ret_found = header_find(mem, names, rows, n, ret);
    return OK;
}

static void note_column(struct reading *r, int column, const char *code, const char *message,
                        const char *cure)
{
    check_problem(r->check,
                  (struct import_problem){ .sheet = r->sheet,
                                           .row = r->header.last_row,
                                           .column = column + 1,
                                           .is_warning = true,
                                           .header = r->header.title[column],
                                           .code = code,
                                           .message = message,
                                           .cure = cure },
                  -1);
}

/* Columns by field, the better name first; what is not understood is said. */
static void use_columns(struct reading *r)
{
    struct ctx *cx = r->cx;
    const struct header *h = &r->header;

    r->uses = NEW_ARRAY(r->check->mem, struct column_use, h->n + 1);
    r->use_count = 0;
    for (int i = 0; i < FIELDS_MAX; i++)
        r->column_of[i] = -1;
    for (int c = 0; c < h->n; c++) {
        if (h->field[c] == COLUMN_UNKNOWN && h->title[c][0])
            note_column(r, c, "column.unknown",
                        T("不认识这一列，未导入", "nobody knows this column; it is left out"),
                        T("如需导入请改用模板中的列名", "use a column name of the template"));
        if (h->field[c] < 0)
            continue;
        for (int d = 0; d < c; d++)
            if (h->field[d] == h->field[c] && h->rank[d] == h->rank[c])
                note_column(r, c, "column.twice",
                            T("两列同名，取先填写的一列",
                              "two columns of one name; the first filled one is taken"),
                            T("请删除一列", "remove one of them"));
        r->uses[r->use_count] = (struct column_use){ c, h->field[c] };
        for (int i = r->use_count++;
             i > 0 && h->rank[r->uses[i - 1].column] > h->rank[r->uses[i].column]; i--) {
            struct column_use t = r->uses[i];
            r->uses[i] = r->uses[i - 1];
            r->uses[i - 1] = t;
        }
    }
    for (int i = r->use_count - 1; i >= 0; i--)
        r->column_of[r->uses[i].field] = r->uses[i].column;
}

static int64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static enum err show_progress(struct ctx *cx, void *arg)
{
    struct import_check *check = arg;

    return db_exec(
        cx,
        "UPDATE import_batch AS b SET total_rows = $1, bad_rows = $2, warning_rows = $3, lease_until = $5 WHERE b.id = $4"
        " AND SCOPE_NOT(import_batch 'its own counters')",
        P(check->total), P(check->bad), P(check->warned), P(check->progress_batch),
        P((int64_t)time(NULL) + IMPORT_LEASE));
}

static enum err tell_progress(struct reading *r)
{
    struct ctx *cx = r->cx;
    struct arena *outer = cx->mem;
    enum err err;

    if (!r->check->progress_batch || now_ms() < r->check->progress_at + PROGRESS_MS)
        return OK;
    cx->mem = r->chunk_mem;
    err = db_write(cx, show_progress, r->check);
    cx->mem = outer;
    r->check->progress_at = now_ms();
    return err;
}

static enum err read_data(struct reading *r, struct sheet *s, int at)
{
    struct sheet_row row;
    bool more;

    TRY(sheet_select(s, at, &r->cx->failure));
    for (;;) {
        TRY(sheet_next(s, &row, &more, &r->cx->failure));
        if (!more)
            break;
        if (row.number <= r->header.last_row)
            continue;
        read_row(r, &row);
        if (r->pending_count == CHUNK) {
            TRY(flush_chunk(r));
            TRY(tell_progress(r));
        }
    }
    return flush_chunk(r);
}

static void note_sheet(struct reading *r, const char *format_zh, const char *format_en, int64_t n)
{
    struct ctx *cx = r->cx;
    char number[24];

    snprintf(number, sizeof number, "%lld", (long long)n);
    str_addf(&r->check->note, "%s", r->check->note.len ? T("；", "; ") : "");
    for (const char *p = T(format_zh, format_en); *p; p++)
        if (*p == '%')
            str_add(&r->check->note, number);
        else if (*p == '@')
            str_add(&r->check->note, r->sheet[0] ? r->sheet : T("文件", "the file"));
        else
            str_add_char(&r->check->note, *p);
}

static enum err read_sheet(struct reading *r, struct sheet *s, int at, int *ret_used)
{
    struct ctx *cx = r->cx;
    struct sheet_info info = sheet_info(s, at);
    bool found;

    r->sheet = arena_strdup(r->check->mem, info.name ? info.name : "");
    if (info.is_hidden) {
        note_sheet(r, "隐藏工作表“@”未导入", "hidden sheet \"@\" left out", 0);
        return OK;
    }
    TRY(import_read_header(cx, r->check->mem, r->names, s, at, &r->header, &found));
    if (!found) {
        note_sheet(r, "工作表“@”没有可识别的表头，未导入",
                   "sheet \"@\" has no known header and is left out", 0);
        return OK;
    }
    ++*ret_used;
    use_columns(r);
    if (r->key_at >= 0 && r->rec->fields[r->key_at].required && r->column_of[r->key_at] < 0)
        return hint(cx,
                    fail(cx, E_INVALID, "import.no_key",
                         T("工作表“%s”缺少“%s”列", "sheet \"%s\" has no column %s"), r->sheet,
                         T(r->rec->fields[r->key_at].zh, r->rec->fields[r->key_at].en)),
                    "%s", T("请补上该列后重新导入", "add the column"));
    r->hidden_rows = r->left_rows = 0;
    TRY(read_data(r, s, at));
    note_sheet(r, "工作表“@”表头在第 % 行", "header of sheet \"@\" in row %", r->header.last_row);
    if (r->hidden_rows)
        note_sheet(r, "含 % 个隐藏行", "% hidden rows read", r->hidden_rows);
    if (r->left_rows)
        note_sheet(r, "跳过 % 个空行、合计或说明行", "% blank rows, sums or notes left out",
                   r->left_rows);
    return OK;
}

static enum err read_sheets(struct reading *r, struct sheet *s)
{
    struct ctx *cx = r->cx;
    int used = 0;

    for (int i = 0; i < sheet_count(s); i++)
        TRY(read_sheet(r, s, i, &used));
    if (used == 0)
        return hint(cx,
                    fail(cx, E_INVALID, "import.no_header", "%s",
                         T("没有找到可识别的表头", "no row with known column names was found")),
                    "%s", T("请使用模板中的列名", "use the column names of the template"));
    if (r->check->total == 0)
        return hint(cx,
                    fail(cx, E_INVALID, "import.no_rows", "%s",
                         T("表头下没有数据", "there are no rows below the header")),
                    "%s", T("请填写后重新导入", "fill it in first"));
    return OK;
}

static int first_field(const struct record *rec, enum field_type type, bool required)
{
    for (int i = 0; rec->fields[i].name; i++)
        if (rec->fields[i].type == type && field_is_input(&rec->fields[i]) &&
            rec->fields[i].column && (!required || rec->fields[i].required))
            return i;
    return -1;
}

enum err import_check(struct ctx *cx, const char *path, struct import_check *check)
{
    struct reading *r;
    struct sheet *s;
    enum err err;

    if (!check->mem)
        check->mem = arena_new();
    check->note = str_new(check->mem);
    r = NEW(check->mem, struct reading);
    r->cx = cx;
    r->check = check;
    r->rec = check->rec;
    r->names = header_names_new(check->mem, check->rec);
    r->key_at = import_key(r->rec) ? field_at(r, import_key(r->rec)) : -1;
    r->name_at = first_field(r->rec, FIELD_NAME, true);
    r->phone_at = r->name_at >= 0 ? first_field(r->rec, FIELD_PHONE, false) : -1;
    TRY(sheet_open(path, NULL, cx->lang, &cx->failure, &s));
    r->chunk_mem = arena_new();
    r->pending = NEW_ARRAY(r->chunk_mem, struct pending, CHUNK);
    err = read_sheets(r, s);
    sheet_close(s);
    arena_free(r->chunk_mem);
    return err;
}

void import_check_free(struct import_check *check)
{
    arena_free(check->mem);
    *check = (struct import_check){ 0 };
}
