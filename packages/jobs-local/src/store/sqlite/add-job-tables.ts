import { openFile } from './open-file.ts'

/**
 * Makes the tables of the jobs in the database of your app, beside its own, so that a job can be sent in a transaction of
 * yours. Done once; afterwards, or in a file that has them, it changes nothing. Their names begin with `cgk_`.
 *
 * @throws {StoreError} where the file cannot be used
 */
export function addJobTables(path: string): void {
  openFile(path, { beside: true }).close()
}
