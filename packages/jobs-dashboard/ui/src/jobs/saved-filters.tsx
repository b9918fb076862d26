import { useEffect, useRef, useState } from 'preact/hooks'

import { query } from '../app/router.ts'
import { Icon } from '../parts/icon.tsx'
import { filterLinks } from './filter-links.ts'
import { hrefToJobs, type JobQuery } from './job-query.ts'
import { SavedFiltersPanel } from './saved-filters-panel.tsx'

/** A button that opens the saved filters. It has the name of the current one. */
export function SavedFilters({ from }: { from: JobQuery }) {
  const [isOpen, setIsOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const here = hrefToJobs(from, { tenant: query.value.get('tenant') ?? undefined })
  const links = filterLinks()
  const current = links.find(({ href }) => href === here)

  const focus = () => button.current?.focus()
  const close = () => {
    setIsOpen(false)
    focus()
  }
  useEffect(() => {
    if (!isOpen) return undefined
    const onPointer = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setIsOpen(false)
    }
    document.addEventListener('pointerdown', onPointer)
    return () => document.removeEventListener('pointerdown', onPointer)
  }, [isOpen])

  return (
    <div
      class="menu"
      ref={root}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && isOpen) close()
      }}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget && !root.current?.contains(relatedTarget as Node)) setIsOpen(false)
      }}
    >
      <button
        type="button"
        class="button"
        ref={button}
        aria-expanded={isOpen}
        aria-controls="saved-filters"
        title={current?.name ?? 'Saved filters'}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon name="bookmark" />
        <span class={current ? 'visually-hidden' : 'wide'}>Saved filters</span>
        {current && <span class="wide clip">{current.name}</span>}
        <Icon name="down" />
      </button>
      <div id="saved-filters">
        {isOpen && <SavedFiltersPanel here={here} links={links} current={current} onDone={close} onDelete={focus} />}
      </div>
    </div>
  )
}
