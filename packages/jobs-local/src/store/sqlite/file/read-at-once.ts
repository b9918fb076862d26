import type { Connection } from './connection.ts'

/** Reads with several statements as of one moment, although other processes may write. Do not call it within a change. */
export function readAtOnce<T>(connection: Connection, read: () => T): T {
  connection.exec('BEGIN')
  try {
    return read()
  } finally {
    connection.exec('COMMIT')
  }
}
