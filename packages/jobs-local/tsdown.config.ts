import { defineBuild } from '../../tsdown.base.ts'

export default defineBuild([
  'src/index.ts',
  'src/errors.ts',
  'src/inspect.ts',
  'src/descriptor.ts',
  'src/engine.ts',
  'src/provider/local-provider.ts',
  'src/edge-runtime.ts',
  'src/testing/index.ts',
])
