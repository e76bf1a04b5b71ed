/* corrections.c — what follows for the money when a locked month is corrected:
 * each policy's claims of a beneficiary are decided again together, as of the last day on which one
 * of them was, and the difference becomes a further claim (补发) or a recovery (追回). No claim and
 * no payment is changed. */
#include "claims/claims_int.h"

#include "accounts/accounts.h"
#include "placements/placements.h"
#include "platform/journal.h"

const struct field correct_fields[] = {
    PARAM(struct correct_input, placement_id, FIELD_ID, "就业", "Placement", .required = true,
          .refers = "placement"),
    PARAM(struct correct_input, month, FIELD_MONTH, "月份", "Month", .required = true),
    PARAM(struct correct_input, status, FIELD_CHOICE, "更正为", "Is", .choices = month_statuses,
          .required = true),
    PARAM(struct correct_input, days, FIELD_INT, "出勤天数", "Days", .min = 0, .max = 31),
    PARAM(struct correct_input, wage_fen, FIELD_MONEY, "当月工资", "Wage", .min = 0,
          .max = 10000000),
    PARAM(struct correct_input, reason, FIELD_TEXT, "依据", "Reason", .required = true, .max = 300),
    { 0 },
};

/* Claims of one policy, beneficiary and benefit year, in the order of their making. */
struct group {
    const struct rows *claims;
    int *rows;
    int n, year;
    struct date as_of; /* the latest */
};
struct review {
    const struct month_fixed *fixed;
    struct policy_row row;
    struct case_facts of;
    struct policy_decision decision;
    int64_t decision_id; /* NONE until something comes of it */
    int64_t supplement_fen, recovery_fen;
    int supplements, recoveries;
};

/* Whatever side pays: the corrected month is in the actor's scope, and the money that rests on it
 * follows. */
static enum err keep_decision(struct ctx *cx, struct review *v, const struct rows *claims, int row)
{
    struct scope own = cx->who.scope;
    struct decision_place at = { row_int(claims, row, "person_id"),
                                 row_int(claims, row, "employer_id"),
                                 row_int(claims, row, "org_id"), row_int(claims, row, "home"),
                                 row_int(claims, row, "work") };
    enum err err;

    if (v->decision_id != NONE)
        return OK;
    cx->who.scope = (struct scope){ .kind = SCOPE_ALL };
    err = decision_save(cx, &v->row, &v->decision, at, &v->decision_id);
    cx->who.scope = own;
    return err;
}

static enum err save_adjustment(struct ctx *cx, const struct review *v, const char *kind,
                                const struct rows *c, int row, int64_t fen, int64_t supplement)
{
    int64_t id = store_new_id(cx->store);
    struct ledger_claim charged;
    const char *state = supplement == NONE ? "OPEN" : "CLAIMED";

    TRY(db_exec(
        cx,
        "INSERT INTO adjustment (id, kind, correction_id, claim_id, decision_id, supplement_id, payer, fund, person_id, employer_id,"
        " org_id, home, work, amount_fen, state, made_by, created_at, updated_at)"
        " SELECT $1, $2, $3, $4, $5, $6, y.payer, y.fund, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15 FROM policy y"
        " WHERE SCOPE_NOT(adjustment 'all money that rests on a corrected month follows it') AND y.id = $16",
        P(id), P(kind), P(v->fixed->id), P(row_int(c, row, "id")), P(v->decision_id), P(supplement),
        P(row_int(c, row, "person_id")), P(row_int(c, row, "employer_id")),
        P(row_int(c, row, "org_id")), P(row_int(c, row, "home")), P(row_int(c, row, "work")),
        P(fen), P(state), P(cx->who.user_id), P(cx->now), P(v->row.id)));
    if (supplement == NONE) {
        TRY(claim_ledger(cx, row_int(c, row, "id"), &charged));
        TRY(ledger_post(cx, &charged, LEDGER_RECOVERY, fen,
                        (struct ledger_cause){ NONE, NONE, id }));
    }
    return journal_append(
        cx, &(struct journal_entry){
                .kind = "adjustment",
                .record_id = id,
                .action = "create",
                .after = arena_printf(
                    cx->mem,
                    "{\"kind\":\"%s\",\"state\":\"%s\",\"claim_id\":\"%lld\",\"amount_fen\":%lld}",
                    kind, state, (long long)row_int(c, row, "id"), (long long)fen),
                .home = row_int(c, row, "home"),
                .work = row_int(c, row, "work"),
                .employer_id = row_int(c, row, "employer_id"),
                .person_id = row_int(c, row, "person_id") });
}

/* --- 追回 --- */
/* From the newest claim on: what is left then stands for the months that were worked first. */
static enum err recover(struct ctx *cx, const struct group *g, struct review *v)
{
    int64_t left = v->decision.overpaid_fen;

    for (int i = 0; i < g->n; i++) /* what was waived stays with her */
        left -= row_int(g->claims, g->rows[i], "waived_fen");
    for (int i = g->n - 1; i >= 0 && left > 0; i--) {
        int row = g->rows[i];
        int64_t fen = MIN(left, row_int(g->claims, row, "amount_fen") -
                                    row_int(g->claims, row, "recovered_fen") -
                                    row_int(g->claims, row, "waived_fen"));
        if (fen <= 0)
            continue;
        TRY(keep_decision(cx, v, g->claims, row));
        TRY(save_adjustment(cx, v, "RECOVERY", g->claims, row, fen, NONE));
        left -= fen;
        v->recovery_fen += fen;
        v->recoveries++;
    }
    return OK;
}

/* --- 补发 --- */
static enum err further_claim(struct ctx *cx, const struct review *v, const struct rows *c, int row,
                              const struct policy_instalment *x, int64_t fen, int64_t *ret_id)
{
    int64_t id = store_new_id(cx->store);

    TRY(db_exec(
        cx,
        "INSERT INTO claim (id, policy_id, decision_id, person_id, employer_id, org_id, home, work, instalment, amount_fen, due_on, once_key,"
        " exclusive_group, state, adjusts, created_at, updated_at)"
        " SELECT $1, c.policy_id, $2, c.person_id, c.employer_id, c.org_id, c.home, c.work, c.instalment, $3, $4, $5, c.exclusive_group,"
        " 'ELIGIBLE', c.id, $6, $6 FROM claim c WHERE SCOPE_NOT(claim 'all money that rests on a corrected month follows it')"
        " AND SCOPE_NOT(claim 'the claim that is made up for') AND c.id = $7",
        P(id), P(v->decision_id), P(fen), P(date_text(cx->mem, x->due)),
        P(arena_printf(cx->mem, "%s|+%lld", row_text(c, row, "once_key"), (long long)v->fixed->id)),
        P(cx->now), P(row_int(c, row, "id"))));
    *ret_id = id;
    return journal_append(
        cx, &(struct journal_entry){
                .kind = "claim",
                .record_id = id,
                .action = "supplement",
                .after = arena_printf(
                    cx->mem, "{\"state\":\"ELIGIBLE\",\"amount_fen\":%lld,\"adjusts\":\"%lld\"}",
                    (long long)fen, (long long)row_int(c, row, "id")),
                .home = row_int(c, row, "home"),
                .work = row_int(c, row, "work"),
                .employer_id = row_int(c, row, "employer_id"),
                .person_id = row_int(c, row, "person_id") });
}

/* Instalments that nobody claimed yet are found as usual; here those that had their claim. */
static enum err supplement(struct ctx *cx, const struct group *g, struct review *v)
{
    const struct policy_decision *d = &v->decision;

    for (int i = 0; i < d->instalment_count; i++) {
        const struct policy_instalment *x = &d->instalments[i];
        const char *name = instalment_name(cx->mem, v->row.policy, x);
        int64_t fen = x->earned_fen - x->paid_fen, id;
        int first = -1;

        for (int k = 0; k < g->n; k++)
            if (str_eq(row_text(g->claims, g->rows[k], "instalment"), name)) {
                first = first < 0 ? g->rows[k] : first;
                fen -= row_int(g->claims, g->rows[k], "under_way_fen");
            }
        if (first < 0 || fen <= 0)
            continue;
        TRY(keep_decision(cx, v, g->claims, first));
        TRY(further_claim(cx, v, g->claims, first, x, fen, &id));
        TRY(save_adjustment(cx, v, "SUPPLEMENT", g->claims, first, fen, id));
        v->supplement_fen += fen;
        v->supplements++;
    }
    return OK;
}

/* --- deciding again --- */
static enum err review_group(struct ctx *cx, const struct group *g, struct review *v)
{
    struct beneficiary who = { row_int(g->claims, g->rows[0], "person_id"),
                               row_int(g->claims, g->rows[0], "employer_id"),
                               row_int(g->claims, g->rows[0], "org_id") };

    v->decision_id = NONE;
    TRY(policy_get(cx, row_int(g->claims, g->rows[0], "policy_id"), &v->row));
    TRY(case_load(cx, &v->row, who, g->as_of, false, &v->of));
    v->of.facts.year = (int16_t)g->year;
    v->of.facts.is_review = true;
    policy_eval(v->row.policy, &v->of.facts, g->as_of, cx->mem, &v->decision);
    TRY(recover(cx, g, v));
    return v->decision.verdict == VERDICT_EXCLUDED ? OK : supplement(cx, g, v);
}

/* Decided claims that may rest on the month: of the person herself, paid to whomever; of her
 * household; and awards to her employer, which count heads. */
static enum err affected(struct ctx *cx, const struct month_fixed *f, struct rows *ret)
{
    return db_rows(
        cx, ret,
        "SELECT c.id, c.policy_id, c.person_id, c.employer_id, c.org_id, c.home, c.work, c.instalment, c.amount_fen, c.once_key, c.decision_id,"
        " CAST((SELECT COALESCE(SUM(CASE WHEN j.state = 'WAIVED' THEN j.settled_fen ELSE j.amount_fen END), 0) FROM adjustment j"
        " WHERE SCOPE_NOT(adjustment 'all money that rests on a corrected month follows it') AND j.claim_id = c.id AND j.kind = 'RECOVERY') AS BIGINT) AS recovered_fen,"
        " CAST((SELECT COALESCE(SUM(j.amount_fen - j.settled_fen), 0) FROM adjustment j WHERE SCOPE_NOT(adjustment 'all money that rests on a corrected month follows it')"
        " AND j.claim_id = c.id AND j.kind = 'RECOVERY' AND j.state = 'WAIVED') AS BIGINT) AS waived_fen,"
        " CAST((SELECT COALESCE(SUM(s.amount_fen), 0) FROM claim s WHERE SCOPE_NOT(claim 'all money that rests on a corrected month follows it')"
        " AND s.adjusts = c.id AND s.state IN ('ELIGIBLE', 'SUBMITTED', 'CHECKED', 'REVIEWED', 'NOTICE', 'OBJECTED', 'RETURNED', 'HELD')) AS BIGINT)"
        " AS under_way_fen"
        " FROM claim c JOIN policy y ON y.id = c.policy_id"
        " WHERE SCOPE_NOT(claim 'all money that rests on a corrected month follows it')"
        " AND c.state IN ('APPROVED', 'IN_PAYMENT', 'PAID', 'PAYMENT_FAILED') AND (c.person_id = $1"
        " OR (y.beneficiary = 'HOUSEHOLD' AND c.person_id IN (SELECT p.id FROM person p"
        " WHERE SCOPE_NOT(person 'a household''s claim rests on all its members') AND p.household_id = (SELECT q.household_id FROM person q"
        " WHERE SCOPE_NOT(person 'a household''s claim rests on all its members') AND q.id = $1)))"
        " OR (c.person_id IS NULL AND c.employer_id = $2)) ORDER BY c.policy_id, c.id",
        P(f->person_id), P(f->employer_id));
}

static bool is_same(const struct rows *c, int a, int b)
{
    static const char *const columns[] = { "policy_id", "person_id", "employer_id", "org_id" };

    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        if (row_int(c, a, columns[i]) != row_int(c, b, columns[i]))
            return false;
    return true;
}

static enum err review_all(struct ctx *cx, const char *month, struct review *v)
{
    struct policy_decision was;
    struct rows c;
    int *years;
    struct date *days;
    bool *done;
    struct month m;

    TRY(affected(cx, v->fixed, &c));
    years = NEW_ARRAY(cx->mem, int, c.n + 1);
    days = NEW_ARRAY(cx->mem, struct date, c.n + 1);
    done = NEW_ARRAY(cx->mem, bool, c.n + 1);
    for (int i = 0; i < c.n; i++) {
        TRY(decision_load(cx, row_int(&c, i, "decision_id"), &was));
        years[i] = was.year;
        days[i] = was.as_of;
    }
    if (!month_parse(month, &m))
        return fail_field(cx, "month", "date.invalid", "%s",
                          T("不是有效的月份", "not a valid month"));
    for (int i = 0; i < c.n; i++) {
        struct group g = {
            .claims = &c, .rows = NEW_ARRAY(cx->mem, int, c.n), .year = years[i], .as_of = days[i]
        };
        for (int k = i; k < c.n; k++) {
            if (done[k] || years[k] != years[i] || !is_same(&c, i, k))
                continue;
            done[k] = true;
            g.rows[g.n++] = k;
            if (date_compare(days[k], g.as_of) > 0)
                g.as_of = days[k];
        }
        if (g.n && date_compare(g.as_of, month_first_day(m)) >= 0)
            TRY(review_group(cx, &g, v));
    }
    return OK;
}

enum err claims_op_correct(struct ctx *cx)
{
    const struct correct_input *in = cx->in;
    struct month_fixed fixed;
    struct review v = { .fixed = &fixed };

    TRY(account_check_identity(cx));
    TRY(month_correct(cx,
                      &(struct month_fix){ in->placement_id, in->month, in->status, in->reason,
                                           in->days, in->wage_fen },
                      &fixed));
    TRY(review_all(cx, in->month, &v));
    json_object(cx->out);
    json_put_id(cx->out, "id", fixed.id);
    json_put_int(cx->out, "supplements", v.supplements);
    json_put_int(cx->out, "supplement_fen", v.supplement_fen);
    json_put_int(cx->out, "recoveries", v.recoveries);
    json_put_int(cx->out, "recovery_fen", v.recovery_fen);
    json_end(cx->out);
    return OK;
}
