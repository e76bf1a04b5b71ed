/* imports_int.h — between the files of the imports module. */
#pragma once
#include "imports/imports.h"
#include "sheet/sheet.h"

/* --- header.c: which column says what (pure) --- */
enum {
    COLUMN_UNKNOWN = -1,
    COLUMN_LEFT_OUT = -2,
    HEADER_ROWS_MAX = 3,
    HEADER_WITHIN = 30,
    COLUMNS_MAX = 512
};

struct header_names; /* known spellings of a record's columns */
struct header_names *header_names_new(struct arena *mem, const struct record *rec);

/* One of the first rows of a sheet, its texts copied. */
struct header_row {
    int64_t number;
    int n;
    const char **text; /* "" when empty */
};
struct header {
    int64_t first_row, last_row; /* as shown */
    int n;                       /* columns */
    const char **title;          /* as written, the rows of the header joined */
    int *field;                  /* index into rec->fields, COLUMN_UNKNOWN or COLUMN_LEFT_OUT */
    int *rank;                   /* 0 = the field's own name, 1 = its first synonym, … */
    int fields;                  /* different fields found */
};
/* False when no row holds known names. */
bool header_find(struct arena *mem, const struct header_names *names, const struct header_row *rows,
                 int n, struct header *ret);
/* A header's text without blanks, stars, colons. */
const char *header_plain(struct arena *mem, const char *text);

/* --- check.c, packed.c, problem.c: from a file to checked rows --- */

/* A good row, ready to be written: what it says and where it stood. */
struct packed_rows {
    struct packed_rows *next;
    size_t len, cap;
    int n;
    char *bytes;
};

struct import_check {
    struct arena *mem; /* of everything below */
    const struct record *rec;
    size_t problem_count, problem_cap;
    struct import_problem *problems;
    struct packed_rows *first, *last;
    int64_t total, bad, warned, known;
    unsigned char *status; /* by ordinal of the row: ROW_BAD, ROW_WARNED */
    size_t status_cap;
    struct str note;
    int64_t progress_batch, progress_at; /* counters of this batch are kept up to date */
};
enum { ROW_BAD = 1, ROW_WARNED = 2 };

MUST_CHECK enum err import_check(struct ctx *cx, const char *path, struct import_check *check);
/* Goes to the first rows of sheet `at` and finds its header. */
MUST_CHECK enum err import_read_header(struct ctx *cx, struct arena *mem,
                                       const struct header_names *names, struct sheet *s, int at,
                                       struct header *ret, bool *ret_found);
void import_check_free(struct import_check *check); /* its arena */

/* Visit the packed rows: in is filled, cx->in_set set. */
struct packed_at {
    const struct packed_rows *chunk;
    size_t offset;
};
struct packed_row {
    int64_t ordinal, row; /* row number as shown */
    const char *sheet;
    uint64_t in_set[2];
};
bool packed_next(const struct import_check *check, struct packed_at *at, struct packed_row *ret,
                 void *in);

void check_problem(struct import_check *check, struct import_problem p, int64_t ordinal);

/* What a row's key looks like in the store. */
const struct field *import_key(const struct record *rec);
bool field_is_sealed(const struct field *f);

enum {
    IMPORT_LEASE = 60
}; /* seconds that a worker has a batch for itself without a sign of life */

/* --- batch.c --- */
/* A batch in state CHECKING; background work leaves it alone until lease_until (NONE = takes it at
 * once). is_copy: the file is an upload, removed when the import ends. */
MUST_CHECK enum err batch_new(struct ctx *cx, const struct record *rec, const char *path,
                              const char *file_name, int64_t lease_until, bool is_copy,
                              int64_t *ret_id);
MUST_CHECK enum err batch_load(struct ctx *cx, int64_t id, struct rows *ret);
/* Counters, note and problems of a check, replacing earlier ones; in a transaction of its own. */
MUST_CHECK enum err batch_save_check(struct ctx *cx, int64_t id, struct import_check *check,
                                     const char *state);
/* The file cannot be taken: the failure stays with the batch. Returns err. */
enum err batch_fail(struct ctx *cx, int64_t id, enum err err);
/* Seen by those who see its batch. */
MUST_CHECK enum err batch_add_problem(struct ctx *cx, const struct rows *batch, int64_t number,
                                      const struct import_problem *p);
MUST_CHECK enum err file_hash(struct ctx *cx, const char *path, const char **ret);
void batch_outcome(const struct rows *batch, struct import_outcome *ret);

/* --- write.c --- */
/* Write all good rows in one transaction and set the batch's state. */
MUST_CHECK enum err import_write(struct ctx *cx, int64_t batch_id, struct import_check *check);
/* The present rows with these keys (all columns of the table, and is_mine), in any order. */
MUST_CHECK enum err import_known(struct ctx *cx, const struct record *rec, const struct param *keys,
                                 int n, struct rows *ret);
MUST_CHECK enum err import_by_id(struct ctx *cx, const struct record *rec, int64_t id,
                                 struct rows *ret);
struct param import_key_param(struct ctx *cx, const struct record *rec, const struct field *key,
                              const char *text);
/* Which of the known rows has this key; -1 if none. */
int import_known_row(const struct record *rec, const struct rows *known, const struct param *key);
/* One row of many. */
struct rows rows_at(const struct rows *r, int row);

/* Check the file of a batch in state CHECKING. */
MUST_CHECK enum err import_check_again(struct ctx *cx, int64_t batch_id);

/* --- workbook.c: files in a temporary place, the caller's to remove --- */
MUST_CHECK enum err import_template(struct ctx *cx, const struct record *rec,
                                    const char **ret_path);
MUST_CHECK enum err import_error_workbook(struct ctx *cx, int64_t batch_id, const char **ret_path);
