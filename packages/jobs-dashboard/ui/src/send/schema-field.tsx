import { useId, useState } from 'preact/hooks'

import { fromInput, toInput } from '../time/zoned-input.ts'
import { ArrayField } from './array-field.tsx'
import type { FieldProps } from './field-props.ts'
import { JsonField } from './json-field.tsx'
import { fieldKind, initialValue, resolveSchema } from './json-schema.ts'
import { ObjectField } from './object-field.tsx'

/** A field that is generated from a JSON Schema. */
export function SchemaField(props: FieldProps) {
  const schema = resolveSchema(props.schema, props.root)
  const resolved = { ...props, schema }
  const kind = fieldKind(schema)
  if (kind === 'object' || kind === 'array') return <GroupField {...resolved} kind={kind} />
  if (kind === 'json') return <JsonField {...resolved} />
  return <SimpleField {...resolved} kind={kind} />
}

function GroupField({ kind, ...props }: FieldProps & { kind: 'object' | 'array' }) {
  const { name, schema, root, isRequired, value, onChange } = props
  if (value === undefined && !isRequired) {
    return (
      <div class="field">
        <span class="label">{name} (optional)</span>
        <div>
          <button type="button" class="button" onClick={() => onChange(initialValue(schema, root, true))}>
            Add {name}
          </button>
        </div>
      </div>
    )
  }
  return (
    <fieldset class="group">
      <legend>
        {name}
        {!isRequired && (
          <button type="button" class="button plain" onClick={() => onChange(undefined)}>
            Remove<span class="visually-hidden"> {name}</span>
          </button>
        )}
      </legend>
      {kind === 'object' ? (
        <ObjectField {...props} Field={SchemaField} />
      ) : (
        <ArrayField {...props} Field={SchemaField} />
      )}
    </fieldset>
  )
}

function SimpleField({
  kind,
  name,
  path,
  schema,
  isRequired,
  value,
  onChange,
  issues,
}: FieldProps & { kind: 'text' | 'number' | 'boolean' | 'choice' | 'date' | 'date-time' }) {
  const id = useId()
  const [typed, setTyped] = useState('')
  // A field of one line would drop the line ends.
  const [hasLines] = useState(() => typeof value === 'string' && /[\r\n]/.test(value))
  const issue = issues.get(path)
  const shared = {
    id,
    'data-path': path,
    'aria-invalid': issue === undefined ? undefined : ('true' as const),
    'aria-describedby': `${id}-about`,
    'aria-required': isRequired ? ('true' as const) : undefined,
  }
  const choices = kind === 'boolean' ? [true, false] : schema.const === undefined ? (schema.enum ?? []) : [schema.const]
  return (
    <div class="field">
      <label for={id}>
        {name}
        {!isRequired && ' (optional)'}
      </label>
      {kind === 'boolean' || kind === 'choice' ? (
        <select
          {...shared}
          class="select"
          value={value === undefined ? '' : JSON.stringify(value)}
          onChange={({ currentTarget: { value: chosen } }) => onChange(chosen === '' ? undefined : JSON.parse(chosen))}
        >
          {(value === undefined || !isRequired) && <option value="">–</option>}
          {choices.map((choice) => (
            <option key={JSON.stringify(choice)} value={JSON.stringify(choice)}>
              {String(choice)}
            </option>
          ))}
        </select>
      ) : kind === 'date' || kind === 'date-time' ? (
        <input
          {...shared}
          class="input"
          type={kind === 'date' ? 'date' : 'datetime-local'}
          step="1"
          value={kind === 'date' ? toText(value) : toInput(value)}
          onChange={({ currentTarget: { value: text } }) =>
            onChange(kind === 'date' ? text || undefined : fromInput(text))
          }
        />
      ) : hasLines ? (
        <textarea
          {...shared}
          class="input"
          spellcheck={false}
          value={toText(value)}
          onInput={({ currentTarget: { value: text } }) => onChange(text || undefined)}
        />
      ) : (
        <input
          {...shared}
          class="input"
          inputMode={kind === 'number' ? 'decimal' : undefined}
          autoComplete="off"
          spellcheck={false}
          // Text such as `12.50` stays as it is typed, although its number is `12.5`.
          value={kind === 'number' && toNumber(typed) === value ? typed : toText(value)}
          onInput={({ currentTarget: { value: text } }) => {
            setTyped(text)
            onChange(kind === 'number' ? toNumber(text) : text || undefined)
          }}
        />
      )}
      <span id={`${id}-about`} class={issue === undefined ? 'muted small about' : 'field-error'}>
        {issue ?? schema.description ?? ''}
      </span>
    </div>
  )
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
}

/** Returns the number, or the text that is none, so that the check of the payload reports it. */
function toNumber(text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  const value = Number(trimmed)
  return Number.isFinite(value) ? value : trimmed
}
