import { describe, expect, it } from 'vitest'
import { clusterSeeds } from '../../../../origin/adapters/redis/cluster-seeds.ts'

describe('the seeds of a cluster', () => {
  it('are none in the URL of one Redis', () => {
    expect(clusterSeeds('redis://127.0.0.1:6379/2')).toBeUndefined()
    expect(clusterSeeds('rediss://me:secret@redis.example')).toBeUndefined()
  })

  it.each([
    ['redis://a:1,redis://b:2', ['redis://a:1', 'redis://b:2']],
    ['rediss://me:s%40@a:1,b:2', ['rediss://me:s%40@a:1', 'rediss://me:s%40@b:2']],
    ['redis://[::1]:1,[::2]:2', ['redis://[::1]:1', 'redis://[::2]:2']],
    ['redis+cluster://a:1', ['redis://a:1']],
    ['rediss+cluster://:s@a', ['rediss://:s@a']],
  ])('of %s are %j', (url, seeds) => {
    expect(clusterSeeds(url)).toEqual(seeds)
  })

  it('are refused without their text when one is no URL', () => {
    expect(() => clusterSeeds('redis://:secret@a:1,b:99999')).toThrow('REDIS_URL')
    expect(() => clusterSeeds('redis://:secret@a:1,b:99999')).not.toThrow('secret')
  })
})
