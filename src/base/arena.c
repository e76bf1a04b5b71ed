/* arena.c — bump allocation in blocks that double up to 1 MiB; large requests get their own. */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { BLOCK_MIN = 4096, BLOCK_MAX = 1 << 20, ALIGN = 16 };

/* From this size on a block begins on a large page and asks for such: reading a hundred megabytes
 * here and there is several times slower through small ones. */
enum { PAGE_LARGE = 2 << 20, BLOCK_LARGE = 4 << 20 };

struct block {
    struct block *next;
    size_t size, used;
    _Alignas(16) unsigned char bytes[];
};

struct arena {
    struct block *head; /* the block being filled */
    size_t used, next_size;
};

static struct block *block_new(size_t size)
{
    bool is_large = size >= BLOCK_LARGE;
    size_t whole = (sizeof(struct block) + size + PAGE_LARGE - 1) & ~(size_t)(PAGE_LARGE - 1);
    struct block *b =
        is_large ? aligned_alloc(PAGE_LARGE, whole) : malloc(sizeof(struct block) + size);

    if (b && is_large)
        madvise(b, whole, MADV_HUGEPAGE); /* a wish; refused is as good */
    if (!b) {
        fputs("out of memory\n", stderr);
        abort();
    }
    b->next = NULL;
    b->size = size;
    b->used = 0;
    return b;
}

struct arena *arena_new(void)
{
    struct arena *a = malloc(sizeof *a);

    if (!a) {
        fputs("out of memory\n", stderr);
        abort();
    }
    *a = (struct arena){ .head = block_new(BLOCK_MIN), .next_size = BLOCK_MIN * 2 };
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    for (struct block *b = a->head, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void arena_reset(struct arena *a)
{
    struct block *keep = a->head;

    /* Keep the newest ordinary block, so that a loop settles on one that fits its items. */
    if (keep->size > BLOCK_MAX) {
        keep = block_new(BLOCK_MIN);
        keep->next = a->head;
    }
    for (struct block *b = keep->next, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    keep->next = NULL;
    keep->used = 0;
    a->head = keep;
    a->used = 0;
}

/* As arena_alloc(), not zeroed: what stands in the head's free bytes stays if they are enough. */
static void *take(struct arena *a, size_t size)
{
    size_t want = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct block *b = a->head;
    void *p;

    assert(want >= size);
    if (b->size - b->used < want) {
        if (want > a->next_size / 2) { /* its own block, behind the head that is still filling */
            struct block *own = block_new(want);
            own->next = b->next;
            b->next = own;
            b = own;
        } else {
            struct block *fresh = block_new(a->next_size);
            fresh->next = b;
            a->head = b = fresh;
            if (a->next_size < BLOCK_MAX)
                a->next_size *= 2;
        }
    }
    p = b->bytes + b->used;
    b->used += want;
    a->used += want;
    return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
    return memset(take(a, size), 0, size);
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
    char *copy;

    if (!text)
        return NULL;
    copy = take(a, len + 1);
    memcpy(copy, text, len);
    copy[len] = 0;
    return copy;
}

char *arena_strdup(struct arena *a, const char *text)
{
    return text ? arena_strndup(a, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    struct block *b = a->head;
    char *at = (char *)b->bytes + b->used, *text;
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(at, b->size - b->used, format, args); /* in place: mostly enough */
    va_end(args);
    assert(len >= 0);
    text = take(a, (size_t)len + 1);
    if (text != at)
        vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    return text;
}

void *arena_grow(struct arena *a, void *items, size_t n, size_t *cap, size_t item_size)
{
    size_t cap_new = *cap ? *cap * 2 : 8;
    void *fresh = arena_alloc(a, cap_new * item_size);

    if (n)
        memcpy(fresh, items, n * item_size);
    *cap = cap_new;
    return fresh;
}
