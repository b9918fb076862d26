import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { openFile } from '../../src/store/sqlite/file/open-file.ts'
import { readsTypeScript, together } from '../kit/run-node.ts'
import { createSharedFile } from '../kit/shared-file.ts'

// Root may do everything, so the process switches to another user. It loads its modules before, because that user may
// have no access to this repository's folder.
const nobody = 65_534
const loadAll = `
  const other = open([], { role: 'send', path: process.env.OTHER_PATH })
  await other.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
  await other.close()
  if (process.getuid() === 0) process.setuid(${nobody})
`

describe.runIf(readsTypeScript && process.platform !== 'win32')('a process that cannot', together, () => {
  const send = `${loadAll}
    try {
      const client = open([], { role: 'send' })
      await client.sendJob('analytics.track', { tenantId: 'acme', event: 'x' })
      say('sent')
    } catch ({ code, problem, message }) {
      say([code, problem, message].join('|'))
    }
    process.exit()
  `
  test.for([
    ['write the file', 0o444, 0o755, 'read-only', 'Let the user of this process write to'],
    ['read the file', 0o000, 0o755, 'failed', 'Let the user of this process read and write'],
    ['write the folder', 0o444, 0o555, 'read-only', 'Let the user of this process write to'],
    ['enter the folder', 0o444, 0o000, 'failed', 'Let the user of this process read and write'],
  ] as const)(
    '%s gets an error with a remedy',
    async ([_, fileMode, folderMode, problem, says], { onTestFinished }) => {
      const { folder, start } = createSharedFile(onTestFinished)
      const own = join(folder, 'own')
      mkdirSync(own)
      const copy = join(own, 'jobs.db')
      openFile(copy).close()
      chmodSync(copy, fileMode)
      chmodSync(own, folderMode)
      chmodSync(folder, 0o755)
      onTestFinished(() => chmodSync(own, 0o700))
      const child = start(send, { env: { JOBS_PATH: copy, OTHER_PATH: join(folder, 'other.db') } })
      const line = await child.says('')
      expect(line).toMatch(new RegExp(`^store\\|${problem}\\|.*${says}`))
      expect(line).toContain(`\`${copy}\``)
    },
  )
})
