/* accounts.c — organisations, users and pairings as records, and who manages them: an administrator
 * those of her own side within her own subtree, never her own roles. A labour station belongs to
 * the western side although it stands in the east; both sides see it. */
#include "accounts/accounts.h"

#include "accounts/password.h"
#include "accounts/sessions.h"
#include "accounts/stand_ins.h"
#include "divisions/divisions.h"
#include "payees/payees.h"
#include "platform/demonstration.h"
#include "platform/journal.h"

/* --- who manages whom --- */
static bool within(int64_t code, int64_t lo, int64_t hi)
{
    return code != NONE && lo != NONE && lo <= code && code <= hi;
}

static bool manages(const struct ctx *cx, const char *side, int64_t home, int64_t work)
{
    const struct scope *s = &cx->who.scope;

    if (s->kind == SCOPE_ALL)
        return true;
    if (s->kind != SCOPE_OFFICE || (s->home_lo != NONE && s->work_lo != NONE))
        return false;
    return str_eq(side, "HOME") ? within(home, s->home_lo, s->home_hi)
                                : within(work, s->work_lo, s->work_hi);
}

static enum err refuse_outside(struct ctx *cx)
{
    return fail(cx, E_FORBIDDEN, "account.outside", "%s",
                T("只能管理本辖区、本方的单位和账号",
                  "only organisations and users of your own side and subtree"));
}

/* A record of a module that stands behind this one, if the actor may see it; else no row. */
static enum err find_record(struct ctx *cx, const char *kind, int64_t id, struct rows *ret)
{
    const struct record *rec = record_find_kind(kind);
    enum err err;

    ret->n = 0;
    if (!rec)
        return OK;
    err = record_load(cx, rec, id, ret);
    return err == E_NOT_FOUND ? OK : err;
}

/* --- organisations --- */
static enum err check_station(struct ctx *cx, const struct organisation_input *in)
{
    if (!str_eq(in->kind, "STATION")) {
        if (in->serves_home != NONE)
            return fail_field(cx, "serves_home", "org.serves", "%s",
                              T("只有劳务工作站才有派出地",
                                "only a labour station serves a division"));
        return OK;
    }
    if (!str_eq(in->side, "HOME"))
        return fail_field(cx, "side", "org.station_side", "%s",
                          T("劳务工作站属于输出地一方",
                            "a labour station belongs to the origin side"));
    if (in->serves_home == NONE || !division_exists(cx, in->serves_home))
        return fail_field(cx, "serves_home", "org.serves", "%s",
                          T("请写明派出地", "say which western division it serves"));
    return OK;
}

/* An employer's account sees all that is the employer's, so only who has the employer in her
 * subtree makes one. */
static enum err check_employer(struct ctx *cx, const struct organisation_input *in)
{
    struct rows r;

    if (!str_eq(in->kind, "EMPLOYER")) {
        if (in->employer_id != NONE)
            return fail_field(cx, "employer_id", "org.employer", "%s",
                              T("只有企业单位才关联企业",
                                "only an organisation of kind EMPLOYER has one"));
        return OK;
    }
    if (in->employer_id == NONE)
        return fail_field(cx, "employer_id", "org.employer", "%s",
                          T("请选择企业", "choose the employer"));
    TRY(find_record(cx, "employer", in->employer_id, &r));
    if (r.n == 0 || !division_within(row_int(&r, 0, "work"), in->division) ||
        !str_eq(in->side, "WORK"))
        return fail_field(cx, "employer_id", "org.employer", "%s",
                          T("该企业不在这个地区", "the employer is not in this division"));
    return OK;
}

static enum err organisation_check(struct ctx *cx, void *input, const struct rows *before)
{
    struct organisation_input *in = input;
    bool is_station;

    if (before) {
        if (!manages(cx, row_text(before, 0, "side"), row_int(before, 0, "home"),
                     row_int(before, 0, "work")))
            return refuse_outside(cx);
        if (in->is_active == 0 && in->id == cx->who.org_id)
            return fail(cx, E_CONFLICT, "org.own", "%s",
                        T("不能停用自己所在的单位",
                          "your own organisation cannot be closed by you"));
        return OK;
    }
    if (in->is_active == NONE)
        in->is_active = 1;
    if (!division_exists(cx, in->division))
        return fail_field(cx, "division", "division.unknown", "%s",
                          T("找不到这个地区", "no such division"));
    TRY(check_station(cx, in));
    is_station = str_eq(in->kind, "STATION");
    in->home = is_station ? in->serves_home : str_eq(in->side, "HOME") ? in->division : NONE;
    in->work = is_station || str_eq(in->side, "WORK") ? in->division : NONE;
    if (!manages(cx, in->side, in->home, in->work))
        return refuse_outside(cx);
    return check_employer(cx, in);
}

static void organisation_place(const void *input, int64_t *home, int64_t *work,
                               int64_t *employer_id, int64_t *person_id)
{
    const struct organisation_input *in = input;

    (void)person_id;
    *home = in->home;
    *work = in->work;
    *employer_id = in->employer_id;
}

#define ORG(member, kind, zh, en, ...) \
    FIELD(struct organisation_input, member, kind, zh, en, .sql = "o." #member, ##__VA_ARGS__)
static const struct field organisation_fields[] = {
    ORG(name, FIELD_TEXT, "单位名称", "Name", .use = USE_LIST | USE_SEARCH | USE_EXPORT,
        .required = true, .max = 100),
    ORG(kind, FIELD_CHOICE, "类别", "Kind", .use = USE_LIST | USE_FILTER | USE_FIXED | USE_EXPORT,
        .choices = org_kinds, .required = true),
    ORG(side, FIELD_CHOICE, "所属方", "Side", .use = USE_LIST | USE_FILTER | USE_FIXED | USE_EXPORT,
        .choices = sides, .required = true),
    ORG(division, FIELD_DIVISION, "所在地区", "Division", .use = USE_LIST | USE_FILTER | USE_FIXED,
        .required = true),
    OUTPUT("division_name", FIELD_TEXT, "所在地区名称", "Division's name",
           .use = USE_LIST | USE_EXPORT,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = o.division)"),
    ORG(serves_home, FIELD_DIVISION, "派出地", "Serves", .use = USE_LIST | USE_FIXED),
    OUTPUT("serves_home_name", FIELD_TEXT, "派出地名称", "Serves (name)",
           .use = USE_LIST | USE_EXPORT,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = o.serves_home)"),
    ORG(employer_id, FIELD_ID, "关联企业", "Employer", .use = USE_LIST | USE_FIXED,
        .refers = "employer"),
    ORG(is_active, FIELD_BOOL, "启用", "Active", .use = USE_LIST | USE_FILTER),
    FIELD(struct organisation_input, account, FIELD_ACCOUNT, "银行账号", "Bank account",
          .sql = "o.account_mask"),
    ORG(account_bank, FIELD_TEXT, "开户行", "Bank", .max = 60),
    ORG(account_name, FIELD_TEXT, "账户名称", "Account name", .max = 80),
    { 0 },
};

const struct record organisation_record = {
    .name = "organisation",
    .zh = "单位",
    .en = "organisation",
    .table = "organisation",
    .alias = "o",
    .fields = organisation_fields,
    .size = sizeof(struct organisation_input),
    .order = "-id",
    .check = organisation_check,
    .changed = payee_changed,
    .place = organisation_place,
};

enum err organisation_add(struct ctx *cx, struct organisation_input in, int64_t *ret_id)
{
    return record_insert(cx, &organisation_record, &in, ret_id);
}

/* --- users --- */
struct org { /* of the user in question */
    const char *kind, *side;
    int64_t division, home, work, employer_id;
};

static enum err load_org(struct ctx *cx, int64_t id, struct org *ret)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT o.kind, o.side, o.division, o.home, o.work, o.employer_id FROM organisation o WHERE SCOPE(organisation o)"
        " AND o.id = $1 AND o.is_active = 1",
        P(id)));
    if (r.n == 0)
        return fail_field(cx, "org_id", "org.unknown", "%s",
                          T("没有这个单位", "there is no such organisation"));
    *ret = (struct org){ .kind = row_text(&r, 0, "kind"),
                         .side = row_text(&r, 0, "side"),
                         .division = row_int(&r, 0, "division"),
                         .home = row_int(&r, 0, "home"),
                         .work = row_int(&r, 0, "work"),
                         .employer_id = row_int(&r, 0, "employer_id") };
    return manages(cx, ret->side, ret->home, ret->work) ? OK : refuse_outside(cx);
}

/* Lower case, so that two accounts never differ by case alone. */
static enum err check_login(struct ctx *cx, struct user_input *in)
{
    char *login = arena_strdup(cx->mem, in->login);
    struct rows r;

    for (char *p = login; *p; p++) {
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", *p))
            return fail_field(cx, "login", "user.login", "%s",
                              T("登录名只能用字母、数字和 . _ -",
                                "a login has letters, digits and . _ - only"));
    }
    if (strlen(login) < 3)
        return fail_field(cx, "login", "user.login", "%s",
                          T("登录名至少 3 个字符", "a login has at least 3 characters"));
    TRY(db_rows(
        cx, &r,
        "SELECT 1 FROM user_account u WHERE SCOPE_NOT(user_account 'logins are unique in the whole ledger') AND u.login = $1",
        P(login)));
    if (r.n)
        return hint(cx,
                    fail(cx, E_CONFLICT, "user.login_taken", "%s",
                         T("登录名已被使用", "this login is taken")),
                    "%s", T("请换一个登录名", "choose another"));
    in->login = login;
    return OK;
}

static enum err check_person(struct ctx *cx, const struct user_input *in)
{
    bool is_worker = str_eq(in->roles, "WORKER");
    struct rows r;

    if (is_worker != (in->person_id != NONE))
        return fail_field(cx, "person_id", "user.person", "%s",
                          T("务工人员账号须关联本人，其他账号不能关联",
                            "a worker's account, and no other, belongs to a person"));
    if (!is_worker)
        return OK;
    TRY(find_record(cx, "person", in->person_id, &r));
    if (r.n == 0)
        return fail_field(cx, "person_id", "person.unknown", "%s",
                          T("没有这个人", "there is no such person"));
    return OK;
}

/* Hands are told apart by the people behind the accounts, so who acts on money has a number; once
 * entered it may be put right, by somebody else, but not removed. */
static enum err check_identity(struct ctx *cx, const struct user_input *in,
                               const struct rows *before, const char *side)
{
    bool has_number = in->id_no || (before && row_blob(before, 0, "id_no_index").data);

    if (before && in->id_no && in->id == cx->who.user_id)
        return fail_field(cx, "id_no", "user.own_identity", "%s",
                          T("不能更改自己的身份证号，请由其他管理员办理",
                            "nobody changes her own citizen number: another administrator does"));
    if (has_number || !in->roles || str_eq(in->roles, "WORKER") ||
        !(roles_perms(in->roles, side) & money_perms()))
        return OK;
    return hint(cx,
                fail_field(cx, "id_no", "user.no_identity", "%s",
                           T("办理资金业务的账号须登记本人身份证号",
                             "an account that acts on money needs its holder's citizen number")),
                "%s",
                T("经办、审核、支付等环节须由不同的人办理，据此核对",
                  "entry, reviews and payment are different people: this tells them apart"));
}

static enum err user_check(struct ctx *cx, void *input, const struct rows *before)
{
    struct user_input *in = input;
    struct org org;

    TRY(load_org(cx, before ? row_int(before, 0, "org_id") : in->org_id, &org));
    if (before) {
        TRY(check_identity(cx, in, before, org.side));
        if (!in->roles)
            return OK;
        if (in->id == cx->who.user_id)
            return fail(cx, E_FORBIDDEN, "user.own_roles", "%s",
                        T("不能更改自己的角色", "nobody changes her own roles"));
        if (str_eq(in->roles, "WORKER") != (row_int(before, 0, "person_id") != NONE))
            return fail_field(cx, "roles", "user.person", "%s",
                              T("务工人员账号与工作人员账号不能互换",
                                "a worker's account stays one, and no other becomes one"));
        return roles_check(cx, in->roles, org.kind, org.division);
    }
    TRY(check_login(cx, in));
    TRY(roles_check(cx, in->roles, org.kind, org.division));
    TRY(check_person(cx, in));
    TRY(check_identity(cx, in, NULL, org.side));
    in->home = org.home;
    in->work = org.work;
    in->employer_id = org.employer_id;
    return OK;
}

/* What she may do has changed: whoever is signed in with the account starts anew. */
static enum err user_saved(struct ctx *cx, void *input, int64_t id, bool is_new)
{
    const struct user_input *in = input;

    return is_new || !in->roles ? OK : sessions_end(cx, id, NULL);
}

static void user_place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                       int64_t *person_id)
{
    const struct user_input *in = input;

    *home = in->home;
    *work = in->work;
    *employer_id = in->employer_id;
    *person_id = in->person_id;
}

#define USER(member, kind, zh, en, ...) \
    FIELD(struct user_input, member, kind, zh, en, .sql = "u." #member, ##__VA_ARGS__)
static const struct field user_fields[] = {
    USER(login, FIELD_TEXT, "登录名", "Login", .use = USE_LIST | USE_SEARCH | USE_FIXED,
         .required = true, .max = 40),
    USER(name, FIELD_NAME, "姓名", "Name", .use = USE_LIST | USE_SEARCH, .required = true,
         .max = 60),
    USER(org_id, FIELD_ID, "单位", "Organisation", .use = USE_LIST | USE_FILTER | USE_FIXED,
         .required = true, .refers = "organisation"),
    OUTPUT("org_name", FIELD_TEXT, "单位名称", "Organisation's name", .use = USE_LIST,
           .sql = "(SELECT n.name FROM v_org_name n WHERE n.id = u.org_id)"),
    USER(roles, FIELD_CHOICES, "角色", "Roles", .use = USE_LIST, .choices = roles,
         .required = true),
    USER(person_id, FIELD_ID, "本人", "Person", .use = USE_FIXED, .refers = "person"),
    FIELD(struct user_input, id_no, FIELD_ID_NO, "身份证号", "ID number", .sql = "u.id_no_mask",
          .help_zh = "办理资金业务的账号必填，用于核对各环节由不同的人办理",
          .help_en =
              "needed by accounts that act on money: it tells whether hands are different people"),
    OUTPUT("is_active", FIELD_BOOL, "启用", "Active", .use = USE_LIST | USE_FILTER,
           .sql = "u.is_active"),
    OUTPUT("must_change", FIELD_BOOL, "须改密码", "Must change password", .use = USE_LIST,
           .sql = "u.must_change"),
    OUTPUT("last_sign_in_at", FIELD_INSTANT, "最近登录", "Last sign-in", .use = USE_LIST,
           .sql = "u.last_sign_in_at"),
    { 0 },
};

const struct record user_record = {
    .name = "user",
    .zh = "账号",
    .en = "user",
    .table = "user_account",
    .alias = "u",
    .fields = user_fields,
    .size = sizeof(struct user_input),
    .order = "-id",
    .check = user_check,
    .saved = user_saved,
    .place = user_place,
};

static enum err set_password(struct ctx *cx, int64_t id, const char *hash)
{
    TRY(db_exec(
        cx,
        "UPDATE user_account AS u SET password_hash = $1, must_change = 1, version = version + 1, updated_at = $2"
        " WHERE u.id = $3 AND SCOPE(user_account u)",
        P(hash), P(cx->now), P(id)));
    return sessions_end(cx, id, NULL);
}

enum err user_add(struct ctx *cx, struct user_input in, const char *password, int64_t *ret_id)
{
    const char *hash;
    int64_t id;

    TRY(record_insert(cx, &user_record, &in, &id));
    if (password) {
        TRY(password_hash(cx, password, &hash));
        TRY(set_password(cx, id, hash));
    }
    *ret_id = id;
    return OK;
}

enum err user_settle(struct ctx *cx, int64_t user_id)
{
    bool is_demonstration;

    TRY(demonstration_is(cx, &is_demonstration));
    if (!is_demonstration)
        return fail(cx, E_FORBIDDEN, "demo.only", "%s",
                    T("初始密码须由本人修改，演示除外",
                      "an initial password is changed by its user, but in a demonstration"));
    return db_exec(
        cx,
        "UPDATE user_account AS u SET must_change = 0 WHERE u.id = $1 AND SCOPE(user_account u)",
        P(user_id));
}

/* A one-time password is made and hashed before the transaction, told once in the reply and kept
 * nowhere; the operation is detached so that no reply with it is stored for repeated requests. */
struct new_password {
    int64_t id;
    const char *text, *hash;
};

static enum err make_password(struct ctx *cx, struct new_password *ret)
{
    ret->text = password_random(cx->mem);
    return password_hash(cx, ret->text, &ret->hash);
}

static enum err reply_password(struct ctx *cx, const struct new_password *p)
{
    json_object(cx->out);
    json_put_id(cx->out, "id", p->id);
    json_put_str(cx->out, "initial_password", p->text);
    json_end(cx->out);
    return OK;
}

static enum err create_user(struct ctx *cx, void *arg)
{
    struct new_password *p = arg;

    TRY(record_insert(cx, &user_record, cx->in, &p->id));
    return set_password(cx, p->id, p->hash);
}

static enum err users_create(struct ctx *cx)
{
    struct new_password p = { 0 };

    TRY(make_password(cx, &p));
    TRY(db_write(cx, create_user, &p));
    return reply_password(cx, &p);
}

static enum err load_managed(struct ctx *cx, struct rows *ret)
{
    struct org org;

    TRY(record_load(cx, &user_record, cx->id, ret));
    return load_org(cx, row_int(ret, 0, "org_id"), &org);
}

static enum err note_user(struct ctx *cx, const struct rows *row, const char *action)
{
    return journal_append(cx,
                          &(struct journal_entry){ .kind = "user",
                                                   .record_id = row_int(row, 0, "id"),
                                                   .action = action,
                                                   .home = row_int(row, 0, "home"),
                                                   .work = row_int(row, 0, "work"),
                                                   .employer_id = row_int(row, 0, "employer_id"),
                                                   .person_id = row_int(row, 0, "person_id") });
}

static enum err reset_user(struct ctx *cx, void *arg)
{
    struct new_password *p = arg;
    struct rows row;

    TRY(load_managed(cx, &row));
    if (cx->id == cx->who.user_id)
        return fail(cx, E_FORBIDDEN, "user.own_reset", "%s",
                    T("请用“修改密码”更改自己的密码", "change your own password instead"));
    p->id = cx->id;
    TRY(set_password(cx, cx->id, p->hash));
    TRY(sign_in_unlock(cx, row_text(&row, 0, "login")));
    return note_user(cx, &row, "reset");
}

static enum err users_reset(struct ctx *cx)
{
    struct new_password p = { 0 };

    TRY(make_password(cx, &p));
    TRY(db_write(cx, reset_user, &p));
    return reply_password(cx, &p);
}

static enum err set_active(struct ctx *cx, bool is_active)
{
    struct rows row;

    TRY(load_managed(cx, &row));
    if (cx->id == cx->who.user_id)
        return fail(cx, E_FORBIDDEN, "user.own_state", "%s",
                    T("不能停用或启用自己的账号", "nobody disables or enables her own account"));
    TRY(db_exec(
        cx,
        "UPDATE user_account AS u SET is_active = $1, version = version + 1, updated_at = $2"
        " WHERE u.id = $3 AND u.is_active <> $1 AND SCOPE(user_account u)",
        P(is_active ? 1 : 0), P(cx->now), P(cx->id)));
    if (cx->changed == 0)
        return fail(cx, E_CONFLICT, "state.wrong", "%s",
                    T("账号已是该状态", "the account is in this state already"));
    if (!is_active)
        TRY(sessions_end(cx, cx->id, NULL));
    TRY(note_user(cx, &row, is_active ? "enable" : "disable"));
    return record_get(cx);
}

static enum err users_enable(struct ctx *cx)
{
    return set_active(cx, true);
}

static enum err users_disable(struct ctx *cx)
{
    return set_active(cx, false);
}

/* --- pairings --- */
static const struct choice pairing_levels[] = {
    { "PROVINCE", "省级", "Province", "" }, { "CITY", "市级", "City", "" },
    { "COUNTY", "县级", "County", "" },     { "TOWNSHIP", "乡镇", "Township", "" },
    { "VILLAGE", "村", "Village", "" },     { "ENTERPRISE", "村企", "Enterprise", "" },
    { "SCHOOL", "学校", "School", "" },     { 0 },
};

static enum err pairing_check(struct ctx *cx, void *input, const struct rows *before)
{
    struct pairing_input *in = input;
    int64_t home = before ? row_int(before, 0, "home") : in->home,
            work = before ? row_int(before, 0, "work") : in->work;
    const char *from = in->from_on || !before ? in->from_on : row_text(before, 0, "from_on");
    const char *until = in->until_on || !before ? in->until_on : row_text(before, 0, "until_on");

    if (!before && (!division_exists(cx, home) || !division_exists(cx, work)))
        return fail_field(cx, division_exists(cx, home) ? "work" : "home", "division.unknown", "%s",
                          T("找不到这个地区", "no such division"));
    if (!manages(cx, "HOME", home, NONE) && !manages(cx, "WORK", NONE, work))
        return refuse_outside(cx);
    if (until && strcmp(until, from) < 0)
        return fail_field(cx, "until_on", "pairing.dates", "%s",
                          T("截止日期早于起始日期", "it ends before it begins"));
    return OK;
}

static enum err pairing_saved(struct ctx *cx, void *input, int64_t id, bool is_new)
{
    const struct pairing_input *in = input;
    int64_t home_lo, home_hi, work_lo, work_hi;

    if (!is_new)
        return OK;
    division_range(in->home, &home_lo, &home_hi);
    division_range(in->work, &work_lo, &work_hi);
    return db_exec(
        cx,
        "UPDATE pairing SET home_lo = $1, home_hi = $2, work_lo = $3, work_hi = $4 WHERE id = $5",
        P(home_lo), P(home_hi), P(work_lo), P(work_hi), P(id));
}

#define PAIR(member, kind, zh, en, ...) \
    FIELD(struct pairing_input, member, kind, zh, en, .sql = "p." #member, ##__VA_ARGS__)
static const struct field pairing_fields[] = {
    PAIR(name, FIELD_TEXT, "名称", "Name", .use = USE_LIST | USE_SEARCH | USE_EXPORT,
         .required = true, .max = 100),
    PAIR(home, FIELD_DIVISION, "输出地", "Origin", .use = USE_LIST | USE_FILTER | USE_FIXED,
         .required = true),
    OUTPUT("home_name", FIELD_TEXT, "输出地名称", "Origin's name", .use = USE_LIST | USE_EXPORT,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = p.home)"),
    PAIR(work, FIELD_DIVISION, "输入地", "Destination", .use = USE_LIST | USE_FILTER | USE_FIXED,
         .required = true),
    OUTPUT("work_name", FIELD_TEXT, "输入地名称", "Destination's name",
           .use = USE_LIST | USE_EXPORT,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = p.work)"),
    PAIR(level, FIELD_CHOICE, "层级", "Level", .use = USE_LIST | USE_FILTER | USE_EXPORT,
         .choices = pairing_levels, .required = true),
    PAIR(agreement_no, FIELD_TEXT, "协议编号", "Agreement no.", .use = USE_LIST | USE_EXPORT,
         .max = 100),
    PAIR(from_on, FIELD_DATE, "起始日期", "From", .use = USE_LIST | USE_FILTER | USE_EXPORT,
         .required = true),
    PAIR(until_on, FIELD_DATE, "截止日期", "Until", .use = USE_LIST | USE_EXPORT),
    { 0 },
};

const struct record pairing_record = {
    .name = "pairing",
    .zh = "结对关系",
    .en = "pairing",
    .table = "pairing",
    .alias = "p",
    .fields = pairing_fields,
    .size = sizeof(struct pairing_input),
    .order = "-id",
    .check = pairing_check,
    .saved = pairing_saved,
};

enum err pairing_add(struct ctx *cx, struct pairing_input in, int64_t *ret_id)
{
    return record_insert(cx, &pairing_record, &in, ret_id);
}

enum err pairing_between(struct ctx *cx, int64_t home, int64_t work, struct date on,
                         int64_t *ret_id)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT id FROM pairing WHERE $1 BETWEEN home_lo AND home_hi AND $2 BETWEEN work_lo AND work_hi AND from_on <= $3"
        " AND (until_on IS NULL OR until_on >= $3) ORDER BY home_hi - home_lo + work_hi - work_lo, id LIMIT 1",
        P(home), P(work), P(date_text(cx->mem, on))));
    *ret_id = r.n ? row_int(&r, 0, "id") : NONE;
    return OK;
}

/* --- operations --- */
static const struct field password_output[] = {
    OUTPUT("id", FIELD_ID, "编号", "Id"),
    OUTPUT("initial_password", FIELD_TEXT, "初始密码（只显示一次）",
           "Initial password (shown once)"),
    { 0 },
};

static const struct op ops[] = {
    { "session.get", "GET /session", PERM_NONE, session_get, "当前登录", "who is signed in",
      .out = session_output },
    { "session.sign_in", "POST /session", PERM_NONE, session_sign_in, "登录", "sign in",
      .in = sign_in_fields, .in_size = sizeof(struct sign_in_input), .out = session_output,
      .flags = OP_PUBLIC | OP_DETACHED },
    { "session.sign_out", "DELETE /session", PERM_NONE, session_sign_out, "退出", "sign out" },
    { "session.password", "POST /session/password", PERM_NONE, session_password, "修改密码",
      "change the password", .in = password_fields, .in_size = sizeof(struct password_input),
      .flags = OP_DETACHED },
    { "session.prove", "POST /session/prove", PERM_NONE, session_prove, "再次输入密码",
      "give the password again", .in = prove_fields, .in_size = sizeof(struct prove_input),
      .flags = OP_DETACHED },
    { "setup.run", "POST /setup", PERM_NONE, setup_run, "建立第一个账号", "make the first account",
      .in = setup_fields, .in_size = sizeof(struct setup_input), .flags = OP_PUBLIC | OP_DETACHED },

    { "organisations.list", "GET /organisations", PERM_NONE, record_list, "单位列表",
      "Organisations", .record = &organisation_record },
    { "organisations.get", "GET /organisations/{id}", PERM_NONE, record_get, "查看单位",
      "show an organisation", .record = &organisation_record },
    { "organisations.history", "GET /organisations/{id}/history", PERM_ACCOUNT_MANAGE,
      record_history, "单位变更记录", "history of an organisation",
      .record = &organisation_record },
    { "organisations.create", "POST /organisations", PERM_ACCOUNT_MANAGE, record_create, "新建单位",
      "make an organisation", .record = &organisation_record },
    { "organisations.change", "PATCH /organisations/{id}", PERM_ACCOUNT_MANAGE, record_update,
      "修改单位", "change an organisation", .record = &organisation_record },

    { "users.list", "GET /users", PERM_ACCOUNT_MANAGE, record_list, "账号列表", "Users",
      .record = &user_record },
    { "users.get", "GET /users/{id}", PERM_ACCOUNT_MANAGE, record_get, "查看账号", "show a user",
      .record = &user_record },
    { "users.history", "GET /users/{id}/history", PERM_ACCOUNT_MANAGE, record_history,
      "账号变更记录", "history of a user", .record = &user_record },
    { "users.create", "POST /users", PERM_ACCOUNT_MANAGE, users_create, "新建账号", "make a user",
      .in = user_fields, .in_size = sizeof(struct user_input), .out = password_output,
      .flags = OP_DETACHED },
    { "users.change", "PATCH /users/{id}", PERM_ACCOUNT_MANAGE, record_update, "修改账号",
      "change a user", .record = &user_record },
    { "users.disable", "POST /users/{id}/disable", PERM_ACCOUNT_MANAGE, users_disable, "停用账号",
      "disable a user", .record = &user_record, .when = "is_active=true" },
    { "users.enable", "POST /users/{id}/enable", PERM_ACCOUNT_MANAGE, users_enable, "启用账号",
      "enable a user", .record = &user_record, .when = "is_active=false" },
    { "users.reset", "POST /users/{id}/reset", PERM_ACCOUNT_MANAGE, users_reset, "重置密码",
      "reset a user's password", .out = password_output, .flags = OP_DETACHED },

    { "stand_ins.list", "GET /stand-ins", PERM_NONE, record_list, "代办列表",
      "who stands in for whom", .record = &stand_in_record },
    { "stand_ins.get", "GET /stand-ins/{id}", PERM_NONE, record_get, "查看代办", "one stand-in",
      .record = &stand_in_record },
    { "stand_ins.history", "GET /stand-ins/{id}/history", PERM_NONE, record_history, "代办变更记录",
      "history of a stand-in", .record = &stand_in_record },
    { "stand_ins.create", "POST /stand-ins", PERM_STAND_IN, record_create, "请同事代办",
      "have a colleague take one's steps for a time", .record = &stand_in_record },
    { "stand_ins.revoke", "POST /stand-ins/{id}/revoke", PERM_STAND_IN, record_event, "收回代办",
      "revoke it", .record = &stand_in_record },
    { "stand_ins.colleagues", "GET /colleagues", PERM_STAND_IN, stand_ins_colleagues,
      "可代办的同事", "colleagues who can stand in" },

    { "pairings.list", "GET /pairings", PERM_NONE, record_list, "结对关系列表", "Pairings",
      .record = &pairing_record },
    { "pairings.get", "GET /pairings/{id}", PERM_NONE, record_get, "查看结对关系", "show a pairing",
      .record = &pairing_record },
    { "pairings.history", "GET /pairings/{id}/history", PERM_NONE, record_history,
      "结对关系变更记录", "history of a pairing", .record = &pairing_record },
    { "pairings.create", "POST /pairings", PERM_ACCOUNT_MANAGE, record_create, "新建结对关系",
      "make a pairing", .record = &pairing_record },
    { "pairings.change", "PATCH /pairings/{id}", PERM_ACCOUNT_MANAGE, record_update, "修改结对关系",
      "change a pairing", .record = &pairing_record },
    { 0 },
};

static const struct scoped tables[] = {
    { .table = "organisation", .home = "home", .work = "work", .employer = "employer_id" },
    { .table = "user_account",
      .home = "home",
      .work = "work",
      .employer = "employer_id",
      .person = "person_id" },
    { .table = "stand_in", .home = "home", .work = "work" },
    OPEN_TABLE("v_org_name"),
    OPEN_TABLE("v_user_name"),
    OPEN_TABLE("session"),
    OPEN_TABLE("sign_in_failure"),
    OPEN_TABLE("known_device"),
    OPEN_TABLE("setup_token"),
    OPEN_TABLE("pairing"),
    { 0 },
};
static const struct record *const records[] = { &organisation_record, &user_record, &pairing_record,
                                                &stand_in_record, NULL };

const struct module accounts_module = {
    .name = "accounts",
    .zh = "账号与单位",
    .en = "Accounts",
    .ops = ops,
    .tables = tables,
    .records = records,
};
