import { faultyLink, type FaultyLink, type LinkMode, type Traffic } from './faulty-link.ts'

/** What can be taken away, as those who need it see it. */
export const STORES = ['redis', 'postgres', 'l2', 'origin'] as const
export type Store = (typeof STORES)[number] | 'kafka'

/** Where each line ends, asked anew for each connection; Kafka has lines of its own already. */
export interface LineEnds extends Readonly<Record<(typeof STORES)[number], () => number>> {
  readonly kafka: readonly FaultyLink[]
}

/** The lines between the processes of a stack and what they need. */
export interface StackLines {
  readonly toPostgres: FaultyLink
  readonly originToRedis: FaultyLink
  readonly gatewayToRedis: FaultyLink
  readonly toL2: FaultyLink
  readonly toOrigin: FaultyLink
  become(store: Store, mode: LinkMode): Promise<void>
  traffic(store: Store): Traffic
}

export async function stackLines(to: LineEnds, open: AsyncDisposableStack): Promise<StackLines> {
  const line = async (end: () => number) => open.use(await faultyLink({ to: end }))
  const [toPostgres, originToRedis, gatewayToRedis, toOrigin, toL2] = [
    await line(to.postgres),
    await line(to.redis),
    await line(to.redis),
    await line(to.origin),
    await line(to.l2),
  ]
  const links: Readonly<Record<Store, readonly FaultyLink[]>> = {
    redis: [originToRedis, gatewayToRedis],
    postgres: [toPostgres],
    l2: [toL2],
    origin: [toOrigin],
    kafka: to.kafka,
  }
  return {
    toPostgres,
    originToRedis,
    gatewayToRedis,
    toL2,
    toOrigin,
    async become(store, mode) {
      await Promise.all(links[store].map((each) => each.become(mode)))
    },
    traffic: (store) => links[store].map((each) => each.traffic()).reduce(sum),
  }
}

/** The same store, reached by the line. */
export function through(url: string, { port }: FaultyLink): string {
  const via = new URL(url)
  via.port = String(port)
  return via.href
}

const sum = (a: Traffic, b: Traffic): Traffic => ({
  connections: a.connections + b.connections,
  bytesThere: a.bytesThere + b.bytesThere,
  bytesBack: a.bytesBack + b.bytesBack,
  faults: a.faults + b.faults,
})
