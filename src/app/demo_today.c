/* demo_today.c — the rest of the story until its last day: a second round of claims under way, an
 * autumn batch on the road, months to be confirmed. What is not finished is what a visitor finds
 * waiting on the home page of each office. */
#include "app/demo.h"
#include "imports/imports.h"
#include "matching/matching.h"
#include "people/people.h"

/* Without time for a second round the story ends with the first payments. */
static bool has_second_half(const struct demo *d)
{
    return d->options.months > d->months_paid;
}

static bool nothing_more(struct demo *d)
{
    demo_say(d, "%s", S("（月数少，略）", "(too few months, left out)"));
    return true;
}

/* --- months --- */
/* The employer says she was there; the station found her bed empty. */
static bool contradict(struct demo *d, struct month month, int most, int *ret_n)
{
    struct demo_user *station = demo_user(d, "station");
    char text[8];

    for (int i = 0; i < d->world->people_n && *ret_n < most; i++) {
        const struct demo_way *y = &d->ways[i];
        if (y->placement_id == NONE || !date_is_none(y->end) ||
            d->world->posts[y->post].employer < DEMO_EMPLOYERS_SIGNED_IN)
            continue;
        if (!demo_call(
                d, station, "months.confirm", NONE,
                "{'month':'%s','source':'STATION','items':[{'placement_id':'%lld','status':'NOT_WORKING','days':0,'note':'走访宿舍未见本人'}]}",
                month_format(month, text), (long long)y->placement_id))
            return false;
        (*ret_n)++;
    }
    return true;
}

bool demo_months_after(struct demo *d)
{
    struct month last = month_add(month_of(d->world->start), d->options.months - 1);
    struct demo_months m;
    int at_work = 0, conflicts = 0;
    char text[8];

    if (!has_second_half(d))
        return nothing_more(d);
    if (!demo_run_months(d, d->months_paid, d->options.months, &m) ||
        !contradict(d, last, 2, &conflicts) ||
        !demo_call(d, demo_user(d, "station"), "months.due", NONE, "month=%s",
                   month_format(last, text)))
        return false;
    for (int i = 0; i < d->world->people_n; i++)
        at_work += d->ways[i].placement_id != NONE && date_is_none(d->ways[i].end);
    demo_say(
        d,
        S("又 %d 个月，企业确认 %lld 人月，驻站补核 %d 人月，离岗 %d 人，仍在岗 %d 人（%d%%）；%s 尚有 %lld 人待核实，%d 人两方说法不一",
          "%d more months, %lld person-months by employers, %d by the station, %d left, %d still at work (%d%%); of %s %lld are still to be confirmed, on %d two sources disagree"),
        d->options.months - d->months_paid, (long long)m.by_employers, m.by_station, m.left,
        at_work, at_work * 100 / MAX(1, d->placed), text, (long long)demo_int(d, "total"),
        conflicts);
    return true;
}

/* --- the autumn --- */
/* Two posts are open, two wait for review. */
static bool offer_posts(struct demo *d, int *ret_open, int *ret_waiting)
{
    for (int i = 0; i < MIN(4, d->world->posts_n); i++) {
        const struct sim_post *p = &d->world->posts[i];
        int64_t place = d->world->east[d->world->employers[p->employer].place].code, id;
        if (d->employer_ids[p->employer] == NONE)
            continue;
        if (!demo_call(
                d, demo_clerk(d, place), "posts.create", NONE,
                "{'title':'%s','employer_id':'%lld','headcount':%d,'pay':'%d-%d元','has_board':%s,'has_lodging':%s}",
                p->occupation, (long long)d->employer_ids[p->employer], 10 + 5 * i,
                p->pay_low + 300, p->pay_high + 300, p->has_board ? "true" : "false",
                p->has_lodging ? "true" : "false"))
            return false;
        id = demo_int(d, "id");
        if (!demo_call(d, demo_clerk(d, place), "posts.submit", id, "{}"))
            return false;
        if (i < 2 && !demo_call(d, demo_user(d, "fuzhou-checker"), "posts.open", id, "{}"))
            return false;
        i < 2 ? (*ret_open)++ : (*ret_waiting)++;
    }
    return true;
}

struct open_offers {
    struct rows rows;
};

static enum err read_open_offers(struct ctx *cx, void *arg)
{
    struct open_offers *o = arg;

    return db_rows(
        cx, &o->rows,
        "SELECT o.id, o.home FROM offer o WHERE SCOPE(offer o) AND o.state = 'OFFERED' ORDER BY o.id");
}

/* Those of the first county say yes and are on the coach; the others have not answered yet. */
static bool send_some(struct demo *d, struct demo_batch *b, int *ret_open)
{
    struct demo_user *clerk = demo_clerk(d, d->world->west[b->county].code);
    struct open_offers o;
    int yes = 0;

    if (db_read(demo_unit(d, NULL), read_open_offers, &o) != OK)
        return demo_fail(d, "%s", d->cx->failure.message);
    *ret_open = o.rows.n;
    for (int i = 0; i < o.rows.n; i++) {
        if (row_int(&o.rows, i, "home") / 1000000 != d->world->west[b->county].code / 1000000)
            continue;
        /* calling frees the unit of work that the rows live in: they are read anew */
        if (!demo_call(d, clerk, "offers.accept", row_int(&o.rows, i, "id"), "{}") ||
            db_read(demo_unit(d, NULL), read_open_offers, &o) != OK)
            return false;
        yes++;
        i = -1;
    }
    *ret_open -= yes;
    if (yes == 0)
        return true;
    d->today = date_add_days(d->today, 3);
    if (!demo_plan_batch(d, b))
        return false;
    d->today = b->depart;
    return demo_call(d, clerk, "batches.board", b->id, "{'all':true}") &&
           demo_call(d, clerk, "batches.depart", b->id, "{}");
}

bool demo_autumn(struct demo *d)
{
    struct demo_user *clerk = demo_user(d, "dingxi-clerk");
    struct demo_batch b = { .name = "2019年秋季批" };
    int open = 0, waiting = 0, unanswered = 0;
    int64_t run_id, placed;
    struct ctx *cx;

    if (!has_second_half(d))
        return nothing_more(d);
    if (!offer_posts(d, &open, &waiting))
        return false;
    cx = demo_unit(d, clerk);
    if (match_run_now(cx, d->world->west_code, d->world->east_code, NULL, &run_id) != OK)
        return demo_fail(d, "%s [%s]", cx->failure.message, cx->failure.code);
    if (!demo_call(d, clerk, "match_runs.get", run_id, "%s", ""))
        return false;
    placed = demo_int(d, "placed");
    if (placed > 0 && !demo_call(d, clerk, "offers.of_run", run_id, "{}"))
        return false;
    b.depart = date_add_days(d->today, 6);
    if (placed > 0 && !send_some(d, &b, &unanswered))
        return false;
    demo_say(
        d,
        S("新岗位开放 %d 个、待审 %d 个；匹配 %lld 人，%d 人在途，%d 份录用通知待答复",
          "%d new posts open, %d wait for review; %lld matched, %d on the way, %d offers unanswered"),
        open, waiting, (long long)placed, b.people, unanswered);
    return true;
}

/* --- the second round --- */
/* How far the claims of a county have come by the last day. */
enum stop { FOUND, SUBMITTED, CHECKED, REVIEWED, ON_NOTICE, APPROVED };
static enum stop stop_of(const struct demo *d, int64_t home)
{
    static const enum stop stops[] = { APPROVED, APPROVED,  ON_NOTICE, REVIEWED,
                                       CHECKED,  SUBMITTED, FOUND };

    for (int i = 0; i < d->world->west_n; i++)
        if (home / 1000000 == d->world->west[i].code / 1000000)
            return stops[i % (int)ARRAY_LEN(stops)];
    return ON_NOTICE; /* of an enterprise or a station */
}

struct waiting {
    struct demo *d;
    const char *state;
    enum stop at_least;
    int64_t policy_id; /* NONE: any */
    struct str ids;
    int n;
};

static enum err read_waiting(struct ctx *cx, void *arg)
{
    struct waiting *w = arg;
    struct rows r;

    w->ids = str_new(w->d->mem);
    w->n = 0;
    TRY(db_rows(
        cx, &r,
        "SELECT c.id, c.home FROM claim c WHERE SCOPE(claim c) AND c.state = $1 AND ($2 = 0 OR c.policy_id = $2) ORDER BY c.id",
        P(w->state), P(w->policy_id == NONE ? (int64_t)0 : w->policy_id)));
    for (int i = 0; i < r.n; i++)
        if (stop_of(w->d, row_int(&r, i, "home")) >= w->at_least) {
            str_addf(&w->ids, "%s%lld", w->n ? "," : "", (long long)row_int(&r, i, "id"));
            w->n++;
        }
    return OK;
}

static bool find_waiting(struct demo *d, struct waiting *w)
{
    return db_read(demo_unit(d, NULL), read_waiting, w) == OK ||
           demo_fail(d, "%s", d->cx->failure.message);
}

static bool step(struct demo *d, const char *login, const char *event, const char *state,
                 enum stop at_least, int *ret_n)
{
    struct waiting w = { .d = d, .state = state, .at_least = at_least, .policy_id = NONE };

    if (!find_waiting(d, &w))
        return false;
    *ret_n = w.n;
    if (w.n == 0)
        return true;
    if (!demo_call(d, demo_user(d, login), "claims.bulk", NONE, "{'event':'%s','ids':'%s'}", event,
                   w.ids.s))
        return false;
    return demo_int(d, "failed") == 0 ||
           demo_fail(d, S("%s：%lld 笔未办成，如 %s", "%s: %lld not done, as %s"), event,
                     (long long)demo_int(d, "failed"), demo_str(d, "items.0.code"));
}

struct policies {
    int64_t id[64];
    int n;
};

static enum err read_policies(struct ctx *cx, void *arg)
{
    struct policies *p = arg;
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT DISTINCT c.policy_id FROM claim c WHERE SCOPE(claim c) AND c.state = 'REVIEWED' ORDER BY c.policy_id LIMIT 64"));
    p->n = r.n;
    for (int i = 0; i < r.n; i++)
        p->id[i] = row_int(&r, i, "policy_id");
    return OK;
}

static bool post_notices(struct demo *d, enum stop at_least, int *ret_n)
{
    struct policies p;

    if (db_read(demo_unit(d, NULL), read_policies, &p) != OK)
        return demo_fail(d, "%s", d->cx->failure.message);
    for (int i = 0; i < p.n; i++) {
        struct waiting w = {
            .d = d, .state = "REVIEWED", .at_least = at_least, .policy_id = p.id[i]
        };
        if (!find_waiting(d, &w))
            return false;
        if (w.n == 0)
            continue;
        if (!demo_call(d, demo_user(d, "fuzhou-reviewer"), "claims.notice", NONE,
                       "{'policy_id':'%lld','ids':'%s'}", (long long)p.id[i], w.ids.s))
            return false;
        *ret_n += w.n;
    }
    return true;
}

bool demo_second_round(struct demo *d)
{
    int64_t made, fen;
    int submitted, checked, reviewed, noticed = 0, approved;

    if (!has_second_half(d))
        return nothing_more(d);
    if (!demo_call(d, demo_user(d, "fuzhou-clerk"), "claims.find", NONE, "{}"))
        return false;
    made = demo_int(d, "made");
    fen = demo_int(d, "amount_fen");
    if (!step(d, "fuzhou-clerk", "submit", "ELIGIBLE", SUBMITTED, &submitted) ||
        !step(d, "fuzhou-checker", "check", "SUBMITTED", CHECKED, &checked) ||
        !step(d, "fuzhou-reviewer", "review", "CHECKED", REVIEWED, &reviewed) ||
        !post_notices(d, APPROVED, &noticed))
        return false;
    d->today = date_add_days(d->today, 12); /* at least five working days, whatever the calendar */
    if (!post_notices(d, ON_NOTICE, &noticed) ||
        !step(d, "fuzhou-approver", "approve", "NOTICE", APPROVED, &approved))
        return false;
    demo_say(
        d,
        S("新申领 %lld 笔 %lld 元：已申报 %d、初审 %d、复审 %d、公示 %d、终审 %d，办理中",
          "%lld claims over %lld yuan: %d submitted, %d checked, %d reviewed, %d on notice, %d approved; under way"),
        (long long)made, (long long)fen / 100, submitted, checked, reviewed, noticed, approved);
    return true;
}

/* --- the last day --- */
/* A supplementary roster, checked and not yet taken in. */
static bool upload_roster(struct demo *d, int64_t *ret_rows, int64_t *ret_bad)
{
    struct sim_options o = { .workers = 90,
                             .posts = 1,
                             .seed = d->options.seed + 1,
                             .messy = d->options.messy,
                             .pairing = "fuzhou-dingxi",
                             .dir = d->options.dir,
                             .prefix = "autumn-" };
    struct sim_world *w = sim_world_make(d->mem, &o);
    struct import_outcome outcome;
    struct failure f = { 0 };
    struct ctx *cx;

    if (sim_write_rosters(w, &f) != OK)
        return demo_fail(d, "%s", f.message);
    cx = demo_unit(d, demo_clerk(d, w->files[0].office));
    if (import_run(cx, &person_record, w->files[0].path, "通渭县补充花名册.xlsx", false,
                   &outcome) != OK)
        return demo_fail(d, "%s [%s]", cx->failure.message, cx->failure.code);
    *ret_rows = outcome.total;
    *ret_bad = outcome.bad;
    return true;
}

/* The attendance sheet shows that somebody was away in a month that was paid for: what follows is
 * asked back, and kept back of what she still gets. */
static bool correct_one(struct demo *d, int *ret_n)
{
    enum { LONG_MONTH = 3 }; /* May: 31 days away are one more than a gap may have */
    int64_t person = NONE;
    char month[8];

    if (!demo_call(d, demo_user(d, "fuzhou-reviewer"), "claims.list", NONE,
                   "state=APPROVED&limit=1"))
        return false;
    if (demo_count(d, "items"))
        person = demo_int(d, "items.0.person_id");
    for (int i = 0; i < d->world->people_n && person != NONE; i++) {
        if (d->ways[i].person_id != person)
            continue;
        *ret_n = 1;
        return demo_call(
            d, demo_user(d, "fuzhou-reviewer"), "months.correct", NONE,
            "{'placement_id':'%lld','month':'%s','status':'NOT_WORKING','reason':'企业考勤记录显示当月未到岗'}",
            (long long)d->ways[i].placement_id,
            month_format(month_add(month_of(d->ways[i].start), LONG_MONTH), month));
    }
    return true;
}

/* What the city may spend this year: enough for what is approved, not for all that is under way. */
static bool set_budget(struct demo *d, int64_t *ret_fen)
{
    enum { STEP = 5000000 }; /* 50,000 yuan */
    struct demo_user *approver = demo_user(d, "fuzhou-approver");
    int64_t fen;

    if (!demo_call(d, approver, "books.budgets", NONE, "year=%d", d->today.year))
        return false;
    fen = demo_int(d, "sum.reserved_fen") + demo_int(d, "sum.used_fen") +
          demo_int(d, "sum.under_way_fen") * 3 / 5;
    *ret_fen = (fen + STEP - 1) / STEP * STEP;
    return demo_call(
        d, approver, "budgets.create", NONE,
        "{'payer':%lld,'side':'WORK','fund':'DESTINATION_BUDGET','year':%d,'amount_fen':%lld}",
        (long long)d->world->east_code, d->today.year, (long long)*ret_fen);
}

/* A batch that one of two has approved. */
static bool make_payment(struct demo *d, int64_t *ret_lines)
{
    struct demo_user *payer = demo_user(d, "fuzhou-payer");
    int64_t batch;

    *ret_lines = 0;
    if (!demo_call(d, payer, "payments.make", NONE, "{'payer':%lld,'fund':'DESTINATION_BUDGET'}",
                   (long long)d->world->east_code))
        return str_eq(d->cx->failure.code, "payment.no_claim");
    batch = demo_int(d, "id");
    *ret_lines = demo_int(d, "lines");
    return demo_call(d, payer, "payments.lock", batch, "{}") &&
           demo_call(d, demo_user(d, "fuzhou-approver2"), "payments.approve", batch, "{}");
}

/* Somebody says that a name on the notice is not entitled. */
static bool object_to_one(struct demo *d, int *ret_n)
{
    struct waiting w = { .d = d, .state = "NOTICE", .at_least = FOUND, .policy_id = NONE };

    if (!find_waiting(d, &w) || w.n == 0)
        return w.n == 0;
    w.ids.s[strcspn(w.ids.s, ",")] = 0;
    *ret_n = 1;
    return demo_call(
        d, demo_user(d, "fuzhou-clerk"), "claims.bulk", NONE,
        "{'event':'object','ids':'%s','reason':'群众来电反映该同志八月已返乡，请核查'}", w.ids.s);
}

/* One worker can sign in and see her own posts, months and money. */
static bool worker_account(struct demo *d)
{
    struct demo_user *west = demo_user(d, "dingxi-admin");

    for (int i = 0; i < d->world->people_n; i++)
        if (d->ways[i].placement_id != NONE && date_is_none(d->ways[i].end))
            return demo_add_user(d, west,
                                 &(struct demo_user){ .login = "worker",
                                                      .name = d->world->people[i].name,
                                                      .roles = "WORKER",
                                                      .org_name = west->org_name,
                                                      .org_id = west->org_id },
                                 d->ways[i].person_id);
    return true;
}

bool demo_waiting(struct demo *d)
{
    int64_t rows = 0, bad = 0, lines = 0, budget = 0;
    int objected = 0, corrected = 0;

    if (!worker_account(d))
        return false;
    if (!has_second_half(d))
        return nothing_more(d);
    if (!upload_roster(d, &rows, &bad) || !object_to_one(d, &objected) ||
        !correct_one(d, &corrected) || !make_payment(d, &lines) || !set_budget(d, &budget))
        return false;
    demo_say(
        d,
        S("补充花名册 %lld 行已检查（有误 %lld 行）待导入，公示异议 %d 件待核查，更正已锁定月份 %d 个，支付批次 %lld 笔待第二人审批，本年预算 %lld 元",
          "a roster of %lld rows checked (%lld bad) waits to be taken in, %d objection to look into, %d locked month corrected, a batch of %lld payments waits for the second approval, the year's budget is %lld yuan"),
        (long long)rows, (long long)bad, objected, corrected, (long long)lines,
        (long long)budget / 100);
    return true;
}
