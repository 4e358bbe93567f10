import type { Option, OptionsOf } from './options.ts'

/** A script's own words about itself. Its usage is made of these, so that it names what there is. */
export interface Command<Options extends OptionsOf = OptionsOf> {
  /** As it is called: `npm run oracle`. */
  readonly name: string
  /** A sentence. */
  readonly what: string
  /** What comes behind the name where that is more than options. */
  readonly form?: string
  readonly options: Options
  /** True: words without dashes are taken too. */
  readonly takesWords?: boolean
}

export function usageOf({ name, what, form, options }: Command): string {
  const lines = Object.entries(options).map(([option, about]) => {
    const otherwise = about.otherwise ?? defaultOf(about)
    return [
      `--${option}${valueMark(about)}`,
      `${about.what}${otherwise === undefined ? '' : ` (default: ${otherwise})`}`,
    ] as const
  })
  const all = [...lines, ['--help', 'prints this'] as const]
  const width = Math.max(...all.map(([left]) => left.length))
  const behind = form ?? (lines.length > 0 ? '-- [OPTION…]' : '')
  return [
    `usage: ${name} ${behind}`.trimEnd(),
    what,
    '',
    ...all.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`),
  ].join('\n')
}

function valueMark(option: Option): string {
  if (option.type === 'flag') return ''
  return option.type === 'number' ? ' N' : ` ${option.value}`
}

function defaultOf(option: Option): string | undefined {
  if (option.type === 'flag') return 'off'
  return option.default === undefined ? undefined : String(option.default)
}
