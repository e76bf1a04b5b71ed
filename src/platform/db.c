/* db.c — what both stores share: results, the statement cache, ids, fault injection, opening. */
#include "platform/db_backend.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

/* --- results --- */

const struct value *row_value(const struct rows *r, int row, const char *name)
{
    assert(row >= 0 && row < r->n);
    for (int c = 0; c < r->columns; c++)
        if (r->names[c][0] == name[0] && strcmp(r->names[c], name) == 0)
            return &r->cells[(size_t)row * (size_t)r->columns + (size_t)c];
    fprintf(stderr, "no column \"%s\" in the result\n", name);
    abort();
}

int64_t row_int(const struct rows *r, int row, const char *name)
{
    const struct value *v = row_value(r, row, name);

    if (v->type == VALUE_NULL)
        return NONE;
    assert(v->type == VALUE_INT || v->type == VALUE_REAL);
    return v->type == VALUE_INT ? v->integer : (int64_t)v->real;
}

const char *row_text(const struct rows *r, int row, const char *name)
{
    const struct value *v = row_value(r, row, name);

    assert(v->type == VALUE_NULL || v->type == VALUE_TEXT);
    return v->type == VALUE_TEXT ? v->text : NULL;
}

struct bytes row_blob(const struct rows *r, int row, const char *name)
{
    const struct value *v = row_value(r, row, name);

    assert(v->type == VALUE_NULL || v->type == VALUE_TEXT || v->type == VALUE_BLOB);
    return v->type == VALUE_NULL ? (struct bytes){ 0 } : (struct bytes){ v->text, v->len };
}

/* --- failures --- */

enum err db_trouble(struct ctx *cx, enum db_trouble t, const char *detail)
{
    static const struct {
        enum err err;
        const char *code, *zh, *en;
    } texts[] = {
        [TROUBLE_UNIQUE] = { E_CONFLICT, "db.unique", "已有相同的记录",
                             "a record like this exists already" },
        [TROUBLE_FOREIGN_KEY] = { E_CONFLICT, "db.foreign_key",
                                  "所引用的记录不存在，或本记录仍被引用",
                                  "the record it refers to does not exist, or others still refer to it" },
        [TROUBLE_CHECK] = { E_INVALID, "db.check", "数据不符合规则",
                            "the data break a rule of the store" },
        [TROUBLE_NOT_NULL] = { E_INVALID, "db.not_null", "缺少必填内容",
                               "a required value is missing" },
        [TROUBLE_REFUSED] = { E_CONFLICT, "db.refused", "数据库规则不允许此改动",
                              "a rule of the store does not allow this change" },
        [TROUBLE_BUSY] = { E_BUSY, "db.busy", "数据库正忙，请稍后重试",
                           "the store is busy, please try again" },
        [TROUBLE_FULL] = { E_BUSY, "db.full", "磁盘空间已满，未保存任何内容",
                           "the disk is full; nothing was saved" },
        [TROUBLE_IO] = { E_BUSY, "db.io", "读写数据文件出错，未保存任何内容",
                         "the data file cannot be read or written; nothing was saved" },
        [TROUBLE_LOST] = { E_BUSY, "db.lost", "与数据库的连接中断，结果未知，请核对后重试",
                           "the connection to the store was lost; check before you try again" },
        [TROUBLE_SLOW] = { E_BUSY, "db.too_slow", "查询时间过长，已停止，请缩小范围",
                           "the query took too long and was stopped; narrow it down" },
        [TROUBLE_READ_ONLY] = { E_INTERNAL, "db.read_only", "只读查询中不能写入",
                                "a read cannot change the store" },
        [TROUBLE_TOO_BIG] = { E_LIMIT, "db.too_big", "内容过大", "a value is too large" },
        [TROUBLE_SCOPE] = { E_FORBIDDEN, "db.out_of_scope", "不在您的管辖范围内",
                            "this is outside your range" },
        [TROUBLE_STATEMENT] = { E_INTERNAL, "db.statement", "数据库语句出错",
                                "a statement failed" },
    };
    enum err err = fail(cx, texts[t].err, texts[t].code, "%s%s%s",
                        cx->lang == LANG_EN ? texts[t].en : texts[t].zh, detail ? ": " : "",
                        detail ? detail : "");

    if (cx->db && cx->db->failed == OK) {
        cx->db->failed = err;
        cx->db->why = cx->failure;
    }
    return err;
}

enum err db_too_many(struct ctx *cx)
{
    return fail(cx, E_LIMIT, "db.too_many_rows",
                T("结果超过 %d 行，请缩小范围", "more than %d rows; narrow it down"), DB_ROWS_MAX);
}

enum err db_at_line(struct ctx *cx, const char *script, size_t offset)
{
    int line = 1;

    for (const char *p = script; *p && p < script + offset; p++)
        line += *p == '\n';
    return fail(cx, cx->failure.err, arena_strdup(cx->mem, cx->failure.code),
                T("第 %d 行：%s", "line %d: %s"), line, arena_strdup(cx->mem, cx->failure.message));
}

static atomic_long fault_left; /* 0: off */

void db_fault_after(long n)
{
    atomic_store(&fault_left, n);
}

bool db_fault(struct ctx *cx)
{
    long left = atomic_load(&fault_left);

    while (left > 0)
        if (atomic_compare_exchange_weak(&fault_left, &left, left - 1))
            break;
    if (left != 1)
        return false;
    db_trouble(cx, TROUBLE_IO, "FAIL_DB");
    return true;
}

/* --- the statement cache --- */

static uint64_t call_key(const struct db_call *call, unsigned shape)
{
    static const uint64_t prime = 1099511628211u;
    uint64_t h = 14695981039346656037u ^ shape,
             word; /* FNV-1a over text, shape and types, by words */
    const char *p = call->sql;
    size_t left = strlen(p);

    for (; left >= sizeof word; p += sizeof word, left -= sizeof word) {
        memcpy(&word, p, sizeof word);
        h = (h ^ word) * prime;
        h ^= h >> 32; /* the product alone carries nothing downwards */
    }
    for (; left; left--)
        h = (h ^ (unsigned char)*p++) * prime;
    for (int i = 0; i < call->p.n; i++)
        h = (h ^ (unsigned)call->p.at[i].type) * prime;
    return h ^ h >> 29;
}

static void unlink_age(struct cache *c, struct prepared *s)
{
    *(s->older ? &s->older->newer : &c->oldest) = s->newer;
    *(s->newer ? &s->newer->older : &c->newest) = s->older;
    s->newer = s->older = NULL;
}

static void link_newest(struct cache *c, struct prepared *s)
{
    s->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = s;
    c->newest = s;
}

static void statement_free(struct conn *c, struct prepared *s)
{
    c->store->backend->drop_statement(c, s);
    free(s->sql);
    free(s->bypass);
    free(s->names);
    free(s);
}

static void evict(struct conn *c, struct prepared *s)
{
    struct prepared **at = &c->cache.buckets[s->key % CACHE_BUCKETS];

    while (*at != s)
        at = &(*at)->bucket_next;
    *at = s->bucket_next;
    unlink_age(&c->cache, s);
    c->cache.count--;
    statement_free(c, s);
}

static struct prepared *lookup(struct conn *c, const struct db_call *call, uint64_t key,
                               unsigned shape)
{
    struct prepared *s = c->cache.buckets[key % CACHE_BUCKETS];

    for (; s; s = s->bucket_next)
        if (s->key == key && s->shape == shape && s->param_count == call->p.n &&
            strcmp(s->sql, call->sql) == 0)
            return s;
    return NULL;
}

struct prepared *cache_find(struct conn *c, const struct db_call *call, unsigned shape)
{
    struct prepared *s = lookup(c, call, call_key(call, shape), shape);

    if (!s || s->is_busy) {
        c->cache.misses++;
        return NULL;
    }
    c->cache.hits++;
    if (s != c->cache.newest) {
        unlink_age(&c->cache, s);
        link_newest(&c->cache, s);
    }
    s->is_busy = true;
    return s;
}

static void *must(void *p)
{
    if (!p) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return p;
}

struct prepared *cache_add(struct conn *c, const struct db_call *call, unsigned shape,
                           const struct scope_sql *sql, void *handle)
{
    struct prepared *s = must(calloc(1, sizeof *s));

    s->key = call_key(call, shape);
    s->sql = must(strdup(call->sql));
    s->bypass = must(strdup(sql->bypass));
    s->shape = shape;
    s->param_count = call->p.n;
    memcpy(s->slots, sql->slots, sizeof s->slots);
    s->slot_count = sql->slot_count;
    s->guard = sql->guard;
    s->is_query = sql->is_query;
    s->handle = handle;
    s->is_busy = true;
    if (lookup(c, call, s->key, shape))
        return s; /* the same text runs already, further up the stack */
    s->is_cached = true;
    s->bucket_next = c->cache.buckets[s->key % CACHE_BUCKETS];
    c->cache.buckets[s->key % CACHE_BUCKETS] = s;
    link_newest(&c->cache, s);
    if (++c->cache.count > CACHE_MAX)
        for (struct prepared *old = c->cache.oldest; old; old = old->newer)
            if (!old->is_busy) {
                evict(c, old);
                break;
            }
    return s;
}

void cache_release(struct conn *c, struct prepared *s)
{
    s->is_busy = false;
    if (!s->is_cached)
        statement_free(c, s);
}

void cache_drop(struct conn *c, struct prepared *s)
{
    if (s->is_cached)
        evict(c, s);
    else
        statement_free(c, s);
}

void cache_clear(struct conn *c)
{
    while (c->cache.oldest)
        evict(c, c->cache.oldest);
}

/* --- running --- */

enum err conn_run(struct ctx *cx, struct conn *c, db_fn *fn, void *arg)
{
    enum err err;

    cx->db = c;
    c->failed = OK;
    err = fn(cx, arg);
    if (err == OK && c->failed != OK) { /* nothing may go on after a failed statement */
        err = c->failed;
        cx->failure = c->why;
    }
    c->failed = OK;
    cx->db = NULL;
    return err;
}

/* May another statement run? */
static enum err may_run(struct ctx *cx)
{
    const struct conn *c = cx->db;

    if (!c)
        return fail(cx, E_INTERNAL, "db.no_transaction",
                    T("数据库语句须在 db_read 或 db_write 内执行",
                      "a statement must run inside db_read or db_write"));
    if (c->failed != OK) {
        cx->failure = c->why;
        return c->failed;
    }
    return db_fault(cx) ? cx->failure.err : OK;
}

static enum err run(struct ctx *cx, const struct db_call *call)
{
    TRY(may_run(cx));
    return cx->store->backend->run(cx, call);
}

enum err db_rows_list(struct ctx *cx, struct rows *ret, const char *sql, struct params p)
{
    struct rows r = { 0 };

    TRY(run(cx, &(struct db_call){ .mode = CALL_ROWS, .sql = sql, .p = p, .ret = &r }));
    *ret = r;
    return OK;
}

enum err db_one_list(struct ctx *cx, struct rows *ret, const char *sql, struct params p)
{
    struct rows r;

    TRY(db_rows_list(cx, &r, sql, p));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "row.not_found",
                    T("没有找到该记录，或不在您的管辖范围内",
                      "no such record, or it is not yours to see"));
    if (r.n > 1)
        return fail(cx, E_INTERNAL, "db.not_one",
                    T("应为一条记录，得到 %d 条", "%d rows where one was expected"), r.n);
    *ret = r;
    return OK;
}

enum err db_exec_list(struct ctx *cx, const char *sql, struct params p)
{
    return run(cx, &(struct db_call){ .mode = CALL_EXEC, .sql = sql, .p = p });
}

struct params params_keep(struct arena *a, struct params p)
{
    struct param *at = NEW_ARRAY(a, struct param, p.n);

    memcpy(at, p.at, sizeof *at * (size_t)p.n);
    return (struct params){ p.n, at };
}

enum err db_exec_all(struct ctx *cx, const char *sql, const struct params *all, int n)
{
    int64_t changed = 0;

    if (n > 0 && cx->store->backend->run_all) {
        TRY(may_run(cx));
        return cx->store->backend->run_all(cx, sql, all, n);
    }
    for (int i = 0; i < n; i++) {
        TRY(db_exec_list(cx, sql, all[i]));
        changed += cx->changed;
    }
    cx->changed = changed;
    return OK;
}

enum err db_each_list(struct ctx *cx, db_row_fn *fn, void *arg, const char *sql, struct params p)
{
    return run(cx,
               &(struct db_call){ .mode = CALL_EACH, .sql = sql, .p = p, .fn = fn, .arg = arg });
}

enum err db_read(struct ctx *cx, db_fn *fn, void *arg)
{
    return cx->db ? fn(cx, arg) : cx->store->backend->read(cx, fn, arg);
}

/* A savepoint, so that an import can drop a bad row and go on with the good ones. */
static enum err write_nested(struct ctx *cx, db_fn *fn, void *arg)
{
    struct conn *c = cx->db;
    char sql[64];
    enum err err;

    if (!c->is_writer)
        return db_trouble(cx, TROUBLE_READ_ONLY, NULL);
    if (c->failed != OK) {
        cx->failure = c->why;
        return c->failed;
    }
    snprintf(sql, sizeof sql, "SAVEPOINT inner_%d", ++c->depth);
    err = cx->store->backend->script(cx, sql);
    if (err == OK) {
        err = fn(cx, arg);
        if (err == OK && c->failed != OK) {
            err = c->failed;
            cx->failure = c->why;
        }
        if (err != OK) {
            struct failure why = cx->failure;
            enum err undone;

            c->failed = OK;
            snprintf(sql, sizeof sql, "ROLLBACK TO inner_%d", c->depth);
            undone = cx->store->backend->script(cx, sql);
            if (undone == OK)
                cx->failure = why;
        }
        snprintf(sql, sizeof sql, "RELEASE SAVEPOINT inner_%d", c->depth);
        if (c->failed == OK && cx->store->backend->script(cx, sql) != OK && err == OK)
            err = cx->failure.err;
    }
    c->depth--;
    return err;
}

enum err db_write(struct ctx *cx, db_fn *fn, void *arg)
{
    return cx->db ? write_nested(cx, fn, arg) : cx->store->backend->write(cx, fn, arg);
}

void db_write_later(struct ctx *cx, db_fn *fn, void *arg, db_done_fn *done, void *done_arg)
{
    assert(!cx->db);
    cx->store->backend->write_later(cx, fn, arg, done, done_arg);
}

/* --- the store --- */

int64_t clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t id_node_random(void)
{
    return randombytes_uniform(1024);
}

const char *hash_bytes(struct arena *a, const void *data, size_t len)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char *hex = arena_alloc(a, sizeof hash * 2 + 1);

    crypto_hash_sha256(hash, data, len);
    return sodium_bin2hex(hex, sizeof hash * 2 + 1, hash, sizeof hash);
}

static void start_once(void)
{
    const char *fault = getenv("FAIL_DB");

    if (sodium_init() < 0)
        abort();
    if (fault)
        db_fault_after(strtol(fault, NULL, 10));
}

enum err store_open(const char *url, const struct scoped *scoped, enum lang lang, struct failure *f,
                    struct store **ret)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct ctx *cx = ctx_new(NULL, 0);
    struct store *s = NULL;
    enum err err;

    pthread_once(&once, start_once);
    cx->lang = lang;
    if (str_starts(url, "postgres://") || str_starts(url, "postgresql://"))
        err = postgres_open_store(url, cx, &s);
    else
        err = sqlite_open_store(url, cx, &s);
    if (err == OK) {
        s->scoped = scoped;
        s->lang = lang;
        s->read_limit_ms = 30000;
        pthread_mutex_init(&s->id_lock, NULL);
        *ret = s;
    } else {
        *f = cx->failure;
    }
    ctx_free(cx);
    return err;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    pthread_mutex_destroy(&s->id_lock);
    s->backend->close(s);
}

enum store_kind store_kind(const struct store *s)
{
    return s->kind;
}

int64_t store_now(const struct store *s)
{
    return (int64_t)time(NULL) + s->clock_ahead;
}

void store_set_now(struct store *s, int64_t now)
{
    s->clock_ahead = now - (int64_t)time(NULL);
}

int64_t store_new_id(struct store *s)
{
    enum { COUNTER_BITS = 12, NODE_BITS = 10 };
    static const int64_t year_2020 = 1577836800000;
    struct timespec t;
    int64_t now, at;

    clock_gettime(CLOCK_REALTIME, &t);
    now = (t.tv_sec * 1000 + t.tv_nsec / 1000000 - year_2020) << COUNTER_BITS;
    pthread_mutex_lock(&s->id_lock);
    /* Runs ahead of a clock that stands still or goes back; a full counter borrows the next ms. */
    at = s->id_last = MAX(now, s->id_last + 1);
    pthread_mutex_unlock(&s->id_lock);
    return (at >> COUNTER_BITS) << (NODE_BITS + COUNTER_BITS) | s->id_node << COUNTER_BITS |
           (at & ((1 << COUNTER_BITS) - 1));
}
