/* demonstration.h — a store that holds a made-up story. Its people, employers and policies belong
 * to the years of the story, so its clock does too: it goes on from the last thing that happened in
 * it, for every command that opens the store. A row in the store says so, not an option of the
 * program: nobody can set back the clock of a real ledger, and what is shown can always say that
 * it is made up. */
#pragma once
#include "platform/db.h"

/* Mark an empty store. E_CONFLICT "demo.not_empty" when something has happened in it that was no
 * demonstration. In a write transaction. */
MUST_CHECK enum err demonstration_mark(struct ctx *cx);
/* Is it marked? */
MUST_CHECK enum err demonstration_is(struct ctx *cx, bool *ret);
/* If the store is marked, its clock from now on goes on from its last journal entry (store_now).
 * Opens its own transaction. */
MUST_CHECK enum err demonstration_resume(struct ctx *cx);
