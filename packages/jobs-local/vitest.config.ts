import { defineConfig, mergeConfig } from 'vitest/config'

import { beginWith } from '../../vitest.first.base.ts'

// One worker more than by default, since one of them mostly waits.
export default mergeConfig(beginWith('/three-workers.test.ts'), defineConfig({ test: { maxWorkers: '100%' } }))
