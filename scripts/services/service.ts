import type { SpawnChild } from '../local/children.ts'

/** What a service is given to start with. */
export interface ServiceContext {
  /** Its own, kept between runs. */
  readonly dataDir: string
  readonly logsDir: string
  /** Programs that were fetched; shared with everything else that runs from this home. */
  readonly toolsDir: string
  readonly spawnChild: SpawnChild
  /** Says in words what takes time. */
  readonly say: (words: string) => void
}

/** The variables by which tests, benchmarks and the product find a service. */
export type ServiceEnv = Readonly<Record<string, string>>

/** A real server, or several, that tests and benchmarks need. One file a service. */
export interface Service {
  readonly name: string
  /** A few words for `status`. */
  readonly what: string
  /** What this machine lacks, each with how to get it. */
  missing(toolsDir: string): readonly string[]
  /** Resolves when it is of use, not when its ports are open. What it spawned is ended by the caller. */
  start(context: ServiceContext): Promise<ServiceEnv>
  /** Asks the servers themselves. */
  answers(env: ServiceEnv): Promise<boolean>
}
