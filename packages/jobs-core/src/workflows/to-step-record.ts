import type { StepCall } from './step-call.ts'
import type { StepRecord } from './workflow-record.ts'

/** The record of a step that is called for the first time. */
export function toStepRecord(call: StepCall, now: number): StepRecord {
  const { key, kind } = call
  const base = { key, kind, attempts: 0, startedAt: now } as const
  switch (kind) {
    case 'run':
    case 'sendEvent':
      return { ...base, state: 'running', maxAttempts: call.policy.maxAttempts }
    case 'runJob':
      return {
        ...base,
        state: 'running',
        maxAttempts: call.policy.maxAttempts,
        definitionId: call.definitionId,
      }
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
