import os from 'node:os'
import { fallsShort, median, type Bound, type Figure } from './figure.ts'

export const machine = (): string =>
  `${os.cpus()[0]?.model.trim() ?? 'an unknown processor'}, ${os.availableParallelism()} threads, ` +
  `${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.release()}, Node ${process.versions.node}, ` +
  `load ${os.loadavg()[0]?.toFixed(1)}`

export const shown = (value: number): string =>
  value >= 1_000 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3)).toString()

export function boundInWords(bound: Bound): string {
  if (bound.kind === 'none') return 'not judged'
  return `${bound.kind === 'at-least' ? '≥' : '≤'} ${shown(bound.value)}`
}

export function verdict(figure: Figure): string {
  if (figure.bound.kind === 'none') return ''
  return fallsShort(figure) ? 'SHORT' : 'ok'
}

export const spread = (values: readonly number[]): string =>
  `${shown(Math.min(...values))} to ${shown(Math.max(...values))}`

/** Aligned by spaces, for a terminal. */
export function tableOf(figures: readonly Figure[]): string {
  const head = ['figure', 'median', 'rounds', 'bound', '', 'A/A', 'what']
  const rows = figures.map((figure) => [
    figure.name,
    `${shown(median(figure.values))} ${figure.unit}`,
    spread(figure.values),
    boundInWords(figure.bound),
    verdict(figure),
    figure.control === undefined ? '' : spread(figure.control),
    figure.claim + (figure.sides === undefined ? '' : ` (${figure.sides})`),
  ])
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  )
  return [head, ...rows]
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}
