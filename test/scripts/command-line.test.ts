import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Left } from './several-calls.ts'

const ROOT = path.resolve(import.meta.dirname, '..', '..')
const CHILD_MS_MAX = 60_000
const NOT_KNOWN = '--no-such-option'
const execute = promisify(execFile)

/** Those of package.json that are ours; the others are tools, which have a help of their own. */
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}
const OURS = Object.values(scripts)
  .map((command) => command.split(' ').at(-1) ?? '')
  .filter((name) => existsSync(fileOf(name)))

function fileOf(name: string): string {
  return path.join(ROOT, 'scripts', `${name}.ts`)
}

/** A script that went on would find neither a database, nor what runs here. */
const env = {
  ...process.env,
  HEADWATER_HOME: path.join(import.meta.dirname, 'no-such-home'),
  DATABASE_URL: 'postgres://127.0.0.1:1/nothing',
}

async function run(name: string, ...args: string[]) {
  const options = { env, timeout: CHILD_MS_MAX }
  try {
    const { stdout, stderr } = await execute(process.execPath, [fileOf(name), ...args], options)
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, stdout, stderr }
  }
}

/** What the source does with its options says which there are. */
function optionsOf(name: string): readonly string[] {
  const source = readFileSync(fileOf(name), 'utf8')
  const used = source.matchAll(/\bvalues(?:\.(\w+)|\['([\w-]+)'\])/g)
  const taken = [...source.matchAll(/const \{([^}]*)\} = values\b/g)].flatMap(([, names = '']) =>
    names.split(',').map((each) => /\w+/.exec(each)?.[0] ?? ''),
  )
  return [...new Set([...used].map(([, dotted, quoted]) => dotted ?? quoted ?? '').concat(taken))]
}

describe('every script of package.json', () => {
  it('is looked at', () => {
    expect(OURS).toContain('oracle')
    expect(OURS.length).toBeGreaterThan(10)
    expect(optionsOf('oracle')).toEqual(expect.arrayContaining(['runs', 'seed', 'planted']))
  })

  it.each(OURS)('tells what it takes, and does nothing else: npm run %s', async (name) => {
    const { stdout } = await execute(
      process.execPath,
      [path.join(import.meta.dirname, 'several-calls.ts'), fileOf(name), '--help', NOT_KNOWN],
      { env, timeout: CHILD_MS_MAX },
    )
    const [helped, refused] = JSON.parse(stdout) as [Left, Left]
    expect(helped).toEqual({ code: 0, stderr: '', stdout: expect.stringMatching(/^usage: npm /) })
    for (const option of optionsOf(name)) {
      expect(helped.stdout).toMatch(new RegExp(`^ +--${option}\\b`, 'm'))
    }
    const oneLine = `Unknown option '${NOT_KNOWN}'.\n\n${helped.stdout}`
    expect(refused).toEqual({ code: 2, stdout: '', stderr: oneLine })
  })

  it.each([
    ['stop', ['--help'], 0, ''],
    ['stop', [NOT_KNOWN], 2, `Unknown option '${NOT_KNOWN}'.`],
    ['services', ['up'], 2, 'up takes the name of a service, or more.'],
    ['import', [], 2, 'Nothing is named to import: --users, --follows or --posts.'],
    ['simulate', ['--planted', '--only', '('], 2, '--only takes a regular expression, not “(”.'],
  ])(
    'ends as it says, in a process of its own: npm run %s -- %j',
    async (name, args, exit, words) => {
      const { code, stderr } = await run(name, ...args)
      expect({ code, line: stderr.split('\n')[0] }).toEqual({ code: exit, line: words })
    },
  )
})
