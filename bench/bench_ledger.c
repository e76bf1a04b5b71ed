/* bench_ledger — fills a store with people, as many rosters would, for bench/run.sh.
 *
 *     make build/bench_ledger
 *     build/bench_ledger DIR [PEOPLE]     makes DIR/queqiao.db, 1,000,000 people unless told
 * otherwise
 *
 * Each person goes the way of a registration: record_insert() with its checks, sealed numbers,
 * blind indexes, name index, counts and journal, CHUNK of them in one transaction; each third one
 * is then placed, so that every status occurs. They live in the counties of Gansu, in villages
 * below, and come village by village from counties in turn. Names follow the frequency of surnames
 * in the census of 2020. The same arguments give the same people. A user "bench" of the province's
 * bureau is made, who sees them all through her scope like any other. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "accounts/accounts.h"
#include "app/modules.h"
#include "base/ids.h"
#include "divisions/divisions.h"
#include "people/person_input.h"
#include "platform/seal.h"

enum { COUNTIES_MAX = 80, TOWNSHIPS = 5, VILLAGES = 10, ROSTER = 250, CHUNK = 2000 };

static const int64_t province = 620000000000;

struct world {
    int64_t county[COUNTIES_MAX], people, done;
    int counties;
    uint64_t random;
};

static uint32_t draw(struct world *w, uint32_t below)
{
    w->random = w->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((w->random >> 33) % below);
}

/* --- people --- */

/* Share of each surname in ten thousand. */
static const struct {
    const char *text;
    uint32_t share;
} surnames[] = {
    { "王", 709 }, { "李", 701 }, { "张", 662 }, { "刘", 505 }, { "陈", 463 }, { "杨", 315 },
    { "赵", 215 }, { "黄", 223 }, { "周", 192 }, { "吴", 199 }, { "徐", 142 }, { "孙", 137 },
    { "胡", 116 }, { "朱", 112 }, { "高", 106 }, { "林", 101 }, { "何", 101 }, { "郭", 99 },
    { "马", 157 }, { "罗", 84 },  { "梁", 83 },  { "宋", 77 },  { "郑", 76 },  { "谢", 68 },
    { "韩", 66 },  { "唐", 65 },  { "冯", 62 },  { "于", 59 },  { "董", 57 },  { "萧", 55 },
    { "程", 53 },  { "曹", 53 },  { "袁", 52 },  { "邓", 51 },  { "许", 51 },  { "傅", 48 },
    { "沈", 47 },  { "曾", 46 },  { "彭", 45 },  { "吕", 45 },  { "苏", 45 },  { "卢", 43 },
    { "蒋", 43 },  { "蔡", 41 },  { "贾", 40 },  { "丁", 39 },  { "魏", 38 },  { "薛", 37 },
    { "叶", 36 },  { "阎", 35 },  { "余", 34 },  { "潘", 34 },  { "杜", 33 },  { "戴", 32 },
    { "夏", 31 },  { "钟", 31 },  { "汪", 30 },  { "田", 30 },  { "任", 29 },  { "姜", 29 },
};
static const char *const given[] = {
    "秀", "英", "建", "国", "芳", "伟", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳",
    "杰", "娟", "涛", "明", "超", "霞", "平", "刚", "桂", "兰", "玉", "梅", "红", "海", "龙",
    "志", "文", "春", "花", "小", "东", "峰", "林", "辉", "斌", "玲", "华", "晓", "燕", "永",
    "宏", "彩", "琴", "成", "生", "福", "贵", "荣", "淑", "珍", "俊", "鹏", "宇", "浩", "婷",
};

static const char *name_of(struct world *w, struct arena *mem)
{
    uint32_t total = 0, at;
    size_t i = 0;

    for (size_t k = 0; k < ARRAY_LEN(surnames); k++)
        total += surnames[k].share;
    for (at = draw(w, total); at >= surnames[i].share; i++)
        at -= surnames[i].share;
    /* Some characters are far more frequent than others: the smaller of two draws. */
    uint32_t n = ARRAY_LEN(given), a = MIN(draw(w, n), draw(w, n)), b = MIN(draw(w, n), draw(w, n));
    return arena_printf(mem, "%s%s%s", surnames[i].text, given[a], draw(w, 5) ? given[b] : "");
}

/* A valid number of its own for the k-th person of a county, born from 1965 to 2004. */
static const char *number_of(struct arena *mem, int64_t county, int64_t k)
{
    int64_t day = k % (40 * 12 * 28);
    char digits[64];

    snprintf(digits, sizeof digits, "%06d%04d%02d%02d%03d", (int)(county / 1000000),
             (int)(1965 + day / (12 * 28)), (int)(day / 28 % 12 + 1), (int)(day % 28 + 1),
             (int)(k * 37 % 1000));
    return arena_printf(mem, "%s%c", digits, id_no_check(digits));
}

static struct person_input person_of(struct world *w, struct arena *mem, int64_t n)
{
    static const char *const wills[] = { "WILLING",   "WILLING", "WILLING",
                                         "UNWILLING", "UNABLE",  NULL };
    static const char *const types[] = { "ORDINARY", "POVERTY_EXITED", "POVERTY_EXITED",
                                         "REGISTERED_POOR" };
    int64_t roster = n / ROSTER, county = w->county[roster % w->counties];
    int64_t village = roster / w->counties % (TOWNSHIPS * VILLAGES);
    int64_t k = roster / w->counties * ROSTER + n % ROSTER; /* among those of the county */

    struct person_input in = { 0 };

    fields_clear(person_record.fields, &in);
    in.home = county + (100 + village / VILLAGES) * 1000 + 201 + village % VILLAGES;
    in.name = name_of(w, mem);
    in.id_no = number_of(mem, county, k);
    in.phone = arena_printf(mem, "138%08lld", (long long)n);
    in.household_type = types[draw(w, ARRAY_LEN(types))];
    in.willingness = wills[draw(w, ARRAY_LEN(wills))];
    in.collected_on = "2026-03-02";
    in.source = "驻村工作队";
    return in;
}

static enum err add_person(struct ctx *cx, struct world *w, int64_t n)
{
    static const char *const statuses[] = { "MATCHED",  "SIGNED_UP", "IN_TRANSFER",
                                            "EMPLOYED", "EMPLOYED",  "RETURNED" };
    struct person_input in = person_of(w, cx->mem, n);
    int64_t id;

    TRY(record_insert(cx, &person_record, &in, &id));
    if (!str_eq(in.willingness, "WILLING") || draw(w, 3) == 0)
        return OK;
    return person_set_situation(cx, id, 350181000000, NONE, statuses[draw(w, ARRAY_LEN(statuses))]);
}

static enum err add_chunk(struct ctx *cx, void *arg)
{
    struct world *w = arg;
    struct arena *of_cx = cx->mem, *mem = arena_new();
    int64_t until = MIN(w->done + CHUNK, w->people);
    enum err err = OK;

    for (cx->mem = mem; err == OK && w->done < until; w->done++, arena_reset(mem))
        err = add_person(cx, w, w->done);
    cx->mem = of_cx;
    arena_free(mem);
    return err;
}

/* --- the rest of the world --- */

static enum err add_places(struct ctx *cx, void *arg)
{
    struct world *w = arg;
    struct rows r;

    for (int m = 0; ops_modules()[m]; m++)
        if (ops_modules()[m]->seed)
            TRY(ops_modules()[m]->seed(cx));
    TRY(db_rows(cx, &r,
                "SELECT code, full_name FROM division WHERE level = 'COUNTY' AND valid_to IS NULL"
                " AND code BETWEEN $1 AND $2 ORDER BY code LIMIT $3",
                P(province), P(province + 9999999999), P(COUNTIES_MAX)));
    for (w->counties = 0; w->counties < r.n; w->counties++) {
        int64_t county = w->county[w->counties] = row_int(&r, w->counties, "code");
        for (int64_t k = 0; k < TOWNSHIPS * (VILLAGES + 1); k++) {
            int64_t township = county + (100 + k / (VILLAGES + 1)) * 1000, v = k % (VILLAGES + 1);
            char name[64];
            snprintf(name, sizeof name, v ? "第%d镇%d村" : "第%d镇", (int)(k / (VILLAGES + 1)) + 1,
                     (int)v);
            TRY(db_exec(cx,
                        "INSERT INTO division (code, name, short_name, parent, level, full_name)"
                        " VALUES ($1, $2, $2, $3, $4, $5) ON CONFLICT (code) DO NOTHING",
                        P(v ? township + 200 + v : township), P(name), P(v ? township : county),
                        P(v ? "VILLAGE" : "TOWNSHIP"),
                        P(arena_printf(cx->mem, "%s%s", row_text(&r, w->counties, "full_name"),
                                       name))));
        }
    }
    return OK;
}

/* A bureau of the province, and a clerk whose password need not be changed first. */
static enum err add_user(struct ctx *cx, void *arg)
{
    int64_t org, user;

    (void)arg;
    TRY(organisation_add(cx,
                         (struct organisation_input){ .name = "甘肃省人社厅",
                                                      .kind = "BUREAU",
                                                      .side = "HOME",
                                                      .division = province,
                                                      .serves_home = NONE,
                                                      .employer_id = NONE,
                                                      .is_active = NONE },
                         &org));
    TRY(user_add(cx,
                 (struct user_input){ .login = "bench",
                                      .name = "测试员",
                                      .org_id = org,
                                      .roles = "CLERK",
                                      .id_no = "620102198001011239",
                                      .person_id = NONE },
                 "bench-bench-bench", &user));
    return db_exec(cx,
                   "UPDATE user_account SET must_change = 0 WHERE id = $1 AND SCOPE(user_account)",
                   P(user));
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static enum err work(struct store *store, db_fn *fn, void *arg, struct failure *f)
{
    struct ctx *cx = ctx_new(store, time(NULL));
    enum err err;

    cx->lang = LANG_EN;
    ctx_as_system(cx);
    err = db_write(cx, fn, arg);
    if (err != OK)
        *f = cx->failure;
    ctx_free(cx);
    return err;
}

static enum err fill(struct store *store, struct world *w, struct failure *f)
{
    double start = seconds();

    TRY(store_migrate(store, f, NULL));
    TRY(work(store, add_places, w, f));
    TRY(work(store, add_user, NULL, f));
    while (w->done < w->people) {
        TRY(work(store, add_chunk, w, f));
        if (w->done % 100000 == 0)
            fprintf(stderr, "%lld people, %.0f a second\n", (long long)w->done,
                    (double)w->done / (seconds() - start));
    }
    printf("%lld people in %.1f s: %.0f a second\n", (long long)w->people, seconds() - start,
           (double)w->people / (seconds() - start));
    return OK;
}

int main(int argc, char **argv)
{
    struct world w = { .people = argc > 2 ? atoll(argv[2]) : 1000000, .random = 20190315 };
    struct failure f = { 0 };
    struct store *store;
    char path[4096], key[4096];
    enum err err;

    if (argc < 2) {
        fputs("bench_ledger DIR [PEOPLE]\n", stderr);
        return 2;
    }
    mkdir(argv[1], 0700);
    snprintf(path, sizeof path, "%s/queqiao.db", argv[1]);
    snprintf(key, sizeof key, "%s/queqiao.key", argv[1]);
    ops_register(app_modules);
    err = seal_init(key, &f);
    if (err == OK)
        err = store_open(path, ops_tables(), LANG_EN, &f, &store);
    if (err == OK) {
        err = fill(store, &w, &f);
        store_close(store);
    }
    if (err != OK)
        fprintf(stderr, "bench_ledger: %s %s\n", f.code, f.message);
    return err == OK ? 0 : 1;
}
