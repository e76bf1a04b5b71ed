/* payments_int.h — between the files of the module. */
#pragma once
#include "claims/claims.h"
#include "payments/payments.h"
#include "platform/journal.h"

/* A line as it goes to the bank, with the account opened: amount_fen is what the payee gets, 0 when
 * all of it is kept back. */
struct bank_line {
    int64_t id, line_no, claim_id, amount_fen, offset_fen;
    const char *name, *account, *bank, *state;
    int64_t home, work, employer_id, person_id;
};
/* What happened to the money of lines: into the ledger. */
struct line_money {
    const struct bank_line *line;
    enum ledger_event event;
    int64_t fen;
};
MUST_CHECK enum err lines_post(struct ctx *cx, int64_t batch_id, const struct line_money *all,
                               int n);
/* The lines that the batch settles, by number, those the bank is told of first; with accounts
 * opened. */
MUST_CHECK enum err bank_lines(struct ctx *cx, int64_t batch_id, struct bank_line **ret,
                               int *ret_n);
/* SHA-256 over what the bank will be told, line by line. */
const char *bank_lines_hash(struct ctx *cx, const struct rows *batch, const struct bank_line *lines,
                            int n);
/* E_CONFLICT "payment.altered" when the lines are not those that were locked. Gives those that the
 * bank is told of. */
MUST_CHECK enum err check_content(struct ctx *cx, const struct rows *batch, struct bank_line **ret,
                                  int *ret_n);

/* Move the batch from the state and version of `batch` to `state`, and journal the event. E_BUSY
 * when somebody was faster. */
MUST_CHECK enum err batch_move(struct ctx *cx, const struct rows *batch, const char *event,
                               const char *state, const char *note_json);
/* E_CONFLICT "state.wrong" unless the batch is in one of the states, joined by '|'. */
MUST_CHECK enum err batch_expect(struct ctx *cx, const struct rows *batch, const char *states,
                                 const char *zh, const char *en);
/* What the journal says of a line. */
struct journal_entry line_entry(const struct bank_line *line, const char *action,
                                const char *before, const char *after);
/* E_BUSY: fewer lines were changed than should be. */
enum err lines_raced(struct ctx *cx);
enum err payments_trace(struct ctx *cx);     /* trace.c */
enum err payments_reconcile(struct ctx *cx); /* reconcile.c */
enum err payments_seed(struct ctx *cx);
extern const struct field reconcile_fields[];
struct reconcile_input {
    int64_t payer, year;
    const char *fund;
};

/* Sums of what payers within lo..hi owe and paid, taken twice: from claims, lines and recoveries,
 * and from the ledger; of one fund and year or of all (NULL, NONE). */
enum { PAYMENTS_SUMS = 7 };
struct payments_of {
    int64_t lo, hi;
    const char *fund;
    int64_t year;
};
struct payments_sum {
    const char *code, *title; /* title in the caller's language */
    int64_t n, fen, ledger_fen;
};
MUST_CHECK enum err payments_compare(struct ctx *cx, const struct payments_of *of,
                                     struct payments_sum ret[PAYMENTS_SUMS]);

/* --- accounts of payees and their changes (account_changes.c) --- */
/* To whom money goes. account NULL: nowhere yet. */
struct payee {
    const char *own_name; /* on the payee's record */
    const char *name, *account, *bank;
};
/* When is a changed account paid to? Once somebody else has confirmed it; or, when no money of the
 * payee was on its way (held) as it was changed, 72 hours later. */
enum account_standing { ACCOUNT_IN_EFFECT, ACCOUNT_COOLING, ACCOUNT_HELD, ACCOUNT_REFUSED };
enum account_standing account_standing(const char *state, bool is_held, int64_t made_at,
                                       int64_t now);
/* Every change of where a payee's money goes, the oldest first: id, created_at, former_mask, mask,
 * made_by_name, settled_by_name, state, is_held. The caller answers for the scope. */
MUST_CHECK enum err payee_changes(struct ctx *cx, int64_t payee_id, struct rows *ret);
/* How such a row stands today, for a person to read. */
const char *payee_change_standing(struct ctx *cx, const struct rows *changes, int row);
/* To whom these claims are paid: ret[i] is of due[i]. Only who is named in `due` is looked at. */
MUST_CHECK enum err payees_find(struct ctx *cx, const struct claim_due *due, int n,
                                struct payee *ret);
/* *payees[i] has what is on the record of ids[i], sealed at `place`: where changes of it are not in
 * effect yet, gives what was before them. At most FACTS_CHUNK. */
MUST_CHECK enum err payees_in_force(struct ctx *cx, const int64_t *ids, int n, const char *place,
                                    struct payee *const *payees);
/* Pending lines of the batch whose payee's account was ever changed. */
MUST_CHECK enum err lines_changed(struct ctx *cx, int64_t batch_id, struct rows *ret);
/* Changes that are not in effect of payees in the batch, into cx->out when is_put. */
MUST_CHECK enum err batch_changes(struct ctx *cx, int64_t batch_id, bool is_put, int *ret_n);
enum err payments_account_changes(struct ctx *cx);
extern const struct record account_change_record;

#define ACCOUNT_PLACE "payment_line.account"
#define CORRECTED_PLACE "payment_line.corrected"
