import { FromSupervisor, type Channel, type FromProcess } from './messages.ts'

/** The channel of a process that a supervisor has started. */
export const toSupervisor = (process: NodeJS.Process): Channel<FromProcess, FromSupervisor> => ({
  send: (message) => void process.send?.(message),
  onMessage: (listener) => {
    process.on('message', (raw) => listener(FromSupervisor.parse(raw)))
  },
})
