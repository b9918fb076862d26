import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a worker's process wrote down. */
export interface Note {
  readonly what: string
  readonly jobId?: string
  readonly pid: number
  readonly [fact: string]: unknown
}

/** The variable by which a worker's processes are told where to write. */
export const journalVariable = 'FAULTS_JOURNAL'

/** Writes a line down, at once, so that it stands whatever becomes of the process. */
export function note(what: string, facts: object): void {
  appendFileSync(process.env[journalVariable]!, `${JSON.stringify({ ...facts, what, pid: process.pid })}\n`)
}

/** Waits until the test opens a gate. */
export async function passGate(path: string, signal: AbortSignal): Promise<void> {
  while (!existsSync(path)) {
    signal.throwIfAborted()
    await new Promise((resolve) => void setTimeout(resolve, 20))
  }
}

/** What the processes of a worker wrote, as a test reads it. */
export interface Journal {
  readonly path: string
  /** Of a job, oldest first. */
  notes(jobId: string, what?: string): Note[]
  all(): Note[]
  /** A gate that is closed, for handlers to wait at. */
  gate(): { readonly path: string; open(): void }
  remove(): void
}

/** An empty journal. */
export function createJournal(): Journal {
  const folder = mkdtempSync(join(tmpdir(), 'trigger-journal-'))
  const path = join(folder, 'journal')
  writeFileSync(path, '')
  let gates = 0
  const all = (): Note[] =>
    readFileSync(path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Note)
  return {
    path,
    all,
    notes: (jobId, what) => all().filter((one) => one.jobId === jobId && (what === undefined || one.what === what)),
    gate() {
      const gate = join(folder, `gate-${(gates += 1)}`)
      return { path: gate, open: () => writeFileSync(gate, '') }
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}
