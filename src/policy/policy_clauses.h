/* policy_clauses.h — a policy in words, clause by clause, for people who do not read the file. */
#pragma once
#include "platform/json.h"
#include "policy/policy_eval.h"

/* An array of {"title_zh", "title_en", "zh", "en", "clause"}: one for each thing the policy says; clause is the document's
 * own wording, or null. */
void policy_clauses_write(struct arena *mem, struct json *j, const struct policy *p);
