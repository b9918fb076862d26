import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { onTestFinished } from 'vitest'

import type { LoopbackServer } from '../loopback/index.ts'

/** One address for several servers, as a real one has several environments: the key tells which is meant. */
export async function serveEnvironments(...servers: readonly LoopbackServer[]): Promise<string> {
  const front = createServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const asked = headers.authorization ?? ''
    const server = servers.find(({ secretKey }) => asked === `Bearer ${secretKey}`) ?? servers[0]!
    const { host: _, connection: __, 'content-length': ___, ...kept } = headers
    const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}
    const answer = await fetch(server.url + url, { method, headers: kept as Record<string, string>, ...body })
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
  })
  await new Promise<void>((resolve) => void front.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    front.closeAllConnections()
    front.close()
  })
  return `http://127.0.0.1:${(front.address() as AddressInfo).port}`
}
