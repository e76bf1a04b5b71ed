/* modules.h — the one list of modules. */
#pragma once
#include "platform/op.h"

/* In the order in which they may include each other: a module uses only those before it
 * (tools/check-layers.py). Ended by NULL. */
extern const struct module *const app_modules[];
