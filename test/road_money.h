/* road_money.h — from a month at work to an approved claim and a batch at the bank, by the people
 * of Tongwei and Fuzhou, for tests of what follows. All in the world of ops.h, under the policy
 * fuzhou-post-wage-2019: 3,000 yuan for three months, 9,000 more for six. */
#pragma once
#include "ops.h"

/* The n-th registered-poor person of Tongwei, with or without a bank account. */
int64_t money_person(int n, bool has_account);
/* A placement at Fuyao from a day on; months confirmed until the given one. */
int64_t money_at_work(int64_t person, const char *from, const char *months_until);
void money_confirm(int64_t placement, const char *from, const char *until);
/* How many claims are found as of a day. */
int64_t money_found(int64_t person, const char *as_of);
/* The claim found as of one day and approved on another. */
int64_t money_approved(int64_t person, const char *as_of, const char *approved_on);
/* One claim through all hands, approved on the day. */
void money_through(int64_t claim, const char *approved_on);
/* A batch of what Fuzhou has to pay; its reply is the last one. */
int64_t money_batch(void);
/* Locked, approved by two, sent. */
void money_send(int64_t batch);
enum err money_answer(int64_t batch, const char *csv);
void step_ok(struct caller *who, const char *op, int64_t id);
