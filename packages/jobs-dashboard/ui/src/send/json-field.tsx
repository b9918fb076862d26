import { useId, useState } from 'preact/hooks'

import type { FieldProps } from './field-props.ts'

/** A value as JSON text, for what a form cannot edit. */
export function JsonField({
  name,
  path,
  isRequired,
  value,
  onChange,
  issues,
}: Pick<FieldProps, 'name' | 'path' | 'isRequired' | 'value' | 'onChange' | 'issues'>) {
  const id = useId()
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)))
  const [problem, setProblem] = useState<string>()
  const issue = problem ?? issues.get(path)
  return (
    <div class="field whole">
      <label for={id}>
        {name} as JSON{!isRequired && ' (optional)'}
      </label>
      <textarea
        id={id}
        class="input"
        data-path={path}
        data-unread={problem === undefined ? undefined : ''}
        spellcheck={false}
        aria-invalid={issue === undefined ? undefined : 'true'}
        aria-describedby={`${id}-about`}
        value={text}
        onInput={({ currentTarget: { value: next } }) => {
          setText(next)
          try {
            onChange(next.trim() === '' ? undefined : JSON.parse(next))
            setProblem(undefined)
          } catch {
            setProblem('This is not valid JSON yet.')
          }
        }}
      />
      <span id={`${id}-about`} class="field-error">
        {issue ?? ''}
      </span>
    </div>
  )
}
