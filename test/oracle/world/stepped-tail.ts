import type { Outbox } from '../../../origin/ports/outbox.ts'
import type { Tail } from '../../../origin/ports/tail.ts'
import type { Truth } from '../../../origin/ports/truth.ts'
import { hasToken } from '../../../shared/horizon.ts'
import { outboxTail, type RunningTail } from '../../../origin/tail/tail.ts'
import { steppedPace } from './stepped-pace.ts'

/** The tail of one process, which looks at the outbox when the test says so, or a reader has to know. */
export interface SteppedTail extends Tail, Pick<RunningTail, 'onHeard'> {
  step(): Promise<void>
  stop(): Promise<void>
}

export interface SteppedTailDeps {
  readonly outbox: Outbox
  readonly truth: Pick<Truth, 'pulledAuthors'>
  readonly now: () => number
  readonly onFailure: (error: unknown) => void
}

export async function steppedTail(deps: SteppedTailDeps): Promise<SteppedTail> {
  const pace = steppedPace(deps.now)
  const ending = new AbortController()
  const tail = outboxTail({
    ...deps,
    pace,
    wakeups: { listen: () => () => undefined },
  })
  const running = tail.run(ending.signal)
  await pace.asleep()

  return {
    ...tail,
    async waitFor(token) {
      // In life the next look is at most a poll away. Here it comes at once, or nobody would make it.
      const answer = pace.aside(() => tail.waitFor(token))
      if (!hasToken(tail.horizon(), token)) await pace.step()
      return answer
    },
    step: () => pace.step(),
    async stop() {
      ending.abort()
      await running
    },
  }
}
