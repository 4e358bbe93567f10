import type { Redis } from 'ioredis'
import { AppError } from '../../../shared/errors.ts'
import { planWave, type Command, type Reply } from '../../../shared/feed/wave.ts'
import { WAVES_IN_FLIGHT_MAX } from '../../../shared/limits.ts'
import type { Waves } from '../../ports/waves.ts'
import { byNode, type RedisNodes } from './connection.ts'

export interface RedisWavesDeps {
  /** Each node's one reading connection: a watermark that is sent first is also read first. */
  readonly nodes: RedisNodes
  /** After each wave that was answered: how many commands it had. */
  readonly onWave?: (commands: number) => void
}

/** One pipeline a node, all at once. The deadline is the connection's, for each command. */
export function redisWaves({ nodes, onWave }: RedisWavesDeps): Waves {
  let inFlight = 0
  return {
    async send(request) {
      const wave = planWave(request)
      if (inFlight >= WAVES_IN_FLIGHT_MAX) throw unavailable(`${inFlight} waves in flight`)
      inFlight += 1
      try {
        const answer = wave.read(await sendAll(nodes, wave.commands))
        onWave?.(wave.commands.length)
        return answer
      } catch (cause) {
        throw cause instanceof AppError ? cause : unavailable('a wave of reads', cause)
      } finally {
        inFlight -= 1
      }
    },
  }
}

async function sendAll(nodes: RedisNodes, commands: readonly Command[]): Promise<Reply[]> {
  const replies: Reply[] = Array.from({ length: commands.length }, () => null)
  const groups = [...byNode(nodes, commands, ([, key]) => key)]
  await Promise.all(
    groups.map(async ([node, group]) => {
      const answers = await pipeline(
        node,
        group.map(({ item }) => item),
      )
      for (const [index, { at }] of group.entries()) replies[at] = answers[index] ?? null
    }),
  )
  return replies
}

/** Error replies stay in their place: the wave decides what they mean. */
export async function pipeline(redis: Redis, commands: readonly Command[]): Promise<Reply[]> {
  const batch = redis.pipeline()
  for (const [name, ...args] of commands) batch.call(name, ...args)
  const results = (await batch.exec()) ?? []
  return results.map(([error, reply]) => error ?? (reply as Reply))
}

const unavailable = (detail: string, cause?: unknown): AppError =>
  new AppError('STORE_UNAVAILABLE', `redis: ${detail}`, { cause })
