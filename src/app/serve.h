/* serve.h — the running server: HTTP, the journal's sealer, other background work, and an orderly
 * end. */
#pragma once
#include "platform/asset.h"
#include "platform/db.h"

struct serve_options {
    const char *listen;                          /* as in http.h; NULL = "127.0.0.1:8080" */
    int threads;                                 /* HTTP loops; 0 = one per processor */
    const char *upload_dir;                      /* NULL = the system's temporary directory */
    const struct asset *web;                     /* web_assets, or NULL */
    enum lang lang;                              /* of what is printed */
    void (*started)(const char *url, void *arg); /* NULL = print the URL on standard output */
    void *arg;
};

/* Call fn every so often on a thread of its own while serve_run() serves, first at the start. fn
 * must come back within seconds: the end waits for it. At most 16; to be added before. */
typedef void background_fn(struct store *store);
void serve_add_background(const char *name, background_fn *fn, int every_ms);

/* Serve until SIGTERM or SIGINT, then let what runs finish for at most 10 seconds. Every write that
 * was answered is on disk. The store must be migrated, operations registered and keys loaded; it
 * stays open. Returns the exit status: 0, or 3 after printing why it could not start. */
int serve_run(struct store *store, const struct serve_options *o);
