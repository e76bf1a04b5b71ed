/* policy_explain.h — a decision as it is stored, and as people read it. The stored form carries the
 * titles and the document number (文号) of the version that decided, so that the text of an old
 * decision never depends on a file of today. */
#pragma once
#include "policy/policy_eval.h"

struct json;
struct json_value;

/* A decision with what is needed to explain it. */
struct policy_stored {
    struct policy_decision decision;
    struct policy_text title;
    const char *doc_no, *doc_name, *doc_source; /* no and source may be NULL */
    struct policy_text items[POLICY_ITEMS_MAX];
    const char *item_ids[POLICY_ITEMS_MAX];
    int item_count;
};

/* Texts and arrays stay those of the policy and the decision. */
void policy_stored_of(const struct policy *p, const struct policy_decision *d,
                      struct policy_stored *ret);

/* As JSON (docs/policies.md "Decisions"): codes for verdicts, rules and results, money in fen,
 * dates in ISO form; what is none or 0 is left out. Writes one object. */
void policy_stored_write(struct json *j, const struct policy_stored *s);
const char *policy_stored_json(struct arena *mem, const struct policy_stored *s);
/* Back from JSON; false when it is no decision. What later versions add is ignored; a rule this
 * program does not know is left out. */
bool policy_stored_read(struct arena *mem, const struct json_value *v, struct policy_stored *ret);

/* "应享受 12,000.00 元" and the like: verdict, sum, and when it will be met. One line. */
const char *policy_verdict_text(struct arena *mem, const struct policy_decision *d, enum lang lang);
/* One condition: "稳定就业时间：自2019-02-11起满3个月，2019-05-11达到". */
const char *policy_outcome_text(struct arena *mem, const struct policy_outcome *o, enum lang lang);
const char *policy_stretch_text(struct arena *mem, const struct policy_stretch *s, enum lang lang);
/* The whole decision, clause by clause with the document; lines end with '\n'. */
const char *policy_explain(struct arena *mem, const struct policy_stored *s, enum lang lang);
