/* api.c — from a request to an operation and back.
 *
 * Where an operation runs, measured with 64 connections on 2 processors: on the loop's own thread a
 * small reply costs 6–8 µs of processor time, through a worker 16–17 µs. So the point read and the
 * hand-over of a write to the store's queue stay on the loop; whatever may take long does not. On
 * PostgreSQL every read waits for another process, so all goes to workers there. */
#include "http/api.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "http/metrics.h"
#include "http/work.h"

enum {
    READ_THREADS = 4,
    READ_THREADS_POSTGRES = 16,
    READS_WAITING = 1024,
    SLOW_THREADS = 3,
    SLOW_WAITING = 64,
    SIGN_IN_THREADS = 2, /* password hashing takes 19 MiB and 14 ms each (AUTH-2) */
    SIGN_IN_WAITING = 64,
    FILE_NAME_MAX = 200,
    PROOF_SECONDS = 600, /* OP_REAUTH */
    DEVICE_SECONDS = 180 * 24 * 3600,
};

struct api {
    struct store *store;
    struct workers *reads, *slow, *sign_in;
    void (*wrote)(void *arg);
    void *wrote_arg;
};

/* A request on its way, in its ctx's arena. */
struct running {
    struct api *api;
    struct http_request *rq;
    struct ctx *cx;
    struct call call;
    bool is_authenticated;
};

static authenticate_fn *authenticate;

void api_authenticate_with(authenticate_fn *fn)
{
    authenticate = fn;
}

/* --- who asks --- */

/* TLS ends at the proxy beside us; nobody else may say so. */
static bool is_secure(const struct http_request *rq)
{
    const char *proto = http_header(rq, "X-Forwarded-Proto");

    return rq->is_local && proto && !strcasecmp(proto, "https");
}

static const char *session_cookie(const struct http_request *rq)
{
    return is_secure(rq) ? "__Host-sid" : "sid";
}

static const char *device_cookie(const struct http_request *rq)
{
    return is_secure(rq) ? "__Host-did" : "did";
}

/* The token of this name in the Cookie header, or NULL. */
static const char *token_of(struct arena *mem, const struct http_request *rq, const char *name)
{
    const char *p = http_header(rq, "Cookie");
    size_t name_len = strlen(name);

    while (p && *p) {
        if (!strncmp(p, name, name_len) && p[name_len] == '=') {
            const char *value = p + name_len + 1;
            size_t len = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-_");

            if (len >= 16 && len <= 128 && (!value[len] || value[len] == ';'))
                return arena_strndup(mem, value, len);
        }
        p += strcspn(p, ";");
        p += strspn(p, "; ");
    }
    return NULL;
}

const char *api_csrf_token(struct arena *mem, const char *session_token)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state st;
    char hex[2 * 16 + 1];

    crypto_auth_hmacsha256_init(&st, (const unsigned char *)session_token, strlen(session_token));
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)"csrf", 4);
    crypto_auth_hmacsha256_final(&st, mac);
    sodium_bin2hex(hex, sizeof hex, mac, 16);
    return arena_strdup(mem, hex);
}

/* Where the request comes from, as our proxy says, or as the connection does. Of IPv6 the network
 * of 64 bits: one machine has as many addresses as it likes. NULL: this machine. */
static const char *network_of(struct arena *mem, const struct http_request *rq)
{
    const char *told = rq->is_local ? http_header(rq, "X-Forwarded-For") : rq->address;
    const char *last = told ? strrchr(told, ',') : NULL;
    unsigned char bits[16];
    char text[INET6_ADDRSTRLEN];

    if (last)
        told = last + 1 + strspn(last + 1, " ");
    if (!told || (inet_pton(AF_INET, told, bits) != 1 && inet_pton(AF_INET6, told, bits) != 1))
        return NULL;
    if (!strchr(told, ':'))
        return arena_strdup(mem, told);
    if (!str_starts(told, "::ffff:"))
        memset(bits + 8, 0, 8);
    return arena_strdup(mem, inet_ntop(AF_INET6, bits, text, sizeof text));
}

struct ctx *api_ctx(struct store *store, const struct http_request *rq)
{
    struct ctx *cx = ctx_new(store, store_now(store));
    const char *asked = rq->query ? strstr(rq->query, "lang=") : NULL;

    cx->lang = http_language(rq);
    if (asked && (asked == rq->query || asked[-1] == '&'))
        cx->lang = str_starts(asked + 5, "en") ? LANG_EN : LANG_ZH;
    cx->request_id = arena_strdup(cx->mem, rq->id);
    cx->session_token = token_of(cx->mem, rq, session_cookie(rq));
    cx->device_token = token_of(cx->mem, rq, device_cookie(rq));
    cx->address = network_of(cx->mem, rq);
    return cx;
}

enum err api_authenticate(struct ctx *cx)
{
    if (!cx->session_token || !authenticate)
        return fail(cx, E_UNAUTHENTICATED, "session.none", "%s", T("请先登录", "please sign in"));
    return authenticate(cx, cx->session_token);
}

/* The Origin a browser sends names the page the request comes from: it must be ours. */
static bool is_own_origin(const struct http_request *rq, const char *origin)
{
    const char *host = http_header(rq, "Host"), *from = strstr(origin, "://");

    return from && host && !strcasecmp(from + 3, host);
}

/* AUTH-8: a write must come from one of our own pages and name the session's token. */
static enum err check_forgery(struct ctx *cx, const struct http_request *rq, const struct op *op)
{
    const char *origin = http_header(rq, "Origin"), *site = http_header(rq, "Sec-Fetch-Site");
    const char *given = http_header(rq, "X-CSRF-Token"), *want;

    if ((origin && !is_own_origin(rq, origin)) ||
        (site && strcasecmp(site, "same-origin") != 0 && strcasecmp(site, "none") != 0))
        return fail(cx, E_FORBIDDEN, "csrf.origin", "%s",
                    T("请求来自其他网站，已拒绝", "the request comes from another site"));
    if (!cx->session_token || op->flags & OP_PUBLIC)
        return OK;
    if (!origin && !site) {
        fail(cx, E_FORBIDDEN, "csrf.origin", "%s",
             T("缺少 Origin 请求头", "the Origin header is missing"));
        return hint(cx, E_FORBIDDEN, "%s",
                    T("程序调用时请发送 Origin: 协议://主机",
                      "programs send Origin: scheme://host of this server"));
    }
    want = api_csrf_token(cx->mem, cx->session_token);
    if (!given || strlen(given) != strlen(want) || sodium_memcmp(given, want, strlen(want)) != 0) {
        fail(cx, E_FORBIDDEN, "csrf.token", "%s",
             T("页面已过期，请刷新后重试", "this page is out of date, reload it"));
        return hint(cx, E_FORBIDDEN, "%s",
                    T("X-CSRF-Token 应为 GET /session 返回的 csrf",
                      "X-CSRF-Token must be the csrf of GET /session"));
    }
    return OK;
}

static enum err check_actor(struct ctx *cx, const struct op *op)
{
    const char *path = strchr(op->route, ' ') + 1;

    if (op->flags & OP_PUBLIC)
        return OK;
    if (cx->who.must_change_password && !str_eq(path, "/session") && !str_starts(path, "/session/"))
        return fail(cx, E_FORBIDDEN, "password.change_required", "%s",
                    T("请先修改初始密码", "change the initial password first"));
    if (op->flags & OP_REAUTH && cx->who.proved_at < cx->now - PROOF_SECONDS)
        return fail(cx, E_UNAUTHENTICATED, "auth.reauth", "%s",
                    T("请再次输入密码", "give your password again"));
    return OK;
}

/* --- what is asked --- */

/* ?lang= is ours, the rest the operation's. */
static const char *query_without_lang(struct arena *mem, const char *query)
{
    struct str b = str_new(mem);

    for (const char *p = query; p && *p; p += strcspn(p, "&"), p += *p == '&') {
        if (str_starts(p, "lang="))
            continue;
        if (b.len)
            str_add_char(&b, '&');
        str_add_len(&b, p, strcspn(p, "&"));
    }
    return b.len ? b.s : NULL;
}

/* The last part of a percent-encoded file name, fit to be shown; "" when it cannot be read. */
static const char *file_name(struct arena *mem, const char *text)
{
    struct str b = str_new(mem);
    const char *slash;

    for (const char *p = text; p && *p; p++) {
        unsigned value = (unsigned char)*p;

        if (*p == '%') {
            if (sscanf(p + 1, "%2x", &value) != 1 || !p[2])
                return "";
            p += 2;
        }
        if (value < 0x20 || value == 0x7f)
            return "";
        str_add_char(&b, value == '\\' ? '/' : (char)value);
    }
    if (!b.len || b.len > FILE_NAME_MAX || !utf8_valid(b.s, b.len))
        return "";
    slash = strrchr(b.s, '/');
    return slash ? slash + 1 : b.s;
}

static enum err read_version(struct ctx *cx, const char *text, int64_t *ret)
{
    size_t len = text ? strlen(text) : 0;

    *ret = NONE;
    if (!text)
        return OK;
    if (len >= 2 && text[0] == '"' && text[len - 1] == '"')
        text = arena_strndup(cx->mem, text + 1, len - 2);
    if (str_int(text, ret) && *ret >= 0)
        return OK;
    return fail(cx, E_INVALID, "if_match.malformed", "%s",
                T("If-Match 应为记录的版本号", "If-Match must be the record's version"));
}

static enum err read_call(struct running *r)
{
    struct http_request *rq = r->rq;
    struct call *call = &r->call;
    struct ctx *cx = r->cx;
    const char *type = http_header(rq, "Content-Type");

    call->query = query_without_lang(cx->mem, rq->query);
    TRY(read_version(cx, http_header(rq, "If-Match"), &call->version));
    if (!op_writes(call->op))
        return OK;
    call->idempotency_key = http_header(rq, "Idempotency-Key");
    if (call->op->flags & OP_UPLOAD) {
        if (!rq->upload_path)
            return fail(cx, E_INVALID, "upload.empty", "%s", T("没有收到文件", "no file came"));
        call->upload_path = rq->upload_path;
        call->upload_name = file_name(cx->mem, http_header(rq, "X-File-Name"));
        if (!*call->upload_name)
            call->upload_name = "upload";
        return OK;
    }
    /* A form of another site cannot send this type without asking first. */
    if (rq->body_len && (!type || strncasecmp(type, "application/json", 16) != 0))
        return fail(cx, E_INVALID, "body.not_json", "%s",
                    T("请求体应为 application/json", "the body must be application/json"));
    call->body = rq->body;
    call->body_len = rq->body_len;
    return OK;
}

/* --- the reply --- */

static void release_ctx(void *cx)
{
    ctx_free(cx);
}

static void add(struct http_reply *reply, const char *name, const char *value)
{
    for (size_t i = 0; i < ARRAY_LEN(reply->headers); i++) {
        if (!reply->headers[i].name) {
            reply->headers[i] = (struct http_header){ name, value };
            return;
        }
    }
    assert(!"more headers than a reply has room for");
}

static void add_cookie(struct http_reply *reply, const struct http_request *rq, struct ctx *cx)
{
    const char *secure = is_secure(rq) ? "; Secure" : "";

    if (cx->set_device)
        add(reply, "Set-Cookie",
            arena_printf(cx->mem, "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s",
                         device_cookie(rq), cx->set_device, DEVICE_SECONDS, secure));
    if (!cx->set_cookie)
        return;
    if (*cx->set_cookie)
        add(reply, "Set-Cookie",
            arena_printf(cx->mem, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s", session_cookie(rq),
                         cx->set_cookie, secure));
    else
        add(reply, "Set-Cookie",
            arena_printf(cx->mem, "%s=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax%s",
                         session_cookie(rq), secure));
}

/* attachment; filename="ASCII"; filename*=UTF-8''…  (RFC 6266) */
static const char *disposition(struct arena *mem, const char *name)
{
    struct str b = str_new(mem);

    str_add(&b, "attachment; filename=\"");
    for (const char *p = name; *p; p++) {
        bool is_plain = *p > 0x1f && *p < 0x7f && !strchr("\"\\%/", *p);

        if (((unsigned char)*p & 0xC0) != 0x80)
            str_add_char(&b, is_plain ? *p : '_');
    }
    str_add(&b, "\"; filename*=UTF-8''");
    for (const char *p = name; *p; p++) {
        unsigned char c = (unsigned char)*p;

        if (c < 0x80 && (strchr("-._~", c) || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                         (c >= 'a' && c <= 'z')))
            str_add_char(&b, (char)c);
        else
            str_addf(&b, "%%%02X", c);
    }
    return b.s;
}

/* True when the file of the reply is on its way. */
static bool reply_with_file(struct http_request *rq, struct ctx *cx, struct http_reply *reply)
{
    struct reply_file *file = &cx->reply_file;
    struct stat st;
    int fd = open(file->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (file->is_temporary)
        unlink(file->path);
    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    reply->content_type = file->content_type ? file->content_type : "application/octet-stream";
    add(reply, "Content-Disposition", disposition(cx->mem, file->name ? file->name : "file"));
    http_reply_fd(rq, reply, fd);
    return true;
}

void api_finish(struct http_request *rq, struct ctx *cx, enum err err)
{
    struct http_reply reply = { .release = release_ctx, .release_arg = cx };
    bool is_session = cx->op && str_eq(cx->op->route, "GET /session");
    const char *token = cx->set_cookie && *cx->set_cookie ? cx->set_cookie : cx->session_token;

    rq->user_id = cx->who.user_id;
    add(&reply, "Cache-Control", "no-store");
    add_cookie(&reply, rq, cx);
    if (err == OK && token && (is_session || cx->set_cookie))
        add(&reply, "X-CSRF-Token", api_csrf_token(cx->mem, token));
    if (err == E_BUSY)
        add(&reply, "Retry-After", "2");
    reply.status = err_http(err);
    if (err == OK && cx->reply_file.path) {
        if (reply_with_file(rq, cx, &reply))
            return;
        err = fail(cx, E_NOT_FOUND, "file.gone", "%s",
                   T("文件已不存在", "the file is no longer there"));
        reply.status = err_http(err);
    }
    if (err != OK)
        snprintf(rq->error, sizeof rq->error, "%s",
                 cx->failure.code[0] ? cx->failure.code : "internal");
    reply.content_type = "application/json; charset=utf-8";
    reply.data = op_reply_text(cx, err);
    reply.len = strlen(reply.data);
    http_reply(rq, &reply);
}

/* --- running --- */

static void done(struct ctx *cx, enum err err, void *arg)
{
    struct running *r = arg;
    struct api *api = r->api;
    bool has_written = err == OK && op_writes(r->call.op);

    api_finish(r->rq, cx, err);
    if (has_written && api->wrote)
        api->wrote(api->wrote_arg);
}

static enum err authorise(struct running *r)
{
    const struct op *op = r->call.op;
    struct ctx *cx = r->cx;
    enum err err;

    if (r->is_authenticated)
        return OK;
    cx->op = op;
    err = api_authenticate(cx);
    if (err != OK && !(op->flags & OP_PUBLIC && err == E_UNAUTHENTICATED))
        return err;
    r->is_authenticated = true;
    if (op_writes(op))
        TRY(check_forgery(cx, r->rq, op));
    return check_actor(cx, op);
}

/* Who asks and what is asked, in one view of the store. */
static enum err read_all(struct ctx *cx, void *arg)
{
    struct running *r = arg;

    TRY(authorise(r));
    TRY(read_call(r));
    return op_call(cx, &r->call);
}

/* On PostgreSQL a transaction is opened for an actor who is known. */
static bool is_one_read(const struct running *r)
{
    return store_kind(r->api->store) == STORE_SQLITE && !op_writes(r->call.op) &&
           !(r->call.op->flags & OP_DETACHED);
}

static void run(void *arg)
{
    struct running *r = arg;
    enum err err;

    if (is_one_read(r)) {
        done(r->cx, db_read(r->cx, read_all, r), r);
        return;
    }
    err = authorise(r);
    if (err == OK)
        err = read_call(r);
    if (err != OK)
        done(r->cx, err, r);
    else
        op_call_later(r->cx, &r->call, done, r);
}

/* One record by its id, whatever a module shows beside it. */
static bool is_point_read(const struct op *op)
{
    return op->record && !op_writes(op) && str_ends(op->route, "/{id}");
}

static bool is_quick(const struct api *api, const struct op *op)
{
    return store_kind(api->store) == STORE_SQLITE && !(op->flags & OP_DETACHED) &&
           (op_writes(op) || is_point_read(op));
}

static struct workers *workers_for(const struct api *api, const struct op *op)
{
    if (!(op->flags & OP_DETACHED))
        return api->reads;
    return op->flags & OP_PUBLIC ? api->sign_in : api->slow;
}

static void refuse_busy(struct http_request *rq)
{
    http_refuse(rq, 503, "server.busy", "系统繁忙，请稍后重试",
                "the server is busy, try again shortly");
}

static void release_running(void *running)
{
    ctx_free(((struct running *)running)->cx);
}

/* Finds the operation. NULL when there is none and the reply has been sent. */
static struct running *begin(struct api *api, struct http_request *rq)
{
    const char *method = str_eq(rq->method, "HEAD") ? "GET" : rq->method;
    bool has_other_method;
    int64_t id;
    const struct op *op = op_route(method, rq->path + strlen(API_PREFIX), &id, &has_other_method);
    struct ctx *cx;
    struct running *r;

    if (!op && has_other_method) {
        http_refuse(rq, 405, "method.not_allowed", "此地址不支持该方法",
                    "this address does not take that method");
        return NULL;
    }
    if (!op) {
        http_refuse(rq, 404, "path.not_found", "没有这个接口", "there is no such operation");
        return NULL;
    }
    rq->op = op->name;
    cx = api_ctx(api->store, rq);
    r = NEW(cx->mem, struct running);
    r->api = api;
    r->rq = rq;
    r->cx = cx;
    r->call = (struct call){ .op = op, .id = id, .version = NONE };
    return r;
}

enum http_sink api_sink(struct api *api, struct http_request *rq)
{
    struct running *r = begin(api, rq);
    enum err err;

    if (!r)
        return HTTP_TO_MEMORY;
    rq->app = r;
    rq->app_free = release_running;
    if (!(r->call.op->flags & OP_UPLOAD))
        return HTTP_TO_MEMORY;
    /* Strangers do not fill the disk. The one read of the store that may wait on the loop. */
    err = authorise(r);
    if (err == OK)
        return HTTP_TO_FILE;
    rq->app_free = NULL;
    done(r->cx, err, r);
    return HTTP_TO_MEMORY;
}

void api_handle(struct api *api, struct http_request *rq)
{
    struct running *r = rq->app ? rq->app : begin(api, rq);

    if (!r)
        return;
    if (is_quick(api, r->call.op)) {
        run(r);
    } else if (!workers_add(workers_for(api, r->call.op), run, r)) {
        ctx_free(r->cx);
        refuse_busy(rq);
    }
}

bool api_run_aside(struct api *api, struct http_request *rq, void (*fn)(void *arg), void *arg)
{
    if (workers_add(api->reads, fn, arg))
        return true;
    refuse_busy(rq);
    return false;
}

static int64_t waiting(void *workers)
{
    return workers_waiting(workers);
}

struct api *api_new(struct store *store, void (*wrote)(void *arg), void *arg)
{
    struct api *api = calloc(1, sizeof *api);

    if (!api)
        abort();
    api->store = store;
    api->wrote = wrote;
    api->wrote_arg = arg;
    api->reads =
        workers_start("read",
                      store_kind(store) == STORE_SQLITE ? READ_THREADS : READ_THREADS_POSTGRES,
                      READS_WAITING);
    api->slow = workers_start("slow", SLOW_THREADS, SLOW_WAITING);
    api->sign_in = workers_start("sign-in", SIGN_IN_THREADS, SIGN_IN_WAITING);
    metrics_gauge("reads_waiting", "Reads that wait for a thread.", waiting, api->reads);
    metrics_gauge("slow_waiting", "Long operations that wait for a thread.", waiting, api->slow);
    metrics_gauge("sign_ins_waiting", "Sign-ins that wait for a thread.", waiting, api->sign_in);
    return api;
}

void api_free(struct api *api)
{
    if (!api)
        return;
    workers_stop(api->reads);
    workers_stop(api->slow);
    workers_stop(api->sign_in);
    free(api);
}
