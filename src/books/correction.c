/* correction.c — the story of one correction: what a locked month was taken for and is, who said
 * so and why, what was decided again because of it, and what became of the money to the last fen:
 * the further claims and their payments, the recoveries and what they were set against. */
#include "books/books_int.h"

#include "claims/claims.h"
#include "placements/placements.h"
#include "policy/policies.h"

static enum err put_head(struct ctx *cx, int64_t id)
{
    struct rows r;

    TRY(db_one(
        cx, &r,
        "SELECT k.id, k.placement_id, k.month, k.revision, k.person_id, k.employer_id, k.old_status, k.old_days, k.old_wage_fen, k.status, k.days,"
        " k.wage_fen, k.reason, k.created_at, p.name AS person_name, w.name AS employer_name,"
        " (SELECT u.name FROM v_user_name u WHERE u.id = k.user_id) AS by_name"
        " FROM month_correction k JOIN person p ON p.id = k.person_id JOIN employer w ON w.id = k.employer_id WHERE SCOPE(month_correction k)"
        " AND SCOPE_NOT(person 'a correction of hers is in scope') AND SCOPE_NOT(employer 'a correction at it is in scope') AND k.id = $1",
        P(id)));
    json_key(cx->out, "correction");
    json_row(cx->out, &r, 0);
    json_put_str(cx->out, "was_title",
                 choice_label(month_states, row_text(&r, 0, "old_status"), cx->lang));
    json_put_str(cx->out, "now_title",
                 choice_label(month_states, row_text(&r, 0, "status"), cx->lang));
    return OK;
}

/* Lines that pay the further claim, or that a recovery was set against. */
static enum err put_lines(struct ctx *cx, const struct rows *a, int i)
{
    struct rows r;
    int64_t supplement = row_int(a, i, "supplement_id");

    TRY(db_rows(
        cx, &r,
        supplement != NONE
            ? "SELECT l.id, l.batch_id, b.number, l.line_no, l.state, l.amount_fen, l.updated_at AS at FROM payment_line l JOIN payment_batch b ON b.id = l.batch_id"
              " WHERE SCOPE_NOT(payment_line 'its adjustment is in scope') AND SCOPE_NOT(payment_batch 'its adjustment is in scope')"
              " AND l.claim_id = $1 ORDER BY l.id"
            : "SELECT l.id, l.batch_id, b.number, l.line_no, CASE WHEN x.sent_at IS NULL THEN 'TAKEN' ELSE 'SETTLED' END AS state, x.amount_fen, x.sent_at AS at"
              " FROM adjustment_offset x JOIN payment_line l ON l.id = x.line_id JOIN payment_batch b ON b.id = l.batch_id"
              " WHERE SCOPE_NOT(adjustment_offset 'its adjustment is in scope') AND SCOPE_NOT(payment_line 'its adjustment is in scope')"
              " AND SCOPE_NOT(payment_batch 'its adjustment is in scope') AND x.adjustment_id = $1 ORDER BY l.id",
        P(supplement != NONE ? supplement : row_int(a, i, "id"))));
    json_key(cx->out, "lines");
    json_rows(cx->out, &r);
    return OK;
}

/* What was taken, what of it is settled, and what is left: of a recovery that was repaid or waived
 * nothing is, and how much that took is what had not been set off. */
static void put_money(struct ctx *cx, const struct rows *a, int i)
{
    int64_t fen = row_int(a, i, "amount_fen"), taken = row_int(a, i, "taken_fen");
    const char *state = row_text(a, i, "state");
    bool closed = str_eq(state, "REPAID") || str_eq(state, "WAIVED");

    json_put_int(cx->out, "amount_fen", fen);
    json_put_int(cx->out, "taken_fen", taken);
    json_put_int(cx->out, "settled_fen", row_int(a, i, "settled_fen"));
    json_put_int(cx->out, "repaid_fen", str_eq(state, "REPAID") ? fen - taken : 0);
    json_put_int(cx->out, "waived_fen", str_eq(state, "WAIVED") ? fen - taken : 0);
    json_put_int(cx->out, "left_fen",
                 str_eq(row_text(a, i, "kind"), "RECOVERY") && !closed
                     ? fen - row_int(a, i, "settled_fen")
                     : 0);
}

static enum err put_adjustment(struct ctx *cx, const struct rows *a, int i)
{
    static const char *const ids[] = { "id",          "claim_id",        "policy_id",
                                       "decision_id", "was_decision_id", "supplement_id" };
    static const char *const texts[] = {
        "kind",  "state",      "instalment",       "verdict", "was_verdict",
        "as_of", "payee_name", "supplement_state", "reason",  "settled_by_name"
    };

    json_object(cx->out);
    for (size_t k = 0; k < ARRAY_LEN(ids); k++)
        json_put_id(cx->out, ids[k], row_int(a, i, ids[k]));
    for (size_t k = 0; k < ARRAY_LEN(texts); k++)
        json_put_str(cx->out, texts[k], row_text(a, i, texts[k]));
    json_put_str(cx->out, "state_title",
                 choice_label(adjustment_record.states, row_text(a, i, "state"), cx->lang));
    json_put_str(cx->out, "supplement_state_title",
                 choice_label(claim_record.states, row_text(a, i, "supplement_state"), cx->lang));
    json_put_str(cx->out, "policy_title",
                 T(row_text(a, i, "title_zh"), row_text(a, i, "title_en")));
    json_put_int(cx->out, "claim_fen", row_int(a, i, "claim_fen"));
    json_put_int(cx->out, "updated_at", row_int(a, i, "updated_at"));
    put_money(cx, a, i);
    TRY(put_lines(cx, a, i));
    json_end(cx->out);
    return OK;
}

static void put_sums(struct ctx *cx, const struct rows *a)
{
    int64_t supplement = 0, recovery = 0, left = 0;

    for (int i = 0; i < a->n; i++) {
        int64_t fen = row_int(a, i, "amount_fen");
        if (!str_eq(row_text(a, i, "kind"), "RECOVERY")) {
            supplement += fen;
            continue;
        }
        recovery += fen;
        if (str_eq(row_text(a, i, "state"), "OPEN"))
            left += fen - row_int(a, i, "settled_fen");
    }
    json_put_int(cx->out, "supplement_fen", supplement);
    json_put_int(cx->out, "recovery_fen", recovery);
    json_put_int(cx->out, "left_fen", left);
}

enum err books_correction(struct ctx *cx)
{
    struct rows a;

    json_object(cx->out);
    TRY(put_head(cx, cx->id));
    TRY(db_rows(
        cx, &a,
        "SELECT j.id, j.kind, j.state, j.claim_id, j.decision_id, j.supplement_id, j.amount_fen, j.taken_fen, j.settled_fen, j.reason, j.updated_at,"
        " c.instalment, c.amount_fen AS claim_fen, c.policy_id, c.decision_id AS was_decision_id, y.title_zh, y.title_en, n.verdict, n.as_of,"
        " o.verdict AS was_verdict, s.state AS supplement_state, COALESCE(w.name, g.name, p.name) AS payee_name,"
        " (SELECT u.name FROM v_user_name u WHERE u.id = j.settled_by) AS settled_by_name"
        " FROM adjustment j JOIN claim c ON c.id = j.claim_id JOIN policy y ON y.id = c.policy_id JOIN policy_decision n ON n.id = j.decision_id"
        " JOIN policy_decision o ON o.id = c.decision_id LEFT JOIN claim s ON s.id = j.supplement_id LEFT JOIN person p ON p.id = j.person_id"
        " LEFT JOIN employer w ON w.id = j.employer_id LEFT JOIN v_org_name g ON g.id = j.org_id WHERE SCOPE(adjustment j)"
        " AND SCOPE_NOT(claim 'its adjustment is in scope') AND SCOPE_NOT(policy_decision 'its adjustment is in scope')"
        " AND SCOPE_NOT(person 'an adjustment of hers is in scope') AND SCOPE_NOT(employer 'an adjustment of its is in scope')"
        " AND j.correction_id = $1 ORDER BY j.id",
        P(cx->id)));
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < a.n; i++)
        TRY(put_adjustment(cx, &a, i));
    json_end(cx->out);
    put_sums(cx, &a);
    json_end(cx->out);
    return OK;
}
