/* test_http.c — the HTTP face over real sockets, with requests written by hand. */
#include "harness.h"
#include "http/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- a server whose answers show what it got --- */

static struct http_stream *_Atomic stream;
static int64_t upload_seen;
static int released;

static void reply_text(struct http_request *rq, int status, char *text)
{
    http_reply(rq, &(struct http_reply){ .status = status,
                                         .content_type = "text/plain",
                                         .data = text,
                                         .len = strlen(text),
                                         .release = free,
                                         .release_arg = text });
}

static void count_release(void *arg)
{
    (void)arg;
    released++;
}

static void *reply_later(void *arg)
{
    usleep(20000);
    http_reply(arg, &(struct http_reply){ .status = 200,
                                          .content_type = "text/plain",
                                          .data = "later",
                                          .len = 5,
                                          .release = count_release });
    return NULL;
}

static enum http_sink sink(struct http_request *rq, void *arg)
{
    (void)arg;
    if (str_eq(rq->path, "/nobody"))
        http_refuse(rq, 401, "test.nobody", "谁", "who");
    return str_eq(rq->path, "/file") ? HTTP_TO_FILE : HTTP_TO_MEMORY;
}

static void handle(struct http_request *rq, void *arg)
{
    char *text = NULL;
    struct stat st;
    pthread_t t;

    (void)arg;
    if (str_eq(rq->path, "/later")) {
        pthread_create(&t, NULL, reply_later, rq);
        pthread_detach(t);
        return;
    }
    if (str_eq(rq->path, "/stream")) {
        stream = http_reply_stream(rq);
        return;
    }
    if (rq->upload_path && stat(rq->upload_path, &st) == 0)
        upload_seen = st.st_size;
    if (asprintf(&text, "%s %s?%s %zu %.20s", rq->method, rq->path, rq->query ? rq->query : "-",
                 rq->body_len, rq->body ? rq->body : "") < 0)
        abort();
    reply_text(rq, 200, text);
}

static struct http_server *start(int64_t upload_max)
{
    struct http_options o = { .listen = "127.0.0.1:0",
                              .threads = 2,
                              .upload_max = upload_max,
                              .handler = { .sink = sink, .handle = handle } };
    struct failure f = { 0 };
    struct http_server *s = NULL;

    EXPECT_INT(http_start(&o, LANG_EN, &f, &s), OK);
    return s;
}

static int dial(int port)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (connect(fd, (struct sockaddr *)&a, sizeof a))
        abort();
    return fd;
}

/* What comes until `ms` of silence (a second at first), or until the server closes (*ret_closed,
 * may be NULL). */
static const char *receive(int fd, int ms, bool *ret_closed)
{
    static char buf[1 << 16];
    struct pollfd p = { .fd = fd, .events = POLLIN };
    size_t len = 0;
    ssize_t n = 1;

    while (len < sizeof buf - 1 && poll(&p, 1, len ? ms : 1000) > 0) {
        n = recv(fd, buf + len, sizeof buf - 1 - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    buf[len] = '\0';
    if (ret_closed)
        *ret_closed = n <= 0;
    return buf;
}

static const char *exchange(int port, const char *request, size_t len)
{
    int fd = dial(port);
    const char *got;

    if (send(fd, request, len, MSG_NOSIGNAL) < 0)
        abort();
    got = receive(fd, 40, NULL);
    close(fd);
    return got;
}

static const char *ask(int port, const char *request)
{
    return exchange(port, request, strlen(request));
}

static int status_of(const char *response)
{
    return str_starts(response, "HTTP/1.1 ") ? (int)strtol(response + 9, NULL, 10) : 0;
}

static int count_of(const char *text, const char *word)
{
    int n = 0;

    for (const char *p = text; (p = strstr(p, word)); p++)
        n++;
    return n;
}

/* --- tests --- */

#define H "Host: x\r\n"
static const struct {
    const char *what, *request;
    size_t len; /* 0 = up to the NUL */
    int status, replies;
} odd[] = {
    { "plain", "GET /a?b=%20c HTTP/1.1\r\n" H "\r\n", 0, 200, 1 },
    { "two in one segment", "GET /a HTTP/1.1\r\n" H "\r\nGET /b HTTP/1.1\r\n" H "\r\n", 0, 200, 2 },
    { "chunked", "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
      0, 200, 1 },
    { "HEAD", "HEAD /a HTTP/1.1\r\n" H "\r\n", 0, 200, 1 },
    { "HTTP/1.0 without Host", "GET /a HTTP/1.0\r\n\r\n", 0, 200, 1 },
    { "lengths that differ",
      "POST /a HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 0, 400, 1 },
    { "lengths that agree",
      "POST /a HTTP/1.1\r\n" H "Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 0, 400, 1 },
    { "length and chunked",
      "POST /a HTTP/1.1\r\n" H
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /s HTTP/1.1\r\n" H
      "\r\n",
      0, 400, 1 },
    { "chunked and length",
      "POST /a HTTP/1.1\r\n" H
      "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /s HTTP/1.1\r\n" H
      "\r\n",
      0, 400, 1 },
    { "gzip, chunked", "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      0, 400, 1 },
    { "xchunked", "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 0, 400,
      1 },
    { "chunked twice",
      "POST /a HTTP/1.1\r\n" H
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      0, 400, 1 },
    { "chunked in 1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 0, 400,
      1 },
    { "length +5", "POST /a HTTP/1.1\r\n" H "Content-Length: +5\r\n\r\nabcde", 0, 400, 0 },
    { "length 5x", "POST /a HTTP/1.1\r\n" H "Content-Length: 5x\r\n\r\nabcde", 0, 400, 0 },
    { "chunk size 0x3",
      "POST /a HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", 0, 400,
      0 },
    { "blank before the colon", "POST /a HTTP/1.1\r\n" H "Content-Length : 5\r\n\r\nGET /", 0, 400,
      0 },
    { "no colon", "GET /a HTTP/1.1\r\n" H "nonsense\r\n\r\n", 0, 400, 0 },
    { "NUL in a name", "GET /a HTTP/1.1\r\n" H "X\0Y: ab\r\n\r\n", 37, 400, 0 },
    { "name that is no token", "GET /a HTTP/1.1\r\n" H "X(Y): ab\r\n\r\n", 0, 400, 1 },
    { "no Host", "GET /a HTTP/1.1\r\n\r\n", 0, 400, 0 },
    { "two Hosts", "GET /a HTTP/1.1\r\n" H H "\r\n", 0, 400, 1 },
    { "whole address as target", "GET http://x/a HTTP/1.1\r\n" H "\r\n", 0, 400, 1 },
    { "target with a fragment", "GET /a#b HTTP/1.1\r\n" H "\r\n", 0, 400, 1 },
    { "target with raw Chinese", "GET /\xe4\xb8\xad HTTP/1.1\r\n" H "\r\n", 0, 400, 1 },
    /* The library drops the one and cuts the other before anybody can look; nginx refuses both. */
    { "empty name", "GET /a HTTP/1.1\r\n" H ": v\r\n\r\n", 0, 200, 1 },
    { "NUL in a value", "GET /a HTTP/1.1\r\n" H "X: a\0b\r\n\r\n", 36, 200, 1 },
    { "HTTP/1.2", "GET /a HTTP/1.2\r\n" H "\r\n", 0, 505, 0 },
};

TEST("requests that two programs could read differently are refused, honest ones are not")
{
    struct http_server *s = start(0);

    for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
        size_t len = odd[i].len ? odd[i].len : strlen(odd[i].request);
        const char *got = exchange(http_port(s), odd[i].request, len);
        bool ok = status_of(got) == odd[i].status &&
                  (!odd[i].replies || count_of(got, "HTTP/1.1 ") == odd[i].replies);

        if (!ok)
            test_fail(__FILE__, __LINE__, "%s: expected %d × %d, got: %.300s", odd[i].what,
                      odd[i].status, odd[i].replies, got);
    }
    EXPECT(http_stop(s, 2));
}

TEST("a request reaches the handler as it was sent")
{
    struct http_server *s = start(0);
    const char *got;

    got = ask(http_port(s), "GET /a%2Fb?x=%20 HTTP/1.1\r\n" H "\r\n");
    EXPECT(strstr(got, "GET /a%2Fb?x=%20 0 "));
    got = ask(http_port(s), "PUT /a HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc");
    EXPECT(strstr(got, "PUT /a?- 3 abc"));
    EXPECT(strstr(got, "X-Content-Type-Options: nosniff"));
    EXPECT(strstr(got, "Content-Security-Policy: default-src 'none'"));
    EXPECT(strstr(got, "X-Request-Id: "));
    EXPECT(http_stop(s, 2));
}

TEST("a reply may come from another thread, and what it held is given back once")
{
    struct http_server *s = start(0);

    released = 0;
    EXPECT(strstr(ask(http_port(s), "GET /later HTTP/1.1\r\n" H "\r\n"), "\r\n\r\nlater"));
    EXPECT(http_stop(s, 2));
    EXPECT_INT(released, 1);
}

TEST("stopping waits for a reply that is still to come")
{
    struct http_server *s = start(0);
    int fd = dial(http_port(s));

    released = 0;
    send(fd, "GET /later HTTP/1.1\r\n" H "\r\n", 32, 0);
    usleep(5000);
    EXPECT(http_stop(s, 2));
    EXPECT_INT(released, 1);
    EXPECT(strstr(receive(fd, 40, NULL), "later"));
    close(fd);
}

static void send_zeros(int fd, size_t n)
{
    static const char zeros[8192];

    while (n > 0) {
        ssize_t done = send(fd, zeros, MIN(n, sizeof zeros), MSG_NOSIGNAL);

        if (done <= 0)
            return;
        n -= (size_t)done;
    }
}

static const char *put_zeros(int port, const char *path, size_t n)
{
    int fd = dial(port);
    const char *got;

    dprintf(fd, "PUT %s HTTP/1.1\r\n" H "Content-Length: %zu\r\n\r\n", path, n);
    send_zeros(fd, n);
    got = receive(fd, 40, NULL);
    close(fd);
    return got;
}

TEST("a body in memory ends at one MiB")
{
    struct http_server *s = start(0);

    EXPECT_INT(status_of(put_zeros(http_port(s), "/a", HTTP_BODY_MAX)), 200);
    EXPECT(strstr(put_zeros(http_port(s), "/a", HTTP_BODY_MAX + 1), "body.too_large"));
    EXPECT(http_stop(s, 2));
}

TEST("a file arrives on disk whole, and one that is too large is refused")
{
    struct http_server *s = start(3 << 20);

    upload_seen = 0;
    EXPECT_INT(status_of(put_zeros(http_port(s), "/file", 3 << 20)), 200);
    EXPECT_INT(upload_seen, 3 << 20);
    EXPECT(strstr(put_zeros(http_port(s), "/file", (3 << 20) + 1), "upload.too_large"));
    EXPECT(strstr(put_zeros(http_port(s), "/nobody", 100000), "test.nobody"));
    EXPECT(http_stop(s, 2));
}

TEST("a stream delivers what is queued, and knows when its reader has gone")
{
    struct http_server *s = start(0);
    int fd = dial(http_port(s));

    stream = NULL;
    send(fd, "GET /stream HTTP/1.1\r\n" H "\r\n", 33, 0);
    EXPECT(strstr(receive(fd, 40, NULL), "text/event-stream"));
    EXPECT(http_stream_send(stream, "data: 1\n\n", 9));
    EXPECT(strstr(receive(fd, 40, NULL), "data: 1\n\n"));
    EXPECT(http_stream_is_open(stream));
    close(fd);
    usleep(20000);
    EXPECT(!http_stream_is_open(stream));
    http_stream_release(stream);
    EXPECT(http_stop(s, 2));
}

TEST("a reader that does not read is cut off instead of being buffered for")
{
    struct http_server *s = start(0);
    int fd = dial(http_port(s)), sent = 0;
    static char text[8192];

    stream = NULL;
    send(fd, "GET /stream HTTP/1.1\r\n" H "\r\n", 33, 0);
    usleep(50000);
    while (sent < 10000 && http_stream_send(stream, text, sizeof text))
        sent++;
    EXPECT(sent < 10000);
    http_stream_release(stream);
    close(fd);
    EXPECT(http_stop(s, 2));
}

TEST("a port in use is named in the error")
{
    struct http_server *s = start(0), *second = NULL;
    char listen[32];
    struct http_options o = { .listen = listen, .handler = { .handle = handle } };
    struct failure f = { 0 };

    snprintf(listen, sizeof listen, "127.0.0.1:%d", http_port(s));
    EXPECT_INT(http_start(&o, LANG_EN, &f, &second), E_CONFLICT);
    EXPECT_STR(f.code, "http.port_in_use");
    o.listen = "localhost";
    EXPECT_INT(http_start(&o, LANG_EN, &f, &second), E_INVALID);
    EXPECT(http_stop(s, 2));
}
