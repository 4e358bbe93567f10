// The one file that any Node 20 can run. It installs what the lockfile asks for, then hands over
// to the Node 24 and the tools that were installed, so nobody's own Node decides what happens.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const binaries = path.join(root, 'node_modules', '.bin')
// Development tools report to their makers unless told not to; nothing here phones home.
const quiet = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}
const PATH = `${binaries}${path.delimiter}${process.env.PATH ?? ''}`
const env = { ...quiet, ...process.env, PATH }

const [name, ...args] = process.argv.slice(2)
if (name === undefined) {
  console.error('usage: node scripts/bootstrap.mjs <script or tool> [arguments]')
  process.exit(2)
}
if (!isInstalled()) install()
run()

/**
 * npm writes its own lockfile into node_modules as the last step of an install, after the install
 * scripts: an install that was interrupted lacks it, and one of another lockfile differs from it.
 */
function isInstalled() {
  const wanted = packagesOf(path.join(root, 'package-lock.json'))
  const found = packagesOf(path.join(root, 'node_modules', '.package-lock.json'))
  if (wanted === undefined || found === undefined) return false
  if (!existsSync(path.join(binaries, 'node'))) return false
  return Object.entries(wanted).every(([place, { version, integrity, optional, peer }]) => {
    if (place === '') return true
    const installed = found[place]
    // Packages for other systems, and peers that nobody needed, are left out by npm itself.
    if (installed === undefined) return optional === true || peer === true
    return installed.version === version && installed.integrity === integrity
  })
}

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined
}

function install() {
  console.log('Installing packages as package-lock.json asks (about a minute the first time) …')
  const startedAt = performance.now()
  const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, signal, error } = spawnSync('npm', ['ci', ...options], {
    cwd: root,
    env: process.env,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    const reason = error?.message ?? (signal === null ? `exit code ${status}` : signal)
    console.error(`npm ci failed (${reason}). Its own words are above; run it by hand to see more.`)
    process.exit(status ?? 1)
  }
  console.log(`Packages installed in ${Math.round((performance.now() - startedAt) / 1000)} s.`)
}

function run() {
  const script = path.join(root, 'scripts', `${name}.ts`)
  const isScript = existsSync(script)
  const command = path.join(binaries, isScript ? 'node' : name)
  if (!existsSync(command)) {
    console.error(`There is no script and no tool named ${name}.`)
    process.exit(2)
  }
  const child = spawn(command, isScript ? [script, ...args] : args, {
    cwd: root,
    env,
    stdio: 'inherit',
  })
  child.on('error', (error) => {
    console.error(`${name} could not be started: ${error.message}`)
    process.exit(1)
  })
  // A terminal sends Ctrl-C to the child as well; sent twice, tools take it for impatience.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT')
  })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 1))
  })
}
