/* manifest.h — who is on a batch: passengers, vehicles, seats, leaders. Inside the module. */
#pragma once
#include "transfers/transfers.h"

/* Rules of the batch's transitions. Lock: somebody is listed, everybody has a seat unless they
 * travel on their own, a leader for each township above LEADER_NEEDED_ABOVE. Depart: whoever has
 * not boarded is a no-show. */
enum err manifest_check(struct ctx *cx, const struct rows *batch, const char *reason);
enum err manifest_depart(struct ctx *cx, const struct rows *batch, const char *reason);

struct passengers_input {
    const char *offer_ids; /* joined by ',' */
    int64_t all_accepted;
};
struct vehicle_input {
    const char *label;
    int64_t seats;
};
struct leader_input {
    int64_t township;
    const char *name, *phone;
};
struct check_off_input {
    const char *passenger_ids; /* joined by ',' */
    int64_t all;
    const char *on; /* hand-over: first working day; default today */
};
extern const struct field passengers_fields[], vehicle_fields[], leader_fields[],
    check_off_fields[];

enum err manifest_list(struct ctx *cx);
enum err manifest_add(struct ctx *cx);
enum err manifest_vehicles(struct ctx *cx);
enum err manifest_add_vehicle(struct ctx *cx);
enum err manifest_seats(struct ctx *cx);
enum err manifest_leaders(struct ctx *cx);
enum err manifest_set_leader(struct ctx *cx);
enum err manifest_board(struct ctx *cx);
enum err manifest_arrive(struct ctx *cx);
enum err manifest_hand_over(struct ctx *cx);

#define MANIFEST_OP(name, route, perm, run, zh, en, fields, type, states)             \
    {                                                                                 \
        name, route, perm, run, zh, en, .in = fields, .in_size = sizeof(struct type), \
                                        .when = states                                \
    }
#define MANIFEST_OPS                                                                               \
    { "batches.passengers", "GET /batches/{id}/passengers",                                        \
      PERM_BATCH_READ,      manifest_list,                                                         \
      "批次名单",           "The manifest" },                                                      \
        MANIFEST_OP("batches.add_passengers", "POST /batches/{id}/passengers", PERM_BATCH_WRITE,   \
                    manifest_add, "加入名单", "List people", passengers_fields, passengers_input,  \
                    "state=PLANNED"),                                                              \
        { "batches.vehicles",                                                                      \
          "GET /batches/{id}/vehicles",                                                            \
          PERM_BATCH_READ,                                                                         \
          manifest_vehicles,                                                                       \
          "车辆",                                                                                  \
          "Vehicles" },                                                                            \
        MANIFEST_OP("batches.add_vehicle", "POST /batches/{id}/vehicles", PERM_BATCH_WRITE,        \
                    manifest_add_vehicle, "增加车辆", "Add a vehicle", vehicle_fields,             \
                    vehicle_input, "state=PLANNED"),                                               \
        { "batches.seats", "POST /batches/{id}/seats", PERM_BATCH_WRITE,       manifest_seats,     \
          "按乡镇排座",    "Seat by township",         .when = "state=PLANNED" },                  \
        { "batches.leaders", "GET /batches/{id}/leaders", PERM_BATCH_READ, manifest_leaders,       \
          "带队人员",        "Leaders by township" },                                              \
        MANIFEST_OP("batches.set_leader", "POST /batches/{id}/leaders", PERM_BATCH_WRITE,          \
                    manifest_set_leader, "指定带队人员", "Name a leader", leader_fields,           \
                    leader_input, NULL),                                                           \
        MANIFEST_OP("batches.board", "POST /batches/{id}/board", PERM_BATCH_WRITE, manifest_board, \
                    "登车核对", "Check off boarding", check_off_fields, check_off_input,           \
                    "state=APPROVED"),                                                             \
        MANIFEST_OP("batches.arrivals", "POST /batches/{id}/arrivals", PERM_BATCH_RECEIVE,         \
                    manifest_arrive, "到站核对", "Check off arrival", check_off_fields,            \
                    check_off_input, "state=ARRIVED"),                                             \
        MANIFEST_OP("batches.hand_over", "POST /batches/{id}/hand_over", PERM_BATCH_RECEIVE,       \
                    manifest_hand_over, "交接上岗", "Hand over to employers", check_off_fields,    \
                    check_off_input, "state=ARRIVED"),                                             \
        { "passengers.list", "GET /passengers", PERM_BATCH_READ,  record_list,                     \
          "输转人员列表",    "Passengers",      &passenger_record },                               \
        { "passengers.drop_out",                                                                   \
          "POST /passengers/{id}/drop_out",                                                        \
          PERM_BATCH_WRITE,                                                                        \
          record_event,                                                                            \
          "退出",                                                                                  \
          "Drop out",                                                                              \
          &passenger_record },                                                                     \
    {                                                                                              \
        "passengers.refuse", "POST /passengers/{id}/refuse", PERM_BATCH_RECEIVE, record_event,     \
            "企业拒收", "Refused at the employer", &passenger_record                               \
    }
