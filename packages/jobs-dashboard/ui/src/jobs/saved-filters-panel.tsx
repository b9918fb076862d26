import { useState } from 'preact/hooks'

import { showToast } from '../app/toasts.ts'
import { Icon } from '../parts/icon.tsx'
import type { FilterLink } from './filter-links.ts'
import { deleteFilter, maxNameLength, type SavedFilter, saveFilter, storedFilters } from './filter-storage.ts'
import { describeQuery } from './job-query.ts'

/** The saved filters as links, and a form that saves the current filter. */
export function SavedFiltersPanel({
  here,
  links,
  current,
  onDone,
  onDelete,
}: {
  /** The address with the current filter. */
  here: string
  links: readonly FilterLink[]
  current: FilterLink | undefined
  onDone: () => void
  /** Called before a link disappears, which may have the focus. */
  onDelete: () => void
}) {
  const [name, setName] = useState(current?.name ?? '')
  const [problem, setProblem] = useState<string>()
  const shownProblem = problem ?? storedFilters.value.problem
  const { search } = new URL(here, location.href)
  const trimmed = name.trim()
  const isSame = ({ href }: FilterLink) => href === here
  const replaced = links.filter((link) => isSame(link) || link.name === trimmed)
  const verb =
    current && current.name !== trimmed ? 'Rename' : replaced.some((link) => !isSame(link)) ? 'Replace' : 'Save'

  const save = () => {
    const isReplaced = (other: SavedFilter) =>
      replaced.some((link) => link.name === other.name && link.search === other.search)
    const why = saveFilter({ name: trimmed, search }, isReplaced)
    setProblem(why)
    if (why !== undefined) return
    showToast('done', `Saved the filter “${trimmed}”.`)
    onDone()
  }
  const remove = (link: FilterLink) => {
    onDelete()
    const why = deleteFilter(link)
    setProblem(why)
    if (why === undefined) showToast('done', `Deleted the filter “${link.name}”.`)
  }
  return (
    <div class="menu-panel" role="group" aria-label="Saved filters">
      {links.length > 0 ? (
        <ul>
          {links.map((link) => {
            const { href, from, tenant } = link
            return (
              <li key={`${link.name} ${href}`}>
                <a href={href} aria-current={href === here ? 'true' : undefined} onClick={onDone}>
                  <span class="clip">{link.name}</span>
                  <span class="clip muted small">
                    {[...describeQuery(from), ...(tenant === undefined ? [] : [`tenant ${tenant}`])].join(' · ')}
                  </span>
                </a>
                <button
                  type="button"
                  class="icon-button"
                  aria-label={`Delete ${link.name}`}
                  title="Delete"
                  onClick={() => remove(link)}
                >
                  <Icon name="close" />
                </button>
              </li>
            )
          })}
        </ul>
      ) : (
        <p class="muted">No saved filters yet.</p>
      )}
      {search === '' ? (
        <p class="muted small">Choose filters first. Then you can save them here under a name.</p>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (trimmed !== '') save()
          }}
        >
          <div class="field">
            <label for="filter-name">Name of the current filter</label>
            <input
              id="filter-name"
              class="input"
              autoComplete="off"
              required
              maxLength={maxNameLength}
              value={name}
              onInput={({ currentTarget }) => setName(currentTarget.value)}
            />
          </div>
          <button type="submit" class="button primary">
            {verb}
          </button>
        </form>
      )}
      {shownProblem !== undefined && (
        <p class="notice" data-tone="amber" role="alert">
          <Icon name="warning" />
          <span>{shownProblem}</span>
        </p>
      )}
    </div>
  )
}
