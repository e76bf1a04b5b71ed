/* sessions.h — signing in and out, for the accounts module itself. */
#pragma once
#include "accounts/accounts.h"

struct sign_in_input {
    const char *login, *password;
};
struct password_input {
    const char *old_password, *new_password;
};
struct prove_input {
    const char *password;
};
struct setup_input {
    const char *token, *login, *name, *password, *org_name, *side;
    int64_t division;
};
extern const struct field sign_in_fields[], password_fields[], prove_fields[], setup_fields[],
    session_output[];

enum err session_get(struct ctx *cx);
enum err session_sign_in(struct ctx *cx);
enum err session_sign_out(struct ctx *cx);
enum err session_password(struct ctx *cx);
enum err session_prove(struct ctx *cx);
enum err setup_run(struct ctx *cx);

/* End the user's sessions but the one with this token hash (NULL: all, and no device of hers is
 * known any more). In a write transaction. */
MUST_CHECK enum err sessions_end(struct ctx *cx, int64_t user_id, const char *except_hash);
/* Forget wrong passwords given for this login. In a write transaction. */
MUST_CHECK enum err sign_in_unlock(struct ctx *cx, const char *login);
