/* known.c — which rows of a file are in the ledger already, by the key of their record. */
#include <stdio.h>

#include "imports/imports_int.h"
#include "platform/seal.h"

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
