import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const compiler = fromHere('../../../node_modules/.bin/tsc')
const index = fromHere('../src/index.ts')
const toolsEntry = fromHere('../src/tools.ts')

/** Mistakes of users by name, each with the expected parts of the compiler's message. */
const mistakes: Record<string, { readonly code: string; readonly names: readonly (string | RegExp)[] }> = {
  'a missing tenant': {
    code: `void sendJob('order.created', { orderId: 'order_1' })`,
    names: ["'tenantId' is missing", "'OrderCreated'"],
  },
  'a missing tenant, through a client': {
    code: `void client.sendEvent('order.created', { orderId: 'order_1' })`,
    names: ["'tenantId' is missing"],
  },
  'a missing tenant of a custom event whose schema does not name it': {
    code: `void sendJob('video.ready', { videoId: 'v1' })`,
    names: ["'tenantId' is missing"],
  },
  'a missing field': {
    code: `void sendJob('order.created', { tenantId: 'acme' })`,
    names: ["'orderId' is missing"],
  },
  'a field of a wrong type': {
    code: `void sendJob('order.created', { tenantId: 'acme', orderId: 'order_1', totalAmount: '99.99' })`,
    names: ["'string' is not assignable to type 'number'", /^at totalAmount:/m],
  },
  'a field of a wrong type in a list': {
    code: `void sendJob('order.created', { tenantId: 'acme', orderId: 'order_1', items: [{ quantity: 'two' }] })`,
    names: ["'string' is not assignable to type 'number'", /^at quantity:/m],
  },
  'a field of a wrong type of a custom event': {
    code: `void sendJob('video.ready', { tenantId: 'acme', videoId: 5 })`,
    names: ["'number' is not assignable to type 'string'", /^at videoId:/m],
  },
  'a misspelled field': {
    code: `void sendJob('order.created', { tenantId: 'acme', orderId: 'order_1', curency: 'USD' })`,
    names: ["'curency'", "Did you mean to write 'currency'?"],
  },
  'an unknown event': {
    code: `void sendJob('order.crated', { tenantId: 'acme', orderId: 'order_1' })`,
    names: ['"order.crated"', "JobEvent'", /^at 'order\.crated'/m],
  },
  'an unknown event of a job': {
    code: `defineJob({ id: 'x', event: 'order.crated', handler: () => undefined })`,
    names: ['"order.crated"', '"order.created"'],
  },
  'an unknown event of a job whose handler reads and returns fields': {
    code: `defineJob({ id: 'x', event: 'order.crated', handler: async ({ payload }) => ({ id: payload.orderId }) })`,
    names: ['"order.crated"', '"order.created"', /^at event:/m],
  },
  'an unknown event of a workflow whose steps read and return fields': {
    code: `defineWorkflow({ id: 'x', event: 'order.crated', steps: async ({ payload }, step) => {
      await step.waitForEvent('w', 'order.refunded', { match: 'orderId', timeout: '7d' })
      return { id: payload.orderId }
    } })`,
    names: ['"order.crated"', '"order.created"', /^at event:/m],
  },
  'a date in the type of an event': {
    code: `eventType<{ tenantId: string; at: Date }>()`,
    names: ["'at' is a Date, which JSON cannot hold: use an ISO string"],
  },
  'a date in a list of the type of an event': {
    code: `eventType<{ order: { lines: { addedAt?: Date }[] } }>()`,
    names: ["'order.lines'", "'addedAt' is a Date, which JSON cannot hold: use an ISO string"],
  },
  'a date as one of several types of a field': {
    code: `eventType<{ at: string | Date | null }>()`,
    names: ["'at' is a Date, which JSON cannot hold: use an ISO string"],
  },
  'dates in a record of the type of an event': {
    code: `eventType<{ dates: Record<string, Date> }>()`,
    names: ["'dates' is a Date, which JSON cannot hold: use an ISO string"],
  },
  'a date in one of several types of an event': {
    code: `eventType<{ kind: 'a'; at: string } | { kind: 'b'; since: Date }>()`,
    names: ["'since' is a Date, which JSON cannot hold: use an ISO string"],
  },
  'a map in the type of an event': {
    code: `eventType<{ prices: Map<string, number> }>()`,
    names: ["'prices' is a Map, which JSON cannot hold: use an object"],
  },
  'a set in a recursive type of an event': {
    code: `interface Tree { tags: Set<string>; children: Tree[] }\neventType<Tree>()`,
    names: ["'tags' is a Set, which JSON cannot hold: use an array"],
  },
  'a bigint in the type of an event': {
    code: `eventType<{ ids: (number | bigint)[] }>()`,
    names: ["'ids' is a bigint, which JSON cannot hold: use a string"],
  },
  'a symbol in the type of an event': {
    code: `eventType<{ kind: symbol }>()`,
    names: ["'kind' is a symbol, which JSON cannot hold: use a string"],
  },
  'a method in the type of an event': {
    code: `eventType<{ price: { format(): string } }>()`,
    names: ["'price.format'", "'format' is a function, which JSON cannot hold: remove it"],
  },
  'binary data in the type of an event': {
    code: `eventType<{ image: Uint8Array }>()`,
    names: ["'image' is binary data, which JSON cannot hold: use a base64 string"],
  },
  'a misspelled field in a handler': {
    code: `defineJob({ id: 'x', event: 'order.created', handler: ({ payload }) => payload.orderID })`,
    names: ["'orderID'", "Did you mean 'orderId'?"],
  },
  'an unknown option of a job': {
    code: `defineJob({ id: 'x', event: 'order.created', handler: () => undefined, retrys: {} })`,
    names: ["'retrys'", "Did you mean to write 'retry'?"],
  },
  'an unknown option of a job whose handler returns a value': {
    code: `defineJob({ id: 'x', event: 'order.created', retrys: {}, handler: async ({ payload }) => ({ id: payload.orderId }) })`,
    names: ["'retrys'", "Did you mean to write 'retry'?"],
  },
  'an unknown option of the retries of a job whose handler returns a value': {
    code: `defineJob({ id: 'x', event: 'order.created', handler: async ({ payload }) => ({ id: payload.orderId }), retry: { maxAttemps: 3 } })`,
    names: ["'maxAttemps'", "Did you mean to write 'maxAttempts'?"],
  },
  'a wrong value of an option of a job whose handler returns a value': {
    code: `defineJob({ id: 'x', event: 'order.created', handler: async ({ payload }) => ({ id: payload.orderId }), timeout: 'never' })`,
    names: ['"never"', /^at timeout:/m],
  },
  'an unknown option of a cron job whose handler returns a value': {
    code: `defineCronJob({ id: 'x', schedule: '0 3 * * *', handler: async ({ tenantId }) => ({ tenantId }), timezon: 'UTC' })`,
    names: ["'timezon'", "Did you mean to write 'timezone'?"],
  },
  'a wrong value of an option of a cron job whose handler returns a value': {
    code: `defineCronJob({ id: 'x', schedule: '0 3 * * *', handler: async ({ tenantId }) => ({ tenantId }), overlap: 'never' })`,
    names: ['"never"', /^at overlap:/m],
  },
  'an unknown option of the retries of a workflow that returns a value': {
    code: `defineWorkflow({ id: 'x', event: 'order.created', steps: async ({ payload }) => payload.orderId, retry: { maxAttemps: 3 } })`,
    names: ["'maxAttemps'", "Did you mean to write 'maxAttempts'?"],
  },
  'an unknown option of a step that returns a value': {
    code: `void step.run('r', async ({ attempt }) => attempt, { retry: { maxAttemps: 3 } })`,
    names: ["'maxAttemps'", "Did you mean to write 'maxAttempts'?"],
  },
  'a wrong use of an output': {
    code: `void findRun(status, processOrder)?.output?.total`,
    names: ["'total'", 'orderId: string'],
  },
  'an output that may not be there': {
    code: `void findRun(status, processOrder)!.output.orderId`,
    names: ['possibly', 'undefined'],
  },
  'a match on a field of one event alone': {
    code: `void step.waitForEvent('w', 'order.refunded', { match: 'reason', timeout: '7d' })`,
    names: ['"reason"', '"orderId"', '"tenantId"', /^at match:/m],
  },
  'a wait without a timeout': {
    code: `void step.waitForEvent('w', 'order.refunded', { match: 'orderId' })`,
    names: ["'timeout' is missing", 'WaitForEventOptions<"order.created", "order.refunded">'],
  },
  'a wait that may have had no answer': {
    code: `void step.waitForEvent('w', 'order.refunded', { timeout: '7d' }).then((event) => event.payload)`,
    names: ["'event' is possibly 'null'"],
  },
  'a missing field in a step that sends': {
    code: `void step.sendEvent('s', 'order.created', {})`,
    names: ["'orderId' is missing"],
  },
  'a field of a wrong type for a job that a step runs': {
    code: `void step.runJob('j', processOrder, { orderId: 5 })`,
    names: ["'number' is not assignable to type 'string'", /^at orderId:/m],
  },
  'a field of a wrong type for a job with `payload` that a step runs': {
    code: `void step.runJob('j', resize, { width: '5' })`,
    names: ["'string' is not assignable to type 'number'", /^at width:/m],
  },
  'a misspelled field for a job with `payload` that a step runs': {
    code: `void step.runJob('j', resize, { widht: 5 })`,
    names: ["'widht'", "Did you mean to write 'width'?"],
  },
  'a cron job that a step runs': {
    code: `void step.runJob('j', nightly, {})`,
    names: ['CronJobDefinition', 'JobDefinition', 'WorkflowDefinition', /^at nightly/m],
  },
  'a date of a step used as a date': {
    code: `void step.run('r', () => ({ at: new Date() })).then(({ at }) => at.getTime())`,
    names: ["'getTime'", "'string'"],
  },
  'a compensation of another output': {
    code: `void step.run('r', () => 5, { compensate: (output: string) => output })`,
    names: ["'number' is not assignable to type 'string'", /^at compensate:/m],
  },
  'an unknown option of a workflow': {
    code: `defineWorkflow({ id: 'x', event: 'order.created', steps: () => undefined, maxStep: 5 })`,
    names: ["'maxStep'", "Did you mean to write 'maxSteps'?"],
  },
  'a field of a wrong type for a job with `payload`': {
    code: `void resize.send({ tenantId: 'acme', width: '20' })`,
    names: ["'string' is not assignable to type 'number'", /^at width:/m],
  },
  'a missing field of a job with `payload`': {
    code: `void sendJob(resize, { tenantId: 'acme' })`,
    names: ["'width' is missing"],
  },
  'a job that handles an event, sent itself': {
    code: `void sendJob(processOrder, { tenantId: 'acme', orderId: 'order_1' })`,
    names: ["'payload' is missing", 'JobDefinition<"order.created"', /^at processOrder/m],
  },
  'a job with an event and a payload': {
    code: `defineJob({ id: 'x', event: 'order.created', payload: videoReady, handler: () => undefined })`,
    names: ["'undefined'", /^at payload:/m],
  },
  'a job without an event or a payload': {
    code: `defineJob({ id: 'x', handler: () => undefined })`,
    names: [/'(event|payload)' is missing/],
  },
  'a misspelled field in a handler of a job with `payload`': {
    code: `defineJob({ id: 'x', payload: videoReady, handler: ({ payload }) => payload.videoID })`,
    names: ["'videoID'", "Did you mean 'videoId'?"],
  },
  'a schedule without a time': {
    code: `void scheduleJob('order.created', { tenantId: 'acme', orderId: 'order_1' }, { maxAttempts: 1 })`,
    names: [/'(delay|runAt)' is missing/],
  },
}

const preamble = `
import { defineCronJob, defineEvents, defineJob, defineWorkflow, eventType, findRun, scheduleJob, sendJob } from '${index}'
import type { EventsOf, JobClient, JobStatus, Steps } from '${index}'
import type { StandardSchemaV1 } from '${toolsEntry}'
declare const client: JobClient
declare const step: Steps<'order.created'>
declare const status: JobStatus
declare const videoReady: StandardSchemaV1<{ videoId: string }>
const events = defineEvents({ 'video.ready': videoReady })
declare module '${index}' {
  interface JobEvents extends EventsOf<typeof events> {}
}
const processOrder = defineJob({ id: 'p', event: 'order.created', handler: async () => ({ orderId: 'order_1' }) })
const resize = defineJob({ id: 'resize', payload: eventType<{ width: number }>(), handler: () => undefined })
const nightly = defineCronJob({ id: 'n', schedule: '0 3 * * *', handler: () => undefined })
void [client, status, step, defineWorkflow, eventType, findRun, scheduleJob, sendJob, processOrder, nightly, resize]
`

const tsconfig = {
  compilerOptions: {
    strict: true,
    target: 'es2023',
    module: 'nodenext',
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    typeRoots: [fromHere('../../../node_modules/@types')],
    types: ['node'],
  },
  files: ['right.ts', ...Object.keys(mistakes).map((_, number) => `mistake-${number}.ts`)],
}

describe('the compiler’s message', () => {
  let directory: string
  /** The compiler's messages by file. */
  const messages = new Map<string, string>()

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'jobs-types-'))
    const files: Record<string, string> = {
      'tsconfig.json': JSON.stringify(tsconfig),
      'package.json': '{ "type": "module" }',
      'right.ts': preamble,
      ...Object.fromEntries(
        Object.values(mistakes).map(({ code }, number) => [`mistake-${number}.ts`, preamble + code]),
      ),
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text)
    for (const message of (await compile(directory)).split(/\n(?=\S)/)) {
      const [, file = '', line, column] = /^(.+)\((\d+),(\d+)\)/.exec(message) ?? []
      const pointedAt = files[file]?.split('\n')[Number(line) - 1]?.slice(Number(column) - 1)
      messages.set(file, `${messages.get(file) ?? ''}${message}\nat ${pointedAt}\n`)
    }
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  test('is absent for correct code', () => expect(messages.get('right.ts')).toBeUndefined())

  test.each(Object.entries(mistakes))('names the mistake: %s', (name, { names }) => {
    const number = Object.keys(mistakes).indexOf(name)
    const message = messages.get(`mistake-${number}.ts`) ?? ''
    for (const part of names) expect(message).toMatch(part)
    expect(message.match(/error TS/g)).toHaveLength(1)
  })
})

async function compile(directory: string): Promise<string> {
  const compiled = promisify(execFile)(compiler, ['--pretty', 'false', '--project', directory], { cwd: directory })
  return compiled.then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  )
}
