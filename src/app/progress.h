/* progress.h — a bar on the terminal while a command works long. On stderr, and only where that is
 * a terminal: a script sees nothing of it. */
#pragma once
#include "base/base.h"

/* `what` is a text that stays: "匹配". One bar at a time. */
void progress_start(const char *what);
/* From the thread that works: so much is done of `total`; NONE when it is not known. */
void progress_set(int64_t done, int64_t total);
/* Takes the bar away. */
void progress_end(void);
