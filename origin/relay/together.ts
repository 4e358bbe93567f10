/** Runs parts until the signal aborts. When one fails all end, and that failure is thrown when they have. */
export async function together(
  parts: readonly ((ended: AbortSignal) => Promise<void>)[],
  signal: AbortSignal,
): Promise<void> {
  const failed = new AbortController()
  const ended = AbortSignal.any([signal, failed.signal])
  const results = await Promise.allSettled(
    parts.map(async (part) => {
      try {
        await part(ended)
      } catch (error) {
        failed.abort(error)
        throw error
      }
    }),
  )
  if (failed.signal.aborted) throw failed.signal.reason
  const rejected = results.find((result) => result.status === 'rejected')
  if (rejected !== undefined) throw rejected.reason
}
