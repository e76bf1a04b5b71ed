/* months.h — what several sources say of one month, weighed. Pure. */
#pragma once
#include "base/base.h"

struct month_evidence {
    const char *source, *status;        /* codes of month_sources and month_statuses */
    int64_t days, wage_fen, is_insured; /* NONE = not said */
};
struct month_verdict {
    const char *status; /* code of month_states */
    int64_t days, wage_fen, is_insured;
};
/* The newest word of each source in, the month's verdict out. At work by any source and not at work
 * by another is a CONFLICT, whatever their rank: a person decides. Numbers come
 * from the strongest source that gives them: data, employer, station, village, worker. n > 0. */
struct month_verdict month_weigh(const struct month_evidence *words, int n);
