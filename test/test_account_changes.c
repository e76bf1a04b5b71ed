/* Changes of accounts: money goes on to the former account until somebody else has looked. */
#include "ops.h"
#include "payments/payments.h"
#include "payments/payments_int.h"
#include "road_money.h"

#include <stdio.h>

#define FUND "DESTINATION_BUDGET"
#define SWAPPED "6228480000000000999"

TEST("a changed account is paid to once it is confirmed, or 72 hours after a quiet change")
{
    enum { HOUR = 3600 };
    static const struct {
        const char *state;
        bool is_held;
        int64_t after;
        enum account_standing want;
    } cases[] = {
        { "WAITING", false, 0, ACCOUNT_COOLING },
        { "WAITING", false, 72 * HOUR - 1, ACCOUNT_COOLING },
        { "WAITING", false, 72 * HOUR, ACCOUNT_IN_EFFECT },
        { "WAITING", true, 72 * HOUR, ACCOUNT_HELD },
        { "WAITING", true, 9000 * HOUR, ACCOUNT_HELD },
        { "CONFIRMED", true, 0, ACCOUNT_IN_EFFECT },
        { "REFUSED", false, 9000 * HOUR, ACCOUNT_REFUSED },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        EXPECT_INT(account_standing(cases[i].state, cases[i].is_held, 1000, 1000 + cases[i].after),
                   cases[i].want);
}

/* A person at work with an approved claim of 3,000 yuan. */
static int64_t with_claim(void)
{
    int64_t person = money_person(1, true);

    set_clock("2019-05-20");
    money_at_work(person, "2019-02-11", "2019-05");
    money_approved(person, "2019-05-20", "2019-05-31");
    return person;
}

static void swap(int64_t person)
{
    call(as(TONGWEI, "CLERK"), "people.change", person,
         "{'account':'" SWAPPED "','account_bank':'建设银行'}");
    expect(200, NULL);
}

/* The newest change, as an approver of the county sees it. */
static int64_t change(void)
{
    call(as(TONGWEI, "APPROVER"), "account_changes.list", NONE, NULL);
    expect(200, NULL);
    return got_int("items.0.id");
}

static const char *line_mask(int64_t batch, const char *column)
{
    call(as(FUZHOU, "PAYER"), "payments.lines", batch, NULL);
    expect(200, NULL);
    return got(arena_printf(test_arena(), "items.0.%s", column));
}

OPS_TEST(
    "an account swapped while money is on its way is held, shown with the batch, and not paid to")
{
    int64_t person = with_claim(), batch;

    swap(person);
    set_clock("2019-06-30"); /* time alone does not help it */
    batch = money_batch();
    EXPECT_INT(got_int("no_account"), 0);
    EXPECT_STR(line_mask(batch, "account_mask"), "****0001");
    EXPECT_STR(line_mask(batch, "account_bank"), "农业银行通渭支行");
    call(as(FUZHOU, "PAYER#2"), "payments.account_changes", batch, NULL);
    expect(200, NULL);
    EXPECT_INT(got_int("total"), 1);
    EXPECT_STR(got("items.0.standing"), "HELD");
    EXPECT_STR(got("items.0.mask"), "****0999");
    EXPECT_INT(got_int("items.0.line_no"), 1);
    money_send(batch);
    call(as(FUZHOU, "PAYER#2"), "payments.bank_file", batch, NULL);
    expect(200, NULL);
    call(as(FUZHOU_AUDIT, "AUDITOR"), "payments.history", batch, NULL);
    EXPECT_STR(got("items.0.action"), "bank_file");
    EXPECT_INT(got_int("items.0.after.account_changes"), 1);
    EXPECT_INT(money_answer(batch, "序号,账号,金额,结果,原因\n1,6228480000000000001,3000,成功,\n"),
               OK);
    call(as(YANTAI, "PAYER"), "payments.account_changes", batch, NULL);
    expect(404, "record.not_found");
}

OPS_TEST(
    "a change is confirmed by somebody else than who made it, and stands in the person's history")
{
    int64_t person = with_claim(), id, batch;
    struct caller *both = as(TONGWEI, "CLERK,APPROVER");

    call(both, "people.change", person, "{'account':'" SWAPPED "'}");
    expect(200, NULL);
    id = change();
    EXPECT_STR(got("items.0.is_held"), "true");
    EXPECT(got("items.0.effective_at") == NULL);
    call(both, "account_changes.confirm", id, "{}");
    expect(403, "account_change.own");
    call(as_again(both, TONGWEI, "APPROVER"), "account_changes.confirm", id, "{}");
    expect(403, "account_change.own"); /* another account, the same person */
    call(as_system(), "account_changes.confirm", id, "{}");
    expect(403, "account_change.own");
    call(as(TONGWEI, "CLERK"), "account_changes.confirm", id, "{}");
    expect(403, NULL);
    call(as(WUSHAN, "APPROVER"), "account_changes.confirm", id, "{}");
    expect(404, "record.not_found");
    step_ok(as(TONGWEI, "APPROVER"), "account_changes.confirm", id);
    EXPECT_STR(got("state"), "CONFIRMED");
    call(as(TONGWEI, "APPROVER"), "account_changes.refuse", id, "{'reason':'x'}");
    expect(409, "state.wrong");
    batch = money_batch();
    EXPECT_STR(line_mask(batch, "account_mask"), "****0999");
    call(as(TONGWEI, "CLERK"), "people.history", person, NULL);
    EXPECT_STR(got("items.0.action"), "account_confirm");
    EXPECT_STR(got("items.0.after.account"), "****0999");
}

OPS_TEST("a refused change leaves the payee with the former account, on the record and in payment")
{
    int64_t person = with_claim(), batch;

    swap(person);
    call(as(TONGWEI, "APPROVER"), "account_changes.refuse", change(), "{}");
    expect(400, "field.required");
    call(as(TONGWEI, "APPROVER"), "account_changes.refuse", change(), "{'reason':'本人未申请'}");
    expect(200, NULL);
    call(as(TONGWEI, "CLERK"), "people.get", person, NULL);
    EXPECT_STR(got("account"), "****0001");
    EXPECT_STR(got("account_bank"), "农业银行通渭支行");
    batch = money_batch();
    EXPECT_STR(line_mask(batch, "account_mask"), "****0001");
    call(as(TONGWEI, "CLERK"), "people.history", person, NULL);
    EXPECT_STR(got("items.0.action"), "account_refuse");
    EXPECT_STR(got("items.0.reason"), "本人未申请");
}

OPS_TEST("a change made in quiet times takes effect after three days, without anybody's hand")
{
    int64_t person = money_person(1, true), batch;

    set_clock("2019-05-16");
    swap(person);
    change();
    EXPECT_STR(got("items.0.is_held"), "false");
    EXPECT_INT(got_int("items.0.effective_at"), clock_now() + 72 * 3600);
    set_clock("2019-05-20");
    money_at_work(person, "2019-02-11", "2019-05");
    money_approved(person, "2019-05-20", "2019-05-31");
    batch = money_batch();
    EXPECT_STR(line_mask(batch, "account_mask"), "****0999");
}

OPS_TEST("what is locked is the account that holds then, and a change after it alters nothing")
{
    int64_t person = with_claim(), batch;

    swap(person);
    batch = money_batch();
    step_ok(as(TONGWEI, "APPROVER"), "account_changes.confirm", change());
    step_ok(as(FUZHOU, "PAYER"), "payments.lock", batch);
    EXPECT_STR(line_mask(batch, "account_mask"), "****0999");
    call(as(TONGWEI, "CLERK"), "people.change", person, "{'account':'6228480000000000888'}");
    expect(200, NULL);
    step_ok(as(TONGWEI, "APPROVER"), "account_changes.confirm", change());
    step_ok(as(FUZHOU, "PAYER#2"), "payments.approve", batch);
    step_ok(as(FUZHOU, "APPROVER"), "payments.approve", batch);
    EXPECT_STR(line_mask(batch, "account_mask"), "****0999");
}

OPS_TEST("a first account given while money is on its way waits, too")
{
    int64_t person = money_person(1, false), batch;

    set_clock("2019-05-20");
    money_at_work(person, "2019-02-11", "2019-05");
    money_approved(person, "2019-05-20", "2019-05-31");
    swap(person);
    call(as(FUZHOU, "PAYER"), "payments.make", NONE, "{'payer':350100000000,'fund':'" FUND "'}");
    batch = got_int("id");
    EXPECT_INT(got_int("no_account"), 1);
    call(as(FUZHOU, "PAYER"), "payments.account_changes", batch, NULL);
    EXPECT_STR(got("items.0.standing"), "HELD");
    EXPECT(got("items.0.former_mask") == NULL);
}

OPS_TEST("who corrected a failed line's account cannot approve the batch that pays to it")
{
    int64_t batch, again;

    with_claim();
    batch = money_batch();
    money_send(batch);
    EXPECT_INT(money_answer(batch, "序号,金额,结果,原因\n1,3000,失败,销户\n"), OK);
    call(as(FUZHOU, "PAYER"), "payments.lines", batch, NULL);
    call(as(FUZHOU, "PAYER#2"), "payment_lines.correct", got_int("items.0.id"),
         "{'account':'" SWAPPED "'}");
    expect(200, NULL);
    step_ok(as(FUZHOU, "PAYER"), "payments.reissue", batch);
    again = got_int("id");
    call(as(FUZHOU, "APPROVER"), "payments.account_changes", again, NULL);
    EXPECT_STR(got("corrected.0.account_mask"), "****0999");
    EXPECT_STR(got("corrected.0.former_mask"), "****0001");
    EXPECT(got("corrected.0.made_by_name") != NULL);
    step_ok(as(FUZHOU, "PAYER"), "payments.lock", again);
    call(as(FUZHOU, "PAYER#2"), "payments.approve", again, "{}");
    expect(403, "payment.own_correction");
    call(as_again(as(FUZHOU, "PAYER#2"), FUZHOU, "APPROVER"), "payments.approve", again, "{}");
    expect(403, "payment.own_correction");
    step_ok(as(FUZHOU, "APPROVER"), "payments.approve", again);
    step_ok(as(FUZHOU, "APPROVER#3"), "payments.approve", again);
}
