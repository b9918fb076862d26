import { type Plant, plants } from './plant.ts'

/** What the command line asks for, or what is wrong with it. */
export type ChaosOptions =
  | { readonly problem: string }
  | {
      readonly problem?: undefined
      readonly seed: string
      readonly durationMs: number
      readonly plant: Plant | undefined
      /** Only prints what would happen. */
      readonly planOnly: boolean
      /** Keeps the ledgers and the jobs' file also where all is well. */
      readonly keeps: boolean
    }

/** Reads `[--minutes N] [--seed S] [--plant BUG] [--plan] [--keep]`. @param freshSeed - taken where none is given */
export function readOptions(args: readonly string[], freshSeed: string): ChaosOptions {
  let [seed, minutes, planOnly, keeps] = [freshSeed, 1, false, false]
  let plant: string | undefined
  for (let index = 0; index < args.length; index++) {
    const name = args[index]!
    if (name === '--plan' || name === '--keep') {
      if (name === '--plan') planOnly = true
      else keeps = true
      continue
    }
    const value = args[++index]
    if (value === undefined) return { problem: `\`${name}\` has no value.` }
    if (name === '--seed') seed = value
    else if (name === '--minutes') minutes = Number(value)
    else if (name === '--plant') plant = value
    else
      return {
        problem: `There is no option \`${name}\`. The options are --minutes, --seed, --plant, --plan and --keep.`,
      }
  }
  if (!(minutes > 0 && minutes <= 1440)) return { problem: 'Give `--minutes` a number above 0, such as 5 or 0.2.' }
  const known = plants.find((one) => one === plant)
  if (plant !== undefined && !known)
    return { problem: `There is no plant \`${plant}\`. They are ${plants.join(' and ')}.` }
  return { seed, durationMs: Math.round(minutes * 60_000), plant: known, planOnly, keeps }
}
