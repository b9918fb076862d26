import type { WorkflowDefinition } from '@cgk-platform/jobs-core'
import { type AttemptOptions, type AttemptReplay, type Outcome, runAttempt } from '@cgk-platform/jobs-core/provider'

import type { IncomingEvent } from '../../wire/inngest-event.ts'
import { toEnvelope } from '../../wire/to-envelope.ts'
import type { HostDependencies } from '../host-dependencies.ts'
import { retriedAtOf } from '../retried-at-of.ts'
import type { NativeStepContext } from './native-step-context.ts'
import { nativeSteps } from './native-steps.ts'

/** The facts and services that one replay of a workflow's code needs. */
export interface ReplayOptions
  extends
    Pick<AttemptOptions, 'attempt' | 'signal'>,
    Pick<AttemptReplay, 'startedAt' | 'suspended'>,
    Pick<
      NativeStepContext,
      | 'reportFailedStep'
      | 'reportParked'
      | 'parkedSince'
      | 'engineAttempt'
      | 'attempts'
      | 'request'
      | 'sdk'
      | 'runId'
      | 'isSuperseded'
      | 'retriedRun'
      | 'restart'
    > {
  readonly jobId: string
}

/** Replays a workflow's code once, with Inngest's steps. */
export function runReplay(
  definition: WorkflowDefinition,
  event: IncomingEvent,
  options: ReplayOptions,
  host: HostDependencies,
): Promise<Outcome> {
  const { request, sdk, engineAttempt, attempts, isSuperseded, retriedRun, restart, ...more } = options
  const { reportFailedStep, reportParked, parkedSince, ...rest } = more
  const { startedAt, suspended, ...ids } = rest
  const envelope = toEnvelope(event, ids.jobId)
  const { tenantId } = envelope
  const steps = nativeSteps({
    ...{ host, sdk, request, engineAttempt, attempts, tenantId, isSuperseded, retriedRun, restart, parkedSince },
    runId: ids.runId,
    runAttempt: ids.attempt,
    ...(reportFailedStep && { reportFailedStep }),
    ...(reportParked && { reportParked }),
  })
  const retriedAt = retriedAtOf(definition, ids.runId)
  return runAttempt(definition, envelope, {
    host: { ...host, hasEngineSpan: true },
    ...ids,
    retriedAt,
    replay: { startedAt, steps, suspended },
    onLeftRunning: undefined, // Inngest's slot ends with the response
  })
}

/**
 * Returns when Inngest received an event, epoch milliseconds by its clock. The `ts` of a delayed event is when it is
 * due, but Inngest starts its run when the event arrives, so the time of the send is used.
 */
export function receivedAtOf(event: IncomingEvent): number | undefined {
  const { runAt, sentAt } = toEnvelope(event, 'any')
  return runAt === undefined ? event.ts : sentAt
}
