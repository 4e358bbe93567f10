/** `npm run check`: everything that can be said about the code without running it. */
import { spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { commandLine } from './local/command-line.ts'

interface Check {
  readonly name: string
  readonly command: readonly [string, ...string[]]
}

const CHECKS: readonly Check[] = [
  { name: 'format', command: ['oxfmt', '--check'] },
  { name: 'lint', command: ['oxlint'] },
  ...['.', 'shared', 'edge', 'edge/web', 'test/edge'].filter(hasSources).map((project): Check => ({
    name: `types of ${project}`,
    command: ['tsc', '--project', project],
  })),
  {
    name: 'import rules',
    command: ['vitest', 'run', '--config', 'test/vitest.rules.config.ts'],
  },
  { name: 'unused code', command: ['knip', '--no-progress'] },
]

commandLine({
  name: 'npm run check',
  what: 'Everything that can be said about the code without running it.',
  options: {},
})
const failed: string[] = []
for (const check of CHECKS) {
  const startedAt = performance.now()
  const { code, output } = await run(check)
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${seconds} s)`)
  if (code !== 0) {
    failed.push(check.name)
    console.log(output.trimEnd())
  }
}
if (failed.length > 0) {
  console.error(`Failed: ${failed.join(', ')}.`)
  process.exitCode = 1
}

/** tsc refuses a project without files, which a young folder is. */
function hasSources(project: string): boolean {
  return globSync(`${project}/**/*.{ts,js}`, { exclude: ['**/node_modules/**'] }).length > 0
}

/** Output is held back: what is fine needs no lines. */
async function run({ command }: Check): Promise<{ code: number; output: string }> {
  const [tool, ...args] = command
  const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
