/* db_backup.c — copies of a SQLite store: taken beside a running server, as a reader; put back only
 * when none runs. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/db_backend.h"

/* "what is wrong: what it is about" */
static enum err refuse(struct failure *f, enum lang lang, const char *zh, const char *en,
                       const char *what)
{
    return failure_set(f, E_BUSY, "backup.failed", "%s: %s", lang == LANG_EN ? en : zh, what);
}

/* Copy page by page into a fresh file, prove that it is whole, and make it durable. */
static enum err copy_whole(const char *from, const char *to, enum lang lang, struct failure *f)
{
    sqlite3 *source = NULL, *target = NULL;
    sqlite3_backup *backup = NULL;
    sqlite3_stmt *check = NULL;
    enum err err = E_BUSY;
    int fd;

    if (access(to, F_OK) == 0)
        return refuse(f, lang, "文件已存在，不覆盖",
                      "the file exists already and is not overwritten", to);
    if (sqlite3_open_v2(from, &source, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        refuse(f, lang, "打不开", "cannot be opened", from);
    else if (sqlite3_open_v2(to, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
             SQLITE_OK)
        refuse(f, lang, "写不了", "cannot be written", to);
    else if (!(backup = sqlite3_backup_init(target, "main", source, "main")) ||
             sqlite3_backup_step(backup, -1) != SQLITE_DONE ||
             sqlite3_backup_finish(backup) != SQLITE_OK)
        refuse(f, lang, "复制未完成", "the copy was not finished", sqlite3_errmsg(target));
    else if (sqlite3_prepare_v2(target, "PRAGMA quick_check(1)", -1, &check, NULL) != SQLITE_OK ||
             sqlite3_step(check) != SQLITE_ROW ||
             !str_eq((const char *)sqlite3_column_text(check, 0), "ok"))
        refuse(f, lang, "副本不完整", "the copy is not whole", to);
    else
        err = OK;
    sqlite3_finalize(check);
    sqlite3_close(target);
    sqlite3_close(source);
    fd = err == OK ? open(to, O_RDWR | O_CLOEXEC) : -1;
    if (fd >= 0 && fsync(fd) != 0)
        err = refuse(f, lang, "写不了", "cannot be written", to);
    if (fd >= 0)
        close(fd);
    if (err != OK && target)
        unlink(to);
    return err;
}

enum err store_backup(const char *url, const char *to, enum lang lang, struct failure *f)
{
    if (str_starts(url, "postgres"))
        return failure_set(f, E_INVALID, "backup.postgres", "%s",
                           lang == LANG_EN ? "use pg_dump or pgBackRest for PostgreSQL"
                                           : "PostgreSQL 请使用 pg_dump 或 pgBackRest");
    return copy_whole(url, to, lang, f);
}

enum err store_restore(const char *url, const char *from, enum lang lang, struct failure *f)
{
    struct arena *mem = arena_new();
    const char *lock = arena_printf(mem, "%s.lock", url),
               *fresh = arena_printf(mem, "%s.restored", url);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    enum err err;

    if (str_starts(url, "postgres"))
        err = failure_set(f, E_INVALID, "backup.postgres", "%s",
                          lang == LANG_EN ? "use pg_restore for PostgreSQL"
                                          : "PostgreSQL 请使用 pg_restore");
    else if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
        err = refuse(f, lang, "正在使用，请先停止服务", "in use, stop the server first", url);
    else if ((err = copy_whole(from, fresh, lang, f)) == OK) {
        unlink(arena_printf(mem, "%s-wal", url));
        unlink(arena_printf(mem, "%s-shm", url));
        if (rename(fresh, url) != 0)
            err = refuse(f, lang, "写不了", "cannot be written", url);
    }
    if (fd >= 0)
        close(fd);
    arena_free(mem);
    return err;
}
