import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Inngest, InngestFunction } from 'inngest'
import { serve } from 'inngest/node'

/** An app that serves functions on its own port. */
export interface ServedApp {
  readonly url: string
  readonly port: number
  /** Syncs the app, as a deployment does. */
  sync(): Promise<void>
  /** Ends the app abruptly. Its connections are cut. */
  close(): Promise<void>
}

/** Serves functions with the SDK's handler for Node. Default: on a free port. */
export async function serveApp(
  client: Inngest.Any,
  functions: readonly InngestFunction.Any[],
  wantedPort = 0,
): Promise<ServedApp> {
  const server = createServer(serve({ client, functions: [...functions] }))
  await listen(server, wantedPort)
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/api/inngest`
  return {
    url,
    port,
    async sync() {
      const answer = await fetch(url, { method: 'PUT' })
      if (!answer.ok) throw new Error(`The app could not be synced: ${answer.status} ${await answer.text()}`)
    },
    close: () => closeServer(server),
  }
}

/** Below the ports that systems assign to connections, so that a restarted app finds its port free. */
const ports = { from: 20_000, count: 10_000 }
const mostTries = 100

async function listen(server: Server, wantedPort: number): Promise<void> {
  for (let tries = 1; ; tries++) {
    const port = wantedPort || ports.from + Math.floor(Math.random() * ports.count)
    try {
      return await listenOn(server, port)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries === mostTries) throw error
      if (wantedPort) await sleep(100)
    }
  }
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
