import type { NextConfig } from 'next'

const config: NextConfig = {
  transpilePackages: ['storefront'], // a TypeScript package of this workspace
}

export default config
