/* leaving.c — a model of going and of going home, fitted to what is published of Fuzhou and Dingxi
 * in 2017 (domain.md A3): 89 of 1,568 who had agreed to a post arrived, and of about 1,000 whom the
 * offices then sent off fewer than half were at work after a month. Two numbers fix two constants:
 * GOES and LEAVES. The other coefficients are estimates; docs/replay.md says why. */
#include "app/leaving.h"

#include <math.h>

/* Logits, unless another unit is named. */
static const double GOES = -2.48, LEAVES = -0.60; /* fitted */
static const double PAY = 1.0,                    /* for each 500 yuan below what she bears */
    PLACE = 0.6, WORK = 0.4, FOOD = 0.7, ALONE = 0.5, HOMESICK = 0.5, CARE = 0.4, RESOLVE = 0.8,
                    AHEAD = 0.7; /* how much of it she foresees */

/* Between -2 and 2 with a spread of about 1, mostly near 0. */
static double draw(struct sim_chance *c)
{
    double sum = 0;

    for (int i = 0; i < 3; i++)
        sum += sim_below(c, 4001) / 1000.0 - 2.0;
    return sum / 2.0;
}

struct leaving_person leaving_person_draw(const struct sim_person *p, struct sim_chance *c)
{
    bool says_yes = str_eq(p->willing, "有意愿");
    struct leaving_person ret;

    ret.expects = (p->least_wage ? p->least_wage : 3500) + 250 * draw(c);
    ret.bears = 200 + 150 * draw(c);
    ret.resolve = (says_yes ? 0.5 : -1.0) + draw(c);
    ret.homesick = draw(c);
    ret.palate = draw(c);
    ret.company = draw(c);
    return ret;
}

struct leaving_post leaving_post_draw(const struct sim_post *p, struct sim_chance *c)
{
    int stated = p->newcomer_pay ? p->newcomer_pay : p->pay_low;
    int in_kind = (p->has_board ? 500 : 0) + (p->has_lodging ? 300 : 0);
    struct leaving_post ret;

    ret.pay = stated * (1.0 - sim_below(c, 100) / 1000.0) + in_kind;
    ret.care = draw(c);
    return ret;
}

double leaving_trouble(const struct leaving_case *in)
{
    const struct leaving_person *p = in->person;
    double shortage = p->expects - p->bears - in->post->pay, sum = 0;

    sum += PAY * fmax(shortage, 0) / 500;
    sum += in->is_wished_place ? 0 : PLACE;
    sum += in->is_wished_work ? 0 : WORK;
    sum += in->has_home_food ? 0 : FOOD * (1 + p->palate / 2);
    sum += in->is_alone ? ALONE * (1 + p->company / 2) : 0;
    return sum + HOMESICK * p->homesick - CARE * in->post->care - RESOLVE * p->resolve;
}

static double chance_of(double logit)
{
    return 1 / (1 + exp(-logit));
}

double leaving_goes(const struct leaving_case *in)
{
    return chance_of(GOES - AHEAD * leaving_trouble(in));
}

double leaving_leaves(const struct leaving_case *in, int month)
{
    double settled = month == 1 ? 0 : month <= 3 ? 0.8 : 1.2;

    return chance_of(LEAVES - settled + leaving_trouble(in));
}
