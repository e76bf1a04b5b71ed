/* hiring_run.h — offers to everybody a match run proposed. Inside the module. */
#pragma once
#include "hiring/hiring.h"
#include "platform/json.h"

struct offers_input {
    const struct json_value *result_ids; /* absent = everybody proposed */
};

/* POST /match-runs/{id}/offers {"result_ids": [id, …]} → {"made": n, "skipped": [{result_id,
 * person_id, code, message}]}. Without ids everybody proposed gets one. Detached: offers are made
 * in small transactions, each with its result; called again it goes on where it ended. At most the
 * first SKIPPED_SHOWN skipped ones are listed; "skipped_total" counts.
 */
enum err offers_of_run(struct ctx *cx);
extern const struct field offers_of_run_fields[];
extern const struct field offers_of_run_output[];
enum { SKIPPED_SHOWN = 200 };
