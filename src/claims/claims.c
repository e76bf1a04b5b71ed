/* claims.c — claims as records: their states, the hands they pass through, and what payments do
 * with them. */
#include "claims/claims_int.h"

#include "accounts/accounts.h"
#include "claims/claims_steps.h"
#include "placements/placements.h"
#include "platform/journal.h"
#include "policy/policy_explain.h"

static const struct choice states[] = {
    { "ELIGIBLE", "可享受", "Eligible" },
    { "SUBMITTED", "已申报", "Submitted" },
    { "CHECKED", "已初审", "Checked" },
    { "REVIEWED", "已复审", "Reviewed" },
    { "NOTICE", "公示中", "On public notice" },
    { "OBJECTED", "有异议", "Objected" },
    { "APPROVED", "已终审", "Approved" },
    { "IN_PAYMENT", "支付中", "In payment" },
    { "PAID", "已发放", "Paid" },
    { "PAYMENT_FAILED", "发放失败", "Payment failed" },
    { "RETURNED", "退回补正", "Returned" },
    { "REJECTED", "不予发放", "Rejected" },
    { "WITHDRAWN", "已撤回", "Withdrawn" },
    { "HELD", "互斥待定", "Held" },
    { "LAPSED", "逾期未申领", "Lapsed" },
    { 0 },
};

enum err claim_check_payer(struct ctx *cx, const struct rows *before)
{
    const struct scope *s = &cx->who.scope;
    struct policy_row row;

    if (s->kind == SCOPE_ALL)
        return OK;
    TRY(policy_get(cx, row_int(before, 0, "policy_id"), &row));
    if (s->kind == SCOPE_OFFICE && (row.by_work ? s->work_lo : s->home_lo) != NONE)
        return OK;
    return fail(cx, E_FORBIDDEN, "claim.payer_side", "%s",
                T("由出资一方审核", "the side that pays decides on it"));
}

static enum err sign(struct ctx *cx, const struct rows *before, const char *column)
{
    return db_exec_list(
        cx,
        arena_printf(cx->mem, "UPDATE claim AS c SET %s = $1 WHERE c.id = $2 AND SCOPE(claim c)",
                     column),
        PARAMS_(P(cx->who.user_id), P(row_int(before, 0, "id"))));
}

static enum err keep_reason(struct ctx *cx, const struct rows *before, const char *reason)
{
    return db_exec(cx, "UPDATE claim AS c SET reason = $1 WHERE c.id = $2 AND SCOPE(claim c)",
                   P(reason), P(row_int(before, 0, "id")));
}

/* What is no step of the way is written down at the step that was next. */
static enum err note(struct ctx *cx, const struct rows *before, const char *event,
                     const char *reason)
{
    const char *step = row_text(before, 0, "next_step");
    struct policy_row row;

    TRY(policy_get(cx, row_int(before, 0, "policy_id"), &row));
    if (!step)
        step = str_eq(row_text(before, 0, "state"), "OBJECTED")
                   ? "NOTICE"
                   : claim_next_step(row.policy, row_text(before, 0, "state"), NULL).code;
    return claim_step_add(cx, before,
                          (struct claim_done){ .step = step ? step : "SUBMIT",
                                               .event = event,
                                               .reason = reason,
                                               .for_user_id = NONE });
}

/* Every round begins anew: the hands of an earlier one are in the steps. */
static enum err on_submit(struct ctx *cx, const struct rows *before, const char *reason)
{
    struct policy_row row;

    (void)reason;
    TRY(account_check_identity(cx));
    TRY(policy_get(cx, row_int(before, 0, "policy_id"), &row));
    TRY(db_exec(
        cx,
        "UPDATE claim AS c SET submitted_by = $1, checked_by = NULL, reviewed_by = NULL, approved_by = NULL, notice_id = NULL, reason = NULL"
        " WHERE c.id = $2 AND SCOPE(claim c)",
        P(cx->who.user_id), P(row_int(before, 0, "id"))));
    TRY(claim_step_add(cx, before,
                       (struct claim_done){
                           .step = "SUBMIT", .event = "submit", .for_user_id = NONE }));
    return claim_step_next(cx, before, row.policy, NULL, cx->today);
}

/* The step is the claim's next one, taken by another hand, and the one behind it comes next. */
static enum err pass_step(struct ctx *cx, const struct rows *before, const char *event)
{
    struct claim_next step;
    struct policy_row row;
    int64_t for_user_id;

    TRY(claim_step_begin(cx, before, event, &step));
    TRY(claim_in_stead(cx, event, &for_user_id));
    TRY(claim_take_in_hand(cx, before, for_user_id));
    TRY(claim_step_add(cx, before,
                       (struct claim_done){
                           .step = step.code, .event = event, .for_user_id = for_user_id }));
    TRY(policy_get(cx, row_int(before, 0, "policy_id"), &row));
    return claim_step_next(cx, before, row.policy, step.code, cx->today);
}

/* Of several checks the first one is shown with the claim, of several reviews the last. */
static enum err on_check(struct ctx *cx, const struct rows *before, const char *reason)
{
    (void)reason;
    TRY(pass_step(cx, before, "check"));
    return row_int(before, 0, "checked_by") == NONE ? sign(cx, before, "checked_by") : OK;
}

static enum err on_review(struct ctx *cx, const struct rows *before, const char *reason)
{
    (void)reason;
    TRY(pass_step(cx, before, "review"));
    return sign(cx, before, "reviewed_by");
}

static enum err on_object(struct ctx *cx, const struct rows *before, const char *reason)
{
    TRY(note(cx, before, "object", reason));
    return keep_reason(cx, before, reason);
}

static enum err on_dismiss(struct ctx *cx, const struct rows *before, const char *reason)
{
    TRY(claim_check_payer(cx, before));
    TRY(claim_take_in_hand(cx, before, NONE));
    TRY(note(cx, before, "dismiss_objection", reason));
    return keep_reason(cx, before, reason);
}

static enum err on_return(struct ctx *cx, const struct rows *before, const char *reason)
{
    TRY(note(cx, before, "return", reason));
    TRY(claim_steps_end(cx, before));
    return keep_reason(cx, before, reason);
}

/* --- approval --- */
struct beneficiary claim_beneficiary(const struct rows *claim)
{
    return (struct beneficiary){ row_int(claim, 0, "person_id"), row_int(claim, 0, "employer_id"),
                                 row_int(claim, 0, "org_id") };
}

static const struct policy_instalment *instalment_of(struct ctx *cx, const struct policy *p,
                                                     const struct policy_decision *d,
                                                     const char *name)
{
    for (int i = 0; i < d->instalment_count; i++)
        if (str_eq(instalment_name(cx->mem, p, &d->instalments[i]), name))
            return &d->instalments[i];
    return NULL;
}

/* The facts of now, as of the day of the decision, must still carry the whole amount.
 * *ret_of and *ret_x are what the claim rests on. */
static enum err recheck(struct ctx *cx, const struct rows *claim, struct case_facts *ret_of,
                        struct policy_instalment *ret_x)
{
    const struct policy_instalment *x;
    struct policy_decision was, is;
    struct policy_row row;
    int64_t payable;

    TRY(policy_get(cx, row_int(claim, 0, "policy_id"), &row));
    TRY(decision_load(cx, row_int(claim, 0, "decision_id"), &was));
    /* a further claim makes up what the first one lacks; any other stands for the whole */
    TRY(case_load(cx, &row, claim_beneficiary(claim), was.as_of,
                  row_int(claim, 0, "adjusts") == NONE, ret_of));
    ret_of->facts.year = was.year;
    ret_of->facts.is_review = true;
    policy_eval(row.policy, &ret_of->facts, was.as_of, cx->mem, &is);
    x = is.verdict == VERDICT_EXCLUDED
            ? NULL
            : instalment_of(cx, row.policy, &is, row_text(claim, 0, "instalment"));
    payable = x ? x->earned_fen - x->paid_fen : 0;
    if (payable != row_int(claim, 0, "amount_fen"))
        return hint(cx,
                    fail(cx, E_CONFLICT, "claim.facts_changed",
                         T("情况已有变化：原认定 %lld 元，按现在的记录为 %lld 元（%s）",
                           "the facts have changed: %lld yuan found, %lld yuan now (%s)"),
                         (long long)(row_int(claim, 0, "amount_fen") / 100),
                         (long long)(payable / 100), policy_verdict_text(cx->mem, &is, cx->lang)),
                    "%s", T("请退回补正或不予发放", "return or reject it"));
    *ret_x = *x;
    return OK;
}

/* The months under the money can no longer be changed without a correction. */
static enum err lock_months(struct ctx *cx, const struct rows *claim,
                            const struct policy_instalment *x)
{
    char from[8], until[8];
    struct rows r;

    if (row_int(claim, 0, "person_id") == NONE || date_is_none(x->from) || date_is_none(x->until))
        return OK;
    TRY(db_rows(
        cx, &r,
        "SELECT placement_id, month FROM placement_month m WHERE SCOPE_NOT(placement_month 'a claim in scope rests on it') AND m.person_id = $1"
        " AND m.month BETWEEN $2 AND $3 AND m.is_locked = 0",
        P(row_int(claim, 0, "person_id")), P(month_format(month_of(x->from), from)),
        P(month_format(month_of(x->until), until))));
    for (int i = 0; i < r.n; i++)
        TRY(month_lock(cx, row_int(&r, i, "placement_id"), row_text(&r, i, "month")));
    return OK;
}

static enum err on_approve(struct ctx *cx, const struct rows *before, const char *reason)
{
    struct ledger_claim charged;
    struct policy_instalment x;
    struct case_facts of;

    (void)reason;
    TRY(pass_step(cx, before, "approve"));
    TRY(claim_check_audit(cx, row_int(before, 0, "id")));
    TRY(recheck(cx, before, &of, &x));
    TRY(lock_months(cx, before, &x));
    TRY(claim_ledger(cx, row_int(before, 0, "id"), &charged));
    return sign(cx, before, "approved_by");
}

/* Who waited for this claim need not wait any longer. */
static enum err release_held(struct ctx *cx, const struct rows *before)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT id, home, work, employer_id, person_id FROM claim c WHERE SCOPE_NOT(claim 'exclusion holds across both sides')"
        " AND c.person_id = $1 AND c.held_by = $2 AND c.state = 'HELD'",
        P(row_int(before, 0, "person_id")), P(row_int(before, 0, "id"))));
    for (int i = 0; i < r.n; i++) {
        TRY(db_exec(
            cx,
            "UPDATE claim SET state = 'ELIGIBLE', held_by = NULL, version = version + 1, updated_at = $1"
            " WHERE SCOPE_NOT(claim 'exclusion holds across both sides') AND id = $2",
            P(cx->now), P(row_int(&r, i, "id"))));
        TRY(journal_append(cx,
                           &(struct journal_entry){ .kind = "claim",
                                                    .record_id = row_int(&r, i, "id"),
                                                    .action = "release",
                                                    .before = "{\"state\":\"HELD\"}",
                                                    .after = "{\"state\":\"ELIGIBLE\"}",
                                                    .home = row_int(&r, i, "home"),
                                                    .work = row_int(&r, i, "work"),
                                                    .employer_id = row_int(&r, i, "employer_id"),
                                                    .person_id = row_int(&r, i, "person_id") }));
    }
    return OK;
}

static enum err on_reject(struct ctx *cx, const struct rows *before, const char *reason)
{
    TRY(claim_check_payer(cx, before));
    TRY(note(cx, before, "reject", reason));
    TRY(claim_steps_end(cx, before));
    TRY(keep_reason(cx, before, reason));
    return release_held(cx, before);
}

static enum err on_withdraw(struct ctx *cx, const struct rows *before, const char *reason)
{
    TRY(note(cx, before, "withdraw", reason));
    TRY(claim_steps_end(cx, before));
    TRY(keep_reason(cx, before, reason));
    return release_held(cx, before);
}

/* Refused by mistake, or the refusal was appealed against: it begins anew. What was released for it
 * in the meantime stands before it. */
static enum err on_reopen(struct ctx *cx, const struct rows *before, const char *reason)
{
    struct beneficiary who = claim_beneficiary(before);
    const char *column = who.person_id != NONE     ? "person_id"
                         : who.employer_id != NONE ? "employer_id"
                                                   : "org_id";
    int64_t id = row_int(before, 0, column);
    struct policy_row own, other;
    struct rows r;

    TRY(claim_check_payer(cx, before));
    TRY(policy_get(cx, row_int(before, 0, "policy_id"), &own));
    TRY(claims_of(cx, column, &id, 1, &r));
    for (int i = 0; i < r.n; i++) {
        const char *state = row_text(&r, i, "state");
        if (!claim_is_of(&r, i, who) || (!claim_is_live(state) && !claim_is_committed(state)) ||
            row_int(&r, i, "policy_id") == own.id)
            continue;
        TRY(policy_get(cx, row_int(&r, i, "policy_id"), &other));
        if (policies_exclude(own.policy, other.policy))
            return hint(cx,
                        fail(cx, E_CONFLICT, "claim.excluded",
                             T("与在办或已办的“%s”互斥", "excluded by a claim under %s"),
                             T(other.policy->title.zh, other.policy->title.en)),
                        "%s", T("请先撤回或退回那一笔", "withdraw or return that one first"));
    }
    /* Whoever takes up a lapsed one has decided that the window does not end it. */
    TRY(db_exec(cx, "UPDATE claim AS c SET close_on = NULL WHERE c.id = $1 AND SCOPE(claim c)",
                P(row_int(before, 0, "id"))));
    TRY(note(cx, before, "reopen", reason));
    return keep_reason(cx, before, reason);
}

/* One table for every policy. The usual hands go from SUBMITTED through CHECKED and REVIEWED; a
 * chain of its own may check twice or not at all, so its steps may begin wherever a claim is under
 * review, and the rules ask which one is next (claims_steps.c). */
#define UNDER_REVIEW "SUBMITTED|CHECKED|REVIEWED|NOTICE"
static const struct transition transitions[] = {
    { "submit", "ELIGIBLE|RETURNED|WITHDRAWN", "SUBMITTED", "申报", "Submit", .rule = on_submit },
    { "check", UNDER_REVIEW, "CHECKED", "初审通过", "Check", .rule = on_check },
    { "review", UNDER_REVIEW, "REVIEWED", "复审通过", "Review", .rule = on_review },
    { "object", "NOTICE", "OBJECTED", "登记异议", "Object", .needs_reason = true,
      .rule = on_object },
    { "dismiss_objection", "OBJECTED", "NOTICE", "异议不成立", "Dismiss the objection",
      .needs_reason = true, .rule = on_dismiss },
    { "approve", UNDER_REVIEW, "APPROVED", "终审通过", "Approve", .rule = on_approve },
    { "return", UNDER_REVIEW "|OBJECTED", "RETURNED", "退回补正", "Return", .needs_reason = true,
      .rule = on_return },
    { "reject", UNDER_REVIEW "|OBJECTED|HELD", "REJECTED", "不予发放", "Reject",
      .needs_reason = true, .rule = on_reject },
    { "reopen", "REJECTED|LAPSED", "ELIGIBLE", "重新受理", "Reopen", .needs_reason = true,
      .rule = on_reopen },
    { "withdraw", "ELIGIBLE|SUBMITTED|CHECKED|RETURNED|HELD", "WITHDRAWN", "撤回", "Withdraw",
      .needs_reason = true, .rule = on_withdraw },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
struct claim_input {
    int64_t id;
};
static const struct field fields[] = {
    OUTPUT("policy_id", FIELD_ID, "政策", "Policy", .sql = "c.policy_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("policy_name", FIELD_TEXT, "补贴", "Subsidy",
           .sql = "(SELECT y.title_zh FROM policy y WHERE y.id = c.policy_id)", .use = LISTED),
    OUTPUT("policy_name_en", FIELD_TEXT, "补贴（英文）", "Subsidy",
           .sql = "(SELECT y.title_en FROM policy y WHERE y.id = c.policy_id)", .use = USE_LIST),
    OUTPUT("person_id", FIELD_ID, "人员", "Person", .sql = "c.person_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT(
        "person_name", FIELD_NAME, "姓名", "Name", .use = LISTED,
        .sql =
            "(SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the claim is in scope') AND p.id = c.person_id)"),
    OUTPUT("employer_id", FIELD_ID, "企业", "Employer", .sql = "c.employer_id",
           .use = USE_LIST | USE_FILTER),
    OUTPUT(
        "employer_name", FIELD_TEXT, "企业名称", "Employer name", .use = LISTED,
        .sql =
            "(SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'the claim is in scope') AND e.id = c.employer_id)"),
    OUTPUT("org_id", FIELD_ID, "工作站", "Station", .sql = "c.org_id", .use = USE_FILTER),
    OUTPUT("org_name", FIELD_TEXT, "工作站名称", "Station name",
           .sql = "(SELECT g.name FROM v_org_name g WHERE g.id = c.org_id)", .use = LISTED),
    OUTPUT("home", FIELD_DIVISION, "户籍地代码", "Domicile", .sql = "c.home", .use = USE_FILTER),
    OUTPUT("home_name", FIELD_TEXT, "户籍地", "Domicile name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = c.home)"),
    OUTPUT("work", FIELD_DIVISION, "务工地代码", "Workplace", .sql = "c.work", .use = USE_FILTER),
    OUTPUT("work_name", FIELD_TEXT, "务工地", "Workplace name", .use = USE_EXPORT,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = c.work)"),
    OUTPUT("instalment", FIELD_TEXT, "期次", "Instalment", .sql = "c.instalment", .use = LISTED),
    OUTPUT("amount_fen", FIELD_MONEY, "金额", "Amount", .sql = "c.amount_fen", .use = LISTED),
    OUTPUT("due_on", FIELD_DATE, "条件满足日", "Due", .sql = "c.due_on",
           .use = LISTED | USE_FILTER),
    OUTPUT("close_on", FIELD_DATE, "申领截止日", "Claim by", .sql = "c.close_on",
           .use = LISTED | USE_FILTER),
    OUTPUT("decision_id", FIELD_ID, "认定", "Decision", .sql = "c.decision_id", .use = USE_LIST),
    OUTPUT("budget_year", FIELD_INT, "预算年度", "Budget year", .sql = "c.budget_year",
           .use = USE_EXPORT | USE_FILTER),
    OUTPUT("adjusts", FIELD_ID, "补发自", "Makes up", .sql = "c.adjusts",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("exclusive_group", FIELD_TEXT, "互斥组", "Exclusive group", .sql = "c.exclusive_group",
           .use = USE_FILTER),
    OUTPUT("held_by", FIELD_ID, "互斥于", "Held by", .sql = "c.held_by",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("reason", FIELD_TEXT, "原因", "Reason", .sql = "c.reason", .use = USE_EXPORT),
    OUTPUT("notice_id", FIELD_ID, "公示", "Notice", .sql = "c.notice_id",
           .use = USE_LIST | USE_FILTER),
#define HAND(column, zh, en)                                                         \
    OUTPUT(column, FIELD_ID, zh, en, .sql = "c." column),                            \
        OUTPUT(column "_name", FIELD_NAME, zh "姓名", en " name", .use = USE_EXPORT, \
               .sql = "(SELECT u.name FROM v_user_name u WHERE u.id = c." column ")")
    HAND("submitted_by", "申报人", "Submitted by"),
    HAND("checked_by", "初审人", "Checked by"),
    HAND("reviewed_by", "复审人", "Reviewed by"),
    HAND("approved_by", "终审人", "Approved by"),
    OUTPUT("next_step", FIELD_TEXT, "下一环节", "Next step", .sql = "c.next_step",
           .use = USE_LIST), /* as told, by claims_show() */
    OUTPUT("next_event", FIELD_TEXT, "下一环节代码", "Next step's code",
           .sql = "CAST(NULL AS TEXT)", .use = USE_LIST),
    OUTPUT("next_office", FIELD_TEXT, "办理单位", "By", .sql = "CAST(NULL AS TEXT)",
           .use = USE_LIST),
    OUTPUT("step_due_on", FIELD_DATE, "办理期限", "To be done by", .sql = "c.step_due_on",
           .use = USE_LIST | USE_FILTER),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = states, .sql = "c.state",
           .use = LISTED | USE_FILTER),
    { 0 },
};

const struct record claim_record = {
    .name = "claim",
    .zh = "补贴申领",
    .en = "claim",
    .table = "claim",
    .alias = "c",
    .fields = fields,
    .size = sizeof(struct claim_input),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = transitions,
    .show = claims_show,
};

static bool is_event(const char *event)
{
    for (const struct transition *t = transitions; t->event; t++)
        if (str_eq(t->event, event))
            return true;
    return false;
}

/* Whoever decides on claims at any step may send one back; only the later two steps may end it. */
enum err claim_may(struct ctx *cx, const char *event)
{
    uint64_t perms = PERM_BIT(PERM_CLAIM_REVIEW) | PERM_BIT(PERM_CLAIM_APPROVE);
    const struct op *op = op_find(arena_printf(cx->mem, "claims.%s", event));

    if (str_eq(event, "return"))
        perms |= PERM_BIT(PERM_CLAIM_CHECK);
    else if (!str_eq(event, "reject") && !str_eq(event, "reopen"))
        perms = op ? PERM_BIT(op->perm) : 0;
    if (cx->who.perms & perms)
        return OK;
    return fail(cx, E_FORBIDDEN, "op.forbidden", "%s",
                T("您的角色没有此项权限", "your role does not allow this"));
}

static enum err op_send_back(struct ctx *cx)
{
    TRY(claim_may(cx, strrchr(cx->op->route, '/') + 1));
    return record_event(cx);
}

enum err claim_event(struct ctx *cx, int64_t claim_id, const char *event, const char *reason)
{
    if (!is_event(event))
        return fail_field(cx, "event", "claim.event", "%s",
                          T("没有这个环节", "there is no such step"));
    return record_move(cx, &claim_record, claim_id, event, reason);
}

/* --- module --- */
static const struct scoped tables[] = {
    { "claim", .home = "home", .work = "work", .employer = "employer_id", .person = "person_id" },
    { "adjustment", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { "adjustment_offset", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { "public_notice", .home = "home", .work = "work" },
    { "claim_audit", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { "claim_step", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { "claim_delegation", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    OPEN_TABLE("claim_discovery"),
    { 0 },
};

#define EVENT(event, perm, zh, en)                                                             \
    {                                                                                          \
        "claims." event, "POST /claims/{id}/" event, perm, record_event, zh, en, &claim_record \
    }
#define STEP(event, perm, zh, en)                                                               \
    {                                                                                           \
        "claims." event, "POST /claims/{id}/" event, perm, record_event, zh, en, &claim_record, \
            .when = "next_event=" event                                                         \
    }
#define SEND_BACK(event, zh, en)                                                            \
    {                                                                                       \
        "claims." event, "POST /claims/{id}/" event, PERM_CLAIM_READ, op_send_back, zh, en, \
            &claim_record, .in = event_fields, .in_size = sizeof(struct event_input)        \
    }
static const struct op ops[] = {
    { "policies.evaluate", "POST /policies/{id}/evaluate", PERM_POLICY_READ, claims_op_evaluate,
      "试算", "Decide without saving", .in = evaluate_fields,
      .in_size = sizeof(struct evaluate_input), .flags = OP_DETACHED },
    { "policies.simulate", "POST /policies/{id}/simulate", PERM_POLICY_WRITE, claims_op_simulate,
      "测算", "What a change would cost", .in = simulate_fields,
      .in_size = sizeof(struct simulate_input), .flags = OP_DETACHED },
    { "claims.list", "GET /claims", PERM_CLAIM_READ, record_list, "补贴申领列表", "Claims",
      &claim_record },
    { "claims.export", "GET /claims/export", PERM_EXPORT, record_export, "导出补贴申领",
      "Export claims", &claim_record, .flags = OP_FILE | OP_DETACHED },
    { "claims.get", "GET /claims/{id}", PERM_CLAIM_READ, record_get, "补贴申领详情", "One claim",
      &claim_record },
    { "claims.history", "GET /claims/{id}/history", PERM_CLAIM_READ, record_history, "变更记录",
      "Its history", &claim_record },
    { "claims.steps", "GET /claims/{id}/steps", PERM_CLAIM_READ, claims_op_steps, "办理环节",
      "Its steps: what was done, what comes next" },
    { "claims.find", "POST /claims/find", PERM_CLAIM_WRITE, claims_op_find, "查找应享受补贴的人",
      "Find who is entitled", .in = find_fields, .in_size = sizeof(struct find_input),
      .flags = OP_DETACHED },
    { "claims.bulk", "POST /claims/bulk", PERM_CLAIM_READ, claims_op_bulk, "批量办理",
      "One step for many claims", .in = bulk_fields, .in_size = sizeof(struct bulk_input),
      .flags = OP_DETACHED },
    { "claims.notice", "POST /claims/notice", PERM_CLAIM_REVIEW, claims_op_notice, "公示",
      "Post for public notice", .in = notice_fields, .in_size = sizeof(struct notice_input) },
    EVENT("submit", PERM_CLAIM_WRITE, "申报", "Submit"),
    { "claims.delegate", "POST /claims/{id}/delegate", PERM_CLAIM_WRITE, claims_op_delegate,
      "代为申报", "Submit for the person", &claim_record, .in = delegate_fields,
      .in_size = sizeof(struct delegate_input), .when = "state=ELIGIBLE|RETURNED|WITHDRAWN" },
    STEP("check", PERM_CLAIM_CHECK, "初审通过", "Check"),
    STEP("review", PERM_CLAIM_REVIEW, "复审通过", "Review"),
    EVENT("object", PERM_CLAIM_WRITE, "登记异议", "Object"),
    EVENT("dismiss_objection", PERM_CLAIM_APPROVE, "异议不成立", "Dismiss the objection"),
    STEP("approve", PERM_CLAIM_APPROVE, "终审通过", "Approve"),
    SEND_BACK("return", "退回补正", "Return"),
    SEND_BACK("reject", "不予发放", "Reject"),
    SEND_BACK("reopen", "重新受理", "Reopen"),
    EVENT("withdraw", PERM_CLAIM_WRITE, "撤回", "Withdraw"),
    { "months.correct", "POST /months/correct", PERM_MONTH_LOCK, claims_op_correct,
      "更正已锁定月份", "Correct a month that money rests on", .in = correct_fields,
      .in_size = sizeof(struct correct_input) },
    { "adjustments.list", "GET /adjustments", PERM_CLAIM_READ, record_list, "补发与追回",
      "Supplements and recoveries", &adjustment_record },
    { "adjustments.get", "GET /adjustments/{id}", PERM_CLAIM_READ, record_get, "补发或追回",
      "One supplement or recovery", &adjustment_record },
    { "adjustments.history", "GET /adjustments/{id}/history", PERM_CLAIM_READ, record_history,
      "变更记录", "Its history", &adjustment_record },
    { "adjustments.repay", "POST /adjustments/{id}/repay", PERM_PAYMENT_APPROVE, record_event,
      "登记退回", "Record a repayment", &adjustment_record, .in = event_fields,
      .in_size = sizeof(struct event_input) },
    { "adjustments.waive", "POST /adjustments/{id}/waive", PERM_CLAIM_APPROVE, record_event,
      "免予追回", "Waive a recovery", &adjustment_record, .in = event_fields,
      .in_size = sizeof(struct event_input) },
    { "notices.list", "GET /notices", PERM_CLAIM_READ, record_list, "公示列表", "Public notices",
      &notice_record },
    { "notices.get", "GET /notices/{id}", PERM_CLAIM_READ, record_get, "公示详情", "One notice",
      &notice_record },
    { "notices.print", "GET /notices/{id}/print", PERM_CLAIM_READ, claims_op_print, "公示名单",
      "The notice as posted" },
    { "audits.list", "GET /claim-audits", PERM_CLAIM_READ, record_list, "抽查列表", "Sample audits",
      &audit_record },
    { "audits.export", "GET /claim-audits/export", PERM_EXPORT, record_export, "导出抽查",
      "Export audits", &audit_record, .flags = OP_FILE | OP_DETACHED },
    { "audits.get", "GET /claim-audits/{id}", PERM_CLAIM_READ, record_get, "抽查详情", "One audit",
      &audit_record },
    { "audits.history", "GET /claim-audits/{id}/history", PERM_CLAIM_READ, record_history,
      "变更记录", "Its history", &audit_record },
    { "audits.draw", "POST /claim-audits/draw", PERM_CLAIM_REVIEW, claims_op_draw, "抽取",
      "Draw a sample", .in = draw_fields, .in_size = sizeof(struct draw_input) },
    { "audits.pass", "POST /claim-audits/{id}/pass", PERM_CLAIM_REVIEW, record_event, "属实",
      "Found right", &audit_record },
    { "audits.fail", "POST /claim-audits/{id}/fail", PERM_CLAIM_REVIEW, record_event, "不属实",
      "Found wrong", &audit_record },
    { 0 },
};

static const struct record *const records[] = { &claim_record, &notice_record, &adjustment_record,
                                                &audit_record, NULL };

static const struct background background[] = {
    { "discovery", claims_discovery, 60000 },
    { 0 },
};

const struct module claims_module = {
    "claims", "补贴申领", "Claims", ops, tables, records, .background = background,
};
