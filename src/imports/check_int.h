/* check_int.h — between the files that check a spreadsheet: check.c reads it chunk by chunk,
 * check_row.c reads a row, judge.c compares a chunk with the ledger, problem.c and packed.c keep
 * the result. */
#pragma once
#include "imports/imports_int.h"

enum { CHUNK = 400 };

/* One row between reading and judgement. */
struct pending {
    void *in;
    uint64_t in_set[2], tried[2]; /* fields given; fields whose cell said something, be it wrong */
    int64_t row, ordinal;
    bool is_bad, is_warned;
    const char *key, *name;
};

/* Where a key was first seen in the file. */
struct seen {
    uint64_t key, name;
    int64_t row, ordinal;
};
struct seen_set {
    size_t n, mask;
    struct seen *slots;
};

struct reading {
    struct ctx *cx;
    struct import_check *check;
    const struct record *rec;
    const struct header_names *names;
    struct header header;
    const char *sheet;
    struct column_use {
        int column, field;
    } * uses; /* in the order in which columns fill fields */
    int use_count;
    int column_of[FIELDS_MAX]; /* first column of a field, or -1 */
    int key_at, name_at, phone_at;
    struct arena *chunk_mem;
    struct pending *pending;
    int pending_count;
    struct seen_set keys, phones;
    int64_t hidden_rows, left_rows, data_rows;
};

/* By name: a list may be read by a table that has columns besides (match_columns.h). */
static inline int field_at(const struct reading *r, const struct field *f)
{
    return f ? field_index(r->rec->fields, f->name) : -1;
}

/* check_row.c: the row becomes a pending one, unless it is left out. */
void read_row(struct reading *r, const struct sheet_row *from);
/* judge.c: all pending rows; within db_read(). */
MUST_CHECK enum err judge_chunk(struct ctx *cx, void *arg);
/* packed.c */
void pack_row(struct reading *r, const struct pending *row);
/* problem.c: field < 0 = the row as a whole; column < 0 = the field's first. */
void row_problem(struct reading *r, const struct pending *row, int field, int column,
                 bool is_warning, const char *code, const char *value, const char *message,
                 const char *cure);
