/* demo_money.c — month by month at work, what follows from it, and the money to the card. */
#include <unistd.h>

#include "app/demo.h"
#include "app/simulate_book.h"
#include "platform/journal.h"
#include "sheet/sheet.h"

/* --- months --- */
/* Whether she leaves in her nth month (from 0), and why. In 2017 more than half of those sent went
 * home within a month; the base enterprises of 2019 keep far more. */
static const char *leaves(const struct demo *d, int way, int nth)
{
    static const char *const reasons[] = { "PAY",      "PAY",     "CLIMATE_FOOD", "HOMESICK",
                                           "HOMESICK", "FARMING", "SKILL",        "LODGING",
                                           "HEALTH",   "FAMILY" };
    struct sim_chance c = sim_chance(d->options.seed, "leaving", (int64_t)way * 100 + nth);

    return sim_percent(&c, nth == 1 ? 9 : 4) ? SIM_PICK(&c, reasons) : NULL;
}

struct month_run {
    struct month month;
    int nth;
    struct demo_tally tally;
    int confirmed_by_station, left;
    bool is_last; /* the story ends before the employers that sign in themselves have sent it */
};

static bool is_late(const struct demo *d, int way, const struct month_run *m)
{
    return m->is_last && d->world->posts[d->ways[way].post].employer < DEMO_EMPLOYERS_SIGNED_IN;
}

static bool is_at_work(const struct demo *d, int way, struct month month)
{
    const struct demo_way *y = &d->ways[way];

    return y->placement_id != NONE && date_compare(y->start, month_last_day(month)) <= 0 &&
           (date_is_none(y->end) || date_compare(y->end, month_first_day(month)) >= 0);
}

static struct sim_month_line line_of(const struct demo *d, int way, const struct month_run *m)
{
    struct sim_month_line line = sim_month(d->world, &d->world->people[way],
                                           &d->world->posts[d->ways[way].post], m->month, m->nth);

    if (leaves(d, way, m->nth))
        line.status = "离岗", line.days = 8, line.wage = line.wage / 3;
    else if (m->nth == 0)
        line.days = 7, line.wage = line.wage / 4; /* arrived in the last week */
    return line;
}

/* Each employer sends its sheet; the first three sign in themselves, for the others the county's
 * clerk. */
static bool confirm_by_employers(struct demo *d, struct month_run *m)
{
    struct sim_world *w = d->world;
    struct sim_month_line *lines = NEW_ARRAY(d->mem, struct sim_month_line, w->people_n);
    struct failure f = { 0 };

    for (int e = 0; e < w->employers_n; e++) {
        struct demo_user *who = e < DEMO_EMPLOYERS_SIGNED_IN
                                    ? demo_user(d, arena_printf(d->mem, "employer-%d", e + 1))
                                    : demo_clerk(d, w->east[w->employers[e].place].code);
        int n = 0;
        for (int i = 0; i < w->people_n; i++)
            if (is_at_work(d, i, m->month) && w->posts[d->ways[i].post].employer == e &&
                !is_late(d, i, m))
                lines[n++] = line_of(d, i, m);
        if (n == 0)
            continue;
        if (sim_write_months(w, e, m->month, lines, n, &f) != OK)
            return demo_fail(d, "%s", f.message);
        if (!demo_import(d, who, record_find_kind("month_evidence"), &w->files[w->files_n - 1],
                         &m->tally))
            return false;
    }
    return true;
}

static int way_of_placement(const struct demo *d, int64_t placement_id)
{
    for (int i = 0; i < d->world->people_n; i++)
        if (d->ways[i].placement_id == placement_id)
            return i;
    return -1;
}

/* Whose row had a flaw is still due: the station goes and asks. */
static bool confirm_by_station(struct demo *d, struct month_run *m)
{
    struct demo_user *station = demo_user(d, "station");
    struct str items = str_new(d->mem);
    char month[8];
    int n = 0;

    if (!demo_call(d, station, "months.due", NONE, "month=%s", month_format(m->month, month)))
        return false;
    for (size_t i = 0; i < demo_count(d, "items"); i++) {
        int64_t id = json_as_int(json_get(json_at(json_get(d->reply, "items"), i), "placement_id"));
        int way = way_of_placement(d, id);
        struct sim_month_line line;
        if (way < 0 || is_late(d, way, m))
            continue;
        line = line_of(d, way, m);
        str_addf(
            &items,
            "%s{'placement_id':'%lld','status':'%s','days':%d,'wage_fen':%d,'note':'驻站干部到厂核实'}",
            n++ ? "," : "", (long long)id, str_eq(line.status, "在岗") ? "AT_WORK" : "NOT_WORKING",
            line.days, line.wage * 100);
    }
    if (n > 0 && !demo_call(d, station, "months.confirm", NONE,
                            "{'month':'%s','source':'STATION','items':[%s]}", month, items.s))
        return false;
    m->confirmed_by_station += n;
    return true;
}

static bool record_leavers(struct demo *d, struct month_run *m)
{
    char day[11];

    for (int i = 0; i < d->world->people_n; i++) {
        const char *reason =
            is_at_work(d, i, m->month) && !is_late(d, i, m) ? leaves(d, i, m->nth) : NULL;
        if (!reason)
            continue;
        d->ways[i].end =
            m->nth == 0 ? month_last_day(m->month) : date_add_days(month_first_day(m->month), 9);
        if (!demo_call(d, demo_user(d, "station"), "placements.end", d->ways[i].placement_id,
                       "{'end_on':'%s','end_reason':'%s'}", date_format(d->ways[i].end, day),
                       reason))
            return false;
        m->left++;
    }
    return true;
}

bool demo_run_months(struct demo *d, int nth, int until, struct demo_months *ret)
{
    struct month_run m = { .nth = nth };

    for (; m.nth < until; m.nth++) {
        m.month = month_add(month_of(d->world->start), m.nth);
        m.is_last = m.nth > d->months_paid && m.nth == d->options.months - 1;
        d->today = date_add_days(month_last_day(m.month), 3);
        if (!confirm_by_employers(d, &m) || !confirm_by_station(d, &m) || !record_leavers(d, &m))
            return false;
    }
    *ret = (struct demo_months){ m.tally.good, m.tally.planted, m.confirmed_by_station, m.left };
    return demo_all_found(d, &m.tally);
}

bool demo_months(struct demo *d)
{
    struct demo_months m;
    int at_work = 0;

    /* The first round of claims comes after five months when there is time for a second. */
    d->months_paid = d->options.months >= 7 ? 5 : d->options.months;
    if (!demo_run_months(d, 0, d->months_paid, &m))
        return false;
    for (int i = 0; i < d->world->people_n; i++)
        at_work += d->ways[i].placement_id != NONE && date_is_none(d->ways[i].end);
    demo_say(
        d,
        S("%d 个月，企业确认 %lld 人月，驻站补核 %d 人月，离岗 %d 人，仍在岗 %d 人（%d%%）；埋错 %lld 处全部查出",
          "%d months, %lld person-months by employers, %d by the station, %d left, %d still at work (%d%%); all %lld planted flaws found"),
        d->months_paid, (long long)m.by_employers, m.by_station, m.left, at_work,
        at_work * 100 / MAX(1, d->placed), (long long)m.planted);
    return true;
}

/* --- claims --- */
bool demo_claims(struct demo *d)
{
    d->today =
        date_add_days(month_last_day(month_add(month_of(d->world->start), d->months_paid - 1)), 9);
    if (!demo_call(d, demo_user(d, "fuzhou-clerk"), "claims.find", NONE, "{}"))
        return false;
    d->owed_fen = demo_int(d, "amount_fen");
    demo_say(d,
             S("认定 %lld 次，应享 %lld，新申领 %lld 笔 %lld 元",
               "%lld decisions, %lld entitled, %lld claims over %lld yuan"),
             (long long)demo_int(d, "looked_at"), (long long)demo_int(d, "entitled"),
             (long long)demo_int(d, "made"), (long long)demo_int(d, "amount_fen") / 100);
    return demo_int(d, "made") > 0 || demo_fail(d, "%s", S("没有人应享补贴", "nobody is entitled"));
}

static bool all_claims(struct demo *d, const char *login, const char *event, int *ret_done)
{
    if (!demo_call(d, demo_user(d, login), "claims.bulk", NONE, "{'event':'%s'}", event))
        return false;
    *ret_done = (int)demo_int(d, "done");
    if (demo_int(d, "failed") > 0)
        return demo_fail(d, S("%s：%lld 笔未办成，如 %s", "%s: %lld not done, as %s"), event,
                         (long long)demo_int(d, "failed"), demo_str(d, "items.0.code"));
    return *ret_done > 0 || demo_fail(d, S("%s：没有可办的申领", "%s: no claim to act on"), event);
}

struct ids {
    int64_t id[64];
    int n;
};

static bool policies(struct demo *d, struct ids *ret)
{
    ret->n = 0;
    if (!demo_call(d, demo_user(d, "fuzhou-clerk"), "policies.list", NONE, "limit=%d",
                   (int)ARRAY_LEN(ret->id)))
        return false;
    for (size_t i = 0; i < demo_count(d, "items"); i++)
        ret->id[ret->n++] = json_as_int(json_get(json_at(json_get(d->reply, "items"), i), "id"));
    return true;
}

/* Four hands: the clerk, the checker, the reviewer, the approver after the public notice. */
bool demo_reviews(struct demo *d)
{
    int submitted, checked, reviewed, approved, notices = 0;
    struct ids list;

    if (!all_claims(d, "fuzhou-clerk", "submit", &submitted) ||
        !all_claims(d, "fuzhou-checker", "check", &checked) ||
        !all_claims(d, "fuzhou-reviewer", "review", &reviewed) || !policies(d, &list))
        return false;
    for (int i = 0; i < list.n; i++) {
        if (demo_call(d, demo_user(d, "fuzhou-reviewer"), "claims.notice", NONE,
                      "{'policy_id':'%lld'}", (long long)list.id[i]))
            notices++;
        else if (!str_eq(d->cx->failure.code, "claim.none") &&
                 !str_eq(d->cx->failure.code, "claim.payer_side"))
            return false;
    }
    d->today = date_add_days(d->today, 14); /* at least five working days, whatever the calendar */
    if (!all_claims(d, "fuzhou-approver", "approve", &approved))
        return false;
    demo_say(d,
             S("申报 %d、初审 %d、复审 %d、公示 %d 期、终审 %d 笔",
               "%d submitted, %d checked, %d reviewed, %d notices, %d approved"),
             submitted, checked, reviewed, notices, approved);
    return approved == reviewed ||
           demo_fail(d, S("复审 %d 笔，终审只有 %d 笔", "%d reviewed, but %d approved"), reviewed,
                     approved);
}

/* --- payments --- */
static const char *const returns[][3] = { { "账户已销户", "账户销户", "closed" },
                                          { "户名与账号不符", "户名不符", "another name" },
                                          { "睡眠户未激活", "账户未激活", "inactive" } };

struct paying {
    int batches, lines, no_account, returned[ARRAY_LEN(returns)], corrected;
    int64_t paid_fen;
};

/* The bank reads its file and answers; about one in thirty comes back, for the usual reasons. */
static bool bank_answers(struct demo *d, const char *file, bool fails, const char *answer,
                         struct paying *p)
{
    struct str s = str_new(d->mem);
    struct failure f = { 0 };
    struct sheet_row row;
    struct sheet *sheet;
    bool more;
    int n = 0;

    if (sheet_open(file, NULL, d->options.lang, &f, &sheet) != OK)
        return demo_fail(d, "%s", f.message);
    str_add(&s, "\xEF\xBB\xBF");
    while (sheet_next(sheet, &row, &more, &f) == OK && more) {
        bool is_header = n++ == 0, bad = fails && n % 29 == 3;
        size_t why = (size_t)(n / 29) % ARRAY_LEN(returns);
        for (int c = 0; c < 5; c++)
            str_addf(&s, "%s,", c < row.n ? row.cells[c].text : "");
        if (bad)
            p->returned[why]++;
        str_add(&s, is_header ? "结果,原因\r\n"
                    : bad     ? arena_printf(d->mem, "失败,%s\r\n", returns[why][0])
                              : "成功,\r\n");
    }
    sheet_close(sheet);
    return (n > 1 && book_write_text(answer, s.s, s.len, &f) == OK) ||
           demo_fail(d, S("银行文件为空", "the bank's file is empty %s"), f.message);
}

static bool through_bank(struct demo *d, int64_t batch, bool fails, struct paying *p)
{
    const char *answer =
        arena_printf(d->mem, "%s/bank-return-%lld.csv", d->options.dir, (long long)batch);
    struct demo_user *payer = demo_user(d, "fuzhou-payer"), *second = demo_user(d, "fuzhou-payer2");

    if (!demo_call(d, payer, "payments.lock", batch, "{}") ||
        !demo_call(d, demo_user(d, "fuzhou-approver2"), "payments.approve", batch, "{}") ||
        !demo_call(d, second, "payments.approve", batch, "{}") ||
        !demo_call(d, second, "payments.send", batch, "{}") ||
        !demo_call(d, second, "payments.bank_file", batch, "%s", ""))
        return false;
    if (!bank_answers(d, d->cx->reply_file.path, fails, answer, p))
        return false;
    unlink(d->cx->reply_file.path);
    d->today = date_add_days(d->today, 2);
    if (!demo_upload(d, payer, "payments.return", batch, answer))
        return false;
    p->batches++;
    if (!demo_call(d, payer, "payments.get", batch, "%s", ""))
        return false;
    p->paid_fen += demo_int(d, "paid_fen");
    return true;
}

/* A page of failed lines, each given the account that the person has named since. */
static bool correct_page(struct demo *d, int64_t batch, int *ret_n)
{
    struct demo_user *payer = demo_user(d, "fuzhou-payer");
    int64_t ids[200];
    int n = 0;

    if (!demo_call(d, payer, "payments.lines", batch, "state=FAILED&limit=200"))
        return false;
    for (size_t i = 0; i < demo_count(d, "items") && n < (int)ARRAY_LEN(ids); i++)
        ids[n++] = json_as_int(json_get(json_at(json_get(d->reply, "items"), i), "id"));
    for (int i = 0; i < n; i++)
        if (!demo_call(d, payer, "payment_lines.correct", ids[i],
                       "{'account':'62170099%011lld','account_bank':'中国农业银行'}",
                       (long long)ids[i] % 100000000000))
            return false;
    *ret_n = n;
    return true;
}

static bool correct_failed(struct demo *d, int64_t batch, struct paying *p)
{
    int n, before = p->corrected;

    do {
        if (!correct_page(d, batch, &n))
            return false;
        p->corrected += n; /* corrected lines are not FAILED any more: the next page is the first */
    } while (n > 0);
    if (p->corrected == before)
        return true;
    return demo_call(d, demo_user(d, "fuzhou-payer"), "payments.reissue", batch, "{}") &&
           through_bank(d, demo_int(d, "id"), false, p);
}

static void say_paid(struct demo *d, const struct paying *p)
{
    struct str why = str_new(d->mem);
    int returned = 0;

    for (size_t i = 0; i < ARRAY_LEN(returns); i++) {
        returned += p->returned[i];
        if (p->returned[i])
            str_addf(&why, "%s%s %d", why.len ? S("、", ", ") : "", S(returns[i][1], returns[i][2]),
                     p->returned[i]);
    }
    demo_say(
        d,
        S("%d 批，应付 %d 笔 %lld 元；缺账号 %d 笔，银行退票 %d 笔（%s）；更正重发 %d 笔，全部到账",
          "%d batches, %d payments due over %lld yuan; %d without account, %d returned by the bank (%s); %d corrected and sent again, all paid"),
        p->batches, p->lines + p->no_account, (long long)d->owed_fen / 100, p->no_account, returned,
        why.s, p->corrected);
}

bool demo_payments(struct demo *d)
{
    static const char *const funds[] = { "DESTINATION_BUDGET", "EAST_WEST_AID",
                                         "EMPLOYMENT_SUBSIDY" };
    struct paying p = { 0 };

    for (size_t i = 0; i < ARRAY_LEN(funds); i++) {
        int64_t batch;
        if (!demo_call(d, demo_user(d, "fuzhou-payer"), "payments.make", NONE,
                       "{'payer':%lld,'fund':'%s'}", (long long)d->world->east_code, funds[i])) {
            if (str_eq(d->cx->failure.code, "payment.no_claim"))
                continue;
            return false;
        }
        batch = demo_int(d, "id");
        p.lines += (int)demo_int(d, "lines");
        p.no_account += (int)demo_int(d, "no_account");
        if (!through_bank(d, batch, true, &p) || !correct_failed(d, batch, &p) ||
            !demo_call(d, demo_user(d, "fuzhou-payer"), "payments.close", batch, "{}"))
            return false;
    }
    d->failed = NULL;
    if (p.lines == 0 || p.paid_fen != d->owed_fen)
        return demo_fail(d, S("应付 %lld 元，实付 %lld 元", "%lld yuan due, %lld paid"),
                         (long long)d->owed_fen / 100, (long long)p.paid_fen / 100);
    say_paid(d, &p);
    return true;
}

/* --- targets and bulletin --- */
bool demo_targets(struct demo *d)
{
    static const struct {
        const char *indicator;
        int percent; /* of the people in the rosters */
    } goals[] = { { "transferred_east", 40 },
                  { "transferred_east_registered", 29 },
                  { "stable_3m", 30 } };
    struct demo_user *clerk = demo_user(d, "dingxi-clerk");
    int set = 0;

    for (size_t i = 0; i < ARRAY_LEN(goals); i++) {
        int goal = MAX(1, d->world->people_n * goals[i].percent / 100), n = d->world->west_n;
        if (!demo_call(d, clerk, "targets.create", NONE,
                       "{'pairing_id':'%lld','year':%d,'indicator':'%s','goal':%d}",
                       (long long)d->pairing_id, d->today.year, goals[i].indicator, goal))
            return false;
        set++;
        for (int county = 0; i == 0 && county < n; county++, set++)
            if (!demo_call(
                    d, clerk, "targets.create", NONE,
                    "{'pairing_id':'%lld','year':%d,'indicator':'%s','division':%lld,'goal':%d}",
                    (long long)d->pairing_id, d->today.year, goals[i].indicator,
                    (long long)d->world->west[county].code, goal / n + (county < goal % n)))
                return false;
    }
    demo_say(d, S("下达任务 %d 项（分解到 %d 个县区）", "%d targets (decomposed to %d counties)"),
             set, d->world->west_n);
    return true;
}

bool demo_completion(struct demo *d)
{
    struct demo_user *leader = demo_user(d, "dingxi-leader");
    struct str s = str_new(d->mem);

    if (!demo_call(d, leader, "stats.completion", NONE, "year=%d&pairing_id=%lld", d->today.year,
                   (long long)d->pairing_id))
        return false;
    for (size_t i = 0; i < demo_count(d, "items"); i++) {
        const struct json_value *item = json_at(json_get(d->reply, "items"), i);
        int64_t goal = json_as_int(json_get(item, "goal")),
                actual = json_as_int(json_get(item, "actual"));
        if (json_as_int(json_get(item, "division")) != d->world->west_code)
            continue;
        str_addf(&s, "%s%s %lld/%lld (%lld%%)", s.len ? S("，", ", ") : "",
                 json_as_str(
                     json_get(item, d->options.lang == LANG_EN ? "indicator_en" : "indicator_zh")),
                 (long long)actual, (long long)goal, (long long)(goal ? actual * 100 / goal : 0));
    }
    if (s.len == 0)
        return demo_fail(d, "%s", S("没有完成情况", "there is no completion"));
    if (!demo_call(d, leader, "stats.bulletin", NONE, "year=%d&month=%d&pairing_id=%lld",
                   d->today.year, d->today.month, (long long)d->pairing_id))
        return false;
    demo_say(d, "%s", s.s);
    return true;
}

/* --- the journal --- */
bool demo_journal(struct demo *d)
{
    struct ctx *cx = demo_unit(d, NULL);
    int64_t entries, blocks;
    int sealed;

    do {
        if (journal_seal(cx, &sealed) != OK)
            return demo_fail(d, "%s", cx->failure.message);
    } while (sealed > 0);
    if (journal_verify_from(cx, 1, NULL, &entries, &blocks) != OK)
        return demo_fail(d, "%s", cx->failure.message);
    demo_say(d, S("%lld 条日志、%lld 个区块，完整", "%lld entries in %lld blocks, intact"),
             (long long)entries, (long long)blocks);
    return entries > 0;
}
