/* hands.c — see hands.h. */
#include "base/hands.h"

#include <pthread.h>
#include <unistd.h>

enum { ITEMS_WORTH_IT = 20000 }; /* below it a thread costs more than it saves */

struct working {
    struct hand hand;
    void (*work)(const struct hand *);
    pthread_t thread;
};

static void *work_alone(void *arg)
{
    struct working *w = arg;

    w->work(&w->hand);
    return NULL;
}

int hands_for(int32_t items)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);

    if (items < ITEMS_WORTH_IT || online < 1)
        return 1;
    return (int)MIN(online, HANDS_MAX);
}

void hands_work(int hands, int32_t n, void (*work)(const struct hand *), void *arg)
{
    struct working all[HANDS_MAX];
    bool started[HANDS_MAX] = { false };

    assert(hands >= 1 && hands <= HANDS_MAX);
    for (int h = 0; h < hands; h++)
        all[h] = (struct working){ .hand = { arg, h, (int32_t)((int64_t)n * h / hands),
                                             (int32_t)((int64_t)n * (h + 1) / hands) },
                                   .work = work };
    for (int h = 1; h < hands; h++)
        started[h] = pthread_create(&all[h].thread, NULL, work_alone, &all[h]) == 0;
    for (int h = 0; h < hands; h++)
        if (!started[h])
            work_alone(&all[h]);
    for (int h = 1; h < hands; h++)
        if (started[h])
            pthread_join(all[h].thread, NULL);
}
