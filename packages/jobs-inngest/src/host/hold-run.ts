import { type Envelope, leaveForAnother } from '@cgk-platform/jobs-core/provider'

import type { IncomingEvent } from '../wire/inngest-event.ts'
import { heldName } from '../wire/step-names.ts'
import { notUnderstoodIn } from '../wire/step-record.ts'
import { toEnvelope } from '../wire/to-envelope.ts'
import type { HostDependencies } from './host-dependencies.ts'
import type { ReplayRequest } from './steps/replay-request.ts'

/** A run can have 1,000 steps, so that it can wait for six weeks. */
const longestMs = 3_600_000

/**
 * Lets a run that this app must not continue wait in a native sleep, which is no attempt. When it ends, Inngest calls
 * the version of the app that is deployed by then. Returns a promise that never settles, or `undefined` if the run can
 * continue.
 *
 * @param steps - the ended steps of a workflow, which all belong to this library
 */
export function holdRun(
  event: IncomingEvent,
  { sdk, held }: ReplayRequest,
  { clock, logger }: Pick<HostDependencies, 'clock' | 'logger'>,
  steps?: ReplayRequest['ended'],
): Promise<never> | undefined {
  const envelope = toEnvelope(event, 'any')
  const isLeft = (one: Pick<Envelope, 'v' | 'requires'>) =>
    leaveForAnother({ sentAt: envelope.sentAt, ...one }, { clock, logger }, longestMs)
  const left = isLeft(envelope) ?? (steps && isLeft({ v: 1, requires: notUnderstoodIn(steps) }))
  if (!left) return undefined
  return sdk.sleep(heldName(held), left.againAt - clock.now()).then(() => new Promise<never>(() => undefined))
}
