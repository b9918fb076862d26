import { defineBuild } from '../../tsdown.base.ts'

export default defineBuild(['src/index.ts', 'src/provider/index.ts', 'src/conformance/index.ts'])
