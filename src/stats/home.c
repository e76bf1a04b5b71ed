/* home.c — the day's work of whoever asks: what waits for her, how far the year's people have come,
 * and how the last twelve months were confirmed. Every count opens to the list it was counted from.
 */
#include "posts/posts.h"
#include "stats/stats.h"

enum { MONTHS_SHOWN = 12 };

enum { CLOSING_DAYS = 30 };

/* What waits. Parameters: $1 the last month that has ended, $2 its first and $3 its last day, $4
 * who asks, $5 a day CLOSING_DAYS ahead. */
struct task {
    enum perm perm;
    const char *code, *zh, *en;
    const char *link; /* a list of the API; %m is the month, %d the day ahead */
    const char *sql;  /* one number, n */
};
static const struct task tasks[] = {
    { PERM_MONTH_CONFIRM, "months_due", "上月在岗待核实", "Placements to confirm for last month",
      "/months/due?month=%m",
      "SELECT COUNT(*) AS n FROM placement a WHERE SCOPE(placement a) AND a.start_on <= $3 AND (a.end_on IS NULL OR a.end_on >= $2)"
      " AND NOT EXISTS (SELECT 1 FROM placement_month m WHERE SCOPE_NOT(placement_month 'its placement is in scope')"
      " AND m.placement_id = a.id AND m.month = $1)" },
    { PERM_MONTH_LOCK, "month_conflicts", "在岗情况互相矛盾", "Months whose sources contradict",
      "/months/conflicts",
      "SELECT COUNT(*) AS n FROM placement_month m WHERE SCOPE(placement_month m) AND m.status = 'CONFLICT'" },
    { PERM_POST_REVIEW, "posts_to_review", "岗位待审核", "Posts to review",
      "/posts?state=SUBMITTED",
      "SELECT COUNT(*) AS n FROM job_post j WHERE SCOPE(job_post j) AND j.state = 'SUBMITTED'" },
    { PERM_POST_REVIEW, "posts_with_demands", "岗位限性别、年龄待纠正",
      "Posts that ask for a sex or an age",
      "/posts?state=SUBMITTED,OPEN,FILLED&demand=SEX,AGE,SEX_AGE",
      "SELECT COUNT(*) AS n FROM job_post j WHERE SCOPE(job_post j)"
      " AND j.state IN ('SUBMITTED', 'OPEN', 'FILLED') AND " POST_DEMAND " IS NOT NULL" },
    { PERM_PLACEMENT_WRITE, "rights_cases_open", "维权案件处理中", "Rights cases to settle",
      "/rights-cases?state=OPEN",
      "SELECT COUNT(*) AS n FROM rights_case c WHERE SCOPE(rights_case c) AND c.state = 'OPEN'" },
    { PERM_OFFER_ANSWER, "offers_to_answer", "录用待答复", "Offers to answer",
      "/offers?state=OFFERED",
      "SELECT COUNT(*) AS n FROM offer o WHERE SCOPE(offer o) AND o.state = 'OFFERED'" },
    { PERM_BATCH_RECEIVE, "batches_to_receive", "输转批次待接收", "Transfer batches to receive",
      "/batches?state=DEPARTED,ARRIVED",
      "SELECT COUNT(*) AS n FROM transfer_batch t WHERE SCOPE(transfer_batch t) AND t.state IN ('DEPARTED', 'ARRIVED')" },
    { PERM_IMPORT, "imports_to_commit", "导入待确认", "Imports to look at",
      "/imports?state=CHECKED",
      "SELECT COUNT(*) AS n FROM import_batch i WHERE SCOPE(import_batch i) AND i.state = 'CHECKED'" },
    { PERM_CLAIM_WRITE, "claims_to_submit", "补贴待申报", "Claims to submit",
      "/claims?state=ELIGIBLE,RETURNED",
      "SELECT COUNT(*) AS n FROM claim c WHERE SCOPE(claim c) AND c.state IN ('ELIGIBLE', 'RETURNED')" },
    { PERM_CLAIM_WRITE, "claims_closing", "补贴申领将截止", "Claims about to lapse",
      "/claims?state=ELIGIBLE,RETURNED&close_on_to=%d",
      "SELECT COUNT(*) AS n FROM claim c WHERE SCOPE(claim c) AND c.state IN ('ELIGIBLE', 'RETURNED') AND c.close_on <= $5" },
    { PERM_CLAIM_CHECK, "claims_to_check", "补贴待初审", "Claims to check",
      "/claims?state=SUBMITTED",
      "SELECT COUNT(*) AS n FROM claim c WHERE SCOPE(claim c) AND c.state = 'SUBMITTED'" },
    { PERM_CLAIM_REVIEW, "claims_to_review", "补贴待复审", "Claims to review",
      "/claims?state=CHECKED",
      "SELECT COUNT(*) AS n FROM claim c WHERE SCOPE(claim c) AND c.state = 'CHECKED'" },
    { PERM_CLAIM_REVIEW, "claims_objected", "公示异议待核查", "Objections to look into",
      "/claims?state=OBJECTED",
      "SELECT COUNT(*) AS n FROM claim c WHERE SCOPE(claim c) AND c.state = 'OBJECTED'" },
    { PERM_CLAIM_APPROVE, "claims_to_approve", "公示中待终审", "Claims on notice to approve",
      "/claims?state=NOTICE",
      "SELECT COUNT(*) AS n FROM claim c WHERE SCOPE(claim c) AND c.state = 'NOTICE'" },
    { PERM_PAYMENT_MAKE, "claims_to_pay", "已审批待支付", "Approved claims to pay",
      "/claims?state=APPROVED",
      "SELECT COUNT(*) AS n FROM claim c WHERE SCOPE(claim c) AND c.state = 'APPROVED'" },
    { PERM_PAYMENT_APPROVE, "payments_to_approve", "支付批次待审批", "Payment batches to approve",
      "/payment-batches?state=LOCKED",
      "SELECT COUNT(*) AS n FROM payment_batch b WHERE SCOPE(payment_batch b) AND b.state = 'LOCKED'" },
    { PERM_PAYMENT_MAKE, "returns_to_read", "银行回盘待读入", "Returns to read",
      "/payment-batches?state=SENT",
      "SELECT COUNT(*) AS n FROM payment_batch b WHERE SCOPE(payment_batch b) AND b.state = 'SENT'" },
    { PERM_PAYMENT_MAKE, "lines_to_correct", "支付失败待更正", "Failed payments to correct",
      "/payment-lines?state=FAILED",
      "SELECT COUNT(*) AS n FROM payment_line l WHERE SCOPE(payment_line l) AND l.state = 'FAILED'" },
    { PERM_PAYMENT_APPROVE, "recoveries_open", "待追回", "Recoveries to settle",
      "/adjustments?state=OPEN",
      "SELECT COUNT(*) AS n FROM adjustment j WHERE SCOPE(adjustment j) AND j.state = 'OPEN'" },
};

/* Who is registered and willing is the origin's to know: a destination sees people from the moment
 * they are matched to its posts, and its road begins there (D3). */
static const struct {
    const char *stage, *zh, *en;
    bool is_origins;
} stages[] = {
    { "people", "登记", "Registered", true },   { "willing", "有意愿", "Willing", true },
    { "matched", "已匹配", "Matched" },         { "signed_up", "已报名", "Signed up" },
    { "departed", "已出发", "Departed" },       { "arrived", "已到达", "Arrived" },
    { "transferred_east", "已上岗", "Placed" }, { "retention_1m", "满一个月", "1 month" },
    { "retention_3m", "满三个月", "3 months" },
};

static bool may(const struct ctx *cx, enum perm perm)
{
    return perm == PERM_NONE || (cx->who.perms & PERM_BIT(perm));
}

static const char *month_text(struct ctx *cx, struct month m)
{
    char text[8];

    return arena_strdup(cx->mem, month_format(m, text));
}

static const char *link_of(struct ctx *cx, const struct task *t, const char *month, const char *day)
{
    struct str link = str_new(cx->mem);

    for (const char *p = t->link; *p; p++)
        if (p[0] == '%')
            str_add(&link, *++p == 'm' ? month : day);
        else
            str_add_char(&link, *p);
    return link.s;
}

static enum err put_tasks(struct ctx *cx)
{
    struct month last = month_add(month_of(cx->today), -1);
    const char *month = month_text(cx, last),
               *first_day = date_text(cx->mem, month_first_day(last)),
               *last_day = date_text(cx->mem, month_last_day(last)),
               *ahead = date_text(cx->mem, date_add_days(cx->today, CLOSING_DAYS));
    struct rows r;

    json_key(cx->out, "tasks");
    json_array(cx->out);
    for (size_t i = 0; i < ARRAY_LEN(tasks); i++) {
        const struct task *t = &tasks[i];
        if (!may(cx, t->perm))
            continue;
        TRY(db_one(cx, &r, t->sql, P(month), P(first_day), P(last_day), P(cx->who.user_id),
                   P(ahead)));
        json_object(cx->out);
        json_put_str(cx->out, "code", t->code);
        json_put_str(cx->out, "zh", t->zh);
        json_put_str(cx->out, "en", t->en);
        json_put_int(cx->out, "count", row_int(&r, 0, "n"));
        json_put_str(cx->out, "link", link_of(cx, t, month, ahead));
        json_end(cx->out);
    }
    json_end(cx->out);
    return OK;
}

/* Stages of this year, for those who may see figures. */
static enum err put_funnel(struct ctx *cx)
{
    struct figure_query q = figure_period(cx->today.year, 0, (struct date){ 0 }, cx->today);
    const struct indicator *in;
    struct figure f;

    json_key(cx->out, "funnel");
    json_array(cx->out);
    for (size_t i = 0; i < ARRAY_LEN(stages) && may(cx, PERM_STATS_READ); i++) {
        if (stages[i].is_origins && cx->who.scope.kind == SCOPE_OFFICE &&
            cx->who.scope.home_lo == NONE)
            continue;
        TRY(indicator_find(cx, stages[i].stage, &in));
        TRY(figure_count(cx, in, &q, &f));
        json_object(cx->out);
        json_put_str(cx->out, "stage", stages[i].stage);
        json_put_str(cx->out, "zh", stages[i].zh);
        json_put_str(cx->out, "en", stages[i].en);
        json_put_int(cx->out, "count", figure_sum(&f, NONE, SIDE_ANY).value);
        json_put_str(cx->out, "unit_zh", measure_unit(in->measure, LANG_ZH));
        json_put_str(cx->out, "unit_en", measure_unit(in->measure, LANG_EN));
        json_put_str(cx->out, "link", figure_rows_url(cx, in, &q, NONE, SIDE_ANY));
        json_end(cx->out);
    }
    json_end(cx->out);
    return OK;
}

static enum err put_month(struct ctx *cx, struct month m)
{
    const char *month = month_text(cx, m);
    struct rows r;
    int64_t due, known;

    TRY(db_one(
        cx, &r,
        "SELECT COUNT(*) AS due, COUNT(m.status) AS known, COUNT(CASE WHEN m.status = 'CONFIRMED' THEN 1 END) AS confirmed,"
        " COUNT(CASE WHEN m.status = 'CONFLICT' THEN 1 END) AS conflict,"
        " COUNT(CASE WHEN m.status = 'NOT_WORKING' THEN 1 END) AS not_working,"
        " COUNT(CASE WHEN m.status = 'ON_LEAVE' THEN 1 END) AS on_leave,"
        " COUNT(CASE WHEN m.status = 'UNREACHABLE' THEN 1 END) AS unreachable"
        " FROM placement a LEFT JOIN placement_month m ON m.placement_id = a.id AND m.month = $1"
        " WHERE SCOPE(placement a) AND SCOPE_NOT(placement_month 'its placement is in scope')"
        " AND a.start_on <= $3 AND (a.end_on IS NULL OR a.end_on >= $2)",
        P(month), P(date_text(cx->mem, month_first_day(m))),
        P(date_text(cx->mem, month_last_day(m)))));
    due = row_int(&r, 0, "due");
    known = row_int(&r, 0, "known");
    json_object(cx->out);
    json_put_str(cx->out, "month", month);
    json_put_int(cx->out, "due", due);
    json_put_int(cx->out, "confirmed", row_int(&r, 0, "confirmed"));
    json_put_int(cx->out, "conflict", row_int(&r, 0, "conflict"));
    json_put_int(cx->out, "not_working", row_int(&r, 0, "not_working"));
    json_put_int(cx->out, "on_leave", row_int(&r, 0, "on_leave"));
    json_put_int(cx->out, "unreachable", row_int(&r, 0, "unreachable"));
    json_put_int(cx->out, "unverified", due - known);
    json_end(cx->out);
    return OK;
}

enum err stats_home(struct ctx *cx)
{
    json_object(cx->out);
    TRY(put_tasks(cx));
    TRY(put_funnel(cx));
    json_key(cx->out, "months");
    json_array(cx->out);
    for (int i = MONTHS_SHOWN; i > 0 && may(cx, PERM_PLACEMENT_READ); i--)
        TRY(put_month(cx, month_add(month_of(cx->today), -i)));
    json_end(cx->out);
    json_end(cx->out);
    return OK;
}
