/* db_sqlite_int.h — what the three files of the embedded store share. Only db_sqlite*.c include it.
 */
#pragma once
#include "platform/db_backend.h"

#include <semaphore.h>
#include <sqlite3.h>

enum { BUSY_MS = 5000, PROGRESS_STEPS = 20000 };

/* Statements around a unit of work, prepared once. */
enum control { BEGIN_READ, BEGIN_WRITE, COMMIT, ROLLBACK, SAVEPOINT, UNDO, RELEASE, CONTROL_COUNT };

struct sqlite_conn {
    struct conn base;
    sqlite3 *db;
    sqlite3_stmt *control[CONTROL_COUNT];
    struct sqlite_conn *next; /* idle readers */
    struct touched *touched;
    int64_t deadline; /* of a read, monotonic ms; 0: none */
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
    int wal_pages, wal_copied; /* writer thread only: of the log, and how much the store has */
    pthread_mutex_t readers_lock;
    struct sqlite_conn *idle;
    int idle_count;
    pthread_mutex_t turn; /* ":memory:" only */
};

/* --- db_sqlite.c --- */
/* Records what SQLite's extended code means to a person. */
enum err sqlite_trouble(struct ctx *cx, sqlite3 *db, int rc);
/* Runs one of the statements around a unit of work; an extended code of SQLite. */
int sqlite_control(struct sqlite_conn *c, enum control which);
/* Progress handler of reads: ends one whose deadline has passed. */
int sqlite_too_slow(void *conn);

/* --- db_sqlite_run.c --- */
/* Tells which tables a statement touches while it is prepared. */
int sqlite_authorize(void *conn, int action, const char *a, const char *b, const char *schema,
                     const char *within);
void sqlite_drop_statement(struct conn *c, struct prepared *s);
enum err sqlite_run(struct ctx *cx, const struct db_call *call);
enum err sqlite_script(struct ctx *cx, const char *sql);

/* --- db_sqlite_write.c --- */
enum err sqlite_write(struct ctx *cx, db_fn *fn, void *arg);
void sqlite_write_later(struct ctx *cx, db_fn *fn, void *arg, db_done_fn *done, void *done_arg);
/* The thread; false when it cannot be started. */
bool sqlite_writer_start(struct sqlite_store *s);
/* Runs what is queued, then ends the thread. */
void sqlite_writer_stop(struct sqlite_store *s);
