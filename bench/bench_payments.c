/* bench_payments — what a batch of payments costs, step by step.
 *
 *     make build/bench_payments
 *     build/bench_payments STORE LINES    STORE is a new file, or postgres:// an empty database
 *
 * So many people of Tongwei have an approved claim of 3,000 yuan and an account. The batch is made,
 * locked, approved by two, written for the bank, sent, and the bank's return, in which one line in
 * thirty fails, is read. Each step prints its time on the clock, the processor time of this process
 * (with PostgreSQL that is the client's share), both for each line; twice the lines should take
 * twice the time. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "app/modules.h"
#include "claims/claims.h"
#include "payments/payments.h"
#include "platform/seal.h"
#include "platform/temp.h"

static const int64_t home = 621121000000, work = 350181000000, payer = 350100000000;
enum {
    POLICY = 71,
    CLAIMS_FROM = 1000000,
    PEOPLE_FROM = 5000000,
    MAKER = 1,
    FIRST = 2,
    SECOND = 3
};

struct bench {
    int64_t lines;
    struct payment_made made;
    struct payment_return sum;
    const char *path;
};

/* As registered, as far as a payment looks at it: the way through the registry is not what is
 * measured. */
static struct params person_row(struct ctx *cx, int64_t i)
{
    int64_t id = PEOPLE_FROM + i;
    struct bytes index = { memcpy(arena_alloc(cx->mem, sizeof id), &id, sizeof id), sizeof id };

    return PARAMS(cx, P(id), P(home), P(seal_text(cx->mem, "person.id_no", id, "x")), P(index),
                  P(seal_text(cx->mem, "person.account", id,
                              arena_printf(cx->mem, "62284800000%08lld", (long long)i))));
}

static struct params claim_row(struct ctx *cx, int64_t i)
{
    return PARAMS(cx, P(CLAIMS_FROM + i), P((int64_t)POLICY), P(PEOPLE_FROM + i), P(home), P(work),
                  P(arena_printf(cx->mem, "bench-%lld", (long long)i)));
}

static enum err add_claims(struct ctx *cx, int64_t n)
{
    struct params *people = NEW_ARRAY(cx->mem, struct params, n);
    struct params *claims = NEW_ARRAY(cx->mem, struct params, n);
    const int64_t *entered;
    int entered_n;

    for (int64_t i = 0; i < n; i++) {
        people[i] = person_row(cx, i);
        claims[i] = claim_row(cx, i);
    }
    TRY(db_exec_all(
        cx,
        "INSERT INTO person (id, home, name, name_mask, id_no_sealed, id_no_index, id_no_mask, birth, sex, account_sealed, account_bank,"
        " created_at, updated_at) SELECT $1, $2, '王强', '王*', $3, $4, '', '1980-01-01', 'MALE', $5, '农业银行通渭支行', 0, 0"
        " WHERE SCOPE(person home=$2)",
        people, (int)n));
    TRY(db_exec_all(
        cx,
        "INSERT INTO claim (id, policy_id, decision_id, person_id, home, work, instalment, amount_fen, due_on, once_key, state, created_at, updated_at)"
        " SELECT $1, $2, $2, $3, $4, $5, '3m', 300000, '2019-03-01', $6, 'APPROVED', 0, 0 WHERE SCOPE(claim home=$4, work=$5, person_id=$3)",
        claims, (int)n));
    return claims_enter_old(cx, &entered, &entered_n);
}

/* The hands: three persons, each with an account. */
static enum err add_users(struct ctx *cx)
{
    TRY(db_exec(
        cx,
        "INSERT INTO organisation (id, name, kind, side, division, work, created_at, updated_at)"
        " SELECT 1, '福州市人力资源和社会保障局', 'BUREAU', 'WORK', $1, $1, 0, 0 WHERE SCOPE(organisation work=$1)",
        P(payer)));
    for (int64_t id = MAKER; id <= SECOND; id++)
        TRY(db_exec(
            cx,
            "INSERT INTO user_account (id, login, name, org_id, roles, work, id_no_index, created_at, updated_at)"
            " SELECT $1, $2, $2, 1, '', $3, $4, 0, 0 WHERE SCOPE(user_account work=$3)",
            P(id), P(arena_printf(cx->mem, "hand-%lld", (long long)id)), P(payer),
            P(((struct bytes){ &id, sizeof id }))));
    return OK;
}

static enum err fill(struct ctx *cx, void *arg)
{
    const struct bench *b = arg;

    for (int m = 0; ops_modules()[m]; m++)
        if (ops_modules()[m]->seed)
            TRY(ops_modules()[m]->seed(cx));
    TRY(add_users(cx));
    TRY(db_exec(
        cx,
        "INSERT INTO policy (id, policy_key, revision, title_zh, title_en, doc_no, payer_side, payer, fund, beneficiary, from_on, notice_days,"
        " state, file, created_at, updated_at) VALUES ($1, 'bench', 1, '稳定就业奖励', 'Stable work', '', 'WORK', $2, 'F', 'PERSON',"
        " '2019-01-01', 5, 'PUBLISHED', '', 0, 0)",
        P((int64_t)POLICY), P(payer)));
    TRY(db_exec(
        cx,
        "INSERT INTO policy_decision (id, policy_id, home, work, as_of, verdict, amount_fen, trace, created_at)"
        " SELECT $1, $1, $2, $3, '2019-03-01', 'ENTITLED', 300000, '{}', 0 WHERE SCOPE(policy_decision home=$2, work=$3)",
        P((int64_t)POLICY), P(home), P(work)));
    return add_claims(cx, b->lines);
}

static enum err make(struct ctx *cx, void *arg)
{
    struct bench *b = arg;

    cx->who.user_id = MAKER;
    return payment_batch_make(cx, payer, "F", NONE, &b->made);
}

static enum err lock(struct ctx *cx, void *arg)
{
    cx->who.user_id = MAKER;
    return payment_batch_lock(cx, ((struct bench *)arg)->made.id);
}

static enum err approve_first(struct ctx *cx, void *arg)
{
    cx->who.user_id = FIRST;
    return payment_batch_approve(cx, ((struct bench *)arg)->made.id);
}

static enum err approve_second(struct ctx *cx, void *arg)
{
    cx->who.user_id = SECOND;
    return payment_batch_approve(cx, ((struct bench *)arg)->made.id);
}

static enum err write_file(struct ctx *cx, void *arg)
{
    const struct bench *b = arg;

    cx->who.user_id = SECOND;
    return bank_file_write(cx, b->made.id, "CSV", b->path);
}

static enum err send(struct ctx *cx, void *arg)
{
    cx->who.user_id = SECOND;
    return payment_batch_send(cx, ((struct bench *)arg)->made.id);
}

static enum err read_return(struct ctx *cx, void *arg)
{
    struct bench *b = arg;

    cx->who.user_id = MAKER;
    return return_file_read(cx, b->made.id, b->path, &b->sum);
}

static enum err verify(struct ctx *cx, void *arg)
{
    int64_t sums;

    (void)arg;
    return payments_verify(cx, &sums);
}

static void write_answer(const struct bench *b)
{
    FILE *f = fopen(b->path, "w");

    fputs("序号,金额,结果,原因\n", f);
    for (int64_t i = 1; i <= b->lines; i++)
        fprintf(f, "%lld,3000,%s\n", (long long)i, i % 30 ? "成功," : "失败,销户");
    fclose(f);
}

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void step(struct store *store, const char *name, enum err (*fn)(struct ctx *, void *),
                 struct bench *b)
{
    double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    struct ctx *cx = ctx_new(store, 1560000000);
    enum err err;

    ctx_as_system(cx);
    err = fn == verify ? db_read(cx, fn, b) : db_write(cx, fn, b);
    if (err != OK) {
        fprintf(stderr, "%s: %s %s\n", name, cx->failure.code, cx->failure.message);
        exit(1);
    }
    wall = seconds(CLOCK_MONOTONIC) - wall;
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    ctx_free(cx);
    printf("%-16s %8.3f s  cpu %8.3f s  %8.1f us a line\n", name, wall, cpu,
           cpu * 1e6 / (double)b->lines);
}

int main(int argc, char **argv)
{
    struct bench b = { .lines = argc > 2 ? atoll(argv[2]) : 10000 };
    struct failure f = { 0 };
    struct store *store;
    struct ctx *cx;

    if (argc < 2)
        return 2;
    ops_register(app_modules);
    seal_init_for_tests();
    if (store_open(argv[1], ops_tables(), LANG_EN, &f, &store) != OK ||
        store_migrate(store, &f, NULL) != OK) {
        fprintf(stderr, "%s\n", f.message);
        return 1;
    }
    cx = ctx_new(store, 0);
    if (temp_file(cx, ".csv", &b.path) != OK) {
        fprintf(stderr, "%s\n", cx->failure.message);
        return 1;
    }
    step(store, "fill", fill, &b);
    step(store, "make", make, &b);
    step(store, "lock", lock, &b);
    step(store, "approve", approve_first, &b);
    step(store, "approve", approve_second, &b);
    step(store, "bank file", write_file, &b);
    step(store, "send", send, &b);
    write_answer(&b);
    step(store, "return", read_return, &b);
    step(store, "verify", verify, &b);
    unlink(b.path);
    ctx_free(cx);
    store_close(store);
    return 0;
}
