import { join } from 'node:path'
import { build } from 'vite'

/** Builds the pages once for a test run, because the dashboard serves the built files. Turbo has built them before. */
export async function setup(): Promise<void> {
  if (process.env['TURBO_HASH'] !== undefined) return
  const environment = process.env['NODE_ENV']
  process.env['NODE_ENV'] = 'production' // as in a release: otherwise the code is that for development, and larger
  await build({ root: join(import.meta.dirname, '../../ui'), logLevel: 'warn' })
  process.env['NODE_ENV'] = environment
}
