import { serverTargets } from './server-targets.ts'
import { type Column, targets } from './targets.ts'

/** What the command line asks for: which targets of which providers, or what is wrong with it. */
export type ConformanceOptions =
  | { readonly problem: string }
  | {
      readonly problem?: undefined
      /** The vendors' own servers instead of what stands in for them. */
      readonly real: boolean
      readonly chosen: readonly Column[]
    }

/** Reads `[--real] [provider …]`; without a provider, all, or with `--real` all whose server the environment names. */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ConformanceOptions {
  const real = args.includes('--real')
  const given = args.filter((arg) => arg !== '--real')
  const known = Object.keys(real ? serverTargets : targets)
  const unknown = given.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    const where = real ? 'server that the suite can be run on' : 'provider'
    return { problem: `There is no ${where} named ${unknown.join(', ')}. Known are ${known.join(', ')}.` }
  }
  const names = given.length > 0 ? given : known
  if (!real) return { real, chosen: names.flatMap((name) => targets[name]!()) }
  const found = names.map((name) => serverTargets[name]!(environment))
  const named = found.flatMap((target): Column[] => (typeof target === 'string' ? [] : [[target]]))
  const missing = found.filter((target) => typeof target === 'string')
  if (missing.length > 0 && (given.length > 0 || named.length === 0)) return { problem: missing.join('\n') }
  return { real, chosen: named }
}
