import { serverTargets } from './server-targets.ts'
import { type Column, targets } from './targets.ts'

/** Options of `./dev conformance`, or the problem with them. */
export type ConformanceOptions =
  | { readonly problem: string }
  | {
      readonly problem?: undefined
      /** Runs on the vendors' own servers instead of the loopback engines. */
      readonly real: boolean
      /** The columns to run. Empty with `--render`. */
      readonly chosen: readonly Column[]
    }

/**
 * Reads `--render` or `[--real] [provider …]`. Without a provider, it selects all, or with `--real` those whose server
 * the environment names.
 */
export function readOptions(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ConformanceOptions {
  const real = args.includes('--real')
  if (args.includes('--render')) {
    if (args.length > 1) return { problem: '`--render` runs nothing: omit the other arguments.' }
    return { real, chosen: [] }
  }
  const given = args.filter((arg) => arg !== '--real')
  const known = Object.keys(real ? serverTargets : targets)
  const unknown = given.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    const what = real ? 'server' : 'provider'
    return { problem: `Unknown ${what}: ${unknown.join(', ')}. Known: ${known.join(', ')}.` }
  }
  const names = given.length > 0 ? given : known
  if (!real) return { real, chosen: names.flatMap((name) => targets[name]!()) }
  const found = names.map((name) => serverTargets[name]!(environment))
  const named = found.flatMap((target): Column[] => (typeof target === 'string' ? [] : [[target]]))
  const missing = found.filter((target) => typeof target === 'string')
  if (missing.length > 0 && (given.length > 0 || named.length === 0)) return { problem: missing.join('\n') }
  return { real, chosen: named }
}
