/* command.c — what the commands share: reading the arguments, opening the store, saying what is
 * wrong. */
#include "app/commands.h"

#include <stdio.h>
#include <stdlib.h>
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

/* --- reading the arguments --- */
static const char general[] = "[--store=URL] [--key=FILE] [--lang=en] [--json] [--help]";

/* Where "--name" stands in a usage line, and whether a value follows. */
static bool usage_names(const char *usage, const char *arg, size_t len, bool *ret_has_value)
{
    for (const char *p = usage; (p = strstr(p, "--")); p += 2)
        if (strncmp(p, arg, len) == 0 && !strchr("abcdefghijklmnopqrstuvwxyz-", p[len])) {
            *ret_has_value = p[len] == '=';
            return true;
        }
    return false;
}

static const struct command *find_command(const struct command *commands, const char *name)
{
    for (; commands->name; commands++)
        if (str_eq(commands->name, name))
            return commands;
    return NULL;
}

static void print_command(FILE *to, const struct command *c, enum lang lang)
{
    fprintf(to, "  %-9s %s\n            %s\n", c->name, c->usage, lang == LANG_EN ? c->en : c->zh);
}

static void print_commands(FILE *to, const struct command *commands, enum lang lang)
{
    fprintf(to, "queqiao %s %s …\n", lang == LANG_EN ? "COMMAND" : "命令", general);
    for (; commands->name; commands++)
        print_command(to, commands, lang);
}

int command_usage(const struct command_line *line)
{
    fprintf(stderr, "queqiao %s %s\n", line->command->name, line->command->usage);
    return 2;
}

static enum lang language_of(const struct command_line *line)
{
    const char *asked = option(line, "lang"), *env = getenv("LANG");

    if (asked)
        return str_eq(asked, "en") ? LANG_EN : LANG_ZH;
    return env && *env && !str_starts(env, "zh") && !str_eq(env, "C.UTF-8") && !str_eq(env, "C")
               ? LANG_EN
               : LANG_ZH;
}

/* Folder of the store: that of the SQLite file, else ./data. */
static const char *data_dir_of(struct arena *mem, const char *url)
{
    const char *slash = strrchr(url, '/');

    if (str_starts(url, "postgres"))
        return "data";
    return slash ? arena_strndup(mem, url, (size_t)(slash - url)) : ".";
}

static void read_general(struct arena *mem, struct command_line *line)
{
    const char *store = option(line, "store"), *env = getenv("QUEQIAO_STORE");
    const char *key = option(line, "key");

    line->lang = language_of(line);
    line->json = option(line, "json") != NULL;
    line->store_url = store ? store : env && *env ? env : "data/queqiao.db";
    line->data_dir = data_dir_of(mem, line->store_url);
    line->key_path = key ? key : arena_printf(mem, "%s/queqiao.key", line->data_dir);
}

/* Options as "--name=value" each, also those written "--name value" or "-o DIR". The first option
 * that the usage does not name, or that lacks its value, is left in *ret_wrong. */
static void read_options(struct arena *mem, const char *usage, int argc, char **argv,
                         struct command_line *line, const char **ret_wrong)
{
    for (int i = 0; i < argc; i++) {
        char *arg = str_eq(argv[i], "-o") ? "--out" : argv[i];
        size_t len = strcspn(arg, "=");
        bool has_value = false, is_option = arg[0] == '-' && arg[1];

        if (is_option && !usage_names(usage, arg, len, &has_value) &&
            !usage_names(general, arg, len, &has_value) && !*ret_wrong)
            *ret_wrong = arg;
        if (has_value && !arg[len] && i + 1 < argc)
            arg = arena_printf(mem, "%s=%s", arg, argv[++i]);
        else if (has_value && !arg[len] && !*ret_wrong)
            *ret_wrong = arg;
        line->argv[line->argc++] = arg;
    }
}

/* Behind the general options that may stand before it. */
static int index_of_name(int argc, char **argv)
{
    int i = 1;

    while (i < argc && argv[i][0] == '-') {
        bool has_value = false;
        usage_names(general, argv[i], strcspn(argv[i], "="), &has_value);
        i += has_value && !strchr(argv[i], '=') ? 2 : 1;
    }
    return i;
}

int command_read(struct arena *mem, const struct command *commands, int argc, char **argv,
                 struct command_line *line, const struct command **ret)
{
    int at = index_of_name(argc, argv);
    const struct command *c = at < argc ? find_command(commands, argv[at]) : NULL;
    const char *wrong = NULL;

    *line = (struct command_line){ .argv = NEW_ARRAY(mem, char *, argc + 1), .command = c };
    read_options(mem, "", MIN(at, argc) - 1, argv + 1, line, &wrong);
    if (at < argc)
        read_options(mem, c ? c->usage : "", argc - at - 1, argv + at + 1, line, &wrong);
    read_general(mem, line);
    if (option(line, "help") || (at < argc && !c && str_eq(argv[at], "help"))) {
        c ? print_command(stdout, c, line->lang) : print_commands(stdout, commands, line->lang);
        return 0;
    }
    if (!c) {
        if (at < argc)
            fprintf(stderr,
                    line->lang == LANG_EN ? "queqiao: there is no command %s\n"
                                          : "queqiao：没有 %s 这个命令\n",
                    argv[at]);
        print_commands(stderr, commands, line->lang);
        return 2;
    }
    if (wrong) {
        fprintf(stderr,
                line->lang == LANG_EN
                    ? "queqiao %s: %s is not an option of it, or lacks its value\n"
                    : "queqiao %s：没有 %s 这个选项，或缺少它的值\n",
                c->name, wrong);
        print_command(stderr, c, line->lang);
        return 2;
    }
    *ret = c;
    return 0;
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
