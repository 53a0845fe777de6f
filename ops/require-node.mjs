// Plain JavaScript, since an old Node can't read the TypeScript this guards.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `wikiflow runs on Node 26, which the npm package "node" brings, but this is Node ${process.versions.node}: ` +
      'that package was not set up. Run `npm ci` again without --ignore-scripts, or install Node 26.',
  )
  process.exitCode = 1
}
