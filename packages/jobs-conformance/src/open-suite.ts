import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Capabilities, Definition, JobClient } from '@cgk-platform/jobs-core'

import { conformanceJobs } from './conformance-jobs.ts'
import type { ConformanceEngine, ConformanceTarget } from './conformance-target.ts'
import { createJournalReader, type JournalReader } from './journal.ts'
import { configureConformance, journalPath } from './settings.ts'

/** An engine that is open for the suite, with everything that the cases share. */
export interface OpenSuite {
  readonly target: ConformanceTarget
  readonly engine: ConformanceEngine
  readonly client: JobClient
  readonly capabilities: Capabilities
  readonly definitions: readonly Definition[]
  readonly journal: JournalReader
  /** Unique to this run of the suite. Every tenant id and name contains it. */
  readonly suiteId: string
  now(): number
  advance(durationMs: number): Promise<void>
  close(): Promise<void>
}

/** Opens the target's engine and the journal of its handlers. */
export async function openSuite(target: ConformanceTarget): Promise<OpenSuite> {
  const configuredPath = journalPath()
  const folder = configuredPath === undefined ? mkdtempSync(join(tmpdir(), 'conformance-')) : undefined
  const path = configuredPath ?? join(folder!, 'journal.jsonl')
  configureConformance({ journalPath: path })
  const cleanUp = (): void => {
    configureConformance({ journalPath: configuredPath, clock: undefined })
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
      suiteId: `${process.pid.toString(36)}${Date.now().toString(36)}`,
      now: () => engine.clock?.now() ?? Date.now(),
      advance: (durationMs) => engine.advance?.(durationMs) ?? sleep(durationMs),
      async close() {
        try {
          await engine.close()
        } finally {
          cleanUp()
        }
      },
    }
  } catch (error) {
    cleanUp()
    throw error
  }
}
