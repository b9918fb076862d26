/** The maximum length of a `baggage` that travels, so that the envelope of a large payload stays within the engines' limits. */
const maxLength = 2048
const maxMembers = 64

const member = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+[ \t]*=[ \t]*[!#-+\--:<-[\]-~]*(?:[ \t]*;[!-~ \t]*)?$/

/** Returns whether a value is a `baggage` of W3C Baggage, of at most 2,048 characters and 64 members. */
export function isBaggage(value: unknown): value is string {
  if (typeof value !== 'string' || value === '' || value.length > maxLength) return false
  const members = value.split(',')
  return members.length <= maxMembers && members.every((one) => member.test(one.trim()))
}

/** Returns the first members of a `baggage` that fit and are valid. W3C Baggage permits to drop the others. */
export function boundedBaggage(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const kept: string[] = []
  let length = -1
  // The bound on what is read keeps a hostile value from costing more than a valid one.
  for (const one of value.slice(0, 4 * maxLength).split(',')) {
    const text = one.trim()
    if (kept.length === maxMembers) break
    if (!member.test(text) || length + 1 + text.length > maxLength) continue
    kept.push(text)
    length += 1 + text.length
  }
  return kept.length > 0 ? kept.join(',') : undefined
}
