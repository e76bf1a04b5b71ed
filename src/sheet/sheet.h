/* sheet.h — spreadsheets: rows out of .xlsx and CSV files, and .xlsx and CSV files out of rows.
 * Streaming and in bounded memory: a reader holds one row and the file's shared strings, a writer
 * one row. Knows nothing of our domain: it tells what stands in the file, cell by cell, and leaves
 * every judgement to the importer.
 *
 * Failures go to a `struct failure`, in the language given at opening, with a hint where a person
 * can cure them. Codes:
 *   sheet.missing       no such file, or not readable            E_NOT_FOUND
 *   sheet.empty         nothing in the file                      E_INVALID
 *   sheet.legacy        .xls, .et, .xlsb, .ods, web page, XML 2003: says how to save as .xlsx
 *   sheet.protected     the file has a password                  E_INVALID
 *   sheet.not_a_sheet   PDF, picture, text document, archive     E_INVALID
 *   sheet.broken        cut off, damaged, or not what it claims  E_INVALID
 *   sheet.unsafe        entity definitions, overlapping entries  E_INVALID
 *   sheet.encoding      text in no known encoding                E_INVALID
 *   sheet.too_big       file, inflated size, ratio, entries, strings, row    E_LIMIT
 *   sheet.too_deep      XML nested too deep                      E_LIMIT
 *   sheet.cell_too_long, sheet.too_many_columns, sheet.too_many_rows         E_LIMIT
 *   sheet.not_written   disk full, no permission                 E_INTERNAL */
#pragma once
#include "base/base.h"

/* --- reading --- */

enum cell_kind {
    CELL_EMPTY,
    CELL_TEXT,
    CELL_NUMBER,
    CELL_DATE, /* a number shown as a date or a time of day */
    CELL_BOOL,
    CELL_ERROR
};

/* `text` is never NULL and is valid, NUL-terminated UTF-8 of `len` bytes:
 *   TEXT    what the cell says, rich text joined, phonetic guides left out;
 *   NUMBER  the digits of the file, unrounded ("621125199003070013", "6.2112519900307E+17"), so
 *           that an importer sees what was stored: 15 significant digits are real;
 *   DATE    "2023-03-01", "2023-03-01T08:00:00", or "08:00:00" when there is no day;
 *   BOOL    "TRUE" or "FALSE";   ERROR   "#N/A", "#REF!" …
 * `number` is the value of a NUMBER, the day serial of a DATE as stored (0 when it was stored as
 * text), 1 or 0 of a BOOL.
 * A formula gives its stored value; CELL_EMPTY with is_formula means that none was stored
 * (written by a program that did not compute it). Every cell of a CSV file is TEXT or EMPTY;
 * ="00123", with which exports keep spreadsheets from rounding, is the TEXT 00123 and is_formula.
 */
struct cell {
    enum cell_kind kind;
    bool is_formula;
    const char *text;
    size_t len;
    double number;
};

/* A row with at least one cell that is not blank; blank formatted rows and cells to the right are
 * left out. `number` is what the user sees beside the row, from 1 (in a CSV file: the record's
 * number, blank lines counted, a quoted line break not). cells[0] is column A; gaps and all but the
 * first cell of a merged range are EMPTY. Valid until the next call on the sheet. */
struct sheet_row {
    int64_t number;
    bool is_hidden; /* hidden by hand or by a filter */
    int n;
    const struct cell *cells;
};

struct sheet_info {
    const char *name; /* "" for CSV */
    bool is_hidden;
};

/* A merged range; rows as shown, from 1; columns from 0; all ends inclusive. */
struct sheet_merge {
    int64_t row_first, row_last;
    int column_first, column_last;
};

enum sheet_format { SHEET_XLSX, SHEET_CSV };

/* What a reader accepts. A zero means the default, which is given behind it. */
struct sheet_limits {
    int64_t file_bytes;     /* 200 MiB */
    int64_t inflated_bytes; /* 4 GiB, all entries together */
    int64_t string_bytes;   /* 96 MiB of shared strings */
    int64_t rows;           /* 1,048,576: number of the last row */
    int entries;            /* 2,000 */
    int ratio;              /* 200: inflated to packed, of an entry above 10 MiB */
    int columns;            /* 512: beyond it only blank cells are let pass */
    int cell_chars;         /* 32,767, as Excel */
};

struct sheet;

/* Find out what the file is, check it and read its table of sheets; no sheet is selected yet. The
 * kind is told by content, never by name. `limits` may be NULL. */
MUST_CHECK enum err sheet_open(const char *path, const struct sheet_limits *limits, enum lang lang,
                               struct failure *f, struct sheet **ret);
void sheet_close(struct sheet *s); /* NULL is allowed */

enum sheet_format sheet_format(const struct sheet *s);
/* "UTF-8", "UTF-16LE", "UTF-16BE" or "GB18030" of a CSV file; "" for xlsx. */
const char *sheet_encoding(const struct sheet *s);
/* Worksheets in the order of their tabs, hidden ones too; chart sheets are left out. CSV: one. */
int sheet_count(const struct sheet *s);
struct sheet_info sheet_info(const struct sheet *s, int i);

/* Go to the first row of sheet `i`; also to start it again. */
MUST_CHECK enum err sheet_select(struct sheet *s, int i, struct failure *f);
/* The next row that is not blank; *ret_more is false, and *ret unset, after the last. After a
 * failure only sheet_select and sheet_close are allowed. */
MUST_CHECK enum err sheet_next(struct sheet *s, struct sheet_row *ret, bool *ret_more,
                               struct failure *f);
/* Whether the selected sheet hides column `column` (from 0). Known once a row has been read. */
bool sheet_column_is_hidden(const struct sheet *s, int column);
/* Merged ranges that begin in the first 20 rows of the selected sheet (at most 500). They stand
 * behind the rows in the file, so they are known once sheet_next has told the end: read the sheet,
 * ask, select it again. */
const struct sheet_merge *sheet_merges(const struct sheet *s, int *ret_n);

/* --- writing --- */

enum sheet_kind { SHEET_TEXT, SHEET_INT, SHEET_MONEY, SHEET_DATE };

struct sheet_column {
    const char *title;
    enum sheet_kind kind;
    int width;                  /* in half-width characters; 0: from title and kind */
    const char *note;           /* comment on the title: what to fill in; NULL: none */
    const char *const *choices; /* list to choose from, ends in NULL; NULL: none */
};

/* A worksheet: an optional title row, an optional watermark row (who took these data, when, for
 * what), then the column titles, frozen. All texts are copied. */
struct sheet_page {
    const char *name, *title, *watermark;
    const struct sheet_column *columns;
    int n;
};

/* A cell. TEXT and DATE ("2023-03-01"; anything else is written as text) use `text`, NULL being
 * empty; INT and MONEY (fen, shown as yuan) use `number`, NONE being empty. `mark` says what is
 * wrong with the cell: it is filled red and carries the text as a comment (the first 10,000 marks
 * of a file; later ones are only red). A CSV file has no marks. */
struct sheet_value {
    const char *text;
    int64_t number;
    const char *mark;
};

struct sheet_writer;

/* Writes to `path`, which appears whole when sheet_writer_close succeeds. xlsx: temporary files
 * lie in the same directory. CSV: UTF-8 with a byte order mark, CRLF.
 * Text is never a formula: in xlsx it is typed as text; in CSV a text that a spreadsheet would
 * compute (= + - @ tab CR, or their full-width forms, at its start) gets a ' in front. */
MUST_CHECK enum err sheet_writer_open(const char *path, enum sheet_format format, enum lang lang,
                                      struct failure *f, struct sheet_writer **ret);
/* Begin a worksheet; once, at most, for CSV. */
MUST_CHECK enum err sheet_writer_page(struct sheet_writer *w, const struct sheet_page *page,
                                      struct failure *f);
/* The next row; `n` may be less than the page's columns, not more. */
MUST_CHECK enum err sheet_writer_row(struct sheet_writer *w, const struct sheet_value *values,
                                     int n, struct failure *f);
/* Finish the file and read it back to see that all rows are in it. Frees `w` in any case; after a
 * failure there is no file. */
MUST_CHECK enum err sheet_writer_close(struct sheet_writer *w, struct failure *f);
/* Give up: frees `w` and removes the file. NULL is allowed. */
void sheet_writer_abort(struct sheet_writer *w);
