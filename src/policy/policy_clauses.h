/* policy_clauses.h — a policy in words, clause by clause, for people who do not read the file. */
#pragma once
#include "platform/json.h"
#include "policy/policy_eval.h"

/* An array of {"title_zh", "title_en", "zh", "en", "clause"}: one for each thing the policy says;
 * clause is the document's own wording, or null. */
void policy_clauses_write(struct arena *mem, struct json *j, const struct policy *p);
/* The same as lines in both languages, "title: words (clause)"; the first one is the policy's
 * title. Returns how many; in mem. */
int policy_clauses_list(struct arena *mem, const struct policy *p, const struct policy_text **ret);
/* The same as lines of text in one language. */
void policy_clauses_text(struct arena *mem, struct str *out, const struct policy *p,
                         enum lang lang);
