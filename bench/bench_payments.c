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
#include "base/ids.h"
#include "payments/payments.h"
#include "people/person_input.h"
#include "platform/seal.h"

static const int64_t home = 621121000000, work = 350181000000, payer = 350100000000;
enum { POLICY = 71, CLAIMS_FROM = 1000000, MAKER = 1, FIRST = 2, SECOND = 3 };

struct bench {
    int64_t lines;
    struct payment_made made;
    struct payment_return sum;
    const char *path;
};

static enum err add_person(struct ctx *cx, int64_t n, int64_t *ret)
{
    struct person_input in = { 0 };
    char digits[32];

    fields_clear(person_record.fields, &in);
    snprintf(digits, sizeof digits, "621121%04d%02d%02d%03d", 1965 + (int)(n % 35),
             1 + (int)(n / 35 % 12), 1 + (int)(n / 420 % 28), (int)(n / 11760));
    in.home = home;
    in.name = "王强";
    in.id_no = arena_printf(cx->mem, "%s%c", digits, id_no_check(digits));
    in.account = arena_printf(cx->mem, "62284800000%08lld", (long long)n);
    in.account_bank = "农业银行通渭支行";
    return record_insert(cx, &person_record, &in, ret);
}

static enum err fill(struct ctx *cx, void *arg)
{
    const struct bench *b = arg;
    int64_t person;

    for (int m = 0; ops_modules()[m]; m++)
        if (ops_modules()[m]->seed)
            TRY(ops_modules()[m]->seed(cx));
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
    for (int64_t i = 0; i < b->lines; i++) {
        TRY(add_person(cx, i, &person));
        TRY(db_exec(
            cx,
            "INSERT INTO claim (id, policy_id, decision_id, person_id, home, work, instalment, amount_fen, due_on, once_key, state, created_at, updated_at)"
            " SELECT $1, $2, $2, $3, $4, $5, '3m', 300000, '2019-03-01', $6, 'APPROVED', 0, 0 WHERE SCOPE(claim home=$4, work=$5, person_id=$3)",
            P(CLAIMS_FROM + i), P((int64_t)POLICY), P(person), P(home), P(work),
            P(arena_printf(cx->mem, "bench-%lld", (long long)i))));
    }
    return OK;
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
    struct bench b = { .lines = argc > 2 ? atoll(argv[2]) : 10000,
                       .path = "/tmp/bench-payments.csv" };
    struct failure f = { 0 };
    struct store *store;

    if (argc < 2)
        return 2;
    ops_register(app_modules);
    seal_init_for_tests();
    if (store_open(argv[1], ops_tables(), LANG_EN, &f, &store) != OK ||
        store_migrate(store, &f, NULL) != OK) {
        fprintf(stderr, "%s\n", f.message);
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
    store_close(store);
    return 0;
}
