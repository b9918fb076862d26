import { Pool } from 'pg'

/** Number of connections of a process of the engine, of which one listens. */
export const connections = 4

/** Opens a pool like the engine's own. */
export function openEnginePool(connectionString: string): Pool {
  const options = { connectionString, max: connections, pipeline: true }
  return new Pool(options)
}
