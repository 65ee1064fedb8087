export { ListPage } from './components/ListPage';
export { useListQuery } from './hooks/use-list-query';
