import { computed, signal } from '@preact/signals'

import { basePath } from '../base-path.ts'

/** The pages. The server also knows their paths: see `pagePaths`. */
export type Page =
  | 'overview'
  | 'errors'
  | 'search'
  | 'jobs'
  | 'job'
  | 'workflows'
  | 'definitions'
  | 'definition'
  | 'schedules'
  | 'engine'
  | 'send'
  | 'unknown'

const pages: readonly string[] = [
  'errors',
  'search',
  'jobs',
  'job',
  'workflows',
  'definitions',
  'definition',
  'schedules',
  'engine',
  'send',
] satisfies Page[]

const url = signal(new URL(location.href))
const positions = new Map<string, number>()

/** The page that the address names. */
export const page = computed((): Page => {
  const path = url.value.pathname.slice(basePath.length).replace(/^\/|\/$/g, '')
  return path === '' ? 'overview' : pages.includes(path) ? (path as Page) : 'unknown'
})

/** The query of the address. */
export const query = computed(() => url.value.searchParams)

/** Returns the address of a path below the base path, such as `/jobs`. Empty parameters are omitted. */
export function hrefTo(path: string, parameters: Readonly<Record<string, string | undefined>> = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value) search.set(name, value)
  const tenant = query.value.get('tenant')
  if (tenant && !('tenant' in parameters)) search.set('tenant', tenant)
  return `${basePath}${path === '/' && basePath ? '' : path}${search.size > 0 ? `?${search}` : ''}`
}

/** Returns the address of a job. */
export function hrefToJob(id: string): string {
  return hrefTo('/job', { id })
}

/** Goes to an address. `replace` changes the current entry of the history. */
export function navigate(href: string, { replace = false } = {}): void {
  const target = new URL(href, location.href)
  const isNewPage = target.pathname !== location.pathname
  if (replace) history.replaceState(null, '', target)
  else {
    positions.set(location.href, scrollY)
    if (positions.size > 100) positions.delete(positions.keys().next().value!)
    history.pushState(null, '', target)
  }
  url.value = target
  if (isNewPage) {
    scrollTo(0, 0)
    announcePage()
  }
}

/**
 * Follows links within the dashboard without loading a new document, and the back button. A link with `data-replace`
 * changes the current entry of the history.
 */
export function startRouter(): void {
  history.scrollRestoration = 'manual'
  addEventListener('popstate', () => {
    url.value = new URL(location.href)
    const position = positions.get(location.href) ?? 0
    requestAnimationFrame(() => scrollTo(0, position))
  })
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element).closest('a[href]')
    if (!link || link.hasAttribute('target') || link.hasAttribute('download')) return
    const href = link.getAttribute('href')! // the property is an object for a link in a picture
    const { origin, pathname, hash } = new URL(href, location.href)
    if (origin !== location.origin || hash) return
    if (pathname !== basePath && !pathname.startsWith(`${basePath}/`)) return
    event.preventDefault()
    navigate(href, { replace: link.hasAttribute('data-replace') })
  })
}

function announcePage(): void {
  // The keyboard and a screen reader continue at the new page, as after a full load. Not later than it is rendered: the
  // user may already use a field of it.
  queueMicrotask(() => document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true }))
}
