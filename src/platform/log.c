/* log.c — lines gather in one buffer and leave together. */
#include "platform/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/date.h"

enum { BUFFER_MAX = 1 << 20, WRITE_AT = BUFFER_MAX / 2, EVERY_MS = 100, LINE_MAX_BYTES = 640 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static char buffers[2][BUFFER_MAX];
static int filling;
static size_t len;
static int64_t dropped;
static bool is_running, is_ending;
static pthread_t thread;
static int out = STDERR_FILENO;

static void write_all(const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = write(out, text, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return; /* nobody to tell */
        text += done;
        n -= (size_t)done;
    }
}

static const char *now_text(char text[21])
{
    return instant_format((int64_t)time(NULL), text);
}

static void *run(void *arg)
{
    bool is_last = false;

    (void)arg;
    while (!is_last) {
        struct timespec until;
        char *full;
        size_t n;

        pthread_mutex_lock(&lock);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += EVERY_MS * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_nsec -= 1000000000L;
            until.tv_sec++;
        }
        if (!is_ending && len < WRITE_AT)
            pthread_cond_timedwait(&wake, &lock, &until);
        full = buffers[filling];
        n = len;
        filling = !filling;
        len = 0;
        if (dropped) {
            char at[21];
            int line = snprintf(buffers[filling], LINE_MAX_BYTES,
                                "{\"at\":\"%s\",\"event\":\"log.dropped\",\"detail\":\"%lld\"}\n",
                                now_text(at), (long long)dropped);

            len = (size_t)line;
            dropped = 0;
        }
        is_last = is_ending && len == 0 && n == 0;
        pthread_mutex_unlock(&lock);
        write_all(full, n);
    }
    return NULL;
}

static void put(const char *line, size_t n)
{
    pthread_mutex_lock(&lock);
    if (!is_running) {
        write_all(line, n);
    } else if (len + n > BUFFER_MAX) {
        dropped++;
    } else {
        memcpy(buffers[filling] + len, line, n);
        len += n;
        if (len >= WRITE_AT)
            pthread_cond_signal(&wake);
    }
    pthread_mutex_unlock(&lock);
}

/* Quoted, with everything escaped that could end the line or the string; bounded. */
static const char *quoted(char *to, size_t size, const char *text)
{
    size_t n = 0;

    to[n++] = '"';
    for (; *text && n + 8 < size; text++) {
        unsigned char c = (unsigned char)*text;

        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
            n += (size_t)snprintf(to + n, size - n, "\\u%04x", c);
        else
            to[n++] = (char)c;
    }
    to[n++] = '"';
    to[n] = '\0';
    return to;
}

void log_request(const struct log_request *r)
{
    char line[LINE_MAX_BYTES], at[21], op[96], method[40], error[96], user[24] = "null";
    int n;

    if (r->user_id != NONE)
        snprintf(user, sizeof user, "\"%lld\"", (long long)r->user_id);
    n = snprintf(line, sizeof line,
                 "{\"at\":\"%s\",\"request\":\"%s\",\"method\":%s,\"op\":%s,\"status\":%d,"
                 "\"ms\":%lld.%03lld,\"user_id\":%s,\"error\":%s}\n",
                 now_text(at), r->request, quoted(method, sizeof method, r->method),
                 r->op ? quoted(op, sizeof op, r->op) : "null", r->status,
                 (long long)(r->micros / 1000), (long long)(r->micros % 1000), user,
                 r->error[0] ? quoted(error, sizeof error, r->error) : "null");
    put(line, MIN((size_t)n, sizeof line - 1));
}

void log_event(const char *event, const char *detail)
{
    char line[LINE_MAX_BYTES], at[21], what[96], more[400];
    int n =
        snprintf(line, sizeof line, "{\"at\":\"%s\",\"event\":%s,\"detail\":%s}\n", now_text(at),
                 quoted(what, sizeof what, event), quoted(more, sizeof more, detail));

    put(line, MIN((size_t)n, sizeof line - 1));
}

void log_start(void)
{
    pthread_mutex_lock(&lock);
    is_ending = false;
    is_running = pthread_create(&thread, NULL, run, NULL) == 0;
    pthread_mutex_unlock(&lock);
}

void log_stop(void)
{
    pthread_mutex_lock(&lock);
    if (!is_running) {
        pthread_mutex_unlock(&lock);
        return;
    }
    is_ending = true;
    pthread_cond_signal(&wake);
    pthread_mutex_unlock(&lock);
    pthread_join(thread, NULL);
    is_running = false;
}

void log_to(int fd)
{
    out = fd;
}
