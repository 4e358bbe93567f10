import { parseArgs } from 'node:util'

interface About {
  readonly what: string
  /** What is done without it, where that is no value of its own. */
  readonly otherwise?: string
}
interface FlagOption extends About {
  readonly type: 'flag'
}
interface NumberOption extends About {
  readonly type: 'number'
  readonly default?: number
  /** Whole numbers alone, unless it is a fraction. */
  readonly isFraction?: boolean
  readonly min?: number
  /** Above this, not at it. */
  readonly above?: number
}
interface TextOption extends About {
  readonly type: 'text'
  /** What stands for the value in the usage. */
  readonly value: string
  readonly default?: string
  readonly oneOf?: readonly string[]
  readonly isRequired?: true
  /** May be given more than once. */
  readonly isMany?: true
}
export type Option = FlagOption | NumberOption | TextOption
export type OptionsOf = Readonly<Record<string, Option>>

type ValueOf<One extends Option> = One extends FlagOption
  ? boolean
  : One extends { readonly isMany: true }
    ? readonly string[]
    :
        | (One extends NumberOption ? number : TextIn<One>)
        | (IsSure<One> extends true ? never : undefined)
type TextIn<One> = One extends { readonly oneOf: readonly (infer Word)[] } ? Word : string
type IsSure<One> = One extends { readonly default: unknown } | { readonly isRequired: true }
  ? true
  : false

export interface Given<Options extends OptionsOf> {
  readonly values: { readonly [Name in keyof Options]: ValueOf<Options[Name]> }
  /** What has no dashes. */
  readonly words: readonly string[]
  readonly wantsHelp: boolean
}

/** In one line, for whoever typed it. */
export class BadInput extends Error {}

/** Throws `BadInput` for what is none of the options, or none of their values. */
export function readOptions<const Options extends OptionsOf>(
  options: Options,
  args: readonly string[],
  { takesWords }: { readonly takesWords: boolean },
): Given<Options> {
  const { values: raw, positionals } = parsed(options, args, takesWords)
  // Whoever asks for help need not have what is required.
  const wantsHelp = raw['help'] === true
  const values = Object.entries(options).map(
    ([name, option]) =>
      [name, wantsHelp ? undefined : valueOf(`--${name}`, option, raw[name])] as const,
  )
  return {
    values: Object.fromEntries(values) as Given<Options>['values'],
    words: positionals,
    wantsHelp,
  }
}

type Raw = string | boolean | readonly string[] | undefined

function parsed(options: OptionsOf, args: readonly string[], allowPositionals: boolean) {
  const raw = { ...rawOptions(options), help: { type: 'boolean' } as const }
  try {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals, options: raw })
    return { values: values as Readonly<Record<string, Raw>>, positionals }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code?.startsWith('ERR_PARSE_ARGS_') !== true) throw error
    // What follows the first sentence is advice that fits no option of ours.
    const [first = message] = message.split(/\.?(?:\s*\n|\.\s)/)
    throw new BadInput(`${first.replace(/\.$/, '')}.`, { cause: error })
  }
}

function rawOptions(options: OptionsOf) {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      name,
      option.type === 'flag'
        ? ({ type: 'boolean' } as const)
        : ({ type: 'string', multiple: option.type === 'text' && option.isMany === true } as const),
    ]),
  )
}

function valueOf(name: string, option: Option, raw: Raw): unknown {
  if (option.type === 'flag') return raw === true
  if (raw === undefined) {
    if (option.type === 'number') return option.default
    if (option.isRequired === true) throw new BadInput(`${name} is missing.`)
    return option.isMany === true ? [] : option.default
  }
  if (option.type === 'number') return numberOf(name, option, String(raw))
  if (option.oneOf !== undefined && !option.oneOf.includes(String(raw))) {
    throw new BadInput(`${name} takes ${option.oneOf.join(' or ')}, not “${String(raw)}”.`)
  }
  return raw
}

function numberOf(name: string, { isFraction, min, above }: NumberOption, raw: string): number {
  const value = raw.trim() === '' ? Number.NaN : Number(raw)
  const isKind = isFraction === true ? Number.isFinite(value) : Number.isSafeInteger(value)
  if (isKind && value >= (min ?? -Infinity) && value > (above ?? -Infinity)) return value
  const kind = isFraction === true ? 'a number' : 'a whole number'
  const from = min === undefined ? '' : ` from ${min} on`
  throw new BadInput(
    `${name} takes ${kind}${above === undefined ? from : ` above ${above}`}, not “${raw}”.`,
  )
}
