/* ops.c — the standard world of operation tests, and its callers. */
#include "ops.h"

#include <stdio.h>
#include <unistd.h>

#include "accounts/accounts.h"
#include "base/ids.h"
#include "divisions/divisions.h"
#include "employers/employers.h"

enum { NOW = 1552615200 /* 2019-03-15T02:00:00Z */, CALLERS_MAX = 64, UNITS_MAX = 8192 };

struct caller {
    char words[64], id_no[19];
    enum org org;
    enum { CALLER_USER, CALLER_SYSTEM, CALLER_NOBODY } kind;
    int64_t user_id;
};

static struct {
    struct store *store;
    int64_t now;
    int64_t orgs[ORG_COUNT], employers[ORG_COUNT];
    struct caller callers[CALLERS_MAX];
    int caller_count;
    struct ctx *units[UNITS_MAX];
    int unit_count;

    int64_t version; /* of the next call */
    const char *key, *token, *device, *address;

    struct ctx *last; /* the last call */
    const char *op, *text;
    enum err err;
    const struct json_value *reply;
} w;

/* --- the world, made once --- */
static const struct {
    const char *name, *kind, *side;
    int64_t division, serves_home;
} org_rows[ORG_COUNT] = {
    [DINGXI] = { "定西市人社局", "BUREAU", "HOME", 621100000000, NONE },
    [TONGWEI] = { "通渭县人社局", "BUREAU", "HOME", 621121000000, NONE },
    [LINTAO] = { "临洮县人社局", "BUREAU", "HOME", 621124000000, NONE },
    [PINGXIANG] = { "平襄镇人民政府", "BUREAU", "HOME", 621121100000, NONE },
    [DINGXI_AUDIT] = { "定西市审计局", "AUDITOR", "HOME", 621100000000, NONE },
    [FUZHOU] = { "福州市人社局", "BUREAU", "WORK", 350100000000, NONE },
    [FUQING] = { "福清市人社局", "BUREAU", "WORK", 350181000000, NONE },
    [FUZHOU_AUDIT] = { "福州市审计局", "AUDITOR", "WORK", 350100000000, NONE },
    [STATION] = { "定西市驻福州劳务工作站", "STATION", "HOME", 350100000000, 621100000000 },
    [FUYAO] = { "福清融侨电子厂", "EMPLOYER", "WORK", 350181000000, NONE },
    [CANGSHAN] = { "福州仓山鞋业", "EMPLOYER", "WORK", 350104000000, NONE },
    [WUSHAN] = { "巫山县人社局", "BUREAU", "HOME", 500237000000, NONE },
    [YANTAI] = { "烟台市人社局", "BUREAU", "WORK", 370600000000, NONE },
};
static const struct {
    enum org home, work;
    const char *level;
} pairing_rows[] = { { DINGXI, FUZHOU, "CITY" },
                     { TONGWEI, FUQING, "COUNTY" },
                     { WUSHAN, YANTAI, "COUNTY" } };

static enum err add_employer(struct ctx *cx, enum org org, int64_t *ret_id)
{
    struct employer_input *in = NEW(cx->mem, struct employer_input);

    fields_clear(employer_record.fields, in);
    in->name = org_rows[org].name;
    in->work = org_rows[org].division;
    return record_insert(cx, &employer_record, in, ret_id);
}

static enum err make_world(struct ctx *cx, void *arg)
{
    int64_t id;

    TRY(program_kit.fill(cx, arg));
    cx->now = NOW;
    cx->today = date_of_instant(NOW);
    for (int i = 0; i < ORG_COUNT; i++) {
        struct organisation_input in = { .name = org_rows[i].name,
                                         .kind = org_rows[i].kind,
                                         .side = org_rows[i].side,
                                         .division = org_rows[i].division,
                                         .serves_home = org_rows[i].serves_home,
                                         .employer_id = NONE,
                                         .is_active = 1 };
        if (str_eq(in.kind, "EMPLOYER"))
            TRY(add_employer(cx, (enum org)i, &in.employer_id));
        TRY(organisation_add(cx, in, &id));
    }
    for (size_t i = 0; i < ARRAY_LEN(pairing_rows); i++)
        TRY(pairing_add(cx,
                        (struct pairing_input){
                            .name =
                                arena_printf(cx->mem, "%s—%s", org_rows[pairing_rows[i].home].name,
                                             org_rows[pairing_rows[i].work].name),
                            .home = org_rows[pairing_rows[i].home].division,
                            .work = org_rows[pairing_rows[i].work].division,
                            .level = pairing_rows[i].level,
                            .from_on = "2017-02-01" },
                        &id));
    return OK;
}

static const struct scoped *world_tables(void)
{
    return program_kit.tables();
}

const struct store_kit world_kit = { .tables = world_tables,
                                     .files = schema_assets,
                                     .fill = make_world };

static enum err read_world(struct ctx *cx, void *arg)
{
    struct rows r;

    (void)arg;
    for (int i = 0; i < ORG_COUNT; i++) {
        TRY(db_one(
            cx, &r,
            "SELECT o.id, o.employer_id FROM organisation o WHERE SCOPE(organisation o) AND o.name = $1",
            P(org_rows[i].name)));
        w.orgs[i] = row_int(&r, 0, "id");
        w.employers[i] = row_int(&r, 0, "employer_id");
    }
    return OK;
}

void ops_begin_empty(struct ctx *cx)
{
    memset(&w, 0, sizeof w);
    w.store = cx->store;
    w.now = NOW;
    w.version = NONE;
    divisions_forget();
}

void ops_begin(struct ctx *cx)
{
    ops_begin_empty(cx);
    if (db_read(cx, read_world, NULL) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
}

void ops_end(void)
{
    for (int i = 0; i < w.unit_count; i++)
        ctx_free(w.units[i]);
    w.unit_count = 0;
}

int64_t org_id(enum org org)
{
    return w.orgs[org];
}

int64_t org_division(enum org org)
{
    return org_rows[org].division;
}

int64_t employer_of(enum org org)
{
    return w.employers[org];
}

static enum err find_pairing(struct ctx *cx, void *arg)
{
    int64_t *id = arg;
    struct rows r;

    TRY(db_one(cx, &r, "SELECT id FROM pairing WHERE home = $1", P(*id)));
    *id = row_int(&r, 0, "id");
    return OK;
}

int64_t pairing_of(enum org home)
{
    int64_t id = org_rows[home].division;
    struct ctx *cx = unit(as_system());

    if (db_read(cx, find_pairing, &id) != OK)
        test_fail(__FILE__, __LINE__, "%s has no pairing of its own", org_rows[home].name);
    return id;
}

/* --- clock --- */
void set_clock(const char *day)
{
    int64_t seconds;
    struct date d;

    if (*day == '+' && str_int(day, &seconds))
        w.now += seconds;
    else if (date_parse_iso(day, &d))
        w.now = instant_of_date(d) + 10 * 3600;
    else
        test_fail(__FILE__, __LINE__, "no such day: %s", day);
}

int64_t clock_now(void)
{
    return w.now;
}

/* --- callers --- */
static struct caller *new_caller(void)
{
    assert(w.caller_count < CALLERS_MAX);
    return &w.callers[w.caller_count++];
}

static struct ctx *new_unit(void)
{
    struct ctx *cx = ctx_new(w.store, w.now);

    assert(w.unit_count < UNITS_MAX);
    cx->lang = LANG_EN;
    cx->request_id = "test";
    w.units[w.unit_count++] = cx;
    return cx;
}

static enum err read_actor(struct ctx *cx, void *arg)
{
    return account_actor(cx, *(const int64_t *)arg, &cx->who);
}

static enum err become(struct ctx *cx, const struct caller *who)
{
    if (who->kind == CALLER_SYSTEM)
        ctx_as_system(cx);
    if (who->kind != CALLER_USER)
        return OK;
    TRY(db_read(cx, read_actor,
                (void *)&who->user_id)); /* anew each time: rights may have changed */
    cx->who.proved_at = cx->now;
    return OK;
}

struct ctx *unit(struct caller *who)
{
    struct ctx *cx = new_unit();

    if (become(cx, who) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
    return cx;
}

static enum err make_user(struct ctx *cx, void *arg)
{
    struct user_input *in = arg;

    return user_add(cx, *in, NULL, &in->id);
}

/* That of the same natural person, or one of nobody else in the world. */
static void give_number(struct caller *c, const struct caller *same)
{
    if (same) {
        memcpy(c->id_no, same->id_no, sizeof c->id_no);
        return;
    }
    snprintf(c->id_no, sizeof c->id_no, "11010119750101%03d", w.caller_count);
    c->id_no[17] = id_no_check(c->id_no);
    c->id_no[18] = 0;
}

static struct caller *add_caller(enum org org, const char *words, int64_t person_id,
                                 const struct caller *same)
{
    struct caller *c = new_caller();
    struct ctx *cx = new_unit();
    char *roles_only = arena_strndup(cx->mem, words, strcspn(words, "#"));
    struct user_input in = { .login = arena_printf(cx->mem, "user%d", w.caller_count),
                             .org_id = w.orgs[org],
                             .roles = roles_only,
                             .name = arena_printf(cx->mem, "%s %s", org_rows[org].name, words),
                             .person_id = person_id,
                             .id_no = person_id == NONE ? c->id_no : NULL };

    ctx_as_system(cx);
    give_number(c, same);
    snprintf(c->words, sizeof c->words, "%s", words);
    c->org = org;
    if (db_write(cx, make_user, &in) != OK)
        test_fail(__FILE__, __LINE__, "as(%s, \"%s\"): %s: %s", org_rows[org].name, words,
                  cx->failure.code, cx->failure.message);
    c->user_id = in.id;
    return c;
}

struct caller *as(enum org org, const char *words)
{
    for (int i = 0; i < w.caller_count; i++)
        if (w.callers[i].kind == CALLER_USER && w.callers[i].org == org &&
            str_eq(w.callers[i].words, words))
            return &w.callers[i];
    return add_caller(org, words, NONE, NULL);
}

struct caller *as_again(const struct caller *person, enum org org, const char *words)
{
    char again[64];

    snprintf(again, sizeof again, "%s#again%d", words, w.caller_count);
    return add_caller(org, again, NONE, person);
}

const char *id_no_of(const struct caller *who)
{
    return who->id_no;
}

struct caller *as_worker(int64_t person_id)
{
    char words[64];

    snprintf(words, sizeof words, "WORKER#%lld", (long long)person_id);
    for (int i = 0; i < w.caller_count; i++)
        if (str_eq(w.callers[i].words, words))
            return &w.callers[i];
    return add_caller(DINGXI, words, person_id, NULL);
}

static struct caller *special(int kind)
{
    for (int i = 0; i < w.caller_count; i++)
        if ((int)w.callers[i].kind == kind)
            return &w.callers[i];
    struct caller *c = new_caller();
    c->kind = kind;
    c->user_id = NONE;
    return c;
}

struct caller *as_system(void)
{
    return special(CALLER_SYSTEM);
}

struct caller *as_nobody(void)
{
    return special(CALLER_NOBODY);
}

int64_t user_of(const struct caller *who)
{
    return who->user_id;
}

/* --- calling --- */
void with_version(int64_t version)
{
    w.version = version;
}

void with_key(const char *idempotency_key)
{
    w.key = idempotency_key;
}

void with_token(const char *session_token)
{
    w.token = session_token;
}

void with_device(const char *device_token, const char *address)
{
    w.device = device_token;
    w.address = address;
}

static void keep_reply(struct ctx *cx, enum err err)
{
    struct ctx *reading =
        new_unit(); /* json_parse must not touch the failure that expect() looks at */

    w.last = cx;
    w.err = err;
    w.text = op_reply_text(cx, err);
    w.reply = NULL;
    if (json_parse(reading, w.text, strlen(w.text), &w.reply) != OK)
        test_fail(__FILE__, __LINE__, "%s replied with no JSON: %s", w.op, w.text);
}

static enum err run(struct caller *who, const char *name, int64_t id, struct call *c,
                    const char *format, va_list args)
{
    struct ctx *cx = new_unit();
    char *text = NULL;
    enum err err;

    w.op = name;
    c->op = op_find(name);
    if (!c->op) {
        test_fail(__FILE__, __LINE__, "there is no operation %s", name);
        return E_INTERNAL;
    }
    if (format) {
        text = arena_alloc(cx->mem, 65536);
        if (vsnprintf(text, 65536, format, args) >= 65536)
            test_fail(__FILE__, __LINE__, "%s: the body is too long", name);
    }
    c->id = id;
    c->version = w.version;
    c->idempotency_key = w.key;
    cx->session_token = w.token;
    cx->device_token = w.device;
    cx->address = w.address;
    if (!op_writes(c->op) || c->op->flags & OP_UPLOAD) {
        c->query = text;
    } else if (text) {
        for (char *p = text; *p; p++)
            if (*p == '\'')
                *p = '"';
        c->body = text;
        c->body_len = strlen(text);
    }
    w.version = NONE;
    w.key = w.token = w.device = w.address = NULL;
    cx->op = c->op;
    err = become(cx, who);
    if (err == OK)
        err = op_call(cx, c);
    keep_reply(cx, err);
    return err;
}

enum err call(struct caller *who, const char *op, int64_t id, const char *format, ...)
{
    struct call c = { 0 };
    enum err err;
    va_list args;

    va_start(args, format);
    err = run(who, op, id, &c, format, args);
    va_end(args);
    return err;
}

int64_t ops_created(const char *file, int line, struct caller *who, const char *op,
                    const char *format, ...)
{
    struct call c = { 0 };
    va_list args;

    va_start(args, format);
    (void)!run(who, op, NONE, &c, format, args);
    va_end(args);
    ops_expect(file, line, 200, NULL);
    return got_int("id");
}

enum err upload(struct caller *who, const char *op, int64_t id, const char *name, const void *data,
                size_t len, const char *format, ...)
{
    const char *path = test_file("");
    struct call c = { .upload_path = path, .upload_name = name };
    FILE *f = fopen(path, "wb");
    enum err err;
    va_list args;

    if (!f || fwrite(data, 1, len, f) != len || fclose(f) != 0)
        test_fail(__FILE__, __LINE__, "cannot write %s", path);
    va_start(args, format);
    err = run(who, op, id, &c, format, args);
    va_end(args);
    unlink(path); /* unless the operation has moved it */
    return err;
}

/* --- the last reply --- */
void ops_expect(const char *file, int line, int status, const char *code)
{
    const char *got_code = w.err == OK ? NULL : w.last->failure.code;

    if (!w.last || err_http(w.err) != status ||
        (code ? !str_eq(code, got_code) : status == 200 && got_code))
        test_fail(file, line, "%s gave %d %s, expected %d %s\n        %.600s", w.op,
                  err_http(w.err), got_code ? got_code : "", status, code ? code : "",
                  w.text ? w.text : "");
}

static const struct json_value *at_path(const char *path)
{
    const struct json_value *v = w.reply;

    while (v && *path) {
        size_t len = strcspn(path, ".");
        char part[64];
        int64_t i;

        snprintf(part, sizeof part, "%.*s", (int)MIN(len, sizeof part - 1), path);
        if (json_type(v) == JSON_ARRAY)
            v = str_int(part, &i) && i >= 0 && (size_t)i < json_count(v) ? json_at(v, (size_t)i)
                                                                         : NULL;
        else
            v = json_get(v, part);
        path += len + (path[len] == '.');
    }
    return v;
}

const char *got(const char *path)
{
    const struct json_value *v = at_path(path);

    if (!v)
        return NULL;
    switch (json_type(v)) {
    case JSON_STRING:
        return json_as_str(v);
    case JSON_INT:
        return arena_printf(test_arena(), "%lld", (long long)json_as_int(v));
    case JSON_BOOL:
        return json_as_bool(v) ? "true" : "false";
    default:
        return NULL;
    }
}

int64_t got_int(const char *path)
{
    return json_as_int(at_path(path));
}

int64_t got_count(const char *path)
{
    const struct json_value *v = at_path(path);

    return v && (json_type(v) == JSON_ARRAY || json_type(v) == JSON_OBJECT) ? (int64_t)json_count(v)
                                                                            : -1;
}

const char *got_text(void)
{
    return w.text;
}

const char *got_file(void)
{
    return w.last ? w.last->reply_file.path : NULL;
}

const char *got_device(void)
{
    return w.last ? w.last->set_device : NULL;
}

const char *got_cookie(void)
{
    return w.last ? w.last->set_cookie : NULL;
}
