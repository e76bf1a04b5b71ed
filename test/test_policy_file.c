/* Policy files: every example of every shipped file, and what bad files are told. */
#include "harness.h"
#include "platform/asset.h"
#include "policy/policy_file.h"

TEST("every example in every shipped policy comes out as its file says")
{
    int files = 0, examples = 0;

    for (const struct asset *a = policies_assets; a->path; a++, files++) {
        struct policy_problems pb;
        int n = 0;
        enum err err = policy_run_examples(test_arena(), a->path, (const char *)a->start,
                                           (size_t)(a->end - a->start), &n, &pb);

        for (int i = 0; i < pb.n; i++)
            test_fail(__FILE__, __LINE__, "%s", policy_problem_text(test_arena(), &pb, i, LANG_EN));
        EXPECT_INT(err, OK);
        examples += n;
    }
    EXPECT(files >= 35);
    EXPECT(examples >= 220);
}

/* A small policy that is right; each case below spoils one line of it. */
static const char *const good[] = {
    /* 1 */ "id: test-policy",
    /* 2 */ "version: 1",
    /* 3 */ "title: {zh: 测试, en: Test}",
    /* 4 */ "doc: {name: 通知, source: 网站}",
    /* 5 */ "issuer: {zh: 某局, en: A bureau}",
    /* 6 */ "payer: {side: ORIGIN, fund: CONVERGENCE}",
    /* 7 */ "effective: {from: 2019-01-01, until: 2019-12-31}",
    /* 8 */ "benefit: LABOUR_ALLOWANCE",
    /* 9 */ "beneficiary: PERSON",
    /* 10 */ "who: {status: [REGISTERED_POOR], origin: [621100], age_min: 16, age_max: 60}",
    /* 11 */ "spell: {at: [350100]}",
    /* 12 */
    "count: {by: SPELLS, month: ANNIVERSARY, mode: CONTINUOUS, gap_days: 30, start: [2019-01-01]}",
    /* 13 */ "require: {months: 3}",
    /* 14 */ "amount: [{id: sum, title: {zh: 补, en: Sum}, fixed: 500}]",
    /* 15 */ "caps: {person_life: 500}",
    /* 16 */ "once: LIFE",
    /* 17 */ "evidence: [{any: [CONTRACT, WORK_CERT], k: 1}]",
    /* 18 */ "review: [VILLAGE, TOWNSHIP]",
    /* 19 */ "notice_working_days: 5",
    /* 20 */ "window: {from: 04-01, until: 12-31}",
    /* 21 */ "open: [{point: count.gap_days, zh: 未定, en: Open}]",
    /* 22 */ "examples:",
    /* 23 */
    "  given: {person: {born: 1990-01-01, domicile: 621121, status: [{is: REGISTERED_POOR, from: 2014-01-01}]}}",
    /* 24 */
    "  cases: [{name: x, as_of: 2019-06-01, spells: [{from: 2019-02-01, at: 350104}], expect: {verdict: ENTITLED, yuan: 500}}]",
};

/* The policy with one line replaced (line 0: none). */
static const char *with_line(int line, const char *text)
{
    struct str s = str_new(test_arena());

    for (int i = 0; i < (int)ARRAY_LEN(good); i++)
        str_addf(&s, "%s\n", i + 1 == line ? text : good[i]);
    return s.s;
}

TEST("days of notice that stand in the steps do not stand beside them as well")
{
    const char *file = with_line(18, "review: [{step: COUNTY_NOTICE, notice_days: 5}]");
    struct policy_problems pb;
    const struct policy *p;

    EXPECT_INT(policy_read(test_arena(), "bad.yaml", file, strlen(file), &p, &pb), E_INVALID);
    EXPECT_INT(pb.n, 1);
    EXPECT(strstr(policy_problem_text(test_arena(), &pb, 0, LANG_EN), "bad.yaml:19") != NULL);
    EXPECT(strstr(policy_problem_text(test_arena(), &pb, 0, LANG_EN), "delete notice") != NULL);
}

TEST("a file that is wrong is told where, what and how to cure it")
{
    static const struct {
        int line;
        const char *text, *message, *cure;
    } bad[] = {
        { 1, "id: Test Policy", "an identifier belongs here", "small letters" },
        { 1, "", "“id” is missing", "add this key" },
        { 2, "version: one", "a whole number from 1 to 9999", "change the number" },
        { 2, "version: 0", "a whole number from 1 to 9999", "change the number" },
        { 3, "title: {zh: 测试}", "“en” is missing", "add this key" },
        { 3, "title: 测试", "“key: value” lines belong here", "docs/policies.md" },
        { 4, "doc: {name: 通知}", "neither a document number nor a source", "source" },
        { 6, "payer: {side: WEST, fund: CONVERGENCE}", "unknown code “WEST”",
          "ORIGIN, DESTINATION" },
        { 7, "effective: {from: 2019-02-30}", "“2019-02-30” is no date", "2019-01-31" },
        { 7, "effective: {from: 2019-01-01, until: 2018-12-31}", "before the first", "two dates" },
        { 8, "benefits: LABOUR_ALLOWANCE", "unknown key “benefits”", "benefit" },
        { 10, "who: {age_min: 12}", "from 16 to 120", "change the number" },
        { 10, "who: {age_min: 40, age_max: 30}", "below the least age", "check the ages" },
        { 10, "who: {origin: [Dingxi]}", "a division code belongs here", "621100" },
        { 10, "who: {status: []}", "the list is empty", "delete the key" },
        { 11, "spell: {at: [350100], at: [350200]}", "“at” is there twice", "delete one" },
        { 11, "spell: {reserved_post: yes}", "true or false belongs here", "write true" },
        { 12, "count: {by: MONTHS, month: ANNIVERSARY, mode: CONTINUOUS, gap_days: 30}",
          "CALENDAR and “by: MONTHS” go together", "by dates" },
        { 12, "count: {by: SPELLS, month: ANNIVERSARY, mode: CUMULATIVE, gap_days: 30}",
          "cumulative counting knows no gaps", "delete gap_days" },
        { 12, "count: {by: SPELLS, month: ANNIVERSARY, mode: CONTINUOUS, gap_days: -1}",
          "from 0 to 366", "change the number" },
        { 12, "", "“count” is missing", "what is counted" },
        { 13, "require: {months: three}", "from 1 to 600", "change the number" },
        { 14, "amount: []", "no amount is stated", "not_stated" },
        { 14, "amount: [{id: sum, title: {zh: 补, en: Sum}}]", "exactly one way", "one of fixed" },
        { 14, "amount: [{id: sum, title: {zh: 补, en: Sum}, fixed: 500, per_year: 3}]",
          "exactly one way", "one of fixed" },
        { 14, "amount: [{id: sum, title: {zh: 补, en: Sum}, fixed: 500元}]", "an amount in yuan",
          "without unit" },
        { 14, "amount: [{id: sum, title: {zh: 补, en: Sum}, fixed: 0.001}]", "an amount in yuan",
          "386.50" },
        { 14, "amount: [{id: sum, title: {zh: 补, en: Sum}, fixed: 0}]", "the amount is 0",
          "not_stated" },
        { 14,
          "amount: [{id: s, title: {zh: 补, en: S}, fixed: 1}, {id: s, title: {zh: 补, en: S}, fixed: 2}]",
          "used twice", "different ids" },
        { 14,
          "amount: [{id: sum, title: {zh: 补, en: Sum}, step: {origin: 621100, stable_months: 3, over: 50, base: 1, step: 0, per: 1}}]",
          "from 1 to 1000000", "change the number" },
        { 14,
          "amount: [{id: sum, title: {zh: 补, en: Sum}, step: {origin: 621100, stable_months: 3, over: 50, base: 1, step: 50, per: 1}}]",
          "steps of headcount are for employers", "EMPLOYER" },
        { 14, "amount: [{id: sum, title: {zh: 补, en: Sum}, percent: {of_wages: 110}}]",
          "from 1 to 100", "change the number" },
        { 15, "caps: {person_year: 500}", "a yearly cap", "once: YEAR" },
        { 16, "once: ALWAYS", "unknown code “ALWAYS”", "LIFE, YEAR, EMPLOYER" },
        { 17, "evidence: [{any: [CONTRACT], k: 2}]", "2 documents asked for, 1 listed", "lower k" },
        { 17, "evidence: [{all: [CONTRACT], any: [WORK_CERT]}]", "either “all” or “any”", "k: 1" },
        { 18, "review: [MAYOR]", "unknown code “MAYOR”", "VILLAGE" },
        { 20, "window: {from: 4-1, until: 12-31}", "a month and day belong here", "03-31" },
        { 20, "window: {from: 12-01, until: 02-28}", "closes before it opens", "late_until" },
        { 20, "automatic: true", "asks for no documents", "delete evidence" },
        { 21, "open: [{point: count.gap, zh: 未定, en: Open}]", "which is not there",
          "write that key" },
        { 21, "supersedes: {policy: test-policy, transition: NEW_ONLY}", "supersede itself",
          "older" },
        { 13, "require: &r {months: 3}", "anchors, aliases and tags", "write the content out" },
        { 13, "require: {months: 3", "not valid YAML", "indentation" },
        { 13, "\trequire: {months: 3}", "not valid YAML", "indentation" },
        { 22, "example:", "unknown key “example”", "examples" },
        { 1, "id: &x test-policy", "anchors, aliases and tags", "write the content out" },
        { 1, "id: [a, b]", "an identifier belongs here", "small letters" },
        { 1, "- id", "not valid YAML", "indentation" },
        { 2, "version: 10000", "from 1 to 9999", "change the number" },
        { 2, "version: 1\nversion: 2", "“version” is there twice", "delete one" },
        { 3, "title: {zh: '', en: Test}", "a text belongs here", "after the colon" },
        { 4, "doc: {name: 通知, source: x, number: 3}", "unknown key “number”",
          "no, name, source" },
        { 5, "issuer: !local {zh: 某局, en: A}", "anchors, aliases and tags",
          "write the content out" },
        { 6, "payer: {side: ORIGIN, fund: PETTY_CASH}", "unknown code “PETTY_CASH”",
          "CONVERGENCE" },
        { 6, "payer: {side: ORIGIN, fund: CONVERGENCE, division: 62112}",
          "a division code belongs here", "6, 9 or 12" },
        { 6, "payer: {side: ORIGIN, fund: CONVERGENCE, division: 160000}",
          "a division code belongs here", "621100" },
        { 7, "effective: {until: 2019-12-31}", "“from” is missing", "add this key" },
        { 7, "effective: {from: 2019-13-01}", "is no date", "2019-01-31" },
        { 8, "benefit: PIZZA", "unknown code “PIZZA”", "LABOUR_ALLOWANCE" },
        { 9, "beneficiary: DOG", "unknown code “DOG”", "HOUSEHOLD" },
        { 10, "who: {status: [REGISTERED_POOR, REGISTERED_POOR]}", "is listed twice",
          "delete one" },
        { 10, "who: {age_max: 121}", "from 16 to 120", "change the number" },
        { 10, "who: {origin: [6211001]}", "a division code belongs here", "6, 9 or 12" },
        { 10, "who: {first_time: {}}", "“same_stay_days” is missing", "add this key" },
        { 10, "who: {transfer: BUS}", "unknown code “BUS”", "ORGANISED" },
        { 10, "who: [REGISTERED_POOR]", "“key: value” lines", "docs/policies.md" },
        { 11, "spell: {relation: [ABROAD]}", "unknown code “ABROAD”", "OTHER_PROVINCE" },
        { 11, "spell: {employer_outside: Yunnan}", "a division code belongs here", "621100" },
        { 12, "count: {by: SPELLS, month: CALENDAR, mode: CONTINUOUS, gap_days: 30}",
          "CALENDAR and", "by dates" },
        { 12, "count: {by: SPELLS, month: ANNIVERSARY, mode: CONTINUOUS}", "which gap it allows",
          "0 allows none" },
        { 12, "count: {by: SPELLS, month: ANNIVERSARY, mode: CUMULATIVE, idle_counted: true}",
          "never counts idle days", "delete idle_counted" },
        { 12,
          "count: {by: SPELLS, month: ANNIVERSARY, mode: CUMULATIVE, start: [2019-01-01, 2019-02-01]}",
          "only one date", "later one" },
        { 12, "count: {by: SPELLS, month: ANNIVERSARY, mode: CUMULATIVE, cut: [NEVER]}",
          "unknown code “NEVER”", "YEAR_END" },
        { 12, "count: {month: ANNIVERSARY, mode: CUMULATIVE}", "“by” is missing", "add this key" },
        { 13, "require: {months: 0}", "from 1 to 600", "change the number" },
        { 13, "require: {wages: 3}", "unknown key “wages”", "wage_sum" },
        { 13, "require: {months: 3, status: [DISABLED], not_status: [DISABLED]}",
          "excludes every status", "not_status" },
        { 14, "amount: [{id: s, title: {zh: 补, en: S}, fixed: -500}]", "an amount in yuan",
          "without unit" },
        { 14, "amount: [{id: s, title: {zh: 补, en: S}, fixed: 5,000}]", "unknown key “000”",
          "fixed" },
        { 14, "amount: [{id: s, title: {zh: 补, en: S}, percent: {of_wages: 0}}]", "from 1 to 100",
          "change the number" },
        { 14,
          "amount: [{id: s, title: {zh: 补, en: S}, per_month: {yuan: 5, months: 0, accrual_from: FIRST_MONTH}}]",
          "from 1 to 600", "change the number" },
        { 14, "amount: [{id: s, title: {zh: 补, en: S}, per_month: {yuan: 5, months: 3}}]",
          "“accrual_from” is missing", "add this key" },
        { 14, "amount: [{id: s, title: {zh: 补, en: S}, per_year: 30000}]", "for stations",
          "once: YEAR" },
        { 14, "amount: [{id: s, title: {zh: 补, en: S}, per_day: {yuan: 0}}]", "the amount is 0",
          "not_stated" },
        { 14, "amount: [{id: s, title: {zh: 补, en: S}, per_day: {yuan: 50, days: 0}}]",
          "from 1 to 1000", "change the number" },
        { 14, "amount: [{id: s, title: {zh: 补, en: S}, not_stated: false}]", "can only be true",
          "fixed" },
        { 14, "amount: [{id: s, title: {zh: 补, en: S}, lookup: [{yuan: 5}]}]",
          "either “at” or “relation”", "OTHER_PROVINCE" },
        { 14,
          "amount: [{id: s, title: {zh: 补, en: S}, lookup: [{relation: OTHER_PROVINCE, yuan: 5}, {relation: OTHER_PROVINCE, yuan: 6}]}]",
          "never reached", "narrower" },
        { 14,
          "amount: [{id: s, title: {zh: 补, en: S}, lookup: [{at: [350000], yuan: 5}, {at: [350100], yuan: 6}]}]",
          "never reached", "narrower" },
        { 14,
          "amount: [{id: s, title: {zh: 补, en: S}, lookup: [{at: [350100], yuan: 5}, {at: [350100], yuan: 6}]}]",
          "never reached", "narrower" },
        { 14,
          "amount: [{id: s, title: {zh: 补, en: S}, reimburse: {tickets: [COACH], until: 12-31}}]",
          "settled by the year", "once: YEAR" },
        { 14,
          "amount: [{id: s, title: {zh: 补, en: S}, reimburse: {tickets: [COACH], until: lunar 12-31}}]",
          "at most 30 days", "12-29" },
        { 14,
          "amount: [{id: s, title: {zh: 补, en: S}, reimburse: {tickets: [BROOM], until: 12-31}}]",
          "unknown code “BROOM”", "COACH" },
        { 14,
          "amount: [{id: s, title: {zh: 补, en: S}, require: {income_below: 5, income_from: 9}, fixed: 5}]",
          "no income", "smaller" },
        { 14,
          "combine: FIRST\namount: [{id: a, title: {zh: 补, en: S}, require: {months: 3}, fixed: 5}, {id: b, title: {zh: 补, en: S}, require: {months: 6}, fixed: 9}]",
          "never reached", "stricter" },
        { 15, "caps: {person_life: -1}", "an amount in yuan", "without unit" },
        { 15, "caps: {person_life: 0}", "a cap of 0", "delete the key" },
        { 15, "caps: {person_week: 5}", "unknown key “person_week”", "person_year" },
        { 15, "exclusive: [{group: g, span: EVER}, {group: g, span: SAME_YEAR}]", "is there twice",
          "delete one" },
        { 15, "exclusive: [{group: g, span: FOREVER}]", "unknown code “FOREVER”", "SAME_YEAR" },
        { 15, "offset: [test-policy]", "deducted from itself", "delete it" },
        { 15, "offset: [a, a]", "is listed twice", "delete one" },
        { 15, "supersedes: {policy: other, transition: NONE}", "transition from the older",
          "TOP_UP" },
        { 17, "evidence: [{any: [CONTRACT], k: 0}]", "from 1 to 20", "change the number" },
        { 17, "evidence: [{k: 1}]", "either “all” or “any”", "k: 1" },
        { 17, "evidence: [{any: [SELFIE]}]", "unknown code “SELFIE”", "ID_CARD" },
        { 18, "review: []", "no step of review", "COUNTY_HRSS" },
        { 18, "review: [{step: VILLAGE}, TOWNSHIP]", "in two ways", "{step: …}" },
        { 18, "review: [COUNTY_NOTICE]", "belongs to steps that are walked",
          "{step: COUNTY_NOTICE}" },
        { 18, "review: [{step: COUNTY_NOTICE}]", "how many days it lasts", "notice_days" },
        { 18, "review: [{step: TOWNSHIP, notice_days: 5}]", "no other step does", "within_days" },
        { 18, "review: [{step: TOWNSHIP, within_days: 0}]", "from 1 to 60", "change the number" },
        { 18, "review: [{step: TOWNSHIP, by: MAYOR}]", "unknown key “by”", "within_days" },
        { 18, "review: [{within_days: 5}]", "“step” is missing", "add this key" },
        { 18, "review: [{step: EMPLOYER}, {step: TOWNSHIP}]", "it is no step", "delete it" },
        { 18, "review: [{step: TOWNSHIP}, {step: TOWNSHIP}]", "there twice", "each step once" },
        { 18, "review: [{step: APPROVAL}, {step: FINANCE}]", "after the approval", "comes last" },
        { 19, "", "“notice_working_days” is missing", "add this key" },
        { 19, "notice_working_days: 61", "from 0 to 60", "change the number" },
        { 20, "window: {from: 02-30, until: 12-31}", "a month and day", "02-29" },
        { 20, "window: {from: 04-01}", "“until” is missing", "add this key" },
        { 21, "open: [{point: count.gap_days, zh: 未定}]", "“en” is missing", "add this key" },
        { 21, "supersedes: {policy: test-policy, transition: TOP_UP}", "supersede itself",
          "older" },
        { 21, "---", "a file holds one policy", "file of its own" },
        { 22, "examples: *x\nother:", "anchors, aliases and tags", "write the content out" },
        { 24, "  cases: [{name: x, as_of: 2019-06-01}]", "“expect” is missing", "add this key" },
        { 24, "  cases: []", "there are no examples", "expected outcome" },
        { 24, "  cases: [{name: x, as_of: 2019-06-31, expect: {verdict: NOT_YET}}]", "is no date",
          "a day that exists" },
        { 24, "  cases: [{name: x, as_of: 2019-06-01, expect: {}}]", "“verdict” is missing",
          "add this key" },
        { 24, "  cases: [{name: x, as_of: 2019-06-01, expect: {verdict: MAYBE}}]",
          "unknown code “MAYBE”", "ENTITLED" },
        { 24,
          "  cases: [{name: x, as_of: 2019-06-01, with: {counts.gap_days: 3}, expect: {verdict: NOT_YET}}]",
          "there is no “counts.gap_days”", "count.gap_days" },
        { 24,
          "  cases: [{name: x, as_of: 2019-06-01, spells: [{from: 2019-05-01, until: 2019-04-01}], expect: {verdict: NOT_YET}}]",
          "“until” is before", "two dates" },
        { 24,
          "  cases: [{name: x, as_of: 2019-06-01, spells: [{from: 2019-05-01}, {from: 2019-04-01}], expect: {verdict: NOT_YET}}]",
          "in order of their first day", "reorder" },
        { 24,
          "  cases: [{name: x, as_of: 2019-06-01, months: [{from: 2019-05, spell: 3}], expect: {verdict: NOT_YET}}]",
          "there is no spell 3", "from 1" },
        { 24,
          "  cases: [{name: x, as_of: 2019-06-01, expect: {verdict: NOT_ELIGIBLE}}, {name: x, as_of: 2019-07-01, expect: {verdict: NOT_ELIGIBLE}}]",
          "two examples", "another name" },
    };

    EXPECT(ARRAY_LEN(bad) >= 100);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const char *text = with_line(bad[i].line, bad[i].text), *said;
        struct policy_problems pb;
        bool found = false;
        int n;

        EXPECT_INT(policy_run_examples(test_arena(), "bad.yaml", text, strlen(text), &n, &pb),
                   E_INVALID);
        for (int j = 0; j < pb.n; j++) {
            said = policy_problem_text(test_arena(), &pb, j, LANG_EN);
            /* What is missing or contradicts is blamed on the map around it, or the key nearby. */
            bool near = bad[i].text[0] == 0 || pb.at[j].line == bad[i].line ||
                        strchr(bad[i].text, '\n') || strstr(bad[i].message, "YAML") ||
                        strstr(bad[i].cure, "delete evidence");

            found |= near && strstr(said, bad[i].message) && strstr(said, bad[i].cure);
            EXPECT(pb.at[j].message.zh && pb.at[j].cure.zh && pb.at[j].cure.en);
            EXPECT(pb.at[j].column > 0);
        }
        if (!found)
            test_fail(__FILE__, __LINE__, "line %d “%s” is told: %s", bad[i].line, bad[i].text,
                      pb.n ? policy_problem_text(test_arena(), &pb, 0, LANG_EN) : "nothing");
    }
}

TEST("a good file is taken, and all that is wrong is told at once")
{
    const char *text = with_line(0, NULL);
    struct policy_problems pb;
    const struct policy *p = NULL;
    int n = 0;

    EXPECT_INT(policy_read(test_arena(), "good.yaml", text, strlen(text), &p, &pb), OK);
    EXPECT(p && str_eq(p->id, "test-policy") && p->items[0].fen == 50000 && pb.total == 0);
    EXPECT_INT(policy_run_examples(test_arena(), "good.yaml", text, strlen(text), &n, &pb), OK);
    EXPECT_INT(n, 1);
    text = with_line(10, "who: {status: [POOR], origin: [1], age_min: 3, colour: red}");
    EXPECT_INT(policy_read(test_arena(), "bad.yaml", text, strlen(text), &p, &pb), E_INVALID);
    EXPECT_INT(pb.total, 4);
    EXPECT_STR(policy_problem_text(test_arena(), &pb, 3, LANG_ZH),
               "bad.yaml:10:48: 不认识的键“colour”——此处可用：status, status_at, origin, age_min, "
               "age_max, first_time, transfer");
}

TEST("an example that does not come out is a problem at its line")
{
    const char *text = with_line(24, "  cases: [{name: x, as_of: 2019-06-01, spells: [{from: "
                                     "2019-02-01, at: 350104}], expect: {verdict: ENTITLED, yuan: "
                                     "600}}, {name: y, as_of: 2019-06-01, expects: {}}]");
    struct policy_problems pb;
    int n = 0;

    EXPECT_INT(policy_run_examples(test_arena(), "x.yaml", text, strlen(text), &n, &pb), E_INVALID);
    EXPECT_INT(n, 2);
    EXPECT_INT(pb.total, 3); /* the sum; an unknown key; no expect */
    EXPECT_INT(pb.at[0].line, 24);
    EXPECT(strstr(policy_problem_text(test_arena(), &pb, 0, LANG_EN),
                  "yuan is 500.00, expected 600.00"));
    text = with_line(24, "  cases: []");
    EXPECT_INT(policy_run_examples(test_arena(), "x.yaml", text, strlen(text), &n, &pb), E_INVALID);
    EXPECT(strstr(policy_problem_text(test_arena(), &pb, 0, LANG_EN), "there are no examples"));
}

/* Ways of counting and paying that no shipped policy takes yet; each case changes the good policy.
 */
static const char modes[] =
    "  cases:\n"
    "    - {name: a gap of just the allowed days, as_of: 2019-05-29, with: {count.gap_days: 18}, spells: "
    "[{from: 2019-02-11, until: 2019-03-20, at: 350104}, {from: 2019-04-08, at: 350104}], expect: "
    "{verdict: ENTITLED, yuan: 500, due: 2019-05-29}}\n"
    "    - {name: a gap of a day more, as_of: 2019-05-29, with: {count.gap_days: 17}, spells: [{from: "
    "2019-02-11, until: 2019-03-20, at: 350104}, {from: 2019-04-08, at: 350104}], expect: {verdict: "
    "NOT_YET, earliest: 2019-07-08}}\n"
    "    - {name: ninety days, as_of: 2019-05-02, with: {count.month: DAYS_30}, spells: [{from: "
    "2019-02-01, at: 350104}], expect: {verdict: ENTITLED, due: 2019-05-02}}\n"
    "    - {name: eighty-nine days, as_of: 2019-05-01, with: {count.month: DAYS_30}, spells: [{from: "
    "2019-02-01, at: 350104}], expect: {verdict: NOT_YET, earliest: 2019-05-02}}\n"
    "    - {name: split by years, as_of: 2019-04-01, with: {count.cross_year: SPLIT, count.start: "
    "SPELL_START, effective.from: 2018-01-01}, spells: [{from: 2018-11-15, at: 350104}], expect: "
    "{verdict: ENTITLED, due: 2019-04-01, counted_from: 2019-01-01}}\n"
    "    - {name: 'split, the year before', as_of: 2019-04-01, year: 2018, with: {count.cross_year: "
    "SPLIT, count.start: SPELL_START, effective.from: 2018-01-01}, spells: [{from: 2018-11-15, at: "
    "350104}], expect: {verdict: NOT_ELIGIBLE}}\n"
    "    - {name: year of completion, as_of: 2019-03-01, with: {count.cross_year: COMPLETION, "
    "count.start: SPELL_START, effective.from: 2018-01-01}, spells: [{from: 2018-11-15, at: 350104}], "
    "expect: {verdict: ENTITLED, due: 2019-02-15}}\n"
    "    - {name: not the year before it, as_of: 2019-03-01, year: 2018, with: {count.cross_year: "
    "COMPLETION, count.start: SPELL_START, effective.from: 2018-01-01}, spells: [{from: 2018-11-15, "
    "until: 2019-02-20, at: 350104}], expect: {verdict: NOT_ELIGIBLE}}\n"
    "    - {name: full on 31 December is of the old year, as_of: 2019-01-01, year: 2018, with: "
    "{count.cross_year: COMPLETION, count.start: SPELL_START, effective.from: 2018-01-01}, spells: "
    "[{from: 2018-10-01, at: 350104}], expect: {verdict: ENTITLED, due: 2019-01-01}}\n"
    "    - {name: by place, as_of: 2019-06-01, with: {caps.person_life: 5000, amount: [{id: sum, title: "
    "{zh: a, en: a}, lookup: [{at: [350104], yuan: 800}, {relation: OTHER_PROVINCE, yuan: 600}]}]}, "
    "spells: [{from: 2019-02-01, at: 350104}], expect: {verdict: ENTITLED, yuan: 800}}\n"
    "    - {name: by relation, as_of: 2019-06-01, with: {caps.person_life: 5000, amount: [{id: sum, "
    "title: {zh: a, en: a}, lookup: [{at: [350104], yuan: 800}, {relation: OTHER_PROVINCE, yuan: "
    "600}]}]}, spells: [{from: 2019-02-01, at: 350102}], expect: {verdict: ENTITLED, yuan: 600}}\n"
    "    - {name: share of wages, as_of: 2019-06-01, with: {caps.person_life: 5000, amount: [{id: sum, "
    "title: {zh: a, en: a}, percent: {of_wages: 10}}]}, spells: [{from: 2019-02-01, at: 350104}], "
    "months: [{from: 2019-02, until: 2019-05, wage: 3000.50}], expect: {verdict: ENTITLED, yuan: "
    "1200.20}}\n"
    "    - {name: at most, as_of: 2019-06-01, with: {caps.person_life: 5000, amount: [{id: sum, title: "
    "{zh: a, en: a}, percent: {of_wages: 10, most: 700}}]}, spells: [{from: 2019-02-01, at: 350104}], "
    "months: [{from: 2019-02, until: 2019-05, wage: 3000}], expect: {verdict: ENTITLED, yuan: 700}}\n"
    "    - {name: tickets up to a limit, as_of: 2019-06-01, with: {once: YEAR, caps: {}, amount: [{id: sum, "
    "title: {zh: a, en: a}, reimburse: {tickets: [COACH], until: 12-31, most: 400}}]}, spells: [{from: "
    "2019-02-01, at: 350104}], tickets: [{on: 2019-02-01, direction: OUT, class: COACH, yuan: 450}], "
    "expect: {verdict: ENTITLED, yuan: 400}}\n"
    "    - {name: income of the year before, as_of: 2019-06-01, with: {require.income_from: 8000}, spells: "
    "[{from: 2019-02-01, at: 350104}], person: {born: 1990-01-01, domicile: 621121, income: 7999.99, "
    "status: [{is: REGISTERED_POOR, from: 2014-01-01}]}, expect: {verdict: NOT_ELIGIBLE}}\n"
    "    - {name: income not known, as_of: 2019-06-01, with: {require.income_from: 8000}, spells: [{from: "
    "2019-02-01, at: 350104}], expect: {verdict: EVIDENCE_MISSING, yuan: 500}}\n"
    "    - {name: a household shares its cap, as_of: 2019-06-01, with: {caps: {household_year: 600}}, "
    "spells: [{from: 2019-02-01, at: 350104}], paid: [{whose: HOUSEHOLD, on: 2019-05-01, yuan: 350}], "
    "expect: {verdict: ENTITLED, yuan: 250}}\n"
    "    - {name: what the household got bars nobody, as_of: 2019-06-01, with: {exclusive: [{group: g, "
    "span: EVER}]}, spells: [{from: 2019-02-01, at: 350104}], paid: [{policy: other, group: g, whose: "
    "HOUSEHOLD, on: 2019-05-01, yuan: 350}], expect: {verdict: ENTITLED, yuan: 500}}\n"
    "    - {name: what the person got bars, as_of: 2019-06-01, with: {exclusive: [{group: g, span: "
    "EVER}]}, spells: [{from: 2019-02-01, at: 350104}], paid: [{policy: other, group: g, on: "
    "2019-05-01, yuan: 350}], expect: {verdict: EXCLUDED, yuan: 0}}\n"
    "    - {name: another policy is deducted, as_of: 2019-06-01, with: {offset: [other]}, spells: "
    "[{from: 2019-02-01, at: 350104}], paid: [{policy: other, on: 2019-05-01, yuan: 350}], expect: "
    "{verdict: ENTITLED, yuan: 150}}\n"
    "    - {name: the highest of two, as_of: 2019-08-01, with: {combine: HIGHEST, caps.person_life: "
    "5000, amount: [{id: a, title: {zh: a, en: a}, fixed: 300}, {id: b, title: {zh: b, en: b}, fixed: "
    "700, require: {months: 6}}]}, spells: [{from: 2019-02-01, at: 350104}], expect: {verdict: "
    "ENTITLED, yuan: 700}}\n";

TEST("ways of counting and paying that no shipped policy takes")
{
    struct str s = str_new(test_arena());
    struct policy_problems pb;
    int n = 0;

    for (size_t i = 0; i < ARRAY_LEN(good) - 1; i++)
        str_addf(&s, "%s\n", i == 19 ? "" : good[i]); /* without the claim window */
    str_add(&s, modes);
    EXPECT_INT(policy_run_examples(test_arena(), "modes", s.s, s.len, &n, &pb), OK);
    EXPECT_INT(n, 21);
    for (int i = 0; i < pb.n; i++)
        test_fail(__FILE__, __LINE__, "%s", policy_problem_text(test_arena(), &pb, i, LANG_EN));
}

TEST("a value can be changed by its path, and the rest stays")
{
    const char *text = with_line(0, NULL);
    static const struct policy_change changes[] = { { "amount.sum.fixed", "750.5" },
                                                    { "count.idle_counted", "true" } };
    static const struct policy_change nowhere[] = { { "amount.other.fixed", "1" } };
    static const struct policy_change wrong[] = { { "amount.sum.fixed", "much" } };
    struct policy_problems pb;
    const struct policy *p = NULL;

    EXPECT_INT(policy_read_with(test_arena(), "x", text, strlen(text), changes, 2, &p, &pb), OK);
    EXPECT(p && p->items[0].fen == 75050 && p->count.idle_counted && p->count.gap_days == 30);
    EXPECT_INT(policy_read_with(test_arena(), "x", text, strlen(text), nowhere, 1, &p, &pb),
               E_INVALID);
    EXPECT_INT(policy_read_with(test_arena(), "x", text, strlen(text), wrong, 1, &p, &pb),
               E_INVALID);
}

TEST("a file cut off anywhere, or with a byte changed, is refused or read, never worse")
{
    const struct asset *a = policies_assets;
    size_t len = (size_t)(a->end - a->start);
    struct arena *mem = arena_new();

    for (size_t at = 0; at < len; at += 11) {
        char *text = arena_strndup(mem, (const char *)a->start, len);
        struct policy_problems pb;
        const struct policy *p;
        int n;

        EXPECT(policy_read(mem, "cut", text, at, &p, &pb) == E_INVALID || at > 0);
        text[at] = (char)(at % 2 ? '[' : ' ');
        EXPECT(policy_run_examples(mem, "flip", text, len, &n, &pb) == OK || pb.total > 0);
        arena_reset(mem);
    }
    arena_free(mem);
}

TEST("a file that is not there says so")
{
    struct policy_problems pb;
    int n;

    EXPECT_INT(policy_check_file(test_arena(), "/nowhere/x.yaml", &n, &pb), E_NOT_FOUND);
    EXPECT(strstr(policy_problem_text(test_arena(), &pb, 0, LANG_ZH), "打不开文件"));
    EXPECT_INT(policy_check_file(test_arena(), "policies/fuzhou-labour-station.yaml", &n, &pb), OK);
    EXPECT(n > 3);
}
