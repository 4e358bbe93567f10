import { run } from '../run/run.ts'
import type { Scenario } from './steps.ts'

const PROMISES: Readonly<Record<number, string>> = {
  0: 'nothing breaks',
  1: 'a page is complete, or it says so',
  2: 'a cache is never trusted outside what it covers',
  3: 'you read what you wrote',
  4: 'staleness is bounded',
  5: 'paging is exact',
  6: 'nothing acknowledged is lost, nothing happens twice',
  7: 'privacy fails closed',
  8: 'a ladder, not a cliff',
  11: 'counters come true',
}

/** What people did and what went wrong, and not what every commit and poll came to. */
const isTold = (line: string): boolean => !/^\s*[\d.]+ (commit|late:)/.test(line)

/** One run in sentences: who was there, what happened when, and which promise it broke. */
export async function storyOf(scenario: Scenario): Promise<readonly string[]> {
  const { world, steps } = scenario
  const told: string[] = []
  const { failure } = await run(scenario, (line) => {
    if (isTold(line)) told.push(line)
  })
  const follows = world.follows.map(([from, to]) => `P${from} follows P${to}`)
  return [
    `${world.people} people; ${follows.length === 0 ? 'nobody follows anybody' : follows.join(', ')}.`,
    `A list keeps ${world.listPostsMax} posts, a session ${world.sessionPostsMax}. ${steps.length} steps:`,
    ...told,
    failure === undefined
      ? 'Nothing was broken.'
      : `Which breaks promise ${failure.promise}, ${PROMISES[failure.promise] ?? ''}: ${failure.words}`,
  ]
}
