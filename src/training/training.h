/* training.h — courses that people completed, ordered by an employer or for an occupation
 * (订单式培训). They count in matching (matching/score.h). */
#pragma once
#include "platform/op.h"

extern const struct module training_module;
extern const struct record training_record;
