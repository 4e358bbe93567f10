import type { Bucket } from '../../../shared/keys.ts'
import type { Watermark } from '../../../shared/watermark.ts'
import type { Waves } from '../../ports/waves.ts'

/**
 * How often Redis was seen to lose something: a bucket is in another life, or its watermark went back.
 *
 * What a process has in its memory stays true then, since the tail vouches for it, but readers elsewhere
 * find nothing in Redis, and nobody who asks this process would ever put it back. So who keeps something
 * notes this number with it, and looks again when the number is another.
 */
export interface Losses {
  count(): number
  saw(watermarks: ReadonlyMap<Bucket, Watermark>): void
}

export function losses(): Losses {
  const seen = new Map<Bucket, { readonly generation: string; readonly tick: number }>()
  let count = 0
  return {
    count: () => count,
    saw(watermarks) {
      for (const [bucket, { generation, marks }] of watermarks) {
        // A node goes back as a whole, so one partition tells as much as all, at an eighth of the cost.
        const tick = marks[0]?.tick ?? 0
        const before = seen.get(bucket)
        // A bucket that is seen first may have lost something a moment ago: looking again costs little.
        if (before?.generation !== generation || tick < before.tick) count += 1
        seen.set(bucket, { generation, tick })
      }
    },
  }
}

/** Waves that tell what they see, before anybody uses it. */
export const watchedWaves = (waves: Waves, { saw }: Pick<Losses, 'saw'>): Waves => ({
  async send(request) {
    const answer = await waves.send(request)
    saw(answer.watermarks)
    return answer
  },
})
