/* codes.h — code lists of a person, with the spellings rosters use. Matching is
 * exact, never by prefix: 裕固, 土 and 土家 are three peoples. */
#pragma once
#include "platform/field.h"

extern const struct choice sexes[], ethnic_groups[], educations[], health_states[],
    work_abilities[], relations[], skill_levels[], household_types[], monitored_types[],
    willingness_states[], labour_statuses[], status_kinds[], intention_needs[];
