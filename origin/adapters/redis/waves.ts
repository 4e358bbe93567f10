import { AppError } from '../../../shared/errors.ts'
import { planWave } from '../../../shared/feed/wave.ts'
import { WAVES_IN_FLIGHT_MAX } from '../../../shared/limits.ts'
import type { Waves } from '../../ports/waves.ts'
import type { RedisNodes } from './connection.ts'
import { sendAll } from './pipeline.ts'

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

const unavailable = (detail: string, cause?: unknown): AppError =>
  new AppError('STORE_UNAVAILABLE', `redis: ${detail}`, { cause })
