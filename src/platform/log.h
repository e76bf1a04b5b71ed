/* log.h — one JSON line per request on standard error: who did what, how it ended, how long it
 * took. No personal data, no query strings. Between log_start() and log_stop() a thread does the
 * writing, so that a slow reader of the log holds up nobody: lines that find no room are counted
 * and dropped. */
#pragma once
#include "base/base.h"

struct log_request {
    const char *request; /* its id */
    const char *op;      /* NULL when it came to none */
    const char *method;
    int status;
    int64_t micros;
    int64_t user_id;   /* NONE before sign-in */
    const char *error; /* code of the failure, "" when there is none */
};
void log_request(const struct log_request *r);
/* {"at":…,"event":event,"detail":detail}: what happens to the program itself. */
void log_event(const char *event, const char *detail);

void log_start(void);
void log_stop(void);
/* For tests: write to this descriptor instead of standard error. */
void log_to(int fd);
