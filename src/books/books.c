/* books.c — the operations of the books. */
#include "books/books_int.h"

#include "placements/placements.h"

static const struct scoped tables[] = { { 0 } };

static const struct op ops[] = {
    { "books.funds", "GET /books/funds", PERM_PAYMENT_READ, books_funds, "总账",
      "The general ledger: funds and what stands in them" },
    { "books.statement", "GET /books/statement", PERM_PAYMENT_READ, books_statement, "明细账",
      "Statement of a fund, a person, an employer or a station", .in = statement_fields,
      .in_size = sizeof(struct statement_input) },
    { "books.statement_export", "GET /books/statement/export", PERM_EXPORT, books_statement_export,
      "导出明细账", "A statement as a workbook", .in = statement_fields,
      .in_size = sizeof(struct statement_input), .flags = OP_FILE | OP_DETACHED },
    { "books.budgets", "GET /books/budgets", PERM_PAYMENT_READ, books_budgets, "预算执行",
      "Budgets: set, reserved, used, free, and what is under way", .in = budgets_fields,
      .in_size = sizeof(struct budgets_input) },
    { "books.settlement", "GET /books/settlement", PERM_PAYMENT_READ, books_settlement, "银行对账",
      "Batches, the bank's answers and the ledger side by side", .in = settlement_fields,
      .in_size = sizeof(struct settlement_input) },
    { "months.correction", "GET /months/corrections/{id}", PERM_PLACEMENT_READ, record_get,
      "月度更正", "One correction of a month", &month_correction_record },
    { "books.correction", "GET /months/corrections/{id}/story", PERM_CLAIM_READ, books_correction,
      "更正始末", "What became of a correction, from the month to the money" },
    { 0 },
};
static const struct record *const records[] = { NULL };

const struct module books_module = { "books", "账簿", "Books", ops, tables, records };
