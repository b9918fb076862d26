import { type Output, type Run, isEnded } from './run.ts'
import { toStandardError } from './standard-error.ts'
import type { EventPayload } from './stored-event.ts'

/** Returns the events that the engine sends when a run ends (pkg/execution/executor/finalize.go). */
export function toFinishEvents(run: Run, slug: string, output: Output | undefined): EventPayload[] {
  const { event } = run.events[0]!
  if (!isEnded(run.status) || event.name === 'inngest/function.failed' || event.name === 'inngest/function.finished') {
    return [] // these events must not trigger themselves forever
  }
  const error = output && 'error' in output ? { error: toStandardError(output.error), result: output.error } : {}
  const result = output && 'data' in output ? { result: output.data } : {}
  const status = run.status[0]! + run.status.slice(1).toLowerCase()
  const data = {
    event: { user: {}, ...event },
    events: run.events.map((each) => each.event),
    function_id: slug,
    run_id: run.id,
    ...error,
    ...result,
    _inngest: { status },
  }
  const finished = { name: 'inngest/function.finished', data }
  if (run.status === 'FAILED') return [finished, { id: run.id, name: 'inngest/function.failed', data }]
  if (run.status === 'CANCELLED') return [finished, { id: run.id, name: 'inngest/function.cancelled', data }]
  return [finished]
}
