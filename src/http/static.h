/* static.h — the console and the phone pages, from the files inside the binary (D12). Paths are
 * those of web/dist; "/" is index.html, "/phone/" phone/index.html. A file with siblings NAME.br
 * and NAME.gz goes out compressed to who accepts it. Files below assets/ carry a hash in their name
 * and may be kept for ever; all others are asked for again each time (ETag). The client routes by
 * the part after '#', so an unknown path is simply not found. */
#pragma once
#include "platform/asset.h"
#include "http/http.h"

struct site_files;

/* `assets` must stay. */
struct site_files *static_new(const struct asset *assets);
void static_free(struct site_files *s); /* after the server has stopped; NULL is allowed */
/* Replies. */
void static_handle(struct site_files *s, struct http_request *rq);
