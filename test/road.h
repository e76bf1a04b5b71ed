/* road.h — short ways along the road for tests: call an operation, make the records that stand
 * before the one under test. Everything goes through the operations themselves. */
#pragma once
#include "platform/json.h"
#include "stores.h"

/* Run an operation with a JSON body or a query string (for GET). */
enum err road_call(struct ctx *cx, const char *op, int64_t id, const char *body);
/* The reply of the last call. */
const char *road_reply(struct ctx *cx);
/* Call, expect OK, and give the new record's id. */
int64_t road_create(struct ctx *cx, const char *op, const char *body);
/* A member of the reply by its path, such as "total" or "items.0.id"; NULL when absent. */
const struct json_value *road_member(struct ctx *cx, const char *path);
/* A whole number or an id of the reply; NONE when absent. */
int64_t road_int(struct ctx *cx, const char *path);
const char *road_str(struct ctx *cx, const char *path);

/* Of an office of Tongwei (621121), and of one of Fuqing (350181). */
extern const struct scope road_west, road_east;

/* The n-th willing person of a village in Tongwei (621121): valid number, both sexes, all ages. */
int64_t road_person(struct ctx *cx, int n);
/* An open post with so many seats at an employer of that name in Fuqing (350181), which is made if
 * absent. */
int64_t road_post(struct ctx *cx, const char *employer, int headcount);
/* A person with an accepted offer for the post; returns the offer. */
int64_t road_accepted(struct ctx *cx, int n, int64_t post_id);
