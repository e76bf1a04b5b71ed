/* db_sqlite_write.c — the thread that alone writes to the embedded store.
 *
 * Functions queue up for it; it runs as many as are waiting (bounded) in one transaction, each
 * undone by itself if it fails, commits once, and only then answers them all. So a hundred waiting
 * writers cost one fsync, and nobody is told "done" before the disk has it. */
#include "platform/db_sqlite_int.h"

#include <errno.h>
#include <stdlib.h>

enum {
    BATCH_MAX = 200,        /* functions in one commit */
    BATCH_MS = 5,           /* or so much work */
    LOG_PAGES = 1000,       /* 4 MB of log are copied into the store */
    RESTART_PAGES = 131072, /* a reader holds the log back: wait a moment for it */
    RESTART_WAIT_MS = 100,
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

    if (sqlite_control(c, SAVEPOINT) != SQLITE_OK)
        return sqlite_trouble(job->cx, c->db, sqlite3_extended_errcode(c->db));
    err = run_job(s, job);
    if (sqlite3_get_autocommit(c->db))
        return err;
    if (err != OK)
        sqlite_control(c, UNDO);
    sqlite_control(c, RELEASE);
    return err;
}

/* --- the log ---
 * What is committed lies in the log, and is copied into the store by and by: a page that changed
 * twice is copied once. Whoever waits for a change waits for the copying too, so that it is done
 * often and in small parts. */

/* Called by SQLite within COMMIT. */
static int wal_grew(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct sqlite_store *s = arg;

    (void)db, (void)name;
    if (pages < s->wal_pages) /* the log began anew */
        s->wal_copied = 0;
    s->wal_pages = pages;
    return SQLITE_OK;
}

static bool checkpoint_is_due(const struct sqlite_store *s)
{
    return s->wal_pages - s->wal_copied >= LOG_PAGES && !s->broken;
}

static void checkpoint(struct sqlite_store *s)
{
    s->wal_copied = s->wal_pages; /* or as much of it as no reader holds back */
    sqlite3_wal_checkpoint_v2(s->writer->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (s->wal_pages < RESTART_PAGES)
        return;
    sqlite3_busy_timeout(s->writer->db, RESTART_WAIT_MS);
    sqlite3_wal_checkpoint_v2(s->writer->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(s->writer->db, BUSY_MS);
}

/* --- the queue --- */

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
 * that is none: no more writes until the program starts again. */
static void commit(struct sqlite_store *s, struct job *batch)
{
    sqlite3 *db = s->writer->db;
    bool lost = sqlite3_get_autocommit(db), fault = !lost && db_fault(batch->cx);
    int rc = SQLITE_IOERR;

    if (!lost && !fault)
        rc = sqlite_control(s->writer, COMMIT);
    if (rc == SQLITE_OK)
        return;
    if (!lost && !fault)
        rc = sqlite3_extended_errcode(db);
    if (!fault && !lost && (rc & 0xff) == SQLITE_IOERR)
        s->broken = true;
    if (!sqlite3_get_autocommit(db))
        sqlite_control(s->writer, ROLLBACK);
    for (struct job *job = batch; job; job = job->next)
        if (job->err == OK)
            job->err = sqlite_trouble(job->cx, db, rc);
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
    if (sqlite_control(s->writer, BEGIN_WRITE) != SQLITE_OK) {
        job->err = sqlite_trouble(job->cx, s->writer->db, sqlite3_extended_errcode(s->writer->db));
        return batch;
    }
    job->err = run_job(s, job);
    if (job->err != OK) {
        if (!sqlite3_get_autocommit(s->writer->db))
            sqlite_control(s->writer, ROLLBACK);
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
        if (checkpoint_is_due(s))
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

enum err sqlite_write(struct ctx *cx, db_fn *fn, void *arg)
{
    struct job job = { .cx = cx, .fn = fn, .arg = arg };

    sem_init(&job.ended, 0, 0);
    enqueue((struct sqlite_store *)cx->store, &job);
    while (sem_wait(&job.ended) != 0)
        assert(errno == EINTR);
    sem_destroy(&job.ended);
    return job.err;
}

void sqlite_write_later(struct ctx *cx, db_fn *fn, void *arg, db_done_fn *done, void *done_arg)
{
    struct job *job = calloc(1, sizeof *job);

    if (!job)
        abort();
    *job = (struct job){ .cx = cx, .fn = fn, .arg = arg, .done = done, .done_arg = done_arg };
    enqueue((struct sqlite_store *)cx->store, job);
}

bool sqlite_writer_start(struct sqlite_store *s)
{
    s->last = &s->first;
    pthread_mutex_init(&s->queue_lock, NULL);
    pthread_cond_init(&s->queue_ready, NULL);
    sqlite3_wal_hook(s->writer->db, wal_grew, s);
    if (pthread_create(&s->thread, NULL, write_loop, s) != 0)
        return false;
    pthread_setname_np(s->thread, "write");
    return true;
}

void sqlite_writer_stop(struct sqlite_store *s)
{
    pthread_mutex_lock(&s->queue_lock);
    s->stop = true;
    pthread_cond_signal(&s->queue_ready);
    pthread_mutex_unlock(&s->queue_lock);
    pthread_join(s->thread, NULL);
    pthread_mutex_destroy(&s->queue_lock);
    pthread_cond_destroy(&s->queue_ready);
}
