/* arena.h — memory with one lifetime. Everything of a request, a command or an import row lives
 * in an arena and goes with it; nothing is freed alone. Allocation never fails: out of memory
 * aborts the process, so every input must have a limit. */
#pragma once
#include "base/base.h"

struct arena;

/* A new empty arena. Freed with arena_free(). */
struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL is allowed */
/* Forget everything but keep the first block for reuse: for loops over many items. */
void arena_reset(struct arena *a);

/* `size` zeroed bytes aligned for any type. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((malloc, returns_nonnull));
/* Bytes handed out since creation or reset. */
size_t arena_used(const struct arena *a);

#define NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define NEW_ARRAY(a, type, n) ((type *)arena_alloc((a), sizeof(type) * (size_t)(n)))

/* Copies. The result is NUL-terminated; a NULL text gives NULL. */
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t len);
char *arena_printf(struct arena *a, const char *format, ...) PRINTF(2, 3);

/* A growing array in an arena: `struct x *items; size_t n, cap;` then ARENA_PUSH(a, items, n, cap)
 * yields a pointer to a new zeroed element. Old copies stay in the arena until it goes. */
void *arena_grow(struct arena *a, void *items, size_t n, size_t *cap, size_t item_size);
#define ARENA_PUSH(a, items, n, cap)                                                         \
    ((n) == (cap) ? (void)((items) = arena_grow((a), (items), (n), &(cap), sizeof *(items))) \
                  : (void)0,                                                                 \
     &(items)[(n)++])
