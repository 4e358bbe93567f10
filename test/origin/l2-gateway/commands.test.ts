import { describe, expect, it } from 'vitest'
import { readPipeline, readSingle } from '../../../origin/l2-gateway/commands.ts'
import { encodeCommands } from '../../../origin/l2-gateway/resp-request.ts'
import { L2_GATEWAY_ARGUMENTS_MAX, L2_GATEWAY_COMMANDS_MAX } from '../../../shared/limits.ts'

const READS =
  'exists get getrange hexists hget hgetall hmget lindex llen lrange mget ping pttl sismember smembers strlen time ttl type xlen xrange xrevrange zrange zscore'.split(
    ' ',
  )
const OTHERS =
  'set del lpushx hset expire getdel getex setex append incr xadd zadd sadd rpop lpop eval evalsha eval_ro evalsha_ro fcall fcall_ro script function flushall flushdb config debug keys scan sort sort_ro multi exec watch select auth hello subscribe psubscribe monitor client cluster acl info object shutdown replicaof wait blpop xread xreadgroup restore migrate copy rename unlink publish quit reset'.split(
    ' ',
  )

describe('commands of a request', () => {
  it.each(READS.flatMap((name) => [name, name.toUpperCase()]))('may be %s', (name) => {
    expect(readSingle(JSON.stringify([name, 'k']))).toEqual([[name.toLowerCase(), 'k']])
  })

  it.each(OTHERS.flatMap((name) => [name, name.toUpperCase()]))('may not be %s', (name) => {
    expect(() => readSingle(JSON.stringify([name, 'k']))).toThrow(/^NOPERM/)
    expect(() =>
      readPipeline(
        JSON.stringify([
          ['get', 'k'],
          [name, 'k'],
        ]),
      ),
    ).toThrow(/^NOPERM/)
  })

  it.each(['', ' get', 'get ', 'get\r\nset', '__proto__', 'constructor', '\u212aeys'])(
    'may not be %j',
    (name) => expect(() => readSingle(JSON.stringify([name]))).toThrow(/^NOPERM/),
  )

  it('takes numbers and booleans as their text', () => {
    expect(readSingle('["LRANGE","l",0,-1]')).toEqual([['lrange', 'l', '0', '-1']])
    expect(readSingle('["GET",true]')).toEqual([['get', 'true']])
  })

  it.each([
    '',
    '{',
    'null',
    '{}',
    '"get"',
    '1',
    '[]',
    '[1,"k"]',
    '["get",null]',
    '["get",{}]',
    '["get",["k"]]',
  ])('are refused when the body is %s', (body) => {
    expect(() => readSingle(body)).toThrow(expect.objectContaining({ status: 400 }))
    expect(() => readPipeline(`[["ping"],${body}]`)).toThrow(
      expect.objectContaining({ status: 400 }),
    )
  })

  it('may be none in a pipeline', () => {
    expect(readPipeline('[]')).toEqual([])
  })

  it('are bounded in number and in arguments', () => {
    const commands = (count: number) => JSON.stringify(Array(count).fill(['ping']))
    expect(readPipeline(commands(L2_GATEWAY_COMMANDS_MAX))).toHaveLength(L2_GATEWAY_COMMANDS_MAX)
    expect(() => readPipeline(commands(L2_GATEWAY_COMMANDS_MAX + 1))).toThrow(/at most/)

    const wide = (count: number) => JSON.stringify(['mget', ...Array(count - 1).fill('k')])
    expect(readSingle(wide(L2_GATEWAY_ARGUMENTS_MAX))).toHaveLength(1)
    expect(() => readSingle(wide(L2_GATEWAY_ARGUMENTS_MAX + 1))).toThrow(/at most/)
  })

  it('count the bytes of their arguments, not the characters', () => {
    expect(encodeCommands([['get', 'é😀\r\n']])).toBe('*2\r\n$3\r\nget\r\n$8\r\né😀\r\n\r\n')
  })
})
