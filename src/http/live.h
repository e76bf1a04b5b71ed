/* live.h — GET /api/v1/events: what has changed, as it happens (text/event-stream). Each event is a
 * journal entry the reader may see, {"kind","id","action","at"}: enough to know what to read again.
 * Readers who come back with Last-Event-ID get what they missed.
 *
 * One thread serves all readers. It looks into the journal when woken, and once a second for what
 * other servers wrote; in that second it also asks whether each session still lives, so that a
 * revoked right ends a stream at once (T7). */
#pragma once
#include "http/http.h"

struct live;
struct store;
struct api;

struct live *live_start(struct store *store);
/* Takes over a request for the stream; replies later. */
void live_open(struct live *l, struct api *api, struct http_request *rq);
/* Something was committed: look now. From any thread. */
void live_wake(struct live *l);
/* End all streams and the thread. Requests that come later are refused. */
void live_stop(struct live *l);
void live_free(struct live *l); /* after the server has stopped; NULL is allowed */
