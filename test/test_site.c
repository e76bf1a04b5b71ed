/* test_site.c — what the server answers, over real sockets: operations, sessions, forged requests,
 * files, pages, events, and how it ends. */
#include "stores.h"
#include "app/serve.h"
#include "http/api.h"
#include "platform/journal.h"
#include "platform/log.h"
#include "http/site.h"
#include "platform/temp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* --- a module to call --- */

static atomic_bool is_revoked, must_change;
static _Atomic int64_t proved_at;

#define TOKEN "clerk-token-0123456789abcdef"

/* Any token that begins with "clerk" is a clerk of Anding (621102). */
static enum err fake_authenticate(struct ctx *cx, const char *token)
{
    if (!str_starts(token, "clerk") || atomic_load(&is_revoked))
        return fail(cx, E_UNAUTHENTICATED, "session.ended", "%s", T("登录已失效", "signed out"));
    cx->who = (struct actor){ .user_id = 7, .perms = PERM_BIT(PERM_NONE), .user_name = "clerk" };
    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE,
                                    .home_lo = 621102000000,
                                    .home_hi = 621102999999,
                                    .work_lo = NONE,
                                    .work_hi = NONE,
                                    .employer_id = NONE,
                                    .person_id = NONE };
    cx->who.must_change_password = atomic_load(&must_change);
    cx->who.proved_at = atomic_load(&proved_at);
    return OK;
}

struct note {
    int64_t id;
    const char *text;
    int64_t home;
};
static const struct field note_fields[] = {
    FIELD(struct note, text, FIELD_TEXT, "内容", "Text", .required = true),
    PARAM(struct note, home, FIELD_INT, "地区", "Division"),
    { 0 },
};

static enum err write_note(struct ctx *cx)
{
    const struct note *in = cx->in;

    TRY(journal_append(cx, &(struct journal_entry){ .kind = "note",
                                                    .record_id = 12,
                                                    .action = "create",
                                                    .home = in->home,
                                                    .work = NONE,
                                                    .employer_id = NONE,
                                                    .person_id = NONE }));
    json_object(cx->out);
    json_put_str(cx->out, "text", in->text);
    json_end(cx->out);
    return OK;
}

static enum err read_note(struct ctx *cx)
{
    json_object(cx->out);
    json_put_id(cx->out, "id", cx->id);
    json_put_str(cx->out, "query", cx->query);
    json_put_str(cx->out, "lang", cx->lang == LANG_EN ? "en" : "zh");
    json_put_int(cx->out, "version", cx->version);
    json_put_str(cx->out, "device", cx->device_token);
    json_put_str(cx->out, "address", cx->address);
    json_end(cx->out);
    return OK;
}

static enum err sign_in(struct ctx *cx)
{
    cx->set_cookie = TOKEN;
    cx->set_device = TOKEN "D";
    return OK;
}

static enum err sign_out(struct ctx *cx)
{
    cx->set_cookie = "";
    return OK;
}

static enum err who(struct ctx *cx)
{
    if (cx->who.user_id == NONE)
        return fail(cx, E_UNAUTHENTICATED, "session.none", "%s", T("请先登录", "sign in"));
    json_object(cx->out);
    json_put_str(cx->out, "csrf", api_csrf_token(cx->mem, cx->session_token));
    json_end(cx->out);
    return OK;
}

static enum err take_file(struct ctx *cx)
{
    char text[16] = "";
    FILE *f = fopen(cx->upload_path, "re");

    if (f && fgets(text, sizeof text, f))
        fclose(f);
    json_object(cx->out);
    json_put_str(cx->out, "name", cx->upload_name);
    json_put_str(cx->out, "text", text);
    json_end(cx->out);
    return OK;
}

static char given_path[80];

static enum err give_file(struct ctx *cx)
{
    FILE *file;
    const char *path;

    TRY(temp_file(cx, "", &path));
    snprintf(given_path, sizeof given_path, "%s", path);
    file = fopen(given_path, "wb");
    if (!file || fwrite("hello", 1, 5, file) != 5 || fclose(file) != 0)
        abort();
    cx->reply_file = (struct reply_file){ given_path, "名册 \"1\".csv", "text/csv", true };
    return OK;
}

static enum err be_slow(struct ctx *cx)
{
    (void)cx;
    usleep(300000);
    return OK;
}

static const struct op ops[] = {
    { "note.write", "POST /notes", PERM_NONE, write_note, "写", "Write.", .in = note_fields,
      .in_size = sizeof(struct note) },
    { "note.read", "GET /notes/{id}", PERM_NONE, read_note, "读", "Read." },
    { "note.manage", "GET /secrets", PERM_ACCOUNT_MANAGE, read_note, "管", "Manage." },
    { "note.pay", "POST /money", PERM_NONE, sign_out, "付", "Pay.", .flags = OP_REAUTH },
    { "session.in", "POST /session", PERM_NONE, sign_in, "登录", "In.",
      .flags = OP_PUBLIC | OP_DETACHED },
    { "session.out", "DELETE /session", PERM_NONE, sign_out, "退出", "Out." },
    { "session.get", "GET /session", PERM_NONE, who, "会话", "Who.", .flags = OP_PUBLIC },
    { "file.put", "PUT /files", PERM_NONE, take_file, "传", "Put.", .flags = OP_UPLOAD },
    { "file.get", "GET /files", PERM_NONE, give_file, "取", "Get.",
      .flags = OP_FILE | OP_DETACHED },
    { "note.slow", "GET /slow", PERM_NONE, be_slow, "慢", "Slow.", .flags = OP_DETACHED },
    { 0 },
};
static const struct module module = { .name = "note", .zh = "笔记", .en = "Notes", .ops = ops };
static const struct module *const modules[] = { &module, NULL };

/* --- a server on a free port --- */

#define PAGE(name, text)                                                                 \
    {                                                                                    \
        name, (const unsigned char *)text, (const unsigned char *)text + sizeof text - 1 \
    }
static const struct asset pages[] = {
    PAGE("assets/app-1a.js", "plain"),
    PAGE("assets/app-1a.js.br", "brotli"),
    PAGE("assets/app-1a.js.gz", "gzip"),
    PAGE("index.html", "<!doctype html>"),
    PAGE("phone/index.html", "<!doctype html><p>phone"),
    { 0 },
};

static struct site *site;
static struct http_server *server;
static const struct module *const *modules_before;

static void start(struct ctx *cx)
{
    struct http_options o = { .listen = "127.0.0.1:0", .threads = 2 };
    struct failure f = { 0 };

    modules_before = ops_modules();
    ops_register(modules);
    api_authenticate_with(fake_authenticate);
    is_revoked = must_change = false;
    proved_at = 0;
    log_to(open("/dev/null", O_WRONLY | O_CLOEXEC));
    site = site_new(cx->store, pages);
    o.handler = site_handler(site);
    EXPECT_INT(http_start(&o, LANG_EN, &f, &server), OK);
}

static void stop(void)
{
    site_stop(site);
    EXPECT(http_stop(server, 5));
    site_free(site);
    ops_register(modules_before);
}

static int dial(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)http_port(server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connect(fd, (struct sockaddr *)&a, sizeof a))
        abort();
    return fd;
}

/* Everything until the server closes, or `ms` have passed, or `until` has come. */
static const char *receive(int fd, int ms, const char *until)
{
    static char buf[1 << 16];
    struct pollfd p = { .fd = fd, .events = POLLIN };
    size_t len = 0;
    ssize_t n = 1;

    buf[0] = '\0';
    while (n > 0 && poll(&p, 1, ms) > 0 && !(until && strstr(buf, until))) {
        n = recv(fd, buf + len, sizeof buf - 1 - len, 0);
        len += n > 0 ? (size_t)n : 0;
        buf[len] = '\0';
        if (until && strstr(buf, until))
            break;
    }
    return buf;
}

/* A request with headers (each ended by \n) and a body, and the whole response. */
static const char *ask(const char *line, const char *headers, const char *body)
{
    int fd = dial();
    const char *got;

    dprintf(fd, "%s HTTP/1.1\r\nHost: queqiao\r\nConnection: close\r\n%s", line, headers);
    if (body)
        dprintf(fd, "Content-Length: %zu\r\n", strlen(body));
    dprintf(fd, "\r\n%s", body ? body : "");
    got = receive(fd, 5000, NULL);
    close(fd);
    return got;
}

static int status(const char *response)
{
    return str_starts(response, "HTTP/1.1 ") ? (int)strtol(response + 9, NULL, 10) : 0;
}

#define SIGNED_IN "Cookie: a=b; sid=" TOKEN "\r\n"
#define JSON "Content-Type: application/json\r\n"
#define OWN "Origin: http://queqiao\r\n"

static const char *csrf_header(void)
{
    return arena_printf(test_arena(), "X-CSRF-Token: %s\r\n", api_csrf_token(test_arena(), TOKEN));
}

static const char *headers(const char *more)
{
    return arena_printf(test_arena(), SIGNED_IN "%s%s", csrf_header(), more);
}

/* --- operations --- */

STORE_TEST("an operation gets its id, query, language and version, and replies in JSON")
{
    const char *got;

    start(cx);
    got = ask("GET /api/v1/notes/12?a=1&lang=en&b=2", SIGNED_IN "If-Match: \"3\"\r\n", NULL);
    EXPECT_INT(status(got), 200);
    EXPECT(strstr(got, "{\"id\":\"12\",\"query\":\"a=1&b=2\",\"lang\":\"en\",\"version\":3,"));
    EXPECT(strstr(got, "Cache-Control: no-store"));
    EXPECT(strstr(got, "X-Content-Type-Options: nosniff"));
    EXPECT(strstr(got, "X-Request-Id: "));
    got = ask("GET /api/v1/notes/12", SIGNED_IN "Accept-Language: en;q=0.5, zh-CN\r\n", NULL);
    EXPECT(strstr(got, "\"lang\":\"zh\""));
    got = ask("HEAD /api/v1/notes/12", SIGNED_IN, NULL);
    EXPECT_INT(status(got), 200);
    EXPECT(!strstr(got, "{"));
    EXPECT_INT(status(ask("GET /api/v1/notes/12", SIGNED_IN "If-Match: x\r\n", NULL)), 400);
    stop();
}

STORE_TEST("what cannot be done is said with status, code and message")
{
    const char *got;

    start(cx);
    got = ask("GET /api/v1/notes/12", "Accept-Language: en\r\n", NULL);
    EXPECT_INT(status(got), 401);
    EXPECT(strstr(got, "{\"code\":\"session.none\",\"message\":\"please sign in\",\"field\":"));
    EXPECT(strstr(got, "Content-Security-Policy: "));
    EXPECT_INT(status(ask("GET /api/v1/secrets", SIGNED_IN, NULL)), 403);
    EXPECT_INT(status(ask("GET /api/v1/nothing", SIGNED_IN, NULL)), 404);
    EXPECT_INT(status(ask("GET /api/v2/notes", SIGNED_IN, NULL)), 404);
    EXPECT_INT(status(ask("PUT /api/v1/notes/12", SIGNED_IN, NULL)), 405);
    EXPECT_INT(status(ask("OPTIONS /api/v1/notes/12", SIGNED_IN, NULL)), 405);
    EXPECT_INT(status(ask("TRACE /", "", NULL)), 405);
    got = ask("POST /api/v1/notes", headers(OWN JSON), "{}");
    EXPECT_INT(status(got), 400);
    EXPECT(strstr(got, "\"field\":\"text\""));
    got =
        ask("POST /api/v1/notes", headers(OWN "Content-Type: text/plain\r\n"), "{\"text\":\"a\"}");
    EXPECT(strstr(got, "body.not_json"));
    stop();
}

STORE_TEST("a write needs its own origin and the session's token, each of them")
{
    const struct {
        const char *headers;
        int status;
    } cases[] = {
        { headers(OWN JSON), 200 },
        { headers("Sec-Fetch-Site: same-origin\r\n" JSON), 200 },
        { headers(JSON), 403 },
        { headers("Origin: http://elsewhere\r\n" JSON), 403 },
        { headers("Origin: null\r\n" JSON), 403 },
        { headers(OWN "Sec-Fetch-Site: cross-site\r\n" JSON), 403 },
        { headers(OWN "Sec-Fetch-Site: same-site\r\n" JSON), 403 },
        { SIGNED_IN OWN JSON, 403 },
        { SIGNED_IN OWN JSON "X-CSRF-Token: 00000000000000000000000000000000\r\n", 403 },
        { OWN JSON, 401 },
    };

    start(cx);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *got =
            ask("POST /api/v1/notes", cases[i].headers, "{\"text\":\"a\",\"home\":621102001000}");

        if (status(got) != cases[i].status)
            test_fail(__FILE__, __LINE__, "case %zu: %s", i, got);
    }
    stop();
}

STORE_TEST("the same idempotency key writes once")
{
    const char *with = headers(OWN JSON "Idempotency-Key: 0123456789\r\n");

    start(cx);
    EXPECT(strstr(ask("POST /api/v1/notes", with, "{\"text\":\"a\"}"), "{\"text\":\"a\"}"));
    EXPECT(strstr(ask("POST /api/v1/notes", with, "{\"text\":\"a\"}"), "{\"text\":\"a\"}"));
    EXPECT_INT(status(ask("POST /api/v1/notes", with, "{\"text\":\"b\"}")), 409);
    stop();
}

/* --- sessions --- */

STORE_TEST("signing in sets the cookie, behind TLS bound to the host")
{
    const char *csrf = api_csrf_token(test_arena(), TOKEN), *got;

    start(cx);
    got = ask("POST /api/v1/session", JSON, "{}");
    EXPECT_INT(status(got), 200);
    EXPECT(strstr(got, "Set-Cookie: sid=" TOKEN "; Path=/; HttpOnly; SameSite=Lax\r\n"));
    EXPECT(strstr(got, "Set-Cookie: did=" TOKEN "D; Path=/; Max-Age=15552000; HttpOnly;"
                       " SameSite=Strict\r\n"));
    EXPECT(strstr(got, arena_printf(test_arena(), "X-CSRF-Token: %s", csrf)));
    got = ask("POST /api/v1/session", JSON "X-Forwarded-Proto: https\r\n", "{}");
    EXPECT(strstr(got, "Set-Cookie: __Host-did=" TOKEN "D; Path=/; Max-Age=15552000; HttpOnly;"
                       " SameSite=Strict; Secure\r\n"));
    EXPECT(strstr(got,
                  "Set-Cookie: __Host-sid=" TOKEN "; Path=/; HttpOnly; SameSite=Lax; Secure\r\n"));
    EXPECT_INT(status(ask("POST /api/v1/session", JSON "Origin: http://elsewhere\r\n", "{}")), 403);
    got = ask("GET /api/v1/session", SIGNED_IN, NULL);
    EXPECT(strstr(got, arena_printf(test_arena(), "{\"csrf\":\"%s\"}", csrf)));
    EXPECT_INT(status(ask("GET /api/v1/session", "", NULL)), 401);
    /* Behind TLS the plain cookie counts for nothing. */
    EXPECT_INT(status(ask("GET /api/v1/session", SIGNED_IN "X-Forwarded-Proto: https\r\n", NULL)),
               401);
    got = ask("DELETE /api/v1/session", headers(OWN), NULL);
    EXPECT(strstr(got, "Set-Cookie: sid=; Path=/; Max-Age=0"));
    stop();
}

STORE_TEST("a caller's network is what the proxy says, of IPv6 the first half")
{
    static const struct {
        const char *headers, *address;
    } cases[] = {
        { "", "null" },
        { "X-Forwarded-For: 192.0.2.7\r\n", "\"192.0.2.7\"" },
        { "X-Forwarded-For: 10.1.1.1, 192.0.2.7\r\n", "\"192.0.2.7\"" },
        { "X-Forwarded-For: 2001:db8:1:2:3:4:5:6\r\n", "\"2001:db8:1:2::\"" },
        { "X-Forwarded-For: ::ffff:192.0.2.7\r\n", "\"::ffff:192.0.2.7\"" },
        { "X-Forwarded-For: nonsense\r\n", "null" },
    };

    start(cx);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *headers = arena_printf(test_arena(), "%s%s", SIGNED_IN, cases[i].headers);
        EXPECT(strstr(ask("GET /api/v1/notes/12", headers, NULL),
                      arena_printf(test_arena(), "\"address\":%s", cases[i].address)));
    }
    EXPECT(strstr(ask("GET /api/v1/notes/12", "Cookie: sid=" TOKEN "; did=" TOKEN "D\r\n", NULL),
                  "\"device\":\"" TOKEN "D\""));
    stop();
}

STORE_TEST("who must change the password can do nothing else")
{
    start(cx);
    must_change = true;
    EXPECT(strstr(ask("GET /api/v1/notes/12", SIGNED_IN, NULL), "password.change_required"));
    EXPECT_INT(status(ask("GET /api/v1/session", SIGNED_IN, NULL)), 200);
    EXPECT_INT(status(ask("DELETE /api/v1/session", headers(OWN), NULL)), 200);
    stop();
}

STORE_TEST("money asks for a password given in the last ten minutes")
{
    start(cx);
    EXPECT(strstr(ask("POST /api/v1/money", headers(OWN), NULL), "auth.reauth"));
    proved_at = (int64_t)time(NULL) - 599;
    EXPECT_INT(status(ask("POST /api/v1/money", headers(OWN), NULL)), 200);
    proved_at = (int64_t)time(NULL) - 602;
    EXPECT_INT(status(ask("POST /api/v1/money", headers(OWN), NULL)), 401);
    stop();
}

/* --- files --- */

STORE_TEST("a file goes up under the last part of its name, and only from who is signed in")
{
    const char *name = "X-File-Name: ..%2F%E5%90%8D%E5%86%8C.csv\r\n", *got;

    start(cx);
    got = ask("PUT /api/v1/files", headers(arena_printf(test_arena(), OWN "%s", name)), "abc");
    EXPECT(strstr(got, "{\"name\":\"名册.csv\",\"text\":\"abc\"}"));
    got = ask("PUT /api/v1/files", headers(OWN "X-File-Name: a%0Ab\r\n"), "abc");
    EXPECT(strstr(got, "\"name\":\"upload\""));
    EXPECT_INT(status(ask("PUT /api/v1/files", OWN, "abc")), 401);
    EXPECT(strstr(ask("PUT /api/v1/files", headers(OWN), NULL), "upload.empty"));
    stop();
}

STORE_TEST("a file comes down under its own name and leaves nothing behind")
{
    const char *got;

    start(cx);
    got = ask("GET /api/v1/files", SIGNED_IN, NULL);
    EXPECT(strstr(got, "Content-Type: text/csv"));
    EXPECT(strstr(got, "attachment; filename=\"__ _1_.csv\"; "
                       "filename*=UTF-8''%E5%90%8D%E5%86%8C%20%221%22.csv"));
    EXPECT(str_ends(got, "\r\n\r\nhello"));
    EXPECT(access(given_path, F_OK) != 0);
    stop();
}

/* --- pages --- */

STORE_TEST("pages come compressed to who accepts it, hashed ones to be kept for ever")
{
    const char *got;

    start(cx);
    got = ask("GET /assets/app-1a.js", "Accept-Encoding: gzip, br\r\n", NULL);
    EXPECT(str_ends(got, "\r\n\r\nbrotli"));
    EXPECT(strstr(got, "Content-Encoding: br"));
    EXPECT(strstr(got, "immutable"));
    EXPECT(strstr(got, "text/javascript"));
    got = ask("GET /assets/app-1a.js", "Accept-Encoding: br;q=0, gzip\r\n", NULL);
    EXPECT(str_ends(got, "\r\n\r\ngzip"));
    EXPECT(str_ends(ask("GET /assets/app-1a.js", "", NULL), "\r\n\r\nplain"));
    got = ask("GET /", "", NULL);
    EXPECT(str_ends(got, "<!doctype html>"));
    EXPECT(strstr(got, "Cache-Control: no-cache"));
    EXPECT(str_ends(ask("GET /phone/", "", NULL), "<p>phone"));
    EXPECT(strstr(ask("GET /phone", "", NULL), "Location: /phone/\r\n"));
    EXPECT_INT(status(ask("GET /assets/app-1a.js.br", "", NULL)), 404);
    EXPECT_INT(status(ask("GET /../index.html", "", NULL)), 404);
    EXPECT_INT(status(ask("GET /people", "", NULL)), 404);
    EXPECT_INT(status(ask("POST /", "", "a")), 405);
    stop();
}

STORE_TEST("a page that has not changed is not sent again")
{
    const char *got, *etag;

    start(cx);
    got = ask("GET /", "", NULL);
    etag = strstr(got, "ETag: ");
    EXPECT(etag);
    if (etag) {
        etag = arena_strndup(test_arena(), etag + 6, strcspn(etag + 6, "\r"));
        got = ask("GET /", arena_printf(test_arena(), "If-None-Match: %s\r\n", etag), NULL);
        EXPECT_INT(status(got), 304);
        EXPECT(strstr(got, "Content-Security-Policy: "));
    }
    stop();
}

/* --- for those who run it --- */

STORE_TEST("health, readiness and numbers are there for this machine")
{
    const char *got;

    start(cx);
    EXPECT(strstr(ask("GET /health", "", NULL), "{\"status\":\"ok\"}"));
    got = ask("GET /ready", "", NULL);
    EXPECT_INT(status(got), 200);
    got = ask("GET /metrics", "", NULL);
    EXPECT(strstr(got, "queqiao_requests_total{op=\"health\",status=\"200\"}"));
    EXPECT(strstr(got, "queqiao_request_seconds_bucket{le=\"+Inf\"}"));
    EXPECT(strstr(got, "queqiao_live_clients 0\n"));
    EXPECT_INT(status(ask("GET /metrics", "X-Forwarded-For: 10.0.0.1\r\n", NULL)), 404);
    stop();
}

STORE_TEST("a request is one line of the log, without what was asked or by whom by name")
{
    const char *path = test_file(".log");
    char line[1024] = "";
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    start(cx);
    log_to(fd);
    ask("GET /api/v1/notes/12?name=%E5%BC%A0", SIGNED_IN, NULL);
    stop();
    log_to(open("/dev/null", O_WRONLY | O_CLOEXEC));
    lseek(fd, 0, SEEK_SET);
    EXPECT(read(fd, line, sizeof line - 1) > 0);
    EXPECT(strstr(line, "\"method\":\"GET\",\"op\":\"note.read\",\"status\":200,\"ms\":"));
    EXPECT(strstr(line, "\"user_id\":\"7\",\"error\":null}\n"));
    EXPECT(!strstr(line, "%E5"));
    close(fd);
}

/* --- events --- */

static int listen_events(const char *more)
{
    int fd = dial();

    dprintf(fd, "GET /api/v1/events HTTP/1.1\r\nHost: queqiao\r\n" SIGNED_IN "%s\r\n", more);
    return fd;
}

static void write_home(const char *home)
{
    const char *body = arena_printf(test_arena(), "{\"text\":\"a\",\"home\":%s}", home);

    EXPECT_INT(status(ask("POST /api/v1/notes", headers(OWN JSON), body)), 200);
}

STORE_TEST("a change is told to who may see it, and after a break what was missed")
{
    const char *got, *id;
    int fd;

    start(cx);
    fd = listen_events("");
    got = receive(fd, 3000, "id: ");
    EXPECT_INT(status(got), 200);
    EXPECT(strstr(got, "X-Accel-Buffering: no"));
    id = strstr(got, "id: ");
    id = id ? arena_strndup(test_arena(), id + 4, strcspn(id + 4, "\n")) : "0";
    write_home("621102001000");
    got = receive(fd, 3000, "data: {");
    EXPECT(strstr(got, "data: {\"kind\":\"note\",\"id\":\"12\",\"action\":\"create\",\"at\":"));
    write_home("621121001000"); /* another county */
    EXPECT(!strstr(receive(fd, 300, "data: {"), "data: {"));
    close(fd);
    fd = listen_events(arena_printf(test_arena(), "Last-Event-ID: %s\r\n", id));
    got = receive(fd, 3000, "data: {");
    EXPECT(strstr(got, "data: {\"kind\":\"note\""));
    close(fd);
    stop();
}

STORE_TEST("a stream ends within a second or so of its session")
{
    int fd;
    const char *got;

    start(cx);
    fd = listen_events("");
    receive(fd, 3000, "id: ");
    is_revoked = true;
    got = receive(fd, 1500, "\r\n0\r\n\r\n");
    EXPECT(str_ends(got, "0\r\n\r\n"));
    close(fd);
    EXPECT_INT(status(ask("GET /api/v1/events", SIGNED_IN, NULL)), 401);
    stop();
}

STORE_TEST("a user has at most four streams, and one that was left makes room")
{
    int fds[4];

    start(cx);
    for (int i = 0; i < 4; i++) {
        fds[i] = listen_events("");
        EXPECT_INT(status(receive(fds[i], 3000, "id: ")), 200);
    }
    EXPECT_INT(status(ask("GET /api/v1/events", SIGNED_IN, NULL)), 429);
    close(fds[0]);
    usleep(20000);
    fds[0] = listen_events("");
    EXPECT_INT(status(receive(fds[0], 3000, "id: ")), 200);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    stop();
}

STORE_TEST("stopping ends the streams and waits for what runs")
{
    int stream, slow;

    start(cx);
    stream = listen_events("");
    receive(stream, 3000, "id: ");
    slow = dial();
    dprintf(slow, "GET /api/v1/slow HTTP/1.1\r\nHost: queqiao\r\n" SIGNED_IN "\r\n");
    usleep(100000);
    stop();
    EXPECT(str_ends(receive(stream, 1000, NULL), "0\r\n\r\n"));
    EXPECT_INT(status(receive(slow, 1000, NULL)), 200);
    close(stream);
    close(slow);
}

/* --- the whole server --- */

static char where[64];
static atomic_int started, ran;

static void note_started(const char *url, void *arg)
{
    (void)arg;
    snprintf(where, sizeof where, "%s", url);
    started = 1;
}

static void count_run(struct store *store)
{
    (void)store;
    ran++;
}

static void *serve(void *store)
{
    struct serve_options o = { .listen = "127.0.0.1:0", .started = note_started };

    return (void *)(intptr_t)serve_run(store, &o);
}

STORE_TEST("the server says where it is, works in the background, and ends when told")
{
    pthread_t t;
    void *result = (void *)(intptr_t)9;

    started = ran = 0;
    serve_add_background("count", count_run, 10);
    pthread_create(&t, NULL, serve, cx->store);
    for (int i = 0; i < 500 && !started; i++)
        usleep(10000);
    usleep(50000);
    EXPECT(str_starts(where, "http://127.0.0.1:"));
    EXPECT(ran > 1);
    pthread_kill(t, SIGTERM);
    pthread_join(t, &result);
    EXPECT_INT((intptr_t)result, 0);
}
