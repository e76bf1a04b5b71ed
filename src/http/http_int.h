/* http_int.h — what the four files of the HTTP server share. Only http*.c include it, and they
 * alone know libmicrohttpd (0.9.75).
 *
 * The library calls http_on_request() on a loop's thread: once for the head, once for each piece of
 * body, once when the body is complete, and again after a resume. A request whose handler has not
 * replied by then is suspended; whoever replies resumes it, and the loop sends. `lock` of a request
 * orders those two. */
#pragma once
#include "http/http.h"
#include "http/listen.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

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
    char address[INET6_ADDRSTRLEN];
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

static inline int64_t http_clock_ms(void) /* coarse: for deadlines */
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline int64_t http_clock_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static inline void *http_must(void *p)
{
    if (!p)
        abort(); /* out of memory, as in arena.c */
    return p;
}

static inline struct request *http_private(const struct http_request *rq)
{
    return (struct request *)rq;
}

/* --- http_reply.c --- */
/* Hands the reply over to the loop, which may be waiting for it. One of the last three at most. */
void http_deliver(struct request *rq, const struct http_reply *reply, int fd,
                  struct http_prepared *prepared, struct http_stream *stream);
/* Headers of every reply, and the reply's own. */
void http_add_headers(struct MHD_Response *m, const struct http_reply *r);
/* On the loop: gives a delivered reply to the library. */
enum MHD_Result http_send_reply(struct request *rq);
/* The client went before its reply could leave. */
void http_drop_reply(struct request *rq);

/* --- http_stream.c --- */
struct MHD_Response *http_response_of_stream(struct request *rq);
void http_stream_unref(struct http_stream *st);

/* --- http_request.c: the library's callbacks --- */
void *http_on_target(void *server, const char *target, struct MHD_Connection *c);
enum MHD_Result http_on_request(void *server, struct MHD_Connection *c, const char *url,
                                const char *method, const char *version, const char *data,
                                size_t *n, void **con_cls);
void http_on_completed(void *server, struct MHD_Connection *c, void **con_cls,
                       enum MHD_RequestTerminationCode code);
