/* road.c — short ways along the road for tests. */
#include "road.h"

#include "base/ids.h"
#include "employers/employers.h"
#include "platform/op.h"

#include <stdio.h>

const struct scope road_west = { .kind = SCOPE_OFFICE,
                                 .home_lo = 621121000000,
                                 .home_hi = 621121999999,
                                 .work_lo = NONE,
                                 .work_hi = NONE };
const struct scope road_east = { .kind = SCOPE_OFFICE,
                                 .home_lo = NONE,
                                 .home_hi = NONE,
                                 .work_lo = 350181000000,
                                 .work_hi = 350181999999 };

enum err road_call(struct ctx *cx, const char *op, int64_t id, const char *body)
{
    const struct op *o = op_find(op);

    if (!o) {
        test_fail(__FILE__, __LINE__, "no operation %s", op);
        return E_INTERNAL;
    }
    memset(&cx->failure, 0, sizeof cx->failure);
    return op_call(cx, &(struct call){ .op = o,
                                       .id = id,
                                       .version = NONE,
                                       .query = op_writes(o) ? NULL : body,
                                       .body = op_writes(o) ? body : NULL,
                                       .body_len = op_writes(o) && body ? strlen(body) : 0 });
}

const char *road_reply(struct ctx *cx)
{
    return op_reply_text(cx, OK);
}

const struct json_value *road_member(struct ctx *cx, const char *path)
{
    const struct json_value *v = NULL;
    const char *text = road_reply(cx);

    if (json_parse(cx, text, strlen(text), &v) != OK)
        return NULL;
    while (v && *path) {
        size_t n = strcspn(path, ".");
        const char *part = arena_strndup(cx->mem, path, n);
        int64_t i;

        v = str_int(part, &i) ? ((size_t)i < json_count(v) ? json_at(v, (size_t)i) : NULL)
                              : json_get(v, part);
        path += n + (path[n] == '.');
    }
    return v;
}

int64_t road_int(struct ctx *cx, const char *path)
{
    return json_as_int(road_member(cx, path));
}

const char *road_str(struct ctx *cx, const char *path)
{
    return json_as_str(road_member(cx, path));
}

int64_t road_create(struct ctx *cx, const char *op, const char *body)
{
    enum err err = road_call(cx, op, NONE, body);

    if (err != OK)
        test_fail(__FILE__, __LINE__, "%s: %s %s", op, cx->failure.code, cx->failure.message);
    return err == OK ? road_int(cx, "id") : NONE;
}

int64_t road_person(struct ctx *cx, int n)
{
    char digits[32], body[300];

    snprintf(digits, sizeof digits, "621125%04d0307%03d", 1970 + n % 30, n % 1000);
    snprintf(
        body, sizeof body,
        "{\"name\":\"王%s\",\"id_no\":\"%s%c\",\"home\":621121000000,\"willingness\":\"WILLING\"}",
        n % 2 ? "强" : "芳", digits, id_no_check(digits));
    return road_create(cx, "people.create", body);
}

struct lookup {
    const char *name;
    int64_t id;
};

static enum err find(struct ctx *cx, void *arg)
{
    struct lookup *l = arg;

    return employer_find(cx, NULL, l->name, NONE, &l->id);
}

int64_t road_post(struct ctx *cx, const char *employer, int headcount)
{
    char body[300];
    int64_t id;
    struct lookup l = { employer, NONE };

    if (db_read(cx, find, &l) != OK || l.id == NONE) {
        snprintf(body, sizeof body, "{\"name\":\"%s\",\"work\":350181000000}", employer);
        l.id = road_create(cx, "employers.create", body);
    }
    snprintf(
        body, sizeof body,
        "{\"title\":\"普工\",\"employer_id\":\"%lld\",\"headcount\":%d,\"pay\":\"3500-4500元\"}",
        (long long)l.id, headcount);
    id = road_create(cx, "posts.create", body);
    EXPECT_INT(road_call(cx, "posts.submit", id, "{}"), OK);
    EXPECT_INT(road_call(cx, "posts.open", id, "{}"), OK);
    return id;
}

int64_t road_accepted(struct ctx *cx, int n, int64_t post_id)
{
    char body[100];
    int64_t offer;

    snprintf(body, sizeof body, "{\"person_id\":\"%lld\",\"post_id\":\"%lld\"}",
             (long long)road_person(cx, n), (long long)post_id);
    offer = road_create(cx, "offers.create", body);
    EXPECT_INT(road_call(cx, "offers.accept", offer, "{}"), OK);
    return offer;
}
