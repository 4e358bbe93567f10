import type { IHeaders, KafkaMessage } from 'kafkajs'
import { logPartitionOf } from '../../../shared/keys.ts'
import type { DeadLetters } from '../../ports/dead-letters.ts'
import type { KafkaSender } from './publisher.ts'
import type { Topics } from './topics.ts'

export interface DeadLetterTopicDeps {
  readonly sender: Pick<KafkaSender, 'send'>
  readonly topics: Topics
}

/**
 * Beside the table, where a letter waits for its replay, a topic tells everyone who listens to Kafka. The
 * table comes first: what was only in the topic could not be replayed. A burial that is repeated shows
 * twice in the topic.
 */
export const withDeadLetterTopic = (
  letters: DeadLetters,
  { sender, topics }: DeadLetterTopicDeps,
): DeadLetters => ({
  ...letters,
  async bury(burial) {
    await letters.bury(burial)
    const { group, partition, event, error, attempts } = burial
    const headers = { group, error, attempts: String(attempts), partition: String(partition) }
    const message = { key: event.key, partition: logPartitionOf(event.key), headers }
    await sender.send(topics.dead, [{ ...message, value: JSON.stringify(event) }])
  },
})

/** What is in the log and was never written by us: put aside as it came, with the place it came from. */
export const buryForeign =
  ({ sender, topics }: DeadLetterTopicDeps, onBuried: (words: string) => void) =>
  async (partition: number, message: KafkaMessage, error: unknown): Promise<void> => {
    const headers: IHeaders = {
      topic: topics.events,
      partition: String(partition),
      offset: message.offset,
      error: error instanceof Error ? error.message : String(error),
    }
    await sender.send(topics.dead, [{ partition, key: message.key, value: message.value, headers }])
    onBuried(`partition ${partition}, offset ${message.offset}`)
  }
