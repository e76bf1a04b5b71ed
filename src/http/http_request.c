/* http_request.c — one request: its head is checked, its body taken to memory or to a file, and it
 * is given to the handler. */
#include "http/http_int.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <strings.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    NEXT_HEAD_MS = 30000, /* from a reply to the next whole head; nginx keeps for less */
    BODY_MS = 10000,      /* and a second for each KiB received */
    HEADERS_MAX = 64,
    DROP_MAX = 8 << 20, /* body of a refused request that is still read, so that the client
                           gets to see the refusal instead of a broken connection */
    CLIENT_GONE = 499,  /* in the log, as nginx has it: done, but nobody was there to be told */
};
static const int64_t DISK_RESERVE = 256 << 20; /* left to the store when uploads fill the disk */

const char *http_header(const struct http_request *rq, const char *name)
{
    return MHD_lookup_connection_value(http_private(rq)->connection, MHD_HEADER_KIND, name);
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
    atomic_store(&rq->conn->deadline, http_clock_ms() + BODY_MS);
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
        body = http_must(realloc(body, rq->body_cap));
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

enum MHD_Result http_on_request(void *arg, struct MHD_Connection *c, const char *url,
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
        return rq->has_reply && rq->must_close ? http_send_reply(rq) : MHD_YES;
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
    return has_reply ? http_send_reply(rq) : MHD_YES;
}

static struct conn *conn_of(struct MHD_Connection *c)
{
    return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* The request line has come: a request begins. The target is kept as sent. */
void *http_on_target(void *arg, const char *target, struct MHD_Connection *c)
{
    struct http_server *s = arg;
    size_t len = strlen(target);
    struct request *rq = http_must(calloc(1, sizeof *rq + len + 1));
    char *question;

    rq->server = s;
    rq->connection = c;
    rq->conn = conn_of(c);
    rq->started_us = http_clock_us();
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
    rq->pub.address = rq->conn->address;
    rq->pub.user_id = NONE;
    snprintf(rq->pub.id, sizeof rq->pub.id, "%016llx",
             (unsigned long long)(s->id_prefix + atomic_fetch_add(&s->id_next, 1)));
    return rq;
}

void http_on_completed(void *arg, struct MHD_Connection *c, void **con_cls,
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
        http_drop_reply(rq);
        if (h->replied)
            h->replied(&rq->pub, CLIENT_GONE, http_clock_us() - rq->started_us, h->arg);
    }
    if (rq->pub.app_free)
        rq->pub.app_free(rq->pub.app);
    if (rq->upload_fd >= 0)
        close(rq->upload_fd);
    if (rq->upload_path)
        unlink(rq->upload_path);
    free(rq->upload_path);
    free((char *)rq->pub.body);
    atomic_store(&rq->conn->deadline, http_clock_ms() + NEXT_HEAD_MS);
    if (rq->is_handled)
        atomic_fetch_sub(&s->active, 1);
    pthread_mutex_destroy(&rq->lock);
    free(rq);
}
