/* ahead.c — a ring of chunks between two threads. */
#include "platform/ahead.h"

#include <pthread.h>
#include <stdlib.h>

enum { SLOTS = 4 };

struct ahead {
    ahead_fn *fn;
    void *arg;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct arena *mem[SLOTS];
    void *chunk[SLOTS];
    int made, used; /* chunks so far; used: those that ahead_next() is done with */
    bool has_one;   /* the user holds a chunk */
    bool stop;
};

static void *make_chunks(void *arg)
{
    struct ahead *a = arg;
    void *chunk = a;

    while (chunk) {
        int slot;
        pthread_mutex_lock(&a->lock);
        while (a->made - a->used == SLOTS && !a->stop)
            pthread_cond_wait(&a->changed, &a->lock);
        slot = a->stop ? -1 : a->made % SLOTS;
        pthread_mutex_unlock(&a->lock);
        if (slot < 0)
            break;
        arena_reset(a->mem[slot]);
        chunk = a->fn(a->mem[slot], a->arg);
        pthread_mutex_lock(&a->lock);
        a->chunk[slot] = chunk;
        a->made++;
        pthread_cond_signal(&a->changed);
        pthread_mutex_unlock(&a->lock);
    }
    return NULL;
}

struct ahead *ahead_start(const char *name, ahead_fn *fn, void *arg)
{
    struct ahead *a = calloc(1, sizeof *a);

    if (!a)
        abort();
    a->fn = fn;
    a->arg = arg;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    for (int i = 0; i < SLOTS; i++)
        a->mem[i] = arena_new();
    if (pthread_create(&a->thread, NULL, make_chunks, a) != 0)
        abort();
    pthread_setname_np(a->thread, name);
    return a;
}

void *ahead_next(struct ahead *a)
{
    void *chunk;

    pthread_mutex_lock(&a->lock);
    if (a->has_one) {
        a->used++;
        pthread_cond_signal(&a->changed);
    }
    while (a->made == a->used)
        pthread_cond_wait(&a->changed, &a->lock);
    chunk = a->chunk[a->used % SLOTS];
    a->has_one = chunk != NULL; /* the end is told again and again */
    pthread_mutex_unlock(&a->lock);
    return chunk;
}

void ahead_stop(struct ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    for (int i = 0; i < SLOTS; i++)
        arena_free(a->mem[i]);
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->changed);
    free(a);
}
