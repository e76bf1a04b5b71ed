/* http.c — the server: its connections, starting and stopping. Requests are read by http_request.c,
 * answered by http_reply.c and http_stream.c.
 *
 * The library's own time limit is one of silence. A client that sends a byte now and then never is
 * silent, so every connection carries a deadline that moves with progress, and a sweeper cuts those
 * that are late. A suspended connection does not see its client go; streams ask the socket. */
#include "http/http_int.h"

#include <sodium.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 16384,
    SILENCE_SECONDS = 60, /* of a socket that should make progress */
    HEAD_MS = 10000,      /* from the connection to the first whole head */
    SWEEP_MS = 500,
};
static const int64_t UPLOAD_MAX = 200 << 20;

/* --- connections --- */

static void on_connection(void *arg, struct MHD_Connection *c, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct http_server *s = arg;
    struct conn *k = *socket_context;
    const struct sockaddr *peer;

    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        k = http_must(calloc(1, sizeof *k));
        k->fd = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        peer = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
        k->is_local = s->listener.path[0] || address_is_local(peer);
        if (!s->listener.path[0])
            address_text(peer, k->address);
        k->deadline = http_clock_ms() + HEAD_MS;
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
        int64_t now = http_clock_ms();

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

/* --- the server --- */

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
        { MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)http_on_completed, s },
        { MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s },
        { MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)http_on_target, s },
        { MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, NULL },
        { MHD_OPTION_END, 0, NULL },
    };

    s->daemon =
        MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                         http_on_request, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    return s->daemon != NULL;
}

enum err http_start(const struct http_options *o, enum lang lang, struct failure *f,
                    struct http_server **ret)
{
    struct http_server *s = http_must(calloc(1, sizeof *s));
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
    int64_t until = http_clock_ms() + (int64_t)seconds * 1000;

    atomic_store(&s->is_stopping, true);
    MHD_quiesce_daemon(s->daemon);
    pthread_join(s->sweeper, NULL);
    while (atomic_load(&s->active) > 0 && http_clock_ms() < until)
        usleep(10000);
    if (atomic_load(&s->active) > 0)
        return false;
    MHD_stop_daemon(s->daemon);
    server_free(s);
    return true;
}
