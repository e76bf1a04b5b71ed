/* policy_names.h — the words of policy files. Each list is one enumeration; its codes are what a
 * file and the database hold, its labels are what people read. Codes are never renamed. */
#pragma once
#include "base/base.h"

/* X(code, Chinese, English) */
#define POLICY_VERDICTS(X, P)                                                     \
    X(P, ENTITLED, "应享受", "entitled")                                          \
    X(P, EVIDENCE_MISSING, "条件符合，材料待补", "entitled, evidence is missing") \
    X(P, AMOUNT_OPEN, "条件符合，标准待定", "conditions met, amount not stated")  \
    X(P, NOT_YET, "尚未满足", "not yet")                                          \
    X(P, NOT_ELIGIBLE, "不符合条件", "not eligible")                              \
    X(P, EXHAUSTED, "已享受完毕", "already paid in full")                         \
    X(P, EXCLUDED, "与其他补贴互斥", "excluded by another benefit")               \
    X(P, LAPSED, "已过申领期限", "claim window closed")
#define POLICY_RESULTS(X, P)                      \
    X(P, MET, "符合", "met")                      \
    X(P, NOT_YET, "尚未满足", "not yet")          \
    X(P, FAILED, "不符合", "not met")             \
    X(P, MISSING, "材料待补", "evidence missing") \
    X(P, CLOSED, "已截止", "closed")              \
    X(P, BARRED, "互斥", "barred")
#define POLICY_BENEFICIARIES(X, P)         \
    X(P, PERSON, "个人", "person")         \
    X(P, HOUSEHOLD, "家庭", "household")   \
    X(P, EMPLOYER, "用人单位", "employer") \
    X(P, ORGANISER, "组织方", "organiser") \
    X(P, STATION, "劳务工作站", "labour station")
#define POLICY_SIDES(X, P)           \
    X(P, ORIGIN, "输出地", "origin") \
    X(P, DESTINATION, "输入地", "destination")
#define POLICY_FUNDS(X, P)                                                                 \
    X(P, EMPLOYMENT_SUBSIDY, "就业补助资金", "employment subsidy fund")                    \
    X(P, CONVERGENCE, "衔接推进乡村振兴补助资金", "rural revitalisation convergence fund") \
    X(P, EAST_WEST_AID, "东西部协作财政援助资金", "East–West aid fund")                    \
    X(P, UNEMPLOYMENT_INSURANCE, "失业保险基金", "unemployment insurance fund")            \
    X(P, SKILL_ACCOUNT, "职业技能提升行动专账资金", "skill upgrading account")             \
    X(P, DESTINATION_BUDGET, "输入地财政资金", "budget of the destination")                \
    X(P, ORIGIN_BUDGET, "输出地财政资金", "budget of the origin")
#define POLICY_BENEFITS(X, P)                                                  \
    X(P, POST_WAGE_SUBSIDY, "岗位工资补贴", "post wage subsidy")               \
    X(P, STABILITY_ALLOWANCE, "稳岗补贴", "job-stability allowance")           \
    X(P, TRANSPORT_ALLOWANCE, "交通补贴", "transport allowance")               \
    X(P, LIVING_ALLOWANCE, "生活补贴", "living allowance")                     \
    X(P, LABOUR_ALLOWANCE, "外出务工补助", "allowance for working away")       \
    X(P, JOBSEEKING_ALLOWANCE, "求职创业补贴", "job-seeking allowance")        \
    X(P, ABSORPTION_SUBSIDY, "一次性吸纳就业补贴", "absorption subsidy")       \
    X(P, EMPLOYER_AWARD, "用工企业奖励", "employer award")                     \
    X(P, ORGANISER_AWARD, "组织输转奖励", "organiser award")                   \
    X(P, STATION_GRANT, "劳务工作站补助", "labour station grant")              \
    X(P, SOCIAL_INSURANCE_SUBSIDY, "社会保险补贴", "social insurance subsidy") \
    X(P, TRAINING_SUBSIDY, "培训补贴", "training subsidy")
#define POLICY_STATUSES(X, P)                                             \
    X(P, REGISTERED_POOR, "建档立卡贫困人口", "registered poor")          \
    X(P, POVERTY_EXITED, "脱贫人口", "poverty-exited")                    \
    X(P, MONITORED, "防止返贫监测对象", "monitored person")               \
    X(P, LOW_INCOME, "低保对象", "subsistence allowance recipient")       \
    X(P, RELOCATED, "易地搬迁人口", "relocated person")                   \
    X(P, DIFFICULTY, "就业困难人员", "person with employment difficulty") \
    X(P, DISABLED, "残疾人", "disabled person")                           \
    X(P, VETERAN, "退役军人", "veteran")                                  \
    X(P, GRADUATE, "高校毕业生", "graduate")
#define POLICY_RELATIONS(X, P)                                 \
    X(P, SAME_COUNTY, "本县", "same county")                   \
    X(P, OTHER_COUNTY, "本市外县", "other county of the city") \
    X(P, OTHER_CITY, "省内市外", "other city of the province") \
    X(P, OTHER_PROVINCE, "省外", "other province")
#define POLICY_FORMS(X, P)                 \
    X(P, CONTRACT, "劳动合同", "contract") \
    X(P, FLEXIBLE, "灵活就业", "flexible") \
    X(P, CASUAL, "零散务工", "casual")
#define POLICY_TRANSFERS(X, P)               \
    X(P, ANY, "不限", "either")              \
    X(P, ORGANISED, "组织输转", "organised") \
    X(P, SELF, "自行外出", "self-travelled")
#define POLICY_MONTH_STATES(X, P)                \
    X(P, UNKNOWN, "未核实", "not verified")      \
    X(P, CONFIRMED, "在岗", "confirmed working") \
    X(P, NOT_WORKING, "不在岗", "not working")
#define POLICY_COUNT_BYS(X, P)                                                    \
    X(P, SPELLS, "按就业起止日期", "by the dates of employment")                  \
    X(P, CONFIRMED_SPELLS, "按起止日期并经逐月核实", "by dates, months verified") \
    X(P, MONTHS, "按逐月核实", "by verified months")
#define POLICY_MONTH_MODES(X, P)                              \
    X(P, ANNIVERSARY, "按对应日计满月", "anniversary months") \
    X(P, DAYS_30, "按30天计一月", "months of 30 days")        \
    X(P, CALENDAR, "按自然月计", "calendar months")
#define POLICY_COUNT_MODES(X, P)           \
    X(P, CONTINUOUS, "连续", "continuous") \
    X(P, CUMULATIVE, "累计", "cumulative")
#define POLICY_STARTS(X, P)                                      \
    X(P, SPELL_START, "就业之日", "start of employment")         \
    X(P, STATUS_FROM, "身份认定之日", "day the status began")    \
    X(P, EFFECTIVE_FROM, "政策施行之日", "day the policy began") \
    X(P, YEAR_START, "当年1月1日", "1 January of the year")
#define POLICY_CUTS(X, P)                                   \
    X(P, AS_OF, "申请之日", "day of application")           \
    X(P, SPELL_END, "离岗之日", "end of employment")        \
    X(P, STATUS_END, "身份终止之日", "day the status ends") \
    X(P, YEAR_END, "当年12月31日", "31 December of the year")
#define POLICY_CROSS_YEARS(X, P)                                          \
    X(P, NONE, "不分年度", "years play no part")                          \
    X(P, COMPLETION, "计入满足当年", "counted in the year of completion") \
    X(P, SPLIT, "分年度计算", "each year by itself")
#define POLICY_STATUS_ATS(X, P)                 \
    X(P, CUT, "截止之日", "when counting ends") \
    X(P, START, "起算之日", "when counting starts")
#define POLICY_ACCRUALS(X, P)                             \
    X(P, FIRST_MONTH, "自首月起", "from the first month") \
    X(P, AFTER_THRESHOLD, "满期之后", "after the threshold only")
#define POLICY_COMBINES(X, P)                         \
    X(P, ADD, "累加", "all that apply")               \
    X(P, FIRST, "取第一项", "the first that applies") \
    X(P, HIGHEST, "取最高项", "the highest")
#define POLICY_AMOUNTS(X, P)                          \
    X(P, FIXED, "定额", "fixed")                      \
    X(P, PER_MONTH, "按月", "per month")              \
    X(P, PER_YEAR, "按年", "per year")                \
    X(P, STEP, "按人数分档", "by steps of headcount") \
    X(P, PERCENT, "按工资比例", "share of wages")     \
    X(P, REIMBURSE, "据实报销", "actual cost")        \
    X(P, LOOKUP, "按地区", "by destination")          \
    X(P, OPEN, "标准待定", "not stated")              \
    X(P, PER_DAY, "按参训天数", "per day of training")
#define POLICY_ONCES(X, P)                   \
    X(P, LIFE, "一人一次", "once in a life") \
    X(P, YEAR, "一年一次", "once a year")    \
    X(P, EMPLOYER, "每个用人单位一次", "once per employer")
#define POLICY_TRANSITIONS(X, P)                             \
    X(P, NONE, "无", "none")                                 \
    X(P, NEW_ONLY, "新人新办法", "only who starts under it") \
    X(P, TOP_UP, "补差", "the difference is paid")           \
    X(P, CHOOSE_HIGHER, "就高", "the higher of both")
#define POLICY_SPANS(X, P)                       \
    X(P, SAME_PERIOD, "同一时段", "same period") \
    X(P, SAME_YEAR, "同一年度", "same year")     \
    X(P, EVER, "终身", "ever")
#define POLICY_STILLS(X, P)                                \
    X(P, NO, "不要求", "not required")                     \
    X(P, MONTH_OF_CLAIM, "申请当月", "month of the claim") \
    X(P, MONTH_BEFORE, "申请上月", "month before the claim")
#define POLICY_DIRECTIONS(X, P)   \
    X(P, OUT, "去程", "outbound") \
    X(P, RETURN, "返程", "return")
#define POLICY_TICKETS(X, P)                                     \
    X(P, HARD_SEAT, "火车硬座", "train, hard seat")              \
    X(P, HARD_SLEEPER, "火车硬卧", "train, hard sleeper")        \
    X(P, SECOND_CLASS, "高铁二等座", "high-speed, second class") \
    X(P, FIRST_CLASS, "高铁一等座", "high-speed, first class")   \
    X(P, COACH, "长途客车", "coach")                             \
    X(P, SHIP, "客船", "ship")                                   \
    X(P, AIR, "飞机经济舱", "flight, economy")
#define POLICY_DOCUMENTS(X, P)                                   \
    X(P, ID_CARD, "身份证", "identity card")                     \
    X(P, SSC, "社会保障卡", "social security card")              \
    X(P, BANK_ACCT, "银行卡(一卡通)", "bank account")            \
    X(P, CONTRACT, "劳动合同", "labour contract")                \
    X(P, HIRE_REG, "录用备案表", "hiring registration")          \
    X(P, WORK_CERT, "务工证明", "work certificate")              \
    X(P, WAGE_BANK, "银行工资流水", "bank wage flow")            \
    X(P, PAYSLIP, "工资条", "payslip")                           \
    X(P, PAYROLL_STAMPED, "盖章工资表", "stamped payroll")       \
    X(P, E_PAY, "微信/支付宝截图", "e-payment screenshot")       \
    X(P, INS_RECORD, "社保缴费记录", "contribution record")      \
    X(P, TICKET, "实名车票", "real-name ticket")                 \
    X(P, COMMITMENT, "承诺书", "letter of commitment")           \
    X(P, DELEGATION, "委托书", "letter of delegation")           \
    X(P, LICENCE, "营业执照", "business licence")                \
    X(P, ROSTER, "花名册", "roster")                             \
    X(P, INSURANCE_ACCIDENT, "意外险保单", "accident insurance") \
    X(P, CERT, "技能证书", "skill certificate")                  \
    X(P, ATTENDANCE, "考勤记录", "attendance record")            \
    X(P, PUBLICITY_PHOTO, "公示照片", "photo of the notice")     \
    X(P, MINUTES, "会议记录", "minutes")                         \
    X(P, PHONE_CHECK, "电话核查记录", "phone check")             \
    X(P, SYSTEM_MATCH, "系统比对结果", "comparison with the national system")
#define POLICY_STEPS(X, P)                                                                      \
    X(P, EMPLOYER, "用人单位申报", "employer files")                                            \
    X(P, VILLAGE, "村级核实", "village check")                                                  \
    X(P, TOWNSHIP, "乡镇审核", "township review")                                               \
    X(P, COUNTY_HRSS, "县人社审核", "county labour office review")                              \
    X(P, COUNTY_RURAL, "县乡村振兴(农业农村)部门确认身份", "county rural revitalisation check") \
    X(P, CITY_HRSS, "市人社审核", "city labour office review")                                  \
    X(P, FINANCE, "财政复核", "finance check")                                                  \
    X(P, VILLAGE_NOTICE, "村级公示", "notice in the village")                                   \
    X(P, TOWNSHIP_NOTICE, "乡镇公示", "notice in the township")                                 \
    X(P, COUNTY_NOTICE, "县级公示", "notice in the county")                                     \
    X(P, APPROVAL, "终审", "approval")

#define POLICY_ENUM_(prefix, code, zh, en) prefix##code,
#define POLICY_ENUM(name, prefix, LIST) enum name { LIST(POLICY_ENUM_, prefix) }
POLICY_ENUM(policy_verdict, VERDICT_, POLICY_VERDICTS);
POLICY_ENUM(policy_result, RESULT_, POLICY_RESULTS);
POLICY_ENUM(policy_beneficiary, BENEFICIARY_, POLICY_BENEFICIARIES);
POLICY_ENUM(policy_side, SIDE_, POLICY_SIDES);
POLICY_ENUM(policy_fund, FUND_, POLICY_FUNDS);
POLICY_ENUM(policy_benefit, BENEFIT_, POLICY_BENEFITS);
POLICY_ENUM(policy_status, STATUS_, POLICY_STATUSES);
POLICY_ENUM(policy_relation, RELATION_, POLICY_RELATIONS);
POLICY_ENUM(policy_form, FORM_, POLICY_FORMS);
POLICY_ENUM(policy_transfer, TRANSFER_, POLICY_TRANSFERS);
POLICY_ENUM(policy_month_state, MONTH_, POLICY_MONTH_STATES);
POLICY_ENUM(policy_count_by, BY_, POLICY_COUNT_BYS);
POLICY_ENUM(policy_month_mode, MODE_, POLICY_MONTH_MODES);
POLICY_ENUM(policy_count_mode, COUNT_, POLICY_COUNT_MODES);
POLICY_ENUM(policy_start, START_, POLICY_STARTS);
POLICY_ENUM(policy_cut, CUT_, POLICY_CUTS);
POLICY_ENUM(policy_cross_year, CROSS_, POLICY_CROSS_YEARS);
POLICY_ENUM(policy_status_at, STATUS_AT_, POLICY_STATUS_ATS);
POLICY_ENUM(policy_accrual, ACCRUAL_, POLICY_ACCRUALS);
POLICY_ENUM(policy_combine, COMBINE_, POLICY_COMBINES);
POLICY_ENUM(policy_amount, AMOUNT_, POLICY_AMOUNTS);
POLICY_ENUM(policy_once, ONCE_, POLICY_ONCES);
POLICY_ENUM(policy_transition, TRANSITION_, POLICY_TRANSITIONS);
POLICY_ENUM(policy_span, SPAN_, POLICY_SPANS);
POLICY_ENUM(policy_still, STILL_, POLICY_STILLS);
POLICY_ENUM(policy_direction, DIRECTION_, POLICY_DIRECTIONS);
POLICY_ENUM(policy_ticket, TICKET_, POLICY_TICKETS);
POLICY_ENUM(policy_document, DOCUMENT_, POLICY_DOCUMENTS);
POLICY_ENUM(policy_step, STEP_, POLICY_STEPS);

/* Row i names value i of the enumeration; a row whose code is NULL ends the table. */
struct policy_name {
    const char *code, *zh, *en;
};
extern const struct policy_name policy_verdicts[], policy_results[], policy_beneficiaries[],
    policy_sides[], policy_funds[], policy_benefits[], policy_statuses[], policy_relations[],
    policy_forms[], policy_transfers[], policy_month_states[], policy_count_bys[],
    policy_month_modes[], policy_count_modes[], policy_starts[], policy_cuts[],
    policy_cross_years[], policy_status_ats[], policy_accruals[], policy_combines[],
    policy_amounts[], policy_onces[], policy_transitions[], policy_spans[], policy_stills[],
    policy_directions[], policy_tickets[], policy_documents[], policy_steps[];

/* Is the step a public notice, which lasts some working days? */
bool policy_step_is_notice(enum policy_step step);
/* The value of a code, -1 when the table has none such. NULL is no code. */
int policy_name_find(const struct policy_name *names, const char *code);
/* The label in a language; `value` must be in the table. */
const char *policy_name_label(const struct policy_name *names, int value, enum lang lang);
