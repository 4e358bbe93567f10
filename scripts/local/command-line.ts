import { BadInput, readOptions, type Given, type OptionsOf } from './options.ts'
import { usageOf, type Command } from './usage.ts'

export interface CommandLine<Options extends OptionsOf> extends Omit<Given<Options>, 'wantsHelp'> {
  /** Ends the process as it ends for an option that there is not. */
  readonly refuse: (why: string) => never
}

const BAD_INPUT_EXIT = 2

/** What the script was asked for. With `--help`, and with what it does not know, the process ends here. */
export function commandLine<const Options extends OptionsOf>(
  command: Command<Options>,
): CommandLine<Options> {
  const refuse = (why: string): never => {
    console.error(`${why}\n\n${usageOf(command)}`)
    process.exit(BAD_INPUT_EXIT)
  }
  const { options, takesWords = false } = command
  try {
    const { wantsHelp, ...given } = readOptions(options, process.argv.slice(2), { takesWords })
    if (!wantsHelp) return { ...given, refuse }
    console.log(usageOf(command))
    process.exit(0)
  } catch (error) {
    if (error instanceof BadInput) return refuse(error.message)
    throw error
  }
}
