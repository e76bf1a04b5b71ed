// node shots.tmp.mjs WHO lang theme w h name=path…
import { chromium } from 'playwright-core'
import { readFileSync } from 'node:fs'
const [who, lang, theme, w, h, ...paths] = process.argv.slice(2)
const accounts = JSON.parse(readFileSync('/dev/shm/demo/accounts.json'))
const base = 'http://127.0.0.1:18200'
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
const c = await b.newContext({ viewport: { width: +w, height: +h }, reducedMotion: 'reduce' })
await c.addInitScript(([l, t]) => { localStorage.setItem('queqiao.lang', JSON.stringify(l)); localStorage.setItem('queqiao.theme', JSON.stringify(t)) }, [lang, theme])
const p = await c.newPage()
await p.goto(base + '/')
await p.waitForSelector('[data-test=signin]')
const [login, password] = accounts[who]
await p.fill('input[name=login]', login); await p.fill('input[name=password]', password)
await p.click('[data-test=signin] button[type=submit]')
await p.waitForSelector('[data-test=tasks]')
for (const x of paths) {
  const i = x.indexOf('='), name = x.slice(0, i); let path = x.slice(i + 1)
  if (path.includes('@first:')) { // list path@first:/records
    const [, api] = path.split('@first:')
    const id = await p.evaluate(async (a) => (await (await fetch('/api/v1' + a)).json()).items[0].id, api)
    path = path.split('@first:')[0] + id
  }
  await p.goto(base + '/#' + path); await p.waitForTimeout(1200)
  await p.screenshot({ path: `/dev/shm/shots/${name}.png` })
}
await b.close()
