/* Copies of a store. */
#include <stdlib.h>
#include <unistd.h>

#include "harness.h"
#include "platform/op.h"

static enum err note(struct ctx *cx, void *arg)
{
    (void)arg;
    return db_exec(
        cx,
        "INSERT INTO idempotency (user_id, idem_key, op, request_hash, reply, at) VALUES (1, 'k', 'o', 'h', 'r', 0)");
}

static enum err count(struct ctx *cx, void *arg)
{
    struct rows r;

    TRY(db_one(cx, &r, "SELECT count(*) AS n FROM idempotency"));
    *(int64_t *)arg = row_int(&r, 0, "n");
    return OK;
}

TEST(
    "a copy taken while the store is open is whole, is not overwritten, and is put back only when nobody serves it")
{
    const char *folder = test_folder(), *path, *copy;
    struct failure f = { 0 };
    struct store *store = NULL;
    struct ctx *cx;
    int64_t n = -1;

    path = arena_printf(test_arena(), "%s/q.db", folder);
    copy = arena_printf(test_arena(), "%s/copy.db", folder);
    EXPECT_INT(store_open(path, ops_tables(), LANG_EN, &f, &store), OK);
    EXPECT_INT(store_migrate(store, &f, NULL), OK);
    cx = ctx_new(store, 0);
    ctx_as_system(cx);
    EXPECT_INT(db_write(cx, note, NULL), OK);
    EXPECT_INT(store_backup(path, copy, LANG_EN, &f), OK);
    EXPECT_INT(store_backup(path, copy, LANG_EN, &f), E_BUSY);
    EXPECT_INT(store_restore(path, copy, LANG_EN, &f), E_BUSY);
    EXPECT(strstr(f.message, "stop the server") != NULL);
    ctx_free(cx);
    store_close(store);

    EXPECT_INT(truncate(path, 0), 0);
    EXPECT_INT(store_restore(path, copy, LANG_EN, &f), OK);
    EXPECT_INT(store_open(path, ops_tables(), LANG_EN, &f, &store), OK);
    cx = ctx_new(store, 0);
    ctx_as_system(cx);
    EXPECT_INT(db_read(cx, count, &n), OK);
    EXPECT_INT(n, 1);
    ctx_free(cx);
    store_close(store);
}
