import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeCommand, encodePushes, respReader } from '../../../../origin/adapters/redis/resp.ts'
import type { Reply } from '../../../../shared/feed/wave.ts'

const reply: fc.Arbitrary<Reply> = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { maxDepth: 3 },
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme' }),
    fc.constant(null),
    fc.array(tie('reply'), { maxLength: 4 }),
  ),
})).reply

function wireOf(value: Reply): string {
  if (value === null) return '$-1\r\n'
  if (typeof value === 'number') return `:${value}\r\n`
  if (typeof value === 'string') return `$${Buffer.byteLength(value)}\r\n${value}\r\n`
  if (value instanceof Error) return `-${value.message}\r\n`
  return `*${value.length}\r\n${value.map(wireOf).join('')}`
}

function read(pieces: readonly Buffer[]): readonly Reply[] {
  const replies: Reply[] = []
  const take = respReader((each) => replies.push(each))
  for (const piece of pieces) take(piece)
  return replies
}

describe('replies of a node', () => {
  it('are read whole, in whatever pieces they come', () => {
    fc.assert(
      fc.property(fc.array(reply), fc.array(fc.nat(400)), (values, cuts) => {
        const bytes = Buffer.from(values.map(wireOf).join(''))
        const ends = [...cuts.filter((cut) => cut < bytes.length), bytes.length]
        const pieces = ends
          .toSorted((a, b) => a - b)
          .map((end, at, all) => bytes.subarray(all[at - 1] ?? 0, end))
        expect(read(pieces)).toEqual(values)
      }),
    )
  })

  it.each([':12a\r\n', ':\u00002\r\n', ':7\rx', 'HTTP/1.1 400\r\n', '!\r\n'])(
    '%j is none',
    (text) => {
      expect(() => read([Buffer.from(text)])).toThrow('does not speak RESP2')
    },
  )

  it('say what went wrong', () => {
    expect(read([Buffer.from('-LOADING wait\r\n')])).toEqual([new Error('LOADING wait')])
  })
})

it('pushes that are encoded together read as those that are encoded alone', () => {
  const lists = ['{00}:t:1', '{ff}:t:12345678901234567890']
  expect(encodePushes(lists, '42').map(encodeCommand)).toEqual(
    lists.map((list) => encodeCommand(['LPUSHX', list, '42'])),
  )
})
