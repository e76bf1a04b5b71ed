/* command_trace.c — `queqiao trace ID`: from a yuan back to the facts, as the page shows it. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "base/amount.h"
#include "platform/journal.h"

static void print_text(const char *text)
{
    for (const char *at = text; *at; at += *at == '\n') {
        int len = (int)strcspn(at, "\n");
        printf("    %.*s\n", len, at);
        at += len;
    }
}

static enum err print_steps(struct ctx *cx)
{
    const char *reply = json_text(cx->out);
    const struct json_value *v, *steps;
    char yuan[32];

    TRY(json_parse(cx, reply, strlen(reply), &v));
    steps = json_get(v, "steps");
    for (size_t i = 0; i < json_count(steps); i++) {
        const struct json_value *s = json_at(steps, i);
        const char *text = json_as_str(json_get(s, "text"));
        int64_t fen = json_as_int(json_get(s, "amount_fen"));
        printf("%zu. %s %s", i + 1, json_as_str(json_get(s, cx->lang == LANG_EN ? "en" : "zh")),
               json_as_str(json_get(s, "id")));
        if (fen != NONE)
            printf("  %s", amount_format(fen, yuan));
        printf("\n");
        print_text(text ? text : "");
    }
    return OK;
}

static enum err trace(struct ctx *cx, const struct command_line *line, int64_t id)
{
    struct call call = { .op = op_find("payments.trace"), .id = id, .version = NONE };
    int sealed;

    TRY(journal_seal(cx, &sealed)); /* so that the newest entries are proved, too */
    TRY(op_call(cx, &call));
    if (line->json) {
        puts(json_text(cx->out));
        return OK;
    }
    return print_steps(cx);
}

int command_trace(const struct command_line *line)
{
    const char *text = argument(line, 0);
    struct store *store;
    struct ctx *cx;
    int64_t id;
    int status;

    if (!text || !str_int(text, &id))
        return command_usage(line);
    status = command_open(line, &store);
    if (status)
        return status;
    cx = ctx_new(store, store_now(store));
    cx->lang = line->lang;
    ctx_as_system(cx);
    if (trace(cx, line, id) != OK)
        status = command_fail(line, &cx->failure);
    ctx_free(cx);
    store_close(store);
    return status;
}
