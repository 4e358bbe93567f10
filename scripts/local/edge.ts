import path from 'node:path'
import type { Child, SpawnChild } from './children.ts'
import { answersOk, urlOf } from './http-probe.ts'

const ROOT = path.resolve(import.meta.dirname, '..', '..')
const BIN = path.join(ROOT, 'node_modules', '.bin')
const READY_DEADLINE_MS = 60_000

/** Development tools report to their makers unless told not to; nothing here phones home. */
const QUIET = {
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
}

export interface EdgeBundle {
  readonly script: string
}

/** What `wrangler deploy` would upload, made by wrangler itself. */
export async function bundleEdge(
  outDir: string,
  {
    spawnChild,
    logsDir,
    entry = 'edge/worker.ts',
  }: { spawnChild: SpawnChild; logsDir: string; entry?: string },
): Promise<EdgeBundle> {
  const logFile = path.join(logsDir, 'edge-bundle.log')
  const child = spawnChild({
    name: 'edge bundle',
    command: path.join(BIN, 'node'),
    args: [path.join(BIN, 'wrangler'), 'deploy', entry, '--dry-run', '--outdir', outDir],
    env: { ...process.env, ...QUIET, NO_COLOR: '1' },
    cwd: ROOT,
    logFile,
    isTask: true,
  })
  const how = await child.ended
  if (how !== 'exit code 0') throw new Error(`The Worker could not be bundled: see ${logFile}`)
  return { script: path.join(outDir, `${path.basename(entry, '.ts')}.js`) }
}

export interface EdgeOptions {
  readonly bundle: EdgeBundle
  readonly host: string
  readonly port: number
  /** Vars and secrets, over those of wrangler.toml. */
  readonly bindings: Readonly<Record<string, string>>
  readonly logsDir: string
  readonly spawnChild: SpawnChild
  /** Named apart when two run side by side. */
  readonly name?: string
  /** What Cloudflare would say of a request: coordinates, country. */
  readonly cf?: Readonly<Record<string, string>>
}

/** The real Worker in workerd, in a process of its own that takes workerd with it when it ends. */
export async function startEdge(options: EdgeOptions): Promise<{ child: Child; url: string }> {
  const { bundle, host, port, bindings, logsDir, spawnChild, name = 'edge', cf } = options
  const child = spawnChild({
    name,
    command: path.join(BIN, 'node'),
    args: [path.join(import.meta.dirname, 'edge-process.ts')],
    env: {
      ...process.env,
      ...QUIET,
      // wrangler warns of secrets that it does not find here.
      ...bindings,
      EDGE_PROCESS: JSON.stringify({ script: bundle.script, host, port, bindings, cf }),
    },
    cwd: ROOT,
    logFile: path.join(logsDir, `${name}.log`),
  })
  const url = urlOf(host, port)
  await child.ready(() => answersOk(`${url}/healthz`), READY_DEADLINE_MS)
  return { child, url }
}
