/* Records: made, listed, changed and moved by their tables of fields. */
#include "app/modules.h"
#include "people/people.h"
#include "platform/seal.h"
#include "stores.h"

static enum err call(struct ctx *cx, const char *name, int64_t id, const char *query,
                     const char *body)
{
    return op_call(cx, &(struct call){ .op = op_find(name),
                                       .id = id,
                                       .version = NONE,
                                       .query = query,
                                       .body = body,
                                       .body_len = body ? strlen(body) : 0 });
}

static int64_t id_of(struct ctx *cx)
{
    const struct json_value *v;

    EXPECT_INT(json_parse(cx, json_text(cx->out), json_len(cx->out), &v), OK);
    return json_as_int(json_get(v, "id"));
}

STORE_TEST("a person is registered, found by two characters, counted, and shown masked")
{
    const struct json_value *v, *items;

    EXPECT_INT(
        call(
            cx, "people.create", NONE, NULL,
            "{\"name\":\"张 秀英\",\"id_no\":\"621125199003070013\",\"home\":621121000000,\"willingness\":\"WILLING\",\"phone\":\"13893201234\"}"),
        OK);
    EXPECT(strstr(json_text(cx->out), "621125199003070013") == NULL);
    EXPECT(strstr(json_text(cx->out), "138****1234") != NULL);
    EXPECT(id_of(cx) > 0);
    EXPECT_INT(call(cx, "people.list", NONE, "q=%E7%A7%80%E8%8B%B1&home=621100000000", NULL), OK);
    EXPECT_INT(json_parse(cx, json_text(cx->out), json_len(cx->out), &v), OK);
    items = json_get(v, "items");
    EXPECT_INT(json_count(items), 1);
    EXPECT_INT(json_as_int(json_get(v, "total")), 1);
    EXPECT_STR(json_as_str(json_get(json_at(items, 0), "name")), "张秀英");
    EXPECT_STR(json_as_str(json_get(json_at(items, 0), "labour_status")), "SEEKING");
}

STORE_TEST("the same ID number is refused the second time, and nothing is half done")
{
    const char *digest;

    EXPECT_INT(call(cx, "people.create", NONE, NULL,
                    "{\"name\":\"李雷\",\"id_no\":\"622424196811010040\",\"home\":621121000000}"),
               OK);
    digest = stores_digest(cx);
    EXPECT_INT(call(cx, "people.create", NONE, NULL,
                    "{\"name\":\"李雷\",\"id_no\":\"622424196811010040\",\"home\":621121000000}"),
               E_CONFLICT);
    EXPECT_STR(stores_digest(cx), digest);
}

STORE_TEST("an employer is changed by the version seen, and a stale change shows both values")
{
    int64_t id;

    EXPECT_INT(call(cx, "employers.create", NONE, NULL,
                    "{\"name\":\"福清鞋业\",\"work\":350181000000,\"phone\":\"13800001111\"}"),
               OK);
    id = id_of(cx);
    EXPECT_INT(op_call(cx, &(struct call){ .op = op_find("employers.change"),
                                           .id = id,
                                           .version = 1,
                                           .body = "{\"size\":120}",
                                           .body_len = 12 }),
               OK);
    EXPECT_INT(op_call(cx, &(struct call){ .op = op_find("employers.change"),
                                           .id = id,
                                           .version = 1,
                                           .body = "{\"size\":130}",
                                           .body_len = 12 }),
               E_STALE);
    EXPECT_STR(cx->failure_detail,
               "{\"version\":2,\"theirs\":{\"size\":120},\"yours\":{\"size\":130}}");
    EXPECT_INT(call(cx, "employers.suspend", id, NULL, "{}"), E_INVALID);
    EXPECT_INT(call(cx, "employers.suspend", id, NULL, "{\"reason\":\"欠薪\"}"), OK);
    EXPECT_INT(call(cx, "employers.suspend", id, NULL, "{\"reason\":\"欠薪\"}"), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "state.wrong");
    EXPECT_INT(call(cx, "employers.history", id, NULL, NULL), OK);
    EXPECT(strstr(json_text(cx->out), "13800001111") == NULL);
    EXPECT(strstr(json_text(cx->out), "欠薪") != NULL);
}

STORE_TEST("a western office neither sees nor writes another county's people")
{
    int64_t id;

    EXPECT_INT(call(cx, "people.create", NONE, NULL,
                    "{\"name\":\"李雷\",\"id_no\":\"622424196811010040\",\"home\":621121000000}"),
               OK);
    id = id_of(cx);
    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE,
                                    .home_lo = 621124000000,
                                    .home_hi = 621124999999,
                                    .work_lo = NONE,
                                    .work_hi = NONE };
    EXPECT_INT(call(cx, "people.get", id, NULL, NULL), E_NOT_FOUND);
    EXPECT_INT(call(cx, "people.list", NONE, NULL, NULL), OK);
    EXPECT_STR(json_text(cx->out), "{\"items\":[],\"total\":0,\"next\":null}");
    EXPECT_INT(call(cx, "people.create", NONE, NULL,
                    "{\"name\":\"韩梅\",\"id_no\":\"500237199512300035\",\"home\":621121000000}"),
               E_FORBIDDEN);
    EXPECT_INT(call(cx, "people.create", NONE, NULL,
                    "{\"name\":\"韩梅\",\"id_no\":\"500237199512300035\",\"home\":621124000000}"),
               OK);
}

STORE_TEST("a write with the same idempotency key is done once")
{
    struct call c = { .op = op_find("employers.create"),
                      .id = NONE,
                      .version = NONE,
                      .idempotency_key = "0123-4567",
                      .body = "{\"name\":\"甲\",\"work\":350181000000}" };
    const char *first;

    cx->who.user_id = 7;
    c.body_len = strlen(c.body);
    EXPECT_INT(op_call(cx, &c), OK);
    first = json_text(cx->out);
    EXPECT_INT(op_call(cx, &c), OK);
    EXPECT_STR(json_text(cx->out), first);
    c.body = "{\"name\":\"乙\",\"work\":350181000000}";
    EXPECT_INT(op_call(cx, &c), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "idempotency.reused");
}

STORE_TEST("a list in the order of a column it does not show goes on from page to page")
{
    const struct json_value *v;
    const char *next;

    EXPECT_INT(call(cx, "people.create", NONE, NULL,
                    "{\"name\":\"李雷\",\"id_no\":\"622424196811010040\",\"home\":621121000000}"),
               OK);
    EXPECT_INT(call(cx, "people.create", NONE, NULL,
                    "{\"name\":\"韩梅\",\"id_no\":\"500237199512300035\",\"home\":621124000000}"),
               OK);
    EXPECT_INT(call(cx, "people.list", NONE, "limit=1", NULL), OK);
    EXPECT_INT(json_parse(cx, json_text(cx->out), json_len(cx->out), &v), OK);
    EXPECT_STR(json_as_str(json_get(json_at(json_get(v, "items"), 0), "name")), "李雷");
    next = arena_printf(cx->mem, "limit=1&after=%s", json_as_str(json_get(v, "next")));
    EXPECT_INT(call(cx, "people.list", NONE, next, NULL), OK);
    EXPECT_INT(json_parse(cx, json_text(cx->out), json_len(cx->out), &v), OK);
    EXPECT_STR(json_as_str(json_get(json_at(json_get(v, "items"), 0), "name")), "韩梅");
    EXPECT_INT(json_as_int(json_get(v, "total")), 2);
}

STORE_TEST("people are summed up by county and status, whole counties and parts alike")
{
    static const struct {
        struct scope scope;
        const char *reply;
    } cases[] = {
        { { .kind = SCOPE_OFFICE, 621100000000, 621199999999, NONE, NONE },
          "\"counts\":{\"SEEKING\":1,\"UNSURVEYED\":1},\"total\":2}],\"total\":2}" },
        { { .kind = SCOPE_OFFICE, 621121101000, 621121101999, NONE, NONE },
          "\"counts\":{\"SEEKING\":1},\"total\":1}],\"total\":1}" },
        { { .kind = SCOPE_OFFICE, 621124000000, 621124999999, NONE, NONE },
          "{\"items\":[],\"total\":0}" },
        { { .kind = SCOPE_OFFICE, NONE, NONE, 350100000000, 350199999999 },
          "{\"items\":[],\"total\":0}" },
    };

    EXPECT_INT(
        call(
            cx, "people.create", NONE, NULL,
            "{\"name\":\"李雷\",\"id_no\":\"622424196811010040\",\"home\":621121101000,\"willingness\":\"WILLING\"}"),
        OK);
    EXPECT_INT(call(cx, "people.create", NONE, NULL,
                    "{\"name\":\"韩梅\",\"id_no\":\"500237199512300035\",\"home\":621121000000}"),
               OK);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        cx->who.scope = cases[i].scope;
        EXPECT_INT(call(cx, "people.summary", NONE, NULL, NULL), OK);
        EXPECT(str_ends(json_text(cx->out), cases[i].reply));
    }
}

static enum err employ(struct ctx *cx, void *id)
{
    return person_set_situation(cx, *(int64_t *)id, 350181000000, NONE, "EMPLOYED");
}

STORE_TEST(
    "a name is found page by page, within the domicile asked for, and in the east by the workplace")
{
    const struct json_value *v;
    int64_t id;

    EXPECT_INT(call(cx, "people.create", NONE, NULL,
                    "{\"name\":\"张秀英\",\"id_no\":\"622424196811010040\",\"home\":621121000000}"),
               OK);
    EXPECT_INT(call(cx, "people.create", NONE, NULL,
                    "{\"name\":\"王秀英\",\"id_no\":\"500237199512300035\",\"home\":621124000000}"),
               OK);
    id = id_of(cx);
    EXPECT_INT(call(cx, "people.list", NONE, "q=%E7%A7%80%E8%8B%B1&limit=1", NULL), OK);
    EXPECT_INT(json_parse(cx, json_text(cx->out), json_len(cx->out), &v), OK);
    EXPECT_STR(json_as_str(json_get(json_at(json_get(v, "items"), 0), "name")), "张秀英");
    EXPECT_INT(call(cx, "people.list", NONE,
                    arena_printf(cx->mem, "q=%%E7%%A7%%80%%E8%%8B%%B1&limit=1&after=%s",
                                 json_as_str(json_get(v, "next"))),
                    NULL),
               OK);
    EXPECT_INT(json_parse(cx, json_text(cx->out), json_len(cx->out), &v), OK);
    EXPECT_STR(json_as_str(json_get(json_at(json_get(v, "items"), 0), "name")), "王秀英");
    EXPECT_INT(json_as_int(json_get(v, "total")), 2);
    EXPECT_INT(call(cx, "people.list", NONE,
                    "q=%E7%A7%80&home=621124000000&labour_status=UNSURVEYED&limit=0", NULL),
               OK);
    EXPECT_STR(json_text(cx->out), "{\"items\":[],\"total\":1,\"next\":null}");
    EXPECT_INT(db_write(cx, employ, &id), OK);
    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE, NONE, NONE, 350100000000, 350199999999 };
    EXPECT_INT(call(cx, "people.list", NONE, "q=%E7%8E%8B%E7%A7%80%E8%8B%B1", NULL), OK);
    EXPECT(str_ends(json_text(cx->out), "\"total\":1,\"next\":null}"));
}
