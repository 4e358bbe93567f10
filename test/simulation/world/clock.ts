/** The one clock of a run. It stands still while anything can run, and then jumps to the next timer. */
export interface SimClock {
  readonly now: () => number
  /** Answers how to call it off. */
  after(ms: number, fire: () => void): () => void
  /** Everything stood still for so long, as a machine that sleeps does: what was due is due at once. */
  leap(ms: number): void
  /** Time goes on until the work has ended. */
  run<Value>(work: Promise<Value>): Promise<Value>
  readonly awakeMs: () => number
  readonly timersFired: () => number
}

interface Timer {
  readonly atMs: number
  readonly order: number
  fire: (() => void) | undefined
}

export function simClock(startMs: number): SimClock {
  const heap: Timer[] = []
  let nowMs = startMs
  let leaptMs = 0
  let order = 0
  let fired = 0

  const isBefore = (a: Timer, b: Timer) =>
    a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

  function push(timer: Timer): void {
    let at = heap.length
    heap.push(timer)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent] as Timer
      if (!isBefore(timer, above)) break
      heap[at] = above
      at = parent
    }
    heap[at] = timer
  }

  function pop(): Timer | undefined {
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Timer, heap[child] as Timer)) {
        child += 1
      }
      if (!isBefore(heap[child] as Timer, last)) break
      heap[at] = heap[child] as Timer
      at = child
    }
    heap[at] = last
    return first
  }

  /** Whatever can run has run by then: Node takes up its next ticks when no promise has anything left to do. */
  const idle = () => new Promise<void>((resolve) => process.nextTick(resolve))

  return {
    now: () => nowMs,
    after(ms, fire) {
      const timer: Timer = { atMs: nowMs + Math.max(0, Math.ceil(ms)), order, fire }
      order += 1
      push(timer)
      return () => {
        timer.fire = undefined
      }
    },
    leap(ms) {
      nowMs += ms
      leaptMs += ms
    },
    async run(work) {
      let isOver = false
      const end = () => {
        isOver = true
      }
      work.then(end, end)
      for (;;) {
        await idle()
        if (isOver) return work
        const next = pop()
        if (next === undefined) throw new Error('nothing is left to happen, and the work goes on')
        nowMs = Math.max(nowMs, next.atMs)
        next.fire?.()
        fired += 1
        // Those of the same moment go in their order, and what they wake runs after them.
        while (heap[0] !== undefined && heap[0].atMs <= nowMs) {
          pop()?.fire?.()
          fired += 1
        }
      }
    },
    awakeMs: () => nowMs - startMs - leaptMs,
    timersFired: () => fired,
  }
}
