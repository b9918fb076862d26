import { useRef, useState } from 'preact/hooks'

import type { EventJson, JobJson, SendBody, SentJson } from '../../../src/api-types.ts'
import { act } from '../api/request.ts'
import { RequestError } from '../api/request-error.ts'
import { hrefToJob, navigate } from '../app/router.ts'
import { seesAll, tenant, whyUnsupported } from '../app/session.ts'
import { showToast } from '../app/toasts.ts'
import { CodeText } from '../parts/code-text.tsx'
import { Icon } from '../parts/icon.tsx'
import { findHidden } from './find-hidden.ts'
import { fieldKind, initialValue, type JsonSchema, resolveSchema } from './json-schema.ts'
import { JsonField } from './json-field.tsx'
import { ObjectField } from './object-field.tsx'
import { emptyOptions, OptionFields, toOptions } from './option-fields.tsx'
import { payloadOf } from './payload-of.ts'
import { SchemaField } from './schema-field.tsx'

/** A larger payload can have so many fields that the form is slow. */
const maxFormBytes = 20_000
/** The maximum number of references of a job. */
const maxReferences = 5
const whyHidden = 'This value is hidden. Enter another one.'

/** The form of one event. With `source`, it begins with what that job was sent with, and runs it again for its tenant. */
export function SendForm({ event: { event, schema }, source }: { event: EventJson; source: JobJson | undefined }) {
  const form = useRef<HTMLFormElement>(null)
  const root = (schema ?? {}) as JsonSchema
  const payloadSchema = resolveSchema(root, root)
  const hasFields = fieldKind(payloadSchema) === 'object'
  const [given] = useState(() => source && payloadOf(source))
  const [hidden] = useState(() => findHidden(given, 'payload'))
  // The form shows only the fields of the schema.
  const isSmall = source?.payload?.kind !== 'json' || source.payload.bytes <= maxFormBytes
  const fits =
    isSmall &&
    hasFields &&
    Object.keys(given ?? {}).every((name) => Object.hasOwn(payloadSchema.properties ?? {}, name))
  const [view, setView] = useState<'form' | 'json'>(fits ? 'form' : 'json')
  const [payload, setPayload] = useState<unknown>(() => given ?? (hasFields ? initialValue(root, root, true) : {}))
  const [tenantId, setTenantId] = useState(source?.tenantId ?? tenant.value ?? '')
  const [options, setOptions] = useState(() => ({ ...emptyOptions, reference: referenceOf(source) }))
  const [isBusy, setIsBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [issues, setIssues] = useState<ReadonlyMap<string, string>>(() => toIssues(hidden))

  const refuse = (message: string, found: ReadonlyMap<string, string>) => {
    setIssues(found)
    setProblem(message)
    queueMicrotask(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  }
  const send = async () => {
    // The payload is the last valid one.
    if (form.current?.querySelector('[data-unread]')) return refuse('Correct the JSON first.', issues)
    // Not only at the same paths: an item can have moved.
    const left = hidden.length === 0 ? [] : findHidden(payload, 'payload')
    if (left.length > 0) return refuse('Some values are hidden from you. Replace or remove them.', toIssues(left))
    setIsBusy(true)
    setProblem(undefined)
    setIssues(new Map())
    try {
      const sent = { ...toOptions(options), ...(source && { rerunOf: source.id }) }
      const body: SendBody = { event, payload: payload as SendBody['payload'], options: sent }
      const { jobs } = await act<SentJson>('send', { tenant: tenantId }, body)
      const job = jobs[0]
      showToast('done', job?.deduplicated ? 'A job with this key exists already.' : `Sent ${event}.`)
      if (job) navigate(hrefToJob(job.id))
    } catch (error) {
      const failure = error instanceof RequestError ? error : new RequestError(0, 'unknown', String(error))
      refuse(failure.message, new Map(failure.issues.map(({ path, message }) => [path, message])))
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
            readOnly={source !== undefined}
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
      <OptionFields options={options} isOpen={source?.references !== undefined} onChange={setOptions} />
      <div role="alert">
        {problem !== undefined && (
          <div class="notice" data-tone="red">
            <Icon name="cross" />
            <div>
              <p>
                <CodeText text={problem} />
              </p>
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

function toIssues(hidden: readonly string[]): ReadonlyMap<string, string> {
  return new Map(hidden.map((path) => [path, whyHidden]))
}

/**
 * Returns the references of a job that runs `source` again, as the text of their field: those of `source`, and `source`
 * itself, so that its page finds the new job. One with a comma cannot be written there.
 */
function referenceOf(source: JobJson | undefined): string {
  if (!source || whyUnsupported('reference') !== undefined) return ''
  const { references = [], rerunOf, id } = source
  const kept = references.filter((each) => !each.includes(',') && each !== rerunOf)
  return [...kept, ...(kept.length < maxReferences ? [id] : [])].join(', ')
}
