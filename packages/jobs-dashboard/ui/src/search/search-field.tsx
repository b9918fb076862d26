import { useRef } from 'preact/hooks'

import { hrefTo, navigate, page, query } from '../app/router.ts'
import { useShortcuts } from '../app/shortcuts.ts'

/** The field with which each page searches everything. `/` goes to it. */
export function SearchField() {
  const input = useRef<HTMLInputElement>(null)
  useShortcuts({ '/': () => input.current?.select() })
  const given = page.value === 'search' ? (query.value.get('text') ?? '') : ''
  return (
    <form
      class="search"
      role="search"
      aria-label="Search everything"
      onSubmit={(event) => {
        event.preventDefault()
        const text = input.current?.value.trim()
        if (text) navigate(hrefTo('/search', { text }))
      }}
    >
      <input
        key={given}
        ref={input}
        class="input"
        type="search"
        aria-label="Search by id or name"
        placeholder="Search  /"
        autoComplete="off"
        spellcheck={false}
        maxLength={256}
        defaultValue={given}
      />
    </form>
  )
}
