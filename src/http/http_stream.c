/* http_stream.c — replies without an end: server-sent events, queued for the loop that sends them.
 */
#include "http/http_int.h"

#include <errno.h>
#include <sys/socket.h>

/* --- streams --- */

void http_stream_unref(struct http_stream *st)
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
    http_stream_unref(arg);
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
    struct http_stream *st = http_must(calloc(1, sizeof *st));
    struct request *r = http_private(rq);

    pthread_mutex_init(&st->lock, NULL);
    st->refs = 2; /* the caller's and the reply's */
    st->connection = r->connection;
    st->fd = r->conn->fd;
    http_deliver(r, NULL, -1, NULL, st);
    return st;
}

struct MHD_Response *http_response_of_stream(struct request *rq)
{
    const struct http_reply head = { .content_type = "text/event-stream; charset=utf-8",
                                     .headers = { { "Cache-Control", "no-store" },
                                                  { "X-Accel-Buffering", "no" } } };
    struct MHD_Response *m =
        http_must(MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1024, stream_read, rq->stream,
                                                    stream_unref_cb));

    http_add_headers(m, &head);
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
            st->queue = http_must(realloc(st->queue, st->cap));
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
    http_stream_unref(st);
}
