import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { PLANTED } from './planted.ts'
import { CRASH_POINTS } from './points.ts'

const ROOT = path.resolve(import.meta.dirname, '..', '..')
const ALL = CRASH_POINTS.map((point) => ({ ...point, replacements: [point.replacement] }))

describe('a crash point', () => {
  it.each([...ALL, ...PLANTED])('is where its source says: $name', ({ replacements }) => {
    for (const { file, find } of replacements) {
      const source = readFileSync(path.join(ROOT, file), 'utf8')
      expect(source.split(find).length - 1, `${file}: ${find}`).toBe(1)
    }
  })

  it('lies between each two steps of a post’s way', () => {
    const pairs = new Set(CRASH_POINTS.map(({ pair }) => pair))
    expect([...pairs]).toEqual(['commit, publish', 'publish, apply', 'apply, ack'])
  })

  it('has a name of its own', () => {
    expect(new Set(CRASH_POINTS.map(({ name }) => name)).size).toBe(CRASH_POINTS.length)
  })
})
