/** How files with jobs end, sources before what a compiler made of them. */
export const moduleEndings = ['.ts', '.mts', '.tsx', '.js', '.mjs']
