/**
 * kafkajs 2.2.4 sets a timer with a negative time whenever its request queue is empty. Node corrects and
 * reports that, once a process, to everybody who only wanted to know whether a broker runs.
 */
export function silenceNegativeTimers(): void {
  const printers = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (warning.name === 'TimeoutNegativeWarning') return
    for (const print of printers) print(warning)
  })
}
