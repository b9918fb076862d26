import { quote } from '../errors/quote.ts'
import type { Definition } from '../jobs/definition.ts'
import type { Attempt } from './attempt.ts'
import { workflowsGuide } from './workflows-guide.ts'

const longMs = 3_600_000

/** Definitions with a long attempt that was logged. */
const warned = new WeakSet<Definition>()

/** Warns once per definition of an attempt that took over an hour, unless its `timeout` allows that. */
export function warnOfLongAttempt(attempt: Attempt, durationMs: number): void {
  const { definition } = attempt
  if (durationMs <= longMs || (definition.timeoutMs ?? 0) > longMs || warned.has(definition)) return
  warned.add(definition)
  const problem = `An attempt of ${quote(definition.id)} took ${Math.round(durationMs / 60_000)} minutes.`
  const remedy =
    'If it waits, make it a workflow, which sleeps without a running attempt. If it works that long, set `timeout`.'
  attempt.log('warn', `${problem} ${remedy} See ${workflowsGuide}`)
}
