import { signal } from '@preact/signals'

const narrow = matchMedia('(max-width: 900px)')
const wideHeight = 40
const narrowHeight = 64

/** The height of a row in pixels. A row has two lines on small screens. All rows have the same, so that a long list needs only those that are visible. */
export const rowHeight = signal(narrow.matches ? narrowHeight : wideHeight)

narrow.addEventListener('change', ({ matches }) => {
  rowHeight.value = matches ? narrowHeight : wideHeight
})
