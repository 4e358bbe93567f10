import type { PageChecks } from './check-pages.ts'
import { quantile, type Measures } from './measure.ts'
import type { CacheRatio } from './scrape.ts'

/** All that a replay found out, in words and numbers. */
export interface Summary {
  readonly title: string
  readonly seconds: number
  readonly rows: readonly (readonly [name: string, value: string])[]
  readonly faults: readonly string[]
}

export interface Facts {
  readonly title: string
  readonly seconds: number
  readonly measures: Measures
  readonly checks: Pick<PageChecks, 'tally' | 'faults'>
  readonly ratios: readonly CacheRatio[]
  readonly delivered: number
  readonly entries: number
  readonly shed: number
  readonly foreign: number
  readonly strangers: number
}

export function summaryOf(facts: Facts): Summary {
  const { title, seconds, measures, checks, delivered, entries } = facts
  const { tally } = checks
  const all = [...measures.visibleMs.push, ...measures.visibleMs.pull]
  const rate = (count: number) => `${count} (${(count / seconds).toFixed(1)}/s)`
  return {
    title,
    seconds,
    faults: checks.faults,
    rows: [
      ['length', `${seconds.toFixed(0)} s`],
      ['posts', rate(measures.posts)],
      ['feed pages read', rate(measures.reads)],
      ['posts delivered', rate(delivered)],
      ['list entries delivered', rate(entries)],
      ['post to visible', spread(all)],
      ['… of pushed posts', spread(measures.visibleMs.push)],
      ['… of pulled posts', spread(measures.visibleMs.pull)],
      ['watched posts not seen in time', String(measures.unseen)],
      ['feed page, with waiting', spread(measures.readMs)],
      ['post accepted, with waiting', spread(measures.postMs)],
      ...[...measures.servedBy].map(([kind, layers]): [string, string] => [
        kind === 'feed' ? 'feed pages served by' : `single ${kind}s served by`,
        shares(layers),
      ]),
      ...facts.ratios.map(({ layer, kind, hits, reads }): [string, string] => [
        `origin’s ${layer}, ${kind}`,
        `${((100 * hits) / reads).toFixed(1)} % of ${reads} hit`,
      ]),
      ['completeness', shares(measures.completeness)],
      ['errors', shares(measures.errors) || 'none'],
      ['never begun, too many waited', String(facts.shed)],
      ['actors that were not imported', String(facts.strangers)],
      ['events of others meanwhile', String(facts.foreign)],
      ['pages checked against the oracle', String(tally.checked)],
      ['pages not checked', String(tally.unchecked)],
      ['pages wrong', String(tally.wrong)],
    ],
  }
}

function spread(values: readonly number[]): string {
  if (values.length === 0) return 'none'
  const ms = (share: number) => `${Math.round(quantile(values, share))} ms`
  return `p50 ${ms(0.5)}, p99 ${ms(0.99)}, max ${ms(1)} (of ${values.length})`
}

function shares(counts: ReadonlyMap<string, number>): string {
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${((100 * count) / all).toFixed(2)} % (${count})`)
    .join(', ')
}

export function tableOf({ rows, faults }: Summary): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return [
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    ...faults.map((fault) => `  WRONG ${fault}`),
  ].join('\n')
}
