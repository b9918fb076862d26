import { expect, test } from 'vitest'

import { readsTypeScript, runNode } from '../kit/run-node.ts'

test.runIf(readsTypeScript)('the test kit works under `node --test`, which then exits', async () => {
  const { code, killed, stdout, stderr } = await runNode(
    ['--test', '--test-reporter=tap', 'test/fixtures/under-node-test.ts'],
    { folder: '.' },
  )
  expect({ code, killed, stderr }).toEqual({ code: 0, killed: false, stderr: '' })
  expect(stdout).toContain('# pass 4')
  expect(stdout).toContain('# fail 0')
})
