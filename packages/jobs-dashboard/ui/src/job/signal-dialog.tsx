import { useRef, useState } from 'preact/hooks'

import type { JobJson, SignalBody } from '../../../src/api-types.ts'
import { act } from '../api/request.ts'
import { RequestError } from '../api/request-error.ts'
import { showToast } from '../app/toasts.ts'
import { CodeText } from '../parts/code-text.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { JsonField } from '../send/json-field.tsx'
import { awaitedSignal } from './awaited-signal.ts'

/** Sends a signal to a job. Its name is that of a signal for which the job waits. */
export function SignalDialog({ job, onClose, onDone }: { job: JobJson; onClose: () => void; onDone: () => void }) {
  const form = useRef<HTMLFormElement>(null)
  const [signal, setSignal] = useState(() => awaitedSignal(job) ?? '')
  const [payload, setPayload] = useState<unknown>({})
  const [isBusy, setIsBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [issues, setIssues] = useState<ReadonlyMap<string, string>>(new Map())
  const send = async () => {
    if (form.current?.querySelector('[data-unread]')) return setProblem('Correct the JSON first.')
    setIsBusy(true)
    setProblem(undefined)
    setIssues(new Map())
    try {
      const body: SignalBody = { id: job.id, signal, payload: payload as SignalBody['payload'] }
      await act('signal', { tenant: job.tenantId }, body)
      showToast('done', `Sent ${signal}.`)
      onDone()
      onClose()
    } catch (error) {
      const failure = error instanceof RequestError ? error : new RequestError(0, 'unknown', String(error))
      setProblem(failure.message)
      setIssues(new Map(failure.issues.map(({ path, message }) => [path, message])))
      setIsBusy(false)
    }
  }
  return (
    <Dialog title="Send a signal" onClose={onClose}>
      <form
        ref={form}
        noValidate
        onSubmit={(submitted) => {
          submitted.preventDefault()
          void send()
        }}
      >
        <div class="field">
          <label for="signal-name">Signal</label>
          <input
            id="signal-name"
            class="input"
            autoComplete="off"
            spellcheck={false}
            value={signal}
            onInput={({ currentTarget }) => setSignal(currentTarget.value)}
          />
        </div>
        <JsonField name="Payload" path="payload" isRequired value={payload} onChange={setPayload} issues={issues} />
        <div role="alert">
          {problem !== undefined && (
            <div class="notice" data-tone="red">
              <Icon name="cross" />
              <div>
                <p>
                  <CodeText text={problem} />
                </p>
                <ul class="small">
                  {[...issues].map(([path, message]) => (
                    <li key={path}>
                      <code>{path}</code>: {message}
                    </li>
                  ))}
                </ul>
              </div>
            </div>
          )}
        </div>
        <div class="actions">
          <button type="button" class="button" onClick={onClose}>
            Back
          </button>
          <button type="submit" class="button primary" disabled={isBusy}>
            Send
          </button>
        </div>
      </form>
    </Dialog>
  )
}
