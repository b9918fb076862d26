import { randomBytes } from 'node:crypto'

import type { Instrumentation } from '@cgk-platform/jobs-core'
import type { Activity, AttemptActivity, SendActivity, StartedAttempt } from '@cgk-platform/jobs-core/instrumentation'

import { runInsideMiddleware } from './enclosing-middleware.ts'
import { record } from './journal.ts'

/** The start of the names of tenants whose sends and attempts are observed. */
export const observedTenant = 'observed'
/** The start of the names of tenants for which every method of the instrumentation throws. */
export const faultyTenant = 'instrumentation-throws'

const vendors = 'vendor=t61rcWkgMzE,other@system=a-b'
const baggage = 'userId=alice,region=eu%20west;private'

/** Returns an instrumentation that records its activities in the journal. */
export function conformanceInstrumentation(): Instrumentation {
  return {
    startSend({ envelopes }) {
      const { tenantId } = envelopes[0]!
      if (tenantId.startsWith(faultyTenant)) throw new Error('the instrumentation threw on purpose')
      if (!tenantId.startsWith(observedTenant)) return undefined
      const traces = envelopes.map(() => ({ traceparent: newTraceparent(), tracestate: vendors, baggage }))
      const details = { activity: 'send', traces }
      record({ kind: 'activity', definition: '', jobId: '', runId: '', attempt: 0, maxAttempts: 0, tenantId, details })
      return { ...activity(), traces } satisfies SendActivity
    },
    startAttempt(attempt) {
      if (attempt.tenantId.startsWith(faultyTenant)) return faultyActivity
      if (!attempt.tenantId.startsWith(observedTenant)) return undefined
      const traceparent = newTraceparent()
      const { trace, isResumed, resumedFrom, provider, dueAt } = attempt
      const note = (details: Readonly<Record<string, unknown>>): void => noteActivity(attempt, details)
      note({ activity: 'attempt', traceparent, trace, isResumed, resumedFrom, provider, dueAt })
      return {
        ...activity((outcomes) => note({ activity: 'end', outcomes: outcomes.map(({ type }) => type) })),
        traceparent,
        startPart({ kind, stepId, stepKind, stepAttempt }) {
          const part = [kind, stepId, stepKind, stepAttempt].filter((fact) => fact !== undefined).join(' ')
          return activity(({ type }) => note({ activity: 'part', part: `${part} ${type}` }))
        },
      } satisfies AttemptActivity
    },
  }
}

const fault = (): never => {
  throw new Error('the instrumentation threw on purpose')
}
const faultyActivity: AttemptActivity = { run: fault, end: fault, startPart: fault }

function activity<End>(end: (end: End) => void = () => undefined): Activity<End> {
  return { run: (code) => runInsideMiddleware('activity', code), end }
}

function noteActivity(attempt: StartedAttempt, details: Readonly<Record<string, unknown>>): void {
  const { definitionId: definition, jobId, runId, attempt: count, maxAttempts, tenantId } = attempt
  record({ kind: 'activity', definition, jobId, runId, attempt: count, maxAttempts, tenantId, details })
}

function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`
}
