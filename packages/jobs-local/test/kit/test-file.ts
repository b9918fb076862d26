import { onTestFinished } from 'vitest'

import { createTemporaryFile, type TemporaryFile } from './temporary-file.ts'

/** Creates a path for a jobs' file on a disk in memory. The file is deleted when the test has finished. */
export function createTestFile(): TemporaryFile {
  const file = createTemporaryFile('memory')
  onTestFinished(() => file.remove())
  return file
}
