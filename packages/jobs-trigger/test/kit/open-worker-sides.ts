import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { type RetrieveRunResult, TriggerClient } from '@trigger.dev/sdk'
import { expect } from 'vitest'

import { createTriggerProvider } from '../../src/trigger-provider.ts'
import { createLoopbackServer, type LoopbackServer, type LoopbackServerOptions } from '../loopback/index.ts'
import { startCliWorker } from './cli-worker.ts'
import { createRecordedLogger } from './recorded-logger.ts'

type SdkRun = RetrieveRunResult<string>

/** A server and a worker that has hand-written tasks as well as tasks of this library. */
export interface WorkerSides {
  readonly server: LoopbackServer
  readonly sdk: TriggerClient
  readonly library: JobClient
  /** Returns the lines that the handlers wrote. */
  entries(): string[]
  /** Waits until the run of a hand-written task has one of these statuses. */
  sdkRunUntil(id: string, ...statuses: string[]): Promise<SdkRun>
  close(): Promise<void>
}

/** Starts the server, and Trigger.dev's own worker on a project. */
export async function openWorkerSides(projectDir: string, options?: LoopbackServerOptions): Promise<WorkerSides> {
  const server = await createLoopbackServer({ metadataLagMs: 0, ...options })
  const folder = mkdtempSync(join(tmpdir(), 'trigger-notes-'))
  const path = join(folder, 'notes')
  writeFileSync(path, '')
  const worker = await startCliWorker({ server, projectDir, env: { NOTES: path }, maxConcurrentRuns: 4 })
  const { url: apiUrl, secretKey: apiKey } = server
  const sdk = new TriggerClient({ baseURL: apiUrl, secretKey: apiKey })
  return {
    server,
    sdk,
    library: createClient(
      { load: () => createTriggerProvider({ apiKey, apiUrl }) },
      { jobs: [], logger: createRecordedLogger() },
    ),
    entries: () => readFileSync(path, 'utf8').split('\n').slice(0, -1),
    async sdkRunUntil(id, ...statuses) {
      const read = () => sdk.runs.retrieve<string>(id)
      await expect.poll(async () => (await read()).status).toBeOneOf(statuses)
      return read()
    },
    async close() {
      await worker.close()
      rmSync(folder, { recursive: true })
      await server.close()
    },
  }
}
