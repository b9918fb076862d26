import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** An append-only list. */
export interface Journal<Entry> {
  /** Appends an entry and returns all entries up to it, oldest first. */
  add(entry: Entry): readonly Entry[]
  /** Returns all entries, oldest first. */
  all(): readonly Entry[]
}

/** Creates a journal in memory or, with a path, in a file that several processes can share. */
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
      // A single append per entry, so that entries of several processes never mix.
      appendFileSync(path, `${line}\n`)
      const lines = linesOf()
      return toEntries(lines.slice(0, lines.indexOf(line) + 1))
    },
    all: () => toEntries(linesOf()),
  }
}
