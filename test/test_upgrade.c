/* Stores made before the ledger was kept: the upgrade enters what was approved and paid by then. */
#include <stdlib.h>

#include "ledger/ledger.h"
#include "payments/payments.h"
#include "platform/asset.h"
#include "stores.h"

enum { FILES_MAX = 64, LEDGER = 13 };
static struct asset before_ledger[FILES_MAX];

/* The schema as it was; asked for before the files are read. */
static const struct scoped *tables(void)
{
    int n = 0;

    for (const struct asset *a = schema_assets; a->path && atoi(a->path) < LEDGER; a++)
        before_ledger[n++] = *a;
    before_ledger[n] = (struct asset){ 0 };
    return program_kit.tables();
}
static const struct store_kit old_kit = { tables, before_ledger, NULL };

/* Amounts in yuan; NULL: in no batch. Of the third line 100 yuan are kept back for what claim 1 has
 * to give back, 500 in all. */
static const struct {
    int64_t id, yuan;
    const char *claim, *line;
} old[] = {
    { 1, 3000, "PAID", "SUCCESS" },       { 2, 3001, "PAYMENT_FAILED", "FAILED" },
    { 3, 3002, "IN_PAYMENT", "PENDING" }, { 4, 3003, "APPROVED", NULL },
    { 5, 3004, "SUBMITTED", NULL },
};

static enum err fill(struct ctx *cx, void *arg)
{
    (void)arg;
    TRY(db_exec(
        cx,
        "INSERT INTO policy (id, policy_key, revision, title_zh, title_en, doc_no, payer_side, payer, fund, beneficiary, from_on, notice_days,"
        " state, file, created_at, updated_at) VALUES (7, 'old', 1, '旧', 'Old', '', 'WORK', 350100000000, 'F', 'PERSON', '2019-01-01', 5,"
        " 'PUBLISHED', '', 0, 0)"));
    TRY(db_exec(
        cx,
        "INSERT INTO policy_decision (id, policy_id, home, work, as_of, verdict, amount_fen, trace, created_at)"
        " SELECT 7, 7, $1, $2, '2019-03-01', 'ENTITLED', 1, '{}', 0 WHERE SCOPE(policy_decision home=$1, work=$2)",
        P(621121000000), P(350181000000)));
    TRY(db_exec(
        cx,
        "INSERT INTO payment_batch (id, number, payer, work, fund, state, lines, total_fen, paid_fen, sent_at, created_at, updated_at)"
        " SELECT 8, '20190601-8', $1, $1, 'F', 'PARTLY_PAID', 3, 890300, 300000, 1, 0, 0 WHERE SCOPE(payment_batch work=$1)",
        P(350100000000)));
    for (size_t i = 0; i < ARRAY_LEN(old); i++) {
        TRY(db_exec(
            cx,
            "INSERT INTO claim (id, policy_id, decision_id, home, work, instalment, amount_fen, due_on, once_key, state, created_at, updated_at)"
            " SELECT $1, 7, 7, $2, $3, '3m', $4, '2019-03-01', $5, $6, 0, 0 WHERE SCOPE(claim home=$2, work=$3)",
            P(old[i].id), P(621121000000), P(350181000000), P(old[i].yuan * 100),
            P(arena_printf(cx->mem, "k%d", (int)i)), P(old[i].claim)));
        if (old[i].line)
            TRY(db_exec(
                cx,
                "INSERT INTO payment_line (id, batch_id, line_no, claim_id, home, work, payee_name, amount_fen, offset_fen, state, created_at, updated_at)"
                " SELECT $1, 8, $1, $1, $2, $3, '王强', $4, $6, $5, 0, 0 WHERE SCOPE(payment_line home=$2, work=$3)",
                P(old[i].id), P(621121000000), P(350181000000), P(old[i].yuan * 100),
                P(old[i].line), P((int64_t)(old[i].id == 3 ? 10000 : 0))));
    }
    TRY(db_exec(
        cx,
        "INSERT INTO placement (id, person_id, employer_id, home, work, channel, start_on, state, created_at, updated_at)"
        " SELECT 9, 9, 9, $1, $2, 'ORGANISED', '2019-02-11', 'ACTIVE', 0, 0 WHERE SCOPE_NOT(placement 'test')",
        P(621121000000), P(350181000000)));
    TRY(db_exec(
        cx,
        "INSERT INTO month_correction (id, placement_id, month, revision, person_id, employer_id, home, work, old_status, status, reason, created_at)"
        " SELECT 9, 9, '2019-03', 1, 9, 9, $1, $2, 'CONFIRMED', 'NOT_WORKING', '', 0 WHERE SCOPE_NOT(month_correction 'test')",
        P(621121000000), P(350181000000)));
    return db_exec(
        cx,
        "INSERT INTO adjustment (id, kind, correction_id, claim_id, decision_id, payer, fund, home, work, amount_fen, taken_fen, settled_fen, state,"
        " created_at, updated_at) SELECT 9, 'RECOVERY', 9, 1, 7, 350100000000, 'F', $1, $2, 50000, 10000, 10000, 'OPEN', 0, 0"
        " WHERE SCOPE(adjustment home=$1, work=$2)",
        P(621121000000), P(350181000000));
}

static enum err seed(struct ctx *cx, void *arg)
{
    (void)arg;
    for (int m = 0; ops_modules()[m]; m++)
        if (ops_modules()[m]->seed)
            TRY(ops_modules()[m]->seed(cx));
    return OK;
}

static enum err verify(struct ctx *cx, void *arg)
{
    return payments_verify(cx, arg);
}

static enum err sum_of(struct ctx *cx, void *arg)
{
    static const enum ledger_event events[] = { LEDGER_APPROVED, LEDGER_LOCKED,   LEDGER_PAID,
                                                LEDGER_RETURNED, LEDGER_RECOVERY, LEDGER_SET_OFF };
    int64_t *fen = arg;

    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        TRY(ledger_sum(cx, events[i], 0, INT64_MAX, NULL, NONE, &fen[i]));
    return OK;
}

STORE_TEST_WITH(
    old_kit, "a store from before the ledger has its claims and payments entered once, and agrees")
{
    struct failure f = { 0 };
    int64_t fen[6] = { 0 }, sums;
    const char *once;
    int applied = 0;

    EXPECT_INT(db_write(cx, fill, NULL), OK);
    EXPECT_STR(cx->failure.message, "");
    EXPECT_INT(store_migrate(cx->store, &f, &applied), OK);
    EXPECT_STR(f.message, "");
    EXPECT(applied >= 2);
    EXPECT_INT(db_read(cx, verify, &sums), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "ledger.differs");
    cx->failure = (struct failure){ 0 };
    EXPECT_INT(db_write(cx, seed, NULL), OK);
    EXPECT_INT(db_read(cx, sum_of, fen), OK);
    EXPECT_INT(fen[0], 1200600);
    EXPECT_INT(fen[1], 900300);
    EXPECT_INT(fen[2], 300000);
    EXPECT_INT(fen[3], 300100);
    EXPECT_INT(fen[4], 50000);
    EXPECT_INT(fen[5], 10000);
    EXPECT_INT(db_read(cx, verify, &sums), OK);
    EXPECT_STR(cx->failure.message, "");
    once = arena_strdup(test_arena(), stores_digest(cx));
    EXPECT_INT(db_write(cx, seed, NULL), OK);
    EXPECT_STR(stores_digest(cx), once);
}
