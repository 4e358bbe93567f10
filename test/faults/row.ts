/** One line of the table: what was done, what was found, and what should not have been. */
export interface Row {
  readonly run: string
  readonly found: Readonly<Record<string, string | number>>
  readonly problems: readonly string[]
}

export type Report = (words: string) => void

export function table(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ run }) => run.length))
  return rows
    .map(({ run, found, problems }) => {
      const facts = Object.entries(found).map(([name, value]) => `${name} ${value}`)
      const verdict = problems.length === 0 ? 'ok    ' : 'FAILED'
      const lines = [`${verdict}  ${run.padEnd(width)}  ${facts.join(', ')}`]
      return [...lines, ...problems.map((problem) => `        ${problem}`)].join('\n')
    })
    .join('\n')
}
