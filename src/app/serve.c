/* serve.c — start, wait, stop. */
#include "app/serve.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "http/http.h"
#include "platform/journal.h"
#include "platform/log.h"
#include "http/metrics.h"
#include "http/site.h"

enum { BACKGROUND_MAX = 16, GRACE_SECONDS = 10, SEAL_MS = 1000, PER_IP_MAX = 256 };

static struct background {
    const char *name;
    background_fn *fn;
    int every_ms;
    struct store *store;
    pthread_t thread;
} tasks[BACKGROUND_MAX];
static int task_count;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards is_ending */
static pthread_cond_t ending = PTHREAD_COND_INITIALIZER;
static bool is_ending;

void serve_add_background(const char *name, background_fn *fn, int every_ms)
{
    assert(task_count < BACKGROUND_MAX);
    tasks[task_count++] = (struct background){ .name = name, .fn = fn, .every_ms = every_ms };
}

static bool wait_for_end(int ms)
{
    struct timespec until;
    bool ended;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += ms % 1000 * 1000000L;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lock);
    while (!is_ending && pthread_cond_timedwait(&ending, &lock, &until) == 0)
        ;
    ended = is_ending;
    pthread_mutex_unlock(&lock);
    return ended;
}

static void *run_task(void *arg)
{
    struct background *t = arg;

    pthread_setname_np(pthread_self(), t->name);
    do
        t->fn(t->store);
    while (!wait_for_end(t->every_ms));
    return NULL;
}

/* --- sealing --- */

static void seal_journal(struct store *store)
{
    struct ctx *cx = ctx_new(store, store_now(store));
    int sealed = 0;

    ctx_as_system(cx);
    if (journal_seal(cx, &sealed) != OK)
        log_event("journal.seal_failed", cx->failure.code);
    ctx_free(cx);
}

static enum err count_unsealed(struct ctx *cx, void *arg)
{
    struct rows r;

    TRY(db_one(cx, &r,
               "SELECT (SELECT coalesce(max(seq), 0) FROM journal WHERE"
               " SCOPE_NOT(journal 'a number for those who run the server'))"
               " - (SELECT coalesce(max(last_seq), 0) FROM journal_block) AS n"));
    *(int64_t *)arg = row_int(&r, 0, "n");
    return OK;
}

static int64_t unsealed(void *store)
{
    struct ctx *cx = ctx_new(store, store_now(store));
    int64_t n = -1;

    ctx_as_system(cx);
    if (db_read(cx, count_unsealed, &n) != OK)
        n = -1;
    ctx_free(cx);
    return n;
}

/* --- the server --- */

static bool is_loopback(const char *listen)
{
    return listen[0] == ':' || str_starts(listen, "127.") || str_starts(listen, "[::1]") ||
           str_starts(listen, "unix:");
}

static void say_where(const struct serve_options *o, const char *listen, int port)
{
    const char *colon = strrchr(listen, ':');
    int len = listen[0] == ':' ? 0 : (int)(colon - listen);
    char url[300];

    if (str_starts(listen, "unix:"))
        snprintf(url, sizeof url, "%s", listen);
    else
        snprintf(url, sizeof url, "http://%.*s:%d/", len ? len : 9, len ? listen : "127.0.0.1",
                 port);
    if (o->started) {
        o->started(url, o->arg);
        return;
    }
    printf("%s\n", url);
    fflush(stdout);
}

static void start_background(struct store *store)
{
    is_ending = false;
    for (int i = 0; i < task_count; i++) {
        tasks[i].store = store;
        if (pthread_create(&tasks[i].thread, NULL, run_task, &tasks[i]))
            abort();
    }
}

static void stop_background(void)
{
    pthread_mutex_lock(&lock);
    is_ending = true;
    pthread_cond_broadcast(&ending);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < task_count; i++)
        pthread_join(tasks[i].thread, NULL);
}

static void add_sealer_once(void)
{
    for (int i = 0; i < task_count; i++) {
        if (tasks[i].fn == seal_journal)
            return;
    }
    serve_add_background("seal", seal_journal, SEAL_MS);
}

static int stop(struct http_server *server, struct site *site)
{
    site_stop(site);
    if (http_stop(server, GRACE_SECONDS)) {
        stop_background();
        site_free(site);
        log_stop();
        return 0;
    }
    /* Something still runs, and will be undone or was never answered: the process must end with
     * it. Nothing that was answered is lost. */
    log_event("serve.cut_off", "operations were still running");
    log_stop();
    _exit(0);
}

int serve_run(struct store *store, const struct serve_options *o)
{
    const char *listen = o->listen ? o->listen : "127.0.0.1:8080";
    struct http_options http = { .listen = listen,
                                 .threads = o->threads,
                                 .connections_per_ip = is_loopback(listen) ? 0 : PER_IP_MAX,
                                 .upload_dir = o->upload_dir };
    struct failure f = { 0 };
    struct http_server *server;
    struct site *site;
    sigset_t signals, before;
    int got;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, &before); /* all threads inherit it; this one waits */
    site = site_new(store, o->web);
    http.handler = site_handler(site);
    if (http_start(&http, o->lang, &f, &server) != OK) {
        fprintf(stderr, "queqiao: %s\n", f.message);
        site_stop(site);
        site_free(site);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        return err_exit(E_INTERNAL);
    }
    metrics_gauge("journal_unsealed", "Journal entries not yet sealed.", unsealed, store);
    log_start();
    add_sealer_once();
    start_background(store);
    say_where(o, listen, http_port(server));
    while (sigwait(&signals, &got) != 0)
        ;
    got = stop(server, site);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return got;
}
