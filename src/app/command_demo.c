/* command_demo.c — `queqiao demo`: a store of its own, the road, then the console. */
#include <sys/stat.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/demo.h"

static int number(const struct command_line *line, const char *name, int standard)
{
    const char *text = option(line, name);
    int64_t n;

    return text && str_int(text, &n) && n >= 0 && n <= 1000000 ? (int)n : standard;
}

/* The demo's own store is made anew each time; one named by hand must be empty. */
static void forget(const char *path)
{
    static const char *const parts[] = { "", "-wal", "-shm", ".lock" };
    struct arena *mem = arena_new();

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        unlink(arena_printf(mem, "%s%s", path, parts[i]));
    arena_free(mem);
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
    if (!str_starts(line.store_url, "postgres"))
        forget(line.store_url);
    status = command_open(&line, &store);
    if (status)
        return status;
    o.dir = arena_printf(mem, "%s/sheets", line.data_dir);
    mkdir(o.dir, 0700);
    o.accounts_path = arena_printf(mem, "%s/accounts.json", line.data_dir);
    ok = demo_walk(store, &o);
    status = ok ? 0 : 1;
    if (ok && !str_eq(serve, "0"))
        status = command_serve_store(&line, store);
    store_close(store);
    arena_free(mem);
    return status;
}
