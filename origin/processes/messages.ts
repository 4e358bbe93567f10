import { z } from 'zod'

/** From a process to its supervisor. */
export const FromProcess = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** What is counted in all processes. */
  z.object({ type: z.literal('metrics-wanted'), question: z.string() }),
  z.object({ type: z.literal('metrics'), question: z.string(), samples: z.unknown() }),
])
export type FromProcess = z.infer<typeof FromProcess>

/** From the supervisor to a process. */
export const FromSupervisor = z.discriminatedUnion('type', [
  /** Another process has taken over: end without dropping a request. */
  z.object({ type: z.literal('retire') }),
  z.object({ type: z.literal('metrics-wanted'), question: z.string() }),
  z.object({ type: z.literal('all-metrics'), question: z.string(), samples: z.array(z.unknown()) }),
])
export type FromSupervisor = z.infer<typeof FromSupervisor>

/** The channel between the two, seen from either side. */
export interface Channel<Out, In> {
  readonly send: (message: Out) => void
  readonly onMessage: (listener: (message: In) => void) => void
}
