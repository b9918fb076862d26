import type { JobJson } from '../../../src/api-types.ts'

/** Returns the names of the signals that steps of the job wait for, each once. */
export function signalsOf({ runs }: JobJson): string[] {
  const names = runs
    .flatMap(({ steps = [] }) => steps)
    .flatMap(({ waitsFor }) => (waitsFor && 'signal' in waitsFor ? [waitsFor.signal] : []))
  return [...new Set(names)]
}
