import type { JobProvider } from '@cgk-platform/jobs'
import { runCommand } from '@cgk-platform/test-kit/run-command'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { migrateStore, type MigrateFlags } from '../src/operations/migrate-store.ts'
import type { Output } from '../src/terminal/output.ts'
import { createSeededProject, type SeededProject } from './seeded-project.ts'

let project: SeededProject
beforeAll(async () => {
  project = await createSeededProject()
})
afterAll(() => project.remove())

const run = (...args: string[]) => project.run('migrate', ...args)
const database = () => new DatabaseSync(join(project.folder, 'jobs.db'))
const versionOf = (): number => Number(database().prepare('SELECT version FROM cgk_meta').get()!['version'])

describe('on a file', () => {
  test('of the present version does nothing', async () => {
    const version = versionOf()
    const printed = {
      exitCode: 0,
      stdout: `The schema has version ${version}. There is nothing to migrate.\n`,
      stderr: '',
    }
    expect(await run()).toMatchObject(printed)
    expect(await run('--dry-run')).toMatchObject(printed)
    expect(JSON.parse((await run('--json')).stdout)).toEqual({ from: version, to: version })
    expect(versionOf()).toBe(version)
  })

  test('that it cannot use, or without a file, ends with the exit codes of the other commands', async () => {
    const engine = ['--provider', 'inngest']
    const { exitCode, stderr } = await runCommand(['migrate', ...engine], project.folder, { INNGEST_DEV: '1' })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: expect.stringContaining('`--file` is missing: `inngest` has no tables of this library'),
    })
    database().exec('UPDATE cgk_meta SET version = version + 2, usable_since = version + 1')
    const newer = await run('--dry-run')
    expect(newer).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('has schema version') })
    expect((await project.run('list')).stderr).toContain('Upgrade this package in this process')
    database().exec('UPDATE cgk_meta SET version = version - 2, usable_since = version - 2')
  })
})

describe('on an older store', () => {
  /** Runs the command on a store that has version 16 of 18. Returns its output and the options of the provider's call. */
  async function migrate(flags: MigrateFlags): Promise<{ text: string; options: unknown[] }> {
    let text = ''
    const options: unknown[] = []
    const output: Partial<Output> = {
      async write(written) {
        text += written
      },
    }
    const provider: Partial<JobProvider> = {
      async migrate(given) {
        options.push(given)
        return { from: 16, to: 18 }
      },
    }
    await migrateStore(flags, { provider: provider as JobProvider, output: output as Output })
    return { text, options }
  }

  test('prints both versions', async () => {
    const text = 'Migrated the schema from version 16 to 18.\n'
    expect(await migrate({})).toEqual({ text, options: [{ dryRun: false }] })
    expect(JSON.parse((await migrate({ json: true })).text)).toEqual({ from: 16, to: 18 })
  })

  test('with `--dry-run`, prints what it would do', async () => {
    const text = 'Would migrate the schema from version 16 to 18.\n'
    expect(await migrate({ dryRun: true })).toEqual({ text, options: [{ dryRun: true }] })
  })
})
