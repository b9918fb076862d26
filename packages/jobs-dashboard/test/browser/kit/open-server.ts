import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { createDashboard, type DashboardOptions } from '../../../src/index.ts'
import { toNodeHandler } from '../../../src/node.ts'

/** A dashboard on a real server. */
export interface DashboardServer {
  /** The address of the overview. */
  readonly url: string
  /** Closes all connections, as a proxy that restarts does. */
  disconnect(): void
  /** Closes all connections, and each new one at once, until the returned function is called. */
  goDown(): () => void
  /** Answers the next request whose path has this part with the status 503. */
  refuseNext(part: string): void
  stop(): Promise<void>
}

const basePath = '/admin/jobs'

/** Opens a dashboard below `/admin/jobs` of a new server. */
export async function openServer(options: Omit<DashboardOptions, 'basePath'>): Promise<DashboardServer> {
  const handle = toNodeHandler(createDashboard({ ...options, basePath }))
  let refused: string | undefined
  let isDown = false
  const server = createServer((request, response) => {
    if (refused === undefined || !request.url!.includes(refused)) return void handle(request, response)
    refused = undefined
    response.writeHead(503).end()
  })
  // It keeps its port while it is down: another process could take it.
  server.on('connection', (socket) => isDown && socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${basePath}`,
    disconnect: () => server.closeAllConnections(),
    goDown() {
      isDown = true
      server.closeAllConnections()
      return () => void (isDown = false)
    },
    refuseNext: (part) => void (refused = part),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
