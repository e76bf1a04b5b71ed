/* stand_ins.c — an officer who is away has a colleague take her steps of review: for some days,
 * with a reason, until she revokes it. What the colleague does so is written down under both names,
 * and both count as its hand, so that no stand-in makes two hands of one. Only her own steps are
 * given on, never what she holds for somebody else, and never the payment. */
#include "accounts/stand_ins.h"

#include "platform/journal.h"

static const uint64_t steps =
    PERM_BIT(PERM_CLAIM_CHECK) | PERM_BIT(PERM_CLAIM_REVIEW) | PERM_BIT(PERM_CLAIM_APPROVE);

static const struct choice states[] = {
    { "ACTIVE", "有效", "In force" },
    { "REVOKED", "已收回", "Revoked" },
    { 0 },
};

/* --- acting --- */
static enum err read_principals(struct ctx *cx, int64_t user_id, struct rows *ret)
{
    return db_rows(
        cx, ret,
        "SELECT s.for_user_id, u.roles, o.side FROM stand_in s JOIN user_account u ON u.id = s.for_user_id JOIN organisation o ON o.id = u.org_id"
        " WHERE SCOPE_NOT(stand_in 'who acts is being found out') AND SCOPE_NOT(user_account 'who acts is being found out')"
        " AND SCOPE_NOT(organisation 'who acts is being found out') AND s.user_id = $1 AND s.state = 'ACTIVE' AND s.from_on <= $2 AND s.until_on >= $2"
        " AND u.is_active = 1 AND o.is_active = 1 ORDER BY s.id",
        P(user_id), P(date_text(cx->mem, cx->today)));
}

enum err stand_in_perms(struct ctx *cx, int64_t user_id, uint64_t *ret)
{
    struct rows r;

    *ret = 0;
    TRY(read_principals(cx, user_id, &r));
    for (int i = 0; i < r.n; i++)
        *ret |= roles_perms(row_text(&r, i, "roles"), row_text(&r, i, "side")) & steps;
    return OK;
}

static enum err read_user(struct ctx *cx, int64_t user_id, struct rows *ret)
{
    return db_one(
        cx, ret,
        "SELECT u.id, u.org_id, u.roles, u.is_active, u.id_no_index, u.home, u.work, o.side FROM user_account u JOIN organisation o ON o.id = u.org_id"
        " WHERE SCOPE_NOT(user_account 'a colleague of the actor') AND SCOPE_NOT(organisation 'a colleague of the actor') AND u.id = $1",
        P(user_id));
}

static uint64_t own_perms(const struct rows *user)
{
    return roles_perms(row_text(user, 0, "roles"), row_text(user, 0, "side"));
}

enum err account_stands_in_for(struct ctx *cx, enum perm perm, int64_t *ret)
{
    struct rows own, r;

    *ret = NONE;
    if (cx->who.user_id == NONE)
        return OK;
    TRY(read_user(cx, cx->who.user_id, &own));
    if (own_perms(&own) & PERM_BIT(perm))
        return OK;
    TRY(read_principals(cx, cx->who.user_id, &r));
    for (int i = 0; i < r.n && *ret == NONE; i++)
        if (roles_perms(row_text(&r, i, "roles"), row_text(&r, i, "side")) & PERM_BIT(perm))
            *ret = row_int(&r, i, "for_user_id");
    return OK;
}

/* --- giving on --- */
struct stand_in_input {
    int64_t id, user_id, for_user_id, home, work;
    const char *from_on, *until_on, *reason;
};

static enum err refuse_colleague(struct ctx *cx, const char *why)
{
    return fail_field(cx, "user_id", "stand_in.colleague", "%s", why);
}

static enum err check_colleague(struct ctx *cx, const struct rows *own, int64_t user_id)
{
    struct rows other;
    struct hand me;

    TRY(read_user(cx, user_id, &other));
    TRY(account_hand(cx, cx->who.user_id, &me));
    if (row_int(&other, 0, "org_id") != row_int(own, 0, "org_id") ||
        row_int(&other, 0, "is_active") != 1)
        return refuse_colleague(cx, T("只能由本单位在用账号的同事代办",
                                      "only a colleague of your own office can stand in"));
    if (hand_has(&me, user_id))
        return refuse_colleague(cx, T("同一人不能代办自己的环节", "nobody stands in for herself"));
    if (!row_blob(&other, 0, "id_no_index").data)
        return refuse_colleague(cx,
                                T("该同事的账号未登记身份证号，不能办理资金业务",
                                  "that account has no citizen number: it cannot act on money"));
    if (own_perms(&other) & PERM_BIT(PERM_ACCOUNT_MANAGE))
        return refuse_colleague(cx, T("管理员不能代办审核",
                                      "an administrator takes no steps of review"));
    return OK;
}

static enum err check(struct ctx *cx, void *input, const struct rows *before)
{
    struct stand_in_input *in = input;
    struct rows own;

    (void)before; /* never changed, only revoked */
    if (cx->who.user_id == NONE)
        return fail(cx, E_FORBIDDEN, "op.forbidden", "%s",
                    T("只能委托本人的环节", "only an officer gives on her own steps"));
    TRY(account_check_identity(cx));
    TRY(read_user(cx, cx->who.user_id, &own));
    if (!(own_perms(&own) & steps))
        return fail(cx, E_FORBIDDEN, "stand_in.nothing", "%s",
                    T("您没有可委托的审核环节", "you have no step of review to give on"));
    if (strcmp(in->until_on, in->from_on) < 0 ||
        strcmp(in->until_on, date_text(cx->mem, cx->today)) < 0)
        return fail_field(cx, "until_on", "stand_in.dates", "%s",
                          T("截止日期应不早于起始日期和今天",
                            "it ends after it begins, and not before today"));
    TRY(check_colleague(cx, &own, in->user_id));
    in->for_user_id = cx->who.user_id;
    in->home = row_int(&own, 0, "home");
    in->work = row_int(&own, 0, "work");
    return OK;
}

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const struct stand_in_input *in = input;

    (void)employer_id, (void)person_id;
    *home = in->home;
    *work = in->work;
}

static enum err on_revoke(struct ctx *cx, const struct rows *before, const char *reason)
{
    int64_t me = cx->who.user_id;

    (void)reason;
    if (me == NONE || me == row_int(before, 0, "for_user_id") ||
        cx->who.perms & PERM_BIT(PERM_ACCOUNT_MANAGE))
        return OK;
    return fail(cx, E_FORBIDDEN, "stand_in.others", "%s",
                T("由委托人本人或管理员收回", "she herself or an administrator revokes it"));
}

static const struct transition transitions[] = {
    { "revoke", "ACTIVE", "REVOKED", "收回", "Revoke", .rule = on_revoke },
    { 0 },
};

#define STAND(member, kind, zh, en, ...) \
    FIELD(struct stand_in_input, member, kind, zh, en, .sql = "s." #member, ##__VA_ARGS__)
static const struct field fields[] = {
    STAND(user_id, FIELD_ID, "代办人", "Stands in", .required = true, .refers = "user_account",
          .use = USE_LIST | USE_FILTER | USE_FIXED, .help_zh = "本单位的同事",
          .help_en = "a colleague of your own office"),
    OUTPUT("user_name", FIELD_NAME, "代办人姓名", "Who stands in", .use = USE_LIST,
           .sql = "(SELECT n.name FROM v_user_name n WHERE n.id = s.user_id)"),
    FIELD(struct stand_in_input, for_user_id, FIELD_ID, "委托人", "In whose stead",
          .sql = "s.for_user_id", .use = USE_LIST | USE_FILTER | USE_DERIVED),
    OUTPUT("for_user_name", FIELD_NAME, "委托人姓名", "In whose stead (name)", .use = USE_LIST,
           .sql = "(SELECT n.name FROM v_user_name n WHERE n.id = s.for_user_id)"),
    STAND(from_on, FIELD_DATE, "起始日期", "From", .required = true,
          .use = USE_LIST | USE_FILTER | USE_FIXED),
    STAND(until_on, FIELD_DATE, "截止日期", "Until", .required = true,
          .use = USE_LIST | USE_FILTER | USE_FIXED),
    STAND(reason, FIELD_TEXT, "原因", "Reason", .required = true, .use = USE_LIST | USE_FIXED,
          .max = 200),
    OUTPUT("state", FIELD_CHOICE, "状态", "State", .choices = states, .sql = "s.state",
           .use = USE_LIST | USE_FILTER),
    { 0 },
};

const struct record stand_in_record = {
    .name = "stand_in",
    .zh = "代办",
    .en = "stand-in",
    .table = "stand_in",
    .alias = "s",
    .fields = fields,
    .size = sizeof(struct stand_in_input),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = transitions,
    .check = check,
    .place = place,
};

/* Whom she can ask: a choice of names for the form. */
enum err stand_ins_colleagues(struct ctx *cx)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT u.id, u.name FROM user_account u WHERE SCOPE(user_account u) AND u.org_id = $1 AND u.id <> $2 AND u.is_active = 1"
        " AND u.id_no_index IS NOT NULL ORDER BY u.name, u.id LIMIT 200",
        P(cx->who.org_id), P(cx->who.user_id)));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < r.n; i++)
        json_row(cx->out, &r, i);
    json_end(cx->out);
    json_end(cx->out);
    return OK;
}
