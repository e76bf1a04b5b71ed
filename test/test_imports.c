/* Spreadsheets taken in: what is found in them, what is written, what is undone. */
#include "app/modules.h"
#include "app/simulate.h"
#include "base/ids.h"
#include "imports/imports_int.h"
#include "people/people.h"
#include "sheet/sheet.h"
#include "road.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A CSV file of these lines. */
static const char *file_of(const char *text)
{
    const char *path = test_file(".csv");
    FILE *f = fopen(path, "wb");

    if (!f || fputs(text, f) == EOF || fclose(f) != 0)
        abort();
    return path;
}

static struct import_outcome run(struct ctx *cx, const char *kind, const char *text, bool commit)
{
    struct import_outcome o = { 0 };
    const char *path = file_of(text);

    memset(&cx->failure, 0, sizeof cx->failure);
    if (import_run(cx, record_find_kind(kind), path, "花名册.csv", commit, &o) != OK)
        test_fail(__FILE__, __LINE__, "%s %s", cx->failure.code, cx->failure.message);
    unlink(path);
    return o;
}

struct asked {
    int64_t id;
    struct rows r;
};
static enum err ask(struct ctx *cx, void *arg)
{
    struct asked *a = arg;

    return import_problems(cx, a->id, 0, -1, &a->r);
}

/* "3 id_no.checksum, 4 …": row and code of every problem. */
static const char *problems(struct ctx *cx, int64_t id)
{
    struct asked a = { .id = id };
    struct str b = str_new(cx->mem);

    EXPECT_INT(db_read(cx, ask, &a), OK);
    for (int i = 0; i < a.r.n; i++)
        str_addf(&b, "%s%lld %s", i ? ", " : "", (long long)row_int(&a.r, i, "row_number"),
                 row_text(&a.r, i, "code"));
    return b.s;
}

#define HEAD "姓名,身份证号,户籍地\n"
#define ROW1 "张 三,621125199003070013,甘肃省定西市通渭县\n"
#define ROW2 "李四,622424196811010040,甘肃省定西市通渭县\n"

STORE_TEST("a dry run writes nobody and says what it would do")
{
    struct import_outcome o = run(cx, "person", HEAD ROW1 ROW2, false);

    EXPECT_STR(o.state, "CHECKED");
    EXPECT_INT(o.total, 2);
    EXPECT_INT(o.good, 2);
    EXPECT_INT(o.created, 2);
    EXPECT_STR(problems(cx, o.batch_id), "");
    EXPECT_INT(road_call(cx, "people.list", NONE, NULL), OK);
    EXPECT_INT(road_int(cx, "total"), 0);
}

STORE_TEST("the same file twice changes nothing")
{
    struct import_outcome o = run(cx, "person", HEAD ROW1 ROW2, true), again;

    EXPECT_STR(o.state, "COMMITTED");
    EXPECT_INT(o.created, 2);
    again = run(cx, "person", HEAD ROW1 ROW2, true);
    EXPECT_INT(again.created, 0);
    EXPECT_INT(again.changed, 0);
    EXPECT_INT(again.same, 2);
    EXPECT_INT(road_call(cx, "people.list", NONE, NULL), OK);
    EXPECT_INT(road_int(cx, "total"), 2);
}

STORE_TEST("good rows go in while bad ones are named by row, column and cure")
{
    struct import_outcome o = run(cx, "person",
                                  "通渭县务工人员花名册,,,,\n"
                                  ",,,,\n"
                                  "序号,姓名,身份证号码,户籍地,联系电话\n"
                                  "1,张三,621125199003070013,甘肃省定西市通渭县,13893201234\n"
                                  "2,李四,622424196811010041,甘肃省定西市通渭县,\n"
                                  "3,王五,6.21125E+17,甘肃省定西市通渭县,\n"
                                  "4,,500237199512300035,甘肃省定西市通渭县,123\n"
                                  "5,,,,\n"
                                  "6,赵六,621125201801010015,甘肃省定西市通渭县,\n"
                                  "合计,5人,,,\n"
                                  "填表人：某某,,,审核人：某某,\n",
                                  true);

    EXPECT_INT(o.total, 5);
    EXPECT_INT(o.good, 1);
    EXPECT_INT(o.bad, 4);
    EXPECT_INT(o.created, 1);
    EXPECT_STR(
        problems(cx, o.batch_id),
        "5 id_no.checksum, 6 id_no.lost_digits, 7 field.required, 7 phone.invalid, 9 age.under_16");
}

STORE_TEST(
    "a header of two rows is read, and columns of another group are not mistaken for the domicile")
{
    struct import_outcome o =
        run(cx, "person",
            "姓名,身份证号,户籍地,,,务工地,,\n"
            ",,省,市,县,省,市,县\n"
            "张三,621125199003070013,甘肃省,定西市,通渭县,福建省,福州市,福清市\n",
            true);

    EXPECT_INT(o.created, 1);
    EXPECT_STR(problems(cx, o.batch_id), "");
    EXPECT_INT(road_call(cx, "people.list", NONE, "home=621121000000"), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
}

STORE_TEST("one number twice in a file counts once, and under two names not at all")
{
    struct import_outcome o =
        run(cx, "person", HEAD ROW1 ROW1 ROW2 "李斯,622424196811010040,甘肃省定西市通渭县\n", true);

    EXPECT_INT(o.created, 1);
    EXPECT_STR(problems(cx, o.batch_id), "3 row.duplicate, 4 key.names_differ, 5 key.names_differ");
}

STORE_TEST("columns that disagree with the number are warnings with both sides named")
{
    struct import_outcome o = run(cx, "person",
                                  "姓名,身份证号,户籍地,性别,出生日期,没人知道的列\n"
                                  "张三,621125199003070013,甘肃省定西市通渭县,女,1990-03-08,x\n",
                                  true);
    struct asked a = { .id = o.batch_id };

    EXPECT_INT(o.created, 1);
    EXPECT_STR(problems(cx, o.batch_id), "1 column.unknown, 2 sex.differs, 2 birth.differs");
    EXPECT_INT(db_read(cx, ask, &a), OK);
    EXPECT_STR(row_text(&a.r, 1, "message"), "the column says female, the number male");
}

STORE_TEST("of several places in one cell each is looked at, and the problems name the cell")
{
    struct import_outcome o =
        run(cx, "person",
            "姓名,身份证号,户籍地,意向地点\n"
            "张三,621125199003070013,甘肃省定西市通渭县,福建省福州市长乐市、厦门市\n"
            "李四,622424196811010040,甘肃省定西市通渭县,福建省福州市长乐市；火星\n",
            true);
    struct asked a = { .id = o.batch_id };

    EXPECT_INT(o.created, 1);
    EXPECT_STR(problems(cx, o.batch_id),
               "2 division.abolished, 3 division.abolished, 3 division.unknown");
    EXPECT_INT(db_read(cx, ask, &a), OK);
    for (int i = 0; i < a.r.n; i++)
        EXPECT_INT(row_int(&a.r, i, "column_no"), 4);
}

STORE_TEST("a file without known columns, or without rows, is refused as a whole")
{
    struct import_outcome o;
    const char *path = file_of("甲,乙\n1,2\n");

    EXPECT_INT(import_run(cx, &person_record, path, "x.csv", true, &o), E_INVALID);
    EXPECT_STR(cx->failure.code, "import.no_header");
    unlink(path);
    path = file_of(HEAD);
    EXPECT_INT(import_run(cx, &person_record, path, "x.csv", true, &o), E_INVALID);
    EXPECT_STR(cx->failure.code, "import.no_rows");
    unlink(path);
}

STORE_TEST(
    "an employer without credit code and a post without number are known again by name and place")
{
    struct import_outcome o =
        run(cx, "employer", "企业名称,所在地\n福清鞋业,福建省福州市福清市\n", true);
    const char *posts =
        "企业名称,岗位名称,招聘人数,月薪\n福清鞋业,缝纫工,20,3500-4500元\n无此企业,普工,5,3000\n";

    EXPECT_INT(o.created, 1);
    o = run(cx, "employer", "企业名称,所在地\n福清鞋业,福建省福州市福清市\n", true);
    EXPECT_INT(o.same, 1);
    o = run(cx, "job_post", posts, true);
    EXPECT_INT(o.created, 1);
    EXPECT_STR(problems(cx, o.batch_id), "3 employer.unknown");
    o = run(cx, "job_post", posts, true);
    EXPECT_INT(o.created, 0);
    EXPECT_INT(o.same, 1);
}

STORE_TEST("a commit that fails anywhere leaves nothing behind and can be repeated")
{
    struct import_outcome o = { 0 };
    const char *path = file_of(HEAD ROW1 ROW2);
    bool is_done = false;
    int failed = 0;

    EXPECT_INT(import_run(cx, &person_record, path, "x.csv", false, &o), OK);
    for (long at = 1; !is_done && at < 200; at++) {
        bool is_committed;
        db_fault_after(at);
        is_done = import_commit(cx, o.batch_id, &o) == OK;
        db_fault_after(0);
        EXPECT_INT(road_call(cx, "imports.get", o.batch_id, NULL), OK);
        is_committed = str_eq(road_str(cx, "state"), "COMMITTED"); /* only the answer was lost */
        EXPECT_INT(road_call(cx, "people.list", NONE, NULL), OK);
        EXPECT_INT(road_int(cx, "total"), is_committed ? 2 : 0);
        failed += !is_committed;
    }
    EXPECT(is_done && failed > 10);
    EXPECT_INT(import_commit(cx, o.batch_id, &o), OK);
    EXPECT_INT(o.created, 2);
    EXPECT_INT(import_commit(cx, o.batch_id, &o), OK);
    EXPECT_INT(o.created, 2);
    EXPECT_INT(road_call(cx, "people.list", NONE, NULL), OK);
    EXPECT_INT(road_int(cx, "total"), 2);
    unlink(path);
}

STORE_TEST(
    "a batch is undone: created persons go, changed ones are as before, touched ones stay and are named")
{
    struct import_outcome
        first = run(
            cx, "person",
            "姓名,身份证号,户籍地,联系电话,备注\n张三,621125199003070013,甘肃省定西市通渭县,13893201234,甲\n",
            true),
        second;
    int64_t kept = NONE, touched;

    second = run(cx, "person",
                 "姓名,身份证号,户籍地,联系电话,备注,户编号,户类型,意向薪资\n"
                 "张三,621125199003070013,甘肃省定西市通渭县,13893205678,乙,,,\n"
                 "李四,622424196811010040,甘肃省定西市通渭县,,,H1,脱贫户,4000\n"
                 "王五,500237199512300035,甘肃省定西市通渭县,,,H1,,\n",
                 true);
    EXPECT_INT(first.created, 1);
    EXPECT_INT(second.created, 2);
    EXPECT_INT(second.changed, 1);
    EXPECT_INT(road_call(cx, "people.list", NONE, "q=%E7%8E%8B%E4%BA%94"), OK);
    touched = json_as_int(json_get(json_at(road_member(cx, "items"), 0), "id"));
    EXPECT_INT(road_call(cx, "people.change", touched, "{\"remark\":\"电话核实\"}"), OK);
    EXPECT_INT(import_undo(cx, second.batch_id, &kept), OK);
    EXPECT_INT(kept, 1);
    EXPECT_STR(problems(cx, second.batch_id), "0 undo.kept");
    EXPECT_INT(road_call(cx, "people.list", NONE, NULL), OK);
    EXPECT_INT(road_int(cx, "total"), 2);
    EXPECT_INT(road_call(cx, "people.list", NONE, "q=%E5%BC%A0%E4%B8%89"), OK);
    EXPECT(strstr(road_reply(cx), "138****1234") != NULL);
    EXPECT_INT(import_undo(cx, second.batch_id, &kept), E_CONFLICT);
}

STORE_TEST(
    "a file sent in is checked and committed in the background, and its bad rows come back marked")
{
    char *upload =
        arena_strdup(cx->mem, file_of(HEAD ROW1 "李四,622424196811010041,甘肃省定西市通渭县\n"));
    struct call c = { .op = op_find("imports.upload"),
                      .id = NONE,
                      .version = NONE,
                      .query = "record=person",
                      .upload_path = upload,
                      .upload_name = "花名册.csv" };
    struct sheet *s;
    struct sheet_row row;
    bool more;
    int64_t id;

    EXPECT_INT(op_call(cx, &c), OK);
    EXPECT_STR(road_str(cx, "state"), "CHECKING");
    id = road_int(cx, "id");
    EXPECT(imports_work_once(cx));
    EXPECT(!imports_work_once(cx));
    EXPECT_INT(road_call(cx, "imports.get", id, NULL), OK);
    EXPECT_STR(road_str(cx, "state"), "CHECKED");
    EXPECT_INT(road_int(cx, "bad_rows"), 1);
    EXPECT_INT(road_call(cx, "imports.problems", id, NULL), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
    EXPECT(strstr(road_reply(cx), "622424196811010041") == NULL);
    EXPECT_INT(road_call(cx, "imports.errors", id, NULL), OK);
    EXPECT_INT(sheet_open(cx->reply_file.path, NULL, LANG_ZH, &cx->failure, &s), OK);
    EXPECT_INT(sheet_select(s, 0, &cx->failure), OK);
    EXPECT_INT(sheet_next(s, &row, &more, &cx->failure), OK);
    EXPECT_INT(sheet_next(s, &row, &more, &cx->failure), OK);
    EXPECT_STR(row.cells[0].text, "3");
    EXPECT_STR(row.cells[3].text, "622424196811010041");
    sheet_close(s);
    unlink(cx->reply_file.path);
    EXPECT_INT(road_call(cx, "imports.commit", id, "{}"), OK);
    EXPECT(imports_work_once(cx));
    EXPECT_INT(road_call(cx, "imports.get", id, NULL), OK);
    EXPECT_STR(road_str(cx, "state"), "COMMITTED");
    EXPECT_INT(road_int(cx, "created_rows"), 1);
}

/* Sent in and checked. */
static int64_t sent_in(struct ctx *cx, const char *text, const char **ret_dir)
{
    const char *dir = *ret_dir = test_folder(), *path;
    struct call c = { .op = op_find("imports.upload"),
                      .id = NONE,
                      .version = NONE,
                      .query = "record=person",
                      .upload_name = "花名册.csv" };
    const char *made = file_of(text);
    int64_t id;

    path = arena_printf(test_arena(), "%s/1", dir);
    EXPECT_INT(rename(made, path), 0);
    c.upload_path = path;
    EXPECT_INT(op_call(cx, &c), OK);
    id = road_int(cx, "id");
    EXPECT(imports_work_once(cx));
    return id;
}

STORE_TEST("a file sent in goes when its import ends, and after 30 days in any case")
{
    static const char bad[] = HEAD ROW1 "李四,622424196811010041,甘肃省定西市通渭县\n";
    static const struct {
        const char *text;
        bool commits, undoes;
        int days;
        bool stays;
        const char *state;
    } cases[] = {
        { HEAD ROW1, true, false, 0, false, "COMMITTED" },
        { bad, true, false, 0, true, "COMMITTED" }, /* for its bad rows */
        { bad, true, true, 0, false, "UNDONE" },
        { bad, true, false, 31, false, "COMMITTED" },
        { HEAD ROW2, false, false, 29, true, "CHECKED" },
        { HEAD ROW2, false, false, 31, false, "FAILED" },
        { "甲,乙\n1,2\n", false, false, 0, false, "FAILED" },
    };
    int64_t now = cx->now;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *dir;
        int64_t id = sent_in(cx, cases[i].text, &dir);
        if (cases[i].commits) {
            EXPECT_INT(road_call(cx, "imports.commit", id, "{}"), OK);
            EXPECT(imports_work_once(cx));
        }
        if (cases[i].undoes)
            EXPECT_INT(road_call(cx, "imports.undo", id, "{}"), OK);
        cx->now = now + cases[i].days * 86400;
        EXPECT_INT(imports_remove_files(cx), !cases[i].stays);
        EXPECT_INT(rmdir(dir) == 0, !cases[i].stays);
        EXPECT_INT(road_call(cx, "imports.get", id, NULL), OK);
        EXPECT_STR(road_str(cx, "state"), cases[i].state);
        if (str_eq(cases[i].state, "COMMITTED") && cases[i].text == bad)
            EXPECT_INT(road_call(cx, "imports.errors", id, NULL),
                       cases[i].stays ? OK : E_NOT_FOUND);
        cx->now = now + 100 * 86400; /* what is left of this case */
        imports_remove_files(cx);
        rmdir(dir);
        cx->now = now;
    }
}

STORE_TEST("somebody's own file on this machine is never removed")
{
    const char *path = file_of(HEAD ROW1);
    struct import_outcome o;

    EXPECT_INT(import_run(cx, &person_record, path, "x.csv", true, &o), OK);
    cx->now += 100 * 86400;
    EXPECT_INT(imports_remove_files(cx), 0);
    EXPECT_INT(unlink(path), 0);
}

STORE_TEST("a template comes back through the import without a word")
{
    static const char *const kinds[] = { "person", "employer", "job_post", "month_evidence" };

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        struct import_outcome o;
        const char *query = arena_printf(cx->mem, "record=%s", kinds[i]);
        EXPECT_INT(road_call(cx, "imports.template", NONE, query), OK);
        EXPECT_INT(import_run(cx, record_find_kind(kinds[i]), cx->reply_file.path, "模板.xlsx",
                              false, &o),
                   E_INVALID);
        EXPECT_STR(cx->failure.code, "import.no_rows");
        unlink(cx->reply_file.path);
    }
}

STORE_TEST(
    "an export holds the filtered list, masked, under a line that says who took it, and is journalled")
{
    struct sheet *s;
    struct sheet_row row;
    bool more;

    run(cx, "person", HEAD ROW1 ROW2, true);
    cx->who.user_name = "王经办";
    cx->who.org_name = "通渭县人社局";
    EXPECT_INT(road_call(cx, "people.export", NONE, "q=%E5%BC%A0%E4%B8%89&format=csv"), OK);
    EXPECT_INT(sheet_open(cx->reply_file.path, NULL, LANG_ZH, &cx->failure, &s), OK);
    EXPECT_INT(sheet_select(s, 0, &cx->failure), OK);
    EXPECT_INT(sheet_next(s, &row, &more, &cx->failure), OK);
    EXPECT(strstr(row.cells[0].text, "王经办") && strstr(row.cells[0].text, "通渭县人社局") &&
           strstr(row.cells[0].text, "2026-03-10 08:00"));
    EXPECT_INT(sheet_next(s, &row, &more, &cx->failure), OK);
    EXPECT_INT(sheet_next(s, &row, &more, &cx->failure), OK);
    EXPECT_STR(row.cells[0].text, "张三");
    EXPECT_STR(row.cells[1].text, "6****************3");
    EXPECT_INT(sheet_next(s, &row, &more, &cx->failure), OK);
    EXPECT(!more);
    sheet_close(s);
    unlink(cx->reply_file.path);
}

STORE_TEST("time in work is a number of months in one roster and a range of dates in another")
{
    struct import_outcome o = run(cx, "person",
                                  "姓名,身份证号,户籍地,务工时间\n"
                                  "张三,621125199003070013,甘肃省定西市通渭县,8\n"
                                  "李四,622424196811010040,甘肃省定西市通渭县,2025.3-2025.11\n"
                                  "王五,500237199512300035,甘肃省定西市通渭县,2025年3月至今\n"
                                  "赵六,512223197602150022,甘肃省定西市通渭县,不详\n",
                                  true);
    struct sheet *s;
    struct sheet_row row;
    bool more = true;
    const char *seen = "";

    EXPECT_INT(o.created, 4);
    EXPECT_STR(problems(cx, o.batch_id), "5 work_time.unclear");
    EXPECT_INT(road_call(cx, "people.export", NONE, "format=csv"), OK);
    EXPECT_INT(sheet_open(cx->reply_file.path, NULL, LANG_ZH, &cx->failure, &s), OK);
    EXPECT_INT(sheet_select(s, 0, &cx->failure), OK);
    while (sheet_next(s, &row, &more, &cx->failure) == OK && more)
        for (int i = 0; i < row.n; i++)
            seen = arena_printf(test_arena(), "%s|%s", seen, row.cells[i].text);
    EXPECT(strstr(seen, "|8|") && strstr(seen, "|2025-03-01|2025-11-30"));
    sheet_close(s);
    unlink(cx->reply_file.path);
}

STORE_TEST(
    "a second roster that adds a wish, a status or a household counts as a change, and once more as none")
{
    const char *more =
        "姓名,身份证号,县,户编号,家庭人口,户类型,监测对象类型,识别时间,风险消除时间,意向薪资\n"
        "张三,621125199003070013,通渭县,H1,4,脱贫户,脱贫不稳定户,2021-05-01,2023-06-30,4000\n";
    struct import_outcome o = run(cx, "person", HEAD ROW1, true);
    int64_t id;

    o = run(cx, "person", more, true);
    EXPECT_INT(o.changed, 1);
    o = run(cx, "person", more, true);
    EXPECT_INT(o.same, 1);
    EXPECT_INT(road_call(cx, "people.list", NONE, "household_type=POVERTY_EXITED"), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
    id = json_as_int(json_get(json_at(road_member(cx, "items"), 0), "id"));
    EXPECT_INT(road_call(cx, "people.get", id, NULL), OK);
    EXPECT(strstr(road_reply(cx), "\"until_on\":\"2023-06-30\"") != NULL); /* the risk is past … */
    EXPECT(road_str(cx, "monitored_type") == NULL); /* … and not in force */
    EXPECT(road_int(cx, "household_id") > 0);
}

STORE_TEST(
    "an office's roster may leave out its own county, and nobody else's people are touched or told of")
{
    struct import_outcome o = run(cx, "person", HEAD ROW1, true);

    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE,
                                    .home_lo = 621124000000,
                                    .home_hi = 621124999999,
                                    .work_lo = NONE,
                                    .work_hi = NONE };
    o = run(cx, "person",
            "姓名,身份证号,县,行政村\n"
            "张三,621125199003070013,,一村\n"
            "李四,622424196811010040,,一村\n"
            "王五,500237199512300035,通渭县,一村\n",
            true);
    EXPECT_INT(o.created, 1);
    EXPECT_STR(problems(cx, o.batch_id), "2 person.elsewhere, 4 scope.outside");
    EXPECT_INT(road_call(cx, "people.list", NONE, NULL), OK);
    EXPECT_INT(road_int(cx, "total"), 1);
}

struct tally {
    const char *text;
};

static enum err tally_all(struct ctx *cx, void *arg)
{
    static const char *const queries[] = {
        "SELECT county AS a, labour_status || household_type AS b, n FROM person_count WHERE n <> 0"
        " AND SCOPE_NOT(person_count 'test') ORDER BY 1, 2",
        "SELECT home / 1000000 * 1000000 AS a, labour_status || household_type AS b, count(*) AS n"
        " FROM person WHERE SCOPE_NOT(person 'test') GROUP BY 1, 2 ORDER BY 1, 2",
        "SELECT 0 AS a, 'grams' AS b, count(*) AS n FROM person_gram g JOIN person p"
        " ON p.id = g.person_id AND p.home = g.home WHERE SCOPE_NOT(person_gram 'test')"
        " AND SCOPE_NOT(person 'test')",
        "SELECT 0 AS a, 'grams' AS b, sum(2 * length(name) - 1) AS n FROM person"
        " WHERE SCOPE_NOT(person 'test')",
        "SELECT 0 AS a, 'households' AS b, count(*) AS n FROM household WHERE SCOPE_NOT(household 'test')"
    };
    struct tally *t = arg;

    for (size_t q = 0; q < ARRAY_LEN(queries); q++, t++) {
        struct str s = str_new(cx->mem);
        struct rows r;
        TRY(db_rows(cx, &r, queries[q]));
        for (int i = 0; i < r.n; i++)
            str_addf(&s, "%lld %s %lld, ", (long long)row_int(&r, i, "a"), row_text(&r, i, "b"),
                     (long long)row_int(&r, i, "n"));
        t->text = s.s;
    }
    return OK;
}

/* Counts and names to find people by are what the people are. */
static void expect_in_step(struct ctx *cx, int households)
{
    struct tally t[5];

    EXPECT_INT(db_read(cx, tally_all, t), OK);
    EXPECT_STR(t[0].text, t[1].text);
    EXPECT_STR(t[2].text, t[3].text);
    EXPECT_STR(t[4].text, arena_printf(test_arena(), "0 households %d, ", households));
}

/* Of `rows` people in households of three, from the nth on; names of distinct characters. */
static const char *many(int from, int rows, const char *home, const char *willing)
{
    struct str s = str_new(test_arena());

    str_add(&s, "姓名,身份证号,户籍地,户编号,就业意愿,户类型\n");
    for (int i = from; i < from + rows; i++) {
        char digits[40], name[10];
        int len = utf8_put(name, (uint32_t)(0x5000 + i % 700));
        len += utf8_put(name + len, (uint32_t)(0x6000 + i % 900));
        name[len] = 0;
        snprintf(digits, sizeof digits, "62112519%02d0307%03d", 60 + i / 900, i % 900);
        str_addf(&s, "%s,%s%c,%s,户%d,%s,%s\n", name, digits, id_no_check(digits),
                 home    ? home
                 : i % 2 ? "甘肃省定西市通渭县"
                         : "甘肃省定西市安定区",
                 i / 3, willing, i % 5 ? "一般农户" : "脱贫户");
    }
    return s.s;
}

STORE_TEST("over many chunks, counts, names and households are as if each had come alone")
{
    struct import_outcome o = run(cx, "person", many(0, 1000, NULL, "有意愿"), true);

    EXPECT_INT(o.created, 1000);
    expect_in_step(cx, 334);
    o = run(cx, "person", many(900, 600, NULL, "无意愿"), true);
    EXPECT_INT(o.created, 500);
    EXPECT_INT(o.changed, 100);
    expect_in_step(cx, 500);
}

STORE_TEST("a person whom another office registers between check and commit costs her row alone")
{
    const char *path = file_of(many(0, 500, "甘肃省定西市通渭县", "有意愿"));
    struct import_check check = { .rec = &person_record };
    struct import_outcome o;

    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE,
                                    .home_lo = 621121000000,
                                    .home_hi = 621121999999,
                                    .work_lo = NONE,
                                    .work_hi = NONE };
    EXPECT_INT(import_run(cx, &person_record, path, "x.csv", false, &o), OK);
    EXPECT_INT(import_check(cx, path, &check), OK);
    cx->who.scope = (struct scope){ .kind = SCOPE_ALL };
    run(cx, "person", many(450, 1, "甘肃省定西市安定区", "有意愿"), true);
    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE,
                                    .home_lo = 621121000000,
                                    .home_hi = 621121999999,
                                    .work_lo = NONE,
                                    .work_hi = NONE };
    EXPECT_INT(import_write(cx, o.batch_id, &check), OK);
    import_check_free(&check);
    EXPECT_STR(problems(cx, o.batch_id), "452 record.not_found");
    cx->who.scope = (struct scope){ .kind = SCOPE_ALL };
    EXPECT_INT(road_call(cx, "imports.get", o.batch_id, NULL), OK);
    EXPECT_INT(road_int(cx, "created_rows"), 499);
    expect_in_step(cx, 167);
    unlink(path);
}

/* The answer that a problem is, taken out of the list; false when there is none. */
static bool take_answer(struct sim_world *w, const struct rows *r, int i)
{
    for (size_t k = 0; k < w->answers_n; k++) {
        struct sim_answer *a = &w->answers[k];
        if (a->row != row_int(r, i, "row_number") || !str_eq(a->code, row_text(r, i, "code")) ||
            !str_eq(a->column, row_text(r, i, "header")) ||
            a->is_warning != (row_int(r, i, "is_warning") == 1))
            continue;
        *a = w->answers[--w->answers_n];
        return true;
    }
    return false;
}

STORE_TEST("of a roster with every column, every planted flaw is found and nothing else reported")
{
    const char *dir = test_folder();
    struct sim_options options = { .workers = 3000,
                                   .posts = 1,
                                   .seed = 11,
                                   .messy = 40,
                                   .one_roster = true,
                                   .pairing = "fuzhou-dingxi",
                                   .dir = dir };
    struct sim_world *w = sim_world_make(test_arena(), &options);
    struct import_outcome o = { 0 };
    struct asked a;

    EXPECT_INT(sim_write_rosters(w, &cx->failure), OK);
    EXPECT(w->answers_n > 1000);
    cx->who.scope = (struct scope){ .kind = SCOPE_OFFICE,
                                    .home_lo = 621100000000,
                                    .home_hi = 621199999999,
                                    .work_lo = NONE,
                                    .work_hi = NONE };
    EXPECT_INT(import_run(cx, &person_record, w->files[0].path, "x.xlsx", true, &o), OK);
    EXPECT_INT(o.total, 3000);
    EXPECT_INT(o.created, o.good);
    a = (struct asked){ .id = o.batch_id };
    EXPECT_INT(db_read(cx, ask, &a), OK);
    for (int i = 0; i < a.r.n; i++)
        if (!take_answer(w, &a.r, i))
            test_fail(__FILE__, __LINE__, "not planted: row %lld %s",
                      (long long)row_int(&a.r, i, "row_number"), row_text(&a.r, i, "code"));
    for (size_t k = 0; k < w->answers_n; k++)
        test_fail(__FILE__, __LINE__, "missed: row %lld %s", (long long)w->answers[k].row,
                  w->answers[k].code);
    unlink(w->files[0].path);
    EXPECT_INT(rmdir(dir), 0);
}
