import { checkBundlers } from './parts/bundlers.ts'
import { checkColdStart } from './parts/cold-start.ts'
import { checkCommandLine } from './parts/command-line.ts'
import { checkCompilers } from './parts/compilers.ts'
import { checkEdge } from './parts/edge.ts'
import { checkLeanInstalls } from './parts/lean-installs.ts'
import { checkNext } from './parts/next.ts'
import { checkNodes } from './parts/nodes.ts'
import { checkPackageManagers } from './parts/package-managers.ts'
import { checkTwoVersions } from './parts/two-versions.ts'
import type { Trial } from './trial.ts'

/** What is tried, in the order of the table, by the names that `--only` knows. */
export const parts: Readonly<Record<string, (trial: Trial) => Promise<void>>> = {
  'package managers': checkPackageManagers,
  Nodes: checkNodes,
  compilers: checkCompilers,
  bundlers: checkBundlers,
  'Next.js': checkNext,
  'lean installs': checkLeanInstalls,
  'command line': checkCommandLine,
  'two versions': checkTwoVersions,
  edge: checkEdge,
  'cold start': checkColdStart,
}

/** Those that measure time, and want the machine to themselves. */
export const partsAlone: readonly string[] = ['cold start']
