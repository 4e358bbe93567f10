import { expect, it } from 'vitest'
import { gathered } from '../../../../origin/adapters/postgres/gathered.ts'

function counting(asksMax = 10) {
  const statements: (readonly number[])[] = []
  const ask = gathered(async (asks: readonly number[]) => {
    statements.push(asks)
    if (asks.includes(0)) throw new RangeError('not 0')
    return asks.map((each) => each * 2)
  }, asksMax)
  return { ask, statements }
}

it('asks once what is asked in one turn, and answers each its own', async () => {
  const { ask, statements } = counting()
  expect(await Promise.all([1, 2, 3].map(ask))).toEqual([2, 4, 6])
  expect(await ask(4)).toBe(8)
  expect(statements).toEqual([[1, 2, 3], [4]])
})

it('asks for no more at once than it may', async () => {
  const { ask, statements } = counting(2)
  expect(await Promise.all([1, 2, 3].map(ask))).toEqual([2, 4, 6])
  expect(statements).toEqual([[1, 2], [3]])
})

it('fails for all that were asked together, and for nobody else', async () => {
  const { ask } = counting(2)
  const answers = await Promise.allSettled([1, 0, 3].map(ask))
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
})
