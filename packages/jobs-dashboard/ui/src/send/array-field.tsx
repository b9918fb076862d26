import { useRef } from 'preact/hooks'

import { Icon } from '../parts/icon.tsx'
import type { GroupProps } from './field-props.ts'
import { initialValue } from './json-schema.ts'

/** The items of an array. */
export function ArrayField({ name, path, schema, root, value, onChange, issues, Field }: GroupProps) {
  const items: readonly unknown[] = Array.isArray(value) ? value : []
  const itemSchema = schema.items ?? {}
  // A field has a state of its own, which goes with its item when another is removed.
  const keys = useRef<number[]>([])
  while (keys.current.length < items.length) keys.current.push(Math.max(-1, ...keys.current) + 1)
  return (
    <div class="items">
      {items.map((item, at) => (
        <div key={keys.current[at]} class="item">
          <Field
            name={`${name} ${at + 1}`}
            path={`${path}[${at}]`}
            schema={itemSchema}
            root={root}
            isRequired
            value={item}
            issues={issues}
            onChange={(next) => onChange(items.with(at, next))}
          />
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove ${name} ${at + 1}`}
            onClick={() => {
              keys.current = keys.current.toSpliced(at, 1)
              onChange(items.toSpliced(at, 1))
            }}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      <div>
        <button type="button" class="button" onClick={() => onChange([...items, initialValue(itemSchema, root, true)])}>
          Add to {name}
        </button>
      </div>
    </div>
  )
}
