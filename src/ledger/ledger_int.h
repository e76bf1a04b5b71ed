/* ledger_int.h — between the files of the module. */
#pragma once
#include "ledger/ledger.h"

/* What an event does to the budget that is set for the claim's payer, fund and year, if one is. */
MUST_CHECK enum err budget_move(struct ctx *cx, const struct ledger_claim *c,
                                enum ledger_event event, int64_t fen);
