import { describe, expect, it } from 'vitest'
import { walk } from '../../../edge/web/walk.js'

interface Entry {
  post: { id: string }
}

const entries = (...ids: string[]): Entry[] => ids.map((id) => ({ post: { id } }))
const idsOf = (found: Entry[]) => found.map(({ post }) => post.id)

describe('a walk through a paged list', () => {
  it('asks for the page behind the last one until there is none', async () => {
    const asked: (string | null)[] = []
    const path = walk(async (cursor: string | null) => {
      asked.push(cursor)
      return cursor === null
        ? { entries: entries('3', '2'), nextCursor: 'after 2' }
        : { entries: entries('1'), nextCursor: null }
    })

    expect(idsOf(await path.next())).toEqual(['3', '2'])
    expect(path.ended).toBe(false)
    expect(idsOf(await path.next())).toEqual(['1'])
    expect(path.ended).toBe(true)
    expect(asked).toEqual([null, 'after 2'])
  })

  it('does not return a post again that another way has brought', async () => {
    const path = walk(async () => ({ entries: entries('9', '8', '8'), nextCursor: null }))
    path.claim('9')

    expect(idsOf(await path.next())).toEqual(['8'])
  })

  it('asks for the same page again after a failure', async () => {
    let calls = 0
    const path = walk(async (cursor: string | null) => {
      calls += 1
      if (calls === 2) throw new TypeError('the network is gone')
      return { entries: entries(String(calls)), nextCursor: cursor === null ? 'second' : null }
    })
    await path.next()

    await expect(path.next()).rejects.toThrow('the network is gone')
    expect(path.ended).toBe(false)
    expect(idsOf(await path.next())).toEqual(['3'])
    expect(path.ended).toBe(true)
  })
})
