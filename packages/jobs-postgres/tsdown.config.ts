import { defineBuild } from '../../tsdown.base.ts'

export default defineBuild([
  'src/index.ts',
  'src/errors.ts',
  'src/inspect.ts',
  'src/descriptor.ts',
  'src/provider/postgres-provider.ts',
])
