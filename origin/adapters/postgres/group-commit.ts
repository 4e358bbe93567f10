import { AppError } from '../../../shared/errors.ts'

export interface GroupCommitDeps<Ask, Answer> {
  /** All of them or none: an AppError says that a store is to blame, anything else one of them. */
  readonly write: (asks: readonly Ask[]) => Promise<readonly Promise<Answer>[]>
  /** Two of the same name do not go together. */
  readonly nameOf: (ask: Ask) => string | undefined
  readonly now: () => number
}

export interface GroupCommitBounds {
  /** Under way at once; what comes meanwhile goes together. */
  readonly groupsMax: number
  readonly asksMax: number
  /** One that takes longer holds nobody up who comes after it. */
  readonly holdsUpMs: number
  readonly waitMsMax: number
}

interface Waiting<Ask, Answer> {
  readonly ask: Ask
  readonly sinceMs: number
  readonly settle: (answer: Promise<Answer>) => void
}

/**
 * Writes that come while others are under way are written together, in one transaction: Postgres takes a
 * third of the time for each of eight. One that comes alone goes at once. Where a group fails and no store is
 * to blame, nothing of it was done, and each is tried by itself.
 */
export function groupCommit<Ask, Answer>(
  { write, nameOf, now }: GroupCommitDeps<Ask, Answer>,
  { groupsMax, asksMax, holdsUpMs, waitMsMax }: GroupCommitBounds,
): (ask: Ask) => Promise<Answer> {
  let waiting: Waiting<Ask, Answer>[] = []
  let underWay = 0
  let isDue = false

  async function attempt(group: readonly Waiting<Ask, Answer>[]): Promise<void> {
    try {
      const answers = await write(group.map(({ ask }) => ask))
      for (const [at, { settle }] of group.entries()) settle(answers[at] as Promise<Answer>)
    } catch (error) {
      // Whether a store that did not answer has done it, nobody knows: it is not asked twice.
      if (group.length === 1 || error instanceof AppError) {
        for (const { settle } of group) settle(Promise.reject(error as Error))
      } else {
        await Promise.all(group.map((one) => attempt([one])))
      }
    }
  }

  function start(group: readonly Waiting<Ask, Answer>[]): void {
    underWay += 1
    let isHolding = true
    const letGo = () => {
      if (!isHolding) return
      isHolding = false
      underWay -= 1
      send()
    }
    const timer = setTimeout(letGo, holdsUpMs)
    void attempt(group).then(() => {
      clearTimeout(timer)
      letGo()
    })
  }

  /** The first of each name, in the order in which they came. */
  function takeGroup(): readonly Waiting<Ask, Answer>[] {
    const names = new Set<string>()
    const group: Waiting<Ask, Answer>[] = []
    const left: Waiting<Ask, Answer>[] = []
    for (const one of waiting) {
      const name = nameOf(one.ask)
      const isApart = group.length >= asksMax || (name !== undefined && names.has(name))
      if (name !== undefined) names.add(name)
      if (isApart) left.push(one)
      else group.push(one)
    }
    waiting = left
    return group
  }

  /** Whoever waited longer was told that it failed, and may have gone another way since. */
  function refuseLate(): void {
    const latestMs = now() - waitMsMax
    const isLate = ({ sinceMs }: Waiting<Ask, Answer>) => sinceMs < latestMs
    for (const { settle } of waiting.filter(isLate)) {
      settle(
        Promise.reject(new AppError('STORE_UNAVAILABLE', 'postgres: writes wait for too long')),
      )
    }
    waiting = waiting.filter((one) => !isLate(one))
  }

  function send(): void {
    isDue = false
    refuseLate()
    while (waiting.length > 0 && underWay < groupsMax) start(takeGroup())
  }

  return (ask) =>
    new Promise((settle) => {
      waiting.push({ ask, sinceMs: now(), settle })
      if (isDue || underWay >= groupsMax) return
      isDue = true
      setImmediate(send)
    })
}
