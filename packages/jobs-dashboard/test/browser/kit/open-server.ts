import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { createDashboard, type DashboardOptions } from '../../../src/index.ts'
import { toNodeHandler } from '../../../src/node.ts'

/** A dashboard on a real server. */
export interface DashboardServer {
  /** The address of the overview. */
  readonly url: string
  /** Closes all connections, as a proxy that restarts does. */
  disconnect(): void
  /** Answers the next request whose path has this part with the status 503. */
  refuseNext(part: string): void
  /** Refuses connections until `start`. */
  stop(): Promise<void>
  /** Accepts connections again at the same address. */
  start(): Promise<void>
}

const basePath = '/admin/jobs'

/** Opens a dashboard below `/admin/jobs` of a new server. */
export async function openServer(options: Omit<DashboardOptions, 'basePath'>): Promise<DashboardServer> {
  const handle = toNodeHandler(createDashboard({ ...options, basePath }))
  let server: Server
  let port = 0
  let refused: string | undefined
  const start = async (): Promise<void> => {
    server = createServer((request, response) => {
      if (refused === undefined || !request.url!.includes(refused)) return void handle(request, response)
      refused = undefined
      response.writeHead(503).end()
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    ;({ port } = server.address() as AddressInfo)
  }
  await start()
  return {
    url: `http://127.0.0.1:${port}${basePath}`,
    disconnect: () => server.closeAllConnections(),
    refuseNext: (part) => void (refused = part),
    start,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
