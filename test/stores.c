/* stores.c — fresh stores for tests: a SQLite file copied from a prepared one, and a database
 * cloned from a prepared one in a cluster of our own. */
#include "stores.h"
#include "app/modules.h"
#include "platform/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KITS_MAX = 8, NOW = 1773100800 /* 2026-03-10T00:00:00Z */ };

static char dir[64]; /* removed by the watcher when this process ends */
static int watcher_pipe = -1;
static bool has_cluster, cluster_failed;
static PGconn *admin;
static int ran_sqlite, ran_postgres;
static const struct store_kit *kits[KITS_MAX];
static bool ready[KITS_MAX][2];

/* --- the directory and the cluster --- */

/* The shell outlives us: when its standard input ends, for whatever reason, it cleans up. */
static const char watcher[] =
    "dir=$1 bin=$2 run=$3\n"
    "if [ -n \"$bin\" ]; then\n"
    "  mkdir \"$dir/pg\" && { [ -z \"$run\" ] || chown postgres \"$dir/pg\"; }\n"
    "  $run $bin/initdb -D \"$dir/pg/data\" -U admin -A trust -E UTF8 --locale=C.UTF-8 --no-sync"
    "    >\"$dir/initdb.log\" 2>&1 &&\n"
    "  { $run $bin/postgres -D \"$dir/pg/data\" -k \"$dir/pg\" -c listen_addresses= -c fsync=off"
    "    -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off -c max_connections=60"
    "    -c shared_buffers=32MB -c wal_level=minimal -c max_wal_senders=0 >\"$dir/postgres.log\" 2>&1 & pid=$!; }\n"
    "fi\n"
    "read line\n"
    "[ -z \"$pid\" ] || { kill -QUIT $pid; wait $pid; }\n"
    "rm -rf \"$dir\"\n";

static void start_watcher(const char *bin)
{
    const char *run =
        bin && geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups --" : "";
    int ends[2];
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0)
        abort();
    pid = fork();
    if (pid == 0) {
        setsid(); /* an interrupt from the terminal is for the tests */
        dup2(ends[0], 0);
        execl("/bin/sh", "sh", "-c", watcher, "watcher", dir, bin ? bin : "", run, (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    watcher_pipe = ends[1];
}

static const char *postgres_bin(void)
{
    static char path[64];

    for (int version = 20; version >= 15; version--) {
        snprintf(path, sizeof path, "/usr/lib/postgresql/%d/bin", version);
        if (access(path, X_OK) == 0)
            return path;
    }
    return NULL;
}

static bool wanted(const char *kind)
{
    const char *only = getenv("QUEQIAO_TEST_STORES");

    return !only || !*only || strstr(only, kind);
}

static void set_up(void)
{
    const char *bin = wanted("postgres") ? postgres_bin() : NULL;

    if (*dir)
        return;
    snprintf(dir, sizeof dir, "%s/queqiao-test-XXXXXX", test_base());
    if (!mkdtemp(dir) || chmod(dir, 0755) != 0)
        abort();
    has_cluster = bin != NULL;
    start_watcher(bin);
}

static bool admin_exec(const char *sql)
{
    PGresult *result = PQexec(admin, sql);
    bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;

    if (!ok)
        fprintf(stderr, "%s: %s", sql, PQerrorMessage(admin));
    PQclear(result);
    return ok;
}

/* Waits up to 30 s for the cluster that set_up() began to make. */
static bool connect_admin(void)
{
    char url[160];

    if (admin || !has_cluster || cluster_failed)
        return admin != NULL;
    snprintf(url, sizeof url, "host=%s/pg user=admin dbname=postgres", dir);
    for (int i = 0; i < 300; i++) {
        admin = PQconnectdb(url);
        if (PQstatus(admin) == CONNECTION_OK)
            return admin_exec("CREATE ROLE queqiao LOGIN NOSUPERUSER");
        PQfinish(admin);
        admin = NULL;
        usleep(100000);
    }
    cluster_failed = true;
    fprintf(stderr, "the PostgreSQL cluster in %s did not start\n", dir);
    return false;
}

/* --- fresh stores --- */

static int kit_number(const struct store_kit *kit)
{
    int i = 0;

    while (i < KITS_MAX && kits[i] && kits[i] != kit)
        i++;
    assert(i < KITS_MAX);
    kits[i] = kit;
    return i;
}

static struct ctx *fresh_ctx(struct store *s)
{
    struct ctx *cx = ctx_new(s, NOW);

    cx->lang = LANG_EN;
    ctx_as_system(cx);
    return cx;
}

static struct store *open_store(const struct store_kit *kit, const char *url)
{
    struct failure f = { 0 };
    struct store *s = NULL;

    if (store_open(url, kit->tables(), LANG_EN, &f, &s) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", f.code, f.message);
    return s;
}

/* The store that the others are copies of. */
static bool prepare(const struct store_kit *kit, const char *url)
{
    struct store *s = open_store(kit, url);
    struct failure f = { 0 };
    bool ok = s && store_migrate_from(s, kit->files, &f, NULL) == OK;

    if (s && !ok)
        test_fail(__FILE__, __LINE__, "%s: %s", f.code, f.message);
    if (ok && kit->fill) {
        struct ctx *cx = fresh_ctx(s);

        ok = db_write(cx, kit->fill, NULL) == OK;
        if (!ok)
            test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
        ctx_free(cx);
    }
    store_close(s);
    return ok;
}

static void copy_file(const char *from, const char *to)
{
    char buffer[65536];
    int in = open(from, O_RDONLY | O_CLOEXEC),
        out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t n;

    while ((n = read(in, buffer, sizeof buffer)) > 0)
        if (write(out, buffer, (size_t)n) != n)
            abort();
    if (in < 0 || out < 0 || n < 0)
        abort();
    close(in);
    close(out);
}

static void run_body(const struct store_kit *kit, const char *url, const char *kind,
                     store_body *body)
{
    struct store *s = open_store(kit, url);
    int before = test_failures();
    struct ctx *cx;

    if (!s)
        return;
    cx = fresh_ctx(s);
    body(cx);
    ctx_free(cx);
    store_close(s);
    if (test_failures() > before)
        fprintf(stderr, "    … on %s\n", kind);
}

void stores_run_sqlite(const struct store_kit *kit, store_body *body)
{
    static int count;
    int number = kit_number(kit);
    char source[128], path[128], side[140];

    if (!wanted("sqlite")) {
        test_skip();
        return;
    }
    set_up();
    snprintf(source, sizeof source, "%s/kit-%d.db", dir, number);
    snprintf(path, sizeof path, "%s/%d.db", dir, ++count);
    if (!ready[number][0] && !(ready[number][0] = prepare(kit, source)))
        return;
    copy_file(source, path);
    run_body(kit, path, "SQLite", body);
    unlink(path);
    snprintf(side, sizeof side, "%s.lock", path);
    unlink(side);
    ran_sqlite++;
}

void stores_run_postgres(const struct store_kit *kit, store_body *body)
{
    int number = kit_number(kit);
    char sql[200], url[200];

    set_up();
    if (!connect_admin()) {
        test_skip();
        return;
    }
    if (!ready[number][1]) {
        snprintf(sql, sizeof sql, "CREATE DATABASE kit_%d OWNER queqiao", number);
        admin_exec(sql);
        snprintf(url, sizeof url, "postgres:///kit_%d?host=%s/pg&user=queqiao", number, dir);
        if (!(ready[number][1] = prepare(kit, url)))
            return;
    }
    snprintf(sql, sizeof sql, "CREATE DATABASE test OWNER queqiao TEMPLATE kit_%d", number);
    if (!admin_exec(sql)) {
        test_fail(__FILE__, __LINE__, "no database for the test");
        return;
    }
    snprintf(url, sizeof url, "postgres:///test?host=%s/pg&user=queqiao", dir);
    run_body(kit, url, "PostgreSQL", body);
    admin_exec("DROP DATABASE test WITH (FORCE)");
    ran_postgres++;
}

struct ctx *stores_ctx(struct ctx *cx)
{
    return fresh_ctx(cx->store);
}

void stores_end(struct stores_ran *ret)
{
    *ret = (struct stores_ran){ .sqlite = ran_sqlite, .postgres = ran_postgres };
    if (!*dir)
        return;
    ret->without_postgres = !wanted("postgres") ? "not asked for"
                            : !has_cluster      ? "not installed: postgresql-15"
                            : cluster_failed    ? "could not be started"
                                                : NULL;
    PQfinish(admin);
    admin = NULL;
    close(watcher_pipe);
    while (wait(NULL) < 0 && errno == EINTR)
        ;
}

/* --- the program's own schema --- */

static const struct scoped *program_tables(void)
{
    ops_register(app_modules);
    seal_init_for_tests();
    return ops_tables();
}

static enum err program_seeds(struct ctx *cx, void *arg)
{
    (void)arg;
    for (int m = 0; app_modules[m]; m++)
        if (app_modules[m]->seed)
            TRY(app_modules[m]->seed(cx));
    return OK;
}

const struct store_kit program_kit = {
    .tables = program_tables,
    .files = schema_assets,
    .fill = program_seeds,
};

/* --- faults --- */

static enum err digest(struct ctx *cx, void *arg)
{
    struct str all = str_new(cx->mem);

    for (const struct scoped *t = cx->store->scoped; t && t->table; t++) {
        struct rows r;
        char *sql =
            arena_printf(cx->mem, "SELECT * FROM %s WHERE SCOPE_NOT(%s 'all rows are compared')",
                         t->table, t->table);

        str_addf(&all, "\n%s", t->table);
        TRY(db_rows_list(cx, &r, sql, (struct params){ 0 }));
        for (int i = 0; i < r.n * r.columns; i++) {
            const struct value *v = &r.cells[i];
            str_addf(&all, "|%d %ld %g ", (int)v->type, (long)v->integer, v->real);
            if (v->text)
                str_add_len(&all, v->text, v->len);
        }
    }
    *(const char **)arg = hash_bytes(cx->mem, all.s, all.len);
    return OK;
}

const char *stores_digest(struct ctx *cx)
{
    const char *hash = "";

    if (db_read(cx, digest, &hash) != OK)
        test_fail(__FILE__, __LINE__, "%s: %s", cx->failure.code, cx->failure.message);
    return hash;
}

int stores_fault_run(struct ctx *cx, db_fn *work, void *arg)
{
    const char *before = stores_digest(cx);

    for (int n = 1; n < 10000; n++) {
        enum err err;

        db_fault_after(n);
        err = db_write(cx, work, arg);
        db_fault_after(0);
        if (err == OK)
            return n - 1;
        if (!str_eq(cx->failure.code, "db.io")) {
            test_fail(__FILE__, __LINE__, "call %d failing gave %s: %s", n, cx->failure.code,
                      cx->failure.message);
            return n;
        }
        if (!str_eq(stores_digest(cx), before))
            test_fail(__FILE__, __LINE__, "something stayed although call %d failed", n);
    }
    test_fail(__FILE__, __LINE__, "the work never succeeds");
    return 0;
}
