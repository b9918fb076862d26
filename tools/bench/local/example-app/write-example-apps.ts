import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import {
  type PlannedCronJob,
  plannedCronJobs,
  type PlannedEvent,
  plannedEvents,
  type PlannedJob,
  plannedJobs,
  sharedTypes,
} from './commerce-plan.ts'

/** The way in which an app writes the parts of the plan. */
interface Dialect {
  /** The files besides payloads, store and jobs. */
  readonly files: Readonly<Record<string, string>>
  /** The imports of a file of jobs. */
  imports(jobs: readonly PlannedJob[]): string
  job(job: PlannedJob): string
  readonly cronImports: string
  cronJob(cronJob: PlannedCronJob): string
}

const ours: Dialect = {
  files: {
    'events.ts': `import { defineEvents, eventType, type EventsOf } from '@cgk-platform/jobs'
import type * as payloads from './payloads.ts'

export const events = defineEvents({
${plannedEvents.map(({ name, type }) => `  '${name}': eventType<payloads.${type}>(),`).join('\n')}
})

declare module '@cgk-platform/jobs' {
  interface JobEvents extends EventsOf<typeof events> {}
}
`,
  },
  imports: () => `import { defineJob, sendJob } from '@cgk-platform/jobs'\nimport '../events.ts'\n`,
  job: ({ id, event, maxAttempts, sends }) => `
export const ${camel(id)} = defineJob({
  id: '${id}',
  event: '${event.name}',
  retry: { maxAttempts: ${maxAttempts}, backoff: 'exponential', initialDelay: '2s' },
  timeout: '5m',
  handler: async ({ payload }, { attempt, logger }) => {
    logger.info('${id}', { attempt, ${event.key}: payload.${event.key} })
    const saved = await store.save('${event.type}', payload)${
      sends ? `\n    await sendJob('${sends.name}', await store.find${sends.type}(payload.${event.key}))` : ''
    }
    return { ${event.key}: payload.${event.key}, tenant: payload.tenantId, version: saved.version }
  },
})
`,
  cronImports: `import { defineCronJob } from '@cgk-platform/jobs'\n`,
  cronJob: ({ id, schedule }) => `
export const ${camel(id)} = defineCronJob({
  id: '${id}',
  schedule: '${schedule}',
  timezone: 'Europe/Berlin',
  retry: { maxAttempts: 3 },
  handler: async ({ scheduledAt }) => ({ changed: await store.countSince(scheduledAt) }),
})
`,
}

/** The same with the SDK alone: no events, so a sender triggers the task of each job that handles one. */
const raw: Dialect = {
  files: {},
  imports: (jobs) => {
    const tasks = new Set(jobs.flatMap(({ sends }) => (sends ? jobsOf(sends) : [])).map(({ event }) => event.family))
    const types = [...new Set(jobs.map(({ event }) => event.type))]
    return `import { logger, task, tasks } from '@trigger.dev/sdk'
import type { ${types.join(', ')} } from '../payloads.ts'
${[...tasks].map((family) => `import type * as ${family}Jobs from './${family}.ts'\n`).join('')}`
  },
  job: ({ id, event, maxAttempts, sends }) => `
export const ${camel(id)} = task({
  id: '${id}',
  retry: { maxAttempts: ${maxAttempts}, factor: 2, minTimeoutInMs: 2000 },
  maxDuration: 300,
  run: async (payload: ${event.type}, { ctx }) => {
    logger.info('${id}', { attempt: ctx.attempt.number, ${event.key}: payload.${event.key} })
    const saved = await store.save('${event.type}', payload)${sends ? `\n    const next = await store.find${sends.type}(payload.${event.key})` : ''}${
      sends
        ? jobsOf(sends)
            .map((job) => `\n    await tasks.trigger<typeof ${sends.family}Jobs.${camel(job.id)}>('${job.id}', next)`)
            .join('')
        : ''
    }
    return { ${event.key}: payload.${event.key}, tenant: payload.tenantId, version: saved.version }
  },
})
`,
  cronImports: `import { schedules } from '@trigger.dev/sdk'\n`,
  cronJob: ({ id, schedule }) => `
export const ${camel(id)} = schedules.task({
  id: '${id}',
  cron: { pattern: '${schedule}', timezone: 'Europe/Berlin' },
  retry: { maxAttempts: 3 },
  run: async ({ timestamp }) => ({ changed: await store.countSince(timestamp) }),
})
`,
}

/** Writes the example app on this library and on Trigger.dev's SDK, and returns the paths of the two projects. */
export function writeExampleApps(folder: string): { readonly ours: string; readonly raw: string } {
  return { ours: write(join(folder, 'ours'), ours), raw: write(join(folder, 'raw'), raw) }
}

function write(folder: string, dialect: Dialect): string {
  const families = [...new Set(plannedEvents.map(({ family }) => family))]
  const files: Record<string, string> = {
    'payloads.ts': `${sharedTypes}${plannedEvents.map(payloadType).join('')}`,
    'store.ts': `import type * as payloads from './payloads.ts'

interface Store {
  save(kind: string, record: { tenantId: string }): Promise<{ version: number }>
  countSince(time: Date): Promise<number>
${plannedEvents.map(({ type }) => `  find${type}(id: string): Promise<payloads.${type}>\n`).join('')}}

export declare const store: Store
`,
    ...dialect.files,
    ...Object.fromEntries(
      families.map((family) => {
        const jobs = plannedJobs.filter(({ event }) => event.family === family)
        const code = jobs.map((job) => dialect.job(job)).join('')
        return [`jobs/${family}.ts`, `${dialect.imports(jobs)}import { store } from '../store.ts'\n${code}`]
      }),
    ),
    'jobs/cron.ts': `${dialect.cronImports}import { store } from '../store.ts'\n${plannedCronJobs.map((job) => dialect.cronJob(job)).join('')}`,
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['**/*.ts'] }),
  }
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return folder
}

const compilerOptions = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  types: ['node'],
}

function payloadType({ type, fields }: PlannedEvent): string {
  return `export interface ${type} {\n  tenantId: string\n  ${fields}\n}\n`
}

function jobsOf(event: PlannedEvent): PlannedJob[] {
  return plannedJobs.filter((job) => job.event === event)
}

function camel(id: string): string {
  return id.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
