/* retention_fit.c — the one file that knows liblinear. */
#include "matching/retention_fit.h"

#include <linear.h>
#include <math.h>

/* The constant is a feature like others to liblinear, drawn to 0 as they are: so large, a hundredth
 * as much. */
enum { CONSTANT = 10 };

static void quiet(const char *text)
{
    (void)text;
}

/* Features that are not 0, numbered from 1, then the constant, then the end. */
static struct feature_node *nodes_of(struct arena *mem, const struct retention_case *c)
{
    struct feature_node *nodes = NEW_ARRAY(mem, struct feature_node, RETENTION_FEATURE_COUNT + 2);
    int n = 0;

    for (int i = 0; i < RETENTION_FEATURE_COUNT; i++)
        if (c->features[i] != 0)
            nodes[n++] = (struct feature_node){ i + 1, c->features[i] / 1000.0 };
    nodes[n++] = (struct feature_node){ RETENTION_FEATURE_COUNT + 1, CONSTANT };
    nodes[n] = (struct feature_node){ -1, 0 };
    return nodes;
}

static int32_t millionths(double x)
{
    return (int32_t)lround(fmax(-RETENTION_MOST, fmin(RETENTION_MOST, x * 1e6)));
}

void retention_fit(struct arena *mem, const struct retention_case *cases, int32_t n,
                   struct retention_model *ret)
{
    struct problem problem = { .l = n,
                               .n = RETENTION_FEATURE_COUNT + 1,
                               .y = NEW_ARRAY(mem, double, n),
                               .x = NEW_ARRAY(mem, struct feature_node *, n),
                               .bias = CONSTANT };
    struct parameter parameter = { .solver_type = L2R_LR, .C = 1, .eps = 1e-4 };
    struct model *model;
    double sign;

    for (int32_t i = 0; i < n; i++) {
        problem.y[i] = cases[i].has_stayed;
        problem.x[i] = nodes_of(mem, &cases[i]);
    }
    set_print_string_function(quiet);
    model = train(&problem, &parameter);
    assert(model->nr_class == 2);
    sign = model->label[0] == 1 ? 1 : -1; /* w speaks for the outcome that came first */
    for (int i = 0; i < RETENTION_FEATURE_COUNT; i++)
        ret->coefficient[i] = millionths(sign * model->w[i]);
    ret->bias = millionths(sign * CONSTANT * model->w[RETENTION_FEATURE_COUNT]);
    free_and_destroy_model(&model);
}
