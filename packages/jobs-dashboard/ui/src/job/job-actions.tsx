import { useState } from 'preact/hooks'

import type { JobJson } from '../../../src/api-types.ts'
import { hrefTo, navigate } from '../app/router.ts'
import { may, whyUnsupported } from '../app/session.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { copyText } from '../parts/copy-text.ts'
import { payloadOf } from '../send/payload-of.ts'
import { isOpen } from './is-open.ts'
import { isRetryable } from './is-retryable.ts'
import { LazyCodeDialog } from './lazy-code-dialog.ts'
import { awaitedSignal } from './awaited-signal.ts'
import { toSendCode } from './to-send-code.ts'

/**
 * Retry, cancel, send a signal for which a step waits, run again with changes, and copy the job as code. What the job's state does not
 * allow says so.
 */
export function JobActions({
  job,
  onChoose,
}: {
  job: JobJson
  onChoose: (action: 'retry' | 'cancel' | 'signal') => void
}) {
  const [code, setCode] = useState<string>()
  const { state, payload } = job
  const cancelFeature = state === 'running' ? 'cancelJob of a running job' : 'cancelJob of a waiting job'
  // `sendJob` sends neither ticks nor signals.
  const isSendable = !/^(?:cron|signal)\//.test(job.event)
  const whyNot = (use: string) =>
    payload?.kind === 'truncated'
      ? `The payload is too large to ${use}. Download it.`
      : payload === undefined
        ? 'The payload is not available.'
        : payloadOf(job) === undefined
          ? 'The payload is hidden from you.'
          : undefined
  const copy = async () => {
    const text = toSendCode(job)
    if (!(await copyText(text, 'Copied as `sendJob`.'))) setCode(text)
  }
  return (
    <>
      {may('retry') && (
        <ActionButton
          icon="rotate"
          why={
            whyUnsupported('retryJob') ??
            (isRetryable(state) ? undefined : 'Only a failed or unhandled job can be retried.')
          }
          onClick={() => onChoose('retry')}
        >
          Retry
        </ActionButton>
      )}
      {may('cancel') && (
        <ActionButton
          icon="slash"
          kind="danger"
          why={isOpen(state) ? whyUnsupported(cancelFeature) : 'The job has ended.'}
          onClick={() => onChoose('cancel')}
        >
          Cancel
        </ActionButton>
      )}
      {may('signal') && awaitedSignal(job) && (
        <ActionButton icon="check" kind="primary" onClick={() => onChoose('signal')}>
          Send signal…
        </ActionButton>
      )}
      {may('send') && isSendable && (
        <ActionButton icon="send" why={whyNot('edit')} onClick={() => navigate(hrefTo('/send', { from: job.id }))}>
          Run again with changes…
        </ActionButton>
      )}
      {may('payloads') && isSendable && (
        <ActionButton icon="copy" why={whyNot('copy')} onClick={() => void copy()}>
          Copy as sendJob
        </ActionButton>
      )}
      {code !== undefined && <LazyCodeDialog title="Copy as sendJob" code={code} onClose={() => setCode(undefined)} />}
    </>
  )
}
