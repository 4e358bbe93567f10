import { describe, expect, it } from 'vitest'
import { fieldsOfCsv } from '../../../scripts/import/csv.ts'
import { linesOf, type Line } from '../../../scripts/import/lines.ts'
import { recordsOf } from '../../../scripts/import/records.ts'
import { declaredColumns } from '../../../scripts/import/rows.ts'

/** Cut into pieces of any size: a stream breaks where it likes. */
async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const collected = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

const csv = (text: string, bytesMax = 100) =>
  collected(recordsOf(linesOf(pieces(text, 7), { bytesMax }), 'csv', { bytesMax }))

describe('lines', () => {
  it.each([1, 2, 3, 1_000])('are the same in pieces of %d bytes', async (size) => {
    const text = '\uFEFFone\r\nzwei ü\n\n四\nlast'
    const lines = await collected(linesOf(pieces(text, size), { bytesMax: 100 }))
    expect(lines).toEqual([
      { number: 1, text: 'one' },
      { number: 2, text: 'zwei ü' },
      { number: 3, text: '' },
      { number: 4, text: '四' },
      { number: 5, text: 'last' },
    ] satisfies Line[])
  })

  it('go on after one that is too long, and after those that are worked off', async () => {
    const text = `a\n${'x'.repeat(5_000)}\nb\nc\n`
    const all = await collected(linesOf(pieces(text, 64), { bytesMax: 100 }))
    expect(all.map(({ number, reason }) => [number, reason])).toEqual([
      [1, undefined],
      [2, 'longer than 100 bytes'],
      [3, undefined],
      [4, undefined],
    ])
    const rest = await collected(linesOf(pieces(text, 64), { bytesMax: 100, after: 3 }))
    expect(rest).toEqual([{ number: 4, text: 'c' }])
  })
})

describe('CSV', () => {
  it.each([
    ['a,b,c', ['a', 'b', 'c']],
    ['a,,', ['a', '', '']],
    ['"a, b","say ""hi""",', ['a, b', 'say "hi"', '']],
    ['"x"y,z', ['xy', 'z']],
    ['a "b",c', ['a "b"', 'c']],
    ['', ['']],
  ])('splits %j', (text, fields) => expect(fieldsOfCsv(text)).toEqual(fields))

  it('may hold line ends between quotes', async () => {
    expect(await csv('1,"two\nlines"\n2,one\n')).toMatchObject([
      { line: 1, endLine: 2, values: ['1', 'two\nlines'] },
      { line: 3, endLine: 3, values: ['2', 'one'] },
    ])
  })

  it('loses one line to a quote that does not close, not the rest of the file', async () => {
    const rows = Array.from({ length: 40 }, (_, at) => `${at},fine`)
    const records = await csv(['0,"open', ...rows].join('\n'))
    expect(records[0]).toMatchObject({ line: 1, reason: 'a quote that does not close' })
    expect(records.slice(1).map(({ values }) => values)).toEqual(rows.map((row) => row.split(',')))
  })
})

describe('declared columns', () => {
  const columns = { follower: 'required', followee: 'required', at: 'optional' } as const

  it('are places, or names', () => {
    expect(declaredColumns('follower,followee,-', columns)).toMatchObject({ kind: 'places' })
    expect(declaredColumns('at=t', columns)).toEqual({
      kind: 'names',
      theirs: new Map([['at', 't']]),
    })
    expect(declaredColumns(undefined, columns)).toEqual({ kind: 'names', theirs: new Map() })
  })

  it.each(['follower,whom', 'since=t', 'follower,at=t'])('are refused as %s', (words) => {
    expect(() => declaredColumns(words, columns)).toThrow(/There is no column|mixes/)
  })
})
