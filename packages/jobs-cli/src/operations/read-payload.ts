import { readFileSync } from 'node:fs'
import { text as textOf } from 'node:stream/consumers'

import { invalidOption } from '@cgk-platform/jobs-core/provider'

/** Reads a payload: JSON, `@` with a file, or `-` for stdin. @throws {InvalidOptionError} */
export async function readPayload(given: string): Promise<unknown> {
  const json = await textIn(given)
  try {
    return JSON.parse(json)
  } catch (error) {
    throw invalidOption('payload', `is not JSON: ${(error as Error).message}`, 'Pass JSON, such as `\'{"id":1}\'`.')
  }
}

async function textIn(given: string): Promise<string> {
  if (given === '-') return textOf(process.stdin)
  if (!given.startsWith('@')) return given
  try {
    return readFileSync(given.slice(1), 'utf8')
  } catch (error) {
    throw invalidOption('payload', `names a file that cannot be read: ${(error as Error).message}`, 'Correct the path.')
  }
}
