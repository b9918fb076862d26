import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Returns one response to every request, which the SDKs of both hosted engines accept as the result of a send. */
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

/** Starts a server that accepts every send. It has its own thread, because this one blocks while processes run. */
export async function startStubServer(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const worker = new Worker(program, { eval: true, execArgv: [] })
  const [port] = (await once(worker, 'message')) as [number]
  return { url: `http://127.0.0.1:${port}`, close: async () => void (await worker.terminate()) }
}
