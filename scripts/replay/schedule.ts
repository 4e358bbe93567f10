import { fnv1a } from '../../shared/hash.ts'
import {
  BURST_POSTS_PER_SECOND,
  READ_AHEAD_SECONDS_MIN,
  READ_AHEAD_SECONDS_SPAN,
} from './limits.ts'

export interface TraceEvent {
  readonly atSeconds: number
  readonly actor: string
}

export interface Action {
  /** From the start of the replay. */
  readonly atMs: number
  readonly kind: 'read' | 'post'
  readonly actor: string
}

export interface Pace {
  /** Trace time over real time. */
  readonly speed: number
  /** Seconds of the trace that are left out at its beginning. */
  readonly fromSeconds: number
  readonly lengthMs: number
}

/** Each actor reads a few seconds, of the trace, before it acts. In the order of their times. */
export function traceSchedule(events: readonly TraceEvent[], pace: Pace): readonly Action[] {
  const [first] = events
  if (first === undefined) return []
  const start = first.atSeconds + pace.fromSeconds
  const atMs = (seconds: number) => ((seconds - start) * 1000) / pace.speed
  return events
    .flatMap(({ atSeconds, actor }, at): Action[] => {
      if (atSeconds < start || atMs(atSeconds) > pace.lengthMs) return []
      const ahead = READ_AHEAD_SECONDS_MIN + (fnv1a(`${actor} ${at}`) % READ_AHEAD_SECONDS_SPAN)
      const readAtMs = Math.max(0, atMs(atSeconds - ahead))
      return [
        { atMs: readAtMs, kind: 'read', actor },
        { atMs: atMs(atSeconds), kind: 'post', actor },
      ]
    })
    .toSorted((a, b) => a.atMs - b.atMs)
}

/** One author posts ten times a second while each of the others reads once a minute. */
export function burstSchedule(
  author: string,
  readers: readonly string[],
  lengthMs: number,
): readonly Action[] {
  const posts = Math.floor((lengthMs * BURST_POSTS_PER_SECOND) / 1000)
  const reads = Math.floor((readers.length * lengthMs) / 60_000)
  return [
    ...Array.from({ length: posts }, (_, at): Action => ({
      atMs: (at * 1000) / BURST_POSTS_PER_SECOND,
      kind: 'post',
      actor: author,
    })),
    ...Array.from({ length: reads }, (_, at): Action => ({
      atMs: (at * lengthMs) / reads,
      kind: 'read',
      actor: readers[at % readers.length] ?? author,
    })),
  ].toSorted((a, b) => a.atMs - b.atMs)
}
