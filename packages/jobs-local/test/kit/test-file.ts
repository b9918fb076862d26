import { onTestFinished } from 'vitest'

import { createTemporaryFile, type TemporaryFile } from './temporary-file.ts'

/** A path for a file of jobs that is gone when the test has finished, where waiting for the disk costs nothing. */
export function createTestFile(): TemporaryFile {
  const file = createTemporaryFile('memory')
  onTestFinished(() => file.remove())
  return file
}
