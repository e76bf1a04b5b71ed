/* db_postgres.c — the store for where users outgrow a machine: PostgreSQL and what speaks its
 * protocol. Connections come from a pool; a read is one snapshot (REPEATABLE READ, READ ONLY); a
 * write is SERIALIZABLE, so that a rule that reads before it writes holds however many servers run,
 * and is run again when the server says it collided with another.
 *
 * Behind the scope tokens stands row-level security (db_policy.c). It reads the actor from two
 * settings that travel with the statement when they change: queqiao.scope, who acts, and
 * queqiao.bypass, the tables that exactly this statement touches under SCOPE_NOT. */
#include "platform/db_backend.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    MANY_ROWS = 1000, /* in one statement of db_exec_all() */
    TRIES_MAX = 6,    /* the first and five more */
    IDLE_MAX = 16,
    TURN_WAIT_MS = 50,
    WORKERS_MAX = 8, /* threads of db_write_later */
    FETCH_ROWS = 500,
    NODES = 1024,
    NODE_LOCK = 7121, /* class of the advisory locks that keep node numbers apart */
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_OID = 26,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_BYTEA_ARRAY = 1001,
    OID_TEXT_ARRAY = 1009,
    OID_INT8_ARRAY = 1016,
    OID_NUMERIC = 1700
};

#define MIGRATE_LOCK "7122, 0"

struct pg_conn {
    struct conn base;
    PGconn *pg;
    struct pg_conn *next;
    int names;  /* prepared statements and cursors so far */
    bool retry; /* the transaction collided with another */
    bool is_closing;
    bool is_set; /* the two settings below are what the server has */
    char scope[160];
    char *bypass;
};

struct pg_job {
    struct pg_job *next;
    struct ctx *cx;
    db_fn *fn;
    void *arg;
    db_done_fn *done;
    void *done_arg;
};

struct pg_store {
    struct store base;
    char *url;
    pthread_mutex_t lock, turn;
    struct pg_conn *idle;
    int idle_count;
    PGconn *node; /* holds the lock of this server's node number */
    pthread_cond_t job_ready;
    struct pg_job *first, **last;
    pthread_t workers[WORKERS_MAX];
    int worker_count, workers_free, waiting;
    bool stop;
};

static struct pg_conn *conn_of(struct ctx *cx)
{
    return (struct pg_conn *)cx->db;
}

/* --- errors --- */

/* The server's words are shown only where they name a rule or a fault of ours: others quote data.
 */
static enum err trouble_of(struct ctx *cx, const char *state, const PGresult *result)
{
    const char *rule = result ? PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME) : NULL;
    const char *column = result ? PQresultErrorField(result, PG_DIAG_COLUMN_NAME) : NULL;
    const char *words = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;

    if (str_eq(state, "23505"))
        return db_trouble(cx, TROUBLE_UNIQUE, NULL);
    if (str_eq(state, "23503"))
        return db_trouble(cx, TROUBLE_FOREIGN_KEY, NULL);
    if (str_eq(state, "23502"))
        return db_trouble(cx, TROUBLE_NOT_NULL, column);
    if (str_starts(state, "23"))
        return db_trouble(cx, TROUBLE_CHECK, rule);
    if (str_starts(state, "22"))
        return db_trouble(cx, TROUBLE_CHECK, NULL);
    if (str_eq(state, "P0001"))
        return db_trouble(cx, TROUBLE_REFUSED, words);
    if (str_starts(state, "40"))
        return db_trouble(cx, TROUBLE_BUSY, NULL);
    if (str_eq(state, "57014"))
        return db_trouble(cx, TROUBLE_SLOW, NULL);
    if (str_eq(state, "53100"))
        return db_trouble(cx, TROUBLE_FULL, NULL);
    if (str_starts(state, "53") || str_eq(state, "55P03"))
        return db_trouble(cx, TROUBLE_BUSY, NULL);
    if (str_starts(state, "58"))
        return db_trouble(cx, TROUBLE_IO, NULL);
    if (str_starts(state, "08") || str_starts(state, "57P"))
        return db_trouble(cx, TROUBLE_LOST, NULL);
    if (str_eq(state, "25006"))
        return db_trouble(cx, TROUBLE_READ_ONLY, NULL);
    if (str_eq(state, "42501"))
        return db_trouble(cx, TROUBLE_SCOPE, words);
    return db_trouble(cx, TROUBLE_STATEMENT, words);
}

static enum err trouble(struct ctx *cx, struct pg_conn *c, const PGresult *result)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;

    if (!state)
        state = PQstatus(c->pg) == CONNECTION_OK ? "XX000" : "08006";
    if (str_eq(state, "40001") || str_eq(state, "40P01"))
        c->retry = true;
    return trouble_of(cx, state, result);
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Takes the result: the next one, or an error. */
static enum err finish(struct ctx *cx, struct pg_conn *c, PGresult *result)
{
    enum err err = is_good(result) ? OK : trouble(cx, c, result);

    PQclear(result);
    return err;
}

static enum err simple(struct ctx *cx, struct pg_conn *c, const char *sql)
{
    return finish(cx, c, PQexec(c->pg, sql));
}

/* --- parameters --- */

struct bound {
    int n;
    Oid *types;
    const char **values;
    int *lengths, *formats;
};

static const char *big_endian(struct arena *a, int64_t n)
{
    unsigned char *out = arena_alloc(a, 8);

    for (int i = 0; i < 8; i++)
        out[i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
    return (const char *)out;
}

static void bind_one(struct arena *a, struct bound *b, const struct param *p)
{
    static const Oid types[] = {
        [PARAM_INT] = OID_INT8, [PARAM_TEXT] = OID_TEXT, [PARAM_BLOB] = OID_BYTEA
    };
    int i = b->n++;

    b->types[i] = types[p->type]; /* also for NULL: ($1 IS NULL OR …) needs to know it */
    b->formats[i] = p->type != PARAM_TEXT;
    if (p->type == PARAM_TEXT) {
        b->values[i] = p->text;
    } else if (p->type == PARAM_INT) {
        b->values[i] = p->integer == NONE ? NULL : big_endian(a, p->integer);
        b->lengths[i] = 8;
    } else {
        b->values[i] = p->blob.data;
        b->lengths[i] = (int)MIN(p->blob.len, INT_MAX);
    }
}

/* One column of all rows. */
static void bind_column(struct arena *a, struct bound *b, const struct db_call *call, int column)
{
    static const Oid types[] = {
        [PARAM_INT] = OID_INT8_ARRAY, [PARAM_TEXT] = OID_TEXT_ARRAY, [PARAM_BLOB] = OID_BYTEA_ARRAY
    };
    int i = b->n++;

    b->types[i] = types[call->p.at[column].type];
    b->values[i] = many_column(a, call->all, call->n, column);
}

static struct bound bind_all(struct ctx *cx, const struct db_call *call, const uint8_t *slots,
                             int slot_count)
{
    const struct params *p = &call->p;
    struct arena *a = cx->mem;
    int n = p->n + slot_count;
    struct bound b = { 0, NEW_ARRAY(a, Oid, n), NEW_ARRAY(a, const char *, n), NEW_ARRAY(a, int, n),
                       NEW_ARRAY(a, int, n) };

    for (int i = 0; i < p->n; i++) {
        if (call->mode == CALL_MANY)
            bind_column(a, &b, call, i);
        else
            bind_one(a, &b, &p->at[i]);
    }
    for (int i = 0; i < slot_count; i++) {
        struct param slot = param_int(scope_slot_value(&cx->who.scope, slots[i]));
        bind_one(a, &b, &slot);
    }
    return b;
}

/* --- who acts, as settings --- */

static void scope_setting(const struct scope *s, char *out, size_t size)
{
    static const char *const kinds[] = { "", "all", "office", "employer", "person" };
    size_t len = (size_t)snprintf(out, size, "%s", kinds[s->kind]);

    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        int64_t value = scope_slot_value(s, (enum scope_slot)slot);

        len += (size_t)snprintf(out + len, size - len, ",");
        if (value != NONE)
            len += (size_t)snprintf(out + len, size - len, "%lld", (long long)value);
    }
}

static bool settings_differ(const struct pg_conn *c, const char *scope, const char *bypass)
{
    return !c->is_set || !str_eq(c->scope, scope) || !str_eq(c->bypass, bypass);
}

static void settings_noted(struct pg_conn *c, const char *scope, const char *bypass)
{
    snprintf(c->scope, sizeof c->scope, "%s", scope);
    free(c->bypass);
    c->bypass = strdup(bypass);
    c->is_set = true;
}

static const char set_sql[] =
    "SELECT set_config('queqiao.scope', $1, true), set_config('queqiao.bypass', $2, true)";

static enum err ensure_settings(struct ctx *cx, const char *bypass)
{
    struct pg_conn *c = conn_of(cx);
    char scope[sizeof c->scope];
    const char *values[] = { scope, bypass };

    scope_setting(&cx->who.scope, scope, sizeof scope);
    if (!settings_differ(c, scope, bypass))
        return OK;
    TRY(finish(cx, c, PQexecParams(c->pg, set_sql, 2, NULL, values, NULL, NULL, 0)));
    settings_noted(c, scope, bypass);
    return OK;
}

/* --- running a statement --- */

/* The settings and the statement in one round trip. */
static PGresult *exec_with_settings(struct pg_conn *c, const struct prepared *s,
                                    const struct bound *b, const char *scope)
{
    const char *values[] = { scope, s->bypass };
    PGresult *result = NULL, *next;
    int ends = 0, got = 0;

    if (!PQenterPipelineMode(c->pg) ||
        !PQsendQueryParams(c->pg, set_sql, 2, NULL, values, NULL, NULL, 0) ||
        !PQsendQueryPrepared(c->pg, s->name, b->n, b->values, b->lengths, b->formats, 0) ||
        !PQpipelineSync(c->pg))
        return NULL;
    while (ends < 3 && PQstatus(c->pg) == CONNECTION_OK) {
        next = PQgetResult(c->pg);
        if (!next) {
            ends++; /* a NULL closes each of the two statements, and none the sync */
            continue;
        }
        if (PQresultStatus(next) == PGRES_PIPELINE_SYNC) {
            PQclear(next);
            break;
        }
        /* Keep the second, or the first that failed; what follows a failure is "aborted". */
        if (got++ == 0 && is_good(next)) {
            PQclear(next);
        } else if (!result) {
            result = next;
        } else {
            PQclear(next);
        }
    }
    PQexitPipelineMode(c->pg);
    if (result && is_good(result))
        settings_noted(c, scope, s->bypass);
    return result;
}

static PGresult *exec_prepared(struct ctx *cx, const struct prepared *s, const struct bound *b)
{
    struct pg_conn *c = conn_of(cx);
    char scope[sizeof c->scope];

    scope_setting(&cx->who.scope, scope, sizeof scope);
    if (settings_differ(c, scope, s->bypass))
        return exec_with_settings(c, s, b, scope);
    return PQexecPrepared(c->pg, s->name, b->n, b->values, b->lengths, b->formats, 0);
}

static enum err prepare_new(struct ctx *cx, const struct db_call *call, unsigned shape,
                            struct prepared **ret)
{
    struct pg_conn *c = conn_of(cx);
    struct scope_sql sql;
    struct prepared *s;
    struct bound b;
    enum err err;

    TRY(scope_expand(cx, cx->store->scoped, STORE_POSTGRES, call->sql, call->p.n, &sql));
    TRY(policy_bypass(cx, &sql));
    if (call->mode == CALL_MANY && !(sql.text = (char *)many_sql(cx->mem, sql.text, &call->p)))
        return fail(cx, E_INTERNAL, "db.many", "%s",
                    T("这条语句不能一次处理多行：缺少 WHERE",
                      "the statement cannot be run for many rows: it has no WHERE"));
    s = cache_add(cx->db, call, shape, &sql, NULL);
    snprintf(s->name, sizeof s->name, "s%d", ++c->names);
    if (call->mode == CALL_EACH && s->is_query) { /* becomes a cursor, which is not prepared */
        s->handle = strdup(sql.text);
        *ret = s;
        return OK;
    }
    b = bind_all(cx, call, s->slots, s->slot_count);
    err = finish(cx, c, PQprepare(c->pg, s->name, sql.text, b.n, b.types));
    if (err != OK) {
        cache_drop(cx->db, s);
        return err;
    }
    *ret = s;
    return OK;
}

static void drop_statement(struct conn *base, struct prepared *s)
{
    struct pg_conn *c = (struct pg_conn *)base;
    char sql[40];

    if (!s->handle && !c->is_closing && PQtransactionStatus(c->pg) == PQTRANS_INTRANS) {
        snprintf(sql, sizeof sql, "DEALLOCATE %s", s->name);
        PQclear(PQexec(c->pg, sql));
    }
    free(s->handle);
}

/* --- results --- */

static int hex_digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* bytea as text: \x and two digits for each byte. */
static void read_bytes(struct arena *a, struct value *v, const char *text, size_t len)
{
    char *out;

    v->type = VALUE_BLOB;
    v->len = len >= 2 ? (len - 2) / 2 : 0;
    v->text = out = arena_alloc(a, v->len + 1);
    for (size_t i = 0; i < v->len; i++)
        out[i] = (char)(hex_digit(text[2 + 2 * i]) << 4 | hex_digit(text[3 + 2 * i]));
}

/* SUM and AVG of integers are NUMERIC here: whole ones read as the integers SQLite gives. */
static void read_value(struct arena *a, const PGresult *result, int row, int column,
                       struct value *v)
{
    const char *text = PQgetvalue(result, row, column);
    size_t len = (size_t)PQgetlength(result, row, column);
    bool is_whole = false;

    *v = (struct value){ 0 };
    if (PQgetisnull(result, row, column))
        return;
    switch (PQftype(result, column)) {
    case OID_BOOL:
        v->type = VALUE_INT;
        v->integer = *text == 't';
        return;
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_OID:
    case OID_NUMERIC:
        is_whole = str_int(text, &v->integer);
        /* fall through */
    case OID_FLOAT4:
    case OID_FLOAT8:
        v->type = is_whole ? VALUE_INT : VALUE_REAL;
        if (!is_whole)
            v->real = strtod(text, NULL);
        return;
    case OID_BYTEA:
        read_bytes(a, v, text, len);
        return;
    default:
        v->type = VALUE_TEXT;
        v->text = arena_strndup(a, text, len);
        v->len = len;
    }
}

static const char *const *column_names(struct arena *a, const PGresult *result)
{
    int columns = PQnfields(result);
    const char **names = NEW_ARRAY(a, const char *, columns);

    for (int i = 0; i < columns; i++)
        names[i] = arena_strdup(a, PQfname(result, i));
    return names;
}

static enum err read_rows(struct ctx *cx, const PGresult *result, struct rows *ret)
{
    struct rows r = { .n = PQntuples(result), .columns = PQnfields(result) };

    if (r.n > DB_ROWS_MAX)
        return db_too_many(cx);
    r.names = column_names(cx->mem, result);
    r.cells = NEW_ARRAY(cx->mem, struct value, (size_t)r.n * (size_t)r.columns);
    for (int row = 0; row < r.n; row++)
        for (int i = 0; i < r.columns; i++)
            read_value(cx->mem, result, row, i, &r.cells[row * r.columns + i]);
    *ret = r;
    return OK;
}

/* Values of one row at a time, in memory that is used again. */
static enum err each_row(struct ctx *cx, const PGresult *result, const struct db_call *call)
{
    struct rows r = { .n = 1, .columns = PQnfields(result) };
    struct arena *a = arena_new();
    enum err err = OK;

    r.names = column_names(cx->mem, result);
    for (int row = 0; row < PQntuples(result) && err == OK; row++) {
        arena_reset(a);
        r.cells = NEW_ARRAY(a, struct value, r.columns);
        for (int i = 0; i < r.columns; i++)
            read_value(a, result, row, i, &r.cells[i]);
        err = call->fn(cx, &r, call->arg);
    }
    arena_free(a);
    return err;
}

/* A cursor, so that a million rows need no memory and fn can run other statements meanwhile. */
static enum err run_cursor(struct ctx *cx, const struct prepared *s, const struct db_call *call)
{
    struct pg_conn *c = conn_of(cx);
    struct bound b = bind_all(cx, call, s->slots, s->slot_count);
    int number = ++c->names, got;
    char *fetch = arena_printf(cx->mem, "FETCH %d FROM c%d", FETCH_ROWS, number);
    enum err err;

    TRY(ensure_settings(cx, s->bypass));
    TRY(finish(cx, c,
               PQexecParams(c->pg,
                            arena_printf(cx->mem, "DECLARE c%d NO SCROLL CURSOR FOR %s", number,
                                         (const char *)s->handle),
                            b.n, b.types, b.values, b.lengths, b.formats, 0)));
    do {
        PGresult *result;

        TRY(ensure_settings(cx, s->bypass)); /* fn may have changed them */
        result = PQexec(c->pg, fetch);
        got = PQntuples(result);
        err = is_good(result) ? each_row(cx, result, call) : trouble(cx, c, result);
        PQclear(result);
    } while (err == OK && got == FETCH_ROWS);
    if (PQtransactionStatus(c->pg) == PQTRANS_INTRANS)
        PQclear(PQexec(c->pg, arena_printf(cx->mem, "CLOSE c%d", number)));
    return err;
}

static enum err run_prepared(struct ctx *cx, const struct prepared *s, const struct db_call *call)
{
    struct pg_conn *c = conn_of(cx);
    struct bound b = bind_all(cx, call, s->slots, s->slot_count);
    PGresult *result = exec_prepared(cx, s, &b);
    const char *changed;
    enum err err = OK;

    if (!is_good(result)) {
        err = trouble(cx, c, result);
    } else {
        changed = PQcmdTuples(result);
        if (!s->is_query)
            cx->changed = strtoll(changed, NULL, 10);
        if (call->mode == CALL_ROWS)
            err = read_rows(cx, result, call->ret);
        else if (call->mode == CALL_EACH)
            err = each_row(cx, result, call);
    }
    PQclear(result);
    return err;
}

static enum err run(struct ctx *cx, const struct db_call *call)
{
    unsigned shape = scope_shape(&cx->who.scope) << 2 | (unsigned)(call->mode == CALL_EACH) |
                     (unsigned)(call->mode == CALL_MANY) << 1;
    struct prepared *s = cache_find(cx->db, call, shape);
    enum err err;

    if (!s)
        TRY(prepare_new(cx, call, shape, &s));
    err = s->handle ? run_cursor(cx, s, call) : run_prepared(cx, s, call);
    cache_release(cx->db, s);
    return err;
}

/* --- a statement for many rows --- */
static enum err run_all(struct ctx *cx, const char *sql, const struct params *all, int n)
{
    int64_t changed = 0;

    for (int from = 0; from < n; from += MANY_ROWS) {
        struct db_call some = { .mode = CALL_MANY,
                                .sql = sql,
                                .p = all[0],
                                .all = all + from,
                                .n = MIN(MANY_ROWS, n - from) };

        TRY(run(cx, &some));
        changed += cx->changed;
    }
    cx->changed = changed;
    return OK;
}

enum err catalog_rows(struct ctx *cx, struct rows *ret, const char *sql, const char *text)
{
    struct pg_conn *c = conn_of(cx);
    const Oid type = OID_TEXT;
    PGresult *result = PQexecParams(c->pg, sql, 1, &type, &text, NULL, NULL, 0);
    enum err err = is_good(result) ? read_rows(cx, result, ret) : trouble(cx, c, result);

    PQclear(result);
    return err;
}

static enum err script(struct ctx *cx, const char *sql)
{
    struct pg_conn *c = conn_of(cx);
    PGresult *result = PQexec(c->pg, sql);
    const char *at = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    enum err err = is_good(result) ? OK : trouble(cx, c, result);

    c->is_set = false; /* a rollback to a savepoint takes the settings along */
    if (err != OK && at)
        err = db_at_line(cx, sql, (size_t)strtoul(at, NULL, 10));
    PQclear(result);
    return err;
}

/* --- connections --- */

static void quiet(void *arg, const PGresult *result)
{
    (void)arg, (void)result;
}

static void conn_close(struct pg_conn *c)
{
    c->is_closing = true;
    cache_clear(&c->base);
    PQfinish(c->pg);
    free(c->bypass);
    free(c);
}

static enum err connect_to(struct ctx *cx, struct pg_store *s, PGconn **ret)
{
    PGconn *pg = PQconnectdb(s->url);
    PGresult *result;
    bool ok;

    if (PQstatus(pg) != CONNECTION_OK) {
        PQfinish(pg);
        return fail(cx, E_BUSY, "db.cannot_connect",
                    T("无法连接 PostgreSQL 数据库，请检查地址、账号和服务是否可用",
                      "cannot connect to PostgreSQL; check address, role and server"));
    }
    PQsetNoticeReceiver(pg, quiet, NULL);
    result =
        PQexec(pg, "SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET bytea_output = 'hex'");
    ok = is_good(result);
    PQclear(result);
    if (!ok) {
        PQfinish(pg);
        return fail(cx, E_BUSY, "db.lost",
                    T("数据库连接中断", "the connection to the store was lost"));
    }
    *ret = pg;
    return OK;
}

static enum err conn_take(struct ctx *cx, struct pg_store *s, struct pg_conn **ret)
{
    struct pg_conn *c;
    PGconn *pg;

    pthread_mutex_lock(&s->lock);
    c = s->idle;
    if (c) {
        s->idle = c->next;
        s->idle_count--;
    }
    pthread_mutex_unlock(&s->lock);
    if (!c) {
        TRY(connect_to(cx, s, &pg));
        c = calloc(1, sizeof *c);
        if (!c)
            abort();
        c->pg = pg;
        c->base.store = &s->base;
    }
    *ret = c;
    return OK;
}

static void conn_return(struct pg_store *s, struct pg_conn *c)
{
    bool keep = PQstatus(c->pg) == CONNECTION_OK && PQtransactionStatus(c->pg) == PQTRANS_IDLE;

    pthread_mutex_lock(&s->lock);
    keep = keep && s->idle_count < IDLE_MAX;
    if (keep) {
        c->next = s->idle;
        s->idle = c;
        s->idle_count++;
    }
    pthread_mutex_unlock(&s->lock);
    if (!keep)
        conn_close(c);
}

/* Begin, on another connection when the server went away while this one lay idle. */
static enum err begin(struct ctx *cx, struct pg_store *s, const char *sql, struct pg_conn **ret)
{
    struct pg_conn *c;
    enum err err;

    for (int tries = 0;; tries++) {
        TRY(conn_take(cx, s, &c));
        c->is_set = c->retry = false;
        err = simple(cx, c, sql);
        if (err == OK) {
            *ret = c;
            return OK;
        }
        conn_close(c);
        if (tries > IDLE_MAX)
            return err;
    }
}

/* --- transactions --- */

static enum err postgres_read(struct ctx *cx, db_fn *fn, void *arg)
{
    struct pg_store *s = (struct pg_store *)cx->store;
    struct pg_conn *c;
    char sql[160];
    enum err err;

    snprintf(sql, sizeof sql,
             "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = %lld",
             (long long)cx->store->read_limit_ms);
    TRY(begin(cx, s, sql, &c));
    c->base.is_writer = false;
    err = conn_run(cx, &c->base, fn, arg);
    PQclear(PQexec(c->pg, "ROLLBACK"));
    conn_return(s, c);
    return err;
}

static enum err write_once(struct ctx *cx, struct pg_store *s, db_fn *fn, void *arg,
                           bool *ret_retry)
{
    struct pg_conn *c;
    PGresult *result;
    enum err err;

    *ret_retry = false;
    TRY(begin(cx, s, "BEGIN ISOLATION LEVEL SERIALIZABLE", &c));
    c->base.is_writer = true;
    err = conn_run(cx, &c->base, fn, arg);
    if (err == OK && c->retry) /* fn went on after a savepoint, but the server has given it up */
        err = db_trouble(cx, TROUBLE_BUSY, NULL);
    if (err == OK && db_fault(cx))
        err = cx->failure.err;
    if (err == OK) {
        result = PQexec(c->pg, "COMMIT");
        /* The server answers ROLLBACK to the COMMIT of a transaction that had failed. */
        if (!is_good(result))
            err = trouble(cx, c, result);
        else if (!str_eq(PQcmdStatus(result), "COMMIT"))
            err = db_trouble(cx, TROUBLE_BUSY, NULL);
        PQclear(result);
    } else {
        PQclear(PQexec(c->pg, "ROLLBACK"));
    }
    *ret_retry = err != OK && c->retry;
    conn_return(s, c);
    return err;
}

/* A write that collided holds the turn while it tries again, and new ones wait for it (a moment:
 * it may be a long import). So it meets fewer rivals each time, also on a row everybody counts in.
 */
static bool turn_take(struct pg_store *s, bool is_retry)
{
    struct timespec until;

    if (is_retry)
        return pthread_mutex_lock(&s->turn) == 0;
    if (pthread_mutex_trylock(&s->turn) != 0) {
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += TURN_WAIT_MS * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (pthread_mutex_timedlock(&s->turn, &until) != 0)
            return false;
    }
    pthread_mutex_unlock(&s->turn);
    return false;
}

static enum err postgres_write(struct ctx *cx, db_fn *fn, void *arg)
{
    struct pg_store *s = (struct pg_store *)cx->store;
    bool retry = true;
    enum err err = OK;

    for (int tries = 0; retry && tries < TRIES_MAX; tries++) {
        bool has_turn = turn_take(s, tries > 0);

        if (tries >
            1) /* those of other servers: 4, 8 … ms, and a part that differs between rivals */
            usleep((useconds_t)(1000u << tries) + (useconds_t)((clock_ms() ^ (intptr_t)cx) & 1023));
        memset(&cx->failure, 0, sizeof cx->failure);
        err = write_once(cx, s, fn, arg, &retry);
        if (has_turn)
            pthread_mutex_unlock(&s->turn);
    }
    return err;
}

static void *work(void *arg)
{
    struct pg_store *s = arg;

    pthread_mutex_lock(&s->lock);
    for (;;) {
        struct pg_job *job = s->first;

        if (!job && s->stop)
            break;
        if (!job) {
            s->workers_free++;
            pthread_cond_wait(&s->job_ready, &s->lock);
            s->workers_free--;
            continue;
        }
        s->first = job->next;
        if (!s->first)
            s->last = &s->first;
        s->waiting--;
        pthread_mutex_unlock(&s->lock);
        job->done(job->cx, postgres_write(job->cx, job->fn, job->arg), job->done_arg);
        free(job);
        pthread_mutex_lock(&s->lock);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void postgres_write_later(struct ctx *cx, db_fn *fn, void *arg, db_done_fn *done,
                                 void *done_arg)
{
    struct pg_store *s = (struct pg_store *)cx->store;
    struct pg_job *job = calloc(1, sizeof *job);

    if (!job)
        abort();
    *job = (struct pg_job){ .cx = cx, .fn = fn, .arg = arg, .done = done, .done_arg = done_arg };
    pthread_mutex_lock(&s->lock);
    *s->last = job;
    s->last = &job->next;
    s->waiting++;
    if (s->waiting > s->workers_free && s->worker_count < WORKERS_MAX &&
        pthread_create(&s->workers[s->worker_count], NULL, work, s) == 0)
        s->worker_count++;
    pthread_cond_signal(&s->job_ready);
    pthread_mutex_unlock(&s->lock);
}

/* --- opening and closing --- */

static void release(struct pg_store *s)
{
    while (s->idle) {
        struct pg_conn *c = s->idle;
        s->idle = c->next;
        conn_close(c);
    }
    PQfinish(s->node);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->turn);
    pthread_cond_destroy(&s->job_ready);
    free(s->url);
    free(s);
}

static void postgres_close(struct store *base)
{
    struct pg_store *s = (struct pg_store *)base;

    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_broadcast(&s->job_ready);
    pthread_mutex_unlock(&s->lock);
    for (int i = 0; i < s->worker_count; i++)
        pthread_join(s->workers[i], NULL);
    release(s);
}

static bool answers_true(PGconn *pg, const char *sql)
{
    PGresult *result = PQexec(pg, sql);
    bool yes = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1 &&
               str_eq(PQgetvalue(result, 0, 0), "t");

    PQclear(result);
    return yes;
}

/* A node number that no other server on this database has: each holds a lock on its own while it
 * is connected. */
static enum err take_node(struct ctx *cx, struct pg_store *s)
{
    int first = (int)(s->base.id_node % NODES);
    char sql[100];

    for (int i = 0; i < NODES; i++) {
        int node = (first + i) % NODES;

        snprintf(sql, sizeof sql, "SELECT pg_try_advisory_lock(%d, %d)", NODE_LOCK, node);
        if (answers_true(s->node, sql)) {
            s->base.id_node = node;
            return OK;
        }
        if (PQstatus(s->node) != CONNECTION_OK)
            break;
    }
    return fail(cx, E_BUSY, "db.no_node", T("没有空闲的节点号", "no node number is free"));
}

static enum err migrate_lock(struct ctx *cx)
{
    struct pg_store *s = (struct pg_store *)cx->store;
    PGresult *result = PQexec(s->node, "SELECT pg_advisory_lock(" MIGRATE_LOCK ")");
    enum err err = is_good(result) ? OK : db_trouble(cx, TROUBLE_LOST, NULL);

    PQclear(result);
    return err;
}

static void migrate_unlock(struct store *base)
{
    PQclear(PQexec(((struct pg_store *)base)->node, "SELECT pg_advisory_unlock(" MIGRATE_LOCK ")"));
}

static const struct backend postgres_backend = {
    .read = postgres_read,
    .write = postgres_write,
    .write_later = postgres_write_later,
    .run = run,
    .run_all = run_all,
    .script = script,
    .secure = policies_make,
    .migrate_lock = migrate_lock,
    .migrate_unlock = migrate_unlock,
    .drop_statement = drop_statement,
    .close = postgres_close,
};

enum err postgres_open_store(const char *url, struct ctx *cx, struct store **ret)
{
    struct pg_store *s = calloc(1, sizeof *s);
    enum err err;

    if (!s)
        abort();
    s->base.backend = &postgres_backend;
    s->base.kind = STORE_POSTGRES;
    s->base.id_node = id_node_random();
    s->url = strdup(url);
    s->last = &s->first;
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->turn, NULL);
    pthread_cond_init(&s->job_ready, NULL);
    err = connect_to(cx, s, &s->node);
    /* Row-level security does not bind a superuser. */
    if (err == OK && !answers_true(s->node, "SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles"
                                            " WHERE rolname = current_user"))
        err = fail(
            cx, E_BUSY, "db.superuser",
            T("数据库账号不能是超级用户或有 BYPASSRLS 权限，请为 queqiao 建立普通账号",
              "the database role must be neither a superuser nor BYPASSRLS; make an ordinary role for queqiao"));
    if (err == OK)
        err = take_node(cx, s);
    if (err != OK) {
        release(s);
        return err;
    }
    *ret = &s->base;
    return OK;
}
