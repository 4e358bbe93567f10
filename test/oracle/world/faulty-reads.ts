import { AppError } from '../../../shared/errors.ts'
import type { PostgresBudget } from '../../../origin/delivery/postgres-budget.ts'
import type { Away } from '../model/commands.ts'

/** What readers of the origins cannot use now. */
export type AwayNow = ReadonlySet<Away>

/** A port whose every call fails while its store is away. */
export function unlessAway<Port extends object>(port: Port, what: Away, away: AwayNow): Port {
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown =>
        away.has(what)
          ? Promise.reject(new AppError('STORE_UNAVAILABLE', `the test took ${what} away`))
          : Reflect.apply(member, target, args)
    },
  })
}

/** No room, as after a stampede. */
export const withoutRoom = (budget: PostgresBudget, away: AwayNow): PostgresBudget => ({
  ...budget,
  run: (work, patience) =>
    away.has('budget')
      ? Promise.reject(new AppError('OVERLOADED', 'the test took the room away'))
      : budget.run(work, patience),
})
