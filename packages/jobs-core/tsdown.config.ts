import { defineBuild } from '../../tsdown.base.ts'

export default defineBuild([
  'src/index.ts',
  'src/errors.ts',
  'src/inspect.ts',
  'src/provider.ts',
  'src/hosted.ts',
  'src/scheduling.ts',
  'src/instrumentation.ts',
  'src/tools.ts',
])
