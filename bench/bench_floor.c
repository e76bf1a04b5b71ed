/* bench_floor — what bare SQLite does on the store of bench/run.sh, as the limit to compare with:
 * no HTTP, no session, no scope, no JSON, one thread.
 *
 *     build/bench_floor STORE.db          prints "NAME OPERATIONS_A_SECOND" lines
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static sqlite3 *open_db(const char *path, int flags)
{
    sqlite3 *db;

    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(db));
        exit(3);
    }
    return db;
}

static void run_for_two_seconds(sqlite3 *db, const char *name, const char *sql, const int64_t *ids,
                                int n)
{
    double start = seconds(), passed;
    sqlite3_stmt *stmt;
    long done = 0;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        exit(3);
    do {
        if (n)
            sqlite3_bind_int64(stmt, 1, ids[rand() % n]);
        while (sqlite3_step(stmt) == SQLITE_ROW)
            for (int i = 0; i < sqlite3_column_count(stmt); i++)
                sqlite3_column_text(stmt, i);
        sqlite3_reset(stmt);
        passed = seconds() - start;
        done++;
    } while (passed < 2);
    sqlite3_finalize(stmt);
    printf("%s %.1f\n", name, (double)done / passed);
}

/* One row a commit, and sixteen: what waiting for the disk costs, and what sharing the wait saves.
 */
static void write_durably(const char *path, const char *name, int rows)
{
    sqlite3 *db = open_db(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    double start = seconds(), passed;
    long done = 0;

    sqlite3_exec(db,
                 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                 "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, x TEXT)",
                 NULL, NULL, NULL);
    do {
        sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        for (int i = 0; i < rows; i++)
            sqlite3_exec(db,
                         "INSERT INTO t (x) VALUES ('as long as an entry of the journal might be')",
                         NULL, NULL, NULL);
        sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
        passed = seconds() - start;
        done += rows;
    } while (passed < 2);
    sqlite3_close(db);
    printf("%s %.1f\n", name, (double)done / passed);
}

int main(int argc, char **argv)
{
    enum { IDS = 20000 };
    static int64_t ids[IDS];
    sqlite3_stmt *stmt;
    char scratch[4096];
    sqlite3 *db;
    int n = 0;

    if (argc < 2) {
        fputs("bench_floor STORE.db\n", stderr);
        return 2;
    }
    db = open_db(argv[1], SQLITE_OPEN_READONLY);
    if (sqlite3_prepare_v2(db, "SELECT id FROM person WHERE id % 50 = 0 LIMIT 20000", -1, &stmt,
                           NULL) != SQLITE_OK)
        return 3;
    while (n < IDS && sqlite3_step(stmt) == SQLITE_ROW)
        ids[n++] = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    run_for_two_seconds(db, "get", "SELECT * FROM person WHERE id = ?1", ids, n);
    run_for_two_seconds(
        db, "county",
        "SELECT count(*) FROM person WHERE labour_status = 'SEEKING' AND home BETWEEN 621121000000 AND 621121999999",
        NULL, 0);
    run_for_two_seconds(
        db, "city",
        "SELECT count(*) FROM person WHERE labour_status = 'SEEKING' AND home BETWEEN 621100000000 AND 621199999999",
        NULL, 0);
    run_for_two_seconds(
        db, "province",
        "SELECT count(*) FROM person WHERE labour_status = 'SEEKING' AND home BETWEEN 620000000000 AND 629999999999",
        NULL, 0);
    run_for_two_seconds(db, "search", "SELECT count(*) FROM person WHERE name LIKE '%秀英%'", NULL,
                        0);
    run_for_two_seconds(db, "summary",
                        "SELECT home / 1000000, labour_status, count(*) FROM person GROUP BY 1, 2",
                        NULL, 0);
    sqlite3_close(db);
    snprintf(scratch, sizeof scratch, "%s-floor", argv[1]);
    write_durably(scratch, "patch", 1);
    write_durably(scratch, "patch16", 16);
    unlink(scratch);
    return 0;
}
