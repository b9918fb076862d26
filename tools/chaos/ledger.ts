import { openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'

import { type LedgerEntry, type LedgerLine, type Note, nowMs } from './ledger-entry.ts'

const ending = '.ledger'

/** Opens the ledger file of a process. Each entry is with the operating system on return, so a kill cannot lose it. */
export function openLedger(folder: string, name: string): (note: Note) => void {
  const descriptor = openSync(join(folder, `${name}${ending}`), 'a')
  return (note) => void writeSync(descriptor, `${JSON.stringify({ at: nowMs(), ...note })}\n`)
}

/** Reads the entries of all processes, in the order of time. */
export function readLedgers(folder: string): LedgerEntry[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(ending))
  const entries = files.flatMap((file) => {
    const by = basename(file, ending)
    return readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .filter(isComplete)
      .map((text) => toEntry(text, by))
  })
  return entries.toSorted((one, other) => one.at - other.at)
}

/** A kill can truncate the last line of a process. */
function isComplete(text: string): boolean {
  return text.endsWith('}')
}

function toEntry(text: string, by: string): LedgerEntry {
  return { ...(JSON.parse(text) as LedgerLine), by }
}
