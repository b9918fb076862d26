import { openFile } from './file/open-file.ts'

/**
 * Adds the tables for jobs to your app's SQLite database, so that you can send a job within your own transaction. Call
 * it once; if the tables exist, it changes nothing. Their names begin with `cgk_`.
 *
 * @throws {StoreError} if the file cannot be used.
 */
export function addJobTables(path: string): void {
  openFile(path, { allowOtherTables: true, ifOlder: 'leave' }).close()
}
