/* months.c — monthly evidence: recorded word by word, weighed together, locked under money. */
#include "placements/months.h"

#include "people/people.h"
#include "placements/placements.h"
#include "platform/journal.h"

const struct choice month_sources[] = {
    { "DATA", "社保/工资数据", "Insurance or wage data", "社保|数据比对|工资流水" },
    { "EMPLOYER", "企业确认", "Employer", "企业" },
    { "STATION", "驻点工作站", "Labour station", "工作站|驻点" },
    { "VILLAGE_PHONE", "村级回访", "Village call", "村级|电话回访" },
    { "WORKER", "本人确认", "Worker", "本人" },
    { 0 },
};
const struct choice month_statuses[] = {
    { "AT_WORK", "在岗", "At work", "在职|在岗务工|是|正常" },
    { "NOT_WORKING", "离岗", "Not working", "离职|不在岗|否|已离职|辞职|返乡" },
    { "ON_LEAVE", "请假", "On leave", "休假|病假|事假" },
    { "UNREACHABLE", "失联", "Unreachable", "联系不上|无法联系" },
    { 0 },
};
const struct choice month_states[] = {
    { "CONFIRMED", "已确认", "Confirmed" }, { "NOT_WORKING", "离岗", "Not working" },
    { "ON_LEAVE", "请假", "On leave" },     { "UNREACHABLE", "失联", "Unreachable" },
    { "CONFLICT", "有冲突", "Conflict" },   { 0 },
};

static int rank(const char *source)
{
    for (int i = 0; month_sources[i].code; i++)
        if (str_eq(month_sources[i].code, source))
            return i;
    return 99;
}

struct month_verdict month_weigh(const struct month_evidence *words, int n)
{
    struct month_verdict v = { .days = NONE, .wage_fen = NONE, .is_insured = NONE };
    int best = 100, days = 100, wage = 100, insured = 100, at_work = 0, not_working = 0;

    assert(n > 0);
    for (int i = 0; i < n; i++) {
        int r = rank(words[i].source);
        bool unreachable = str_eq(words[i].status, "UNREACHABLE");
        at_work += str_eq(words[i].status, "AT_WORK");
        not_working += str_eq(words[i].status, "NOT_WORKING");
        /* not having reached somebody says nothing against what another source knows */
        if (unreachable ? best == 100 : r < best || str_eq(v.status, "UNREACHABLE")) {
            best = unreachable ? 100 : r;
            v.status = str_eq(words[i].status, "AT_WORK") ? "CONFIRMED" : words[i].status;
        }
        if (words[i].days != NONE && r < days)
            v.days = words[i].days, days = r;
        if (words[i].wage_fen != NONE && r < wage)
            v.wage_fen = words[i].wage_fen, wage = r;
        if (words[i].is_insured != NONE && r < insured)
            v.is_insured = words[i].is_insured, insured = r;
    }
    if (at_work && not_working)
        v.status = "CONFLICT";
    return v;
}

/* --- recording --- */
static enum err load_placement(struct ctx *cx, int64_t id, struct rows *ret)
{
    TRY(db_rows(
        cx, ret,
        "SELECT id, person_id, employer_id, home, work, start_on, end_on FROM placement a WHERE a.id = $1 AND SCOPE(placement a)",
        P(id)));
    if (ret->n == 0)
        return fail(cx, E_NOT_FOUND, "placement.not_found", "%s",
                    T("没有这段就业", "there is no such placement"));
    return OK;
}

static enum err check_month(struct ctx *cx, const struct rows *placement,
                            const struct month_word *w)
{
    struct month m = { 0 }, first, last;
    const char *end = row_text(placement, 0, "end_on");

    if (!month_parse(w->month, &m))
        return fail_field(cx, "month", "date.invalid", "%s",
                          T("不是有效的月份", "not a valid month"));
    first = month_of(date_of_text(row_text(placement, 0, "start_on")));
    last = month_of(end ? date_of_text(end) : cx->today);
    if (month_compare(m, first) < 0 || month_compare(m, month_of(cx->today)) > 0)
        return fail_field(cx, "month", "month.outside", "%s",
                          T("该月不在这段就业之内", "the month lies outside the placement"));
    if (month_compare(m, last) > 0 && str_eq(w->status, "AT_WORK"))
        return fail_field(cx, "month", "month.after_end", "%s",
                          T("该月在离岗之后", "the month lies after the placement ended"));
    return OK;
}

static enum err derive(struct ctx *cx, const struct rows *p, const char *month,
                       struct month_verdict *ret)
{
    struct rows r;
    struct month_evidence words[16];
    struct str sources = str_new(cx->mem);
    int n = 0;

    TRY(db_rows(
        cx, &r,
        "SELECT source, status, days, wage_fen, is_insured FROM month_evidence m"
        " WHERE SCOPE_NOT(month_evidence 'all sources of a month of a placement in scope') AND m.placement_id = $1 AND m.month = $2"
        " AND m.revision = (SELECT max(n.revision) FROM month_evidence n WHERE n.placement_id = m.placement_id"
        " AND n.month = m.month AND n.source = m.source) ORDER BY m.source",
        P(row_int(p, 0, "id")), P(month)));
    for (; n < r.n && n < (int)ARRAY_LEN(words); n++) {
        words[n] = (struct month_evidence){ row_text(&r, n, "source"), row_text(&r, n, "status"),
                                            row_int(&r, n, "days"), row_int(&r, n, "wage_fen"),
                                            row_int(&r, n, "is_insured") };
        str_addf(&sources, "%s%s", n ? "," : "", words[n].source);
    }
    *ret = month_weigh(words, n);
    return db_exec(
        cx,
        "INSERT INTO placement_month (placement_id, month, person_id, employer_id, home, work, status, days, wage_fen, is_insured,"
        " sources, updated_at) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12"
        " WHERE SCOPE(placement_month home=$5, work=$6, employer_id=$4, person_id=$3)"
        " ON CONFLICT (placement_id, month) DO UPDATE SET status = excluded.status, days = excluded.days, wage_fen = excluded.wage_fen,"
        " is_insured = excluded.is_insured, sources = excluded.sources, updated_at = excluded.updated_at",
        P(row_int(p, 0, "id")), P(month), P(row_int(p, 0, "person_id")),
        P(row_int(p, 0, "employer_id")), P(row_int(p, 0, "home")), P(row_int(p, 0, "work")),
        P(ret->status), P(ret->days), P(ret->wage_fen), P(ret->is_insured), P(sources.s),
        P(cx->now));
}

enum err month_record(struct ctx *cx, const struct month_word *w, bool *ret_changed)
{
    struct rows p, last, locked;
    struct month_verdict verdict;
    int64_t revision = 1;

    TRY(load_placement(cx, w->placement_id, &p));
    TRY(check_month(cx, &p, w));
    TRY(db_rows(
        cx, &last,
        "SELECT revision, status, days, wage_fen, is_insured FROM month_evidence m WHERE SCOPE_NOT(month_evidence 'own earlier word on a placement in scope')"
        " AND m.placement_id = $1 AND m.month = $2 AND m.source = $3 ORDER BY m.revision DESC LIMIT 1",
        P(w->placement_id), P(w->month), P(w->source)));
    *ret_changed = !last.n || !str_eq(row_text(&last, 0, "status"), w->status) ||
                   row_int(&last, 0, "days") != w->days ||
                   row_int(&last, 0, "wage_fen") != w->wage_fen ||
                   row_int(&last, 0, "is_insured") != w->is_insured;
    if (!*ret_changed)
        return OK;
    TRY(db_rows(
        cx, &locked,
        "SELECT is_locked FROM placement_month m WHERE m.placement_id = $1 AND m.month = $2 AND SCOPE(placement_month m)",
        P(w->placement_id), P(w->month)));
    if (locked.n && row_int(&locked, 0, "is_locked") == 1)
        return hint(cx,
                    fail(cx, E_CONFLICT, "month.locked", "%s",
                         T("该月已据以发放补贴，不能直接更改",
                           "money rests on this month: it cannot be changed")),
                    "%s", T("请办理更正", "enter a correction"));
    if (last.n)
        revision = row_int(&last, 0, "revision") + 1;
    TRY(db_exec(
        cx,
        "INSERT INTO month_evidence (id, placement_id, person_id, employer_id, home, work, month, source, revision, status, days, wage_fen,"
        " is_insured, note, user_id, created_at) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16"
        " WHERE SCOPE(month_evidence home=$5, work=$6, employer_id=$4, person_id=$3)",
        P(store_new_id(cx->store)), P(w->placement_id), P(row_int(&p, 0, "person_id")),
        P(row_int(&p, 0, "employer_id")), P(row_int(&p, 0, "home")), P(row_int(&p, 0, "work")),
        P(w->month), P(w->source), P(revision), P(w->status), P(w->days), P(w->wage_fen),
        P(w->is_insured), P(w->note), P(cx->who.user_id), P(cx->now)));
    TRY(derive(cx, &p, w->month, &verdict));
    return journal_append(
        cx, &(struct journal_entry){
                .kind = "placement",
                .record_id = w->placement_id,
                .action = "month",
                .after = arena_printf(
                    cx->mem,
                    "{\"month\":\"%s\",\"source\":\"%s\",\"status\":\"%s\",\"verdict\":\"%s\"}",
                    w->month, w->source, w->status, verdict.status),
                .home = row_int(&p, 0, "home"),
                .work = row_int(&p, 0, "work"),
                .employer_id = row_int(&p, 0, "employer_id"),
                .person_id = row_int(&p, 0, "person_id") });
}

enum err month_lock(struct ctx *cx, int64_t placement_id, const char *month)
{
    return db_exec(
        cx,
        "UPDATE placement_month SET is_locked = 1 WHERE SCOPE_NOT(placement_month 'a claim in scope rests on it')"
        " AND placement_id = $1 AND month = $2",
        P(placement_id), P(month));
}

/* --- correcting --- */
static enum err save_correction(struct ctx *cx, const struct month_fix *fix, const struct rows *m,
                                const char *status, struct month_fixed *ret)
{
    bool is_worked = str_eq(status, "CONFIRMED") || str_eq(status, "ON_LEAVE");
    int64_t days = fix->days != NONE ? fix->days
                   : is_worked       ? row_int(m, 0, "days")
                                     : NONE,
            wage = fix->wage_fen != NONE ? fix->wage_fen
                   : is_worked           ? row_int(m, 0, "wage_fen")
                                         : NONE;

    if (str_eq(status, row_text(m, 0, "status")) && days == row_int(m, 0, "days") &&
        wage == row_int(m, 0, "wage_fen"))
        return fail(cx, E_CONFLICT, "month.same", "%s",
                    T("更正后与原记录相同", "the correction says what the record says"));
    TRY(db_exec(
        cx,
        "INSERT INTO month_correction (id, placement_id, month, revision, person_id, employer_id, home, work, old_status, old_days,"
        " old_wage_fen, status, days, wage_fen, reason, user_id, created_at)"
        " SELECT $1, $2, $3, 1 + (SELECT count(*) FROM month_correction k WHERE SCOPE_NOT(month_correction 'its number among those of the month')"
        " AND k.placement_id = $2 AND k.month = $3), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16"
        " WHERE SCOPE(month_correction home=$6, work=$7, employer_id=$5, person_id=$4)",
        P(ret->id), P(fix->placement_id), P(fix->month), P(ret->person_id), P(ret->employer_id),
        P(ret->home), P(ret->work), P(row_text(m, 0, "status")), P(row_int(m, 0, "days")),
        P(row_int(m, 0, "wage_fen")), P(status), P(days), P(wage), P(fix->reason),
        P(cx->who.user_id), P(cx->now)));
    if (cx->changed != 1)
        return fail(cx, E_FORBIDDEN, "scope.outside", "%s",
                    T("不在您的辖区内", "it lies outside your jurisdiction"));
    return db_exec(
        cx,
        "UPDATE placement_month AS m SET status = $1, days = $2, wage_fen = $3, updated_at = $4"
        " WHERE m.placement_id = $5 AND m.month = $6 AND m.is_locked = 1 AND SCOPE(placement_month m)",
        P(status), P(days), P(wage), P(cx->now), P(fix->placement_id), P(fix->month));
}

enum err month_correct(struct ctx *cx, const struct month_fix *fix, struct month_fixed *ret)
{
    const char *status = str_eq(fix->status, "AT_WORK") ? "CONFIRMED" : fix->status;
    struct month_fixed fixed = { .id = store_new_id(cx->store) };
    struct rows p, m;

    TRY(load_placement(cx, fix->placement_id, &p));
    TRY(db_rows(
        cx, &m,
        "SELECT status, days, wage_fen FROM placement_month m WHERE m.placement_id = $1 AND m.month = $2 AND m.is_locked = 1"
        " AND SCOPE(placement_month m)",
        P(fix->placement_id), P(fix->month)));
    if (m.n == 0)
        return hint(cx,
                    fail(cx, E_CONFLICT, "month.not_locked", "%s",
                         T("该月没有据以发放补贴，无需更正", "no money rests on this month")),
                    "%s", T("请照常确认或裁定", "confirm or decide it as usual"));
    fixed.person_id = row_int(&p, 0, "person_id");
    fixed.employer_id = row_int(&p, 0, "employer_id");
    fixed.home = row_int(&p, 0, "home");
    fixed.work = row_int(&p, 0, "work");
    TRY(save_correction(cx, fix, &m, status, &fixed));
    *ret = fixed;
    return journal_append(
        cx,
        &(struct journal_entry){
            .kind = "placement",
            .record_id = fix->placement_id,
            .action = "correct_month",
            .reason = fix->reason,
            .before = arena_printf(cx->mem, "{\"month\":\"%s\",\"verdict\":\"%s\"}", fix->month,
                                   row_text(&m, 0, "status")),
            .after = arena_printf(cx->mem,
                                  "{\"month\":\"%s\",\"verdict\":\"%s\",\"correction\":\"%lld\"}",
                                  fix->month, status, (long long)fixed.id),
            .home = fixed.home,
            .work = fixed.work,
            .employer_id = fixed.employer_id,
            .person_id = fixed.person_id });
}
