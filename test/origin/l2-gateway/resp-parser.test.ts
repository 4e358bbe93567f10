import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ProtocolError,
  respParser,
  type ReplySink,
} from '../../../origin/l2-gateway/resp-parser.ts'
import { SEED } from './seed.ts'

type Reply =
  | { status: string }
  | { error: string }
  | { integer: bigint }
  | { bulk: Uint8Array }
  | { nil: 'string' | 'array' }
  | { array: readonly Reply[] }

const line = fc.string({ unit: fc.constantFrom('A', 'z', ' ', '$', '*', ':', '-', '1', 'é', '😀') })
const { reply } = fc.letrec<{ reply: Reply }>((tie) => ({
  reply: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({ status: line }),
    fc.record({ error: line }),
    fc.record({ integer: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
    // Bytes that look like the protocol's own are the interesting ones.
    fc.record({ bulk: fc.uint8Array({ maxLength: 40 }) }),
    fc.record({ bulk: line.map((text) => Buffer.from(`\r\n${text}\r\n$3\r\n`)) }),
    fc.record({ nil: fc.constantFrom('string' as const, 'array' as const) }),
    fc.record({ array: fc.array(tie('reply'), { maxLength: 5 }) }),
  ),
}))

function encode(value: Reply): Buffer {
  if ('status' in value) return Buffer.from(`+${value.status}\r\n`)
  if ('error' in value) return Buffer.from(`-${value.error}\r\n`)
  if ('integer' in value) return Buffer.from(`:${value.integer}\r\n`)
  if ('nil' in value) return Buffer.from(value.nil === 'string' ? '$-1\r\n' : '*-1\r\n')
  if ('array' in value) {
    return Buffer.concat([Buffer.from(`*${value.array.length}\r\n`), ...value.array.map(encode)])
  }
  return Buffer.concat([Buffer.from(`$${value.bulk.length}\r\n`), value.bulk, Buffer.from('\r\n')])
}

/** What a sink hears of a reply, in the same words as `heardFrom`. */
function said(value: Reply): string[] {
  if ('status' in value) return [`+${value.status}`]
  if ('error' in value) return [`-${value.error}`]
  if ('integer' in value) return [`:${value.integer}`]
  if ('nil' in value) return ['nil']
  if ('array' in value) return [`[${value.array.length}`, ...value.array.flatMap(said), ']']
  return [`$${Buffer.from(value.bulk).toString('hex')}`]
}

function listener(accepts: (bytes: number) => boolean = () => true) {
  const heard: string[] = []
  const say = (text: string): void => void heard.push(text)
  const sink: ReplySink = {
    accepts,
    status: (text) => say(`+${text}`),
    error: (text) => say(`-${text}`),
    integer: (digits) => say(`:${digits}`),
    bulk: (bytes) => say(`$${bytes.toString('hex')}`),
    nil: () => say('nil'),
    open: (length) => say(`[${length}`),
    close: () => say(']'),
  }
  const parse = respParser({ next: () => sink, ended: () => say('.') })
  return { heard, parse }
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length]
  places.sort((one, other) => one - other)
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

describe('the RESP parser', () => {
  it('hears the same replies however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(reply, { minLength: 1 }), fc.array(fc.nat()), (replies, cuts) => {
        const { heard, parse } = listener()
        for (const chunk of cutAt(Buffer.concat(replies.map(encode)), cuts)) parse(chunk)
        expect(heard).toEqual(replies.flatMap((each) => [...said(each), '.']))
      }),
      { seed: SEED, numRuns: 500 },
    )
  })

  it('hears the same replies byte by byte', () => {
    fc.assert(
      fc.property(reply, (each) => {
        const { heard, parse } = listener()
        for (const byte of encode(each)) parse(Buffer.of(byte))
        expect(heard).toEqual([...said(each), '.'])
      }),
      { seed: SEED },
    )
  })

  it('throws away the strings that nobody wants, and stays in step', () => {
    fc.assert(
      fc.property(fc.array(reply, { minLength: 1 }), fc.array(fc.nat()), (replies, cuts) => {
        const { heard, parse } = listener((bytes) => bytes < 10)
        for (const chunk of cutAt(Buffer.concat(replies.map(encode)), cuts)) parse(chunk)
        const small = (text: string): boolean => !text.startsWith('$') || text.length < 1 + 2 * 10
        expect(heard).toEqual(replies.flatMap((each) => [...said(each).filter(small), '.']))
      }),
      { seed: SEED },
    )
  })

  it.each([
    ['an unknown type', '!oops\r\n'],
    ['an HTTP answer', 'HTTP/1.1 400 Bad Request\r\n'],
    ['a length of letters', '$abc\r\n'],
    ['a negative length', '$-2\r\n'],
    ['no length', '*\r\n'],
    ['a length beyond 512 MB', '$536870913\r\n'],
    ['an endless length', '*99999999999\r\n'],
    ['a string longer than it says', '$3\r\nabcd\r\n'],
    ['a carriage return alone', '+OK\rX\n'],
    ['an integer with a fraction', ':1.5\r\n'],
    ['an integer that JSON would not read', ':01\r\n'],
    ['arrays without a bottom', '*1\r\n'.repeat(40)],
    ['a line without an end', 'x'.repeat(70_000)],
  ])('refuses %s', (_what, bytes) => {
    expect(() => listener().parse(Buffer.from(bytes))).toThrow(ProtocolError)
  })

  it('refuses a divided string longer than it says', () => {
    const { parse } = listener()
    parse(Buffer.from('$3\r\nab'))
    expect(() => parse(Buffer.from('cd\r\n'))).toThrow(ProtocolError)
  })
})
