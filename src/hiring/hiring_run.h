/* hiring_run.h — offers to everybody a match run proposed. Inside the module. */
#pragma once
#include "hiring/hiring.h"

/* POST /match-runs/{id}/offers → {"made": n, "skipped": [{result_id, person_id, code, message}]}.
 * Detached: offers are made in small transactions, each with its result; called again it goes on
 * where it ended. At most the first SKIPPED_SHOWN skipped ones are listed; "skipped_total" counts.
 */
enum err offers_of_run(struct ctx *cx);
extern const struct field offers_of_run_output[];
enum { SKIPPED_SHOWN = 200 };
