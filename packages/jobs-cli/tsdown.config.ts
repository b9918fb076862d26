import type { UserConfig } from 'tsdown'

import { defineBuild } from '../../tsdown.base.ts'

const config: UserConfig = {
  ...defineBuild(['src/main.ts']),
  dts: false, // a command, which nothing imports
  // The facade's list of engines is copied in: an app that has nothing yet has none. The app brings the engines themselves.
  deps: { neverBundle: [/^node:/, /^@cgk-platform\/jobs-\w+(?:\/provider)?$/] },
}

export default config
