import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { cruiseImports, IMPORT_RULES } from './import-rules.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const FOLDERS = ['shared', 'edge', 'origin', 'drizzle', 'scripts', 'test']

/** For each rule a file that breaks it, and what that file imports. */
const PLANTED: Record<string, { readonly file: string; readonly imports: string }> = {
  'shared-stands-alone': { file: 'shared/ids.ts', imports: 'node:crypto' },
  'flows-see-ports-only': { file: 'origin/feed/run.ts', imports: '../adapters/redis/lists.ts' },
  'adapters-look-inward': { file: 'origin/adapters/redis/lists.ts', imports: '../../feed/run.ts' },
  'stored-formats-stand-alone': {
    file: 'origin/lists/trim.ts',
    imports: '../feed/run.ts',
  },
  'ports-know-no-flow': { file: 'origin/ports/lists.ts', imports: '../feed/run.ts' },
  'edge-without-origin': { file: 'edge/app.ts', imports: '../origin/feed/run.ts' },
  'origin-without-edge': { file: 'origin/feed/run.ts', imports: '../../edge/app.ts' },
  'drivers-stay-in-adapters': { file: 'origin/feed/run.ts', imports: 'ioredis' },
  'product-without-scaffolding': { file: 'edge/app.ts', imports: '../test/support.ts' },
}

describe('imports', () => {
  it('keep to the layers, in every module', async () => {
    const folders = FOLDERS.filter((folder) => existsSync(path.join(ROOT, folder)))
    const { summary, modules } = await cruiseImports(ROOT, folders)

    // A parser that understands nothing finds nothing to complain about.
    const ours = modules.filter(({ source }) => FOLDERS.some((f) => source.startsWith(`${f}/`)))
    expect(ours.length).toBeGreaterThan(20)
    expect(ours.flatMap(({ dependencies }) => dependencies).length).toBeGreaterThan(20)
    expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual(
      [],
    )
  })

  it('have a planted violation for each rule', () => {
    expect(Object.keys(PLANTED)).toEqual(IMPORT_RULES.map(({ name }) => name))
  })

  it.each(Object.entries(PLANTED))('break %s when planted', async (rule, { file, imports }) => {
    await using tree = await plant(file, imports)
    const { summary } = await cruiseImports(tree.root, FOLDERS)

    expect(summary.violations.map((violation) => violation.rule.name)).toEqual([rule])
    expect(summary.violations[0]?.from).toBe(file)
  })
})

/** A tree with one innocent file for each target, and one file that imports what it must not. */
async function plant(file: string, imports: string) {
  const root = await mkdtemp(path.join(tmpdir(), 'headwater-imports-'))
  const files = [
    'shared/ids.ts',
    'edge/app.ts',
    'origin/ports/lists.ts',
    'origin/feed/run.ts',
    'origin/lists/trim.ts',
    'origin/adapters/redis/lists.ts',
    'drizzle/schema.ts',
    'scripts/start.ts',
    'test/support.ts',
  ]
  for (const name of files) {
    await mkdir(path.join(root, path.dirname(name)), { recursive: true })
    const text = name === file ? `import '${imports}'\n` : 'export const one = 1\n'
    await writeFile(path.join(root, name), text)
  }
  return {
    root,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
