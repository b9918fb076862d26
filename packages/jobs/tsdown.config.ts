import type { UserConfig } from 'tsdown'

import { defineBuild } from '../../tsdown.base.ts'

const build = defineBuild([
  'src/index.ts',
  'src/errors.ts',
  'src/inspect.ts',
  'src/engines.ts', // for the CLI, which copies it
  'src/inngest.ts',
  'src/local.ts',
  'src/local-testing.ts',
  'src/postgres.ts',
  'src/trigger.ts',
  'src/trigger-tasks.ts',
])

/** Bundles the engine descriptors, because their packages may not be installed. */
const config: UserConfig = { ...build, deps: { ...build.deps, alwaysBundle: [/\/descriptor$/] } }

export default config
