/** Rows that have served their time. Each call forgets a bounded number, and answers how many. */
export interface Forgetting {
  /** Answers under idempotency keys that are older than their life. */
  answers(): Promise<number>
}
