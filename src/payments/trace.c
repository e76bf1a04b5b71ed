/* trace.c — from a yuan back to the facts: line, batch and its hands, claim and its hands, decision
 * in words, the months and who vouched for them, and what the journal says of all of it. */
#include "base/amount.h"
#include "claims/claims.h"
#include "payments/payments_int.h"
#include "placements/placements.h"
#include "platform/journal.h"
#include "policy/policy_explain.h"

struct trace {
    struct rows claim, lines, journal;
    struct journal_proof *proofs; /* of each entry */
    int64_t claim_id;
};

static enum err find(struct ctx *cx, int64_t id, struct trace *t)
{
    struct rows r;

    TRY(db_rows(cx, &r,
                "SELECT claim_id FROM payment_line l WHERE SCOPE(payment_line l) AND l.id = $1",
                P(id)));
    t->claim_id = r.n ? row_int(&r, 0, "claim_id") : id;
    TRY(db_rows(
        cx, &t->claim,
        "SELECT c.id, c.person_id, c.employer_id, c.org_id, c.decision_id, c.policy_id, c.instalment, c.amount_fen, c.due_on, c.state, c.submitted_by, c.checked_by,"
        " c.reviewed_by, c.approved_by, c.updated_at FROM claim c WHERE SCOPE(claim c) AND c.id = $1",
        P(t->claim_id)));
    if (t->claim.n == 0)
        return fail(cx, E_NOT_FOUND, "record.not_found", "%s",
                    T("没有这笔申领或支付", "there is no such claim or payment"));
    return db_rows(
        cx, &t->lines,
        "SELECT l.id, l.line_no, l.amount_fen, l.state, l.payee_name, l.account_mask, l.account_bank, l.corrected_mask, l.return_code, l.return_text, l.updated_at, l.batch_id, b.number,"
        " b.state AS batch_state, b.content_hash, b.sent_at, (SELECT u.name FROM v_user_name u WHERE u.id = l.corrected_by) AS corrector,"
        " (SELECT u.name FROM v_user_name u WHERE u.id = b.made_by) AS maker,"
        " (SELECT u.name FROM v_user_name u WHERE u.id = b.approved_by) AS first,"
        " (SELECT u.name FROM v_user_name u WHERE u.id = b.approved_by_2) AS second"
        " FROM payment_line l JOIN payment_batch b ON b.id = l.batch_id"
        " WHERE SCOPE(payment_line l) AND SCOPE_NOT(payment_batch 'the line is in scope') AND l.claim_id = $1 ORDER BY l.id",
        P(t->claim_id));
}

static void begin_step(struct ctx *cx, const char *kind, const char *zh, const char *en, int64_t id,
                       const char *path)
{
    json_object(cx->out);
    json_put_str(cx->out, "kind", kind);
    json_put_str(cx->out, "zh", zh);
    json_put_str(cx->out, "en", en);
    json_put_id(cx->out, "id", id);
    if (path)
        json_put_str(cx->out, "link", arena_printf(cx->mem, "%s/%lld", path, (long long)id));
}

static const char *or_dash(const char *text)
{
    return text ? text : "—";
}

/* Where it went, what the bank said, and who corrected it. */
static const char *line_words(struct ctx *cx, const struct rows *r, int i)
{
    struct str s = str_new(cx->mem);

    str_addf(&s, "%s #%lld · %s %s %s · %s", row_text(r, i, "number"),
             (long long)row_int(r, i, "line_no"), row_text(r, i, "payee_name"),
             or_dash(row_text(r, i, "account_mask")),
             row_text(r, i, "account_bank") ? row_text(r, i, "account_bank") : "",
             choice_label(payment_line_record.states, row_text(r, i, "state"), cx->lang));
    if (row_text(r, i, "return_code"))
        str_addf(&s, " · %s",
                 choice_label(payment_return_codes, row_text(r, i, "return_code"), cx->lang));
    if (row_text(r, i, "corrected_mask"))
        str_addf(&s, T("\n账号更正为 %s · %s", "\ncorrected to %s · %s"),
                 row_text(r, i, "corrected_mask"), or_dash(row_text(r, i, "corrector")));
    return s.s;
}

/* The bank's answers, each known by the hash of its file. */
static enum err add_returns(struct ctx *cx, int64_t batch_id, struct str *s)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT file_hash, at, lines, failed FROM payment_return r WHERE SCOPE_NOT(payment_return 'the line is in scope')"
        " AND r.batch_id = $1 ORDER BY r.at",
        P(batch_id)));
    for (int i = 0; i < r.n; i++)
        str_addf(s,
                 T("\n银行回盘 %s · %lld 笔，失败 %lld 笔 · SHA-256 %.16s",
                   "\nthe bank's return %s · %lld lines, %lld failed · SHA-256 %.16s"),
                 date_text(cx->mem, date_of_instant(row_int(&r, i, "at"))),
                 (long long)row_int(&r, i, "lines"), (long long)row_int(&r, i, "failed"),
                 row_text(&r, i, "file_hash"));
    return OK;
}

static enum err put_batch(struct ctx *cx, const struct rows *r, int i)
{
    struct str s = str_new(cx->mem);

    begin_step(cx, "payment_batch", "批次与审批", "Batch and its approvals",
               row_int(r, i, "batch_id"), "/payment-batches");
    json_put_str(cx->out, "content_hash", row_text(r, i, "content_hash"));
    str_addf(&s,
             T("制单 %s · 审批 %s、%s · SHA-256 %.16s",
               "made by %s · approved by %s, %s · SHA-256 %.16s"),
             or_dash(row_text(r, i, "maker")), or_dash(row_text(r, i, "first")),
             or_dash(row_text(r, i, "second")), or_dash(row_text(r, i, "content_hash")));
    TRY(add_returns(cx, row_int(r, i, "batch_id"), &s));
    json_put_str(cx->out, "text", s.s);
    json_end(cx->out);
    return OK;
}

static enum err put_lines(struct ctx *cx, const struct trace *t)
{
    for (int i = t->lines.n - 1; i >= 0; i--) {
        const struct rows *r = &t->lines;
        begin_step(cx, "payment_line", "支付明细", "Payment line", row_int(r, i, "id"),
                   "/payment-lines");
        json_put_int(cx->out, "amount_fen", row_int(r, i, "amount_fen"));
        json_put_str(cx->out, "state", row_text(r, i, "state"));
        json_put_str(cx->out, "text", line_words(cx, r, i));
        json_end(cx->out);
        TRY(put_batch(cx, r, i));
    }
    return OK;
}

/* Every change of where this payee's money goes, and who looked at it. */
static enum err put_accounts(struct ctx *cx, const struct trace *t)
{
    static const char *const payees[] = { "employer_id", "org_id", "person_id" };
    int64_t payee = NONE;
    struct rows r;

    for (size_t i = 0; i < ARRAY_LEN(payees) && payee == NONE; i++)
        payee = row_int(&t->claim, 0, payees[i]);
    TRY(payee_changes(cx, payee, &r));
    for (int i = 0; i < r.n; i++) {
        bool is_settled = row_text(&r, i, "settled_by_name") != NULL;
        begin_step(cx, "account_change", "收款账号变更", "Change of account", row_int(&r, i, "id"),
                   "/account-changes");
        json_put_str(cx->out, "text",
                     arena_printf(cx->mem, "%s → %s · %s %s · %s%s%s",
                                  or_dash(row_text(&r, i, "former_mask")),
                                  or_dash(row_text(&r, i, "mask")),
                                  or_dash(row_text(&r, i, "made_by_name")),
                                  date_text(cx->mem, date_of_instant(row_int(&r, i, "created_at"))),
                                  payee_change_standing(cx, &r, i), is_settled ? " · " : "",
                                  is_settled ? row_text(&r, i, "settled_by_name") : ""));
        json_end(cx->out);
    }
    return OK;
}

static enum err name_of(struct ctx *cx, int64_t user, const char **ret)
{
    struct rows r;

    *ret = "—";
    if (user == NONE)
        return OK;
    TRY(db_rows(cx, &r, "SELECT name FROM v_user_name WHERE id = $1", P(user)));
    if (r.n)
        *ret = row_text(&r, 0, "name");
    return OK;
}

static enum err put_claim(struct ctx *cx, const struct trace *t)
{
    static const char *const columns[] = { "submitted_by", "checked_by", "reviewed_by",
                                           "approved_by" };
    const char *names[ARRAY_LEN(columns)];

    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        TRY(name_of(cx, row_int(&t->claim, 0, columns[i]), &names[i]));
    begin_step(cx, "claim", "申领与审核", "Claim and its hands", t->claim_id, "/claims");
    json_put_int(cx->out, "amount_fen", row_int(&t->claim, 0, "amount_fen"));
    json_put_str(cx->out, "state", row_text(&t->claim, 0, "state"));
    json_put_str(
        cx->out, "text",
        arena_printf(
            cx->mem,
            T("到期 %s · 经办 %s · 初审 %s · 复审 %s · 终审 %s",
              "due %s · submitted by %s · checked by %s · reviewed by %s · approved by %s"),
            row_text(&t->claim, 0, "due_on"), names[0], names[1], names[2], names[3]));
    json_end(cx->out);
    return OK;
}

/* The version of the policy, the clause and the facts, as they were when it was decided. */
static enum err put_decision(struct ctx *cx, const struct trace *t)
{
    struct policy_stored stored;
    const struct json_value *v;
    const char *trace;
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT d.id, d.as_of, d.trace, p.title_zh, p.title_en, p.doc_no, p.revision FROM policy_decision d JOIN policy p ON p.id = d.policy_id"
        " WHERE SCOPE_NOT(policy_decision 'its claim is in scope') AND d.id = $1",
        P(row_int(&t->claim, 0, "decision_id"))));
    if (r.n == 0)
        return OK;
    begin_step(cx, "policy", "政策依据", "Policy", row_int(&t->claim, 0, "policy_id"), "/policies");
    json_put_str(cx->out, "text",
                 arena_printf(cx->mem, "%s · %s · v%lld",
                              T(row_text(&r, 0, "title_zh"), row_text(&r, 0, "title_en")),
                              str_blank(row_text(&r, 0, "doc_no"))
                                  ? T("文号未查到", "document number not found")
                                  : row_text(&r, 0, "doc_no"),
                              (long long)row_int(&r, 0, "revision")));
    json_end(cx->out);
    trace = row_text(&r, 0, "trace");
    begin_step(cx, "decision", "认定过程", "Decision", row_int(&r, 0, "id"), "/decisions");
    json_put_str(cx->out, "as_of", row_text(&r, 0, "as_of"));
    TRY(json_parse(cx, trace, strlen(trace), &v));
    if (policy_stored_read(cx->mem, v, &stored))
        json_put_str(cx->out, "text", policy_explain(cx->mem, &stored, cx->lang));
    json_put_raw(cx->out, "facts", trace);
    json_end(cx->out);
    return OK;
}

/* What each source said of a month, and who said it; and what it was taken for before. */
static enum err add_words(struct ctx *cx, struct str *s, int64_t placement, const char *month)
{
    struct rows e, k;

    TRY(db_rows(
        cx, &e,
        "SELECT m.source, m.status, m.days, m.revision, m.created_at, (SELECT u.name FROM v_user_name u WHERE u.id = m.user_id) AS who"
        " FROM month_evidence m WHERE SCOPE_NOT(month_evidence 'the claim that rests on them is in scope')"
        " AND m.placement_id = $1 AND m.month = $2 ORDER BY m.id",
        P(placement), P(month)));
    for (int i = 0; i < e.n; i++)
        str_addf(s, "\n%s: %s · %s · %s",
                 choice_label(month_sources, row_text(&e, i, "source"), cx->lang),
                 choice_label(month_statuses, row_text(&e, i, "status"), cx->lang),
                 or_dash(row_text(&e, i, "who")),
                 date_text(cx->mem, date_of_instant(row_int(&e, i, "created_at"))));
    TRY(db_rows(
        cx, &k,
        "SELECT k.old_status, k.status, k.reason, k.created_at, (SELECT u.name FROM v_user_name u WHERE u.id = k.user_id) AS who"
        " FROM month_correction k WHERE SCOPE_NOT(month_correction 'the claim that rests on them is in scope')"
        " AND k.placement_id = $1 AND k.month = $2 ORDER BY k.revision",
        P(placement), P(month)));
    for (int i = 0; i < k.n; i++)
        str_addf(s, T("\n更正：%s → %s · %s · %s · %s", "\ncorrected: %s → %s · %s · %s · %s"),
                 choice_label(month_states, row_text(&k, i, "old_status"), cx->lang),
                 choice_label(month_states, row_text(&k, i, "status"), cx->lang),
                 row_text(&k, i, "reason"), or_dash(row_text(&k, i, "who")),
                 date_text(cx->mem, date_of_instant(row_int(&k, i, "created_at"))));
    return OK;
}

/* Months of this person that money rests on, up to the month in which the claim fell due, and who
 * said so. */
static enum err put_months(struct ctx *cx, const struct trace *t)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT m.placement_id, m.month, m.status, m.days FROM placement_month m"
        " WHERE SCOPE_NOT(placement_month 'the claim that rests on them is in scope') AND m.person_id = $1 AND m.is_locked = 1"
        " AND m.month <= SUBSTR($2, 1, 7) ORDER BY m.month",
        P(row_int(&t->claim, 0, "person_id")), P(row_text(&t->claim, 0, "due_on"))));
    for (int i = 0; i < r.n; i++) {
        const char *month = row_text(&r, i, "month");
        struct str s = str_new(cx->mem);
        str_addf(&s, "%s · %s", month,
                 choice_label(month_states, row_text(&r, i, "status"), cx->lang));
        if (row_int(&r, i, "days") != NONE)
            str_addf(&s, T(" · %d 天", " · %d days"), (int)row_int(&r, i, "days"));
        TRY(add_words(cx, &s, row_int(&r, i, "placement_id"), month));
        begin_step(cx, "month", "月度在岗证据", "Evidence of a month",
                   row_int(&r, i, "placement_id"), "/placements");
        json_put_str(cx->out, "month", month);
        json_put_str(cx->out, "text", s.s);
        json_end(cx->out);
    }
    return OK;
}

/* What was made up or asked back since, and how the money moved. */
static enum err put_money(struct ctx *cx, const struct trace *t)
{
    struct str s = str_new(cx->mem);
    char yuan[32];
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT j.id, j.kind, j.state, j.amount_fen, j.settled_fen, j.reason FROM adjustment j"
        " WHERE SCOPE_NOT(adjustment 'its claim is in scope') AND (j.claim_id = $1 OR j.supplement_id = $1) ORDER BY j.id",
        P(t->claim_id)));
    for (int i = 0; i < r.n; i++) {
        begin_step(cx, "adjustment", "补发或追回", "Adjustment", row_int(&r, i, "id"),
                   "/adjustments");
        json_put_int(cx->out, "amount_fen", row_int(&r, i, "amount_fen"));
        json_put_str(cx->out, "state", row_text(&r, i, "state"));
        json_put_str(cx->out, "text",
                     arena_printf(cx->mem, "%s · %s",
                                  choice_label(adjustment_record.fields[0].choices,
                                               row_text(&r, i, "kind"), cx->lang),
                                  choice_label(adjustment_record.states, row_text(&r, i, "state"),
                                               cx->lang)));
        json_end(cx->out);
    }
    TRY(db_rows(
        cx, &r,
        "SELECT e.id, e.at, e.event, e.debit, e.credit, e.amount_fen FROM ledger_entry e"
        " WHERE SCOPE_NOT(ledger_entry 'its claim is in scope') AND e.claim_id = $1 ORDER BY e.id",
        P(t->claim_id)));
    if (r.n == 0)
        return OK;
    for (int i = 0; i < r.n; i++)
        str_addf(&s, "%s%s · %s → %s · %s", i ? "\n" : "",
                 date_text(cx->mem, date_of_instant(row_int(&r, i, "at"))),
                 ledger_account(row_text(&r, i, "credit"), cx->lang),
                 ledger_account(row_text(&r, i, "debit"), cx->lang),
                 amount_format(row_int(&r, i, "amount_fen"), yuan));
    begin_step(cx, "ledger", "资金分录", "Movements of money", row_int(&r, 0, "id"), NULL);
    json_put_str(cx->out, "text", s.s);
    json_end(cx->out);
    return OK;
}

/* --- what the journal says, and what proves it --- */
enum { TRACED_MAX = 500 };
static enum err load_journal(struct ctx *cx, struct trace *t)
{
    TRY(db_rows(
        cx, &t->journal,
        "SELECT seq, at, actor, kind, action, reason FROM journal j WHERE SCOPE_NOT(journal 'who may see the claim may see its history')"
        " AND (j.record_id = $1 OR j.record_id IN (SELECT l.id FROM payment_line l WHERE SCOPE_NOT(payment_line 'the claim is in scope')"
        " AND l.claim_id = $1) OR j.record_id IN (SELECT l.batch_id FROM payment_line l WHERE SCOPE_NOT(payment_line 'the claim is in scope')"
        " AND l.claim_id = $1) OR j.record_id IN (SELECT a.id FROM adjustment a WHERE SCOPE_NOT(adjustment 'the claim is in scope')"
        " AND a.claim_id = $1) OR (j.kind = 'person' AND j.record_id = $2 AND j.action IN ('create', 'change', 'account_confirm', 'account_refuse'))"
        " OR (j.kind = 'placement' AND j.record_id IN (SELECT m.placement_id FROM placement_month m"
        " WHERE SCOPE_NOT(placement_month 'the claim that rests on them is in scope') AND m.person_id = $2 AND m.is_locked = 1)))"
        " ORDER BY j.seq LIMIT $3",
        P(t->claim_id), P(row_int(&t->claim, 0, "person_id")), P(TRACED_MAX)));
    t->proofs = NEW_ARRAY(cx->mem, struct journal_proof, t->journal.n + 1);
    for (int i = 0; i < t->journal.n; i++) {
        t->proofs[i] = i ? t->proofs[i - 1] : (struct journal_proof){ 0 };
        TRY(journal_prove(cx, row_int(&t->journal, i, "seq"), &t->proofs[i]));
    }
    return OK;
}

/* An event's own label, or a word for what modules do without a button. */
static const char *action_label(struct ctx *cx, const struct record *rec, const char *action)
{
    static const struct choice others[] = {
        { "create", "新增", "created" },
        { "change", "修改", "changed" },
        { "find", "认定应享", "found" },
        { "notice", "公示", "public notice" },
        { "collect", "入批", "put in a batch" },
        { "paid", "已支付", "paid" },
        { "payment_failed", "支付失败", "payment failed" },
        { "payment_again", "重新支付", "to be paid again" },
        { "return", "读入回盘", "return read" },
        { "correct", "更正账号", "account corrected" },
        { "reissue", "重新发放", "reissued" },
        { "set_off", "抵扣", "set off" },
        { "bank_file", "生成银行文件", "bank's file written" },
        { "account", "更新收款账号", "account filled in" },
        { "account_confirm", "账号变更复核通过", "change of account confirmed" },
        { "account_refuse", "账号变更否决", "change of account refused" },
        { "month", "确认月度在岗", "month confirmed" },
        { "end", "离岗", "ended" },
        { 0 },
    };

    for (const struct transition *x = rec ? rec->transitions : NULL; x && x->event; x++)
        if (str_eq(x->event, action))
            return T(x->zh, x->en);
    for (const struct choice *c = others; c->code; c++)
        if (str_eq(c->code, action))
            return T(c->zh, c->en);
    return action;
}

static void put_journal_step(struct ctx *cx, const struct trace *t)
{
    struct str s = str_new(cx->mem);

    for (int i = 0; i < t->journal.n; i++) {
        const struct journal_head *block = &t->proofs[i].block;
        const struct record *rec = record_find_kind(row_text(&t->journal, i, "kind"));
        str_addf(&s, "%s#%lld %s · %s · %s %s · ", i ? "\n" : "",
                 (long long)row_int(&t->journal, i, "seq"),
                 date_text(cx->mem, date_of_instant(row_int(&t->journal, i, "at"))),
                 row_text(&t->journal, i, "actor"),
                 rec ? T(rec->zh, rec->en) : row_text(&t->journal, i, "kind"),
                 action_label(cx, rec, row_text(&t->journal, i, "action")));
        if (block->number)
            str_addf(&s, T("已核验封存块 %lld %.16s", "proved by block %lld %.16s"),
                     (long long)block->number, block->hash);
        else
            str_add(&s, T("尚未封存", "not sealed yet"));
    }
    begin_step(cx, "journal", "操作日志与证明", "Journal and its proof", t->claim_id, NULL);
    json_put_str(cx->out, "text", s.s);
    json_end(cx->out);
}

static void put_journal(struct ctx *cx, const struct trace *t)
{
    static const char *const texts[] = { "actor", "kind", "action", "reason" };

    json_key(cx->out, "journal");
    json_array(cx->out);
    for (int i = 0; i < t->journal.n; i++) {
        const struct journal_proof *p = &t->proofs[i];
        json_object(cx->out);
        json_put_int(cx->out, "seq", row_int(&t->journal, i, "seq"));
        json_put_int(cx->out, "at", row_int(&t->journal, i, "at"));
        for (size_t k = 0; k < ARRAY_LEN(texts); k++)
            json_put_str(cx->out, texts[k], row_text(&t->journal, i, texts[k]));
        if (p->block.number) {
            json_put_int(cx->out, "block", p->block.number);
            json_put_str(cx->out, "block_hash", p->block.hash);
        }
        json_end(cx->out);
    }
    json_end(cx->out);
}

enum err payments_trace(struct ctx *cx)
{
    struct trace t;

    TRY(find(cx, cx->id, &t));
    TRY(load_journal(cx, &t));
    json_object(cx->out);
    json_put_id(cx->out, "claim_id", t.claim_id);
    json_put_int(cx->out, "amount_fen", row_int(&t.claim, 0, "amount_fen"));
    json_key(cx->out, "steps");
    json_array(cx->out);
    TRY(put_lines(cx, &t));
    TRY(put_accounts(cx, &t));
    TRY(put_claim(cx, &t));
    TRY(put_decision(cx, &t));
    TRY(put_months(cx, &t));
    TRY(put_money(cx, &t));
    put_journal_step(cx, &t);
    json_end(cx->out);
    put_journal(cx, &t);
    json_end(cx->out);
    return OK;
}
