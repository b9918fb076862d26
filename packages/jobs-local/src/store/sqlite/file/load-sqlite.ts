import type * as Sqlite from 'node:sqlite'

import { StoreError } from '@cgk-platform/jobs-core/errors'

/**
 * Loads Node's built-in SQLite on first use.
 *
 * @throws {StoreError} if this version of Node does not include it. Node 22.13 and later do.
 */
export function loadSqlite(path: string): typeof Sqlite {
  const sqlite = typeof process.getBuiltinModule === 'function' ? process.getBuiltinModule('node:sqlite') : undefined
  if (sqlite) return sqlite
  throw new StoreError({
    path,
    problem: 'no node:sqlite',
    description: `needs \`node:sqlite\`, which Node ${process.version} does not have`,
    remedy: "Use Node 22.13 or later, `store: 'memory'`, or a hosted engine.",
  })
}
