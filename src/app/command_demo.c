/* command_demo.c — `queqiao demo`: a store of its own, the road, then the console. */
#include <sys/stat.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/demo.h"
#include "platform/demonstration.h"

static int number(const struct command_line *line, const char *name, int standard)
{
    const char *text = option(line, name);
    int64_t n;

    return text && str_int(text, &n) && n >= 0 && n <= 1000000 ? (int)n : standard;
}

static enum err ask_mark(struct ctx *cx, void *arg)
{
    return demonstration_is(cx, arg);
}

/* A file that is there already is made anew only when it is an earlier demonstration's. */
static int check_store(const struct command_line *line)
{
    bool is_demonstration = false;
    struct failure f = { 0 };
    struct store *store;
    struct stat st;
    struct ctx *cx;

    if (stat(line->store_url, &st) != 0 || st.st_size == 0)
        return 0;
    if (store_open(line->store_url, ops_tables(), line->lang, &f, &store) == OK) {
        cx = ctx_new(store, store_now(store));
        ctx_as_system(cx);
        if (db_read(cx, ask_mark, &is_demonstration) != OK)
            is_demonstration = false;
        ctx_free(cx);
        store_close(store);
    } else if (f.err == E_BUSY) {
        return command_fail(line, &f);
    }
    if (is_demonstration)
        return 0;
    failure_set(&f, E_CONFLICT, "demo.not_demo",
                line->lang == LANG_EN ? "%s is no demonstration's store; it was left as it is"
                                      : "%s 不是演示数据库，未作任何改动",
                line->store_url);
    snprintf(f.hint, sizeof f.hint, "%s",
             line->lang == LANG_EN ? "name another file with --store, or move this one away"
                                   : "请用 --store 指定别的文件，或先移走这个文件");
    return command_fail(line, &f);
}

static void forget(const char *path)
{
    static const char *const parts[] = { "", "-wal", "-shm", ".lock" };
    struct arena *mem = arena_new();

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        unlink(arena_printf(mem, "%s%s", path, parts[i]));
    arena_free(mem);
}

/* The console lives at the end of the story. */
static int resume(const struct command_line *line, struct store *store)
{
    struct ctx *cx = ctx_new(store, store_now(store));
    int status = 0;

    cx->lang = line->lang;
    ctx_as_system(cx);
    if (demonstration_resume(cx) != OK)
        status = command_fail(line, &cx->failure);
    ctx_free(cx);
    return status;
}

int command_demo(const struct command_line *given)
{
    struct arena *mem = arena_new();
    struct command_line line = *given;
    const char *serve = option(given, "serve");
    struct demo_options o = { .workers = number(given, "workers", 1200),
                              .posts = number(given, "posts", 40),
                              .months = number(given, "months", 8),
                              .messy = number(given, "messy", 5),
                              .seed = (uint64_t)number(given, "seed", 1),
                              .lang = given->lang,
                              .out = stdout };
    struct store *store;
    bool ok;
    int status;

    if (!option(given, "store")) {
        line.store_url = "build/demo/queqiao.db";
        line.data_dir = "build/demo";
        line.key_path = option(given, "key") ? given->key_path : "build/demo/queqiao.key";
        mkdir("build", 0777);
    }
    /* build/demo is the demo's own; a store named by hand may be anything. */
    status =
        option(given, "store") && !str_starts(line.store_url, "postgres") ? check_store(&line) : 0;
    if (status) {
        arena_free(mem);
        return status;
    }
    if (!str_starts(line.store_url, "postgres"))
        forget(line.store_url);
    status = command_open(&line, &store);
    if (status) {
        arena_free(mem);
        return status;
    }
    o.dir = arena_printf(mem, "%s/sheets", line.data_dir);
    mkdir(o.dir, 0700);
    o.accounts_path = arena_printf(mem, "%s/accounts.json", line.data_dir);
    ok = demo_walk(store, &o);
    status = ok ? 0 : 1;
    if (ok && !str_eq(serve, "0")) {
        status = resume(&line, store);
        if (!status)
            status = command_serve_store(&line, store);
    }
    store_close(store);
    arena_free(mem);
    return status;
}
