/* Chunks made ahead by another thread: all of them, in order, and given up at any moment. */
#include "harness.h"

#include "platform/ahead.h"

struct numbers {
    int next, end;
};

/* A chunk is an array of numbers with its length before them. */
static void *next_numbers(struct arena *mem, void *arg)
{
    struct numbers *n = arg;
    int *chunk = NEW_ARRAY(mem, int, 101);

    if (n->next == n->end)
        return NULL;
    for (chunk[0] = 0; chunk[0] < 100 && n->next < n->end; chunk[0]++)
        chunk[chunk[0] + 1] = n->next++;
    return chunk;
}

TEST("chunks made ahead come all, in their order, and stay whole while they are used")
{
    struct numbers n = { 0, 12345 };
    struct ahead *a = ahead_start("test", next_numbers, &n);
    int seen = 0;

    for (const int *chunk; (chunk = ahead_next(a));)
        for (int i = 1; i <= chunk[0]; i++)
            EXPECT_INT(chunk[i], seen++);
    EXPECT_INT(seen, 12345);
    EXPECT(ahead_next(a) == NULL); /* the end stays the end */
    ahead_stop(a);
}

TEST("chunks made ahead can be given up before, during and after their use")
{
    for (int taken = 0; taken < 8; taken++) {
        struct numbers n = { 0, 1000000 };
        struct ahead *a = ahead_start("test", next_numbers, &n);
        for (int i = 0; i < taken; i++)
            EXPECT(ahead_next(a) != NULL);
        ahead_stop(a);
        EXPECT(n.next <= (taken + 5) * 100); /* and were not made without bound */
    }
    ahead_stop(NULL);
}
