import { expect, test } from 'vitest'

import { createSeededProject } from './seeded-project.ts'

test('`pause` of a definition that no worker has says so, and pauses it', async ({ onTestFinished }) => {
  const project = await createSeededProject()
  onTestFinished(() => project.remove())
  const warning = 'No running worker has the definition `chrage`. Check its id.'
  const { exitCode, stderr } = await project.run('pause', '--definition', 'chrage', '--yes')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: `warning: ${warning}\n` })
  expect(await project.json('pause', '--definition', 'chrage', '--yes')).toEqual({ definitionId: 'chrage', warning })
  const known = await project.run('pause', '--definition', 'nightly', '--jobs', 'jobs.ts', '--yes')
  expect(known).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('warning') })
  for (const id of ['chrage', 'nightly']) {
    expect(await project.run('resume', '--definition', id, '--yes')).toMatchObject({ exitCode: 0, stderr: '' })
  }
})
