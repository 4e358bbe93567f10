import { SignJWT } from 'jose'
import { edgeApp, type EdgeDeps } from '../../../edge/app.ts'
import { checks as allChecks } from '../../../edge/cache/checks.ts'
import type { Region } from '../../../edge/l2/pipeline.ts'
import type { Pipeline } from '../../../edge/l2/pipeline.ts'
import type { FeedPage } from '../../../shared/feed/page.ts'

const SECRET = 'a-secret-of-at-least-32-characters'

export interface Clock {
  nowMs: number
}

export interface Timer {
  readonly delayMs: number
  readonly run: () => void
}

/** Answers as the origin would; by default it is down. */
export type OriginDouble = (request: Request) => Promise<Response> | Response

export interface EdgeUnderTest {
  readonly clock: Clock
  /** What reached the origin. */
  readonly forwarded: Request[]
  readonly reported: unknown[]
  /** What waits for a time to pass. Nothing runs before the test says so. */
  readonly timers: Timer[]
  get(path: string, as?: string, headers?: Record<string, string>): Promise<Response>
  send(request: Request): Promise<Response>
  /** Waits for polls and other work that outlives answers. */
  settle(): Promise<void>
}

export interface EdgeOptions extends Partial<Omit<EdgeDeps, 'regions'>> {
  readonly regions?: readonly (Pipeline | Region)[]
  readonly originDouble?: OriginDouble
  readonly clock?: Clock
}

/** The edge's own code in this process, with a clock in the test's hand and an origin that the test plays. */
export function edgeUnderTest({
  regions = [],
  originDouble = () => Promise.reject(new TypeError('nobody listens')),
  clock = { nowMs: Date.now() },
  ...deps
}: EdgeOptions = {}): EdgeUnderTest {
  const forwarded: Request[] = []
  const reported: unknown[] = []
  const timers: Timer[] = []
  const background = new Set<Promise<unknown>>()
  let ids = 0
  const app = edgeApp({
    originUrl: 'http://origin.test',
    regions: regions.map((region, at) =>
      typeof region === 'function'
        ? { name: `region-${at}`, latitude: 0, longitude: at, pipeline: region }
        : region,
    ),
    auth: {
      secret: SECRET,
      jwksUrl: undefined,
      issuer: 'headwater',
      audience: 'headwater',
      subject: 'userId',
    },
    limiter: undefined,
    fetch: async (url, init) => {
      const request = new Request(url, init)
      forwarded.push(request)
      return originDouble(request)
    },
    now: () => clock.nowMs,
    newId: () => `request-${(ids += 1)}`,
    after(delayMs, run) {
      const timer = { delayMs, run }
      timers.push(timer)
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1)
      }
    },
    checks: allChecks,
    report: (error) => {
      reported.push(error)
    },
    later: (work) => {
      background.add(work)
      void work.finally(() => background.delete(work)).catch(() => undefined)
    },
    ...deps,
  })
  const send = async (request: Request) => app.fetch(request)
  return {
    clock,
    forwarded,
    reported,
    timers,
    send,
    async get(path, as, headers = {}) {
      const authorization = as === undefined ? {} : { authorization: await bearer(as) }
      return send(
        new Request(`http://edge.test${path}`, { headers: { ...authorization, ...headers } }),
      )
    },
    async settle() {
      while (background.size > 0) await Promise.allSettled(background)
    },
  }
}

export interface BearerOptions {
  readonly secret?: string
  readonly audience?: string
  readonly issuer?: string
  readonly expiresAtS?: number
}

export async function bearer(subject: string, options: BearerOptions = {}): Promise<string> {
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(subject)
    .setIssuer(options.issuer ?? 'headwater')
    .setAudience(options.audience ?? 'headwater')
    .setExpirationTime(options.expiresAtS ?? Math.floor(Date.now() / 1000) + 36_000)
    .sign(new TextEncoder().encode(options.secret ?? SECRET))
  return `Bearer ${token}`
}

export const pageOf = async (response: Response): Promise<FeedPage> => {
  if (response.status !== 200) {
    throw new Error(
      `${response.status} ${await response.text()} ${response.headers.get('server-timing')}`,
    )
  }
  return (await response.json()) as FeedPage
}

export const idsOf = ({ items }: FeedPage): string[] => items.map(({ post }) => post.id)

export const servedBy = (response: Response) => response.headers.get('headwater-served-by')
