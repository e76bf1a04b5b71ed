/* claims_notice.c — public notice before approval. What is posted: name, sex, age, village, period,
 * workplace, amount; never a number of any kind, nor health. */
#include "claims/claims_steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/workday.h"
#include "platform/journal.h"
#include "platform/temp.h"

static const struct choice states[] = {
    { "OPEN", "公示中", "Open" },
    { "CLOSED", "已期满", "Ended" },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
struct notice_row {
    int64_t id;
};
static const struct field fields[] = {
    OUTPUT("policy_id", FIELD_ID, "政策", "Policy", .sql = "n.policy_id", .use = USE_FILTER),
    OUTPUT("policy_name", FIELD_TEXT, "补贴", "Subsidy",
           .sql = "(SELECT y.title_zh FROM policy y WHERE y.id = n.policy_id)", .use = LISTED),
    OUTPUT("policy_name_en", FIELD_TEXT, "补贴（英文）", "Subsidy",
           .sql = "(SELECT y.title_en FROM policy y WHERE y.id = n.policy_id)", .use = USE_LIST),
    OUTPUT("from_on", FIELD_DATE, "公示开始", "From", .sql = "n.from_on", .use = LISTED),
    OUTPUT("until_on", FIELD_DATE, "公示截止", "Until", .sql = "n.until_on",
           .use = LISTED | USE_FILTER),
    OUTPUT("claims", FIELD_INT, "笔数", "Claims", .sql = "n.claims", .use = LISTED),
    OUTPUT("total_fen", FIELD_MONEY, "金额", "Total", .sql = "n.total_fen", .use = LISTED),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = states, .sql = "n.state",
           .use = LISTED | USE_FILTER),
    { 0 },
};
const struct record notice_record = {
    .name = "public_notice",
    .zh = "公示",
    .en = "public notice",
    .table = "public_notice",
    .alias = "n",
    .fields = fields,
    .size = sizeof(struct notice_row),
    .order = "-id",
};

const struct field notice_fields[] = {
    PARAM(struct notice_input, policy_id, FIELD_ID, "政策", "Policy", .required = true,
          .refers = "policy"),
    PARAM(struct notice_input, ids, FIELD_JSON, "申领", "Claims",
          .help_zh = "不写则为全部已复审的"),
    { 0 },
};

/* --- posting --- */
/* A notice of a policy that the actor may post: its step, and the claims that wait for it. */
struct posting {
    struct policy_row row;
    struct claim_next step;
    struct rows claims;
};

static enum err waiting(struct ctx *cx, struct posting *p, const int64_t *ids, int n)
{
    struct str list = str_new(cx->mem);

    for (int i = 0; i < n; i++)
        str_addf(&list, "%s%lld", i ? "," : " AND c.id IN (", (long long)ids[i]);
    return db_rows_list(
        cx, &p->claims,
        arena_printf(
            cx->mem,
            "SELECT c.* FROM claim c WHERE SCOPE(claim c) AND c.policy_id = $1"
            " AND c.state IN ('SUBMITTED', 'CHECKED', 'REVIEWED', 'NOTICE')"
            " AND (c.next_step = $2 OR ($3 = 0 AND c.next_step IS NULL AND c.state = 'REVIEWED'))%s%s ORDER BY c.home, c.id",
            n ? list.s : "", n ? ")" : ""),
        PARAMS_(P(p->row.id), P(p->step.code), P(p->row.policy->has_chain ? 1 : 0)));
}

static struct rows row_of(const struct rows *all, int i)
{
    struct rows one = *all;

    one.n = 1;
    one.cells = all->cells + (size_t)i * (size_t)all->columns;
    return one;
}

/* The first of the policy's notices that claims wait for and that is the actor's to post. */
static enum err choose_posting(struct ctx *cx, const int64_t *ids, int n, struct posting *p)
{
    enum err err = OK;
    struct rows one;

    for (int i = 0;; i++) {
        p->step = claim_step_at(p->row.policy, i);
        if (!p->step.event)
            break;
        if (!str_eq(p->step.event, "notice"))
            continue;
        TRY(waiting(cx, p, ids, n));
        if (p->claims.n == 0 || (n && p->claims.n != n))
            continue;
        one = row_of(&p->claims, 0);
        err = claim_step_begin(cx, &one, "notice", &p->step);
        if (err != E_FORBIDDEN)
            return err;
    }
    if (err != OK)
        return err;
    return fail(cx, E_CONFLICT, "claim.none", "%s",
                n ? T("所选申领中有的还不到公示环节",
                      "some of the chosen claims do not wait for notice")
                  : T("没有待公示的申领", "no claim waits for public notice"));
}

static enum err put_on_notice(struct ctx *cx, const struct posting *p, int i, int64_t notice_id,
                              struct date until)
{
    struct rows claim = row_of(&p->claims, i);
    int64_t id = row_int(&claim, 0, "id");
    struct claim_next step;
    int64_t for_user_id;

    TRY(claim_step_begin(cx, &claim, "notice", &step));
    TRY(claim_in_stead(cx, "notice", &for_user_id));
    TRY(claim_step_add(cx, &claim,
                       (struct claim_done){ .step = step.code,
                                            .event = "notice",
                                            .until_on = date_text(cx->mem, until),
                                            .for_user_id = for_user_id }));
    TRY(db_exec(
        cx,
        "UPDATE claim AS c SET state = 'NOTICE', notice_id = $1, version = version + 1, updated_at = $2"
        " WHERE c.id = $3 AND SCOPE(claim c)",
        P(notice_id), P(cx->now), P(id)));
    TRY(claim_step_next(cx, &claim, p->row.policy, step.code, until));
    return journal_append(cx, &(struct journal_entry){
                                  .kind = "claim",
                                  .record_id = id,
                                  .action = "notice",
                                  .before = arena_printf(cx->mem, "{\"state\":\"%s\"}",
                                                         row_text(&claim, 0, "state")),
                                  .after = "{\"state\":\"NOTICE\"}",
                                  .home = row_int(&claim, 0, "home"),
                                  .work = row_int(&claim, 0, "work"),
                                  .employer_id = row_int(&claim, 0, "employer_id"),
                                  .person_id = row_int(&claim, 0, "person_id") });
}

static enum err save_notice(struct ctx *cx, const struct posting *p, int64_t id, struct date until)
{
    const struct scope *s = &cx->who.scope;
    int64_t total = 0, home = NONE, work = NONE;

    for (int i = 0; i < p->claims.n; i++)
        total += row_int(&p->claims, i, "amount_fen");
    if (s->kind != SCOPE_OFFICE)
        *(p->row.by_work ? &work : &home) = p->row.payer;
    else if (s->home_lo != NONE)
        home = s->home_lo;
    else
        work = s->work_lo;
    TRY(db_exec(
        cx,
        "INSERT INTO public_notice (id, policy_id, home, work, from_on, until_on, claims, total_fen, state, created_at, updated_at, step)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8, 'OPEN', $9, $9, $10 WHERE SCOPE(public_notice home=$3, work=$4)",
        P(id), P(p->row.id), P(home), P(work), P(date_text(cx->mem, cx->today)),
        P(date_text(cx->mem, until)), P(p->claims.n), P(total), P(cx->now),
        P(p->row.policy->has_chain ? p->step.code : NULL)));
    if (cx->changed == 0)
        return fail(cx, E_FORBIDDEN, "scope.outside", "%s",
                    T("不在您的辖区内", "it lies outside your jurisdiction"));
    return journal_append(cx,
                          &(struct journal_entry){
                              .kind = "public_notice",
                              .record_id = id,
                              .action = "create",
                              .after = arena_printf(cx->mem, "{\"claims\":%d,\"total_fen\":%lld}",
                                                    p->claims.n, (long long)total),
                              .home = home,
                              .work = work,
                              .employer_id = NONE,
                              .person_id = NONE });
}

enum err claims_post_notice(struct ctx *cx, int64_t policy_id, const int64_t *ids, int n,
                            int64_t *ret_notice_id, int64_t *ret_claims)
{
    int64_t id = store_new_id(cx->store);
    struct posting p;
    struct date until;

    TRY(policy_get(cx, policy_id, &p.row));
    TRY(choose_posting(cx, ids, n, &p));
    until = add_workdays(cx->today, p.step.notice_days);
    TRY(save_notice(cx, &p, id, until));
    for (int i = 0; i < p.claims.n; i++)
        TRY(put_on_notice(cx, &p, i, id, until));
    *ret_notice_id = id;
    *ret_claims = p.claims.n;
    return OK;
}

enum err claims_op_notice(struct ctx *cx)
{
    const struct notice_input *in = cx->in;
    const int64_t *ids;
    int64_t id, claims;
    struct rows r;
    int n;

    TRY(ids_read(cx, in->ids, &ids, &n));
    TRY(claims_post_notice(cx, in->policy_id, ids, n, &id, &claims));
    TRY(db_one(
        cx, &r,
        "SELECT from_on, until_on, total_fen FROM public_notice n WHERE SCOPE(public_notice n) AND n.id = $1",
        P(id)));
    json_object(cx->out);
    json_put_id(cx->out, "id", id);
    json_put_int(cx->out, "claims", claims);
    json_put_int(cx->out, "total_fen", row_int(&r, 0, "total_fen"));
    json_put_str(cx->out, "from_on", row_text(&r, 0, "from_on"));
    json_put_str(cx->out, "until_on", row_text(&r, 0, "until_on"));
    json_end(cx->out);
    return OK;
}

/* --- printing --- */
static void add_escaped(struct str *out, const char *text)
{
    for (; text && *text; text++) {
        const char *as = *text == '&'   ? "&amp;"
                         : *text == '<' ? "&lt;"
                         : *text == '>' ? "&gt;"
                         : *text == '"' ? "&quot;"
                                        : NULL;
        if (as)
            str_add(out, as);
        else
            str_add_char(out, *text);
    }
}

static void add_cell(struct str *out, const char *text)
{
    str_add(out, "<td>");
    add_escaped(out, text);
    str_add(out, "</td>");
}

static enum err period_text(struct ctx *cx, const struct policy *p, int64_t decision_id,
                            const char *instalment, const char **ret)
{
    struct policy_decision d;
    char from[11], until[11];

    *ret = "";
    TRY(decision_load(cx, decision_id, &d));
    for (int i = 0; i < d.instalment_count; i++)
        if (str_eq(instalment_name(cx->mem, p, &d.instalments[i]), instalment))
            *ret = arena_printf(cx->mem, "%s – %s", date_format(d.instalments[i].from, from),
                                date_format(d.instalments[i].until, until));
    return OK;
}

static enum err add_lines(struct ctx *cx, struct str *out, const struct rows *notice,
                          const struct policy *p)
{
    struct date from = date_of_text(row_text(notice, 0, "from_on"));
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT c.decision_id, c.instalment, c.amount_fen,"
        " (SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the notice is in scope') AND p.id = c.person_id) AS person,"
        " (SELECT p.sex FROM person p WHERE SCOPE_NOT(person 'the notice is in scope') AND p.id = c.person_id) AS sex,"
        " (SELECT p.birth FROM person p WHERE SCOPE_NOT(person 'the notice is in scope') AND p.id = c.person_id) AS birth,"
        " (SELECT d.full_name FROM division d WHERE d.code = c.home) AS village,"
        " (SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'the notice is in scope') AND e.id = c.employer_id) AS employer,"
        " (SELECT g.name FROM v_org_name g WHERE g.id = c.org_id) AS org,"
        " (SELECT e.name FROM placement a JOIN employer e ON e.id = a.employer_id WHERE SCOPE_NOT(placement 'the notice is in scope')"
        " AND SCOPE_NOT(employer 'the notice is in scope') AND a.person_id = c.person_id AND a.start_on <= c.due_on"
        " ORDER BY a.start_on DESC LIMIT 1) AS workplace"
        " FROM claim c WHERE SCOPE_NOT(claim 'the notice is in scope') AND c.notice_id = $1 ORDER BY c.home, c.id",
        P(row_int(notice, 0, "id"))));
    for (int i = 0; i < r.n; i++) {
        const char *name = row_text(&r, i, "person"), *sex = row_text(&r, i, "sex"), *period;
        int64_t fen = row_int(&r, i, "amount_fen");
        TRY(period_text(cx, p, row_int(&r, i, "decision_id"), row_text(&r, i, "instalment"),
                        &period));
        str_addf(out, "<tr><td>%d</td>", i + 1);
        add_cell(out, name                          ? name
                      : row_text(&r, i, "employer") ? row_text(&r, i, "employer")
                                                    : row_text(&r, i, "org"));
        add_cell(out, !sex ? "" : str_eq(sex, "MALE") ? T("男", "male") : T("女", "female"));
        add_cell(out, name ? arena_printf(cx->mem, "%d",
                                          date_age(date_of_text(row_text(&r, i, "birth")), from))
                           : "");
        add_cell(out, row_text(&r, i, "village"));
        add_cell(out, period);
        add_cell(out, row_text(&r, i, "workplace"));
        str_addf(out, "<td class=n>%lld.%02d</td></tr>\n", (long long)(fen / 100),
                 (int)(fen % 100));
    }
    return OK;
}

enum err claims_op_print(struct ctx *cx)
{
    struct str out = str_new(cx->mem);
    struct policy_row row;
    struct rows n;

    TRY(record_load(cx, &notice_record, cx->id, &n));
    TRY(policy_get(cx, row_int(&n, 0, "policy_id"), &row));
    str_addf(
        &out,
        "<!doctype html><html lang=%s><meta charset=utf-8><title>%s</title>"
        "<style>body{font:16px/1.6 serif;margin:2cm}h1{text-align:center;font-size:22px}table{border-collapse:collapse;width:100%%}"
        "td,th{border:1px solid #333;padding:2px 8px;text-align:left}.n{text-align:right}</style>\n<h1>",
        T("zh", "en"), T("公示", "Public notice"));
    add_escaped(&out, T(row.policy->title.zh, row.policy->title.en));
    str_addf(&out, "</h1>\n<p>%s ", T("依据", "Under"));
    add_escaped(&out, row.policy->doc_name);
    add_escaped(&out, row.policy->doc_no);
    str_addf(
        &out,
        T("，现将拟发放名单予以公示，公示期 %s 至 %s。对名单有异议的，请在公示期内向本机关反映。</p>\n",
          ", the following are to be paid. On public notice from %s to %s; objections are heard until then.</p>\n"),
        row_text(&n, 0, "from_on"), row_text(&n, 0, "until_on"));
    str_addf(
        &out,
        "<table><tr><th>%s</th><th>%s</th><th>%s</th><th>%s</th><th>%s</th><th>%s</th><th>%s</th><th>%s</th></tr>\n",
        T("序号", "No."), T("姓名", "Name"), T("性别", "Sex"), T("年龄", "Age"),
        T("户籍地", "Village"), T("就业时段", "Period"), T("务工单位", "Workplace"),
        T("金额（元）", "Yuan"));
    TRY(add_lines(cx, &out, &n, row.policy));
    str_add(&out, "</table></html>\n");
    return temp_reply(cx, &out, "notice.html", "text/html; charset=utf-8");
}
