/* main.c — the command line. One table lists the commands; the smaller ones stand here. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/modules.h"
#include "payments/payments.h"
#include "platform/journal.h"
#include "platform/seal.h"

#define QUEQIAO_VERSION "0.1.0"

static int command_migrate(const struct command_line *line)
{
    struct store *store;
    int status = command_open(line, &store);

    if (!status) {
        puts(line->lang == LANG_EN ? "the schema is up to date" : "数据结构已是最新");
        store_close(store);
    }
    return status;
}

/* Body {"name":"value",…} from NAME=VALUE arguments; numbers and texts are told apart by the
 * fields. */
static const char *call_body(struct ctx *cx, const struct command_line *line)
{
    struct json *j = json_new(cx->mem);

    json_object(j);
    for (int i = 1; i < line->argc; i++) {
        const char *equals = strchr(line->argv[i], '=');
        if (!equals || str_starts(line->argv[i], "--") || str_starts(line->argv[i], "id="))
            continue;
        json_put_str(j, arena_strndup(cx->mem, line->argv[i], (size_t)(equals - line->argv[i])),
                     equals + 1);
    }
    json_end(j);
    return json_text(j);
}

static const char *call_query(struct ctx *cx, const struct command_line *line)
{
    struct str q = str_new(cx->mem);

    for (int i = 1; i < line->argc; i++) {
        if (!strchr(line->argv[i], '=') || str_starts(line->argv[i], "--") ||
            str_starts(line->argv[i], "id="))
            continue;
        str_add(&q, q.len ? "&" : "");
        for (const char *p = line->argv[i]; *p; p++)
            if ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                strchr("=_-.~", *p))
                str_add_char(&q, *p);
            else
                str_addf(&q, "%%%02X", (unsigned char)*p);
    }
    return q.s;
}

static int command_call(const struct command_line *line)
{
    const char *name = argument(line, 0);
    const struct op *op = name ? op_find(name) : NULL;
    struct store *store;
    struct ctx *cx;
    struct call call = { .op = op, .id = NONE, .version = NONE };
    enum err err;
    int status;

    if (!op)
        return command_usage(line);
    status = command_open(line, &store);
    if (status)
        return status;
    cx = ctx_new(store, store_now(store));
    cx->lang = line->lang;
    ctx_as_system(cx);
    for (int i = 0; i < line->argc; i++)
        if (str_starts(line->argv[i], "id="))
            str_int(line->argv[i] + 3, &call.id);
    if (op_writes(op)) {
        call.body = call_body(cx, line);
        call.body_len = strlen(call.body);
    } else {
        call.query = call_query(cx, line);
    }
    err = op_call(cx, &call);
    puts(op_reply_text(cx, err));
    ctx_free(cx);
    store_close(store);
    return err_exit(err);
}

/* NUMBER:HASH as an earlier run printed it. */
static bool read_head(const char *text, struct journal_head *ret)
{
    const char *colon = strchr(text, ':');

    if (!colon || strlen(colon + 1) != sizeof ret->hash - 1)
        return false;
    memcpy(ret->hash, colon + 1, sizeof ret->hash);
    return str_int(strndupa(text, (size_t)(colon - text)), &ret->number) && ret->number > 0;
}

static enum err verify_money(struct ctx *cx, void *arg)
{
    return payments_verify(cx, arg);
}

static enum err verify(struct ctx *cx, const struct journal_head *witness)
{
    struct journal_head head;
    int64_t entries, blocks, sums;
    int sealed;

    TRY(journal_seal(cx, &sealed));
    TRY(journal_verify_from(cx, 1, witness, &entries, &blocks));
    TRY(journal_head(cx, &head));
    printf(T("日志完整：%lld 条，%lld 个区块\n", "journal intact: %lld entries in %lld blocks\n"),
           (long long)entries, (long long)blocks);
    TRY(db_read(cx, verify_money, &sums));
    printf(T("资金账相符：%lld 项合计无差额\n", "money agrees: %lld sums without difference\n"),
           (long long)sums);
    if (head.number > 0)
        printf(T("请另处保存，下次核验用：--head=%lld:%s\n",
                 "keep this elsewhere for the next check: --head=%lld:%s\n"),
               (long long)head.number, head.hash);
    return OK;
}

static int command_verify(const struct command_line *line)
{
    const char *noted = option(line, "head");
    struct journal_head witness;
    struct store *store;
    struct ctx *cx;
    int status;

    if (noted && !read_head(noted, &witness)) {
        fputs(line->lang == LANG_EN ? "queqiao: --head=NUMBER:HASH, as verify printed it\n"
                                    : "queqiao: 格式为 --head=编号:哈希，即上次核验所输出\n",
              stderr);
        return 2;
    }
    status = command_open(line, &store);
    if (status)
        return status;
    cx = ctx_new(store, store_now(store));
    cx->lang = line->lang;
    ctx_as_system(cx);
    if (verify(cx, noted ? &witness : NULL) != OK)
        status = command_fail(line, &cx->failure);
    ctx_free(cx);
    store_close(store);
    return status;
}

static int command_backup(const struct command_line *line)
{
    const char *to = argument(line, 0);
    struct failure f = { 0 };

    if (!to)
        return command_usage(line);
    if (store_backup(line->store_url, to, line->lang, &f) != OK)
        return command_fail(line, &f);
    printf(line->lang == LANG_EN ? "copied to %s; keep the key file %s apart from it\n"
                                 : "已备份到 %s；密钥文件 %s 请另处保管\n",
           to, line->key_path);
    return 0;
}

static int command_restore(const struct command_line *line)
{
    const char *from = argument(line, 0);
    struct failure f = { 0 };

    if (!from)
        return command_usage(line);
    if (store_restore(line->store_url, from, line->lang, &f) != OK)
        return command_fail(line, &f);
    printf(line->lang == LANG_EN ? "%s is restored\n" : "已恢复 %s\n", line->store_url);
    return 0;
}

static int command_openapi(const struct command_line *line)
{
    struct arena *mem = arena_new();

    (void)line;
    puts(openapi_text(mem));
    arena_free(mem);
    return 0;
}

static int command_version(const struct command_line *line)
{
    (void)line;
    puts("queqiao " QUEQIAO_VERSION);
    return 0;
}

static const struct command commands[] = {
    { "serve", "[--port=8080 | --listen=ADDRESS]", "启动服务", "serve the console and the API",
      command_serve },
    { "import", "person|employer|job_post|month_evidence FILE [--commit]", "检查并导入表格",
      "check a spreadsheet and take it in", command_import },
    { "match",
      "HOME WORK [--weights=JSON|FILE] | --workers=F --posts=F [--employers=F] [--weights=JSON|FILE]"
      " [--on=DATE] [--previous=DIR] --out=DIR | --replay [--seeds=N] [--years=N]",
      "人岗匹配，并证明无更好的分法；由表格到表格，不用台账；或重演2017年春",
      "match people to posts, with the proof that it cannot be bettered; from files to files; or"
      " replay the spring of 2017",
      command_match },
    { "compare", "person|employer FILE [FILE2] [--within=DIVISION]",
      "比对表格与台账，或两份表格：谁在哪边，哪些字段不同",
      "compare a spreadsheet with the ledger, or two: who is where, which fields differ",
      command_compare },
    { "trace", "ID", "一笔支付或申领的来龙去脉：审批、政策、事实、证据、日志及其证明",
      "follow a payment line or a claim back to hands, clause, facts, evidence and proof",
      command_trace },
    { "call", "OP [id=…] [name=value …]", "执行任一操作", "run any operation", command_call },
    { "migrate", "", "升级数据结构", "bring the store to the newest schema", command_migrate },
    { "backup", "FILE", "备份", "copy the store, also while it is served", command_backup },
    { "restore", "FILE", "恢复备份", "put a copy in the store's place", command_restore },
    { "verify", "[--head=N:HASH]", "核验日志未被改动、资金账相符",
      "prove that the journal was not altered and that all money agrees", command_verify },
    { "demo", "[--workers=N] [--posts=M] [--months=K] [--seed=S] [--messy=P] [--serve=0]",
      "模拟福州—定西一年并走完全程", "simulate Fuzhou–Dingxi and walk the road", command_demo },
    { "simulate",
      "[--workers=N] [--posts=M] [--months=K] [--seed=S] [--messy=P] [--rosters=one]"
      " [--pairing=fuzhou-dingxi|shandong-chongqing] --out=DIR",
      "生成模拟表格和错误清单", "write made-up spreadsheets with a key of their flaws",
      command_simulate },
    { "policy", "check FILE… | explain FILE… [--person=FACTS] | diff A B [FACTS…] [--on=DATE]",
      "检查政策文件；逐条说明或按事实认定；比较两项政策及其人和钱",
      "check policy files; say them in words or decide on facts; compare two, and what they cost",
      command_policy },
    { "openapi", "", "输出接口说明", "print the OpenAPI document", command_openapi },
    { "version", "", "版本", "print the version", command_version },
    { 0 },
};

int main(int argc, char **argv)
{
    struct arena *mem = arena_new();
    struct command_line line;
    const struct command *command = NULL;
    int status;

    umask(077);
    if (sodium_init() < 0)
        return 3;
    ops_register(app_modules);
    status = command_read(mem, commands, argc, argv, &line, &command);
    if (command)
        status = command->run(&line);
    arena_free(mem);
    return status;
}
