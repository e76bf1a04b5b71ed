/* accounts.h — who may sign in and what they may do: organisations, users, roles, sessions,
 * pairings.
 *
 * A user belongs to an organisation, and what she sees follows from it (D3): a bureau or an audit
 * office its subtree by home (west) or by work (east), a labour station those of its western
 * division who are in its eastern one, an employer its own, a worker herself. Roles say what she
 * may do there (roles.c).
 *
 * organisation and user_account are scoped tables. To show a name beside an id use the open views
 * v_org_name and v_user_name: "(SELECT name FROM v_user_name WHERE id = c.checked_by)". */
#pragma once
#include "platform/op.h"

extern const struct module accounts_module;
extern const struct record organisation_record, user_record, pairing_record;

/* --- roles --- */
/* Codes: ADMIN CLERK CHECKER REVIEWER APPROVER PAYER CADRE STATION EMPLOYER WORKER AUDITOR LEADER.
 */
extern const struct choice roles[];
extern const struct choice org_kinds[]; /* BUREAU STATION EMPLOYER AUDITOR */
extern const struct choice sides[];     /* HOME (west), WORK (east) */

/* Permissions of roles joined by ',' in an organisation of this side. Unknown roles give none. */
uint64_t roles_perms(const char *roles, const char *side);
/* Whether an organisation of this kind may have a user with these roles, all known and fit to be
 * held together. E_INVALID, field "roles". */
MUST_CHECK enum err roles_check(struct ctx *cx, const char *roles, const char *kind,
                                int64_t division);

/* --- making, for set-up, the demo and tests: as the actor of cx, with all checks and the journal
 * --- */
struct organisation_input {
    int64_t id;
    const char *name, *kind, *side;
    int64_t division;
    int64_t serves_home; /* STATION: the western division it looks after, else NONE */
    int64_t employer_id; /* EMPLOYER, else NONE */
    int64_t is_active;   /* NONE = yes */
    int64_t home, work;  /* worked out */
    const char *account, *account_bank, *account_name; /* where a station's grants are paid */
};
MUST_CHECK enum err organisation_add(struct ctx *cx, struct organisation_input in, int64_t *ret_id);

struct user_input {
    int64_t id;
    const char *login, *name;
    int64_t org_id;
    const char *roles;
    int64_t person_id;               /* WORKER, else NONE */
    const char *id_no;               /* citizen number; needed for roles that act on money */
    int64_t home, work, employer_id; /* worked out */
};
/* With this password, to be changed at the first sign-in; NULL = cannot sign in until it is reset.
 * Hashing takes about 15 ms. */
MUST_CHECK enum err user_add(struct ctx *cx, struct user_input in, const char *password,
                             int64_t *ret_id);

/* The password given to user_add() is the user's own and need not be changed: for a demonstration,
 * whose visitors are in after one step, and whose passwords are drawn anew each time and printed
 * once. E_FORBIDDEN "demo.only" in any other store. In a write transaction. */
MUST_CHECK enum err user_settle(struct ctx *cx, int64_t user_id);

struct pairing_input {
    int64_t id;
    const char *name;
    int64_t home, work;
    const char *level, *agreement_no, *from_on, *until_on;
};
MUST_CHECK enum err pairing_add(struct ctx *cx, struct pairing_input in, int64_t *ret_id);

/* Is there a pairing in force on this day between what these two codes lie in? *ret_id NONE if not.
 * The narrowest one is taken. */
MUST_CHECK enum err pairing_between(struct ctx *cx, int64_t home, int64_t work, struct date on,
                                    int64_t *ret_id);

/* --- acting --- */
/* The actor that a user is: permissions and scope. E_UNAUTHENTICATED when she or her organisation
 * is not active. Inside a transaction. */
MUST_CHECK enum err account_actor(struct ctx *cx, int64_t user_id, struct actor *ret);

/* --- which natural person acts (identity.c) --- */
/* Permissions that move money or decide on it. */
uint64_t money_perms(void);
/* E_FORBIDDEN "account.no_identity", with the cure, when it is not known which natural person the
 * actor is. Workers are known by their record; the program itself passes. In a transaction. */
MUST_CHECK enum err account_check_identity(struct ctx *cx);
/* One natural person: all accounts that are hers, the given one first. None for user NONE. */
struct hand {
    const int64_t *users;
    int n;
};
MUST_CHECK enum err account_hand(struct ctx *cx, int64_t user_id, struct hand *ret);
bool hand_has(const struct hand *hand, int64_t user_id); /* false for NONE */
/* Is this blind index, made for `place` ("person.id_no"), that of the user's citizen number? */
MUST_CHECK enum err account_has_number(struct ctx *cx, int64_t user_id, const char *place,
                                       struct bytes index, bool *ret);
/* In whose stead the actor does what needs this permission: NONE when her own roles allow it. In a
 * transaction. */
MUST_CHECK enum err account_stands_in_for(struct ctx *cx, enum perm perm, int64_t *ret);

/* Who holds this session token: fills cx->who. E_UNAUTHENTICATED "session.ended" when it is
 * unknown, idle for 30 minutes, older than 12 hours, or its user may no longer act. Activity is
 * noted once a minute, behind the caller's back, and not when cx->op is NULL (an open event
 * stream). For api_authenticate_with(). */
enum err accounts_authenticate(struct ctx *cx, const char *token);

/* For an empty store: a new one-time link ("/#/setup?token=…", good for a day) that makes the first
 * organisation and its administrator. NULL when there are users already. Opens its own transaction.
 */
MUST_CHECK enum err accounts_setup_link(struct ctx *cx, const char **ret);
