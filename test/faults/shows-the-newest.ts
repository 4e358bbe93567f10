import { until } from '../../scripts/local/until.ts'
import { compareIds } from '../../shared/ids.ts'
import { ask, idsOn } from '../support/client.ts'
import type { FaultyStack, Person } from './faulty-stack.ts'
import { FEED, type WarmReaders } from './warm-readers.ts'

const SETTLED_MS_MAX = 30_000

/** Complete, and equal to everything that was acknowledged, whoever serves it. */
export const showsTheNewest = ({ edgeUrl }: FaultyStack, warm: WarmReaders, as: Person) =>
  until(
    async () => {
      const page = await ask(edgeUrl, 'GET', `${FEED}&limit=50`, { as })
      const newest = [...warm.acknowledged.keys()].toSorted(compareIds).toReversed().slice(0, 50)
      return page.json['completeness'] === 'complete' && idsOn(page).join() === newest.join()
    },
    { deadlineMs: SETTLED_MS_MAX, what: 'a complete page of the newest 50', everyMs: 100 },
  )
