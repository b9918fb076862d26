import { useId, useLayoutEffect, useState } from 'preact/hooks'

const pauseMs = 400

/** A text of the filter. It applies after a short pause, with Enter, or when the field is left. */
export function FilterField({
  name,
  label,
  value,
  why,
  choices,
  onChange,
}: {
  name: string
  label: string
  value: string | undefined
  why?: string | undefined
  choices?: readonly string[] | undefined
  onChange: (value: string | undefined) => void
}) {
  const listId = useId()
  const [text, setText] = useState(value ?? '')
  const apply = () => {
    if (text.trim() !== (value ?? '')) onChange(text.trim() || undefined)
  }
  // At once, so that it replaces nothing that is typed later.
  useLayoutEffect(() => setText(value ?? ''), [value])
  useLayoutEffect(() => {
    const timer = setTimeout(apply, pauseMs)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <div class="field">
      <label for={`filter-${name}`}>{label}</label>
      <input
        id={`filter-${name}`}
        class="input"
        type="search"
        autoComplete="off"
        spellcheck={false}
        maxLength={256}
        disabled={why !== undefined}
        title={why}
        placeholder={why === undefined ? 'Any' : 'Not supported'}
        list={choices ? listId : undefined}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onBlur={apply}
        onKeyDown={(event) => event.key === 'Enter' && apply()}
      />
      {choices && (
        <datalist id={listId}>
          {choices.map((choice) => (
            <option key={choice} value={choice} />
          ))}
        </datalist>
      )}
    </div>
  )
}
