import 'element-plus/theme-chalk/dark/css-vars.css'
import './styles/main.css'
import { createApp } from 'vue'
import App from './App.vue'
import { lang, setLang } from './i18n'
import { startTheme } from './lib/theme'
import { router } from './router'

startTheme()
setLang(lang.value)
createApp(App).use(router).mount('#app')
