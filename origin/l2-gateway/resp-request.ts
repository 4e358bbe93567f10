import type { Command } from './commands.ts'

/** All commands as one text, so that they leave in one write and stay in order. */
export function encodeCommands(commands: readonly Command[]): string {
  let text = ''
  for (const command of commands) {
    text += `*${command.length}\r\n`
    for (const part of command) text += `$${Buffer.byteLength(part)}\r\n${part}\r\n`
  }
  return text
}
