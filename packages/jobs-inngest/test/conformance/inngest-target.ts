import { quietLogger, serveApp } from '@cgk-platform/inngest-loopback'
import { getJobClient, type JobClient, type JobCodec, setJobClient } from '@cgk-platform/jobs-core'
import { type Clock, systemClock, createClient } from '@cgk-platform/jobs-core/provider'
import {
  conformanceOptions,
  type ConformanceEngine,
  type ConformanceTarget,
  type OwnHost,
} from '@cgk-platform/jobs-conformance'
import { Inngest } from 'inngest'

// The package's own entry point, which defines the default client.
import '../../src/index.ts'
import { inngestCapabilities } from '../../src/capabilities.ts'
import { createInngestFunctions } from '../../src/host/create-inngest-functions.ts'
import { createInngestProvider } from '../../src/inngest-provider.ts'

/** Prefix of the ids of the suite's apps. */
const appPrefix = 'conformance-'

/** An Inngest server for the suite. */
export interface InngestServer {
  readonly baseUrl: string
  readonly eventKey?: string | undefined
  /** Omitted for a dev server. */
  readonly signingKey?: string | undefined
  /** The connection from the server to the jobs: over HTTP, or over a worker connection. Default `serve`. */
  readonly host?: 'serve' | 'connect' | undefined
  /** Default: the system clock. */
  readonly clock?: Clock | undefined
  /** The codec of the client and of the app. Default: none. */
  readonly codec?: JobCodec | undefined
  /** Lets time pass while the server stands still. */
  suspend?(durationMs: number): Promise<void>
  close?(): Promise<void>
}

/** Creates a target for the conformance suite: the real SDK between the suite and any server. */
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
  const codec = server.codec && { codec: server.codec }
  const options = { ...conformanceOptions(inngestCapabilities), ...codec }
  const createOn = (own: Parameters<NonNullable<ConformanceEngine['createClient']>>[0] = {}): JobClient =>
    createClient({ load: () => createInngestProvider({ client: connect() }, { clock }) }, { ...options, clock, ...own })

  const startApp = async (): Promise<Host> => {
    const inngest = connect()
    const functionsOf = (hosted: typeof options) =>
      createInngestFunctions({ ...hosted, client: inngest, jobClient: client }, { clock, random: () => 0 })
    let functions = functionsOf(options)
    let app = await serveApp(inngest, functions)
    await app.sync()
    const restart = async (): Promise<void> => {
      await app.close()
      app = await serveApp(inngest, functions, app.port)
    }
    return {
      restart,
      async deploy(generation) {
        functions = functionsOf({ ...conformanceOptions(inngestCapabilities, { generation }), ...codec })
        await restart() // needs no sync: Inngest does not know the versions
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
    async openHost(ownOptions) {
      const own = { ...options, hooks: undefined, codec: undefined, clock, ...ownOptions }
      const inngest = connect(`${appPrefix}${Math.random().toString(36).slice(2, 10)}`)
      const createOwn = (more: typeof ownOptions): JobClient =>
        createClient({ load: () => createInngestProvider({ client: inngest }, { clock }) }, { ...own, ...more })
      const jobClient = createOwn({})
      const { clock: _, maxPayloadBytes: __, ...hosted } = own
      const functions = createInngestFunctions({ ...hosted, client: inngest, jobClient }, { clock, random: () => 0 })
      const ownApp = await serveApp(inngest, functions)
      await ownApp.sync()
      const other: OwnHost['other'] = (more) => createOwn({ codec: undefined, ...more })
      const close = async (): Promise<void> => {
        await jobClient.close({ timeout: 0 })
        await ownApp.close()
        await retire(inngest)
      }
      return { client: jobClient, other, close }
    },
    async inject(envelope) {
      const [answer] = await createInngestProvider({ client: connect() }, { clock }).send([envelope])
      if (!answer?.ok) throw answer?.error ?? new Error('Inngest returned no result.')
      return answer.id
    },
    ...(app.restart && { restart: app.restart }),
    ...(app.deploy && { deploy: app.deploy }),
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
  /** Ends the app abruptly, with its running attempts, and restarts it. Inngest keeps running. */
  restart?(): Promise<void>
  /** Restarts it with the code of another generation. */
  deploy?(generation: number): Promise<void>
  close(): Promise<void>
}

/** Starts the client under test as a worker. */
async function startWorker(client: JobClient): Promise<Host> {
  // The connection timeout of a minute is only 5 s of system time, too short for a busy machine.
  for (let tries = 1; ; tries++) {
    try {
      await client.start()
      break
    } catch (error) {
      if (tries === 10) throw error
    }
  }
  return { close: async () => undefined } // closed with its client
}

function passTime(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(durationMs, resolve))
}

/** Cancels the queued runs of apps from earlier suites that were killed. */
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

/** Removes the suite's functions from the server, so that their cron jobs stop. */
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
