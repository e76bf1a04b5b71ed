/* migrate.c — brings a store to the newest schema.
 *
 * Files schema/NNNN-name.sql run in the order of their numbers, each in one transaction together
 * with its row in table `migration`. A file is never edited once released: its hash is kept and
 * compared. */
#include "platform/db_backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct migration {
    const struct asset *file;
    int number;
    const char *name, *hash;
    bool applied;
};

/* "0001-people.sql" → 1; 0 for anything else. */
static int number_of(const char *path)
{
    char *end;
    long n = strtol(path, &end, 10);

    return end == path + 4 && *end == '-' && str_ends(path, ".sql") ? (int)n : 0;
}

static int newest(const struct asset *files)
{
    int n = 0;

    for (; files->path; files++)
        n = MAX(n, number_of(files->path));
    return n;
}

/* SQLite keeps a table in the order of its key only when the key says INTEGER: then an id is found
 * in one tree, not by way of an index of its own. */
static void add_line(struct str *out, const char *line, size_t len, enum store_kind kind)
{
    static const char key[] = "BIGINT PRIMARY KEY";
    const char *at = kind == STORE_SQLITE ? memmem(line, len, key, sizeof key - 1) : NULL;

    if (at) {
        str_add_len(out, line, (size_t)(at - line));
        str_add(out, "INTEGER");
        len -= (size_t)(at - line) + strlen("BIGINT");
        line = at + strlen("BIGINT");
    }
    str_add_len(out, line, len);
}

/* The lines meant for this store. Others become empty, so that line numbers stay right. */
static char *for_store(struct arena *a, const struct asset *file, enum store_kind kind)
{
    struct str out = str_new(a);
    const char *line = (const char *)file->start, *end = (const char *)file->end, *next;
    enum { BOTH, SQLITE, POSTGRES } section = BOTH;

    for (; line < end; line = next) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const char *word = line + strspn(line, " \t");
        bool mine;

        next = stop ? stop + 1 : end;
        if (str_starts(word, "-- sqlite:"))
            section = SQLITE;
        else if (str_starts(word, "-- postgres:"))
            section = POSTGRES;
        else if (str_starts(word, "-- both:"))
            section = BOTH;
        mine = section == BOTH || (section == SQLITE) == (kind == STORE_SQLITE);
        if (mine)
            add_line(&out, line, (size_t)(next - line), kind);
        else
            str_add(&out, "\n");
    }
    return out.s;
}

/* migration(number, name, hash, applied_at): what this store has been through. */
static enum err make_table(struct ctx *cx, void *arg)
{
    (void)arg;
    return cx->store->backend->script(cx, "CREATE TABLE IF NOT EXISTS migration ("
                                          " number BIGINT PRIMARY KEY, name TEXT NOT NULL,"
                                          " hash TEXT NOT NULL, applied_at BIGINT NOT NULL)");
}

static enum err apply(struct ctx *cx, void *arg)
{
    struct migration *m = arg;
    struct rows r;
    enum err err;

    TRY(db_rows(cx, &r, "SELECT hash FROM migration WHERE number = $1", P(m->number)));
    m->applied = r.n == 0;
    if (r.n && !str_eq(row_text(&r, 0, "hash"), m->hash))
        return fail(cx, E_INTERNAL, "db.migration_changed",
                    T("已执行的迁移文件 %s 被改动过",
                      "migration %s was changed after it had been applied"),
                    m->name);
    if (r.n)
        return OK;
    err = cx->store->backend->script(cx, for_store(cx->mem, m->file, cx->store->kind));
    if (err != OK)
        return fail(cx, E_INTERNAL, "db.migration_failed", "%s: %s", m->name,
                    arena_strdup(cx->mem, cx->failure.message));
    return db_exec(cx,
                   "INSERT INTO migration (number, name, hash, applied_at) VALUES ($1, $2, $3, $4)",
                   P(m->number), P(m->name), P(m->hash), P(cx->now));
}

static enum err read_version(struct ctx *cx, void *arg)
{
    struct rows r;

    TRY(db_rows(cx, &r, "SELECT COALESCE(MAX(number), 0) AS number FROM migration"));
    *(int *)arg = (int)row_int(&r, 0, "number");
    return OK;
}

static enum err secure(struct ctx *cx, void *arg)
{
    (void)arg;
    return cx->store->backend->secure(cx);
}

static enum err migrate(struct ctx *cx, const struct asset *files, int *ret_applied)
{
    int have = 0, before = 0;

    TRY(db_write(cx, make_table, NULL));
    TRY(db_read(cx, read_version, &have));
    if (have > newest(files))
        return fail(
            cx, E_CONFLICT, "db.newer_store",
            T("数据由更新的程序版本写入（结构版本 %d，本程序 %d），请升级程序",
              "the store was written by a newer program (schema %d, this program %d); upgrade the program"),
            have, newest(files));
    for (; files->path; files++) {
        struct migration m = { .file = files, .number = number_of(files->path) };

        m.name = files->path;
        m.hash = hash_bytes(cx->mem, files->start, (size_t)(files->end - files->start));
        if (m.number <= before)
            return fail(cx, E_INTERNAL, "db.migration_name",
                        T("迁移文件名或编号有误：%s", "bad name or number of a migration: %s"),
                        m.name);
        before = m.number;
        TRY(db_write(cx, apply, &m));
        *ret_applied += m.applied;
    }
    return db_write(cx, secure, NULL);
}

enum err store_migrate_from(struct store *s, const struct asset *files, struct failure *f,
                            int *ret_applied)
{
    struct ctx *cx = ctx_new(s, time(NULL));
    int applied = 0;
    enum err err;

    ctx_as_system(cx);
    cx->lang = s->lang;
    err = s->backend->migrate_lock(cx);
    if (err == OK) {
        err = migrate(cx, files, &applied);
        s->backend->migrate_unlock(s);
    }
    if (err != OK)
        *f = cx->failure;
    else if (ret_applied)
        *ret_applied = applied;
    ctx_free(cx);
    return err;
}

enum err store_migrate(struct store *s, struct failure *f, int *ret_applied)
{
    return store_migrate_from(s, schema_assets, f, ret_applied);
}

enum err store_version(struct ctx *cx, int *ret_store, int *ret_program)
{
    int have = 0;

    TRY(db_read(cx, read_version, &have));
    *ret_store = have;
    *ret_program = newest(schema_assets);
    return OK;
}
