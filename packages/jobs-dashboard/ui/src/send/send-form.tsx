import { useRef, useState } from 'preact/hooks'

import type { EventJson, SendBody, SentJson } from '../../../src/api-types.ts'
import { act } from '../api/request.ts'
import { RequestError } from '../api/request-error.ts'
import { hrefToJob, navigate } from '../app/router.ts'
import { seesAll, tenant } from '../app/session.ts'
import { showToast } from '../app/toasts.ts'
import { Icon } from '../parts/icon.tsx'
import { fieldKind, initialValue, type JsonSchema, resolveSchema } from './json-schema.ts'
import { JsonField } from './json-field.tsx'
import { ObjectField } from './object-field.tsx'
import { emptyOptions, OptionFields, toOptions } from './option-fields.tsx'
import { SchemaField } from './schema-field.tsx'

/** The form of one event. */
export function SendForm({ event: { event, schema } }: { event: EventJson }) {
  const form = useRef<HTMLFormElement>(null)
  const root = (schema ?? {}) as JsonSchema
  const payloadSchema = resolveSchema(root, root)
  const hasFields = fieldKind(payloadSchema) === 'object'
  const [view, setView] = useState<'form' | 'json'>(hasFields ? 'form' : 'json')
  const [payload, setPayload] = useState<unknown>(() => (hasFields ? initialValue(root, root, true) : {}))
  const [tenantId, setTenantId] = useState(tenant.value ?? '')
  const [options, setOptions] = useState(emptyOptions)
  const [isBusy, setIsBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [issues, setIssues] = useState<ReadonlyMap<string, string>>(new Map())

  const send = async () => {
    setIsBusy(true)
    setProblem(undefined)
    setIssues(new Map())
    try {
      const body: SendBody = { event, payload: payload as SendBody['payload'], options: toOptions(options) }
      const { jobs } = await act<SentJson>('send', { tenant: tenantId }, body)
      const job = jobs[0]
      showToast('done', job?.deduplicated ? 'A job with this key exists already.' : `Sent ${event}.`)
      if (job) navigate(hrefToJob(job.id))
    } catch (error) {
      const failure = error instanceof RequestError ? error : new RequestError(0, 'unknown', String(error))
      setIssues(new Map(failure.issues.map(({ path, message }) => [path, message])))
      setProblem(failure.message)
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
    } finally {
      setIsBusy(false)
    }
  }

  const field = {
    name: 'Payload',
    path: 'payload',
    root,
    schema: payloadSchema,
    isRequired: true,
    value: payload,
    onChange: setPayload,
    issues,
  }
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(submitted) => {
        submitted.preventDefault()
        void send()
      }}
    >
      {seesAll.value && (
        <div class="field">
          <label for="send-tenant">Tenant</label>
          <input
            id="send-tenant"
            class="input"
            autoComplete="off"
            spellcheck={false}
            value={tenantId}
            onInput={({ currentTarget }) => setTenantId(currentTarget.value)}
          />
        </div>
      )}
      <div class="form-head">
        <h2>Payload</h2>
        {hasFields && (
          <span class="segments" role="group" aria-label="Editor">
            {(['form', 'json'] as const).map((each) => (
              <button key={each} type="button" aria-pressed={view === each} onClick={() => setView(each)}>
                {each === 'form' ? 'Form' : 'JSON'}
              </button>
            ))}
          </span>
        )}
      </div>
      {view === 'form' ? (
        <ObjectField {...field} Field={SchemaField} hidden={['tenantId']} />
      ) : (
        <JsonField {...field} />
      )}
      <OptionFields options={options} onChange={setOptions} />
      <div role="alert">
        {problem !== undefined && (
          <div class="notice" data-tone="red">
            <Icon name="cross" />
            <div>
              <p>{problem}</p>
              <ul class="small">
                {[...issues]
                  .filter(([path]) => !form.current?.querySelector(`[data-path="${CSS.escape(path)}"]`))
                  .map(([path, message]) => (
                    <li key={path}>
                      <code>{path}</code>: {message}
                    </li>
                  ))}
              </ul>
            </div>
          </div>
        )}
      </div>
      <div class="form-actions">
        <button type="submit" class="button primary" disabled={isBusy}>
          <Icon name={isBusy ? 'spinner' : 'send'} spin={isBusy} />
          Send
        </button>
      </div>
    </form>
  )
}
