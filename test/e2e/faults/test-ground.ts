import { inject } from 'vitest'
import { groundIn, type Ground } from '../../faults/ground.ts'
import { spawnIn } from '../../support/run.ts'

/** The servers of this run of the tests, as ground for the fault kit. */
export function testGround(): Promise<Ground> {
  const folder = inject('runFolder')
  return groundIn({
    folder,
    redisBinary: inject('redisBinary'),
    postgresUrl: inject('postgresUrl'),
    template: 'headwater_template',
    spawnChild: spawnIn(folder),
    kafkaLib: inject('kafkaLib') || undefined,
  })
}
