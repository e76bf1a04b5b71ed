/* http.c — the only file that knows libmicrohttpd (0.9.75).
 *
 * The library calls on_request() on a loop's thread: once for the head, once for each piece of
 * body, once when the body is complete, and again after a resume. A request whose handler has not
 * replied by then is suspended; whoever replies resumes it, and the loop sends. `lock` of a request
 * orders those two.
 *
 * The library's own time limit is one of silence. A client that sends a byte now and then never is
 * silent, so every connection carries a deadline that moves with progress, and a sweeper cuts those
 * that are late. A suspended connection does not see its client go; streams ask the socket. */
#include "platform/http.h"
#include "platform/listen.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 16384,
    SILENCE_SECONDS = 60, /* of a socket that should make progress */
    HEAD_MS = 10000,      /* from the connection to the first whole head */
    NEXT_HEAD_MS = 30000, /* from a reply to the next whole head; nginx keeps for less */
    BODY_MS = 10000,      /* and a second for each KiB received */
    REPLY_MS = 30000,     /* and a second for each KiB to send */
    HEADERS_MAX = 64,
    DROP_MAX = 8 << 20, /* body of a refused request that is still read, so that the client
                           gets to see the refusal instead of a broken connection */
    SWEEP_MS = 500,
    CLIENT_GONE = 499, /* in the log, as nginx has it: done, but nobody was there to be told */
};
static const int64_t UPLOAD_MAX = 200 << 20;
static const int64_t DISK_RESERVE = 256 << 20; /* left to the store when uploads fill the disk */

/* AUTH-9. manifest-src is for the phone pages on the home screen. */
static const struct http_header COMMON[] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
      "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
      "base-uri 'none'; frame-ancestors 'none'; object-src 'none'" },
    { "Strict-Transport-Security", "max-age=31536000" },
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
};

struct http_prepared {
    struct MHD_Response *response;
    int status;
    size_t len;
};

/* One TCP or unix connection. */
struct conn {
    struct conn *prev, *next;
    int fd;
    bool is_local;
    _Atomic int64_t deadline; /* monotonic ms; 0 = none */
};

struct request {
    struct http_request pub; /* first: handlers hold a pointer to it */
    struct http_server *server;
    struct MHD_Connection *connection;
    struct conn *conn;
    int64_t started_us, received;
    bool has_head, is_handled;
    bool is_dropping; /* a reply is there already; the body is read and forgotten */
    bool must_close;  /* after the reply */
    enum http_sink sink;
    size_t body_cap;
    int upload_fd;
    char *upload_path;

    pthread_mutex_t lock; /* guards what follows */
    bool has_reply, is_suspended;
    bool is_sent; /* the library owns what the reply holds */
    struct http_reply reply;
    int reply_fd;
    struct http_prepared *prepared;
    struct http_stream *stream;

    char target[];
};

struct http_stream {
    pthread_mutex_t lock;
    int refs;
    struct MHD_Connection *connection; /* NULL once gone */
    int fd;
    bool is_suspended, is_ending;
    char *queue;
    size_t sent, len, cap;
};

struct http_server {
    struct http_options o;
    struct MHD_Daemon *daemon;
    struct listener listener;
    atomic_int active; /* requests given to the handler whose replies have not left */
    atomic_bool is_stopping;
    pthread_mutex_t lock; /* guards conns */
    struct conn *conns;
    pthread_t sweeper;
    uint64_t id_prefix;
    _Atomic uint64_t id_next;
};

static int64_t clock_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void *must(void *p)
{
    if (!p)
        abort(); /* out of memory, as in arena.c */
    return p;
}

static struct request *private(const struct http_request *rq)
{
    return (struct request *)rq;
}

const char *http_header(const struct http_request *rq, const char *name)
{
    return MHD_lookup_connection_value(private(rq)->connection, MHD_HEADER_KIND, name);
}

enum lang http_language(const struct http_request *rq)
{
    const char *p = http_header(rq, "Accept-Language");
    double best_zh = 0, best_en = 0;

    while (p && *p) {
        size_t len = strcspn(p, ",");
        const char *q = memmem(p, len, "q=", 2);
        double weight = q ? atof(q + 2) : 1;

        p += strspn(p, " ,");
        if (!strncasecmp(p, "zh", 2))
            best_zh = MAX(best_zh, weight);
        else if (!strncasecmp(p, "en", 2))
            best_en = MAX(best_en, weight);
        p += strcspn(p, ",");
        p += strspn(p, ", ");
    }
    return best_en > best_zh ? LANG_EN : LANG_ZH;
}

/* --- replies ------------------------------------------------------------------------------------
 */

/* Hands the reply over to the loop, which may be waiting for it. */
static void deliver(struct request *rq, const struct http_reply *reply, int fd,
                    struct http_prepared *prepared, struct http_stream *stream)
{
    pthread_mutex_lock(&rq->lock);
    assert(!rq->has_reply);
    rq->has_reply = true;
    if (reply)
        rq->reply = *reply;
    rq->reply_fd = fd;
    rq->prepared = prepared;
    rq->stream = stream;
    if (rq->is_suspended) {
        rq->is_suspended = false;
        MHD_resume_connection(rq->connection);
    }
    pthread_mutex_unlock(&rq->lock);
}

void http_reply(struct http_request *rq, const struct http_reply *reply)
{
    deliver(private(rq), reply, -1, NULL, NULL);
}

void http_reply_fd(struct http_request *rq, const struct http_reply *reply, int fd)
{
    deliver(private(rq), reply, fd, NULL, NULL);
}

void http_reply_prepared(struct http_request *rq, struct http_prepared *p)
{
    deliver(private(rq), NULL, -1, p, NULL);
}

void http_refuse(struct http_request *rq, int status, const char *code, const char *zh,
                 const char *en)
{
    struct http_reply r = { .status = status,
                            .content_type = "application/json; charset=utf-8",
                            .headers = { { "Cache-Control", "no-store" } } };
    char *text;
    int len = asprintf(&text, "{\"code\":\"%s\",\"message\":\"%s\",\"field\":\"\",\"hint\":\"\"}",
                       code, http_language(rq) == LANG_EN ? en : zh);

    if (len < 0)
        abort();
    if (status == 503)
        r.headers[1] = (struct http_header){ "Retry-After", "2" };
    if (status == 405)
        r.headers[1] = (struct http_header){ "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE" };
    snprintf(rq->error, sizeof rq->error, "%s", code);
    r.data = text;
    r.len = (size_t)len;
    r.release = free;
    r.release_arg = text;
    http_reply(rq, &r);
}

static void add_headers(struct MHD_Response *m, const struct http_reply *r)
{
    for (size_t i = 0; i < ARRAY_LEN(COMMON); i++)
        MHD_add_response_header(m, COMMON[i].name, COMMON[i].value);
    if (r->content_type)
        MHD_add_response_header(m, "Content-Type", r->content_type);
    for (size_t i = 0; i < ARRAY_LEN(r->headers) && r->headers[i].name; i++)
        MHD_add_response_header(m, r->headers[i].name, r->headers[i].value);
}

struct http_prepared *http_prepare(const struct http_reply *reply)
{
    struct http_prepared *p = must(calloc(1, sizeof *p));

    p->status = reply->status;
    p->len = reply->len;
    p->response = must(
        MHD_create_response_from_buffer(reply->len, (void *)reply->data, MHD_RESPMEM_PERSISTENT));
    add_headers(p->response, reply);
    return p;
}

void http_prepared_free(struct http_prepared *p)
{
    if (!p)
        return;
    MHD_destroy_response(p->response);
    free(p);
}

static struct MHD_Response *response_of(struct request *rq)
{
    struct http_reply *r = &rq->reply;
    bool is_file = rq->reply_fd >= 0;
    struct MHD_Response *m;
    struct stat st;

    if (is_file) {
        if (fstat(rq->reply_fd, &st))
            st.st_size = 0;
        m = must(MHD_create_response_from_fd64((uint64_t)st.st_size, rq->reply_fd));
        rq->reply_fd = -1;
        r->len = (size_t)st.st_size;
    } else if (r->release) {
        m = must(MHD_create_response_from_buffer_with_free_callback_cls(r->len, (void *)r->data,
                                                                        r->release,
                                                                        r->release_arg));
    } else {
        m = must(MHD_create_response_from_buffer(r->len, (void *)r->data, MHD_RESPMEM_PERSISTENT));
    }
    add_headers(m, r);
    MHD_add_response_header(m, "X-Request-Id", rq->pub.id);
    if (rq->must_close)
        MHD_add_response_header(m, "Connection", "close");
    if (is_file && r->release)
        r->release(r->release_arg); /* the library has copied the headers */
    return m;
}

/* --- streams
 * -------------------------------------------------------------------------------------- */

static void stream_unref(struct http_stream *st)
{
    int left;

    pthread_mutex_lock(&st->lock);
    left = --st->refs;
    pthread_mutex_unlock(&st->lock);
    if (left)
        return;
    pthread_mutex_destroy(&st->lock);
    free(st->queue);
    free(st);
}

static void stream_unref_cb(void *arg)
{
    stream_unref(arg);
}

/* The library asks for more to send. */
static ssize_t stream_read(void *arg, uint64_t pos, char *buf, size_t max)
{
    struct http_stream *st = arg;
    ssize_t n = 0;

    (void)pos;
    pthread_mutex_lock(&st->lock);
    if (st->len > st->sent) {
        n = (ssize_t)MIN(max, st->len - st->sent);
        memcpy(buf, st->queue + st->sent, (size_t)n);
        st->sent += (size_t)n;
        if (st->sent == st->len) {
            free(st->queue); /* thousands of idle streams hold nothing */
            st->queue = NULL;
            st->sent = st->len = st->cap = 0;
        }
    } else if (st->is_ending || !st->connection) {
        n = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        st->is_suspended = true;
        MHD_suspend_connection(st->connection);
    }
    pthread_mutex_unlock(&st->lock);
    return n;
}

/* With the lock held. */
static void stream_wake(struct http_stream *st)
{
    if (!st->is_suspended || !st->connection)
        return;
    st->is_suspended = false;
    MHD_resume_connection(st->connection);
}

struct http_stream *http_reply_stream(struct http_request *rq)
{
    struct http_stream *st = must(calloc(1, sizeof *st));
    struct request *r = private(rq);

    pthread_mutex_init(&st->lock, NULL);
    st->refs = 2; /* the caller's and the reply's */
    st->connection = r->connection;
    st->fd = r->conn->fd;
    deliver(r, NULL, -1, NULL, st);
    return st;
}

static struct MHD_Response *response_of_stream(struct request *rq)
{
    const struct http_reply head = { .content_type = "text/event-stream; charset=utf-8",
                                     .headers = { { "Cache-Control", "no-store" },
                                                  { "X-Accel-Buffering", "no" } } };
    struct MHD_Response *m =
        must(MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, stream_read, rq->stream,
                                               stream_unref_cb));

    add_headers(m, &head);
    MHD_add_response_header(m, "X-Request-Id", rq->pub.id);
    return m;
}

bool http_stream_send(struct http_stream *st, const char *text, size_t len)
{
    bool ok;

    pthread_mutex_lock(&st->lock);
    if (st->len - st->sent + len > HTTP_STREAM_QUEUE_MAX)
        st->is_ending = true; /* it comes back with Last-Event-ID and misses nothing */
    ok = st->connection && !st->is_ending;
    if (ok) {
        if (st->len + len > st->cap) {
            st->cap = MAX(st->len + len, st->cap * 2);
            st->queue = must(realloc(st->queue, st->cap));
        }
        memcpy(st->queue + st->len, text, len);
        st->len += len;
    }
    stream_wake(st);
    pthread_mutex_unlock(&st->lock);
    return ok;
}

bool http_stream_is_open(struct http_stream *st)
{
    char byte;
    bool ok;

    pthread_mutex_lock(&st->lock);
    if (st->connection && !st->is_ending) {
        ssize_t n = recv(st->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
            st->is_ending = true;
            stream_wake(st);
        }
    }
    ok = st->connection && !st->is_ending;
    pthread_mutex_unlock(&st->lock);
    return ok;
}

void http_stream_release(struct http_stream *st)
{
    pthread_mutex_lock(&st->lock);
    st->is_ending = true;
    stream_wake(st);
    pthread_mutex_unlock(&st->lock);
    stream_unref(st);
}

/* --- requests -----------------------------------------------------------------------------------
 */

/* What of the head decides where the request ends, and what no honest client sends. */
struct head_facts {
    int headers, hosts, content_lengths, encodings;
    bool is_bad_name, is_bad_value, is_chunked;
};

static enum MHD_Result count_header(void *arg, enum MHD_ValueKind kind, const char *key,
                                    size_t key_len, const char *value, size_t value_len)
{
    struct head_facts *f = arg;

    (void)kind;
    f->headers++;
    if (key_len == 0)
        f->is_bad_name = true;
    for (size_t i = 0; i < key_len; i++) {
        if (!isalnum((unsigned char)key[i]) && (!key[i] || !strchr("!#$%&'*+-.^_`|~", key[i])))
            f->is_bad_name = true;
    }
    for (size_t i = 0; i < value_len; i++) {
        if (((unsigned char)value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7f)
            f->is_bad_value = true;
    }
    if (!value)
        return MHD_YES;
    if (!strcasecmp(key, "Host"))
        f->hosts++;
    else if (!strcasecmp(key, "Content-Length"))
        f->content_lengths++;
    else if (!strcasecmp(key, "Transfer-Encoding")) {
        f->encodings++;
        f->is_chunked = !strcasecmp(value, "chunked");
    }
    return MHD_YES;
}

static bool target_is_good(const char *target)
{
    if (target[0] != '/')
        return false;
    for (const unsigned char *p = (const unsigned char *)target; *p; p++) {
        if (*p <= 0x20 || *p >= 0x7f || *p == '#' || *p == '\\')
            return false;
    }
    return true;
}

/* Replies when the head is not one that every HTTP program reads alike. */
static void check_head(struct request *rq, const char *version)
{
    struct head_facts f = { 0 };
    bool is_11 = !strcmp(version, "HTTP/1.1");

    MHD_get_connection_values_n(rq->connection, MHD_HEADER_KIND, count_header, &f);
    if (!is_11 && strcmp(version, "HTTP/1.0") != 0)
        http_refuse(&rq->pub, 505, "http.version", "只支持 HTTP/1.1", "only HTTP/1.1 is spoken");
    else if (f.is_bad_name || f.is_bad_value)
        http_refuse(&rq->pub, 400, "http.header", "请求头格式不正确", "a header is malformed");
    else if (f.headers > HEADERS_MAX)
        http_refuse(&rq->pub, 431, "http.headers_many", "请求头过多", "too many headers");
    else if (f.hosts > 1 || (is_11 && f.hosts == 0))
        http_refuse(&rq->pub, 400, "http.host", "请求必须恰有一个 Host 头",
                    "a request has exactly one Host header");
    else if (f.content_lengths > 1 || (f.content_lengths && f.encodings) || f.encodings > 1 ||
             (f.encodings && (!f.is_chunked || !is_11)))
        http_refuse(&rq->pub, 400, "http.body_length", "请求体长度不明确",
                    "the length of the body is ambiguous");
    else if (!target_is_good(rq->target))
        http_refuse(&rq->pub, 400, "http.target", "请求地址不正确", "the address is malformed");
    else if (rq->server->is_stopping)
        http_refuse(&rq->pub, 503, "server.stopping", "服务正在停止，请稍后重试",
                    "the server is stopping, try again shortly");
    if (rq->has_reply)
        rq->must_close = true;
}

static bool disk_has(const char *dir, int64_t bytes)
{
    struct statvfs v;

    return !statvfs(dir, &v) && (int64_t)(v.f_bavail * v.f_frsize) - DISK_RESERVE > bytes;
}

static void refuse_disk(struct request *rq)
{
    http_refuse(&rq->pub, 507, "upload.no_space", "服务器磁盘空间不足，文件未接收",
                "the server's disk is full, the file was not taken");
}

static void refuse_size(struct request *rq)
{
    bool is_file = rq->sink == HTTP_TO_FILE;

    http_refuse(&rq->pub, 413, is_file ? "upload.too_large" : "body.too_large",
                is_file ? "文件过大" : "请求内容过大",
                is_file ? "the file is too large" : "the body is too large");
}

static void open_upload(struct request *rq, int64_t length)
{
    const char *dir = rq->server->o.upload_dir;

    if (!disk_has(dir, length)) {
        refuse_disk(rq);
        return;
    }
    if (asprintf(&rq->upload_path, "%s/upload-XXXXXX", dir) < 0)
        abort();
    rq->upload_fd = mkostemp(rq->upload_path, O_CLOEXEC);
    if (rq->upload_fd < 0) {
        free(rq->upload_path);
        rq->upload_path = NULL;
        refuse_disk(rq);
    }
}

/* The head is complete: refuse it, or make ready for the body. */
static void take_head(struct request *rq, const char *method, const char *version)
{
    const struct http_handler *h = &rq->server->o.handler;
    const char *length_text, *expect;
    int64_t length = 0;

    rq->pub.method = method;
    check_head(rq, version);
    if (rq->has_reply)
        return;
    length_text = http_header(&rq->pub, "Content-Length");
    if (length_text && !str_int(length_text, &length))
        length = INT64_MAX;
    if (length == 0 && !http_header(&rq->pub, "Transfer-Encoding"))
        return;
    atomic_store(&rq->conn->deadline, clock_ms() + BODY_MS);
    if (h->sink)
        rq->sink = h->sink(&rq->pub, h->arg);
    if (!rq->has_reply) {
        if (length > (rq->sink == HTTP_TO_FILE ? rq->server->o.upload_max : HTTP_BODY_MAX))
            refuse_size(rq);
        else if (rq->sink == HTTP_TO_FILE)
            open_upload(rq, length);
    }
    rq->is_dropping = rq->has_reply;
    expect = http_header(&rq->pub, "Expect");
    rq->must_close = rq->is_dropping && (length > DROP_MAX || expect);
}

static void take_to_memory(struct request *rq, const char *data, size_t n)
{
    char *body = (char *)rq->pub.body;

    if (rq->pub.body_len + n > HTTP_BODY_MAX) {
        rq->is_dropping = true;
        refuse_size(rq);
        return;
    }
    if (rq->pub.body_len + n + 1 > rq->body_cap) {
        rq->body_cap = MAX(rq->pub.body_len + n + 1, rq->body_cap * 2);
        body = must(realloc(body, rq->body_cap));
    }
    memcpy(body + rq->pub.body_len, data, n);
    rq->pub.body_len += n;
    body[rq->pub.body_len] = '\0';
    rq->pub.body = body;
}

static void take_to_file(struct request *rq, const char *data, size_t n)
{
    if (rq->received > rq->server->o.upload_max) {
        rq->is_dropping = true;
        refuse_size(rq);
        return;
    }
    /* A chunked body did not say its length, so look now and then. */
    if (rq->received % (16 << 20) < (int64_t)n && !disk_has(rq->server->o.upload_dir, 0)) {
        rq->is_dropping = true;
        refuse_disk(rq);
        return;
    }
    while (n > 0) {
        ssize_t done = write(rq->upload_fd, data, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0) {
            rq->is_dropping = true;
            refuse_disk(rq);
            return;
        }
        data += done;
        n -= (size_t)done;
    }
}

/* False when the client goes on sending what was refused. */
static bool take_body(struct request *rq, const char *data, size_t n)
{
    rq->received += (int64_t)n;
    /* A KiB a second at least, over the whole body. */
    atomic_store(&rq->conn->deadline, rq->started_us / 1000 + BODY_MS + rq->received * 1000 / 1024);
    if (rq->is_dropping)
        return rq->received <= rq->server->o.upload_max + DROP_MAX;
    if (rq->sink == HTTP_TO_FILE)
        take_to_file(rq, data, n);
    else
        take_to_memory(rq, data, n);
    return true;
}

static enum MHD_Result send_reply(struct request *rq)
{
    const struct http_handler *h = &rq->server->o.handler;
    struct MHD_Response *m;
    int status;
    enum MHD_Result ok;

    rq->is_sent = true;
    if (rq->prepared) {
        m = rq->prepared->response;
        status = rq->prepared->status;
        rq->reply.len = rq->prepared->len;
    } else if (rq->stream) {
        m = response_of_stream(rq);
        status = 200;
    } else {
        m = response_of(rq);
        status = rq->reply.status;
    }
    atomic_store(&rq->conn->deadline,
                 rq->stream ? 0 : clock_ms() + REPLY_MS + (int64_t)rq->reply.len * 1000 / 1024);
    ok = MHD_queue_response(rq->connection, (unsigned)status, m);
    if (!rq->prepared)
        MHD_destroy_response(m); /* the connection holds its own reference */
    if (h->replied)
        h->replied(&rq->pub, status, clock_us() - rq->started_us, h->arg);
    return ok;
}

static void finish_body(struct request *rq)
{
    atomic_store(&rq->conn->deadline, 0);
    if (rq->upload_fd < 0)
        return;
    if (close(rq->upload_fd) && !rq->has_reply)
        refuse_disk(rq);
    rq->upload_fd = -1;
    rq->pub.upload_path = rq->upload_path;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *n, void **con_cls)
{
    struct request *rq = *con_cls;
    struct http_server *s = arg;
    bool has_reply;

    (void)url;
    (void)c;
    if (!rq->has_head) {
        rq->has_head = true;
        take_head(rq, method, version);
        return rq->has_reply && rq->must_close ? send_reply(rq) : MHD_YES;
    }
    if (*n) {
        bool ok = take_body(rq, data, *n);

        *n = 0;
        return ok ? MHD_YES : MHD_NO;
    }
    if (!rq->is_handled) {
        rq->is_handled = true;
        atomic_fetch_add(&s->active, 1);
        finish_body(rq);
        if (!rq->has_reply) {
            rq->pub.app_free = NULL;
            s->o.handler.handle(&rq->pub, s->o.handler.arg);
        }
    }
    pthread_mutex_lock(&rq->lock);
    has_reply = rq->has_reply;
    if (!has_reply && !rq->is_suspended) {
        rq->is_suspended = true;
        MHD_suspend_connection(rq->connection);
    }
    pthread_mutex_unlock(&rq->lock);
    return has_reply ? send_reply(rq) : MHD_YES;
}

static struct conn *conn_of(struct MHD_Connection *c)
{
    return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* The request line has come: a request begins. The target is kept as sent. */
static void *on_target(void *arg, const char *target, struct MHD_Connection *c)
{
    struct http_server *s = arg;
    size_t len = strlen(target);
    struct request *rq = must(calloc(1, sizeof *rq + len + 1));
    char *question;

    rq->server = s;
    rq->connection = c;
    rq->conn = conn_of(c);
    rq->started_us = clock_us();
    rq->upload_fd = rq->reply_fd = -1;
    pthread_mutex_init(&rq->lock, NULL);
    memcpy(rq->target, target, len + 1);
    question = strchr(rq->target, '?');
    rq->pub.path = rq->target;
    if (question) {
        *question = '\0';
        rq->pub.query = question + 1;
    }
    rq->pub.is_local = rq->conn->is_local;
    rq->pub.user_id = NONE;
    snprintf(rq->pub.id, sizeof rq->pub.id, "%016llx",
             (unsigned long long)(s->id_prefix + atomic_fetch_add(&s->id_next, 1)));
    return rq;
}

/* The client went before its reply could leave. */
static void drop_reply(struct request *rq)
{
    if (rq->reply.release)
        rq->reply.release(rq->reply.release_arg);
    if (rq->reply_fd >= 0)
        close(rq->reply_fd);
    if (rq->stream)
        stream_unref(rq->stream);
}

static void on_completed(void *arg, struct MHD_Connection *c, void **con_cls,
                         enum MHD_RequestTerminationCode code)
{
    struct http_server *s = arg;
    const struct http_handler *h = &s->o.handler;
    struct request *rq = *con_cls;

    (void)c;
    (void)code;
    if (!rq)
        return;
    *con_cls = NULL;
    if (rq->stream) {
        pthread_mutex_lock(&rq->stream->lock);
        rq->stream->connection = NULL;
        pthread_mutex_unlock(&rq->stream->lock);
    }
    if (rq->has_reply && !rq->is_sent) {
        drop_reply(rq);
        if (h->replied)
            h->replied(&rq->pub, CLIENT_GONE, clock_us() - rq->started_us, h->arg);
    }
    if (rq->pub.app_free)
        rq->pub.app_free(rq->pub.app);
    if (rq->upload_fd >= 0)
        close(rq->upload_fd);
    if (rq->upload_path)
        unlink(rq->upload_path);
    free(rq->upload_path);
    free((char *)rq->pub.body);
    atomic_store(&rq->conn->deadline, clock_ms() + NEXT_HEAD_MS);
    if (rq->is_handled)
        atomic_fetch_sub(&s->active, 1);
    pthread_mutex_destroy(&rq->lock);
    free(rq);
}

/* --- connections
 * ----------------------------------------------------------------------------------- */

static void on_connection(void *arg, struct MHD_Connection *c, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = arg;
    struct conn *k = *socket_context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        k = must(calloc(1, sizeof *k));
        k->fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        k->is_local =
            s->listener.path[0] ||
            address_is_local(
                MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
        k->deadline = clock_ms() + HEAD_MS;
        pthread_mutex_lock(&s->lock);
        k->next = s->conns;
        if (k->next)
            k->next->prev = k;
        s->conns = k;
        pthread_mutex_unlock(&s->lock);
        *socket_context = k;
        return;
    }
    pthread_mutex_lock(&s->lock);
    if (k->next)
        k->next->prev = k->prev;
    if (k->prev)
        k->prev->next = k->next;
    else
        s->conns = k->next;
    pthread_mutex_unlock(&s->lock);
    free(k);
    *socket_context = NULL;
}

/* Cuts connections that are late. The descriptor is valid while the connection is in the list, and
 * the loop sees the cut as a client that has gone. */
static void *sweep(void *arg)
{
    struct http_server *s = arg;

    pthread_setname_np(pthread_self(), "http-sweep");
    while (!atomic_load(&s->is_stopping)) {
        int64_t now = clock_ms();

        pthread_mutex_lock(&s->lock);
        for (struct conn *k = s->conns; k; k = k->next) {
            int64_t deadline = atomic_load(&k->deadline);

            if (deadline && now > deadline) {
                shutdown(k->fd, SHUT_RDWR);
                atomic_store(&k->deadline, 0);
            }
        }
        pthread_mutex_unlock(&s->lock);
        usleep(SWEEP_MS * 1000);
    }
    return NULL;
}

/* --- the server
 * -------------------------------------------------------------------------------------- */

/* Targets are handed over as sent. */
static size_t keep_escapes(void *arg, struct MHD_Connection *c, char *text)
{
    (void)arg;
    (void)c;
    return strlen(text);
}

static void server_free(struct http_server *s)
{
    listener_close(&s->listener);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static bool start_daemon(struct http_server *s)
{
    struct MHD_OptionItem options[] = {
        { MHD_OPTION_LISTEN_SOCKET, s->listener.fd, NULL },
        { MHD_OPTION_THREAD_POOL_SIZE, s->o.threads > 1 ? s->o.threads : 0, NULL },
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_HEAD_MAX, NULL },
        { MHD_OPTION_CONNECTION_LIMIT, s->o.connections_max, NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, SILENCE_SECONDS, NULL },
        { MHD_OPTION_PER_IP_CONNECTION_LIMIT, s->o.connections_per_ip, NULL },
        { MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, s },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s },
        { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, s },
        { MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, NULL },
        { MHD_OPTION_END, 0, NULL },
    };

    s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
                                 NULL, on_request, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    return s->daemon != NULL;
}

enum err http_start(const struct http_options *o, enum lang lang, struct failure *f,
                    struct http_server **ret)
{
    struct http_server *s = must(calloc(1, sizeof *s));
    enum err err;

    s->o = *o;
    s->listener.fd = -1;
    if (!s->o.threads)
        s->o.threads = (int)MAX(1, sysconf(_SC_NPROCESSORS_ONLN));
    if (!s->o.connections_max)
        s->o.connections_max = CONNECTIONS_MAX;
    if (!s->o.upload_max)
        s->o.upload_max = UPLOAD_MAX;
    if (!s->o.upload_dir)
        s->o.upload_dir = "/tmp";
    pthread_mutex_init(&s->lock, NULL);
    randombytes_buf(&s->id_prefix, sizeof s->id_prefix);
    err = listen_on(o->listen, lang, f, &s->listener);
    if (err == OK && !start_daemon(s))
        err = failure_set(f, E_INTERNAL, "http.start", "%s",
                          lang == LANG_EN ? "the HTTP server cannot start" : "HTTP 服务无法启动");
    if (err != OK) {
        server_free(s);
        return err;
    }
    pthread_create(&s->sweeper, NULL, sweep, s);
    *ret = s;
    return OK;
}

int http_port(const struct http_server *s)
{
    return s->listener.port;
}

bool http_stop(struct http_server *s, int seconds)
{
    int64_t until = clock_ms() + (int64_t)seconds * 1000;

    atomic_store(&s->is_stopping, true);
    MHD_quiesce_daemon(s->daemon);
    pthread_join(s->sweeper, NULL);
    while (atomic_load(&s->active) > 0 && clock_ms() < until)
        usleep(10000);
    if (atomic_load(&s->active) > 0)
        return false;
    MHD_stop_daemon(s->daemon);
    server_free(s);
    return true;
}
