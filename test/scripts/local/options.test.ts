import { describe, expect, it } from 'vitest'
import { BadInput, readOptions } from '../../../scripts/local/options.ts'

const OPTIONS = {
  runs: { type: 'number', min: 1, default: 300, what: 'how many' },
  seed: { type: 'number', what: 'drawn from' },
  speed: { type: 'number', isFraction: true, above: 0, default: 60, what: 'how fast' },
  only: { type: 'text', value: 'WORDS', what: 'which' },
  log: { type: 'text', value: 'LOG', oneOf: ['outbox', 'kafka'], what: 'on which log' },
  users: { type: 'text', value: 'FILE', isMany: true, what: 'people' },
  planted: { type: 'flag', what: 'with bugs' },
} as const

const read = (...args: string[]) => readOptions(OPTIONS, args, { takesWords: false }).values

describe('options', () => {
  it('have their defaults when nothing is given', () => {
    const runs = 300
    expect(read()).toEqual({ runs, speed: 60, users: [], planted: false })
  })

  it('are what was given', () => {
    const given = ['--runs=7', '--seed=-5', '--speed', '0.5', '--only', 'two words', '--planted']
    expect(read(...given, '--log', 'kafka', '--users', 'a.tsv', '--users', 'b.tsv')).toEqual({
      runs: 7,
      seed: -5,
      speed: 0.5,
      only: 'two words',
      log: 'kafka',
      users: ['a.tsv', 'b.tsv'],
      planted: true,
    })
  })

  it.each([
    [['--no-such-option'], "Unknown option '--no-such-option'."],
    [['file.tsv'], /^Unexpected argument 'file\.tsv'\. ?/],
    [['--runs'], "Option '--runs <value>' argument missing."],
    [['--planted=yes'], /'--planted' does not take an argument/],
    [['--only', '--planted'], /'--only.*ambiguous/],
    [['--runs', 'many'], '--runs takes a whole number from 1 on, not “many”.'],
    [['--runs', ''], '--runs takes a whole number from 1 on, not “”.'],
    [['--runs', '0'], '--runs takes a whole number from 1 on, not “0”.'],
    [['--runs', '1.5'], '--runs takes a whole number from 1 on, not “1.5”.'],
    [['--seed', '1e400'], '--seed takes a whole number, not “1e400”.'],
    [['--speed', '0'], '--speed takes a number above 0, not “0”.'],
    [['--log', 'disk'], '--log takes outbox or kafka, not “disk”.'],
  ])('refuse %j in one line', (args, words) => {
    const message = messageOf(() => read(...args))
    expect(message).toMatch(words)
    expect(message.split('\n')).toHaveLength(1)
  })

  it('are asked for where they must be given, except by who asks for help', () => {
    const options = {
      user: { type: 'text', value: 'ID', isRequired: true, what: 'whose' },
    } as const
    const from = (...args: string[]) => readOptions(options, args, { takesWords: false })
    expect(messageOf(() => from())).toBe('--user is missing.')
    expect(from('--help').wantsHelp).toBe(true)
    expect(from('--user', 'nina').values.user).toBe('nina')
  })
})

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof BadInput) return error.message
    throw error
  }
  throw new Error('it was taken')
}
