import { signal } from '@preact/signals'

const narrow = matchMedia('(max-width: 900px)')
const wideHeight = 40
const narrowHeight = 64

/** True on small screens, where a row has two lines. */
export const isNarrow = signal(narrow.matches)

/** The height of a row in pixels. All rows have the same, so that a long list needs only those that are visible. */
export const rowHeight = signal(narrow.matches ? narrowHeight : wideHeight)

narrow.addEventListener('change', ({ matches }) => {
  isNarrow.value = matches
  rowHeight.value = matches ? narrowHeight : wideHeight
})
