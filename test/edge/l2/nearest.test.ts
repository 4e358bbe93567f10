import { describe, expect, it } from 'vitest'
import { edgeUnderTest } from '../support/edge-under-test.ts'

const places = {
  frankfurt: { latitude: 50.1, longitude: 8.7 },
  virginia: { latitude: 38.9, longitude: -77.4 },
  tokyo: { latitude: 35.7, longitude: 139.7 },
}
const lisbon = { latitude: '38.7', longitude: '-9.1' }
const honolulu = { latitude: '21.3', longitude: '-157.9' }

describe('regions', () => {
  it('are tried nearest first, and at most two of them', async () => {
    const tried = async (cf: Record<string, string> | undefined) => {
      const names: string[] = []
      const edge = edgeUnderTest({
        regions: Object.entries(places).map(([name, place]) => ({
          name,
          ...place,
          pipeline: () => {
            names.push(name)
            return Promise.reject(new Error('away'))
          },
        })),
      })
      const request = new Request('http://edge.test/v1/posts/77')
      Object.defineProperty(request, 'cf', { value: cf })
      await edge.send(request)
      return names
    }

    expect(await tried(lisbon)).toEqual(['frankfurt', 'virginia'])
    expect(await tried(honolulu)).toEqual(['tokyo', 'virginia'])
    expect(await tried(undefined)).toEqual(['frankfurt', 'virginia'])
    expect(await tried({ latitude: '', longitude: 'x' })).toEqual(['frankfurt', 'virginia'])
  })

  it('are left alone for a second after five failures', async () => {
    let tries = 0
    const edge = edgeUnderTest({
      regions: [
        () => {
          tries += 1
          return Promise.reject(new Error('away'))
        },
      ],
    })
    for (let n = 0; n < 8; n += 1) await edge.get('/v1/posts/77')
    expect(tries).toBe(5)
    edge.clock.nowMs += 1_000
    await edge.get('/v1/posts/77')
    expect(tries).toBe(6)
  })
})
