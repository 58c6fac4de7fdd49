#!lua name=takt_cache
-- The part of the protocol that runs in Redis; it is explained at the head of the crate.
-- What must not outlive the server stands in these variables: they begin anew when it does, or when this is loaded again.
local VERSION, LEASE_MS, MARK_MS = '@VERSION@', @LEASE_MS@, @MARK_MS@

local life            -- the name of this life of the library
local quiet_until     -- no token before: writers of an earlier life may still be at work
local clock = 0       -- counts tokens, marks and writes, so that all of them have an order
local marks = {}      -- tag -> number of a writer -> when its mark lapses
local written = {}    -- tag -> clock of the last write
local earlier = {}    -- the same before the last turn
local turned          -- when what is over was last thrown away

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function turn(now)
  for tag, writers in pairs(marks) do
    for writer, lapses in pairs(writers) do
      if lapses <= now then writers[writer] = nil end
    end
    if next(writers) == nil then marks[tag] = nil end
  end
  earlier, written, turned = written, {}, now
end

local function awake()
  local now = now_ms()
  if not life then
    local born = redis.call('TIME')
    life = born[1] .. '.' .. born[2]
    quiet_until = now + MARK_MS
    turned = now
  end
  -- No entry or token that is older than two leases is of use to anybody, so neither is a write that only voids those.
  if now - turned >= 2 * LEASE_MS then turn(now) end
  return now
end

local function marked(tag, now)
  local writers = marks[tag]
  if writers then
    for _, lapses in pairs(writers) do
      if lapses > now then return true end
    end
  end
  return false
end

local function last_write(tag)
  return written[tag] or earlier[tag] or 0
end

-- KEYS: entry. ARGV: version, tags. Answers fresh and the body, or token and what fill needs, or store.
local function look(keys, args)
  if args[1] ~= VERSION then return {'version'} end
  local now = awake()
  local entry = redis.call('HMGET', keys[1], 'life', 'token', 'read_ms')
  local token = entry[1] == life and now < entry[3] + LEASE_MS and tonumber(entry[2])
  for i = 2, #args do
    if marked(args[i], now) then return {'store'} end
    if token and last_write(args[i]) > token then token = false end
  end
  if token then return {'fresh', redis.call('HGET', keys[1], 'body')} end
  if now < quiet_until then return {'store'} end
  clock = clock + 1
  return {'token', life, clock, now}
end

-- KEYS: entry. ARGV: version, life, token and time of the token, how long to keep it in ms, body.
local function fill(keys, args)
  if args[1] ~= VERSION then return {'version'} end
  awake()
  local known = redis.call('HGET', keys[1], 'read_ms')
  if known and tonumber(known) > tonumber(args[4]) then return {'older'} end
  redis.call('HSET', keys[1], 'life', args[2], 'token', args[3], 'read_ms', args[4], 'body', args[6])
  redis.call('PEXPIRE', keys[1], args[5])
  return {'filled'}
end

-- ARGV: version, tags.
local function begin(_, args)
  if args[1] ~= VERSION then return {'version'} end
  local now = awake()
  clock = clock + 1
  for i = 2, #args do
    local tag = args[i]
    marks[tag] = marks[tag] or {}
    marks[tag][clock] = now + MARK_MS
  end
  return {'marked', life, clock}
end

-- ARGV: version, life and number of the mark ('' and 0 for none), whether it was booked (1 or 0), tags.
local function finish(_, args)
  if args[1] ~= VERSION then return {'version'} end
  awake()
  local writer = args[2] == life and tonumber(args[3])
  clock = clock + 1
  for i = 5, #args do
    local tag = args[i]
    if writer and marks[tag] then
      marks[tag][writer] = nil
      if next(marks[tag]) == nil then marks[tag] = nil end
    end
    if args[4] == '1' then written[tag] = clock end
  end
  return {'finished'}
end

-- None but fill writes to the key space, so that a full or read-only server still lets the others do their work.
redis.register_function{function_name = 'takt_cache_look', callback = look, flags = {'no-writes'}}
redis.register_function{function_name = 'takt_cache_fill', callback = fill}
redis.register_function{function_name = 'takt_cache_begin', callback = begin, flags = {'no-writes'}}
redis.register_function{function_name = 'takt_cache_finish', callback = finish, flags = {'no-writes'}}
