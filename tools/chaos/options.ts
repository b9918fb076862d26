import { type InjectedBug, injectedBugs } from './injected-bug.ts'

/** The options of the command line, or the problem with them. */
export type ChaosOptions =
  | { readonly problem: string }
  | {
      readonly problem?: undefined
      readonly seed: string
      readonly durationMs: number
      readonly bug: InjectedBug | undefined
      /** Only prints the plan. */
      readonly planOnly: boolean
      /** Also keeps the ledgers and the jobs file after a run without findings. */
      readonly keepFiles: boolean
    }

/** Reads `[--minutes N] [--seed S] [--plant BUG] [--plan] [--keep]`. @param defaultSeed - used without `--seed` */
export function readOptions(args: readonly string[], defaultSeed: string): ChaosOptions {
  let [seed, minutes, planOnly, keepFiles] = [defaultSeed, 1, false, false]
  let bug: string | undefined
  for (let index = 0; index < args.length; index++) {
    const name = args[index]!
    if (name === '--plan' || name === '--keep') {
      if (name === '--plan') planOnly = true
      else keepFiles = true
      continue
    }
    const value = args[++index]
    if (value === undefined) return { problem: `\`${name}\` requires a value.` }
    if (name === '--seed') seed = value
    else if (name === '--minutes') minutes = Number(value)
    else if (name === '--plant') bug = value
    else
      return {
        problem: `Unknown option \`${name}\`. Use --minutes, --seed, --plant, --plan or --keep.`,
      }
  }
  if (!(minutes > 0 && minutes <= 1440))
    return { problem: '`--minutes` must be a number above 0 and at most 1440, such as 5 or 0.2.' }
  const known = injectedBugs.find((one) => one === bug)
  if (bug !== undefined && !known) return { problem: `Unknown bug \`${bug}\`. Use ${injectedBugs.join(' or ')}.` }
  return { seed, durationMs: Math.round(minutes * 60_000), bug: known, planOnly, keepFiles }
}
