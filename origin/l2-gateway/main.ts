import { once } from 'node:events'
import { pino } from 'pino'
import { readConfig } from './config.ts'
import { startGateway } from './gateway.ts'

const log = pino({ name: 'l2-gateway' })
await using gateway = await startGateway(readConfig(process.env), { log })
log.info({ url: gateway.url }, 'listening')
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
process.once('SIGINT', () => stop.abort())
await once(stop.signal, 'abort')
log.info({}, 'draining')
