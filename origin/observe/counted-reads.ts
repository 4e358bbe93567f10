import type { WaveAnswer, WaveRequest } from '../../shared/feed/wave.ts'
import type { Waves } from '../ports/waves.ts'

/** Hits of one kind, of all that were asked for. */
type CountRead = (kind: string, hits: number, misses: number) => void

/** A memory of this process, an object of functions, that says what it had. */
export const countedLookUps = <Id, Value, Kept extends { get(id: Id): Value | undefined }>(
  kept: Kept,
  count: (hits: number, misses: number) => void,
): Kept => ({
  ...kept,
  get(id: Id) {
    const value = kept.get(id)
    if (value === undefined) count(0, 1)
    else count(1, 0)
    return value
  },
})

/**
 * Waves that say what Redis had, each kind apart. What is there may still be too old for a page; texts of
 * posts are left out, since those who read them know which of them they could use.
 */
export const countedWaves = (waves: Waves, count: CountRead): Waves => ({
  async send(request) {
    const answer = await waves.send(request)
    for (const { kind, asked, found } of reads(request, answer)) {
      if (asked > 0) count(kind, found, asked - found)
    }
    return answer
  },
})

function reads(
  request: WaveRequest,
  answer: WaveAnswer,
): readonly { readonly kind: string; readonly asked: number; readonly found: number }[] {
  const { lists = [], heads = [], users = [], counts = [], viewers = [], sessions = [] } = request
  const timelines = lists.filter((key) => key.includes(':t:'))
  const read = timelines.filter((key) => answer.lists.has(key))
  return [
    { kind: 'timeline', asked: timelines.length, found: read.length },
    {
      kind: 'author-list',
      asked: lists.length - timelines.length,
      found: answer.lists.size - read.length,
    },
    { kind: 'post-head', asked: heads.length, found: answer.heads.size },
    { kind: 'user', asked: users.length, found: answer.users.size },
    { kind: 'user-counts', asked: counts.length, found: answer.counts.size },
    { kind: 'viewer-record', asked: viewers.length, found: answer.viewers.size },
    { kind: 'session', asked: sessions.length, found: answer.sessions.size },
  ]
}
