/** Printed, so that a failed run can be repeated: `SEED=… vitest run …`. */
export const SEED = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)
console.info(`SEED=${SEED}`)
