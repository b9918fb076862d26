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

/** Which Inngest, and whose time. */
export interface InngestAppOptions {
  /** Default: what the `INNGEST_*` variables name. */
  readonly baseUrl?: string
  /** Default: the machine's. */
  readonly clock?: Clock
  readonly fetch?: typeof fetch
  /** Default: all that are defined. */
  readonly jobs?: readonly Definition[] | undefined
}

const ignore = (): void => undefined
/** The SDK would print every decline with its stack. */
const quiet = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** Serves the jobs as Inngest functions on a free port, as an app of its own would, and tells Inngest of them. */
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
  setJobClient(client) // so that the cron job brings no default client to life
  const functions = createInngestFunctions({ client: inngest, jobClient: client, jobs }, { clock })
  const closeApp = await serveFunctions(inngest, functions)
  return {
    client,
    async close() {
      await client.close({ timeout: 0 })
      await closeApp()
      if (baseUrl !== undefined) return
      // Nobody answers from here on: an app without functions is called no more.
      const closeEmpty = await serveFunctions(inngest, [])
      await closeEmpty()
    },
  }
}

/** Answers what ends it. */
async function serveFunctions(
  client: Inngest.Any,
  functions: ReturnType<typeof createInngestFunctions>,
): Promise<() => Promise<void>> {
  const server = createServer(serve({ client, functions }))
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const synced = await fetch(`http://127.0.0.1:${port}/api/inngest`, { method: 'PUT' })
  if (!synced.ok) throw new Error(`Inngest did not take the app: ${synced.status} ${await synced.text()}`)
  return async () => {
    server.closeAllConnections()
    server.close()
  }
}
