import type { Definition, JobClient } from '@cgk-platform/jobs-core'
import { type Clock, createClient } from '@cgk-platform/jobs-core/provider'

import { createTriggerProvider } from '../../src/trigger-provider.ts'
import type { TriggerConfig } from '../../src/trigger-config.ts'
import type { Fault, LoopbackServerOptions } from '../loopback/index.ts'
import { failure, openLoopback, type OpenLoopback } from '../loopback/open-loopback.ts'
import { createHurriedClock } from './hurried-clock.ts'
import { createRecordedLogger, type RecordedLogger } from './recorded-logger.ts'
import { secretKey } from './secrets.ts'
import './work.ts'

/** How a client is set up. */
export interface SenderOptions {
  readonly jobs?: readonly Definition[]
  /** Replaces settings of the client. */
  readonly config?: TriggerConfig
  /** What will go wrong. Who waits for what never comes shall wait less long; others would come too late, too. */
  readonly fault?: Fault
  /** How many times as fast as the machine's the clients' clocks go. Default: 10, or 100 for what hangs. */
  readonly factor?: number
  readonly server?: LoopbackServerOptions
}

/** A client with its clock. */
export interface Sender {
  readonly client: JobClient
  readonly clock: Clock
  /** What the client logged. */
  readonly logger: RecordedLogger
}

/** A server without a worker, and a client of it. */
export interface OpenSender extends Sender, Pick<OpenLoopback, 'server' | 'register' | 'start'> {
  /** Another client of the same server. */
  connect(options?: Pick<SenderOptions, 'jobs' | 'config'>): Sender
  /** Plays a worker that fails the job which waits, for good and without a word. */
  failNext(): Promise<void>
}

/** A server of this test's own; it is closed with the test. */
export async function openSender({
  fault,
  factor = fault?.kind === 'hang' ? 100 : 10,
  server,
  ...own
}: SenderOptions = {}): Promise<OpenSender> {
  await import('@trigger.dev/sdk') // what it takes to load is no time of the hurried clock's
  const loopback = await openLoopback({ listLagMs: 0, secretKey, ...server })
  const connect: OpenSender['connect'] = ({ jobs = [], config } = {}) => {
    const clock = createHurriedClock(factor)
    const logger = createRecordedLogger()
    const settings = { apiKey: secretKey, apiUrl: loopback.server.url, ...config }
    const client = createClient({ load: () => createTriggerProvider(settings, { clock }) }, { jobs, logger, clock })
    return { client, clock, logger }
  }
  const { server: opened, register, start } = loopback
  return {
    ...connect(own),
    server: opened,
    register,
    start,
    connect,
    async failNext() {
      await register({ id: 'event-work__asked' })
      const run = await start()
      await run.complete(failure())
    },
  }
}
