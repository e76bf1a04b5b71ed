/* load.c — rows of people and posts as the plain structs that are compared. */
#include "matching/load.h"

#include "posts/occupations.h"
#include "posts/posts.h"

#include <stdlib.h>

enum { WISHES_MAX = 16, DAY_SECONDS = 86400 };

/* The newest wish counts. Names of columns are read by match_read_person(). */
#define PERSON_SELECT                                                                            \
    "SELECT p.id, p.home, p.birth, p.skill_level, p.household_type, p.monitored_type,"           \
    " p.willingness, p.health, p.work_ability, i.destinations, i.occupations, i.least_wage_fen," \
    " i.companion_id, i.needs, i.from_on FROM person p LEFT JOIN job_intention i ON"             \
    " SCOPE_NOT(job_intention 'wishes of a person in scope') AND i.id = (SELECT max(k.id)"       \
    " FROM job_intention k WHERE SCOPE_NOT(job_intention 'wishes of a person in scope')"         \
    " AND k.person_id = p.id) WHERE SCOPE(person p)"

#define POST_COLUMNS                                                                               \
    "SELECT j.id, j.employer_id, j.work, j.title, j.occupation, j.headcount, j.taken, j.pay_form," \
    " j.pay_low_fen, j.pay_high_fen, j.newcomer_pay_fen, j.has_board, j.has_lodging,"              \
    " j.is_reserved, j.is_night, j.is_heavy, j.skill_level, j.start_on, j.expires_on,"             \
    " e.has_canteen, e.has_western_food, e.has_couple_rooms, e.has_lodging AS employer_lodging,"   \
    " e.base_from, e.base_until"                                                                   \
    " FROM job_post j JOIN employer e ON e.id = j.employer_id AND"                                 \
    " SCOPE_NOT(employer 'facilities of a post that is read')"
#define POST_SELECT POST_COLUMNS " WHERE SCOPE(job_post j)"

/* Who may take part, of the home range $1 … $2. */
#define SEEKS " AND p.labour_status = 'SEEKING' AND p.home BETWEEN $1 AND $2"
/* Or has been made an offer of the run $3. */
#define SEEKS_OR_OFFERED                                                                    \
    " AND p.home BETWEEN $1 AND $2 AND (p.labour_status = 'SEEKING'"                        \
    " OR (p.labour_status IN ('MATCHED', 'SIGNED_UP') AND p.id IN (SELECT m.person_id FROM" \
    " match_result m WHERE SCOPE(match_result m) AND m.run_id = $3 AND m.state = 'OFFERED')))"
/* Posts of the work range $1 … $2 with free seats on the day $4; fresh when confirmed since $3. */
#define STANDS                                                                \
    "j.state = 'OPEN' AND j.work BETWEEN $1 AND $2 AND j.taken < j.headcount" \
    " AND (j.expires_on IS NULL OR j.expires_on >= $4)"
#define IS_FRESH "j.confirmed_at >= $3"

/* The next part of a list joined by commas, moving *at behind it. */
static const char *next_part(struct arena *mem, const char **at)
{
    size_t n = strcspn(*at, ",");
    const char *part = arena_strndup(mem, *at, n);

    *at += n + ((*at)[n] == ',');
    return part;
}

static bool has_code(const char *list, const char *code)
{
    size_t n = strlen(code);

    for (const char *at = list; at && *at; at += strcspn(at, ","), at += *at == ',')
        if (strncmp(at, code, n) == 0 && (at[n] == ',' || at[n] == 0))
            return true;
    return false;
}

static bool is_yes(const struct rows *r, const char *name)
{
    return row_int(r, 0, name) == 1;
}

static void read_destinations(struct ctx *cx, const char *list, struct match_person *p)
{
    struct match_range ranges[WISHES_MAX];

    p->n_destinations = 0;
    for (const char *at = list; at && *at && p->n_destinations < WISHES_MAX;) {
        int64_t code;

        if (!str_int(next_part(cx->mem, &at), &code))
            continue;
        division_range(code, &ranges[p->n_destinations].lo, &ranges[p->n_destinations].hi);
        p->n_destinations++;
    }
    p->destinations = memcpy(NEW_ARRAY(cx->mem, struct match_range, MAX(p->n_destinations, 1)),
                             ranges, sizeof *ranges * (size_t)p->n_destinations);
}

static void read_occupations(struct ctx *cx, const char *text, struct match_person *p)
{
    const char *codes[WISHES_MAX];
    int n = occupations_read(cx->mem, text, codes, WISHES_MAX);
    int32_t *numbers = NEW_ARRAY(cx->mem, int32_t, MAX(n, 1));

    for (int i = 0; i < n; i++)
        numbers[i] = match_occupation(codes[i]);
    p->occupations = numbers;
    p->n_occupations = n;
}

/* Stored levels begin with 0 for an apprentice; here 0 is no level at all (score.h). */
static int8_t skill_of(const char *code, int8_t absent)
{
    return code && *code >= '0' && *code <= '7' ? (int8_t)(*code - '0' + 1) : absent;
}

void match_read_wish(struct ctx *cx, const struct rows *r, struct match_person *p)
{
    p->least_wage_fen = row_int(r, 0, "least_wage_fen");
    p->companion_id = row_int(r, 0, "companion_id");
    read_destinations(cx, row_text(r, 0, "destinations"), p);
    read_occupations(cx, row_text(r, 0, "occupations"), p);
}

void match_read_person(struct ctx *cx, const struct rows *r, struct match_person *p)
{
    const char *needs = row_text(r, 0, "needs"), *ability = row_text(r, 0, "work_ability");

    *p = (struct match_person){
        .id = row_int(r, 0, "id"),
        .home = row_int(r, 0, "home"),
        .birth = date_of_text(row_text(r, 0, "birth")),
        .from = date_of_text(row_text(r, 0, "from_on")),
        .skill_level = skill_of(row_text(r, 0, "skill_level"), -1),
        .is_willing = str_eq(row_text(r, 0, "willingness"), "WILLING") &&
                      !str_eq(ability, "LOST") && !str_eq(ability, "NONE"),
        .is_registered = !str_eq(row_text(r, 0, "household_type"), "ORDINARY") ||
                         row_text(r, 0, "monitored_type") != NULL,
        .wants_western_food = has_code(needs, "WESTERN_FOOD"),
        .wants_couple_room = has_code(needs, "COUPLE_ROOM"),
    };
    if (has_code(needs, "NO_NIGHT"))
        p->cannot |= MATCH_NIGHT;
    if (has_code(needs, "NO_HEAVY") || str_eq(ability, "WEAK"))
        p->cannot |= MATCH_HEAVY;
    if (has_code(row_text(r, 0, "health"), "SERIOUS"))
        p->cannot |= MATCH_NIGHT | MATCH_HEAVY;
    match_read_wish(cx, r, p);
}

/* A post for any hand (6-00-00-00, 8-00-00-00) has no trade that a wish could differ from. */
static int32_t trade_of(const struct rows *r)
{
    const char *code = row_text(r, 0, "occupation");
    int32_t number = match_occupation(code ? code : occupation_find(row_text(r, 0, "title")));

    return number % 1000000 == 0 ? 0 : number;
}

static bool is_base(struct ctx *cx, const struct rows *r)
{
    struct date from = date_of_text(row_text(r, 0, "base_from")),
                until = date_of_text(row_text(r, 0, "base_until"));

    return !date_is_none(from) && date_compare(from, cx->today) <= 0 &&
           (date_is_none(until) || date_compare(until, cx->today) >= 0);
}

static void read_employer(struct ctx *cx, const struct rows *r, struct match_employer *e)
{
    *e = (struct match_employer){
        .id = row_int(r, 0, "employer_id"),
        .has_canteen = is_yes(r, "has_canteen"),
        .has_western_food = is_yes(r, "has_western_food"),
        .has_couple_rooms = is_yes(r, "has_couple_rooms"),
        .is_base = is_base(cx, r),
    };
}

static void read_post(const struct rows *r, const struct match_employer *e, struct match_post *p)
{
    int64_t seats = row_int(r, 0, "headcount") - row_int(r, 0, "taken");

    *p = (struct match_post){
        .id = row_int(r, 0, "id"),
        .employer = e,
        .work = row_int(r, 0, "work"),
        .occupation = trade_of(r),
        .seats = (int32_t)seats,
        .pay_form = str_eq(row_text(r, 0, "pay_form"), "PIECE") ? MATCH_PAY_PIECE : MATCH_PAY_TIME,
        .pay_low_fen = row_int(r, 0, "pay_low_fen"),
        .pay_high_fen = row_int(r, 0, "pay_high_fen"),
        .newcomer_pay_fen = row_int(r, 0, "newcomer_pay_fen"),
        .start_on = date_of_text(row_text(r, 0, "start_on")),
        .expires_on = date_of_text(row_text(r, 0, "expires_on")),
        .min_skill = skill_of(row_text(r, 0, "skill_level"), 0),
        .has_board = is_yes(r, "has_board"),
        .has_lodging = is_yes(r, "has_lodging") || is_yes(r, "employer_lodging"),
        .is_reserved = is_yes(r, "is_reserved"),
    };
    if (p->min_skill == 1) /* an apprentice is a newcomer who is taught */
        p->min_skill = 0;
    if (is_yes(r, "is_night"))
        p->demands |= MATCH_NIGHT;
    if (is_yes(r, "is_heavy"))
        p->demands |= MATCH_HEAVY;
}

void match_read_post(struct ctx *cx, const struct rows *r, struct match_post *p)
{
    struct match_employer *e = NEW(cx->mem, struct match_employer);

    read_employer(cx, r, e);
    read_post(r, e, p);
}

static enum err add_person(struct ctx *cx, const struct rows *r, void *arg)
{
    struct match_input *in = arg;

    match_read_person(cx, r, ARENA_PUSH(cx->mem, in->persons, in->n_persons, in->persons_cap));
    return OK;
}

static enum err add_post(struct ctx *cx, const struct rows *r, void *arg)
{
    struct match_input *in = arg;
    size_t n = in->n_employers;

    if (n == 0 || in->employers[n - 1]->id != row_int(r, 0, "employer_id")) {
        struct match_employer *e = NEW(cx->mem, struct match_employer);

        read_employer(cx, r, e);
        *ARENA_PUSH(cx->mem, in->employers, in->n_employers, in->employers_cap) = e;
        n = in->n_employers;
    }
    read_post(r, in->employers[n - 1], ARENA_PUSH(cx->mem, in->posts, in->n_posts, in->posts_cap));
    return OK;
}

static int by_likeness(const void *a, const void *b)
{
    const struct match_post *x = a, *y = b;

    if (x->occupation != y->occupation)
        return x->occupation < y->occupation ? -1 : 1;
    if (x->work != y->work)
        return x->work < y->work ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_id(const void *a, const void *b)
{
    const struct match_post *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

/* What else is known of the people and employers of `in`. */
static enum err load_records(struct ctx *cx, struct match_input *in)
{
    TRY(match_load_history(cx, in));
    TRY(match_load_cases(cx, in->employers, in->n_employers, NONE));
    TRY(match_load_trainings(cx, in->persons, in->n_persons, NONE));
    return match_load_grants(cx, in->persons, in->n_persons, in->posts, in->n_posts);
}

/* The post of an offer is in the input without a seat when it stands open no more. */
static enum err add_offered(struct ctx *cx, const struct rows *r, void *arg)
{
    struct match_input *in = arg;

    for (size_t p = 0; p < in->n_posts; p++)
        if (in->posts[p].id == row_int(r, 0, "id"))
            return OK;
    TRY(add_post(cx, r, in));
    in->posts[in->n_posts - 1].seats = 0;
    return OK;
}

static int employer_order(const void *a, const void *b)
{
    const struct match_employer *const *x = a, *const *y = b;

    return ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

/* One struct for each employer, whose posts may have been read in two turns. */
static void join_employers(struct match_input *in)
{
    size_t n = 0;

    if (in->n_employers)
        qsort(in->employers, in->n_employers, sizeof(struct match_employer *), employer_order);
    for (size_t i = 0; i < in->n_employers; i++)
        if (n == 0 || in->employers[n - 1]->id != in->employers[i]->id)
            in->employers[n++] = in->employers[i];
    in->n_employers = n;
    for (size_t p = 0; p < in->n_posts; p++)
        in->posts[p].employer =
            *(struct match_employer **)bsearch(&in->posts[p].employer, in->employers, n,
                                               sizeof(struct match_employer *), employer_order);
}

/* Who was made an offer of the run before that may still stand, beside those who seek work; and the
 * posts, which may be closed by now. */
static enum err load_offered(struct ctx *cx, struct match_input *in)
{
    TRY(db_each(cx, add_offered, in,
                POST_COLUMNS " WHERE SCOPE_NOT(job_post 'a person in scope holds its offer')"
                             " AND j.id IN (SELECT m.post_id FROM match_result m WHERE"
                             " SCOPE(match_result m) AND m.run_id = $1 AND m.state = 'OFFERED')"
                             " ORDER BY j.employer_id, j.id",
                P(in->previous_id)));
    join_employers(in);
    return OK;
}

enum err match_load(struct ctx *cx, struct match_input *in)
{
    int64_t lo, hi;

    division_range(in->home, &lo, &hi);
    if (in->previous_id)
        TRY(db_each(cx, add_person, in, PERSON_SELECT SEEKS_OR_OFFERED " ORDER BY p.id", P(lo),
                    P(hi), P(in->previous_id)));
    else
        TRY(db_each(cx, add_person, in, PERSON_SELECT SEEKS " ORDER BY p.id", P(lo), P(hi)));
    division_range(in->work, &lo, &hi);
    TRY(db_each(cx, add_post, in,
                POST_SELECT " AND " STANDS " AND " IS_FRESH " ORDER BY j.employer_id, j.id", P(lo),
                P(hi), P(cx->now - POST_FRESH_DAYS * DAY_SECONDS),
                P(date_text(cx->mem, cx->today))));
    if (in->previous_id)
        TRY(load_offered(cx, in));
    if (in->n_posts)
        qsort(in->posts, in->n_posts, sizeof *in->posts, by_likeness);
    return load_records(cx, in);
}

enum err match_count(struct ctx *cx, int64_t home, int64_t work, struct match_count *ret)
{
    struct rows people, posts;
    int64_t lo, hi;

    division_range(home, &lo, &hi);
    TRY(db_one(cx, &people, "SELECT count(*) AS people FROM person p WHERE SCOPE(person p)" SEEKS,
               P(lo), P(hi)));
    division_range(work, &lo, &hi);
    TRY(db_one(cx, &posts,
               "SELECT count(CASE WHEN " IS_FRESH " THEN 1 END) AS posts,"
               " coalesce(sum(CASE WHEN " IS_FRESH " THEN j.headcount - j.taken END), 0) AS seats,"
               " count(CASE WHEN NOT (" IS_FRESH ") THEN 1 END) AS stale"
               " FROM job_post j WHERE SCOPE(job_post j) AND " STANDS,
               P(lo), P(hi), P(cx->now - POST_FRESH_DAYS * DAY_SECONDS),
               P(date_text(cx->mem, cx->today))));
    *ret = (struct match_count){ .people = row_int(&people, 0, "people"),
                                 .posts = row_int(&posts, 0, "posts"),
                                 .seats = row_int(&posts, 0, "seats"),
                                 .stale = row_int(&posts, 0, "stale") };
    return OK;
}

enum err match_count_changes(struct ctx *cx, int64_t run_id, int64_t home, int64_t work,
                             struct match_changes *ret)
{
    const char *today = date_text(cx->mem, cx->today);
    struct rows people, posts, closed;
    int64_t lo, hi;

    division_range(home, &lo, &hi);
    TRY(db_one(cx, &people,
               "SELECT count(*) AS n FROM person p WHERE SCOPE(person p)" SEEKS
               " AND NOT EXISTS (SELECT 1 FROM match_result m WHERE"
               " SCOPE_NOT(match_result 'the person is in scope') AND m.run_id = $3"
               " AND m.person_id = p.id)",
               P(lo), P(hi), P(run_id)));
    division_range(work, &lo, &hi);
    TRY(db_one(cx, &posts,
               "SELECT count(*) AS n FROM job_post j WHERE SCOPE(job_post j) AND " STANDS
               " AND " IS_FRESH " AND NOT EXISTS (SELECT 1 FROM match_post k WHERE"
               " SCOPE_NOT(match_post 'the post is in scope') AND k.run_id = $5"
               " AND k.post_id = j.id)",
               P(lo), P(hi), P(cx->now - POST_FRESH_DAYS * DAY_SECONDS), P(today), P(run_id)));
    TRY(db_one(cx, &closed,
               "SELECT count(*) AS n FROM match_post k JOIN job_post j ON"
               " SCOPE_NOT(job_post 'how many of a run in scope: what is closed is seen by few')"
               " AND j.id = k.post_id WHERE SCOPE_NOT(match_post 'of a run in scope')"
               " AND k.run_id = $1 AND (j.state NOT IN ('OPEN', 'FILLED') OR j.expires_on < $2)",
               P(run_id), P(today)));
    *ret = (struct match_changes){ .posts_closed = row_int(&closed, 0, "n"),
                                   .posts_new = row_int(&posts, 0, "n"),
                                   .people_new = row_int(&people, 0, "n") };
    return OK;
}

enum err match_load_run(struct ctx *cx, int64_t run_id, struct match_input *in)
{
    TRY(db_each(cx, add_person, in,
                PERSON_SELECT " AND p.id IN (SELECT m.person_id FROM match_result m WHERE"
                              " SCOPE(match_result m) AND m.run_id = $1) ORDER BY p.id",
                P(run_id)));
    TRY(db_each(cx, add_post, in,
                POST_SELECT " AND j.id IN (SELECT k.post_id FROM match_post k WHERE"
                            " SCOPE_NOT(match_post 'the post itself is in scope')"
                            " AND k.run_id = $1) ORDER BY j.employer_id, j.id",
                P(run_id)));
    if (in->n_posts)
        qsort(in->posts, in->n_posts, sizeof *in->posts, by_id);
    return load_records(cx, in);
}

enum err match_each_post_ever(struct ctx *cx, int64_t work, db_row_fn *fn, void *arg)
{
    int64_t lo, hi;

    division_range(work, &lo, &hi);
    return db_each(cx, fn, arg,
                   POST_COLUMNS " WHERE SCOPE_NOT(job_post 'where people in scope were sent')"
                                " AND j.work BETWEEN $1 AND $2 ORDER BY j.id",
                   P(lo), P(hi));
}

enum err match_load_person(struct ctx *cx, int64_t id, struct match_person *ret)
{
    struct rows r;

    TRY(db_rows(cx, &r, PERSON_SELECT " AND p.id = $1", P(id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "person.unknown", "%s",
                    T("没有这个人员", "there is no such person"));
    match_read_person(cx, &r, ret);
    TRY(match_load_trainings(cx, ret, 1, id));
    return match_load_person_history(cx, ret);
}

enum err match_load_post(struct ctx *cx, int64_t id, struct match_post *ret)
{
    struct match_employer *employer;
    struct rows r;

    TRY(db_rows(cx, &r, POST_SELECT " AND j.id = $1", P(id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "post.unknown", "%s",
                    T("没有这个岗位", "there is no such post"));
    employer = NEW(cx->mem, struct match_employer);
    read_employer(cx, &r, employer);
    read_post(&r, employer, ret);
    TRY(match_load_cases(cx, &employer, 1, employer->id));
    return match_load_employer_history(cx, employer);
}
