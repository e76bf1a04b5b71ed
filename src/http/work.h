/* work.h — a few threads that do what must not hold up a loop. */
#pragma once
#include "base/base.h"

struct workers;

/* `threads` threads named `name`, and room for `waiting_max` tasks that wait. */
struct workers *workers_start(const char *name, int threads, int waiting_max);
/* fn(arg) on one of the threads. False when too many wait: tell the caller to come back. */
MUST_CHECK bool workers_add(struct workers *w, void (*fn)(void *arg), void *arg);
/* Tasks that wait for a thread. */
int workers_waiting(struct workers *w);
/* Finish what was added, then end. NULL is allowed. */
void workers_stop(struct workers *w);
