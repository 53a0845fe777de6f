// Tells what failed and adds up the suites' results: `tally.mjs SOMETHING_FAILED FILE...`. A suite that ran no test is a failure.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const [somethingFailed, ...files] = process.argv.slice(2)
/** So much of a failure's text is told: its first lines say what was expected, the suite's own output the rest. */
const linesTold = 25

let passed = 0
const failures = []
for (const file of files) {
  try {
    const result = JSON.parse(readFileSync(file, 'utf8'))
    if (result.numTotalTests === 0 || result.numPassedTests === 0) throw new Error('it ran no test')
    passed += result.numPassedTests
    failures.push(...result.testResults.flatMap(failuresIn))
  } catch (error) {
    failures.push(`${file}: ${error.message}`)
  }
}
// Such as the checks, which count no tests.
if (somethingFailed === '1' && failures.length === 0)
  failures.push('what counts no tests: its own output says why')

for (const failure of failures) console.log(`FAILED ${failure}\n`)
console.log(`${passed} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1

/** A file's failed tests, each with its reason; the file itself where it failed outside of them. */
function failuresIn({ name, status, message, assertionResults }) {
  const file = relative(process.cwd(), name)
  const tests = assertionResults
    .filter(test => test.status === 'failed')
    .map(test => `${file} > ${test.fullName}\n${indented(test.failureMessages.join('\n'))}`)
  return tests.length === 0 && status === 'failed' ? [`${file}\n${indented(message)}`] : tests
}

function indented(text) {
  return text
    .split('\n')
    .filter(line => !line.includes('/node_modules/') && !line.includes('<anonymous>'))
    .slice(0, linesTold)
    .map(line => `  ${line}`)
    .join('\n')
}
