/* test_db.c — the store: scope, transactions, migrations. */
#include "stores.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char first_sql[] =
    "CREATE TABLE worker (id BIGINT PRIMARY KEY, home BIGINT NOT NULL, work BIGINT,"
    " employer_id BIGINT, title TEXT NOT NULL, CHECK (title <> 'bad'));\n"
    "CREATE TABLE note (id BIGINT PRIMARY KEY, worker_id BIGINT NOT NULL REFERENCES worker (id), body TEXT);\n"
    "CREATE TABLE code (code TEXT PRIMARY KEY, name TEXT);\n"
    "CREATE VIEW v_worker AS SELECT id, home, title FROM worker;\n"
    "-- sqlite:\n"
    "CREATE TRIGGER worker_log AFTER INSERT ON worker WHEN NEW.title = 'logged'\n"
    "BEGIN INSERT INTO note (id, worker_id, body) VALUES (NEW.id, NEW.id, 'by; trigger'); END;\n"
    "-- postgres:\n"
    "CREATE FUNCTION worker_log() RETURNS trigger LANGUAGE plpgsql AS $$\n"
    "BEGIN INSERT INTO note (id, worker_id, body) VALUES (NEW.id, NEW.id, 'by; trigger'); RETURN NULL; END $$;\n"
    "CREATE TRIGGER worker_log AFTER INSERT ON worker FOR EACH ROW WHEN (NEW.title = 'logged')\n"
    " EXECUTE FUNCTION worker_log();\n"
    "-- both:\n"
    "CREATE TABLE kind (id\n"
    "    -- sqlite:\n"
    "    INTEGER\n"
    "    -- postgres:\n"
    "    BIGINT GENERATED ALWAYS AS IDENTITY\n"
    "    -- both:\n"
    "    PRIMARY KEY);\n";
static const char second_sql[] = "ALTER TABLE code ADD COLUMN extra TEXT;\n";

#define FILE_OF(name, text)                                                                   \
    {                                                                                         \
        name, (const unsigned char *)(text), (const unsigned char *)(text) + sizeof(text) - 1 \
    }
static const struct asset files[] = { FILE_OF("0001-first.sql", first_sql),
                                      FILE_OF("0002-second.sql", second_sql),
                                      { 0 } };
static const struct asset one_file[] = { FILE_OF("0001-first.sql", first_sql), { 0 } };
static const struct asset changed_files[] = { FILE_OF("0001-first.sql", second_sql),
                                              FILE_OF("0002-second.sql", second_sql),
                                              { 0 } };

static const struct scoped tables[] = {
    { .table = "worker",
      .home = "home",
      .work = "work",
      .employer = "employer_id",
      .person = "id",
      .extra = "$a.title = 'open' AND $home_lo IS NULL" },
    { .table = "note",
      .person = "worker_id",
      .extra =
          "EXISTS (SELECT 1 FROM worker x WHERE x.id = $a.worker_id AND x.home BETWEEN $home_lo AND $home_hi)" },
    { .table = "v_worker", .home = "home" },
    OPEN_TABLE("code"),
    { 0 },
};

static const struct scoped *kit_tables(void)
{
    return tables;
}
static const struct store_kit kit = { .tables = kit_tables, .files = files };

struct one { /* a statement with one number */
    const char *sql;
    int64_t value;
    struct rows rows;
};

static enum err do_rows(struct ctx *cx, void *arg)
{
    struct one *o = arg;
    return db_rows(cx, &o->rows, o->sql, P(o->value));
}

static enum err do_exec(struct ctx *cx, void *arg)
{
    struct one *o = arg;
    return db_exec(cx, o->sql, P(o->value));
}

static enum err add_workers(struct ctx *cx, void *arg)
{
    (void)arg;
    static const struct {
        int64_t id, home, work, employer;
        const char *title;
    } rows[] = {
        { 1, 621121001000, NONE, NONE, "open" },
        { 2, 621121002000, 350200000000, 7, "sent" },
        { 3, 621122001000, 350203000000, 8, "sent" },
        { 4, 522601001000, 350200000000, 7, "sent" },
        { 5, 522601001000, 330100000000, NONE, "open" },
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        TRY(db_exec(
            cx,
            "INSERT INTO worker (id, home, work, employer_id, title)"
            " SELECT $1, $2, $3, $4, $5 WHERE SCOPE(worker home=$2, work=$3, employer_id=$4, id=$1)",
            P(rows[i].id), P(rows[i].home), P(rows[i].work), P(rows[i].employer),
            P(rows[i].title)));
    return OK;
}

/* Ids the actor sees, as "1,2,". */
static const char *seen(struct ctx *cx)
{
    struct one o = { .sql =
                         "SELECT id FROM worker w WHERE SCOPE(worker w) AND $1 = 0 ORDER BY id" };
    struct str s = str_new(cx->mem);

    if (db_read(cx, do_rows, &o) != OK)
        return cx->failure.message;
    for (int i = 0; i < o.rows.n; i++)
        str_addf(&s, "%ld,", (long)row_int(&o.rows, i, "id"));
    return s.s;
}

static struct scope office(int64_t home, int64_t work)
{
    struct scope s = { SCOPE_OFFICE, NONE, NONE, NONE, NONE, NONE, NONE };

    if (home != NONE)
        division_range(home, &s.home_lo, &s.home_hi);
    if (work != NONE)
        division_range(work, &s.work_lo, &s.work_hi);
    return s;
}

STORE_TEST_WITH(kit, "each kind of actor sees exactly its rows")
{
    EXPECT_INT(db_write(cx, add_workers, NULL), OK);
    EXPECT_STR(seen(cx), "1,2,3,4,5,");
    cx->who.scope = (struct scope){ 0 };
    EXPECT_STR(seen(cx), "");
    cx->who.scope = office(621121000000, NONE);
    EXPECT_STR(seen(cx), "1,2,");
    cx->who.scope = office(620000000000, NONE);
    EXPECT_STR(seen(cx), "1,2,3,");
    cx->who.scope = office(NONE, 350200000000);
    EXPECT_STR(seen(cx), "1,2,3,4,5,"); /* 1 and 5 by the extra condition */
    cx->who.scope = office(621121000000, 350200000000);
    EXPECT_STR(seen(cx), "2,");
    cx->who.scope = office(NONE, NONE);
    EXPECT_STR(seen(cx), "");
    cx->who.scope = (struct scope){ .kind = SCOPE_EMPLOYER, .employer_id = 7 };
    EXPECT_STR(seen(cx), "2,4,");
    cx->who.scope = (struct scope){ .kind = SCOPE_PERSON, .person_id = 3 };
    EXPECT_STR(seen(cx), "3,");
}

struct placed {
    const char *sql;
    int64_t id, home, work, employer, inserted;
};

static enum err insert_placed(struct ctx *cx, void *arg)
{
    struct placed *p = arg;

    cx->changed = -1;
    TRY(db_exec(cx, p->sql, P(p->id), P(p->home), P(p->work), P(p->employer)));
    p->inserted = cx->changed;
    return OK;
}

/* Of parameters alone, SQLite is given VALUES and the scope is compared before; the second form,
 * with an expression, leaves it to the store. */
STORE_TEST_WITH(kit, "a row is inserted only within the actor's scope, however it is written")
{
    static const char *const forms[] = {
        "INSERT INTO worker (id, home, work, employer_id, title) SELECT $1, $2, $3, $4, 'new'"
        " WHERE SCOPE(worker home=$2, work=$3, employer_id=$4, id=$1)",
        "INSERT INTO worker (id, home, work, employer_id, title) SELECT $1, $2, $3, $4, 'new'"
        " WHERE SCOPE(worker home=coalesce($2, 0), work=coalesce($3, 0), employer_id=coalesce($4, 0),"
        " id=coalesce($1, 0))",
        "INSERT INTO worker (id, home, work, employer_id, title) SELECT $1, $2, $3, $4, 'new'"
        " WHERE SCOPE(worker home=$2, work=$3) ON CONFLICT (id) DO NOTHING",
    };
    const struct scope scopes[] = { { .kind = SCOPE_ALL },
                                    { 0 },
                                    office(NONE, NONE),
                                    office(621121000000, NONE),
                                    office(NONE, 350200000000),
                                    office(621121000000, 350200000000),
                                    { .kind = SCOPE_EMPLOYER, .employer_id = 7 },
                                    { .kind = SCOPE_PERSON, .person_id = 100 } };
    static const struct {
        int64_t home, work, employer;
        const char *expected; /* for each scope, with employer and id given */
    } rows[] = { { 621121001000, NONE, NONE, "10010000" },
                 { 621121001000, 350203000000, 7, "10011110" },
                 { 522601001000, 350203000000, 8, "10001000" },
                 { 522601001000, NONE, 7, "10000010" } };
    int64_t id = 1000;

    for (size_t r = 0; r < ARRAY_LEN(rows); r++)
        for (size_t s = 0; s < ARRAY_LEN(scopes); s++)
            for (size_t f = 0; f < ARRAY_LEN(forms); f++) {
                struct placed p = {
                    forms[f], id++, rows[r].home, rows[r].work, rows[r].employer, 0
                };
                bool names_employer = f != 2;
                int64_t expected = rows[r].expected[s] - '0';
                cx->who.scope = scopes[s];
                EXPECT_INT(db_write(cx, insert_placed, &p), OK);
                if (!names_employer && scopes[s].kind == SCOPE_EMPLOYER)
                    expected = 0; /* a column that is not given is nobody's */
                if (p.inserted != expected)
                    test_fail(__FILE__, __LINE__, "row %zu, scope %zu, form %zu: %ld", r, s, f,
                              (long)p.inserted);
            }
}

static void expect_code(struct ctx *cx, const char *sql, const char *code)
{
    struct one o = { .sql = sql };

    memset(&cx->failure, 0, sizeof cx->failure);
    if (db_write(cx, do_exec, &o) != OK && !str_eq(cx->failure.code, code))
        test_fail(__FILE__, __LINE__, "%s\n      %s", sql, cx->failure.message);
    EXPECT_STR(cx->failure.code, code);
}

STORE_TEST_WITH(kit, "a statement that touches a scoped table without a token is refused")
{
    expect_code(cx, "SELECT id FROM worker WHERE id = $1", "db.no_scope");
    expect_code(cx, "SELECT id FROM \"worker\" WHERE id = $1", "db.no_scope");
    expect_code(cx, "SELECT 1 FROM code, worker WHERE 0 = $1", "db.no_scope");
    expect_code(cx,
                "SELECT id FROM worker /* SCOPE(worker) */ WHERE 'SCOPE(worker)' <> '' AND id = $1",
                "db.no_scope");
    expect_code(cx, "WITH x AS (SELECT id FROM worker) SELECT count(*) FROM x WHERE 0 = $1",
                "db.no_scope");
    expect_code(cx, "SELECT (SELECT max(id) FROM worker) FROM code WHERE 0 = $1", "db.no_scope");
    expect_code(
        cx,
        "SELECT a.id FROM worker a JOIN worker b ON a.id = b.id WHERE SCOPE(worker a) AND a.id = $1",
        "db.no_scope");
    expect_code(cx, "UPDATE worker SET title = 'x' WHERE id = $1", "db.no_scope");
    expect_code(cx, "DELETE FROM worker WHERE id = $1", "db.no_scope");
    expect_code(cx, "INSERT INTO worker (id, home, title) VALUES ($1, 1, 'x')", "db.no_scope");
    expect_code(cx, "SELECT id FROM v_worker WHERE id = $1", "db.no_scope");
    expect_code(cx, "SELECT id FROM nowhere WHERE id = $1", "db.unknown_table");
    expect_code(cx, "SELECT code FROM code WHERE SCOPE_NOT(worker) AND $1 = 0", "db.token");
    expect_code(cx, "SELECT code FROM code WHERE $2 = 0", "db.param");
    expect_code(cx, "SELECT code FROM code WHERE $1 = 0", "");
    expect_code(cx, "SELECT id FROM v_worker v WHERE SCOPE(v_worker v) AND id = $1", "");
    expect_code(cx, "SELECT 1 FROM worker WHERE SCOPE_NOT(worker 'unique everywhere') AND id = $1",
                "");
    expect_code(
        cx,
        "WITH x AS (SELECT id FROM worker w WHERE SCOPE(worker w)) SELECT count(*) FROM x WHERE 0 = $1",
        "");
}

STORE_TEST_WITH(kit, "a row out of scope can neither be inserted nor changed")
{
    struct one insert = {
        .sql = "INSERT INTO worker (id, home, title) SELECT $1, 621121001000, 'logged'"
               " WHERE SCOPE(worker home=621121001000, id=$1)",
        .value = 10
    };
    struct one update = { .sql = "UPDATE worker SET title = 'x' WHERE SCOPE(worker) AND id = $1",
                          .value = 10 };

    cx->who.scope = office(522601000000, NONE);
    EXPECT_INT(db_write(cx, do_exec, &insert), OK);
    EXPECT_INT(cx->changed, 0);
    cx->who.scope = office(621121000000, NONE);
    EXPECT_INT(db_write(cx, do_exec, &insert), OK);
    EXPECT_INT(cx->changed, 1);
    EXPECT_INT(db_write(cx, do_exec, &insert), E_CONFLICT);
    EXPECT_STR(cx->failure.code, "db.unique");
    cx->who.scope = office(522601000000, NONE);
    EXPECT_INT(db_write(cx, do_exec, &update), OK);
    EXPECT_INT(cx->changed, 0);
    cx->who.scope = (struct scope){ .kind = SCOPE_PERSON, .person_id = 10 };
    EXPECT_INT(db_write(cx, do_exec, &update), OK);
    EXPECT_INT(cx->changed, 1);
}

STORE_TEST_WITH(kit, "constraints are told apart by class")
{
    expect_code(cx, "INSERT INTO code (code) VALUES (CAST($1 AS TEXT))", "");
    expect_code(cx, "INSERT INTO code (code) VALUES (CAST($1 AS TEXT))", "db.unique");
    expect_code(cx, "INSERT INTO note (id, worker_id) SELECT 1, $1 WHERE SCOPE(note worker_id=$1)",
                "db.foreign_key");
    expect_code(
        cx, "INSERT INTO worker (id, home, title) SELECT 1, $1, 'bad' WHERE SCOPE(worker home=$1)",
        "db.check");
    expect_code(cx, "INSERT INTO worker (id, home) SELECT 1, $1 WHERE SCOPE(worker home=$1)",
                "db.not_null");
}

TEST("migrations run once, and a changed file or a newer store is refused")
{
    struct store *s = NULL;
    struct failure f = { 0 };
    int applied = -1;

    EXPECT_INT(store_open(":memory:", tables, LANG_EN, &f, &s), OK);
    EXPECT_INT(store_migrate_from(s, one_file, &f, &applied), OK);
    EXPECT_INT(applied, 1);
    EXPECT_INT(store_migrate_from(s, files, &f, &applied), OK);
    EXPECT_INT(applied, 1);
    EXPECT_INT(store_migrate_from(s, files, &f, &applied), OK);
    EXPECT_INT(applied, 0);
    EXPECT_INT(store_migrate_from(s, one_file, &f, &applied), E_CONFLICT);
    EXPECT_STR(f.code, "db.newer_store");
    EXPECT_INT(store_migrate_from(s, changed_files, &f, &applied), E_INTERNAL);
    EXPECT_STR(f.code, "db.migration_changed");
    store_close(s);
}

TEST("the shipped schema can be applied to an empty store, and again")
{
    struct store *s = NULL;
    struct failure f = { 0 };
    int applied = 0;

    EXPECT_INT(store_open(":memory:", tables, LANG_EN, &f, &s), OK);
    EXPECT_INT(store_migrate(s, &f, &applied), OK);
    EXPECT_STR(f.message, "");
    EXPECT(applied > 0);
    EXPECT_INT(store_migrate(s, &f, &applied), OK);
    EXPECT_INT(applied, 0);
    store_close(s);
}

/* --- what stands behind the tokens --- */

static enum err count_behind(struct ctx *cx, void *arg)
{
    struct rows r;

    TRY(db_rows(cx, &r, "SELECT code FROM code")); /* who acts travels with a statement */
    TRY(catalog_rows(cx, &r, "SELECT COUNT(*) AS n FROM worker WHERE $1 <> ''", "x"));
    *(int64_t *)arg = row_int(&r, 0, "n");
    return OK;
}

static int64_t behind(struct ctx *cx, struct scope scope)
{
    int64_t n = -1;

    cx->who.scope = scope;
    EXPECT_INT(db_read(cx, count_behind, &n), OK);
    return n;
}

STORE_TEST_WITH(kit, "PostgreSQL itself shows no row out of scope")
{
    EXPECT_INT(db_write(cx, add_workers, NULL), OK);
    if (cx->store->kind == STORE_SQLITE)
        return;
    EXPECT_INT(behind(cx, (struct scope){ .kind = SCOPE_ALL }), 5);
    EXPECT_INT(behind(cx, (struct scope){ 0 }), 0);
    EXPECT_INT(behind(cx, office(621121000000, NONE)), 2);
    EXPECT_INT(behind(cx, office(621121000000, 350200000000)), 1);
    EXPECT_INT(behind(cx, office(NONE, 350200000000)), 5);
    EXPECT_INT(behind(cx, office(NONE, NONE)), 0);
    EXPECT_INT(behind(cx, (struct scope){ .kind = SCOPE_EMPLOYER, .employer_id = 7 }), 2);
    EXPECT_INT(behind(cx, (struct scope){ .kind = SCOPE_PERSON, .person_id = 3 }), 1);
}

STORE_TEST_WITH(kit, "SQLite itself says which tables a statement touches")
{
    if (cx->store->kind == STORE_POSTGRES)
        return;
    expect_code(cx, "SELECT ($1, 2, 3, 4, 5) IN worker", "db.no_scope");
    expect_code(cx, "SELECT $1 IN kind", "db.unknown_table");
    expect_code(cx, "SELECT $1 FROM code, json_each('[]')", "");
    expect_code(cx, "PRAGMA user_version = 1", "db.statement");
}

static int64_t count_of(struct ctx *cx, const char *sql)
{
    struct one o = { .sql = sql };

    if (db_read(cx, do_rows, &o) != OK) {
        test_fail(__FILE__, __LINE__, "%s", cx->failure.message);
        return -1;
    }
    return row_int(&o.rows, 0, "n");
}

STORE_TEST_WITH(kit, "a reason lifts the scope of its own table and statement only")
{
    struct one note = {
        .sql = "INSERT INTO note (id, worker_id) SELECT $1, $1 WHERE SCOPE_NOT(note 'test')",
        .value = 4
    };

    EXPECT_INT(db_write(cx, add_workers, NULL), OK);
    EXPECT_INT(db_write(cx, do_exec, &note), OK);
    cx->who.scope = office(621121000000, NONE);
    EXPECT_INT(
        count_of(cx, "SELECT COUNT(*) AS n FROM worker WHERE SCOPE_NOT(worker 'test') AND $1 = 0"),
        5);
    EXPECT_INT(count_of(cx, "SELECT COUNT(*) AS n FROM worker w WHERE SCOPE(worker w) AND $1 = 0"),
               2);
    EXPECT_INT(
        count_of(cx,
                 "SELECT COUNT(*) AS n FROM v_worker WHERE SCOPE_NOT(v_worker 'test') AND $1 = 0"),
        5);
    EXPECT_INT(count_of(cx,
                        "SELECT COUNT(*) AS n FROM v_worker v WHERE SCOPE(v_worker v) AND $1 = 0"),
               2);
    EXPECT_INT(
        count_of(
            cx,
            "SELECT COUNT(*) AS n FROM note n, worker w WHERE SCOPE(note n) AND SCOPE_NOT(worker 'test')"
            " AND n.worker_id = w.id AND $1 = 0"),
        0);
    cx->who.scope = office(522601000000, NONE);
    EXPECT_INT(count_of(cx, "SELECT COUNT(*) AS n FROM note n WHERE SCOPE(note n) AND $1 = 0"), 1);
}

STORE_TEST_WITH(kit, "a row may leave the range of the office that changes it")
{
    struct one move = { .sql = "UPDATE worker SET work = NULL WHERE SCOPE(worker) AND id = $1",
                        .value = 3 };

    EXPECT_INT(db_write(cx, add_workers, NULL), OK);
    cx->who.scope = office(NONE, 350200000000);
    EXPECT_INT(db_write(cx, do_exec, &move), OK);
    EXPECT_INT(cx->changed, 1);
    EXPECT_INT(db_write(cx, do_exec, &move), OK);
    EXPECT_INT(cx->changed, 0);
    move.value = 1; /* visible by the extra condition, but not to be changed */
    EXPECT_INT(db_write(cx, do_exec, &move), OK);
    EXPECT_INT(cx->changed, 0);
}

TEST("a migration that fails names its file and line and leaves nothing")
{
    static const char bad[] = "CREATE TABLE good (id BIGINT);\n\nCREATE TABEL bad (id BIGINT);\n";
    static const struct asset bad_files[] = { FILE_OF("0001-bad.sql", bad), { 0 } };
    struct store *s = NULL;
    struct failure f = { 0 };

    EXPECT_INT(store_open(":memory:", tables, LANG_EN, &f, &s), OK);
    EXPECT_INT(store_migrate_from(s, bad_files, &f, NULL), E_INTERNAL);
    EXPECT_STR(f.code, "db.migration_failed");
    EXPECT(strstr(f.message, "0001-bad.sql: line 3: ") != NULL);
    EXPECT_INT(store_migrate_from(s, one_file, &f, NULL), OK);
    store_close(s);
}

TEST("a division's range is its subtree")
{
    static const struct {
        int64_t division, lo, hi;
    } cases[] = {
        { 620000000000, 620000000000, 629999999999 }, { 621100000000, 621100000000, 621199999999 },
        { 621121000000, 621121000000, 621121999999 }, { 621121101000, 621121101000, 621121101999 },
        { 621121101203, 621121101203, 621121101203 },
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t lo, hi;

        division_range(cases[i].division, &lo, &hi);
        EXPECT_INT(lo, cases[i].lo);
        EXPECT_INT(hi, cases[i].hi);
    }
}

TEST("scope_covers agrees with what the tokens let through")
{
    struct scope s = office(621121000000, 350200000000);

    EXPECT(scope_covers(&s, 621121002000, 350200000000, NONE, NONE));
    EXPECT(!scope_covers(&s, 621121002000, NONE, NONE, NONE));
    EXPECT(!scope_covers(&s, 621122002000, 350200000000, NONE, NONE));
    s = office(NONE, NONE);
    EXPECT(!scope_covers(&s, NONE, NONE, NONE, NONE));
    s = (struct scope){ .kind = SCOPE_PERSON, .person_id = 3 };
    EXPECT(scope_covers(&s, NONE, NONE, NONE, 3) && !scope_covers(&s, NONE, NONE, NONE, NONE));
}
