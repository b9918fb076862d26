import { statSync } from 'node:fs'

/** Size of the log that SQLite reaches only while a transaction that reads the file does not end, in bytes. */
const maxGrownBytes = 128 * 1024 * 1024

/** Returns why the log of a file grows, if it has become large; otherwise `undefined`. */
export function logGrowth(path: string): string | undefined {
  const { size = 0 } = statSync(`${path}-wal`, { throwIfNoEntry: false }) ?? {}
  if (size <= maxGrownBytes) return undefined
  const mebibytes = Math.round(size / 1024 / 1024)
  return (
    `accepts changes, but its \`-wal\` file has ${mebibytes} MiB and grows, because a transaction that reads the file does ` +
    'not end; find it in a backup, a database browser or your app, and end it'
  )
}
