import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { onTestFinished } from 'vitest'

/** A server that answers like the API of an AI model. */
export interface OpenModel {
  readonly url: string
  /** The bodies of the requests, and their keys. */
  readonly requests: { readonly authorization: string | undefined; readonly body: unknown }[]
}

/** Opens a model that answers with these statuses, and with 200 after them. The end of the test closes it. */
export async function openModel(...statuses: number[]): Promise<OpenModel> {
  const requests: OpenModel['requests'] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => void (text += part))
    request.on('end', () => {
      requests.push({ authorization: request.headers.authorization, body: JSON.parse(text) })
      response.statusCode = statuses.shift() ?? 200
      response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'A short text.' } }] }))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}
