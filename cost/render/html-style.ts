/** The page's style: the system's font, one column, light and dark; on paper dark ink, tables and charts unbroken. */
export const style = `
:root {
  color-scheme: light dark;
  --ink: #1c2126; --soft: #57606a; --paper: #ffffff; --line: #d5dae0;
  --planned: #2f6fa8; --what-if: #8a6d1f; --live: #1f7f5c; --used: #b3402f;
  --fits: #1a7048; --over: #a83226; --unknown: #80610f;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e8ec; --soft: #9aa4ae; --paper: #14181c; --line: #343b43;
    --planned: #6aa9dd; --what-if: #d1ae55; --live: #58c197; --used: #ec8371;
    --fits: #63cf9b; --over: #f08d7f; --unknown: #dcbb62;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
p, ul, dl { max-width: 46rem; overflow-wrap: anywhere }
.when, small { color: var(--soft) }
.verdict { font-size: 1.15rem; font-weight: 600; margin-bottom: 0 }
.fits { color: var(--fits) } .over { color: var(--over) } .unknown { color: var(--unknown) }
table { border-collapse: collapse; width: 100%; font-size: .925rem }
table.small { width: auto }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
th { font-weight: 500 }
thead th { color: var(--soft) }
th:last-child, td:last-child { padding-right: 0 }
.usd { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.unit { white-space: nowrap }
tfoot th, tfoot td { font-weight: 700; border-bottom: 0 }
.again { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
sup a { color: inherit }
figure { margin: 1rem 0; overflow-x: auto }
svg { display: block; width: 100%; max-width: 46rem; height: auto }
dl { display: grid; grid-template-columns: 2rem 1fr; font-size: .875rem; color: var(--soft) }
dd { margin: 0 }
.next { font-weight: 600; margin-top: 2rem }
@media print {
  body { font-size: 10pt }
  main { max-width: none; padding: 0 }
  table, dl { font-size: 8.5pt }
  table, figure, tr, li { break-inside: avoid }
  h2 { break-after: avoid }
  details { display: none }
  figure svg { max-height: 9cm }
}
`
