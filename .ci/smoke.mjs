// Installs the packed facade into an empty folder, and runs a job on this version of Node:
// node .ci/smoke.mjs <folder of tarballs>
import { execSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const app = `
import assert from 'node:assert/strict'
import { createJobClient, defineJob } from '@cgk-platform/jobs'

const confirm = defineJob({
  id: 'confirm-order',
  event: 'order.created',
  retry: { maxAttempts: 2, initialDelay: 1 },
  handler: ({ payload }, { attempt }) => {
    if (attempt === 1) throw new Error('The mail server is busy')
    return { confirmed: payload.orderId }
  },
})

for (const config of process.getBuiltinModule('node:sqlite') ? [{}, { path: 'jobs.db' }] : [{}]) {
  const client = createJobClient({ provider: 'local', config, jobs: [confirm] })
  const job = await client.sendJob('order.created', { tenantId: 'tenant_123', orderId: 'order_456' })
  const { state, runs } = await client.waitForJob(job.id, { timeout: '60s' })
  await client.close()
  assert.deepEqual([state, runs[0].attempts, runs[0].output], ['completed', 2, { confirmed: 'order_456' }])
  console.log(\`\${process.version} on \${process.platform}: completed, stored in \${config.path ?? 'memory'}\`)
}
`

const packed = resolve(process.argv[2])
const tarballs = readdirSync(packed).filter((name) => name.endsWith('.tgz'))
// Only the packages that an app on the local engine installs.
const installed = tarballs.filter((name) => /platform-jobs(-core|-local)?(-\d.*)?\.tgz$/.test(name))
const folder = mkdtempSync(join(tmpdir(), 'jobs-smoke-'))
try {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'app.js'), app)
  const paths = installed.map((name) => JSON.stringify(join(packed, name))).join(' ')
  execSync(`npm install --no-audit --no-fund ${paths}`, { cwd: folder, stdio: 'inherit' })
  execSync('node app.js', { cwd: folder, stdio: 'inherit' })
} finally {
  rmSync(folder, { recursive: true, force: true })
}
