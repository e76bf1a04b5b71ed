/* simulate.h — made-up people, employers and spreadsheets as real offices send them, with a key of
 * every flaw planted. The same options give the same bytes on every machine. Places, pairings and
 * orders of magnitude are those of the Fuzhou–Dingxi cooperation of 2017 to 2020; the flaws those
 * found in real rosters.
 *
 * Nobody in it exists: names are drawn from frequent surnames and given names, numbers are drawn
 * and given a right check character. */
#pragma once
#include "base/base.h"
#include "base/date.h"

struct sim_options {
    int workers, posts, months;
    uint64_t seed;
    int messy;           /* percent of rows with a flaw, exactly one each */
    bool one_roster;     /* of the whole western side, in place of one for each county */
    const char *pairing; /* "fuzhou-dingxi" or "shandong-chongqing" */
    const char *dir;     /* written here; must exist */
    const char *prefix;  /* before the names of files; NULL = none */
};

/* A county of either side. Codes have 12 digits. */
struct sim_place {
    int64_t code;
    const char *name;       /* 通渭县 */
    const char *full_name;  /* 甘肃省定西市通渭县 */
    const char *old_prefix; /* first six digits of numbers given out before the code changed */
    int old_until;          /* last birth year with the old prefix */
    int towns;
    const struct sim_town {
        int64_t code;
        const char *name;
    } * town;
};

/* Texts are as an office would write them; the files vary the spelling. */
struct sim_person {
    const char *name, *id_no;
    bool is_female;
    struct date birth;
    int county, town; /* indexes */
    const char *village, *household_no, *relation, *head_name, *ethnic, *education, *health,
        *ability, *phone, *household_type, *skill, *willing, *wish_place, *wish_work, *account,
        *bank;
    int least_wage; /* yuan; 0 = not said */
    struct date identified, collected;
    const char *collector;
};

struct sim_employer {
    const char *name, *credit_code, *kind, *industry, *address, *contact, *phone, *account, *bank;
    int place; /* index of east */
    int size;
    bool has_canteen, has_noodles, has_lodging, has_couple_rooms, is_base;
};

struct sim_post {
    int employer; /* index */
    const char *number, *title, *occupation, *pay_form;
    int headcount, pay_low, pay_high,
        newcomer_pay; /* yuan a month; newcomer_pay 0 = as the others */
    bool has_board, has_lodging, is_reserved, is_night;
};

/* What one employer says of one worker and month. */
struct sim_month_line {
    const char *name, *id_no, *status; /* 在岗 离岗 请假 */
    int days, wage;                    /* wage in yuan */
};

struct sim_answer {
    const char *file, *sheet;
    int64_t row;
    const char *
        column; /* the header, behind that of its group when there are two rows: 就业意向意向地区 */
    const char *code; /* docs/import.md */
    bool is_warning;
};

/* A file written. */
struct sim_file {
    const char *path, *name;
    const char *record; /* what the rows are: person, employer, job_post, month_evidence; "" = bank
                           return */
    int64_t office;     /* 12-digit division of who sends it */
    int employer;       /* month_evidence: whose, else -1 */
    struct month month; /* month_evidence */
    int rows, flawed;
};

struct sim_world {
    struct arena *mem;
    struct sim_options options;
    const char *west_name, *east_name; /* 定西市, 福州市 */
    const char *east_full_name;
    int64_t west_code, east_code;
    struct date start; /* when the rosters are sent */
    int west_n, east_n;
    struct sim_place *west, *east;
    int people_n, employers_n, posts_n;
    struct sim_person *people;
    struct sim_employer *employers;
    struct sim_post *posts;

    struct sim_file *files;
    size_t files_n, files_cap;
    struct sim_answer *answers;
    size_t answers_n, answers_cap;
};

/* --- making (simulate_world.c); pure --- */
/* False in *ret_known when there is no such pairing; then NULL. */
struct sim_world *sim_world_make(struct arena *mem, const struct sim_options *options);
/* A valid code of nobody for an employer there; nth of those without posts. */
const char *sim_credit_code(const struct sim_world *w, int64_t place, int nth);
/* Days at work and wage of a worker in a month, from what the post pays; `nth` month there, from 0.
 */
struct sim_month_line sim_month(const struct sim_world *w, const struct sim_person *p,
                                const struct sim_post *post, struct month month, int nth);

/* --- writing; each appends to w->files and w->answers --- */
/* One roster for each western county, or one for all. */
MUST_CHECK enum err sim_write_rosters(struct sim_world *w, struct failure *f);
/* Employers and posts of each eastern county. */
MUST_CHECK enum err sim_write_posts(struct sim_world *w, struct failure *f);
/* The confirmation sheet of one employer and month. */
MUST_CHECK enum err sim_write_months(struct sim_world *w, int employer, struct month month,
                                     const struct sim_month_line *lines, int n, struct failure *f);
/* answers.csv */
MUST_CHECK enum err sim_write_answers(const struct sim_world *w, struct failure *f);

/* --- chance: splitmix64, so that a seed means the same everywhere --- */
struct sim_chance {
    uint64_t state;
};
/* A stream of its own for each purpose, so that one more draw here changes nothing there. */
struct sim_chance sim_chance(uint64_t seed, const char *purpose, int64_t n);
int sim_below(struct sim_chance *c, int n); /* 0 … n-1 */
bool sim_percent(struct sim_chance *c, int percent);
#define SIM_PICK(c, array) ((array)[sim_below((c), (int)ARRAY_LEN(array))])
