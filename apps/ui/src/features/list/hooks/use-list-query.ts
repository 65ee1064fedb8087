import { useSearchState } from '@/url/use-search-state';

export const PAGE_SIZE = 50;

/** What the address says is to be listed: a text in the name, a page. */
export function useListQuery(): { readonly text: string | undefined; readonly pageToken: string | undefined; readonly pageSize: number } {
  const url = useSearchState();
  return { text: url.get('q') || undefined, pageToken: url.get('page'), pageSize: PAGE_SIZE };
}
