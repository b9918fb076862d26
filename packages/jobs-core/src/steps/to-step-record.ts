import type { StepCall } from './step-call.ts'
import type { StepRecord } from './workflow-record.ts'

/** Returns the record of a step that is called for the first time. */
export function toStepRecord(call: StepCall, now: number, traceparent?: string): StepRecord {
  const { key, kind } = call
  const trace = traceparent !== undefined && { traceparent }
  const base = { key, kind, attempts: 0, startedAt: now, ...trace } as const
  if ('work' in call) {
    const { policy } = call
    const awaited = call.kind === 'runJob' && { definitionId: call.definitionId }
    return { ...base, state: 'running', maxAttempts: policy.maxAttempts, ...awaited }
  }
  switch (call.kind) {
    case 'patched':
      return { ...base, state: 'running' }
    case 'sleep':
      return { ...base, state: 'waiting', until: now + call.durationMs }
    case 'sleepUntil':
      return { ...base, state: 'waiting', until: call.until }
    case 'waitForEvent':
      return {
        ...base,
        state: 'waiting',
        until: now + call.timeoutMs,
        event: call.event,
        ...(call.match && { match: call.match }),
      }
  }
}
