import { redacted } from '../../../src/redacted.ts'

/** Returns the paths of the values that the server has hidden, such as `payload.items[2].name`. */
export function findHidden(value: unknown, path: string): string[] {
  if (value === redacted) return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, item]) =>
    findHidden(item, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`),
  )
}
