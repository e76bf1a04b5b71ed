/* run_progress.h — how far the runs are that this process is at. In memory, for it changes while
 * the results are being stored, when nobody can read them yet: of a run that another server is at
 * only its state is known here. A run that is taken up again begins anew. Inside the module. */
#pragma once
#include "matching/candidates.h"

/* The watch of a run from now until the end; NULL when too many are under way. */
const struct match_watch *match_progress_begin(int64_t run_id);
void match_progress_end(const struct match_watch *watch);

/* False when this process is not at the run. */
bool match_progress_find(int64_t run_id, struct match_progress *ret);

/* {"stage","done","of","gap","bound","zh","en"} */
const char *match_progress_json(struct arena *mem, const struct match_progress *progress);
