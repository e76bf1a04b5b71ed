/* memory.c — the index of the present store, shared by all threads. It is checked against the
 * store's newest stamp when somebody has said divisions_forget(), when another store is asked
 * (tests), and once a minute, because another server may have loaded divisions. */
#include <pthread.h>
#include <stdatomic.h>

#include "divisions/index.h"

enum { CHECK_SECONDS = 60 };

static struct {
    pthread_rwlock_t lock;
    pthread_mutex_t loading;
    struct division_index *ix;
    const char *stamp; /* of ix; in its own arena */
    struct arena *stamp_mem;
    const struct store *store;
    int64_t checked_at;
    atomic_bool is_stale;
} memory = { .lock = PTHREAD_RWLOCK_INITIALIZER, .loading = PTHREAD_MUTEX_INITIALIZER };

void divisions_forget(void)
{
    atomic_store(&memory.is_stale, true);
}

struct reading {
    const char *known_stamp, *stamp;
    struct division_index *ix; /* NULL when the known stamp is still good */
};

static enum err add_place(struct ctx *cx, const struct rows *r, void *arg)
{
    struct reading *reading = arg;
    const char *to = row_text(r, 0, "valid_to");
    struct place p = { .code = row_int(r, 0, "code"),
                       .parent = row_int(r, 0, "parent"),
                       .name = row_text(r, 0, "name"),
                       .short_name = row_text(r, 0, "short_name"),
                       .full_name = row_text(r, 0, "full_name"),
                       .valid_from = date_of_text(row_text(r, 0, "valid_from")),
                       .is_abolished = to != NULL };

    (void)cx;
    p.level = division_level(p.code);
    if (to && !str_eq(to, "0001-01-01"))
        p.valid_to = date_of_text(to);
    division_index_add(reading->ix, &p);
    return OK;
}

static enum err add_successor(struct ctx *cx, const struct rows *r, void *arg)
{
    struct reading *reading = arg;

    (void)cx;
    division_index_add_successor(reading->ix, &(struct successor){
                                                  row_int(r, 0, "code"), row_int(r, 0, "successor"),
                                                  date_of_text(row_text(r, 0, "from_on")) });
    return OK;
}

static enum err add_alias(struct ctx *cx, const struct rows *r, void *arg)
{
    struct reading *reading = arg;

    (void)cx;
    division_index_add_alias(reading->ix, row_text(r, 0, "name"), row_int(r, 0, "code"));
    return OK;
}

static enum err read_store(struct ctx *cx, void *arg)
{
    struct reading *reading = arg;
    struct rows r;

    division_index_free(reading->ix);
    reading->ix = NULL;
    TRY(db_rows(cx, &r, "SELECT stamp FROM division_load ORDER BY number DESC LIMIT 1"));
    reading->stamp = r.n ? row_text(&r, 0, "stamp") : "";
    if (str_eq(reading->stamp, reading->known_stamp))
        return OK;
    reading->ix = division_index_new();
    TRY(db_each(
        cx, add_place, reading,
        "SELECT code, name, short_name, parent, full_name, valid_from, valid_to FROM division ORDER BY code"));
    TRY(db_each(cx, add_successor, reading,
                "SELECT code, successor, from_on FROM division_successor"));
    TRY(db_each(cx, add_alias, reading, "SELECT name, code FROM division_alias"));
    division_index_finish(reading->ix);
    return OK;
}

/* With the lock held for writing. */
static void take(const struct reading *reading)
{
    struct division_index *old = memory.ix;

    memory.ix = reading->ix;
    if (!memory.stamp_mem)
        memory.stamp_mem = arena_new();
    arena_reset(memory.stamp_mem);
    memory.stamp = arena_strdup(memory.stamp_mem, reading->stamp);
    division_index_free(old);
}

static bool is_fresh(const struct ctx *cx)
{
    return memory.ix && memory.store == cx->store && !atomic_load(&memory.is_stale) &&
           cx->now - memory.checked_at < CHECK_SECONDS &&
           cx->now >= memory.checked_at - CHECK_SECONDS;
}

/* One thread reads the store, the others wait for it. A failure keeps what we have, if it is of
 * this store. */
static void renew(struct ctx *cx)
{
    struct reading reading = { .known_stamp = memory.ix ? memory.stamp : NULL };
    struct failure before = cx->failure;
    enum err err;

    atomic_store(&memory.is_stale, false);
    err = cx->db ? read_store(cx, &reading) : db_read(cx, read_store, &reading);
    cx->failure = before;
    if (err != OK) {
        division_index_free(reading.ix);
        atomic_store(&memory.is_stale, true);
        return;
    }
    pthread_rwlock_wrlock(&memory.lock);
    if (reading.ix)
        take(&reading);
    memory.store = cx->store;
    memory.checked_at = cx->now;
    pthread_rwlock_unlock(&memory.lock);
}

const struct division_index *division_index_hold(struct ctx *cx)
{
    pthread_rwlock_rdlock(&memory.lock);
    if (is_fresh(cx))
        return memory.ix;
    pthread_rwlock_unlock(&memory.lock);
    pthread_mutex_lock(&memory.loading);
    if (!is_fresh(cx))
        renew(cx);
    pthread_rwlock_rdlock(&memory.lock);
    pthread_mutex_unlock(&memory.loading);
    if (memory.ix && memory.store == cx->store)
        return memory.ix;
    pthread_rwlock_unlock(&memory.lock);
    return NULL;
}

void division_index_release(void)
{
    pthread_rwlock_unlock(&memory.lock);
}
