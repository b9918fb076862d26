import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { FaultRules } from './faults.ts'
import { encodingOf, type HttpReply, type HttpRequest } from './http-messages.ts'
import type { LoggedRequest } from './request-log.ts'

/** A server on the loopback interface. */
export interface HttpServer {
  readonly url: string
  close(): Promise<void>
}

/** Options of the server. */
export interface HttpServerOptions {
  readonly port: number
  readonly clock: Clock
  readonly faults: FaultRules
  readonly requests: LoggedRequest[]
  handle(request: HttpRequest): Promise<HttpReply>
}

/** Starts a server on 127.0.0.1. Closing it breaks open connections, so that no handles remain. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const server = createServer((incoming, response) => {
    void answer(incoming, response, options).catch(() => incoming.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(incoming: IncomingMessage, response: ServerResponse, options: HttpServerOptions): Promise<void> {
  const { clock, faults, requests, handle } = options
  const request = await readRequest(incoming)
  const at = clock.now()
  const log = (status: number): void =>
    void requests.push({ method: request.method, path: request.path, at, direction: 'in', status })

  const fault = await faults.find(request)
  if (fault?.kind === 'hang') return log(0)
  if (fault?.kind === 'reset' && fault.when === 'before') {
    log(0)
    return void incoming.socket.resetAndDestroy()
  }
  if (fault?.kind === 'delay') await new Promise<void>((resolve) => clock.setTimer(fault.delayMs, resolve).hold(false))

  const reply = fault?.kind === 'answer' ? fault : await handle(request).catch(toFailure)
  if (fault?.kind === 'reset') {
    log(0)
    return void incoming.socket.resetAndDestroy()
  }
  log(reply.status)
  const body = Buffer.from(reply.body ?? '', encodingOf(reply.headers))
  const date = new Date(clock.now()).toUTCString() // the engine's own time
  response.writeHead(reply.status, { date, ...reply.headers, 'content-length': body.length })
  if (fault?.kind !== 'cut') return void response.end(body)
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => incoming.socket.resetAndDestroy())
}

/** Creates the response for a bug of the engine itself, with its full stack, because this is for tests only. */
function toFailure(error: unknown): HttpReply {
  return { status: 500, body: error instanceof Error ? error.stack! : String(error) }
}

async function readRequest(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) headers[name] = String(value)
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers,
    body: Buffer.concat(chunks).toString(encodingOf(headers)),
  }
}
