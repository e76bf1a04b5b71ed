/* retention_fit.h — fitting a retention model to earlier stretches of work, and how well it told
 * the later ones. Pure and deterministic. Inside the module. */
#pragma once
#include "matching/retention.h"

/* A stretch of work that could have lasted three months by now, with what was known before it. */
struct retention_case {
    int32_t start; /* days since 1970 */
    bool has_stayed;
    int32_t features[RETENTION_FEATURE_COUNT];
};

/* Logistic regression (L2, liblinear's solver 0). Both outcomes must occur. Sets bias and
 * coefficients. */
void retention_fit(struct arena *mem, const struct retention_case *cases, int32_t n,
                   struct retention_model *ret);

enum { RETENTION_CASES_LEAST = 200, RETENTION_OUTCOMES_LEAST = 30, RETENTION_GROUPS = 10 };

/* What was predicted of the newest cases by a model that had not seen them, and what came of them.
 * Shares, scores and errors are ten-thousandths. */
struct retention_group {
    int32_t n, predicted, seen;
};
struct retention_report {
    int32_t fitted, fitted_stayed, tested, tested_stayed;
    int32_t first, cut, last; /* days: the first start, the first tested, the last */
    struct retention_group groups[RETENTION_GROUPS]; /* of about equal size, least likely first */
    int32_t error;                                   /* mean distance of predicted from seen */
    int32_t brier, brier_base; /* mean squared error; the same of the share fitted for everybody */
    int32_t log_loss, log_loss_base;
    int32_t auc;    /* how often one who stayed stood before one who left; half for equals */
    bool is_better; /* brier than brier_base, by a hundredth and twice the standard error */
};

/* What stands in the way of an estimate. */
enum retention_lack {
    RETENTION_ENOUGH,
    RETENTION_FEW_CASES,  /* fewer than RETENTION_CASES_LEAST, */
    RETENTION_FEW_STAYED, /* or of an outcome than RETENTION_OUTCOMES_LEAST */
    RETENTION_FEW_LEFT,
    RETENTION_FEW_DAYS /* too few days to fit on the earlier and test on the later */
};

/* Fits on the four fifths that started first and tests on the others; who started on one day stays
 * together, so that no party is on both sides. What was tested is what is returned: it is not
 * fitted again on all. Sorts the cases. */
enum retention_lack retention_train(struct arena *mem, struct retention_case *cases, int32_t n,
                                    struct retention_model *ret, struct retention_report *report);
