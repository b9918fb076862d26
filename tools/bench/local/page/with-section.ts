const next = '## Where the time goes'

/** Puts a section in its place on the page, or before `next` if it is new. */
export function withSection(page: string, heading: string, section: string): string {
  const found = page.indexOf(`\n${heading}\n`) + 1
  const start = found || page.indexOf(next)
  const end = found ? page.indexOf('\n## ', found) + 1 : start
  return `${page.slice(0, start)}${section}\n${page.slice(end)}`
}
