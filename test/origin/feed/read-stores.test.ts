import { expect, it } from 'vitest'
import { labels as noLabels } from '../../../origin/feed/query/labels.ts'
import { readStores, type Budget } from '../../../origin/feed/query/read-stores.ts'
import type { Truth } from '../../../origin/ports/truth.ts'
import { AppError } from '../../../shared/errors.ts'
import { PAGE_POSTGRES_MS_MAX, PAGE_SOURCES_MS_MAX } from '../../../shared/limits.ts'

type Patience = Parameters<Budget['run']>[1]

/** A read whose clock moves while it waits for its turn, and while Postgres answers. */
function aRead({ turnMs, answerMs }: { readonly turnMs: number; readonly answerMs: number }) {
  let nowMs = 0
  const asked: Patience[] = []
  const labels = noLabels()
  const budget: Budget = {
    async run(work, patience) {
      asked.push(patience)
      if (patience === undefined) throw new TypeError('a read without a bound')
      nowMs += Math.min(turnMs, patience.turnMsMax)
      if (turnMs > patience.turnMsMax) throw new AppError('OVERLOADED', 'no turn in time')
      const answer = await work()
      nowMs += Math.min(answerMs, patience.answerMsMax)
      if (answerMs > patience.answerMsMax) throw new AppError('STORE_UNAVAILABLE', 'late')
      return answer
    },
  }
  const unused = () => expect.unreachable()
  const deps = { waves: { send: unused }, truth: {} as Truth, budget, now: () => nowMs }
  return { stores: readStores(deps, labels), labels, asked }
}

const found = () => Promise.resolve('found')

it('gives all sources of a read one time to wait for their turn', async () => {
  const { stores, labels, asked } = aRead({ turnMs: 20, answerMs: 1 })
  const answers = []
  for (const source of ['viewer-record', 'timeline', 'fragments', 'relations']) {
    answers.push(await stores.truth(source, found))
  }

  expect(asked.map((patience) => patience?.turnMsMax)).toEqual(
    [0, 20, 40, 50].map((waited) => PAGE_SOURCES_MS_MAX - waited),
  )
  expect(answers).toEqual(['found', 'found', undefined, undefined])
  expect([labels.completeness(), labels.missing()]).toEqual(['partial', ['fragments', 'relations']])
})

it('has its page before the edge gives up, however slow Postgres is', async () => {
  const { stores, labels, asked } = aRead({ turnMs: 0, answerMs: 700 })
  const answers = []
  for (const source of ['viewer-record', 'timeline', 'fragments', 'relations']) {
    answers.push(await stores.truth(source, found))
  }

  expect(asked.map((patience) => patience?.answerMsMax)).toEqual(
    [0, 700, 1_400].map((spent) => PAGE_POSTGRES_MS_MAX - spent),
  )
  expect(answers).toEqual(['found', 'found', undefined, undefined])
  expect([labels.completeness(), labels.missing()]).toEqual([
    'degraded',
    ['fragments', 'relations'],
  ])
})
