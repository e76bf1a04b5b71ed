/* journal.h — every write appends, in its transaction, who did what to which record (D4). Audit
 * trail, live updates, change feed and history all read this one table. */
#pragma once
#include "platform/json.h"

/* What is written down: `before` and `after` are JSON objects of the changed fields (sealed values
 * only as masks), either may be NULL. home, work, employer_id, person_id are the record's
 * jurisdiction, so that an entry is visible to those who may see the record. */
struct journal_entry {
    const char *kind; /* record name */
    int64_t record_id;
    const char *action; /* "create", "change", event name, "reveal", "export" … */
    const char *before, *after, *reason;
    int64_t home, work, employer_id, person_id;
};
extern const struct scoped journal_tables[];
MUST_CHECK enum err journal_append(struct ctx *cx, const struct journal_entry *e);
/* The same for n entries, in order. */
MUST_CHECK enum err journal_append_all(struct ctx *cx, const struct journal_entry *all, int n);

/* Entries after a cursor in commit order, scoped to the actor, at most `limit`: for live updates
 * and the change feed; inside db_read() or db_write(). Cursor 0 is the beginning. *ret_next is the
 * cursor to go on from (also when nothing in scope was found). One call looks at 50 000 entries at
 * most, so for everything go on until *ret_next stays what it was. An entry committed later than
 * one already given is never skipped. Columns: seq, at, user_id, org_id, actor, request_id, op,
 * batch_id, kind, record_id, action, before_json, after_json, reason, home, work, employer_id,
 * person_id. */
MUST_CHECK enum err journal_since(struct ctx *cx, int64_t cursor, int limit, struct rows *ret,
                                  int64_t *ret_next);
/* The newest cursor; 0 when there is no entry. */
MUST_CHECK enum err journal_cursor(struct ctx *cx, int64_t *ret);

/* --- seals: these open their own transactions --- */
/* Seal finished entries that are not yet sealed into blocks of at most 4096: Merkle root over the
 * entries, chained by hash to the block before. *ret_sealed counts entries. Called by the
 * background sealer and before verifying. Writers wait for one row only. */
MUST_CHECK enum err journal_seal(struct ctx *cx, int *ret_sealed);
/* Recompute every seal. OK with what was checked, or E_CONFLICT "journal.broken" naming the first
 * bad block. Entries not yet sealed are not judged. */
MUST_CHECK enum err journal_verify(struct ctx *cx, int64_t *ret_entries, int64_t *ret_blocks);

/* The newest block, to be printed and kept elsewhere, such as in the partner region: with it a
 * journal whose end was cut off, or that was made anew as a whole, is found out. Number 0 when
 * nothing is sealed. */
struct journal_head {
    int64_t number;
    char hash[65];
};
MUST_CHECK enum err journal_head(struct ctx *cx, struct journal_head *ret);
/* Verify from block `from` on, trusting those before; a witness (may be NULL) must still be in the
 * chain. */
MUST_CHECK enum err journal_verify_from(struct ctx *cx, int64_t from,
                                        const struct journal_head *witness, int64_t *ret_entries,
                                        int64_t *ret_blocks);
/* In which block an entry is sealed, after that block's entries were hashed again and its hash
 * compared: number 0 when it is not sealed yet. Inside db_read(). E_CONFLICT "journal.broken" when
 * the block does not prove it. `seq` as in the journal's rows; the same proof again for an entry of
 * the block that *proof already holds costs nothing. */
struct journal_proof {
    struct journal_head block;
    int64_t from_tx, from_seq, until_tx, until_seq; /* (from, until] is what it holds */
    int64_t entries;
};
MUST_CHECK enum err journal_prove(struct ctx *cx, int64_t seq, struct journal_proof *proof);
