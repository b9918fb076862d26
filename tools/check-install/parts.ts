import { checkBundlers } from './parts/bundlers.ts'
import { checkColdStart } from './parts/cold-start.ts'
import { checkCommandLine } from './parts/command-line.ts'
import { checkCompilers } from './parts/compilers.ts'
import { checkEdge } from './parts/edge.ts'
import { checkLeanInstalls } from './parts/lean-installs.ts'
import { checkNext } from './parts/next.ts'
import { checkNodes } from './parts/nodes.ts'
import { checkPackageManagers } from './parts/package-managers.ts'
import { checkTelemetry } from './parts/telemetry.ts'
import { checkTwoVersions } from './parts/two-versions.ts'
import type { InstallChecks } from './install-checks.ts'

/** The parts of the check, in the order of the table. `--only` selects them by these names. */
export const parts: Readonly<Record<string, (checks: InstallChecks) => Promise<void>>> = {
  'package managers': checkPackageManagers,
  'Node versions': checkNodes,
  compilers: checkCompilers,
  bundlers: checkBundlers,
  'Next.js': checkNext,
  'lean installs': checkLeanInstalls,
  'command line': checkCommandLine,
  'two versions': checkTwoVersions,
  OpenTelemetry: checkTelemetry,
  edge: checkEdge,
  'cold start': checkColdStart,
}

/** The parts that measure time. No other part may run at the same time. */
export const exclusiveParts: readonly string[] = ['cold start']
