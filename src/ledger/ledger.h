/* ledger.h — where all money stands: every movement is one row that takes an amount from the
 * credited account to the debited one, posted in the transaction of what causes it, so that it
 * balances by itself and cannot be half done. Rows are only added.
 *
 * Accounts are kept for each payer, fund and year and for each beneficiary: a row carries all of
 * them. The payer and fund are the policy's, the year that of the claim's approval. Money is fen.
 */
#pragma once
#include "platform/op.h"

extern const struct module ledger_module;
extern const struct record ledger_record, budget_record;

/* Whose money it is: a claim as far as the ledger knows it. Ids and places NONE where it has none.
 */
struct ledger_claim {
    int64_t claim_id, person_id, employer_id, org_id, home, work;
    int64_t payer, year;
    const char *fund;
};
/* What moves it; the accounts of each are in ledger.c. */
enum ledger_event {
    LEDGER_APPROVED, /* a claim is owed; the budget is reserved */
    LEDGER_LOCKED,   /* on its way in a batch whose content is fixed */
    LEDGER_PAID,     /* the bank paid; the budget is used */
    LEDGER_RETURNED, /* the bank refused: owed as before */
    LEDGER_OFFSET,   /* kept back of a payment */
    LEDGER_RECOVERY, /* paid or owed by mistake: to be given back */
    LEDGER_SET_OFF,  /* given back by what was kept back; the budget is free again */
    LEDGER_REPAID,   /* given back by the payee */
    LEDGER_WAIVED,   /* not asked back any more */
    LEDGER_BUDGET,   /* what may be spent was set higher */
    LEDGER_BUDGET_CUT,
    LEDGER_EVENTS
};
/* By what; NONE where it does not apply. */
struct ledger_cause {
    int64_t line_id, batch_id, adjustment_id;
};
/* Post it; an amount of 0 posts nothing. In a write transaction. E_CONFLICT "budget.exceeded" when
 * a budget is set for the payer, fund and year and too little of it is left for an approval. */
MUST_CHECK enum err ledger_post(struct ctx *cx, const struct ledger_claim *c,
                                enum ledger_event event, int64_t fen, struct ledger_cause cause);
/* Many at once, in order; a budget is charged with the sum of what it is charged with. */
struct ledger_post {
    struct ledger_claim claim;
    enum ledger_event event;
    int64_t fen;
    struct ledger_cause cause;
};
MUST_CHECK enum err ledger_post_all(struct ctx *cx, const struct ledger_post *all, int n);
/* Sum of the rows of one event; for all payers within lo..hi, of one fund and year or of all (NULL,
 * NONE), as far as the actor sees them. */
MUST_CHECK enum err ledger_sum(struct ctx *cx, enum ledger_event event, int64_t lo, int64_t hi,
                               const char *fund, int64_t year, int64_t *ret_fen);
/* In the order of the balance sheet, ended by {0}; and by enum ledger_event. */
extern const struct choice ledger_accounts[], ledger_events[];
int ledger_event_find(const char *code); /* of a row of the ledger */
/* An account's name for people. */
const char *ledger_account(const char *code, enum lang lang);
/* What budgets have in their books against what the ledger says: the sum of all differences. */
MUST_CHECK enum err ledger_budget_gap(struct ctx *cx, int64_t *ret_fen);
