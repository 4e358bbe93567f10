import { describe, expect, it } from 'vitest'
import { countedLookUps, countedWaves } from '../../../origin/observe/counted-reads.ts'
import { memoryNode } from '../../../origin/adapters/memory/node.ts'
import { memoryWaves } from '../../../origin/adapters/memory/waves.ts'
import { keys } from '../../../shared/keys.ts'
import { aPost, aUser } from '../../support/feed-builders.ts'

describe('reads that are counted', () => {
  it('say of each kind what was there, and nothing of what was not asked for', async () => {
    const seen: unknown[] = []
    const waves = countedWaves(memoryWaves(memoryNode()), (...read) => seen.push(read))
    const [viewer, author] = [aUser(), aUser()]
    await waves.send({
      viewers: [viewer],
      lists: [keys.timeline(viewer), keys.authorList(author), keys.authorList(viewer)],
      posts: [aPost()],
    })

    expect(seen).toEqual([
      ['timeline', 0, 1],
      ['author-list', 0, 2],
      ['viewer-record', 0, 1],
    ])
  })

  it('tell a look-up that found something from one that did not', () => {
    const seen: unknown[] = []
    const numbers = { get: (id: string) => (id === 'a' ? 1 : undefined) }
    const kept = countedLookUps(numbers, (...read) => seen.push(read))

    expect(kept.get('a')).toBe(1)
    expect(kept.get('b')).toBeUndefined()
    expect(seen).toEqual([
      [1, 0],
      [0, 1],
    ])
  })
})
