/* The replay of 2017: fitted to what is published, the same for the same seed, and fair to every
 * arm. */
#include "harness.h"

#include <stdio.h>

#include "app/leaving.h"
#include "app/replay.h"
#include "matching/score.h"

typedef int32_t figures[REPLAY_ARMS][REPLAY_FIGURES];

static bool holds(struct replay_range r, int32_t value)
{
    return r.low <= value && value <= r.high;
}

TEST("the fair gives the published figures: 1,568 sign, 89 arrive, fewer than half stay a month")
{
    struct replay_options o = { .seeds = 12, .years = 1, .first_seed = 1 };
    struct match_weights weights = match_weights_default();
    const struct replay_range *fair;
    struct replay_result r;

    replay_run(&o, &weights, NULL, &r);
    fair = r.at[REPLAY_FAIR];
    EXPECT(holds(fair[REPLAY_SIGNED], 1568));
    EXPECT(holds(fair[REPLAY_ARRIVED], 89));
    EXPECT_INT(fair[REPLAY_SENT].low, 1000);
    EXPECT(fair[REPLAY_STAYED_1].high < 500);
    EXPECT(fair[REPLAY_STAYED_1].low > 350); /* "fewer than half", not "hardly any" */
    EXPECT(fair[REPLAY_STAYED_3].middle < fair[REPLAY_STAYED_1].middle);
    EXPECT(fair[REPLAY_STAYED_6].middle < fair[REPLAY_STAYED_3].middle);
}

TEST("a seed gives the same figures again, another one others")
{
    struct replay_options o = { .years = 2 };
    struct match_weights weights = match_weights_default();
    figures a, b, c;

    replay_seed(&o, &weights, 7, a, NULL);
    replay_seed(&o, &weights, 7, b, NULL);
    replay_seed(&o, &weights, 8, c, NULL);
    EXPECT_INT(memcmp(a, b, sizeof a), 0);
    EXPECT(memcmp(a, c, sizeof a) != 0);
}

/* If an arm saw anything of what a roster does not show, other insides would move somebody. */
TEST("no arm knows more than the roster: other insides change no proposal")
{
    struct replay_options o = { .years = 1 }, other = { .years = 1, .hidden = 99 };
    struct match_weights weights = match_weights_default();
    uint64_t proposals[2][REPLAY_ARMS];
    figures a, b;

    replay_seed(&o, &weights, 3, a, proposals[0]);
    replay_seed(&other, &weights, 3, b, proposals[1]);
    for (int arm = 0; arm < REPLAY_ARMS; arm++) {
        EXPECT(proposals[0][arm] == proposals[1][arm]);
        EXPECT_INT(a[arm][REPLAY_SIGNED], b[arm][REPLAY_SIGNED]);
        EXPECT_INT(a[arm][REPLAY_PROPOSED], b[arm][REPLAY_PROPOSED]);
        EXPECT(a[arm][REPLAY_STAYED_1] != b[arm][REPLAY_STAYED_1]);
    }
    for (int arm = 1; arm < REPLAY_ARMS; arm++)
        EXPECT(proposals[0][arm] != proposals[0][0]);
}

TEST("going and leaving know nothing of weights: other weights move the matcher's arms alone")
{
    struct replay_options o = { .years = 1 };
    struct match_weights usual = match_weights_default(), other = usual;
    figures a, b;

    other.pay_percent = 0;
    other.food = 2000;
    replay_seed(&o, &usual, 3, a, NULL);
    replay_seed(&o, &other, 3, b, NULL);
    EXPECT_INT(memcmp(a[REPLAY_FAIR], b[REPLAY_FAIR], sizeof a[0]), 0);
    EXPECT_INT(memcmp(a[REPLAY_FIRST_COME], b[REPLAY_FIRST_COME], sizeof a[0]), 0);
    EXPECT(memcmp(a[REPLAY_QUEQIAO], b[REPLAY_QUEQIAO], sizeof a[0]) != 0);
}

/* Where the sources are at hand, the border is checked in them too. */
TEST("the model of leaving includes nothing of matching")
{
    static const char *const files[] = { "src/app/leaving.c", "src/app/leaving.h" };

    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        FILE *f = fopen(files[i], "re");
        char line[300];

        while (f && fgets(line, sizeof line, f))
            EXPECT(!(str_starts(line, "#include") && strstr(line, "matching/")));
        if (f)
            fclose(f);
    }
}

TEST("each cause of 2017 makes going less likely and leaving more likely")
{
    const struct leaving_person person = { .expects = 3500, .bears = 200 };
    const struct leaving_post good = { .pay = 3600 }, poor = { .pay = 2700 }, rough = { 3600, -1 };
    const struct leaving_person unwilling = { .expects = 3500, .bears = 200, .resolve = -1 },
                                homesick = { .expects = 3500, .bears = 200, .homesick = 1 };
    const struct leaving_case best = { &person, &good, true, true, true, false };
    struct leaving_case worse[] = { best, best, best, best, best, best, best, best };

    worse[0].post = &poor;
    worse[1].post = &rough;
    worse[2].person = &unwilling;
    worse[3].person = &homesick;
    worse[4].is_wished_place = false;
    worse[5].is_wished_work = false;
    worse[6].has_home_food = false;
    worse[7].is_alone = true;
    for (size_t i = 0; i < ARRAY_LEN(worse); i++) {
        EXPECT(leaving_goes(&worse[i]) < leaving_goes(&best));
        EXPECT(leaving_leaves(&worse[i], 1) > leaving_leaves(&best, 1));
    }
    EXPECT(leaving_leaves(&best, 2) < leaving_leaves(&best, 1));
    EXPECT(leaving_leaves(&best, 6) < leaving_leaves(&best, 2));
}
