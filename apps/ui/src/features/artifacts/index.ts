export { ArtifactCard } from './components/ArtifactCard';
export { shortType } from './lib/preview-kind';
