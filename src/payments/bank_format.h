/* bank_format.h — how a bank's file is laid out: tables of columns, and one writer and one reader
 * for all of them. Inside the module. A file ends with a control row: 合计, the number of lines and
 * their sum. */
#pragma once
#include "payments/payments_int.h"
#include "sheet/sheet.h"

enum bank_column_id {
    BANK_LINE,
    BANK_NAME,
    BANK_ACCOUNT,
    BANK_BANK,
    BANK_AMOUNT,
    BANK_NOTE,
    BANK_RESULT, /* from here on only in what comes back */
    BANK_REASON,
    BANK_COLUMNS
};
struct bank_column {
    enum bank_column_id id;
    const char *title;
    enum sheet_kind kind;
    int bytes; /* in a file of fixed width, in GB18030; text is padded behind, numbers before */
};
struct bank_format {
    const char *code; /* as in bank_formats */
    const char *suffix, *content_type;
    enum { BANK_CSV, BANK_CSV_GB18030, BANK_FIXED_GB18030, BANK_XLSX } kind;
    const struct bank_column *columns; /* what is sent, then what is added in the answer */
    int sent, answered;                /* so many of them */
};
extern const struct choice bank_formats[];
/* NULL gives the first, CSV in UTF-8. */
const struct bank_format *bank_format_find(const char *code);

/* The batch's file. E_INVALID "bank_file.too_wide" when a text does not fit its column, or
 * "bank_file.encoding", naming the line. */
MUST_CHECK enum err bank_format_write(struct ctx *cx, const struct bank_format *f,
                                      const char *batch_number, const struct bank_line *lines,
                                      int n, const char *path);

/* The answer's rows, one after the other. Files of fixed width have no header: *column[] says where
 * each field stands. Gives false at the end. */
struct bank_reader;
MUST_CHECK enum err bank_reader_open(struct ctx *cx, const char *path, struct bank_reader **ret);
MUST_CHECK enum err bank_reader_next(struct ctx *cx, struct bank_reader *r, struct sheet_row *ret,
                                     bool *ret_more);
/* -1 where the file has a header that tells. */
int bank_reader_column(const struct bank_reader *r, enum bank_column_id id);
void bank_reader_close(struct bank_reader *r); /* NULL is allowed */
