import { openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'

import { type Entry, type Line, type Note, nowMs } from './line.ts'

const ending = '.ledger'

/** Writes a process's lines into a file of its own: each is with the system when this returns, whatever kills the process. */
export function openLedger(folder: string, name: string): (note: Note) => void {
  const descriptor = openSync(join(folder, `${name}${ending}`), 'a')
  return (note) => void writeSync(descriptor, `${JSON.stringify({ at: nowMs(), ...note })}\n`)
}

/** All lines of all processes, in the order of time. */
export function readLedgers(folder: string): Entry[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(ending))
  const entries = files.flatMap((file) => {
    const by = basename(file, ending)
    return readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter(isWhole)
      .map((text) => toEntry(text, by))
  })
  return entries.toSorted((one, other) => one.at - other.at)
}

/** The last line of a process that was killed may be cut. */
function isWhole(text: string): boolean {
  return text.endsWith('}')
}

function toEntry(text: string, by: string): Entry {
  return { ...(JSON.parse(text) as Line), by }
}
