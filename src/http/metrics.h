/* metrics.h — counters in the text form Prometheus reads. */
#pragma once
#include "base/base.h"

/* One finished request. `op` is one of the program's own names (it is kept by pointer). */
void metrics_request(const char *op, int status, int64_t micros);

/* A number that is asked for when somebody looks: "live_clients" becomes queqiao_live_clients. At
 * most 32; the strings and arg must stay. The same name again replaces the first. */
void metrics_gauge(const char *name, const char *help, int64_t (*read)(void *arg), void *arg);

/* Everything, with the process's memory and processor time. */
const char *metrics_text(struct arena *mem);
