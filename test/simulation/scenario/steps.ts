import type { Relation } from '../../../origin/ports/writes.ts'
import type { ArmedFault, Store } from '../world/faults.ts'
import type { EdgeName, OriginName, ProcessName } from '../world/process.ts'
import type { Server } from '../world/stores.ts'
import type { WorldOptions } from '../world/world.ts'

export type Via = OriginName | EdgeName
export type RelationStep = Relation | `un${Relation}`

/** People and posts are named by number, so that a step means something whatever was left out before it. */
export type Deed =
  | { readonly do: 'post'; readonly author: number; readonly via: Via; readonly count: number }
  | {
      readonly do: 'edit' | 'delete'
      readonly author: number
      readonly post: number
      readonly via: Via
    }
  | {
      readonly do: 'relate'
      readonly how: RelationStep
      readonly from: number
      readonly to: number
      readonly via: Via
    }
  | { readonly do: 'rename'; readonly user: number; readonly via: Via }
  | {
      readonly do: 'read'
      readonly viewer: number
      readonly via: Via
      readonly mode: 'latest' | 'ranked'
      readonly limit: number
      readonly withToken: boolean
      readonly pages: number
      readonly gapMs: number
    }
  | {
      readonly do: 'look'
      readonly viewer: number
      readonly via: Via
      readonly post: number
      readonly withToken: boolean
    }
  | {
      readonly do: 'strategy'
      readonly strategy: 'push' | 'pull' | 'hybrid'
      readonly threshold: number
    }
  | { readonly do: 'rest' }
  | ({ readonly do: 'fault' } & Readonly<ArmedFault>)
  | {
      readonly do: 'away'
      readonly store: Store
      readonly process: ProcessName | undefined
      readonly how: 'refuse' | 'hang'
      readonly ms: number
    }
  | { readonly do: 'failover'; readonly server: Server; readonly lostMs: number }
  | { readonly do: 'rollback'; readonly server: Server; readonly lostMs: number }
  | { readonly do: 'flush'; readonly server: Server }
  | { readonly do: 'evict'; readonly which: number }
  | { readonly do: 'evict-timeline'; readonly viewer: number }
  /** Of the newest ones. */
  | { readonly do: 'evict-post'; readonly post: number }
  | { readonly do: 'lag'; readonly ms: number }
  /** The next pipeline of the process that is long enough waits before the command at the place. */
  | {
      readonly do: 'interrupt'
      readonly process: ProcessName
      readonly place: number
      readonly ms: number
    }
  | { readonly do: 'hold'; readonly ms: number }
  | { readonly do: 'lose-wake-up' }
  | { readonly do: 'poison'; readonly author: number; readonly via: Via; readonly ms: number }
  | { readonly do: 'cut-leader' }
  | { readonly do: 'restart'; readonly process: OriginName }
  | { readonly do: 'freeze'; readonly process: ProcessName; readonly ms: number }
  | { readonly do: 'replace'; readonly edge: EdgeName }
  | { readonly do: 'sleep'; readonly ms: number }

export type Step = { readonly afterMs: number } & Deed

/** A run from its beginning to its end. */
export interface Scenario {
  readonly seed: number
  readonly world: Omit<WorldOptions, 'trace' | 'seed'>
  readonly steps: readonly Step[]
}
