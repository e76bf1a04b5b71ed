/* hands.h — many items looked at by several threads at once, a range each. */
#pragma once
#include "base/base.h"

enum { HANDS_MAX = 8 };

/* A range of items for one thread. What is computed must not depend on how the items are divided.
 */
struct hand {
    void *arg;
    int number; /* from 0 */
    int32_t from, to;
};

/* How many are worth it for so many items: one for each processor, or one alone for few. */
int hands_for(int32_t items);

/* Divide items 0 … n - 1 into one range a hand, ascending, do all at once and wait. */
void hands_work(int hands, int32_t n, void (*work)(const struct hand *), void *arg);
