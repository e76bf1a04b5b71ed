/* keyed.h — sorting by one number, in time linear in how many there are. Pure. Inside the module.
 */
#pragma once
#include "base/base.h"

struct keyed {
    uint64_t key;
    int32_t item;
};

/* Room for n and as many to sort with; 0 is allowed. */
struct keyed *keyed_new(struct arena *mem, int32_t n);
/* The first n ascending by key; equals stay as they stood. `keyed` is of keyed_new(). */
void keyed_sort(struct keyed *keyed, int32_t n);

/* A signed number as a key. */
static inline uint64_t keyed_of(int64_t number)
{
    return (uint64_t)number ^ (1ull << 63);
}
