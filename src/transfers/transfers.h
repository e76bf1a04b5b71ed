/* transfers.h — organised transfer (组织输转): batches, vehicles and seats, leaders, boarding,
 * arrival, hand-over to station and employer. Found in no other system. */
#pragma once
#include "platform/op.h"

extern const struct module transfers_module;
extern const struct record batch_record, passenger_record;

/* A township that transfers more people than this must name one leader (S2). */
enum { LEADER_NEEDED_ABOVE = 20 };

struct batch_input {
    int64_t id;
    const char *name;
    int64_t home, work;
    const char *mode, *depart_on, *depart_place, *arrive_on, *escort;
    int64_t cost_fen;
    const char *paid_by, *state;
    int64_t organiser_id; /* of whose user planned it */
};
