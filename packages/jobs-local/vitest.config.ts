import { mergeConfig, type ViteUserConfig } from 'vitest/config'

import base from '../../vitest-slow.base.ts'
import { sharedProcess } from '../../vitest.base.ts'

const config: ViteUserConfig = mergeConfig(base, { test: sharedProcess })

export default config
