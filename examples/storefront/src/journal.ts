import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** A list that only grows. */
export interface Journal<Entry> {
  /** Writes an entry down; answers all up to this one, oldest first. */
  add(entry: Entry): readonly Entry[]
  /** All entries so far, oldest first. */
  all(): readonly Entry[]
}

/** A journal in memory or, where a path is given, in a file that several processes share. */
export function createJournal<Entry extends object>(path?: string): Journal<Entry> {
  if (!path) {
    const entries: Entry[] = []
    return { add: (entry) => (entries.push(entry), entries), all: () => entries }
  }
  mkdirSync(dirname(path), { recursive: true })
  const linesOf = (): string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [])
  const toEntries = (lines: readonly string[]): Entry[] => lines.map((each) => JSON.parse(each) as Entry)
  return {
    add(entry) {
      const line = JSON.stringify({ ...entry, line: randomUUID() })
      // One write at the end of the file: entries of several processes come one after the other, each of them whole.
      appendFileSync(path, `${line}\n`)
      const lines = linesOf()
      return toEntries(lines.slice(0, lines.indexOf(line) + 1))
    },
    all: () => toEntries(linesOf()),
  }
}
