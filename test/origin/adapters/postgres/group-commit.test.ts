import { expect, it } from 'vitest'
import { groupCommit } from '../../../../origin/adapters/postgres/group-commit.ts'
import { AppError } from '../../../../shared/errors.ts'

const bounds = { groupsMax: 2, asksMax: 3, holdsUpMs: 60_000, waitMsMax: 500 }

/** Statements that end when the test says so. */
function statements({ holdsUpMs = bounds.holdsUpMs } = {}) {
  const open: { readonly asks: readonly string[]; end(error?: Error): void }[] = []
  let nowMs = 0
  const write = (asks: readonly string[]) =>
    new Promise<readonly Promise<string>[]>((resolve, reject) => {
      open.push({
        asks,
        end: (error) =>
          error === undefined
            ? resolve(asks.map((ask) => Promise.resolve(`${ask} written`)))
            : reject(error),
      })
    })
  const nameOf = (ask: string) => (ask.startsWith('key') ? ask : undefined)
  const ask = groupCommit({ write, nameOf, now: () => nowMs }, { ...bounds, holdsUpMs })
  return {
    ask,
    open,
    sent: () => open.map(({ asks }) => asks.join()),
    pass: (ms: number) => {
      nowMs += ms
    },
  }
}

const aTurn = () => new Promise((resolve) => setImmediate(resolve))
const turns = async () => {
  for (let turn = 0; turn < 5; turn += 1) await aTurn()
}

it('sends what comes alone at once, and together what comes meanwhile', async () => {
  const { ask, open, sent } = statements()
  const answers = ['a', 'b', 'c', 'd', 'e', 'f'].map(async (each, at) => {
    if (at < 2) for (let turn = 0; turn < at; turn += 1) await aTurn()
    else await turns()
    return ask(each)
  })
  await turns()
  await turns()
  expect(sent()).toEqual(['a', 'b'])
  open[0]?.end()
  await turns()
  expect(sent()).toEqual(['a', 'b', 'c,d,e'])
  for (const each of [1, 2]) open[each]?.end()
  await turns()
  expect(sent()).toEqual(['a', 'b', 'c,d,e', 'f'])
  open[3]?.end()
  expect(await Promise.all(answers)).toEqual(
    ['a', 'b', 'c', 'd', 'e', 'f'].map((each) => `${each} written`),
  )
})

it('never sends two of the same name together', async () => {
  const { ask, open, sent } = statements()
  const answers = ['key 1', 'key 1', 'key 2'].map(ask)
  await turns()
  expect(sent()).toEqual(['key 1,key 2', 'key 1'])
  for (const each of open) each.end()
  await Promise.all(answers)
})

it('tries each by itself when one of them is at fault, and none when a store is', async () => {
  const { ask, open, sent } = statements()
  const [good, bad] = [ask('good'), ask('bad')]
  await turns()
  open[0]?.end(new Error('a bad value'))
  await turns()
  expect(sent()).toEqual(['good,bad', 'good', 'bad'])
  open[1]?.end()
  open[2]?.end(new Error('a bad value'))
  expect(await good).toBe('good written')
  await expect(bad).rejects.toThrow('a bad value')

  const lost = ['c', 'd'].map(ask)
  await turns()
  open[3]?.end(new AppError('STORE_UNAVAILABLE', 'it went away'))
  for (const each of lost) await expect(each).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(open).toHaveLength(4)
})

it('lets a statement that waits for a lock hold nobody up for long', async () => {
  const { ask, open, sent } = statements({ holdsUpMs: 1 })
  const answers = [ask('a')]
  await turns()
  answers.push(ask('b'))
  await turns()
  answers.push(ask('c'))
  await expect.poll(sent).toEqual(['a', 'b', 'c'])
  for (const each of open) each.end()
  expect(await Promise.all(answers)).toEqual(['a written', 'b written', 'c written'])
})

it('refuses what waited for too long before it is sent', async () => {
  const { ask, open, sent, pass } = statements()
  const [first, second] = [ask('a'), (await turns(), ask('b'))]
  await turns()
  const late = ask('c')
  await turns()
  pass(bounds.waitMsMax + 1)
  open[0]?.end()
  await expect(late).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  open[1]?.end()
  expect(await Promise.all([first, second])).toEqual(['a written', 'b written'])
  expect(sent()).toEqual(['a', 'b'])
})
