import type { UserConfig } from 'tsdown'

import { defineBuild } from '../../tsdown.base.ts'

const build = defineBuild([
  'src/index.ts',
  'src/engines.ts', // for the commands, which copy it
  'src/inngest.ts',
  'src/local.ts',
  'src/local-testing.ts',
  'src/trigger.ts',
  'src/trigger-tasks.ts',
])

/** The descriptions of the engines are copied in, since the packages that have them may be missing. */
const config: UserConfig = { ...build, deps: { ...build.deps, alwaysBundle: [/\/descriptor$/] } }

export default config
