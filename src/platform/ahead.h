/* ahead.h — chunks of work made by a thread of their own, a few ahead of the one that uses them, in
 * their order: rows are read while others are checked, and sealed while others are written. */
#pragma once
#include "base/base.h"

struct ahead;
/* The next chunk, made in mem, which is the chunk's own; NULL at the end. Runs on the other thread,
 * so it shares nothing with the user of the chunks but what neither changes. */
typedef void *ahead_fn(struct arena *mem, void *arg);
struct ahead *ahead_start(const char *name, ahead_fn *fn, void *arg);
/* The next chunk in order, or NULL at the end; the one before it is gone. */
void *ahead_next(struct ahead *a);
/* Stop making chunks and free everything; also in the middle. NULL is allowed. */
void ahead_stop(struct ahead *a);
