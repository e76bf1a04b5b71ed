/* policy_names.c — the tables of codes and labels. */
#include "policy/policy_names.h"

#define ROW(prefix, code, zh, en) { #code, zh, en },
#define TABLE(name, LIST) const struct policy_name name[] = { LIST(ROW, ){ NULL, NULL, NULL } }

TABLE(policy_verdicts, POLICY_VERDICTS);
TABLE(policy_results, POLICY_RESULTS);
TABLE(policy_beneficiaries, POLICY_BENEFICIARIES);
TABLE(policy_sides, POLICY_SIDES);
TABLE(policy_funds, POLICY_FUNDS);
TABLE(policy_benefits, POLICY_BENEFITS);
TABLE(policy_statuses, POLICY_STATUSES);
TABLE(policy_relations, POLICY_RELATIONS);
TABLE(policy_forms, POLICY_FORMS);
TABLE(policy_transfers, POLICY_TRANSFERS);
TABLE(policy_month_states, POLICY_MONTH_STATES);
TABLE(policy_count_bys, POLICY_COUNT_BYS);
TABLE(policy_month_modes, POLICY_MONTH_MODES);
TABLE(policy_count_modes, POLICY_COUNT_MODES);
TABLE(policy_starts, POLICY_STARTS);
TABLE(policy_cuts, POLICY_CUTS);
TABLE(policy_cross_years, POLICY_CROSS_YEARS);
TABLE(policy_status_ats, POLICY_STATUS_ATS);
TABLE(policy_accruals, POLICY_ACCRUALS);
TABLE(policy_combines, POLICY_COMBINES);
TABLE(policy_amounts, POLICY_AMOUNTS);
TABLE(policy_onces, POLICY_ONCES);
TABLE(policy_transitions, POLICY_TRANSITIONS);
TABLE(policy_spans, POLICY_SPANS);
TABLE(policy_stills, POLICY_STILLS);
TABLE(policy_directions, POLICY_DIRECTIONS);
TABLE(policy_tickets, POLICY_TICKETS);
TABLE(policy_documents, POLICY_DOCUMENTS);
TABLE(policy_steps, POLICY_STEPS);

int policy_name_find(const struct policy_name *names, const char *code)
{
    for (int i = 0; code && names[i].code; i++) {
        if (strcmp(names[i].code, code) == 0)
            return i;
    }
    return -1;
}

const char *policy_name_label(const struct policy_name *names, int value, enum lang lang)
{
    return lang == LANG_EN ? names[value].en : names[value].zh;
}

bool policy_step_is_notice(enum policy_step step)
{
    return step == STEP_VILLAGE_NOTICE || step == STEP_TOWNSHIP_NOTICE ||
           step == STEP_COUNTY_NOTICE;
}
