#!lua name=takt_queue_VERSION

-- See the head of the crate for the algorithm and every key. The first key of each call is the hash tag of the plant,
-- such as `{1}`, which leads all others. Answers are flat lists.

local SHARDS = 4
-- How long a booker may be silent before its shards are another's, and before it no longer counts as awake.
local LEASE_MS = 10000
-- How long a booker that was called may take to show up.
local STARTING_MS = 500
-- Entries for which one more booker is called.
local SHARE = 1000
-- How long a key is known after its last use.
local KEY_S = 259200
local GATE_S = 604800
-- Claimed so often without an end, an entry is handed out alone: it may be what brings its bookers down.
local SUSPECT = 3

local GROUP = 'bookers'
local BOOKER = 'booker'

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function stream(plant, shard)
  return plant .. ':reports:' .. shard
end

local function shard_of(order)
  return tonumber(string.sub(redis.sha1hex(order), 1, 6), 16) % SHARDS
end

local function backlog(plant)
  local sum = 0
  for shard = 0, SHARDS - 1 do
    sum = sum + redis.call('XLEN', stream(plant, shard))
  end
  return sum
end

local function fields(entry)
  local found = {}
  for at = 1, #entry, 2 do
    found[entry[at]] = entry[at + 1]
  end
  return found
end

-- The entry of a stream, if it is still there.
local function entry_at(key, id)
  local found = redis.call('XRANGE', key, id, id)
  return found[1] and fields(found[1][2])
end

-- Adds what an entry of an order will move to what is pending, or takes it away again.
local function count(plant, order, deltas, sign)
  for _, move in ipairs(deltas) do
    if redis.call('HINCRBY', plant .. ':pending', move[1], sign * move[2]) == 0 then
      redis.call('HDEL', plant .. ':pending', move[1])
    end
  end
  if redis.call('HINCRBY', plant .. ':queued', order, sign) <= 0 then
    redis.call('HDEL', plant .. ':queued', order)
  end
end

local function is_held(plant, order, now)
  return redis.call('ZCOUNT', plant .. ':hold:' .. order, '(' .. now, '+inf') > 0
end

-- 1 when the caller should call a booker. Who is told so counts as one that is starting, so that others need not.
local function wants_booker(plant, waiting, now)
  local key = plant .. ':bookers'
  local wanted = math.min(SHARDS, 1 + math.floor(waiting / SHARE))
  if redis.call('ZCOUNT', key, '(' .. now, '+inf') >= wanted then
    return 0
  end
  redis.call('ZADD', key, now + STARTING_MS, 'starting')
  return 1
end

-- round(x) to an integer as text, half away from zero; within what a double holds exactly.
local function units(x)
  local rounded = x < 0 and math.ceil(x - 0.5) or math.floor(x + 0.5)
  return string.format('%.0f', rounded)
end

-- What a report moves, by item, in units of the item's scale: made pieces come, materials go.
local function moves(part, good, scrap)
  local found = {}
  if part.made ~= cjson.null and good > 0 then
    table.insert(found, { part.made[1], units(good * 10 ^ part.made[2]) })
  end
  for _, used in ipairs(part.used) do
    local quantity = units(-(good + scrap) * tonumber(used[2]) * 10 ^ used[3])
    if quantity ~= '0' and quantity ~= '-0' then
      table.insert(found, { used[1], quantity })
    end
  end
  return found
end

-- How many decimals a number has that are not zero at its end.
local function decimals(text)
  local behind = string.match(text, '%.(%d*)$') or ''
  return #string.match(behind, '^(.-)0*$')
end

local function encode(list)
  if #list == 0 then
    return '[]'
  end
  return cjson.encode(list)
end

-- id, fingerprint, session, order, part, good, scrap, rework, body, ungated, equipment
local function accept(keys, args)
  local plant = keys[1]
  local id, fingerprint, session, order, part = args[1], args[2], args[3], args[4], args[5]
  local now = now_ms()
  local key = plant .. ':key:' .. id
  local known = redis.call('HGET', key, 'fingerprint')
  if known then
    if known ~= fingerprint then
      return { 'reused', 0, 0 }
    end
    redis.call('EXPIRE', key, KEY_S)
    local waiting = backlog(plant)
    return { 'known', waiting > 0 and wants_booker(plant, waiting, now) or 0, waiting }
  end
  if redis.call('EXISTS', plant .. ':ended:' .. session) == 1 then
    return { 'ended', 0, 0 }
  end
  if is_held(plant, order, now) then
    return { 'held', 0, 0 }
  end
  local found = {}
  if args[10] ~= '1' then
    local gate = redis.call('HMGET', plant .. ':gate:' .. order, 'version', 'shut', part)
    if not gate[1] then
      return { 'unknown', 0, 0 }
    end
    if gate[2] == '1' or not gate[3] then
      return { 'store', 0, 0 }
    end
    local rules = cjson.decode(gate[3])
    if args[11] ~= '' and args[11] ~= rules.equipment then
      return { 'store', 0, 0 }
    end
    if decimals(args[6]) > rules.scale or decimals(args[7]) > rules.scale or decimals(args[8]) > rules.scale then
      return { 'store', 0, 0 }
    end
    local good, scrap, rework = tonumber(args[6]), tonumber(args[7]), tonumber(args[8])
    if good + scrap + rework > tonumber(rules.max) * (1 + 1e-9) or good + scrap + rework <= 0 then
      return { 'store', 0, 0 }
    end
    found = moves(rules, good, scrap)
  end
  local shard = shard_of(order)
  local at = redis.call('XADD', stream(plant, shard), '*', 'id', id, 'order', order, 'moves', encode(found), 'body', args[9])
  redis.call('HSET', key, 'fingerprint', fingerprint, 'stream', shard, 'at', at)
  redis.call('EXPIRE', key, KEY_S)
  count(plant, order, found, 1)
  local waiting = backlog(plant)
  return { 'accepted', wants_booker(plant, waiting, now), waiting }
end

-- order, version, shut, then part and rules in turn. An older version never replaces a newer one.
local function gate(keys, args)
  local key = keys[1] .. ':gate:' .. args[1]
  local known = redis.call('HGET', key, 'version')
  if known and tonumber(known) > tonumber(args[2]) then
    return { 0 }
  end
  redis.call('DEL', key)
  redis.call('HSET', key, 'version', args[2], 'shut', args[3], unpack(args, 4))
  redis.call('EXPIRE', key, GATE_S)
  return { 1 }
end

-- order, token, for how long. Answers how many reports of the order wait.
local function hold(keys, args)
  local key = keys[1] .. ':hold:' .. args[1]
  redis.call('ZADD', key, now_ms() + tonumber(args[3]), args[2])
  redis.call('PEXPIRE', key, args[3])
  return { tonumber(redis.call('HGET', keys[1] .. ':queued', args[1]) or 0) }
end

-- order, token
local function unhold(keys, args)
  return { redis.call('ZREM', keys[1] .. ':hold:' .. args[1], args[2]) }
end

-- for how many seconds a token of them may still be shown, sessions
local function end_sessions(keys, args)
  for at = 2, #args do
    redis.call('SET', keys[1] .. ':ended:' .. args[at], 1, 'EX', args[1])
  end
  return { 1 }
end

local function leave(plant, token)
  for shard = 0, SHARDS - 1 do
    local lease = plant .. ':lease:' .. shard
    if redis.call('GET', lease) == token then
      redis.call('DEL', lease)
    end
  end
  redis.call('ZREM', plant .. ':bookers', token)
end

-- What an earlier booker left behind, else what is new.
local function take(key, limit)
  pcall(redis.call, 'XGROUP', 'CREATE', key, GROUP, '0')
  local left = redis.call('XPENDING', key, GROUP, '-', '+', limit)
  if #left == 0 then
    local read = redis.call('XREADGROUP', 'GROUP', GROUP, BOOKER, 'COUNT', limit, 'STREAMS', key, '>')
    return read and read[1][2] or {}, {}
  end
  local ids, deliveries = {}, {}
  for at, entry in ipairs(left) do
    local suspect = entry[4] >= SUSPECT
    if suspect and at > 1 then
      break
    end
    table.insert(ids, entry[1])
    deliveries[entry[1]] = entry[4] + 1
    if suspect then
      break
    end
  end
  return redis.call('XCLAIM', key, GROUP, BOOKER, 0, unpack(ids)), deliveries
end

-- token, limit. Answers the shard, then place, deliveries and body of each entry; nothing when nothing is to be had.
local function claim(keys, args)
  local plant, token, limit = keys[1], args[1], tonumber(args[2])
  local now = now_ms()
  local bookers = plant .. ':bookers'
  redis.call('ZREMRANGEBYSCORE', bookers, '-inf', now)
  redis.call('ZREM', bookers, 'starting')
  local first = redis.call('INCR', plant .. ':turn')
  for step = 0, SHARDS - 1 do
    local shard = (first + step) % SHARDS
    local key, lease = stream(plant, shard), plant .. ':lease:' .. shard
    local holder = redis.call('XLEN', key) > 0 and (redis.call('GET', lease) or token)
    if holder == token then
      local entries, deliveries = take(key, limit)
      if #entries > 0 then
        redis.call('SET', lease, token, 'PX', LEASE_MS)
        redis.call('ZADD', bookers, now + LEASE_MS, token)
        local answer = { shard }
        for _, entry in ipairs(entries) do
          table.insert(answer, entry[1])
          table.insert(answer, deliveries[entry[1]] or 1)
          table.insert(answer, fields(entry[2]).body)
        end
        return answer
      end
    end
    if holder == token then
      redis.call('DEL', lease)
    end
  end
  leave(plant, token)
  return {}
end

-- shard, places. Acknowledges and forgets what has ended; again is no harm.
local function finish(keys, args)
  local plant, key, done = keys[1], stream(keys[1], args[1]), 0
  for at = 2, #args do
    local entry = entry_at(key, args[at])
    if entry then
      count(plant, entry.order, cjson.decode(entry.moves), -1)
      redis.call('XACK', key, GROUP, args[at])
      redis.call('XDEL', key, args[at])
      done = done + 1
    end
  end
  return { done }
end

-- token, shard, places. The booker stops. It was not the entries' fault: they count as never handed out.
local function release(keys, args)
  local plant, key = keys[1], stream(keys[1], args[2])
  for at = 3, #args do
    redis.call('XCLAIM', key, GROUP, BOOKER, 0, args[at], 'RETRYCOUNT', 0, 'JUSTID')
  end
  leave(plant, args[1])
  return { 1 }
end

-- shard, place, deliveries, reason
local function bury(keys, args)
  local plant, key = keys[1], stream(keys[1], args[1])
  local entry = entry_at(key, args[2])
  if not entry then
    return { 0 }
  end
  local at = redis.call('XADD', plant .. ':dead', '*', 'id', entry.id, 'order', entry.order, 'moves', entry.moves,
    'body', entry.body, 'deliveries', args[3], 'reason', args[4])
  if redis.call('EXISTS', plant .. ':key:' .. entry.id) == 1 then
    redis.call('HSET', plant .. ':key:' .. entry.id, 'stream', 'dead', 'at', at)
  end
  count(plant, entry.order, cjson.decode(entry.moves), -1)
  redis.call('XACK', key, GROUP, args[2])
  redis.call('XDEL', key, args[2])
  return { 1 }
end

-- after (exclusive, empty for the first), limit. Answers place, id, deliveries, reason and body of each.
local function dead(keys, args)
  local from = args[1] == '' and '-' or '(' .. args[1]
  local answer = {}
  for _, found in ipairs(redis.call('XRANGE', keys[1] .. ':dead', from, '+', 'COUNT', args[2])) do
    local entry = fields(found[2])
    for _, value in ipairs({ found[1], entry.id, tonumber(entry.deliveries), entry.reason, entry.body }) do
      table.insert(answer, value)
    end
  end
  return answer
end

-- place. A dead letter goes back into the queue.
local function replay(keys, args)
  local plant, graves = keys[1], keys[1] .. ':dead'
  local entry = entry_at(graves, args[1])
  if not entry then
    return { 0, 0 }
  end
  local shard = shard_of(entry.order)
  local at = redis.call('XADD', stream(plant, shard), '*', 'id', entry.id, 'order', entry.order, 'moves', entry.moves,
    'body', entry.body)
  if redis.call('EXISTS', plant .. ':key:' .. entry.id) == 1 then
    redis.call('HSET', plant .. ':key:' .. entry.id, 'stream', shard, 'at', at)
  end
  count(plant, entry.order, cjson.decode(entry.moves), 1)
  redis.call('XDEL', graves, args[1])
  return { 1, wants_booker(plant, backlog(plant), now_ms()) }
end

-- items
local function pending(keys, args)
  local answer = redis.call('HMGET', keys[1] .. ':pending', unpack(args))
  for at = 1, #args do
    answer[at] = answer[at] or '0'
  end
  return answer
end

-- id. Answers where the entry is and its body: 'queued' or 'dead'; nothing when it has ended or never was.
local function status(keys, args)
  local plant = keys[1]
  local key = redis.call('HMGET', plant .. ':key:' .. args[1], 'stream', 'at')
  if not key[1] then
    return {}
  end
  local from = key[1] == 'dead' and plant .. ':dead' or stream(plant, key[1])
  local entry = entry_at(from, key[2])
  return entry and { key[1] == 'dead' and 'dead' or 'queued', entry.body } or {}
end

-- Answers entries that wait, the age of the oldest in milliseconds, dead letters, bookers awake.
local function lag(keys, args)
  local plant, now = keys[1], now_ms()
  local oldest = now
  for shard = 0, SHARDS - 1 do
    local first = redis.call('XRANGE', stream(plant, shard), '-', '+', 'COUNT', 1)
    if first[1] then
      oldest = math.min(oldest, tonumber(string.match(first[1][1], '^%d+')))
    end
  end
  return { backlog(plant), now - oldest, redis.call('XLEN', plant .. ':dead'),
    redis.call('ZCOUNT', plant .. ':bookers', now, '+inf') }
end

local function register(name, callback, flags)
  redis.register_function { function_name = 'takt_queue_VERSION_' .. name, callback = callback, flags = flags }
end

-- A full server takes nothing new, but what empties it goes on.
local DRAINS = { 'allow-oom' }
register('accept', accept)
register('gate', gate)
register('hold', hold, DRAINS)
register('unhold', unhold, DRAINS)
register('end_sessions', end_sessions, DRAINS)
register('claim', claim, DRAINS)
register('finish', finish, DRAINS)
register('release', release, DRAINS)
register('bury', bury, DRAINS)
register('replay', replay)
register('dead', dead, { 'no-writes' })
register('pending', pending, { 'no-writes' })
register('status', status, { 'no-writes' })
register('lag', lag, { 'no-writes' })
