import cluster from 'node:cluster'
import { readConfig } from './config.ts'
import { runProcess } from './processes/run-process.ts'
import { supervise } from './processes/supervise.ts'
import { toSupervisor } from './processes/to-supervisor.ts'

const config = readConfig(process.env)
if (config.processes !== undefined && cluster.isPrimary) await supervise(config.processes, config)
else await runProcess(config, cluster.isWorker ? toSupervisor(process) : undefined)

// The channel to the supervisor would keep a process alive that has nothing left to do.
if (cluster.isWorker) process.disconnect()
