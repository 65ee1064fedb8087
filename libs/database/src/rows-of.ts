import type { ListQuery, Page } from './list-query.js';

/** All rows of a list, read page by page as far as they are asked for. Rows may be deleted meanwhile. */
export async function* rowsOf<Row>(list: (query: ListQuery) => Promise<Page<Row>>, query: ListQuery): AsyncGenerator<Row> {
  let page = await list(query);
  for (;;) {
    yield* page.items;
    if (page.nextPageToken === undefined) return;
    page = await list({ ...query, pageToken: page.nextPageToken });
  }
}
