/* bench_policy.c — what a province of workers is owed: everybody under every policy, with traces.
 *
 *     bench_policy [WORKERS=1000000] [THREADS=2] [SEED=1] [shipped|moved]
 *
 * Workers of the counties that the policies name have 36 months of evidence behind them: stays that
 * end before Spring Festival or in between, returns and changes of employer, months nobody
 * verified, wages, contributions, dated statuses. Twenty policies: shipped ones as they are, or ten
 * of them and ten variants moved to these years. The trace of a worker goes into an arena that is
 * reset for the next one.
 *
 * Prints a line for a hundredth, a tenth and all of the workers; then the time of one worker under
 * all policies, how each policy came out, and a checksum over every byte of meaning in the
 * decisions (of 100,000 workers): the same arguments give the same sum as long as no decision
 * changes. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "platform/asset.h"
#include "policy/policy_file.h"

enum { POLICIES = 20, THREADS_MAX = 64, SPELLS_MAX = 8, MONTHS_MAX = 48, VERDICTS = 8 };

static const struct date as_of = { 2025, 12, 31 };

/* --- policies --- */
/* A shipped file with some values replaced; a path of NULL ends them. */
struct variant {
    const char *file;
    struct policy_change changes[8];
};

/* Fifteen that are in force on the day and five that are over, as in any ledger: of all kinds that
 * look at a person's work or training. */
static const struct variant shipped[POLICIES] = {
    { "anhui-jinzhai-worker.yaml", { { NULL, NULL } } },
    { "anhui-jinzhai-workshop.yaml", { { NULL, NULL } } },
    { "chongqing-absorption-2023.yaml", { { NULL, NULL } } },
    { "chongqing-jobseeking-2023.yaml", { { NULL, NULL } } },
    { "fuzhou-post-wage-2019.yaml", { { NULL, NULL } } },
    { "guizhou-away-2025.yaml", { { NULL, NULL } } },
    { "heilongjiang-training-living.yaml", { { NULL, NULL } } },
    { "henan-organised-jobseeking.yaml", { { NULL, NULL } } },
    { "hunan-lengshuitan-workshop.yaml", { { NULL, NULL } } },
    { "jiangxi-jishui-away.yaml", { { NULL, NULL } } },
    { "jiashan-jiuzhaigou-2022.yaml", { { NULL, NULL } } },
    { "ningxia-tongxin-household-2025.yaml", { { NULL, NULL } } },
    { "shaanxi-ankang-base.yaml", { { NULL, NULL } } },
    { "shanxi-linyi-2023.yaml", { { NULL, NULL } } },
    { "shanxi-yushe-2025.yaml", { { NULL, NULL } } },
    { "chongqing-transport-2022.yaml", { { NULL, NULL } } },
    { "gansu-chongxin-2024.yaml", { { NULL, NULL } } },
    { "gansu-huanxian-huancheng-2023.yaml", { { NULL, NULL } } },
    { "guizhou-qingzhen-2023.yaml", { { NULL, NULL } } },
    { "yunnan-linxiang-2024.yaml", { { NULL, NULL } } },
};

/* Ten shipped ones, and ten of these moved to the years of the evidence and counting in every other
 * way: no two policies share much. */
static const struct variant moved[POLICIES] = {
    { "fuzhou-post-wage-2018.yaml", { { NULL, NULL } } },
    { "fuzhou-post-wage-2019.yaml", { { NULL, NULL } } },
    { "fuzhou-base-enterprise-award.yaml", { { NULL, NULL } } },
    { "fuzhou-labour-station.yaml", { { NULL, NULL } } },
    { "shandong-chongqing-stability-2018.yaml", { { NULL, NULL } } },
    { "chongqing-transport-2022.yaml", { { NULL, NULL } } },
    { "guizhou-away-2025.yaml", { { NULL, NULL } } },
    { "yunnan-linxiang-2024.yaml", { { NULL, NULL } } },
    { "shanxi-yushe-2025.yaml", { { NULL, NULL } } },
    { "chongqing-absorption-2023.yaml", { { NULL, NULL } } },
    { "fuzhou-post-wage-2018.yaml",
      { { "effective.from", "2023-01-01" },
        { "effective.until", "2025-12-31" },
        { "who.status", "POVERTY_EXITED" },
        { "spell.reserved_post", "false" } } },
    { "fuzhou-post-wage-2018.yaml",
      { { "effective.from", "2023-01-01" },
        { "effective.until", "2025-12-31" },
        { "who.status", "POVERTY_EXITED" },
        { "spell.reserved_post", "false" },
        { "count.gap_days", "15" },
        { "amount.monthly.per_month.accrual_from", "AFTER_THRESHOLD" } } },
    { "fuzhou-post-wage-2019.yaml",
      { { "effective.from", "2023-01-01" },
        { "who.status", "POVERTY_EXITED" },
        { "count.idle_counted", "true" } } },
    { "fuzhou-post-wage-2019.yaml",
      { { "effective.from", "2024-01-01" },
        { "who.status", "POVERTY_EXITED" },
        { "count.same_employer", "true" },
        { "count.last_day_free", "true" } } },
    { "shandong-chongqing-stability-2018.yaml",
      { { "effective.from", "2023-01-01" },
        { "effective.until", "2026-12-31" },
        { "who.status", "POVERTY_EXITED" } } },
    { "guizhou-away-2025.yaml",
      { { "count.by", "SPELLS" }, { "count.gap_days", "0" }, { "who.origin", "500000" } } },
    { "guizhou-away-2025.yaml",
      { { "count.month", "DAYS_30" }, { "require.months", "6" }, { "who.origin", "620000" } } },
    { "yunnan-linxiang-2024.yaml",
      { { "effective.from", "2025-01-01" },
        { "effective.until", "2025-12-31" },
        { "who.origin", "500000" },
        { "count.cross_year", "SPLIT" } } },
    { "shanxi-yushe-2025.yaml", { { "who.origin", "620000" }, { "require.months", "3" } } },
    { "chongqing-transport-2022.yaml", { { "effective.until", "2026-12-31" } } },
};

/* Counties that the policies name, and where their people work; 0 is at home. */
static const int64_t shipped_homes[] = {
    341524100000, 500229107000, 621124100000, 520502100000, 411722100000,
    431103100000, 360822100000, 513225100000, 640324100000, 610902100000,
    140821100000, 140721100000, 620823100000, 621022100000, 530902100000,
};
static const int64_t shipped_places[] = { 350104000000, 370203000000, 440300000000,
                                          330421000000, 500101000000, 0 };
static const int64_t moved_homes[] = { 621124100000, 500229107000, 520502100000, 530902100000,
                                       140721100000 };
static const int64_t moved_places[] = { 350104000000, 370203000000, 440300000000, 500101000000 };

static const struct set {
    const char *name;
    const struct variant *variants;
    const int64_t *homes, *places;
    int home_count, place_count;
} sets[] = {
    { "shipped", shipped, shipped_homes, shipped_places, ARRAY_LEN(shipped_homes),
      ARRAY_LEN(shipped_places) },
    { "moved", moved, moved_homes, moved_places, ARRAY_LEN(moved_homes), ARRAY_LEN(moved_places) },
};
static const struct set *set = &sets[0];

static const struct policy *policies[POLICIES];
static const struct policy_set *policy_set;

static void read_policies(struct arena *mem)
{
    for (int i = 0; i < POLICIES; i++) {
        const struct variant *v = &set->variants[i];
        const struct asset *a = policies_assets;
        struct policy_problems pb;
        int n = 0;

        while (a->path && strcmp(a->path, v->file) != 0)
            a++;
        while (v->changes[n].path)
            n++;
        if (!a->path ||
            policy_read_with(mem, v->file, (const char *)a->start, (size_t)(a->end - a->start),
                             v->changes, n, &policies[i], &pb) != OK) {
            fprintf(stderr, "%s: %s\n", v->file,
                    a->path ? policy_problem_text(mem, &pb, 0, LANG_EN) : "not there");
            exit(2);
        }
    }
    policy_set = policy_set_make(mem, policies, POLICIES);
}

/* --- workers --- */
/* Facts of one worker as they lie in memory: counts and where they begin. */
struct worker {
    int64_t domicile;
    uint32_t spell, month, status; /* index into the slice's arrays */
    struct date birth;
    uint8_t spells, months, statuses;
};

/* The workers of one thread. */
struct slice {
    struct worker *workers;
    struct policy_spell *spells;
    struct policy_month *months;
    struct policy_status_row *statuses;
    size_t n, first, spell_n, month_n, status_n;
    uint64_t seed;
    /* results */
    double cpu;
    int64_t fen, verdicts[POLICIES][VERDICTS];
    uint64_t sum;
    bool is_summed;
};

static int64_t roll(uint64_t *dice, int64_t lo, int64_t hi)
{
    uint64_t z = *dice += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return lo + (int64_t)((z ^ (z >> 31)) % (uint64_t)(hi - lo + 1));
}

/* The months of a spell, in order among those of earlier spells. */
static void make_months(struct slice *s, struct worker *w, int32_t spell, uint64_t *dice)
{
    const struct policy_spell *sp = &s->spells[w->spell + (uint32_t)spell];
    struct month last = month_of(date_is_none(sp->end) ? as_of : sp->end);
    int64_t wage = roll(dice, 2500, 6500) * 100;
    bool insured = roll(dice, 1, 100) <= 60;

    for (struct month m = month_of(sp->start);
         month_compare(m, last) <= 0 && w->months < MONTHS_MAX; m = month_add(m, 1)) {
        int64_t luck = roll(dice, 1, 100);
        size_t at = w->month + w->months;

        if (luck <= 3)
            continue; /* nobody looked */
        for (; at > w->month && month_compare(s->months[at - 1].month, m) > 0; at--)
            s->months[at] = s->months[at - 1];
        s->months[at] =
            (struct policy_month){ .month = m,
                                   .spell = spell,
                                   .state = luck <= 5   ? MONTH_UNKNOWN
                                            : luck <= 8 ? MONTH_NOT_WORKING
                                                        : MONTH_CONFIRMED,
                                   .wage_fen =
                                       luck >= 97 ? NONE : wage + roll(dice, -300, 500) * 100,
                                   .insured = insured && luck < 95 };
        w->months++;
    }
}

static int64_t roll_place(const struct worker *w, uint64_t *dice)
{
    int64_t place = set->places[roll(dice, 0, set->place_count - 1)];

    return place ? place : w->domicile / 1000000 * 1000000;
}

/* From one stay to the next: home for Spring Festival and back after it, or any gap; the same
 * employer more often than not. */
static void make_spells(struct slice *s, struct worker *w, uint64_t *dice)
{
    static const struct date festivals[] = { { 2024, 2, 10 }, { 2025, 1, 29 } };
    int32_t at = date_to_days(date_make(2023, 1, 1)) + (int32_t)roll(dice, 0, 45);
    int32_t today = date_to_days(as_of);
    int64_t employer = roll(dice, 1, 5000), place = roll_place(w, dice);

    while (at < today && w->spells < SPELLS_MAX) {
        struct policy_spell *sp = &s->spells[s->spell_n++];
        int32_t end = at + (int32_t)roll(dice, 20, 700), back = (int32_t)roll(dice, 1, 45);

        for (size_t i = 0; i < ARRAY_LEN(festivals); i++) {
            int32_t feast = date_to_days(festivals[i]);

            if (at < feast - 30 && end > feast && roll(dice, 0, 1)) {
                end = feast - (int32_t)roll(dice, 3, 20);
                back = (int32_t)roll(dice, 15, 40);
            }
        }
        *sp = (struct policy_spell){ .id = (int64_t)s->spell_n,
                                     .employer_id = employer,
                                     .work_division = place,
                                     .employer_division = place,
                                     .start = date_from_days(at),
                                     .contract_months = (int32_t)roll(dice, 0, 2) * 12,
                                     .organised = roll(dice, 0, 1),
                                     .reserved_post = !roll(dice, 0, 3),
                                     .base_employer = employer % 2 };
        if (end < today)
            sp->end = date_from_days(end);
        make_months(s, w, w->spells++, dice);
        if (roll(dice, 1, 100) <= 45)
            employer = roll(dice, 1, 5000);
        if (roll(dice, 1, 100) <= 10)
            place = roll_place(w, dice);
        at = end + (roll(dice, 1, 100) <= 3 ? -9 : back); /* some begin before the old job ends */
    }
}

static void make_worker(struct slice *s, size_t i)
{
    uint64_t dice = s->seed ^ (s->first + i + 1) * 0xd6e8feb86659fd93u;
    struct worker *w = &s->workers[i];

    *w = (struct worker){ .domicile = set->homes[roll(&dice, 0, set->home_count - 1)],
                          .spell = (uint32_t)s->spell_n,
                          .month = (uint32_t)s->month_n,
                          .status = (uint32_t)s->status_n,
                          .birth = { (int16_t)roll(&dice, 1963, 2008), 5, 20 } };
    if (roll(&dice, 1, 100) <= 30)
        s->statuses[s->status_n++] =
            (struct policy_status_row){ STATUS_REGISTERED_POOR, { 2014, 1, 1 }, { 2020, 12, 31 } };
    if (roll(&dice, 1, 100) <= 60)
        s->statuses[s->status_n++] =
            (struct policy_status_row){ STATUS_POVERTY_EXITED, { 2020, 12, 31 }, { 0 } };
    if (roll(&dice, 1, 100) <= 15) {
        struct date from = date_add_days((struct date){ 2023, 1, 1 }, roll(&dice, 0, 1000));

        s->statuses[s->status_n++] = (struct policy_status_row){
            STATUS_MONITORED, from,
            roll(&dice, 0, 2) ? (struct date){ 0 } : date_add_days(from, roll(&dice, 30, 700))
        };
    }
    w->statuses = (uint8_t)(s->status_n - w->status);
    make_spells(s, w, &dice);
    s->month_n += w->months;
}

/* Room for the most; what is not written costs nothing. */
static void slice_make(struct slice *s)
{
    s->workers = malloc(s->n * sizeof *s->workers);
    s->spells = malloc(s->n * SPELLS_MAX * sizeof *s->spells);
    s->months = malloc(s->n * MONTHS_MAX * sizeof *s->months);
    s->statuses = malloc(s->n * 3 * sizeof *s->statuses);
    if (!s->workers || !s->spells || !s->months || !s->statuses)
        abort();
    for (size_t i = 0; i < s->n; i++)
        make_worker(s, i);
}

static void slice_free(struct slice *s)
{
    free(s->workers);
    free(s->spells);
    free(s->months);
    free(s->statuses);
}

static struct policy_facts facts_of(const struct slice *s, size_t i)
{
    const struct worker *w = &s->workers[i];

    return (struct policy_facts){ .birth = w->birth,
                                  .domicile = w->domicile,
                                  .statuses = s->statuses + w->status,
                                  .spells = s->spells + w->spell,
                                  .months = s->months + w->month,
                                  .status_count = w->statuses,
                                  .spell_count = w->spells,
                                  .month_count = w->months,
                                  .income_fen = w->birth.year % 10 * 200000,
                                  .income_known = true,
                                  .documents_ignored = true };
}

/* --- the sum of a decision --- */
static uint64_t mix(uint64_t h, int64_t x)
{
    h = (h ^ (uint64_t)x) * 0x9fb21c651e98df25u;
    return h ^ (h >> 32);
}

static uint64_t mix_date(uint64_t h, struct date d)
{
    return mix(h, d.year * 10000 + d.month * 100 + d.day);
}

static uint64_t mix_text(uint64_t h, const char *text)
{
    for (; text && *text; text++)
        h = mix(h, *text);
    return mix(h, 256);
}

static uint64_t sum_of(uint64_t h, const struct policy_decision *d)
{
    h = mix(mix(mix_text(h, d->policy_id), d->verdict), d->year);
    h = mix(mix(mix(mix(h, d->amount_fen), d->earned_fen), d->paid_fen), d->overpaid_fen);
    h = mix(mix_date(mix_date(h, d->due), d->earliest), d->next_fen);
    h = mix_date(mix_date(h, d->period_from), d->period_until);
    for (int i = 0; i < d->outcome_count; i++) {
        const struct policy_outcome *o = &d->outcomes[i];

        h = mix(mix(mix(mix(h, o->rule), o->result), o->want), o->got);
        h = mix_date(mix_date(mix_date(h, o->date), o->from), o->until);
        h = mix_text(mix_text(mix_text(h, o->item), o->ref), o->clause);
    }
    for (int i = 0; i < d->stretch_count; i++) {
        const struct policy_stretch *x = &d->stretches[i];

        h = mix(mix_date(mix_date(mix(h, x->kind), x->from), x->until), x->spell);
        h = mix(h, x->employer_id);
    }
    for (int i = 0; i < d->instalment_count; i++) {
        const struct policy_instalment *x = &d->instalments[i];

        h = mix_date(mix_date(mix_date(mix(mix_text(h, x->item), x->seq), x->due), x->from),
                     x->until);
        h = mix(mix(h, x->earned_fen), x->paid_fen);
    }
    return h;
}

/* --- running --- */
static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *slice_run(void *arg)
{
    struct slice *s = arg;
    struct arena *mem = arena_new();
    double from = seconds(CLOCK_THREAD_CPUTIME_ID);

    for (size_t i = 0; i < s->n; i++) {
        struct policy_facts f = facts_of(s, i);
        struct policy_decision d[POLICIES];
        uint64_t h = 0;

        policy_set_eval(policy_set, &f, as_of, mem, d);
        for (int p = 0; p < POLICIES; p++) {
            s->fen += d[p].amount_fen;
            s->verdicts[p][d[p].verdict]++;
            if (s->is_summed)
                h = sum_of(h, &d[p]);
        }
        s->sum += h; /* in any order */
        arena_reset(mem);
    }
    s->cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - from;
    arena_free(mem);
    return NULL;
}

static void *slice_make_thread(void *arg)
{
    slice_make(arg);
    return NULL;
}

static void on_threads(void *(*run)(void *), struct slice *slices, int threads)
{
    pthread_t ids[THREADS_MAX];

    for (int i = 0; i < threads; i++) {
        if (pthread_create(&ids[i], NULL, run, &slices[i]) != 0)
            abort();
    }
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
}

static long peak_mb(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[200];
    long kb = 0;

    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "VmHWM: %ld", &kb) == 1)
            break;
    }
    if (f)
        fclose(f);
    return kb / 1024;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* One worker under all policies, again and again: another one each time. */
static void print_one_person(const struct slice *s)
{
    enum { SAMPLES = 20000 };
    static double us[SAMPLES];
    struct arena *mem = arena_new();

    for (size_t i = 0; i < SAMPLES; i++) {
        struct policy_facts f = facts_of(s, i * 7919 % s->n);
        struct policy_decision d[POLICIES];
        double from = seconds(CLOCK_MONOTONIC);

        policy_set_eval(policy_set, &f, as_of, mem, d);
        us[i] = (seconds(CLOCK_MONOTONIC) - from) * 1e6;
        arena_reset(mem);
    }
    qsort(us, SAMPLES, sizeof *us, by_value);
    printf("one_worker_%d_policies_us: median=%.1f p99=%.1f max=%.1f\n", POLICIES, us[SAMPLES / 2],
           us[SAMPLES * 99 / 100], us[SAMPLES - 1]);
    arena_free(mem);
}

static void print_policies(const struct slice *slices, int threads)
{
    printf("%-42s", "verdicts");
    for (int v = 0; v < VERDICTS; v++)
        printf(" %16s", policy_verdicts[v].code);
    printf("\n");
    for (int p = 0; p < POLICIES; p++) {
        printf("%2d %-39s", p + 1, policies[p]->id);
        for (int v = 0; v < VERDICTS; v++) {
            int64_t n = 0;

            for (int t = 0; t < threads; t++)
                n += slices[t].verdicts[p][v];
            printf(" %16lld", (long long)n);
        }
        printf("\n");
    }
}

static void measure(size_t n, int threads, uint64_t seed, bool is_last)
{
    static struct slice slices[THREADS_MAX];
    double from, wall, cpu = 0, cpu_most = 0;
    size_t months = 0, spells = 0;
    int64_t fen = 0;

    memset(slices, 0, sizeof slices);
    for (int i = 0; i < threads; i++) {
        slices[i].first = n * (size_t)i / (size_t)threads;
        slices[i].n = n * (size_t)(i + 1) / (size_t)threads - slices[i].first;
        slices[i].seed = seed;
    }
    on_threads(slice_make_thread, slices, threads);
    from = seconds(CLOCK_MONOTONIC);
    on_threads(slice_run, slices, threads);
    wall = seconds(CLOCK_MONOTONIC) - from;
    for (int i = 0; i < threads; i++) {
        months += slices[i].month_n;
        spells += slices[i].spell_n;
        fen += slices[i].fen;
        cpu += slices[i].cpu;
        cpu_most = MAX(cpu_most, slices[i].cpu);
    }
    printf(
        "workers=%zu spells=%zu months=%zu policies=%d threads=%d seconds=%.2f "
        "cpu_per_thread=%.2f evaluations_per_s=%.0f cpu_ns_each=%.0f peak_mb=%ld payable_fen=%lld\n",
        n, spells, months, POLICIES, threads, wall, cpu_most, (double)n * POLICIES / wall,
        cpu * 1e9 / ((double)n * POLICIES), peak_mb(), (long long)fen);
    fflush(stdout);
    if (is_last) {
        print_one_person(&slices[0]);
        print_policies(slices, threads);
    }
    for (int i = 0; i < threads; i++)
        slice_free(&slices[i]);
}

static void print_sum(size_t n, int threads, uint64_t seed)
{
    static struct slice slices[THREADS_MAX];
    uint64_t sum = 0;

    for (int i = 0; i < threads; i++) {
        slices[i].first = n * (size_t)i / (size_t)threads;
        slices[i].n = n * (size_t)(i + 1) / (size_t)threads - slices[i].first;
        slices[i].seed = seed;
        slices[i].is_summed = true;
    }
    on_threads(slice_make_thread, slices, threads);
    on_threads(slice_run, slices, threads);
    for (int i = 0; i < threads; i++) {
        sum += slices[i].sum;
        slice_free(&slices[i]);
    }
    printf("checksum of %zu workers: %016llx\n", n, (unsigned long long)sum);
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    int threads = argc > 2 ? atoi(argv[2]) : 2;
    uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    struct arena *mem = arena_new();

    if (argc > 4 && strcmp(argv[4], sets[1].name) == 0)
        set = &sets[1];
    if (n < 1000 || threads < 1 || threads > THREADS_MAX ||
        (argc > 4 && strcmp(argv[4], set->name) != 0)) {
        fprintf(stderr, "bench_policy [WORKERS>=1000] [THREADS<=%d] [SEED] [shipped|moved]\n",
                THREADS_MAX);
        return 2;
    }
    read_policies(mem);
    for (size_t part = 100; part >= 1; part /= 10)
        measure(n / part, threads, seed, part == 1);
    print_sum(MIN(n, 100000), threads, seed);
    arena_free(mem);
    return 0;
}
