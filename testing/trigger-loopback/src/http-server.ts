import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

import type { Faults } from './faults.ts'
import type { HttpReply, HttpRequest } from './http-messages.ts'
import { isWorkerTraffic, type RecordedRequest } from './request-log.ts'

/** The request handler, the faults and the log of a server. */
export interface HttpServerOptions {
  readonly port: number
  readonly faults: Faults
  readonly requests: RecordedRequest[]
  handle(request: HttpRequest): Promise<HttpReply>
  /** The time that responses carry. */
  now(): Date
}

/** A server on the loopback interface. */
export interface HttpServer {
  readonly url: string
  readonly server: Server
  /** Closes every connection and rejects new ones. A later `listen` uses the same address. */
  close(): Promise<void>
  listen(): Promise<void>
}

/** Creates a server on 127.0.0.1. Closing it also closes open connections, so no handle remains. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createServer((incoming, response) => {
    void respond(incoming, response, options).catch(() => incoming.destroy())
  })
  server.keepAliveTimeout = 60_000 // closing a pooled connection during a request would look like a fault
  const sockets = new Set<Socket>() // includes upgraded sockets, which the server does not track
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
  await listen(options.port)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    listen: () => listen(port),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function respond(incoming: IncomingMessage, response: ServerResponse, options: HttpServerOptions): Promise<void> {
  const { faults, requests, handle, now } = options
  const at = Date.now()
  const request = await readRequest(incoming, response)
  const log = (status: number): void => {
    const { method, path, headers } = request
    const fromWorker = isWorkerTraffic(path, headers)
    requests.push({ method, path, at, status, body: parse(request.body), headers, fromWorker })
  }

  const fault = faults.find(request)
  if (fault?.kind === 'hang') return log(0)
  if (fault?.kind === 'reset' && fault.when === 'before') {
    log(0)
    return void incoming.socket.resetAndDestroy()
  }
  if (fault?.kind === 'delay' && fault.when !== 'after') await sleep(fault.delayMs, undefined, { ref: false })

  const reply = fault?.kind === 'answer' ? toReply(fault) : await handle(request)
  if (fault?.kind === 'delay' && fault.when === 'after') await sleep(fault.delayMs, undefined, { ref: false })
  if (fault?.kind === 'reset') {
    log(0)
    return void incoming.socket.resetAndDestroy()
  }
  log(reply.status)
  response.setHeader('date', now().toUTCString())
  if (reply.stream) {
    response.writeHead(reply.status, reply.headers)
    return reply.stream(response)
  }
  const body = Buffer.from(reply.body ?? '')
  const length = reply.status === 204 ? {} : { 'content-length': body.length }
  response.writeHead(reply.status, { ...reply.headers, ...length })
  if (fault?.kind !== 'cut') return void response.end(body)
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => incoming.socket.resetAndDestroy())
}

function toReply(fault: { status: number; headers?: Record<string, string>; body?: string | object }): HttpReply {
  const { status, body, headers } = fault
  if (typeof body !== 'object') return { status, body: body ?? '', headers: headers ?? {} }
  return { status, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function readRequest(incoming: IncomingMessage, response: ServerResponse): Promise<HttpRequest> {
  const disconnected = new AbortController()
  response.once('close', () => disconnected.abort())
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value)
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers,
    body: Buffer.concat(chunks).toString(),
    disconnected: disconnected.signal,
  }
}
