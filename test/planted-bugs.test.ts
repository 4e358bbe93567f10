import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { PLANTED } from './faults/planted.ts'
import { BUGS as ORACLE_BUGS } from './oracle/plant/bugs.ts'
import { replaced, SMALL, type Replacement } from './oracle/plant/replacement.ts'
import { BUGS as SIMULATION_BUGS } from './simulation/plant/bugs.ts'

const ROOT = path.resolve(import.meta.dirname, '..')

interface Planted {
  readonly name: string
  readonly replacements: readonly Replacement[]
}

/** To find them takes minutes, so most of those runs are made now and then; that they still fit is known at once. */
describe.each<[where: string, bugs: readonly Planted[]]>([
  ['the oracle', ORACLE_BUGS],
  ['the simulation', SIMULATION_BUGS],
  ['the fault runs', PLANTED],
  ['small worlds', [{ name: 'everything small', replacements: SMALL }]],
])('what is planted in %s fits the sources:', (_, bugs) => {
  it.each(bugs.map((bug) => [bug.name, bug] as const))('%s', (__, { replacements }) => {
    const byFile = Map.groupBy(replacements, ({ file }) => file)
    expect(byFile.size).toBeGreaterThan(0)
    for (const [file, own] of byFile) {
      const source = readFileSync(path.join(ROOT, file), 'utf8')
      expect(own.reduce(replaced, source)).not.toBe(source)
    }
  })
})
