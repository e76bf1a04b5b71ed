/* claims_steps.c — which step of review comes next, whose office takes it, and the rows that say
 * who did what (from none before the notice, where nobody applies,
 * to Chongxin's six). Entry, every review and the approval are different people; posting a notice
 * decides nothing and is no hand. */
#include "claims/claims_steps.h"

#include "accounts/accounts.h"
#include "base/workday.h"

/* --- the ways, pure --- */
static const struct {
    enum policy_step step;
    const char *event;
    enum division_level highest, lowest;
    bool by_home;
} ways[] = {
    { STEP_VILLAGE, "check", LEVEL_TOWNSHIP, LEVEL_VILLAGE, true },
    { STEP_VILLAGE_NOTICE, "notice", LEVEL_TOWNSHIP, LEVEL_VILLAGE, true },
    { STEP_TOWNSHIP, "check", LEVEL_TOWNSHIP, LEVEL_TOWNSHIP, true },
    { STEP_TOWNSHIP_NOTICE, "notice", LEVEL_TOWNSHIP, LEVEL_TOWNSHIP, true },
    { STEP_COUNTY_HRSS, "review", LEVEL_COUNTY, LEVEL_COUNTY, false },
    { STEP_COUNTY_RURAL, "review", LEVEL_COUNTY, LEVEL_COUNTY, true },
    { STEP_COUNTY_NOTICE, "notice", LEVEL_COUNTY, LEVEL_COUNTY, false },
    { STEP_CITY_HRSS, "review", LEVEL_CITY, LEVEL_CITY, false },
    { STEP_FINANCE, "review", LEVEL_NONE, LEVEL_NONE, false },
    { STEP_APPROVAL, "approve", LEVEL_NONE, LEVEL_NONE, false },
};

static const struct claim_next usual[] = {
    { .event = "check", .code = "CHECK", .zh = "初审", .en = "first check" },
    { .event = "review", .code = "REVIEW", .zh = "复审", .en = "review" },
    { .event = "notice", .code = "NOTICE", .zh = "公示", .en = "public notice" },
    { .event = "approve", .code = "APPROVAL", .zh = "终审", .en = "approval" },
};
enum { CHECK, REVIEW, NOTICE, APPROVAL };

static struct claim_next usual_step(const struct policy *p, int n)
{
    struct claim_next next = usual[n];

    next.notice_days = n == NOTICE ? p->notice_working_days : 0;
    return next;
}

static struct claim_next step_of_chain(const struct policy_review *r)
{
    size_t i = 0;

    while (i + 1 < ARRAY_LEN(ways) && ways[i].step != r->step)
        i++;
    return (struct claim_next){ .event = ways[i].event,
                                .code = policy_steps[r->step].code,
                                .zh = policy_steps[r->step].zh,
                                .en = policy_steps[r->step].en,
                                .highest = ways[i].highest,
                                .lowest = ways[i].lowest,
                                .by_home = ways[i].by_home,
                                .notice_days = r->notice_days,
                                .within_days = r->within_days };
}

struct claim_next claim_step_at(const struct policy *p, int n)
{
    if (p->has_chain)
        return n < p->review_count ? step_of_chain(&p->review[n]) : (struct claim_next){ 0 };
    n += n >= NOTICE && p->notice_working_days == 0;
    return n <= APPROVAL ? usual_step(p, n) : (struct claim_next){ 0 };
}

static bool is_one_of(const char *state, const char *states)
{
    size_t len = strlen(state);

    for (const char *at = states; *at; at += strcspn(at, "|"), at += *at == '|')
        if (strcspn(at, "|") == len && memcmp(at, state, len) == 0)
            return true;
    return false;
}

struct claim_next claim_next_step(const struct policy *p, const char *state, const char *step)
{
    static const struct {
        const char *state;
        int next;
    } after[] = { { "SUBMITTED", CHECK },
                  { "CHECKED", REVIEW },
                  { "REVIEWED", NOTICE },
                  { "NOTICE", APPROVAL } };

    if (!is_one_of(state, "SUBMITTED|CHECKED|REVIEWED|NOTICE"))
        return (struct claim_next){ 0 };
    for (int i = 0; step && i < p->review_count; i++)
        if (str_eq(policy_steps[p->review[i].step].code, step))
            return step_of_chain(&p->review[i]);
    for (size_t i = 0; i < ARRAY_LEN(after); i++)
        if (str_eq(after[i].state, state))
            return usual_step(p, after[i].next == NOTICE && p->notice_working_days == 0
                                     ? APPROVAL
                                     : after[i].next);
    return (struct claim_next){ 0 };
}

const char *claim_step_after(const struct policy *p, const char *step)
{
    if (!p->has_chain)
        return NULL;
    if (!step)
        return policy_steps[p->review[0].step].code;
    for (int i = 0; i + 1 < p->review_count; i++)
        if (str_eq(policy_steps[p->review[i].step].code, step))
            return policy_steps[p->review[i + 1].step].code;
    return NULL;
}

const char *claim_steps_of(struct arena *mem, const char *event)
{
    struct str s = str_new(mem);

    for (size_t i = 0; i < ARRAY_LEN(ways); i++)
        if (str_eq(ways[i].event, event))
            str_addf(&s, "%s'%s'", s.len ? "," : "", policy_steps[ways[i].step].code);
    return s.len ? s.s : "''";
}

const char *claim_states_of(const char *event)
{
    return str_eq(event, "check")     ? "SUBMITTED"
           : str_eq(event, "review")  ? "CHECKED"
           : str_eq(event, "notice")  ? "REVIEWED"
           : str_eq(event, "approve") ? "NOTICE|REVIEWED"
                                      : NULL;
}

/* --- whose office --- */
static const char *office_text(struct ctx *cx, const struct claim_next *next)
{
    return next->lowest == LEVEL_VILLAGE    ? T("村或乡镇", "the village or township")
           : next->lowest == LEVEL_TOWNSHIP ? T("乡镇", "the township")
           : next->lowest == LEVEL_COUNTY   ? T("县（区）", "the county")
           : next->lowest == LEVEL_CITY     ? T("市", "the city")
                                            : T("出资一方", "the side that pays");
}

static enum err check_office(struct ctx *cx, const struct rows *claim,
                             const struct claim_next *next)
{
    const struct scope *s = &cx->who.scope;
    int64_t own = s->home_lo != NONE ? s->home_lo : s->work_lo;
    enum division_level level = s->kind == SCOPE_OFFICE ? division_level(own) : LEVEL_NONE;

    if (s->kind == SCOPE_ALL)
        return OK;
    if (!next->by_home && !str_eq(next->event, "check"))
        TRY(claim_check_payer(cx, claim));
    if ((next->highest == LEVEL_NONE || (level >= next->highest && level <= next->lowest)) &&
        (!next->by_home || s->home_lo != NONE))
        return OK;
    return hint(cx,
                fail(cx, E_FORBIDDEN, "claim.step_office",
                     T("“%s”不由您的单位办理", "%s is not your office's step"),
                     T(next->zh, next->en)),
                T("由%s办理", "it is taken by %s"), office_text(cx, next));
}

/* What is on notice is heard to the end before anything else happens. */
static enum err check_notice_over(struct ctx *cx, const struct rows *claim)
{
    int64_t id = row_int(claim, 0, "notice_id");
    struct rows r;

    if (!str_eq(row_text(claim, 0, "state"), "NOTICE") || id == NONE)
        return OK;
    TRY(db_one(
        cx, &r,
        "SELECT until_on FROM public_notice n WHERE SCOPE_NOT(public_notice 'the notice of a claim in scope') AND n.id = $1",
        P(id)));
    if (strcmp(row_text(&r, 0, "until_on"), date_text(cx->mem, cx->today)) >= 0)
        return fail(cx, E_CONFLICT, "claim.notice_open",
                    T("公示期至 %s，期满后才能办理下一环节",
                      "on public notice until %s: the next step is after that day"),
                    row_text(&r, 0, "until_on"));
    return db_exec(
        cx,
        "UPDATE public_notice SET state = 'CLOSED', updated_at = $1 WHERE SCOPE_NOT(public_notice 'the notice of a claim in scope')"
        " AND id = $2 AND state = 'OPEN'",
        P(cx->now), P(id));
}

static enum err refuse_order(struct ctx *cx, const char *state, const struct claim_next *next,
                             bool has_chain)
{
    if (has_chain)
        return hint(cx,
                    fail(cx, E_CONFLICT, "claim.step", T("下一环节是“%s”", "the next step is: %s"),
                         T(next->zh, next->en)),
                    T("由%s办理", "it is taken by %s"), office_text(cx, next));
    if (str_eq(next->event, "notice"))
        return fail(cx, E_CONFLICT, "claim.no_notice", "%s",
                    T("尚未公示", "it has not been on public notice"));
    return fail(cx, E_CONFLICT, "state.wrong",
                T("当前状态为“%s”，下一环节是“%s”", "the state is %s: the next step is %s"),
                choice_label(claim_record.states, state, cx->lang), T(next->zh, next->en));
}

enum err claim_step_begin(struct ctx *cx, const struct rows *claim, const char *event,
                          struct claim_next *ret)
{
    const char *state = row_text(claim, 0, "state");
    struct policy_row row;

    TRY(policy_get(cx, row_int(claim, 0, "policy_id"), &row));
    *ret = claim_next_step(row.policy, state, row_text(claim, 0, "next_step"));
    if (!str_eq(ret->event, event))
        return refuse_order(cx, state, ret, row_text(claim, 0, "next_step") != NULL);
    TRY(check_office(cx, claim, ret));
    return check_notice_over(cx, claim);
}

/* --- hands --- */
/* By any account of hers, or of the enterprise or station that is paid. */
static enum err is_beneficiary(struct ctx *cx, const struct rows *claim, const struct hand *hand,
                               bool *ret)
{
    struct rows r;

    *ret = false;
    for (int i = 0; i < hand->n && !*ret; i++) {
        TRY(db_rows(
            cx, &r,
            "SELECT 1 FROM user_account u WHERE SCOPE_NOT(user_account 'accounts of whoever acts') AND u.id = $1"
            " AND (u.person_id = $2 OR u.employer_id = $3 OR u.org_id = $4)",
            P(hand->users[i]), P(row_int(claim, 0, "person_id")),
            P(row_int(claim, 0, "employer_id")), P(row_int(claim, 0, "org_id"))));
        *ret = r.n > 0;
    }
    if (*ret || hand->n == 0 || row_int(claim, 0, "person_id") == NONE)
        return OK;
    TRY(db_one(
        cx, &r,
        "SELECT id_no_index FROM person p WHERE SCOPE_NOT(person 'the claim is in scope') AND p.id = $1",
        P(row_int(claim, 0, "person_id"))));
    return account_has_number(cx, hand->users[0], "person.id_no", row_blob(&r, 0, "id_no_index"),
                              ret);
}

static enum err refuse_hand(struct ctx *cx)
{
    return hint(cx,
                fail(cx, E_CONFLICT, "claim.same_hand", "%s",
                     T("您已办理过这笔申领的前一环节，须由他人办理",
                       "you already acted on this claim: somebody else must take this step")),
                "%s", T("同一人的几个账号算作一人", "several accounts of one person count as one"));
}

/* Those who entered, checked, reviewed or approved it since it was last handed in. */
static enum err read_hands(struct ctx *cx, int64_t claim_id, struct rows *ret)
{
    return db_rows(
        cx, ret,
        "SELECT s.user_id, s.for_user_id FROM claim_step s WHERE SCOPE_NOT(claim_step 'the claim is in scope') AND s.claim_id = $1"
        " AND s.event IN ('submit', 'check', 'review', 'approve') AND s.number >= COALESCE((SELECT MAX(b.number) FROM claim_step b"
        " WHERE SCOPE_NOT(claim_step 'the claim is in scope') AND b.claim_id = $1 AND b.event = 'submit'), 0)",
        P(claim_id));
}

static enum err check_hand(struct ctx *cx, const struct rows *claim, const struct rows *hands,
                           int64_t user_id)
{
    bool is_delegate, is_own;
    struct hand hand;

    TRY(account_hand(cx, user_id, &hand));
    for (int i = 0; i < hands->n; i++)
        if (hand_has(&hand, row_int(hands, i, "user_id")) ||
            hand_has(&hand, row_int(hands, i, "for_user_id")))
            return refuse_hand(cx);
    TRY(claim_has_delegate(cx, row_int(claim, 0, "id"), user_id, &is_delegate));
    if (is_delegate)
        return refuse_hand(cx);
    TRY(is_beneficiary(cx, claim, &hand, &is_own));
    if (!is_own)
        return OK;
    return fail(cx, E_CONFLICT, "claim.own", "%s",
                T("不能审核本人或本单位的申领", "nobody decides on a claim of her own"));
}

enum err claim_take_in_hand(struct ctx *cx, const struct rows *claim, int64_t for_user_id)
{
    struct rows hands;

    TRY(account_check_identity(cx));
    TRY(read_hands(cx, row_int(claim, 0, "id"), &hands));
    TRY(check_hand(cx, claim, &hands, cx->who.user_id));
    return for_user_id == NONE ? OK : check_hand(cx, claim, &hands, for_user_id);
}

enum err claim_in_stead(struct ctx *cx, const char *event, int64_t *ret_user_id)
{
    return account_stands_in_for(cx,
                                 str_eq(event, "check")     ? PERM_CLAIM_CHECK
                                 : str_eq(event, "approve") ? PERM_CLAIM_APPROVE
                                                            : PERM_CLAIM_REVIEW,
                                 ret_user_id);
}

enum err claims_check_other_hand(struct ctx *cx, const int64_t *claim_ids, int n)
{
    struct hand me;
    struct rows r;

    TRY(account_check_identity(cx));
    TRY(account_hand(cx, cx->who.user_id, &me));
    for (int from = 0; from < n && me.n; from += FACTS_CHUNK) {
        struct params p;
        const char *in =
            facts_in_list(cx->mem, claim_ids + from, MIN(n - from, FACTS_CHUNK), 0, &p);
        TRY(db_rows_list(
            cx, &r,
            arena_printf(
                cx->mem,
                "SELECT DISTINCT s.user_id, s.for_user_id FROM claim_step s WHERE SCOPE_NOT(claim_step 'whoever had a hand in it does not pay it')"
                " AND s.event IN ('submit', 'check', 'review', 'approve') AND s.claim_id IN %s",
                in),
            p));
        for (int i = 0; i < r.n; i++)
            if (hand_has(&me, row_int(&r, i, "user_id")) ||
                hand_has(&me, row_int(&r, i, "for_user_id")))
                return refuse_hand(cx);
    }
    return OK;
}

/* --- rows --- */
enum err claim_step_add(struct ctx *cx, const struct rows *claim, struct claim_done done)
{
    return db_exec(
        cx,
        "INSERT INTO claim_step (claim_id, number, step, event, user_id, for_user_id, reason, due_on, until_on, person_id, employer_id, home, work, at)"
        " SELECT $1, COALESCE((SELECT MAX(s.number) FROM claim_step s WHERE SCOPE_NOT(claim_step 'the claim is in scope') AND s.claim_id = $1), 0) + 1,"
        " $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 WHERE SCOPE_NOT(claim_step 'the claim is in scope')",
        P(row_int(claim, 0, "id")), P(done.step), P(done.event), P(cx->who.user_id),
        P(done.for_user_id), P(done.reason), P(row_text(claim, 0, "step_due_on")), P(done.until_on),
        P(row_int(claim, 0, "person_id")), P(row_int(claim, 0, "employer_id")),
        P(row_int(claim, 0, "home")), P(row_int(claim, 0, "work")), P(cx->now));
}

static enum err set_next(struct ctx *cx, const struct rows *claim, const char *step,
                         const char *due_on)
{
    return db_exec(
        cx,
        "UPDATE claim AS c SET next_step = $1, step_due_on = $2 WHERE c.id = $3 AND SCOPE(claim c)",
        P(step), P(due_on), P(row_int(claim, 0, "id")));
}

enum err claim_step_next(struct ctx *cx, const struct rows *claim, const struct policy *p,
                         const char *step, struct date from)
{
    const char *next = claim_step_after(p, step), *due_on = NULL;

    for (int i = 0; next && i < p->review_count; i++)
        if (str_eq(policy_steps[p->review[i].step].code, next) && p->review[i].within_days)
            due_on = date_text(cx->mem, add_workdays(from, p->review[i].within_days));
    return set_next(cx, claim, next, due_on);
}

enum err claim_steps_end(struct ctx *cx, const struct rows *claim)
{
    return set_next(cx, claim, NULL, NULL);
}

/* --- telling --- */
static void put_text(struct rows *rows, int row, const char *column, const char *text)
{
    struct value *v = (struct value *)row_value(rows, row, column);

    *v = (struct value){ .type = text ? VALUE_TEXT : VALUE_NULL,
                         .text = text,
                         .len = text ? strlen(text) : 0 };
}

void claims_show(struct ctx *cx, struct rows *rows)
{
    struct policy_row row;

    for (int i = 0; i < rows->n; i++) {
        struct claim_next next = { 0 };
        if (policy_get(cx, row_int(rows, i, "policy_id"), &row) == OK)
            next = claim_next_step(row.policy, row_text(rows, i, "state"),
                                   row_text(rows, i, "next_step"));
        put_text(rows, i, "next_event", next.event);
        put_text(rows, i, "next_step", next.event ? T(next.zh, next.en) : NULL);
        put_text(rows, i, "next_office",
                 next.event && next.lowest != LEVEL_NONE ? office_text(cx, &next) : NULL);
    }
}

static const char *name_of_step(struct ctx *cx, const char *code)
{
    int step = policy_name_find(policy_steps, code);

    for (size_t i = 0; i < ARRAY_LEN(usual); i++)
        if (str_eq(usual[i].code, code))
            return T(usual[i].zh, usual[i].en);
    return step >= 0                ? policy_name_label(policy_steps, step, cx->lang)
           : str_eq(code, "SUBMIT") ? T("申报", "entry")
                                    : code;
}

static enum err put_done(struct ctx *cx, int64_t claim_id)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT s.number, s.step, s.event, s.user_id, (SELECT u.name FROM v_user_name u WHERE u.id = s.user_id) AS user_name, s.for_user_id,"
        " (SELECT u.name FROM v_user_name u WHERE u.id = s.for_user_id) AS for_user_name, s.reason, s.due_on, s.until_on, s.at"
        " FROM claim_step s WHERE SCOPE_NOT(claim_step 'the claim is in scope') AND s.claim_id = $1 ORDER BY s.number LIMIT 500",
        P(claim_id)));
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < r.n; i++) {
        json_object(cx->out);
        json_put_int(cx->out, "number", row_int(&r, i, "number"));
        json_put_str(cx->out, "step", row_text(&r, i, "step"));
        json_put_str(cx->out, "step_name", name_of_step(cx, row_text(&r, i, "step")));
        json_put_str(cx->out, "event", row_text(&r, i, "event"));
        json_put_id(cx->out, "user_id", row_int(&r, i, "user_id"));
        json_put_str(cx->out, "user_name", row_text(&r, i, "user_name"));
        json_put_id(cx->out, "for_user_id", row_int(&r, i, "for_user_id"));
        json_put_str(cx->out, "for_user_name", row_text(&r, i, "for_user_name"));
        json_put_str(cx->out, "reason", row_text(&r, i, "reason"));
        json_put_str(cx->out, "due_on", row_text(&r, i, "due_on"));
        json_put_str(cx->out, "until_on", row_text(&r, i, "until_on"));
        if (row_int(&r, i, "at") != NONE)
            json_put_int(cx->out, "at", row_int(&r, i, "at"));
        if (str_eq(row_text(&r, i, "event"), "submit"))
            TRY(claim_put_delegate(cx, claim_id, row_int(&r, i, "number")));
        json_end(cx->out);
    }
    json_end(cx->out);
    return OK;
}

/* The whole way from here to the approval, whatever has been done. */
static void put_way(struct ctx *cx, const struct policy *p, const struct claim_next *next)
{
    json_key(cx->out, "way");
    json_array(cx->out);
    for (int i = 0;; i++) {
        struct claim_next step = claim_step_at(p, i);
        if (!step.event)
            break;
        json_object(cx->out);
        json_put_str(cx->out, "step", step.code);
        json_put_str(cx->out, "step_name", T(step.zh, step.en));
        json_put_str(cx->out, "event", step.event);
        json_put_str(cx->out, "office", step.lowest != LEVEL_NONE ? office_text(cx, &step) : NULL);
        if (step.notice_days)
            json_put_int(cx->out, "notice_days", step.notice_days);
        if (step.within_days)
            json_put_int(cx->out, "within_days", step.within_days);
        json_put_bool(cx->out, "is_next", next->code && str_eq(next->code, step.code));
        json_end(cx->out);
    }
    json_end(cx->out);
}

enum err claims_op_steps(struct ctx *cx)
{
    struct claim_next next;
    struct policy_row row;
    struct rows claim;

    TRY(record_load(cx, &claim_record, cx->id, &claim));
    TRY(policy_get(cx, row_int(&claim, 0, "policy_id"), &row));
    next =
        claim_next_step(row.policy, row_text(&claim, 0, "state"), row_text(&claim, 0, "next_step"));
    json_object(cx->out);
    TRY(put_done(cx, cx->id));
    put_way(cx, row.policy, &next);
    json_put_str(cx->out, "entry_name", name_of_step(cx, "SUBMIT"));
    json_put_str(cx->out, "due_on", row_text(&claim, 0, "step_due_on"));
    json_end(cx->out);
    return OK;
}
