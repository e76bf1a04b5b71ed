/* The books: statements add up to their rows, budgets say what is left, batches are settled to
 * zero or say what is open, and a correction is told from the month to the money. */
#include "ops.h"
#include "road_money.h"
#include "sheet/sheet.h"

#include <stdio.h>

#define RETURN_HEAD "序号,金额,结果,原因\n"
#define FUND "DESTINATION_BUDGET"
#define FUZHOU_2019 "payer=350100000000&fund=" FUND "&year=2019"

struct story {
    int64_t person, placement, batch, again;
};

/* 3,000 yuan approved, refused once by the bank, paid in a second batch. */
static struct story paid_at_second_try(void)
{
    struct story s = { .person = money_person(1, true) };

    set_clock("2019-05-20");
    s.placement = money_at_work(s.person, "2019-02-11", "2019-05");
    money_approved(s.person, "2019-05-20", "2019-05-31");
    s.batch = money_batch();
    money_send(s.batch);
    EXPECT_INT(money_answer(s.batch, RETURN_HEAD "1,3000,失败,销户\n"), OK);
    call(as(FUZHOU, "PAYER"), "payments.lines", s.batch, NULL);
    call(as(FUZHOU, "PAYER"), "payment_lines.correct", got_int("items.0.id"),
         "{'account':'6228480000000000999'}");
    expect(200, NULL);
    step_ok(as(FUZHOU, "PAYER"), "payments.reissue", s.batch);
    s.again = got_int("id");
    return s;
}

static void recovered(const struct story *s)
{
    call(as(FUZHOU, "REVIEWER"), "months.correct", NONE,
         "{'placement_id':'%lld','month':'2019-03','status':'NOT_WORKING','reason':'考勤'}",
         (long long)s->placement);
    expect(200, NULL);
}

/* A number of the i-th of a list. */
static int64_t at(const char *list, int i, const char *name)
{
    return got_int(arena_printf(test_arena(), "%s.%d.%s", list, i, name));
}

OPS_TEST(
    "a statement tells each movement with its cause and what stands after it, and its sums are those of its rows")
{
    struct story s = paid_at_second_try();
    int64_t sum = 0;

    call(as(FUZHOU_AUDIT, "AUDITOR"), "books.statement", NONE, FUZHOU_2019);
    expect(200, NULL);
    EXPECT_INT(got_int("total"), 3);
    EXPECT_INT(got_count("items"), 3);
    for (int i = 0; i < (int)got_count("items"); i++)
        sum += at("items", i, "amount_fen");
    EXPECT_INT(sum, got_int("amount_fen"));
    sum = 0;
    for (int i = 0; i < (int)got_count("events"); i++)
        sum += at("events", i, "amount_fen");
    EXPECT_INT(sum, got_int("amount_fen"));
    EXPECT_INT(got_int("debit_fen"), got_int("credit_fen"));
    EXPECT_STR(got("items.0.event"), "APPROVED");
    EXPECT_STR(got("items.1.event"), "LOCKED");
    EXPECT_INT(got_int("items.1.batch_id"), s.batch);
    EXPECT_INT(got_int("items.1.owed_fen"), 0);
    EXPECT_INT(got_int("items.1.in_payment_fen"), 300000);
    EXPECT_STR(got("items.2.event"), "RETURNED");
    EXPECT_INT(got_int("closing.owed_fen"), 300000);
    EXPECT_INT(got_int("closing.paid_fen"), 0);
    EXPECT(got("items.0.payee_name") != NULL);
}

OPS_TEST("pages of a statement carry the balance on, and the last page ends at the closing one")
{
    struct story s = paid_at_second_try();
    const char *next;
    int rows = 0;

    money_send(s.again);
    EXPECT_INT(money_answer(s.again, RETURN_HEAD "1,3000,成功,\n"), OK);
    recovered(&s);
    call(as(FUZHOU, "PAYER"), "books.statement", NONE, "person_id=%lld&limit=2",
         (long long)s.person);
    do {
        int n = (int)got_count("items");
        int64_t owed = got_int("brought.owed_fen"), paid = got_int("brought.paid_fen");
        rows += n;
        EXPECT_INT(got_int("total"), 6);
        EXPECT_INT(got_int("closing.paid_fen"), 300000);
        EXPECT_INT(got_int("closing.to_recover_fen"), 300000);
        if (str_eq(got("items.0.event"), "APPROVED"))
            EXPECT_INT(owed + paid, 0);
        if (str_eq(got("items.0.event"), "RETURNED"))
            EXPECT_INT(got_int("brought.in_payment_fen"), 300000);
        next = got("next");
        if (!next) {
            EXPECT_INT(at("items", n - 1, "to_recover_fen"), 300000);
            EXPECT_INT(at("items", n - 1, "paid_fen"), 300000);
            break;
        }
        call(as(FUZHOU, "PAYER"), "books.statement", NONE, "person_id=%lld&limit=2&after=%s",
             (long long)s.person, next);
    } while (rows < 10);
    EXPECT_INT(rows, 6);
}

OPS_TEST(
    "a statement from a day on opens with what stood before it, and of one account says debit, credit and balance")
{
    struct story s = paid_at_second_try();

    set_clock("2019-06-20");
    money_send(s.again);
    EXPECT_INT(money_answer(s.again, RETURN_HEAD "1,3000,成功,\n"), OK);
    call(as(FUZHOU, "PAYER"), "books.statement", NONE, FUZHOU_2019 "&from=2019-06-20");
    EXPECT_INT(got_int("opening.owed_fen"), 300000);
    EXPECT_INT(got_int("closing.paid_fen"), 300000);
    EXPECT_INT(got_int("total"), 2);
    call(as(FUZHOU, "PAYER"), "books.statement", NONE, FUZHOU_2019 "&until=2019-06-19");
    EXPECT_INT(got_int("closing.owed_fen"), 300000);
    call(as(FUZHOU, "PAYER"), "books.statement", NONE, FUZHOU_2019 "&account=CASH");
    EXPECT_INT(got_int("total"), 1);
    EXPECT_INT(got_int("items.0.balance_fen"), -300000);
    call(as(FUZHOU, "PAYER"), "books.statement", NONE, FUZHOU_2019 "&account=BUDGET_USED");
    EXPECT_INT(got_int("closing.balance_fen"), 300000);
    call(as(FUZHOU, "PAYER"), "books.statement", NONE,
         FUZHOU_2019 "&from=2019-06-20&until=2019-06-19");
    expect(400, "date.order");
}

OPS_TEST("a stranger to the money sees none of it in a statement, not even a name")
{
    struct story s = paid_at_second_try();

    call(as(FUZHOU, "PAYER"), "books.statement", NONE, FUZHOU_2019 "&person_id=%lld",
         (long long)s.person);
    EXPECT_INT(got_int("total"), 3);
    call(as(FUZHOU, "PAYER"), "books.statement", NONE, "employer_id=%lld",
         (long long)employer_of(FUYAO));
    EXPECT_INT(got_int("total"), 0); /* what she is paid is not her employer's */
    EXPECT_STR(got("name"), NULL);
    call(as(YANTAI, "PAYER"), "books.statement", NONE, "person_id=%lld", (long long)s.person);
    expect(200, NULL);
    EXPECT_INT(got_int("total"), 0);
    EXPECT_STR(got("name"), NULL);
    call(as(YANTAI, "PAYER"), "books.statement", NONE, FUZHOU_2019);
    EXPECT_INT(got_int("total"), 0);
    EXPECT_INT(got_count("accounts"), 0);
    call(as(YANTAI, "PAYER"), "books.funds", NONE, NULL);
    EXPECT_INT(got_count("items"), 0);
    call(as(TONGWEI, "LEADER"), "books.statement", NONE, "person_id=%lld", (long long)s.person);
    EXPECT_INT(got_int("total"), 3);
    EXPECT(got("name") != NULL);
}

/* The last row of the first sheet; how many rows there are. */
enum { SUMS_TEXT = 200 };
static int last_row(const char *path, char sums[SUMS_TEXT])
{
    struct failure f = { 0 };
    struct sheet_row row;
    struct sheet *s;
    bool more;
    int n = 0;

    EXPECT_INT(sheet_open(path, NULL, LANG_EN, &f, &s), OK);
    EXPECT_INT(sheet_select(s, 0, &f), OK);
    for (; sheet_next(s, &row, &more, &f) == OK && more; n++) {
        snprintf(sums, SUMS_TEXT, "%s", "");
        for (int i = 0; i < row.n; i++)
            snprintf(sums + strlen(sums), SUMS_TEXT - strlen(sums), "%s|", row.cells[i].text);
    }
    sheet_close(s);
    return n;
}

OPS_TEST(
    "the workbook of a statement begins with the opening balance and ends with sums and closing balance")
{
    char sums[SUMS_TEXT] = "";

    paid_at_second_try();
    call(as(FUZHOU, "PAYER"), "books.statement_export", NONE, FUZHOU_2019);
    expect(200, NULL);
    /* title, watermark, heads, opening, 3 movements, sums */
    EXPECT_INT(last_row(got_file(), sums), 8);
    EXPECT_STR(sums, "|Sums and closing balance|||||9000|3000|0|0|0|");
    call(as(FUZHOU, "CHECKER"), "books.statement_export", NONE, FUZHOU_2019);
    expect(403, "op.forbidden");
}

OPS_TEST("the general ledger has a row for each fund and year, and its sums are those of the rows")
{
    struct story s = paid_at_second_try();

    (void)s;
    call(as(FUZHOU, "PAYER"), "books.funds", NONE, NULL);
    EXPECT_INT(got_count("items"), 1);
    EXPECT_INT(got_int("items.0.payer"), 350100000000);
    EXPECT_INT(got_int("items.0.owed_fen"), 300000);
    EXPECT_INT(got_int("items.0.movements"), 3);
    EXPECT_INT(got_int("owed_fen"), 300000);
    EXPECT_INT(got_int("movements"), 3);
}

OPS_TEST(
    "budgets say what is set, reserved, used and free, and by how much what is under way exceeds it")
{
    int64_t person = money_person(1, true), placement, claim;

    created(as(FUZHOU, "APPROVER"), "budgets.create",
            "{'payer':350100000000,'side':'WORK','fund':'" FUND
            "','year':2019,'amount_fen':1000000}");
    set_clock("2019-05-20");
    placement = money_at_work(person, "2019-02-11", "2019-05");
    money_approved(person, "2019-05-20", "2019-05-31");
    money_confirm(placement, "2019-06", "2019-08");
    set_clock("2019-08-20");
    EXPECT_INT(money_found(person, "2019-08-20"), 1);
    call(as_system(), "claims.list", NONE, "state=ELIGIBLE");
    claim = got_int("items.0.id");
    call(as(FUZHOU, "LEADER"), "books.budgets", NONE, "year=2019");
    EXPECT_INT(got_int("items.0.under_way_fen"), 0); /* nobody has asked for it yet */
    step_ok(as(FUQING, "CLERK"), "claims.submit", claim);
    call(as(FUZHOU, "LEADER"), "books.budgets", NONE, "year=2019");
    expect(200, NULL);
    EXPECT_INT(got_count("items"), 1);
    EXPECT_INT(got_int("items.0.amount_fen"), 1000000);
    EXPECT_INT(got_int("items.0.reserved_fen"), 300000);
    EXPECT_INT(got_int("items.0.used_fen"), 0);
    EXPECT_INT(got_int("items.0.free_fen"), 700000);
    EXPECT_INT(got_int("items.0.under_way_fen"), 900000);
    EXPECT_INT(got_int("items.0.exceeds_fen"), 200000);
    EXPECT_STR(got("items.0.claims.0.state"), "SUBMITTED");
    EXPECT_INT(got_int("items.0.claims.0.amount_fen"), 900000);
    EXPECT_INT(got_int("sum.reserved_fen"), 300000);
    call(as(FUZHOU, "LEADER"), "books.budgets", NONE, "year=2018");
    EXPECT_INT(got_count("items"), 0); /* a year that is over takes no more */
    call(as(FUQING, "LEADER"), "books.budgets", NONE, "year=2019");
    EXPECT_INT(got_count("items"), 0); /* the city's budget is not the county's */
}

OPS_TEST("a fund that is spent without a budget is shown as having none")
{
    paid_at_second_try();
    call(as(FUZHOU, "LEADER"), "books.budgets", NONE, "year=2019");
    EXPECT_INT(got_count("items"), 1);
    EXPECT_STR(got("items.0.budget_id"), NULL);
    EXPECT_INT(got_int("items.0.amount_fen"), NONE);
    EXPECT_INT(got_int("items.0.reserved_fen"), 300000);
    EXPECT_INT(got_int("items.0.free_fen"), NONE);
}

static void settled(bool is_settled)
{
    call(as(FUZHOU_AUDIT, "AUDITOR"), "books.settlement", NONE, FUZHOU_2019);
    expect(200, NULL);
    EXPECT_INT(got_int("difference_fen"), 0);
    EXPECT_STR(got("is_settled"), is_settled ? "true" : "false");
}

OPS_TEST("batches are settled to zero, and until then each says what waits and the cure")
{
    struct story s = paid_at_second_try();

    settled(true); /* its line is in a draft, and a draft orders nothing */
    EXPECT_INT(got_count("items"), 1);
    EXPECT_INT(got_int("items.0.ordered_fen"), 300000);
    EXPECT_INT(got_int("items.0.refused_fen"), 300000);
    EXPECT_INT(got_int("items.0.book_returned_fen"), 300000);
    EXPECT_INT(got_int("items.0.return_files"), 1);
    EXPECT_INT(got_count("items.0.open"), 0);
    step_ok(as(FUZHOU, "PAYER"), "payments.lock", s.again);
    settled(false);
    EXPECT_INT(got_int("items.0.id"), s.again);
    EXPECT_STR(got("items.0.open.0.code"), "NOT_SENT");
    call(as(FUZHOU, "APPROVER"), "payments.approve", s.again, NULL);
    call(as(FUZHOU, "APPROVER#3"), "payments.approve", s.again, NULL);
    step_ok(as(FUZHOU, "APPROVER"), "payments.send", s.again);
    settled(false);
    EXPECT_STR(got("items.0.open.0.code"), "NOT_ANSWERED");
    EXPECT_INT(got_int("items.0.open.0.amount_fen"), 300000);
    EXPECT_INT(got_int("items.0.book_in_payment_fen"), got_int("items.0.waiting_fen"));
    EXPECT_INT(money_answer(s.again, RETURN_HEAD "1,3000,成功,\n"), OK);
    settled(true);
    EXPECT_INT(got_int("paid_fen"), 300000);
    EXPECT_INT(got_int("book_paid_fen"), 300000);
    EXPECT_INT(got_int("ordered_fen"), got_int("paid_fen") + got_int("refused_fen"));
    call(as(FUZHOU, "PAYER"), "books.settlement", NONE, "year=2018");
    EXPECT_INT(got_count("items"), 0);
    call(as(YANTAI, "PAYER"), "books.settlement", NONE, NULL);
    EXPECT_INT(got_count("items"), 0);
}

static enum err forge(struct ctx *cx, void *arg)
{
    return db_exec(
        cx,
        "UPDATE payment_line SET amount_fen = 299900 WHERE SCOPE_NOT(payment_line 'a forger') AND batch_id = $1",
        P(*(int64_t *)arg));
}

OPS_TEST("a line that was changed behind the system stands out with both sums and the cure")
{
    struct story s = paid_at_second_try();
    struct ctx *cx = unit(as_system());

    EXPECT_INT(db_write(cx, forge, &s.batch), OK);
    call(as(FUZHOU_AUDIT, "AUDITOR"), "books.settlement", NONE, FUZHOU_2019);
    EXPECT_STR(got("is_settled"), "false");
    EXPECT_INT(got_count("items.0.differences"), 3);
    EXPECT_STR(got("items.0.differences.0.code"), "BATCH_LINES");
    EXPECT_INT(got_int("items.0.differences.0.is_fen"), 300000);
    EXPECT_INT(got_int("items.0.differences.0.must_fen"), 299900);
    EXPECT_STR(got("items.0.differences.1.code"), "LOCKED");
    EXPECT_STR(got("items.0.differences.2.code"), "RETURNED");
    EXPECT(got("items.0.differences.2.cure") != NULL);
    EXPECT_INT(got_int("difference_fen"), 300);
}

OPS_TEST(
    "a correction is told from the month to the money: what was decided again, taken, settled and left")
{
    struct story s = paid_at_second_try();
    int64_t correction, adjustment;

    money_send(s.again);
    EXPECT_INT(money_answer(s.again, RETURN_HEAD "1,3000,成功,\n"), OK);
    recovered(&s);
    call(as(FUZHOU, "REVIEWER"), "months.corrections", NONE, NULL);
    correction = got_int("items.0.id");
    call(as(FUZHOU, "REVIEWER"), "months.correction", correction, NULL);
    expect(200, NULL);
    call(as(FUZHOU, "REVIEWER"), "books.correction", correction, NULL);
    expect(200, NULL);
    EXPECT_STR(got("correction.month"), "2019-03");
    EXPECT_STR(got("was_title"), "Confirmed");
    EXPECT_INT(got_count("items"), 1);
    EXPECT_STR(got("items.0.kind"), "RECOVERY");
    EXPECT_STR(got("items.0.was_verdict"), "ENTITLED");
    EXPECT_INT(got_int("items.0.claim_fen"), 300000);
    EXPECT_INT(got_int("left_fen"), 300000);
    adjustment = got_int("items.0.id");
    call(as(FUZHOU, "APPROVER"), "adjustments.repay", adjustment, "{'reason':'已退回专户'}");
    expect(200, NULL);
    call(as(FUZHOU, "REVIEWER"), "books.correction", correction, NULL);
    EXPECT_INT(got_int("items.0.repaid_fen"), 300000);
    EXPECT_INT(got_int("items.0.left_fen"), 0);
    EXPECT_INT(got_int("left_fen"), 0);
    EXPECT_STR(got("items.0.reason"), "已退回专户");
    EXPECT(got("items.0.settled_by_name") != NULL);
    call(as(YANTAI, "REVIEWER"), "books.correction", correction, NULL);
    expect(404, NULL);
    call(as(YANTAI, "REVIEWER"), "months.correction", correction, NULL);
    expect(404, NULL);
}

OPS_TEST(
    "what a recovery was set against and how a supplement was paid stand in the story by batch and line")
{
    int64_t person = money_person(1, true), placement, batch, correction;

    set_clock("2019-05-20");
    placement = money_at_work(person, "2019-02-11", "2019-05");
    money_approved(person, "2019-05-20", "2019-05-31");
    money_confirm(placement, "2019-06", "2019-08");
    set_clock("2019-08-20");
    money_approved(person, "2019-08-20", "2019-08-30");
    call(as(FUZHOU, "REVIEWER"), "months.correct", NONE,
         "{'placement_id':'%lld','month':'2019-04','status':'NOT_WORKING','reason':'考勤'}",
         (long long)placement);
    correction = got_int("id");
    batch = money_batch();
    call(as(FUZHOU, "REVIEWER"), "books.correction", correction, NULL);
    EXPECT_INT(got_int("recovery_fen"), 900000);
    EXPECT_INT(got_int("items.0.taken_fen"), 900000);
    EXPECT_INT(got_int("items.0.settled_fen"), 0);
    EXPECT_INT(got_int("items.0.left_fen"), 900000);
    EXPECT_STR(got("items.0.lines.0.state"), "TAKEN");
    EXPECT_INT(got_int("items.0.lines.0.batch_id"), batch);
    money_send(batch);
    call(as(FUZHOU, "REVIEWER"), "books.correction", correction, NULL);
    EXPECT_INT(got_int("items.0.settled_fen"), 900000);
    EXPECT_INT(got_int("left_fen"), 0);
    EXPECT_STR(got("items.0.lines.0.state"), "SETTLED");
    EXPECT_INT(at("items.0.lines", 0, "amount_fen") + at("items.0.lines", 1, "amount_fen"), 900000);
    call(as(FUZHOU_AUDIT, "AUDITOR"), "books.settlement", NONE, FUZHOU_2019);
    EXPECT_INT(got_int("difference_fen"), 0);
    EXPECT_INT(got_int("items.0.offset_fen"), 900000);
    EXPECT_INT(got_int("items.0.book_offset_fen"), 900000);
    EXPECT_INT(got_int("items.0.book_locked_fen"), 1200000);
    call(as(FUZHOU, "REVIEWER"), "months.correct", NONE,
         "{'placement_id':'%lld','month':'2019-04','status':'AT_WORK','reason':'补交考勤'}",
         (long long)placement);
    expect(200, NULL);
    call(as(FUZHOU, "REVIEWER"), "books.correction", got_int("id"), NULL);
    EXPECT_STR(got("items.0.kind"), "SUPPLEMENT");
    EXPECT_INT(got_int("supplement_fen"), 900000);
    EXPECT_STR(got("items.0.supplement_state"), "ELIGIBLE");
}
