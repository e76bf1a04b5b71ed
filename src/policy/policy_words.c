/* policy_words.c — decisions in words, from the stored trace. */
#include "policy/policy_explain.h"

#include "base/amount.h"

/* Languages side by side; both take the same arguments in the same order. */
#define W(zh, en) (lang == LANG_EN ? (en) : (zh))

struct texts {
    char date[11], from[11], until[11], want[32], got[32];
};

/* "脱贫人口、监测对象" of a mask. */
static const char *mask_text(struct arena *mem, const struct policy_name *names, int64_t mask,
                             enum lang lang)
{
    struct str s = str_new(mem);

    for (int i = 0; names[i].code; i++) {
        if (!(mask & (int64_t)1 << i))
            continue;
        str_add(&s, s.len ? W("、", ", ") : "");
        str_add(&s, policy_name_label(names, i, lang));
    }
    return s.len ? s.s : W("无", "none");
}

static const char *person_text(struct arena *mem, const struct policy_outcome *o, enum lang lang,
                               const struct texts *t)
{
    const char *want = mask_text(mem, o->rule == RULE_EVIDENCE ? policy_documents : policy_statuses,
                                 o->want, lang);
    const char *got = mask_text(mem, policy_statuses, o->got, lang);
    bool met = o->result == RESULT_MET;

    switch (o->rule) {
    case RULE_STATUS:
        if (met)
            return arena_printf(mem, W("%s，自%s起", "%s since %s"), got, t->from);
        return arena_printf(mem, W("须为%s，没有这样的记录", "must be %s, no such record"), want);
    case RULE_NOT_STATUS:
        if (met)
            return arena_printf(mem, W("不属于%s", "is none of: %s"), want);
        return arena_printf(mem, W("属于%s，不适用此项", "is %s, to whom this does not apply"),
                            got);
    case RULE_ORIGIN:
        return arena_printf(mem,
                            met ? W("%lld", "%lld")
                                : W("%lld，不在适用范围内", "%lld, outside the area served"),
                            (long long)o->got);
    case RULE_AGE:
        if (o->got < 0)
            return W("没有出生日期", "no date of birth");
        if (met)
            return arena_printf(mem, W("%lld周岁", "%lld years"), (long long)o->got);
        return arena_printf(mem, W("现%lld周岁，限%lld周岁", "%lld years, the bound is %lld"),
                            (long long)o->got, (long long)o->want);
    case RULE_FIRST_TIME:
        if (met)
            return arena_printf(mem, W("首次到该地就业，始于%s", "first stay there, since %s"),
                                t->date);
        return arena_printf(mem, W("此前%s至%s已在该地就业", "worked there before, %s to %s"),
                            t->from, t->until[0] ? t->until : W("今", "now"));
    default: /* RULE_EVIDENCE */
        if (met)
            return arena_printf(mem, W("已有：%s", "on file: %s"),
                                mask_text(mem, policy_documents, o->got, lang));
        return arena_printf(mem, W("须有：%s；已有：%s", "needed: %s; on file: %s"), want,
                            mask_text(mem, policy_documents, o->got, lang));
    }
}

static const char *months_text(struct arena *mem, const struct policy_outcome *o, enum lang lang,
                               const struct texts *t)
{
    long long want = o->want, got = o->got;

    if (!t->from[0] && !t->date[0])
        return arena_printf(
            mem, W("须满%lld个月，没有可计入的时间", "%lld months needed, no time counts"), want);
    if (!t->from[0])
        return arena_printf(mem,
                            W("须满%lld个月，如一直在岗，%s满",
                              "%lld months needed, full on %s at this rate"),
                            want, t->date);
    if (o->result == RESULT_MET)
        return arena_printf(mem,
                            W("自%s起算，满%lld个月（须满%lld个月），%s达到",
                              "counted from %s, %lld months (%lld needed), reached on %s"),
                            t->from, got, want, t->date);
    if (t->date[0])
        return arena_printf(
            mem,
            W("自%s起算，已满%lld个月，须满%lld个月，如一直在岗，%s达到",
              "counted from %s, %lld months so far, %lld needed, reached on %s at this rate"),
            t->from, got, want, t->date);
    return arena_printf(mem,
                        W("自%s起算，已满%lld个月，须满%lld个月",
                          "counted from %s, %lld months so far, %lld needed"),
                        t->from, got, want);
}

static const char *work_text(struct arena *mem, const struct policy_outcome *o, enum lang lang,
                             const struct texts *t)
{
    long long want = o->want, got = o->got;
    bool met = o->result == RESULT_MET;

    switch (o->rule) {
    case RULE_EMPLOYMENT:
        if (met)
            return arena_printf(mem, W("自%s起在%lld就业", "employed since %s at %lld"), t->from,
                                got);
        return W("没有符合要求的就业经历", "no employment of the kind asked for");
    case RULE_MONTHS:
        return months_text(mem, o, lang, t);
    case RULE_MEAN_WAGE:
        return arena_printf(mem, W("月均%s元，须不低于%s元", "%s yuan a month, at least %s needed"),
                            t->got, t->want);
    case RULE_WAGE_SUM:
        return arena_printf(mem, W("合计%s元，须不低于%s元", "%s yuan in all, at least %s needed"),
                            t->got, t->want);
    case RULE_STILL_ACTIVE:
        return arena_printf(mem,
                            met ? W("%s在岗", "employed on %s")
                                : W("%s已不在岗", "not employed on %s"),
                            t->until);
    case RULE_INSURED:
        return arena_printf(mem,
                            W("连续缴费%lld个月，须满%lld个月",
                              "%lld months paid without a gap, %lld needed"),
                            got, want);
    case RULE_STILL_INSURED:
        return arena_printf(mem,
                            W("须缴至%s所在月，实缴至%s",
                              "must be paid in the month of %s, paid until %s"),
                            t->from, t->until[0] ? t->until : W("无", "never"));
    case RULE_CONTRACT:
        return arena_printf(mem,
                            W("合同期%lld个月，须满%lld个月",
                              "contract of %lld months, %lld needed"),
                            got, want);
    case RULE_HEADCOUNT:
        return arena_printf(mem, W("%lld人，须达到%lld人", "%lld persons, %lld needed"), got, want);
    case RULE_BATCH:
        return arena_printf(mem, W("同批%lld人，须达到%lld人", "%lld sent together, %lld needed"),
                            got, want);
    case RULE_TRAINING:
        if (o->result == RESULT_NOT_YET)
            return W("培训还没有结束", "the course is not over");
        return arena_printf(mem, W("实际参训%lld天，须满%lld天", "%lld days attended, %lld needed"),
                            got, want);
    case RULE_STATION:
        return arena_printf(mem,
                            met ? W("%s开站", "opened on %s")
                                : W("不在补助期内运行", "not open in time"),
                            t->from);
    default: /* RULE_QUOTA */
        return arena_printf(mem, W("第%lld个，共%lld个名额", "number %lld of %lld places"), got,
                            want);
    }
}

static const char *money_text(struct arena *mem, const struct policy_outcome *o, enum lang lang,
                              const struct texts *t)
{
    bool met = o->result == RESULT_MET;

    switch (o->rule) {
    case RULE_TRANSITION:
        if (met)
            return arena_printf(mem,
                                W("与旧政策 %s 衔接，旧政策已领%s元",
                                  "after %s, which paid %s yuan"),
                                o->ref, t->got);
        return arena_printf(
            mem,
            W("%s前上岗或已领旧政策 %s %s元，按旧政策执行",
              "started before %s or was paid under %s (%s yuan): the older policy applies"),
            t->date, o->ref, t->got);
    case RULE_EXCLUSIVE:
        if (met)
            return arena_printf(mem, W("未领同类补贴（%s）", "no other benefit of the group %s"),
                                o->clause);
        return arena_printf(mem,
                            W("与 %s 互斥：%s 已发%s元（%s至%s）",
                              "excluded by %s: paid on %s, %s yuan (%s to %s)"),
                            o->ref, t->date, t->got, t->from, t->until);
    case RULE_TICKETS:
        if (o->result == RESULT_CLOSED)
            return arena_printf(mem,
                                W("补报截止日%s已过", "the last day to add tickets, %s, is over"),
                                t->until);
        return arena_printf(mem,
                            W("合规车票%s元，应给%s元", "valid tickets %s yuan, allowance %s yuan"),
                            t->got, t->want);
    case RULE_INCOME:
        if (o->result == RESULT_MISSING)
            return arena_printf(mem,
                                W("上年人均纯收入不明，界线为%s元",
                                  "not known; the line is %s yuan"),
                                t->want);
        return arena_printf(mem, W("%s元，界线为%s元", "%s yuan, the line is %s"), t->got, t->want);
    case RULE_PAID:
        return arena_printf(mem, W("已发%s元，应得%s元", "%s yuan paid of %s earned"), t->got,
                            t->want);
    default: /* RULE_CAP */
        return arena_printf(mem, W("封顶，应得以%s元为限", "capped at %s yuan"), t->want);
    }
}

static const char *rule_text(struct arena *mem, const struct policy_outcome *o, enum lang lang,
                             const struct texts *t)
{
    switch (o->rule) {
    case RULE_EFFECTIVE:
        return arena_printf(mem, W("%s起%s%s", "from %s%s%s"), t->from,
                            t->until[0] ? W("至", " to ") : "", t->until);
    case RULE_WINDOW:
        return arena_printf(mem, W("%s至%s受理", "open from %s to %s"), t->from, t->until);
    case RULE_STATUS:
    case RULE_NOT_STATUS:
    case RULE_ORIGIN:
    case RULE_AGE:
    case RULE_FIRST_TIME:
    case RULE_EVIDENCE:
        return person_text(mem, o, lang, t);
    case RULE_TRANSITION:
    case RULE_EXCLUSIVE:
    case RULE_TICKETS:
    case RULE_PAID:
    case RULE_INCOME:
    case RULE_CAP:
        return money_text(mem, o, lang, t);
    default:
        return work_text(mem, o, lang, t);
    }
}

const char *policy_outcome_text(struct arena *mem, const struct policy_outcome *o, enum lang lang)
{
    struct texts t;
    bool quotes = o->clause && o->rule != RULE_EXCLUSIVE;

    date_format(o->date, t.date);
    date_format(o->from, t.from);
    date_format(o->until, t.until);
    amount_format(o->want, t.want);
    amount_format(o->got, t.got);
    return arena_printf(mem, W("%s：%s%s%s%s", "%s: %s%s%s%s"),
                        policy_name_label(policy_rules, o->rule, lang), rule_text(mem, o, lang, &t),
                        quotes ? W("（原文：", " (“") : "", quotes ? o->clause : "",
                        quotes ? W("）", "”)") : "");
}

const char *policy_stretch_text(struct arena *mem, const struct policy_stretch *s, enum lang lang)
{
    char from[11], until[11];
    int days = date_diff_days(s->from, s->until) + 1;
    const char *what = NULL;

    switch (s->kind) {
    case STRETCH_COUNTED:
        what = W("计入", "counted");
        break;
    case STRETCH_GAP_ALLOWED:
        what = W("空档，允许，不计入", "gap, allowed, not counted");
        break;
    case STRETCH_GAP_COUNTED:
        what = W("空档，允许，计入", "gap, allowed, counted");
        break;
    case STRETCH_RESTART:
        what = W("空档过长，此后重新起算", "gap too long, counting begins anew");
        break;
    case STRETCH_UNVERIFIED:
        what = W("未核实，暂不计入", "not verified, not counted yet");
        break;
    }
    return arena_printf(mem, W("%s至%s %d天 %s", "%s to %s, %d days, %s"),
                        date_format(s->from, from), date_format(s->until, until), days, what);
}

const char *policy_verdict_text(struct arena *mem, const struct policy_decision *d, enum lang lang)
{
    struct str s = str_new(mem);
    char sum[32], next[32], due[11], earliest[11];

    str_add(&s, policy_name_label(policy_verdicts, d->verdict, lang));
    if (d->amount_fen)
        str_addf(&s, W("，现应发%s元（%s应得）", ", %s yuan payable (earned on %s)"),
                 amount_format(d->amount_fen, sum), date_format(d->due, due));
    if (d->paid_fen)
        str_addf(&s, W("，此前已发%s元", ", %s yuan paid before"), amount_format(d->paid_fen, sum));
    if (d->overpaid_fen)
        str_addf(&s, W("，多发%s元应追回", ", %s yuan paid too much"),
                 amount_format(d->overpaid_fen, sum));
    if (!date_is_none(d->earliest))
        str_addf(&s,
                 d->next_fen
                     ? W("；如一直在岗，%s可再得%s元", "; if all goes on, %2$s yuan more on %1$s")
                     : W("；最早%s满足", "; met on %s at the earliest"),
                 date_format(d->earliest, earliest), amount_format(d->next_fen, next));
    return s.s;
}

static const char *item_title(const struct policy_stored *s, const char *id, enum lang lang)
{
    for (int i = 0; i < s->item_count; i++) {
        if (id && str_eq(s->item_ids[i], id) && s->items[i].zh && s->items[i].en)
            return W(s->items[i].zh, s->items[i].en);
    }
    return id;
}

static void explain_instalments(struct str *out, const struct policy_stored *s, enum lang lang)
{
    const struct policy_decision *d = &s->decision;

    if (d->instalment_count)
        str_add(out, W("计算：\n", "Amounts:\n"));
    for (int i = 0; i < d->instalment_count; i++) {
        const struct policy_instalment *x = &d->instalments[i];
        char due[11], earned[32], paid[32];

        str_addf(out, W("  %s（%d）%s元，%s应得", "  %s (%d) %s yuan, earned on %s"),
                 item_title(s, x->item, lang), x->seq, amount_format(x->earned_fen, earned),
                 date_format(x->due, due));
        if (x->paid_fen)
            str_addf(out, W("，已发%s元", ", %s yuan paid"), amount_format(x->paid_fen, paid));
        str_add(out, "\n");
    }
}

const char *policy_explain(struct arena *mem, const struct policy_stored *s, enum lang lang)
{
    const struct policy_decision *d = &s->decision;
    struct str out = str_new(mem);
    char as_of[11];

    str_addf(&out, W("%s（第%d版）\n", "%s (version %d)\n"), W(s->title.zh, s->title.en),
             d->policy_version);
    if (s->doc_no)
        str_addf(&out, W("依据：《%s》（%s）\n", "Document: %s (%s)\n"), s->doc_name, s->doc_no);
    else
        str_addf(&out,
                 W("依据：《%s》（文号未查到；来源：%s）\n",
                   "Document: %s (number not found; source: %s)\n"),
                 s->doc_name, s->doc_source);
    str_addf(&out, W("截至%s", "As of %s"), date_format(d->as_of, as_of));
    if (d->year)
        str_addf(&out, W("，%d年度", ", for the year %d"), d->year);
    str_addf(&out, W("：%s\n条件：\n", ": %s\nConditions:\n"), policy_verdict_text(mem, d, lang));
    for (int i = 0; i < d->outcome_count; i++) {
        const struct policy_outcome *o = &d->outcomes[i];
        const char *item = item_title(s, o->item, lang);

        str_addf(&out, W("  [%s] %s%s%s\n", "  [%s] %s%s%s\n"),
                 policy_name_label(policy_results, o->result, lang), item ? item : "",
                 item ? W("——", " — ") : "", policy_outcome_text(mem, o, lang));
    }
    if (d->stretch_count)
        str_add(&out, W("时间：\n", "Time:\n"));
    for (int i = 0; i < d->stretch_count; i++)
        str_addf(&out, "  %s\n", policy_stretch_text(mem, &d->stretches[i], lang));
    explain_instalments(&out, s, lang);
    return out.s;
}
