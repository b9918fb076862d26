import { JobsError } from '../../errors/jobs-error.ts'
import { SendFailedError } from '../../errors/send-failed-error.ts'
import type { OwnEvent } from '../../events/own-event.ts'
import { toErrorInfo } from '../../errors/error-info.ts'
import { routerName } from './routed-health.ts'

/** Returns the error of a send that the router could not make. */
export function routedSendError(
  event: string | OwnEvent | undefined,
  cause: unknown,
  accepted: 'no' | 'maybe' = 'no',
  jobId?: string,
): JobsError {
  if (accepted === 'no' && JobsError.isInstance(cause)) return cause
  const problem = toErrorInfo(cause).message.replace(/\.$/, '')
  return new SendFailedError(
    { event: typeof event === 'object' ? event.event : String(event), provider: routerName, problem, accepted, jobId },
    { cause },
  )
}
