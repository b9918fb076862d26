import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/**
 * Returns whether Node binds the values of numbered parameters, such as `?1`, by their position. Node 22.13 to 22.19
 * and 24.0 to 24.6 do not.
 */
export function bindsNumbered(database: DatabaseSync): boolean {
  try {
    return database.prepare('SELECT ?1').get(1) !== undefined
  } catch {
    return false
  }
}

/** Names the values of a statement with numbered parameters, as every version of Node binds them. It may have no others. */
export function bindNumbered(
  sql: string,
  values: readonly SQLInputValue[],
): readonly SQLInputValue[] | readonly [named: Record<string, SQLInputValue>] {
  if (!/\?\d/.test(sql)) return values
  return [Object.fromEntries(values.map((value, index) => [`?${index + 1}`, value]))]
}
