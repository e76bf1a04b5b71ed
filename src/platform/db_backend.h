/* db_backend.h — what db.c shares with the two stores behind it. Only db*.c, scope.c, migrate.c and
 * the tests of the store include it. */
#pragma once
#include "platform/asset.h"
#include "platform/db.h"

#include <pthread.h>

/* --- scope expansion (scope.c) --- */
/* Where the value of a parameter that an expansion added comes from. */
enum scope_slot {
    SLOT_HOME_LO,
    SLOT_HOME_HI,
    SLOT_WORK_LO,
    SLOT_WORK_HI,
    SLOT_EMPLOYER,
    SLOT_PERSON,
    SLOT_COUNT
};

/* Who may insert a row is known from its values alone: then SQLite is given the row by VALUES, and
 * the scope is compared here, before each run. (INSERT … SELECT … WHERE asks the same of SQLite,
 * which must then be ready to undo a statement of many rows, and keeps a copy of every page that it
 * touches.) */
struct scope_guard {
    bool is_set;
    int home, work, employer, person; /* numbers of parameters, from 1; 0 = not given */
};
bool scope_guard_allows(const struct scope *s, const struct scope_guard *g, const struct params *p);

/* A statement ready for a store: tokens replaced, parameters numbered, and what it may touch. */
struct scope_sql {
    char *text;
    bool is_change;            /* its main verb is UPDATE or DELETE */
    bool is_query;             /* its main verb is SELECT: it can be run as a cursor */
    uint8_t slots[SLOT_COUNT]; /* behind the statement's own parameters, in this order */
    int slot_count;
    struct scope_guard guard; /* SQLite only: when it says no, nothing is run and nothing changed */
    const char *bypass;       /* tables of SCOPE_NOT as ",a,b," or "" */
    const char *covered;      /* tables named in any token as ",a,b," */
    const char *words; /* every identifier in lower case as ",a,b,": what the text names itself */
};

/* Everything of an actor that the text of an expansion depends on; part of the cache's key. */
unsigned scope_shape(const struct scope *s);
int64_t scope_slot_value(const struct scope *s, enum scope_slot slot);
const struct scoped *scoped_find(const struct scoped *list, const char *table);
/* Whether ",a,b," holds the word. */
bool word_list_has(const char *list, const char *word);

/* Expand for an actor. SQLite gets ?n parameters and loses FOR UPDATE…; PostgreSQL keeps both.
 * E_INTERNAL: "db.no_scope", "db.unknown_table", "db.token" with the reason. */
MUST_CHECK enum err scope_expand(struct ctx *cx, const struct scoped *list, enum store_kind kind,
                                 const char *sql, int param_count, struct scope_sql *ret);

/* --- prepared statements, a bounded least-recently-used cache per connection --- */
enum { CACHE_MAX = 200, CACHE_BUCKETS = 256 };

struct prepared {
    struct prepared *bucket_next, *newer, *older;
    uint64_t key;
    char *sql;
    unsigned shape;
    int param_count;
    uint8_t slots[SLOT_COUNT];
    int slot_count;
    struct scope_guard guard;
    bool is_query, is_busy, is_cached;
    char *bypass; /* PostgreSQL */
    char *names;  /* SQLite: of the columns, each with its NUL */
    size_t names_len;
    int columns;
    void *handle;  /* sqlite3_stmt */
    char name[24]; /* name on a PostgreSQL connection */
};
struct cache {
    struct prepared *buckets[CACHE_BUCKETS], *newest, *oldest;
    int count;
    int64_t hits, misses; /* for tests */
};

/* --- calls, connections, stores --- */
enum db_call_mode { CALL_ROWS, CALL_EXEC, CALL_EACH, CALL_MANY };
struct db_call {
    enum db_call_mode mode;
    const char *sql;
    struct params p;
    struct rows *ret;
    db_row_fn *fn;
    void *arg;
    const struct params *all; /* CALL_MANY, of PostgreSQL: so many rows of parameters like p */
    int n;
};

struct conn {
    struct store *store;
    bool is_writer;
    int depth;          /* open savepoints of nested db_write() */
    enum err failed;    /* a statement failed: nothing more runs until it is rolled back */
    struct failure why; /* and this is why */
    struct cache cache;
};

struct backend {
    enum err (*read)(struct ctx *cx, db_fn *fn, void *arg);
    enum err (*write)(struct ctx *cx, db_fn *fn, void *arg);
    void (*write_later)(struct ctx *cx, db_fn *fn, void *arg, db_done_fn *done, void *done_arg);
    enum err (*run)(struct ctx *cx, const struct db_call *call);
    /* As db_exec_all(); NULL: one run() after the other is as good. */
    enum err (*run_all)(struct ctx *cx, const char *sql, const struct params *all, int n);
    /* A transaction-control statement or a whole script, without scope, on cx->db. */
    enum err (*script)(struct ctx *cx, const char *sql);
    /* After migrations, inside the last one's transaction: row-level security and the like. */
    enum err (*secure)(struct ctx *cx);
    /* Keep other servers of this store from migrating at the same time. */
    enum err (*migrate_lock)(struct ctx *cx);
    void (*migrate_unlock)(struct store *s);
    void (*drop_statement)(struct conn *c, struct prepared *s);
    void (*close)(struct store *s);
};

struct store {
    const struct backend *backend;
    enum store_kind kind;
    const struct scoped *scoped;
    enum lang lang;
    int64_t read_limit_ms; /* a longer read is E_BUSY "db.too_slow" */
    pthread_mutex_t id_lock;
    int64_t id_last; /* milliseconds << 12 | counter */
    int64_t id_node;
    int64_t clock_ahead; /* seconds that this store's world is ahead of the wall clock */
};

/* Opening: each fills a store allocated by itself, whose first member is struct store. */
MUST_CHECK enum err sqlite_open_store(const char *path, struct ctx *cx, struct store **ret);
MUST_CHECK enum err postgres_open_store(const char *url, struct ctx *cx, struct store **ret);

/* --- for the backends (db.c) --- */
/* The statement from the cache, marked busy, or NULL: then expand, prepare and cache_add(). */
struct prepared *cache_find(struct conn *c, const struct db_call *call, unsigned shape);
/* A new statement, busy. Not kept when the same text is running already: release drops it. */
struct prepared *cache_add(struct conn *c, const struct db_call *call, unsigned shape,
                           const struct scope_sql *sql, void *handle);
void cache_release(struct conn *c, struct prepared *s);
void cache_clear(struct conn *c);
/* Forget a statement that could not be prepared. */
void cache_drop(struct conn *c, struct prepared *s);
/* Run fn on a connection inside an open transaction: sets cx->db, and turns a statement failure
 * that fn swallowed into its error. */
MUST_CHECK enum err conn_run(struct ctx *cx, struct conn *c, db_fn *fn, void *arg);
/* The store says no: record a failure whose text is fit for a person, with the store's own words
 * only where they hold no data. */
enum db_trouble {
    TROUBLE_UNIQUE,
    TROUBLE_FOREIGN_KEY,
    TROUBLE_CHECK,
    TROUBLE_NOT_NULL,
    TROUBLE_REFUSED,
    TROUBLE_BUSY,
    TROUBLE_FULL,
    TROUBLE_IO,
    TROUBLE_LOST,
    TROUBLE_SLOW,
    TROUBLE_READ_ONLY,
    TROUBLE_TOO_BIG,
    TROUBLE_SCOPE,
    TROUBLE_STATEMENT
};
enum err db_trouble(struct ctx *cx, enum db_trouble t, const char *detail);
/* True when the fault run wants this call to fail; then the failure is recorded. */
bool db_fault(struct ctx *cx);
int64_t clock_ms(void); /* monotonic */
/* Adds the line of a script to the failure that is already recorded. */
enum err db_at_line(struct ctx *cx, const char *script, size_t offset);
enum err db_too_many(struct ctx *cx); /* more than DB_ROWS_MAX */
int64_t id_node_random(void);
const char *hash_bytes(struct arena *a, const void *data, size_t len); /* SHA-256, hexadecimal */

/* --- a statement for many rows, of PostgreSQL (db_many.c) --- */
/* The expanded statement for as many rows as there are, whose own parameters are arrays, a column
 * each; parameters behind these stay what they are. NULL when it has no WHERE to put them before.
 */
const char *many_sql(struct arena *a, const char *sql, const struct params *p);
/* A column of the rows as the text of an array. */
const char *many_column(struct arena *a, const struct params *all, int n, int column);

/* --- row-level security of PostgreSQL (db_policy.c) --- */
/* Make or renew the policies of all scoped tables, in the transaction of cx->db. */
MUST_CHECK enum err policies_make(struct ctx *cx);
/* Completes sql->bypass: tables inside views, and the mark of a change. */
MUST_CHECK enum err policy_bypass(struct ctx *cx, struct scope_sql *sql);
/* A query of the server's catalog with one text parameter, without scope (db_postgres.c). */
MUST_CHECK enum err catalog_rows(struct ctx *cx, struct rows *ret, const char *sql,
                                 const char *text);

/* --- migrations (migrate.c) --- */
/* store_migrate() with other files than the program's own, for tests. */
MUST_CHECK enum err store_migrate_from(struct store *s, const struct asset *files,
                                       struct failure *f, int *ret_applied);
