/* Corrections: what rests on a locked month is decided again, and the difference is made up or
 * asked back; nothing is edited. */
#include "ops.h"
#include "road_money.h"

#define RETURN_HEAD "序号,金额,结果,原因\n"

/* One worker of Tongwei at Fuyao from 11 Feb to August 2019, all months confirmed; the tiers of
 * three and six months are approved. */
struct earned {
    int64_t person, placement, claims[2];
};

static struct earned earned(int n, bool has_account)
{
    struct earned e = { .person = money_person(n, has_account) };

    set_clock("2019-05-20");
    e.placement = money_at_work(e.person, "2019-02-11", "2019-05");
    e.claims[0] = money_approved(e.person, "2019-05-20", "2019-05-31");
    money_confirm(e.placement, "2019-06", "2019-08");
    set_clock("2019-08-20");
    e.claims[1] = money_approved(e.person, "2019-08-20", "2019-08-30");
    return e;
}

static void correct(struct caller *who, int64_t placement, const char *month, const char *status)
{
    call(who, "months.correct", NONE,
         "{'placement_id':'%lld','month':'%s','status':'%s','reason':'考勤记录显示'}",
         (long long)placement, month, status);
}

OPS_TEST(
    "a month that money rests on is corrected by a row of its own, and the old one stays visible")
{
    struct earned e = earned(1, true);
    struct caller *reviewer = as(FUZHOU, "REVIEWER");

    correct(as(FUZHOU, "CLERK"), e.placement, "2019-04", "NOT_WORKING");
    expect(403, "op.forbidden");
    correct(as(YANTAI, "REVIEWER"), e.placement, "2019-04", "NOT_WORKING");
    expect(400, NULL);
    correct(reviewer, e.placement, "2019-09", "NOT_WORKING");
    expect(409, "month.not_locked");
    correct(reviewer, e.placement, "2019-04", "AT_WORK");
    expect(409, "month.same");
    correct(reviewer, e.placement, "2019-04", "NOT_WORKING");
    expect(200, NULL);
    EXPECT_INT(got_int("recovery_fen"), 900000); /* May to August are four months still */
    EXPECT_INT(got_int("supplements"), 0);
    call(reviewer, "months.corrections", NONE, "person_id=%lld", (long long)e.person);
    EXPECT_INT(got_int("total"), 1);
    EXPECT_STR(got("items.0.old_status"), "CONFIRMED");
    EXPECT_STR(got("items.0.status"), "NOT_WORKING");
    call(reviewer, "adjustments.list", NONE, "person_id=%lld", (long long)e.person);
    EXPECT_INT(got_int("total"), 1);
    EXPECT_STR(got("items.0.kind"), "RECOVERY");
    EXPECT_STR(got("items.0.state"), "OPEN");
    EXPECT_INT(got_int("items.0.claim_id"), e.claims[1]);
    call(as_system(), "claims.get", e.claims[1], NULL);
    EXPECT_STR(got("state"), "APPROVED");
    EXPECT_INT(got_int("amount_fen"), 900000);
}

OPS_TEST(
    "a correction taken back makes up what was asked back, and a second look finds nothing more")
{
    struct earned e = earned(1, true);
    struct caller *reviewer = as(FUZHOU, "REVIEWER");
    int64_t further;

    correct(reviewer, e.placement, "2019-04", "NOT_WORKING");
    expect(200, NULL);
    correct(reviewer, e.placement, "2019-04", "ON_LEAVE");
    expect(200, NULL);
    EXPECT_INT(got_int("recovery_fen"), 0);
    correct(reviewer, e.placement, "2019-04", "AT_WORK");
    expect(200, NULL);
    EXPECT_INT(got_int("recovery_fen"), 0);
    call(reviewer, "adjustments.list", NONE, "kind=SUPPLEMENT&person_id=%lld", (long long)e.person);
    EXPECT_INT(got_int("total"), 1);
    EXPECT_INT(got_int("items.0.amount_fen"), 900000);
    further = got_int("items.0.supplement_id");
    call(as_system(), "claims.get", further, NULL);
    EXPECT_STR(got("state"), "ELIGIBLE");
    EXPECT_INT(got_int("adjusts"), e.claims[1]);
    money_through(further, "2019-09-10");
    call(as_system(), "claims.get", further, NULL);
    EXPECT_STR(got("state"), "APPROVED");
    EXPECT_INT(money_found(e.person, "2019-09-10"), 0);
}

OPS_TEST("what is owed back is kept back of a later payment, and a line of nothing needs no bank")
{
    struct earned e = earned(1, true);
    struct caller *payer = as(FUZHOU, "PAYER");
    int64_t batch, line;

    correct(as(FUZHOU, "REVIEWER"), e.placement, "2019-04", "NOT_WORKING");
    expect(200, NULL);
    batch = money_batch();
    EXPECT_INT(got_int("lines"), 1);
    EXPECT_INT(got_int("total_fen"), 300000);
    EXPECT_INT(got_int("offset_fen"), 900000);
    call(payer, "payments.lines", batch, NULL);
    EXPECT_INT(got_count("items"), 2);
    EXPECT_INT(got_int("items.0.amount_fen") + got_int("items.1.amount_fen"), 1200000);
    EXPECT_INT(got_int("items.0.net_fen"), 300000);
    EXPECT_INT(got_int("items.1.net_fen"), 0);
    line = got_int("items.1.id");
    money_send(batch);
    call(payer, "payment_lines.get", line, NULL);
    EXPECT_STR(got("state"), "SUCCESS");
    call(payer, "adjustments.list", NONE, "state=OFFSET");
    EXPECT_INT(got_int("total"), 1);
    EXPECT_INT(got_int("items.0.settled_fen"), 900000);
    money_answer(batch, RETURN_HEAD "1,3000,成功,\n");
    step_ok(payer, "payments.close", batch);
    call(payer, "payments.get", batch, NULL);
    EXPECT_INT(got_int("paid_fen"), 300000);
    EXPECT_STR(got("state"), "CLOSED");
}

OPS_TEST("a batch of which nothing is left to pay is paid when it is sent")
{
    struct earned e = earned(1, false);
    int64_t batch;

    correct(as(FUZHOU, "REVIEWER"), e.placement, "2019-04", "NOT_WORKING");
    expect(200, NULL);
    EXPECT_INT(got_int("recovery_fen"), 900000);
    correct(as(FUZHOU, "REVIEWER"), e.placement, "2019-05", "NOT_WORKING");
    expect(200, NULL);
    EXPECT_INT(got_int("recovery_fen"), 300000);
    batch = money_batch();
    EXPECT_INT(got_int("lines"), 0);
    EXPECT_INT(got_int("no_account"), 0);
    EXPECT_INT(got_int("offset_fen"), 1200000);
    step_ok(as(FUZHOU, "PAYER"), "payments.lock", batch);
    call(as(FUZHOU, "APPROVER#2"), "payments.approve", batch, "{}"); /* who approved the claims */
    expect(409, "claim.same_hand");
    step_ok(as(FUZHOU, "PAYER#2"), "payments.approve", batch);
    step_ok(as(FUZHOU, "APPROVER"), "payments.approve", batch);
    step_ok(as(FUZHOU, "PAYER#2"), "payments.send", batch);
    call(as(FUZHOU, "PAYER"), "payments.get", batch, NULL);
    EXPECT_STR(got("state"), "PAID");
    step_ok(as(FUZHOU, "PAYER"), "payments.close", batch);
}

OPS_TEST("a recovery is repaid or waived by another person, with a reason, and only once")
{
    struct earned e = earned(1, true);
    struct caller *both = as(FUZHOU, "REVIEWER,APPROVER");
    int64_t id;

    correct(both, e.placement, "2019-04", "NOT_WORKING");
    expect(200, NULL);
    call(both, "adjustments.list", NONE, NULL);
    id = got_int("items.0.id");
    call(both, "adjustments.waive", id, "{'reason':'困难户'}");
    expect(403, "adjustment.same_hand");
    call(as_again(both, FUZHOU, "APPROVER"), "adjustments.waive", id, "{'reason':'困难户'}");
    expect(403, "adjustment.same_hand");
    call(as(FUZHOU, "APPROVER"), "adjustments.waive", id, "{}");
    expect(400, "field.required");
    call(as(TONGWEI, "APPROVER"), "adjustments.waive", id, "{'reason':'困难户'}");
    expect(403, "claim.payer_side");
    call(as(FUZHOU, "APPROVER"), "adjustments.waive", id, "{'reason':'困难户'}");
    expect(200, NULL);
    EXPECT_STR(got("state"), "WAIVED");
    call(as(FUZHOU, "APPROVER"), "adjustments.repay", id, "{'reason':'已退'}");
    expect(409, "state.wrong");
    /* what was waived is neither asked back again nor made up for */
    correct(both, e.placement, "2019-04", "AT_WORK");
    expect(200, NULL);
    EXPECT_INT(got_int("supplements"), 0);
    correct(both, e.placement, "2019-04", "NOT_WORKING");
    expect(200, NULL);
    EXPECT_INT(got_int("recoveries"), 0);
}

OPS_TEST("what was given back is found again when it is earned again, once, and not before")
{
    struct earned e = earned(1, true);
    int64_t claim;

    correct(as(FUZHOU, "REVIEWER"), e.placement, "2019-04", "NOT_WORKING");
    EXPECT_INT(got_int("recovery_fen"), 900000);
    money_confirm(e.placement, "2019-09", "2019-10");
    set_clock("2019-11-05"); /* April is a gap that is allowed: six months on 12 September */
    EXPECT_INT(money_found(e.person, "2019-11-05"), 0);
    call(as(FUZHOU, "APPROVER"), "adjustments.list", NONE, "person_id=%lld", (long long)e.person);
    call(as(FUZHOU, "APPROVER"), "adjustments.repay", got_int("items.0.id"), "{'reason':'已退回'}");
    expect(200, NULL);
    EXPECT_INT(money_found(e.person, "2019-09-05"), 0);
    EXPECT_INT(money_found(e.person, "2019-11-05"), 1);
    EXPECT_INT(got_int("amount_fen"), 900000);
    EXPECT_INT(money_found(e.person, "2019-11-05"), 0);
    call(as_system(), "claims.list", NONE, "state=ELIGIBLE&person_id=%lld", (long long)e.person);
    EXPECT_INT(got_int("total"), 1);
    claim = got_int("items.0.id");
    EXPECT_INT(got_int("items.0.adjusts"), e.claims[1]);
    money_through(claim, "2019-11-18");
    EXPECT_INT(money_found(e.person, "2019-11-18"), 0);
}
