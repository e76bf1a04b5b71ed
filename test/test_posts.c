/* Posts: seats, states, and who sees what. */
#include "posts/posts.h"
#include "stores.h"

static enum err call(struct ctx *cx, const char *name, int64_t id, const char *body)
{
    return op_call(cx, &(struct call){ .op = op_find(name),
                                       .id = id,
                                       .version = NONE,
                                       .body = body,
                                       .body_len = body ? strlen(body) : 0 });
}

static int64_t created(struct ctx *cx, const char *name, const char *body)
{
    const struct json_value *v;

    EXPECT_INT(call(cx, name, NONE, body), OK);
    EXPECT_INT(json_parse(cx, op_reply_text(cx, OK), strlen(op_reply_text(cx, OK)), &v), OK);
    return json_as_int(json_get(v, "id"));
}

static enum err take(struct ctx *cx, void *arg)
{
    return post_take_seat(cx, *(int64_t *)arg);
}

static enum err give_back(struct ctx *cx, void *arg)
{
    return post_free_seat(cx, *(int64_t *)arg);
}

STORE_TEST("the last seat fills a post, one more is refused, and a seat given back opens it again")
{
    int64_t id;

    created(cx, "employers.create", "{\"name\":\"福清鞋业\",\"work\":350181000000}");
    id = created(
        cx, "posts.create",
        "{\"title\":\"普工\",\"employer_name\":\"福清鞋业\",\"headcount\":2,\"pay\":\"计件3500-4500元/月\"}");
    EXPECT(strstr(op_reply_text(cx, OK), "\"pay_form\":\"PIECE\"") != NULL);
    EXPECT(strstr(op_reply_text(cx, OK), "\"pay_low_fen\":350000,\"pay_high_fen\":450000") != NULL);
    EXPECT_INT(db_write(cx, take, &id), E_CONFLICT); /* a draft has no seats to take */
    EXPECT_INT(call(cx, "posts.submit", id, "{}"), OK);
    EXPECT_INT(call(cx, "posts.open", id, "{}"), OK);
    EXPECT_INT(db_write(cx, take, &id), OK);
    EXPECT_INT(db_write(cx, take, &id), OK);
    EXPECT_INT(db_write(cx, take, &id), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "post.no_seat");
    EXPECT_INT(call(cx, "posts.get", id, NULL), OK);
    EXPECT(strstr(op_reply_text(cx, OK), "\"state\":\"FILLED\"") != NULL);
    EXPECT_INT(db_write(cx, give_back, &id), OK);
    EXPECT_INT(call(cx, "posts.get", id, NULL), OK);
    EXPECT(strstr(op_reply_text(cx, OK), "\"state\":\"OPEN\"") != NULL);
}

STORE_TEST("an employer sees its own posts and no others, and posts for nobody else")
{
    int64_t mine = created(cx, "employers.create", "{\"name\":\"甲厂\",\"work\":350181000000}");
    int64_t other = created(cx, "employers.create", "{\"name\":\"乙厂\",\"work\":350181000000}");
    int64_t post = created(cx, "posts.create",
                           "{\"title\":\"普工\",\"employer_name\":\"乙厂\",\"headcount\":2}");

    cx->who.scope = (struct scope){ .kind = SCOPE_EMPLOYER, .employer_id = mine };
    EXPECT_INT(call(cx, "posts.get", post, NULL), E_NOT_FOUND);
    EXPECT_INT(call(cx, "posts.withdraw", post, "{\"reason\":\"x\"}"), E_NOT_FOUND);
    EXPECT_INT(call(cx, "posts.create", NONE,
                    arena_printf(cx->mem,
                                 "{\"title\":\"保安\",\"employer_id\":\"%lld\",\"headcount\":1}",
                                 (long long)other)),
               E_INVALID);
    EXPECT_INT(call(cx, "posts.create", NONE, "{\"title\":\"保安\",\"headcount\":1}"), OK);
}
