import { createHash, randomBytes } from 'node:crypto'

import type { LoopbackFunction } from './app.ts'
import { toCanonicalJson } from './canonical-json.ts'
import { createUlid } from './event-ids.ts'
import type { QueueItem } from './queue.ts'

/** Creates the request to an app to continue a run (pkg/execution/driver/driver.go and httpdriver.go). */
export function toAppRequest(
  fn: LoopbackFunction,
  item: QueueItem,
  nowMs: number,
): { url: string; headers: Record<string, string>; body: string } {
  const { run } = item
  const stepId = item.stepId ?? 'step'
  const url = new URL(Object.values(fn.config.steps)[0]!.runtime.url)
  url.searchParams.set('stepId', stepId)

  const requestId = createUlid(nowMs)
  const stack = [...run.steps.keys()]
  const events = run.events.map(({ event }) => ({ user: {}, ...event }))
  const body = toCanonicalJson({
    ctx: {
      attempt: item.attempt,
      disable_immediate_execution: run.disableImmediateExecution,
      env: '',
      fn_id: fn.id,
      generation_id: item.generation,
      job_id: item.id,
      max_attempts: item.maxAttempts,
      qi_id: item.id,
      request_id: requestId,
      run_id: run.id,
      stack: { current: item.outgoing ? stack.indexOf(item.outgoing) + 1 : 0, stack },
      step_id: 'step',
      use_api: false,
    },
    defers: {},
    event: events[0],
    events,
    steps: Object.fromEntries(run.steps),
    use_api: false,
    version: run.requestVersion,
  })
  const headers = {
    traceparent: `00-${createHash('md5').update(run.id).digest('hex')}-${randomBytes(8).toString('hex')}-01`,
    'content-type': 'application/json',
    'x-inngest-generation-id': String(item.generation),
    'x-inngest-job-id': item.id,
    'x-inngest-req-version': String(run.requestVersion),
    'x-inngest-step-id': stepId,
    'x-request-id': requestId,
    'x-run-id': run.id,
  }
  return { url: url.href, headers, body }
}
