import type { Definition, JobClient } from '@cgk-platform/jobs-core'
import { createClient } from '@cgk-platform/jobs-core/provider'

import { createTriggerProvider } from '../../src/trigger-provider.ts'
import { failure, openLoopback, type OpenLoopback } from '../loopback/open-loopback.ts'
import { createRecordedLogger } from './recorded-logger.ts'
import { secretKey } from './secrets.ts'
import './work.ts'

/** A server without a worker, and a client of it. */
export interface OpenSender extends Pick<OpenLoopback, 'server'> {
  readonly client: JobClient
  /** Plays a worker that fails the job which waits, for good and without a word. */
  failNext(): Promise<void>
}

/** Starts a server that the end of the test closes, and a client that knows these definitions. */
export async function openSender({ jobs = [] }: { readonly jobs?: readonly Definition[] } = {}): Promise<OpenSender> {
  const { server, register, start } = await openLoopback({ listLagMs: 0, secretKey })
  const load = () => createTriggerProvider({ apiKey: secretKey, apiUrl: server.url })
  return {
    client: createClient({ load }, { jobs, logger: createRecordedLogger() }),
    server,
    async failNext() {
      await register({ id: 'event-work__asked' })
      const run = await start()
      await run.complete(failure())
    },
  }
}
