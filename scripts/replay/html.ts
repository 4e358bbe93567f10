import { quantile, type Measures } from './measure.ts'
import type { Summary } from './summary.ts'

const WIDTH = 720
const HEIGHT = 180
const LEFT = 56
const BOTTOM = 24

interface Line {
  readonly name: string
  readonly points: readonly (readonly [x: number, y: number])[]
}

/** One page that needs nothing else: plots as inline SVG, the table below. */
export function htmlOf(summary: Summary, measures: Measures): string {
  const { seconds } = measures
  const each = (of: (second: (typeof seconds)[number]) => number) =>
    seconds.map((second, at): [number, number] => [at, of(second)])
  const of = (share: number): Line['points'] =>
    seconds.flatMap(({ readMs }, at) =>
      readMs.length === 0 ? [] : [[at, quantile(readMs, share)] as const],
    )
  const plots = [
    plot('Requests a second', 's', '/s', [
      { name: 'feed pages', points: each(({ reads }) => reads) },
      { name: 'posts', points: each(({ posts }) => posts) },
      { name: 'errors', points: each(({ errors }) => errors) },
    ]),
    plot('Time to a feed page, with waiting', 's', 'ms', [
      { name: 'p50', points: of(0.5) },
      { name: 'p99', points: of(0.99) },
    ]),
    plot('Post to visible: share of posts seen within', 'ms', '%', [
      { name: 'pushed', points: distribution(measures.visibleMs.push) },
      { name: 'pulled', points: distribution(measures.visibleMs.pull) },
    ]),
  ]
  const rows = summary.rows.map(
    ([name, value]) => `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`,
  )
  const faults = summary.faults.map((fault) => `<li>${escape(fault)}</li>`)
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(summary.title)}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; --a: #2563c9; --b: #c2571a; --c: #b3261e }
@media (prefers-color-scheme: dark) { :root { --a: #8ab4f8; --b: #f0a36b; --c: #f28b82 } }
body { max-width: 760px; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1rem; margin: 1.6rem 0 .3rem }
svg { width: 100%; height: auto } polyline { fill: none; stroke-width: 1.5 }
text { fill: currentColor; font-size: 11px; opacity: .75 } line { stroke: currentColor; opacity: .15 }
table { border-collapse: collapse; width: 100%; margin-top: 1.6rem }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #8884; vertical-align: top }
th { font-weight: 500; white-space: nowrap }
</style>
<h1>${escape(summary.title)}</h1>
${plots.join('\n')}
<table>${rows.join('')}</table>
${faults.length === 0 ? '' : `<h2>Pages that were wrong</h2><ul>${faults.join('')}</ul>`}
</html>
`
}

/** Percent of the values at or below each. */
function distribution(values: readonly number[]): Line['points'] {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted.map((value, at) => [value, (100 * (at + 1)) / sorted.length])
}

const COLOURS = ['var(--a)', 'var(--b)', 'var(--c)']

function plot(title: string, xUnit: string, yUnit: string, lines: readonly Line[]): string {
  const drawn = lines.filter(({ points }) => points.length > 0)
  const all = drawn.flatMap(({ points }) => points)
  const xMax = Math.max(1, ...all.map(([x]) => x))
  const yMax = Math.max(1, ...all.map(([, y]) => y))
  const x = (value: number) => (LEFT + (value / xMax) * (WIDTH - LEFT - 8)).toFixed(1)
  const y = (value: number) =>
    (HEIGHT - BOTTOM - (value / yMax) * (HEIGHT - BOTTOM - 20)).toFixed(1)
  const grid = [0, 0.5, 1].map((share) => {
    const at = y(share * yMax)
    return `<line x1="${LEFT}" x2="${WIDTH - 8}" y1="${at}" y2="${at}"/><text x="${LEFT - 6}" y="${Number(at) + 4}" text-anchor="end">${short(share * yMax)} ${yUnit}</text>`
  })
  const curves = drawn.map(({ name, points }, at) => {
    const colour = COLOURS[at % COLOURS.length]
    const place = points.map(([px, py]) => `${x(px)},${y(py)}`).join(' ')
    return `<polyline stroke="${colour}" points="${place}"/><text x="${LEFT + 8 + at * 100}" y="12" style="fill:${colour};opacity:1">${escape(name)}</text>`
  })
  return `<h2>${escape(title)}</h2>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">${grid.join('')}
<text x="${LEFT}" y="${HEIGHT - 6}">0</text><text x="${WIDTH - 8}" y="${HEIGHT - 6}" text-anchor="end">${short(xMax)} ${xUnit}</text>
${curves.join('\n')}</svg>`
}

const short = (value: number): string =>
  value >= 100 ? String(Math.round(value)) : String(Math.round(value * 10) / 10)

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
