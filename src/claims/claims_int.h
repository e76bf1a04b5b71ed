/* claims_int.h — what the files of the module share. */
#pragma once
#include "claims/claims.h"
#include "policy/policies.h"
#include "policy/policy_facts_load.h"

/* Whose claim it is. NONE where not the beneficiary; person and employer together when an employer
 * is paid for a person. */
struct beneficiary {
    int64_t person_id, employer_id, org_id;
};

/* Whose work earns the money, and who gets it. */
enum case_kind {
    CASE_PERSON,
    CASE_EMPLOYER,  /* an enterprise, by the number of its staff */
    CASE_EMPLOYED,  /* an enterprise, for each person it took in */
    CASE_STATION,   /* a labour station */
    CASE_ORGANISED, /* an organisation, for each person it sent */
    CASE_HOUSEHOLD, /* a household, by what its members earn; paid to its head */
};
enum case_kind case_kind_of(const struct policy *p);

/* All claims of some beneficiaries, whoever may see them: rows with id, policy_id, person_id,
 * employer_id, org_id, instalment, amount_fen, due_on, once_key, state, decision_id, created_at,
 * ordered by beneficiary and id. n ids of `column` (person_id, employer_id or org_id). */
MUST_CHECK enum err claims_of(struct ctx *cx, const char *column, const int64_t *ids, int n,
                              struct rows *ret);
/* Is it one of the claims of this beneficiary? */
bool claim_is_of(const struct rows *claims, int row, struct beneficiary who);

/* Under way, so that it stands before a new one; and decided, so that it counts as paid. */
bool claim_is_live(const char *state);
bool claim_is_committed(const char *state);

/* Do both stand in one exclusive group, or does one supersede the other? */
bool policies_exclude(const struct policy *a, const struct policy *b);

/* Adds what was paid or is about to be paid to the beneficiary, of the policy itself too unless it
 * is skip_policy. What any employer was paid for a person counts for each of them, and what any
 * member was paid for the household. Texts live in cx->mem. */
MUST_CHECK enum err facts_add_payments(struct ctx *cx, enum case_kind kind,
                                       const struct rows *claims, struct beneficiary who,
                                       int64_t skip_policy, struct policy_facts *facts);
/* The stored decision that a claim rests on. */
MUST_CHECK enum err decision_load(struct ctx *cx, int64_t decision_id, struct policy_decision *ret);
/* "m3" or, where an item is paid in parts, "monthly/2". */
const char *instalment_name(struct arena *mem, const struct policy *p,
                            const struct policy_instalment *x);
/* Facts of a beneficiary of a policy as of a day, payments included; place is where its claims
 * belong. With skip_own the policy's own payments are left out. E_NOT_FOUND when there is no such
 * beneficiary. */
struct case_facts {
    struct policy_facts facts;
    struct beneficiary who;
    int64_t home, work;   /* work: of the newest stretch of work, or the seat; NONE */
    int64_t household_id; /* of a household's case, else NONE */
};
/* The cases of a person under a policy of kind EMPLOYED or ORGANISED: one for each employer she
 * worked for, or each organisation that sent her. `ret` has room for one a spell. */
MUST_CHECK enum err cases_through(struct ctx *cx, enum case_kind kind, const struct person_facts *p,
                                  struct case_facts *ret, int *ret_n);
/* A household's case, and the claims of all its members. */
MUST_CHECK enum err case_of_household(struct ctx *cx, const struct policy *p, int64_t household_id,
                                      struct case_facts *ret, struct rows *ret_claims);
MUST_CHECK enum err case_load(struct ctx *cx, const struct policy_row *row, struct beneficiary who,
                              struct date as_of, bool skip_own, struct case_facts *ret);
/* The place of a claim: home always, work when the destination pays. */
int64_t claim_work(const struct policy_row *row, const struct policy_facts *facts,
                   struct date until, int64_t seat);

/* The same as claims_find() by every published policy that is decided person by person, for these
 * persons alone; ids ascending. */
MUST_CHECK enum err claims_find_for(struct ctx *cx, const int64_t *persons, int n,
                                    struct date as_of, struct claims_found *ret);
void claims_discovery(struct store *store); /* in the background, every minute */

struct beneficiary claim_beneficiary(const struct rows *claim);
/* Review, approval and what becomes of a recovery belong to the side that pays. Looks at the row's
 * policy_id. */
MUST_CHECK enum err claim_check_payer(struct ctx *cx, const struct rows *before);

/* Everybody in scope whom one of two policies of one kind may serve, with the facts as the first
 * one wants them; each is handed to simulation_take (claims_simulate.c). Reads only, a few hundred
 * at a time, each in a transaction of its own. */
struct simulation;
MUST_CHECK enum err claims_walk(struct ctx *cx, const struct policy_row rows[2], struct date as_of,
                                struct simulation *simulation);
void simulation_take(struct ctx *cx, struct simulation *s, const struct case_facts *of);

/* May the actor take this step, by her role? */
MUST_CHECK enum err claim_may(struct ctx *cx, const char *event);
/* May she act on claims at all? */
MUST_CHECK enum err claims_check_acts(struct ctx *cx);

/* E_CONFLICT "claim.audit_open" while the claim stands drawn for audit without a finding. */
MUST_CHECK enum err claim_check_audit(struct ctx *cx, int64_t claim_id);
/* How many of an employer's n claims are drawn. */
int claim_sample_size(int n, int percent);

enum err claims_op_find(struct ctx *cx);
enum err claims_op_evaluate(struct ctx *cx);
enum err claims_op_simulate(struct ctx *cx);
enum err claims_op_bulk(struct ctx *cx);
enum err claims_op_notice(struct ctx *cx);
enum err claims_op_print(struct ctx *cx);
enum err claims_op_draw(struct ctx *cx);
enum err claims_op_correct(struct ctx *cx); /* corrections.c */
extern const struct field find_fields[], evaluate_fields[], simulate_fields[], bulk_fields[],
    notice_fields[], correct_fields[], draw_fields[];
extern const struct record notice_record, audit_record;

struct find_input {
    int64_t policy_id;
    const char *as_of;
};
struct evaluate_input {
    int64_t person_id, employer_id, org_id;
    const char *as_of;
};
struct simulate_input {
    const struct json_value *changes, *file;
    const char *as_of;
};
struct bulk_input {
    const char *event, *reason, *state;
    const struct json_value *ids;
    int64_t policy_id, notice_id;
};
struct draw_input {
    int64_t policy_id, percent;
    const char *seed;
};
struct notice_input {
    int64_t policy_id;
    const struct json_value *ids;
};
struct correct_input {
    int64_t placement_id, days, wage_fen;
    const char *month, *status, *reason;
};
/* "1,2" or ["1","2"]; NULL when absent. E_INVALID otherwise. */
MUST_CHECK enum err ids_read(struct ctx *cx, const struct json_value *v, const int64_t **ret,
                             int *ret_n);
