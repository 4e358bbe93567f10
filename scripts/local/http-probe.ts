const PROBE_TIMEOUT_MS = 1_000

/** Whether something answers there with a 2xx; refused, slow and not ready are all a no. */
export async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) })
    await response.arrayBuffer()
    return response.ok
  } catch (error) {
    if (error instanceof TypeError || (error as Error).name === 'TimeoutError') return false
    throw error
  }
}

/** Where a server of ours is reached from this machine. */
export function urlOf(host: string, port: number): string {
  // What listens everywhere is reached here.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
