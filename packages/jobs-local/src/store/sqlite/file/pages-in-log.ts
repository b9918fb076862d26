import { closeSync, openSync, readSync } from 'node:fs'

import { logHeaderBytes } from './log-header.ts'

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
