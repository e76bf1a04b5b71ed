/* leaving.h — who of a simulated year goes when a post is offered, and who goes home again, and
 * when. Pure. docs/replay.md gives the reason of every coefficient.
 *
 * What decides is hidden: how much she really expects and bears, how firm her wish is,
 * homesickness, food, company; what a newcomer really gets and how the place treats people. A
 * roster shows some of it, and not exactly. This file knows nothing of matching: neither scores nor
 * weights. */
#pragma once
#include "app/simulate.h"

struct leaving_person {
    double expects, bears; /* yuan a month: expected; how far below it she bears */
    double resolve;        /* how much she wants to go at all; 0 is usual, a spread of 1 */
    double homesick, palate, company; /* as far from the usual */
};
struct leaving_post {
    double pay;  /* yuan a month that a newcomer really takes home */
    double care; /* dormitory, foreman, how newcomers are taught; 0 is usual, a spread of 1 */
};
struct leaving_person leaving_person_draw(const struct sim_person *p, struct sim_chance *c);
struct leaving_post leaving_post_draw(const struct sim_post *p, struct sim_chance *c);

/* One person at one post. */
struct leaving_case {
    const struct leaving_person *person;
    const struct leaving_post *post;
    bool is_wished_place, is_wished_work; /* where, and as what, she wanted to work */
    bool has_home_food;
    bool is_alone; /* nobody of her township is with the employer */
};
/* How much speaks against it; the causes of domain.md A3, in logits. */
double leaving_trouble(const struct leaving_case *in);
/* Chances between 0 and 1: to go once the post is agreed, without being organised; to leave within
 * month 1, 2, … after having stayed until then. */
double leaving_goes(const struct leaving_case *in);
double leaving_leaves(const struct leaving_case *in, int month);
