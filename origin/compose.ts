import { randomUUID } from 'node:crypto'
import { remembering } from '../shared/auth/remember.ts'
import { tokenVerifier } from '../shared/auth/verify.ts'
import { adminApp } from './admin/app.ts'
import { authenticate } from './auth/authenticate.ts'
import { resolveSubject } from './auth/resolve-subject.ts'
import { composeReads } from './compose-reads.ts'
import { openStores } from './compose-stores.ts'
import { composeWorkers } from './compose-workers.ts'
import { composeWrites } from './compose-writes.ts'
import type { Config } from './config.ts'
import { admission } from './http/admission.ts'
import { originApp, type FrameDeps } from './http/app.ts'
import type { ShedLoadDeps } from './http/shed-load.ts'
import { jsonLog } from './observe/log.ts'
import { metrics as newMetrics, type Metrics } from './observe/metrics.ts'
import { liveSettings, type LiveSettings } from './settings/live-settings.ts'
import { forgetOld } from './write/forget-old.ts'

/** What the process around it adds. */
export interface Surroundings {
  /** Why it should get no more requests; empty: it should. */
  readonly notReady: () => readonly string[]
  /** The text of /metrics: of this process, or of all that share its port. */
  readonly expositionOf: (metrics: Metrics) => () => Promise<string>
}

export interface Origin extends AsyncDisposable {
  readonly notReady: () => readonly string[]
  readonly http: ReturnType<typeof originApp>
  readonly admin: ReturnType<typeof adminApp>
  /** For the port of clients. */
  readonly shed: ShedLoadDeps
  /** Follows, delivers and leads until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** The only place that sees flows and adapters. What it opens first, it closes last. */
export async function compose(config: Config, around: Surroundings): Promise<Origin> {
  await using opening = new AsyncDisposableStack()
  const now = Date.now
  const log = jsonLog(config.log.level)
  const metrics = newMetrics()
  const failed = (what: string, error: unknown) => log.warn({ err: error }, `${what} failed`)

  let settings: LiveSettings | undefined
  const current = () => {
    if (settings === undefined) throw new TypeError('settings are asked for before they are open')
    return settings.current()
  }
  const stores = await openStores(config, opening, {
    now,
    listPostsMax: () => current()['list.postsMax'],
    failed,
  })
  settings = liveSettings({
    store: stores.settings,
    now,
    pause: stores.pace.sleep,
    onFailure: (error) => failed('settings', error),
  })
  const live = settings

  const reads = composeReads({ stores, settings: current, metrics, now, failed })
  const writes = composeWrites(stores, reads.keepCreated, failed)
  const workers = composeWorkers({
    config,
    stores,
    tail: reads.tail,
    metrics,
    log,
    now,
    failed,
  })

  const frame: FrameDeps = {
    authenticate: authenticate({
      verify: remembering(tokenVerifier({ ...config.auth, now }), now),
      resolveSubject: resolveSubject({ subjects: stores.subjects, settings: current }),
    }),
    now,
    newRequestId: randomUUID,
    requestSeen(request) {
      metrics.requestServed(
        request.method,
        request.route,
        request.status,
        request.durationMs / 1000,
      )
      log.debug(request, 'request')
    },
    onUnexpected: (error) => log.error({ err: error }, 'an unexpected failure'),
  }
  const notReady = () => [
    ...around.notReady(),
    ...(live.lookedAtMs() === 0 ? ['settings'] : []),
    ...(reads.tail.ready() ? [] : ['the tail has not caught up']),
  ]

  const http = originApp({
    ...frame,
    ...writes,
    notReady,
    people: stores.people,
    feedRead: metrics.feedRead,
    readFeed: reads.feed,
    readPost: reads.post,
    readUser: reads.user,
    readUsers: reads.users,
    readUserPosts: reads.userPosts,
  })
  const admin = adminApp({
    ...frame,
    notReady,
    metrics: { ...metrics, exposition: around.expositionOf(metrics) },
    settings: live,
    audit: stores.audit,
    stats: stores.stats,
    deadLetters: stores.deadLetters,
    replayDeadLetter: workers.replayDeadLetter,
    provisionUsers: writes.provisionUsers,
    rebuildTimeline: reads.rebuildTimeline,
    verifyTimeline: reads.verifyTimeline,
    explain: reads.explain,
  })

  const forgetting = {
    forgetting: stores.forgetting,
    pause: (durationMs: number, until: AbortSignal) => stores.pace.sleep(durationMs, until),
    onFailure: (error: unknown) => failed('forgetting', error),
  }
  const admitted = admission({ now: stores.pace.now, waiting: reads.waitingForPostgres })
  metrics.admissionLimit(admitted.limit)
  const open = opening.move()
  return {
    notReady,
    shed: { admission: admitted, newRequestId: randomUUID, refused: metrics.requestRefused },
    http,
    admin,
    async run(signal) {
      await Promise.all([
        live.follow(signal),
        admitted.watch(stores.pace.sleep, signal),
        reads.tail.run(signal),
        workers.run(signal),
        forgetOld(forgetting, signal),
      ])
      await reads.settled()
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
