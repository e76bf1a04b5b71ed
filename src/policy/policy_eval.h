/* policy_eval.h — what a policy is, which facts it looks at, and the decision it comes to.
 *
 * A policy (read from a file, policy_file.h) and facts (loaded by the caller) are plain structs;
 * policy_eval() is a pure function of both and of a day. Every condition's outcome, the time line
 * and the instalments come back with it (design D7, D9).
 *
 * Days: a spell's `end` is the last day worked, inclusive. A decision "as of" a day sees what was
 * over when that day began: with a start on 11 Feb, three months are full on 11 May. Money is fen.
 * Divisions are 12-digit codes (621121000000). */
#pragma once
#include "base/date.h"
#include "policy/policy_names.h"

struct policy_text {
    const char *zh, *en;
};

/* Division codes from `lo` to `hi`: "here and all below". */
struct policy_range {
    int64_t lo, hi;
};

/* --- the policy --- */
/* A condition that a file may put into `require`, of the policy or of one amount. Unused ones are
 * 0; the clause is the document's own wording, NULL if not given. */
struct policy_require {
    int32_t months; /* stable months, inclusive: 3 means 满3个月 and 3个月以上 alike */
    int64_t mean_wage_fen;
    int64_t wage_sum_fen;
    bool still_active;
    int32_t insured_months; /* continuous contributions */
    enum policy_still still_insured;
    int32_t contract_months;
    uint32_t status, not_status;               /* bits 1 << enum policy_status: one of, none of */
    int64_t income_below_fen, income_from_fen; /* of the year before, a head of the household:
                                                  below is strict, from includes the sum */
    int32_t batch_persons; /* sent together by the organiser, at least so many */
    int32_t training_days; /* attended in one course, at least so many */
    const char *months_clause, *wage_clause, *insured_clause, *contract_clause, *income_clause,
        *batch_clause, *training_clause;
};

struct policy_lookup {
    struct policy_range place; /* hi 0: by relation instead */
    uint32_t relations;        /* bits 1 << enum policy_relation */
    int64_t fen;
};

/* One line of the amount; `id` names it in decisions and payments. */
struct policy_item {
    const char *id;
    struct policy_text title;
    enum policy_amount kind;
    struct policy_require require;
    int64_t fen;    /* FIXED, PER_MONTH, PER_YEAR, PER_DAY: the amount; PERCENT, REIMBURSE: the
                       most, 0 = no limit */
    int32_t months; /* PER_MONTH: the most months paid */
    int32_t days;   /* PER_DAY: the most days paid, 0 = no limit */
    enum policy_accrual accrual;
    int32_t percent; /* PERCENT of the wages of the counted months */
    struct {         /* STEP: n > over ? base + per * ((n - over) / step) : 0; "over" is strict */
        int32_t over, step, stable_months;
        int64_t base_fen, per_fen;
        struct policy_range origin;
        uint32_t status; /* counts only these persons; 0 = all staff from the origin */
    } step;
    uint32_t tickets; /* REIMBURSE: bits 1 << enum policy_ticket that are paid */
    bool until_lunar; /* REIMBURSE: journeys until the lunar month-day below of the same lunar
                         year, or until 31 December */
    int8_t until_month, until_day;
    int8_t top_up_month, top_up_day;    /* REIMBURSE: of the next year, the last day to make up the
                                           difference; 0 = none */
    const struct policy_lookup *lookup; /* LOOKUP; REIMBURSE: what is paid without tickets */
    int lookup_count;
};

struct policy_exclusive {
    const char *group;
    enum policy_span span;
};

/* k of the documents; the mask has bits 1 << enum policy_document. */
struct policy_evidence {
    int32_t k;
    uint32_t documents;
};

/* One step of the chain that a policy's claims walk. */
struct policy_review {
    enum policy_step step;
    int32_t notice_days; /* working days, of a public notice; else 0 */
    int32_t within_days; /* working days in which the office acts; 0 = not stated */
};

struct policy_open_point {
    const char *point; /* path in the file, "amount.monthly.accrual_from" */
    struct policy_text why;
};

enum {
    POLICY_RANGES_MAX = 24,
    POLICY_ITEMS_MAX = 12,
    POLICY_EVIDENCE_MAX = 6,
    POLICY_LISTS_MAX = 8,
    POLICY_REVIEW_MAX = 12
};

struct policy {
    const char *id;
    int32_t version;
    struct policy_text title, issuer;
    const char
        *doc_no; /* 文号; NULL when not found, then doc_source says where the rule is known from */
    const char *doc_name, *doc_source;
    enum policy_side side;
    enum policy_fund fund;
    int64_t payer; /* division that pays, 0 = the first of the places named (policies.c) */
    struct date from, until; /* inclusive; until none = no end */
    enum policy_benefit benefit;
    enum policy_beneficiary beneficiary;

    struct {             /* who may enter at all */
        uint32_t status; /* one of; 0 = anybody */
        enum policy_status_at status_at;
        struct policy_range origin[POLICY_RANGES_MAX];
        int origin_count;
        int32_t age_min, age_max; /* 0 = no bound */
        bool first_time;          /* first stay ever at the destination */
        int32_t same_stay_days;   /* spells at most so far apart are one stay */
        enum policy_transfer transfer;
    } who;
    struct { /* which employment counts */
        struct policy_range work[POLICY_RANGES_MAX];
        int work_count;
        struct policy_range employer_outside; /* hi 0 = no matter */
        uint32_t relations, forms;            /* 0 = any */
        bool reserved_post, base_employer;    /* required when true */
    } spell;
    struct { /* how time is counted */
        enum policy_count_by by;
        enum policy_month_mode month;
        enum policy_count_mode mode;
        int32_t gap_days; /* CONTINUOUS: idle days that do not break; with MONTHS, 31 = one month */
        bool idle_counted;     /* allowed idle days count as worked */
        bool same_employer;    /* months with one employer only */
        bool last_day_free;    /* the end date is not a day worked */
        uint32_t starts, cuts; /* bits of enum policy_start, policy_cut: the latest, the earliest */
        struct date start_date; /* one more start; none = no */
        enum policy_cross_year cross_year;
    } count;
    struct policy_require require;
    enum policy_combine combine;
    struct policy_item items[POLICY_ITEMS_MAX];
    int item_count;
    struct { /* most in fen, 0 = no limit */
        int64_t person_life, person_year, household_year, employer_life, employer_year;
        int32_t beneficiaries; /* how many stations and the like are funded at all */
    } caps;
    enum policy_once once; /* what earlier payments are set against */
    struct policy_exclusive exclusive[POLICY_LISTS_MAX];
    int exclusive_count;
    const char *offset[POLICY_LISTS_MAX]; /* policies whose payments are deducted */
    int offset_count;
    const char *supersedes; /* policy id */
    enum policy_transition transition;
    struct policy_evidence evidence[POLICY_EVIDENCE_MAX];
    int evidence_count;
    struct policy_review review[POLICY_REVIEW_MAX];
    int review_count;
    bool has_chain; /* its claims walk these steps one by one, to the approval; else the steps only
                       name the offices, and claims pass the usual four hands */
    int32_t notice_working_days;
    struct { /* of the benefit year; from_month 0 = any time. late_*: of the next year */
        int8_t from_month, from_day, until_month, until_day, late_month, late_day;
    } window;
    bool automatic; /* 免申即享: no application, no documents */
    const struct policy_open_point *open;
    int open_count;
};

/* --- the facts --- */
struct policy_status_row {
    enum policy_status status;
    struct date from, until; /* inclusive; until none = still */
};

struct policy_spell {
    int64_t id, employer_id;
    int64_t work_division, employer_division; /* 0 = not known */
    struct date start, end;                   /* end inclusive; none = still working */
    enum policy_form form;
    int32_t contract_months; /* 0 = none or not known */
    bool organised, reserved_post, base_employer;
    int32_t batch_persons; /* how many travelled in the organiser's batch; 0 = not known, or none */
};

/* What is known of one month of one spell. A month without a row is not verified. */
struct policy_month {
    struct month month;
    int32_t spell; /* index into spells */
    enum policy_month_state state;
    int64_t wage_fen; /* NONE = not known */
    bool insured;
};

struct policy_journey {
    struct date on;
    enum policy_direction direction;
    enum policy_ticket ticket;
    int64_t fen;
    bool real_name, paid_by_government;
};

/* Money paid, or a claim of another policy that is under way, which bars like a payment. */
struct policy_payment {
    const char *policy_id, *item; /* item NULL = not known */
    const char *group;            /* exclusive group, or NULL */
    const char *reference;        /* what to show: a claim or payment number */
    struct date on, from, until;  /* from..until: the period it was for, none = not known */
    int16_t year;                 /* benefit year; 0 = year of `on` */
    int64_t fen, employer_id;
    enum {
        PAID_OWN,
        PAID_HOUSEHOLD,
        PAID_EMPLOYER
    } whose; /* this beneficiary, another member of
the household, this employer for another person */
};

struct policy_headcount {
    int64_t origin;        /* staff with domicile below this division */
    uint32_t status;       /* of these, those with one of the statuses; 0 = all */
    int32_t stable_months; /* employed so long at least */
    int32_t n;
    struct date on;
};

/* A training course: the days really attended, not the days planned. */
struct policy_course {
    struct date start, end; /* end inclusive; none = still running */
    int32_t days;
};

struct policy_station {
    struct date opened, closed;
    int32_t ordinal; /* the how-manieth station of the programme, from 1 */
};

/* Sorted: statuses by from, spells by start, months by month. Days named from, start, on and opened
 * must be days; the others may be none. The year is the benefit year asked for; 0 = the year of the
 * as-of day (a late window asks for the year before). */
struct policy_facts {
    struct date birth;
    int64_t domicile;
    const struct policy_status_row *statuses;
    const struct policy_spell *spells;
    const struct policy_month *months;
    const struct policy_journey *journeys;
    const struct policy_payment *payments;
    const struct policy_headcount *headcounts;
    const struct policy_course *courses;
    const struct policy_station *station;
    int64_t income_fen; /* net income a head of the household in the year before */
    bool income_known;
    int course_count;
    int status_count, spell_count, month_count, journey_count, payment_count, headcount_count;
    int64_t employer_id;    /* of an employer's claim, else 0 */
    uint32_t documents;     /* on file: bits 1 << enum policy_document */
    bool documents_ignored; /* discovery: do not ask for documents yet */
    bool is_review;         /* decided again as of the day of an earlier decision, after facts were
                               corrected:         all that was paid and is no longer earned is overpaid */
    int16_t year;
};

/* --- the decision --- */
/* Which rule an outcome is of. Codes are stored in decisions: append only. */
#define POLICY_RULES(X, P)                                               \
    X(P, EFFECTIVE, "政策有效期", "policy in force")                     \
    X(P, WINDOW, "申领期限", "claim window")                             \
    X(P, STATUS, "人员身份", "status")                                   \
    X(P, NOT_STATUS, "排除身份", "excluded status")                      \
    X(P, ORIGIN, "户籍地", "domicile")                                   \
    X(P, AGE, "年龄", "age")                                             \
    X(P, EMPLOYMENT, "就业情形", "employment that counts")               \
    X(P, TRANSFER, "外出方式", "way of travelling")                      \
    X(P, FIRST_TIME, "首次就业", "first time")                           \
    X(P, MONTHS, "稳定就业时间", "stable employment")                    \
    X(P, MEAN_WAGE, "月均工资", "mean monthly wage")                     \
    X(P, WAGE_SUM, "工资合计", "sum of wages")                           \
    X(P, STILL_ACTIVE, "仍在岗", "still employed")                       \
    X(P, INSURED, "连续缴费", "continuous contributions")                \
    X(P, STILL_INSURED, "仍在缴费", "still contributing")                \
    X(P, CONTRACT, "合同期限", "contract term")                          \
    X(P, HEADCOUNT, "吸纳人数", "headcount")                             \
    X(P, TICKETS, "车票", "tickets")                                     \
    X(P, STATION, "站点运行", "station in operation")                    \
    X(P, QUOTA, "名额", "number of beneficiaries")                       \
    X(P, TRANSITION, "新旧政策衔接", "transition from the older policy") \
    X(P, EXCLUSIVE, "互斥补贴", "mutually exclusive benefits")           \
    X(P, EVIDENCE, "佐证材料", "evidence")                               \
    X(P, PAID, "已发放", "already paid")                                 \
    X(P, CAP, "封顶", "cap")                                             \
    X(P, INCOME, "上年人均纯收入", "income a head of the year before")   \
    X(P, BATCH, "同批人数", "persons sent together")                     \
    X(P, TRAINING, "实际参训天数", "days of training attended")
POLICY_ENUM(policy_rule, RULE_, POLICY_RULES);
extern const struct policy_name policy_rules[];

/* One condition. want and got are months, fen, years, persons or bits, as the rule says; `date` is
 * the day it was or will be met (none = not known); from..until the days it rests on; `ref` a
 * policy, payment or place. */
struct policy_outcome {
    enum policy_rule rule;
    enum policy_result result;
    int64_t want, got;
    struct date date, from, until;
    const char *item, *ref, *clause; /* NULL if none; item: the amount it is for */
};

enum policy_stretch_kind {
    STRETCH_COUNTED,
    STRETCH_GAP_ALLOWED,
    STRETCH_GAP_COUNTED,
    STRETCH_RESTART,
    STRETCH_UNVERIFIED
};
/* A piece of the time line, first and last day inclusive. RESTART is the gap after which counting
 * began anew. UNVERIFIED pieces explain gaps: they lie inside them. */
struct policy_stretch {
    enum policy_stretch_kind kind;
    struct date from, until;
    int32_t spell; /* index into the facts, -1 for gaps */
    int64_t employer_id;
};

struct policy_instalment {
    const char *item;
    int32_t seq;                  /* 1 …: the how-manieth month, year or step of the item */
    struct date due;              /* the day it was earned */
    struct date from, until;      /* the days it is for */
    int64_t earned_fen, paid_fen; /* payable now: earned - paid */
};

/* Arrays are NULL and their counts 0 when no arena was given; everything else is the same. */
struct policy_decision {
    const char *policy_id;
    int32_t policy_version;
    struct date as_of;
    int16_t year; /* benefit year; 0 when years play no part */
    enum policy_verdict verdict;
    int64_t amount_fen;                         /* payable now */
    int64_t earned_fen, paid_fen, overpaid_fen; /* in all; overpaid: to be recovered (追回) */
    struct date due;                            /* the latest day among what is payable now */
    struct date
        earliest; /* the day on which more becomes payable if all goes on as now; none = unknown */
    int64_t next_fen;                      /* what becomes payable then, 0 = unknown */
    struct date period_from, period_until; /* days the decision rests on */
    struct policy_outcome *outcomes;
    const struct policy_stretch *stretches; /* decisions made together may share them */
    struct policy_instalment *instalments;
    int outcome_count, stretch_count, instalment_count;
};

/* Decide. The arena may be NULL: then there is no trace (see above) and nothing is allocated.
 * Texts in the decision are those of the policy and facts. */
void policy_eval(const struct policy *p, const struct policy_facts *facts, struct date as_of,
                 struct arena *mem, struct policy_decision *ret);
/* Decide by n policies on the same facts, each as policy_eval() would: what they ask of the facts
 * alike is worked out once. `ret` has room for n decisions. */
void policy_eval_all(const struct policy *const *policies, int n, const struct policy_facts *facts,
                     struct date as_of, struct arena *mem, struct policy_decision *ret);
/* The same for whoever decides by the same policies on many: they are made ready once, in the
 * arena, and must stay. */
struct policy_set;
const struct policy_set *policy_set_make(struct arena *mem, const struct policy *const *policies,
                                         int n);
void policy_set_eval(const struct policy_set *set, const struct policy_facts *facts,
                     struct date as_of, struct arena *mem, struct policy_decision *ret);

/* The division and all below: 621100, 621100000000 and 621100 as a prefix mean the same; a code has
 * 6, 9 or 12 digits. */
struct policy_range policy_range(int64_t code);
/* Where work lies as seen from home. Beijing, Tianjin, Shanghai and Chongqing are one city each. */
enum policy_relation policy_relation(int64_t home, int64_t work);

/* --- several decisions for one beneficiary --- */
struct policy_choice {
    const struct policy *policy;
    const struct policy_decision *decision;
    const char *reference;  /* claim number, or NULL for a mere discovery */
    struct date claimed_on; /* none for a discovery */
    /* set by policy_select: */
    bool held;
    int held_by;                /* index of the choice that stands in the way; -1 */
    enum policy_rule held_rule; /* EXCLUSIVE or TRANSITION */
    enum policy_span held_span;
};

/* Of decisions that exclude each other (one group and overlapping span, whichever side pays; or a
 * CHOOSE_HIGHER transition) keeps one and holds the rest. A claim goes before a discovery, an
 * earlier claim before a later one, then the higher amount, then the policy id. Decisions that pay
 * nothing are neither kept nor held. The order of the array does not matter. */
void policy_select(struct policy_choice *choices, int n);
