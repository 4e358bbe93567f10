import { randomUUID } from 'node:crypto'
import { METRICS_DEADLINE_MS } from '../../shared/limits.ts'
import { mergedExposition, type Metrics } from '../observe/metrics.ts'
import type { Channel, FromProcess, FromSupervisor } from './messages.ts'

/**
 * The text of /metrics. Under a supervisor any process may be asked, since they share the port, and it
 * answers for all of them; alone it answers for itself.
 */
export function expositionOfAll(
  metrics: Metrics,
  supervisor: Channel<FromProcess, FromSupervisor> | undefined,
): () => Promise<string> {
  if (supervisor === undefined) return metrics.exposition
  const waiting = new Map<string, (samples: readonly unknown[]) => void>()
  supervisor.onMessage((message) => {
    if (message.type === 'metrics-wanted') {
      const { question } = message
      void metrics
        .samples()
        .then((samples) => supervisor.send({ type: 'metrics', question, samples }))
    }
    if (message.type === 'all-metrics') waiting.get(message.question)?.(message.samples)
  })

  return async () => {
    const question = randomUUID()
    const { promise, resolve } = Promise.withResolvers<readonly unknown[] | undefined>()
    // The supervisor answers with what it has by then; this is for one that is gone.
    const timer = setTimeout(() => resolve(undefined), 2 * METRICS_DEADLINE_MS)
    waiting.set(question, resolve)
    supervisor.send({ type: 'metrics-wanted', question })
    const samples = await promise
    clearTimeout(timer)
    waiting.delete(question)
    return samples === undefined ? metrics.exposition() : mergedExposition(samples)
  }
}

/** The supervisor's part: asks every process, and hands the answers of those that gave one to the asker. */
export function gatherMetrics(
  processes: () => readonly Channel<FromSupervisor, FromProcess>[],
): (asker: Channel<FromSupervisor, FromProcess>, message: FromProcess) => void {
  const gatherings = new Map<string, (samples: unknown) => void>()

  function begin(asker: Channel<FromSupervisor, FromProcess>, question: string): void {
    const asked = processes()
    const samples: unknown[] = []
    const finish = () => {
      clearTimeout(timer)
      if (gatherings.delete(question)) asker.send({ type: 'all-metrics', question, samples })
    }
    const timer = setTimeout(finish, METRICS_DEADLINE_MS)
    gatherings.set(question, (sample) => {
      samples.push(sample)
      if (samples.length === asked.length) finish()
    })
    for (const { send } of asked) send({ type: 'metrics-wanted', question })
  }

  return (asker, message) => {
    if (message.type === 'metrics-wanted') begin(asker, message.question)
    if (message.type === 'metrics') gatherings.get(message.question)?.(message.samples)
  }
}
