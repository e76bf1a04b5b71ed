/* policy_stays.c — what the policies in force would pay for a stay that has not begun: for
 * matching.
 *
 * The engine decides on an assumed person as it does on real ones: STAY_MONTHS of work from today
 * at one employer, organised, under contract, insured, every month verified, at STAY_WAGE_FEN, with
 * all documents. It is an estimate: claim windows are left out (they are the same wherever she
 * goes), tickets are not guessed, and what is counted by years is counted for the better of the two
 * that the stay lies in. */
#include "policy/policies.h"

#include "matching/matching.h"

enum {
    STAY_MONTHS = 12,
    STAY_AGE = 35,          /* no shipped policy tells such a person from another by age */
    STAY_WAGE_FEN = 350000, /* what people from Dingxi expected (domain facts of 2017) */
    STAY_BATCH = 50,        /* sent together */
    BEFORE_FROM = 24,       /* months before today, an earlier stay of who has been there */
    BEFORE_UNTIL = 12,
    NEW_EMPLOYER = 1, /* any two ids */
    OLD_EMPLOYER = 2,
};

/* The policies that may pay anybody for work at all. */
struct payers {
    struct policy *at;
    const struct policy **may;                   /* of the present stay */
    struct policy_decision *decisions, *of_year; /* when the stay ends; when the year does */
    struct policy_choice *choices;
    int n;
    struct date today;
};

static enum err payers_load(struct ctx *cx, struct payers *ret)
{
    struct policy_row *rows;
    int n;

    TRY(policies_published(cx, &rows, &n));
    *ret = (struct payers){
        .at = NEW_ARRAY(cx->mem, struct policy, n + 1),
        .may = NEW_ARRAY(cx->mem, const struct policy *, n + 1),
        .decisions = NEW_ARRAY(cx->mem, struct policy_decision, n + 1),
        .of_year = NEW_ARRAY(cx->mem, struct policy_decision, n + 1),
        .choices = NEW_ARRAY(cx->mem, struct policy_choice, n + 1),
        .today = cx->today,
    };
    for (int i = 0; i < n; i++) {
        const struct policy *p = rows[i].policy;
        bool is_over = !date_is_none(p->until) && date_compare(p->until, cx->today) < 0;

        if (p->beneficiary != BENEFICIARY_PERSON || p->benefit == BENEFIT_TRAINING_SUBSIDY ||
            is_over || date_compare(p->from, cx->today) > 0)
            continue;
        ret->at[ret->n] = *p;
        memset(&ret->at[ret->n++].window, 0, sizeof p->window);
    }
    return OK;
}

static bool is_within(const struct policy_range *ranges, int n, int64_t division)
{
    bool is_found = n == 0;

    for (int i = 0; i < n; i++)
        is_found |= division >= ranges[i].lo && division <= ranges[i].hi;
    return is_found;
}

static int payers_choose(struct payers *payers, const struct match_stay *stay)
{
    int n = 0;

    for (int i = 0; i < payers->n; i++) {
        const struct policy *p = &payers->at[i];

        if (is_within(p->who.origin, p->who.origin_count, stay->home) &&
            is_within(p->spell.work, p->spell.work_count, stay->work))
            payers->may[n++] = p;
    }
    return n;
}

static struct policy_spell spell_of(const struct match_stay *stay, struct date start)
{
    return (struct policy_spell){ .id = NEW_EMPLOYER,
                                  .employer_id = NEW_EMPLOYER,
                                  .work_division = stay->work,
                                  .employer_division = stay->work,
                                  .start = start,
                                  .form = FORM_CONTRACT,
                                  .contract_months = STAY_MONTHS,
                                  .organised = true,
                                  .reserved_post = stay->is_reserved,
                                  .base_employer = stay->is_base,
                                  .batch_persons = STAY_BATCH };
}

/* The first n choices, each kept or held. */
static void decide(struct payers *payers, int n, const struct match_stay *stay)
{
    struct date as_of = date_add_months(payers->today, STAY_MONTHS);
    struct date year_end = { payers->today.year, 12, 31 };
    const struct policy_status_row statuses[] = {
        { STATUS_REGISTERED_POOR, { 2014, 1, 1 }, { 2020, 12, 31 } }, /* all had exited then */
        { STATUS_POVERTY_EXITED, { 2014, 1, 1 }, { 0 } },
    };
    bool is_back = stay->grant.is_back;
    struct policy_spell spells[2] = { spell_of(stay, date_add_months(payers->today, -BEFORE_FROM)),
                                      spell_of(stay, payers->today) };
    struct policy_month months[STAY_MONTHS + 1];
    struct policy_facts facts = {
        .birth = date_add_months(payers->today, -12 * STAY_AGE),
        .domicile = stay->home,
        .statuses = statuses,
        .status_count = stay->grant.is_registered ? ARRAY_LEN(statuses) : 0,
        .spells = is_back ? spells : spells + 1,
        .spell_count = 1 + is_back,
        .months = months,
        .month_count = ARRAY_LEN(months),
        .documents_ignored = true,
    };

    spells[0].employer_id = OLD_EMPLOYER;
    spells[0].end = date_add_months(payers->today, -BEFORE_UNTIL);
    for (int i = 0; i <= STAY_MONTHS; i++)
        months[i] = (struct policy_month){ .month = month_add(month_of(payers->today), i),
                                           .spell = is_back,
                                           .state = MONTH_CONFIRMED,
                                           .wage_fen = STAY_WAGE_FEN,
                                           .insured = true };
    policy_eval_all(payers->may, n, &facts, as_of, NULL, payers->decisions);
    policy_eval_all(payers->may, n, &facts, year_end, NULL, payers->of_year);
    for (int i = 0; i < n; i++) {
        bool is_year = payers->of_year[i].amount_fen > payers->decisions[i].amount_fen;

        payers->choices[i] = (struct policy_choice){
            .policy = payers->may[i],
            .decision = is_year ? &payers->of_year[i] : &payers->decisions[i],
        };
    }
    policy_select(payers->choices, n);
}

/* A title without what stands in the way of its being stored (score.h). */
static const char *title_of(struct arena *mem, const char *text)
{
    char *copy = arena_strdup(mem, text ? text : "");

    for (char *p = copy; *p; p++)
        if (*p == '"' || *p == '\\')
            *p = '\'';
    return copy;
}

static void sum_up(struct arena *mem, const struct payers *payers, int n, struct match_grant *ret)
{
    const struct policy *most = NULL;
    int64_t most_fen = 0;

    ret->months = STAY_MONTHS;
    for (int i = 0; i < n; i++) {
        const struct policy_choice *c = &payers->choices[i];
        int64_t fen = c->decision->amount_fen;

        if (c->held || c->decision->verdict != VERDICT_ENTITLED || fen <= 0)
            continue;
        if (fen > most_fen) {
            most = c->policy;
            most_fen = fen;
        }
        ret->total_fen += fen;
        ret->n_policies++;
    }
    ret->fen = ret->total_fen / STAY_MONTHS;
    if (!most)
        return;
    ret->zh = title_of(mem, most->title.zh);
    ret->en = title_of(mem, most->title.en);
}

enum err match_stays_paid(struct ctx *cx, struct match_stay *stays, size_t n)
{
    struct payers payers;

    TRY(payers_load(cx, &payers));
    for (size_t i = 0; i < n; i++) {
        int chosen = payers_choose(&payers, &stays[i]);

        if (chosen > 0)
            decide(&payers, chosen, &stays[i]);
        sum_up(cx->mem, &payers, chosen, &stays[i].grant);
    }
    return OK;
}
