import type { JobHost } from '@cgk-platform/jobs-core/provider'

import type { LocalTargetOptions } from './local-target.ts'

/** Changes what a provider gets of its client. */
export function withHost(change: (host: JobHost) => JobHost): NonNullable<LocalTargetOptions['wrap']> {
  return (provider) => ({ ...provider, attach: (host) => provider.attach!(change(host)) })
}
