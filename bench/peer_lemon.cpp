/* peer_lemon.cpp — worker (1) -> post -> sink (capacity), worker -> sink (0). The supply is on the
 * workers, all of it reaches the sink: with supplies on the posts and ">=" a worker may send more
 * than one unit. */
#include "peer_lemon.h"

#include <ctime>
#include <lemon/cost_scaling.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>
#include <vector>

namespace {
using Graph = lemon::SmartDigraph;

double seconds_of(clockid_t clock)
{
    timespec t;

    clock_gettime(clock, &t);
    return double(t.tv_sec) + double(t.tv_nsec) * 1e-9;
}

struct Network {
    Graph graph;
    Graph::ArcMap<int64_t> upper{ graph }, cost{ graph };
    Graph::NodeMap<int64_t> supply{ graph, 0 };

    void arc(Graph::Node from, Graph::Node to, int64_t most, int64_t price)
    {
        Graph::Arc a = graph.addArc(from, to);

        upper[a] = most;
        cost[a] = price;
    }
};

template <class Solver> int64_t solve(Network &net, peer_seconds *ret)
{
    Solver solver(net.graph);
    double processor, clock;

    solver.upperMap(net.upper).costMap(net.cost).supplyMap(net.supply);
    processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    clock = seconds_of(CLOCK_MONOTONIC);
    if (solver.run() != Solver::OPTIMAL)
        return -1;
    ret->processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - processor;
    ret->clock = seconds_of(CLOCK_MONOTONIC) - clock;
    return -solver.template totalCost<int64_t>();
}
} // namespace

int64_t peer_lemon(int32_t workers, int32_t posts, const int32_t *cap, const int64_t *row,
                   const int32_t *edges, enum peer_method method, struct peer_seconds *ret)
{
    Network net;
    std::vector<Graph::Node> post;
    Graph::Node sink;

    net.graph.reserveNode(workers + posts + 1);
    net.graph.reserveArc(int(row[workers]) + workers + posts);
    sink = net.graph.addNode();
    net.supply[sink] = -int64_t(workers);
    for (int32_t p = 0; p < posts; p++) {
        post.push_back(net.graph.addNode());
        net.arc(post[p], sink, cap[p], 0);
    }
    for (int32_t w = 0; w < workers; w++) {
        Graph::Node node = net.graph.addNode();

        net.supply[node] = 1;
        net.arc(node, sink, 1, 0);
        for (int64_t e = row[w]; e < row[w + 1]; e++)
            net.arc(node, post[edges[2 * e]], 1, -int64_t(edges[2 * e + 1]));
    }
    if (method == PEER_NETWORK_SIMPLEX)
        return solve<lemon::NetworkSimplex<Graph, int64_t, int64_t>>(net, ret);
    return solve<lemon::CostScaling<Graph, int64_t, int64_t>>(net, ret);
}
