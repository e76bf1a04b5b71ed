/* static.c — every reply that a file can give is made once, at the start. */
#include "http/static.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum encoding { PLAIN, BROTLI, GZIP, ENCODINGS };
static const struct {
    const char *suffix, *name;
} encodings[ENCODINGS] = { { "", NULL }, { ".br", "br" }, { ".gz", "gzip" } };

struct variant {
    struct http_prepared *full, *unchanged; /* NULL when there is no such file */
    char etag[40];
};
struct file {
    const char *path;
    struct variant variants[ENCODINGS];
};
struct site_files {
    struct arena *mem;
    size_t n, cap;
    struct file *files; /* sorted by path */
};

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {
        { ".html", "text/html; charset=utf-8" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".css", "text/css; charset=utf-8" },
        { ".json", "application/json; charset=utf-8" },
        { ".webmanifest", "application/manifest+json; charset=utf-8" },
        { ".svg", "image/svg+xml" },
        { ".png", "image/png" },
        { ".jpg", "image/jpeg" },
        { ".webp", "image/webp" },
        { ".ico", "image/x-icon" },
        { ".woff2", "font/woff2" },
        { ".wasm", "application/wasm" },
        { ".mp3", "audio/mpeg" },
        { ".txt", "text/plain; charset=utf-8" },
    };

    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (str_ends(path, types[i][0]))
            return types[i][1];
    }
    return "application/octet-stream";
}

static void prepare(struct arena *mem, const char *path, enum encoding encoding,
                    const struct asset *a, struct variant *ret)
{
    bool is_named_by_hash = str_starts(path, "assets/") || strstr(path, "/assets/");
    struct http_reply r = { .status = 200, .content_type = type_of(path) };
    unsigned char hash[crypto_generichash_BYTES_MIN];
    char hex[2 * sizeof hash + 1];
    int h = 0;

    crypto_generichash(hash, sizeof hash, a->start, (size_t)(a->end - a->start), NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    snprintf(ret->etag, sizeof ret->etag, "\"%s\"", hex);
    r.data = a->start;
    r.len = (size_t)(a->end - a->start);
    r.headers[h++] = (struct http_header){ "Cache-Control",
                                           is_named_by_hash ? "public, max-age=31536000, immutable"
                                                            : "no-cache" };
    r.headers[h++] = (struct http_header){ "ETag", arena_strdup(mem, ret->etag) };
    r.headers[h++] = (struct http_header){ "Vary", "Accept-Encoding" };
    if (encoding != PLAIN)
        r.headers[h++] = (struct http_header){ "Content-Encoding", encodings[encoding].name };
    ret->full = http_prepare(&r);
    r.status = 304;
    r.content_type = NULL;
    r.data = "";
    r.len = 0;
    ret->unchanged = http_prepare(&r);
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

static struct file *find(const struct site_files *s, const char *path)
{
    const struct file key = { .path = path };

    return s->n ? bsearch(&key, s->files, s->n, sizeof key, compare_paths) : NULL;
}

static enum encoding encoding_of(const char *path)
{
    for (int e = PLAIN + 1; e < ENCODINGS; e++) {
        if (str_ends(path, encodings[e].suffix))
            return (enum encoding)e;
    }
    return PLAIN;
}

struct site_files *static_new(const struct asset *assets)
{
    struct arena *mem = arena_new();
    struct site_files *s = NEW(mem, struct site_files);

    s->mem = mem;
    for (const struct asset *a = assets; a && a->path; a++) {
        if (encoding_of(a->path) != PLAIN)
            continue;
        ARENA_PUSH(mem, s->files, s->n, s->cap)->path = a->path;
    }
    if (s->n)
        qsort(s->files, s->n, sizeof *s->files, compare_paths);
    for (const struct asset *a = assets; a && a->path; a++) {
        enum encoding e = encoding_of(a->path);
        size_t len = strlen(a->path) - strlen(encodings[e].suffix);
        struct file *f = find(s, arena_strndup(mem, a->path, len));

        if (f)
            prepare(mem, f->path, e, a, &f->variants[e]);
    }
    return s;
}

void static_free(struct site_files *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++) {
        for (int e = 0; e < ENCODINGS; e++) {
            http_prepared_free(s->files[i].variants[e].full);
            http_prepared_free(s->files[i].variants[e].unchanged);
        }
    }
    arena_free(s->mem);
}

/* Does Accept-Encoding name the coding, other than with q=0? */
static bool accepts(const char *header, const char *coding)
{
    size_t len = strlen(coding);

    for (const char *p = header; p && *p; p += strcspn(p, ","), p += strspn(p, ", ")) {
        const char *after = p + len;

        if (strncasecmp(p, coding, len) != 0 || !strchr(" ;,", *after))
            continue;
        after += strspn(after, "; ");
        return strncasecmp(after, "q=", 2) != 0 || atof(after + 2) > 0;
    }
    return false;
}

static void redirect(struct http_request *rq, struct arena *mem, const char *path)
{
    struct http_reply r = { .status = 308,
                            .headers = { { "Location", arena_printf(mem, "%s/", path) },
                                         { "Cache-Control", "no-cache" } },
                            .release = (void (*)(void *))arena_free,
                            .release_arg = mem };

    r.data = "";
    http_reply(rq, &r);
}

static void send_file(struct http_request *rq, const struct file *f)
{
    const char *header = http_header(rq, "Accept-Encoding");
    const char *seen = http_header(rq, "If-None-Match");
    const struct variant *v = &f->variants[PLAIN];

    for (int e = PLAIN + 1; e < ENCODINGS; e++) {
        if (f->variants[e].full && accepts(header, encodings[e].name)) {
            v = &f->variants[e];
            break;
        }
    }
    http_reply_prepared(rq, seen && strstr(seen, v->etag) ? v->unchanged : v->full);
}

void static_handle(struct site_files *s, struct http_request *rq)
{
    char path[512];
    struct arena *mem;
    struct file *f;

    rq->op = "static";
    if (!str_eq(rq->method, "GET") && !str_eq(rq->method, "HEAD")) {
        http_refuse(rq, 405, "method.not_allowed", "此地址不支持该方法",
                    "this address does not take that method");
        return;
    }
    snprintf(path, sizeof path, "%s%s", rq->path + 1, str_ends(rq->path, "/") ? "index.html" : "");
    f = find(s, path);
    if (f) {
        send_file(rq, f);
        return;
    }
    snprintf(path, sizeof path, "%s/index.html", rq->path + 1);
    if (!find(s, path)) {
        http_refuse(rq, 404, "path.not_found", "没有这个页面", "there is no such page");
        return;
    }
    mem = arena_new();
    redirect(rq, mem, rq->path);
}
