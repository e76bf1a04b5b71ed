/* progress.c — a thread that redraws one line five times a second, from two numbers that the
 * working thread sets. */
#include "app/progress.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { REDRAW_MS = 200, WIDTH = 30 };

static struct {
    pthread_t thread;
    bool is_running;
    const char *what;
    atomic_bool is_ending;
    atomic_llong done, total;
} bar;

static void draw(int seconds)
{
    long long done = atomic_load(&bar.done), total = atomic_load(&bar.total);
    char line[WIDTH * 3 + 1] = "";
    int filled = total > 0 ? (int)(done * WIDTH / total) : 0;

    if (total > 0) {
        for (int i = 0; i < WIDTH; i++)
            strncat(line, i < filled ? "█" : "░", 4);
        fprintf(stderr, "\r%s %s %lld / %lld  %d s ", bar.what, line, done, total, seconds);
    } else if (done > 0) {
        fprintf(stderr, "\r%s … %lld  %d s ", bar.what, done, seconds);
    } else {
        fprintf(stderr, "\r%s … %d s ", bar.what, seconds);
    }
    fflush(stderr);
}

static void *run(void *arg)
{
    const struct timespec pause = { .tv_nsec = REDRAW_MS * 1000000L };

    (void)arg;
    for (int i = 0; !atomic_load(&bar.is_ending); i++) {
        if (i > 0) /* work that is over at once shows nothing */
            draw(i * REDRAW_MS / 1000);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

void progress_start(const char *what)
{
    if (bar.is_running || !isatty(STDERR_FILENO))
        return;
    bar.what = what;
    atomic_store(&bar.done, 0);
    atomic_store(&bar.total, NONE);
    atomic_store(&bar.is_ending, false);
    bar.is_running = pthread_create(&bar.thread, NULL, run, NULL) == 0;
}

void progress_set(int64_t done, int64_t total)
{
    atomic_store(&bar.done, done);
    atomic_store(&bar.total, total);
}

void progress_end(void)
{
    if (!bar.is_running)
        return;
    atomic_store(&bar.is_ending, true);
    pthread_join(bar.thread, NULL);
    bar.is_running = false;
    fputs("\r\033[K", stderr);
}
