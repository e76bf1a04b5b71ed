/* test_accounts.c — who may sign in, what follows from it, and who may change it. */
#include "accounts/accounts.h"
#include "accounts/password.h"
#include "ops.h"

#include <sodium.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

OPS_TEST(
    "a bureau sees its subtree by home, a station those of its home in its city, an employer its own")
{
    struct scope s = unit(as(TONGWEI, "CLERK"))->who.scope;

    EXPECT_INT(s.kind, SCOPE_OFFICE);
    EXPECT_INT(s.home_lo, 621121000000);
    EXPECT_INT(s.home_hi, 621121999999);
    EXPECT_INT(s.work_lo, NONE);
    s = unit(as(FUZHOU, "CLERK"))->who.scope;
    EXPECT_INT(s.home_lo, NONE);
    EXPECT_INT(s.work_lo, 350100000000);
    EXPECT_INT(s.work_hi, 350199999999);
    s = unit(as(STATION, "STATION"))->who.scope;
    EXPECT_INT(s.home_lo, 621100000000);
    EXPECT_INT(s.work_lo, 350100000000);
    s = unit(as(FUYAO, "EMPLOYER"))->who.scope;
    EXPECT_INT(s.kind, SCOPE_EMPLOYER);
    EXPECT_INT(s.employer_id, employer_of(FUYAO));
    EXPECT_INT(unit(as_nobody())->who.scope.kind, SCOPE_NOTHING);
}

OPS_TEST("organisations are listed within the caller's own side and subtree only")
{
    call(as(DINGXI, "ADMIN"), "organisations.list", NONE, "limit=100");
    expect(200, NULL);
    EXPECT_INT(got_int("total"), 6);
    call(as(TONGWEI, "ADMIN"), "organisations.list", NONE, "limit=100&sort=id");
    EXPECT_INT(got_int("total"), 2);
    EXPECT_STR(got("items.0.name"), "通渭县人社局");
    EXPECT_STR(got("items.0.division_name"), "甘肃省定西市通渭县");
    call(as(FUZHOU, "ADMIN"), "organisations.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 6);
    call(as(FUYAO, "EMPLOYER"), "organisations.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 1);
    call(as(WUSHAN, "ADMIN"), "organisations.get", org_id(TONGWEI), NULL);
    expect(404, "record.not_found");
}

/* --- signing in --- */
/* The session's token, or NULL. */
static const char *sign_in(const char *login, const char *password)
{
    call(as_nobody(), "session.sign_in", NONE, "{'login':'%s','password':'%s'}", login, password);
    return got_cookie() ? arena_strdup(test_arena(), got_cookie()) : NULL;
}

static enum err authenticate(const char *token, struct ctx **ret)
{
    struct ctx *cx = unit(as_nobody());

    cx->op = op_find("session.get");
    *ret = cx;
    return accounts_authenticate(cx, token);
}

static enum err state_of(const char *token)
{
    struct ctx *cx;

    return authenticate(token, &cx);
}

/* The user of a caller gets a password of her own, already changed. */
static enum err give_password(struct ctx *cx, void *arg)
{
    struct rows r;
    const char *hash, **login = arg;

    TRY(password_hash(cx, "sunflower-32", &hash));
    TRY(db_exec(cx,
                "UPDATE user_account AS u SET password_hash = $1, must_change = 0 WHERE u.id = $2"
                " AND SCOPE(user_account u)",
                P(hash), P(cx->id)));
    TRY(db_one(cx, &r,
               "SELECT u.login FROM user_account u WHERE SCOPE(user_account u) AND u.id = $1",
               P(cx->id)));
    *login = arena_strdup(test_arena(), row_text(&r, 0, "login"));
    return OK;
}

static const char *login_for(struct caller *who)
{
    struct ctx *cx = unit(as_system());
    const char *login = NULL;

    cx->id = user_of(who);
    EXPECT_INT(db_write(cx, give_password, &login), OK);
    return login;
}

/* A valid citizen number. */
static const char *id_no(int county, int birth, int sequence)
{
    static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    char *text = arena_printf(test_arena(), "%06d%08d%03d?", county, birth, sequence);
    int sum = 0;

    for (int i = 0; i < 17; i++)
        sum += (text[i] - '0') * weights[i];
    text[17] = "10X98765432"[sum % 11];
    return text;
}

OPS_TEST("a new user signs in with the password shown once and has to change it")
{
    struct caller *admin = as(TONGWEI, "ADMIN");
    struct ctx *cx;
    const char *token, *password;

    call(admin, "users.create", NONE,
         "{'login':'Li.Ping','name':'李萍','org_id':'%lld','roles':'CLERK','id_no':'%s'}",
         (long long)org_id(TONGWEI), id_no(621121, 19860412, 7));
    expect(200, NULL);
    password = arena_strdup(test_arena(), got("initial_password"));
    token = sign_in("li.PING", password);
    expect(200, NULL);
    EXPECT_STR(got("user.name"), "李萍");
    EXPECT_STR(got("user.org_name"), "通渭县人社局");
    EXPECT_STR(got("user.division_name"), "甘肃省定西市通渭县");
    EXPECT_STR(got("must_change_password"), "true");
    EXPECT(got("csrf") && strlen(got("csrf")) >= 32);
    EXPECT_INT(authenticate(token, &cx), OK);
    EXPECT(cx->who.must_change_password);
    EXPECT_INT(cx->who.scope.home_lo, 621121000000);
    EXPECT(cx->who.perms & PERM_BIT(PERM_PERSON_WRITE));
    EXPECT(!(cx->who.perms & PERM_BIT(PERM_CLAIM_APPROVE)));
    EXPECT_INT(strlen(token), 43);
    EXPECT_INT(state_of("nonsense"), E_UNAUTHENTICATED);
    EXPECT_INT(state_of(""), E_UNAUTHENTICATED);
}

OPS_TEST("changing the password needs the old one and ends every other session")
{
    struct caller *clerk = as(TONGWEI, "CLERK");
    const char *login = login_for(clerk), *here = sign_in(login, "sunflower-32"), *fresh,
               *there = sign_in(login, "sunflower-32");
    static const struct {
        const char *old, *new, *code;
    } bad[] = {
        { "wrong-wrong", "moonflower-33", "password.wrong" },
        { "sunflower-32", "short", "password.length" },
        { "sunflower-32", "Password-2019", "password.common" },
        { "sunflower-32", "sunflower-32", "password.same" },
    };

    EXPECT(!str_eq(here, there));
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        with_token(here);
        call(clerk, "session.password", NONE, "{'old_password':'%s','new_password':'%s'}",
             bad[i].old, bad[i].new);
        expect(400, bad[i].code);
    }
    EXPECT_INT(state_of(here), OK);
    with_token(here);
    call(clerk, "session.password", NONE,
         "{'old_password':'sunflower-32','new_password':'moonflower-33'}");
    expect(200, NULL);
    fresh = arena_strdup(test_arena(), got_cookie());
    EXPECT_INT(state_of(here), E_UNAUTHENTICATED);
    EXPECT_INT(state_of(there), E_UNAUTHENTICATED);
    EXPECT_INT(state_of(fresh), OK);
    sign_in(login, "sunflower-32");
    expect(401, "sign_in.wrong");
    sign_in(login, "moonflower-33");
    expect(200, NULL);
}

OPS_TEST("signing in again replaces the session of the cookie, and signing out ends it")
{
    struct caller *clerk = as(TONGWEI, "CLERK");
    const char *login = login_for(clerk), *first = sign_in(login, "sunflower-32"), *second;

    with_token(first);
    second = sign_in(login, "sunflower-32");
    EXPECT_INT(state_of(first), E_UNAUTHENTICATED);
    EXPECT_INT(state_of(second), OK);
    with_token(second);
    call(clerk, "session.sign_out", NONE, NULL);
    expect(200, NULL);
    EXPECT_STR(got_cookie(), "");
    EXPECT_INT(state_of(second), E_UNAUTHENTICATED);
    call(as_nobody(), "session.get", NONE, NULL);
    expect(401, "session.none");
}

static enum err newest_activity(struct ctx *cx, void *arg)
{
    struct rows r;

    TRY(db_one(cx, &r, "SELECT max(seen_at) AS at FROM session"));
    *(int64_t *)arg = row_int(&r, 0, "at");
    return OK;
}

/* Activity is noted behind the caller's back: wait until it is there, however busy the machine. */
static void wait_until_noted(void)
{
    int64_t at = NONE;

    for (int i = 0; i < 2000 && at != clock_now(); i++) {
        EXPECT_INT(db_read(unit(as_system()), newest_activity, &at), OK);
        if (at != clock_now())
            usleep(5000);
    }
    EXPECT_INT(at, clock_now());
}

OPS_TEST("a session ends after 30 idle minutes and after 12 hours in any case")
{
    const char *login = login_for(as(TONGWEI, "CLERK")), *idle = sign_in(login, "sunflower-32"),
               *busy;

    set_clock("+1799");
    EXPECT_INT(state_of(idle), OK); /* and is noted as activity, a moment later */
    wait_until_noted();
    set_clock("+1799");
    EXPECT_INT(state_of(idle), OK);
    wait_until_noted();
    set_clock("+1800");
    EXPECT_INT(state_of(idle), E_UNAUTHENTICATED);
    busy = sign_in(login, "sunflower-32");
    for (int i = 0; i < 29; i++) {
        set_clock("+1440");
        EXPECT_INT(state_of(busy), OK);
        wait_until_noted();
    }
    set_clock("+1440");
    EXPECT_INT(state_of(busy), E_UNAUTHENTICATED);
}

OPS_TEST("an open event stream does not keep a session alive")
{
    const char *token = sign_in(login_for(as(TONGWEI, "CLERK")), "sunflower-32");

    for (int i = 0; i < 3; i++) {
        set_clock("+599");
        EXPECT_INT(accounts_authenticate(unit(as_nobody()), token), OK); /* no operation */
        usleep(20000);
    }
    set_clock("+10");
    EXPECT_INT(state_of(token), E_UNAUTHENTICATED);
}

OPS_TEST("disabling, other roles, a reset and a closed organisation end a session at once")
{
    struct caller *admin = as(TONGWEI, "ADMIN"), *clerk = as(TONGWEI, "CLERK"),
                  *cadre = as(PINGXIANG, "CADRE");
    int64_t id = user_of(clerk);
    const char *login = login_for(clerk), *token = sign_in(login, "sunflower-32"), *password;

    call(admin, "users.disable", id, NULL);
    expect(200, NULL);
    EXPECT_STR(got("is_active"), "false");
    EXPECT_INT(state_of(token), E_UNAUTHENTICATED);
    sign_in(login, "sunflower-32");
    expect(401, "sign_in.wrong");
    call(admin, "users.disable", id, NULL);
    expect(409, "state.wrong");
    call(admin, "users.enable", id, NULL);
    expect(200, NULL);
    EXPECT_INT(state_of(token), E_UNAUTHENTICATED);

    token = sign_in(login, "sunflower-32");
    call(admin, "users.change", id, "{'roles':'CHECKER'}");
    expect(200, NULL);
    EXPECT_INT(state_of(token), E_UNAUTHENTICATED);

    token = sign_in(login, "sunflower-32");
    call(admin, "users.reset", id, NULL);
    expect(200, NULL);
    password = arena_strdup(test_arena(), got("initial_password"));
    EXPECT_INT(state_of(token), E_UNAUTHENTICATED);
    sign_in(login, "sunflower-32");
    expect(401, "sign_in.wrong");
    sign_in(login, password);
    expect(200, NULL);
    EXPECT_STR(got("must_change_password"), "true");

    token = sign_in(login_for(cadre), "sunflower-32");
    call(admin, "organisations.change", org_id(PINGXIANG), "{'is_active':false}");
    expect(200, NULL);
    EXPECT_INT(state_of(token), E_UNAUTHENTICATED);
    call(cadre, "divisions.list", NONE, NULL);
    expect(401, "session.ended");
}

OPS_TEST("nobody can tell an unknown login from a wrong password, not even by being locked out")
{
    struct caller *clerk = as(TONGWEI, "CLERK");
    const char *known = login_for(clerk), *reply[2];

    for (int i = 0; i < 7; i++) {
        sign_in(known, "not-the-password");
        reply[0] = got_text();
        expect(i < 5 ? 401 : 403, i < 5 ? "sign_in.wrong" : "sign_in.locked");
        sign_in("nobody-at-all", "not-the-password");
        reply[1] = got_text();
        EXPECT_STR(reply[0], reply[1]);
    }
    sign_in(known, "sunflower-32"); /* even the right one waits */
    expect(403, "sign_in.locked");
    set_clock("+901");
    sign_in(known, "sunflower-32");
    expect(200, NULL);
    for (int i = 0; i < 5; i++) { /* counted anew */
        sign_in(known, "not-the-password");
        expect(401, "sign_in.wrong");
    }
    sign_in(known, "sunflower-32");
    expect(403, "sign_in.locked");
    call(as(TONGWEI, "ADMIN"), "users.reset", user_of(clerk), NULL);
    sign_in(known, got("initial_password"));
    expect(200, NULL);
}

static void sign_in_from(const char *device, const char *network, const char *login,
                         const char *password, int status)
{
    with_device(device, network);
    sign_in(login, password);
    expect(status, status == 200 ? NULL : status == 401 ? "sign_in.wrong" : "sign_in.locked");
}

OPS_TEST("a stranger who guesses at a login takes it from nobody on a device that is known")
{
    const char *login = login_for(as(TONGWEI, "CLERK")), *other = login_for(as(TONGWEI, "CHECKER")),
               *device, *new_password;

    sign_in_from(NULL, NULL, login, "sunflower-32", 200);
    device = got_device();
    EXPECT(device && strlen(device) >= 40);
    for (int i = 0; i < 5; i++)
        sign_in_from(NULL, NULL, login, "not-the-password", 401);
    sign_in_from(NULL, NULL, login, "sunflower-32", 403);
    sign_in_from("0123456789012345678901234567890123456789", NULL, login, "sunflower-32", 403);
    sign_in_from(device, NULL, login, "sunflower-32", 200);
    EXPECT_STR(got_device(), device);
    sign_in_from(NULL, NULL, login, "sunflower-32", 403); /* strangers are still out */
    for (int i = 0; i < 5; i++)                           /* a stolen device has its own count */
        sign_in_from(device, NULL, login, "not-the-password", 401);
    sign_in_from(device, NULL, login, "sunflower-32", 403);

    set_clock("+901");
    sign_in_from(device, NULL, other, "sunflower-32", 200); /* two share the device */
    EXPECT_STR(got_device(), device);
    sign_in_from(device, NULL, login, "sunflower-32", 200);
    call(as(TONGWEI, "ADMIN"), "users.reset", user_of(as(TONGWEI, "CLERK")), NULL);
    new_password = got("initial_password");
    for (int i = 0; i < 5; i++)
        sign_in_from(NULL, NULL, login, "not-the-password", 401);
    sign_in_from(device, NULL, login, new_password, 403); /* known no more */
}

OPS_TEST("a network that guesses at many logins is shut out, but no device that is known")
{
    const char *login = login_for(as(FUQING, "CLERK")), *device;
    char guess[20];

    sign_in_from(NULL, "192.0.2.7", login, "sunflower-32", 200);
    device = got_device();
    for (int i = 0; i < 30; i++) {
        snprintf(guess, sizeof guess, "guess%d", i);
        sign_in_from(NULL, "192.0.2.7", guess, "not-the-password", 401);
    }
    sign_in_from(NULL, "192.0.2.7", login, "sunflower-32", 403);
    sign_in_from(NULL, "192.0.2.8", login, "sunflower-32", 200);
    sign_in_from(device, "192.0.2.7", login, "sunflower-32", 200);
    set_clock("+901");
    sign_in_from(NULL, "192.0.2.7", login, "sunflower-32", 200);
}

/* Of the processor: what else the machine does changes little. */
static double seconds_of_wrong(const char *login)
{
    struct timespec a, b;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    sign_in(login, "not-the-password");
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    return (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

OPS_TEST("an unknown login costs the same hashing as a known one")
{
    const char *login = login_for(as(TONGWEI, "CLERK"));
    double known = 1, unknown = 1, t;

    for (int i = 0; i < 4; i++) {
        t = seconds_of_wrong(login);
        known = MIN(known, t);
        t = seconds_of_wrong(arena_printf(test_arena(), "nobody%d", i));
        unknown = MIN(unknown, t);
    }
    if (unknown < known / 2 || known < unknown / 2)
        test_fail(__FILE__, __LINE__, "known %.4f s, unknown %.4f s", known, unknown);
}

static enum err make_dated(struct ctx *cx, void *arg)
{
    char hash[crypto_pwhash_STRBYTES];

    (void)arg;
    EXPECT_INT(crypto_pwhash_str_alg(hash, "sunflower-32", 12, 1, 8192 * 1024,
                                     crypto_pwhash_ALG_ARGON2ID13),
               0);
    return db_exec(
        cx,
        "UPDATE user_account AS u SET password_hash = $1 WHERE u.id = $2 AND SCOPE(user_account u)",
        P((const char *)hash), P(cx->id));
}

static enum err stored_hash(struct ctx *cx, void *arg)
{
    struct rows r;

    TRY(db_one(
        cx, &r,
        "SELECT u.password_hash FROM user_account u WHERE SCOPE(user_account u) AND u.id = $1",
        P(cx->id)));
    *(const char **)arg = row_text(&r, 0, "password_hash");
    return OK;
}

OPS_TEST("a password hashed with weaker parameters is hashed anew at the next sign-in")
{
    struct caller *clerk = as(TONGWEI, "CLERK");
    struct ctx *cx = unit(as_system());
    const char *login = login_for(clerk), *hash = "";

    cx->id = user_of(clerk);
    EXPECT_INT(db_write(cx, make_dated, NULL), OK);
    sign_in(login, "sunflower-32");
    expect(200, NULL);
    EXPECT_INT(db_read(cx, stored_hash, &hash), OK);
    EXPECT(str_starts(hash, "$argon2id$v=19$m=19456,t=2,p=1$"));
    sign_in(login, "sunflower-32");
    expect(200, NULL);
}

OPS_TEST("giving the password again is noted for the session, and a wrong one is not")
{
    struct caller *payer = as(TONGWEI, "PAYER");
    const char *token = sign_in(login_for(payer), "sunflower-32");
    struct ctx *cx;

    set_clock("+1200");
    EXPECT_INT(authenticate(token, &cx), OK);
    EXPECT_INT(cx->who.proved_at, clock_now() - 1200);
    with_token(token);
    call(payer, "session.prove", NONE, "{'password':'not-the-password'}");
    expect(400, "password.wrong");
    EXPECT_INT(authenticate(token, &cx), OK);
    EXPECT_INT(cx->who.proved_at, clock_now() - 1200);
    with_token(token);
    call(payer, "session.prove", NONE, "{'password':'sunflower-32'}");
    expect(200, NULL);
    EXPECT_INT(authenticate(token, &cx), OK);
    EXPECT_INT(cx->who.proved_at, clock_now());
}

/* --- who manages whom --- */
OPS_TEST("an administrator reaches users of her own side and subtree, and nobody else's")
{
    struct caller *tongwei = as(TONGWEI, "ADMIN"), *dingxi = as(DINGXI, "ADMIN"),
                  *fuzhou = as(FUZHOU, "ADMIN");
    struct {
        struct caller *admin;
        int64_t user;
        int status;
        const char *code;
    } cases[] = {
        { tongwei, user_of(as(TONGWEI, "CLERK")), 200, NULL },
        { tongwei, user_of(as(PINGXIANG, "CADRE")), 200, NULL },
        { tongwei, user_of(as(LINTAO, "CLERK")), 404, "record.not_found" },
        { tongwei, user_of(as(DINGXI, "CLERK")), 404, "record.not_found" },
        { tongwei, user_of(as(FUQING, "CLERK")), 404, "record.not_found" },
        { tongwei, user_of(as(STATION, "STATION")), 404, "record.not_found" },
        { dingxi, user_of(as(STATION, "STATION")), 200, NULL },
        { dingxi, user_of(as(LINTAO, "CLERK")), 200, NULL },
        { fuzhou, user_of(as(FUYAO, "EMPLOYER")), 200, NULL },
        { fuzhou, user_of(as(YANTAI, "CLERK")), 404, "record.not_found" },
        /* seen in the east, but of the western side */
        { fuzhou, user_of(as(STATION, "STATION#2")), 403, "account.outside" },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        bool is_seen = cases[i].status != 404;
        call(cases[i].admin, "users.reset", cases[i].user, NULL);
        expect(cases[i].status, cases[i].code);
        call(cases[i].admin, "users.change", cases[i].user, "{'name':'王五'}");
        expect(cases[i].status, cases[i].code);
        call(cases[i].admin, "users.disable", cases[i].user, NULL);
        expect(cases[i].status, cases[i].code);
        call(cases[i].admin, "users.history", cases[i].user, NULL);
        expect(is_seen ? 200 : 404, is_seen ? NULL : cases[i].code);
        if (is_seen)
            EXPECT(!strstr(got_text(), "argon2"));
    }
    call(tongwei, "users.list", NONE, "limit=100");
    EXPECT_INT(got_int("total"), 3);
    EXPECT(!strstr(got_text(), "argon2"));
    call(as(WUSHAN, "ADMIN"), "users.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 1);
}

OPS_TEST("users are made only in organisations that one manages, with roles that fit")
{
    static const struct {
        enum org admin, org;
        const char *roles;
        int status;
        const char *code;
    } cases[] = {
        { TONGWEI, TONGWEI, "CLERK", 200, NULL },
        { TONGWEI, PINGXIANG, "CADRE", 200, NULL },
        { TONGWEI, DINGXI, "CLERK", 400, "org.unknown" },
        { TONGWEI, DINGXI, "ADMIN", 400, "org.unknown" },
        { TONGWEI, LINTAO, "CLERK", 400, "org.unknown" },
        { TONGWEI, FUQING, "CLERK", 400, "org.unknown" },
        { TONGWEI, STATION, "STATION", 400, "org.unknown" },
        { DINGXI, STATION, "STATION", 200, NULL },
        { FUZHOU, STATION, "STATION", 403, "account.outside" },
        { FUQING, FUYAO, "EMPLOYER", 200, NULL },
        { FUQING, CANGSHAN, "EMPLOYER", 400, "org.unknown" },
        { TONGWEI, TONGWEI, "CADRE", 400, "role.level" },
        { TONGWEI, TONGWEI, "STATION", 400, "role.kind" },
        { TONGWEI, TONGWEI, "AUDITOR", 400, "role.kind" },
        { TONGWEI, TONGWEI, "EMPLOYER", 400, "role.kind" },
        { TONGWEI, TONGWEI, "ADMIN,APPROVER", 400, "role.apart" },
        { TONGWEI, TONGWEI, "PAYER,ADMIN", 400, "role.apart" },
        { TONGWEI, TONGWEI, "CLERK,WORKER", 400, "role.apart" },
        { TONGWEI, TONGWEI, "WORKER", 400, "user.person" },
        { FUQING, FUYAO, "CLERK", 400, "role.kind" },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        call(as(cases[i].admin, "ADMIN"), "users.create", NONE,
             "{'login':'new%zu','name':'张三','org_id':'%lld','roles':'%s','id_no':'%s'}", i,
             (long long)org_id(cases[i].org), cases[i].roles, id_no(621121, 19860412, (int)i));
        expect(cases[i].status, cases[i].code);
    }
    call(as(TONGWEI, "ADMIN"), "users.create", NONE,
         "{'login':'NEW0','name':'张三','org_id':'%lld','roles':'CLERK'}",
         (long long)org_id(TONGWEI));
    expect(409, "user.login_taken");
    call(as(TONGWEI, "ADMIN"), "users.create", NONE,
         "{'login':'a b','name':'张三','org_id':'%lld','roles':'CLERK'}",
         (long long)org_id(TONGWEI));
    expect(400, "user.login");
    call(as(TONGWEI, "CLERK"), "users.create", NONE,
         "{'login':'new99','name':'张三','org_id':'%lld','roles':'CLERK'}",
         (long long)org_id(TONGWEI));
    expect(403, "op.forbidden");
}

OPS_TEST("nobody changes her own roles or state, and columns that no field names cannot be set")
{
    struct caller *admin = as(TONGWEI, "ADMIN");
    int64_t id = user_of(admin), clerk = user_of(as(TONGWEI, "CLERK"));
    static const char *const unknown[] = { "{'password_hash':'x'}", "{'home':620000000000}",
                                           "{'employer_id':'1'}",   "{'is_active':true}",
                                           "{'must_change':false}", "{'id':'1'}",
                                           "{'version':9}" };
    static const char *const fixed[] = { "{'org_id':'1'}", "{'login':'root'}",
                                         "{'person_id':'1'}" };

    call(admin, "users.change", id, "{'roles':'ADMIN,CLERK'}");
    expect(403, "user.own_roles");
    call(admin, "users.disable", id, NULL);
    expect(403, "user.own_state");
    call(admin, "users.reset", id, NULL);
    expect(403, "user.own_reset");
    call(admin, "organisations.change", org_id(TONGWEI), "{'is_active':false}");
    expect(409, "org.own");
    call(admin, "users.change", id, "{'name':'赵六'}");
    expect(200, NULL);
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
        call(admin, "users.change", clerk, "%s", unknown[i]);
        expect(400, "field.unknown");
    }
    for (size_t i = 0; i < ARRAY_LEN(fixed); i++) {
        call(admin, "users.change", clerk, "%s", fixed[i]);
        expect(400, "field.fixed");
    }
    call(admin, "users.change", clerk, "{'roles':'WORKER'}");
    expect(400, "user.person");
    call(admin, "users.change", clerk, "{'roles':'APPROVER,ADMIN'}");
    expect(400, "role.apart");
}

OPS_TEST(
    "organisations are made on one's own side, in one's own subtree, and for one's own employers")
{
    static const struct {
        enum org admin;
        const char *kind, *side;
        int64_t division, serves;
        enum org employer; /* DINGXI = none */
        int status;
        const char *code;
    } cases[] = {
        { TONGWEI, "BUREAU", "HOME", 621121101000, NONE, DINGXI, 200, NULL },
        { TONGWEI, "BUREAU", "HOME", 621124000000, NONE, DINGXI, 403, "account.outside" },
        { TONGWEI, "BUREAU", "HOME", 621100000000, NONE, DINGXI, 403, "account.outside" },
        { TONGWEI, "BUREAU", "WORK", 621121101000, NONE, DINGXI, 403, "account.outside" },
        { TONGWEI, "BUREAU", "HOME", 621199000000, NONE, DINGXI, 400, "division.unknown" },
        { TONGWEI, "STATION", "HOME", 350181000000, 621121000000, DINGXI, 200, NULL },
        { TONGWEI, "STATION", "HOME", 350181000000, 621100000000, DINGXI, 403, "account.outside" },
        { TONGWEI, "STATION", "HOME", 350181000000, NONE, DINGXI, 400, "org.serves" },
        { TONGWEI, "BUREAU", "HOME", 621121101000, 621121000000, DINGXI, 400, "org.serves" },
        { FUZHOU, "STATION", "HOME", 350181000000, 621121000000, DINGXI, 403, "account.outside" },
        { FUZHOU, "STATION", "WORK", 350181000000, 621121000000, DINGXI, 400, "org.station_side" },
        { FUZHOU, "BUREAU", "HOME", 350181000000, NONE, DINGXI, 403, "account.outside" },
        { FUQING, "EMPLOYER", "WORK", 350181000000, NONE, FUYAO, 200, NULL },
        { FUQING, "EMPLOYER", "WORK", 350181000000, NONE, CANGSHAN, 400, "employer.unknown" },
        { FUQING, "EMPLOYER", "WORK", 350181000000, NONE, DINGXI, 400, "org.employer" },
        { FUQING, "BUREAU", "WORK", 350181000000, NONE, FUYAO, 400, "org.employer" },
        { YANTAI, "EMPLOYER", "WORK", 370600000000, NONE, FUYAO, 400, "employer.unknown" },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char serves[40] = "", employer[60] = "";
        if (cases[i].serves != NONE)
            snprintf(serves, sizeof serves, ",'serves_home':%lld", (long long)cases[i].serves);
        if (cases[i].employer != DINGXI)
            snprintf(employer, sizeof employer, ",'employer_id':'%lld'",
                     (long long)employer_of(cases[i].employer));
        call(as(cases[i].admin, "ADMIN"), "organisations.create", NONE,
             "{'name':'新单位%zu','kind':'%s','side':'%s','division':%lld%s%s}", i, cases[i].kind,
             cases[i].side, (long long)cases[i].division, serves, employer);
        expect(cases[i].status, cases[i].code);
    }
    call(as(FUZHOU, "ADMIN"), "organisations.change", org_id(STATION), "{'name':'别人的'}");
    expect(403, "account.outside");
    call(as(DINGXI, "ADMIN"), "organisations.change", org_id(STATION), "{'name':'定西驻榕工作站'}");
    expect(200, NULL);
    call(as(TONGWEI, "ADMIN"), "organisations.change", org_id(TONGWEI),
         "{'division':620000000000}");
    expect(400, "field.fixed");
}

OPS_TEST("an auditor may run no operation that writes")
{
    struct caller *auditor = as(DINGXI_AUDIT, "AUDITOR");

    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *op = ops_modules()[m]->ops; op && op->name; op++) {
            if (!op_writes(op) || op->perm == PERM_NONE || op->run == record_lookup)
                continue;
            call(auditor, op->name, 1, NULL);
            expect(403, "op.forbidden");
        }
    EXPECT(unit(auditor)->who.perms & PERM_BIT(PERM_JOURNAL_READ));
}

#define BIT(name) PERM_BIT(PERM_##name)
TEST("no role has what its work does not need")
{
    static const struct {
        const char *role, *side;
        uint64_t never;
    } cases[] = {
        { "ADMIN", "HOME",
          BIT(PERSON_READ) | BIT(PERSON_REVEAL) | BIT(CLAIM_APPROVE) | BIT(PAYMENT_MAKE) |
              BIT(EXPORT) },
        { "CLERK", "HOME",
          BIT(CLAIM_CHECK) | BIT(CLAIM_REVIEW) | BIT(CLAIM_APPROVE) | BIT(PAYMENT_MAKE) |
              BIT(ACCOUNT_MANAGE) },
        { "CLERK", "HOME",
          BIT(PAYMENT_APPROVE) | BIT(MONTH_LOCK) | BIT(POLICY_WRITE) | BIT(JOURNAL_READ) },
        { "CLERK", "WORK", BIT(PERSON_WRITE) | BIT(BATCH_WRITE) },
        { "CHECKER", "HOME", BIT(CLAIM_WRITE) | BIT(CLAIM_REVIEW) | BIT(CLAIM_APPROVE) },
        { "REVIEWER", "HOME", BIT(CLAIM_WRITE) | BIT(CLAIM_CHECK) | BIT(CLAIM_APPROVE) },
        { "APPROVER", "HOME", BIT(CLAIM_WRITE) | BIT(CLAIM_CHECK) | BIT(PAYMENT_MAKE) },
        { "PAYER", "HOME", BIT(CLAIM_WRITE) | BIT(CLAIM_APPROVE) | BIT(PERSON_WRITE) },
        { "CADRE", "HOME", BIT(EXPORT) | BIT(PAYMENT_READ) | BIT(CLAIM_CHECK) | BIT(STATS_READ) },
        { "STATION", "HOME", BIT(PERSON_WRITE) | BIT(CLAIM_CHECK) | BIT(PAYMENT_READ) },
        { "EMPLOYER", "WORK",
          BIT(PERSON_REVEAL) | BIT(PERSON_WRITE) | BIT(EMPLOYER_WRITE) | BIT(POST_REVIEW) |
              BIT(EXPORT) },
        { "EMPLOYER", "WORK", BIT(STATS_READ) | BIT(PAYMENT_READ) | BIT(OFFER_ANSWER) },
        { "WORKER", "HOME",
          BIT(PERSON_WRITE) | BIT(PERSON_REVEAL) | BIT(EXPORT) | BIT(STATS_READ) },
        { "LEADER", "HOME", BIT(PERSON_REVEAL) | BIT(EXPORT) | BIT(TARGET_WRITE) },
        { "NONSENSE", "HOME", ~(uint64_t)0 },
        { "", "HOME", ~(uint64_t)0 },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (roles_perms(cases[i].role, cases[i].side) & cases[i].never)
            test_fail(__FILE__, __LINE__, "%s on side %s may do too much", cases[i].role,
                      cases[i].side);
    EXPECT(roles_perms("CLERK,CHECKER", "HOME") ==
           (roles_perms("CLERK", "HOME") | roles_perms("CHECKER", "HOME")));
}

static enum err ask_pairing(struct ctx *cx, void *arg)
{
    int64_t *q = arg;

    return pairing_between(cx, q[0], q[1], cx->today, &q[2]);
}

static int64_t paired(int64_t home, int64_t work, const char *on)
{
    struct ctx *cx = unit(as_system());
    int64_t q[3] = { home, work, NONE };

    cx->today = date_of_text(on);
    EXPECT_INT(db_read(cx, ask_pairing, q), OK);
    return q[2];
}

OPS_TEST("pairings are seen by all, kept by either side, and found by day")
{
    struct caller *dingxi = as(DINGXI, "ADMIN");
    int64_t id;

    call(
        dingxi, "pairings.create", NONE,
        "{'name':'临洮—仓山','home':621124000000,'work':350104000000,'level':'COUNTY','from_on':'2017-06-01',"
        "'until_on':'2020-12-31'}");
    expect(200, NULL);
    EXPECT_STR(got("home_name"), "甘肃省定西市临洮县");
    id = got_int("id");
    call(as(FUZHOU, "ADMIN"), "pairings.change", id, "{'agreement_no':'榕定协〔2017〕3号'}");
    expect(200, NULL);
    call(as(WUSHAN, "ADMIN"), "pairings.change", id, "{'agreement_no':'x'}");
    expect(403, "account.outside");
    call(
        as(TONGWEI, "ADMIN"), "pairings.create", NONE,
        "{'name':'不是我的','home':621124000000,'work':370600000000,'level':'COUNTY','from_on':'2019-01-01'}");
    expect(403, "account.outside");
    call(dingxi, "pairings.change", id, "{'until_on':'2016-12-31'}");
    expect(400, "pairing.dates");
    call(as(FUYAO, "EMPLOYER"), "pairings.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 4);

    EXPECT_INT(paired(621124101000, 350104000000, "2019-03-15"), id);
    EXPECT_INT(paired(621124000000, 350104000000, "2021-01-01"), pairing_of(DINGXI));
    EXPECT_INT(paired(621122000000, 350104000000, "2019-03-15"), pairing_of(DINGXI));
    EXPECT_INT(paired(621124000000, 350104000000, "2017-01-31"), NONE);
    EXPECT_INT(paired(621124000000, 370600000000, "2019-03-15"), NONE);
    EXPECT_INT(paired(500237000000, 350100000000, "2019-03-15"), NONE);
}

OPS_TEST("an account that acts on money has its holder's number, which she does not change herself")
{
    int64_t user;

    call(as(TONGWEI, "ADMIN"), "users.create", NONE,
         "{'login':'no.number','name':'张三','org_id':'%lld','roles':'CLERK'}",
         (long long)org_id(TONGWEI));
    expect(400, "user.no_identity");
    EXPECT_STR(got("field"), "id_no");
    user = created(as(TONGWEI, "ADMIN"), "users.create",
                   "{'login':'no.number','name':'张三','org_id':'%lld','roles':'LEADER'}",
                   (long long)org_id(TONGWEI));
    call(as(TONGWEI, "ADMIN"), "users.change", user, "{'roles':'LEADER,CHECKER'}");
    expect(400, "user.no_identity");
    call(as(TONGWEI, "ADMIN"), "users.change", user, "{'roles':'LEADER,CHECKER','id_no':'%s'}",
         id_no(621121, 19860412, 9));
    expect(200, NULL);
    EXPECT(strstr(got("id_no"), "19860412") == NULL);
    call(as(TONGWEI, "ADMIN"), "users.change", user_of(as(TONGWEI, "ADMIN")), "{'id_no':'%s'}",
         id_no(621121, 19860412, 10));
    expect(400, "user.own_identity");
}

OPS_TEST("a worker's account is made where she is registered, and shows her nobody but herself")
{
    struct caller *clerk = as(TONGWEI, "CLERK"), *worker;
    int64_t hers, other;

    hers = created(clerk, "people.create", "{'name':'马兰花','home':621121100000,'id_no':'%s'}",
                   id_no(621121, 19900307, 12));
    other = created(clerk, "people.create", "{'name':'牛铁柱','home':621121100000,'id_no':'%s'}",
                    id_no(621121, 19880101, 13));
    call(as(TONGWEI, "ADMIN"), "users.create", NONE,
         "{'login':'malanhua','name':'马兰花','org_id':'%lld','roles':'WORKER','person_id':'%lld'}",
         (long long)org_id(TONGWEI), (long long)hers);
    expect(200, NULL);
    call(
        as(LINTAO, "ADMIN"), "users.create", NONE,
        "{'login':'niutiezhu','name':'牛铁柱','org_id':'%lld','roles':'WORKER','person_id':'%lld'}",
        (long long)org_id(LINTAO), (long long)other);
    expect(400, "person.unknown");
    call(as(TONGWEI, "ADMIN"), "users.create", NONE,
         "{'login':'niutiezhu','name':'牛铁柱','org_id':'%lld','roles':'CLERK','person_id':'%lld'}",
         (long long)org_id(TONGWEI), (long long)other);
    expect(400, "user.person");
    worker = as_worker(hers);
    EXPECT_INT(unit(worker)->who.scope.kind, SCOPE_PERSON);
    EXPECT_INT(unit(worker)->who.scope.person_id, hers);
    call(worker, "people.get", hers, NULL);
    expect(200, NULL);
    call(worker, "people.get", other, NULL);
    expect(404, "record.not_found");
    call(worker, "organisations.list", NONE, NULL);
    EXPECT_INT(got_int("total"), 0);
}

/* --- the first account --- */
static void set_up(const char *token, const char *password)
{
    call(
        as_nobody(), "setup.run", NONE,
        "{'token':'%s','login':'root.dx','name':'管理员','password':'%s','org_name':'定西市人社局',"
        "'division':621100000000}",
        token, password);
}

static const char *setup_token(void)
{
    const char *link = NULL, *prefix = "/#/setup?token=";
    struct ctx *cx = unit(as_system());

    EXPECT_INT(accounts_setup_link(cx, &link), OK);
    EXPECT(!link || str_starts(link, prefix));
    return link ? link + strlen(prefix) : NULL;
}

STORE_TEST("an empty store is set up once, by the newest link, and has no other way in")
{
    const char *older, *token;

    ops_begin_empty(cx);
    older = setup_token();
    token = setup_token();
    sign_in("admin", "admin");
    expect(401, "sign_in.wrong");
    set_up("nonsense", "sunflower-32");
    expect(403, "setup.link");
    set_up(older, "sunflower-32");
    expect(403, "setup.link");
    set_up(token, "admin");
    expect(400, "password.length");
    set_clock("+86400");
    set_up(token, "sunflower-32");
    expect(403, "setup.link");
    token = setup_token();
    set_up(token, "sunflower-32");
    expect(200, NULL);
    set_up(token, "sunflower-32");
    expect(403, "setup.link");
    sign_in("root.dx", "sunflower-32");
    expect(200, NULL);
    EXPECT_STR(got("user.org_name"), "定西市人社局");
    EXPECT_STR(got("user.side"), "HOME");
    EXPECT_STR(got("must_change_password"), "false");
    EXPECT_STR(setup_token(), NULL);
    ops_end();
}
