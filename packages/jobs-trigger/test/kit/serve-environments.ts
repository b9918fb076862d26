import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { onTestFinished } from 'vitest'

import type { LoopbackServer } from '../loopback/index.ts'

/** One address for several servers, as a real one has several environments: the key tells which is meant. */
export async function serveEnvironments(...servers: readonly LoopbackServer[]): Promise<string> {
  const front = createServer((request, response) => {
    void passOn(request, response, servers).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => void front.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    front.closeAllConnections()
    front.close()
  })
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}`
}

async function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  servers: readonly LoopbackServer[],
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const server = servers.find(({ secretKey }) => headers.authorization === `Bearer ${secretKey}`) ?? servers[0]!
  const { host: _, connection: __, 'content-length': ___, ...kept } = headers
  const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}
  const answer = await fetch(server.url + url, { method, headers: kept as Record<string, string>, ...body })
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
}
