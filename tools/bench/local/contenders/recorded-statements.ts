import { DatabaseSync, type SQLInputValue, StatementSync } from 'node:sqlite'

type Method = 'exec' | 'run' | 'get' | 'all'

interface Call {
  readonly method: Method
  /** Position in `sqls`. */
  readonly sql: number
  readonly values: readonly SQLInputValue[]
}

/** The statements of this process, in their order, and those that came before the work began. */
export interface RecordedStatements {
  readonly sqls: readonly string[]
  readonly calls: readonly Call[]
  readonly preparing: number
}

/** Records all statements with their values while `work` runs. It calls `begin` before the part that is timed. */
export async function recordStatements(work: (begin: () => void) => Promise<unknown>): Promise<RecordedStatements> {
  const positions = new Map<string, number>()
  const calls: Call[] = []
  let preparing = 0
  const record = (method: Method, sql: string, values: readonly SQLInputValue[]): void => {
    const known = positions.get(sql)
    if (known === undefined) positions.set(sql, positions.size)
    calls.push({ method, sql: known ?? positions.size - 1, values })
  }
  const restore = wrapMethods(record)
  try {
    await work(() => (preparing = calls.length))
  } finally {
    restore()
  }
  if (calls.length === preparing) throw new TypeError('The engine executed no statements in this thread.')
  return { sqls: [...positions.keys()], calls, preparing }
}

/** Executes the statements on an empty database. Returns the time after the preparation, in milliseconds. */
export function replayStatements(database: DatabaseSync, { sqls, calls, preparing }: RecordedStatements): number {
  const prepared: StatementSync[] = []
  const execute = ({ method, sql, values }: Call): void => {
    if (method === 'exec') database.exec(sqls[sql]!)
    else (prepared[sql] ??= database.prepare(sqls[sql]!))[method](...values)
  }
  for (let index = 0; index < preparing; index++) execute(calls[index]!)
  const startedAt = performance.now()
  for (let index = preparing; index < calls.length; index++) execute(calls[index]!)
  return performance.now() - startedAt
}

function wrapMethods(record: (method: Method, sql: string, values: readonly SQLInputValue[]) => void): () => void {
  const { exec } = DatabaseSync.prototype
  const { run, get, all } = StatementSync.prototype
  DatabaseSync.prototype.exec = function recordExec(sql) {
    record('exec', sql, [])
    exec.call(this, sql)
  }
  const methods = { run, get, all }
  for (const [name, method] of Object.entries(methods)) {
    Object.assign(StatementSync.prototype, {
      [name](this: StatementSync, ...values: SQLInputValue[]) {
        record(name as Method, this.sourceSQL, values)
        return (method as (...given: SQLInputValue[]) => unknown).call(this, ...values)
      },
    })
  }
  return () => {
    DatabaseSync.prototype.exec = exec
    Object.assign(StatementSync.prototype, methods)
  }
}
