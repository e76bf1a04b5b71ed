/* demo_people.c — accounts, rosters, employers, posts, matching, offers and answers. */
#include <sodium.h>

#include "accounts/accounts.h"
#include "app/demo.h"
#include "base/ids.h"
#include "imports/imports.h"
#include "people/people.h"
#include "platform/demonstration.h"

#include "employers/employers.h"
#include "posts/posts.h"

/* --- accounts --- */
static const char *new_password(struct arena *mem)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    char text[15];

    for (int i = 0; i < 14; i++)
        text[i] = i % 5 == 4 ? '-' : letters[randombytes_uniform(sizeof letters - 1)];
    text[14] = 0;
    return arena_strdup(mem, text);
}

/* A made-up citizen number for each: no county has the code 350199. */
static const char *new_number(struct demo *d)
{
    const char *digits = arena_printf(d->mem, "3501991980%02d%02d%03d", 1 + d->user_count % 12,
                                      1 + d->user_count / 12 % 28, 100 + d->user_count);

    return arena_printf(d->mem, "%s%c", digits, id_no_check(digits));
}

struct adding {
    struct organisation_input org;
    struct user_input user;
    const char *password;
    int64_t id;
};

static enum err add_organisation(struct ctx *cx, void *arg)
{
    struct adding *a = arg;

    return organisation_add(cx, a->org, &a->id);
}

static enum err add_user(struct ctx *cx, void *arg)
{
    struct adding *a = arg;

    return user_add(cx, a->user, a->password, &a->id);
}

static bool organisation(struct demo *d, struct demo_user *by, const char *name, const char *kind,
                         const char *side, int64_t division, int64_t serves, int64_t employer,
                         int64_t *ret)
{
    struct adding a = { .org = { .id = NONE,
                                 .name = name,
                                 .kind = kind,
                                 .side = side,
                                 .division = division,
                                 .serves_home = serves,
                                 .employer_id = employer,
                                 .is_active = NONE,
                                 .home = NONE,
                                 .work = NONE } };
    struct ctx *cx = demo_unit(d, by);

    if (db_write(cx, add_organisation, &a) != OK)
        return demo_fail(d, "%s: %s [%s]", name, cx->failure.message, cx->failure.code);
    *ret = a.id;
    return true;
}

static enum err settle(struct ctx *cx, void *arg)
{
    struct demo_user *u = arg;

    TRY(user_settle(cx, u->id));
    return account_actor(cx, u->id, &u->actor);
}

bool demo_add_user(struct demo *d, struct demo_user *by, const struct demo_user *given,
                   int64_t person_id)
{
    struct demo_user *u = &d->users[d->user_count];
    struct adding a = { .user = { .id = NONE,
                                  .login = given->login,
                                  .name = given->name,
                                  .org_id = given->org_id,
                                  .roles = given->roles,
                                  .person_id = person_id,
                                  .id_no = person_id == NONE ? new_number(d) : NULL,
                                  .home = NONE,
                                  .work = NONE,
                                  .employer_id = NONE },
                        .password = d->options.has_no_passwords ? NULL : new_password(d->mem) };
    struct ctx *cx = demo_unit(d, by);

    assert(d->user_count < DEMO_USERS_MAX);
    if (db_write(cx, add_user, &a) != OK)
        return demo_fail(d, "%s: %s [%s]", given->login, cx->failure.message, cx->failure.code);
    *u = *given;
    u->password = a.password;
    u->id = a.id;
    cx = demo_unit(d, NULL);
    if (db_write(cx, settle, u) != OK)
        return demo_fail(d, "%s: %s", u->login, cx->failure.message);
    u->actor.user_name = u->name;
    u->actor.org_name = u->org_name;
    d->user_count++;
    return true;
}

static bool person_at(struct demo *d, struct demo_user *by, int64_t org, const char *org_name,
                      const char *login, const char *name, const char *user_roles)
{
    return demo_add_user(d, by,
                         &(struct demo_user){ .login = login,
                                              .name = name,
                                              .roles = user_roles,
                                              .org_name = org_name,
                                              .org_id = org },
                         NONE);
}

static bool bureau(struct demo *d, const char *prefix, const char *name, const char *side,
                   int64_t division)
{
    static const struct {
        const char *suffix, *zh, *roles;
    } staff[] = { { "admin", "管理员", "ADMIN" },         { "clerk", "经办", "CLERK" },
                  { "checker", "初审", "CHECKER" },       { "reviewer", "复审", "REVIEWER" },
                  { "approver", "分管领导", "APPROVER" }, { "approver2", "支付审批", "APPROVER" },
                  { "payer", "支付", "PAYER" },           { "payer2", "支付复核", "PAYER" },
                  { "leader", "领导", "LEADER" } };
    struct demo_user *by = NULL;
    int64_t org;

    /* The first administrator comes with the installation; she makes the others. */
    if (!organisation(d, NULL, name, "BUREAU", side, division, NONE, NONE, &org))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(staff); i++) {
        const char *login = arena_printf(d->mem, "%s-%s", prefix, staff[i].suffix);
        if (!person_at(d, by, org, name, login, staff[i].zh, staff[i].roles))
            return false;
        by = demo_user(d, arena_printf(d->mem, "%s-admin", prefix));
    }
    return true;
}

static bool counties(struct demo *d, struct demo_user *admin, const struct sim_place *places, int n,
                     const char *side)
{
    for (int i = 0; i < n; i++) {
        const char *name = arena_printf(d->mem, "%s人社局", places[i].name);
        const char *login =
            arena_printf(d->mem, "county-%lld", (long long)places[i].code / 1000000);
        int64_t org;
        if (!organisation(d, admin, name, "BUREAU", side, places[i].code, NONE, NONE, &org) ||
            !person_at(d, admin, org, name, login, "经办", "CLERK"))
            return false;
    }
    return true;
}

static bool others(struct demo *d)
{
    struct demo_user *west = demo_user(d, "dingxi-admin"), *east = demo_user(d, "fuzhou-admin");
    const struct sim_world *w = d->world;
    const struct sim_town *town = &w->west[0].town[0];
    const char *town_name = arena_printf(d->mem, "%s人民政府", town->name);
    int64_t org;

    return organisation(d, west, town_name, "BUREAU", "HOME", town->code, NONE, NONE, &org) &&
           person_at(d, west, org, town_name, "village", "村级联络员", "CADRE") &&
           organisation(d, west, "定西市驻福州劳务工作站", "STATION", "HOME", w->east_code,
                        w->west_code, NONE, &org) &&
           person_at(d, west, org, "定西市驻福州劳务工作站", "station", "驻站干部", "STATION") &&
           demo_call(d, west, "organisations.change", org,
                     "{'account':'35050161000201900017','account_bank':'中国建设银行福州分行'}") &&
           organisation(d, west, "定西市审计局", "AUDITOR", "HOME", w->west_code, NONE, NONE,
                        &org) &&
           person_at(d, west, org, "定西市审计局", "dingxi-audit", "审计", "AUDITOR") &&
           organisation(d, east, "福州市审计局", "AUDITOR", "WORK", w->east_code, NONE, NONE,
                        &org) &&
           person_at(d, east, org, "福州市审计局", "fuzhou-audit", "审计", "AUDITOR");
}

static enum err mark(struct ctx *cx, void *arg)
{
    (void)arg;
    return demonstration_mark(cx);
}

bool demo_accounts(struct demo *d)
{
    struct sim_world *w = d->world;
    struct demo_user *admin;

    if (db_write(demo_unit(d, NULL), mark, NULL) != OK)
        return demo_fail(d, "%s (%s) [%s]", d->cx->failure.message, d->cx->failure.hint,
                         d->cx->failure.code);
    if (!bureau(d, "dingxi", "定西市人社局", "HOME", w->west_code) ||
        !bureau(d, "fuzhou", "福州市人社局", "WORK", w->east_code))
        return false;
    admin = demo_user(d, "dingxi-admin");
    if (!counties(d, admin, w->west, w->west_n, "HOME") ||
        !counties(d, demo_user(d, "fuzhou-admin"), w->east, w->east_n, "WORK") || !others(d))
        return false;
    /* Counties paired by name: Tongwei–Fuqing, Lintao–Cangshan; the agreement is the
     * cities'. */
    if (!demo_call(
            d, NULL, "pairings.create", NONE,
            "{'name':'福州市—定西市','home':%lld,'work':%lld,'level':'CITY','from_on':'2017-02-28','agreement_no':'东西部扶贫协作框架协议'}",
            (long long)w->west_code, (long long)w->east_code))
        return false;
    d->pairing_id = demo_int(d, "id");
    demo_say(d, S("账号 %d 个；结对：福州市—定西市", "%d accounts; pairing Fuzhou–Dingxi"),
             d->user_count);
    return true;
}

/* --- importing --- */
struct problems {
    int64_t batch_id;
    struct rows rows;
};

static enum err read_problems(struct ctx *cx, void *arg)
{
    struct problems *p = arg;

    return import_problems(cx, p->batch_id, 0, -1, &p->rows);
}

static bool is_planted(const struct demo *d, const char *file, const struct rows *r, int i)
{
    for (size_t k = 0; k < d->world->answers_n; k++) {
        const struct sim_answer *a = &d->world->answers[k];
        if (a->row == row_int(r, i, "row_number") && str_eq(a->code, row_text(r, i, "code")) &&
            str_eq(a->file, file))
            return true;
    }
    return false;
}

static void count_code(struct demo *d, struct demo_tally *t, const char *code)
{
    for (int i = 0; i < t->code_count; i++)
        if (str_eq(t->codes[i].code, code)) {
            t->codes[i].n++;
            return;
        }
    if (t->code_count < (int)ARRAY_LEN(t->codes)) {
        t->codes[t->code_count].code = arena_strdup(d->mem, code);
        t->codes[t->code_count++].n = 1;
    }
}

/* A file through the real importer: checked, good rows written, bad ones wait. */
bool demo_import(struct demo *d, struct demo_user *who, const struct record *rec,
                 const struct sim_file *file, struct demo_tally *t)
{
    struct ctx *cx = demo_unit(d, who);
    struct import_outcome o;
    struct problems p;

    if (import_run(cx, rec, file->path, file->name, true, &o) != OK)
        return demo_fail(d, "%s: %s [%s]", file->name, cx->failure.message, cx->failure.code);
    p.batch_id = o.batch_id;
    if (db_read(cx, read_problems, &p) != OK)
        return demo_fail(d, "%s: %s", file->name, cx->failure.message);
    for (int i = 0; i < p.rows.n; i++) {
        count_code(d, t, row_text(&p.rows, i, "code"));
        t->found += is_planted(d, file->name, &p.rows, i);
    }
    for (size_t k = 0; k < d->world->answers_n; k++)
        t->planted += str_eq(d->world->answers[k].file, file->name);
    t->rows += o.total;
    t->good += o.good;
    t->bad += o.bad;
    t->created += o.created;
    return true;
}

/* The commonest codes: "id_no.checksum 6, phone.two 4 …" */
static const char *codes_text(struct demo *d, struct demo_tally *t)
{
    struct str s = str_new(d->mem);

    for (int shown = 0; shown < 6; shown++) {
        int best = -1;
        for (int i = 0; i < t->code_count; i++)
            if (t->codes[i].n > 0 && (best < 0 || t->codes[i].n > t->codes[best].n))
                best = i;
        if (best < 0)
            break;
        str_addf(&s, "%s%s %d", s.len ? ", " : "", t->codes[best].code, t->codes[best].n);
        t->codes[best].n = 0;
    }
    return s.s;
}

bool demo_all_found(struct demo *d, const struct demo_tally *t)
{
    if (t->found < t->planted)
        return demo_fail(d, S("埋下 %lld 处错误只查出 %lld 处", "%lld flaws planted, %lld found"),
                         (long long)t->planted, (long long)t->found);
    if (t->good == 0)
        return demo_fail(d, "%s", S("没有导入任何一行", "no row was taken"));
    return true;
}

static enum err find_people(struct ctx *cx, void *arg)
{
    struct demo *d = arg;
    bool in_scope;

    for (int i = 0; i < d->world->people_n; i++)
        TRY(record_find(cx, &person_record, d->world->people[i].id_no, &d->ways[i].person_id,
                        &in_scope));
    return OK;
}

bool demo_rosters(struct demo *d)
{
    struct sim_world *w = d->world;
    struct failure f = { 0 };
    struct demo_tally t = { 0 };
    size_t first = w->files_n;

    if (sim_write_rosters(w, &f) != OK)
        return demo_fail(d, "%s", f.message);
    for (size_t i = first; i < w->files_n; i++)
        if (!demo_import(d, demo_clerk(d, w->files[i].office), &person_record, &w->files[i], &t))
            return false;
    if (!demo_all_found(d, &t) || db_read(demo_unit(d, NULL), find_people, d) != OK)
        return d->failed ? false : demo_fail(d, "%s", d->cx->failure.message);
    demo_say(
        d,
        S("%zu 份，%lld 行，入库 %lld 人，待改 %lld 行；埋错 %lld 处全部查出：%s",
          "%zu files, %lld rows, %lld people taken, %lld rows wait; all %lld planted flaws found: %s"),
        w->files_n - first, (long long)t.rows, (long long)t.created, (long long)t.bad,
        (long long)t.planted, codes_text(d, &t));
    return true;
}

static enum err find_work(struct ctx *cx, void *arg)
{
    struct demo *d = arg;
    struct rows r;

    for (int i = 0; i < d->world->employers_n; i++)
        TRY(employer_find(cx, d->world->employers[i].credit_code, NULL, NONE, &d->employer_ids[i]));
    TRY(db_rows(cx, &r, "SELECT j.id, j.external_no FROM job_post j WHERE SCOPE(job_post j)"));
    for (int i = 0; i < d->world->posts_n; i++) {
        d->post_ids[i] = NONE;
        for (int k = 0; k < r.n; k++)
            if (str_eq(row_text(&r, k, "external_no"), d->world->posts[i].number))
                d->post_ids[i] = row_int(&r, k, "id");
    }
    return OK;
}

/* The first three employers sign in themselves. */
static bool employer_accounts(struct demo *d)
{
    struct demo_user *admin = demo_user(d, "fuzhou-admin");

    for (int i = 0; i < MIN(DEMO_EMPLOYERS_SIGNED_IN, d->world->employers_n); i++) {
        const struct sim_employer *e = &d->world->employers[i];
        int64_t org;
        if (!organisation(d, admin, e->name, "EMPLOYER", "WORK", d->world->east[e->place].code,
                          NONE, d->employer_ids[i], &org) ||
            !person_at(d, admin, org, e->name, arena_printf(d->mem, "employer-%d", i + 1),
                       e->contact, "EMPLOYER"))
            return false;
    }
    return true;
}

bool demo_employers(struct demo *d)
{
    struct sim_world *w = d->world;
    struct failure f = { 0 };
    struct demo_tally firms = { 0 }, posts = { 0 };
    size_t first = w->files_n;

    d->today = date_add_days(w->start, -10);
    if (sim_write_posts(w, &f) != OK)
        return demo_fail(d, "%s", f.message);
    for (size_t i = first; i < w->files_n; i++) {
        bool is_firm = str_eq(w->files[i].record, "employer");
        if (!demo_import(d, demo_clerk(d, w->files[i].office),
                         is_firm ? &employer_record : &post_record, &w->files[i],
                         is_firm ? &firms : &posts))
            return false;
    }
    if (!demo_all_found(d, &firms) || !demo_all_found(d, &posts))
        return false;
    if (db_read(demo_unit(d, NULL), find_work, d) != OK)
        return demo_fail(d, "%s", d->cx->failure.message);
    if (!employer_accounts(d))
        return false;
    demo_say(d,
             S("企业 %lld 家，岗位 %lld 个，待改 %lld 行，埋错 %lld 处全部查出",
               "%lld employers, %lld posts, %lld rows wait, all %lld planted flaws found"),
             (long long)firms.created, (long long)posts.created, (long long)(firms.bad + posts.bad),
             (long long)(firms.planted + posts.planted));
    return true;
}

bool demo_posts(struct demo *d)
{
    struct demo_user *checker = demo_user(d, "fuzhou-checker");
    int opened = 0, seats = 0;

    d->today = date_add_days(d->world->start, -7);
    for (int i = 0; i < d->world->posts_n; i++) {
        const struct sim_post *p = &d->world->posts[i];
        if (d->post_ids[i] == NONE)
            continue;
        if (!demo_call(d,
                       demo_clerk(d, d->world->east[d->world->employers[p->employer].place].code),
                       "posts.submit", d->post_ids[i], "{}") ||
            !demo_call(d, checker, "posts.open", d->post_ids[i], "{}"))
            return false;
        opened++;
        seats += p->headcount;
    }
    demo_say(d, S("开放岗位 %d 个，名额 %d 个", "%d posts open, %d seats"), opened, seats);
    return opened > 0 || demo_fail(d, "%s", S("没有岗位开放", "no post was opened"));
}
