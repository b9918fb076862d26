import { fileURLToPath } from 'node:url'
import { mergeConfig } from 'vitest/config'

import base from '../../vitest.base.ts'

export default mergeConfig(base, {
  test: { globalSetup: [fileURLToPath(new URL('test/kit/build-ui.ts', import.meta.url))] },
})
