/* db_sqlite.c — the embedded store: its connections, reading, opening and closing. Statements run
 * in db_sqlite_run.c; the thread that alone writes is db_sqlite_write.c.
 *
 * Readers have connections of their own that can only read and never checkpoint: SQLite before
 * 3.51.3 can corrupt a WAL file when two connections write or checkpoint at the same instant.
 *
 * ":memory:" has the one connection only; reads and batches take turns on it. */
#include "platform/db_sqlite_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { READERS_IDLE_MAX = 16 };

static const char *const control_sql[] = {
    [BEGIN_READ] = "BEGIN",   [BEGIN_WRITE] = "BEGIN IMMEDIATE", [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",  [SAVEPOINT] = "SAVEPOINT one",     [UNDO] = "ROLLBACK TO one",
    [RELEASE] = "RELEASE one"
};

/* --- errors --- */

enum err sqlite_trouble(struct ctx *cx, sqlite3 *db, int rc)
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
int sqlite_control(struct sqlite_conn *c, enum control which)
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

/* --- connections --- */

int sqlite_too_slow(void *arg)
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
 * an I/O error would be a crash. */
static enum err configure(struct ctx *cx, struct sqlite_conn *c, bool is_memory)
{
    static const char common[] = "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                                 "PRAGMA recursive_triggers = ON;" /* REPLACE deletes, too */
                                 "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
                                 "PRAGMA mmap_size = 0; PRAGMA wal_autocheckpoint = 0;";
    bool writer = c->base.is_writer;
    int rc;

    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_timeout(c->db, BUSY_MS);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    rc = sqlite3_exec(c->db, common, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->db,
                          writer ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                   "PRAGMA secure_delete = ON; PRAGMA cache_size = -32768;"
                                   "PRAGMA journal_size_limit = 536870912;" /* see decision 15 */
                                 : "PRAGMA query_only = ON; PRAGMA cache_size = -1024;",
                          NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return sqlite_trouble(cx, c->db, rc);
    if (writer && !is_memory &&
        (!pragma_is(c->db, "PRAGMA journal_mode", "wal") ||
         !pragma_is(c->db, "PRAGMA synchronous", "2") ||
         !pragma_is(c->db, "PRAGMA foreign_keys", "1")))
        return db_trouble(cx, TROUBLE_IO, "WAL, synchronous = FULL");
    sqlite3_set_authorizer(c->db, sqlite_authorize, c);
    if (!writer)
        sqlite3_progress_handler(c->db, PROGRESS_STEPS, sqlite_too_slow, c);
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
    err = rc == SQLITE_OK ? configure(cx, c, s->is_memory) : sqlite_trouble(cx, c->db, rc);
    if (err != OK) {
        conn_close(c);
        return err;
    }
    *ret = c;
    return OK;
}

/* --- reading --- */

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

    if (sqlite_control(c, BEGIN_READ) != SQLITE_OK)
        return sqlite_trouble(cx, c->db, sqlite3_extended_errcode(c->db));
    c->deadline = clock_ms() + cx->store->read_limit_ms;
    err = conn_run(cx, &c->base, fn, arg);
    c->deadline = 0;
    if (!sqlite3_get_autocommit(c->db))
        sqlite_control(c, ROLLBACK);
    return err;
}

static enum err read_memory(struct ctx *cx, struct sqlite_store *s, db_fn *fn, void *arg)
{
    struct sqlite_conn *c = s->writer;
    enum err err;

    pthread_mutex_lock(&s->turn);
    c->base.is_writer = false;
    sqlite3_progress_handler(c->db, PROGRESS_STEPS, sqlite_too_slow, c);
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

/* --- opening and closing --- */

/* One process at a time: the WAL has one writer. */
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
    pthread_mutex_destroy(&s->readers_lock);
    pthread_mutex_destroy(&s->turn);
    free(s->path);
    free(s);
}

static void sqlite_close(struct store *base)
{
    struct sqlite_store *s = (struct sqlite_store *)base;

    sqlite_writer_stop(s);
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
    .run = sqlite_run,
    .script = sqlite_script,
    .secure = secure,
    .migrate_lock = migrate_lock,
    .migrate_unlock = migrate_unlock,
    .drop_statement = sqlite_drop_statement,
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
    pthread_mutex_init(&s->readers_lock, NULL);
    pthread_mutex_init(&s->turn, NULL);
    if (!s->is_memory)
        err = take_lock(cx, s);
    if (err == OK)
        err = conn_open(cx, s, true, &s->writer);
    if (err == OK && !sqlite_writer_start(s))
        err = fail(cx, E_BUSY, "db.no_thread",
                   T("无法启动写入线程", "cannot start the writing thread"));
    if (err != OK) {
        release(s);
        return err;
    }
    *ret = &s->base;
    return OK;
}
