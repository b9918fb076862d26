import { createJobClient } from '@cgk-platform/jobs'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'

import { confirmOrder } from './confirm-order.ts'
import { createTables } from './tables.ts'

// Confirms orders until it is stopped.

const pool = new Pool({ connectionString: process.env['DATABASE_URL'] })
await createTables(drizzle(pool))
await pool.end()
// A short lease: after a crash, the next worker takes over at once.
await createJobClient({ provider: 'postgres', jobs: [confirmOrder], config: { role: 'work', lease: '2s' } }).start()
console.log('The worker has started.')
