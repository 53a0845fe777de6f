// Adds up the suites' results: `tally.mjs FAILED_BEFORE FILE...`. A suite that ran no test is a failure.
import { readFileSync } from 'node:fs'

const [failedBefore, ...files] = process.argv.slice(2)
let passed = 0
let failed = Number(failedBefore)
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
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
