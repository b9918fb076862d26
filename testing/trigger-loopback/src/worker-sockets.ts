import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'

/** The channel that notifies workers of their runs' snapshots. */
export interface WorkerSockets {
  notify(runFriendlyId: string): void
  /** Returns the number of connected workers. */
  connected(): number
}

/** Serves socket.io next to the API. Without it, a worker notices a cancel up to 5 s later. */
export function serveWorkerSockets(server: HttpServer, secretKey: string): WorkerSockets {
  const io = new Server(server, { serveClient: false, transports: ['websocket'] })
  const workers = io.of('/dev-worker')
  workers.use((socket, next) => {
    if (socket.handshake.headers.authorization === `Bearer ${secretKey}`) return next()
    socket.disconnect(true)
  })
  workers.on('connection', (socket) => {
    socket.on('run:subscribe', ({ runFriendlyIds }: { runFriendlyIds: string[] }) => void socket.join(runFriendlyIds))
    socket.on('run:unsubscribe', ({ runFriendlyIds }: { runFriendlyIds: string[] }) => {
      for (const id of runFriendlyIds) void socket.leave(id)
    })
  })
  return {
    notify: (friendlyId) => void workers.to(friendlyId).emit('run:notify', { version: '1', run: { friendlyId } }),
    connected: () => workers.sockets.size,
  }
}
