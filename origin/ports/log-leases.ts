import type { Position } from './outbox.ts'

/**
 * Who works on which partition of one group, as one member sees and changes it.
 *
 * Promises: a partition has one owner at a time, and the lease of one that does not beat ends; only the
 * owner, and only under its lease, moves a position.
 */
export interface LogLeases {
  /** Gives each partition of a new group a row: at the beginning of what the outbox holds. */
  register(): Promise<void>
  /** Says that this member lives, and prolongs what it holds. */
  beat(held: readonly number[]): Promise<Beat>
  /** Takes free partitions, those of the dead among them. */
  take(count: number): Promise<readonly number[]>
  /** Where to go on. `undefined`: somebody else has it. */
  position(partition: number): Promise<Position | undefined>
  /** False: somebody else has it. */
  commit(partition: number, position: Position): Promise<boolean>
  release(partitions: readonly number[]): Promise<void>
  /** Gives up membership, so that others need not wait for its end. */
  leave(): Promise<void>
}

export interface Beat {
  /** Of those held, the ones that are still this member's. */
  readonly held: readonly number[]
  /** How many this member should hold now. */
  readonly share: number
}
