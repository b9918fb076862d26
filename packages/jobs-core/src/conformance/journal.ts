import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs'

import { conformanceClock, journalPath, journalVariable } from './settings.ts'

/** What a handler, hook or logger of the suite can have to tell. */
export type Observation =
  | 'started'
  | 'aborted'
  | 'returned'
  | 'threw'
  | 'onFailure'
  | 'sent'
  | 'cancelAnswered'
  | 'logged'
  | 'leaked'
  | 'hook'
  | 'middleware'
  | 'pass'
  | 'step'
  | 'stepEnded'
  | 'compensation'
  | 'compensated'
  | 'refused'

/** One line of the journal. */
export interface JournalEntry {
  /** What was observed. */
  readonly what: Observation
  /** Epoch milliseconds, by the clock of the process that wrote it. */
  readonly at: number
  /** The definition whose handler it was. */
  readonly definition: string
  /** Of the handler's context. */
  readonly jobId: string
  /** Of the handler's context. */
  readonly runId: string
  /** Counted from 1. */
  readonly attempt: number
  /** Of the handler's context. */
  readonly maxAttempts: number
  /** Of the handler's context. */
  readonly tenantId: string
  /** What else was seen, by the kind of observation. */
  readonly seen: Readonly<Record<string, unknown>>
}

/** The payload that a handler wrote down, without the script; empty where there is no entry. */
export function recordedPayload(entry: JournalEntry | undefined): Record<string, unknown> {
  return (entry?.seen['payload'] ?? {}) as Record<string, unknown>
}

/** Appends what was observed. Synchronous, so that it is written whatever becomes of the process. */
export function record(entry: Omit<JournalEntry, 'at'>): void {
  const path = journalPath()
  if (path === undefined) {
    throw new Error(
      `The conformance journal has no file. Set ${journalVariable}, or call configureConformance({ journalPath }).`,
    )
  }
  appendFileSync(path, `${JSON.stringify({ ...entry, at: conformanceClock().now() })}\n`)
}

/** Reads a journal that other processes may be writing to. */
export interface JournalReader {
  /** All entries so far that match, oldest first. */
  read(matches: (entry: JournalEntry) => boolean): JournalEntry[]
}

/** A reader that reads each line once, however often it is asked. */
export function createJournalReader(path: string): JournalReader {
  const entries: JournalEntry[] = []
  let offset = 0
  let rest = ''

  const readOn = (): void => {
    const file = openSync(path, 'a+')
    try {
      const added = Buffer.alloc(fstatSync(file).size - offset)
      offset += readSync(file, added, 0, added.length, offset)
      // Latin-1 keeps every byte apart, so that a character cut in two by the end of the file is not lost.
      const lines = (rest + added.toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) entries.push(JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as JournalEntry)
    } finally {
      closeSync(file)
    }
  }

  return {
    read(matches) {
      readOn()
      return entries.filter(matches)
    },
  }
}
