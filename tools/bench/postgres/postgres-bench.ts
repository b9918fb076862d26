import type { BenchEnvironment } from '../contest/bench-environment.ts'
import type { BenchServer } from './server.ts'

/** The surroundings of a part of the bench. */
export interface PostgresBench {
  readonly environment: BenchEnvironment
  /** The server of the part. */
  readonly server: BenchServer
  /** Also measures the other queues. */
  readonly withPeers: boolean
  /** Uses loads and times that are too small for figures, to see whether it works. */
  readonly isTrial: boolean
}
