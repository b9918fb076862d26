import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Row } from '../../report/row.ts'
import { compareTypeChecks } from './compare-type-checks.ts'

const events = 1_000
const definitions = 200
const maxRatio = 1.5

/** Compares the compile time of declared events and their jobs with that of handlers over a plain record of types. */
export async function typeCheckRow(): Promise<Row> {
  const folder = mkdtempSync(join(import.meta.dirname, '../../.type-check-')) // inside this package, so that TypeScript finds the packages
  try {
    const [ours, plain] = [writeProject(folder, 'ours', ourProgram()), writeProject(folder, 'plain', plainProgram())]
    return {
      comparison: `types of ${events} events, ${definitions} definitions`,
      target: `≤ ${maxRatio}× plain`,
      ...compareTypeChecks(ours, plain, maxRatio),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const payloadType = (index: number): string =>
  `{ tenantId: string; id${index}: string; amount: number; lines: { sku: string; count: number }[]; note?: string | undefined }`
const use = (index: number): string => `payload.id${index}.length + payload.lines.length`
const each = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')

/** Returns a program with many declared events, and jobs for some of them. */
export function ourProgram(): string {
  return `import { defineEvents, defineJob, eventType, type EventsOf } from '@cgk-platform/jobs'
const events = defineEvents({
${each(events, (index) => `'event.${index}': eventType<${payloadType(index)}>(),`)}
})
declare module '@cgk-platform/jobs' {
  interface JobEvents extends EventsOf<typeof events> {}
}
${each(definitions, (index) => `defineJob({ id: 'job-${index}', event: 'event.${index}', handler: async ({ payload }) => ${use(index)} })`)}
`
}

function plainProgram(): string {
  return `import '@cgk-platform/jobs'
interface Events {
${each(events, (index) => `'event.${index}': ${payloadType(index)}`)}
}
declare function handle<Name extends keyof Events>(job: {
  id: string
  event: Name
  handler: (message: { payload: Events[Name] }) => Promise<unknown>
}): void
${each(definitions, (index) => `handle({ id: 'job-${index}', event: 'event.${index}', handler: async ({ payload }) => ${use(index)} })`)}
`
}

/** Writes a program with its configuration, and returns the path of its new folder. */
export function writeProject(folder: string, name: string, program: string): string {
  const path = join(folder, name)
  mkdirSync(path)
  writeFileSync(join(path, 'program.ts'), program)
  const compilerOptions = {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  }
  writeFileSync(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }))
  return path
}
