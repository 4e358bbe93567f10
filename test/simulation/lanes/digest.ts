/** Of everything that a run said, in its order: two runs that say the same have the same. */
export interface Digest {
  readonly add: (words: string) => void
  readonly value: () => number
}

/** FNV-1a, 32 bits. */
export function digest(): Digest {
  let hash = 0x811c9dc5
  return {
    add(words) {
      for (let at = 0; at < words.length; at += 1) {
        hash = Math.imul(hash ^ words.charCodeAt(at), 0x01000193)
      }
      hash = Math.imul(hash ^ 10, 0x01000193)
    },
    value: () => hash >>> 0,
  }
}

/** Of many seeds, whichever process ran them in whichever order. */
export const joined = (all: number, seed: number, value: number): number =>
  (all + Math.imul(value ^ seed, 0x9e3779b1)) >>> 0
