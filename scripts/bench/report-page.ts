import { fallsShort, median, type Figure } from './figure.ts'
import { boundInWords, machine, shown, spread, verdict } from './report.ts'

const WIDTH = 520
const HEIGHT = 58
const MARGIN = 12

/** One file that needs nothing else: text, styles and drawings. */
export const reportPage = (figures: readonly Figure[]): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Headwater: speed against the bare engines</title><style>
:root { color-scheme: light dark; --ours: #2563eb; --control: #94a3b8; --bound: #dc2626 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.05rem; margin: 2rem 0 0 } p { margin: .3rem 0 }
svg { width: 100%; height: auto; overflow: visible } text { font-size: 11px; fill: currentColor }
.short { color: var(--bound); font-weight: 600 } .quiet { opacity: .7 }
.ours { fill: var(--ours); fill-opacity: .7 } .control { fill: var(--control) }
.bound { stroke: var(--bound); stroke-dasharray: 4 3 } .median { stroke: var(--ours); stroke-width: 2 }
.axis { stroke: currentColor; stroke-opacity: .3 }
</style></head><body>
<h1>Speed against the bare engines</h1>
<p class="quiet">${escaped(machine())}</p>
<p>Each blue dot is a round, the blue line their median; grey dots are the bare engine against itself; the
red line is the bound.</p>
${figures.map(section).join('\n')}
</body></html>
`

const section = (figure: Figure): string => `<section><h2>${figure.name}</h2>
<p>${escaped(figure.claim)}${figure.sides === undefined ? '' : `: ${escaped(figure.sides)}`}</p>
<p${fallsShort(figure) ? ' class="short"' : ''}>${shown(median(figure.values))} ${figure.unit},
rounds ${spread(figure.values)}, bound ${boundInWords(figure.bound)} ${verdict(figure)}</p>
${drawing(figure)}</section>`

function drawing({ values, control = [], bound }: Figure): string {
  const marks = [...values, ...control, ...(bound.kind === 'none' ? [] : [bound.value])]
  const most = Math.max(...marks, Number.EPSILON) * 1.05
  const x = (value: number) => (MARGIN + (value / most) * (WIDTH - 2 * MARGIN)).toFixed(1)
  const dots = (kind: string, y: number, all: readonly number[]) =>
    all.map((value) => `<circle class="${kind}" cx="${x(value)}" cy="${y}" r="4"/>`).join('')
  const upright = (kind: string, value: number) =>
    `<line class="${kind}" x1="${x(value)}" x2="${x(value)}" y1="4" y2="40"/>`
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="rounds ${spread(values)}">
<line class="axis" x1="${MARGIN}" x2="${WIDTH - MARGIN}" y1="42" y2="42"/>
${bound.kind === 'none' ? '' : upright('bound', bound.value)}${upright('median', median(values))}
${dots('control', 32, control)}${dots('ours', 15, values)}
<text x="${MARGIN}" y="55">0</text><text x="${WIDTH - MARGIN}" y="55" text-anchor="end">${shown(most)}</text>
</svg>`
}

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
