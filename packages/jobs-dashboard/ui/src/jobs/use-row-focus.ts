import type { RefObject } from 'preact'

import { rowHeight } from './row-height.ts'
import type { Jobs } from './use-jobs.ts'

/** The job whose row has the focus, and moving it by keys. */
export interface RowFocus {
  readonly focusedId: () => string | undefined
  readonly move: (by: 1 | -1) => void
}

/** Follows the focus in the rows of the table. */
export function useRowFocus(table: RefObject<HTMLDivElement | null>, { rows: { jobs }, loadMore }: Jobs): RowFocus {
  const focusedId = () => document.activeElement?.closest<HTMLElement>('[data-job]')?.dataset['job']
  const focus = (id: string) => {
    const row = [...(table.current?.querySelectorAll<HTMLElement>('[data-job]') ?? [])].find(
      (each) => each.dataset['job'] === id,
    )
    row?.querySelector<HTMLElement>('a')?.focus({ preventScroll: true })
    return row !== undefined
  }
  const move = (by: 1 | -1) => {
    const body = table.current
    if (!body || jobs.length === 0) return
    const id = focusedId()
    const at = id === undefined ? -1 : jobs.findIndex((job) => job.id === id)
    const firstVisible = Math.ceil(Math.max(0, scrollY - offsetOf(body)) / rowHeight.value)
    const next = at < 0 ? firstVisible : Math.min(Math.max(at + by, 0), jobs.length - 1)
    const job = jobs[next]
    if (!job) return
    if (next >= jobs.length - 5) loadMore()
    scrollToRow(body, next)
    if (!focus(job.id)) requestAnimationFrame(() => requestAnimationFrame(() => focus(job.id)))
  }
  return { focusedId, move }
}

function scrollToRow(body: HTMLElement, index: number): void {
  const top = offsetOf(body) + index * rowHeight.value
  const margin = rowHeight.value * 2
  if (top < scrollY + margin) scrollTo(0, Math.max(0, top - margin))
  else if (top + rowHeight.value > scrollY + innerHeight - margin)
    scrollTo(0, top + rowHeight.value + margin - innerHeight)
}

function offsetOf(body: HTMLElement): number {
  return body.getBoundingClientRect().top + scrollY
}
