/* test_accounts.c — who may sign in, what follows from it, and who may change it. */
#include "accounts/accounts.h"
#include "accounts/password.h"
#include "ops.h"

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

/* A user with a password of her own, signed in: her session's token. */
static const char *sign_in(const char *login, const char *password)
{
    call(as_nobody(), "session.sign_in", NONE, "{'login':'%s','password':'%s'}", login, password);
    return got_cookie();
}

static enum err authenticate(const char *token, struct ctx **ret)
{
    struct ctx *cx = unit(as_nobody());

    cx->op = op_find("session.get");
    *ret = cx;
    return accounts_authenticate(cx, token);
}

OPS_TEST("a new user signs in with the password shown once, changes it, and stays signed in")
{
    struct caller *admin = as(TONGWEI, "ADMIN");
    struct ctx *cx;
    const char *first, *token, *password;

    call(admin, "users.create", NONE,
         "{'login':'Li.Ping','name':'李萍','org_id':'%lld','roles':'CLERK'}",
         (long long)org_id(TONGWEI));
    expect(200, NULL);
    password = arena_strdup(test_arena(), got("initial_password"));
    first = arena_strdup(test_arena(), sign_in("li.ping", password));
    expect(200, NULL);
    EXPECT_STR(got("user.name"), "李萍");
    EXPECT_STR(got("user.org_name"), "通渭县人社局");
    EXPECT_STR(got("user.division_name"), "甘肃省定西市通渭县");
    EXPECT_STR(got("must_change_password"), "true");
    EXPECT_INT(authenticate(first, &cx), OK);
    EXPECT(cx->who.must_change_password);
    EXPECT_INT(cx->who.scope.home_lo, 621121000000);
    EXPECT(cx->who.perms & PERM_BIT(PERM_PERSON_WRITE));
    EXPECT(!(cx->who.perms & PERM_BIT(PERM_CLAIM_APPROVE)));

    EXPECT_INT(authenticate(first, &cx), OK);
    EXPECT_INT(authenticate("nonsense", &cx), E_UNAUTHENTICATED);
    token = first;
    EXPECT(strlen(token) == 43);
}
