import { ask, write } from '../../support/client.ts'
import type { Deployment, Person } from '../../support/deployment.ts'
import { until } from '../../support/until.ts'
import {
  AFTER,
  BEFORE,
  feedProbe,
  postProbe,
  profileProbe,
  watch,
  type Probe,
  type Watched,
  type WatchOptions,
} from './watch.ts'

/** Changes that must be seen at every edge within two seconds. */
const CHANGES = ['delete', 'edit', 'block'] as const
export type Change = (typeof CHANGES)[number]

/** Each change is made through one edge and watched through another. */
export interface Way {
  readonly writesAt: string
  readonly readsAt: string
}

export interface Trial {
  readonly ways: readonly Way[]
  readonly changes?: readonly Change[]
  /** Just before the changes, when every page was seen, warm, as it was. */
  readonly before?: () => Promise<void> | void
  /** When all of them were acknowledged. */
  readonly after?: () => Promise<void> | void
  readonly enough?: WatchOptions['enough']
}

interface Case extends Way {
  readonly change: Change
  readonly author: Person
  readonly reader: Person
  readonly post: string
  readonly probes: readonly Probe[]
}

/** Well past the two seconds. */
const PAST_THE_BOUND_MS = 2_600

/** For how long each page was given as it was before. */
export async function trial(
  deployed: Deployment,
  { ways, changes = CHANGES, before, after, enough = (ms) => ms > PAST_THE_BOUND_MS }: Trial,
): Promise<readonly Watched[]> {
  const wanted = ways.flatMap((way) => changes.map((change) => ({ ...way, change })))
  const people = await deployed.people(2 * wanted.length)
  const cases = await Promise.all(
    wanted.map((one, at) => prepared(one, people[2 * at] as Person, people[2 * at + 1] as Person)),
  )
  await until(() => areWarm(cases), 20_000, 'every page warm at the edge that is watched')

  await before?.()
  const writtenAt = new Map<Case, number>()
  const watching = Promise.all(
    cases.flatMap((one) =>
      one.probes.map((probe) => watch(probe, { writtenAt: () => writtenAt.get(one), enough })),
    ),
  )
  // Where the change itself fails, that is what is thrown.
  watching.catch(() => undefined)
  await Promise.all(
    cases.map(async (one) => {
      await make(one)
      writtenAt.set(one, performance.now())
    }),
  )
  await after?.()
  return watching
}

async function prepared(
  { change, writesAt, readsAt }: Way & { readonly change: Change },
  author: Person,
  reader: Person,
): Promise<Case> {
  await write(writesAt, 'PUT', `/v1/users/${author.id}/follow`, { as: reader })
  const made = await write(writesAt, 'POST', '/v1/posts', { as: author, body: { text: BEFORE } })
  const post = String(made.json['id'])
  const place = (page: string) => ({ name: `${change}, ${page}`, at: readsAt, as: reader })
  const probes = [
    postProbe(place('the post'), post),
    feedProbe(place('the feed'), post),
    ...(change === 'block' ? [profileProbe(place('the profile'), author.id)] : []),
  ]
  return { change, writesAt, readsAt, author, reader, post, probes }
}

/** What is watched lies in L1 there, as far as L1 holds such things. */
async function areWarm(cases: readonly Case[]): Promise<boolean> {
  const warm = await Promise.all(
    cases.flatMap(({ probes }) =>
      probes.map(async (probe) => {
        const answer = await ask(probe.at, 'GET', probe.target, { as: probe.as })
        const layer = probe.target.startsWith('/v1/posts/') ? 'l1' : answer.servedBy
        return probe.verdict(answer) === 'old' && answer.servedBy === layer
      }),
    ),
  )
  return warm.every(Boolean)
}

function make({ change, writesAt, author, reader, post }: Case) {
  switch (change) {
    case 'delete':
      return write(writesAt, 'DELETE', `/v1/posts/${post}`, { as: author })
    case 'edit':
      return write(writesAt, 'PUT', `/v1/posts/${post}`, { as: author, body: { text: AFTER } })
    case 'block':
      return write(writesAt, 'PUT', `/v1/users/${reader.id}/block`, { as: author })
  }
}
