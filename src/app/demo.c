/* demo.c — the table of steps, and how they call operations. */
#include "app/demo.h"

#include <time.h>

enum { MORNING = 9 * 3600 };

/* --- calling --- */
struct ctx *demo_unit(struct demo *d, struct demo_user *who)
{
    ctx_free(d->cx);
    d->cx = ctx_new(d->store, instant_of_date(d->today) + MORNING + d->seconds++);
    d->cx->lang = d->options.lang;
    if (who) {
        d->cx->who = who->actor;
        d->cx->who.proved_at = d->cx->now; /* has just given the password again */
    } else {
        ctx_as_system(d->cx);
    }
    return d->cx;
}

bool demo_fail(struct demo *d, const char *format, ...)
{
    va_list args;
    char text[600];

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    utf8_trim_tail(text);
    d->failed = arena_strdup(d->mem, text);
    return false;
}

void demo_say(struct demo *d, const char *format, ...)
{
    va_list args;
    char text[2000];

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    utf8_trim_tail(text);
    d->said = arena_strdup(d->mem, text);
}

static bool run(struct demo *d, const char *name, struct call *call)
{
    struct ctx *cx = d->cx;
    const char *text;

    call->op = op_find(name);
    if (!call->op)
        return demo_fail(d, S("没有操作 %s", "there is no operation %s"), name);
    d->reply = NULL;
    if (op_call(cx, call) != OK)
        return demo_fail(d, "%s: %s [%s] %s", name, cx->failure.message, cx->failure.code,
                         cx->failure.hint);
    text = op_reply_text(cx, OK);
    if (json_parse(cx, text, strlen(text), &d->reply) != OK)
        d->reply = NULL; /* a file */
    return true;
}

bool demo_call(struct demo *d, struct demo_user *who, const char *op, int64_t id,
               const char *format, ...)
{
    struct ctx *cx = demo_unit(d, who);
    const struct op *o = op_find(op);
    struct call call = { .id = id, .version = NONE };
    va_list args, again;
    char *text;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    text = arena_alloc(cx->mem, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    if (o && op_writes(o)) {
        for (char *p = text; *p; p++)
            if (*p == '\'')
                *p = '"';
        call.body = text;
        call.body_len = (size_t)len;
    } else {
        call.query = text;
    }
    return run(d, op, &call);
}

bool demo_upload(struct demo *d, struct demo_user *who, const char *op, int64_t id,
                 const char *path)
{
    const char *slash = strrchr(path, '/');

    demo_unit(d, who);
    return run(d, op,
               &(struct call){ .id = id,
                               .version = NONE,
                               .upload_path = path,
                               .upload_name = slash ? slash + 1 : path });
}

static const struct json_value *at_path(const struct demo *d, const char *path)
{
    const struct json_value *v = d->reply;

    while (v && *path) {
        size_t len = strcspn(path, ".");
        char *key = strndupa(path, len);
        int64_t i;
        v = json_type(v) == JSON_ARRAY ? (str_int(key, &i) ? json_at(v, (size_t)i) : NULL)
                                       : json_get(v, key);
        path += len + (path[len] == '.');
    }
    return v;
}

int64_t demo_int(const struct demo *d, const char *path)
{
    return json_as_int(at_path(d, path));
}

const char *demo_str(const struct demo *d, const char *path)
{
    return json_as_str(at_path(d, path));
}

size_t demo_count(const struct demo *d, const char *path)
{
    const struct json_value *v = at_path(d, path);

    return v ? json_count(v) : 0;
}

struct demo_user *demo_user(struct demo *d, const char *login)
{
    for (int i = 0; i < d->user_count; i++)
        if (str_eq(d->users[i].login, login))
            return &d->users[i];
    assert(!"no such user");
    return NULL;
}

struct demo_user *demo_clerk(struct demo *d, int64_t division)
{
    return demo_user(d, arena_printf(d->mem, "county-%lld", (long long)division / 1000000));
}

/* --- the road --- */
static const struct step {
    const char *zh, *en;
    bool (*run)(struct demo *d);
} steps[] = {
    { "单位与账号", "organisations and accounts", demo_accounts },
    { "花名册", "rosters", demo_rosters },
    { "企业与岗位表", "employers and posts", demo_employers },
    { "岗位审核", "posts opened", demo_posts },
    { "人岗匹配", "matching", demo_match },
    { "录用通知", "offers", demo_offers },
    { "本人答复", "answers", demo_answers },
    { "年度任务", "targets", demo_targets },
    { "输转批次", "transfer batches", demo_batches },
    { "点对点输转", "journey and hand-over", demo_journey },
    { "月度确认", "monthly confirmation", demo_months },
    { "政策找人", "entitlements found", demo_claims },
    { "审核公示", "check, review, notice, approval", demo_reviews },
    { "资金发放", "payment", demo_payments },
    { "下半年在岗", "the months after", demo_months_after },
    { "秋季补招", "the autumn's posts", demo_autumn },
    { "第二轮找人", "the second round", demo_second_round },
    { "今日待办", "what waits today", demo_waiting },
    { "冬闲再匹配", "matched again for the winter", demo_winter },
    { "完成情况", "completion and bulletin", demo_completion },
    { "日志核验", "journal", demo_journal },
};

static double seconds_since(const struct timespec *from)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - from->tv_sec) + (double)(now.tv_nsec - from->tv_nsec) / 1e9;
}

static bool run_steps(struct demo *d)
{
    struct timespec began, step_began;
    FILE *out = d->options.out;
    char day[11];

    clock_gettime(CLOCK_MONOTONIC, &began);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        const struct step *s = &steps[i];
        bool ok;
        clock_gettime(CLOCK_MONOTONIC, &step_began);
        d->said = "";
        ok = s->run(d);
        fprintf(out, "%s %s  %s: %s  (%.1f s)\n", ok ? "✓" : "✗", date_format(d->today, day),
                S(s->zh, s->en), ok ? d->said : d->failed, seconds_since(&step_began));
        fflush(out);
        if (!ok)
            return false;
    }
    fprintf(out, S("全程 %.1f 秒\n", "%.1f seconds in all\n"), seconds_since(&began));
    return true;
}

static void print_account(const struct demo *d, const struct demo_user *u, const char *what)
{
    fprintf(d->options.out, "  %-16s %-16s %s  %s%s%s\n", u->login, u->password, u->org_name,
            u->name, *what ? "  " : "", what);
}

/* Where to begin, then everybody. */
static void print_accounts(const struct demo *d)
{
    static const struct {
        const char *login, *zh, *en;
    } first[] = {
        { "dingxi-leader", "领导：总览、任务、通报", "the leader: overview, targets, bulletin" },
        { "county-621121", "西部县经办：花名册、导入、输转批次",
          "western county: rosters, imports, batches" },
        { "fuzhou-clerk", "东部市经办：在岗核实、补贴申领", "eastern city: months, claims" },
        { "fuzhou-payer2", "支付：待第二人审批的批次",
          "payments: a batch waits for a second approval" },
        { "station", "驻站：到岗、走访、说法不一的月份",
          "labour station: arrivals, contradictions" },
        { "employer-1", "企业：本企业员工的月度确认",
          "an employer: its own staff, month by month" },
        { "fuzhou-audit", "审计：每一元的条款、依据、经手人",
          "audit: clause, evidence and hands behind each yuan" },
    };
    FILE *out = d->options.out;

    fprintf(out, "\n%s\n",
            S("先看这几个账号（密码每次运行随机生成）：",
              "begin with these accounts (passwords are drawn anew each run):"));
    for (size_t i = 0; i < ARRAY_LEN(first); i++)
        for (int k = 0; k < d->user_count; k++)
            if (str_eq(d->users[k].login, first[i].login))
                print_account(d, &d->users[k], S(first[i].zh, first[i].en));
    fprintf(out, "%s\n", S("其余账号：", "the others:"));
    for (int k = 0; k < d->user_count; k++) {
        bool is_shown = false;
        for (size_t i = 0; i < ARRAY_LEN(first); i++)
            is_shown |= str_eq(d->users[k].login, first[i].login);
        if (!is_shown)
            print_account(d, &d->users[k], "");
    }
    fputc('\n', out);
}

static void print_what_it_is(const struct demo *d)
{
    char day[11];

    fprintf(
        d->options.out,
        S("以上人员、企业、资金均为模拟；适用的是 2019 年的真实政策，故事和系统时间都停在 %s。\n",
          "People, employers and money are made up; the policies are those of 2019, and the story and its clock end on %s.\n"),
        date_format(d->today, day));
}

/* {"LOGIN":["login","password"],…}, and the two of the western bureau that browser tests sign in
 * as. */
static bool write_accounts(const struct demo *d)
{
    FILE *f = fopen(d->options.accounts_path, "w");
    const char *sep = "{";

    if (!f)
        return false;
    for (int i = 0; i < d->user_count; i++) {
        const char *login = d->users[i].login;
        const char *alias = str_eq(login, "dingxi-clerk")    ? "clerk"
                            : str_eq(login, "dingxi-leader") ? "leader"
                                                             : login;
        fprintf(f, "%s\"%s\":[\"%s\",\"%s\"]", sep, alias, login, d->users[i].password);
        sep = ",\n";
    }
    fputs("}\n", f);
    return fclose(f) == 0;
}

bool demo_walk(struct store *store, const struct demo_options *options)
{
    struct arena *mem = arena_new();
    struct demo *d = NEW(mem, struct demo);
    struct sim_options o = { .workers = options->workers,
                             .posts = options->posts,
                             .months = options->months,
                             .seed = options->seed,
                             .messy = options->messy,
                             .pairing = "fuzhou-dingxi",
                             .dir = options->dir };
    bool ok;

    *d = (struct demo){ .mem = mem,
                        .store = store,
                        .options = *options,
                        .world = sim_world_make(mem, &o),
                        .pairing_id = NONE,
                        .run_id = NONE };
    d->today = date_add_days(d->world->start, -14);
    d->employer_ids = NEW_ARRAY(mem, int64_t, d->world->employers_n);
    d->post_ids = NEW_ARRAY(mem, int64_t, d->world->posts_n);
    d->ways = NEW_ARRAY(mem, struct demo_way, d->world->people_n);
    for (int i = 0; i < d->world->people_n; i++)
        d->ways[i] = (struct demo_way){
            .person_id = NONE, .offer_id = NONE, .placement_id = NONE, .post = -1
        };
    ok = run_steps(d);
    if (ok)
        print_what_it_is(d);
    if (!options->has_no_passwords)
        print_accounts(d);
    if (ok && options->accounts_path)
        ok = write_accounts(d);
    ctx_free(d->cx);
    arena_free(mem);
    return ok;
}
