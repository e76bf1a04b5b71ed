/* Decisions on facts built by hand: what the examples inside policies/ do not show. */
#include "harness.h"
#include "policy/policy_eval.h"

static struct date D(const char *text) {
    struct date d = { 0 };

    EXPECT(date_parse_iso(text, &d));
    return d;
}

/* S-R1 in C: 600 yuan a month, six months at most, after three stable months. */
static struct policy
post_wage(enum policy_accrual accrual)
{
    struct policy p = {
        .id = "p",
        .version = 1,
        .from = D("2018-01-01"),
        .until = D("2018-12-31"),
        .who = { .status = 1u << STATUS_REGISTERED_POOR, .origin_count = 1 },
        .spell = { .work_count = 1, .reserved_post = true },
        .count = { .gap_days = 30 },
        .require = { .months = 3 },
        .items = { { .id = "monthly",
                     .kind = AMOUNT_PER_MONTH,
                     .fen = 60000,
                     .months = 6,
                     .accrual = accrual } },
        .item_count = 1,
    };

    p.who.origin[0] = policy_range(621100);
    p.spell.work[0] = policy_range(350100);
    return p;
}

static const struct policy_status_row poor[] = {
    { STATUS_REGISTERED_POOR, { 2014, 1, 1 }, { 2020, 12, 31 } }
};

TEST("three full months earn 1,800 from the first month and nothing after the threshold")
{
    struct policy_spell spell = { .id = 1,
                                  .employer_id = 1,
                                  .work_division = 350181000000,
                                  .start = D("2018-03-05"),
                                  .end = D("2018-06-20"),
                                  .reserved_post = true };
    struct policy_facts f = { .domicile = 621121000000,
                              .statuses = poor,
                              .status_count = 1,
                              .spells = &spell,
                              .spell_count = 1 };
    struct policy_decision d;
    struct policy p = post_wage(ACCRUAL_FIRST_MONTH);

    policy_eval(&p, &f, D("2018-12-31"), test_arena(), &d);
    EXPECT_INT(d.verdict, VERDICT_ENTITLED);
    EXPECT_INT(d.amount_fen, 180000);
    EXPECT_INT(d.instalment_count, 3);
    p = post_wage(ACCRUAL_AFTER_THRESHOLD);
    policy_eval(&p, &f, D("2018-12-31"), test_arena(), &d);
    EXPECT_INT(d.amount_fen, 0);
    spell.end = (struct date){ 0 };
    policy_eval(&p, &f, D("2018-12-31"), test_arena(), &d);
    EXPECT_INT(d.amount_fen, 360000);
    policy_eval(&p, &f, D("2018-06-05"), test_arena(), &d);
    EXPECT_INT(d.verdict, VERDICT_NOT_YET);
    EXPECT(date_compare(d.earliest, D("2018-07-05")) == 0);
}
