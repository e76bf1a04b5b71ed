/* sessions.c — signing in, staying signed in, signing out, and the first account of an empty store.
 *
 * The cookie holds 256 random bits; the store only their SHA-256. A session ends after 30 idle
 * minutes, after 12 hours, when the password or the roles change, and when the user or her
 * organisation is disabled: that is asked at every request. Five wrong
 * passwords close a login for 15 minutes whether or not such an account exists, and an unknown
 * login costs the same hashing as a known one (AUTH-3, 4). Thirty from one network close that
 * network, whatever the logins. Neither shuts out a device from which the user has signed in
 * before: it has a count of its own, so that a stranger who guesses at her login takes it from
 * nobody. */
#include "accounts/sessions.h"

#include "accounts/password.h"
#include "accounts/stand_ins.h"
#include "divisions/divisions.h"
#include "http/api.h"
#include "platform/demonstration.h"
#include "platform/journal.h"

enum {
    IDLE_SECONDS = 30 * 60,
    LIFE_SECONDS = 12 * 3600,
    SEEN_SECONDS = 60,
    WRONG_MAX = 5,
    WRONG_MAX_NETWORK = 30, /* an office behind one address has many fingers */
    LOCK_SECONDS = 15 * 60,
    SETUP_SECONDS = 24 * 3600,
    DEVICE_SECONDS = 180 * 24 * 3600
};

/* --- inputs and outputs --- */
const struct field sign_in_fields[] = {
    PARAM(struct sign_in_input, login, FIELD_TEXT, "登录名", "Login", .required = true, .max = 40),
    PARAM(struct sign_in_input, password, FIELD_SECRET, "密码", "Password", .required = true,
          .max = 128),
    { 0 },
};
const struct field password_fields[] = {
    PARAM(struct password_input, old_password, FIELD_SECRET, "原密码", "Old password",
          .required = true, .max = 128),
    PARAM(struct password_input, new_password, FIELD_SECRET, "新密码", "New password",
          .required = true, .max = 128),
    { 0 },
};
const struct field prove_fields[] = {
    PARAM(struct prove_input, password, FIELD_SECRET, "密码", "Password", .required = true,
          .max = 128),
    { 0 },
};
const struct field setup_fields[] = {
    PARAM(struct setup_input, token, FIELD_SECRET, "安装链接", "Token of the link",
          .required = true, .max = 100),
    PARAM(struct setup_input, login, FIELD_TEXT, "登录名", "Login", .required = true, .max = 40),
    PARAM(struct setup_input, name, FIELD_NAME, "姓名", "Name", .required = true, .max = 60),
    PARAM(struct setup_input, password, FIELD_SECRET, "密码", "Password", .required = true,
          .max = 128),
    PARAM(struct setup_input, org_name, FIELD_TEXT, "单位名称", "Organisation", .required = true,
          .max = 100),
    PARAM(struct setup_input, division, FIELD_DIVISION, "所在地区", "Division", .required = true),
    PARAM(struct setup_input, side, FIELD_CHOICE, "所属方", "Side", .choices = sides),
    { 0 },
};
const struct field session_output[] = {
    OUTPUT("user", FIELD_JSON, "用户", "User"),
    OUTPUT("perms", FIELD_JSON, "权限", "Permissions"),
    OUTPUT("csrf", FIELD_TEXT, "防伪令牌", "Token for X-CSRF-Token"),
    OUTPUT("must_change_password", FIELD_BOOL, "须改密码", "Must change the password"),
    OUTPUT("lang", FIELD_TEXT, "语言", "Language"),
    OUTPUT("now", FIELD_INSTANT, "系统时间", "The ledger's time"),
    OUTPUT("is_demonstration", FIELD_BOOL, "演示数据", "A demonstration"),
    { 0 },
};

/* --- who acts --- */
#define USER_COLUMNS                                                                                      \
    "u.id, u.login, u.name, u.roles, u.person_id, u.must_change, u.password_hash, u.home, u.work,"        \
    " u.employer_id, o.id AS org_id, o.name AS org_name, o.kind, o.side, o.division, o.serves_home,"      \
    " CASE WHEN EXISTS (SELECT 1 FROM stand_in t WHERE SCOPE_NOT(stand_in 'who acts is being found out')" \
    " AND t.user_id = u.id AND t.state = 'ACTIVE') THEN 1 ELSE 0 END AS stands_in"
#define USER_IS_ACTIVE                                           \
    " SCOPE_NOT(user_account 'who acts is being found out')"     \
    " AND SCOPE_NOT(organisation 'who acts is being found out')" \
    " AND u.is_active = 1 AND o.is_active = 1"
static const char user_sql[] =
    "SELECT " USER_COLUMNS " FROM user_account u JOIN organisation o ON o.id = u.org_id"
    " WHERE" USER_IS_ACTIVE " AND u.id = $1";
static const char holder_sql[] =
    "SELECT s.seen_at, s.proved_at, s.expires_at, " USER_COLUMNS " FROM session s"
    " JOIN user_account u ON u.id = s.user_id JOIN organisation o ON o.id = u.org_id"
    " WHERE" USER_IS_ACTIVE " AND s.token_hash = $1";

static struct scope scope_of(const struct rows *r)
{
    struct scope s = { .kind = SCOPE_OFFICE, NONE, NONE, NONE, NONE, NONE, NONE };
    const char *kind = row_text(r, 0, "kind");
    int64_t division = row_int(r, 0, "division");

    if (row_int(r, 0, "person_id") != NONE) {
        s.kind = SCOPE_PERSON;
        s.person_id = row_int(r, 0, "person_id");
    } else if (str_eq(kind, "EMPLOYER")) {
        s.kind = SCOPE_EMPLOYER;
        s.employer_id = row_int(r, 0, "employer_id");
    } else if (str_eq(kind, "STATION")) {
        division_range(row_int(r, 0, "serves_home"), &s.home_lo, &s.home_hi);
        division_range(division, &s.work_lo, &s.work_hi);
    } else if (str_eq(row_text(r, 0, "side"), "HOME")) {
        division_range(division, &s.home_lo, &s.home_hi);
    } else {
        division_range(division, &s.work_lo, &s.work_hi);
    }
    return s;
}

/* By her roles, and for a time by those of a colleague in whose stead she acts. */
static enum err perms_of(struct ctx *cx, const struct rows *r, uint64_t *ret)
{
    uint64_t in_stead = 0;

    if (row_int(r, 0, "stands_in"))
        TRY(stand_in_perms(cx, row_int(r, 0, "id"), &in_stead));
    *ret = roles_perms(row_text(r, 0, "roles"), row_text(r, 0, "side")) | in_stead;
    return OK;
}

static enum err fill_actor(struct ctx *cx, const struct rows *r, struct actor *ret)
{
    uint64_t perms;

    TRY(perms_of(cx, r, &perms));
    *ret = (struct actor){
        .user_id = row_int(r, 0, "id"),
        .org_id = row_int(r, 0, "org_id"),
        .user_name = row_text(r, 0, "name"),
        .org_name = row_text(r, 0, "org_name"),
        .perms = perms,
        .scope = scope_of(r),
        .must_change_password = row_int(r, 0, "must_change") == 1,
    };
    return OK;
}

static enum err refuse_ended(struct ctx *cx)
{
    return fail(cx, E_UNAUTHENTICATED, "session.ended", "%s",
                T("登录已失效，请重新登录", "the session has ended; please sign in again"));
}

enum err account_actor(struct ctx *cx, int64_t user_id, struct actor *ret)
{
    struct rows r;

    TRY(db_rows(cx, &r, user_sql, P(user_id)));
    if (r.n == 0)
        return refuse_ended(cx);
    return fill_actor(cx, &r, ret);
}

struct holder { /* of a token */
    const char *token_hash;
    int64_t seen_at;
};

static enum err find_holder(struct ctx *cx, void *arg)
{
    struct holder *h = arg;
    struct rows r;

    TRY(db_rows(cx, &r, holder_sql, P(h->token_hash)));
    if (r.n == 0 || cx->now >= row_int(&r, 0, "expires_at") ||
        cx->now - row_int(&r, 0, "seen_at") >= IDLE_SECONDS)
        return refuse_ended(cx);
    h->seen_at = row_int(&r, 0, "seen_at");
    TRY(fill_actor(cx, &r, &cx->who));
    cx->who.proved_at = row_int(&r, 0, "proved_at");
    return OK;
}

static enum err touch(struct ctx *cx, void *arg)
{
    return db_exec(cx, "UPDATE session SET seen_at = $1 WHERE token_hash = $2 AND seen_at < $1",
                   P(cx->now), P((const char *)arg));
}

static void touched(struct ctx *cx, enum err err, void *arg)
{
    (void)err, (void)arg; /* the next request tries again */
    ctx_free(cx);
}

enum err accounts_authenticate(struct ctx *cx, const char *token)
{
    struct holder h = { .token_hash = token_hash(cx->mem, token) };

    TRY(db_read(cx, find_holder, &h));
    if (cx->op && cx->now - h.seen_at >= SEEN_SECONDS) {
        struct ctx *own = ctx_new(cx->store, cx->now);
        db_write_later(own, touch, arena_strdup(own->mem, h.token_hash), touched, NULL);
    }
    return OK;
}

/* --- the reply of GET /session and of a sign-in --- */
static void put_perms(struct json *j, uint64_t perms)
{
    static const char *const names[] = {
#define X(name) #name,
        PERM_LIST(X)
#undef X
    };

    json_key(j, "perms");
    json_array(j);
    for (int i = 1; i < PERM_COUNT; i++)
        if (perms & PERM_BIT(i))
            json_str(j, names[i]);
    json_end(j);
}

static enum err write_session(struct ctx *cx, int64_t user_id, const char *token)
{
    struct json *j = cx->out;
    struct rows r;
    bool is_demonstration;
    uint64_t perms;

    TRY(db_one(cx, &r, user_sql, P(user_id)));
    TRY(perms_of(cx, &r, &perms));
    TRY(demonstration_is(cx, &is_demonstration));
    json_object(j);
    json_key(j, "user");
    json_object(j);
    json_put_id(j, "id", user_id);
    json_put_str(j, "name", row_text(&r, 0, "name"));
    json_put_str(j, "login", row_text(&r, 0, "login"));
    json_put_str(j, "roles", row_text(&r, 0, "roles"));
    json_put_id(j, "org_id", row_int(&r, 0, "org_id"));
    json_put_str(j, "org_name", row_text(&r, 0, "org_name"));
    json_put_str(j, "org_kind", row_text(&r, 0, "kind"));
    json_put_str(j, "side", row_text(&r, 0, "side"));
    json_put_int(j, "division", row_int(&r, 0, "division"));
    json_put_str(j, "division_name", division_full_name(cx, row_int(&r, 0, "division")));
    json_put_id(j, "employer_id", row_int(&r, 0, "employer_id"));
    json_put_id(j, "person_id", row_int(&r, 0, "person_id"));
    json_end(j);
    put_perms(j, perms);
    json_put_str(j, "csrf", token ? api_csrf_token(cx->mem, token) : NULL);
    json_put_bool(j, "must_change_password", row_int(&r, 0, "must_change") == 1);
    json_put_str(j, "lang", cx->lang == LANG_EN ? "en" : "zh");
    json_put_int(j, "now", cx->now);
    json_put_bool(j, "is_demonstration", is_demonstration);
    json_end(j);
    return OK;
}

enum err session_get(struct ctx *cx)
{
    if (cx->who.user_id == NONE)
        return fail(cx, E_UNAUTHENTICATED, "session.none", "%s", T("请先登录", "please sign in"));
    return write_session(cx, cx->who.user_id, cx->session_token);
}

/* --- wrong passwords --- */
static const char *login_hash(struct ctx *cx, const char *login)
{
    char *lower = arena_strdup(cx->mem, login);

    for (char *p = lower; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return token_hash(cx->mem, arena_printf(cx->mem, "login:%s", lower));
}

static const char *device_hash(struct ctx *cx)
{
    return token_hash(cx->mem, arena_printf(cx->mem, "device:%s", cx->device_token));
}

static const char *network_hash(struct ctx *cx)
{
    return token_hash(cx->mem, arena_printf(cx->mem, "network:%s", cx->address));
}

static enum err check_lock(struct ctx *cx, const char *hash)
{
    struct rows r;
    int64_t left;

    TRY(db_rows(cx, &r, "SELECT locked_until FROM sign_in_failure WHERE login_hash = $1", P(hash)));
    left = r.n ? row_int(&r, 0, "locked_until") - cx->now : 0;
    if (left <= 0)
        return OK;
    return hint(cx,
                fail(cx, E_FORBIDDEN, "sign_in.locked", "%s",
                     T("密码连续输错，登录已暂停",
                       "too many wrong passwords; signing in is paused")),
                T("请 %d 分钟后再试，或请管理员重置密码",
                  "try again in %d minutes, or ask your administrator for a reset"),
                (int)((left + 59) / 60));
}

static enum err count_wrong(struct ctx *cx, const char *hash, int most)
{
    TRY(db_exec(
        cx,
        "INSERT INTO sign_in_failure (login_hash, count, last_at) VALUES ($1, 1, $2) ON CONFLICT (login_hash) DO UPDATE"
        " SET count = sign_in_failure.count + 1, last_at = excluded.last_at",
        P(hash), P(cx->now)));
    return db_exec(
        cx,
        "UPDATE sign_in_failure SET count = 0, locked_until = $1 WHERE login_hash = $2 AND count >= $3",
        P(cx->now + LOCK_SECONDS), P(hash), P(most));
}

static enum err forget_lock(struct ctx *cx, const char *hash)
{
    return db_exec(cx, "DELETE FROM sign_in_failure WHERE login_hash = $1", P(hash));
}

enum err sign_in_unlock(struct ctx *cx, const char *login)
{
    return forget_lock(cx, login_hash(cx, login));
}

/* --- signing in --- */
/* What somebody did with her own account, for those to see who administer or audit it. */
static enum err note_own(struct ctx *cx, const char *action)
{
    struct rows r;

    TRY(db_one(cx, &r, user_sql, P(cx->who.user_id)));
    return journal_append(cx, &(struct journal_entry){
                                  .kind = "user",
                                  .record_id = cx->who.user_id,
                                  .action = action,
                                  .home = row_int(&r, 0, "home"),
                                  .work = row_int(&r, 0, "work"),
                                  .employer_id = row_int(&r, 0, "employer_id"),
                                  .person_id = row_int(&r, 0, "person_id"),
                              });
}

struct sign_in {              /* what is known on the way; of nobody when user_id is NONE */
    const char *login, *lock; /* under which wrong passwords are counted */
    bool is_known;            /* the device: it is not shut out with strangers */
    int64_t user_id;
    const char *stored, *fresh;          /* password hashes; fresh when it must be made anew */
    const char *token, *token_of_device; /* new ones */
    const char *device;                  /* the new token, or that which the device has */
};

static enum err find_device(struct ctx *cx, struct sign_in *s)
{
    struct rows r = { 0 };

    if (cx->device_token && s->user_id != NONE)
        TRY(db_rows(cx, &r,
                    "SELECT 1 AS n FROM known_device WHERE token_hash = $1 AND user_id = $2"
                    " AND seen_at > $3",
                    P(token_hash(cx->mem, cx->device_token)), P(s->user_id),
                    P(cx->now - DEVICE_SECONDS)));
    s->is_known = r.n == 1;
    return OK;
}

static enum err find_account(struct ctx *cx, void *arg)
{
    struct sign_in *s = arg;
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT u.id, u.password_hash FROM user_account u JOIN organisation o ON o.id = u.org_id"
        " WHERE SCOPE_NOT(user_account 'who acts is being found out') AND SCOPE_NOT(organisation 'who acts is being found out')"
        " AND u.is_active = 1 AND o.is_active = 1 AND u.login = lower($1)",
        P(s->login)));
    s->user_id = r.n ? row_int(&r, 0, "id") : NONE;
    s->stored = r.n ? row_text(&r, 0, "password_hash") : "";
    TRY(find_device(cx, s));
    s->lock = s->is_known ? device_hash(cx) : login_hash(cx, s->login);
    if (!s->is_known && cx->address)
        TRY(check_lock(cx, network_hash(cx)));
    return check_lock(cx, s->lock);
}

static enum err note_wrong(struct ctx *cx, void *arg)
{
    const struct sign_in *s = arg;

    TRY(db_exec(cx, "DELETE FROM sign_in_failure WHERE last_at < $1 AND locked_until < $2",
                P(cx->now - LOCK_SECONDS), P(cx->now)));
    TRY(count_wrong(cx, s->lock, WRONG_MAX));
    return !s->is_known && cx->address ? count_wrong(cx, network_hash(cx), WRONG_MAX_NETWORK) : OK;
}

/* Does the password fit? A wrong one is counted, for a login that nobody has as well. */
static enum err try_password(struct ctx *cx, struct sign_in *s, const char *password,
                             const char *code)
{
    bool fits;

    TRY(db_read(cx, find_account, s));
    TRY(password_fits(cx, s->stored, password, &fits));
    if (fits)
        return OK;
    TRY(db_write(cx, note_wrong, s));
    return fail(cx, E_UNAUTHENTICATED, code, "%s",
                T("登录名或密码不对", "login or password is wrong"));
}

/* Several who share a device share its token. One that we never gave is not taken over. */
static enum err keep_device(struct ctx *cx, struct sign_in *s)
{
    struct rows r = { 0 };

    TRY(db_exec(cx, "DELETE FROM known_device WHERE user_id = $1 AND seen_at < $2", P(s->user_id),
                P(cx->now - DEVICE_SECONDS)));
    if (cx->device_token)
        TRY(db_rows(cx, &r, "SELECT 1 AS n FROM known_device WHERE token_hash = $1 LIMIT 1",
                    P(token_hash(cx->mem, cx->device_token))));
    s->device = r.n ? cx->device_token : s->token_of_device;
    return db_exec(cx,
                   "INSERT INTO known_device (token_hash, user_id, seen_at) VALUES ($1, $2, $3)"
                   " ON CONFLICT (token_hash, user_id) DO UPDATE SET seen_at = excluded.seen_at",
                   P(token_hash(cx->mem, s->device)), P(s->user_id), P(cx->now));
}

static enum err start_session(struct ctx *cx, void *arg)
{
    struct sign_in *s = arg;

    TRY(db_exec(
        cx,
        "UPDATE user_account AS u SET last_sign_in_at = $1, password_hash = COALESCE($2, u.password_hash)"
        " WHERE SCOPE_NOT(user_account 'she has just proved who she is') AND u.id = $3 AND u.password_hash = $4 AND u.is_active = 1",
        P(cx->now), P(s->fresh), P(s->user_id), P(s->stored)));
    if (cx->changed == 0)
        return refuse_ended(cx);
    TRY(forget_lock(cx, s->lock));
    TRY(keep_device(cx, s));
    if (cx->session_token)
        TRY(db_exec(cx, "DELETE FROM session WHERE token_hash = $1",
                    P(token_hash(cx->mem, cx->session_token))));
    TRY(db_exec(cx, "DELETE FROM session WHERE expires_at < $1 OR seen_at < $2", P(cx->now),
                P(cx->now - IDLE_SECONDS)));
    TRY(db_exec(
        cx,
        "INSERT INTO session (token_hash, user_id, created_at, seen_at, proved_at, expires_at) VALUES ($1, $2, $3, $3, $3, $4)",
        P(token_hash(cx->mem, s->token)), P(s->user_id), P(cx->now), P(cx->now + LIFE_SECONDS)));
    cx->out = json_new(cx->mem); /* anew: a transaction may be run again */
    TRY(account_actor(cx, s->user_id, &cx->who));
    TRY(write_session(cx, s->user_id, s->token));
    return note_own(cx, "sign_in");
}

enum err session_sign_in(struct ctx *cx)
{
    const struct sign_in_input *in = cx->in;
    struct sign_in s = { .login = in->login };
    struct actor before = cx->who;
    enum err err;

    TRY(try_password(cx, &s, in->password, "sign_in.wrong"));
    if (password_is_dated(s.stored))
        TRY(password_hash(cx, in->password, &s.fresh));
    s.token = token_random(cx->mem);
    s.token_of_device = token_random(cx->mem);
    err = db_write(cx, start_session, &s);
    if (err != OK) {
        cx->who = before;
        return err;
    }
    cx->set_cookie = s.token;
    cx->set_device = s.device;
    return OK;
}

enum err sessions_end(struct ctx *cx, int64_t user_id, const char *except_hash)
{
    if (!except_hash)
        TRY(db_exec(cx, "DELETE FROM known_device WHERE user_id = $1", P(user_id)));
    return db_exec(cx,
                   "DELETE FROM session WHERE user_id = $1 AND ($2 IS NULL OR token_hash <> $2)",
                   P(user_id), P(except_hash));
}

enum err session_sign_out(struct ctx *cx)
{
    if (cx->session_token)
        TRY(db_exec(cx, "DELETE FROM session WHERE token_hash = $1",
                    P(token_hash(cx->mem, cx->session_token))));
    cx->set_cookie = "";
    json_object(cx->out);
    json_end(cx->out);
    return OK;
}

/* --- while signed in --- */
static enum err own_login(struct ctx *cx, void *arg)
{
    struct sign_in *s = arg;
    struct rows r;

    TRY(db_rows(cx, &r, user_sql, P(cx->who.user_id)));
    if (r.n == 0)
        return refuse_ended(cx);
    s->login = row_text(&r, 0, "login");
    return OK;
}

static enum err check_own_password(struct ctx *cx, struct sign_in *s, const char *password,
                                   const char *field)
{
    enum err err;

    TRY(db_read(cx, own_login, s));
    err = try_password(cx, s, password, "password.wrong");
    return err == E_UNAUTHENTICATED ? fail_field(cx, field, "password.wrong", "%s",
                                                 T("密码不对", "the password is wrong"))
                                    : err;
}

static enum err save_password(struct ctx *cx, void *arg)
{
    struct sign_in *s = arg;

    TRY(db_exec(
        cx,
        "UPDATE user_account AS u SET password_hash = $1, must_change = 0, version = version + 1, updated_at = $2"
        " WHERE SCOPE_NOT(user_account 'her own password') AND u.id = $3 AND u.password_hash = $4",
        P(s->fresh), P(cx->now), P(cx->who.user_id), P(s->stored)));
    if (cx->changed == 0)
        return refuse_ended(cx);
    TRY(forget_lock(cx, s->lock));
    TRY(sessions_end(cx, cx->who.user_id, NULL));
    TRY(keep_device(cx, s));
    TRY(db_exec(
        cx,
        "INSERT INTO session (token_hash, user_id, created_at, seen_at, proved_at, expires_at) VALUES ($1, $2, $3, $3, $3, $4)",
        P(token_hash(cx->mem, s->token)), P(cx->who.user_id), P(cx->now),
        P(cx->now + LIFE_SECONDS)));
    cx->out = json_new(cx->mem);
    TRY(write_session(cx, cx->who.user_id, s->token));
    return note_own(cx, "password");
}

enum err session_password(struct ctx *cx)
{
    const struct password_input *in = cx->in;
    struct sign_in s = { 0 };

    TRY(check_own_password(cx, &s, in->old_password, "old_password"));
    TRY(password_check(cx, "new_password", in->new_password, s.login));
    if (str_eq(in->old_password, in->new_password))
        return fail_field(cx, "new_password", "password.same", "%s",
                          T("新密码与原密码相同", "the new password is the old one"));
    TRY(password_hash(cx, in->new_password, &s.fresh));
    s.token = token_random(cx->mem);
    s.token_of_device = token_random(cx->mem);
    TRY(db_write(cx, save_password, &s));
    cx->set_cookie = s.token;
    cx->set_device = s.device;
    return OK;
}

static enum err save_proof(struct ctx *cx, void *arg)
{
    struct sign_in *s = arg;

    TRY(forget_lock(cx, s->lock));
    return db_exec(cx, "UPDATE session SET proved_at = $1 WHERE token_hash = $2", P(cx->now),
                   P(token_hash(cx->mem, cx->session_token)));
}

enum err session_prove(struct ctx *cx)
{
    const struct prove_input *in = cx->in;
    struct sign_in s = { 0 };

    if (!cx->session_token)
        return fail(cx, E_UNAUTHENTICATED, "session.none", "%s", T("请先登录", "please sign in"));
    TRY(check_own_password(cx, &s, in->password, "password"));
    return db_write(cx, save_proof, &s);
}

/* --- the first account --- */
static enum err is_empty(struct ctx *cx, bool *ret)
{
    struct rows r;

    TRY(db_rows(
        cx, &r,
        "SELECT 1 FROM user_account u WHERE SCOPE_NOT(user_account 'is there anybody at all') LIMIT 1"));
    *ret = r.n == 0;
    return OK;
}

static enum err make_link(struct ctx *cx, void *arg)
{
    const char **token = arg;
    bool empty;

    TRY(is_empty(cx, &empty));
    *token = NULL;
    TRY(db_exec(cx, "DELETE FROM setup_token"));
    if (!empty)
        return OK;
    *token = token_random(cx->mem);
    return db_exec(cx, "INSERT INTO setup_token (token_hash, expires_at) VALUES ($1, $2)",
                   P(token_hash(cx->mem, *token)), P(cx->now + SETUP_SECONDS));
}

enum err accounts_setup_link(struct ctx *cx, const char **ret)
{
    const char *token;

    TRY(db_write(cx, make_link, &token));
    *ret = token ? arena_printf(cx->mem, "/#/setup?token=%s", token) : NULL;
    return OK;
}

static enum err refuse_link(struct ctx *cx)
{
    return hint(cx,
                fail(cx, E_FORBIDDEN, "setup.link", "%s",
                     T("安装链接无效或已过期", "the set-up link is not valid or too old")),
                "%s", T("重新启动服务会给出新的链接", "a restart of the server prints a new one"));
}

/* Cheap, before any hashing: bogus set-ups cost nothing. */
static enum err check_link(struct ctx *cx, void *arg)
{
    const struct setup_input *in = arg;
    struct rows r;
    bool empty;

    TRY(is_empty(cx, &empty));
    TRY(db_rows(cx, &r, "SELECT 1 FROM setup_token WHERE token_hash = $1 AND expires_at > $2",
                P(token_hash(cx->mem, in->token)), P(cx->now)));
    return empty && r.n ? OK : refuse_link(cx);
}

struct first {
    const struct setup_input *in;
    const char *hash;
};

static enum err make_first(struct ctx *cx, void *arg)
{
    const struct first *f = arg;
    const char *side = f->in->side                                       ? f->in->side
                       : division_region(f->in->division) == REGION_EAST ? "WORK"
                                                                         : "HOME";
    int64_t org_id, user_id;

    TRY(check_link(cx, (void *)f->in));
    ctx_as_system(cx);
    TRY(organisation_add(cx,
                         (struct organisation_input){ .name = f->in->org_name,
                                                      .kind = "BUREAU",
                                                      .side = side,
                                                      .division = f->in->division,
                                                      .serves_home = NONE,
                                                      .employer_id = NONE,
                                                      .is_active = 1 },
                         &org_id));
    TRY(user_add(cx,
                 (struct user_input){ .login = f->in->login,
                                      .name = f->in->name,
                                      .org_id = org_id,
                                      .roles = "ADMIN",
                                      .person_id = NONE },
                 NULL, &user_id));
    TRY(db_exec(
        cx,
        "UPDATE user_account AS u SET password_hash = $1, must_change = 0 WHERE SCOPE_NOT(user_account 'the first account')"
        " AND u.id = $2",
        P(f->hash), P(user_id)));
    return db_exec(cx, "DELETE FROM setup_token");
}

enum err setup_run(struct ctx *cx)
{
    const struct setup_input *in = cx->in;
    struct first f = { .in = in };
    struct actor before = cx->who;
    enum err err;

    TRY(db_read(cx, check_link, (void *)in));
    TRY(password_check(cx, "password", in->password, in->login));
    TRY(password_hash(cx, in->password, &f.hash));
    err = db_write(cx, make_first, &f);
    cx->who = before;
    TRY(err);
    json_object(cx->out);
    json_end(cx->out);
    return OK;
}
