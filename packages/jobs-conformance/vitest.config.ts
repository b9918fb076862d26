import { mergeConfig, type ViteUserConfig } from 'vitest/config'

import base, { sharedProcess } from '../../vitest.base.ts'

const config: ViteUserConfig = mergeConfig(base, { test: sharedProcess })

export default config
