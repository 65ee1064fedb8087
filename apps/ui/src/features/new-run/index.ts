export { NewRunPage } from './NewRunPage';
