/* books_int.h — between the files of the module. */
#pragma once
#include "books/books.h"

/* Whose statement, of which account and from when to when: of a payer's fund in a year, a person,
 * an employer, a station's organisation, or of several of them together. */
struct statement_input {
    int64_t payer, year, person_id, employer_id, org_id;
    const char *fund, *account;
    const char *from, *until;
    const char *after; /* id of the last row of the page before */
    int64_t limit;
};
extern const struct field statement_fields[];
enum err books_funds(struct ctx *cx);
enum err books_statement(struct ctx *cx);
enum err books_statement_export(struct ctx *cx);

/* What stands in the accounts at one moment, debits over credits. */
enum { BOOK_ACCOUNTS_MAX = 16 };
struct book_balance {
    int64_t fen[BOOK_ACCOUNTS_MAX]; /* in the order of ledger_accounts */
};
void book_move(struct book_balance *b, const char *debit, const char *credit, int64_t fen);
int64_t book_of(const struct book_balance *b, const char *account);
/* How a balance is told: what is owed, on its way, paid in the end, and to be given back. */
struct book_standing {
    int64_t owed_fen, in_payment_fen, paid_fen, to_recover_fen;
};
struct book_standing book_standing(const struct book_balance *b);
void book_put_standing(struct ctx *cx, const struct book_standing *s);

extern const struct field settlement_fields[], budgets_fields[];
struct settlement_input {
    int64_t payer, year;
    const char *fund;
};
struct budgets_input {
    int64_t year;
};
enum err books_settlement(struct ctx *cx);
enum err books_budgets(struct ctx *cx);
enum err books_correction(struct ctx *cx);
