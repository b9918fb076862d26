/** Cuts a text after `length` characters, and appends how many it had. A text that is not longer stays the same. */
export function truncate(text: string, length: number): string {
  if (text.length <= length) return text
  const start = text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '') // without half of a surrogate pair
  return `${start}… (${text.length} characters in total)`
}
