/* claims.h — claims (补贴申领): what the policy engine finds people are owed, and its way through
 * submission, check, review, public notice and approval to payment. Payments and the
 * demonstration call these functions; people use the operations in claims.c.
 *
 * A claim's home is the beneficiary's domicile, its work the workplace when the destination pays,
 * else NULL: the origin sees what its people are owed, the destination what it pays. */
#pragma once
#include "ledger/ledger.h"
#include "platform/op.h"

struct policy;

extern const struct module claims_module;
extern const struct record claim_record, adjustment_record;

/* What one run found. Beneficiaries looked at counts each once for every policy that serves its
 * place. */
struct claims_found {
    int64_t looked_at, entitled; /* decisions made, and those with something payable */
    int64_t made, held;          /* new claims; `held` of them wait for a claim of another policy */
    int64_t known;               /* instalments that already had their claim */
    int64_t amount_fen;          /* of the new claims */
};
/* Decide one policy (or, with NONE, every published one that the actor's side may claim) as of a
 * day for all beneficiaries in the actor's scope, and store decisions and claims for instalments
 * due by then. The same run again changes nothing: one right has one claim. Opens its own
 * transactions, one for each few hundred beneficiaries, so it must not be called inside one.
 * E_NOT_FOUND for a policy that is not published. */
MUST_CHECK enum err claims_find(struct ctx *cx, int64_t policy_id, struct date as_of,
                                struct claims_found *ret);

/* One turn of the discovery (政策找人): all of the ledger on the first turn of a day, else those
 * whose records have changed since the last turn; unclaimed ones whose window has closed become
 * LAPSED. As the system. Opens its own transactions; the same turn again changes nothing. */
MUST_CHECK enum err claims_discover(struct ctx *cx, struct claims_found *ret);

/* What it would cost to have the policy `then` instead of `now`, for all beneficiaries in the
 * actor's scope as of a day, with nothing paid before by either; nothing is saved. Both pay the
 * same kind of beneficiary, or E_INVALID "policy.kinds". Opens its own read transactions. Names of
 * the rows stand in the result. */
struct policy_comparison;
MUST_CHECK enum err claims_simulate(struct ctx *cx, const struct policy *now,
                                    const struct policy *then, struct date as_of,
                                    struct policy_comparison *ret);

/* One event of the state machine: "submit", "check", "review", "object", "dismiss_objection",
 * "approve", "return", "reject", "withdraw"; reason may be NULL where none is asked for. In a write
 * transaction. E_CONFLICT "claim.same_hand" when this person already acted on the claim by any
 * account of hers, "claim.own" for the beneficiary herself, by any account, "claim.notice_open"
 * before the public notice ends, "claim.facts_changed" when the facts of now no longer carry the
 * amount. Actors without user (the program itself) pass the first two. */
MUST_CHECK enum err claim_event(struct ctx *cx, int64_t claim_id, const char *event,
                                const char *reason);

/* Post reviewed claims of one policy for public notice from today: the given ids, or with n = 0 all
 * that are REVIEWED in scope. They become NOTICE; the notice's last day is policy.notice_days
 * working days from today. In a write transaction. E_CONFLICT "claim.none" when there is nothing to
 * post. */
MUST_CHECK enum err claims_post_notice(struct ctx *cx, int64_t policy_id, const int64_t *ids, int n,
                                       int64_t *ret_notice_id, int64_t *ret_claims);

/* --- for payments --- */
/* A claim to be paid: to the employer or the organisation where one is named, for the person if
 * there is one; else to the person. Home and work are those of the claim. */
struct claim_due {
    int64_t claim_id, person_id, employer_id, org_id; /* NONE where not named */
    int64_t home, work, amount_fen;
    int64_t payer; /* of the policy */
};
/* E_CONFLICT "claim.same_hand" when the actor, by any account of hers, has entered, checked,
 * reviewed or approved one of these claims: the payment is a hand of its own. */
MUST_CHECK enum err claims_check_other_hand(struct ctx *cx, const int64_t *claim_ids, int n);
/* Take all APPROVED claims that this division (with all below it) pays from this fund, of one
 * policy or with NONE of all, in the order of domicile: they become IN_PAYMENT. A destination's
 * claims are those with work below the payer, an origin's those with home below it. The array is in
 * cx->mem. In a write transaction, with the batch's lines made in the same one. */
MUST_CHECK enum err claims_collect_approved(struct ctx *cx, int64_t payer, const char *fund,
                                            int64_t policy_id, int64_t payment_batch_id,
                                            const struct claim_due **ret, int *ret_n);
/* Claims that move at once; the reason may be NULL. E_CONFLICT "claim.state" when one of them is in
 * another state. In a write transaction. */
struct claim_said {
    int64_t claim_id;
    const char *reason;
};
/* The bank paid: IN_PAYMENT or PAYMENT_FAILED → PAID. The months that a claim rests on stay locked.
 */
MUST_CHECK enum err claims_paid(struct ctx *cx, const struct claim_said *all, int n);
/* The bank refused: IN_PAYMENT → PAYMENT_FAILED with the bank's words (no personal data). */
MUST_CHECK enum err claims_payment_failed(struct ctx *cx, const struct claim_said *all, int n);
/* Sent to the bank again in another batch: PAYMENT_FAILED → IN_PAYMENT. */
MUST_CHECK enum err claims_payment_again(struct ctx *cx, const struct claim_said *all, int n);

/* The claim as the ledger knows it. One that was approved before the ledger was kept is entered
 * first. In a write transaction. */
MUST_CHECK enum err claim_ledger(struct ctx *cx, int64_t claim_id, struct ledger_claim *ret);
/* The same for n different claims; ret[i] is that of ids[i]. */
MUST_CHECK enum err claims_ledger(struct ctx *cx, const int64_t *ids, int n,
                                  struct ledger_claim *ret);
/* All of these that are not entered yet, as after an upgrade; *ret_ids are those. */
MUST_CHECK enum err claims_enter_old(struct ctx *cx, const int64_t **ret_ids, int *ret_n);

/* --- what corrections lead to (adjustments.c) --- */
/* Keep back of a payment to this beneficiary what it has to give back to the same payer and fund,
 * at most all of it: the oldest recoveries first. The line exists; *ret_fen is what was taken, 0
 * for most. In the batch's write transaction. */
MUST_CHECK enum err recoveries_take(struct ctx *cx, const struct claim_due *due, const char *fund,
                                    int64_t line_id, int64_t *ret_fen);
/* The payees (persons, employers, organisations: ids are unique over all) that have something to
 * give back to the fund, ascending: of others nothing is kept back. */
MUST_CHECK enum err recoveries_owing(struct ctx *cx, const char *fund, const int64_t **ret,
                                     int *ret_n);
/* How much recoveries_take() would take of so much. */
MUST_CHECK enum err recoveries_room(struct ctx *cx, const struct claim_due *due, const char *fund,
                                    int64_t *ret_fen);
/* The line of the claim is sent: what was kept back is settled, and a recovery that is settled
 * whole is OFFSET. */
MUST_CHECK enum err recoveries_sent(struct ctx *cx, int64_t claim_id, int64_t line_id,
                                    int64_t batch_id);
