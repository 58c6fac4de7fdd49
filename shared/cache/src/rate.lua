#!lua name=takt_rate
-- How often somebody may call: GCRA, the generic cell rate algorithm (ITU-T I.371, annex A). A key holds the theoretical
-- arrival time: when the next call would come if all of them kept the rate.
-- KEYS: caller. ARGV: microseconds between two calls, how many may come at once.
-- Answers 0, or after how many milliseconds to come again.
redis.register_function('takt_rate_1', function(keys, args)
  local time = redis.call('TIME')
  local now = time[1] * 1000000 + time[2]
  local between, burst = tonumber(args[1]), tonumber(args[2])
  local due = tonumber(redis.call('GET', keys[1]) or now)
  local next_due = math.max(due, now) + between
  local wait = next_due - between * burst - now
  if wait > 0 then return math.ceil(wait / 1000) end
  redis.call('SET', keys[1], string.format('%.0f', next_due), 'PX', math.ceil((next_due - now) / 1000))
  return 0
end)
