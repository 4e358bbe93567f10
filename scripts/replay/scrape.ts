/** Values of a Prometheus page by series: its name with its labels, as written. */
export type Samples = ReadonlyMap<string, number>

export async function scrape(adminUrl: string): Promise<Samples> {
  const response = await fetch(`${adminUrl}/metrics`, { signal: AbortSignal.timeout(5_000) })
  if (!response.ok) throw new Error(`${adminUrl}/metrics answered ${response.status}.`)
  return samplesOf(await response.text())
}

export function samplesOf(text: string): Samples {
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    const match = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line)
    if (match !== null) samples.set(match[1] ?? '', Number(match[2]))
  }
  return samples
}

export interface CacheRatio {
  readonly layer: string
  readonly kind: string
  readonly hits: number
  readonly reads: number
}

/** What the origin's caches answered between two pages, by layer and kind. */
export function cacheRatios(before: Samples, after: Samples): readonly CacheRatio[] {
  const ratios = new Map<string, { layer: string; kind: string; hits: number; reads: number }>()
  for (const [series, value] of after) {
    const match = /^cache_reads_total\{layer="(.*)",kind="(.*)",result="(hit|miss)"\}$/.exec(series)
    if (match === null) continue
    const [, layer = '', kind = '', result] = match
    const made = value - (before.get(series) ?? 0)
    const ratio = ratios.get(`${layer} ${kind}`) ?? { layer, kind, hits: 0, reads: 0 }
    ratio.reads += made
    if (result === 'hit') ratio.hits += made
    ratios.set(`${layer} ${kind}`, ratio)
  }
  return [...ratios.values()].filter(({ reads }) => reads > 0)
}

export const deliveredPosts = (samples: Samples): number =>
  samples.get('delivery_lag_seconds_count{type="post.created"}') ?? 0

export const eventsBehind = (samples: Samples): number =>
  samples.get('log_group_lag_events{group="deliver"}') ?? 0
