/** One comparison of a list's filter; all of them must hold. Names and rules follow KFP's Filter message. */
export type Predicate =
  | { readonly operation: 'EQUALS' | 'NOT_EQUALS' | 'GREATER_THAN' | 'GREATER_THAN_EQUALS' | 'LESS_THAN' | 'LESS_THAN_EQUALS'; readonly key: string; readonly value: string | number | Date }
  | { readonly operation: 'IN'; readonly key: string; readonly value: readonly (string | number)[] }
  | { readonly operation: 'IS_SUBSTRING'; readonly key: string; readonly value: string };

/** The one query of every list. */
export interface ListQuery {
  /** 0 or absent: 20; above 200: 200; negative: INVALID_ARGUMENT. */
  readonly pageSize?: number;
  /** From the previous page; carries sort order and filter, which may then be omitted and may not differ. */
  readonly pageToken?: string;
  /** `field`, `field asc`, `field desc`; default `created_at asc`; ties are broken by id. */
  readonly sortBy?: string;
  readonly filter?: readonly Predicate[];
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Exact up to 10,000; above, an upper bound of what was counted: lists never count in proportion to history. */
  readonly totalSize: number;
  readonly nextPageToken?: string;
}
