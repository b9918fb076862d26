import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Inngest, InngestFunction, Logger } from 'inngest'
import { serve } from 'inngest/node'

/** One way to have a job on Inngest: with the SDK alone, or with ours around it. */
export interface BenchApp {
  /** Sends so many events in one call. */
  send(count: number): Promise<void>
  /** Resolves when so many more handlers have begun, counted from the call. */
  begun(count: number): Promise<void>
  /** Resolves when so many more runs have been answered for, counted from the call. */
  ended(count: number): Promise<void>
  close(): Promise<void>
}

/** What sends, and what runs. */
export interface BenchParts {
  readonly functions: InngestFunction.Any[]
  send(count: number): Promise<void>
}

const ignore = (): void => undefined

/** The SDK logs every sync; here figures are printed. */
export const quiet: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/** Serves an app with the SDK's own handler for plain Node, and tells the engine what it has. */
export async function openBenchApp(
  client: Inngest.Any,
  create: (onBegun: () => void) => BenchParts,
): Promise<BenchApp> {
  const [begun, ended] = [createTally(), createTally()]
  const { functions, send } = create(begun.add)
  const handle = serve({ client, functions })
  const server = createServer((request, response) => {
    if (request.method === 'POST') response.once('finish', ended.add)
    handle(request, response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const synced = await fetch(`http://127.0.0.1:${port}/api/inngest`, { method: 'PUT' })
  if (!synced.ok) throw new Error(`The app could not be synced: ${synced.status} ${await synced.text()}`)
  return {
    send,
    begun: begun.more,
    ended: ended.more,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Counts, and resolves at a number. */
function createTally() {
  let count = 0
  let waiting: { readonly at: number; readonly resolve: () => void } | undefined
  return {
    add(): void {
      count++
      if (waiting && count >= waiting.at) waiting.resolve()
    },
    more: (wanted: number) => new Promise<void>((resolve) => (waiting = { at: count + wanted, resolve })),
  }
}
