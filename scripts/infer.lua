-- Load script for stock wrk (https://github.com/wg/wrk):
--   wrk -t4 -c100 -d30s -s scripts/infer.lua http://localhost:8000/infer
-- Environment: ROWS rows in a request (default 1), INPUTS numbers in a row (default 4: cart-pole).
-- Bodies hold random numbers in [-1, 1); JSON is written here, so no Lua module is needed.

local function whole(name, default)
  local text = os.getenv(name)
  if text == nil or text == "" then return default end
  local value = tonumber(text)
  if value == nil or value < 1 or value ~= math.floor(value) then
    error(name .. " must be a whole number of at least 1, but is " .. text)
  end
  return value
end

local rows = whole("ROWS", 1)
local inputs = whole("INPUTS", 4)

-- Bodies are made once, so that Lua does not take the time that is measured.
local BODIES = 64
local requests = {}
local turn = 0

-- wrk runs each thread in a Lua state of its own: the number makes their random numbers differ.
local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

local function row()
  local values = {}
  for i = 1, inputs do
    values[i] = string.format("%.6f", math.random() * 2 - 1)
  end
  return "[" .. table.concat(values, ",") .. "]"
end

function init(args)
  math.randomseed(number)
  local headers = { ["Content-Type"] = "application/json" }
  for n = 1, BODIES do
    local list = {}
    for r = 1, rows do
      list[r] = row()
    end
    local body = '{"inputs":[' .. table.concat(list, ",") .. "]}"
    requests[n] = wrk.format("POST", nil, headers, body)
  end
end

function request()
  turn = turn % BODIES + 1
  return requests[turn]
end

-- wrk counts statuses from 400 on as errors; latencies are in microseconds.
function done(summary, latency, requests)
  local seconds = summary.duration / 1e6
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write("\n")
  io.write(string.format("rows a request %d, inputs a row %d\n", rows, inputs))
  for _, percentile in ipairs({ 50, 90, 95, 99, 99.9 }) do
    io.write(string.format("p%-5g %10.0f us\n", percentile, latency:percentile(percentile)))
  end
  io.write(string.format("max    %10.0f us\n", latency.max))
  io.write(string.format("requests/s %.1f\n", summary.requests / seconds))
  io.write(string.format("rows/s %.1f\n", summary.requests * rows / seconds))
  io.write(string.format("errors %d\n", failed))
end
