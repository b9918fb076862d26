import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** What both hosted engines answer to a send, whatever is sent: enough for their SDKs to be content. */
const program = `
  const { createServer } = require('node:http')
  const { parentPort } = require('node:worker_threads')
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ ids: ['01KJMP2EJGHR5FMF4CZ8ME1J4Q'], status: 200, id: 'run_1', isCached: false }))
    })
  })
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

/** A server that takes every send, in a thread of its own: this one waits for processes meanwhile. */
export async function startTakingServer(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const worker = new Worker(program, { eval: true, execArgv: [] })
  const [port] = (await once(worker, 'message')) as [number]
  return { url: `http://127.0.0.1:${port}`, close: async () => void (await worker.terminate()) }
}
