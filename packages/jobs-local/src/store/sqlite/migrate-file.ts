import { checkVersion, latestOf } from './file/file-version.ts'
import { openFile } from './file/open-file.ts'
import { type Migration, migrations } from './file/schema.ts'

/**
 * Applies the steps of the schema that a file lacks. Returns its version before and after.
 *
 * @param dryRun - applies nothing, and returns the versions that it would have
 * @throws {StoreError} if the file cannot be used.
 */
export function migrateFile(
  path: string,
  dryRun: boolean,
  steps: readonly Migration[] = migrations,
): { from: number; to: number } {
  const connection = openFile(path, { ifOlder: 'leave', steps })
  try {
    const from = checkVersion(connection, steps)
    const to = Math.max(from, latestOf(steps))
    if (!dryRun && from < to) openFile(path, { ifOlder: 'migrate', steps }).close()
    return { from, to }
  } finally {
    connection.close()
  }
}
