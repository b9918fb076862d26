import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { createJobClient, type JobClient, setJobClient } from '@cgk-platform/jobs'
import { type CliWorkerOptions, createLoopbackServer, startCliWorker } from '@cgk-platform/jobs-trigger/loopback'

import { type NamedTriggerServer, namedTriggerServer } from './named-trigger-server.ts'
import type { Screen } from './screen.ts'
import { sendAll, type Stage, StageError } from './stage.ts'

/** A run has a process of its own, and a hundred of them at once would take each other's time. */
const maxConcurrentRuns = 3 * availableParallelism()
/** The same jobs as a Trigger.dev project. */
const projectDir = fileURLToPath(new URL('../../../trigger-worker', import.meta.url))

/** Trigger.dev's real SDK and CLI worker, on the server that is named or on one that this process brings along. */
export async function createTriggerStage(screen: Screen): Promise<Stage> {
  const named = namedTriggerServer(process.env)
  return named ? createOnServer(named, screen) : createOnLoopback(screen)
}

async function createOnLoopback(screen: Screen): Promise<Stage> {
  const server = await createLoopbackServer()
  const closeWorker = await startWorker(server, screen).catch(async (error: unknown) => {
    await server.close()
    throw error
  })
  const client = createJobClient({ provider: 'trigger.dev', config: { apiKey: server.secretKey, apiUrl: server.url } })
  return toStage(client, "Trigger.dev's SDK and CLI worker, and a loopback server in this process", async () => {
    await closeWorker()
    await server.close()
  })
}

async function createOnServer({ url, access }: NamedTriggerServer, screen: Screen): Promise<Stage> {
  const client = createJobClient({ provider: 'trigger.dev' })
  await client.capabilities() // a missing key is told before a worker is waited for
  const closeWorker = access && (await startWorker({ url, ...access }, screen))
  const what = closeWorker ? "Trigger.dev's SDK and CLI worker" : "Trigger.dev's SDK and a worker that runs elsewhere"
  return toStage(client, `${what}, and the server at ${url}`, async () => closeWorker?.())
}

/** Answers what ends it. */
async function startWorker(server: CliWorkerOptions['server'], screen: Screen): Promise<() => Promise<void>> {
  screen.line("Trigger.dev's CLI builds the project and starts its worker: some ten seconds.")
  // The worker is several processes, and the gateway has to remember in all of them whom it has declined.
  const data = mkdtempSync(join(tmpdir(), 'storefront-'))
  process.once('exit', () => rmSync(data, { recursive: true }))
  // A worker goes with the process that started it, if that one comes to exit.
  process.once('SIGINT', () => process.exit(130))
  try {
    const worker = await startCliWorker({ server, projectDir, maxConcurrentRuns, env: { STOREFRONT_DATA: data } })
    return () => worker.close()
  } catch (cause) {
    throw new StageError(`The worker of Trigger.dev's CLI did not start. ${(cause as Error).message}`, { cause })
  }
}

/** All events are sent at once. */
function toStage(client: JobClient, what: string, closeEngine: () => Promise<void>): Stage {
  setJobClient(client)
  return {
    client,
    description: `${what}. All are sent at once; retries wait their seconds.`,
    passesDays: false,
    play: (events) =>
      sendAll(
        client,
        events.map(({ item }) => item),
      ),
    async close() {
      await client.close({ timeout: 0 })
      await closeEngine()
    },
  }
}
