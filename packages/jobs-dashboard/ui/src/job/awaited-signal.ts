import type { JobJson } from '../../../src/api-types.ts'

/** Returns the name of the signal for which a step of the job waits, if one does. */
export function awaitedSignal({ runs }: JobJson): string | undefined {
  for (const { waitsFor } of runs.flatMap(({ steps = [] }) => steps))
    if (waitsFor && 'signal' in waitsFor) return waitsFor.signal
  return undefined
}
