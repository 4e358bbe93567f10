import { backoffMs } from '../../shared/backoff.ts'

/** One process of the fleet, as its supervisor sees it. */
export interface Member {
  readonly pid: number | undefined
  /** Settles when it should get requests; rejects when it ended before, or took too long. */
  readonly ready: Promise<void>
  /** Settles with words for how it ended. */
  readonly ended: Promise<string>
  /** It leaves its clients to the others, and ends. It is killed when it takes too long. */
  retire(): Promise<void>
  /** The same when nobody takes over. */
  end(): Promise<void>
}

export interface FleetDeps {
  readonly size: number
  readonly start: () => Member
  /** Ends early, and never rejects, when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>
  readonly random: () => number
  /** A member ended by itself; another one is started. */
  readonly onLost: (member: Member, words: string) => void
}

export interface Fleet {
  /** Until the signal. Rejects when a first process does not become ready: a bad start should be seen. */
  run(signal: AbortSignal): Promise<void>
  /** One after another, each when its successor is ready. Rejects, with the others left, when one is not. */
  restart(): Promise<void>
}

/** A place that always has a process, now this one and later that one. */
interface Place {
  member: Member
}

/** Keeps so many processes running. */
export function fleet({ size, start, pause, random, onLost }: FleetDeps): Fleet {
  const alive = new Set<Member>()
  const places: Place[] = []
  const ending = new AbortController()
  let turn: Promise<void> = Promise.resolve()

  function launch(): Member {
    const member = start()
    alive.add(member)
    void member.ended.then(() => alive.delete(member))
    return member
  }

  /** What ends by itself is replaced, at first at once, then less and less often. */
  async function keep(place: Place): Promise<void> {
    let failures = 0
    while (!ending.signal.aborted) {
      const { member } = place
      void member.ready.then(
        () => (failures = 0),
        () => undefined,
      )
      const words = await member.ended
      // A restart has put another one in its place.
      if (place.member !== member) continue
      if (ending.signal.aborted) return
      onLost(member, words)
      await pause(backoffMs(failures, random), ending.signal)
      failures += 1
      if (place.member === member && !ending.signal.aborted) place.member = launch()
    }
  }

  async function succeed(place: Place): Promise<void> {
    const successor = launch()
    try {
      await successor.ready
    } catch (error) {
      await successor.end()
      throw error
    }
    const retired = place.member
    place.member = successor
    await retired.retire()
  }

  async function restartAll(): Promise<void> {
    for (const place of places) {
      if (ending.signal.aborted) return
      await succeed(place)
    }
  }

  return {
    async run(signal) {
      signal.addEventListener('abort', () => ending.abort())
      for (let at = 0; at < size; at += 1) places.push({ member: launch() })
      const aborted = new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve())
      })
      try {
        await Promise.race([Promise.all(places.map(({ member }) => member.ready)), aborted])
        await Promise.race([Promise.all(places.map(keep)), aborted])
      } finally {
        ending.abort()
        await Promise.all([...alive].map((member) => member.end()))
      }
    },
    restart() {
      const done = turn.then(restartAll)
      turn = done.catch(() => undefined)
      return done
    },
  }
}
