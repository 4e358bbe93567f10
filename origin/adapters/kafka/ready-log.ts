import type { Admin } from 'kafkajs'
import { AppError } from '../../../shared/errors.ts'
import { answered } from './failure.ts'
import { checkTopics, endsOf, type Topics } from './topics.ts'

export interface LogIdentity {
  /** Of the cluster and its topic: offsets mean nothing on another one. */
  readonly name: string
  /** Nothing was ever written to it. */
  readonly isEmpty: () => Promise<boolean>
}

export interface ReadyLogDeps {
  readonly admin: Admin
  readonly topics: Topics
  /** Whether this is the log that our database knows; throws when it is another one. */
  readonly check: (log: LogIdentity) => Promise<void>
}

export interface ReadyLog {
  /** Throws what cannot mend itself; a log that does not answer is reported, and looked at before its first use. */
  now(onAway: (error: unknown) => void): Promise<void>
  /** The name of the log, once it was found as it must be. */
  name(): Promise<string>
}

export function readyLog({ admin, topics, check }: ReadyLogDeps): ReadyLog {
  let found: string | undefined

  async function look(): Promise<string> {
    await answered(admin.connect(), 'connection')
    await checkTopics(admin, topics)
    const { clusterId } = await answered(admin.describeCluster(), 'cluster')
    const name = `kafka ${clusterId} ${topics.events}`
    await check({
      name,
      isEmpty: async () => (await endsOf(admin, topics.events)).every(({ high }) => high === '0'),
    })
    return name
  }

  const name = async (): Promise<string> => (found ??= await look())

  return {
    name,
    async now(onAway) {
      try {
        await name()
      } catch (error) {
        if (error instanceof AppError && error.code === 'STORE_UNAVAILABLE') onAway(error)
        else throw error
      }
    },
  }
}
