"""What `RedisRateLimiter` runs inside Redis, whose clock is the time of all processes."""

from typing import Final

TAKE: Final = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local rate, wanted, lease = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local ahead, late, bucket = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local member, known, seconds = ARGV[7], ARGV[8], tonumber(ARGV[9])
local gate, slots, processes = KEYS[1], KEYS[2], KEYS[3]
local function whole(number) return string.format('%.0f', number) end

redis.call('ZADD', processes, whole(now), member)
redis.call('ZREMRANGEBYSCORE', processes, '-inf', whole(now - 60000000))
redis.call('PEXPIRE', processes, 120000)
local missed = 0
for index = 10, #ARGV do missed = missed + redis.call('ZREM', slots, ARGV[index]) end

local state = redis.call('HMGET', gate, 'next', 'until', 'share', 'since')
local next, pause = tonumber(state[1]), tonumber(state[2]) or 0
local share = tonumber(state[3]) or 1
if share < 1 then
  share = math.min(1, share + 0.1 * math.floor(math.max(0, now - tonumber(state[4])) / 60000000))
end
local answer = {whole(math.max(0, pause - now)), 0, redis.call('ZCARD', processes), whole(share * 1000000)}
if pause > now then return answer end

-- At most `calls` in any `window`, which is longer by what a call may leave too late.
local calls = math.ceil(rate * share * seconds - 0.00001)
local spacing = 1000000 / (rate * share)
local stored = redis.call('HMGET', gate, 'late', 'late_until')
local latest = tonumber(stored[1]) or 0
if late >= latest or now > tonumber(stored[2]) then
  latest = late
  redis.call('HSET', gate, 'late', late, 'late_until', whole(now + 60000000 + calls * spacing))
end
local window = calls * spacing + latest
local soon = math.ceil(rate * share) * spacing + latest -- a window of a second, also for a budget a minute
local last = tonumber(redis.call('ZRANGE', slots, -1, -1, 'WITHSCORES')[2]) or 0
if last > now + window + ahead then
  redis.call('DEL', slots) -- the clock of the server went back
  next, known = nil, 'seen'
end
local earliest = now - bucket
if known == 'alone' or (known == 'seen' and not next) then
  -- In an outage, and before a restart that has forgotten it, calls left that nobody counts here.
  earliest = now + soon
elseif not next then
  earliest = now
end
if not next then redis.call('HSET', gate, 'given', whole(now)) end -- no number comes twice
redis.call('ZREMRANGEBYSCORE', slots, '-inf', whole(now - window))
next = math.max((next or now) - missed * spacing, earliest)
local id = redis.call('HINCRBY', gate, 'given', wanted) - wanted
local slot = now
wanted = math.min(wanted, math.max(1, math.floor(lease / spacing)))
for index = 1, wanted do
  slot = math.max(slot, next)
  local oldest = redis.call('ZRANGE', slots, -calls, -calls, 'WITHSCORES')[2]
  if oldest then slot = math.max(slot, tonumber(oldest) + window) end
  if index == 1 and slot > now + ahead then
    answer[2] = whole(slot - now - ahead / 2) -- not given out so early: who has it may miss it
    break
  end
  next = next + spacing
  redis.call('ZADD', slots, whole(slot), whole(id + index))
  answer[#answer + 1] = whole(slot - now)
  answer[#answer + 1] = id + index
end
redis.call('HSET', gate, 'next', whole(next))
local kept = whole(math.max(600000, (slot - now) / 1000 + 60000))
redis.call('PEXPIRE', gate, kept)
redis.call('PEXPIRE', slots, kept)
return answer
"""
"""Takes slots in a row. Returns microseconds of a pause, microseconds after which to ask again where the next slot is too
far away, the number of processes, millionths of the rate that are used after refusals, and for each slot the microseconds
until it and its number. Numbers of slots that were missed go in."""

PAUSE: Final = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local before = tonumber(redis.call('HGET', KEYS[1], 'until')) or 0
local ends = math.max(before, now + tonumber(ARGV[1]))
redis.call('HSET', KEYS[1], 'until', string.format('%.0f', ends), 'next', string.format('%.0f', ends))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(600000, (ends - now) / 1000 + 60000)))
return before <= now and 1 or 0
"""
"""Lets nothing pass for a time. Returns 1 where no pause was under way: the refusals of one pause are one."""

LEFT: Final = """
local t = redis.call('TIME')
redis.call('ZADD', KEYS[1], string.format('%.0f', t[1] * 1000000 + t[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], 600000)
return 0
"""
"""Has a slot count from now."""

HALVE: Final = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local state = redis.call('HMGET', KEYS[1], 'share', 'since')
local share, since = tonumber(state[1]) or 1, tonumber(state[2]) or 0
if share < 1 then share = math.min(1, share + 0.1 * math.floor(math.max(0, now - since) / 60000000)) end
if now - since < tonumber(ARGV[1]) then return {0, string.format('%.0f', share * 1000000)} end
share = math.max(0.0625, share / 2)
redis.call('HSET', KEYS[1], 'share', share, 'since', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], 660000)
return {1, string.format('%.0f', share * 1000000)}
"""
"""Halves the rate, unless that was just done. Returns whether, and millionths of the rate that are used from now on."""
