/* stand_ins.h — who takes whose steps for a time, for the accounts module itself. */
#pragma once
#include "accounts/accounts.h"

extern const struct record stand_in_record;
enum err stand_ins_colleagues(struct ctx *cx);

/* What this user may do in the stead of others today. In a transaction. */
MUST_CHECK enum err stand_in_perms(struct ctx *cx, int64_t user_id, uint64_t *ret);
