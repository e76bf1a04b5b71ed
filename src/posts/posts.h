/* posts.h — job posts: what employers ask for, and how many seats remain. */
#pragma once
#include "platform/op.h"

extern const struct module posts_module;
extern const struct record post_record;

/* What a post asks for and the law does not let it: people of one sex (就业促进法 art. 27; 妇女权益
 * 保障法 as amended in 2022, art. 43, but for work that the state reserves), or an age above
 * majority or below any pensionable age of men, which a person looks at (就业促进法 art. 3).
 * Flagged to the bureau that keeps the posts; never a reason in matching. POST_DEMAND is a code of
 * post_demands, or NULL, of the alias j. */
enum { POST_AGE_LOW = 18, POST_AGE_HIGH = 60 };
extern const struct choice post_demands[];
#define POST_DEMAND                                                                        \
    "(CASE WHEN j.sex_asked IN ('MALE', 'FEMALE') AND (j.age_low > 18 OR j.age_high < 60)" \
    " THEN 'SEX_AGE' WHEN j.sex_asked IN ('MALE', 'FEMALE') THEN 'SEX'"                    \
    " WHEN j.age_low > 18 OR j.age_high < 60 THEN 'AGE' END)"

/* A post not confirmed by its employer for this long is not matched any more. */
enum { POST_FRESH_DAYS = 30 };

struct post_input {
    int64_t id;
    int64_t employer_id;
    const char *employer_name, *credit_code; /* in sheets: finds employer_id */
    int64_t work;
    const char *title, *occupation;
    int64_t headcount;
    const char *pay_form, *pay; /* pay: "3500-4500元/月" in one column */
    int64_t pay_low_fen, pay_high_fen, newcomer_pay_fen;
    int64_t has_board, has_lodging, is_reserved, is_night, is_heavy;
    const char *skill_level, *education;
    int64_t age_low, age_high;
    const char *sex_asked, *start_on, *expires_on, *requirements, *external_no;
    int64_t confirmed_at;
};

/* What a sheet says of pay in one column as form and range; the range the right way round. */
MUST_CHECK enum err post_read_pay(struct ctx *cx, struct post_input *in);
MUST_CHECK enum err post_check_pay(struct ctx *cx, const struct post_input *in);

/* Fill one seat. E_CONFLICT "post.no_seat" if none is left, also when two callers race, or when the
 * post is not OPEN. The post becomes FILLED with its last seat. */
MUST_CHECK enum err post_take_seat(struct ctx *cx, int64_t id);
/* Give a seat back; a FILLED post is OPEN again. */
MUST_CHECK enum err post_free_seat(struct ctx *cx, int64_t id);
