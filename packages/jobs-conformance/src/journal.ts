import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs'

import { conformanceClock, journalPath, journalVariable } from './settings.ts'

/** The kinds of journal entries. Handlers, hooks, middleware and loggers write them, cases only `released`. */
export type JournalEntryKind =
  | 'started'
  | 'aborted'
  | 'returned'
  | 'threw'
  | 'onFailure'
  | 'sent'
  | 'cancelResolved'
  | 'logged'
  | 'leaked'
  | 'warned'
  | 'hook'
  | 'middleware'
  | 'activity'
  | 'replay'
  | 'step'
  | 'stepEnded'
  | 'compensation'
  | 'compensated'
  | 'refused'
  | 'notified'
  | 'released'

/** One line of the journal. */
export interface JournalEntry {
  /** The kind of entry. */
  readonly kind: JournalEntryKind
  /** The time by the writing process's clock, epoch milliseconds. */
  readonly at: number
  /** The definition that ran. */
  readonly definition: string
  /** The job of the handler's context. */
  readonly jobId: string
  /** The run of the handler's context. */
  readonly runId: string
  /** Counted from 1. */
  readonly attempt: number
  /** Maximum attempts of the handler's context. */
  readonly maxAttempts: number
  /** The tenant of the handler's context. */
  readonly tenantId: string
  /** Details, depending on the kind. */
  readonly details: Readonly<Record<string, unknown>>
}

/** A filter for entries of the journal. */
export interface JournalFilter {
  /** Only entries of this job. */
  readonly jobId?: string | undefined
  /** Only entries of this run. */
  readonly runId?: string | undefined
  /** Only entries of this tenant. */
  readonly tenantId?: string | undefined
  /** Only entries of this definition. */
  readonly definition?: string | undefined
  /** Only entries of this attempt. */
  readonly attempt?: number | undefined
  /** Only entries of this kind. */
  readonly kind?: JournalEntryKind | undefined
}

/** Returns the payload that a handler recorded, without the script. Empty if there is no entry. */
export function recordedPayload(entry: JournalEntry | undefined): Record<string, unknown> {
  return (entry?.details['payload'] ?? {}) as Record<string, unknown>
}

/** Appends an entry to the journal. Synchronous, so that it is written even if the process dies. */
export function record(entry: Omit<JournalEntry, 'at'>): void {
  const path = journalPath()
  if (path === undefined) {
    throw new Error(
      `The conformance journal has no file. Set \`${journalVariable}\`, or call \`configureConformance({ journalPath })\`.`,
    )
  }
  appendFileSync(path, `${JSON.stringify({ ...entry, at: conformanceClock().now() })}\n`)
}

/** Reads a journal that other processes can write to. */
export interface JournalReader {
  /** Returns all matching entries that exist now, oldest first. */
  read(filter: JournalFilter, matches?: (entry: JournalEntry) => boolean): JournalEntry[]
}

let shared: { readonly path: string; readonly reader: JournalReader } | undefined

/** Returns the journal of this process, for handlers. It is read once, however many handlers read it. */
export function journalOfProcess(): JournalReader {
  const path = journalPath()!
  if (shared?.path !== path) shared = { path, reader: createJournalReader(path) }
  return shared.reader
}

/** Fields by which entries are found without a look at all others. The first has the fewest entries of one value. */
const indexed = ['jobId', 'tenantId', 'definition'] as const

/** Creates a reader that reads each line of the file once, however often it is called. */
export function createJournalReader(path: string): JournalReader {
  const entries: JournalEntry[] = []
  const groups = new Map<string, JournalEntry[]>()
  let offset = 0
  let rest = ''

  const readOn = (): void => {
    const file = openSync(path, 'a+')
    try {
      const added = Buffer.alloc(fstatSync(file).size - offset)
      offset += readSync(file, added, 0, added.length, offset)
      // Latin-1 preserves every byte, so that a character split at the end of the file is not lost.
      const lines = (rest + added.toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) add(JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as JournalEntry)
    } finally {
      closeSync(file)
    }
  }

  const add = (entry: JournalEntry): void => {
    entries.push(entry)
    for (const field of indexed) {
      const key = `${field} ${entry[field]}`
      const group = groups.get(key)
      if (group) group.push(entry)
      else groups.set(key, [entry])
    }
  }

  return {
    read(filter, matches = () => true) {
      readOn()
      const field = indexed.find((one) => filter[one] !== undefined)
      const candidates = field === undefined ? entries : (groups.get(`${field} ${filter[field]}`) ?? [])
      const fields = (Object.entries(filter) as [keyof JournalFilter, unknown][]).filter(
        ([, value]) => value !== undefined,
      )
      return candidates.filter((entry) => fields.every(([key, value]) => entry[key] === value) && matches(entry))
    },
  }
}
