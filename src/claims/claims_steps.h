/* claims_steps.h — the steps of review that a claim walks, and the hands that take them; for the
 * claims module itself.
 *
 * A policy with a chain of its own (key review) is walked step by step. All others pass the usual
 * hands: check, review, public notice where the policy has one, approval. */
#pragma once
#include "claims/claims_int.h"
#include "divisions/divisions.h"

/* What comes next for a claim. No event: it is not under review. */
struct claim_next {
    const char *event;          /* "check" "review" "notice" "approve" */
    const char *code, *zh, *en; /* of the step: "TOWNSHIP", or "CHECK" of the usual hands */
    enum division_level highest, lowest; /* of the office that acts; LEVEL_NONE: any */
    bool by_home;                        /* by the origin, whoever pays */
    int notice_days, within_days;
};
/* Pure: of the claim's state and, in a chain, the step that is stored with it (else NULL). */
struct claim_next claim_next_step(const struct policy *p, const char *state, const char *step);
/* The n-th step of a policy's way, from 0; no event behind the last. */
struct claim_next claim_step_at(const struct policy *p, int n);
/* The first step of a chain for `step` NULL, else the one after it; NULL after the last and where
 * the policy has no chain. */
const char *claim_step_after(const struct policy *p, const char *step);
/* Codes of steps that pass by this event, for SQL: "'VILLAGE','TOWNSHIP'". */
const char *claim_steps_of(struct arena *mem, const char *event);
/* The states in which the usual hands take this event, joined by '|'; NULL for other events. */
const char *claim_states_of(const char *event);

/* May this event be the claim's next step, and the actor's office the one that takes it, with what
 * was on notice heard to the end? Else E_CONFLICT "state.wrong", "claim.step", "claim.step_office",
 * "claim.notice_open". */
MUST_CHECK enum err claim_step_begin(struct ctx *cx, const struct rows *claim, const char *event,
                                     struct claim_next *ret);
/* The actor, and whoever's step she takes in her stead, are none of the claim's earlier hands of
 * this round, by any account, nor its beneficiary. */
MUST_CHECK enum err claim_take_in_hand(struct ctx *cx, const struct rows *claim,
                                       int64_t for_user_id);
/* In whose stead the actor takes such an event; NONE: by her own roles. */
MUST_CHECK enum err claim_in_stead(struct ctx *cx, const char *event, int64_t *ret_user_id);
/* Writes down that it was done. */
struct claim_done {
    const char *step, *event, *reason; /* reason or NULL */
    const char *until_on;              /* of a notice, else NULL */
    int64_t for_user_id;               /* NONE but for a stand-in */
};
MUST_CHECK enum err claim_step_add(struct ctx *cx, const struct rows *claim,
                                   struct claim_done done);
/* The step after `step` is next, from this day on; NONE of a policy without a chain. `step` NULL:
 * the first. */
MUST_CHECK enum err claim_step_next(struct ctx *cx, const struct rows *claim,
                                    const struct policy *p, const char *step, struct date from);
/* No step is next any more. */
MUST_CHECK enum err claim_steps_end(struct ctx *cx, const struct rows *claim);

/* The columns of lists that tell what comes next, in place of what is stored. */
void claims_show(struct ctx *cx, struct rows *rows);
enum err claims_op_steps(struct ctx *cx);

/* --- handed in by somebody else (claims_delegates.c) --- */
struct delegate_input {
    const char *delegate_name, *delegate_id_no, *relation, *reason, *evidence;
};
extern const struct field delegate_fields[];
enum err claims_op_delegate(struct ctx *cx);
/* Is this user the delegate who handed the claim in, this round? */
MUST_CHECK enum err claim_has_delegate(struct ctx *cx, int64_t claim_id, int64_t user_id,
                                       bool *ret);
/* Who it was, as a member of the object being written; nothing when nobody was. */
MUST_CHECK enum err claim_put_delegate(struct ctx *cx, int64_t claim_id, int64_t number);
