import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../../scripts/local/until.ts'
import type { Ledger } from './ledger.ts'
import { openLoop, percentile } from './open-loop.ts'
import type { Person } from './people.ts'

const WRITE_EVERY_MS = 100
/** Of so many writes one is a deletion, and one a mute or its end. */
const TURNS = 4
/** Few, so that the others' pages can be judged at any time. */
const MUTING_READERS = 3
const HEALED_MS_MAX = 30_000

/** Reads and writes that go on whatever happens, with every page judged. */
export interface JudgedLoad {
  /** Milliseconds from now until every reader's page is right and complete. */
  healed(): Promise<number>
  stop(): Promise<{
    readonly found: Readonly<Record<string, string | number>>
    readonly problems: readonly string[]
  }>
}

export interface JudgedLoadOptions {
  readonly ledger: Ledger
  readonly authors: readonly Person[]
  readonly readers: readonly Person[]
  readonly perSecond: number
}

export function judgedLoad({ ledger, authors, readers, perSecond }: JudgedLoadOptions): JudgedLoad {
  const ending = new AbortController()
  const problems: string[] = []
  const latencies: number[] = []
  const labels = new Map<string, number>()

  const read = async (reader: Person, fresh: boolean): Promise<boolean> => {
    const { page, wrong, isComplete } = await ledger.read(reader, { fresh })
    const label = `${page.servedBy ?? page.status} ${String(page.json['completeness'])}`
    labels.set(label, (labels.get(label) ?? 0) + 1)
    if (wrong !== undefined) problems.push(wrong)
    return isComplete && wrong === undefined
  }
  const reading = openLoop({
    perSecond,
    goesOn: () => !ending.signal.aborted,
    async send(nth, dueAt) {
      const reader = readers[nth % readers.length]
      if (reader === undefined) throw new Error('nobody reads')
      await read(reader, nth % 2 === 0).catch((error: unknown) => problems.push(String(error)))
      latencies.push(performance.now() - dueAt)
    },
  })
  const writing = write(ledger, { authors, readers }, ending.signal).catch((error: unknown) =>
    problems.push(String(error)),
  )

  return {
    async healed() {
      const startedAt = performance.now()
      await until(
        async () => (await Promise.all(readers.map((each) => read(each, true)))).every(Boolean),
        {
          deadlineMs: HEALED_MS_MAX,
          what: 'right and complete pages of everybody',
          everyMs: 50,
        },
      )
      return performance.now() - startedAt
    },
    async stop() {
      ending.abort()
      await Promise.all([reading, writing])
      const answers = [...labels].map(([label, times]) => `${label} ${times}`).join(', ')
      const found = {
        reads: latencies.length,
        writes: ledger.writes,
        'p99 ms': Math.round(percentile(latencies, 0.99)),
        answers,
      }
      return { found, problems: [...new Set(problems)] }
    },
  }
}

async function write(
  ledger: Ledger,
  { authors, readers }: Pick<JudgedLoadOptions, 'authors' | 'readers'>,
  signal: AbortSignal,
): Promise<void> {
  for (let nth = 0; !signal.aborted; nth += 1) {
    const author = authors[nth % authors.length]
    const reader = readers[nth % MUTING_READERS]
    if (author === undefined || reader === undefined) throw new Error('nobody writes')
    if (nth % TURNS === 1) await ledger.remove()
    else if (nth % TURNS === 3) await ledger.turnMute(reader, author)
    else await ledger.post(author, `the ${nth}th`)
    await delay(WRITE_EVERY_MS)
  }
}
