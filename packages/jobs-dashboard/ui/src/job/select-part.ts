import { hrefTo, hrefToJob, navigate, query } from '../app/router.ts'

/** The id of the panel with the details. A page has at most one. */
export const partPanelId = 'part'

/** The rows of the waterfalls and the steps of the graphs. */
const links = 'a[data-replace]:is(.fall-row, .graph *)'

/** The address of the step whose details were closed before it was shown. */
let closed: string | undefined

/** Returns the address of a job with a part of one of its runs selected. */
export function hrefToPart(jobId: string, runId: string, part: string): string {
  return hrefTo('/job', { id: jobId, run: runId, part })
}

/** Selects the next or the previous part of the page. */
export function selectNeighbor(by: 1 | -1): void {
  const parts = [...document.querySelectorAll<HTMLElement>(links)]
  const at = parts.findIndex((part) => part.ariaCurrent)
  const next = parts[at < 0 ? 0 : Math.min(Math.max(at + by, 0), parts.length - 1)]
  if (!next) return
  next.focus()
  navigate(next.getAttribute('href')!, { replace: true })
}

/** Closes the details. The focus returns to the part; to the page if it is not shown, as an attempt beside the graph. */
export function clearPart(jobId: string): void {
  const row = document.querySelector<HTMLElement>(`${links}[aria-current]`)
  ;(row ?? document.querySelector('main'))?.focus({ preventScroll: row === null })
  const step = query.value.get('part')?.replace(/^compensation /, 'step ')
  closed = row ? undefined : hrefToPart(jobId, query.value.get('run') ?? '', step ?? '')
  navigate(hrefToJob(jobId), { replace: true })
}

/** Returns the focus to a step that is now shown, unless the user has moved it since the details were closed. */
export function returnFocus(): void {
  const isUnmoved = document.activeElement === document.querySelector('main')
  if (closed && isUnmoved) document.querySelector<SVGElement>(`${links}[href="${CSS.escape(closed)}"]`)?.focus()
  closed = undefined
}

/** Brings the details of a clicked row to a user who would not see them: to the keyboard, and on a small screen. */
export function revealPart({ detail, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): void {
  if (ctrlKey || metaKey || shiftKey || altKey) return // opens another tab
  requestAnimationFrame(() => {
    const panel = document.getElementById(partPanelId)
    if (detail === 0) panel?.focus({ preventScroll: true }) // a click by the keyboard
    if (matchMedia('(max-width: 1180px)').matches) panel?.scrollIntoView({ block: 'nearest' })
  })
}
