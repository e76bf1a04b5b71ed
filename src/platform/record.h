/* record.h — a kind of record: its table, its fields, its states. From this come list, get,
 * history, create, change, state changes, export and import, so that a module writes only its own
 * rules. */
#pragma once
#include "platform/db.h"
#include "platform/field.h"

/* One event of a state machine: POST /things/{id}/EVENT moves a record from one of
 * the states in `from` (joined by '|') to `to`, or fails with E_CONFLICT "state.wrong" naming the
 * state. */
struct transition {
    const char *event, *from, *to;
    const char *zh, *en; /* the button */
    bool needs_reason;   /* input {"reason": …} required; it is kept in the journal */
    /* What must hold, and what else happens, in the same transaction; may be NULL. The row is as
     * before. */
    enum err (*rule)(struct ctx *cx, const struct rows *before, const char *reason);
};

/* A list request, as read from the query string; also given to record.count. */
struct list_filter {
    const struct field *field;
    enum { FILTER_EQUAL, FILTER_FROM, FILTER_TO, FILTER_IN } kind;
    const char *text;   /* for text, choice and date kinds; FILTER_IN: codes joined by ',' */
    int64_t number, hi; /* for number kinds; FIELD_DIVISION: the subtree's range */
};
struct list_query {
    int filters;
    struct list_filter filter[32];
    const char *q;
    const struct field *sort; /* NULL = by id */
    bool descending;
    int limit;
    const char *after;
    int64_t only_id; /* just this record; 0 = all */
};

/* "sql_before $n sql_after", and one more parameter behind it when has_param_after. With `from` the
 * list runs through another table first, "person_gram g CROSS JOIN person p", whose columns stand
 * in for the record's id and for one of its sort fields: then a page is read from where it begins,
 * in order. */
struct list_search {
    const char *from, *id_sql;
    const char *sort_name, *sort_sql; /* "home", "g.home" */
    const char *sql_before, *sql_after;
    struct param param, param_after;
    bool has_param_after;
};

struct record {
    const char *name; /* journal kind and JSON name: "person" */
    const char *zh, *en;
    const char *table, *alias; /* "person", "p": aliases of .sql expressions */
    const char *joins; /* " LEFT JOIN division d ON d.code = p.home" or NULL; joined tables must be
                          open, or carry their own SCOPE in `where` */
    const char *where; /* further fixed condition or NULL */
    const struct field *fields; /* ended by {0} */
    size_t size;                /* of the input struct; its first member is `int64_t id` */
    const char *order;          /* default sort, e.g. "-id" */
    const char *state;          /* state column, or NULL */
    const struct choice *states;
    const struct transition *transitions; /* ended by {0} */

    /* Facts and bounds across fields, before a row is written: normalise, look up, refuse. On
     * update `before` is the present row (all columns of the table), on create NULL. */
    enum err (*check)(struct ctx *cx, void *in, const struct rows *before);
    /* After it is written, same transaction: children, derived columns. */
    enum err (*saved)(struct ctx *cx, void *in, int64_t id, bool is_new);
    /* After a change of its own columns is written, same transaction; `before` is the row as it
     * was. May be NULL. */
    enum err (*changed)(struct ctx *cx, const struct record *rec, const struct rows *before);
    /* With cx->is_bulk, saved() may gather in cx->gathered what no other row looks at, and this
     * writes it, once for many rows, in the same transaction. May be NULL. */
    enum err (*save_gathered)(struct ctx *cx);
    /* Before an imported row is taken back: its children. The row itself is removed after it. */
    enum err (*removing)(struct ctx *cx, const struct rows *before);
    /* Warnings and errors across the cells of an imported row, as they were written; before
     * check(). */
    void (*check_row)(struct ctx *cx, const void *in, struct field_problems *problems);
    /* The record that an imported row means, where no key is unique in the whole ledger: *ret_id
     * NONE = a new one. In place of USE_KEY. */
    enum err (*find_like)(struct ctx *cx, void *in, int64_t *ret_id);
    /* What an imported row does in place of insert and change, when it is no row of its own table:
     * *ret_changed says whether anything was written. NULL for most. */
    enum err (*take_row)(struct ctx *cx, void *in, bool *ret_changed);
    /* Jurisdiction columns of a new row, from the input; NONE for those the table lacks. */
    void (*place)(const void *in, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id);
    /* Exact total of a list without counting rows: *ret_total = NONE to let the store count. */
    enum err (*count)(struct ctx *cx, const struct list_query *q, int64_t *ret_total);
    /* Condition for ?q= by an index of the module's own; NULL = LIKE over the USE_SEARCH fields. */
    void (*search)(struct ctx *cx, const char *q, struct list_search *ret);
    const char *headers_left_out; /* columns of known rosters that are not taken, joined by '|': not
                                     worth a warning */
    /* The last touch to rows before a list or a detail shows them, such as stored reasons told as
     * sentences; may replace cells. */
    void (*show)(struct ctx *cx, struct rows *rows);
    bool can_import;     /* its USE_IMPORT fields can come in as a spreadsheet */
    bool has_no_version; /* the table has no version column: rows that are never changed */
};

/* The stored form of a sealed field's text, made before it is needed; lists end with {0}. */
struct sealed_ahead {
    const struct field *field;
    int64_t id;       /* of the row it is bound to: a new row takes it, another is sealed anew */
    const char *text; /* taken only for this very text, at this place in memory */
    struct bytes sealed, index;
    const char *mask;
};
/* Of all sealed fields of an input struct, for cx->sealed, under a new id. Touches neither store
 * nor ctx, so any thread may do it. */
const struct sealed_ahead *record_seal_ahead(struct arena *mem, const struct record *rec,
                                             int64_t id, const void *in);

/* Inputs of the generic operations that have their own. */
struct event_input {
    const char *reason;
};
struct reveal_input {
    const char *field, *reason;
};
extern const struct field event_fields[], reveal_fields[];

/* --- what generic operations do; each is a handler for an op whose .record is set --- */
enum err record_list(struct ctx *cx); /* GET /things → {items, total, next}: page by ?limit ≤ 200,
                                         ?after cursor, ?sort, filters, ?q */
enum err record_lookup(struct ctx *cx); /* POST /things/find {sealed field: value} → as a list; for
                                           what must not stand in an address. OP_DETACHED */
enum err record_get(struct ctx *cx);    /* GET /things/{id} → row + version */
enum err
record_history(struct ctx *cx); /* GET /things/{id}/history → journal entries, newest first */
enum err record_create(struct ctx *cx); /* POST /things → row */
enum err record_update(
    struct ctx *cx); /* PATCH /things/{id}, If-Match: version → row; E_STALE with both values */
enum err record_event(struct ctx *cx);  /* POST /things/{id}/{event} → row */
enum err record_export(struct ctx *cx); /* GET /things/export?filters → xlsx or csv file */
enum err record_reveal(
    struct ctx *cx); /* POST /things/{id}/reveal {field, reason} → sealed value, audited */

/* --- the same as functions, for modules --- */
/* A row of all columns of the table as the list shows them; E_NOT_FOUND out of scope. */
MUST_CHECK enum err record_load(struct ctx *cx, const struct record *rec, int64_t id,
                                struct rows *ret);
/* Check, place, insert, journal. *ret_id is the new id. in_set must say which fields are present.
 */
MUST_CHECK enum err record_insert(struct ctx *cx, const struct record *rec, void *in,
                                  int64_t *ret_id);
/* Change the fields present to the given values if anything differs; *ret_changed says whether.
 * version NONE skips the check of the version seen. */
MUST_CHECK enum err record_change(struct ctx *cx, const struct record *rec, int64_t id, void *in,
                                  int64_t version, bool *ret_changed);
/* Apply an event of the state machine with its rule, and journal it. */
MUST_CHECK enum err record_move(struct ctx *cx, const struct record *rec, int64_t id,
                                const char *event, const char *reason);
/* Find by a USE_KEY field (sealed kinds by blind index); *ret_id NONE if absent. Not limited by
 * scope; *ret_in_scope tells. */
MUST_CHECK enum err record_find(struct ctx *cx, const struct record *rec, const char *key_value,
                                int64_t *ret_id, bool *ret_in_scope);

/* A statement put together from the tables, ready for db_rows_list and its like. */
struct list_sql {
    const char *text;
    struct params params;
};
/* Read filters, order and page of the request's query string. */
MUST_CHECK enum err list_read(struct ctx *cx, const struct record *rec, struct list_query *ret);
/* SELECT of the fields with one of the uses (0 = all shown), scoped, filtered, ordered; limit < 0 =
 * all rows. */
MUST_CHECK enum err list_rows_sql(struct ctx *cx, const struct record *rec,
                                  const struct list_query *q, unsigned use, struct list_sql *ret);
/* The exact number of rows in scope that fit the filters, wherever the page begins. */
MUST_CHECK enum err list_count(struct ctx *cx, const struct record *rec, const struct list_query *q,
                               int64_t *ret);
