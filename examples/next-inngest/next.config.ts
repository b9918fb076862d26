import type { NextConfig } from 'next'

const config: NextConfig = {
  transpilePackages: ['storefront'], // a package of this workspace, in TypeScript
}

export default config
