import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { type Definition, type JobClient, setJobClient } from '@cgk-platform/jobs'
import { type Clock, createClient } from '@cgk-platform/jobs-core/provider'
import { createInngestFunctions, createInngestProvider } from '@cgk-platform/jobs/inngest'
import { Inngest } from 'inngest'
import { serve } from 'inngest/node'

/** The storefront as an Inngest app. */
export interface InngestApp {
  readonly client: JobClient
  close(): Promise<void>
}

/** The options of the Inngest app. */
export interface InngestAppOptions {
  /** Address of Inngest. Default: from the `INNGEST_*` variables. */
  readonly baseUrl?: string
  /** Default: the system clock. */
  readonly clock?: Clock
  readonly fetch?: typeof fetch
  /** Default: all defined jobs. */
  readonly jobs?: readonly Definition[] | undefined
}

const ignore = (): void => undefined
/** Prevents the SDK from printing every decline with its stack. */
const quiet = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** Serves the jobs as Inngest functions on a free port, and registers them with Inngest. */
export async function openInngestApp(options: InngestAppOptions = {}): Promise<InngestApp> {
  const { baseUrl, clock, fetch: ownFetch, jobs } = options
  const inngest = new Inngest({
    id: 'storefront',
    logger: quiet,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(!process.env['INNGEST_SIGNING_KEY'] && { isDev: true }),
    ...(ownFetch && { fetch: ownFetch }),
  })
  const client = createClient({ load: () => createInngestProvider({ client: inngest }, { clock }) }, { clock, jobs })
  setJobClient(client) // otherwise the cron job would create a default client
  const functions = createInngestFunctions({ client: inngest, jobClient: client, jobs }, { clock })
  const closeApp = await serveFunctions(inngest, functions)
  return {
    client,
    async close() {
      await client.close({ timeout: 0 })
      await closeApp()
      if (baseUrl !== undefined) return
      // Registers the app without functions, so that Inngest no longer calls it.
      const closeEmpty = await serveFunctions(inngest, [])
      await closeEmpty()
    },
  }
}

/** Starts the server. Returns a function that stops it. */
async function serveFunctions(
  client: Inngest.Any,
  functions: ReturnType<typeof createInngestFunctions>,
): Promise<() => Promise<void>> {
  const handle = serve({ client, functions })
  const server = createServer((request, response) => {
    // The SDK rejects if a client breaks off its request, which would end the process.
    Promise.resolve(handle(request, response)).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const synced = await fetch(`http://127.0.0.1:${port}/api/inngest`, { method: 'PUT' })
  if (!synced.ok) throw new Error(`Inngest did not accept the app: ${synced.status} ${await synced.text()}`)
  return async () => {
    server.closeAllConnections()
    server.close()
  }
}
