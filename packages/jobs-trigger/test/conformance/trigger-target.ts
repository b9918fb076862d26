import { join } from 'node:path'

import { getJobClient, type JobClient, setJobClient } from '@cgk-platform/jobs-core'
import { type Clock, createClient } from '@cgk-platform/jobs-core/provider'
import {
  conformanceCodec,
  conformanceOptions,
  type ConformanceEngine,
  type ConformanceOpenOptions,
  type ConformanceTarget,
} from '@cgk-platform/jobs-conformance'
import { startCliWorker } from '@cgk-platform/trigger-loopback'

// The package's entry point, which registers the engine of the default client.
import '../../src/index.ts'
import { triggerCapabilities } from '../../src/capabilities.ts'
import { createTriggerProvider } from '../../src/trigger-provider.ts'

/** A Trigger.dev server for the suite. */
export interface TriggerServer {
  readonly url: string
  /** The secret key of the environment, for senders. */
  readonly secretKey: string
  /** The personal access token, for the CLI. */
  readonly accessToken: string
  readonly projectRef: string
  /** A file with the clock offset of every process in milliseconds, and the clock that uses it. */
  readonly offset?: { readonly path: string; readonly clock: Clock }
  /** The only definitions to host. Default: all of the suite's. */
  readonly definitions?: readonly string[]
  /** Whether clients and tasks have the suite's codec. Default false. */
  readonly hasCodec?: boolean | undefined
  /** Kills the server, and starts it again with its stored state. */
  restart?(): Promise<void>
  /** Lets time pass while the server is suspended. */
  suspend?(durationMs: number): Promise<void>
  close?(): Promise<void>
}

const projectDir = join(import.meta.dirname, 'project')

/** Creates a conformance target for Trigger.dev: the real SDK and the real CLI worker on any server. */
export function createTriggerTarget(start: () => Promise<TriggerServer>): ConformanceTarget {
  return {
    name: 'trigger.dev',
    concurrent: true,
    // The processes of a worker start slowly, and at the first tick a machine with two cores has to start dozens.
    waitLimitMs: 300_000,
    busyMs: 20_000,
    createDefault: createDefaultClient,
    open: async (setting) => open(await start(), setting),
  }
}

async function open(server: TriggerServer, { journalPath }: ConformanceOpenOptions): Promise<ConformanceEngine> {
  const { url: apiUrl, secretKey: apiKey, offset, definitions, hasCodec, restart, suspend } = server
  const internals = offset ? { clock: offset.clock } : {}
  const connect = () => createTriggerProvider({ apiKey, apiUrl }, internals)
  const codec = hasCodec && { codec: conformanceCodec }
  const options = { ...conformanceOptions(triggerCapabilities), ...codec, ...internals }
  const createOn = (own: Parameters<NonNullable<ConformanceEngine['createClient']>>[0] = {}): JobClient =>
    createClient({ load: connect }, { ...options, ...own })

  const worker = await startCliWorker({
    server,
    projectDir,
    env: {
      CONFORMANCE_JOURNAL: journalPath,
      ...(offset && { CONFORMANCE_CLOCK: offset.path }),
      ...(definitions && { CONFORMANCE_DEFINITIONS: definitions.join(',') }),
      ...(hasCodec && { CONFORMANCE_CODEC: '1' }),
    },
  })
  const client = createOn()
  return {
    client,
    ...(offset && { clock: offset.clock, advance: (durationMs) => passTime(offset.clock, durationMs) }),
    anotherClient: async () => createOn({ jobs: [] }),
    createClient: (own) => createOn({ hooks: undefined, ...own }),
    async inject(envelope) {
      const [result] = await connect().send([envelope])
      if (!result?.ok) throw result?.error ?? new Error('The provider returned no result.')
      return result.id
    },
    ...(restart && { restart: () => restart() }),
    ...(suspend && { suspend: (durationMs) => suspend(durationMs) }),
    async close() {
      await client.close({ timeout: 0 })
      await worker.close()
      await server.close?.()
    },
  }
}

function passTime(clock: Clock, durationMs: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(durationMs, resolve))
}

function createDefaultClient(): JobClient {
  setJobClient(undefined)
  try {
    return getJobClient()
  } finally {
    setJobClient(undefined)
  }
}
