/* api.h — /api/v1: HTTP requests as calls of operations. It finds who acts from the session cookie,
 * defends writes against forged requests (AUTH-8), decides on which thread an operation runs, and
 * turns its outcome into a reply. */
#pragma once
#include "http/http.h"
#include "platform/op.h"

struct api;

#define API_PREFIX "/api/v1"

/* Who holds this session token? Fills cx->who, or fails with E_UNAUTHENTICATED. cx->op is the
 * operation about to run, or NULL when an open event stream asks whether its session still lives:
 * that must not count as activity. May read the store by db_read(). Set once before anything is
 * served; the accounts module has it. */
typedef enum err authenticate_fn(struct ctx *cx, const char *token);
void api_authenticate_with(authenticate_fn *fn);

/* What X-CSRF-Token must say in requests of this session: an HMAC keyed by the token itself, so
 * that every server knows it and nobody else can compute it. GET /session and sign-in put it into
 * their replies as "csrf"; it also travels in their X-CSRF-Token header. */
const char *api_csrf_token(struct arena *mem, const char *session_token);

/* A unit of work for a request: language, request id, and the token of its cookie. */
struct ctx *api_ctx(struct store *store, const struct http_request *rq);
/* Runs the function above for cx->session_token. E_UNAUTHENTICATED "session.none" without one. */
MUST_CHECK enum err api_authenticate(struct ctx *cx);
/* Reply with cx's outcome and end cx. */
void api_finish(struct http_request *rq, struct ctx *cx, enum err err);

/* `wrote`, may be NULL, is called after each write that succeeded. */
struct api *api_new(struct store *store, void (*wrote)(void *arg), void *arg);
/* After the server has stopped; finishes what runs. NULL is allowed. */
void api_free(struct api *api);
/* The head of a request below API_PREFIX is there: says where the body goes, or refuses. */
enum http_sink api_sink(struct api *api, struct http_request *rq);
/* The request is complete: replies now or later. */
void api_handle(struct api *api, struct http_request *rq);
/* Run on a thread for slow reads; false when too many wait (reply has been sent). */
bool api_run_aside(struct api *api, struct http_request *rq, void (*fn)(void *arg), void *arg);
