import type { UserConfig } from 'tsdown'

import { defineBuild } from '../../tsdown.base.ts'

const config: UserConfig = { ...defineBuild(['src/main.ts']), dts: false } // a command, which nothing imports

export default config
