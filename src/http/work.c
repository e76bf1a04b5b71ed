/* work.c — threads around one ring of tasks. */
#include "http/work.h"

#include <pthread.h>
#include <stdlib.h>

struct task {
    void (*fn)(void *arg);
    void *arg;
};

struct workers {
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t ready;
    struct task *ring;
    int size, first, waiting;
    bool is_ending;
    int threads;
    pthread_t thread[];
};

static void *work(void *arg)
{
    struct workers *w = arg;

    for (;;) {
        struct task task;

        pthread_mutex_lock(&w->lock);
        while (!w->waiting && !w->is_ending)
            pthread_cond_wait(&w->ready, &w->lock);
        if (!w->waiting) {
            pthread_mutex_unlock(&w->lock);
            return NULL;
        }
        task = w->ring[w->first];
        w->first = (w->first + 1) % w->size;
        w->waiting--;
        pthread_mutex_unlock(&w->lock);
        task.fn(task.arg);
    }
}

struct workers *workers_start(const char *name, int threads, int waiting_max)
{
    struct workers *w = calloc(1, sizeof *w + sizeof(pthread_t) * (size_t)threads);

    if (!w || !(w->ring = calloc((size_t)waiting_max, sizeof *w->ring)))
        abort();
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->ready, NULL);
    w->size = waiting_max;
    w->threads = threads;
    for (int i = 0; i < threads; i++) {
        if (pthread_create(&w->thread[i], NULL, work, w))
            abort();
        pthread_setname_np(w->thread[i], name);
    }
    return w;
}

bool workers_add(struct workers *w, void (*fn)(void *arg), void *arg)
{
    bool has_room;

    pthread_mutex_lock(&w->lock);
    has_room = w->waiting < w->size && !w->is_ending;
    if (has_room) {
        w->ring[(w->first + w->waiting++) % w->size] = (struct task){ fn, arg };
        pthread_cond_signal(&w->ready);
    }
    pthread_mutex_unlock(&w->lock);
    return has_room;
}

int workers_waiting(struct workers *w)
{
    int n;

    pthread_mutex_lock(&w->lock);
    n = w->waiting;
    pthread_mutex_unlock(&w->lock);
    return n;
}

void workers_stop(struct workers *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->is_ending = true;
    pthread_cond_broadcast(&w->ready);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->threads; i++)
        pthread_join(w->thread[i], NULL);
    pthread_mutex_destroy(&w->lock);
    pthread_cond_destroy(&w->ready);
    free(w->ring);
    free(w);
}
