/* demo.h — the road from rosters to payments, walked through the operations themselves by the
 * people who would do it. A step says what it did in numbers, or why it could not. */
#pragma once
#include <stdio.h>

#include "app/simulate.h"
#include "platform/op.h"

struct demo_options {
    int workers, posts, months, messy;
    uint64_t seed;
    const char *dir; /* spreadsheets and bank files are kept here */
    enum lang lang;
    FILE *out;
    const char *accounts_path; /* the accounts as JSON too, readable by the owner only; or NULL */
    bool has_no_passwords;     /* nobody will sign in: spares the hashing */
};

/* Make people and spreadsheets, walk the road over an empty, migrated store, print one line for
 * each step and then the accounts. True when every step did its work. */
bool demo_walk(struct store *store, const struct demo_options *options);

/* --- inside --- */
struct demo_user {
    const char *login, *name, *roles, *org_name, *password;
    int64_t id, org_id;
    struct actor actor;
};

/* One worker's way. */
struct demo_way {
    int64_t person_id, offer_id, placement_id; /* NONE until there is one */
    int post;                                  /* index into the world, -1 */
    struct date start, end;                    /* end none while at work */
};

enum { DEMO_USERS_MAX = 120, DEMO_UNITS_MAX = 4096, DEMO_EMPLOYERS_SIGNED_IN = 3 };
struct demo {
    struct arena *mem;
    struct store *store;
    struct demo_options options;
    struct sim_world *world;
    struct date today;
    int64_t seconds; /* calls so far today */
    struct demo_user users[DEMO_USERS_MAX];
    int user_count;
    struct ctx *cx;                 /* of the last call */
    struct ctx *system;             /* the program itself, for what no role does */
    const struct json_value *reply; /* of the last call; valid until the next */
    const char *said;               /* what the running step did */
    const char *failed;             /* why it could not */

    int64_t pairing_id, run_id, owed_fen;
    int64_t *batches;                 /* of each western county, or NONE */
    int64_t *employer_ids, *post_ids; /* as in the world; NONE when the row waits for correction */
    struct demo_way *ways;            /* one for each person */
    int placed;
    int months_paid; /* months before the first round of claims */
};

/* What a user does: an operation with a JSON body (' for ") or a query. False, and d->failed, when
 * it is refused. */
bool demo_call(struct demo *d, struct demo_user *who, const char *op, int64_t id,
               const char *format, ...) PRINTF(5, 6);
bool demo_upload(struct demo *d, struct demo_user *who, const char *op, int64_t id,
                 const char *path);
/* Of the reply, by path "items.0.id". */
int64_t demo_int(const struct demo *d, const char *path);
const char *demo_str(const struct demo *d, const char *path);
size_t demo_count(const struct demo *d, const char *path);
/* A fresh unit of work as this user (NULL: the program itself) at the demo's date; freed by the
 * next call. */
struct ctx *demo_unit(struct demo *d, struct demo_user *who);
bool demo_fail(struct demo *d, const char *format, ...) PRINTF(2, 3); /* false */
void demo_say(struct demo *d, const char *format, ...) PRINTF(2, 3);
struct demo_user *demo_user(struct demo *d, const char *login); /* asserts that there is one */
/* "county-350181": the clerk of a county by its division. */
struct demo_user *demo_clerk(struct demo *d, int64_t division);
/* Text in the demo's language. */
#define S(zh, en) (d->options.lang == LANG_EN ? (en) : (zh))

/* What came of importing files. */
struct demo_tally {
    int64_t rows, good, bad, created, found,
        planted; /* flaws of the simulator, and how many of them the importer named */
    struct {
        const char *code;
        int n;
    } codes[60];
    int code_count;
};
/* A file through the real importer as this user: checked, good rows written, bad ones wait. */
bool demo_import(struct demo *d, struct demo_user *who, const struct record *rec,
                 const struct sim_file *file, struct demo_tally *t);
/* Every planted flaw was found, and something was taken. */
bool demo_all_found(struct demo *d, const struct demo_tally *t);

/* An account like this one, with a password of its own; for a worker, of this person. */
bool demo_add_user(struct demo *d, struct demo_user *by, const struct demo_user *given,
                   int64_t person_id);
/* A batch of a county of everybody who has accepted, approved for departure. A township that sends
 * many is refused without a leader first, and then names one. */
struct demo_batch {
    const char *name;
    int county;
    struct date depart;
    int64_t id;
    int people, coaches, leaders;
    const char *refused; /* why the list could not be locked before leaders were named; or NULL */
};
bool demo_plan_batch(struct demo *d, struct demo_batch *b);
/* Months nth … until - 1 from the start: confirmed, leavers recorded. */
struct demo_months {
    int64_t by_employers, planted;
    int by_station, left;
};
bool demo_run_months(struct demo *d, int nth, int until, struct demo_months *ret);

bool demo_accounts(struct demo *d);
bool demo_rosters(struct demo *d);
bool demo_employers(struct demo *d);
bool demo_posts(struct demo *d);
bool demo_match(struct demo *d);
bool demo_offers(struct demo *d);
bool demo_answers(struct demo *d);
bool demo_batches(struct demo *d);
bool demo_journey(struct demo *d);
bool demo_months(struct demo *d);
bool demo_targets(struct demo *d);
bool demo_claims(struct demo *d);
bool demo_reviews(struct demo *d);
bool demo_payments(struct demo *d);
bool demo_months_after(struct demo *d);
bool demo_autumn(struct demo *d);
bool demo_second_round(struct demo *d);
bool demo_waiting(struct demo *d);
bool demo_winter(struct demo *d);
bool demo_completion(struct demo *d);
bool demo_journal(struct demo *d);
