/** Printed, so that a failing case can be had again: SEED=… npm test. */
export const SEED = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
console.log(`edge seed ${SEED}`)
