import type { JobClient, Logger } from '@cgk-platform/jobs-core'

import type { Access } from '../access/authorize-request.ts'
import type { AuditEntry } from '../audit.ts'
import type { CursorSeal } from './cursor-seal.ts'
import type { Redact } from './redact.ts'

/** The parts of a dashboard that its API needs. */
export interface ApiContext {
  readonly client: JobClient
  readonly logger: Logger
  readonly redact: Redact
  readonly seal: CursorSeal
  audit(entry: AuditEntry): Promise<void>
}

/** A request of a user whom `authorize` has named. */
export interface ApiRequest {
  readonly request: Request
  readonly access: Access
}
