import vue from '@vitejs/plugin-vue'
import AutoImport from 'unplugin-auto-import/vite'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vitest/config'

// The server to talk to while developing: QUEQIAO=http://127.0.0.1:8080 npm run dev
const server = process.env.QUEQIAO ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: './',
  plugins: [
    vue(),
    // Messages and dialogs get their styles only when they are imported by the resolver.
    AutoImport({ resolvers: [ElementPlusResolver()], dts: 'src/auto-imports.d.ts' }),
    Components({ dirs: [], resolvers: [ElementPlusResolver()], dts: 'src/components.d.ts' }),
  ],
  server: { proxy: { '/api': { target: server, changeOrigin: false } } },
  build: {
    target: ['chrome87', 'safari14'],
    manifest: true,
    reportCompressedSize: false,
    // The content security policy allows no data: scripts and no inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  test: { include: ['test/*.test.ts'], testTimeout: 30000 },
})
