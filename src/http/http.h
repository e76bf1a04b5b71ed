/* http.h — HTTP/1.1 as the rest of the program sees it: whole requests in, replies out from any
 * thread. http*.c alone know the library beneath (libmicrohttpd, epoll, a few loop threads). It is
 * meant to stand behind nginx on the same machine; it refuses what would let the two disagree about
 * where a request ends, and bounds what one client can hold. */
#pragma once
#include "base/base.h"

struct http_server;
struct http_stream;
struct http_prepared;

enum {
    HTTP_BODY_MAX = 1 << 20,          /* a body in memory */
    HTTP_HEAD_MAX = 16 << 10,         /* request line, headers and their bookkeeping */
    HTTP_STREAM_QUEUE_MAX = 64 << 10, /* bytes that wait for one slow reader */
};

/* One request. It lives until its reply has left; the pointers live as long. */
struct http_request {
    const char *method;
    const char *path;  /* as sent, percent-encoding untouched; starts with '/' */
    const char *query; /* as sent, without '?', or NULL */
    const char *body;  /* HTTP_TO_MEMORY; NULL when there is none */
    size_t body_len;
    const char *upload_path; /* HTTP_TO_FILE: a whole file; removed with the request unless moved */
    bool is_local;           /* the peer is on this machine (perhaps a proxy) */
    const char *address;     /* of the peer, "192.0.2.7"; "" when unknown */
    void *app;               /* for the handler */
    void (*app_free)(void *app); /* called with app, when set, if the client goes before handle() */

    /* For the log and the counters, filled in by the handler. */
    char id[17]; /* ours, unique, set before the handler sees the request */
    const char *op;
    int64_t user_id;
    char error[64];
};

/* Value of a header of the request, NULL when absent. From any thread before the reply. */
const char *http_header(const struct http_request *rq, const char *name);
/* What the client reads best: Accept-Language, Chinese unless English is preferred. */
enum lang http_language(const struct http_request *rq);

/* --- replies ---
 * Exactly one of these per request, from any thread. The security headers of AUTH-9 and Date are
 * added to every one, X-Request-Id to those not made before. */
struct http_header {
    const char *name, *value;
};
struct http_reply {
    int status;
    const char *content_type;      /* NULL: no body */
    struct http_header headers[8]; /* further ones, ended by {0} */
    const void *data;
    size_t len;
    /* Called with release_arg when neither the data nor the strings above are needed any more;
     * NULL when they live as long as the program. */
    void (*release)(void *release_arg);
    void *release_arg;
};
void http_reply(struct http_request *rq, const struct http_reply *reply);
/* A whole open file as the body; fd is closed afterwards. `reply` as above without data. */
void http_reply_fd(struct http_request *rq, const struct http_reply *reply, int fd);
/* {"code","message","field":"","hint":""}. The texts are plain: no quotes, no personal data. */
void http_refuse(struct http_request *rq, int status, const char *code, const char *zh,
                 const char *en);

/* A reply made once and sent many times: static files. Everything it points to must stay. */
struct http_prepared *http_prepare(const struct http_reply *reply);
void http_prepared_free(struct http_prepared *p); /* NULL is allowed */
void http_reply_prepared(struct http_request *rq, struct http_prepared *p);

/* An endless text/event-stream. The caller owns the stream and gives it back with
 * http_stream_release(), which also ends it; all calls from any thread. */
struct http_stream *http_reply_stream(struct http_request *rq);
/* Queue text. False when the client has gone or reads too slowly; the stream is then ended. */
bool http_stream_send(struct http_stream *st, const char *text, size_t len);
/* False once the client has gone (asks the socket, so that idle clients are noticed too). */
bool http_stream_is_open(struct http_stream *st);
void http_stream_release(struct http_stream *st);

/* --- the server --- */
enum http_sink { HTTP_TO_MEMORY, HTTP_TO_FILE };

struct http_handler {
    /* The head of a request with a body is complete: where shall the body go? May reply at once;
     * the body is then dropped. NULL: memory. */
    enum http_sink (*sink)(struct http_request *rq, void *arg);
    /* The request is complete. Runs on a loop's thread, so it must not wait for anything slow: it
     * replies now, or keeps rq and replies later from another thread. */
    void (*handle)(struct http_request *rq, void *arg);
    /* The reply begins to leave, or 499: the client had gone. For log and counters; NULL is
     * allowed. */
    void (*replied)(const struct http_request *rq, int status, int64_t micros, void *arg);
    void *arg;
};

struct http_options {
    const char *listen;     /* "127.0.0.1:8080", "[::]:8080", ":8080" (loopback); port 0 = any
                               free; "unix:/run/queqiao.sock" */
    int threads;            /* loops; 0 = one per processor */
    int connections_max;    /* 0 = 16384 */
    int connections_per_ip; /* 0 = no limit: right behind a proxy */
    const char *upload_dir; /* where uploads are received */
    int64_t upload_max;     /* bytes; 0 = 200 MB */
    struct http_handler handler;
};

/* E_CONFLICT "http.port_in_use", E_INVALID "http.listen", E_INTERNAL otherwise. */
MUST_CHECK enum err http_start(const struct http_options *o, enum lang lang, struct failure *f,
                               struct http_server **ret);
/* The TCP port, 0 for a unix socket. */
int http_port(const struct http_server *s);
/* Accept nothing new, let running requests finish for at most `seconds`, close the rest. False when
 * some handler still held a request: then the server must be left alone until the process ends. */
bool http_stop(struct http_server *s, int seconds);
