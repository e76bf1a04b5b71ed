// After the build: check the page budgets, then leave .gz and .br beside every file that gains from it.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url).pathname
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))

const weights = new Map()
function weight(file) {
  if (!weights.has(file)) weights.set(file, gzipSync(readFileSync(join(dist, file)), { level: 9 }).length)
  return weights.get(file)
}

// All files that must arrive before the entry runs: its static imports and their styles.
function closure(key, files = new Set()) {
  const chunk = manifest[key]
  if (!chunk || files.has(chunk.file)) return files
  files.add(chunk.file)
  for (const css of chunk.css ?? []) files.add(css)
  for (const next of chunk.imports ?? []) closure(next, files)
  return files
}
const total = (files) => [...files].reduce((sum, f) => sum + weight(f), 0)
const KB = 1024

const shell = closure('index.html')
const problems = []
function limit(name, bytes, most) {
  const line = `  ${name.padEnd(34)} ${(bytes / KB).toFixed(1).padStart(7)} KB of ${most} KB`
  if (bytes > most * KB) problems.push(line)
  return line
}
const report = [limit('shell', total(shell), 140)]
const list = closure('src/pages/RecordList.vue', new Set(shell))
for (const f of closure('src/shell/Shell.vue')) list.add(f)
report.push(limit('first list', total(list), 270))
for (const [key, chunk] of Object.entries(manifest)) {
  if (!chunk.isDynamicEntry || !/src\/pages\//.test(key) || key.endsWith('RecordList.vue')) continue
  const own = [...closure(key)].filter((f) => !list.has(f))
  const charts = own.some((f) => /charts?-/i.test(f))
  report.push(limit(key.replace('src/pages/', ''), total(own), charts ? 240 : 60))
}

const walk = (dir) =>
  readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(join(dir, e.name)) : [join(dir, e.name)])

rmSync(join(dist, '.vite'), { recursive: true })
let raw = 0
for (const file of walk(dist)) {
  raw += statSync(file).size
  if (!/\.(html|js|css|svg|json|txt)$/.test(file)) continue
  const bytes = readFileSync(file)
  const gz = gzipSync(bytes, { level: 9 })
  if (gz.length >= bytes.length) continue
  writeFileSync(`${file}.gz`, gz)
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }))
}
report.push(limit('all files, raw', raw, 3 * KB))
console.log(report.join('\n'))
if (problems.length || !existsSync(join(dist, 'index.html'))) {
  console.error(`page budget exceeded:\n${problems.join('\n')}`)
  process.exit(1)
}
