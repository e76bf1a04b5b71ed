/* transfers.c — batches and their states. A batch locks its roster only with seats and leaders in
 * order, and hands over only who has arrived. */
#include "transfers/transfers.h"

#include "people/people.h"
#include "transfers/manifest.h"

static const struct choice modes[] = {
    { "COACH", "包车", "Coach", "大巴|客车|汽车" },
    { "TRAIN", "火车", "Train", "高铁|专列|动车" },
    { "PLANE", "飞机", "Plane", "包机" },
    { "SELF", "自行前往", "On their own", "自行" },
    { 0 },
};
static const struct choice payers[] = {
    { "HOME_GOVERNMENT", "输出地政府", "Origin government" },
    { "WORK_GOVERNMENT", "输入地政府", "Destination government" },
    { "EMPLOYER", "企业", "Employer" },
    { "WORKER", "本人", "Worker" },
    { 0 },
};
static const struct choice states[] = {
    { "PLANNED", "筹备中", "Planned" },
    { "LOCKED", "名单已锁定", "Roster locked" },
    { "APPROVED", "已批准", "Approved" },
    { "DEPARTED", "已出发", "Departed" },
    { "ARRIVED", "已到达", "Arrived" },
    { "HANDED_OVER", "已交接", "Handed over" },
    { "CLOSED", "已办结", "Closed" },
    { "CANCELLED", "已取消", "Cancelled" },
    { 0 },
};

static const struct transition transitions[] = {
    { "lock", "PLANNED", "LOCKED", "锁定名单", "Lock the roster", .rule = manifest_check },
    { "unlock", "LOCKED", "PLANNED", "解锁名单", "Unlock", .needs_reason = true },
    { "approve", "LOCKED", "APPROVED", "批准出发", "Approve" },
    { "depart", "APPROVED", "DEPARTED", "出发", "Depart", .rule = manifest_depart },
    { "arrive", "DEPARTED", "ARRIVED", "到达", "Arrive" },
    { "close", "HANDED_OVER", "CLOSED", "办结", "Close" },
    { "cancel", "PLANNED|LOCKED|APPROVED", "CANCELLED", "取消", "Cancel", .needs_reason = true },
    { 0 },
};

#define LISTED (USE_LIST | USE_EXPORT)
#define IN struct batch_input
#define COUNT_OF(states)                                                                                   \
    "(SELECT count(*) FROM passenger q WHERE SCOPE(passenger q) AND q.batch_id = b.id AND q.state " states \
    ")"
static const struct field fields[] = {
    FIELD(IN, name, FIELD_TEXT, "批次名称", "Name", .required = true, .max = 60, .sql = "b.name",
          .use = LISTED | USE_SEARCH),
    FIELD(IN, home, FIELD_DIVISION, "输出地", "From", .required = true, .sql = "b.home",
          .use = USE_FILTER | USE_FIXED),
    OUTPUT("home_name", FIELD_TEXT, "输出地名称", "From", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = b.home)"),
    FIELD(IN, work, FIELD_DIVISION, "输入地", "To", .required = true, .sql = "b.work",
          .use = USE_FILTER | USE_FIXED),
    OUTPUT("work_name", FIELD_TEXT, "输入地名称", "To", .use = LISTED,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = b.work)"),
    FIELD(IN, mode, FIELD_CHOICE, "交通方式", "Mode", .choices = modes, .required = true,
          .sql = "b.mode", .use = LISTED | USE_FILTER),
    FIELD(IN, depart_on, FIELD_DATE, "出发日期", "Departs", .required = true, .sql = "b.depart_on",
          .use = LISTED | USE_FILTER | USE_SORT),
    FIELD(IN, depart_place, FIELD_TEXT, "集合地点", "Assembly", .max = 80, .sql = "b.depart_place",
          .use = LISTED),
    FIELD(IN, arrive_on, FIELD_DATE, "到达日期", "Arrives", .sql = "b.arrive_on", .use = LISTED),
    FIELD(IN, escort, FIELD_TEXT, "护送人员", "Escort", .max = 80, .sql = "b.escort",
          .use = USE_EXPORT),
    FIELD(IN, cost_fen, FIELD_MONEY, "交通费用", "Cost", .min = 0, .max = 1000000000,
          .sql = "b.cost_fen", .use = USE_EXPORT),
    FIELD(IN, paid_by, FIELD_CHOICE, "费用承担", "Paid by", .choices = payers, .sql = "b.paid_by",
          .use = USE_EXPORT),
    FIELD(IN, organiser_id, FIELD_ID, "组织单位", "Organiser", .sql = "b.organiser_id",
          .use = USE_DERIVED),
    OUTPUT("organiser_name", FIELD_TEXT, "组织单位名称", "Organiser", .use = USE_EXPORT,
           .sql = "(SELECT g.name FROM v_org_name g WHERE g.id = b.organiser_id)"),
    OUTPUT("passengers", FIELD_INT, "名单人数", "Listed", .use = LISTED,
           .sql = COUNT_OF("<> 'DROPPED_OUT'")),
    OUTPUT("boarded", FIELD_INT, "已登车", "Boarded", .use = LISTED,
           .sql = COUNT_OF("IN ('BOARDED', 'ARRIVED', 'HANDED_OVER', 'REFUSED')")),
    OUTPUT("handed_over", FIELD_INT, "已交接", "Handed over", .use = LISTED,
           .sql = COUNT_OF("= 'HANDED_OVER'")),
    FIELD(IN, state, FIELD_CHOICE, "状态", "State", .choices = states, .sql = "b.state",
          .use = LISTED | USE_FILTER | USE_FIXED | USE_DERIVED),
    { 0 },
};

static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    IN *in = input;
    const char *depart = in->depart_on ? in->depart_on
                         : before      ? row_text(before, 0, "depart_on")
                                       : NULL;

    if (!before) {
        in->state = "PLANNED";
        in->organiser_id = cx->who.org_id;
        if (!in->paid_by)
            in->paid_by = "HOME_GOVERNMENT";
    } else if (!str_eq(row_text(before, 0, "state"), "PLANNED")) {
        return fail(cx, E_CONFLICT, "batch.locked", "%s",
                    T("名单锁定后不能修改批次", "a locked batch cannot be changed"));
    }
    if (in->arrive_on && depart && strcmp(in->arrive_on, depart) < 0)
        return fail_field(cx, "arrive_on", "dates.order", "%s",
                          T("到达早于出发", "it arrives before it departs"));
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

const struct record batch_record = {
    .name = "transfer_batch",
    .zh = "输转批次",
    .en = "transfer batch",
    .table = "transfer_batch",
    .alias = "b",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = transitions,
    .check = check,
    .place = place,
};

static const struct scoped tables[] = {
    { "transfer_batch", .home = "home", .work = "work" },
    { "transfer_vehicle", .home = "home", .work = "work" },
    { "transfer_leader", .home = "home", .work = "work" },
    { "passenger", .home = "home", .work = "work", .employer = "employer_id",
      .person = "person_id" },
    { 0 },
};

static const struct op ops[] = {
    { "batches.list", "GET /batches", PERM_BATCH_READ, record_list, "输转批次列表",
      "Transfer batches", &batch_record },
    { "batches.export", "GET /batches/export", PERM_EXPORT, record_export, "导出批次",
      "Export batches", &batch_record, .flags = OP_FILE | OP_DETACHED },
    { "batches.get", "GET /batches/{id}", PERM_BATCH_READ, record_get, "批次详情", "One batch",
      &batch_record },
    { "batches.history", "GET /batches/{id}/history", PERM_BATCH_READ, record_history, "变更记录",
      "Its history", &batch_record },
    { "batches.create", "POST /batches", PERM_BATCH_WRITE, record_create, "新建批次",
      "Plan a batch", &batch_record },
    { "batches.change", "PATCH /batches/{id}", PERM_BATCH_WRITE, record_update, "修改批次",
      "Change a batch", &batch_record, .when = "state=PLANNED" },
    { "batches.lock", "POST /batches/{id}/lock", PERM_BATCH_WRITE, record_event, "锁定名单",
      "Lock the roster", &batch_record },
    { "batches.unlock", "POST /batches/{id}/unlock", PERM_BATCH_WRITE, record_event, "解锁名单",
      "Unlock the roster", &batch_record },
    { "batches.approve", "POST /batches/{id}/approve", PERM_CLAIM_REVIEW, record_event, "批准出发",
      "Approve", &batch_record },
    { "batches.depart", "POST /batches/{id}/depart", PERM_BATCH_WRITE, record_event, "出发",
      "Depart", &batch_record },
    { "batches.arrive", "POST /batches/{id}/arrive", PERM_BATCH_RECEIVE, record_event, "到达",
      "Arrive", &batch_record },
    { "batches.close", "POST /batches/{id}/close", PERM_BATCH_RECEIVE, record_event, "办结",
      "Close", &batch_record },
    { "batches.cancel", "POST /batches/{id}/cancel", PERM_BATCH_WRITE, record_event, "取消",
      "Cancel", &batch_record },
    MANIFEST_OPS,
    { 0 },
};

static const struct record *const records[] = { &batch_record, &passenger_record, NULL };

const struct module transfers_module = { "transfers", "输转", "Transfers", ops, tables, records };
