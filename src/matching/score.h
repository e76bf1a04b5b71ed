/* score.h — may this person go to this post, and how good is it for both? Pure: plain structs in,
 * outcome with its reasons out. Sex and ethnic group are not in the structs and so cannot count;
 * age counts only where the law forbids work.
 *
 * Two steps. Rules decide what is possible at all; each says PASS, CHECK (possible, but a person
 * must look) or FAIL. Parts of the score then add up points. One point is worth one yuan a month:
 * "150 points less for the distance" says that 150 yuan more pay would make up for it. Both are
 * stored as compact JSON and read back as sentences in Chinese or English, so that a decision can
 * be explained later as it was made.
 *
 * What counts comes from why half of the first thousand people left Fuzhou within a month:
 * pay below expectation, habit, climate and food, and people sent without their
 * wish. The sizes of the weights are our estimates; they are data, shown with every run. */
#pragma once
#include "base/base.h"
#include "base/date.h"

/* --- what is compared --- */

/* Work that not everybody can do; bits. */
enum { MATCH_NIGHT = 1, MATCH_HEAVY = 2 };

/* Division codes (12 digits) lo … hi, both included: a county and all below it. */
struct match_range {
    int64_t lo, hi;
};

/* Occupations are numbers of 7 digits after the Chinese classification (职业分类大典): 6-18-02-04
 * is 6180204, and 6180200 stands for everything below 6-18-02. 0 is unknown. */
int32_t match_occupation(const char *code);

/* A course completed, ordered by an employer or for a trade (订单式培训). */
struct match_training {
    int64_t employer_id; /* who ordered it; NONE = for the trade as such */
    int32_t occupation;  /* 0 = whatever the employer needs */
};

/* Arrays are in the caller's hands and may be NULL when their count is 0. */
struct match_person {
    int64_t id;
    int64_t home; /* domicile (户籍地), 12 digits */
    struct date birth;
    struct date from;                       /* free from this day; none = now */
    const struct match_range *destinations; /* where she is willing to go; none given = anywhere */
    const int32_t *occupations;             /* what she wants to do; none given = anything */
    const int64_t *earlier;                 /* divisions where she has worked before */
    const struct match_training *trainings; /* completed */
    int32_t n_destinations, n_occupations, n_earlier, n_trainings;
    int64_t least_wage_fen; /* a month; NONE = not said */
    int64_t companion_id;   /* who should go along; NONE = nobody */
    int8_t skill_level;     /* 0 none … 8 chief technician (首席技师); -1 unknown */
    uint8_t cannot;         /* MATCH_NIGHT | MATCH_HEAVY: health or wish rules it out */
    bool is_willing;        /* surveyed, and wants to go out to work */
    bool is_registered;     /* poverty-exited or monitored (脱贫户, 监测对象) on the day */
    bool wants_western_food, wants_couple_room;
};

/* How long people stayed is looked at after one, three and six months. */
enum match_horizon { MATCH_MONTH_1, MATCH_MONTH_3, MATCH_MONTH_6, MATCH_HORIZONS };

/* How people fared with an employer: who could have completed so many months, and who did. */
struct match_stays {
    int32_t placed[MATCH_HORIZONS], stayed[MATCH_HORIZONS];
};

/* Those from one county. */
struct match_record {
    int64_t county; /* 12 digits, of the county itself */
    struct match_stays stays;
};

/* People of one village who work there now. */
struct match_neighbours {
    int64_t village; /* 12 digits */
    int32_t n;
};

struct match_employer {
    int64_t id;
    bool has_canteen, has_western_food, has_couple_rooms;
    struct match_stays stays;           /* over all counties */
    const struct match_record *records; /* ascending by county */
    int32_t n_records;
    const struct match_neighbours *villages; /* ascending by village */
    int32_t n_villages;
    int32_t arrears, rights; /* rights cases on record: of unpaid wages, and all others */
    bool is_base;            /* recognised as a base on the day */
};

/* What policies in force would pay for a stay, as an estimate: for people of one county, of
 * registered households or not, who come to the city for the first time or have been there. */
struct match_grant {
    int64_t county; /* 12 digits, of the county itself */
    bool is_registered, is_back;
    int32_t months;     /* of the stay that was assumed */
    int32_t n_policies; /* that pay */
    int64_t fen;        /* a month: the sum spread over the months */
    int64_t total_fen;
    const char *zh, *en; /* title of the policy that pays most; NULL = what a list of posts says */
};

/* All for one kind of post, ascending by county. Whoever has been there never gets more than who
 * comes first, and who gets nothing has no entry. */
struct match_grants {
    const struct match_grant *at;
    int32_t n;
};

enum match_pay_form { MATCH_PAY_TIME, MATCH_PAY_PIECE };

struct match_post {
    int64_t id;
    const struct match_employer *employer;
    const struct match_grants *grants; /* NULL = none; posts of one kind share them */
    int64_t work;                      /* workplace division, 12 digits */
    int32_t occupation;                /* 0 unknown */
    int32_t seats;                     /* free */
    enum match_pay_form pay_form;
    int64_t pay_low_fen, pay_high_fen; /* a month; NONE = not stated */
    int64_t newcomer_pay_fen;          /* what new arrivals reach on piece rate; NONE = not known */
    struct date start_on, expires_on;  /* none = not stated */
    int8_t min_skill;                  /* 0 = newcomers are taught */
    uint8_t demands;                   /* MATCH_NIGHT | MATCH_HEAVY */
    bool has_board, has_lodging;
    bool is_reserved; /* for registered households (千岗计划, S-R1) */
};

/* X(field, default, Chinese, English). Points are yuan a month. */
#define MATCH_WEIGHTS(X)                                                                           \
    X(base, 1500, "有岗可去", "having a post at all")                                              \
    X(wish_default, 3500, "未填期望工资时按此计（元）", "wage expected when none is stated, yuan") \
    X(pay_percent, 100, "预计收入与期望之差（%）", "take-home pay against the wish, percent")      \
    X(pay_limit, 2000, "收入差计分上限", "most points for pay either way")                         \
    X(board_value, 600, "伙食费，包吃则省下（元/月）", "meals, saved where free, yuan a month")    \
    X(lodging_value, 400, "住宿费，包住则省下（元/月）",                                           \
      "lodging, saved where free, yuan a month")                                                   \
    X(living_percent, 100, "各地食宿价差（%，0为不计）",                                           \
      "differences of living cost between places, percent")                                        \
    X(subsidy_percent, 100, "政策补贴（%）", "subsidies under the policies, percent")              \
    X(distance, 150, "每一千公里", "each thousand kilometres")                                     \
    X(habit_city, 300, "曾在该市务工", "worked in that city before")                               \
    X(habit_province, 100, "曾在该省务工", "worked in that province before")                       \
    X(climate, 100, "气候每差一带", "each climate zone apart")                                     \
    X(food, 200, "主食不同且无家乡菜", "another staple food and no home cooking")                  \
    X(food_asked, 200, "本人要求家乡菜", "home cooking asked for")                                 \
    X(couple_room, 400, "夫妻房", "couple's room asked for")                                       \
    X(companion, 200, "同伴无空位", "no second seat for the companion")                            \
    X(wanted, 200, "工种合意愿", "occupation as wished")                                           \
    X(taught, 150, "相近工种需培训", "related occupation, to be taught")                           \
    X(skill_short, 200, "技能低一级", "one skill level short")                                     \
    X(trained, 150, "参加过该工种订单培训", "trained for the occupation on order")                 \
    X(trained_here, 300, "参加过该单位订单培训", "trained for this employer on order")             \
    X(village, 150, "已有同村人在该单位", "people of the same village work there")                 \
    X(retention_1, 500, "满1个月留存率（从0到100%）", "retention of a month, from none to all")    \
    X(retention, 1000, "满3个月留存率（从0到100%）", "retention of 3 months, from none to all")    \
    X(retention_6, 500, "满6个月留存率（从0到100%）", "retention of 6 months, from none to all")   \
    X(retention_usual, 50, "一般留存率（%）", "usual retention, percent")                          \
    X(retention_cases, 10, "一般留存率相当的人数", "cases the usual retention stands for")         \
    X(retention_model, 0, "估计留存（从0到100%，0为不计）",                                        \
      "estimated retention, from none to all, 0 = off")                                            \
    X(arrears, 300, "每起欠薪", "each case of unpaid wages")                                       \
    X(rights, 100, "每起其他维权案件", "each other rights case")                                   \
    X(arrears_limit, 900, "欠薪等维权扣分上限", "most points for unpaid wages and other cases")    \
    X(reserved, 300, "定向岗位", "post reserved for registered households")

struct match_weights {
#define X(field, default_value, zh, en) int32_t field;
    MATCH_WEIGHTS(X)
#undef X
    /* What `retention_model` gives points for (retention.h); NULL = nothing. */
    const struct retention_model *estimate;
};

/* The defaults. Pay first (A3 cause 1), then what made people go home: habit and distance
 * (cause 2), climate and food (cause 3); retention counts with as many cases as there are, up to
 * about the weight of half the usual pay. */
struct match_weights match_weights_default(void);

/* Weights by name, for reading and writing them as data. */
struct match_weight_name {
    const char *name, *zh, *en;
    int32_t default_value;
    size_t at; /* offset of the int32_t in struct match_weights */
};
extern const struct match_weight_name match_weight_names[];
extern const int match_weight_count;

/* --- reasons --- */

/* X(NAME, stable code). Rules; the values of each are said in score.c beside its sentence. */
#define MATCH_RULES(X)                       \
    X(UNWILLING, "person.unwilling")         \
    X(AGE, "person.age")                     \
    X(DESTINATION, "destination.not_wanted") \
    X(OCCUPATION, "occupation.not_wanted")   \
    X(PAY, "pay.below_wish")                 \
    X(SKILL, "skill.too_low")                \
    X(RESERVED, "post.reserved")             \
    X(HEALTH, "health.limits")               \
    X(DATES, "post.dates")                   \
    X(SEATS, "post.full")
/* Parts of the score. */
#define MATCH_PARTS(X)                 \
    X(BASE, "base")                    \
    X(TAKE_HOME, "pay.take_home")      \
    X(SUBSIDY, "pay.subsidy")          \
    X(DISTANCE, "distance")            \
    X(HABIT, "habit")                  \
    X(CLIMATE, "climate")              \
    X(FOOD, "food")                    \
    X(COMPANION, "companion")          \
    X(VILLAGE, "companion.village")    \
    X(WISH, "occupation.wish")         \
    X(FIT, "skill.fit")                \
    X(TRAINED, "skill.trained")        \
    X(RETENTION, "employer.retention") \
    X(ESTIMATE, "retention.estimate")  \
    X(ARREARS, "employer.arrears")     \
    X(RESERVED_FOR, "post.reserved_for")

enum match_code {
#define X(name, code) MATCH_RULE_##name,
    MATCH_RULES(X)
#undef X
        MATCH_RULE_COUNT,
    MATCH_PART_FIRST = MATCH_RULE_COUNT,
    MATCH_PART_BEFORE_FIRST = MATCH_PART_FIRST - 1,
#define X(name, code) MATCH_PART_##name,
    MATCH_PARTS(X)
#undef X
        MATCH_CODE_COUNT
};
enum { MATCH_PART_COUNT = MATCH_CODE_COUNT - MATCH_PART_FIRST };

enum match_outcome { MATCH_PASS, MATCH_CHECK, MATCH_FAIL };

/* n bytes without quotation marks or backslashes; NULL = none. */
struct match_name {
    const char *text;
    int32_t n;
};

/* One rule's outcome or one part's points, with the values it was found from. Money is fen. */
struct match_reason {
    enum match_code code;
    enum match_outcome outcome; /* of a rule */
    int32_t points;             /* of a part */
    int64_t v[8];               /* NONE = no such value */
    struct match_name name[2];  /* a proper name in Chinese and in English, where there is one */
};

/* "pay.below_wish" and the like. */
const char *match_code_name(enum match_code code);

/* --- deciding --- */

/* The outcome of every rule, in the order of MATCH_RULES. */
struct match_verdict {
    bool is_feasible; /* no rule failed */
    struct match_reason rules[MATCH_RULE_COUNT];
};
void match_check(const struct match_person *person, const struct match_post *post,
                 struct date today, struct match_verdict *ret);
/* The same answer sooner, without reasons: stops at the first rule that fails. */
bool match_feasible(const struct match_person *person, const struct match_post *post,
                    struct date today);

/* The score and its parts that are not 0 (and those that say something at 0 points), in the order
 * of MATCH_PARTS. A total of 0 or less says that staying is better than going there: such a pair
 * is not proposed. Rules are not looked at. */
struct match_score {
    int32_t total;
    int n;
    struct match_reason parts[MATCH_PART_COUNT];
};
void match_score(const struct match_person *person, const struct match_post *post,
                 const struct match_weights *weights, struct match_score *ret);
/* match_score()'s total. */
int32_t match_points(const struct match_person *person, const struct match_post *post,
                     const struct match_weights *weights);

/* --- the points in pieces, for searching without scoring every pair (blocks.c) ---
 *
 *     match_points() = clip(worth - wish, pay_limit), 0 when the pay is unknown
 *                    + of post + of record + of place + of comfort + of habit + of trade
 *                    + of village + of grant
 *                    + of training, else - skill_short for each level missing
 *                    + of the estimate, if there is one (retention.h)
 */

/* Pay and what living there saves, in points; INT32_MIN when the pay is not stated. */
int32_t match_worth(const struct match_post *post, const struct match_weights *weights);
/* The wish in points. */
int32_t match_wish(const struct match_person *person, const struct match_weights *weights);
/* Base, arrears, and the retention of an employer who is not known in the county. */
int32_t match_points_of_post(const struct match_post *post, const struct match_weights *weights);
/* What is to be added for the county of this record of the employer's. */
int32_t match_points_of_record(const struct match_employer *employer,
                               const struct match_record *record,
                               const struct match_weights *weights);
/* Distance and climate, by the two provinces alone. */
int32_t match_points_of_place(int64_t home, int64_t work, const struct match_weights *weights);
/* Food, rooms, companion, reservation: by the yes and no of both, whether there are two seats, and
 * the two provinces alone. */
int32_t match_points_of_comfort(const struct match_person *person, const struct match_post *post,
                                const struct match_weights *weights);
/* What neighbours there add, 0 without any; never less. */
int32_t match_points_of_village(const struct match_neighbours *neighbours,
                                const struct match_weights *weights);
/* What subsidies add for this county, household and either of first time or been there; 0 without
 * an entry, never less. */
int32_t match_points_of_grant(const struct match_grants *grants, int64_t county, bool is_registered,
                              bool is_back, const struct match_weights *weights);
/* Has she worked in the city of `work`? */
bool match_is_back(const struct match_person *person, int64_t work);
/* Where she has worked before, by the city of `work`. */
enum match_habit { MATCH_HABIT_NONE, MATCH_HABIT_PROVINCE, MATCH_HABIT_CITY };
enum match_habit match_habit(const struct match_person *person, int64_t work);
/* By the city of `work` alone. */
int32_t match_points_of_habit(const struct match_person *person, int64_t work,
                              const struct match_weights *weights);

/* How a post's occupation stands to the wishes: related is another trade of the same middle class
 * (6-18) that newcomers are taught. OTHER is not allowed. */
enum match_trade {
    MATCH_TRADE_ANY,
    MATCH_TRADE_WANTED,
    MATCH_TRADE_RELATED,
    MATCH_TRADE_UNKNOWN,
    MATCH_TRADE_OTHER
};
enum match_trade match_trade(const struct match_person *person, int32_t occupation, bool is_taught);
int32_t match_points_of_trade(enum match_trade trade, const struct match_weights *weights);

/* Was she trained for posts of this occupation, whoever ordered it, or for this employer's? Being
 * trained makes up for missing skill. */
enum match_trained { MATCH_UNTRAINED, MATCH_TRAINED, MATCH_TRAINED_HERE };
enum match_trained match_trained(const struct match_person *person, int64_t employer_id,
                                 int32_t occupation);
int32_t match_points_of_training(enum match_trained trained, const struct match_weights *weights);

/* The day from which the law lets the person work; none when that is so today or the birth date
 * is not known. */
struct date match_age_from(const struct match_person *person, struct date today);
/* The last day from which the person may be free and still be taken; none = any. */
struct date match_latest_from(const struct match_post *post);

/* What a newcomer earns in money, a month: on piece rate what newcomers reach, else the lower end
 * of the range; NONE when nothing is stated. */
int64_t match_newcomer_pay(const struct match_post *post);
/* Kilometres between the capitals of two divisions' provinces as the crow flies; 0 within a
 * province; NONE for an unknown province. */
int64_t match_distance_km(int64_t home, int64_t work);
/* Climate zones between two divisions' provinces; 0 for unknown ones. */
int match_climate_zones(int64_t home, int64_t work);
/* Do people of the two divisions' provinces live on other staple foods? */
bool match_staple_differs(int64_t home, int64_t work);
/* The employer's record with the county of `home`, who of that very village works there; NULL =
 * nobody of it was there. */
const struct match_record *match_record_of(const struct match_employer *employer, int64_t home);
const struct match_neighbours *match_neighbours_of(const struct match_employer *employer,
                                                   int64_t home);
/* How many stayed three months, in ten-thousandths: those of the record (or nobody, NULL) drawn to
 * the employer's others and these to one half, by the default number of cases. */
int32_t match_rate_before(const struct match_employer *employer, const struct match_record *record);

/* --- keeping and telling --- */

/* Compact JSON: [["pay.take_home",700,420000,350000,80000], …] for parts and
 * [["pay.below_wish","FAIL",280000,350000], …] for rules. Of a verdict only CHECK and FAIL are
 * kept. */
const char *match_score_json(struct arena *mem, const struct match_score *score);
const char *match_verdict_json(struct arena *mem, const struct match_verdict *verdict);
/* Reads either; returns how many, or -1 for a text that is not ours. NULL reads as none. Names
 * point into the text. */
int match_reasons_read(const char *json, struct match_reason ret[MATCH_CODE_COUNT]);

/* One reason as a sentence without a full stop, such as "预计月收入 4200 元，比期望高 700 元". */
const char *match_reason_text(struct arena *mem, enum lang lang, const struct match_reason *reason);
/* A stored text as sentences, those with most weight first, points in brackets; "" when it cannot
 * be read. */
const char *match_reasons_text(struct arena *mem, enum lang lang, const char *json);
