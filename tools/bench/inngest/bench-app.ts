import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Inngest, InngestFunction, Logger } from 'inngest'
import { serve } from 'inngest/node'

/** An app with a job on Inngest, built on the SDK alone or on this library. */
export interface BenchApp {
  /** Sends this number of events in one call. */
  send(count: number): Promise<void>
  /** Resolves when this number of handlers has started since the call. */
  started(count: number): Promise<void>
  /** Resolves when this number of runs has ended since the call. */
  ended(count: number): Promise<void>
  close(): Promise<void>
}

/** The functions of an app, and its way to send events. */
export interface BenchFunctions {
  readonly functions: InngestFunction.Any[]
  send(count: number): Promise<void>
}

const ignore = (): void => undefined

/** A silent logger: the SDK logs every sync, between the printed figures. */
export const quiet: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** Serves an app with the SDK's handler for Node, and syncs it with the engine. */
export async function openBenchApp(
  client: Inngest.Any,
  create: (onStarted: () => void) => BenchFunctions,
): Promise<BenchApp> {
  const [started, ended] = [createCounter(), createCounter()]
  const { functions, send } = create(started.add)
  const handle = serve({ client, functions })
  const server = createServer((request, response) => {
    if (request.method === 'POST') response.once('finish', ended.add)
    handle(request, response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const synced = await fetch(`http://127.0.0.1:${port}/api/inngest`, { method: 'PUT' })
  if (!synced.ok) throw new Error(`Could not sync the app: status ${synced.status} ${await synced.text()}`)
  return {
    send,
    started: started.waitFor,
    ended: ended.waitFor,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Creates a counter that can wait for a number of further counts. */
function createCounter() {
  let count = 0
  let waiting: { readonly at: number; readonly resolve: () => void } | undefined
  return {
    add(): void {
      count++
      if (waiting && count >= waiting.at) waiting.resolve()
    },
    waitFor: (further: number) => new Promise<void>((resolve) => (waiting = { at: count + further, resolve })),
  }
}
