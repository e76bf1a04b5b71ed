/* db_sqlite.c — the embedded store.
 *
 * One connection writes, in one thread. Functions queue up for it; the thread runs as many as are
 * waiting (bounded) in one transaction, each undone by itself if it fails, commits once, and only
 * then answers them all. So a hundred waiting writers cost one fsync, and nobody is told "done"
 * before the disk has it. Readers have connections of their own that can only read and never
 * checkpoint: SQLite before 3.51.3 can corrupt a WAL file when two connections write or checkpoint
 * at the same instant.
 *
 * ":memory:" has the one connection only; reads and batches take turns on it. */
#include "platform/db_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum {
    BATCH_MAX = 200,         /* functions in one commit */
    BATCH_MS = 5,            /* or so much work */
    CHECKPOINT_PAGES = 1000, /* 4 MB of log: copy what no reader holds back */
    RESTART_PAGES = 16384,   /* 64 MB: wait a moment for readers, so that the log starts anew */
    RESTART_WAIT_MS = 100,
    BUSY_MS = 5000,
    READERS_IDLE_MAX = 16,
    PROGRESS_STEPS = 20000
};

struct touched { /* what the authorizer saw while one statement was prepared */
    struct arena *mem;
    struct str tables;
    bool is_other; /* anything but reading and changing rows */
};

/* Statements around a unit of work, prepared once. */
enum control { BEGIN_READ, BEGIN_WRITE, COMMIT, ROLLBACK, SAVEPOINT, UNDO, RELEASE, CONTROL_COUNT };
static const char *const control_sql[] = {
    [BEGIN_READ] = "BEGIN",   [BEGIN_WRITE] = "BEGIN IMMEDIATE", [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",  [SAVEPOINT] = "SAVEPOINT one",     [UNDO] = "ROLLBACK TO one",
    [RELEASE] = "RELEASE one"
};

struct sqlite_conn {
    struct conn base;
    sqlite3 *db;
    sqlite3_stmt *control[CONTROL_COUNT];
    struct sqlite_conn *next; /* idle readers */
    struct touched *touched;
    int64_t deadline; /* of a read, monotonic ms; 0: none */
};

struct job {
    struct job *next;
    struct ctx *cx;
    db_fn *fn;
    void *arg;
    db_done_fn *done; /* NULL: somebody waits on `ended` */
    void *done_arg;
    enum err err;
    sem_t ended;
};

struct sqlite_store {
    struct store base;
    char *path;
    bool is_memory;
    int lock_fd;
    struct sqlite_conn *writer;
    pthread_t thread;
    pthread_mutex_t queue_lock;
    pthread_cond_t queue_ready;
    struct job *first, **last;
    bool stop;
    bool broken; /* writer thread only: an fsync failed, and what is on disk is not known */
    int wal_pages, checkpoint_at;
    pthread_mutex_t readers_lock;
    struct sqlite_conn *idle;
    int idle_count;
    pthread_mutex_t turn; /* ":memory:" only */
};

/* --- errors -------------------------------------------------------------------------------- */

static enum err trouble(struct ctx *cx, sqlite3 *db, int rc)
{
    switch (rc) { /* extended codes first */
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return db_trouble(cx, TROUBLE_UNIQUE, NULL);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return db_trouble(cx, TROUBLE_FOREIGN_KEY, NULL);
    case SQLITE_CONSTRAINT_NOTNULL:
        return db_trouble(cx, TROUBLE_NOT_NULL, sqlite3_errmsg(db));
    case SQLITE_CONSTRAINT_TRIGGER:
        return db_trouble(cx, TROUBLE_REFUSED, sqlite3_errmsg(db));
    }
    switch (rc & 0xff) {
    case SQLITE_CONSTRAINT: /* names the rule, never a value */
        return db_trouble(cx, TROUBLE_CHECK, sqlite3_errmsg(db));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return db_trouble(cx, TROUBLE_BUSY, NULL);
    case SQLITE_FULL:
        return db_trouble(cx, TROUBLE_FULL, NULL);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_PROTOCOL:
        return db_trouble(cx, TROUBLE_IO, sqlite3_errstr(rc));
    case SQLITE_INTERRUPT:
        return db_trouble(cx, TROUBLE_SLOW, NULL);
    case SQLITE_READONLY:
        return db_trouble(cx, TROUBLE_READ_ONLY, NULL);
    case SQLITE_TOOBIG:
        return db_trouble(cx, TROUBLE_TOO_BIG, NULL);
    default:
        return db_trouble(cx, TROUBLE_STATEMENT, sqlite3_errmsg(db));
    }
}

static struct sqlite_conn *conn_of(struct ctx *cx)
{
    return (struct sqlite_conn *)cx->db;
}

static int control(struct sqlite_conn *c, enum control which)
{
    sqlite3_stmt **stmt = &c->control[which];
    int rc = SQLITE_OK;

    if (!*stmt)
        rc = sqlite3_prepare_v3(c->db, control_sql[which], -1, SQLITE_PREPARE_PERSISTENT, stmt,
                                NULL);
    if (rc == SQLITE_OK) {
        sqlite3_step(*stmt);
        rc = sqlite3_reset(*stmt);
    }
    return rc;
}

/* --- statements ---------------------------------------------------------------------------- */

static int authorize(void *arg, int action, const char *a, const char *b, const char *schema,
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
        return trouble(cx, c->db, rc);
    err = check_touched(cx, c->db, &touched, &sql);
    if (err != OK) {
        sqlite3_finalize(stmt);
        return err;
    }
    *ret = cache_add(cx->db, call, shape, &sql, stmt);
    return OK;
}

static void drop_statement(struct conn *c, struct prepared *s)
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

/* --- results ------------------------------------------------------------------------------- */

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
        return trouble(cx, conn_of(cx)->db, rc);
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
    return rc == SQLITE_DONE ? OK : trouble(cx, conn_of(cx)->db, rc);
}

static enum err step_exec(struct ctx *cx, sqlite3_stmt *stmt)
{
    sqlite3 *db = conn_of(cx)->db;
    int rc;

    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        ;
    return rc == SQLITE_DONE ? OK : trouble(cx, db, rc);
}

static enum err run(struct ctx *cx, const struct db_call *call)
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
        err = trouble(cx, conn_of(cx)->db, rc);
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

static enum err script(struct ctx *cx, const char *sql)
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
        err = rc == SQLITE_OK || rc == SQLITE_DONE ? OK : trouble(cx, db, rc);
        sqlite3_finalize(stmt);
        if (err != OK)
            return db_at_line(cx, sql, (size_t)(at + strspn(at, " \t\n") - sql));
    }
    return OK;
}

/* --- connections --------------------------------------------------------------------------- */

static int too_slow(void *arg)
{
    const struct sqlite_conn *c = arg;

    return c->deadline && clock_ms() > c->deadline;
}

static void conn_close(struct sqlite_conn *c)
{
    if (!c)
        return;
    cache_clear(&c->base);
    for (int i = 0; i < CONTROL_COUNT; i++)
        sqlite3_finalize(c->control[i]);
    sqlite3_close(c->db);
    free(c);
}

static bool pragma_is(sqlite3 *db, const char *pragma, const char *want)
{
    sqlite3_stmt *stmt;
    bool same = false;

    if (sqlite3_prepare_v2(db, pragma, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        same = str_eq((const char *)sqlite3_column_text(stmt, 0), want);
    sqlite3_finalize(stmt);
    return same;
}

/* Durable, strict and small. Large files are read through the page cache of the system, not mapped:
 * an I/O error would be a crash (security.md REL-1). */
static enum err configure(struct ctx *cx, struct sqlite_conn *c, bool is_memory)
{
    static const char common[] = "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                                 "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                                 "PRAGMA mmap_size = 0; PRAGMA wal_autocheckpoint = 0;";
    bool writer = c->base.is_writer;
    int rc;

    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_timeout(c->db, BUSY_MS);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    rc = sqlite3_exec(c->db, common, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(
            c->db,
            writer
                ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                  "PRAGMA secure_delete = ON; PRAGMA cache_size = -32768; PRAGMA temp_store = FILE;"
                : "PRAGMA query_only = ON; PRAGMA cache_size = -1024;",
            NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return trouble(cx, c->db, rc);
    if (writer && !is_memory &&
        (!pragma_is(c->db, "PRAGMA journal_mode", "wal") ||
         !pragma_is(c->db, "PRAGMA synchronous", "2") ||
         !pragma_is(c->db, "PRAGMA foreign_keys", "1")))
        return db_trouble(cx, TROUBLE_IO, "WAL, synchronous = FULL");
    sqlite3_set_authorizer(c->db, authorize, c);
    if (!writer)
        sqlite3_progress_handler(c->db, PROGRESS_STEPS, too_slow, c);
    return OK;
}

static enum err conn_open(struct ctx *cx, struct sqlite_store *s, bool is_writer,
                          struct sqlite_conn **ret)
{
    struct sqlite_conn *c = calloc(1, sizeof *c);
    int flags = SQLITE_OPEN_NOMUTEX, rc;
    enum err err;

    if (!c)
        abort();
    flags |= is_writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    c->base.store = &s->base;
    c->base.is_writer = is_writer;
    rc = sqlite3_open_v2(s->path, &c->db, flags, NULL);
    err = rc == SQLITE_OK ? configure(cx, c, s->is_memory) : trouble(cx, c->db, rc);
    if (err != OK) {
        conn_close(c);
        return err;
    }
    *ret = c;
    return OK;
}

/* --- reading ------------------------------------------------------------------------------- */

static enum err reader_take(struct ctx *cx, struct sqlite_store *s, struct sqlite_conn **ret)
{
    struct sqlite_conn *c;

    pthread_mutex_lock(&s->readers_lock);
    c = s->idle;
    if (c) {
        s->idle = c->next;
        s->idle_count--;
    }
    pthread_mutex_unlock(&s->readers_lock);
    if (!c)
        return conn_open(cx, s, false, ret);
    *ret = c;
    return OK;
}

static void reader_return(struct sqlite_store *s, struct sqlite_conn *c)
{
    bool keep;

    pthread_mutex_lock(&s->readers_lock);
    keep = s->idle_count < READERS_IDLE_MAX;
    if (keep) {
        c->next = s->idle;
        s->idle = c;
        s->idle_count++;
    }
    pthread_mutex_unlock(&s->readers_lock);
    if (!keep)
        conn_close(c);
}

static enum err read_on(struct ctx *cx, struct sqlite_conn *c, db_fn *fn, void *arg)
{
    enum err err;

    if (control(c, BEGIN_READ) != SQLITE_OK)
        return trouble(cx, c->db, sqlite3_extended_errcode(c->db));
    c->deadline = clock_ms() + cx->store->read_limit_ms;
    err = conn_run(cx, &c->base, fn, arg);
    c->deadline = 0;
    if (!sqlite3_get_autocommit(c->db))
        control(c, ROLLBACK);
    return err;
}

static enum err read_memory(struct ctx *cx, struct sqlite_store *s, db_fn *fn, void *arg)
{
    struct sqlite_conn *c = s->writer;
    enum err err;

    pthread_mutex_lock(&s->turn);
    c->base.is_writer = false;
    sqlite3_progress_handler(c->db, PROGRESS_STEPS, too_slow, c);
    err = read_on(cx, c, fn, arg);
    c->base.is_writer = true;
    pthread_mutex_unlock(&s->turn);
    return err;
}

static enum err sqlite_read(struct ctx *cx, db_fn *fn, void *arg)
{
    struct sqlite_store *s = (struct sqlite_store *)cx->store;
    struct sqlite_conn *c;
    enum err err;

    if (s->is_memory)
        return read_memory(cx, s, fn, arg);
    TRY(reader_take(cx, s, &c));
    err = read_on(cx, c, fn, arg);
    reader_return(s, c);
    return err;
}

/* --- writing
 * -----------------------------------------------------------------------------------------------
 */

/* Foreign keys that wait for the commit are checked here, where it is still known whose they are.
 */
static enum err run_job(struct sqlite_store *s, struct job *job)
{
    struct sqlite_conn *c = s->writer;
    struct ctx *cx = job->cx;
    int unresolved = 0, unused;
    enum err err = conn_run(cx, &c->base, job->fn, job->arg);

    if (sqlite3_get_autocommit(c->db)) /* the whole transaction is gone: disk full or I/O error */
        return err != OK ? err : db_trouble(cx, TROUBLE_IO, NULL);
    sqlite3_db_status(c->db, SQLITE_DBSTATUS_DEFERRED_FKS, &unresolved, &unused, 0);
    return err == OK && unresolved ? db_trouble(cx, TROUBLE_FOREIGN_KEY, NULL) : err;
}

/* A further function of a batch, in a savepoint of its own. */
static enum err run_also(struct sqlite_store *s, struct job *job)
{
    struct sqlite_conn *c = s->writer;
    enum err err;

    if (control(c, SAVEPOINT) != SQLITE_OK)
        return trouble(job->cx, c->db, sqlite3_extended_errcode(c->db));
    err = run_job(s, job);
    if (sqlite3_get_autocommit(c->db))
        return err;
    if (err != OK)
        control(c, UNDO);
    control(c, RELEASE);
    return err;
}

/* The next function: with `wait` the first of a batch, else one more for it if there is any. */
static struct job *job_next(struct sqlite_store *s, bool wait)
{
    struct job *job;

    pthread_mutex_lock(&s->queue_lock);
    while (wait && !s->first && !s->stop)
        pthread_cond_wait(&s->queue_ready, &s->queue_lock);
    job = s->first;
    if (job && !wait && !job->done)
        job = NULL; /* may be long: see run_batch() */
    if (job) {
        s->first = job->next;
        if (!s->first)
            s->last = &s->first;
        job->next = NULL;
    }
    pthread_mutex_unlock(&s->queue_lock);
    return job;
}

/* After an fsync error the state of the disk is unknown, and a second try could report a success
 * that is none: no more writes until the program starts again (security.md REL-8). */
static void commit(struct sqlite_store *s, struct job *batch)
{
    sqlite3 *db = s->writer->db;
    bool lost = sqlite3_get_autocommit(db), fault = !lost && db_fault(batch->cx);
    int rc = SQLITE_IOERR;

    if (!lost && !fault)
        rc = control(s->writer, COMMIT);
    if (rc == SQLITE_OK)
        return;
    if (!lost && !fault)
        rc = sqlite3_extended_errcode(db);
    if (!fault && !lost && (rc & 0xff) == SQLITE_IOERR)
        s->broken = true;
    if (!sqlite3_get_autocommit(db))
        control(s->writer, ROLLBACK);
    for (struct job *job = batch; job; job = job->next)
        if (job->err == OK)
            job->err = trouble(job->cx, db, rc);
}

/* Called by SQLite within COMMIT; the copying waits until the waiters have their answer. */
static int wal_grew(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct sqlite_store *s = arg;

    (void)db, (void)name;
    if (pages < s->wal_pages) /* the log began anew */
        s->checkpoint_at = CHECKPOINT_PAGES;
    s->wal_pages = pages;
    return SQLITE_OK;
}

static void checkpoint(struct sqlite_store *s)
{
    if (s->wal_pages < s->checkpoint_at || s->broken)
        return;
    s->checkpoint_at = s->wal_pages + CHECKPOINT_PAGES; /* a reader may hold the log back */
    sqlite3_wal_checkpoint_v2(s->writer->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (s->wal_pages < RESTART_PAGES)
        return;
    sqlite3_busy_timeout(s->writer->db, RESTART_WAIT_MS);
    sqlite3_wal_checkpoint_v2(s->writer->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(s->writer->db, BUSY_MS);
}

/* The first function runs without a savepoint. Inside one, SQLite walks at every statement through
 * all that was kept for undoing it, so that a long import would take time with the square of its
 * rows. For the same reason functions that somebody waits for, which alone are long, are never
 * further ones. */
static struct job *run_batch(struct sqlite_store *s, struct job *job)
{
    struct job *batch = job, *tail = job;
    int64_t start = clock_ms();
    int count = 1;

    if (s->is_memory)
        sqlite3_progress_handler(s->writer->db, 0, NULL, NULL);
    if (control(s->writer, BEGIN_WRITE) != SQLITE_OK) {
        job->err = trouble(job->cx, s->writer->db, sqlite3_extended_errcode(s->writer->db));
        return batch;
    }
    job->err = run_job(s, job);
    if (job->err != OK) {
        if (!sqlite3_get_autocommit(s->writer->db))
            control(s->writer, ROLLBACK);
        return batch;
    }
    for (;;) {
        if (sqlite3_get_autocommit(s->writer->db) || count >= BATCH_MAX ||
            clock_ms() - start >= BATCH_MS)
            break;
        job = job_next(s, false);
        if (!job)
            break;
        tail = tail->next = job;
        count++;
        job->err = run_also(s, job);
    }
    commit(s, batch);
    return batch;
}

static void answer(struct job *batch)
{
    for (struct job *job = batch, *next; job; job = next) {
        next = job->next; /* gone as soon as the waiter wakes */
        if (!job->done) {
            sem_post(&job->ended);
            continue;
        }
        job->done(job->cx, job->err, job->done_arg);
        free(job);
    }
}

static void *write_loop(void *arg)
{
    struct sqlite_store *s = arg;
    struct job *job;

    while ((job = job_next(s, true))) {
        if (s->broken) {
            job->err = db_trouble(job->cx, TROUBLE_IO, NULL);
        } else {
            if (s->is_memory)
                pthread_mutex_lock(&s->turn);
            job = run_batch(s, job);
            if (s->is_memory)
                pthread_mutex_unlock(&s->turn);
        }
        answer(job);
        checkpoint(s);
    }
    return NULL;
}

static void enqueue(struct sqlite_store *s, struct job *job)
{
    pthread_mutex_lock(&s->queue_lock);
    assert(!s->stop);
    *s->last = job;
    s->last = &job->next;
    pthread_cond_signal(&s->queue_ready);
    pthread_mutex_unlock(&s->queue_lock);
}

static enum err sqlite_write(struct ctx *cx, db_fn *fn, void *arg)
{
    struct job job = { .cx = cx, .fn = fn, .arg = arg };

    sem_init(&job.ended, 0, 0);
    enqueue((struct sqlite_store *)cx->store, &job);
    while (sem_wait(&job.ended) != 0)
        assert(errno == EINTR);
    sem_destroy(&job.ended);
    return job.err;
}

static void sqlite_write_later(struct ctx *cx, db_fn *fn, void *arg, db_done_fn *done,
                               void *done_arg)
{
    struct job *job = calloc(1, sizeof *job);

    if (!job)
        abort();
    *job = (struct job){ .cx = cx, .fn = fn, .arg = arg, .done = done, .done_arg = done_arg };
    enqueue((struct sqlite_store *)cx->store, job);
}

/* --- opening and closing ------------------------------------------------------------------- */

/* One process at a time: the WAL has one writer (security.md REL-3). */
static enum err take_lock(struct ctx *cx, struct sqlite_store *s)
{
    char *path = arena_printf(cx->mem, "%s.lock", s->path);
    int fd;

    s->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0)
        return fail(cx, E_BUSY, "db.cannot_open", T("无法打开 %s：%s", "cannot open %s: %s"), path,
                    strerror(errno));
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return fail(cx, E_BUSY, "db.locked",
                    T("数据文件 %s 正被另一个 queqiao 进程使用",
                      "another queqiao process is using the data file %s"),
                    s->path);
    fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC,
              0600); /* personal data: not for others to read */
    if (fd < 0)
        return fail(cx, E_BUSY, "db.cannot_open", T("无法打开 %s：%s", "cannot open %s: %s"),
                    s->path, strerror(errno));
    close(fd);
    return OK;
}

/* Readers first: the connection that is closed last checkpoints, and that must be the writer. */
static void release(struct sqlite_store *s)
{
    while (s->idle) {
        struct sqlite_conn *c = s->idle;
        s->idle = c->next;
        conn_close(c);
    }
    conn_close(s->writer);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    pthread_mutex_destroy(&s->queue_lock);
    pthread_cond_destroy(&s->queue_ready);
    pthread_mutex_destroy(&s->readers_lock);
    pthread_mutex_destroy(&s->turn);
    free(s->path);
    free(s);
}

static void sqlite_close(struct store *base)
{
    struct sqlite_store *s = (struct sqlite_store *)base;

    pthread_mutex_lock(&s->queue_lock);
    s->stop = true;
    pthread_cond_signal(&s->queue_ready);
    pthread_mutex_unlock(&s->queue_lock);
    pthread_join(s->thread, NULL);
    release(s);
}

static enum err secure(struct ctx *cx)
{
    (void)cx;
    return OK;
}

/* The lock file has seen to it. */
static enum err migrate_lock(struct ctx *cx)
{
    (void)cx;
    return OK;
}

static void migrate_unlock(struct store *s)
{
    (void)s;
}

static const struct backend sqlite_backend = {
    .read = sqlite_read,
    .write = sqlite_write,
    .write_later = sqlite_write_later,
    .run = run,
    .script = script,
    .secure = secure,
    .migrate_lock = migrate_lock,
    .migrate_unlock = migrate_unlock,
    .drop_statement = drop_statement,
    .close = sqlite_close,
};

static void configure_once(void)
{
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* its counter is a lock shared by all threads */
}

enum err sqlite_open_store(const char *path, struct ctx *cx, struct store **ret)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct sqlite_store *s = calloc(1, sizeof *s);
    enum err err = OK;

    pthread_once(&once, configure_once);
    if (!s)
        abort();
    s->base.backend = &sqlite_backend;
    s->base.kind = STORE_SQLITE;
    s->base.id_node =
        id_node_random(); /* one process at a time: chance keeps copies of a file apart */
    s->path = strdup(path);
    s->is_memory = str_eq(path, ":memory:");
    s->lock_fd = -1;
    s->checkpoint_at = CHECKPOINT_PAGES;
    s->last = &s->first;
    pthread_mutex_init(&s->queue_lock, NULL);
    pthread_cond_init(&s->queue_ready, NULL);
    pthread_mutex_init(&s->readers_lock, NULL);
    pthread_mutex_init(&s->turn, NULL);
    if (!s->is_memory)
        err = take_lock(cx, s);
    if (err == OK)
        err = conn_open(cx, s, true, &s->writer);
    if (err == OK) {
        sqlite3_wal_hook(s->writer->db, wal_grew, s);
        if (pthread_create(&s->thread, NULL, write_loop, s) != 0)
            err = fail(cx, E_BUSY, "db.no_thread",
                       T("无法启动写入线程", "cannot start the writing thread"));
    }
    if (err != OK) {
        release(s);
        return err;
    }
    *ret = &s->base;
    return OK;
}
