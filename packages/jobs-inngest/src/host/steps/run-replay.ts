import type { WorkflowDefinition } from '@cgk-platform/jobs-core'
import { type AttemptOptions, type Outcome, runAttempt } from '@cgk-platform/jobs-core/provider'

import type { IncomingEvent } from '../../wire/inngest-event.ts'
import { toEnvelope } from '../../wire/to-envelope.ts'
import type { HostDependencies } from '../host-dependencies.ts'
import type { NativeStepContext } from './native-step-context.ts'
import { nativeSteps } from './native-steps.ts'

/** What a pass over a workflow's code is made with. */
export interface ReplayOptions
  extends
    Pick<AttemptOptions, 'attempt' | 'signal' | 'isResumed' | 'startedAt'>,
    Pick<
      NativeStepContext,
      'reportFailedStep' | 'at' | 'attempts' | 'pass' | 'sdk' | 'runId' | 'isSuperseded' | 'earlier'
    > {
  readonly jobId: string
}

/** Makes one pass, with Inngest's steps. */
export function runReplay(
  definition: WorkflowDefinition,
  event: IncomingEvent,
  { pass, sdk, at, attempts, reportFailedStep, isSuperseded, earlier, ...ids }: ReplayOptions,
  host: HostDependencies,
): Promise<Outcome> {
  const envelope = toEnvelope(event, ids.jobId)
  const { tenantId } = envelope
  const steps = nativeSteps({
    ...{ host, sdk, pass, at, attempts, tenantId, isSuperseded, earlier },
    runId: ids.runId,
    runAttempt: ids.attempt,
    ...(reportFailedStep && { reportFailedStep }),
  })
  return runAttempt(definition, envelope, { ...host, ...ids, steps })
}

/** By the engine's clock; a delayed one has the instant at which it shall run, and its run was made when it came. */
export function receivedAtOf(event: IncomingEvent): number | undefined {
  const { runAt, sentAt } = toEnvelope(event, '')
  return runAt === undefined ? event.ts : sentAt
}
