import { appendFileSync } from 'node:fs'

import { defineWorkflow } from '@cgk-platform/jobs-core'
import { Inngest } from 'inngest'

import { createInngestFunctions } from '../../src/host/create-inngest-functions.ts'
import { quietLogger } from './quiet-logger.ts'
import { serveApp } from './serve-app.ts'
import './work.ts'

// The process of an app, to be killed: it writes what its steps do into a file, and stands still where it is told to.
const [baseUrl = '', signingKey = '', port = '0', file = '', stillAt = ''] = process.argv.slice(2)

const did = async (what: string): Promise<string> => {
  appendFileSync(file, `${what}\n`)
  if (what === stillAt) await new Promise(() => setInterval(() => undefined, 1000))
  return what
}

const work = defineWorkflow({
  id: 'work',
  event: 'work.asked',
  retry: { maxAttempts: 3, backoff: 'fixed', initialDelay: 1500 },
  steps: async ({ payload }, step) => {
    await step.run('one', () => did('one'), { compensate: () => did('undo one') })
    await did('between')
    await step.run('two', () => did('two'), { compensate: () => did('undo two') })
    await step.sleep('nap', '1s')
    await step.run('three', () => did('three'))
    if (payload.number === 0)
      await step.run('broken', () => Promise.reject(new Error('no')), { retry: { maxAttempts: 1 } })
  },
})

const client = new Inngest({
  id: 'jobs',
  baseUrl,
  isDev: false,
  eventKey: 'secret-event-key',
  signingKey,
  logger: quietLogger,
})
const app = await serveApp(client, createInngestFunctions({ client, jobs: [work], logger: quietLogger }), Number(port))
process.stdout.write(`${app.url}\n`)
