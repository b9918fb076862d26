import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { chooseEngine } from '@cgk-platform/jobs-core/tools'
import { describe, expect, test } from 'vitest'

import { knownEngines } from '../src/engines.ts'

const packages = join(import.meta.dirname, '../..')
const sdks = ['jobs-trigger/node_modules/@trigger.dev/{sdk,core}/dist/esm', 'jobs-inngest/node_modules/inngest']
const warningOf = (name: string) => chooseEngine(knownEngines, { [name]: 'x' }).warning

describe('a variable that the local engine would ignore', () => {
  test.each([
    ['JOBS_PROVIDER', 'JOB_PROVIDER'],
    ['JOB_PROVIDERS', 'JOB_PROVIDER'],
    ['TRIGGER_DEV_SECRET_KEY', 'TRIGGER_SECRET_KEY'],
    ['TRIGGER_API_KEY', 'TRIGGER_SECRET_KEY'],
    ['TRIGGER_SECRETKEY', 'TRIGGER_SECRET_KEY'],
    ['INNGEST_KEY', 'INNGEST_EVENT_KEY'],
    ['INNGEST_EVENTS_KEY', 'INNGEST_EVENT_KEY'],
    ['INNGEST_SIGNIN_KEY', 'INNGEST_SIGNING_KEY'],
  ])('%s: a warning names %s', (name, meant) => expect(warningOf(name)?.remedy).toContain(`Set \`${meant}\` instead`))

  test("is not one that a vendor's SDK reads", () => {
    const names = new Set(
      sdks.flatMap((sdk) =>
        globSync(`${sdk}/**/*.js`, { cwd: packages }).flatMap((file) =>
          [...readFileSync(join(packages, file), 'utf8').matchAll(/\b(?:TRIGGER|INNGEST)_[A-Z0-9_]+\b/g)].map(String),
        ),
      ),
    )
    expect([...names]).toEqual(expect.arrayContaining(['TRIGGER_SECRET_KEY', 'INNGEST_SIGNING_KEY_FALLBACK']))
    expect([...names].filter((name) => warningOf(name))).toEqual([])
  })
})
