-- load.lua — what wrk asks for: wrk -s bench/load.lua URL -- KIND IDS COOKIE CSRF
-- KIND is get, patch or a path with its query; IDS a file with an id of a person on each line.
local kind, ids, headers, n = nil, {}, {}, 0

function init(args)
    kind = args[1]
    for id in io.lines(args[2]) do ids[#ids + 1] = id end
    headers["Cookie"] = "sid=" .. args[3]
    if kind == "patch" then
        headers["Content-Type"] = "application/json"
        headers["Origin"] = "http://" .. wrk.host .. ":" .. wrk.port
        headers["X-CSRF-Token"] = args[4]
    end
    math.randomseed(tonumber(tostring(ids):match("0x(%x+)"), 16) % 1000003)
end

function request()
    if kind == "get" then
        return wrk.format("GET", "/api/v1/people/" .. ids[math.random(#ids)], headers)
    elseif kind == "patch" then
        n = n + 1
        local body = string.format('{"willingness":"%s","remark":"第 %d 次回访"}',
                                   math.random(2) == 1 and "WILLING" or "UNWILLING", n)
        return wrk.format("PATCH", "/api/v1/people/" .. ids[math.random(#ids)], headers, body)
    end
    return wrk.format("GET", kind, headers)
end

function done(summary, latency)
    local bad = summary.errors.status + summary.errors.connect + summary.errors.read
              + summary.errors.write + summary.errors.timeout
    io.write(string.format("RESULT %.1f %.2f %.2f %d\n", summary.requests / (summary.duration / 1e6),
                           latency:percentile(50) / 1000, latency:percentile(99) / 1000, bad))
end
