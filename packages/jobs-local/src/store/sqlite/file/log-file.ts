import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** Size of the header of a log. */
export const logHeaderBytes = 32

/** Maps the magic number of a log to whether its checksum uses little-endian words. */
const magics: ReadonlyMap<number, boolean> = new Map([
  [0x377f0682, true],
  [0x377f0683, false],
])

/**
 * Returns true if the header of a log has a valid checksum. SQLite treats a log with an invalid header as empty.
 * https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function isValidLogHeader(header: Buffer): boolean {
  const isLittle = magics.get(header.readUInt32BE(0))
  if (isLittle === undefined) return false
  const read = (at: number): number => (isLittle ? header.readUInt32LE(at) : header.readUInt32BE(at))
  let [first, second] = [0, 0]
  for (let at = 0; at < 24; at += 8) {
    first = (first + read(at) + second) >>> 0
    second = (second + read(at + 4) + first) >>> 0
  }
  return header.readUInt32BE(24) === first && header.readUInt32BE(28) === second
}

const frameHeaderBytes = 24

/** Returns the salt of a file's log, which changes when the log restarts. */
export function logSalt(path: string): string {
  return readLog(path, (read) => read(logHeaderBytes, 0)?.toString('hex', 16, 24)) ?? ''
}

/**
 * Returns the numbers of the pages that the log of a file contains. The pages of transactions that were not committed
 * may be among them. https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function pagesInLog(path: string, pageBytes: number): ReadonlySet<number> {
  return readLog(path, (read) => {
    const pages = new Set<number>()
    const salt = read(logHeaderBytes, 0)?.toString('hex', 16, 24)
    for (let at = logHeaderBytes; ; at += frameHeaderBytes + pageBytes) {
      const frame = read(frameHeaderBytes, at)
      // Frames with another salt remain from before the log restarted.
      if (!frame || frame.toString('hex', 8, 16) !== salt) return pages
      pages.add(frame.readUInt32BE(0))
    }
  })
}

function readLog<T>(path: string, use: (read: (bytes: number, at: number) => Buffer | undefined) => T): T {
  const descriptor = openSync(`${path}-wal`, 'r')
  try {
    return use((bytes, at) => {
      const buffer = Buffer.alloc(bytes)
      return readSync(descriptor, buffer, 0, bytes, at) === bytes ? buffer : undefined
    })
  } finally {
    closeSync(descriptor)
  }
}

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
