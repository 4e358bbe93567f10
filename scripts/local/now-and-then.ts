const PROGRESS_EVERY_MS = 10_000

/** Says how far something is, and not each time that it goes on. */
export function nowAndThen(words: (done: number) => string): (done: number) => void {
  let saidAt = performance.now()
  return (done) => {
    if (performance.now() - saidAt < PROGRESS_EVERY_MS) return
    saidAt = performance.now()
    console.log(words(done))
  }
}
