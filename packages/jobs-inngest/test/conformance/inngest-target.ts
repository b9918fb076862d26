import { getJobClient, type JobClient, setJobClient } from '@cgk-platform/jobs-core'
import { type Clock, createClient, systemClock } from '@cgk-platform/jobs-core/provider'
import { conformanceOptions, type ConformanceEngine, type ConformanceTarget } from '@cgk-platform/jobs-core/conformance'
import { Inngest } from 'inngest'

// The face of the package, which says what the default client is.
import '../../src/index.ts'
import { inngestCapabilities } from '../../src/capabilities.ts'
import { createInngestFunctions } from '../../src/host/create-inngest-functions.ts'
import { createInngestProvider } from '../../src/inngest-provider.ts'
import { quietLogger } from '../kit/quiet-logger.ts'
import { serveApp } from '../kit/serve-app.ts'

/** Begins the id of every app of the suite. */
const appPrefix = 'conformance-'

/** An Inngest server to run the suite on. */
export interface InngestServer {
  readonly baseUrl: string
  readonly eventKey?: string | undefined
  /** Absent for a dev server. */
  readonly signingKey?: string | undefined
  /** How the server reaches the jobs: over HTTP, or over the connection of a worker. Default `serve`. */
  readonly host?: 'serve' | 'connect' | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
  /** Lets time go by in which the server stands still. */
  suspend?(durationMs: number): Promise<void>
  close?(): Promise<void>
}

/** Inngest as a target of the conformance suite: the real SDK between the suite and a server of whatever kind. */
export function createInngestTarget(start: () => Promise<InngestServer>): ConformanceTarget {
  return {
    name: 'inngest',
    concurrent: true,
    busyMs: 5000,
    createDefault: createDefaultClient,
    open: async () => open(await start()),
  }
}

async function open(server: InngestServer): Promise<ConformanceEngine> {
  const { baseUrl, eventKey, signingKey, clock = systemClock } = server
  const appId = `${appPrefix}${Math.random().toString(36).slice(2, 10)}`
  const connect = (id = appId): Inngest.Any =>
    new Inngest({
      id,
      baseUrl,
      isDev: signingKey === undefined,
      logger: quietLogger,
      ...(eventKey !== undefined && { eventKey }),
      ...(signingKey !== undefined && { signingKey }),
    })
  const options = { ...conformanceOptions(inngestCapabilities), clock }
  const createOn = (own: Parameters<NonNullable<ConformanceEngine['createClient']>>[0] = {}): JobClient =>
    createClient({ load: () => createInngestProvider({ client: connect() }, { clock }) }, { ...options, ...own })

  const startApp = async (): Promise<Host> => {
    const inngest = connect()
    const { jobs, hooks, middleware, logger } = options
    const host = { client: inngest, jobs, hooks, middleware, logger, jobClient: client }
    const functions = createInngestFunctions(host, { clock, random: () => 0 })
    let app = await serveApp(inngest, functions)
    await app.sync()
    return {
      async restart() {
        await app.close()
        app = await serveApp(inngest, functions, app.port)
      },
      close: () => app.close(),
    }
  }
  await retireDeadApps(baseUrl, signingKey, (id) => retire(connect(id)))
  const client = createOn()
  const app = server.host === 'connect' ? await startWorker(client) : await startApp()
  return {
    client,
    ...(server.clock && { clock, advance: (durationMs) => passTime(clock, durationMs) }),
    anotherClient: async () => createOn({ jobs: [] }),
    createClient: (own) => createOn({ hooks: undefined, ...own }),
    async inject(envelope) {
      const [answer] = await createInngestProvider({ client: connect() }, { clock }).send([envelope])
      if (!answer?.ok) throw answer?.error ?? new Error('Inngest gave no answer.')
      return answer.id
    },
    ...(app.restart && { restart: app.restart }),
    ...(server.suspend && { suspend: (durationMs) => server.suspend!(durationMs) }),
    async close() {
      await client.close({ timeout: 0 })
      await app.close()
      await retire(connect())
      await server.close?.()
    },
  }
}

interface Host {
  /** Ends the app without a farewell, with the attempts that it makes, and starts it again. Inngest goes on meanwhile. */
  restart?(): Promise<void>
  close(): Promise<void>
}

/** The worker that the client under test becomes. */
async function startWorker(client: JobClient): Promise<Host> {
  // The minute that connecting may take is 5 s of the machine's time: too little where that is busy.
  for (let tries = 1; ; tries++) {
    try {
      await client.start()
      break
    } catch (error) {
      if (tries === 10) throw error
    }
  }
  return { close: async () => undefined } // it ends with its client
}

function passTime(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(durationMs, resolve))
}

/** Apps of suites that were ended by force still have runs for every event of the suite, which nobody would ever make. */
async function retireDeadApps(
  baseUrl: string,
  signingKey: string | undefined,
  retireApp: (id: string) => Promise<void>,
): Promise<void> {
  const headers = signingKey === undefined ? {} : { authorization: `Bearer ${signingKey}` }
  const answer = await fetch(new URL('/v2/apps?limit=100', baseUrl), { headers })
  const { data = [] } = (await answer.json()) as { data?: { id: string; latestSync?: { url?: string } }[] }
  for (const { id, latestSync } of data) {
    if (!id.startsWith(appPrefix) || latestSync?.url === undefined) continue
    const isAlive = await fetch(latestSync.url).then(
      () => true,
      () => false,
    )
    if (!isAlive) await retireApp(id)
  }
}

/** Takes the suite's functions from the server again, so that their cron jobs do not tick for ever. */
async function retire(client: Inngest.Any): Promise<void> {
  const empty = await serveApp(client, [])
  await empty.sync().catch(() => undefined)
  await empty.close()
}

function createDefaultClient(): JobClient {
  setJobClient(undefined)
  try {
    return getJobClient()
  } finally {
    setJobClient(undefined)
  }
}
