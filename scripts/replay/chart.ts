import { quantile, type Measures } from './measure.ts'

export interface Terminal {
  readonly isLive: boolean
  write(text: string): void
}

export interface ChartNow {
  readonly measures: Measures
  readonly checked: number
  readonly wrong: number
  readonly waiting: number
  /** From 0 to 1. */
  readonly progress: number
}

export interface Chart {
  draw(now: ChartNow): void
  end(): void
}

const BARS = '▁▂▃▄▅▆▇█'
const SECONDS_SHOWN = 60
const RECENT_SECONDS = 10
/** Between lines where nobody watches. */
const QUIET_DRAWS = 10

/** Redraws itself in a terminal; elsewhere a line now and then. */
export function chart(terminal: Terminal): Chart {
  let drawn = 0
  let draws = 0
  return {
    draw(now) {
      draws += 1
      if (!terminal.isLive) {
        if (draws % QUIET_DRAWS === 1) terminal.write(`  ${wordsOf(now)}\n`)
        return
      }
      const lines = linesOf(now)
      const back = drawn === 0 ? '' : `\u001b[${drawn}A`
      terminal.write(back + lines.map((line) => `\u001b[K${line}\n`).join(''))
      drawn = lines.length
    },
    end() {
      if (terminal.isLive) terminal.write('\n')
    },
  }
}

function linesOf(now: ChartNow): readonly string[] {
  const seconds = now.measures.seconds.slice(-SECONDS_SHOWN)
  const row = (name: string, values: readonly number[]) =>
    `  ${name.padEnd(10)} ${sparkline(values)} ${values.at(-2)?.toFixed(0) ?? ''}`
  return [
    row(
      'pages/s',
      seconds.map(({ reads }) => reads),
    ),
    row(
      'posts/s',
      seconds.map(({ posts }) => posts),
    ),
    row(
      'page p99',
      seconds.map(({ readMs }) => quantile(readMs, 0.99) || 0),
    ),
    row(
      'visible',
      seconds.map(({ visibleMs }) => quantile(visibleMs, 1) || 0),
    ),
    `  ${wordsOf(now)}`,
  ]
}

export function sparkline(values: readonly number[]): string {
  const highest = Math.max(1, ...values)
  const bars = values.map((value) => BARS[Math.min(7, Math.floor((value / highest) * 8))] ?? ' ')
  return bars.join('').padEnd(SECONDS_SHOWN)
}

function wordsOf({ measures, checked, wrong, waiting, progress }: ChartNow): string {
  const recent = measures.seconds.slice(-RECENT_SECONDS - 1, -1)
  const perSecond = (of: (second: (typeof recent)[number]) => number) =>
    (recent.reduce((sum, second) => sum + of(second), 0) / Math.max(1, recent.length)).toFixed(1)
  const visible = recent.flatMap(({ visibleMs }) => visibleMs)
  const seen = visible.length === 0 ? '' : `, visible p50 ${quantile(visible, 0.5).toFixed(0)} ms`
  const page = quantile(
    recent.flatMap(({ readMs }) => readMs),
    0.99,
  )
  const errors = [...measures.errors.values()].reduce((sum, count) => sum + count, 0)
  return (
    `${Math.floor(100 * progress)} %  ${perSecond(({ reads }) => reads)} pages/s, ` +
    `${perSecond(({ posts }) => posts)} posts/s, page p99 ${Number.isNaN(page) ? '–' : page.toFixed(0)} ms${seen}, ` +
    `${checked} checked, ${wrong} wrong, ${errors} errors, ${waiting} waiting`
  )
}
