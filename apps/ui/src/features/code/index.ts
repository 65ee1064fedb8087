import dynamic from 'next/dynamic';

/** The editor comes only when a page shows one. */
export const CodeEditor = dynamic(() => import('./components/CodeEditor').then((module) => module.CodeEditor), { ssr: false });
export { SpecView } from './components/SpecView';
