/* db_sqlite_run.c — one statement on the embedded store: expanded for its actor, prepared once,
 * bound and stepped. SQLite tells which tables a statement touches while it is prepared; one that
 * touches a scoped table without a scope is refused. */
#include "platform/db_sqlite_int.h"

#include <stdlib.h>

struct touched { /* what the authorizer saw while one statement was prepared */
    struct arena *mem;
    struct str tables;
    bool is_other; /* anything but reading and changing rows */
};

static struct sqlite_conn *conn_of(struct ctx *cx)
{
    return (struct sqlite_conn *)cx->db;
}

/* --- statements --- */

int sqlite_authorize(void *arg, int action, const char *a, const char *b, const char *schema,
                     const char *within)
{
    struct touched *t = ((struct sqlite_conn *)arg)->touched;

    (void)schema, (void)within;
    if (!t) /* a migration, or SQLite preparing anew after one */
        return SQLITE_OK;
    switch (action) {
    case SQLITE_READ:
        if (!*b && str_starts(a, "sqlite_"))
            return SQLITE_OK;
        /* fall through */
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
        str_addf(&t->tables, "%s\n", a);
        return SQLITE_OK;
    case SQLITE_SELECT:
    case SQLITE_FUNCTION:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    default:
        t->is_other = true;
        return SQLITE_DENY;
    }
}

/* The second net. Tables the text does not name itself were reached by a trigger, a foreign key or
 * a view (which is declared under its own name): those are not asked for a scope. */
static enum err check_touched(struct ctx *cx, sqlite3 *db, const struct touched *t,
                              const struct scope_sql *sql)
{
    char *table, *rest = t->tables.s;

    while ((table = strsep(&rest, "\n")) && *table) {
        const struct scoped *s = scoped_find(cx->store->scoped, table);

        if (!word_list_has(sql->words, table) || (s && s->is_open))
            continue;
        if (s && !word_list_has(sql->covered, table))
            return fail(cx, E_INTERNAL, "db.no_scope",
                        T("语句用到表 %s，但没有管辖范围条件",
                          "the statement touches %s without a scope"),
                        table);
        /* A WITH name without columns is reported like a table: it has no such table behind it. */
        if (!s && sqlite3_table_column_metadata(db, NULL, table, NULL, NULL, NULL, NULL, NULL,
                                                NULL) == SQLITE_OK)
            return fail(cx, E_INTERNAL, "db.unknown_table",
                        T("没有任何模块声明表 %s", "no module declares the table %s"), table);
    }
    return OK;
}

static enum err prepare_new(struct ctx *cx, const struct db_call *call, unsigned shape,
                            struct prepared **ret)
{
    struct sqlite_conn *c = conn_of(cx);
    struct touched touched = { .tables = str_new(cx->mem) };
    struct scope_sql sql;
    sqlite3_stmt *stmt = NULL;
    enum err err;
    int rc;

    TRY(scope_expand(cx, cx->store->scoped, STORE_SQLITE, call->sql, call->p.n, &sql));
    c->touched = &touched;
    rc = sqlite3_prepare_v3(c->db, sql.text, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    c->touched = NULL;
    if (rc != SQLITE_OK)
        return sqlite_trouble(cx, c->db, rc);
    err = check_touched(cx, c->db, &touched, &sql);
    if (err != OK) {
        sqlite3_finalize(stmt);
        return err;
    }
    *ret = cache_add(cx->db, call, shape, &sql, stmt);
    return OK;
}

void sqlite_drop_statement(struct conn *c, struct prepared *s)
{
    (void)c;
    sqlite3_finalize(s->handle);
}

static int bind_one(sqlite3_stmt *stmt, int at, const struct param *p)
{
    switch (p->type) {
    case PARAM_INT:
        return p->integer == NONE ? sqlite3_bind_null(stmt, at)
                                  : sqlite3_bind_int64(stmt, at, p->integer);
    case PARAM_TEXT:
        return p->text ? sqlite3_bind_text(stmt, at, p->text, -1, SQLITE_STATIC)
                       : sqlite3_bind_null(stmt, at);
    case PARAM_BLOB:
        return p->blob.data
                   ? sqlite3_bind_blob64(stmt, at, p->blob.data, p->blob.len, SQLITE_STATIC)
                   : sqlite3_bind_null(stmt, at);
    }
    return SQLITE_MISUSE;
}

static int bind_all(struct ctx *cx, const struct prepared *s, const struct params *p)
{
    int count = sqlite3_bind_parameter_count(s->handle), rc = SQLITE_OK;

    /* A parameter the text never uses at the end has no number in SQLite. */
    for (int i = 0; i < p->n && i < count && rc == SQLITE_OK; i++)
        rc = bind_one(s->handle, i + 1, &p->at[i]);
    for (int i = 0; i < s->slot_count && rc == SQLITE_OK; i++) {
        struct param slot = param_int(scope_slot_value(&cx->who.scope, s->slots[i]));
        rc = bind_one(s->handle, p->n + i + 1, &slot);
    }
    return rc;
}

/* --- results --- */

/* Kept with the statement; asked anew when the schema has given it other columns. */
static void keep_names(struct prepared *s, int columns)
{
    char *at;

    s->names_len = 0;
    for (int i = 0; i < columns; i++)
        s->names_len += strlen(sqlite3_column_name(s->handle, i)) + 1;
    free(s->names);
    at = s->names = malloc(s->names_len + 1);
    if (!at)
        abort();
    for (int i = 0; i < columns; i++)
        at = stpcpy(at, sqlite3_column_name(s->handle, i)) + 1;
    s->columns = columns;
}

/* In the arena: the statement may go before the result. */
static const char *const *column_names(struct arena *a, struct prepared *s, int columns)
{
    const char **names = NEW_ARRAY(a, const char *, columns);
    char *at;

    if (!s->names || s->columns != columns)
        keep_names(s, columns);
    at = memcpy(arena_alloc(a, s->names_len + 1), s->names, s->names_len);
    for (int i = 0; i < columns; i++, at += strlen(at) + 1)
        names[i] = at;
    return names;
}

/* Texts stay SQLite's own and go with the next step, unless `copy_to` takes them. */
static void read_row(sqlite3_stmt *stmt, int columns, struct value *cells, struct arena *copy_to)
{
    for (int i = 0; i < columns; i++) {
        struct value *v = &cells[i];

        *v = (struct value){ 0 };
        switch (sqlite3_column_type(stmt, i)) {
        case SQLITE_INTEGER:
            v->type = VALUE_INT;
            v->integer = sqlite3_column_int64(stmt, i);
            break;
        case SQLITE_FLOAT:
            v->type = VALUE_REAL;
            v->real = sqlite3_column_double(stmt, i);
            break;
        case SQLITE_TEXT:
        case SQLITE_BLOB:
            v->type = sqlite3_column_type(stmt, i) == SQLITE_TEXT ? VALUE_TEXT : VALUE_BLOB;
            v->text = v->type == VALUE_TEXT ? (const char *)sqlite3_column_text(stmt, i)
                                            : sqlite3_column_blob(stmt, i);
            v->len = (size_t)sqlite3_column_bytes(stmt, i);
            if (!v->text)
                v->text = "";
            if (copy_to)
                v->text = arena_strndup(copy_to, v->text, v->len);
            break;
        default:
            break;
        }
    }
}

static enum err step_rows(struct ctx *cx, struct prepared *s, const struct db_call *call)
{
    sqlite3_stmt *stmt = s->handle;
    struct rows r = { .columns = sqlite3_column_count(stmt) };
    size_t cap = 0;
    int rc;

    r.names = column_names(cx->mem, s, r.columns);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (r.n == DB_ROWS_MAX)
            return db_too_many(cx);
        if ((size_t)r.n == cap) {
            size_t had = cap;
            struct value *more;

            cap = cap ? cap * 2 : 4;
            more = NEW_ARRAY(cx->mem, struct value, cap * (size_t)r.columns);
            if (had)
                memcpy(more, r.cells, had * (size_t)r.columns * sizeof *more);
            r.cells = more;
        }
        read_row(stmt, r.columns, r.cells + (size_t)r.n * (size_t)r.columns, cx->mem);
        r.n++;
    }
    if (rc != SQLITE_DONE)
        return sqlite_trouble(cx, conn_of(cx)->db, rc);
    *call->ret = r;
    return OK;
}

static enum err step_each(struct ctx *cx, struct prepared *s, const struct db_call *call)
{
    sqlite3_stmt *stmt = s->handle;
    struct rows r = { .n = 1, .columns = sqlite3_column_count(stmt) };
    int rc;

    r.names = column_names(cx->mem, s, r.columns);
    r.cells = NEW_ARRAY(cx->mem, struct value, r.columns);
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        read_row(stmt, r.columns, r.cells, NULL);
        TRY(call->fn(cx, &r, call->arg));
    }
    return rc == SQLITE_DONE ? OK : sqlite_trouble(cx, conn_of(cx)->db, rc);
}

static enum err step_exec(struct ctx *cx, sqlite3_stmt *stmt)
{
    sqlite3 *db = conn_of(cx)->db;
    int rc;

    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        ;
    return rc == SQLITE_DONE ? OK : sqlite_trouble(cx, db, rc);
}

enum err sqlite_run(struct ctx *cx, const struct db_call *call)
{
    struct conn *c = cx->db;
    unsigned shape = scope_shape(&cx->who.scope);
    struct prepared *s = cache_find(c, call, shape);
    enum err err = OK;
    bool is_refused;
    int rc;

    if (!s)
        TRY(prepare_new(cx, call, shape, &s));
    is_refused = !scope_guard_allows(&cx->who.scope, &s->guard, &call->p);
    if (!c->is_writer && !sqlite3_stmt_readonly(s->handle))
        err = db_trouble(cx, TROUBLE_READ_ONLY, NULL);
    else if (is_refused)
        cx->changed = 0;
    else if ((rc = bind_all(cx, s, &call->p)) != SQLITE_OK)
        err = sqlite_trouble(cx, conn_of(cx)->db, rc);
    else if (call->mode == CALL_ROWS)
        err = step_rows(cx, s, call);
    else if (call->mode == CALL_EACH)
        err = step_each(cx, s, call);
    else
        err = step_exec(cx, s->handle);
    if (err == OK && !is_refused && !sqlite3_stmt_readonly(s->handle))
        cx->changed = sqlite3_changes64(conn_of(cx)->db);
    sqlite3_reset(s->handle);
    sqlite3_clear_bindings(s->handle);
    cache_release(c, s);
    return err;
}

enum err sqlite_script(struct ctx *cx, const char *sql)
{
    sqlite3 *db = conn_of(cx)->db;
    const char *rest = sql, *at;
    int rc = SQLITE_OK;

    while (*rest) {
        sqlite3_stmt *stmt = NULL;
        enum err err;

        at = rest;
        rc = sqlite3_prepare_v2(db, at, -1, &stmt, &rest);
        while (rc == SQLITE_OK && stmt && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
            rc = SQLITE_OK;
        err = rc == SQLITE_OK || rc == SQLITE_DONE ? OK : sqlite_trouble(cx, db, rc);
        sqlite3_finalize(stmt);
        if (err != OK)
            return db_at_line(cx, sql, (size_t)(at + strspn(at, " \t\n") - sql));
    }
    return OK;
}
