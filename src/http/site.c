/* site.c — which part answers which path. */
#include "http/site.h"

#include <stdlib.h>
#include <time.h>

#include "http/api.h"
#include "http/live.h"
#include "platform/log.h"
#include "http/metrics.h"
#include "http/static.h"

struct site {
    struct store *store;
    struct api *api;
    struct live *live;
    struct site_files *files;
};

static bool reads(const struct http_request *rq)
{
    return str_eq(rq->method, "GET") || str_eq(rq->method, "HEAD");
}

static void not_found(struct http_request *rq)
{
    http_refuse(rq, 404, "path.not_found", "没有这个地址", "there is no such address");
}

/* The process lives. */
static void health(struct http_request *rq)
{
    static const char text[] = "{\"status\":\"ok\"}";

    rq->op = "health";
    http_reply(rq, &(struct http_reply){ .status = 200,
                                         .content_type = "application/json; charset=utf-8",
                                         .headers = { { "Cache-Control", "no-store" } },
                                         .data = text,
                                         .len = sizeof text - 1 });
}

/* The store answers, and its schema is this program's. */
struct readiness {
    struct http_request *rq;
    struct ctx *cx;
};

static void ready(void *arg)
{
    struct readiness *r = arg;
    struct ctx *cx = r->cx;
    int have = 0, want = 0;
    enum err err = store_version(cx, &have, &want);

    if (err == OK && have != want)
        err = fail(cx, E_BUSY, "store.version", "%s",
                   T("数据库版本与程序不符，请先运行 queqiao migrate",
                     "the store's schema is not this program's: run queqiao migrate"));
    if (err == OK) {
        cx->out = json_new(cx->mem);
        json_object(cx->out);
        json_put_str(cx->out, "status", "ready");
        json_put_int(cx->out, "schema", have);
        json_end(cx->out);
    }
    api_finish(r->rq, cx, err);
}

static void start_ready(struct site *s, struct http_request *rq)
{
    struct ctx *cx = api_ctx(s->store, rq);
    struct readiness *r = NEW(cx->mem, struct readiness);

    rq->op = "ready";
    *r = (struct readiness){ rq, cx };
    if (!api_run_aside(s->api, rq, ready, r))
        ctx_free(cx);
}

static void free_arena(void *mem)
{
    arena_free(mem);
}

/* Only for this machine, and not for those whom a proxy on it speaks for (T39). */
static void metrics(struct http_request *rq)
{
    struct arena *mem;
    const char *text;

    rq->op = "metrics";
    if (!rq->is_local || http_header(rq, "X-Forwarded-For") || http_header(rq, "Forwarded")) {
        not_found(rq);
        return;
    }
    mem = arena_new();
    text = metrics_text(mem);
    http_reply(rq, &(struct http_reply){ .status = 200,
                                         .content_type = "text/plain; version=0.0.4; charset=utf-8",
                                         .headers = { { "Cache-Control", "no-store" } },
                                         .data = text,
                                         .len = strlen(text),
                                         .release = free_arena,
                                         .release_arg = mem });
}

static bool is_api(const char *path)
{
    return str_starts(path, API_PREFIX "/");
}

static enum http_sink sink(struct http_request *rq, void *arg)
{
    struct site *s = arg;

    if (is_api(rq->path) && !str_eq(rq->path, API_PREFIX "/events"))
        return api_sink(s->api, rq);
    return HTTP_TO_MEMORY;
}

static void handle(struct http_request *rq, void *arg)
{
    struct site *s = arg;

    if (str_eq(rq->path, API_PREFIX "/events") && str_eq(rq->method, "GET"))
        live_open(s->live, s->api, rq);
    else if (is_api(rq->path))
        api_handle(s->api, rq);
    else if (str_starts(rq->path, "/api/"))
        not_found(rq);
    else if (reads(rq) && str_eq(rq->path, "/health"))
        health(rq);
    else if (reads(rq) && str_eq(rq->path, "/ready"))
        start_ready(s, rq);
    else if (reads(rq) && str_eq(rq->path, "/metrics"))
        metrics(rq);
    else
        static_handle(s->files, rq);
}

static void replied(const struct http_request *rq, int status, int64_t micros, void *arg)
{
    (void)arg;
    metrics_request(rq->op, status, micros);
    log_request(&(struct log_request){ .request = rq->id,
                                       .op = rq->op,
                                       .method = rq->method,
                                       .status = status,
                                       .micros = micros,
                                       .user_id = rq->user_id,
                                       .error = rq->error });
}

static void wrote(void *live)
{
    live_wake(live);
}

struct site *site_new(struct store *store, const struct asset *assets)
{
    struct site *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    s->store = store;
    s->live = live_start(store);
    s->api = api_new(store, wrote, s->live);
    s->files = static_new(assets);
    return s;
}

struct http_handler site_handler(struct site *s)
{
    return (struct http_handler){ .sink = sink, .handle = handle, .replied = replied, .arg = s };
}

void site_stop(struct site *s)
{
    live_stop(s->live);
}

void site_free(struct site *s)
{
    if (!s)
        return;
    api_free(s->api);
    live_free(s->live);
    static_free(s->files);
    free(s);
}
