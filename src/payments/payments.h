/* payments.h — paying approved claims through the bank: batches of numbered lines, locked by a hash
 * of their content, approved by two, written to the bank's file, and settled line by line by the
 * bank's return.
 *
 *     DRAFT → LOCKED → APPROVED → SENT → PARTLY_PAID | PAID → CLOSED
 *     line: PENDING → SUCCESS | FAILED → CORRECTED → REISSUED (in another batch)
 *
 * Each function is one step, to be called in one write transaction: all of it happens or nothing.
 */
#pragma once
#include "platform/op.h"

extern const struct module payments_module;
extern const struct record payment_batch_record, payment_line_record;

/* A batch of the APPROVED claims that `payer` (and all below it) pays from the fund, of one policy
 * or, with NONE, of all. A payee without bank account gets a line that is FAILED with NO_ACCOUNT
 * from the start: it is not sent, its claim waits, and it can be corrected and reissued like any
 * other. Of each line is kept back what the payee owes to the same payer and fund (追回); one of
 * which nothing is left is settled without the bank when the batch is sent. E_CONFLICT
 * "payment.no_claim". */
struct payment_made {
    int64_t id, lines, total_fen; /* what the bank is told */
    int64_t offset_fen;           /* kept back for recoveries */
    int64_t no_account;           /* how many lines could not be made payable */
};
MUST_CHECK enum err payment_batch_make(struct ctx *cx, int64_t payer, const char *fund,
                                       int64_t policy_id, struct payment_made *ret);
/* Fix the content, with the accounts that hold now (payments_int.h account_standing()). E_CONFLICT
 * "payment.empty" when nothing is payable. */
MUST_CHECK enum err payment_batch_lock(struct ctx *cx, int64_t id);
/* The first or the second of two different users, neither of them the maker: E_FORBIDDEN
 * "payment.own_batch", "payment.approved_already", "payment.own_correction". E_CONFLICT
 * "payment.altered" when the content is not what was locked. */
MUST_CHECK enum err payment_batch_approve(struct ctx *cx, int64_t id);
MUST_CHECK enum err payment_batch_send(struct ctx *cx, int64_t id);
/* All lines are settled and paid + failed = total: E_CONFLICT "payment.unsettled" else. */
MUST_CHECK enum err payment_batch_close(struct ctx *cx, int64_t id);

/* The bank's file of an approved batch in one of bank_formats (NULL: CSV in UTF-8 with byte order
 * mark); the same content gives the same bytes. It ends with a control row of count and sum. The
 * only place where account numbers stand in full; journalled. */
MUST_CHECK enum err bank_file_write(struct ctx *cx, int64_t id, const char *format,
                                    const char *path);

/* Settle lines by the bank's return: CSV of any encoding or xlsx with 序号, 金额, 结果, and 账号,
 * 原因 where it has them, or the layout of fixed width with 结果 and 原因 behind; what kind it is
 * is seen. A control row (合计) whose count or sum is wrong refuses the file: "return.control". A
 * file with an unknown or double line, another amount or account, or that contradicts what was
 * returned before is refused as a whole: E_INVALID or E_CONFLICT "return.…" naming the row. The
 * same file again changes nothing. */
struct payment_return {
    int64_t lines, failed;
    bool is_known; /* this very file was read before */
};
MUST_CHECK enum err return_file_read(struct ctx *cx, int64_t id, const char *path,
                                     struct payment_return *ret);

/* Where a failed line should have gone; NULL keeps bank and name. The line keeps what was sent. */
MUST_CHECK enum err payment_line_correct(struct ctx *cx, int64_t line_id, const char *account,
                                         const char *bank, const char *name);
/* A new batch of the corrected lines of this one, and of nothing else. E_CONFLICT
 * "payment.none_corrected". */
MUST_CHECK enum err payment_batch_reissue(struct ctx *cx, int64_t id, struct payment_made *ret);

/* Do all claims, batches, lines, recoveries and budgets agree with the ledger? E_CONFLICT
 * "ledger.differs", "ledger.batch", "ledger.claim", "ledger.budget" naming the first sum that does
 * not. Inside db_read(); as far as the actor sees. *ret_sums: how many were compared. */
MUST_CHECK enum err payments_verify(struct ctx *cx, int64_t *ret_sums);

extern const struct choice payment_return_codes[];
