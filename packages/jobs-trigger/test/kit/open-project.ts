import { join } from 'node:path'

import { type Definition, type JobClient, type JobStatus, isEnded } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { TriggerClient } from '@trigger.dev/sdk'
import { vi } from 'vitest'

import { createTriggerProvider } from '../../src/trigger-provider.ts'
import { createLoopbackServer, type LoopbackServer, type LoopbackServerOptions } from '../loopback/index.ts'
import { type CliWorker, startCliWorker } from './cli-worker.ts'
import { createJournal, type Journal, journalVariable } from './journal.ts'
import { createRecordedLogger, type RecordedLogger } from './recorded-logger.ts'
import { secretKey } from './secrets.ts'
import './work.ts'

/** How a project's server and its client are set up. */
export interface ProjectOptions {
  readonly server?: LoopbackServerOptions
  /** The definitions that the client knows. */
  readonly jobs?: readonly Definition[]
}

/** A server for the CLI workers of a test file, with a client of ours and one of the SDK's own. */
export interface Project {
  readonly server: LoopbackServer
  readonly client: JobClient
  readonly logger: RecordedLogger
  /** The SDK alone, as other producers use it, or the dashboard's buttons. */
  readonly raw: TriggerClient
  readonly journal: Journal
  /** A client of another process, which knows these definitions. */
  openAnother(jobs: readonly Definition[]): JobClient
  /** Starts the real CLI on one of the folders of tasks. */
  start(folder: string, env?: Readonly<Record<string, string>>): Promise<CliWorker>
  /** A job once it has ended: looked at more often than a client that waits would. */
  ended(id: string): Promise<JobStatus>
  /** Waits until something holds. */
  until(holds: () => boolean | Promise<boolean>): Promise<void>
  close(): Promise<void>
}

const poll = { timeout: 150_000, interval: 20 }
const projectDir = join(import.meta.dirname, '../faults/project')

/** The project of the tests of faults, with no worker yet. */
export async function openProject({ server: options, jobs = [] }: ProjectOptions = {}): Promise<Project> {
  const server = await createLoopbackServer({ listLagMs: 0, metadataLagMs: 0, secretKey, ...options })
  const journal = createJournal()
  const logger = createRecordedLogger()
  const settings = { apiKey: secretKey, apiUrl: server.url }
  const connect = (known: readonly Definition[]): JobClient =>
    createClient({ load: () => createTriggerProvider(settings) }, { jobs: known, logger })
  const client = connect(jobs)
  const workers: CliWorker[] = []
  return {
    server,
    client,
    logger,
    raw: new TriggerClient({ baseURL: server.url, accessToken: secretKey }),
    journal,
    openAnother: connect,
    async start(folder, env = {}) {
      const own = { FAULTS_DIR: folder, [journalVariable]: journal.path }
      const worker = await startCliWorker({ server, projectDir, env: { ...own, ...env } })
      workers.push(worker)
      return worker
    },
    async ended(id) {
      await vi.waitUntil(async () => isEnded((await client.getJobStatus(id)).state), poll)
      return client.getJobStatus(id)
    },
    // Unlike `expect.poll`, these know of no test, so that several tests may wait side by side.
    until: async (holds) => void (await vi.waitUntil(holds, poll)),
    async close() {
      for (const worker of workers) await worker.close()
      await server.close()
      journal.remove()
    },
  }
}
