/* live.c — one thread, many readers. Readers whose scope, permissions and place in the journal are
 * equal share one query and one text, so that a hundred clerks of a county cost as much as one. */
#include "http/live.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "http/api.h"
#include "platform/journal.h"
#include "http/metrics.h"

enum {
    READERS_MAX = 10000,
    READERS_PER_USER = 4,
    ENTRIES_AT_ONCE = 200,
    HEARTBEAT_MS = 20000,
    CHECK_MS = 1000,
    GATHER_MS = 50, /* changes that come close together leave together */
    BUCKETS = 2048,
};

struct reader {
    struct reader *next;
    struct http_stream *stream;
    struct actor who; /* its texts are not kept */
    char token[129];
    int64_t cursor, sent_ms;
};

struct live {
    struct store *store;
    pthread_mutex_t lock; /* guards readers (only the thread removes), is_woken */
    pthread_cond_t wake;
    struct reader *readers;
    bool is_woken;
    atomic_int count;
    atomic_bool is_stopping;
    pthread_t thread;
};

/* What readers of one kind get next. */
struct batch {
    struct batch *next;
    struct scope scope;
    uint64_t perms;
    int64_t cursor, after;
    const char *text;
    size_t len;
};

static int64_t clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct actor without_texts(const struct actor *who)
{
    struct actor copy = *who;

    copy.user_name = copy.org_name = NULL;
    return copy;
}

/* --- reading the journal --- */

static enum err read_cursor(struct ctx *cx, void *arg)
{
    return journal_cursor(cx, arg);
}

static bool newest(struct live *l, int64_t *ret)
{
    struct ctx *cx = ctx_new(l->store, store_now(l->store));
    enum err err;

    ctx_as_system(cx);
    err = db_read(cx, read_cursor, ret);
    ctx_free(cx);
    return err == OK;
}

static const char *event_text(struct arena *mem, const struct rows *r, int64_t after, size_t *ret)
{
    struct str b = str_new(mem);

    for (int i = 0; i < r->n; i++) {
        struct json *j = json_new(mem);

        json_object(j);
        json_put_str(j, "kind", row_text(r, i, "kind"));
        json_put_id(j, "id", row_int(r, i, "record_id"));
        json_put_str(j, "action", row_text(r, i, "action"));
        json_put_int(j, "at", row_int(r, i, "at"));
        json_end(j);
        /* Only the last one moves the reader's mark: whoever breaks off gets the batch again. */
        if (i == r->n - 1)
            str_addf(&b, "id: %lld\n", (long long)after);
        str_addf(&b, "data: %s\n\n", json_text(j));
    }
    *ret = b.len;
    return b.s;
}

static enum err read_batch(struct ctx *cx, void *arg)
{
    struct batch *b = arg;
    struct rows r;

    TRY(journal_since(cx, b->cursor, ENTRIES_AT_ONCE, &r, &b->after));
    b->text = event_text(cx->mem, &r, b->after, &b->len);
    return OK;
}

static size_t bucket_of(const struct reader *r)
{
    uint64_t h = (uint64_t)r->who.scope.home_lo * 31 + (uint64_t)r->who.scope.work_lo * 37 +
                 (uint64_t)r->who.scope.employer_id * 41 + (uint64_t)r->who.scope.person_id * 43 +
                 r->who.perms * 47 + (uint64_t)r->cursor;

    return (size_t)((h * 0x9E3779B97F4A7C15u) >> 53);
}

/* NULL when the store does not answer: try again later. */
static const struct batch *batch_for(struct ctx *cx, struct batch **buckets, const struct reader *r)
{
    struct batch **at = &buckets[bucket_of(r)], *b;

    for (b = *at; b; b = b->next) {
        if (b->cursor == r->cursor && b->perms == r->who.perms &&
            !memcmp(&b->scope, &r->who.scope, sizeof b->scope))
            return b;
    }
    b = NEW(cx->mem, struct batch);
    b->cursor = r->cursor;
    b->perms = r->who.perms;
    b->scope = r->who.scope;
    cx->who = r->who;
    if (db_read(cx, read_batch, b) != OK)
        return NULL;
    b->next = *at;
    *at = b;
    return b;
}

static void send_to(struct reader *r, const char *text, size_t len, int64_t now)
{
    r->sent_ms = now;
    (void)http_stream_send(r->stream, text,
                           len); /* one that has gone is removed by the next check */
}

/* True when somebody has more to get than fits at once. */
static bool deliver(struct live *l, struct reader *first, int64_t head)
{
    struct ctx *cx = ctx_new(l->store, store_now(l->store));
    struct batch **buckets = NEW_ARRAY(cx->mem, struct batch *, BUCKETS);
    int64_t now = clock_ms();
    bool has_more = false;

    for (struct reader *r = first; r && !atomic_load(&l->is_stopping); r = r->next) {
        const struct batch *b = r->cursor == head ? NULL : batch_for(cx, buckets, r);

        if (!b)
            continue;
        if (b->len)
            send_to(r, b->text, b->len, now);
        has_more = has_more || (b->after != head && b->after != r->cursor);
        r->cursor = b->after;
    }
    ctx_free(cx);
    return has_more;
}

/* --- readers --- */

/* Is the session still good, and what may it see now? */
static bool session_lives(struct live *l, struct reader *r)
{
    struct ctx *cx = ctx_new(l->store, store_now(l->store));
    enum err err;

    cx->session_token = r->token;
    err = api_authenticate(cx);
    if (err == OK)
        r->who = without_texts(&cx->who);
    ctx_free(cx);
    return err == OK || err == E_BUSY;
}

static void check(struct live *l)
{
    struct reader *gone = NULL, *r, **at;
    int64_t now = clock_ms();
    char text[40];

    pthread_mutex_lock(&l->lock);
    r = l->readers;
    pthread_mutex_unlock(&l->lock);
    for (; r && !atomic_load(&l->is_stopping); r = r->next) {
        if (http_stream_is_open(r->stream) && !session_lives(l, r)) {
            http_stream_release(r->stream);
            r->stream = NULL;
        } else if (now - r->sent_ms > HEARTBEAT_MS) {
            int len = snprintf(text, sizeof text, ":\nid: %lld\n\n", (long long)r->cursor);

            send_to(r, text, (size_t)len, now);
        }
    }
    pthread_mutex_lock(&l->lock);
    for (at = &l->readers; (r = *at);) {
        if (r->stream && http_stream_is_open(r->stream)) {
            at = &r->next;
            continue;
        }
        *at = r->next;
        r->next = gone;
        gone = r;
        atomic_fetch_sub(&l->count, 1);
    }
    pthread_mutex_unlock(&l->lock);
    while ((r = gone)) {
        gone = r->next;
        if (r->stream)
            http_stream_release(r->stream);
        sodium_memzero(r->token, sizeof r->token);
        free(r);
    }
}

static void wait_for_wake(struct live *l, int64_t until_ms)
{
    int64_t ms = MAX(until_ms - clock_ms(), 1);
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&l->lock);
    while (!l->is_woken && !atomic_load(&l->is_stopping) &&
           pthread_cond_timedwait(&l->wake, &l->lock, &until) == 0)
        ;
    l->is_woken = false;
    pthread_mutex_unlock(&l->lock);
}

static void *serve_readers(void *arg)
{
    struct live *l = arg;
    int64_t check_at = clock_ms() + CHECK_MS, head;
    bool has_more = false;
    struct reader *first;

    pthread_setname_np(pthread_self(), "live");
    while (!atomic_load(&l->is_stopping)) {
        if (!has_more)
            wait_for_wake(l, check_at);
        usleep(GATHER_MS * 1000);
        if (clock_ms() >= check_at) {
            check(l);
            check_at = clock_ms() + CHECK_MS;
        }
        pthread_mutex_lock(&l->lock);
        first = l->readers;
        pthread_mutex_unlock(&l->lock);
        has_more = first && newest(l, &head) && deliver(l, first, head);
    }
    return NULL;
}

/* --- opening --- */

/* One of the threads for reads counts, replies and adds under the lock, so that a user's fifth
 * stream is refused however fast it comes. */
struct opening {
    struct live *live;
    struct http_request *rq;
    struct ctx *cx;
};

/* With the lock held. */
static int streams_of(struct live *l, int64_t user_id)
{
    int n = 0;

    for (struct reader *r = l->readers; r; r = r->next)
        n += r->who.user_id == user_id && r->stream && http_stream_is_open(r->stream);
    return n;
}

/* With the lock held. */
static void add_reader(struct live *l, struct http_request *rq, struct ctx *cx, int64_t cursor)
{
    struct reader *r = calloc(1, sizeof *r);
    char text[80];
    int len;

    if (!r)
        abort();
    r->who = without_texts(&cx->who);
    r->cursor = cursor;
    r->sent_ms = clock_ms();
    snprintf(r->token, sizeof r->token, "%s", cx->session_token);
    /* Spread over some seconds, should all come back at once. */
    len = snprintf(text, sizeof text, "retry: %u\nid: %lld\n\n", 1000 + randombytes_uniform(4000),
                   (long long)cursor);
    rq->user_id = cx->who.user_id;
    r->stream = http_reply_stream(rq); /* rq may be gone from here on */
    (void)http_stream_send(r->stream, text, (size_t)len);
    r->next = l->readers;
    l->readers = r;
    atomic_fetch_add(&l->count, 1);
    l->is_woken = true; /* it may have missed something */
    pthread_cond_signal(&l->wake);
}

static void open_now(void *arg)
{
    struct opening *o = arg;
    struct live *l = o->live;
    struct http_request *rq = o->rq;
    struct ctx *cx = o->cx;
    const char *seen = http_header(rq, "Last-Event-ID");
    enum err err = api_authenticate(cx);
    int64_t cursor;

    if (err == OK && cx->who.must_change_password)
        err = fail(cx, E_FORBIDDEN, "password.change_required", "%s",
                   T("请先修改初始密码", "change the initial password first"));
    if (err == OK && !(seen && str_int(seen, &cursor) && cursor >= 0) && !newest(l, &cursor))
        err =
            fail(cx, E_BUSY, "store.busy", "%s", T("存储暂时不可用", "the store does not answer"));
    if (err != OK) {
        api_finish(rq, cx, err);
        return;
    }
    pthread_mutex_lock(&l->lock);
    if (atomic_load(&l->is_stopping) || atomic_load(&l->count) >= READERS_MAX)
        http_refuse(rq, 503, "events.full", "实时更新连接已满，请稍后重试",
                    "too many live connections, try again later");
    else if (streams_of(l, cx->who.user_id) >= READERS_PER_USER)
        http_refuse(rq, 429, "events.too_many", "同一用户打开的页面过多",
                    "this user has too many pages open");
    else
        add_reader(l, rq, cx, cursor);
    pthread_mutex_unlock(&l->lock);
    ctx_free(cx);
}

void live_open(struct live *l, struct api *api, struct http_request *rq)
{
    struct ctx *cx = api_ctx(l->store, rq);
    struct opening *o = NEW(cx->mem, struct opening);

    rq->op = "events";
    *o = (struct opening){ l, rq, cx };
    if (!api_run_aside(api, rq, open_now, o))
        ctx_free(cx);
}

void live_wake(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    if (l->readers && !l->is_woken) {
        l->is_woken = true;
        pthread_cond_signal(&l->wake);
    }
    pthread_mutex_unlock(&l->lock);
}

static int64_t count(void *live)
{
    return atomic_load(&((struct live *)live)->count);
}

struct live *live_start(struct store *store)
{
    struct live *l = calloc(1, sizeof *l);

    if (!l)
        abort();
    l->store = store;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->wake, NULL);
    metrics_gauge("live_clients", "Open event streams.", count, l);
    if (pthread_create(&l->thread, NULL, serve_readers, l))
        abort();
    return l;
}

void live_stop(struct live *l)
{
    pthread_mutex_lock(&l->lock);
    atomic_store(&l->is_stopping, true);
    pthread_cond_signal(&l->wake);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    pthread_mutex_lock(&l->lock);
    for (struct reader *r = l->readers; r; r = r->next) {
        if (r->stream)
            http_stream_release(r->stream);
        r->stream = NULL;
    }
    pthread_mutex_unlock(&l->lock);
}

void live_free(struct live *l)
{
    struct reader *r;

    if (!l)
        return;
    while ((r = l->readers)) {
        l->readers = r->next;
        if (r->stream) /* opened while stopping */
            http_stream_release(r->stream);
        free(r);
    }
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->wake);
    free(l);
}
