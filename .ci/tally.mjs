// Adds up the suites' results: `tally.mjs SOMETHING_FAILED FILE...`. A suite that ran no test is a failure.
import { readFileSync } from 'node:fs'

const [somethingFailed, ...files] = process.argv.slice(2)
let passed = 0
let failed = 0
for (const file of files) {
  try {
    const result = JSON.parse(readFileSync(file, 'utf8'))
    if (result.numTotalTests === 0 || result.numPassedTests === 0) throw new Error('it ran no test')
    passed += result.numPassedTests
    failed += result.numFailedTests + result.numFailedTestSuites * (result.numFailedTests === 0)
  } catch (error) {
    console.log(`${file}: ${error.message}`)
    failed += 1
  }
}
// Such as the checks, which count no tests.
if (somethingFailed === '1' && failed === 0) failed = 1
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
