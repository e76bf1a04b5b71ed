/* targets.c — the year's agreement and its parts. */
#include "targets/targets.h"

#include "divisions/divisions.h"

const struct choice target_indicators[] = {
    { "transferred_east", "转移到东部结对地区就业", "Transferred to the paired city",
      "转移就业|赴东部就业" },
    { "transferred_east_registered", "其中：建档立卡（脱贫）劳动力", "of which registered",
      "转移就业脱贫人口" },
    { "placed_near_home", "省内就近就业", "Placed in the own province", "就近就业|就地就近就业" },
    { "placed_near_home_registered", "其中：就近就业的建档立卡（脱贫）劳动力",
      "of which registered, near home" },
    { "placed_elsewhere", "其他地区就业", "Placed elsewhere", "其他地区" },
    { "in_work", "在岗人数", "At work", "在岗" },
    { "stable_3m", "稳定就业 3 个月", "Stable for 3 months", "稳定就业三个月" },
    { "stable_6m", "稳定就业 6 个月", "Stable for 6 months", "稳定就业六个月" },
    { 0 },
};
static const struct choice states[] = {
    { "AGREED", "已签订", "Agreed" },
    { "CLOSED", "已结案", "Closed" },
    { 0 },
};
static const struct transition transitions[] = {
    { "close", "AGREED", "CLOSED", "结案", "Close" },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
#define IN struct target_input
static const struct field fields[] = {
    FIELD(IN, pairing_id, FIELD_ID, "结对关系", "Pairing", .required = true, .sql = "t.pairing_id",
          .use = USE_FILTER | USE_FIXED, .refers = "pairing"),
    OUTPUT("pairing_name", FIELD_TEXT, "结对名称", "Pairing name", .use = LISTED,
           .sql = "(SELECT x.name FROM pairing x WHERE x.id = t.pairing_id)"),
    FIELD(IN, year, FIELD_INT, "年度", "Year", .required = true, .min = 1996, .max = 2100,
          .sql = "t.year", .use = LISTED | USE_FILTER | USE_FIXED | USE_SORT),
    FIELD(IN, indicator, FIELD_CHOICE, "指标", "Indicator", .required = true,
          .choices = target_indicators, .sql = "t.indicator",
          .use = LISTED | USE_FILTER | USE_FIXED),
    FIELD(IN, division, FIELD_DIVISION, "地区", "Division", .sql = "t.division",
          .use = USE_FILTER | USE_FIXED, .help_zh = "不填为整个协议",
          .help_en = "empty for the whole agreement"),
    OUTPUT("division_name", FIELD_TEXT, "地区名称", "Division name", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = t.division)"),
    FIELD(IN, home, FIELD_DIVISION, "输出地", "Origin", .sql = "t.home", .use = USE_DERIVED),
    FIELD(IN, work, FIELD_DIVISION, "输入地", "Destination", .sql = "t.work", .use = USE_DERIVED),
    FIELD(IN, goal, FIELD_INT, "任务数", "Goal", .required = true, .min = 0, .max = 100000000,
          .sql = "t.goal", .use = LISTED),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = states, .sql = "t.state",
           .use = LISTED | USE_FILTER),
    { 0 },
};

static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    IN *in = input;
    struct rows pairing;
    int64_t home, work;

    if (before) {
        if (str_eq(row_text(before, 0, "state"), "CLOSED"))
            return fail(cx, E_CONFLICT, "target.closed", "%s",
                        T("该任务已结案，不能修改", "the target is closed and cannot be changed"));
        return OK;
    }
    TRY(db_rows(cx, &pairing, "SELECT home, work FROM pairing WHERE id = $1", P(in->pairing_id)));
    if (pairing.n == 0)
        return fail_field(cx, "pairing_id", "pairing.unknown", "%s",
                          T("没有这个结对关系", "there is no such pairing"));
    home = row_int(&pairing, 0, "home");
    work = row_int(&pairing, 0, "work");
    if (in->division == NONE)
        in->division = home;
    if (!division_within(in->division, home) && !division_within(in->division, work))
        return hint(cx,
                    fail_field(cx, "division", "target.outside", "%s",
                               T("该地区不在结对双方之内",
                                 "the division lies on neither side of the pairing")),
                    "%s",
                    T("请填写结对双方之一的下级地区",
                      "give a division below one of the two sides"));
    in->home = division_within(in->division, home) ? in->division : home;
    in->work = division_within(in->division, work) ? in->division : work;
    return OK;
}

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const IN *in = input;

    (void)employer_id, (void)person_id;
    *home = in->home;
    *work = in->work;
}

const struct record target_record = {
    .name = "target",
    .zh = "目标任务",
    .en = "target",
    .table = "target",
    .alias = "t",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = transitions,
    .check = check,
    .place = place,
};

enum err target_set(struct ctx *cx, struct target_input given, int64_t *ret_id)
{
    IN *in = NEW(cx->mem, IN);

    *in = given;
    return record_insert(cx, &target_record, in, ret_id);
}

int64_t target_rate(int64_t actual, int64_t goal)
{
    return goal <= 0 ? NONE : (actual * 200 + goal) / (goal * 2);
}

/* Is `part` the next target below `whole` among all, with none between the two? */
static bool is_next_below(const struct target_line *all, int n, const struct target_line *part,
                          int64_t whole)
{
    if (part->division == whole || !division_within(part->division, whole))
        return false;
    for (int i = 0; i < n; i++)
        if (str_eq(all[i].indicator, part->indicator) && all[i].division != whole &&
            all[i].division != part->division && division_within(all[i].division, whole) &&
            division_within(part->division, all[i].division))
            return false;
    return true;
}

static void add_parts(struct target_line *all, int n, struct target_line *t, int64_t home,
                      int64_t work)
{
    for (int i = 0; i < n; i++) {
        if (!str_eq(all[i].indicator, t->indicator))
            continue;
        if (is_next_below(all, n, &all[i], t->division)) {
            t->parts++;
            t->parts_goal += all[i].goal;
        } else if (t->division == home && is_next_below(all, n, &all[i], work)) {
            t->other_parts++;
            t->other_parts_goal += all[i].goal;
        }
    }
}

enum err targets_of(struct ctx *cx, int64_t pairing_id, int64_t year, struct target_line **ret,
                    int *ret_n)
{
    struct rows r, pairing;
    struct target_line *lines;

    TRY(db_one(cx, &pairing, "SELECT home, work FROM pairing WHERE id = $1", P(pairing_id)));
    TRY(db_rows(
        cx, &r,
        "SELECT id, indicator, division, goal, state FROM target t WHERE SCOPE(target t) AND t.pairing_id = $1 AND t.year = $2"
        " ORDER BY t.indicator, CASE WHEN t.division = $3 THEN 0 ELSE 1 END, t.division",
        P(pairing_id), P(year), P(row_int(&pairing, 0, "home"))));
    lines = NEW_ARRAY(cx->mem, struct target_line, r.n + 1);
    for (int i = 0; i < r.n; i++)
        lines[i] = (struct target_line){ .id = row_int(&r, i, "id"),
                                         .division = row_int(&r, i, "division"),
                                         .goal = row_int(&r, i, "goal"),
                                         .indicator = row_text(&r, i, "indicator"),
                                         .state = row_text(&r, i, "state") };
    for (int i = 0; i < r.n; i++)
        add_parts(lines, r.n, &lines[i], row_int(&pairing, 0, "home"),
                  row_int(&pairing, 0, "work"));
    *ret = lines;
    *ret_n = r.n;
    return OK;
}

static const struct scoped tables[] = {
    { "target", .home = "home", .work = "work" },
    { 0 },
};

static const struct op ops[] = {
    { "targets.list", "GET /targets", PERM_TARGET_READ, record_list, "目标任务列表", "Targets",
      &target_record },
    { "targets.export", "GET /targets/export", PERM_EXPORT, record_export, "导出目标任务",
      "Export targets", &target_record, .flags = OP_FILE | OP_DETACHED },
    { "targets.get", "GET /targets/{id}", PERM_TARGET_READ, record_get, "目标任务详情",
      "One target", &target_record },
    { "targets.history", "GET /targets/{id}/history", PERM_TARGET_READ, record_history, "变更记录",
      "Its history", &target_record },
    { "targets.create", "POST /targets", PERM_TARGET_WRITE, record_create, "下达目标任务",
      "Set a target", &target_record },
    { "targets.change", "PATCH /targets/{id}", PERM_TARGET_WRITE, record_update, "调整目标任务",
      "Change a target", &target_record },
    { "targets.close", "POST /targets/{id}/close", PERM_TARGET_WRITE, record_event, "结案", "Close",
      &target_record },
    { 0 },
};

static const struct record *const records[] = { &target_record, NULL };

const struct module targets_module = { "targets", "目标任务", "Targets", ops, tables, records };
