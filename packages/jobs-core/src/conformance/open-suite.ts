import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import type { JobClient } from '../client/job-client.ts'
import type { Definition } from '../jobs/definition.ts'
import type { Capabilities } from '../provider/capabilities.ts'
import { conformanceJobs } from './conformance-jobs.ts'
import type { ConformanceEngine, ConformanceTarget } from './conformance-target.ts'
import { createJournalReader, type JournalReader } from './journal.ts'
import { configureConformance, journalPath } from './settings.ts'

/** An engine that was opened for the suite, with what all cases share. */
export interface OpenSuite {
  readonly target: ConformanceTarget
  readonly engine: ConformanceEngine
  readonly client: JobClient
  readonly capabilities: Capabilities
  readonly definitions: readonly Definition[]
  readonly journal: JournalReader
  /** In every tenant's id and name of this suite. */
  readonly mark: string
  now(): number
  pass(durationMs: number): Promise<void>
  close(): Promise<void>
}

/** Opens the target's engine and the journal that its handlers write to. */
export async function openSuite(target: ConformanceTarget): Promise<OpenSuite> {
  const before = journalPath()
  const folder = before === undefined ? mkdtempSync(join(tmpdir(), 'conformance-')) : undefined
  const path = before ?? join(folder!, 'journal.jsonl')
  configureConformance({ journalPath: path })
  const forget = (): void => {
    configureConformance({ journalPath: before, clock: undefined })
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
  try {
    const engine = await target.open({ journalPath: path })
    configureConformance({ clock: engine.clock })
    const capabilities = await engine.client.capabilities()
    return {
      target,
      engine,
      client: engine.client,
      capabilities,
      definitions: conformanceJobs(capabilities),
      journal: createJournalReader(path),
      mark: `${process.pid.toString(36)}${Date.now().toString(36)}`,
      now: () => engine.clock?.now() ?? Date.now(),
      pass: (durationMs) => engine.pass?.(durationMs) ?? sleep(durationMs),
      async close() {
        try {
          await engine.close()
        } finally {
          forget()
        }
      },
    }
  } catch (error) {
    forget()
    throw error
  }
}
