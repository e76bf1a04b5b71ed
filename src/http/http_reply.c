/* http_reply.c — replies, from whichever thread made them to the loop that sends them. */
#include "http/http_int.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPLY_MS = 30000 }; /* and a second for each KiB to send */

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

/* Hands the reply over to the loop, which may be waiting for it. */
void http_deliver(struct request *rq, const struct http_reply *reply, int fd,
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
    http_deliver(http_private(rq), reply, -1, NULL, NULL);
}

void http_reply_fd(struct http_request *rq, const struct http_reply *reply, int fd)
{
    http_deliver(http_private(rq), reply, fd, NULL, NULL);
}

void http_reply_prepared(struct http_request *rq, struct http_prepared *p)
{
    http_deliver(http_private(rq), NULL, -1, p, NULL);
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

void http_add_headers(struct MHD_Response *m, const struct http_reply *r)
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
    struct http_prepared *p = http_must(calloc(1, sizeof *p));

    p->status = reply->status;
    p->len = reply->len;
    p->response = http_must(
        MHD_create_response_from_buffer(reply->len, (void *)reply->data, MHD_RESPMEM_PERSISTENT));
    http_add_headers(p->response, reply);
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
        m = http_must(MHD_create_response_from_fd64((uint64_t)st.st_size, rq->reply_fd));
        rq->reply_fd = -1;
        r->len = (size_t)st.st_size;
    } else if (r->release) {
        m = http_must(
            MHD_create_response_from_buffer_with_free_callback_cls(r->len, (void *)r->data,
                                                                   r->release, r->release_arg));
    } else {
        m = http_must(
            MHD_create_response_from_buffer(r->len, (void *)r->data, MHD_RESPMEM_PERSISTENT));
    }
    http_add_headers(m, r);
    MHD_add_response_header(m, "X-Request-Id", rq->pub.id);
    if (rq->must_close)
        MHD_add_response_header(m, "Connection", "close");
    if (is_file && r->release)
        r->release(r->release_arg); /* the library has copied the headers */
    return m;
}

enum MHD_Result http_send_reply(struct request *rq)
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
        m = http_response_of_stream(rq);
        status = 200;
    } else {
        m = response_of(rq);
        status = rq->reply.status;
    }
    atomic_store(&rq->conn->deadline,
                 rq->stream ? 0
                            : http_clock_ms() + REPLY_MS + (int64_t)rq->reply.len * 1000 / 1024);
    ok = MHD_queue_response(rq->connection, (unsigned)status, m);
    if (!rq->prepared)
        MHD_destroy_response(m); /* the connection holds its own reference */
    if (h->replied)
        h->replied(&rq->pub, status, http_clock_us() - rq->started_us, h->arg);
    return ok;
}

/* The client went before its reply could leave. */
void http_drop_reply(struct request *rq)
{
    if (rq->reply.release)
        rq->reply.release(rq->reply.release_arg);
    if (rq->reply_fd >= 0)
        close(rq->reply_fd);
    if (rq->stream)
        http_stream_unref(rq->stream);
}
