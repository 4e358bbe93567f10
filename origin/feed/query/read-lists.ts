import type { WaveAnswer } from '../../../shared/feed/wave.ts'
import type { ListKey } from '../../../shared/keys.ts'
import type { Tail } from '../../ports/tail.ts'
import type { FeedQuery } from './feed-query.ts'
import type { KeptList, KeptLists } from './kept-lists.ts'
import { listsRead, type ListsRead } from './lists-read.ts'

export interface ReadListsDeps {
  readonly tail: Tail
  readonly kept: KeptLists
}

/**
 * Lists from memory where a copy stands, whole from Redis where none does. A copy that turns out to be of
 * another list costs a second wave. `undefined`: Redis does not answer.
 *
 * Which of them may be believed is judged when the answer is called, which is to be done at the moment at which
 * the tail is asked for the rest: in between it could let go of what the lists lack.
 */
export async function readLists(
  { tail, kept }: ReadListsDeps,
  { stores, asOf }: Pick<FeedQuery, 'stores' | 'asOf'>,
  keys: ReadonlySet<ListKey>,
): Promise<(() => ListsRead) | undefined> {
  const copied = [...keys].filter((key) => kept.has(key))
  const lists = copied.length === 0 ? [...keys] : [...keys].filter((key) => !copied.includes(key))
  const answer = await stores.wave(copied.length === 0 ? { lists } : { lists, newest: copied })
  if (answer === undefined) return undefined
  const fallen = copied.filter((key) => kept.find(key, answer) === undefined)
  const again = fallen.length === 0 ? undefined : await stores.wave({ lists: fallen })
  if (fallen.length > 0 && again === undefined) return undefined

  return () => {
    // Judged together: while the second wave was under way, the tail moved on.
    const standing = new Map<ListKey, KeptList>()
    for (const key of copied) {
      const list = fallen.includes(key) ? undefined : kept.find(key, answer)
      if (list !== undefined) standing.set(key, list)
    }
    const reads = [answer, again].map((each) => listsRead(each, asOf.epoch, tail))
    keepRead(kept, lists, answer, reads[0])
    if (again !== undefined) keepRead(kept, fallen, again, reads[1])
    return {
      list: (key) => standing.get(key) ?? reads.map((read) => read.list(key)).find((list) => list),
      exceptions: [
        ...reads.flatMap(({ exceptions }) => exceptions),
        ...[...standing.values()].flatMap(({ exceptions }) => exceptions),
      ],
    }
  }
}

function keepRead(
  kept: KeptLists,
  keys: readonly ListKey[],
  answer: WaveAnswer,
  read: ListsRead | undefined,
): void {
  for (const key of keys) if (read?.list(key) !== undefined) kept.keep(key, answer)
}
