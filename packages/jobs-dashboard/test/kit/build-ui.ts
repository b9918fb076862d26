import { join } from 'node:path'
import { build } from 'vite'

/** Builds the pages once for a test run, because the dashboard serves the built files. */
export async function setup(): Promise<void> {
  await build({ root: join(import.meta.dirname, '../../ui'), logLevel: 'warn' })
}
