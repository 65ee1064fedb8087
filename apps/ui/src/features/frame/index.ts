export { Frame } from './components/Frame';
export { PageHead } from './components/PageHead';
export { keyCaps } from './lib/key-caps';
