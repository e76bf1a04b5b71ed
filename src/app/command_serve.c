/* command_serve.c — serve the console and the API until told to stop. */
#include <stdio.h>
#include <sys/stat.h>

#include "accounts/accounts.h"
#include "app/commands.h"
#include "app/serve.h"
#include "http/api.h"

static void started(const char *url, void *arg)
{
    const struct command_line *line = arg;

    printf("%s %s\n", line->lang == LANG_EN ? "serving at" : "已启动：", url);
    fflush(stdout);
}

/* On an empty store nobody can sign in yet: a link that works once makes the first account. */
static int offer_setup(const struct command_line *line, struct store *store)
{
    struct ctx *cx = ctx_new(store, store_now(store));
    const char *link = NULL;
    int status = 0;

    cx->lang = line->lang;
    ctx_as_system(cx);
    if (accounts_setup_link(cx, &link) != OK)
        status = command_fail(line, &cx->failure);
    else if (link)
        printf("%s %s\n",
               line->lang == LANG_EN ? "first account (works once, for a day): open"
                                     : "首次设置（链接一次有效，24 小时内）：打开",
               link);
    ctx_free(cx);
    return status;
}

int command_serve_store(const struct command_line *line, struct store *store)
{
    const char *port = option(line, "port"), *listen = option(line, "listen");
    struct arena *mem = arena_new();
    char *upload_dir = arena_printf(mem, "%s/uploads", line->data_dir);
    int status;

    mkdir(upload_dir, 0700);
    api_authenticate_with(accounts_authenticate);
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct background *b = ops_modules()[m]->background; b && b->name; b++)
            serve_add_background(b->name, b->fn, b->every_ms);
    status = offer_setup(line, store);
    if (!status)
        status = serve_run(store, &(struct serve_options){
                                      .listen = listen ? listen
                                                : port ? arena_printf(mem, "127.0.0.1:%s", port)
                                                       : NULL,
                                      .upload_dir = upload_dir,
                                      .web = web_assets,
                                      .lang = line->lang,
                                      .started = started,
                                      .arg = (void *)line });
    arena_free(mem);
    return status;
}

int command_serve(const struct command_line *line)
{
    struct store *store;
    int status = command_open(line, &store);

    if (status)
        return status;
    status = command_serve_store(line, store);
    store_close(store);
    return status;
}
