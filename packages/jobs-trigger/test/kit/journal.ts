import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An entry that a worker's process wrote. */
export interface JournalEntry {
  readonly what: string
  readonly jobId?: string
  readonly pid: number
  readonly [fact: string]: unknown
}

/** The environment variable with the path of the journal. */
export const journalVariable = 'FAULTS_JOURNAL'

/** Appends an entry synchronously, so it survives the end of the process. */
export function record(what: string, facts: object): void {
  appendFileSync(process.env[journalVariable]!, `${JSON.stringify({ ...facts, what, pid: process.pid })}\n`)
}

/** Waits until the test opens a gate, which creates its file. */
export async function waitForGate(path: string, signal: AbortSignal): Promise<void> {
  while (!existsSync(path)) {
    signal.throwIfAborted()
    await new Promise((resolve) => void setTimeout(resolve, 20))
  }
}

/** A journal that worker processes write and a test reads. */
export interface Journal {
  readonly path: string
  /** Returns the entries of a job, oldest first. */
  entries(jobId: string, what?: string): JournalEntry[]
  all(): JournalEntry[]
  /** Creates a closed gate for handlers to wait at. */
  gate(): { readonly path: string; open(): void }
  remove(): void
}

/** Creates an empty journal. */
export function createJournal(): Journal {
  const folder = mkdtempSync(join(tmpdir(), 'trigger-journal-'))
  const path = join(folder, 'journal')
  writeFileSync(path, '')
  let gates = 0
  const all = (): JournalEntry[] =>
    readFileSync(path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as JournalEntry)
  return {
    path,
    all,
    entries: (jobId, what) => all().filter((one) => one.jobId === jobId && (what === undefined || one.what === what)),
    gate() {
      const gate = join(folder, `gate-${(gates += 1)}`)
      return { path: gate, open: () => writeFileSync(gate, '') }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
