/* test_db_work.c — units of work: commit, isolation, savepoints, faults, threads, the cache. */
#include "stores.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char schema[] =
    "CREATE TABLE counter (id BIGINT PRIMARY KEY, n BIGINT NOT NULL, label TEXT, photo BYTEA);\n"
    "CREATE TABLE part (id BIGINT PRIMARY KEY, counter_id BIGINT NOT NULL\n"
    " REFERENCES counter (id) DEFERRABLE INITIALLY DEFERRED);\n";
static const struct asset files[] = {
    { "0001-counter.sql", (const unsigned char *)schema,
      (const unsigned char *)schema + sizeof schema - 1 },
    { 0 },
};

static const struct scoped *tables(void)
{
    static const struct scoped list[] = { OPEN_TABLE("counter"), OPEN_TABLE("part"), { 0 } };

    return list;
}
static enum err add_counters(struct ctx *cx, void *arg)
{
    (void)arg;
    for (int64_t id = 1; id <= 3; id++)
        TRY(db_exec(cx, "INSERT INTO counter (id, n) VALUES ($1, 0)", P(id)));
    return OK;
}
static const struct store_kit kit = { .tables = tables, .files = files, .fill = add_counters };

static enum err read_sum(struct ctx *cx, void *arg)
{
    struct rows r;

    TRY(db_one(cx, &r, "SELECT SUM(n) AS total FROM counter"));
    *(int64_t *)arg = row_int(&r, 0, "total");
    return OK;
}

static int64_t total(struct ctx *cx)
{
    int64_t n = -1;

    EXPECT_INT(db_read(cx, read_sum, &n), OK);
    return n;
}

static enum err add_one(struct ctx *cx, void *arg)
{
    return db_exec(cx, "UPDATE counter SET n = n + 1 WHERE id = $1", P(*(int64_t *)arg));
}

static enum err add_then_fail(struct ctx *cx, void *arg)
{
    TRY(add_one(cx, arg));
    return fail(cx, E_CONFLICT, "test.no", "no");
}

STORE_TEST_WITH(kit, "a function that fails leaves nothing, and one that succeeds stays")
{
    int64_t id = 1;

    EXPECT_INT(db_write(cx, add_then_fail, &id), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "test.no");
    EXPECT_INT(total(cx), 0);
    EXPECT_INT(db_write(cx, add_one, &id), OK);
    EXPECT_INT(cx->changed, 1);
    EXPECT_INT(total(cx), 1);
}

static enum err swallow(struct ctx *cx, void *arg)
{
    enum err err;

    TRY(add_one(cx, arg));
    err = db_exec(cx, "INSERT INTO counter (id, n) VALUES (1, 0)");
    EXPECT_INT(err, E_CONFLICT);
    EXPECT_INT(add_one(cx, arg), E_CONFLICT); /* nothing runs after a failure */
    return OK;
}

STORE_TEST_WITH(kit, "a failed statement cannot be overlooked")
{
    int64_t id = 1;

    EXPECT_INT(db_write(cx, swallow, &id), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "db.unique");
    EXPECT_INT(total(cx), 0);
}

static enum err import_three(struct ctx *cx, void *arg)
{
    int64_t id = 1;
    enum err bad;

    (void)arg;
    TRY(db_write(cx, add_one, &id));
    bad = db_write(cx, add_then_fail, &id);
    EXPECT_INT(bad, E_CONFLICT);
    bad = db_write(cx, swallow, &id);
    EXPECT_INT(bad, E_CONFLICT);
    TRY(db_write(cx, add_one, &id));
    return db_read(cx, read_sum, &id);
}

STORE_TEST_WITH(kit, "an inner write that fails is undone alone")
{
    EXPECT_INT(db_write(cx, import_three, NULL), OK);
    EXPECT_INT(total(cx), 2);
}

static enum err write_in_read(struct ctx *cx, void *arg)
{
    return add_one(cx, arg);
}

STORE_TEST_WITH(kit, "a read cannot change anything")
{
    int64_t id = 1;

    EXPECT_INT(db_read(cx, write_in_read, &id), E_INTERNAL);
    EXPECT_STR(cx->failure.code, "db.read_only");
    EXPECT_INT(total(cx), 0);
}

STORE_TEST_WITH(kit, "a statement outside db_read and db_write is refused")
{
    int64_t id = 1;

    EXPECT_INT(add_one(cx, &id), E_INTERNAL);
    EXPECT_STR(cx->failure.code, "db.no_transaction");
}

static enum err orphan(struct ctx *cx, void *arg)
{
    (void)arg;
    return db_exec(cx, "INSERT INTO part (id, counter_id) VALUES (1, 99)");
}

STORE_TEST_WITH(kit, "a reference that is still missing at the end of the work is its own failure")
{
    EXPECT_INT(db_write(cx, orphan, NULL), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "db.foreign_key");
}

/* --- isolation: a reader in the middle of a write, and a writer in the middle of a read --- */

struct watch {
    struct store *store;
    int64_t before, during, after;
};

static void *sum_elsewhere(void *arg)
{
    struct watch *w = arg;
    struct ctx *cx = ctx_new(w->store, 0);

    ctx_as_system(cx);
    w->during = total(cx);
    ctx_free(cx);
    return NULL;
}

static enum err write_and_watch(struct ctx *cx, void *arg)
{
    struct watch *w = arg;
    int64_t id = 1;
    pthread_t thread;

    TRY(add_one(cx, &id));
    w->store = cx->store;
    pthread_create(&thread, NULL, sum_elsewhere, w);
    pthread_join(thread, NULL);
    return OK;
}

STORE_TEST_WITH(kit, "readers see nothing that is not committed")
{
    struct watch w = { .during = -1 };

    EXPECT_INT(db_write(cx, write_and_watch, &w), OK);
    EXPECT_INT(w.during, 0);
    EXPECT_INT(total(cx), 1);
}

static void *add_elsewhere(void *arg)
{
    struct watch *w = arg;
    struct ctx *cx = ctx_new(w->store, 0);
    int64_t id = 2;

    ctx_as_system(cx);
    EXPECT_INT(db_write(cx, add_one, &id), OK);
    ctx_free(cx);
    return NULL;
}

static enum err read_and_watch(struct ctx *cx, void *arg)
{
    struct watch *w = arg;
    pthread_t thread;

    TRY(read_sum(cx, &w->before));
    w->store = cx->store;
    pthread_create(&thread, NULL, add_elsewhere, w);
    pthread_join(thread, NULL);
    return read_sum(cx, &w->after);
}

STORE_TEST_WITH(kit, "what a reader sees does not change while it reads")
{
    struct watch w = { 0 };

    EXPECT_INT(db_read(cx, read_and_watch, &w), OK);
    EXPECT_INT(w.before, w.after);
    EXPECT_INT(total(cx), w.before + 1);
}

/* --- many writers at once --- */

enum { WRITERS = 4, WRITES = 1000 };
struct writer {
    struct store *store;
    pthread_t thread;
    int64_t id, ok, failed;
};

static void *write_much(void *arg)
{
    struct writer *w = arg;
    struct ctx *cx = ctx_new(w->store, 0);

    ctx_as_system(cx);
    for (int i = 0; i < WRITES; i++) {
        enum err err =
            i % 10 == 9 ? db_write(cx, add_then_fail, &w->id) : db_write(cx, add_one, &w->id);
        w->ok += err == OK;
        w->failed += err == E_CONFLICT;
    }
    ctx_free(cx);
    return NULL;
}

STORE_TEST_WITH(kit, "four writers with a thousand writes each lose nothing")
{
    struct writer w[WRITERS];

    for (int i = 0; i < WRITERS; i++) {
        w[i] = (struct writer){ .store = cx->store, .id = i % 3 + 1 }; /* two of them on one row */
        pthread_create(&w[i].thread, NULL, write_much, &w[i]);
    }
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(w[i].thread, NULL);
        EXPECT_INT(w[i].failed, WRITES / 10);
    }
    EXPECT_INT(total(cx), w[0].ok + w[1].ok + w[2].ok + w[3].ok);
}

struct later {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int ok, failed;
};

static void on_done(struct ctx *cx, enum err err, void *arg)
{
    struct later *l = arg;

    ctx_free(cx);
    pthread_mutex_lock(&l->lock);
    *(err == OK ? &l->ok : &l->failed) += 1;
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
}

STORE_TEST_WITH(kit, "writes that are not waited for report each its own outcome")
{
    struct later l = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
    static int64_t ids[] = { 1, 2, 3 };

    for (int i = 0; i < 300; i++)
        db_write_later(stores_ctx(cx), i % 3 == 2 ? add_then_fail : add_one, &ids[i % 3], on_done,
                       &l);
    pthread_mutex_lock(&l.lock);
    while (l.ok + l.failed < 300)
        pthread_cond_wait(&l.changed, &l.lock);
    pthread_mutex_unlock(&l.lock);
    EXPECT_INT(l.failed, 100);
    EXPECT_INT(total(cx), l.ok);
}

static enum err wait_for_queue(struct ctx *cx, void *arg)
{
    (void)cx;
    sem_wait(arg);
    return OK;
}

STORE_TEST_WITH(kit, "a missing reference fails its own function, not those committed with it")
{
    struct later good = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
    struct later bad = good;
    int64_t id = 1;
    sem_t queued;

    sem_init(&queued, 0, 0);
    db_write_later(stores_ctx(cx), wait_for_queue, &queued, on_done, &good);
    db_write_later(stores_ctx(cx), orphan, NULL, on_done, &bad);
    db_write_later(stores_ctx(cx), add_one, &id, on_done, &good);
    sem_post(&queued);
    pthread_mutex_lock(&good.lock);
    while (good.ok + good.failed < 2)
        pthread_cond_wait(&good.changed, &good.lock);
    pthread_mutex_unlock(&good.lock);
    pthread_mutex_lock(&bad.lock);
    while (bad.ok + bad.failed < 1)
        pthread_cond_wait(&bad.changed, &bad.lock);
    pthread_mutex_unlock(&bad.lock);
    EXPECT_INT(good.ok, 2);
    EXPECT_INT(bad.failed, 1);
    EXPECT_INT(total(cx), 1);
    sem_destroy(&queued);
}

/* --- values, streaming, faults --- */

static enum err store_values(struct ctx *cx, void *arg)
{
    static const char photo[] = { 0, 1, 39, (char)0xff, 92 };
    struct bytes none = { 0 };
    const char *label = "鹊桥 'quote' \\ \"x\"";
    struct rows r;

    (void)arg;
    TRY(db_exec(cx, "UPDATE counter SET n = $1, label = $2, photo = $3 WHERE id = 1", P(INT64_MAX),
                P(label), P(((struct bytes){ photo, sizeof photo }))));
    TRY(db_exec(cx, "UPDATE counter SET n = $1, label = $2, photo = $3 WHERE id = 2",
                P(INT64_MIN + 1), P((const char *)NULL), P(none)));
    TRY(db_rows(
        cx, &r,
        "SELECT n, label, photo, n > 0 AS is_positive FROM counter WHERE id < 3 ORDER BY id"));
    EXPECT_INT(r.n, 2);
    EXPECT_INT(row_int(&r, 0, "n"), INT64_MAX);
    EXPECT_STR(row_text(&r, 0, "label"), label);
    EXPECT_INT(row_blob(&r, 0, "photo").len, sizeof photo);
    EXPECT(memcmp(row_blob(&r, 0, "photo").data, photo, sizeof photo) == 0);
    EXPECT_INT(row_int(&r, 0, "is_positive"), 1);
    EXPECT_INT(row_int(&r, 1, "n"), INT64_MIN + 1);
    EXPECT_STR(row_text(&r, 1, "label"), NULL);
    EXPECT(row_blob(&r, 1, "photo").data == NULL);
    TRY(db_rows(cx, &r,
                "SELECT COUNT(*) AS c, AVG(id) AS a FROM counter WHERE ($1 IS NULL OR label = $1)",
                P((const char *)NULL)));
    EXPECT_INT(row_int(&r, 0, "c"), 3);
    EXPECT_INT(row_int(&r, 0, "a"), 2);
    return db_rows(cx, &r, "SELECT id FROM counter WHERE id = $1 FOR UPDATE SKIP LOCKED", P(NONE));
}

STORE_TEST_WITH(kit, "values come back as they went in")
{
    EXPECT_INT(db_write(cx, store_values, NULL), OK);
    EXPECT_STR(cx->failure.message, "");
}

static enum err visit(struct ctx *cx, const struct rows *r, void *arg)
{
    struct rows inner;
    int64_t *sum = arg;

    /* the same statement again, and another one */
    TRY(db_rows(cx, &inner, "SELECT id FROM counter ORDER BY id"));
    TRY(db_exec(cx, "UPDATE counter SET label = $2 WHERE id = $1", P(row_int(r, 0, "id")),
                P("seen")));
    *sum += row_int(r, 0, "id") * inner.n;
    return *sum > 30000 ? fail(cx, E_LIMIT, "test.enough", "enough") : OK;
}

static enum err walk(struct ctx *cx, void *arg)
{
    return db_each(cx, visit, arg, "SELECT id FROM counter ORDER BY id");
}

static enum err add_thousand(struct ctx *cx, void *arg)
{
    (void)arg;
    for (int64_t id = 4; id <= 1200; id++)
        TRY(db_exec(cx, "INSERT INTO counter (id, n) VALUES ($1, 0)", P(id)));
    return OK;
}

STORE_TEST_WITH(kit, "rows are streamed while other statements run, and stop at the first error")
{
    int64_t sum = 0;

    EXPECT_INT(db_write(cx, walk, &sum), OK);
    EXPECT_INT(sum, 18);
    EXPECT_INT(db_write(cx, add_thousand, NULL), OK);
    EXPECT_INT(db_write(cx, walk, &sum), E_LIMIT);
    EXPECT_STR(cx->failure.code, "test.enough");
}

STORE_TEST_WITH(kit, "whichever database call fails, nothing is half done")
{
    EXPECT_INT(stores_fault_run(cx, store_values, NULL), 6); /* five calls and the commit */
}

static enum err many_texts(struct ctx *cx, void *arg)
{
    struct rows r;

    (void)arg;
    for (int i = 0; i < 3 * CACHE_MAX; i++) {
        int64_t id = i % 3 + 1;
        char *sql = arena_printf(cx->mem, "SELECT n + %d AS m FROM counter WHERE id = $1",
                                 i % (CACHE_MAX * 2));
        TRY(db_rows_list(cx, &r, sql, PARAMS_(P(id))));
        EXPECT_INT(row_int(&r, 0, "m"), i % (CACHE_MAX * 2));
        TRY(db_rows(cx, &r, "SELECT id FROM counter WHERE id = $1", P(id)));
        EXPECT_INT(row_int(&r, 0, "id"), id);
    }
    EXPECT_INT(cx->db->cache.count, CACHE_MAX);
    EXPECT(cx->db->cache.hits >= 3 * CACHE_MAX - 1);
    return OK;
}

STORE_TEST_WITH(kit, "prepared statements are kept up to a bound, the ones used last")
{
    EXPECT_INT(db_read(cx, many_texts, NULL), OK);
}

static enum err endless(struct ctx *cx, void *arg)
{
    struct rows r;

    (void)arg;
    return db_rows(
        cx, &r,
        "WITH RECURSIVE x (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM x WHERE i < 2000000000)"
        " SELECT MAX(i) AS m FROM x");
}

STORE_TEST_WITH(kit, "a read that takes too long is stopped")
{
    cx->store->read_limit_ms = 50;
    EXPECT_INT(db_read(cx, endless, NULL), E_BUSY);
    EXPECT_STR(cx->failure.code, "db.too_slow");
    EXPECT_INT(total(cx), 0);
}

STORE_TEST_WITH(kit, "ids grow, also across threads of one store")
{
    int64_t last = 0;

    for (int i = 0; i < 20000; i++) {
        int64_t id = store_new_id(cx->store);
        EXPECT(id > last);
        last = id;
    }
    EXPECT(last > 0);
}

static enum err fill_up(struct ctx *cx, void *arg)
{
    struct bytes photo = { arena_alloc(cx->mem, 20000), 20000 };

    (void)arg;
    TRY(cx->store->backend->script(cx, "PRAGMA max_page_count = 60"));
    for (int64_t id = 10; id < 100; id++)
        TRY(db_exec(cx, "INSERT INTO counter (id, n, photo) VALUES ($1, 1, $2)", P(id), P(photo)));
    return OK;
}

STORE_TEST_WITH(
    kit, "a full disk is said to be full, loses nothing and is forgotten when there is space")
{
    int64_t id = 1;

    if (cx->store->kind == STORE_POSTGRES)
        return;
    EXPECT_INT(db_write(cx, fill_up, NULL), E_BUSY);
    EXPECT_STR(cx->failure.code, "db.full");
    EXPECT_INT(total(cx), 0);
    EXPECT_INT(db_write(cx, add_one, &id), OK);
    EXPECT_INT(total(cx), 1);
}

/* --- files --- */

TEST("a second process cannot open the file, and what was acknowledged survives a kill")
{
    const char *path = arena_printf(test_arena(), "%s/store.db", test_folder());
    struct failure f = { 0 };
    struct store *s = NULL, *second = NULL;
    int ends[2], status, acknowledged = 0;
    char byte;
    pid_t pid;

    EXPECT_INT(pipe(ends), 0);
    pid = fork();
    if (pid == 0) { /* writes until it is killed, a byte for each write it was told is durable */
        int64_t id = 1;
        struct ctx *cx;

        if (store_open(path, tables(), LANG_EN, &f, &s) != OK ||
            store_migrate_from(s, files, &f, NULL) != OK)
            _exit(1);
        cx = stores_ctx(&(struct ctx){ .store = s });
        if (db_write(cx, add_counters, NULL) != OK)
            _exit(1);
        while (db_write(cx, add_one, &id) == OK && write(ends[1], "x", 1) == 1)
            ;
        _exit(1);
    }
    close(ends[1]);
    while (acknowledged < 200 && read(ends[0], &byte, 1) == 1)
        acknowledged++;
    EXPECT_INT(store_open(path, tables(), LANG_EN, &f, &second), E_BUSY);
    EXPECT_STR(f.code, "db.locked");
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    while (read(ends[0], &byte, 1) == 1)
        acknowledged++;
    close(ends[0]);
    EXPECT(acknowledged >= 200);
    EXPECT_INT(store_open(path, tables(), LANG_EN, &f, &s), OK);
    if (s) {
        struct ctx *cx = stores_ctx(&(struct ctx){ .store = s });
        int64_t n = total(cx);

        EXPECT(n == acknowledged || n == acknowledged + 1); /* the last may not have been told */
        ctx_free(cx);
        store_close(s);
    }
}

static enum err add_photos(struct ctx *cx, void *arg)
{
    static const char photo[1 << 16];

    (void)arg;
    for (int64_t id = 1; id <= 128; id++)
        TRY(db_exec(cx, "INSERT INTO counter (id, n, photo) VALUES ($1, 0, $2)", P(id),
                    param_blob((struct bytes){ photo, sizeof photo })));
    return OK;
}

static enum err change_photos(struct ctx *cx, void *arg)
{
    (void)arg;
    return db_exec(cx, "UPDATE counter SET photo = $1",
                   param_blob((struct bytes){ (const char[1 << 16]){ 1 }, 1 << 16 }));
}

TEST("what lies in the log is copied into the store, and the log begins anew")
{
    const char *path = arena_printf(test_arena(), "%s/store.db", test_folder());
    struct failure f = { 0 };
    struct store *s = NULL;
    struct stat st = { 0 };
    struct ctx *cx;

    EXPECT_INT(store_open(path, tables(), LANG_EN, &f, &s), OK);
    EXPECT_INT(store_migrate_from(s, files, &f, NULL), OK);
    cx = stores_ctx(&(struct ctx){ .store = s });
    EXPECT_INT(db_write(cx, add_photos, NULL), OK);
    for (int tries = 0; tries < 1000 && st.st_size < 128 << 16; tries++) {
        usleep(10000);
        stat(path, &st);
    }
    EXPECT(st.st_size >= 128 << 16);
    for (int i = 0; i < 10; i++)
        EXPECT_INT(db_write(cx, change_photos, NULL), OK);
    EXPECT_INT(stat(arena_printf(test_arena(), "%s-wal", path), &st), 0);
    EXPECT(st.st_size > 0 && st.st_size < 4 * (128 << 16));
    EXPECT_INT(total(cx), 0);
    ctx_free(cx);
    store_close(s);
}
