/** Returns the sorted paths of the dates in a payload, such as `lines.0.addedAt`. In the journal, a date is a string. */
export function datePathsIn(value: unknown, path: readonly string[] = []): string[] {
  if (value instanceof Date) return [path.join('.')]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value)
    .flatMap(([key, member]) => datePathsIn(member, [...path, key]))
    .toSorted()
}
