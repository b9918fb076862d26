import { redacted } from '../redacted.ts'

/** Returns a copy of a value without the fields that are hidden. `root` is the first name of its paths. */
export type Redact = (root: 'payload' | 'output', value: unknown) => unknown

/** A path of which the first `index` parts have matched. */
interface Match {
  readonly parts: readonly string[]
  readonly index: number
}

/** Creates a function that hides the fields at these paths: `payload.card.number`, `payload.items.*.name`, `**.email`. */
export function createRedact(paths: readonly string[] = []): Redact {
  const initial = paths.map((path) => ({ parts: path.toLowerCase().split('.'), index: 0 }))
  if (initial.length === 0) return (_root, value) => value
  const copy = (value: unknown, matches: readonly Match[]): unknown => {
    if (matches.some(isComplete)) return redacted
    if (matches.length === 0 || typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item, index) => copy(item, enter(matches, String(index))))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, enter(matches, key))]))
  }
  return (root, value) => copy(value, enter(initial, root))
}

function isComplete({ parts, index }: Match): boolean {
  return parts.slice(index).every((part) => part === '**')
}

/** Returns the matches that are left below a name. */
function enter(matches: readonly Match[], name: string): Match[] {
  const key = name.toLowerCase()
  return matches.flatMap((match) => enterOne(match, key))
}

function enterOne({ parts, index }: Match, key: string): Match[] {
  const part = parts[index]
  if (part === '**') return [{ parts, index }, ...enterOne({ parts, index: index + 1 }, key)]
  return part === '*' || part === key ? [{ parts, index: index + 1 }] : []
}
