/* modules.c — the one list of modules, in the order in which they may include each other. */
#include "app/modules.h"

#include "accounts/accounts.h"
#include "books/books.h"
#include "claims/claims.h"
#include "divisions/divisions.h"
#include "employers/employers.h"
#include "hiring/hiring.h"
#include "imports/imports.h"
#include "ledger/ledger.h"
#include "matching/matching.h"
#include "payees/payees.h"
#include "payments/payments.h"
#include "people/people.h"
#include "placements/placements.h"
#include "policy/policies.h"
#include "posts/posts.h"
#include "stats/stats.h"
#include "targets/targets.h"
#include "training/training.h"
#include "transfers/transfers.h"

const struct module *const app_modules[] = {
    &description_module, &divisions_module,  &payees_module,
    &accounts_module,    &people_module,     &employers_module,
    &posts_module,       &training_module,   &matching_module,
    &hiring_module,      &placements_module, &transfers_module,
    &imports_module,     &policy_module,     &ledger_module,
    &claims_module,      &payments_module,   &books_module,
    &targets_module,     &stats_module,      NULL,
};
