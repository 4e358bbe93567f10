interface Waiting<Ask, Answer> {
  readonly ask: Ask
  readonly settle: (answer: Answer | Promise<Answer>) => void
}

/**
 * What is asked in one turn of the event loop is asked as one statement: partitions and readers are woken
 * together, and a statement costs more on both sides than most answers. One that fails, fails for all.
 */
export function gathered<Ask, Answer>(
  answer: (asks: readonly Ask[]) => Promise<readonly Answer[]>,
  asksMax: number,
): (ask: Ask) => Promise<Answer> {
  let waiting: Waiting<Ask, Answer>[] = []

  async function send(batch: readonly Waiting<Ask, Answer>[]): Promise<void> {
    try {
      const answers = await answer(batch.map(({ ask }) => ask))
      for (const [at, { settle }] of batch.entries()) settle(answers[at] as Answer)
    } catch (error) {
      for (const { settle } of batch) settle(Promise.reject(error as Error))
    }
  }

  function sendAll(): void {
    const batch = waiting
    waiting = []
    for (let at = 0; at < batch.length; at += asksMax) void send(batch.slice(at, at + asksMax))
  }

  return (ask) =>
    new Promise((settle) => {
      waiting.push({ ask, settle })
      if (waiting.length === 1) setImmediate(sendAll)
    })
}
