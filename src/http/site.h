/* site.h — everything the server answers: /api/v1, its event stream, the pages, and what those who
 * run it ask (/health, /ready, and from this machine /metrics). Each request is logged and counted.
 */
#pragma once
#include "platform/asset.h"
#include "http/http.h"

struct site;
struct store;

/* `assets` (web/dist; may be NULL) must stay. */
struct site *site_new(struct store *store, const struct asset *assets);
struct http_handler site_handler(struct site *s);
/* End the event streams; to be done before http_stop(). */
void site_stop(struct site *s);
/* After http_stop(). NULL is allowed. */
void site_free(struct site *s);
