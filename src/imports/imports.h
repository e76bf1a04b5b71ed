/* imports.h — spreadsheets taken in: checked as a whole before anything is written, written as a
 * whole or not at all, and undone as far as nobody has touched the rows since. Works for every
 * record with can_import, by its field table (docs/import.md lists the problem
 * codes). */
#pragma once
#include "platform/op.h"

extern const struct module imports_module;

struct import_outcome {
    int64_t batch_id;
    const char *state;                /* CHECKED or COMMITTED */
    int64_t total, good, bad, warned; /* rows; good ones may have warnings */
    int64_t created, changed,
        same;         /* when committed; in a dry run: created = new ones, same = known ones */
    const char *note; /* what was left out, hidden, not understood; "" if nothing */
};

/* Read a file and check every row; with `commit` also write the good ones. Problems are kept in
 * import_problem under the outcome's batch. Opens its own transactions: call it outside of any.
 * Fails with sheet.* or import.* when the file as a whole cannot be taken; bad rows are no failure.
 */
MUST_CHECK enum err import_run(struct ctx *cx, const struct record *rec, const char *path,
                               const char *file_name, bool commit, struct import_outcome *ret);
/* Write the good rows of a batch that was checked. Again for one that is committed changes nothing.
 */
MUST_CHECK enum err import_commit(struct ctx *cx, int64_t batch_id, struct import_outcome *ret);

/* The problems of a batch in file order: columns sheet, row_number, column_no, header, field, code,
 * is_warning, value, message, cure. Inside a transaction; limit < 0 = all up to DB_ROWS_MAX. */
MUST_CHECK enum err import_problems(struct ctx *cx, int64_t batch_id, int64_t after, int limit,
                                    struct rows *ret);

/* Take created rows back and give changed ones their former values, unless they were touched since;
 * what stays is listed as problems "undo.kept". *ret_kept counts them. Opens its own transaction.
 */
MUST_CHECK enum err import_undo(struct ctx *cx, int64_t batch_id, int64_t *ret_kept);

/* Read a file as an import would, without a batch, and hand each good row to the reader; nothing is
 * written. cx->in_set says which fields the row gives. Texts live only during the call. *ret_bad
 * counts the rows that an import would refuse. Call it outside of any transaction. */
struct import_row {
    const char *sheet;
    int64_t row;
    const void *in; /* the record's input */
};
/* What is wrong with a cell or a row; personal values are masked. */
struct import_problem {
    const char *sheet;
    int64_t row;
    int column; /* from 1; 0 = the row */
    bool is_warning;
    const char *header, *field, *code, *value, *message, *cure;
};
struct import_reader {
    enum err (*row)(struct ctx *cx, const struct import_row *row, void *arg);
    void (*problem)(const struct import_problem *problem, void *arg); /* NULL = not asked for */
    void *arg;
};
MUST_CHECK enum err import_read(struct ctx *cx, const struct record *rec, const char *path,
                                const struct import_reader *reader, int64_t *ret_bad);

/* Do one piece of work that waits: check a file sent in, or commit one. False when there is none.
 * For the background and for tests. */
bool imports_work_once(struct ctx *cx);
/* Remove the files of imports that have ended: undone, failed, committed without bad rows; and
 * those that nobody has asked for in 30 days. How many. For the background and for tests. */
int imports_remove_files(struct ctx *cx);
