/* The ledger: every movement of money balances, budgets hold, and records and ledger agree. */
#include "ops.h"
#include "payments/payments.h"
#include "platform/journal.h"
#include "road_money.h"

#include <pthread.h>

#define RETURN_HEAD "序号,金额,结果,原因\n"
#define FUND "DESTINATION_BUDGET"

static enum err verify(struct ctx *cx, void *arg)
{
    return payments_verify(cx, arg);
}

static void agree(void)
{
    struct ctx *cx = unit(as_system());
    int64_t sums;

    EXPECT_INT(db_read(cx, verify, &sums), OK);
    EXPECT_STR(cx->failure.message, "");
}

static int64_t reconciled(const char *code, const char *column)
{
    call(as(FUZHOU_AUDIT, "AUDITOR"), "payments.reconcile", NONE,
         "payer=350100000000&fund=" FUND "&year=2019");
    expect(200, NULL);
    EXPECT_INT(got_int("difference_fen"), 0);
    for (int i = 0; i < (int)got_count("items"); i++)
        if (str_eq(got(arena_printf(test_arena(), "items.%d.code", i)), code))
            return got_int(arena_printf(test_arena(), "items.%d.%s", i, column));
    return got_int(arena_printf(test_arena(), "balances.%s", code));
}

OPS_TEST("money is followed from approval through bank, return and recovery, and all sums agree")
{
    int64_t person = money_person(1, true), placement, batch, again;

    set_clock("2019-05-20");
    placement = money_at_work(person, "2019-02-11", "2019-05");
    agree();
    money_approved(person, "2019-05-20", "2019-05-31");
    EXPECT_INT(reconciled("approved", "ledger_fen"), 300000);
    EXPECT_INT(reconciled("owed_fen", ""), 300000);
    agree();
    batch = money_batch();
    money_send(batch);
    EXPECT_INT(reconciled("in_payment_fen", ""), 300000);
    EXPECT_INT(money_answer(batch, RETURN_HEAD "1,3000,失败,销户\n"), OK);
    EXPECT_INT(reconciled("returned", "amount_fen"), 300000);
    EXPECT_INT(reconciled("owed_fen", ""), 300000);
    call(as(FUZHOU, "PAYER"), "payments.lines", batch, NULL);
    call(as(FUZHOU, "PAYER"), "payment_lines.correct", got_int("items.0.id"),
         "{'account':'6228480000000000999'}");
    expect(200, NULL);
    step_ok(as(FUZHOU, "PAYER"), "payments.reissue", batch);
    again = got_int("id");
    money_send(again);
    EXPECT_INT(money_answer(again, RETURN_HEAD "1,3000,成功,\n"), OK);
    EXPECT_INT(reconciled("paid", "ledger_fen"), 300000);
    agree();
    call(as(FUZHOU, "REVIEWER"), "months.correct", NONE,
         "{'placement_id':'%lld','month':'2019-03','status':'NOT_WORKING','reason':'考勤'}",
         (long long)placement);
    expect(200, NULL);
    EXPECT_INT(reconciled("to_recover_fen", ""), 300000);
    agree();
    call(as(FUZHOU, "APPROVER"), "adjustments.list", NONE, "state=OPEN");
    call(as(FUZHOU, "APPROVER"), "adjustments.repay", got_int("items.0.id"),
         "{'reason':'已退回专户'}");
    expect(200, NULL);
    EXPECT_INT(reconciled("to_recover_fen", ""), 0);
    agree();
    call(as(FUZHOU, "PAYER"), "ledger.list", NONE, "person_id=%lld&event=PAID", (long long)person);
    EXPECT_INT(got_int("total"), 2); /* the money and the budget */
    call(as(TONGWEI, "LEADER"), "ledger.list", NONE, "person_id=%lld&fund=" FUND,
         (long long)person);
    EXPECT(got_int("total") > 8);
    call(as(YANTAI, "PAYER"), "ledger.list", NONE, "person_id=%lld", (long long)person);
    EXPECT_INT(got_int("total"), 0);
}

OPS_TEST("what is kept back moves through the ledger and frees the budget again")
{
    int64_t person = money_person(1, true), placement, batch, budget;

    budget = created(as(FUZHOU, "APPROVER"), "budgets.create",
                     "{'payer':350100000000,'side':'WORK','fund':'" FUND
                     "','year':2019,'amount_fen':1200000}");
    set_clock("2019-05-20");
    placement = money_at_work(person, "2019-02-11", "2019-05");
    money_approved(person, "2019-05-20", "2019-05-31");
    money_confirm(placement, "2019-06", "2019-08");
    set_clock("2019-08-20");
    money_approved(person, "2019-08-20", "2019-08-30");
    call(as(FUZHOU, "PAYER"), "budgets.get", budget, NULL);
    EXPECT_INT(got_int("reserved_fen"), 1200000);
    EXPECT_INT(got_int("free_fen"), 0);
    call(as(FUZHOU, "REVIEWER"), "months.correct", NONE,
         "{'placement_id':'%lld','month':'2019-04','status':'NOT_WORKING','reason':'考勤'}",
         (long long)placement);
    expect(200, NULL);
    batch = money_batch();
    agree();
    money_send(batch);
    agree();
    EXPECT_INT(reconciled("offset", "ledger_fen"), 900000);
    EXPECT_INT(money_answer(batch, RETURN_HEAD "1,3000,成功,\n"), OK);
    agree();
    EXPECT_INT(reconciled("in_payment_fen", ""), 0);
    call(as(FUZHOU, "PAYER"), "budgets.get", budget, NULL);
    EXPECT_INT(got_int("reserved_fen"), 0);
    EXPECT_INT(got_int("used_fen"), 300000);
    EXPECT_INT(got_int("free_fen"), 900000);
}

OPS_TEST(
    "an approval over the budget is refused and says what is left; a higher budget lets it through")
{
    int64_t person = money_person(1, true), budget, claim;

    budget = created(as(FUZHOU, "APPROVER"), "budgets.create",
                     "{'payer':350100000000,'side':'WORK','fund':'" FUND
                     "','year':2019,'amount_fen':299999}");
    call(as(FUZHOU, "APPROVER"), "budgets.create", NONE,
         "{'payer':350100000000,'side':'WORK','fund':'" FUND "','year':2019,'amount_fen':1}");
    expect(409, NULL);
    call(as(YANTAI, "APPROVER"), "budgets.create", NONE,
         "{'payer':350100000000,'side':'WORK','fund':'" FUND "','year':2020,'amount_fen':1}");
    expect(403, NULL);
    set_clock("2019-05-20");
    money_at_work(person, "2019-02-11", "2019-05");
    EXPECT_INT(money_found(person, "2019-05-20"), 1);
    call(as_system(), "claims.list", NONE, "state=ELIGIBLE");
    claim = got_int("items.0.id");
    step_ok(as(FUQING, "CLERK"), "claims.submit", claim);
    step_ok(as(FUQING, "CHECKER"), "claims.check", claim);
    step_ok(as(FUZHOU, "REVIEWER"), "claims.review", claim);
    call(as(FUZHOU, "REVIEWER"), "claims.notice", NONE, "{'policy_id':'%lld'}",
         (long long)(call(as_system(), "claims.get", claim, NULL), got_int("policy_id")));
    set_clock("2019-05-31");
    call(as(FUZHOU, "APPROVER"), "claims.approve", claim, "{}");
    expect(409, "budget.exceeded");
    EXPECT(got("message") && strstr(got("message"), "2,999.99"));
    call(as_system(), "claims.get", claim, NULL);
    EXPECT_STR(got("state"), "NOTICE");
    call(as(FUZHOU, "APPROVER#2"), "budgets.change", budget, "{'amount_fen':300000}");
    expect(200, NULL);
    step_ok(as(FUZHOU, "APPROVER"), "claims.approve", claim);
    call(as(FUZHOU, "APPROVER#2"), "budgets.change", budget, "{'amount_fen':299999}");
    expect(400, "budget.below_use");
    agree();
}

static enum err rewrite(struct ctx *cx, void *arg)
{
    (void)arg;
    return db_exec(cx,
                   "UPDATE ledger_entry SET amount_fen = 1 WHERE SCOPE_NOT(ledger_entry 'test')");
}

static enum err shift(struct ctx *cx, void *arg)
{
    (void)arg;
    return db_exec(cx,
                   "UPDATE claim SET amount_fen = amount_fen + 1 WHERE SCOPE_NOT(claim 'test')");
}

OPS_TEST("the ledger cannot be rewritten, and one fen that differs is found")
{
    int64_t person = money_person(1, true), sums;
    struct ctx *cx = unit(as_system());

    set_clock("2019-05-20");
    money_at_work(person, "2019-02-11", "2019-05");
    money_approved(person, "2019-05-20", "2019-05-31");
    EXPECT(db_write(unit(as_system()), rewrite, NULL) != OK);
    agree();
    EXPECT_INT(db_write(unit(as_system()), shift, NULL), OK);
    EXPECT_INT(db_read(cx, verify, &sums), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "ledger.differs");
}

static bool has_step(const char *kind, const char *words)
{
    for (int i = 0; i < (int)got_count("steps"); i++)
        if (str_eq(got(arena_printf(test_arena(), "steps.%d.kind", i)), kind) &&
            strstr(got(arena_printf(test_arena(), "steps.%d.text", i)), words))
            return true;
    return false;
}

OPS_TEST(
    "a yuan is traced to who vouched for its months, how it moved, and the block that proves it")
{
    int64_t person = money_person(1, true), placement, claim, batch;
    int sealed;

    set_clock("2019-05-20");
    placement = money_at_work(person, "2019-02-11", "2019-05");
    claim = money_approved(person, "2019-05-20", "2019-05-31");
    batch = money_batch();
    money_send(batch);
    EXPECT_INT(money_answer(batch, RETURN_HEAD "1,3000,成功,\n"), OK);
    call(as(FUZHOU, "REVIEWER"), "months.correct", NONE,
         "{'placement_id':'%lld','month':'2019-03','status':'NOT_WORKING','reason':'考勤'}",
         (long long)placement);
    expect(200, NULL);
    set_clock("+60");
    call(as(TONGWEI, "CLERK"), "people.change", person, "{'account':'6228480000000000999'}");
    expect(200, NULL);
    call(as(FUZHOU_AUDIT, "AUDITOR"), "payments.trace", claim, NULL);
    expect(200, NULL);
    EXPECT(has_step("payment_line", "#1 · 王强 ****0001 农业银行通渭支行 · Paid"));
    EXPECT(
        has_step("payment_batch", "the bank's return 2019-05-31 · 1 lines, 0 failed · SHA-256 "));
    EXPECT(has_step("account_change", "****0001 → ****0999"));
    EXPECT(has_step("account_change", " · not in effect within 72 hours"));
    EXPECT(has_step("journal", "placement month confirmed"));
    EXPECT(has_step("journal", "person changed"));
    EXPECT(has_step("month", "Employer: At work"));
    EXPECT(has_step("month", "corrected: Confirmed → Not working · 考勤"));
    EXPECT(has_step("adjustment", "Recovery · Open"));
    EXPECT(has_step("ledger", "Cash of the fund → In payment · 3,000.00"));
    EXPECT(has_step("journal", "not sealed yet"));
    EXPECT_INT(journal_seal(unit(as_system()), &sealed), OK);
    call(as(FUZHOU_AUDIT, "AUDITOR"), "payments.trace", claim, NULL);
    expect(200, NULL);
    EXPECT(has_step("journal", "payment batch Approve · proved by block 1 "));
    EXPECT(!has_step("journal", "not sealed yet"));
    EXPECT_INT(got_int("journal.0.block"), 1);
    set_clock("+259200"); /* 72 hours */
    call(as(FUZHOU_AUDIT, "AUDITOR"), "payments.trace", claim, NULL);
    expect(200, NULL);
    EXPECT(has_step("account_change", " · in effect"));
}
