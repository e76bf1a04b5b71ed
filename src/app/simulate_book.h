/* simulate_book.h — workbooks as offices leave them: merged titles, hidden rows and sheets,
 * formulas with stored values, numbers where texts belong, blank rows that carry only a format. The
 * ordinary writer (sheet/sheet.h) can do none of this, on purpose. Same input, same bytes. */
#pragma once
#include "base/base.h"

enum book_kind { BOOK_EMPTY, BOOK_TEXT, BOOK_NUMBER, BOOK_DATE, BOOK_ERROR };

/* NUMBER and DATE (an Excel serial) hold the digits as they stand in the file. With a formula,
 * `text` is the stored value. ERROR: "#N/A". EMPTY cells of a workbook still carry a format. */
struct book_cell {
    enum book_kind kind;
    const char *text, *formula;
};

struct book;
struct book *book_new(struct arena *mem);
/* Begin a sheet; rows that follow belong to it. */
void book_sheet(struct book *b, const char *name, bool is_hidden);
int64_t book_next_row(const struct book *b); /* from 1 */
/* Returns the row's number. */
int64_t book_row(struct book *b, const struct book_cell *cells, int n, bool is_hidden);
/* Merge columns first…last (from 0) of rows row_first…row_last of the sheet. */
void book_merge(struct book *b, int64_t row_first, int64_t row_last, int first, int last);
/* .xlsx, or CSV in GB18030 (one sheet; formulas give their values, merges are lost, errors stand as
 * text). */
MUST_CHECK enum err book_write_xlsx(struct book *b, const char *path, struct failure *f);
MUST_CHECK enum err book_write_csv(struct book *b, const char *path, struct failure *f);
/* UTF-8 bytes to a file. */
MUST_CHECK enum err book_write_text(const char *path, const char *data, size_t len,
                                    struct failure *f);
