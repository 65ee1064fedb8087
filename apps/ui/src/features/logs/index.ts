export { LogView } from './components/LogView';
export { plainText } from './lib/ansi-spans';
