import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../origin/l2-gateway/config.ts'

const env = { L2_REDIS_URL: 'redis://:secret@127.0.0.1:6379/2', L2_TOKEN: '0123456789abcdef' }

describe('the configuration of the gateway', () => {
  it('stays on loopback and on its port unless told otherwise', () => {
    expect(readConfig(env).listen).toEqual({ host: '127.0.0.1', port: 8079 })
  })

  it.each([
    ['L2_TOKEN', { ...env, L2_TOKEN: '0123456789abcde' }],
    ['L2_TOKEN', { L2_REDIS_URL: env.L2_REDIS_URL }],
    ['L2_REDIS_URL', { ...env, L2_REDIS_URL: 'http://:secret@127.0.0.1' }],
    ['L2_PORT', { ...env, L2_PORT: '70000' }],
  ])('names a bad %s without its value', (key, bad) => {
    expect(() => readConfig(bad)).toThrow(new RegExp(`^${key}: [a-z_]+$`))
  })
})
