/* payees.h — where the money of a payee goes. Persons, employers and organisations carry their
 * account on their own row; each change of it is kept here with what it was before, so that
 * payments can go on to the former account until somebody else has looked. */
#pragma once
#include "platform/op.h"

extern const struct module payees_module;

/* For struct record.changed of a kind with the fields account, account_bank, account_name. A change
 * of any of them is kept, whoever made it and by whatever way. */
MUST_CHECK enum err payee_changed(struct ctx *cx, const struct record *rec,
                                  const struct rows *before);
/* Give the payee's row its former account again, unless it was changed once more since: `change` is
 * a row of account_change. Not limited by scope: the change in scope is the right to do it. */
MUST_CHECK enum err payee_restore(struct ctx *cx, const struct rows *change);
/* An entry in the payee's own history. `change` as above. */
MUST_CHECK enum err payee_journal(struct ctx *cx, const struct rows *change, const char *action,
                                  const char *before, const char *after, const char *reason);
