/* books.h — reading the books of the money: the statement of a fund, a person or an employer, what
 * is left of the budgets, batches against the bank's answers and the ledger, and what became of a
 * correction. Nothing here writes. Each reply's totals are those of its own rows: both come from
 * one read of the store.
 *
 * Behind ledger, claims and payments, because a movement is told with what caused it. */
#pragma once
#include "ledger/ledger.h"
#include "platform/op.h"

extern const struct module books_module;
