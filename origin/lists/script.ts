/**
 * A step of the protocol that Redis does at once, as Lua. Each touches keys of one hash tag only, so it
 * runs on a cluster; each compares ids as strings, since a Lua number is a double.
 */
export interface Script {
  readonly name: string
  readonly lua: string
}
