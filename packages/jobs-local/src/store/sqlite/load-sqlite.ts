import type * as Sqlite from 'node:sqlite'

import { StoreError } from '@cgk-platform/jobs-core'

/**
 * Node's own SQLite, loaded when it is first used.
 *
 * @throws {StoreError} where this Node has none: it came with 22.13.
 */
export function loadSqlite(path: string): typeof Sqlite {
  const sqlite = typeof process.getBuiltinModule === 'function' ? process.getBuiltinModule('node:sqlite') : undefined
  if (sqlite) return sqlite
  throw new StoreError({
    path,
    problem: 'no node:sqlite',
    says: `needs \`node:sqlite\`, which Node ${process.version} does not have`,
    remedy: "Use Node 22.13 or later, or `store: 'memory'`, or a hosted engine.",
  })
}
