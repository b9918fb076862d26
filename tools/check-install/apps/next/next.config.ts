import { join } from 'node:path'
import type { NextConfig } from 'next'

// The packages are installed in the parent folder, for several apps.
const root = join(process.cwd(), '..')

const config: NextConfig = {
  distDir: process.env['NEXT_DIST_DIR'] ?? '.next',
  turbopack: { root },
  outputFileTracingRoot: root,
}

export default config
