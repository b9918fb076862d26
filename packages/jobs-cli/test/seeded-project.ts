import type { Ended } from '@cgk-platform/test-kit/execute'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { runCommand } from '@cgk-platform/test-kit/run-command'

/** The jobs in the file of a seeded project. */
export interface SeededJobs {
  /** Completed, of `shop_1`. */
  readonly good: string
  /** Failed, of `shop_1`, with control characters in its error. */
  readonly bad: string
  /** Failed, of `shop_2`. */
  readonly other: string
  /** Due in an hour, of `shop_2`, with the reference `order_9`. */
  readonly waiting: string
}

/** An app with jobs in a file that another process has filled. */
export interface SeededProject {
  readonly folder: string
  readonly jobs: SeededJobs
  /** Runs a command on the file. */
  run(...args: string[]): Promise<Ended>
  /** Runs a command on the file that prints JSON. */
  json<Result>(...args: string[]): Promise<Result>
  remove(): void
}

const definitions = (failure: string): string => `
import { defineCronJob, defineEvents, defineJob, defineSignal, eventType } from '@cgk-platform/jobs'

declare module '@cgk-platform/jobs' {
  interface JobEvents {
    'order.placed': { tenantId: string; orderId: string }
  }
}
defineEvents({ 'order.placed': eventType() })
console.log('a line that a module prints')

export const confirmOrder = defineJob({
  id: 'confirm-order',
  event: 'order.placed',
  retry: { maxAttempts: 1 },
  handler: async ({ payload }) => {
    if (payload.orderId.startsWith('bad')) throw ${failure}
    return { confirmed: payload.orderId }
  },
})

const validate = (value: object) =>
  'by' in value ? { value } : { issues: [{ message: 'must be a name', path: ['by'] }] }
export const approval = defineSignal('approval', { '~standard': { version: 1, vendor: 'shop', validate } })

export const nightly = defineCronJob({
  id: 'nightly',
  schedule: '0 3 * * *',
  timezone: 'Europe/Berlin',
  handler: async () => undefined,
})

export const eachShop = defineCronJob({
  id: 'each-shop',
  schedule: '0 4 * * *',
  tenants: () => ['shop_8', 'shop_9'],
  handler: async () => undefined,
})
`

const seed = `
import { createJobClient } from '@cgk-platform/jobs'
import { confirmOrder, eachShop, nightly } from './jobs.ts'

const client = createJobClient({ provider: 'local', config: { path: './jobs.db' }, jobs: [confirmOrder, nightly, eachShop] })
const send = (tenantId, orderId, options) => client.sendJob('order.placed', { tenantId, orderId }, options)
const good = await send('shop_1', 'good_1')
const bad = await send('shop_1', 'bad_1')
const other = await send('shop_2', 'bad_2')
const waiting = await send('shop_2', 'good_9', { delay: '1h', reference: 'order_9', idempotencyKey: 'key_9' })
for (const { id } of [good, bad, other]) await client.waitForJob(id)
await client.close()
console.error(JSON.stringify({ good: good.id, bad: bad.id, other: other.id, waiting: waiting.id }))
`

const hostileFailure = String.raw`new TypeError('\u001b[2JThe mail \u202eserver <b>is</b> busy: ' + payload.orderId)`

/** Creates an app whose file has jobs of two tenants. @param failure - the expression that failing jobs throw */
export async function createSeededProject(failure: string = hostileFailure): Promise<SeededProject> {
  const project = createReaderProject()
  project.write('jobs.ts', definitions(failure))
  project.write('seed.ts', seed)
  const { stderr, exitCode } = await project.run('seed.ts')
  const line = stderr.trim().split('\n').at(-1)!
  if (exitCode !== 0) throw new Error(stderr)
  const run = (...args: string[]): Promise<Ended> => {
    const [command, ...rest] = args
    return runCommand([command!, '--file', 'jobs.db', ...rest], project.folder)
  }
  return {
    folder: project.folder,
    jobs: JSON.parse(line) as SeededJobs,
    run,
    async json<Result>(...args: string[]) {
      const { stdout, stderr: problems, exitCode: code } = await run(...args, '--json')
      if (stdout === '') throw new Error(`no output, exit code ${code}: ${problems}`)
      return JSON.parse(stdout) as Result
    },
    remove: () => project.remove(),
  }
}
