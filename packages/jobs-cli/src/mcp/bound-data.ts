import { escapeInvisible } from '@cgk-platform/jobs-core/tools'

/** The limits of one result. The next ones apply if it is still too large. */
const limits = [
  { text: 4000, items: 1000, depth: 20 },
  { text: 500, items: 200, depth: 12 },
  { text: 100, items: 200, depth: 12 }, // fits a page of jobs, so that its cursor skips none
  { text: 100, items: 20, depth: 8 },
  { text: 40, items: 5, depth: 5 },
]

type Limit = (typeof limits)[number]

/** The most characters of JSON that a tool returns. */
export const maxResultCharacters = 60_000

/**
 * Returns data of jobs as JSON values for an assistant: without control and invisible characters, and small enough for
 * its context. Marks tell what was omitted.
 */
export function boundData(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  for (const limit of limits) {
    const bounded = bound(data, limit, 0) as Record<string, unknown>
    if (JSON.stringify(bounded).length <= maxResultCharacters) return bounded
  }
  return { omitted: 'The result is too large. Ask for less: a lower limit, or fewer jobs.' }
}

function bound(value: unknown, limit: Limit, depth: number): unknown {
  if (typeof value === 'string') return boundText(value, limit.text)
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object' || value === null) return value
  if (depth >= limit.depth) return '… (nested deeper)'
  if (Array.isArray(value)) {
    const items = value.slice(0, limit.items).map((item) => bound(item, limit, depth + 1))
    return value.length > limit.items ? [...items, `… (${value.length} items in total)`] : items
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  const bounded = entries
    .slice(0, limit.items)
    .map(([key, item]) => [boundText(key, limit.text), bound(item, limit, depth + 1)] as const)
  if (entries.length > limit.items) bounded.push(['…', `${entries.length} fields in total`])
  return Object.fromEntries(bounded)
}

function boundText(text: string, length: number): string {
  if (text.length <= length) return escapeInvisible(text)
  return `${escapeInvisible(text.slice(0, length))}… (${text.length} characters in total)`
}
