/* command.c — what the commands share: options, opening the store, saying what is wrong. */
#include "app/commands.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/demonstration.h"
#include "platform/seal.h"

const char *option(const struct command_line *line, const char *name)
{
    size_t len = strlen(name);

    for (int i = 0; i < line->argc; i++) {
        const char *a = line->argv[i];
        if (strncmp(a, "--", 2) == 0 && strncmp(a + 2, name, len) == 0 &&
            (a[2 + len] == '=' || a[2 + len] == 0))
            return a[2 + len] ? a + 3 + len : "";
    }
    return NULL;
}

const char *argument(const struct command_line *line, int n)
{
    for (int i = 0; i < line->argc; i++)
        if (strncmp(line->argv[i], "--", 2) != 0 && n-- == 0)
            return line->argv[i];
    return NULL;
}

int command_fail(const struct command_line *line, const struct failure *f)
{
    if (line->json)
        fprintf(stderr, "{\"code\":\"%s\"}\n", f->code);
    else
        fprintf(stderr, "queqiao: %s%s%s%s [%s]\n", f->message, f->hint[0] ? " (" : "", f->hint,
                f->hint[0] ? ")" : "", f->code);
    return err_exit(f->err);
}

static enum err seed_modules(struct ctx *cx, void *arg)
{
    (void)arg;
    for (int m = 0; ops_modules()[m]; m++)
        if (ops_modules()[m]->seed)
            TRY(ops_modules()[m]->seed(cx));
    return OK;
}

int command_open(const struct command_line *line, struct store **ret)
{
    struct failure f = { 0 };
    struct store *store = NULL;
    struct ctx *cx;
    int status = 0;

    if (mkdir(line->data_dir, 0700) != 0 && access(line->data_dir, W_OK) != 0) {
        failure_set(&f, E_BUSY, "data.folder",
                    line->lang == LANG_EN ? "the data folder %s cannot be made"
                                          : "无法建立数据目录 %s",
                    line->data_dir);
        return command_fail(line, &f);
    }
    if (store_open(line->store_url, ops_tables(), line->lang, &f, &store) != OK)
        return command_fail(line, &f);
    if (store_migrate(store, &f, NULL) != OK || seal_init_for(store, line->key_path, &f) != OK) {
        store_close(store);
        return command_fail(line, &f);
    }
    cx = ctx_new(store, store_now(store));
    cx->lang = line->lang;
    ctx_as_system(cx);
    if (db_write(cx, seed_modules, NULL) != OK || demonstration_resume(cx) != OK)
        status = command_fail(line, &cx->failure);
    ctx_free(cx);
    if (status)
        store_close(store);
    else
        *ret = store;
    return status;
}
