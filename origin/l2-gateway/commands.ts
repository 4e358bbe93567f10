import { L2_GATEWAY_ARGUMENTS_MAX, L2_GATEWAY_COMMANDS_MAX } from '../../shared/limits.ts'
import { readCommand } from './read-commands.ts'
import { Refusal } from './refusal.ts'

/** The name of a read in lower case, then its arguments. */
export type Command = readonly string[]

/** `["GET", "key"]` */
export function readSingle(body: string): readonly Command[] {
  return [
    readOne(readJson(body), 'Expected a string array at root of the command and its arguments.'),
  ]
}

/** `[["GET", "key"], ["LRANGE", "list", 0, -1]]`: one command that may not pass refuses them all. */
export function readPipeline(body: string): readonly Command[] {
  const commands = readJson(body)
  const shape = 'Expected an array of string arrays at root.'
  if (!Array.isArray(commands)) throw new Refusal(400, `Invalid command array. ${shape}`)
  if (commands.length > L2_GATEWAY_COMMANDS_MAX) {
    throw new Refusal(400, `ERR a pipeline holds at most ${L2_GATEWAY_COMMANDS_MAX} commands`)
  }
  return commands.map((command: unknown) => readOne(command, shape))
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new Refusal(400, 'ERR failed to parse the request as JSON', { cause })
  }
}

// By hand and not by a schema: a page sends hundreds of arguments, and this runs before each of its reads.
function readOne(command: unknown, shape: string): Command {
  if (!Array.isArray(command) || typeof command[0] !== 'string') {
    throw new Refusal(400, `Invalid command array. ${shape}`)
  }
  if (command.length > L2_GATEWAY_ARGUMENTS_MAX) {
    throw new Refusal(400, `ERR a command has at most ${L2_GATEWAY_ARGUMENTS_MAX} arguments`)
  }
  const name = readCommand(command[0])
  if (name === undefined) {
    throw new Refusal(400, 'NOPERM this token may only read: a command is not on the list of reads')
  }
  const parts = command.map((argument: unknown) => readArgument(argument, shape))
  parts[0] = name
  return parts
}

function readArgument(argument: unknown, shape: string): string {
  if (typeof argument === 'string') return argument
  if (typeof argument === 'number' || typeof argument === 'boolean') return String(argument)
  throw new Refusal(400, `Invalid command array. ${shape}`)
}
