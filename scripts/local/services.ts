import path from 'node:path'
import type { Child, SpawnChild } from './children.ts'
import { startEdge, type EdgeBundle } from './edge.ts'
import { answersOk, urlOf } from './http-probe.ts'

const ROOT = path.resolve(import.meta.dirname, '..', '..')
const NODE = path.join(ROOT, 'node_modules', '.bin', 'node')
const READY_DEADLINE_MS = 60_000

interface ProcessOptions {
  readonly logsDir: string
  readonly spawnChild: SpawnChild
  readonly host: string
  readonly port: number
  /** Named apart when several run side by side. */
  readonly name?: string
}

export interface Service {
  readonly child: Child
  readonly url: string
}

export interface L2GatewayOptions extends ProcessOptions {
  readonly redisUrl: string
  readonly token: string
}

/** One gateway for each Redis; it survives the origin. */
export async function startL2Gateway(options: L2GatewayOptions): Promise<Service> {
  const { redisUrl, token, host, port, name = 'l2-gateway' } = options
  const env = { L2_REDIS_URL: redisUrl, L2_PORT: String(port), HOST: host, L2_TOKEN: token }
  const child = spawnNode('origin/l2-gateway/main.ts', { ...options, name, env })
  const url = urlOf(host, port)
  await child.ready(() => answersOk(`${url}/readyz`), READY_DEADLINE_MS)
  return { child, url }
}

export interface Jwt {
  readonly secret: string
  readonly issuer: string
  readonly audience: string
}

export interface OriginOptions extends ProcessOptions {
  readonly adminPort: number
  readonly databaseUrl: string
  readonly redisUrl: string
  /** Variables that name another log than the outbox. */
  readonly eventLog?: Readonly<Record<string, string>>
  /** Variables that say how many processes it has, and what they do. */
  readonly processes?: Readonly<Record<string, string>>
  readonly jwt: Jwt
}

export async function startOrigin(options: OriginOptions): Promise<Service & { adminUrl: string }> {
  const { databaseUrl, redisUrl, jwt, host, port, adminPort, name = 'origin' } = options
  const env = {
    ...options.eventLog,
    ...options.processes,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    HOST: host,
    ORIGIN_PORT: String(port),
    ADMIN_PORT: String(adminPort),
    JWT_SECRET: jwt.secret,
    JWT_ISSUER: jwt.issuer,
    JWT_AUDIENCE: jwt.audience,
  }
  const child = spawnNode('origin/main.ts', { ...options, name, env })
  const [url, adminUrl] = [urlOf(host, port), urlOf(host, adminPort)]
  // Processes that answer no clients are asked where operators ask.
  const isForClients = /http|^$/.test(options.processes?.['ORIGIN_ROLES'] ?? '')
  const asked = isForClients ? url : adminUrl
  await child.ready(() => answersOk(`${asked}/readyz`), READY_DEADLINE_MS)
  return { child, url, adminUrl }
}

export interface LocalEdgeOptions extends ProcessOptions {
  readonly bundle: EdgeBundle
  readonly originUrl: string
  readonly l2Url: string
  readonly l2Token: string
  readonly jwt: Jwt
}

/** The edge with one region: the gateway beside it. */
export async function startLocalEdge(options: LocalEdgeOptions): Promise<Service> {
  const { originUrl, l2Url, l2Token, jwt } = options
  const regions = [{ name: 'local', url: l2Url, latitude: 0, longitude: 0 }]
  return startEdge({
    ...options,
    bindings: {
      ORIGIN_URL: originUrl,
      L2_REGIONS: JSON.stringify(regions),
      L2_TOKEN: l2Token,
      JWT_SECRET: jwt.secret,
      JWT_ISSUER: jwt.issuer,
      JWT_AUDIENCE: jwt.audience,
      // The origin finds it in its environment; both tiers must trust the same issuers.
      JWT_JWKS_URL: process.env['JWT_JWKS_URL'] ?? '',
    },
  })
}

function spawnNode(
  script: string,
  {
    name,
    env,
    logsDir,
    spawnChild,
  }: ProcessOptions & { name: string; env: Record<string, string> },
): Child {
  return spawnChild({
    name,
    command: NODE,
    args: [path.join(ROOT, script)],
    env: { ...process.env, ...env },
    cwd: ROOT,
    logFile: path.join(logsDir, `${name}.log`),
    stopGraceMs: 15_000,
  })
}
