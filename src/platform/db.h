/* db.h — the two stores behind one face (D5, D6). SQL is a literal beside its use, with $1…
 * parameters, in the common subset of SQLite and PostgreSQL 15. */
#pragma once
#include "platform/ctx.h"

/* --- parameters: P(x) picks the type; NONE and NULL bind as NULL --- */
enum param_type { PARAM_INT, PARAM_TEXT, PARAM_BLOB };
struct bytes {
    const void *data;
    size_t len;
};
struct param {
    enum param_type type;
    int64_t integer;
    const char *text;
    struct bytes blob;
};
static inline struct param param_int(int64_t i)
{
    return (struct param){ .type = PARAM_INT, .integer = i };
}
static inline struct param param_text(const char *s)
{
    return (struct param){ .type = PARAM_TEXT, .text = s };
}
static inline struct param param_blob(struct bytes b)
{
    return (struct param){ .type = PARAM_BLOB, .blob = b };
}
#define P(x) \
    _Generic((x),                                                                                  \
        bool: param_int,                                                                           \
        int: param_int,                                                                            \
        unsigned: param_int, \
        long: param_int,                                                                           \
        long long: param_int,                                                                      \
        char *: param_text,                                                                        \
        const char *: param_text,                                                                  \
        struct bytes: param_blob)(x)
/* The list form of the calls below, for statements put together from tables. */
struct params {
    int n;
    const struct param *at;
};
#define PARAMS_(...)                                                                               \
    ((struct params){ sizeof((struct param[]){ { 0 }, ##__VA_ARGS__ }) / sizeof(struct param) - 1, \
                      (const struct param[]){ { 0 }, ##__VA_ARGS__ } + 1 })

/* --- results --- */
enum value_type { VALUE_NULL, VALUE_INT, VALUE_REAL, VALUE_TEXT, VALUE_BLOB };
struct value {
    enum value_type type;
    int64_t integer;
    double real;
    const char *text; /* VALUE_TEXT (NUL-terminated) and VALUE_BLOB */
    size_t len;
};
/* All rows, in the arena: cell (r, c) is cells[r * columns + c]. */
struct rows {
    int n, columns;
    const char *const *names;
    struct value *cells;
};
/* Value by row and column name; an unknown name is a bug (asserts). Null reads as NONE / NULL. */
int64_t row_int(const struct rows *r, int row, const char *name);
const char *row_text(const struct rows *r, int row, const char *name);
struct bytes row_blob(const struct rows *r, int row, const char *name);
const struct value *row_value(const struct rows *r, int row, const char *name);

/* A copy that outlives the block: db_exec_all() wants many. */
struct params params_keep(struct arena *a, struct params p);
#define PARAMS(cx, ...) params_keep((cx)->mem, PARAMS_(__VA_ARGS__))

/* --- the five calls ---
 * All of them run on cx->db, inside db_read() or db_write(). A failed call ends the unit of work:
 * constraint violations are E_CONFLICT (unique, foreign key) or E_INVALID (check, not null); a busy
 * or lost store E_BUSY; a statement without scope or any other fault of ours E_INTERNAL. */
#define db_rows(cx, ret, sql, ...) db_rows_list(cx, ret, sql, PARAMS_(__VA_ARGS__))
#define db_one(cx, ret, sql, ...) db_one_list(cx, ret, sql, PARAMS_(__VA_ARGS__))
#define db_exec(cx, sql, ...) db_exec_list(cx, sql, PARAMS_(__VA_ARGS__))
#define db_each(cx, fn, arg, sql, ...) db_each_list(cx, fn, arg, sql, PARAMS_(__VA_ARGS__))

enum { DB_ROWS_MAX = 100000 }; /* more is E_LIMIT: stream with db_each */
MUST_CHECK enum err db_rows_list(struct ctx *cx, struct rows *ret, const char *sql,
                                 struct params p);
/* Exactly one row, else E_NOT_FOUND "row.not_found" (also when out of scope). */
MUST_CHECK enum err db_one_list(struct ctx *cx, struct rows *ret, const char *sql, struct params p);
/* Sets cx->changed. */
MUST_CHECK enum err db_exec_list(struct ctx *cx, const char *sql, struct params p);
/* The statement for each list of parameters; all lists are of one length and of the same types, and
 * no two change the same row. It is an INSERT … SELECT … WHERE or an UPDATE … WHERE. Sets
 * cx->changed to the sum: who changes one row with each asks for n. On PostgreSQL it is one
 * statement for a thousand rows. */
MUST_CHECK enum err db_exec_all(struct ctx *cx, const char *sql, const struct params *all, int n);
/* Calls fn for each row as it comes (r->n == 1, valid during the call); fn may run other
 * statements, but must not add or move rows that the query has yet to reach. Stops at the first
 * error. */
typedef enum err db_row_fn(struct ctx *cx, const struct rows *r, void *arg);
MUST_CHECK enum err db_each_list(struct ctx *cx, db_row_fn *fn, void *arg, const char *sql,
                                 struct params p);

/* --- the store --- */
enum store_kind { STORE_SQLITE, STORE_POSTGRES };

/* Open "PATH" (SQLite file, made if absent; ":memory:" for tests) or "postgres://…". The tables and
 * their scopes come from `scoped` (ended by {0}), which must outlive the store. One process at a
 * time may open a SQLite file for writing: the lock file PATH.lock refuses a second one with
 * E_BUSY. */
MUST_CHECK enum err store_open(const char *url, const struct scoped *scoped, enum lang lang,
                               struct failure *f, struct store **ret);
void store_close(struct store *s); /* waits for running writes; NULL is allowed */
enum store_kind store_kind(const struct store *s);
/* The time in this store's world, UTC seconds: the wall clock's, unless the store is that of a
 * demonstration, which lives on from the end of its story (demonstration.h). Units of work that
 * nobody gives a time begin at it. */
int64_t store_now(const struct store *s);
void store_set_now(struct store *s, int64_t now); /* before other threads use the store */
/* An id never used before, time-ordered, 63 bits: milliseconds since 2020, node number, counter
 * (D13). */
int64_t store_new_id(struct store *s);

/* Run fn with a read-only view of the store that does not change while it runs. Inside another
 * db_read() or db_write() fn simply joins it. */
typedef enum err db_fn(struct ctx *cx, void *arg);
MUST_CHECK enum err db_read(struct ctx *cx, db_fn *fn, void *arg);
/* Run fn in a transaction and return after it is durable. On SQLite one writer thread runs queued
 * functions in savepoints of one transaction and commits them together (group commit); on
 * PostgreSQL fn runs on a connection of its own and again on a serialization failure, so it must
 * not have effects outside the store. An error from fn rolls its changes back and nothing else.
 *
 * Inside another db_write() fn runs in a savepoint: when it fails its changes are undone, and the
 * outer function may go on, as an import does with its next row. */
MUST_CHECK enum err db_write(struct ctx *cx, db_fn *fn, void *arg);
/* The same without waiting: done(cx, err, done_arg) is called from another thread when it is
 * durable or has failed. */
typedef void db_done_fn(struct ctx *cx, enum err err, void *arg);
void db_write_later(struct ctx *cx, db_fn *fn, void *arg, db_done_fn *done, void *done_arg);

/* A whole, checked copy of a SQLite store, also while a server runs; an existing file is not
 * overwritten. store_restore puts one in the store's place and wants no server running. Keys and
 * uploaded files are copied apart (docs/operations.md). */
MUST_CHECK enum err store_backup(const char *url, const char *to, enum lang lang,
                                 struct failure *f);
MUST_CHECK enum err store_restore(const char *url, const char *from, enum lang lang,
                                  struct failure *f);

/* Bring the schema to the newest migration (schema_assets), each in its own transaction. A store
 * written by a newer program is refused. *ret_applied may be NULL. In migration files, lines
 * between
 * `-- sqlite:` or `-- postgres:` and `-- both:` are for that store only. */
MUST_CHECK enum err store_migrate(struct store *s, struct failure *f, int *ret_applied);
/* For tests: the nth call of the five above or commit from now on fails with E_BUSY "db.io", once;
 * 0 turns it off. The environment's FAIL_DB=n does the same from the start. */
void db_fault_after(long n);

/* Number of the newest migration in the store, and in this program. */
MUST_CHECK enum err store_version(struct ctx *cx, int *ret_store, int *ret_program);
