/* stores.h — tests that need a store run on both kinds:
 *
 *     STORE_TEST("a seat taken twice is refused the second time") { EXPECT_INT(db_write(cx, …), …);
 * }
 *
 * These are two tests, one on SQLite and one on PostgreSQL, each in a fresh store with the
 * program's schema; cx acts as the program itself, at 2026-03-10 08:00 in China, in English. A
 * throw-away PostgreSQL cluster is started at the first such test and goes with the test run,
 * however that ends. QUEQIAO_TEST_STORES=sqlite (or postgres) runs them on one only; the last lines
 * say which ran. */
#pragma once
#include "harness.h"
#include "platform/db_backend.h"

/* What a fresh store is made of. The tables, files and `fill` must live as long as the program. */
struct store_kit {
    const struct scoped *(*tables)(void);
    const struct asset *files;
    db_fn *fill; /* run once in the store that others are copied from; may be NULL */
};
typedef void store_body(struct ctx *cx);
void stores_run_sqlite(const struct store_kit *kit, store_body *body);
void stores_run_postgres(const struct store_kit *kit, store_body *body);
/* The program's own: ops_tables(), schema/ and the modules' seeds. */
extern const struct store_kit program_kit;

#define STORE_TEST(text) STORE_TEST_WITH(program_kit, text)
#define STORE_TEST_WITH(kit, text) STORE_TEST_(kit, text, TEST_JOIN(store_body_, __LINE__))
#define STORE_TEST_(kit, text, body)                             \
    static void body(struct ctx *cx);                            \
    TEST_NAMED(TEST_JOIN(body, _sqlite), text " (SQLite)")       \
    {                                                            \
        stores_run_sqlite(&(kit), body);                         \
    }                                                            \
    TEST_NAMED(TEST_JOIN(body, _postgres), text " (PostgreSQL)") \
    {                                                            \
        stores_run_postgres(&(kit), body);                       \
    }                                                            \
    static void body(struct ctx *cx)

/* The same store under test, another unit of work: another thread or another actor. ctx_free() it.
 */
struct ctx *stores_ctx(struct ctx *cx);

/* Fault run: work(cx) through db_write with the 1st, 2nd, … database call failing, until it
 * succeeds. After each failure the whole store must be as before. Returns how many calls were made
 * to fail; reports what is wrong as failures of the test. */
int stores_fault_run(struct ctx *cx, db_fn *work, void *arg);
/* All rows of all tables as one hash. */
const char *stores_digest(struct ctx *cx);

/* For harness.c: how many bodies ran on which store, and why none did on PostgreSQL (a literal;
 * NULL when some did or none was due). Ends the cluster. */
struct stores_ran {
    int sqlite, postgres;
    const char *without_postgres;
};
void stores_end(struct stores_ran *ret);
