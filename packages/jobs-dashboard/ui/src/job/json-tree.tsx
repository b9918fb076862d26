import { useState } from 'preact/hooks'

const pageSize = 100
const maxTextLength = 2000

/** A JSON value that unfolds. What is folded is not in the document, so a large value stays fast. */
export function JsonTree({ value, openDepth }: { value: unknown; openDepth: number }) {
  return (
    <div class="json">
      <Node value={value} depth={0} openDepth={openDepth} />
    </div>
  )
}

function Node({ name, value, depth, openDepth }: { name?: string; value: unknown; depth: number; openDepth: number }) {
  const [isOpen, setIsOpen] = useState(depth < openDepth)
  const key = name !== undefined && (
    <>
      <span class="key">{name}</span>
      <span class="muted">: </span>
    </>
  )
  if (typeof value !== 'object' || value === null) {
    return (
      <div class="leaf">
        {key}
        <Scalar value={value} />
      </div>
    )
  }
  const isArray = Array.isArray(value)
  const entries = Object.entries(value)
  const size = isArray ? `[${entries.length}]` : `{${entries.length}}`
  if (entries.length === 0) {
    return (
      <div class="leaf">
        {key}
        <span class="muted">{isArray ? '[]' : '{}'}</span>
      </div>
    )
  }
  return (
    <details open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        {key}
        <span class="muted">{size}</span>
      </summary>
      {isOpen && <Entries entries={entries} depth={depth + 1} openDepth={openDepth} />}
    </details>
  )
}

function Entries({ entries, depth, openDepth }: { entries: [string, unknown][]; depth: number; openDepth: number }) {
  const [shown, setShown] = useState(pageSize)
  return (
    <div class="entries">
      {entries.slice(0, shown).map(([name, value]) => (
        <Node key={name} name={name} value={value} depth={depth} openDepth={openDepth} />
      ))}
      {entries.length > shown && (
        <button type="button" class="button plain" onClick={() => setShown(shown + pageSize)}>
          {entries.length - shown} more
        </button>
      )}
    </div>
  )
}

function Scalar({ value }: { value: unknown }) {
  const [isWhole, setIsWhole] = useState(false)
  const text = JSON.stringify(value) ?? 'undefined'
  const kind = value === null ? 'null' : typeof value
  return (
    <span class={`scalar ${kind}`}>
      {isWhole ? text : text.slice(0, maxTextLength)}
      {!isWhole && text.length > maxTextLength && (
        <button type="button" class="button plain" onClick={() => setIsWhole(true)}>
          {text.length - maxTextLength} more characters
        </button>
      )}
    </span>
  )
}
