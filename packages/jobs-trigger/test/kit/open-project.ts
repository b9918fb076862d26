import { join } from 'node:path'

import { type Definition, type JobClient, type JobStatus, isEnded } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'
import { createRecordedLogger, type RecordedLogger } from '@cgk-platform/test-kit/recorded-logger'
import '@cgk-platform/test-kit/work'
import {
  type CliWorker,
  createLoopbackServer,
  type LoopbackServer,
  type LoopbackServerOptions,
  startCliWorker,
} from '@cgk-platform/trigger-loopback'
import { TriggerClient } from '@trigger.dev/sdk'
import { vi } from 'vitest'

import { createTriggerProvider } from '../../src/trigger-provider.ts'
import { createJournal, type Journal, journalVariable } from './journal.ts'
import { secretKey } from './secrets.ts'

/** Options of `openProject`. */
export interface ProjectOptions {
  readonly server?: LoopbackServerOptions
  /** The definitions of the client. */
  readonly jobs?: readonly Definition[]
}

/** A server for the CLI workers of a test file, with a client of this library and one of the SDK. */
export interface Project {
  readonly server: LoopbackServer
  readonly client: JobClient
  readonly logger: RecordedLogger
  /** The SDK's client, as other producers and the dashboard use it. */
  readonly raw: TriggerClient
  readonly journal: Journal
  /** Creates a client with these definitions, as in another process. */
  openAnother(jobs: readonly Definition[]): JobClient
  /** Starts the real CLI with the tasks of one folder. */
  start(folder: string, env?: Readonly<Record<string, string>>): Promise<CliWorker>
  /** Waits until a job has ended, and returns its status. Polls more often than `waitForJob`. */
  ended(id: string): Promise<JobStatus>
  /** Waits until a condition is true. If it hangs, the error has the runs of the server and the output of the CLI. */
  until(holds: () => boolean | Promise<boolean>): Promise<void>
  close(): Promise<void>
}

/** Ends a wait that hangs before the time limit of its test. Each poll takes time from the processes that it waits for. */
const poll = { timeout: 800_000, interval: 100 }
type StoredRun = ReturnType<LoopbackServer['runs']>[number]

/** Maximum length of a CLI's output in an error. */
const maxOutput = 4000
const projectDir = join(import.meta.dirname, '../faults/project')

/** Opens the project of the fault tests, without a worker. */
export async function openProject({ server: options, jobs = [] }: ProjectOptions = {}): Promise<Project> {
  const server = await createLoopbackServer({ listLagMs: 0, metadataLagMs: 0, secretKey, ...options })
  const journal = createJournal()
  const logger = createRecordedLogger()
  const settings = { apiKey: secretKey, apiUrl: server.url }
  const connect = (known: readonly Definition[]): JobClient =>
    createClient({ load: () => createTriggerProvider(settings) }, { jobs: known, logger })
  const client = connect(jobs)
  const workers: CliWorker[] = []
  // Unlike `expect.poll`, this does not depend on the current test, so concurrent tests can use it.
  const until: Project['until'] = async (holds) => {
    await vi.waitUntil(holds, poll).catch((cause: unknown) => {
      const runs = server.runs().map(describeRun)
      const output = workers.map((worker) => worker.output().slice(-maxOutput))
      throw new Error(['A condition did not become true.', ...runs, ...output].join('\n'), { cause })
    })
  }
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
      await until(async () => isEnded((await client.getJobStatus(id)).state))
      return client.getJobStatus(id)
    },
    until,
    async close() {
      for (const worker of workers) await worker.close()
      await server.close()
      journal.remove()
    },
  }
}

function describeRun({ friendlyId, taskIdentifier, status, attemptNumber, snapshots }: StoredRun): string {
  return `${friendlyId} of ${taskIdentifier}: ${status}, attempt ${attemptNumber}, ${snapshots.at(-1)?.description}`
}
