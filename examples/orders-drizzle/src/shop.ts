import { randomUUID } from 'node:crypto'

import { createJobClient, setJobClient } from '@cgk-platform/jobs'
import { drizzle } from 'drizzle-orm/node-postgres'
import { Pool } from 'pg'

import { placeOrder } from './place-order.ts'

// Places orders. The argument is their number. Default: until it is stopped.

const pool = new Pool({ connectionString: process.env['DATABASE_URL'] })
const client = createJobClient({ provider: 'postgres', config: { role: 'send' } })
setJobClient(client)
const number = Number(process.argv[2] ?? Number.POSITIVE_INFINITY)
for (let placed = 0; placed < number; placed++) await placeOrder(drizzle(pool), randomUUID())
await client.close()
await pool.end()
