/* journal.h — every write appends, in its transaction, who did what to which record (D4). Audit trail,
 * live updates, change feed and history all read this one table. */
#pragma once
#include "platform/json.h"

/* What is written down: `before` and `after` are JSON objects of the changed fields (sealed values only
 * as masks), either may be NULL. home, work, employer_id, person_id are the record's jurisdiction, so that
 * an entry is visible to those who may see the record. */
struct journal_entry {
    const char *kind;    /* record name */
    int64_t record_id;
    const char *action;  /* "create", "change", event name, "reveal", "export" … */
    const char *before, *after, *reason;
    int64_t home, work, employer_id, person_id;
};
extern const struct scoped journal_tables[];
MUST_CHECK enum err journal_append(struct ctx *cx, const struct journal_entry *e);

/* Entries after a cursor in commit order, scoped to the actor, at most `limit`: for live updates and the
 * change feed. *ret_next is the cursor to go on from (also when nothing in scope was found). */
MUST_CHECK enum err journal_since(struct ctx *cx, int64_t cursor, int limit, struct rows *ret, int64_t *ret_next);
/* The newest cursor. */
MUST_CHECK enum err journal_cursor(struct ctx *cx, int64_t *ret);

/* Seal finished entries that are not yet sealed into a block: Merkle root over the entries, chained by
 * hash to the block before. *ret_sealed counts entries. Called by the background sealer and by verify. */
MUST_CHECK enum err journal_seal(struct ctx *cx, int *ret_sealed);
/* Recompute everything. OK, or E_CONFLICT "journal.broken" naming the first bad block or entry. */
MUST_CHECK enum err journal_verify(struct ctx *cx, int64_t *ret_entries, int64_t *ret_blocks);
