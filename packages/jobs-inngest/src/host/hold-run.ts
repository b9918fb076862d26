import { WorkflowChangedError } from '@cgk-platform/jobs-core/errors'
import { type Envelope, leaveForAnother, notUnderstood, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { IncomingEvent } from '../wire/inngest-event.ts'
import { heldName } from '../wire/step-names.ts'
import { notUnderstoodIn } from '../wire/step-record.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import type { HostDependencies } from './host-dependencies.ts'
import { retries, throwParked } from './steps/park-request.ts'
import type { ReplayRequest } from './steps/replay-request.ts'

/** A workflow's run that this app possibly must not continue. */
export interface HeldWorkflow {
  /** The definition's id. */
  readonly id: string
  /** The ended steps, which all belong to this library. */
  readonly ended: ReplayRequest['ended']
  /** Inngest's attempt of the request, counted from 0. */
  readonly number: number
}

/** A run can have 1,000 steps, so that it can wait for six weeks. */
const longestMs = 3_600_000
/** First and longest delay of a request for one step, which can be retried only a few times. */
const [firstMs, maxDelayMs] = [60_000, 86_400_000]

/**
 * Lets a run that this app must not continue wait in a native sleep, which is no attempt. When it ends, Inngest calls
 * the version of the app that is deployed by then. Returns a promise that never resolves, or `undefined` if the run can
 * continue. A request for one step of a workflow cannot sleep, so Inngest retries it.
 */
export function holdRun(
  event: IncomingEvent,
  { sdk, held, targetStep }: ReplayRequest,
  host: Pick<HostDependencies, 'clock' | 'logger' | 'api'>,
  workflow?: HeldWorkflow,
): Promise<never> | undefined {
  const { clock, logger } = host
  const envelope = toEnvelope(event, 'any')
  const isLeft = (one: Pick<Envelope, 'v' | 'requires'>) =>
    leaveForAnother({ sentAt: envelope.sentAt, ...one }, { clock, logger }, longestMs)
  const inSteps = workflow ? notUnderstoodIn(workflow.ended) : []
  const left = isLeft(envelope) ?? isLeft({ v: 1, requires: inSteps })
  if (!left) return undefined
  if (workflow && targetStep !== undefined) {
    const names = [...notUnderstood(envelope), ...inSteps].join('`, `')
    const problem = `it requires \`${names}\`, which this version of the library does not understand`
    return holdRequest(targetStep, workflow, { problem, remedy: 'Update the packages of this worker.' }, host)
  }
  return sdk.sleep(heldName(held), left.againAt - clock.now()).then(() => new Promise<never>(() => undefined))
}

/** Lets a run wait like `holdRun`, after an attempt that this app could not make, because it cannot decode its data. */
export function holdUndecoded(
  event: IncomingEvent,
  { sdk, held, targetStep }: Pick<ReplayRequest, 'sdk' | 'held' | 'targetStep'>,
  host: Pick<HostDependencies, 'clock' | 'api'>,
  workflow?: HeldWorkflow,
): Promise<never> {
  if (workflow && targetStep !== undefined) {
    const problem = 'this app cannot decode its data'
    return holdRequest(targetStep, workflow, { problem, remedy: 'Give it the `codec` with all keys.' }, host)
  }
  const { sentAt, runAt = sentAt } = toEnvelope(event, 'any')
  const waitMs = Math.min(Math.max(host.clock.now() - runAt, firstMs), longestMs)
  return sdk.sleep(heldName(held), waitMs).then(() => new Promise<never>(() => undefined))
}

function holdRequest(
  targetStep: string,
  { id, number }: HeldWorkflow,
  { problem, remedy }: { readonly problem: string; readonly remedy: string },
  host: Pick<HostDependencies, 'clock' | 'api'>,
): Promise<never> {
  const error = toErrorInfo(new WorkflowChangedError({ definitionId: id, problem, remedy }))
  const now = host.clock.now()
  const left = retries - number
  const delayMs = (look: number): number => Math.min(firstMs * 2 ** look, maxDelayMs)
  const waitedMs = Array.from({ length: number }, (_, look) => delayMs(look)).reduce((sum, ms) => sum + ms, 0)
  const outcome =
    left > 0 ? ({ type: 'retry', afterMs: delayMs(number), error } as const) : ({ type: 'failed', error } as const)
  const parked = { since: now - waitedMs, until: now + left * maxDelayMs }
  return throwParked(outcome, parked, { targetStep, attempt: 1, maxAttempts: 1 }, host)
}
