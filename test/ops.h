/* ops.h — calling operations as the people of a small standard world do, on both stores:
 *
 *     OPS_TEST("a suspended post takes no offers")
 *     {
 *         struct caller *clerk = as(FUQING, "CLERK");
 *         int64_t post = created(clerk, "posts.create",
 * "{'title':'普工','headcount':3,'employer_id':'%lld'}", employer_of(FUYAO));
 *
 *         call(clerk, "posts.suspend", post, "{'reason':'停产'}");
 *         expect(200, NULL);
 *         call(as(TONGWEI, "CLERK"), "offers.create", NONE, "{'post_id':'%lld'}", post);
 *         expect(409, "state.wrong");
 *         call(clerk, "posts.list", NONE, "state=SUSPENDED&limit=10");
 *         EXPECT_STR(got("items.0.title"), "普工");
 *         EXPECT_INT(got_int("total"), 1);
 *     }
 *
 * Bodies are written with ' for ". An operation of GET takes a query string instead. It is 15 March
 * 2019, 10:00 in China, until set_clock(); replies are in English. What call() gives back, and what
 * got() finds, lives until the test ends. */
#pragma once
#include "platform/op.h"
#include "stores.h"

/* The world: who there is. Home or work is the organisation's division. */
enum org {
    DINGXI,       /* bureau, west, 621100 定西市 */
    TONGWEI,      /* bureau, 621121 通渭县 */
    LINTAO,       /* bureau, 621124 临洮县 */
    PINGXIANG,    /* township of Tongwei, 621121100 平襄镇: CADRE */
    DINGXI_AUDIT, /* audit office of 621100: AUDITOR */
    FUZHOU,       /* bureau, east, 350100 福州市 */
    FUQING,       /* bureau, 350181 福清市 */
    FUZHOU_AUDIT, /* AUDITOR */
    STATION,      /* Dingxi's labour station in Fuzhou: people of 621100 in 350100: STATION */
    FUYAO,        /* an employer in Fuqing: EMPLOYER */
    CANGSHAN,     /* an employer in Fuzhou's 350104 仓山区: EMPLOYER */
    WUSHAN,       /* foreign west: bureau, 500237 巫山县 */
    YANTAI,       /* foreign east: bureau, 370600 烟台市 */
    ORG_COUNT
};
int64_t org_id(enum org org);
int64_t org_division(enum org org); /* 12 digits */
int64_t employer_of(enum org org);  /* FUYAO, CANGSHAN */
/* Pairing in force from 2017: Dingxi–Fuzhou; Tongwei–Fuqing; Wushan–Yantai. */
int64_t pairing_of(enum org home);

/* --- who calls --- */
struct caller;
/* A user of the organisation with these roles ("CLERK", "CHECKER,REVIEWER"), made when first asked
 * for; the same words give the same user, "CLERK#2" a second one. */
struct caller *as(enum org org, const char *roles);
/* One more account of the same natural person, made anew each time; and her citizen number. */
struct caller *as_again(const struct caller *person, enum org org, const char *roles);
const char *id_no_of(const struct caller *who);
struct caller *as_worker(int64_t person_id);
struct caller *as_system(void); /* the program itself */
struct caller *as_nobody(void); /* before sign-in */
int64_t user_of(const struct caller *who);
/* A unit of work as this caller, for functions of modules; ends with the test. */
struct ctx *unit(struct caller *who);

/* --- calling --- */
/* Runs the operation ("posts.open"); id NONE when its route has none; a NULL format is an empty
 * body or query. */
enum err call(struct caller *who, const char *op, int64_t id, const char *format, ...) PRINTF(4, 5);
/* The same with a file for an OP_UPLOAD; the format is the query. */
enum err upload(struct caller *who, const char *op, int64_t id, const char *name, const void *data,
                size_t len, const char *format, ...) PRINTF(7, 8);
/* call() and expect(200): the reply's "id". */
#define created(...) ops_created(__FILE__, __LINE__, __VA_ARGS__)
/* For the next call only. */
void with_version(int64_t version);
void with_key(const char *idempotency_key);
void with_token(const char *session_token);
void with_device(const char *device_token, const char *address);
/* "2019-04-10": that day, 10:00 in China. "+3600": so many seconds later. */
void set_clock(const char *day);
int64_t clock_now(void);

/* --- the last reply --- */
/* HTTP status and error code (NULL on success). Says what came instead. */
#define expect(status, code) ops_expect(__FILE__, __LINE__, (status), (code))
/* A value by path, "items.0.name": texts and numbers as text, "true", "false"; NULL when absent or
 * null. The failure's detail is below "detail". */
const char *got(const char *path);
int64_t got_int(const char *path);   /* numbers and ids; NONE when absent */
int64_t got_count(const char *path); /* items of an array or object, -1 when there is none */
const char *got_text(void);          /* the whole reply */
const char *got_file(void);          /* OP_FILE: path */
const char *got_device(void);        /* the token of a device that is known now, or NULL */
const char *got_cookie(void);        /* a session token to be set, "" = forget, NULL = none */

/* --- behind the macros --- */
extern const struct store_kit world_kit;
void ops_begin(struct ctx *cx);
void ops_begin_empty(struct ctx *cx); /* in a STORE_TEST: call() without the world */
void ops_end(void);
void ops_expect(const char *file, int line, int status, const char *code);
int64_t ops_created(const char *file, int line, struct caller *who, const char *op,
                    const char *format, ...) PRINTF(5, 6);

#define OPS_TEST(text) OPS_TEST_(text, TEST_JOIN(ops_body_, __LINE__))
#define OPS_TEST_(text, body)        \
    static void body(void);          \
    STORE_TEST_WITH(world_kit, text) \
    {                                \
        ops_begin(cx);               \
        body();                      \
        ops_end();                   \
    }                                \
    static void body(void)
