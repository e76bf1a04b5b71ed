/* The journal: everything that was done, in the order of commits, and nothing rewritten unnoticed.
 */
#include "stores.h"
#include "platform/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const int64_t home = 621121001000, work = 350203000000;

static struct journal_entry entry(int64_t record_id)
{
    return (struct journal_entry){ .kind = "person",
                                   .record_id = record_id,
                                   .action = "change",
                                   .before = "{\"state\":\"IDLE\"}",
                                   .after = "{\"state\":\"SENT\"}",
                                   .home = home,
                                   .work = work,
                                   .employer_id = 7,
                                   .person_id = record_id };
}

struct span {
    int64_t first;
    int n;
};

static enum err append_span(struct ctx *cx, void *arg)
{
    struct span *span = arg;

    for (int i = 0; i < span->n; i++) {
        struct journal_entry e = entry(span->first + i);
        TRY(journal_append(cx, &e));
    }
    return OK;
}

static void append(struct ctx *cx, int64_t first, int n)
{
    EXPECT_INT(db_write(cx, append_span, &(struct span){ first, n }), OK);
}

struct feed {
    int64_t cursor, next;
    int limit;
    struct rows rows;
};

static enum err read_feed(struct ctx *cx, void *arg)
{
    struct feed *feed = arg;

    return journal_since(cx, feed->cursor, feed->limit, &feed->rows, &feed->next);
}

/* Record ids after the cursor, as "1,2,", and the cursor moved on. */
static const char *feed_text(struct ctx *cx, int64_t *cursor, int limit)
{
    struct feed feed = { .cursor = *cursor, .limit = limit };
    struct str s = str_new(cx->mem);

    if (db_read(cx, read_feed, &feed) != OK)
        return cx->failure.message;
    for (int i = 0; i < feed.rows.n; i++)
        str_addf(&s, "%lld,", (long long)row_int(&feed.rows, i, "record_id"));
    *cursor = feed.next;
    return s.s;
}

static enum err newest(struct ctx *cx, void *arg)
{
    return journal_cursor(cx, arg);
}

STORE_TEST("an entry holds who, when, what and why, exactly")
{
    struct feed feed = { .limit = 10 };
    struct rows *r = &feed.rows;

    cx->who.user_id = 5;
    cx->who.org_id = 6;
    cx->who.user_name = "张\n三\u202e\033[31m";
    cx->request_id = "r-1";
    cx->batch_id = "b-1";
    struct journal_entry e = entry(9007199254740993);
    e.reason = "核对\r\nroot deleted everything";
    e.work = NONE;
    e.before = NULL;
    EXPECT_INT(db_write(cx, append_span, &(struct span){ 1, 0 }), OK);
    struct span none = { 0 };
    EXPECT_INT(db_write(cx, append_span, &none), OK);
    EXPECT_INT(db_write(cx, (db_fn *)journal_append, &e), OK);
    EXPECT_INT(db_read(cx, read_feed, &feed), OK);
    EXPECT_INT(r->n, 1);
    if (r->n != 1)
        return;
    EXPECT_INT(row_int(r, 0, "at"), cx->now);
    EXPECT_INT(row_int(r, 0, "user_id"), 5);
    EXPECT_INT(row_int(r, 0, "org_id"), 6);
    EXPECT_STR(row_text(r, 0, "actor"), "张 三[31m");
    EXPECT_STR(row_text(r, 0, "request_id"), "r-1");
    EXPECT_STR(row_text(r, 0, "batch_id"), "b-1");
    EXPECT_STR(row_text(r, 0, "op"), "");
    EXPECT_INT(row_int(r, 0, "record_id"), 9007199254740993);
    EXPECT_STR(row_text(r, 0, "before_json"), NULL);
    EXPECT_STR(row_text(r, 0, "after_json"), "{\"state\":\"SENT\"}");
    EXPECT_STR(row_text(r, 0, "reason"), "核对 root deleted everything");
    EXPECT_INT(row_int(r, 0, "home"), home);
    EXPECT_INT(row_int(r, 0, "work"), NONE);
}

STORE_TEST("a cursor gives every entry once, in order, in pieces of any size")
{
    int64_t cursor = 0, end = -1;

    EXPECT_STR(feed_text(cx, &cursor, 5), "");
    EXPECT_INT(cursor, 0);
    append(cx, 1, 3);
    append(cx, 4, 4);
    EXPECT_STR(feed_text(cx, &cursor, 2), "1,2,");
    EXPECT_STR(feed_text(cx, &cursor, 4), "3,4,5,6,");
    append(cx, 8, 1);
    EXPECT_STR(feed_text(cx, &cursor, 2), "7,8,");
    EXPECT_STR(feed_text(cx, &cursor, 2), "");
    EXPECT_INT(db_read(cx, newest, &end), OK);
    EXPECT_INT(cursor, end);
}

static enum err append_then_fail(struct ctx *cx, void *arg)
{
    TRY(append_span(cx, arg));
    return E_CONFLICT;
}

STORE_TEST("work that is rolled back leaves no entry")
{
    int64_t cursor = 0;

    append(cx, 1, 2);
    EXPECT_INT(db_write(cx, append_then_fail, &(struct span){ 100, 3 }), E_CONFLICT);
    append(cx, 3, 1);
    EXPECT_STR(feed_text(cx, &cursor, 10), "1,2,3,");
}

STORE_TEST("the feed shows what the actor may see, and its cursor passes over the rest")
{
    struct ctx *other = stores_ctx(cx);
    int64_t cursor = 0, end;
    struct journal_entry nowhere = { .kind = "policy", .record_id = 50, .action = "change" };
    struct journal_entry elsewhere = entry(60);

    nowhere.home = nowhere.work = nowhere.employer_id = nowhere.person_id = NONE;
    elsewhere.home = 522601001000;
    elsewhere.work = NONE;
    append(cx, 1, 2);
    EXPECT_INT(db_write(cx, (db_fn *)journal_append, &nowhere), OK);
    EXPECT_INT(db_write(cx, (db_fn *)journal_append, &elsewhere), OK);
    EXPECT_INT(db_read(cx, newest, &end), OK);

    other->who.scope = (struct scope){ SCOPE_OFFICE, NONE, NONE, NONE, NONE, NONE, NONE };
    division_range(621121000000, &other->who.scope.home_lo, &other->who.scope.home_hi);
    EXPECT_STR(feed_text(other, &cursor, 10), "1,2,");
    EXPECT_INT(cursor, end);
    append(cx, 3, 1);
    EXPECT_STR(feed_text(other, &cursor, 10), "3,");

    cursor = 0;
    other->who.scope = (struct scope){ 0 };
    EXPECT_STR(feed_text(other, &cursor, 10), "");
    EXPECT(cursor > end);

    cursor = 0;
    other->who.scope = (struct scope){ SCOPE_PERSON, NONE, NONE, NONE, NONE, NONE, 2 };
    EXPECT_STR(feed_text(other, &cursor, 10), "2,");
    ctx_free(other);
}

/* --- commit order --- */

struct meeting { /* a slow writer starts first and ends last */
    struct ctx *fast;
    int64_t cursor;
    const char *seen_between;
};

static enum err append_slowly(struct ctx *cx, void *arg)
{
    struct meeting *m = arg;
    struct journal_entry slow = entry(1);

    TRY(journal_append(cx, &slow));
    append(m->fast, 2, 1);
    m->seen_between = feed_text(m->fast, &m->cursor, 10);
    return OK;
}

STORE_TEST("an entry that is committed late is not skipped")
{
    struct meeting m = { .fast = stores_ctx(cx) };

    if (store_kind(cx->store) == STORE_POSTGRES) { /* on SQLite writers take turns */
        EXPECT_INT(db_write(cx, append_slowly, &m), OK);
        EXPECT_STR(m.seen_between, "");
        EXPECT_STR(feed_text(m.fast, &m.cursor, 10), "1,2,");
        append(cx, 3, 1);
        EXPECT_STR(feed_text(m.fast, &m.cursor, 10), "3,");
        EXPECT_INT(db_read(cx, read_feed, &(struct feed){ .cursor = 999, .limit = 1 }), E_INVALID);
        EXPECT_STR(cx->failure.code, "journal.cursor");
    }
    ctx_free(m.fast);
}

/* --- seals --- */

static enum err run_text(struct ctx *cx, void *sql)
{
    return db_exec_list(cx, sql, (struct params){ 0 });
}

static enum err run_script(struct ctx *cx, void *sql)
{
    return cx->store->backend->script(cx, sql);
}

static void seal(struct ctx *cx, int want)
{
    int sealed = -1;

    EXPECT_INT(journal_seal(cx, &sealed), OK);
    EXPECT_INT(sealed, want);
}

static void expect_whole(struct ctx *cx, int64_t want_entries, int64_t want_blocks)
{
    int64_t entries = -1, blocks = -1;

    if (journal_verify(cx, &entries, &blocks) != OK)
        EXPECT_STR(cx->failure.message, "");
    EXPECT_INT(entries, want_entries);
    EXPECT_INT(blocks, want_blocks);
}

STORE_TEST("finished entries are sealed once, in blocks of at most 4096, and verify")
{
    struct journal_head none, head;
    int64_t entries, blocks;

    seal(cx, 0);
    expect_whole(cx, 0, 0);
    EXPECT_INT(journal_head(cx, &none), OK);
    EXPECT_INT(none.number, 0);
    append(cx, 1, 1);
    seal(cx, 1);
    append(cx, 2, 4098);
    seal(cx, 4098);
    seal(cx, 0);
    append(cx, 5000, 5); /* not sealed: not judged */
    expect_whole(cx, 4099, 3);
    EXPECT_INT(journal_head(cx, &head), OK);
    EXPECT_INT(head.number, 3);
    EXPECT_INT(strlen(head.hash), 64);
    EXPECT_INT(journal_verify_from(cx, 3, &none, &entries, &blocks), OK);
    EXPECT_INT(entries, 2);
    EXPECT_INT(blocks, 1);
    EXPECT_INT(journal_verify_from(cx, 4, &head, &entries, &blocks), OK);
    EXPECT_INT(blocks, 0);
    EXPECT_INT(journal_verify_from(cx, 6, NULL, &entries, &blocks), E_CONFLICT);
}

STORE_TEST("no statement changes or removes an entry or a seal")
{
    static const char *const statements[] = {
        "UPDATE journal SET actor = 'x' WHERE SCOPE_NOT(journal 'test')",
        "UPDATE journal SET after = NULL WHERE SCOPE_NOT(journal 'test') AND seq = 1",
        "DELETE FROM journal WHERE SCOPE_NOT(journal 'test') AND seq = 2",
        "DELETE FROM journal WHERE SCOPE_NOT(journal 'test')",
        "UPDATE journal_block SET hash = root",
        "DELETE FROM journal_block",
        "INSERT OR REPLACE INTO journal (seq, at, actor, request_id, op, kind, record_id, action)"
        " SELECT 1, 0, 'x', '', '', '', 0, '' WHERE SCOPE_NOT(journal 'test')",
    };
    bool pg = store_kind(cx->store) == STORE_POSTGRES;
    const char *before;

    append(cx, 1, 3);
    seal(cx, 3);
    before = stores_digest(cx);
    for (size_t i = 0; i + pg < ARRAY_LEN(statements); i++) {
        EXPECT_INT(db_write(cx, run_text, (void *)statements[i]), E_CONFLICT);
        EXPECT_STR(cx->failure.code, "db.refused");
    }
    if (pg) {
        EXPECT_INT(db_write(cx, run_script, "TRUNCATE journal"), E_CONFLICT);
        EXPECT_INT(db_write(cx, run_script, "TRUNCATE journal_block"), E_CONFLICT);
    }
    EXPECT_STR(stores_digest(cx), before);
    append(cx, 4, 1);
    seal(cx, 1);
    expect_whole(cx, 4, 2);
}

/* Somebody at the store itself, past the program and its rules. */
static void disarm(struct ctx *cx)
{
    EXPECT_INT(db_write(cx, run_script,
                        store_kind(cx->store) == STORE_POSTGRES
                            ? "ALTER TABLE journal DISABLE TRIGGER USER;"
                              "ALTER TABLE journal_block DISABLE TRIGGER USER"
                            : "DROP TRIGGER journal_stays; DROP TRIGGER journal_keeps;"
                              "DROP TRIGGER journal_block_stays;"
                              "DROP TRIGGER journal_block_keeps"),
               OK);
}

enum { BLOCKS = 7, PER_BLOCK = 9 };

struct attack {
    unsigned seed;
    char what[200]; /* the statement last tried */
    bool undetected;
};

static unsigned pick(struct attack *a, unsigned n)
{
    return (unsigned)rand_r(&a->seed) % n;
}

static enum err do_sql(struct ctx *cx, struct attack *a, const char *sql)
{
    snprintf(a->what, sizeof a->what, "%s", sql);
    TRY(db_exec(cx, sql));
    return cx->changed > 0 ? OK : fail(cx, E_INTERNAL, "test", "nothing changed: %s", sql);
}

#define FREE "SCOPE_NOT(journal 'an intruder asks nobody')"

/* The seq of one sealed entry, any of them. */
static enum err any_seq(struct ctx *cx, struct attack *a, int64_t *ret)
{
    struct rows r;

    TRY(db_one(cx, &r, "SELECT seq FROM journal WHERE " FREE " ORDER BY seq LIMIT 1 OFFSET $1",
               P((int)pick(a, BLOCKS * PER_BLOCK))));
    *ret = row_int(&r, 0, "seq");
    return OK;
}

static enum err edit_entry(struct ctx *cx, struct attack *a, int64_t seq)
{
    static const char *const numbers[] = { "at",   "user_id", "org_id",      "record_id",
                                           "home", "work",    "employer_id", "person_id" };
    static const char *const texts[] = { "actor",  "request_id", "op",    "batch_id", "kind",
                                         "action", "before",     "after", "reason" };
    const char *number = numbers[pick(a, ARRAY_LEN(numbers))];
    const char *text = texts[pick(a, ARRAY_LEN(texts))];
    const char *set;

    switch (pick(a, 4)) {
    case 0:
        set =
            arena_printf(cx->mem, "%s = coalesce(%s, 0) + %d", number, number, (int)pick(a, 9) + 1);
        break;
    case 1:
        set = arena_printf(cx->mem, "%s = coalesce(%s, '') || '%c'", text, text,
                           'a' + (int)pick(a, 26));
        break;
    case 2: /* from one column to the next, so that all texts together stay the same */
        set = pick(a, 2) ? "op = op || kind, kind = ''" : "request_id = op, op = request_id";
        break;
    default:
        set = pick(a, 2) ? "after = NULL" : "reason = ''";
    }
    return do_sql(cx, a,
                  arena_printf(cx->mem, "UPDATE journal SET %s WHERE " FREE " AND seq = %lld", set,
                               (long long)seq));
}

/* A copy of an entry at a place in the sealed range that is still free. */
static enum err insert_entry(struct ctx *cx, struct attack *a, int64_t seq)
{
    bool pg = store_kind(cx->store) == STORE_POSTGRES;

    return do_sql(
        cx, a,
        arena_printf(
            cx->mem,
            "INSERT INTO journal (seq%s, at, actor, request_id, op, kind, record_id, action)%s"
            " SELECT %d%s, at, actor, request_id, op, kind, record_id, action FROM journal"
            " WHERE " FREE " AND seq = %lld",
            pg ? ", tx" : "", pg ? " OVERRIDING SYSTEM VALUE" : "", -(int)pick(a, 3),
            pg ? ", tx" : "", (long long)seq));
}

/* Two entries change places, all but their numbers. */
static enum err swap_entries(struct ctx *cx, struct attack *a, int64_t seq)
{
    struct rows r;

    TRY(db_one(cx, &r,
               "SELECT seq, record_id FROM journal WHERE " FREE
               " AND seq <> $1 ORDER BY seq LIMIT 1"
               " OFFSET $2",
               P(seq), P((int)pick(a, BLOCKS * PER_BLOCK - 1))));
    return do_sql(
        cx, a,
        arena_printf(cx->mem,
                     "UPDATE journal SET (record_id, person_id) = (SELECT j.record_id, j.person_id"
                     " FROM journal j WHERE SCOPE_NOT(journal 'other') AND j.seq = %lld + %lld -"
                     " journal.seq) WHERE " FREE " AND seq IN (%lld, %lld)",
                     (long long)seq, (long long)row_int(&r, 0, "seq"), (long long)seq,
                     (long long)row_int(&r, 0, "seq")));
}

static enum err edit_block(struct ctx *cx, struct attack *a)
{
    static const char *const sets[] = {
        "number = number + 100",
        "first_seq = first_seq - 1",
        "first_seq = first_seq + 1",
        "last_seq = last_seq - 1",
        "last_seq = last_seq + 1",
        "last_tx = last_tx + 1",
        "entries = entries + 1",
        "entries = entries - 1",
        "entries = 0",
        "at = at - 60",
        "root = upper(root) || ''",
        "hash = '0' || substr(hash, 2, 62) || 'g'",
        "root = (SELECT b.hash FROM journal_block b WHERE b.number = 1)",
        "hash = (SELECT b.root FROM journal_block b WHERE b.number = 2)",
    };
    unsigned which = pick(a, ARRAY_LEN(sets) + 1);

    if (which == ARRAY_LEN(sets)) /* removed from the middle, or the end (there is a witness) */
        return do_sql(cx, a,
                      arena_printf(cx->mem, "DELETE FROM journal_block WHERE number = %d",
                                   1 + (int)pick(a, BLOCKS)));
    return do_sql(cx, a,
                  arena_printf(cx->mem, "UPDATE journal_block SET %s WHERE number = %d",
                               sets[which], 1 + (int)pick(a, BLOCKS)));
}

static enum err try_attack(struct ctx *cx, void *arg)
{
    struct attack *a = arg;
    struct journal_head witness;
    int64_t seq, entries, blocks;
    enum err err;

    TRY(journal_head(cx, &witness));
    TRY(any_seq(cx, a, &seq));
    switch (pick(a, 6)) {
    case 0:
        TRY(do_sql(cx, a,
                   arena_printf(cx->mem, "DELETE FROM journal WHERE " FREE " AND seq = %lld",
                                (long long)seq)));
        break;
    case 1:
        TRY(insert_entry(cx, a, seq));
        break;
    case 2:
        TRY(swap_entries(cx, a, seq));
        break;
    case 3:
        TRY(edit_block(cx, a));
        break;
    default:
        TRY(edit_entry(cx, a, seq));
    }
    err = journal_verify_from(cx, 1, &witness, &entries, &blocks);
    a->undetected = err != E_CONFLICT || !str_eq(cx->failure.code, "journal.broken");
    return a->undetected ? E_INTERNAL : E_CONFLICT; /* either way all is as before */
}

STORE_TEST("every one of many random alterations of entries and blocks is found")
{
    struct attack a = { .seed = 20190211 };
    int attacks = store_kind(cx->store) == STORE_POSTGRES ? 400 : 2000; /* 5 ms each against 1 */

    disarm(cx);
    cx->request_id = "3"; /* looks like the sign of a text column */
    for (int i = 0; i < BLOCKS; i++) {
        append(cx, 1 + i * PER_BLOCK, PER_BLOCK);
        seal(cx, PER_BLOCK);
    }
    expect_whole(cx, BLOCKS * PER_BLOCK, BLOCKS);
    for (int i = 0; i < attacks; i++) {
        struct ctx *intruder = stores_ctx(cx);
        if (db_write(intruder, try_attack, &a) != E_CONFLICT || a.undetected)
            test_fail(__FILE__, __LINE__, "not found: %s (%s)", a.what, intruder->failure.message);
        ctx_free(intruder);
    }
    expect_whole(cx, BLOCKS * PER_BLOCK, BLOCKS);
}

static enum err cut_tail(struct ctx *cx, void *arg)
{
    int64_t *from = arg;

    TRY(db_exec(cx,
                "DELETE FROM journal WHERE " FREE
                " AND seq >= (SELECT b.first_seq FROM journal_block b"
                " WHERE b.number = $1)",
                P(*from)));
    return db_exec(cx, "DELETE FROM journal_block WHERE number >= $1", P(*from));
}

STORE_TEST("a tail cut off, or a chain made anew, is found by a head noted elsewhere")
{
    struct journal_head first, witness;
    int64_t entries, blocks, from = 2;

    append(cx, 1, 3);
    seal(cx, 3);
    EXPECT_INT(journal_head(cx, &first), OK);
    append(cx, 4, 3);
    seal(cx, 3);
    EXPECT_INT(journal_head(cx, &witness), OK);
    EXPECT_INT(journal_verify_from(cx, 1, &witness, &entries, &blocks), OK);

    disarm(cx);
    EXPECT_INT(db_write(cx, cut_tail, &from), OK);
    expect_whole(cx, 3, 1); /* by itself it looks whole */
    EXPECT_INT(journal_verify_from(cx, 1, &witness, &entries, &blocks), E_CONFLICT);
    EXPECT_STR(cx->failure.message, "the journal was altered: block 2 is missing");
    EXPECT_INT(journal_verify_from(cx, 1, &first, &entries, &blocks), OK);

    append(cx, 40, 3);
    seal(cx, 3);
    expect_whole(cx, 6, 2);
    EXPECT_INT(journal_verify_from(cx, 1, &witness, &entries, &blocks), E_CONFLICT);
    EXPECT_STR(cx->failure.message,
               "the journal was altered: block 2 is not the one that was witnessed");
    EXPECT_INT(journal_verify_from(cx, 1, &first, &entries, &blocks), OK);
}
