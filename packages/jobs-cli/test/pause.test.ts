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

test('`list` tells which jobs a pause holds', async ({ onTestFinished }) => {
  const project = await createSeededProject()
  onTestFinished(() => project.remove())
  await project.run('send', 'order.placed', '{"orderId":"good_3"}', '--tenant', 'shop_3')
  expect((await project.run('list', '--tenant', 'shop_3')).stdout).toMatch(/ queued {2}/)
  await project.run('pause', '--tenant', 'shop_3', '--yes')
  expect((await project.run('list', '--tenant', 'shop_3')).stdout).toMatch(/ queued, paused {2}/)
  expect((await project.run('list', '--tenant', 'shop_2')).stdout).not.toContain('paused')
})
