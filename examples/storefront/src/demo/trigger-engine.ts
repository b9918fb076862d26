import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { createJobClient, type JobClient, setJobClient } from '@cgk-platform/jobs'
import { type CliWorkerOptions, createLoopbackServer, startCliWorker } from '@cgk-platform/trigger-loopback'

import { type TriggerServer, configuredTriggerServer } from './trigger-server.ts'
import type { Screen } from './screen.ts'
import { type DemoEngine, DemoEngineError, toRealTimeEngine } from './demo-engine.ts'

/** Each run has its own process, so too many at once would slow each other down. */
const maxConcurrentRuns = 3 * availableParallelism()
/** The Trigger.dev project with the same jobs. */
const projectDir = fileURLToPath(new URL('../../../trigger-worker', import.meta.url))

/** Creates an engine with Trigger.dev's SDK and CLI worker, on the configured server or a loopback server. */
export async function createTriggerEngine(screen: Screen): Promise<DemoEngine> {
  const named = configuredTriggerServer(process.env)
  return named ? createOnServer(named, screen) : createOnLoopback(screen)
}

async function createOnLoopback(screen: Screen): Promise<DemoEngine> {
  const server = await createLoopbackServer()
  const closeWorker = await startWorker(server, screen).catch(async (error: unknown) => {
    await server.close()
    throw error
  })
  const client = createJobClient({ provider: 'trigger.dev', config: { apiKey: server.secretKey, apiUrl: server.url } })
  return toDemoEngine(client, "Trigger.dev's SDK and CLI worker, and a loopback server in this process", async () => {
    await closeWorker()
    await server.close()
  })
}

async function createOnServer({ url, access }: TriggerServer, screen: Screen): Promise<DemoEngine> {
  const client = createJobClient({ provider: 'trigger.dev' })
  await client.capabilities() // reports a missing key before a worker starts
  const closeWorker = access && (await startWorker({ url, ...access }, screen))
  const what = closeWorker ? "Trigger.dev's SDK and CLI worker" : "Trigger.dev's SDK and a worker that runs elsewhere"
  return toDemoEngine(client, `${what}, and the server at ${url}`, async () => closeWorker?.())
}

/** Starts a worker. Returns a function that stops it. */
async function startWorker(server: CliWorkerOptions['server'], screen: Screen): Promise<() => Promise<void>> {
  screen.line("Trigger.dev's CLI builds the project and starts its worker, which takes about ten seconds.")
  // The worker has several processes, which share the gateway's journal of declined payments.
  const data = mkdtempSync(join(tmpdir(), 'storefront-'))
  process.once('exit', () => rmSync(data, { recursive: true }))
  // The worker ends with this process only if this process exits normally.
  process.once('SIGINT', () => process.exit(130))
  try {
    const worker = await startCliWorker({ server, projectDir, maxConcurrentRuns, env: { STOREFRONT_DATA: data } })
    return () => worker.close()
  } catch (cause) {
    throw new DemoEngineError(`Trigger.dev's CLI worker did not start. ${(cause as Error).message}`, { cause })
  }
}

function toDemoEngine(client: JobClient, what: string, closeEngine: () => Promise<void>): DemoEngine {
  setJobClient(client)
  return {
    ...toRealTimeEngine(client, what),
    async close() {
      await client.close({ timeout: 0 })
      await closeEngine()
    },
  }
}
