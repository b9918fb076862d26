import { existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
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
  const entries = files.flatMap((file) => readLedger(folder, basename(file, ending)))
  return entries.toSorted((one, other) => one.at - other.at)
}

/** Reads the entries of one process. */
export function readLedger(folder: string, name: string): LedgerEntry[] {
  const path = join(folder, `${name}${ending}`)
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter(isComplete).map((text) => toEntry(text, name))
}

/** A kill can truncate the last line of a process. */
function isComplete(text: string): boolean {
  return text.endsWith('}')
}

function toEntry(text: string, by: string): LedgerEntry {
  return { ...(JSON.parse(text) as LedgerLine), by }
}
