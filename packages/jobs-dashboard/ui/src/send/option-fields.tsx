import type { SendBody } from '../../../src/api-types.ts'
import { whyUnsupported } from '../app/session.ts'

/** The options of a send as texts. */
export interface OptionTexts {
  readonly delay: string
  readonly idempotencyKey: string
  readonly reference: string
  readonly maxAttempts: string
  readonly priority: string
}

/** No options. */
export const emptyOptions: OptionTexts = { delay: '', idempotencyKey: '', reference: '', maxAttempts: '', priority: '' }

const fields = [
  { name: 'delay', label: 'Delay', hint: 'such as 10m', feature: 'delay' },
  { name: 'reference', label: 'Reference', hint: 'separated by commas', feature: 'reference' },
  { name: 'idempotencyKey', label: 'Idempotency key', hint: '', feature: 'idempotencyKey' },
  { name: 'maxAttempts', label: 'Maximum attempts', hint: '', feature: 'maxAttempts of a send, lowered' },
  { name: 'priority', label: 'Priority', hint: 'seconds', feature: 'priority' },
] as const

/** The fields for the options of a send. */
export function OptionFields({
  options,
  isOpen,
  onChange,
}: {
  options: OptionTexts
  isOpen: boolean
  onChange: (next: OptionTexts) => void
}) {
  return (
    <details class="options" open={isOpen}>
      <summary>Options</summary>
      <div class="fields">
        {fields.map(({ name, label, hint, feature }) => {
          const why = whyUnsupported(feature)
          return (
            <div key={name} class="field">
              <label for={`option-${name}`}>{label}</label>
              <input
                id={`option-${name}`}
                class="input"
                data-path={name}
                autoComplete="off"
                disabled={why !== undefined}
                aria-describedby={`about-${name}`}
                value={options[name]}
                onInput={({ currentTarget: { value } }) => onChange({ ...options, [name]: value })}
              />
              <span id={`about-${name}`} class="muted small about">
                {why ?? hint}
              </span>
            </div>
          )
        })}
      </div>
    </details>
  )
}

/** Returns the options that have a text. */
export function toOptions({
  delay,
  idempotencyKey,
  reference,
  maxAttempts,
  priority,
}: OptionTexts): NonNullable<SendBody['options']> {
  const references = reference.split(',').flatMap((each) => each.trim() || [])
  return {
    ...(delay.trim() && { delay: delay.trim() }),
    ...(idempotencyKey && { idempotencyKey }),
    ...(references.length > 0 && { reference: references }),
    ...(maxAttempts.trim() && { maxAttempts: Number(maxAttempts) }),
    ...(priority.trim() && { priority: Number(priority) }),
  }
}
