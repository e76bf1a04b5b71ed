/* test_db_many.c — one statement for many rows (db_exec_all). */
#include "stores.h"

enum { THINGS = 2500 }; /* more than PostgreSQL is given at once */

static const char thing_sql[] =
    "CREATE TABLE thing (id BIGINT PRIMARY KEY, home BIGINT NOT NULL, number BIGINT, body TEXT, data\n"
    "    -- sqlite:\n"
    "    BLOB\n"
    "    -- postgres:\n"
    "    BYTEA\n"
    "    -- both:\n"
    "    );\n";
static const struct asset files[] = { { "0001-thing.sql", (const unsigned char *)thing_sql,
                                        (const unsigned char *)thing_sql + sizeof thing_sql - 1 },
                                      { 0 } };
static const struct scoped tables[] = { { .table = "thing", .home = "home" }, { 0 } };

static const struct scoped *kit_tables(void)
{
    return tables;
}
static const struct store_kit kit = { .tables = kit_tables, .files = files };

/* What means something in an array, in SQL or in C, and what is nothing. */
static const char *const bodies[] = { "",        "plain",        "a\"b",  "back\\slash",
                                      "{1,2}",   "NULL",         NULL,    "two\nlines",
                                      "it's $1", "王小红；鹊桥", "a, b ", "\\x41" };

static struct bytes data_of(int i)
{
    static const unsigned char data[] = { 0, '"', '\\', 0xff, '\'', 10, 0 };

    return (struct bytes){ i % 5 ? data : NULL, i % 5 ? (size_t)(i % 7 + 1) : 0 };
}

static int64_t home_of(int i)
{
    return i % 2 ? 621121000000 : 522601000000;
}

static enum err put_all(struct ctx *cx, void *arg)
{
    struct params *rows = NEW_ARRAY(cx->mem, struct params, THINGS);

    (void)arg;
    for (int i = 0; i < THINGS; i++)
        rows[i] = PARAMS(cx, P(i), P(home_of(i)), P(i % 3 ? (int64_t)-i : NONE),
                         P(bodies[(size_t)i % ARRAY_LEN(bodies)]), P(data_of(i)));
    return db_exec_all(cx,
                       "INSERT INTO thing (id, home, number, body, data) SELECT $1, $2, $3, $4, $5"
                       " WHERE SCOPE(thing home=$2)",
                       rows, THINGS);
}

static enum err get_all(struct ctx *cx, void *arg)
{
    return db_rows(cx, arg, "SELECT * FROM thing t WHERE SCOPE(thing t) ORDER BY id");
}

STORE_TEST_WITH(kit, "many rows of one statement are saved as they are one at a time")
{
    struct rows r;

    EXPECT_INT(db_write(cx, put_all, NULL), OK);
    EXPECT_INT(cx->changed, THINGS);
    EXPECT_INT(db_read(cx, get_all, &r), OK);
    EXPECT_INT(r.n, THINGS);
    for (int i = 0; i < r.n; i++) {
        struct bytes want = data_of(i), got = row_blob(&r, i, "data");

        EXPECT_INT(row_int(&r, i, "id"), i);
        EXPECT_INT(row_int(&r, i, "number"), i % 3 ? (int64_t)-i : NONE);
        EXPECT_STR(row_text(&r, i, "body"), bodies[(size_t)i % ARRAY_LEN(bodies)]);
        EXPECT_INT(got.len, want.len);
        EXPECT_INT(want.len && memcmp(got.data, want.data, want.len) != 0, 0);
    }
}

STORE_TEST_WITH(kit, "of many rows only those in the actor's scope are written")
{
    struct rows r;

    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE,
                                    .home_lo = 621121000000,
                                    .home_hi = 621121999999,
                                    .work_lo = NONE,
                                    .work_hi = NONE };
    EXPECT_INT(db_write(cx, put_all, NULL), OK);
    EXPECT_INT(cx->changed, THINGS / 2);
    EXPECT_INT(db_read(cx, get_all, &r), OK);
    EXPECT_INT(r.n, THINGS / 2);
}

static enum err double_some(struct ctx *cx, void *arg)
{
    struct params rows[] = {
        PARAMS(cx, P((int64_t)100), P(4)),
        PARAMS(cx, P((int64_t)200), P(-5)),
        PARAMS(cx, P((int64_t)300), P(99999)),
        PARAMS(cx, P((int64_t)400), P(7)),
    };

    (void)arg;
    return db_exec_all(
        cx,
        "UPDATE thing AS t SET number = number + $1 WHERE t.id = abs($2) AND t.number < 0 AND SCOPE(thing t)",
        rows, ARRAY_LEN(rows));
}

STORE_TEST_WITH(kit, "each row is changed with its own values, and counted")
{
    struct rows r;

    EXPECT_INT(db_write(cx, put_all, NULL), OK);
    EXPECT_INT(db_write(cx, double_some, NULL), OK);
    EXPECT_INT(cx->changed, 3); /* there is no 99999 */
    EXPECT_INT(db_read(cx, get_all, &r), OK);
    EXPECT_INT(row_int(&r, 4, "number"), 96);
    EXPECT_INT(row_int(&r, 5, "number"), 195);
    EXPECT_INT(row_int(&r, 7, "number"), 393);
    EXPECT_INT(row_int(&r, 8, "number"), -8);
}

static enum err put_none(struct ctx *cx, void *arg)
{
    (void)arg;
    return db_exec_all(cx, "DELETE FROM thing WHERE SCOPE(thing) AND id = $1", NULL, 0);
}

STORE_TEST_WITH(kit, "one bad row of many leaves none of them, and no rows are nothing to do")
{
    struct rows r;

    EXPECT_INT(db_write(cx, put_none, NULL), OK);
    EXPECT_INT(cx->changed, 0);
    EXPECT_INT(db_write(cx, put_all, NULL), OK);
    EXPECT_INT(db_write(cx, put_all, NULL), E_CONFLICT);
    EXPECT_INT(db_read(cx, get_all, &r), OK);
    EXPECT_INT(r.n, THINGS);
}
