/* replay.c — a spring with each of the arms, from the simulator's world. */
#include "app/replay.h"

#include <stdlib.h>

#include "app/leaving.h"
#include "matching/candidates.h"
#include "posts/occupations.h"

/* domain.md A3: 5,000 visits, 1,568 signed, 8,470 posts (seats) of 137 kinds of work. A roster of
 * 6,000 leaves 5,000 visitors when those who cannot travel stay at home. */
enum {
    PEOPLE = 6000,
    POSTS = 137,
    SEATS = 8470,
    VISITORS = 5000,
    SIGNED_PER_MILLE = 314, /* 1,568 of 5,000 */
    STALLS = 5,             /* that a visitor stops at */
    MONTHS = 6,
    WISHES_MAX = 8,
};

const struct replay_arm_name replay_arm_names[REPLAY_ARMS] = {
    { "FAIR", "集中招聘会（2017）", "mass fair as in 2017" },
    { "FIRST_COME", "先到先得", "first come, first served" },
    { "BEST", "各取所好", "each person's best" },
    { "QUEQIAO", "鹊桥", "Queqiao" },
};

/* What a roster shows: all that an arm gets. */
struct roster {
    struct match_person *persons;
    struct match_post *posts;
    const bool *can_travel;
    const int32_t *order;   /* in which people come */
    const int32_t *placard; /* per post, yuan: what it says it pays at most */
    struct date today;
    const struct match_weights *weights;
};

/* What it does not. */
struct insides {
    struct leaving_person *persons;
    struct leaving_post *posts;
};

struct spring {
    struct arena *mem;
    struct sim_world *w;
    struct roster roster;
    struct insides insides;
    uint64_t hidden; /* the stream of what nobody sees */
    bool *is_signed;
    int32_t *fair_post; /* per person; -1 */
};

/* --- the roster --- */

static void read_wishes(struct arena *mem, const struct sim_world *w, const struct sim_person *from,
                        struct match_person *p)
{
    const char *codes[WISHES_MAX];
    int n = occupations_read(mem, from->wish_work, codes, WISHES_MAX);
    int32_t *wishes = NEW_ARRAY(mem, int32_t, WISHES_MAX);
    struct match_range *range = NEW(mem, struct match_range);
    int64_t province = w->east_code / 10000000000 * 10000000000;

    for (int i = 0; i < n; i++)
        wishes[i] = match_occupation(codes[i]);
    p->occupations = wishes;
    p->n_occupations = n;
    if (!*from->wish_place)
        return;
    p->destinations = range;
    p->n_destinations = 1;
    if (str_eq(from->wish_place, w->east_name))
        *range = (struct match_range){ w->east_code, w->east_code + 99999999 };
    else if (str_starts(w->east_full_name, from->wish_place))
        *range = (struct match_range){ province, province + 9999999999 };
    else
        *range = (struct match_range){ 650000000000, 659999999999 }; /* 新疆 */
}

static void read_people(struct arena *mem, const struct sim_world *w, struct match_person *ret)
{
    for (int i = 0; i < w->people_n; i++) {
        const struct sim_person *from = &w->people[i];
        struct match_person *p = &ret[i];

        *p = (struct match_person){
            .id = i + 1,
            .home = w->west[from->county].town[from->town].code,
            .birth = from->birth,
            .least_wage_fen = from->least_wage ? 100LL * from->least_wage : NONE,
            .companion_id = NONE,
            .skill_level = -1,
            .cannot = str_starts(from->ability, "弱") ? MATCH_HEAVY : 0,
            .is_willing = str_eq(from->willing, "有意愿"),
            .is_registered = !str_eq(from->household_type, "一般农户"),
        };
        read_wishes(mem, w, from, p);
    }
}

/* Posts get the seats of 2017, in the proportions of the world. */
static void read_posts(struct arena *mem, const struct sim_world *w, struct match_post *ret,
                       int32_t *placard)
{
    struct match_employer *employers = NEW_ARRAY(mem, struct match_employer, w->employers_n);
    int64_t seats = 0, before = 0;

    for (int e = 0; e < w->employers_n; e++)
        employers[e] = (struct match_employer){
            .id = e + 1,
            .has_canteen = w->employers[e].has_canteen,
            .has_western_food = w->employers[e].has_noodles,
            .has_couple_rooms = w->employers[e].has_couple_rooms,
        };
    for (int i = 0; i < w->posts_n; i++)
        seats += w->posts[i].headcount;
    for (int i = 0; i < w->posts_n; i++) {
        const struct sim_post *from = &w->posts[i];
        int64_t upto = before + from->headcount;
        const char *code = occupation_find(from->occupation);
        int32_t occupation = match_occupation(code ? code : occupation_find(from->title));

        ret[i] = (struct match_post){
            .id = i + 1,
            .employer = &employers[from->employer],
            .work = w->east[w->employers[from->employer].place].code,
            .occupation = occupation % 1000000 == 0 ? 0 : occupation,
            .seats = (int32_t)(upto * SEATS / seats - before * SEATS / seats),
            .pay_form = from->newcomer_pay ? MATCH_PAY_PIECE : MATCH_PAY_TIME,
            .pay_low_fen = 100LL * from->pay_low,
            .pay_high_fen = 100LL * from->pay_high,
            .newcomer_pay_fen = from->newcomer_pay ? 100LL * from->newcomer_pay : NONE,
            .has_board = from->has_board,
            .has_lodging = from->has_lodging,
            .is_reserved = from->is_reserved,
            .demands = from->is_night ? MATCH_NIGHT : 0,
        };
        placard[i] = from->pay_high;
        before = upto;
    }
}

static int32_t *draw_order(struct arena *mem, uint64_t seed, int n)
{
    struct sim_chance c = sim_chance(seed, "order", 0);
    int32_t *order = NEW_ARRAY(mem, int32_t, n + 1);

    for (int i = 0; i < n; i++) {
        int k = sim_below(&c, i + 1);

        order[i] = order[k];
        order[k] = i;
    }
    return order;
}

static void draw_insides(struct spring *s, uint64_t seed, uint64_t hidden)
{
    s->hidden = seed ^ hidden * 0x9E3779B97F4A7C15u;
    s->insides.persons = NEW_ARRAY(s->mem, struct leaving_person, s->w->people_n);
    s->insides.posts = NEW_ARRAY(s->mem, struct leaving_post, s->w->posts_n);
    for (int i = 0; i < s->w->people_n; i++) {
        struct sim_chance c = sim_chance(s->hidden, "inside of a person", i);

        s->insides.persons[i] = leaving_person_draw(&s->w->people[i], &c);
    }
    for (int i = 0; i < s->w->posts_n; i++) {
        struct sim_chance c = sim_chance(s->hidden, "inside of a post", i);

        s->insides.posts[i] = leaving_post_draw(&s->w->posts[i], &c);
    }
}

/* --- the arms: from a roster to a post for each person, -1 for none --- */

static int32_t *nobody(struct arena *mem)
{
    int32_t *post = NEW_ARRAY(mem, int32_t, PEOPLE);

    for (int i = 0; i < PEOPLE; i++)
        post[i] = -1;
    return post;
}

static int32_t *free_seats(struct arena *mem, const struct roster *r)
{
    int32_t *left = NEW_ARRAY(mem, int32_t, POSTS);

    for (int p = 0; p < POSTS; p++)
        left[p] = r->posts[p].seats;
    return left;
}

/* At the fair: of a few stalls the one with the highest figure on its placard, seats or not, and
 * without a question whether she means it. Then the offices fill what is left with whom they can
 * get, post by post. */
static int32_t *propose_fair(struct arena *mem, const struct roster *r, const bool *is_signed,
                             const int32_t *fair_post)
{
    int32_t *post = nobody(mem), *left = free_seats(mem, r);
    int32_t next = 0;

    for (int i = 0; i < PEOPLE; i++) {
        int32_t w = r->order[i];

        if (is_signed[w]) {
            post[w] = fair_post[w];
            left[fair_post[w]]--;
        }
    }
    for (int i = 0; i < PEOPLE; i++) {
        int32_t w = r->order[i];

        while (next < POSTS && left[next] <= 0)
            next++;
        if (post[w] >= 0 || next == POSTS || !r->can_travel[w])
            continue;
        post[w] = next;
        left[next]--;
    }
    return post;
}

/* The first free post on the list that the rules allow. */
static int32_t *propose_first_come(struct arena *mem, const struct roster *r)
{
    int32_t *post = nobody(mem), *left = free_seats(mem, r);

    for (int i = 0; i < PEOPLE; i++) {
        int32_t w = r->order[i];

        for (int p = 0; p < POSTS && post[w] < 0; p++)
            if (left[p] > 0 && match_feasible(&r->persons[w], &r->posts[p], r->today)) {
                post[w] = p;
                left[p]--;
            }
    }
    return post;
}

static struct match_problem problem_of(const struct roster *r)
{
    return (struct match_problem){ .persons = r->persons,
                                   .posts = r->posts,
                                   .n_persons = PEOPLE,
                                   .n_posts = POSTS,
                                   .today = r->today,
                                   .weights = r->weights };
}

/* Everybody is told her best post by the matcher's score; when its seats are gone she is told so.
 */
static int32_t *propose_best(struct arena *mem, const struct roster *r)
{
    int32_t *post = nobody(mem), *left = free_seats(mem, r);
    struct match_problem problem = problem_of(r);

    for (int i = 0; i < PEOPLE; i++) {
        int32_t w = r->order[i];
        struct auction_edge best;

        if (r->persons[w].is_willing && match_shortlist(&problem, &r->persons[w], 1, &best) == 1 &&
            left[best.post] > 0) {
            post[w] = best.post;
            left[best.post]--;
        }
    }
    return post;
}

static int32_t *propose_queqiao(struct arena *mem, const struct roster *r)
{
    struct match_problem problem = problem_of(r);
    struct match_assignment a;

    match_assign(mem, &problem, &a);
    return a.auction.post;
}

/* --- what becomes of it --- */

/* Whether she wanted to work there, as that; who of her township is at the employer. */
static struct leaving_case case_of(const struct spring *s, int32_t w, int32_t p,
                                   const int32_t *townspeople)
{
    const struct match_person *person = &s->roster.persons[w];
    const struct match_post *post = &s->roster.posts[p];
    bool is_place = person->n_destinations == 0 || (post->work >= person->destinations->lo &&
                                                    post->work <= person->destinations->hi);
    bool is_work = person->n_occupations == 0;

    for (int i = 0; i < person->n_occupations; i++)
        is_work |= person->occupations[i] / 100 == post->occupation / 100;
    return (struct leaving_case){ .person = &s->insides.persons[w],
                                  .post = &s->insides.posts[p],
                                  .is_wished_place = is_place,
                                  .is_wished_work = is_work,
                                  .has_home_food = post->employer->has_western_food,
                                  .is_alone = townspeople[w] < 2 };
}

struct townsman {
    int64_t town;
    int32_t employer, person;
};

static int by_town(const void *a, const void *b)
{
    const struct townsman *x = a, *y = b;

    if (x->town != y->town)
        return x->town < y->town ? -1 : 1;
    return x->employer < y->employer ? -1 : x->employer > y->employer;
}

/* How many of her township have a post with the same employer, she among them. */
static int32_t *count_townspeople(struct arena *mem, const struct spring *s, const int32_t *post)
{
    struct townsman *all = NEW_ARRAY(mem, struct townsman, PEOPLE);
    int32_t *ret = NEW_ARRAY(mem, int32_t, PEOPLE);
    int n = 0, end;

    for (int i = 0; i < PEOPLE; i++)
        if (post[i] >= 0)
            all[n++] = (struct townsman){ s->roster.persons[i].home,
                                          (int32_t)s->roster.posts[post[i]].employer->id, i };
    if (n)
        qsort(all, (size_t)n, sizeof *all, by_town);
    for (int i = 0; i < n; i = end) {
        for (end = i; end < n && by_town(&all[end], &all[i]) == 0; end++)
            ;
        for (int k = i; k < end; k++)
            ret[all[k].person] = end - i;
    }
    return ret;
}

static bool happens(struct sim_chance *c, double chance)
{
    return sim_below(c, 1000000) < (int)(chance * 1000000);
}

/* The same person draws the same luck in every arm. */
static bool goes(const struct spring *s, int32_t w, const struct leaving_case *in)
{
    struct sim_chance c = sim_chance(s->hidden, "going", w);

    return happens(&c, leaving_goes(in));
}

static int months_stayed(const struct spring *s, int32_t w, const struct leaving_case *in)
{
    struct sim_chance c = sim_chance(s->hidden, "staying", w);
    int month = 1;

    while (month <= MONTHS && !happens(&c, leaving_leaves(in, month)))
        month++;
    return month - 1;
}

static void live_through(const struct spring *s, const int32_t *post, int32_t ret[REPLAY_FIGURES])
{
    int32_t *townspeople = count_townspeople(s->mem, s, post);
    int32_t stayed[MONTHS + 1] = { 0 };

    memset(ret, 0, sizeof *ret * REPLAY_FIGURES);
    for (int i = 0; i < PEOPLE; i++) {
        int32_t w = s->roster.order[i];
        struct leaving_case in;

        ret[REPLAY_SIGNED] += s->is_signed[w];
        if (post[w] < 0)
            continue;
        ret[REPLAY_PLACED]++;
        in = case_of(s, w, post[w], townspeople);
        if (s->is_signed[w]) {
            ret[REPLAY_PROPOSED]++;
            ret[REPLAY_ARRIVED] += goes(s, w, &in);
        }
        if (ret[REPLAY_SENT] == REPLAY_SENT_MOST)
            continue;
        ret[REPLAY_SENT]++;
        for (int month = months_stayed(s, w, &in); month > 0; month--)
            stayed[month]++;
    }
    for (int i = 0; i < 3; i++) {
        static const int months[] = { 1, 3, 6 };

        ret[REPLAY_STAYED_1 + i] =
            ret[REPLAY_SENT] ? stayed[months[i]] * 1000 / ret[REPLAY_SENT] : 0;
    }
}

/* --- a spring --- */

static void hold_fair(struct spring *s, uint64_t seed)
{
    const struct roster *r = &s->roster;
    int visitors = 0;

    s->is_signed = NEW_ARRAY(s->mem, bool, PEOPLE);
    s->fair_post = NEW_ARRAY(s->mem, int32_t, PEOPLE);
    for (int i = 0; i < PEOPLE && visitors < VISITORS; i++) {
        int32_t w = r->order[i], best = -1;
        struct sim_chance c = sim_chance(seed, "fair", w);

        if (!r->can_travel[w])
            continue;
        visitors++;
        for (int stall = 0; stall < STALLS; stall++) {
            int32_t p = sim_below(&c, POSTS);

            if (best < 0 || r->placard[p] > r->placard[best])
                best = p;
        }
        s->fair_post[w] = best;
        s->is_signed[w] = sim_below(&c, 1000) < SIGNED_PER_MILLE;
    }
}

static void begin(struct spring *s, const struct replay_options *options,
                  const struct match_weights *weights, uint64_t seed)
{
    struct sim_options world = {
        .workers = PEOPLE, .posts = POSTS, .seed = seed, .pairing = "fuzhou-dingxi", .dir = ""
    };
    struct match_post *posts = NEW_ARRAY(s->mem, struct match_post, POSTS);
    int32_t *placard = NEW_ARRAY(s->mem, int32_t, POSTS);
    bool *can_travel = NEW_ARRAY(s->mem, bool, PEOPLE);

    s->w = sim_world_make(s->mem, &world);
    s->roster = (struct roster){ .persons = NEW_ARRAY(s->mem, struct match_person, PEOPLE),
                                 .posts = posts,
                                 .can_travel = can_travel,
                                 .order = draw_order(s->mem, seed, PEOPLE),
                                 .placard = placard,
                                 .today = s->w->start,
                                 .weights = weights };
    read_people(s->mem, s->w, s->roster.persons);
    read_posts(s->mem, s->w, posts, placard);
    for (int i = 0; i < PEOPLE; i++)
        can_travel[i] = !str_eq(s->w->people[i].willing, "无法外出");
    hold_fair(s, seed);
    draw_insides(s, seed, options->hidden);
}

static uint64_t hash_of(uint64_t hash, const int32_t *post)
{
    for (int i = 0; i < PEOPLE; i++)
        hash = (hash ^ (uint64_t)(post[i] + 1)) * 0x100000001B3u;
    return hash;
}

static void one_spring(const struct replay_options *options, const struct match_weights *weights,
                       uint64_t seed, int32_t ret[REPLAY_ARMS][REPLAY_FIGURES],
                       uint64_t proposals[REPLAY_ARMS])
{
    struct spring s = { .mem = arena_new() };
    const int32_t *post[REPLAY_ARMS];

    begin(&s, options, weights, seed);
    post[REPLAY_FAIR] = propose_fair(s.mem, &s.roster, s.is_signed, s.fair_post);
    post[REPLAY_FIRST_COME] = propose_first_come(s.mem, &s.roster);
    post[REPLAY_BEST] = propose_best(s.mem, &s.roster);
    post[REPLAY_QUEQIAO] = propose_queqiao(s.mem, &s.roster);
    for (int a = 0; a < REPLAY_ARMS; a++) {
        int32_t figures[REPLAY_FIGURES];

        live_through(&s, post[a], figures);
        for (int f = 0; f < REPLAY_FIGURES; f++)
            ret[a][f] += figures[f];
        if (proposals)
            proposals[a] = hash_of(proposals[a], post[a]);
    }
    arena_free(s.mem);
}

void replay_seed(const struct replay_options *options, const struct match_weights *weights,
                 uint64_t seed, int32_t ret[REPLAY_ARMS][REPLAY_FIGURES],
                 uint64_t proposals[REPLAY_ARMS])
{
    int years = MAX(options->years, 1);

    memset(ret, 0, sizeof(int32_t[REPLAY_ARMS][REPLAY_FIGURES]));
    if (proposals)
        memset(proposals, 0, sizeof(uint64_t[REPLAY_ARMS]));
    for (int year = 0; year < years; year++)
        one_spring(options, weights, seed * 1000 + (uint64_t)year, ret, proposals);
    for (int a = 0; a < REPLAY_ARMS; a++)
        for (int f = 0; f < REPLAY_FIGURES; f++)
            ret[a][f] /= years;
}

static int by_size(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* A fortieth of the seeds lies below and above; with fewer than 40 that is none. */
static struct replay_range range_of(int32_t *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, by_size);
    return (struct replay_range){ values[n / 40], values[n / 2], values[n - 1 - n / 40] };
}

void replay_run(const struct replay_options *options, const struct match_weights *weights,
                void (*progress)(int64_t done, int64_t total), struct replay_result *ret)
{
    struct arena *scratch = arena_new();
    int n = MAX(options->seeds, 1);
    int32_t(*all)[REPLAY_ARMS][REPLAY_FIGURES] = arena_alloc(scratch, sizeof *all * (size_t)n);
    int32_t *values = NEW_ARRAY(scratch, int32_t, n);

    for (int i = 0; i < n; i++) {
        replay_seed(options, weights, options->first_seed + (uint64_t)i, all[i], NULL);
        if (progress)
            progress(i + 1, n);
    }
    for (int a = 0; a < REPLAY_ARMS; a++)
        for (int f = 0; f < REPLAY_FIGURES; f++) {
            for (int i = 0; i < n; i++)
                values[i] = all[i][a][f];
            ret->at[a][f] = range_of(values, n);
        }
    arena_free(scratch);
}
