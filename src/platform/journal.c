/* journal.c — one table of what was done, read as a feed and sealed against rewriting.
 *
 * Order. A reader that goes on from a cursor must never skip an entry that is committed later than
 * one it has seen. On SQLite one writer commits in the order of seq, so seq is that order. On
 * PostgreSQL numbers are drawn before the commit: a slow transaction may show up with a smaller seq
 * than others seen long ago. There each entry carries its transaction's number tx, and readers look
 * only at transactions below the oldest one that is still running (pg_snapshot_xmin): those have
 * all ended, and nothing can be added among them. The order is (tx, seq); a cursor is the seq of an
 * entry and stands for its position. On SQLite tx reads as 0, so that everything else is the same.
 *
 * Seals. Finished entries are taken in that order, up to BLOCK_MAX at a time. Leaves are hashes
 * over all columns, each with its type and length, so that no two different rows encode alike; the
 * tree is that of RFC 9162, 2.1.1; a block's hash covers its columns and the hash of the block
 * before. What a chain cannot show is that its end was cut off or all of it made anew: for that a
 * head noted elsewhere is compared (journal_head). */
#include "platform/journal.h"
#include "platform/op.h"

#include <sodium.h>
#include <stdio.h>

enum { BLOCK_MAX = 4096, HASH_LEN = 32, VERIFY_BLOCKS = 32, SINCE_WINDOW = 50000, LEVELS_MAX = 16 };

const struct scoped journal_tables[] = {
    { .table = "journal",
      .home = "home",
      .work = "work",
      .employer = "employer_id",
      .person = "person_id" },
    OPEN_TABLE("journal_block"),
    OPEN_TABLE("idempotency"),
    OPEN_TABLE("demonstration"),
    OPEN_TABLE("seal_mark"),
    { 0 },
};

/* --- append --- */

enum err journal_append_all(struct ctx *cx, const struct journal_entry *all, int n)
{
    const char *actor = str_clean(cx->mem, cx->who.user_name, false);
    struct params *rows = NEW_ARRAY(cx->mem, struct params, n);

    for (int i = 0; i < n; i++) {
        const struct journal_entry *e = &all[i];
        const char *reason =
            str_clean(cx->mem, e->reason, false); /* no line breaks, no hidden marks */

        rows[i] = PARAMS(cx, P(cx->now), P(cx->who.user_id), P(cx->who.org_id),
                         P(actor ? actor : ""), P(cx->request_id ? cx->request_id : ""),
                         P(cx->op ? cx->op->name : ""), P(cx->batch_id), P(e->kind),
                         P(e->record_id), P(e->action), P(e->before), P(e->after), P(reason),
                         P(e->home), P(e->work), P(e->employer_id), P(e->person_id));
    }
    return db_exec_all(
        cx,
        "INSERT INTO journal (at, user_id, org_id, actor, request_id, op, batch_id, kind,"
        " record_id, action, before, after, reason, home, work, employer_id, person_id)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17"
        " WHERE SCOPE_NOT(journal 'whatever was done is written down')",
        rows, n);
}

enum err journal_append(struct ctx *cx, const struct journal_entry *e)
{
    return journal_append_all(cx, e, 1);
}

/* --- order --- */

struct position {
    int64_t tx, seq;
};
static const struct position before_all = { -INT64_MAX, -INT64_MAX };

static const char *for_store(const struct ctx *cx, const char *sqlite, const char *postgres)
{
    return store_kind(cx->store) == STORE_POSTGRES ? postgres : sqlite;
}

/* The position in the first row, if there is one. */
static bool take_position(const struct rows *r, struct position *ret)
{
    if (r->n == 0)
        return false;
    *ret = (struct position){ row_int(r, 0, "tx"), row_int(r, 0, "seq") };
    return true;
}

/* The last finished entry; left alone when there is none. */
static enum err finished_end(struct ctx *cx, struct position *ret)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        for_store(cx,
                  "SELECT 0 AS tx, seq FROM journal WHERE SCOPE_NOT(journal 'only how far it goes')"
                  " ORDER BY seq DESC LIMIT 1",
                  "SELECT tx, seq FROM journal WHERE SCOPE_NOT(journal 'only how far it goes')"
                  " AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
                  " ORDER BY tx DESC, seq DESC LIMIT 1")));
    take_position(&r, ret);
    return OK;
}

static enum err cursor_position(struct ctx *cx, int64_t cursor, struct position *ret)
{
    struct rows r;

    if (cursor <= 0 || store_kind(cx->store) == STORE_SQLITE) {
        *ret = cursor <= 0 ? before_all : (struct position){ 0, cursor };
        return OK;
    }
    TRY(db_rows(cx, &r,
                "SELECT tx, seq FROM journal WHERE SCOPE_NOT(journal 'only a place in the order')"
                " AND seq = $1",
                P(cursor)));
    if (!take_position(&r, ret))
        return fail(cx, E_INVALID, "journal.cursor",
                    T("游标无效，请重新加载", "the cursor is unknown, please load anew"));
    return OK;
}

/* Shorten (from, end] to at most SINCE_WINDOW entries, so that one call has a bound. */
static enum err limit_window(struct ctx *cx, struct position from, struct position *end)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        for_store(cx,
                  "SELECT 0 AS tx, seq FROM journal WHERE SCOPE_NOT(journal 'only how far to look')"
                  " AND seq > $2 AND seq <= $4 ORDER BY seq LIMIT 1 OFFSET $5",
                  "SELECT tx, seq FROM journal WHERE SCOPE_NOT(journal 'only how far to look')"
                  " AND (tx, seq) > ($1, $2) AND (tx, seq) <= ($3, $4)"
                  " ORDER BY tx, seq LIMIT 1 OFFSET $5"),
        P(from.tx), P(from.seq), P(end->tx), P(end->seq), P(SINCE_WINDOW - 1)));
    take_position(&r, end);
    return OK;
}

#define FEED_COLUMNS                                                                    \
    "SELECT j.seq, j.at, j.user_id, j.org_id, j.actor, j.request_id, j.op, j.batch_id," \
    " j.kind, j.record_id, j.action, j.before AS before_json, j.after AS after_json,"   \
    " j.reason, j.home, j.work, j.employer_id, j.person_id FROM journal j WHERE SCOPE(journal j)"

enum err journal_since(struct ctx *cx, int64_t cursor, int limit, struct rows *ret,
                       int64_t *ret_next)
{
    struct position from, end;
    struct rows r;

    assert(limit > 0);
    TRY(cursor_position(cx, cursor, &from));
    end = from;
    TRY(finished_end(cx, &end)); /* first: what ends after this is for the next call */
    TRY(limit_window(cx, from, &end));
    TRY(db_rows(cx, &r,
                for_store(cx,
                          FEED_COLUMNS " AND j.seq > $2 AND j.seq <= $4 ORDER BY j.seq LIMIT $5",
                          FEED_COLUMNS " AND (j.tx, j.seq) > ($1, $2) AND (j.tx, j.seq) <= ($3, $4)"
                                       " ORDER BY j.tx, j.seq LIMIT $5"),
                P(from.tx), P(from.seq), P(end.tx), P(end.seq), P(limit)));
    if (r.n == limit)
        *ret_next = row_int(&r, r.n - 1, "seq");
    else
        *ret_next = end.seq == before_all.seq ? 0 : end.seq;
    *ret = r;
    return OK;
}

enum err journal_cursor(struct ctx *cx, int64_t *ret)
{
    struct position end = { 0 };

    TRY(finished_end(cx, &end));
    *ret = end.seq;
    return OK;
}

/* --- hashes --- */

struct hash {
    unsigned char at[HASH_LEN];
};

static void put_number(struct str *b, int64_t n)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
    str_add_len(b, (const char *)bytes, sizeof bytes);
}

/* A row as bytes: for each column its type, and a number or a length with the text. */
static void encode_row(struct str *b, const struct rows *r)
{
    b->len = 0;
    str_add_char(b, '\0'); /* a leaf; inner nodes begin with 1 */
    for (int i = 0; i < r->columns; i++) {
        const struct value *v = &r->cells[i];
        str_add_char(b, (char)('0' + (int)v->type));
        if (v->type == VALUE_INT) {
            put_number(b, v->integer);
        } else if (v->type == VALUE_REAL) {
            str_add_len(b, (const char *)&v->real, sizeof v->real);
        } else if (v->type != VALUE_NULL) {
            put_number(b, (int64_t)v->len);
            str_add_len(b, v->text, v->len);
        }
    }
}

/* The tree while leaves arrive: one node for each full subtree, the largest first. */
struct tree {
    struct hash node[LEVELS_MAX];
    int nodes;
    int64_t leaves;
};

static struct hash join(const struct hash *left, const struct hash *right)
{
    unsigned char both[1 + 2 * HASH_LEN] = { 1 };
    struct hash h;

    memcpy(both + 1, left, HASH_LEN);
    memcpy(both + 1 + HASH_LEN, right, HASH_LEN);
    crypto_hash_sha256(h.at, both, sizeof both);
    return h;
}

static void tree_add(struct tree *t, const struct str *leaf)
{
    assert(t->nodes < LEVELS_MAX);
    crypto_hash_sha256(t->node[t->nodes++].at, (const unsigned char *)leaf->s, leaf->len);
    for (int64_t n = t->leaves++; n & 1; n >>= 1) { /* as many as subtrees became full */
        t->nodes--;
        t->node[t->nodes - 1] = join(&t->node[t->nodes - 1], &t->node[t->nodes]);
    }
}

static struct hash tree_root(const struct tree *t)
{
    assert(t->nodes > 0);
    struct hash root = t->node[t->nodes - 1];

    for (int i = t->nodes - 2; i >= 0; i--)
        root = join(&t->node[i], &root);
    return root;
}

static const char *hex(struct arena *mem, const struct hash *h)
{
    return sodium_bin2hex(arena_alloc(mem, 2 * HASH_LEN + 1), 2 * HASH_LEN + 1, h->at, HASH_LEN);
}

/* --- blocks --- */

struct block {
    int64_t number, entries, at;
    struct position first, last; /* first.tx is not kept */
    const char *root, *hash;
};
static const char first_hash[] = "0000000000000000000000000000000000000000000000000000000000000000";

static const char *block_hash(struct arena *mem, const char *previous, const struct block *b)
{
    struct str all = str_new(mem);
    struct hash h;

    str_add(&all, previous);
    put_number(&all, b->number);
    put_number(&all, b->first.seq);
    put_number(&all, b->last.seq);
    put_number(&all, b->last.tx);
    put_number(&all, b->entries);
    put_number(&all, b->at);
    str_add(&all, b->root);
    crypto_hash_sha256(h.at, (const unsigned char *)all.s, all.len);
    return hex(mem, &h);
}

static struct block block_of_row(const struct rows *r, int row)
{
    return (struct block){ .number = row_int(r, row, "number"),
                           .entries = row_int(r, row, "entries"),
                           .at = row_int(r, row, "at"),
                           .first.seq = row_int(r, row, "first_seq"),
                           .last = { row_int(r, row, "last_tx"), row_int(r, row, "last_seq") },
                           .root = row_text(r, row, "root"),
                           .hash = row_text(r, row, "hash") };
}

#define BLOCK_COLUMNS \
    "SELECT number, first_seq, last_seq, last_tx, entries, root, hash, at FROM journal_block"

/* What stands before block 1: nothing. */
static struct block block_zero(void)
{
    return (struct block){ .last = before_all, .hash = first_hash };
}

static enum err last_block(struct ctx *cx, struct block *ret)
{
    struct rows r;

    TRY(db_rows(cx, &r, BLOCK_COLUMNS " ORDER BY number DESC LIMIT 1"));
    *ret = r.n ? block_of_row(&r, 0) : block_zero();
    return OK;
}

/* A range of entries on its way into a tree. */
struct range {
    struct tree tree;
    struct str leaf;
    struct position first, last;
};

static enum err add_entry(struct ctx *cx, const struct rows *r, void *arg)
{
    struct range *range = arg;

    (void)cx;
    encode_row(&range->leaf, r);
    range->last = (struct position){ r->cells[0].integer, r->cells[1].integer };
    if (range->tree.leaves == 0)
        range->first = range->last;
    tree_add(&range->tree, &range->leaf);
    return OK;
}

#define LEAF_COLUMNS                                                                      \
    "seq, at, user_id, org_id, actor, request_id, op, batch_id, kind, record_id, action," \
    " before, after, reason, home, work, employer_id, person_id FROM journal"             \
    " WHERE SCOPE_NOT(journal 'only its hash is taken')"

/* Hash the entries in (after, end], at most `limit` of them. */
static enum err hash_range(struct ctx *cx, struct position after, struct position end,
                           int64_t limit, struct range *ret)
{
    *ret = (struct range){ .leaf = str_new(cx->mem) };
    return db_each(cx, add_entry, ret,
                   for_store(cx,
                             "SELECT 0 AS tx, " LEAF_COLUMNS
                             " AND seq > $2 AND seq <= $4 ORDER BY seq LIMIT $5",
                             "SELECT tx, " LEAF_COLUMNS
                             " AND (tx, seq) > ($1, $2) AND (tx, seq) <= ($3, $4)"
                             " ORDER BY tx, seq LIMIT $5"),
                   P(after.tx), P(after.seq), P(end.tx), P(end.seq), P(limit));
}

/* --- seal --- */

static enum err make_block(struct ctx *cx, void *arg)
{
    struct block *b = arg, last;
    struct range range;

    TRY(last_block(cx, &last));
    struct position end = last.last;
    TRY(finished_end(cx, &end));
    TRY(hash_range(cx, last.last, end, BLOCK_MAX, &range));
    b->entries = range.tree.leaves;
    if (b->entries == 0)
        return OK;
    struct hash root = tree_root(&range.tree);
    b->number = last.number + 1;
    b->first = range.first;
    b->last = range.last;
    b->at = cx->now;
    b->root = hex(cx->mem, &root);
    b->hash = block_hash(cx->mem, last.hash, b);
    return OK;
}

/* Another server may have sealed the same entries in the meantime: then its block stands. */
static enum err save_block(struct ctx *cx, void *arg)
{
    struct block *b = arg;

    TRY(db_exec(
        cx,
        "INSERT INTO journal_block (number, first_seq, last_seq, last_tx, entries, root, hash,"
        " at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (number) DO NOTHING",
        P(b->number), P(b->first.seq), P(b->last.seq), P(b->last.tx), P(b->entries), P(b->root),
        P(b->hash), P(b->at)));
    if (cx->changed == 0)
        b->entries = 0;
    return OK;
}

/* Run fn with memory of its own, so that a long journal needs no more than a short one. */
static enum err with_own_memory(struct ctx *cx, db_fn *fn, void *arg)
{
    struct arena *mem = cx->mem;
    enum err err;

    cx->mem = arena_new();
    err = fn(cx, arg);
    arena_free(cx->mem);
    cx->mem = mem;
    return err;
}

/* Hashing is done as a read, so that writers wait for nothing but the one row. */
static enum err seal_one(struct ctx *cx, void *arg)
{
    struct block *b = arg;

    *b = (struct block){ 0 };
    TRY(db_read(cx, make_block, b));
    return b->entries ? db_write(cx, save_block, b) : OK;
}

enum err journal_seal(struct ctx *cx, int *ret_sealed)
{
    struct block b;
    int sealed = 0;

    assert(!cx->db); /* within a write it would keep all writers waiting while it hashes */
    do {
        TRY(with_own_memory(cx, seal_one, &b));
        sealed += (int)b.entries;
    } while (b.entries == BLOCK_MAX);
    *ret_sealed = sealed;
    return OK;
}

static enum err read_head(struct ctx *cx, void *arg)
{
    struct journal_head *head = arg;
    struct block b;

    TRY(last_block(cx, &b));
    head->number = b.number;
    snprintf(head->hash, sizeof head->hash, "%s", b.hash);
    return OK;
}

enum err journal_head(struct ctx *cx, struct journal_head *ret)
{
    struct journal_head head;

    TRY(db_read(cx, read_head, &head));
    *ret = head;
    return OK;
}

/* --- verify --- */

struct verifier {
    struct journal_head before; /* the block before the next one, already checked or trusted */
    struct position end;        /* its last entry */
    const struct journal_head *witness;
    int64_t entries, blocks;
    bool has_more;
};

static enum err broken(struct ctx *cx, int64_t number, const char *what)
{
    return fail(cx, E_CONFLICT, "journal.broken",
                T("操作日志已被改动：第 %lld 号封存块%s", "the journal was altered: block %lld %s"),
                (long long)number, what);
}

static enum err check_block(struct ctx *cx, struct verifier *v, const struct block *b)
{
    int64_t number = v->before.number + 1;
    struct range range;

    if (b->number != number)
        return broken(cx, number, T("缺失", "is missing"));
    if (!b->hash || !str_eq(b->hash, block_hash(cx->mem, v->before.hash, b)))
        return broken(cx, number, T("的内容与其哈希不符", "does not have the hash it claims"));
    TRY(hash_range(cx, v->end, b->last, BLOCK_MAX + 1, &range));
    if (range.tree.leaves != b->entries)
        return fail(
            cx, E_CONFLICT, "journal.broken",
            T("操作日志已被改动：第 %lld 号封存块（截至第 %lld 条）应有 %lld 条，实有 %lld 条",
              "the journal was altered: block %lld (up to entry %lld) sealed %lld entries,"
              " and %lld are there"),
            (long long)number, (long long)b->last.seq, (long long)b->entries,
            (long long)range.tree.leaves);
    struct hash root = tree_root(&range.tree);
    if (range.first.seq != b->first.seq || !str_eq(hex(cx->mem, &root), b->root))
        return fail(cx, E_CONFLICT, "journal.broken",
                    T("操作日志已被改动：第 %lld 号封存块（第 %lld 至 %lld 条）中有记录被改写",
                      "the journal was altered: an entry of block %lld (entries %lld to %lld) was"
                      " rewritten"),
                    (long long)number, (long long)b->first.seq, (long long)b->last.seq);
    v->before.number = number;
    snprintf(v->before.hash, sizeof v->before.hash, "%s", b->hash);
    v->end = b->last;
    v->entries += b->entries;
    v->blocks++;
    return OK;
}

/* Some blocks at a time: blocks and sealed entries never change, so no one view of the store has to
 * be held open over all of them. */
static enum err check_some(struct ctx *cx, void *arg)
{
    struct verifier *v = arg;
    struct rows r;

    TRY(db_rows(cx, &r, BLOCK_COLUMNS " WHERE number > $1 ORDER BY number LIMIT $2",
                P(v->before.number ? v->before.number : -INT64_MAX), /* none may precede block 1 */
                P(VERIFY_BLOCKS)));
    for (int i = 0; i < r.n; i++) {
        struct block b = block_of_row(&r, i);
        TRY(check_block(cx, v, &b));
    }
    v->has_more = r.n == VERIFY_BLOCKS;
    return OK;
}

static enum err read_some(struct ctx *cx, void *arg)
{
    return db_read(cx, check_some, arg);
}

static enum err find_block(struct ctx *cx, int64_t number, struct block *ret)
{
    struct rows r;

    TRY(db_rows(cx, &r, BLOCK_COLUMNS " WHERE number = $1", P(number)));
    if (r.n == 0)
        return broken(cx, number, T("缺失", "is missing"));
    *ret = block_of_row(&r, 0);
    return OK;
}

/* Where to begin, and whether the witnessed head is still part of the chain. */
static enum err begin(struct ctx *cx, void *arg)
{
    struct verifier *v = arg;
    struct block b = block_zero();

    if (v->before.number > 0)
        TRY(find_block(cx, v->before.number, &b));
    v->end = b.last;
    snprintf(v->before.hash, sizeof v->before.hash, "%s", b.hash ? b.hash : "");
    if (!v->witness || v->witness->number == 0)
        return OK;
    TRY(find_block(cx, v->witness->number, &b));
    if (!str_eq(b.hash, v->witness->hash))
        return broken(cx, v->witness->number,
                      T("与先前记下的哈希不符", "is not the one that was witnessed"));
    return OK;
}

enum err journal_verify_from(struct ctx *cx, int64_t from, const struct journal_head *witness,
                             int64_t *ret_entries, int64_t *ret_blocks)
{
    struct verifier v = { .before.number = MAX(from, 1) - 1, .witness = witness };

    TRY(db_read(cx, begin, &v));
    do
        TRY(with_own_memory(cx, read_some, &v));
    while (v.has_more);
    *ret_entries = v.entries;
    *ret_blocks = v.blocks;
    return OK;
}

enum err journal_verify(struct ctx *cx, int64_t *ret_entries, int64_t *ret_blocks)
{
    return journal_verify_from(cx, 1, NULL, ret_entries, ret_blocks);
}

/* --- one entry --- */

static bool stands_in(const struct journal_proof *p, struct position at)
{
    return p->block.number > 0 &&
           (at.tx > p->from_tx || (at.tx == p->from_tx && at.seq > p->from_seq)) &&
           (at.tx < p->until_tx || (at.tx == p->until_tx && at.seq <= p->until_seq));
}

enum err journal_prove(struct ctx *cx, int64_t seq, struct journal_proof *proof)
{
    struct position at;
    struct verifier v;
    struct block b;
    struct rows r;

    TRY(cursor_position(cx, seq, &at));
    if (stands_in(proof, at))
        return OK;
    *proof = (struct journal_proof){ 0 };
    TRY(db_rows(cx, &r,
                BLOCK_COLUMNS " WHERE last_tx > $1 OR (last_tx = $1 AND last_seq >= $2)"
                              " ORDER BY number LIMIT 1",
                P(at.tx), P(at.seq)));
    if (r.n == 0)
        return OK;
    b = block_of_row(&r, 0);
    v = (struct verifier){ .before.number = b.number - 1 };
    TRY(begin(cx, &v));
    if (v.before.number == 0)
        snprintf(v.before.hash, sizeof v.before.hash, "%s", first_hash);
    *proof = (struct journal_proof){ .from_tx = v.end.tx,
                                     .from_seq = v.end.seq,
                                     .until_tx = b.last.tx,
                                     .until_seq = b.last.seq,
                                     .entries = b.entries };
    TRY(check_block(cx, &v, &b));
    proof->block = v.before;
    return OK;
}
