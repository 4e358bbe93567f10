import cluster from 'node:cluster'
import { AppError } from '../shared/errors.ts'
import { readConfig } from './config.ts'
import { runProcess } from './processes/run-process.ts'
import { supervise } from './processes/supervise.ts'
import { toSupervisor } from './processes/to-supervisor.ts'

try {
  const config = readConfig(process.env)
  if (config.processes !== undefined && cluster.isPrimary) await supervise(config.processes, config)
  else await runProcess(config, cluster.isWorker ? toSupervisor(process) : undefined)
} catch (error) {
  if (!(error instanceof AppError) || error.code !== 'CONFIG_INVALID') throw error
  // The words alone, and last: a stack would push them out of what an operator is shown.
  process.stderr.write(`${error.name}: ${error.message}\n`)
  process.exit(1)
}

// The channel to the supervisor would keep a process alive that has nothing left to do.
if (cluster.isWorker) process.disconnect()
